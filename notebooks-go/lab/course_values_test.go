package lab_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gradlab/matrix"
)

// array is an array of numbers or, where text is not nil, of texts: row-major, as
// the cases write it, the last index running fastest. No dimensions: a single
// number.
type array struct {
	shape []int
	data  []float64
	text  []string
}

// newArray returns a result as an array. A matrix has two dimensions.
func newArray(x any) array {
	switch x := x.(type) {
	case array:
		return x
	case float64:
		return array{data: []float64{x}}
	case int:
		return newArray(float64(x))
	case []float64:
		return array{shape: []int{len(x)}, data: x}
	case []int:
		data := make([]float64, len(x))
		for i, v := range x {
			data[i] = float64(v)
		}
		return newArray(data)
	case [][]float64:
		a := array{shape: []int{len(x), 0}, data: slices.Concat(x...)}
		if len(x) > 0 {
			a.shape[1] = len(x[0])
		}
		return a
	case *matrix.Matrix[float64]:
		a := array{shape: []int{x.Rows, x.Cols}, data: make([]float64, 0, len(x.Data))}
		for i := range x.Rows {
			for j := range x.Cols {
				a.data = append(a.data, x.Data[j*x.Rows+i])
			}
		}
		return a
	}
	panic(fmt.Sprintf("newArray: a %T is not foreseen", x))
}

// rows returns a matrix whose columns are examples as the array of the older
// course, whose rows are. They have the same numbers in the same places.
func rows(m *matrix.Matrix[float64]) array {
	return array{shape: []int{m.Cols, m.Rows}, data: m.Data}
}

// flat returns a row matrix of all numbers of an array, which it shares with it.
func (a array) flat() *matrix.Matrix[float64] {
	return &matrix.Matrix[float64]{Rows: 1, Cols: len(a.data), Data: a.data}
}

// matrix returns a copy of an array of two dimensions as a matrix.
func (a array) matrix() *matrix.Matrix[float64] {
	m := matrix.New[float64](a.shape[0], a.shape[1])
	for i := range m.Rows {
		for j := range m.Cols {
			m.Set(i, j, a.data[i*m.Cols+j])
		}
	}
	return m
}

func (a array) size() int { return len(a.data) + len(a.text) }

func sameShape(a, b array) bool { return slices.Equal(a.shape, b.shape) }

// place returns the indices of element i, as a selector has them.
func (a array) place(i int) string {
	if len(a.shape) == 0 {
		return ""
	}
	indices := make([]string, len(a.shape))
	for d := len(a.shape) - 1; d >= 0; d-- {
		indices[d] = strconv.Itoa(i % a.shape[d])
		i /= a.shape[d]
	}
	return "[" + strings.Join(indices, ",") + "]"
}

// readArray reads what the cases write as an array or a number: nested lists of
// numbers, of true and false, or of texts.
func readArray(text []byte) (array, error) {
	var value any
	if err := readWhole(text, &value); err != nil {
		return array{}, err
	}
	var a array
	err := a.append(value, 0)
	return a, err
}

// append adds a value that stands at some depth of nested lists.
func (a *array) append(value any, depth int) error {
	if list, ok := value.([]any); ok {
		if depth == len(a.shape) && a.size() == 0 {
			a.shape = append(a.shape, len(list))
		} else if depth >= len(a.shape) || a.shape[depth] != len(list) {
			return errors.New("the lists in it are not of one length")
		}
		for _, v := range list {
			if err := a.append(v, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if depth != len(a.shape) {
		return errors.New("the lists in it are not of one depth")
	}
	switch v := value.(type) {
	case json.Number:
		x, err := v.Float64()
		if err != nil && !math.IsInf(x, 0) {
			return err
		}
		a.data = append(a.data, x)
	case bool:
		a.data = append(a.data, map[bool]float64{true: 1}[v])
	case string:
		a.text = append(a.text, v)
	default:
		return fmt.Errorf("%v is neither a number nor a text", value)
	}
	if a.data != nil && a.text != nil {
		return errors.New("it has both numbers and texts")
	}
	return nil
}

// reshape gives an array of one dimension the shape that it says it has, or
// checks that it has it.
func (a *array) reshape(shape []int) error {
	size := 1
	for _, n := range shape {
		if n < 0 || n > 1<<30 || size > 1<<30 {
			return fmt.Errorf("the shape %v is out of all proportion", shape)
		}
		size *= n
	}
	flat := len(a.shape) == 1 && a.shape[0] == size
	if empty := size == 0 && a.size() == 0; !flat && !empty && !slices.Equal(a.shape, shape) {
		return fmt.Errorf("the data have the shape %v, not %v", a.shape, shape)
	}
	a.shape = shape
	return nil
}

// The forms of an expected name: mean(Z), shape(Z) and so on, and Z or Z[…].
var (
	callForm  = regexp.MustCompile(`^(mean|sum|shape|argmax)\((.+)\)$`)
	indexForm = regexp.MustCompile(`^([^][()]+?)(?:\[([^][()]*)\])?$`)
)

// selected returns what an expected name picks from the first of the sources that
// has an array of that name.
func selected(name string, sources ...map[string]any) (array, error) {
	if call := callForm.FindStringSubmatch(name); call != nil {
		a, err := selected(call[2], sources...)
		if err != nil {
			return array{}, err
		}
		return reduce(call[1], a)
	}
	index := indexForm.FindStringSubmatch(name)
	if index == nil {
		return array{}, fmt.Errorf("cannot read the name %q", name)
	}
	for _, source := range sources {
		if value, ok := source[index[1]]; ok {
			if index[2] == "" {
				return newArray(value), nil
			}
			a, err := newArray(value).at(strings.Split(index[2], ","))
			if err != nil {
				err = fmt.Errorf("%s: %w", name, err)
			}
			return a, err
		}
	}
	return array{}, fmt.Errorf("it has no output %q, nor is there an input of this name", index[1])
}

func reduce(how string, a array) (array, error) {
	switch {
	case how == "shape":
		return newArray(a.shape), nil
	case len(a.data) == 0:
		return array{}, fmt.Errorf("there are no numbers to take the %s of", how)
	case how == "argmax":
		return newArray(matrix.ArgMax(a.data)), nil
	}
	sum := matrix.SumOf(a.data)
	if how == "mean" {
		sum /= float64(len(a.data))
	}
	return newArray(sum), nil
}

// at returns the elements at the given indices: one that is a number removes its
// dimension, start:stop keeps it, and where there are fewer than dimensions the
// rest stays whole.
func (a array) at(indices []string) (array, error) {
	if len(indices) > len(a.shape) {
		return array{}, fmt.Errorf("%d indices into the shape %v", len(indices), a.shape)
	}
	picked := []int{0} // the offsets that are left, in units of what is below
	var shape []int
	for d, n := range a.shape {
		start, stop := 0, n
		if d < len(indices) {
			var err error
			if start, stop, err = span(strings.TrimSpace(indices[d]), n); err != nil {
				return array{}, err
			}
		}
		if d >= len(indices) || strings.Contains(indices[d], ":") {
			shape = append(shape, stop-start)
		}
		var below []int
		for _, offset := range picked {
			for i := start; i < stop; i++ {
				below = append(below, offset*n+i)
			}
		}
		picked = below
	}
	b := array{shape: shape}
	for _, i := range picked {
		if a.text != nil {
			b.text = append(b.text, a.text[i])
		} else {
			b.data = append(b.data, a.data[i])
		}
	}
	return b, nil
}

// span returns what an index, or start:stop, selects of n.
func span(index string, n int) (start, stop int, err error) {
	first, last, isRange := strings.Cut(index, ":")
	start, err = strconv.Atoi(first)
	stop = start + 1
	if isRange && err == nil {
		stop, err = strconv.Atoi(last)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("%q is neither a number nor start:stop", index)
	}
	if start < 0 || stop < start || stop > n {
		return 0, 0, fmt.Errorf("%s is outside 0, …, %d", index, n-1)
	}
	return start, stop, nil
}

var _ json.Unmarshaler = (*shapedArray)(nil)

// shapedArray is an array as the inputs have it: its shape and its data, which
// are nested as the shape says, or flat in the file of large inputs.
type shapedArray struct{ array }

func (s *shapedArray) UnmarshalJSON(text []byte) error {
	var raw struct {
		Shape []int
		Data  json.RawMessage
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	if raw.Shape == nil || raw.Data == nil {
		return errors.New(`it lacks "shape" or "data"`)
	}
	var err error
	if s.array, err = readArray(raw.Data); err != nil {
		return err
	}
	return s.reshape(raw.Shape)
}
