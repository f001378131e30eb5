package data

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"gradlab/internal/quote"
	"gradlab/matrix"
)

// block is a piece of a CSV file and what was read from it. Its rows and lines
// are counted from 0 within the block.
type block[T matrix.Float] struct {
	data     []byte
	torn     bool          // see cutter.next
	expected int64         // bytes of the whole file, as far as could be told then; or -1
	err      error         // that kept the block from being read
	done     chan struct{} // receives when the block has been parsed

	rows    int
	lines   int     // line ends
	numbers []T     // the number columns of a row, then those of the next
	codes   []int32 // likewise of the text columns
	dicts   []dict  // of the text columns
	jumps   []jump
	missing missingCells
	problem *Error // the first; rows up to there are right
}

// jump says that a row is not on the line after the row before it.
type jump struct{ row, line int }

// missingCells are the cells without a value, by columns of the file.
type missingCells struct {
	count  []int // nil: none
	places []missingCell
}

type missingCell struct{ column, row int }

// placesShown is how many missing cells of a column are named.
const placesShown = 3

func (m *missingCells) add(column, row, columns int) {
	if m.count == nil {
		m.count = make([]int, columns)
	}
	if m.count[column] < placesShown {
		m.places = append(m.places, missingCell{column, row})
	}
	m.count[column]++
}

// parser reads a block by a layout.
type parser[T matrix.Float] struct {
	scanner
	*block[T]
	lay   *layout
	limit float64
}

// parse reads the records of b.data.
func (b *block[T]) parse(lay *layout) {
	p := parser[T]{scanner: scanner{b: b.data, delim: lay.delim}, block: b, lay: lay, limit: limit[T]()}
	expected := -1
	for b.problem == nil && p.more() {
		if line := p.scanner.lines; line != expected {
			b.jumps = append(b.jumps, jump{b.rows, line})
		}
		expected = p.scanner.lines + 1
		if b.problem = p.record(); b.problem == nil {
			b.rows++
		}
	}
	b.lines = p.scanner.lines
	if i := bytes.IndexByte(b.data, 0); i >= 0 && (b.problem == nil || i < p.pos) {
		b.problem = &Error{Line: countLineEnds(b.data[:i]) + 1, Msg: binaryFile}
	}
}

// record reads the record at the position.
func (p *parser[T]) record() *Error {
	first := p.scanner.lines + 1
	columns := len(p.lay.roles)
	for column := p.plainNumbers(0); column < columns; column = p.plainNumbers(column + 1) {
		last, problem := p.anyCell(column, first)
		if problem != nil {
			return problem
		}
		if last != (column == columns-1) {
			return p.ragged(first, column+1, last)
		}
	}
	if p.torn && p.pos == len(p.b) {
		return &Error{Line: first, Msg: tooLong}
	}
	return nil
}

// plainNumbers reads cells from the given column on as long as each is a number
// that fills its cell, without quotes and spaces, and returns the column of the
// first that is not, which it leaves for anyCell. This is the short way through
// almost all cells.
func (p *parser[T]) plainNumbers(column int) (next int) {
	pos, numbers, last := p.pos, p.numbers, len(p.lay.roles)-1
	for ; column <= last && p.lay.roles[column] == numberRole; column++ {
		x, n := scanNumber(p.b[pos:])
		end := pos + n
		if n == 0 || end == len(p.b) || !(math.Abs(x) <= p.limit) {
			break
		}
		if column == last && p.b[end] == '\n' {
			p.scanner.lines++
		} else if column == last || p.b[end] != p.delim {
			break
		}
		numbers = append(numbers, T(x))
		pos = end + 1
	}
	p.pos, p.numbers = pos, numbers
	return column
}

// anyCell reads a cell of any column and any form.
func (p *parser[T]) anyCell(column, first int) (last bool, problem *Error) {
	role := p.lay.roles[column]
	cell, last, form := p.cell()
	if form != "" {
		return false, p.malformed(column, form)
	}
	msg := ""
	switch {
	case role == skipRole:
		return last, nil
	case isMissing(cell):
		p.missing.add(column, p.rows, len(p.lay.roles))
		if role == textRole {
			p.codes = append(p.codes, missingCode)
		} else {
			p.numbers = append(p.numbers, T(math.NaN()))
		}
		return last, nil
	case role == textRole:
		code, added := p.dicts[p.lay.slots[column]].code(cell)
		p.codes = append(p.codes, code)
		if !added || utf8.Valid(cell) {
			return last, nil
		}
		msg = fmt.Sprintf("%s is not UTF-8 (but perhaps Latin-1 or Windows-1252): save the file as UTF-8", quote.Text(string(cell)))
	case role == numberRole:
		x, ok := parseNumber(cell)
		if ok && math.Abs(x) <= p.limit {
			p.numbers = append(p.numbers, T(x))
			return last, nil
		}
		msg = p.notNumber(column, string(cell), ok)
	default:
		msg = fmt.Sprintf("the column holds dates, such as %s, and a network takes numbers: turn them into numbers (days since the first one, say), or leave the column out (--ignore)", quote.Text(string(cell)))
	}
	// A cell of the wrong kind is often one that a missing or surplus delimiter
	// has shifted.
	if ragged := p.ragged(first, column+1, last); ragged != nil {
		return false, ragged
	}
	return false, &Error{Line: first, Column: column + 1, Name: p.lay.names[column], Msg: msg}
}

// ragged reads on to the end of the record, of which some cells have been read,
// and returns an error if it has not as many cells as the first one.
func (p *parser[T]) ragged(first, cells int, last bool) *Error {
	for ; !last; cells++ {
		var form string
		if _, last, form = p.cell(); form != "" {
			return p.malformed(cells, form)
		}
	}
	if p.torn && p.pos == len(p.b) {
		return &Error{Line: first, Msg: tooLong}
	}
	want := len(p.lay.roles)
	if cells == want {
		return nil
	}
	as := "the first line has"
	if p.lay.header {
		as = "the header has"
	}
	return &Error{Line: first, Msg: fmt.Sprintf("%s, where %s %d (the cells are taken as separated by %s)",
		plural(cells, "cell"), as, want, delimiterName(p.lay.delim))}
}

// malformed returns the error for a cell that is not well formed.
func (p *parser[T]) malformed(column int, form string) *Error {
	e := &Error{Line: p.scanner.lines + 1, Column: column + 1, Msg: form}
	if column < len(p.lay.names) {
		e.Name = p.lay.names[column]
	} else {
		e.Column = 0
	}
	return e
}

// notNumber says what is wrong with a cell of a column of numbers.
func (p *parser[T]) notNumber(column int, cell string, tooLarge bool) string {
	switch {
	case tooLarge:
		return fmt.Sprintf("%s is too large to train with (the limit is %g): give the column in other units", cell[:min(len(cell), 40)], p.limit)
	case isInfinity(cell):
		return fmt.Sprintf("%s is not a finite number, and cannot be trained with: write a number, or leave the cell empty if the value is missing", quote.Text(cell))
	case hasCommas(cell):
		return fmt.Sprintf("%s is not a number: write it with a decimal point, and without separators between thousands", quote.Text(cell))
	case isDate(cell):
		return fmt.Sprintf("%s is a date, and the column is one of numbers: turn the dates into numbers, or leave the column out (--ignore)", quote.Text(cell))
	}
	return fmt.Sprintf("%s is not a number, as %s: correct it, leave it empty if the value is missing, read the column as text (--text) or leave it out (--ignore)",
		quote.Text(cell), p.lay.numbersBecause(column))
}

const binaryFile = "a NUL byte: this looks like a binary file, not a CSV file"

var tooLong = "the line is longer than " + strconv.Itoa(maxRecord>>20) + " MiB"

// delimiterName returns a delimiter in words.
func delimiterName(delim byte) string {
	switch delim {
	case '\t':
		return "tabs"
	case ',':
		return "commas"
	case ';':
		return "semicolons"
	}
	return strings.TrimSpace(strconv.Quote(string(rune(delim))))
}
