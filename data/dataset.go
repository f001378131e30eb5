// Package data reads examples and makes them ready for training.
//
// A Table is a file as it was read: a CSV file, a pair of IDX files (the format
// of MNIST), or one of the built-in sets. Encode turns it into a Dataset, the
// matrices X and Y that a network is trained with, and an Encoding, which says
// how the columns of the table became rows of X and Y. The encoding goes into
// the model file; Apply turns another table into a dataset by it.
//
//	table, err := data.Open[float64]("iris.csv", "", data.CSVOptions{})
//	set, enc, err := table.Encode(data.Spec{Outputs: 3})
//	train, val := data.Split(set.Classes(), set.Len(), 0.2, matrix.Stream(seed, matrix.ForSplit, 0))
//	err = data.Fit(enc, set, train, data.Standard) // the training part alone
//	err = data.Scale(enc, set)
//
// A problem of a file is an *Error with its line and column. No input makes the
// package panic, or allocate out of proportion to the size of the file.
//
// A Dataset and an Encoding may be read by many goroutines at the same time:
// Gather, Range and View write only to the matrices that they are given, Apply
// only to the table. Encode, Fit and Scale change what they work on.
package data

import (
	"fmt"

	"gradlab/matrix"
)

// Dataset is a set of examples, or a part of one.
type Dataset[T matrix.Float] struct {
	X     *matrix.Matrix[T] // n×M, an example a column
	Y     *matrix.Matrix[T] // k×M, what is to be predicted; nil where it is not known
	Index []int             // the columns of X and Y that belong to this part, in order; nil: all of them
}

// Len returns the number of examples.
func (d *Dataset[T]) Len() int {
	if d.Index != nil {
		return len(d.Index)
	}
	return d.X.Cols
}

// Part returns the part of d with the given examples, counted from 0 within d.
// It shares X and Y with d.
func (d *Dataset[T]) Part(examples []int) *Dataset[T] {
	index := make([]int, len(examples))
	for i, e := range examples {
		index[i] = d.column(e)
	}
	return &Dataset[T]{X: d.X, Y: d.Y, Index: index}
}

// Gather fills x and y with the given examples, counted from 0 within d. It
// allocates nothing once x and y are large enough. y is left alone if d has no Y.
func (d *Dataset[T]) Gather(x, y *matrix.Matrix[T], examples []int) {
	d.gather(x, y, d.Index, examples)
}

// Range fills x and y with the examples from, …, to-1, like Gather.
func (d *Dataset[T]) Range(x, y *matrix.Matrix[T], from, to int) {
	if d.Index != nil {
		d.gather(x, y, nil, d.Index[from:to])
		return
	}
	var viewX, viewY matrix.Matrix[T]
	d.View(&viewX, &viewY, from, to)
	x.Resize(viewX.Rows, viewX.Cols)
	copy(x.Data, viewX.Data)
	if d.Y != nil {
		y.Resize(viewY.Rows, viewY.Cols)
		copy(y.Data, viewY.Data)
	}
}

// View makes x and y views of the examples from, …, to-1, which costs nothing.
// It reports whether that is possible: d must not be a part, whose examples may
// lie anywhere in X and Y. The views are not to be written to, nor resized.
func (d *Dataset[T]) View(x, y *matrix.Matrix[T], from, to int) bool {
	if d.Index != nil {
		return false
	}
	*x = d.X.Columns(from, to)
	if d.Y != nil {
		*y = d.Y.Columns(from, to)
	}
	return true
}

func (d *Dataset[T]) gather(x, y *matrix.Matrix[T], index, examples []int) {
	x.Resize(d.X.Rows, len(examples))
	matrix.Gather(x, d.X, index, examples)
	if d.Y != nil {
		y.Resize(d.Y.Rows, len(examples))
		matrix.Gather(y, d.Y, index, examples)
	}
}

// column returns the column of X and Y of an example.
func (d *Dataset[T]) column(example int) int {
	if d.Index != nil {
		return d.Index[example]
	}
	return example
}

// Classes returns the class of every example of a classification: the row that
// is 1 in its column of Y, or with one row, what stands there.
func (d *Dataset[T]) Classes() []int {
	classes := make([]int, d.Len())
	for i := range classes {
		y := d.Y.Col(d.column(i))
		if len(y) == 1 {
			classes[i] = int(y[0])
			continue
		}
		classes[i] = matrix.ArgMax(y)
	}
	return classes
}

// OneHot returns the k×m matrix with a 1 in row class[j] of every column j. A
// class that is not in 0, …, k-1 leaves its column 0.
func OneHot[T matrix.Float](class []int, k int) *matrix.Matrix[T] {
	if k < 1 {
		panic(fmt.Sprintf("data.OneHot: %d classes", k))
	}
	y := matrix.New[T](k, len(class))
	for j, c := range class {
		if c >= 0 && c < k {
			y.Col(j)[c] = 1
		}
	}
	return y
}
