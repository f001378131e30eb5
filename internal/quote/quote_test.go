package quote_test

import (
	"strings"
	"testing"
	"unicode"

	"gradlab/internal/quote"
	"pgregory.net/rapid"
)

func TestQuote(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{quote.Text("a\tb"), `"a\tb"`},
		{quote.Text(strings.Repeat("é", 30)), `"` + strings.Repeat("é", 20) + `"…`},
		{quote.Name("petal length, Ø"), "petal length, Ø"},
		{quote.Name("\x1b[31mred"), `"\x1b[31mred"`},
		{quote.Name("\xff"), `"\xff"`},
		{quote.Name(strings.Repeat("n", 81)), `"` + strings.Repeat("n", 40) + `"…`},
		{quote.Message("line 1\n\tline 2 \x1b[31m\x9b"), "line 1\n\tline 2 \ufffd[31m\ufffd"},
		{quote.Message(strings.Repeat("m", 17<<10)), strings.Repeat("m", 16<<10) + "…"},
		{quote.List(nil), ""},
		{quote.List([]string{"a"}), "a"},
		{quote.List([]string{"a", "b\n", "c"}), `a, "b\n" and c`},
		{quote.List(strings.Split("abcdefghijkl", "")), "a, b, c, d, e, f, g, h, i, j, … (12 in all)"},
	} {
		if c.got != c.want {
			t.Errorf("%s, not %s", c.got, c.want)
		}
	}
}

// Whatever the bytes are, what is shown is short and printable.
func TestShownIsPrintable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		for _, shown := range []string{quote.Text(s), quote.Name(s), quote.List([]string{s})} {
			if len(shown) > 4*40+8 || strings.ContainsFunc(shown, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Fatalf("%q is shown as %q", s, shown)
			}
		}
	})
}
