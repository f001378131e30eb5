package data

import (
	"math"
	"slices"

	"gradlab/internal/quote"
	"gradlab/matrix"
)

// Spec says what is to be learned from a table, and how. Its zero value predicts
// the last column.
type Spec struct {
	Labels   []string // the columns to predict, by name or position; none: the last one
	Task     Task
	Inputs   int    // of the network; 0: as many as are needed
	Outputs  int    // of the network; 0: as many as are needed, one for two classes
	Positive string // with one output, the class that it stands for; "": the last one
	Missing  Missing
}

// Encode makes a dataset of the table and says how in an encoding. All columns
// that are not labels become inputs. The dataset takes over the memory of the
// table, whose cells are gone afterwards.
//
// A label of text is classified. A number is classified if the column has just
// two values, as many values as the network has outputs (two or more), or at
// most 20 values, all integers, on five rows or more each on average; else, and
// for several labels, it is a regression. The classes are sorted, numbers by
// value and text by bytes. With as many outputs as classes Y is one-hot; with
// one output it is 1 for the positive class and 0 for the rest.
//
// The numbers are as in the table, and NaN stands for missing values, until the
// dataset is scaled (see Fit and Scale).
func (t *Table[T]) Encode(spec Spec) (*Dataset[T], *Encoding, error) {
	labels, features, err := t.assign(spec.Labels)
	if err != nil {
		return nil, nil, err
	}
	kept, err := t.keep(features, labels, spec.Missing)
	if err != nil {
		return nil, nil, err
	}
	if kept.n < 2 {
		return nil, nil, t.errorf(nil, "there must be at least 2 rows to learn from, and there is 1")
	}
	enc := &Encoding{Header: t.Header, Missing: spec.Missing, Scaling: NoScaling}
	if err := t.chooseTask(enc, labels, kept, spec); err != nil {
		return nil, nil, err
	}
	if err := t.chooseFeatures(enc, features, kept); err != nil {
		return nil, nil, err
	}
	if n := enc.Width(); spec.Inputs != 0 && spec.Inputs != n { // before memory is taken for them
		return nil, nil, t.errorf(nil, "there are %s (%s), and the network takes %d: the first size of --layers must be %d", plural(n, "input"), quote.List(enc.Inputs()), spec.Inputs, n)
	}
	y, err := t.targets(enc, labels, kept)
	if err != nil {
		return nil, nil, err
	}
	x, err := t.inputs(enc, features, kept)
	if err != nil {
		return nil, nil, err
	}
	return &Dataset[T]{X: x, Y: y}, enc, nil
}

// assign divides the columns into labels and features.
func (t *Table[T]) assign(names []string) (labels, features []int, err error) {
	if len(names) == 0 {
		labels = []int{len(t.Columns) - 1}
	}
	for _, name := range names {
		i := t.Find(name)
		switch {
		case i < 0:
			return nil, nil, t.errorf(nil, "there is no column %s to predict; the columns are %s", quote.Text(name), quote.List(t.names()))
		case slices.Contains(labels, i):
			return nil, nil, t.errorf(&t.Columns[i], "the column is given twice as a label")
		}
		labels = append(labels, i)
	}
	isLabel := make([]bool, len(t.Columns))
	for _, i := range labels {
		isLabel[i] = true
	}
	for i := range t.Columns {
		if !isLabel[i] {
			features = append(features, i)
		}
	}
	if len(features) == 0 {
		return nil, nil, t.errorf(nil, "there is no column to predict from, only %s to predict", quote.List(t.names()))
	}
	return labels, features, nil
}

func (t *Table[T]) names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// rowList is a list of n rows: those of kept, or without it the rows 0, …, n-1.
type rowList struct {
	kept []int
	n    int
}

func (l rowList) at(i int) int {
	if l.kept != nil {
		return l.kept[i]
	}
	return i
}

// keep returns the rows that are used, or an error if cells are missing that
// must not be.
func (t *Table[T]) keep(features, labels []int, missing Missing) (rowList, error) {
	all := rowList{n: t.Rows}
	if missing == MissingDrop {
		return t.complete(append(slices.Clone(features), labels...))
	}
	for _, i := range labels {
		if c := &t.Columns[i]; c.Missing > 0 {
			return all, t.errorAt(c.MissingRows[0], c, "the label is missing (as in %s): fill it in, or have such rows left out (--missing drop)", plural(c.Missing, "row"))
		}
	}
	if where := t.missingIn(features); where != "" && missing == MissingError {
		return all, t.errorf(nil, "cells are missing: %s: fill them in, have their rows left out (--missing drop), or have them filled with the mean of the column (--missing mean)", where)
	}
	return all, nil
}

// complete returns the rows without a missing cell in the given columns.
func (t *Table[T]) complete(columns []int) (rowList, error) {
	columns = slices.DeleteFunc(columns, func(i int) bool { return t.Columns[i].Missing == 0 })
	if len(columns) == 0 {
		return rowList{n: t.Rows}, nil
	}
	kept := []int{}
	for row := range t.Rows {
		if !slices.ContainsFunc(columns, func(i int) bool { return t.isMissing(row, &t.Columns[i]) }) {
			kept = append(kept, row)
		}
	}
	if len(kept) == 0 {
		return rowList{}, t.errorf(nil, "a cell is missing in every row: %s", t.missingIn(columns))
	}
	return rowList{kept, len(kept)}, nil
}

// chooseFeatures describes the columns that become X.
func (t *Table[T]) chooseFeatures(enc *Encoding, features []int, kept rowList) error {
	for _, i := range features {
		c := &t.Columns[i]
		f := Feature{Name: c.Name, Scale: 1}
		if c.Kind == Text {
			values := t.valuesIn(c, kept)
			switch {
			case c.TooMany:
				return t.errorf(c, "the text has more than %d different values, and a category must have few (at most %d): leave the column out (--ignore)", maxValues, maxCategories)
			case len(values) > maxCategories:
				return t.errorf(c, "the text has %d different values, and a category must have few (at most %d): leave the column out (--ignore)", len(values), maxCategories)
			case len(values) == 0:
				return t.errorf(c, "the column is empty: leave it out (--ignore)")
			}
			f.Categories = values
		}
		enc.Features = append(enc.Features, f)
	}
	return nil
}

// valuesIn returns the values of a text column that occur in the rows.
func (t *Table[T]) valuesIn(c *Column, kept rowList) (values []string) {
	if kept.kept == nil {
		return c.Values
	}
	used := make([]bool, len(c.Values))
	for _, row := range kept.kept {
		if code := t.code(row, c); code >= 0 && !c.TooMany {
			used[code] = true
		}
	}
	for i, v := range c.Values {
		if used[i] {
			values = append(values, v)
		}
	}
	return values
}

// checkRoom refuses a matrix that one-hot columns make out of proportion to the
// table: it may have eight times its cells, and 2²⁷ elements (1 GiB of float64).
func (t *Table[T]) checkRoom(rows, cols int) error {
	const free = 1 << 27
	if cells := t.Rows * len(t.Columns); rows > (free+8*cells)/cols {
		return t.errorf(nil, "with an entry for each category the data would take a %d×%d matrix: leave columns with many categories out (--ignore)", rows, cols)
	}
	return nil
}

// inputs makes X of the given rows. It takes the memory of the table.
func (t *Table[T]) inputs(enc *Encoding, features []int, kept rowList) (*matrix.Matrix[T], error) {
	numbers := t.Numbers
	rows, inPlace := t.numberRows(features)
	if inPlace {
		t.Numbers = nil
		return selectInPlace(numbers, rows, kept), nil
	}
	width := enc.Width()
	if err := t.checkRoom(width, kept.n); err != nil {
		return nil, err
	}
	x := matrix.New[T](width, kept.n)
	at := 0
	for k, i := range features {
		c, f := &t.Columns[i], &enc.Features[k]
		if f.Categories == nil {
			for j := range kept.n {
				x.Data[j*width+at] = numbers.Data[kept.at(j)*numbers.Rows+c.Row]
			}
		} else if err := t.oneHot(x, at, i, f.Categories, kept); err != nil {
			return nil, err
		}
		at += f.rows()
	}
	t.Numbers = nil
	return x, nil
}

// numberRows returns the rows of Numbers of the columns, and whether the columns
// are all numbers and in ascending order, so that selectInPlace can be used.
func (t *Table[T]) numberRows(columns []int) (rows []int, ok bool) {
	for k, i := range columns {
		c := &t.Columns[i]
		if c.Kind != Number || k > 0 && c.Row <= rows[k-1] {
			return nil, false
		}
		rows = append(rows, c.Row)
	}
	return rows, true
}

// selectInPlace moves the given rows and columns of a together, so that a is
// what they make up.
func selectInPlace[T matrix.Float](a *matrix.Matrix[T], rows []int, columns rowList) *matrix.Matrix[T] {
	if len(rows) != a.Rows || columns.kept != nil {
		neighbours := len(rows) > 0 && rows[len(rows)-1]-rows[0] == len(rows)-1
		to := 0
		for j := range columns.n {
			from := a.Col(columns.at(j))
			if neighbours { // the usual case, in which one column, the label, is taken away at an end
				to += copy(a.Data[to:], from[rows[0]:rows[0]+len(rows)])
				continue
			}
			for _, i := range rows { // to never overtakes from: both lists ascend
				a.Data[to] = from[i]
				to++
			}
		}
	}
	return &matrix.Matrix[T]{Rows: len(rows), Cols: columns.n, Data: a.Data[:len(rows)*columns.n]}
}

// oneHot fills the rows of x that stand for the categories of a text column. A
// missing cell is NaN in all of them.
func (t *Table[T]) oneHot(x *matrix.Matrix[T], at, column int, categories []string, kept rowList) error {
	c := &t.Columns[column]
	place := indexIn(c.Values, categories)
	for j := range kept.n {
		rows := x.Col(j)[at : at+len(categories)]
		row := kept.at(j)
		switch code := t.code(row, c); {
		case code == missingCode:
			for i := range rows {
				rows[i] = T(math.NaN())
			}
		case c.TooMany || place[code] < 0:
			return t.errorAt(row, c, "%s is not one of the categories that the model knows (%s)", quote.Text(t.Cell(row, column)), quote.List(categories))
		default:
			rows[place[code]] = 1
		}
	}
	return nil
}

// indexIn returns the place of each value in a list, -1 if it is not there.
func indexIn(values, list []string) []int {
	at := make(map[string]int, len(list))
	for i, v := range list {
		at[v] = i
	}
	places := make([]int, len(values))
	for i, v := range values {
		if p, ok := at[v]; ok {
			places[i] = p
		} else {
			places[i] = -1
		}
	}
	return places
}
