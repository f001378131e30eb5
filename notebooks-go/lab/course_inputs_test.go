package lab_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"gradlab/matrix"
)

// inputs are what a case gives its function. Each method fails the case, with a
// sentence, where what it is asked for is not there or not of the right kind.
type inputs struct {
	t       testing.TB
	arrays  map[string]any // of the case
	scalars map[string]any // of the case: numbers, lists, switches, texts
	data    map[string]any // of the data set
	sizes   map[string]size
}

// size is what a letter in a shape stands for, and where it was seen first.
type size struct {
	n     int
	where string
}

func readInputs(t testing.TB, c courseCase, folder string) *inputs {
	in := &inputs{t: t, arrays: map[string]any{}, scalars: map[string]any{}, sizes: map[string]size{}}
	for name, raw := range c.Inputs.Arrays {
		a, err := readInput(name, raw, folder)
		if errors.Is(err, os.ErrNotExist) {
			t.Skipf("needs data: %v", err)
		}
		if err != nil {
			t.Fatalf("array %s: %v", name, err)
		}
		in.arrays[name] = a
	}
	for name, raw := range c.Inputs.Scalars {
		a, err := readArray(raw)
		if err != nil {
			continue // a list such as [none, 3, 1]: for a function that is not there
		}
		in.scalars[name] = a
	}
	if name := c.Inputs.Dataset.Name; name != "" {
		in.data = courseData(t, name, folder)
	}
	return in
}

// readInput reads an array, which may stand in a file of large ones.
func readInput(name string, raw json.RawMessage, folder string) (array, error) {
	var place struct{ File, Key string }
	if err := json.Unmarshal(raw, &place); err != nil {
		return array{}, err
	}
	if place.File != "" {
		path := findFile(folder, place.File)
		if path == "" {
			return array{}, fmt.Errorf("%s: %w", place.File, os.ErrNotExist)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return array{}, err
		}
		var large map[string]map[string]json.RawMessage
		if err := json.Unmarshal(text, &large); err != nil {
			return array{}, fmt.Errorf("%s: %w", path, err)
		}
		if raw = large[place.Key][name]; raw == nil {
			return array{}, fmt.Errorf("%s has no array %s under the key %s", path, name, place.Key)
		}
	}
	var a shapedArray
	err := json.Unmarshal(raw, &a)
	return a.array, err
}

// has reports whether there is an input of this name.
func (in *inputs) has(name string) bool { return in.find(name) != nil }

func (in *inputs) find(name string) any {
	for _, source := range []map[string]any{in.arrays, in.data, in.scalars} {
		if value, ok := source[name]; ok {
			return value
		}
	}
	return nil
}

// shaped returns an array after a look at its shape, in which letters stand for
// sizes: each for the same one wherever it occurs in the case, "n+1" for one
// more.
func (in *inputs) shaped(name string, shape ...string) any {
	in.t.Helper()
	value := in.find(name)
	var dims []int
	switch v := value.(type) {
	case nil:
		in.t.Fatalf("there is no array %s", name)
	case *matrix.Matrix[float64]:
		dims = []int{v.Rows, v.Cols}
	case array:
		if v.text != nil {
			in.t.Fatalf("%s is text, not numbers", name)
		}
		dims = v.shape
	}
	if problem := in.mismatch(name, dims, shape); problem != "" {
		in.t.Fatalf("%s has the shape %v, not [%s]%s", name, dims, strings.Join(shape, " "), problem)
	}
	return value
}

// mismatch returns "" if dims fit a shape, or what the letters in it stand for.
func (in *inputs) mismatch(name string, dims []int, shape []string) string {
	wrong := len(dims) != len(shape)
	var known []string
	for d, letter := range shape {
		letter, more := strings.CutSuffix(letter, "+1")
		s, ok := in.sizes[letter]
		switch {
		case letter == "1":
			s = size{n: 1}
		case ok:
			known = append(known, fmt.Sprintf("%s = %d in %s", letter, s.n, s.where))
		case wrong:
			continue
		default:
			s = size{dims[d], fmt.Sprintf("%s of shape %v", name, dims)}
			if more {
				s.n--
			}
			in.sizes[letter] = s
		}
		if more {
			s.n++
		}
		wrong = wrong || s.n != dims[d]
	}
	switch {
	case !wrong:
		return ""
	case known == nil:
		return " "
	}
	return " with " + strings.Join(known, ", ")
}

// matrix returns an array of two dimensions. That of a data set is not to be
// written to.
func (in *inputs) matrix(name, rows, cols string) *matrix.Matrix[float64] {
	in.t.Helper()
	switch v := in.shaped(name, rows, cols).(type) {
	case *matrix.Matrix[float64]:
		return v
	case array:
		return v.matrix()
	}
	return nil
}

// examples returns an array of the older course, in which a row is an example,
// with an example a column.
func (in *inputs) examples(name, m, n string) *matrix.Matrix[float64] {
	in.t.Helper()
	switch v := in.shaped(name, m, n).(type) {
	case *matrix.Matrix[float64]:
		return newArray(v).transposed()
	case array:
		return v.transposed()
	}
	return nil
}

// transposed returns the transpose of an array of two dimensions; it has the same
// numbers in the same places.
func (a array) transposed() *matrix.Matrix[float64] {
	return &matrix.Matrix[float64]{Rows: a.shape[1], Cols: a.shape[0], Data: a.data}
}

// vector returns a list of numbers.
func (in *inputs) vector(name, n string) []float64 {
	in.t.Helper()
	return newArray(in.shaped(name, n)).data
}

// any returns an array of any shape.
func (in *inputs) any(name string) array {
	in.t.Helper()
	value := in.find(name)
	if value == nil {
		in.t.Fatalf("there is no array %s", name)
	}
	a := newArray(value)
	if a.text != nil {
		in.t.Fatalf("%s is text, not numbers", name)
	}
	return a
}

// list returns a list of numbers of any length.
func (in *inputs) list(name string) []float64 {
	in.t.Helper()
	a := in.any(name)
	if len(a.shape) != 1 {
		in.t.Fatalf("%s has the shape %v: it is not a list", name, a.shape)
	}
	return a.data
}

func (in *inputs) number(name string) float64 {
	in.t.Helper()
	a := in.any(name)
	if len(a.data) != 1 {
		in.t.Fatalf("%s has the shape %v: it is not a number", name, a.shape)
	}
	return a.data[0]
}

func (in *inputs) numberOr(name string, otherwise float64) float64 {
	in.t.Helper()
	if !in.has(name) {
		return otherwise
	}
	return in.number(name)
}

// count returns an integer that is not negative.
func (in *inputs) count(name string) int {
	in.t.Helper()
	return in.integers(name, []float64{in.number(name)})[0]
}

// positive returns an integer that is greater than 0.
func (in *inputs) positive(name string) int {
	in.t.Helper()
	n := in.count(name)
	if n == 0 {
		in.t.Fatalf("%s is 0", name)
	}
	return n
}

// counts returns a list of integers that are not negative.
func (in *inputs) counts(name string) []int {
	in.t.Helper()
	return in.integers(name, in.list(name))
}

func (in *inputs) integers(name string, x []float64) []int {
	in.t.Helper()
	n := make([]int, len(x))
	for i, v := range x {
		if v != math.Trunc(v) || v < 0 || v > math.MaxUint32 {
			in.t.Fatalf("%s: %v is not a number to count with", name, v)
		}
		n[i] = int(v)
	}
	return n
}

func (in *inputs) text(name string) string {
	in.t.Helper()
	a, ok := in.scalars[name].(array)
	if !ok || len(a.text) != 1 {
		in.t.Fatalf("there is no text %s", name)
	}
	return a.text[0]
}
