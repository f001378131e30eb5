package matcalc

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// Every bad input of testdata/errors.json is refused with its kind, at its
// place, in words that name what matters.
func TestErrors(t *testing.T) {
	data, err := os.ReadFile("testdata/errors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Problem
			ID          string   `json:"id"`
			Kind        Kind     `json:"kind"`
			Outcome     string   `json:"outcome"`
			MustMention []string `json:"must_mention"`
			Position    *int     `json:"position"`
			Generate    *struct {
				Prefix      string `json:"prefix"`
				Repeat      string `json:"repeat"`
				Times       int    `json:"times"`
				Middle      string `json:"middle"`
				RepeatAfter string `json:"repeat_after"`
				TimesAfter  int    `json:"times_after"`
				Suffix      string `json:"suffix"`
			} `json:"expr_generate"`
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		if g := c.Generate; g != nil {
			c.Expr = g.Prefix + strings.Repeat(g.Repeat, g.Times) + g.Middle + strings.Repeat(g.RepeatAfter, g.TimesAfter) + g.Suffix
		}
		start := time.Now()
		_, err := c.Compile()
		if c.Outcome != "error" {
			if err != nil {
				t.Errorf("%s: %v", c.ID, err)
			}
			continue
		}
		e, ok := err.(*Error)
		if !ok {
			t.Errorf("%s: error is %v", c.ID, err)
			continue
		}
		if e.Kind != c.Kind {
			t.Errorf("%s: kind %s, want %s: %v", c.ID, e.Kind, c.Kind, e)
		}
		if c.Position != nil && e.Position != *c.Position {
			t.Errorf("%s: position %d, want %d: %v", c.ID, e.Position, *c.Position, e)
		}
		for _, word := range c.MustMention {
			if !strings.Contains(e.Message, word) {
				t.Errorf("%s: message lacks %q: %v", c.ID, word, e)
			}
		}
		t.Logf("%s: %v", c.ID, time.Since(start))
		t.Logf("%s: %v\n%s", c.ID, e, e.Caret(c.Expr))
	}
}
