package data

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
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
	return fmt.Sprintf("column %d (%s)", number, printable(name))
}

// quote returns a cell in quotes, cut where it is long.
func quote(cell string) string {
	const most = 40
	if len(cell) > most {
		return strconv.Quote(strings.ToValidUTF8(cell[:most], "")) + "…"
	}
	return strconv.Quote(cell)
}

// printable returns a name as it is where it can be printed, else in quotes, so
// that a file cannot send control characters to the terminal.
func printable(name string) string {
	for _, r := range name {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return quote(name)
		}
	}
	if len(name) > 80 {
		return quote(name)
	}
	return name
}

// list returns "a, b and c", and of many items the first ten and their number.
func list(items []string) string {
	const most = 10
	shown := make([]string, 0, most)
	for _, item := range items[:min(len(items), most)] {
		shown = append(shown, printable(item))
	}
	switch {
	case len(items) > most:
		return fmt.Sprintf("%s, … (%d in all)", strings.Join(shown, ", "), len(items))
	case len(items) < 2:
		return strings.Join(shown, "")
	}
	last := len(shown) - 1
	return strings.Join(shown[:last], ", ") + " and " + shown[last]
}

// plural returns "1 cell", "2 cells".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
