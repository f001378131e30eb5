package data

import (
	"fmt"
	"slices"
	"strings"

	"gradlab/internal/quote"
)

// Encoding says how the columns of a table become rows of X and Y, and how the
// outputs of a network are read. It is part of the model file, in JSON.
type Encoding struct {
	Header   bool      `json:"header"`   // of the file of the training: its columns have names of their own
	Features []Feature `json:"features"` // the columns that X is made of, in the order of its rows
	Labels   []Label   `json:"labels"`   // the columns that Y is made of
	Task     Task      `json:"task"`     // Classify or Regress
	Classes  []string  `json:"classes,omitempty"`
	Binary   bool      `json:"binary,omitempty"`   // one output for the class Positive against the rest; else one output a class
	Positive int       `json:"positive,omitempty"` // its place in Classes
	Missing  Missing   `json:"missing"`
	Scaling  Scaling   `json:"scaling"`

	Reason string `json:"-"` // why Encode chose the task
}

// Feature is a column that becomes one row of X if it holds numbers, and one row
// a category if it holds text: 1 where the cell is that category, else 0.
// A number x is scaled to (x-Offset)/Scale.
type Feature struct {
	Name       string    `json:"name"`
	Categories []string  `json:"categories,omitempty"`
	Offset     float64   `json:"offset"`
	Scale      float64   `json:"scale"`
	Fill       []float64 `json:"fill,omitempty"` // what stands for a missing cell, before scaling; an entry a row
}

// Label is a column that is predicted. The numbers of a regression are scaled
// like those of a feature.
type Label struct {
	Name   string  `json:"name"`
	Number bool    `json:"number"` // the column holds numbers, not text
	Offset float64 `json:"offset"`
	Scale  float64 `json:"scale"`
}

const (
	maxClasses    = 1000
	maxCategories = 256
)

// Width returns the number of inputs, the rows of X.
func (e *Encoding) Width() int {
	n := 0
	for _, f := range e.Features {
		n += f.rows()
	}
	return n
}

func (f *Feature) rows() int {
	if f.Categories != nil {
		return len(f.Categories)
	}
	return 1
}

// Inputs returns the names of the inputs: that of the column, or for a category
// "colour=red".
func (e *Encoding) Inputs() []string {
	var names []string
	for _, f := range e.Features {
		if f.Categories == nil {
			names = append(names, f.Name)
		}
		for _, c := range f.Categories {
			names = append(names, f.Name+"="+c)
		}
	}
	return names
}

// Outputs returns the number of outputs, the rows of Y.
func (e *Encoding) Outputs() int {
	switch {
	case e.Task == Regress:
		return len(e.Labels)
	case e.Binary:
		return 1
	}
	return len(e.Classes)
}

// ClassNames returns the names of the classes that the outputs tell apart: with
// one output, what 0 and 1 stand for. It is nil for a regression.
func (e *Encoding) ClassNames() []string {
	switch {
	case e.Task == Regress || !e.Binary:
		return e.Classes
	case len(e.Classes) == 2:
		return []string{e.Classes[1-e.Positive], e.Classes[e.Positive]}
	}
	return []string{"not " + e.Classes[e.Positive], e.Classes[e.Positive]}
}

// Units returns what a unit of each output of a regression is in the units of
// its column.
func (e *Encoding) Units() []float64 {
	if e.Task != Regress {
		return nil
	}
	units := make([]float64, len(e.Labels))
	for i, l := range e.Labels {
		units[i] = l.Scale
	}
	return units
}

// featureNames and labelNames return the names of the columns.
func (e *Encoding) featureNames() []string {
	names := make([]string, len(e.Features))
	for i, f := range e.Features {
		names[i] = f.Name
	}
	return names
}

func (e *Encoding) labelNames() []string {
	names := make([]string, len(e.Labels))
	for i, l := range e.Labels {
		names[i] = l.Name
	}
	return names
}

// namedIn reports whether the first line of a file has names of the features.
func (e *Encoding) namedIn(first []string) bool {
	return e.Header && slices.ContainsFunc(e.featureNames(), func(name string) bool { return slices.Contains(first, name) })
}

// match finds the features and the labels among the columns of a file: by name,
// or in the order of the file if that has no header, neither had the one of the
// training, and it has as many columns as there are features. A feature that is
// not found is -1; the labels are nil if one is not found.
func (e *Encoding) match(names []string, header bool) (features, labels []int) {
	at := make(map[string]int, len(names))
	for i, name := range names {
		at[name] = i
	}
	find := func(wanted []string) (found []int, all bool) {
		all = true
		for _, name := range wanted {
			i, ok := at[name]
			if !ok {
				i, all = -1, false
			}
			found = append(found, i)
		}
		return found, all
	}
	features, all := find(e.featureNames())
	if !all && !e.Header && !header && len(names) == len(features) {
		for i := range features {
			features[i] = i
		}
		return features, nil
	}
	if labels, all = find(e.labelNames()); !all {
		labels = nil
	}
	return features, labels
}

// setRoles makes the columns of a file what the encoding needs.
func (e *Encoding) setRoles(lay *layout) {
	for i := range lay.roles {
		lay.roles[i] = skipRole
	}
	features, labels := e.match(lay.names, lay.header)
	for k, i := range features {
		if i >= 0 {
			lay.roles[i] = numberRole
			if e.Features[k].Categories != nil {
				lay.roles[i] = textRole
			}
		}
	}
	for k, i := range labels {
		lay.roles[i] = textRole
		if e.Labels[k].Number {
			lay.roles[i] = numberRole
		}
	}
}

// String says in words what is predicted, of what.
func (e *Encoding) String() string {
	var what string
	switch names := quote.List(e.labelNames()); {
	case e.Task == Regress:
		what = "regression of " + names
	case e.Binary && len(e.Classes) > 2:
		what = fmt.Sprintf("classification of %s, %s against the rest (%s)", names, quote.Name(e.Classes[e.Positive]), quote.List(e.otherClasses()))
	case e.Binary:
		what = fmt.Sprintf("classification of %s, %s (1) or %s (0)", names, quote.Name(e.Classes[e.Positive]), quote.List(e.otherClasses()))
	default:
		what = fmt.Sprintf("classification of %s (%s)", names, quote.List(e.Classes))
	}
	return fmt.Sprintf("%s from %s", what, plural(e.Width(), "input"))
}

func (e *Encoding) otherClasses() []string {
	return slices.Delete(slices.Clone(e.Classes), e.Positive, e.Positive+1)
}

// classText returns a class as the file would have it, for comparing: a number
// in its shortest form, whatever its zeros.
func classText(class string, number bool) string {
	class = strings.Trim(class, " \t")
	if number {
		if x, ok := parseNumber([]byte(class)); ok {
			return FormatNumber(x + 0) // -0 is 0
		}
	}
	return class
}
