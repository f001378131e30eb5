package matcalc

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Kind says what is wrong with an input, or what a warning warns of.
type Kind string

// The kinds of errors.
const (
	Syntax          Kind = "syntax"           // not in the grammar
	UnknownFunction Kind = "unknown_function" // a call of a name that is no function
	Arity           Kind = "arity"            // too many or too few arguments
	Undeclared      Kind = "undeclared"       // a name without a meaning
	BadWrt          Kind = "wrt"              // no variable to differentiate by
	BadShape        Kind = "shape"            // rows and columns that don't fit
	NotSquare       Kind = "not_square"       // inv, det, ... of a matrix that is not square
	NotScalar       Kind = "not_scalar"       // an objective that is not 1×1
	BadDivision     Kind = "division"         // division by a matrix, or by 0
	BadPower        Kind = "power"            // a power that matrices don't have
	BadDeclaration  Kind = "bad_declaration"  // a shape or property that can't be
	Duplicate       Kind = "duplicate"        // a name declared twice
	ReservedName    Kind = "reserved_name"    // a name that means something already
	WhereCycle      Kind = "where_cycle"      // definitions that need each other
	TooDeep         Kind = "too_deep"         // brackets in brackets in brackets
	TooLarge        Kind = "too_large"        // beyond a limit on length or size
	Unsupported     Kind = "unsupported"      // right, but the engine can't do it
)

// Error is what is wrong with an input.
type Error struct {
	Kind     Kind
	Message  string
	Position int    // in characters, from 0; -1 if there is no place to point at
	In       string // the name of the definition or function body that Position is in, "" for the expression

	internal bool // a mistake of the engine
}

func (e *Error) Error() string {
	if e.In != "" {
		return "in " + e.In + ": " + e.Message
	}
	return e.Message
}

// Caret returns the line of source that the error is in, and under it a caret
// at its place. It is empty if the error has no place.
func (e *Error) Caret(source string) string {
	if e.Position < 0 {
		return ""
	}
	before, rest := splitAt(source, e.Position)
	if i := strings.LastIndexByte(before, '\n'); i >= 0 {
		before = before[i+1:]
	}
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	const most = 60 // characters on either side
	if n := utf8.RuneCountInString(before); n > most {
		_, before = splitAt(before, n-most)
		before = "…" + before
	}
	if utf8.RuneCountInString(rest) > most {
		rest, _ = splitAt(rest, most)
		rest += "…"
	}
	blank := func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}
	return before + rest + "\n" + strings.Map(blank, before) + "^"
}

// splitAt splits s after n characters.
func splitAt(s string, n int) (string, string) {
	for i := range s {
		if n == 0 {
			return s[:i], s[i:]
		}
		n--
	}
	return s, ""
}

// errorf returns an error without a place.
func errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Position: -1}
}

// errorAt returns an error at a place.
func errorAt(position int, kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Position: position}
}

// within says which definition an error is in.
func within(name string, err error) error {
	if e, ok := err.(*Error); ok && e.In == "" {
		e.In = name
	}
	return err
}

// Catch turns a panic with an *Error into that error: deep in a rewriting, a
// limit on sizes and a step that can't be done are left by a panic. Use it as
// `defer Catch(&err)`. Any other panic goes on.
func Catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case *Error:
		*err = r
	default:
		panic(r)
	}
}

// nearest returns the one of names that name is most likely meant to be, or "".
func nearest(name string, names []string) string {
	best, bestCost := "", 0
	for _, candidate := range names {
		cost := distance(name, candidate)
		shorter := strings.HasPrefix(name, candidate) && len(candidate) >= 2
		longer := strings.HasPrefix(candidate, name) && len(name) >= 2
		if shorter || longer {
			cost = min(cost, 1)
		}
		better := best == "" || cost < bestCost || cost == bestCost && len(candidate) > len(best)
		if better && cost <= (min(len(name), len(candidate))+1)/3 {
			best, bestCost = candidate, cost
		}
	}
	return best
}

// distance returns how many letters to change, insert or leave out to make b of a.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) > 40 || len(b) > 40 {
		return 40
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0]++
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
