package matcalc

import (
	"strings"
	"unicode/utf8"
)

// LaTeX returns the derivation as LaTeX for the body of a document that loads
// amsmath.
func (d *Derivation) LaTeX(o PrintOptions) string {
	p := printer{newLaTeXPage(o), o, true}
	p.derivation(d)
	return p.String()
}

func newLaTeXPage(o PrintOptions) *latexPage {
	return &latexPage{
		width: o.latexWidth(), begin: "\\begin{align*}", end: "\\end{align*}",
		title: "\\subsection*{%s}\n", tag: `\tag*%s`, text: LaTeXText,
	}
}

// LaTeXDocument returns a document with these bodies.
func LaTeXDocument(bodies ...string) string {
	return `\documentclass{article}
\usepackage[a4paper,margin=25mm]{geometry}
\usepackage{amsmath}
\allowdisplaybreaks
\setlength{\jot}{5pt}
\setlength{\parindent}{0pt}
\begin{document}

` + strings.Join(bodies, "\n\\bigskip\n\n") + `
\end{document}
`
}

// latexPage is a page of LaTeX or Markdown: displayed formulas with sentences
// between them.
type latexPage struct {
	strings.Builder
	nameStyle
	width      int
	begin, end string              // of formulas aligned at &
	title      string              // the form of a heading
	tag        string              // the form of the number of an equation
	text       func(string) string // escapes text
	open       bool                // whether a paragraph is open
}

// latexLetters is how many letters fit on a line by default.
const latexLetters = 84

func (o PrintOptions) latexWidth() int {
	if o.Width == 0 {
		return latexLetters
	}
	return o.Width
}

func (w *latexPage) say(text string) { w.WriteString(text + "\n") }

func (w *latexPage) heading(title string) { w.say(strings.Replace(w.title, "%s", w.text(title), 1)) }
func (w *latexPage) sentence(text string, formulas ...*mark) {
	var inline []string
	for _, f := range formulas {
		inline = append(inline, "$"+w.layout(f).flat()+"$")
	}
	w.say("\n" + insert(text, w.text, inline))
	w.open = true
}

func (w *latexPage) gap()                     {}
func (w *latexPage) prose(text string) string { return prose(text) }

// declarations writes "where M is l×l symmetric" and so on.
func (w *latexPage) declarations(vars Variables) {
	var clauses []string
	for _, v := range vars {
		what := "$" + w.size(v.Shape[0]) + ` \times ` + w.size(v.Shape[1]) + "$"
		if v.isScalar() {
			what = "scalar"
		}
		words := append([]string{"$" + w.name(v.Name) + "$", "is", what}, v.propWords()...)
		clauses = append(clauses, strings.Join(words, " "))
	}
	if len(clauses) > 0 {
		w.say("where " + strings.Join(clauses, ", ") + ".")
	}
}

// display writes equations aligned at the equals sign, and what is said to each
// in a column on the right.
func (w *latexPage) display(label string, rows []row) {
	if label != "" && w.open {
		w.say("")
	}
	if label != "" {
		w.say(label)
	}
	w.open = false
	around := 6 // letters for the left side, the gap, and the number
	column, widest := 0, 0
	layouts := make([]*layout, len(rows))
	for i, r := range rows {
		column = max(column, utf8.RuneCountInString(r.reason))
		layouts[i] = w.layout(notate(r.right))
		widest = max(widest, layouts[i].width()/letter)
		if r.number != "" {
			around = 12
		}
	}
	column = min(column, max(w.width/4, w.width-around-widest))
	room := (w.width - column - around) * letter
	var lines []string
	for i, layout := range layouts {
		lines = append(lines, w.equation(rows[i], layout.lines(room, 2*letter), fillReason(rows[i].reason, column), column > 0)...)
	}
	w.say(w.begin + "\n" + strings.Join(lines, " \\\\\n") + "\n" + w.end)
}

// equation returns the lines of a row, of which these are the right side and the
// reason; reasons says whether there is a column of them.
func (w *latexPage) equation(r row, right, why []string, reasons bool) (lines []string) {
	n := max(len(right), len(why))
	for j := range n {
		line := `&\quad `
		if j == 0 {
			line = w.left(r) + "&= "
		}
		if j < len(right) {
			line += right[j]
		}
		if j < len(why) {
			line += ` && \text{` + latexReason(why[j]) + "}"
		}
		if j == n-1 && r.number != "" {
			if strings.HasPrefix(w.tag, "&&") && reasons && j >= len(why) {
				line += " &&" // the number has a column of its own
			}
			line += " " + strings.Replace(w.tag, "%s", "{"+r.number+"}", 1)
		}
		lines = append(lines, line)
	}
	return lines
}

// left returns the left side of an equation.
func (w *latexPage) left(r row) string {
	var names []string
	for _, m := range r.left {
		names = append(names, w.layout(m).flat())
	}
	if len(names) == 0 {
		return ""
	}
	return strings.Join(names, " = ") + " "
}

// latexReason returns rules and notes as LaTeX, with the equations in them as
// mathematics.
func latexReason(s string) string {
	parts := strings.Split(s, ", ")
	for i, part := range parts {
		left, right, _ := strings.Cut(part, " = ")
		l, err := Parse(left)
		r, err2 := Parse(right)
		if err != nil || err2 != nil {
			parts[i] = LaTeXText(prose(part))
			continue
		}
		parts[i] = "$" + nameStyle{}.layout(notator{}.mark(l)).flat() + " = " + nameStyle{}.layout(notator{}.mark(r)).flat() + "$"
	}
	return strings.Join(parts, ", ")
}
