package gradcheck

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/diff/fd"

	"gradlab/matrix"
)

// Matrix is the type of the matrices of a diagnosis.
type Matrix = matrix.Matrix[float64]

// Evidence is what is known of a computation of gradients.
type Evidence struct {
	// The gradients in the order in which they are computed, so that a cause
	// stands before its consequences.
	Gradients []Gradient

	Examples int   // m, the number of examples; 0: there are none
	Features []int // other counts that a mean could be taken over by mistake
}

// Gradient is a gradient as it was computed, and what it should be. It may be
// any other matrix, too, such as the weights after an update.
type Gradient struct {
	Name string  // "dW"
	Got  *Matrix // as it was computed; nil: it was not, and is not judged

	Want *Matrix // the right one. If it is nil, it is found by central differences
	// of F by the entries of At, which are moved and put back.
	F  func() float64
	At *Matrix

	// Follows is what would be right if the gradients before it were right as
	// they were computed: where Got is that, the mistake was made before. Nil:
	// Want.
	Follows *Matrix

	// Place names an entry in words, such as "At(0, 2)"; nil: like that.
	Place func(row, col int) string

	Hint string // what to think about where no mistake explains it

	Suspects []Suspect // what it becomes by particular mistakes
	Sums     []Sum     // the ways to see Want as a sum of two terms
}

// Suspect is what a gradient becomes by a mistake.
type Suspect struct {
	Mistake Mistake
	Value   *Matrix
	Text    string // what it is, such as "is da itself"
	Hint    string // "": what is said of such mistakes in general
}

// Sum says that the right gradient is Rest + Term. A wrong one may have lost
// the term, or have it with a wrong factor.
type Sum struct {
	Rest, Term *Matrix
	Name       string  // of the term, such as "the penalty λ/m·W"
	Missing    Mistake // the name of the mistake to leave the term out

	// Any is the name of the mistake that the term has any negative factor;
	// "": only the factors that have a meaning are looked for.
	Any Mistake
}

// Diagnosis is what Diagnose finds.
type Diagnosis struct {
	Finding            // the first cause; if all is right, one without a name
	Findings []Finding // for each gradient that was judged
}

// Finding is what Diagnose finds about one gradient.
type Finding struct {
	Name    string
	Mistake Mistake   // "": it is right, or follows from a wrong one before it
	Also    []Mistake // other mistakes that would explain the numbers as well

	Right bool   // it is as it should be
	Text  string // what is wrong, in words
	Hint  string // what to think about

	GotRows, GotCols, WantRows, WantCols int     // the shapes
	Row, Col                             int     // of the entry that is wrong (that differs most), as in Got.At(Row, Col); -1 where shapes differ
	Got, Want                            float64 // this entry
	RelError                             float64 // ‖got-want‖ / (‖got‖+‖want‖), with a floor
}

// Diagnose judges gradients, and says of a wrong one which of the classic
// mistakes makes it what it is. It tries those that the evidence has the
// ingredients for; see Layer for the backward pass of a dense layer.
//
// Numbers that are right but for rounding, be it that of float32, are right.
// Two mistakes can give the same numbers: with two examples a sum is twice the
// mean. Then both are named, the likelier one first. Evidence of several trials
// with other numbers and sizes tells them apart: a mistake must explain them
// all.
func Diagnose(trials ...Evidence) Diagnosis {
	var d Diagnosis
	judged := make([][]judgement, len(trials))
	for k, e := range trials {
		judged[k] = e.judge()
	}
	for _, name := range names(judged) {
		d.Findings = append(d.Findings, merge(name, judged))
	}
	d.Finding = cause(d.Findings)
	return d
}

// names returns the names of all gradients, in order.
func names(judged [][]judgement) []string {
	var names []string
	seen := map[string]bool{}
	for _, trial := range judged {
		for _, j := range trial {
			if !seen[j.finding.Name] {
				seen[j.finding.Name] = true
				names = append(names, j.finding.Name)
			}
		}
	}
	return names
}

// cause returns the first finding that is a mistake, of those in the catalogue
// if there are any.
func cause(findings []Finding) Finding {
	first := Finding{Right: true}
	for _, f := range findings {
		switch {
		case f.Right:
		case first.Right, first.Mistake == "" && f.Mistake != "", first.Mistake == Other && f.Mistake != "" && f.Mistake != Other:
			first = f
		}
	}
	return first
}

// merge returns the one finding of all trials about a gradient: what those allow
// that say the most.
func merge(name string, judged [][]judgement) Finding {
	var all []judgement
	for _, trial := range judged {
		for _, j := range trial {
			if j.finding.Name == name {
				all = append(all, j)
			}
		}
	}
	for _, says := range []func(judgement) bool{
		judgement.explained, // agreed on by all others
		func(j judgement) bool { return j.wrong() && j.vague() },
		judgement.wrong,
		func(j judgement) bool { return !j.finding.Right }, // because another is wrong
	} {
		if k := slices.IndexFunc(all, says); k >= 0 {
			return agree(all[k], all)
		}
	}
	return all[0].finding
}

// agree returns the finding of a judgement with those causes that all trials
// allow.
func agree(j judgement, all []judgement) Finding {
	if j.vague() {
		return j.finding
	}
	common := slices.DeleteFunc(slices.Clone(j.causes), func(c explanation) bool {
		return slices.ContainsFunc(all, func(other judgement) bool { return !other.allows(c.mistakes[0]) })
	})
	if len(common) > 0 {
		return j.finding.explainedBy(common)
	}
	if k := slices.IndexFunc(all, func(j judgement) bool { return j.finding.Mistake == Other }); k >= 0 {
		return all[k].finding
	}
	return j.finding.explainedBy([]explanation{{
		mistakes: []Mistake{Other},
		text:     "is wrong, each time in another way: the first time it " + j.causes[0].text,
	}})
}

// differences returns the gradient of g.F by g.At.
func (g Gradient) differences() *Matrix {
	want := matrix.New[float64](g.At.Rows, g.At.Cols)
	for i := range want.Data {
		x := &g.At.Data[i]
		want.Data[i] = slope(g.F, x, fd.Central, step(*x))
	}
	return want
}

// OK reports whether all gradients are right.
func (d Diagnosis) OK() bool { return d.Right }

// Err returns nil if all gradients are right, or an error that says what is
// wrong.
func (d Diagnosis) Err() error {
	if d.Right {
		return nil
	}
	return fmt.Errorf("%s %s", d.Name, d.Text)
}

// String returns a line for each gradient, and after the first cause a hint.
func (d Diagnosis) String() string {
	var b strings.Builder
	for _, f := range d.Findings {
		fmt.Fprintln(&b, f)
		if !f.Right && f.Name == d.Name && f.Hint != "" {
			fmt.Fprintf(&b, "    %s\n", f.Hint)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// String returns "✓ dz" or "✗ dW is …".
func (f Finding) String() string {
	if f.Right {
		return "✓ " + f.Name
	}
	return "✗ " + f.Name + " " + f.Text
}
