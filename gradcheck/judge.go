package gradcheck

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gradlab/matrix"
)

// How close is equal, relative to ‖a‖+‖b‖. A gradient is right up to
// nearlyEqual: ten times Tolerance, since float32 is right, too. One that is
// wrong is what a mistake makes of it up to explained.
const (
	nearlyEqual = 1e-6
	explained   = 1e-5
)

// judgement is what one trial says about one gradient.
type judgement struct {
	finding Finding
	causes  []explanation // all that explain the numbers, the likeliest first
}

// explanation is a mistake, or two of them one after the other, in words.
type explanation struct {
	mistakes []Mistake
	text     string
	hint     string
	rare     bool // not told where there is another explanation, though a second trial may rule that out
}

func (j judgement) wrong() bool { return j.finding.Mistake != "" }

// vague reports whether the mistake only says that something is wrong, and would
// come with any other mistake.
func (j judgement) vague() bool {
	switch j.finding.Mistake {
	case "", Shape, NotFinite:
		return true
	}
	return false
}

// explained reports whether the judgement names a cause.
func (j judgement) explained() bool {
	return j.wrong() && !j.vague() && j.finding.Mistake != Other
}

// allows reports whether the gradient may be the result of a mistake.
func (j judgement) allows(m Mistake) bool {
	if j.vague() {
		return true
	}
	for _, c := range j.causes {
		if c.mistakes[0] == m {
			return true
		}
	}
	return false
}

// explainedBy returns f with the first of several explanations.
func (f Finding) explainedBy(causes []explanation) Finding {
	first := causes[0]
	f.Mistake, f.Text, f.Hint = first.mistakes[0], first.text, first.hint
	if f.Hint == "" {
		f.Hint = hints[f.Mistake]
	}
	f.Also = nil
	for _, c := range causes[1:] {
		if m := c.mistakes[0]; m != f.Mistake && !c.rare && !slices.Contains(f.Also, m) {
			f.Also = append(f.Also, m)
			f.Text += fmt.Sprintf(" (or %s: %s)", m, c.text)
		}
	}
	return f
}

// judge judges all gradients of one trial.
func (e Evidence) judge() []judgement {
	var all []judgement
	wrong := "" // the first gradient that is
	for _, g := range e.Gradients {
		if g.Got == nil {
			continue
		}
		floor := 1e-6
		if g.Want == nil {
			g.Want = g.differences()
			floor = 1e-3 // of which differences are only so precise
		}
		j := e.judgeOne(g, floor, wrong)
		if !j.finding.Right && wrong == "" {
			wrong = g.Name
		}
		all = append(all, j)
	}
	return all
}

// judgeOne judges one gradient, after another one that is wrong or "".
func (e Evidence) judgeOne(g Gradient, floor float64, wrong string) judgement {
	f := g.compare(floor)
	if sameShape(g.Got, g.Want) && f.RelError < nearlyEqual {
		f.Right = true
		return judgement{finding: f}
	}
	if wrong != "" && g.Follows != nil && near(g.Got, g.Follows, nearlyEqual) {
		f.Text = "is wrong because " + wrong + " is"
		return judgement{finding: f}
	}
	causes := e.explain(g)
	if causes == nil {
		causes = []explanation{g.describe(f)}
		if c := &causes[0]; c.hint == "" && c.mistakes[0] == Other {
			c.hint = g.Hint
		}
	}
	return judgement{f.explainedBy(causes), causes}
}

// compare returns a finding with the numbers, but no verdict.
func (g Gradient) compare(floor float64) Finding {
	f := Finding{
		Name:    g.Name,
		GotRows: g.Got.Rows, GotCols: g.Got.Cols, WantRows: g.Want.Rows, WantCols: g.Want.Cols,
		Row: -1, Col: -1, RelError: math.Inf(1),
	}
	if !sameShape(g.Got, g.Want) {
		return f
	}
	f.RelError = distance(g.Got, g.Want) / math.Max(norm(g.Got)+norm(g.Want), floor)
	worst := -1.0
	for i := range g.Got.Data {
		if e := difference1(g.Got.Data[i], g.Want.Data[i]); e > worst {
			worst = e
			f.Row, f.Col = i%g.Got.Rows, i/g.Got.Rows
			f.Got, f.Want = g.Got.Data[i], g.Want.Data[i]
		}
	}
	return f
}

// explain returns the mistakes that make the gradient what it is.
func (e Evidence) explain(g Gradient) []explanation {
	if !matrix.Finite(g.Got.Data) && matrix.Finite(g.Want.Data) {
		return nil
	}
	var causes []explanation
	add := func(c explanation) { causes = append(causes, c) }
	right := []*Matrix{g.Want}
	if g.Follows != nil && g.Follows != g.Want {
		right = append(right, g.Follows)
	}
	for _, w := range right {
		e.multiples(g.Got, w, g.Want, func(s scale) {
			add(explanation{s.mistakes, "is " + s.text + " the right one" + s.aside, "", s.rare})
		})
	}
	for _, s := range g.Suspects {
		if explains(g.Got, s.Value, g.Want) {
			add(explanation{[]Mistake{s.Mistake}, s.Text, s.Hint, false})
		}
	}
	for _, s := range g.Sums {
		e.lostTerms(g, s, add)
	}
	for _, w := range right {
		if explains(g.Got, transpose(w), g.Want) {
			add(explanation{mistakes: []Mistake{Transposed}, text: transposedText(g.Got, g.Want)})
		}
	}
	if causes != nil {
		return causes
	}
	for _, s := range g.twice() {
		e.multiples(g.Got, s.Value, g.Want, func(c scale) {
			text := s.Text + "; besides, it is " + c.text + " that" + c.aside
			add(explanation{append([]Mistake{s.Mistake}, c.mistakes...), text, s.Hint, c.rare})
		})
	}
	if causes != nil {
		return causes
	}
	for _, w := range right {
		if n, i := wrongEntries(g.Got, w); n == 1 && len(w.Data) > 1 {
			text := fmt.Sprintf("is wrong in one entry: %s is %.6g, not %.6g", g.place(i), g.Got.Data[i], w.Data[i])
			return []explanation{{mistakes: []Mistake{Entry}, text: text}}
		}
	}
	return nil
}

// twice returns what is made of the gradient by mistakes beside which there may
// be another one.
func (g Gradient) twice() []Suspect {
	all := append(slices.Clone(g.Suspects), Suspect{Mistake: Transposed, Value: transpose(g.Want), Text: transposedText(g.Got, g.Want)})
	for _, s := range g.Sums {
		if s.Missing != "" {
			all = append(all, Suspect{Mistake: s.Missing, Value: s.Rest, Text: "lacks " + s.Name})
		}
	}
	return all
}

// lostTerms adds what is wrong with the term of a sum.
func (e Evidence) lostTerms(g Gradient, s Sum, add func(explanation)) {
	if !sameShape(g.Got, g.Want) {
		return
	}
	if s.Missing != "" && explains(g.Got, s.Rest, g.Want) {
		add(explanation{mistakes: []Mistake{s.Missing}, text: "lacks " + s.Name})
	}
	term := matrix.New[float64](g.Got.Rows, g.Got.Cols)
	matrix.Sub(term, g.Got, s.Rest)
	if s.Any == "" {
		e.multiples(term, s.Term, s.Term, func(c scale) {
			add(explanation{c.mistakes, "has " + c.text + " " + s.Name + c.aside, "", c.rare})
		})
		return
	}
	if c := ratio(term, s.Term); c < 0 && len(term.Data) > 1 && explains(term, scaled(c, s.Term), s.Term) {
		add(explanation{mistakes: []Mistake{s.Any}, text: s.Name})
	}
}

// describe says what is wrong where no mistake explains it.
func (g Gradient) describe(f Finding) explanation {
	switch {
	case !sameShape(g.Got, g.Want):
		return explanation{mistakes: []Mistake{Shape}, text: fmt.Sprintf("is %s, it must be %s", shape(g.Got), shape(g.Want))}
	case !matrix.Finite(g.Got.Data) && len(g.Got.Data) == 1:
		return explanation{mistakes: []Mistake{NotFinite}, text: fmt.Sprintf("is %v", f.Got)}
	case !matrix.Finite(g.Got.Data):
		return explanation{mistakes: []Mistake{NotFinite}, text: fmt.Sprintf("is not finite: %s is %v", g.place(f.Col*g.Got.Rows+f.Row), f.Got)}
	case len(g.Got.Data) == 1:
		return explanation{mistakes: []Mistake{Other}, text: fmt.Sprintf("is %.6g, not %.6g", f.Got, f.Want)}
	case norm(g.Got) == 0:
		return explanation{mistakes: []Mistake{Other}, text: "is 0 everywhere", hint: "Is there a line that computes it?"}
	}
	if c := ratio(g.Got, g.Want); explains(g.Got, scaled(c, g.Want), g.Want) {
		return explanation{mistakes: []Mistake{Other}, text: fmt.Sprintf("is %.6g times the right one", c)}
	}
	text := fmt.Sprintf("is wrong: %s is %.6g, not %.6g", g.place(f.Col*g.Got.Rows+f.Row), f.Got, f.Want)
	if where := wrongLines(g.Got, g.Want); where != "" {
		text = fmt.Sprintf("is wrong in %s and right elsewhere: %s is %.6g, not %.6g", where, g.place(f.Col*g.Got.Rows+f.Row), f.Got, f.Want)
	}
	return explanation{mistakes: []Mistake{Other}, text: text}
}

// wrongLines returns the rows, or the columns, that hold all wrong entries, if
// they are at most half of them.
func wrongLines(got, want *Matrix) string {
	rows, cols := map[int]bool{}, map[int]bool{}
	for i := range got.Data {
		if !sameEntry(got, want, i) {
			rows[i%got.Rows], cols[i/got.Rows] = true, true
		}
	}
	switch {
	case 2*len(rows) <= got.Rows && len(rows) <= len(cols):
		return lines("row", rows, got.Rows)
	case 2*len(cols) <= got.Cols:
		return lines("column", cols, got.Cols)
	}
	return ""
}

// lines names lines, counted from 1.
func lines(kind string, set map[int]bool, n int) string {
	var numbers []string
	for i := range n {
		if set[i] {
			numbers = append(numbers, fmt.Sprint(i+1))
		}
	}
	if len(numbers) == 1 {
		return kind + " " + numbers[0]
	}
	last := len(numbers) - 1
	return kind + "s " + strings.Join(numbers[:last], ", ") + " and " + numbers[last]
}

func transposedText(got, want *Matrix) string {
	if sameShape(got, want) {
		return "is transposed: entry (i, j) stands at (j, i)"
	}
	return fmt.Sprintf("is transposed: it is %s, it must be %s", shape(got), shape(want))
}

func shape(m *Matrix) string { return fmt.Sprintf("%d×%d", m.Rows, m.Cols) }

// place names the entry Got.Data[i].
func (g Gradient) place(i int) string {
	row, col := i%g.Got.Rows, i/g.Got.Rows
	if g.Place != nil {
		return g.Place(row, col)
	}
	return fmt.Sprintf("At(%d, %d)", row, col)
}
