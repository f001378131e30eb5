package data

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"gradlab/matrix"
)

// Kind is what a column holds.
type Kind int

const (
	Number Kind = iota
	Text
)

// String returns number or text.
func (k Kind) String() string {
	if k == Text {
		return "text"
	}
	return "number"
}

// Table is a data file as it was read.
type Table[T matrix.Float] struct {
	Name    string // of the file
	Header  bool   // the file names its columns; else they are x1, x2, …
	Rows    int
	Columns []Column
	Numbers *matrix.Matrix[T] // the number columns: a row of the file is a column here; NaN is a missing value
	SHA256  string            // of the bytes that were read, in hexadecimal

	LabelsSHA256 string // of those of the file of labels, if there is one

	texts int     // text columns
	codes []int32 // their cells, texts×Rows like Numbers: places in Values, or missingCode
	unit  string  // what a row is called in messages: "line" or "image"
	jumps []jump  // the lines of the rows; a row without a jump is on the line after the row before it
}

// Column describes a column of a table.
type Column struct {
	Position    int // in the file, counted from 1
	Name        string
	Kind        Kind
	Row         int      // of a number column: its row of Numbers
	Values      []string // of a text column: its different values, sorted by bytes
	TooMany     bool     // of a text column: it has more than 10 000 values, and they were not kept
	Missing     int      // number of missing cells
	MissingRows []int    // the rows of the first few of them, counted from 0
}

// Find returns the index in Columns of a column given by its name, or else by
// its position in the file, or -1.
func (t *Table[T]) Find(name string) int {
	for i, c := range t.Columns {
		if c.Name == name {
			return i
		}
	}
	if n, err := strconv.Atoi(name); err == nil {
		for i, c := range t.Columns {
			if c.Position == n {
				return i
			}
		}
	}
	return -1
}

// Cell returns a cell as text, "" if it is missing.
func (t *Table[T]) Cell(row, column int) string {
	c := &t.Columns[column]
	if c.Kind == Number {
		if x := t.Numbers.Col(row)[c.Row]; x == x {
			return FormatNumber(x)
		}
		return ""
	}
	if code := t.code(row, c); code >= 0 && !c.TooMany {
		return c.Values[code]
	}
	return ""
}

// Line returns the line of the file that a row starts on, or the number of an
// image; both are counted from 1, the row from 0.
func (t *Table[T]) Line(row int) int {
	i := sort.Search(len(t.jumps), func(i int) bool { return t.jumps[i].row > row }) - 1
	if i < 0 {
		return row + 1
	}
	return t.jumps[i].line + row - t.jumps[i].row
}

// MissingCells says in words how many cells are missing and where the first
// ones are: "column 2 (age): 177 cells, in lines 7, 19, 20, …". It is empty if
// none is.
func (t *Table[T]) MissingCells() string {
	all := make([]int, len(t.Columns))
	for i := range all {
		all[i] = i
	}
	return t.missingIn(all)
}

// missingIn is MissingCells for some columns.
func (t *Table[T]) missingIn(columns []int) string {
	const most = 5
	var parts []string
	with := 0
	for _, i := range columns {
		c := &t.Columns[i]
		if c.Missing == 0 {
			continue
		}
		if with++; with > most {
			continue
		}
		var lines []string
		for _, row := range c.MissingRows {
			lines = append(lines, strconv.Itoa(t.Line(row)))
		}
		where := strings.Join(lines, ", ")
		if c.Missing > len(lines) {
			where += ", …"
		}
		unit := t.unit
		if c.Missing > 1 {
			unit += "s"
		}
		parts = append(parts, fmt.Sprintf("%s: %s, in %s %s", c, plural(c.Missing, "cell"), unit, where))
	}
	if with > most {
		parts = append(parts, fmt.Sprintf("and %s more", plural(with-most, "column")))
	}
	return strings.Join(parts, "; ")
}

func (c *Column) String() string { return columnName(c.Position, c.Name) }

// code returns the code of a cell of a text column.
func (t *Table[T]) code(row int, c *Column) int32 { return t.codes[row*t.texts+c.Row] }

// isMissing reports whether a cell is missing.
func (t *Table[T]) isMissing(row int, c *Column) bool {
	if c.Kind == Text {
		return t.code(row, c) == missingCode
	}
	x := t.Numbers.Data[row*t.Numbers.Rows+c.Row]
	return x != x
}

// sortValues puts the values of the text columns in order.
func (t *Table[T]) sortValues(dicts []dict) {
	places := make([][]int32, len(dicts))
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Kind != Text {
			continue
		}
		c.TooMany = dicts[c.Row].full
		c.Values, places[c.Row] = dicts[c.Row].sorted()
	}
	for k, code := range t.codes {
		if place := places[k%t.texts]; code >= 0 && place != nil {
			t.codes[k] = 0
			if int(code) < len(place) {
				t.codes[k] = place[code]
			}
		}
	}
}

// errorAt returns an error about a cell, or with column nil about a row.
func (t *Table[T]) errorAt(row int, column *Column, format string, args ...any) error {
	e := &Error{File: t.Name, Msg: fmt.Sprintf(format, args...)}
	if column != nil {
		e.Column, e.Name = column.Position, column.Name
	}
	if t.unit == "line" {
		e.Line = t.Line(row)
	} else {
		e.File = fmt.Sprintf("%s: %s %d", t.Name, t.unit, t.Line(row))
	}
	return e
}

// errorf returns an error about the table, or with column not nil about a column.
func (t *Table[T]) errorf(column *Column, format string, args ...any) error {
	e := &Error{File: t.Name, Msg: fmt.Sprintf(format, args...)}
	if column != nil {
		e.Column, e.Name = column.Position, column.Name
	}
	return e
}

// FormatNumber returns the shortest decimal that reads back as x.
func FormatNumber[T matrix.Float](x T) string {
	bits := 64
	if _, single := any(x).(float32); single {
		bits = 32
	}
	return strconv.FormatFloat(float64(x), 'g', -1, bits)
}
