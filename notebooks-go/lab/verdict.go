package lab

import (
	"fmt"
	"html"
	"strings"

	"gradlab/gradcheck"
)

// String returns the verdict as text: a line if the function is right or not
// filled in, else a line for each result, and below the first that is wrong what
// to think about.
func (v Verdict) String() string {
	var b strings.Builder
	if v.Passed {
		fmt.Fprintf(&b, "✓ %s: right in %d trials", v.Exercise, v.Trials)
		return b.String()
	}
	if v.Mistake == NotFilledIn {
		if strings.HasPrefix(v.Text, v.Exercise+" is ") {
			return "○ " + v.Text
		}
		return fmt.Sprintf("○ %s: %s", v.Exercise, v.Text)
	}
	fmt.Fprintf(&b, "✗ %s (%s)", v.Exercise, v.Mistake)
	if len(v.Findings) == 0 || allRight(v.Findings) {
		fmt.Fprintf(&b, ": %s", v.Text)
	}
	for _, f := range v.Findings {
		fmt.Fprintf(&b, "\n  %v", f)
	}
	for _, note := range v.Notes {
		fmt.Fprintf(&b, "\n  Besides, %s.", note)
	}
	if v.Hint != "" {
		fmt.Fprintf(&b, "\n  Hint: %s", v.Hint)
	}
	return b.String()
}

func allRight(findings []gradcheck.Finding) bool {
	for _, f := range findings {
		if !f.Right {
			return false
		}
	}
	return true
}

// HTML returns the verdict for gonbui.DisplayHTML.
func (v Verdict) HTML() string {
	var b strings.Builder
	colour, mark := "#b00020", "✗"
	switch {
	case v.Passed:
		colour, mark = "#1b7f3b", "✓"
	case v.Mistake == NotFilledIn:
		colour, mark = "#767676", "○"
	}
	fmt.Fprintf(&b, `<div style="border-left: 4px solid %s; padding: 0.3em 0.8em">`, colour)
	fmt.Fprintf(&b, `<b style="color: %s">%s %s</b>`, colour, mark, html.EscapeString(v.Exercise))
	switch {
	case v.Passed:
		fmt.Fprintf(&b, ": right in %d trials", v.Trials)
	case len(v.Findings) == 0 || allRight(v.Findings):
		fmt.Fprintf(&b, ": %s <code>%s</code>", html.EscapeString(v.Text), v.Mistake)
	default:
		fmt.Fprintf(&b, " <code>%s</code>", v.Mistake)
	}
	if !v.Passed {
		for _, f := range v.Findings {
			fmt.Fprintf(&b, "<br>%s", html.EscapeString(f.String()))
		}
		for _, note := range v.Notes {
			fmt.Fprintf(&b, "<br>Besides, %s.", html.EscapeString(note))
		}
		if v.Hint != "" {
			fmt.Fprintf(&b, "<br><i>%s</i>", html.EscapeString(v.Hint))
		}
	}
	b.WriteString("</div>")
	return b.String()
}
