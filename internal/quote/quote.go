// Package quote shows strings of strangers, cells of files and names in them, in
// messages: cut where they are long, and without the control characters by which
// a file could send commands to a terminal.
package quote

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

const (
	mostText = 40       // bytes of a text that are shown
	mostName = 80       // of a name
	mostList = 10       // items of a list
	mostLine = 16 << 10 // bytes of a message
)

// Text returns a text in quotes, cut where it is long.
func Text(s string) string {
	if len(s) > mostText {
		return strconv.Quote(strings.ToValidUTF8(s[:mostText], "")) + "…"
	}
	return strconv.Quote(s)
}

// Name returns a name as it is where it can be printed, else in quotes.
func Name(s string) string {
	if len(s) > mostName || strings.ContainsFunc(s, unprintable) {
		return Text(s)
	}
	return s
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }

// Names returns the names as Name shows each of them.
func Names(names []string) []string {
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = Name(name)
	}
	return shown
}

// Message returns a message of several lines, which may have anything in it that
// was not shown by the functions above: control characters become U+FFFD, and of
// a very long message there is the beginning.
func Message(s string) string {
	cut := ""
	if len(s) > mostLine {
		s, cut = strings.ToValidUTF8(s[:mostLine], ""), "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, s) + cut
}

// List returns "a, b and c", and of many items the first ten and their number.
func List(items []string) string {
	shown := Names(items[:min(len(items), mostList)])
	switch {
	case len(items) > mostList:
		return fmt.Sprintf("%s, … (%d in all)", strings.Join(shown, ", "), len(items))
	case len(items) < 2:
		return strings.Join(shown, "")
	}
	last := len(shown) - 1
	return strings.Join(shown[:last], ", ") + " and " + shown[last]
}
