package data

import (
	"fmt"
	"strings"

	"gradlab/internal/quote"
)

// An Error is a problem of an input file, with its place. Where there is a way
// out, it names the flag of the train command: --ignore is CSVOptions.Ignore,
// --missing is Spec.Missing.
type Error struct {
	File   string
	Line   int    // counted from 1; 0: the file as a whole
	Column int    // counted from 1; 0: the line as a whole
	Name   string // of the column
	Msg    string
}

func (e *Error) Error() string {
	var s strings.Builder
	s.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&s, ":%d", e.Line)
	}
	s.WriteString(": ")
	if e.Column > 0 {
		s.WriteString(columnName(e.Column, e.Name) + ": ")
	}
	s.WriteString(e.Msg)
	return s.String()
}

// columnName returns "column 3 (petal_length)".
func columnName(number int, name string) string {
	return fmt.Sprintf("column %d (%s)", number, quote.Name(name))
}

// plural returns "1 cell", "2 cells".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
