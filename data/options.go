package data

import (
	"fmt"

	"gradlab/internal/quote"
)

// Task is what a network is to do with its labels.
type Task int

const (
	AutoTask Task = iota // decided by the labels: see Encode
	Classify
	Regress
)

// Missing is what becomes of missing values.
type Missing int

const (
	MissingError Missing = iota // they are an error
	MissingDrop                 // their rows are left out
	MissingMean                 // they get the mean of the training part
)

// Scaling is how numbers are scaled before training.
type Scaling int

const (
	Standard Scaling = iota // to mean 0 and standard deviation 1
	MinMax                  // to [0, 1]
	NoScaling
)

// Header says whether the first line of a CSV file names the columns.
type Header int

const (
	HeaderAuto Header = iota // see CSVOptions
	HeaderYes
	HeaderNo
)

// The names are those of the command line and of the model file.
var (
	taskNames    = []string{"auto", "classify", "regress"}
	missingNames = []string{"error", "drop", "mean"}
	scalingNames = []string{"standard", "minmax", "none"}
	headerNames  = []string{"auto", "yes", "no"}
)

func (t Task) String() string    { return nameOf(taskNames, int(t)) }
func (m Missing) String() string { return nameOf(missingNames, int(m)) }
func (s Scaling) String() string { return nameOf(scalingNames, int(s)) }
func (h Header) String() string  { return nameOf(headerNames, int(h)) }

func (t Task) MarshalText() ([]byte, error)    { return []byte(t.String()), nil }
func (m Missing) MarshalText() ([]byte, error) { return []byte(m.String()), nil }
func (s Scaling) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
func (h Header) MarshalText() ([]byte, error)  { return []byte(h.String()), nil }

func (t *Task) UnmarshalText(text []byte) error    { return setNamed(t, taskNames, text) }
func (m *Missing) UnmarshalText(text []byte) error { return setNamed(m, missingNames, text) }
func (s *Scaling) UnmarshalText(text []byte) error { return setNamed(s, scalingNames, text) }
func (h *Header) UnmarshalText(text []byte) error  { return setNamed(h, headerNames, text) }

func nameOf(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprintf("unknown (%d)", i)
	}
	return names[i]
}

func setNamed[E ~int](v *E, names []string, text []byte) error {
	for i, name := range names {
		if name == string(text) {
			*v = E(i)
			return nil
		}
	}
	return fmt.Errorf("%s is none of %s", quote.Text(string(text)), quote.List(names))
}
