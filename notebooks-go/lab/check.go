package lab

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gradlab/gradcheck"
)

// Exercise is something to write in a notebook: a function of type F.
type Exercise[F any] struct {
	Name string // "sigmoid"
	Lab  int    // the number of the lab it belongs to
	Task string // what to write, in words

	// try calls the student's function once, with the inputs of a trial, and
	// tells the trial what it returned and what is right.
	try func(t *trial, f F)
}

// In returns the exercise as one of another lab.
func (e Exercise[F]) In(lab int) Exercise[F] {
	e.Lab = lab
	return e
}

// Mistakes of a function besides those of package gradcheck.
const (
	NotFilledIn   gradcheck.Mistake = "not_filled_in"  // there is a ToDo yet
	ReturnsNil    gradcheck.Mistake = "nil"            // instead of a matrix
	Panics        gradcheck.Mistake = "panic"          //
	TakesTooLong  gradcheck.Mistake = "timeout"        //
	ChangesInputs gradcheck.Mistake = "inputs_changed" // it writes into its arguments
)

// limit is how long all trials of a function may take.
var limit = 10 * time.Second

// Check tries a student's function, prints what it finds, and records it if the
// student has a name (see Student):
//
//	lab.Check(lab.Sigmoid, func(z float64) float64 { return 1 / (1 + math.Exp(-z)) })
//
// prints "✓ sigmoid: right in 6 trials". Of a wrong function it says what is
// wrong, and something to think about.
func Check[F any](e Exercise[F], f F) Verdict {
	v := Judge(e, f)
	fmt.Println(v)
	if v.Mistake != NotFilledIn {
		record(v, codeOf(f))
	}
	return v
}

// Judge tries a function as Check does, and only returns the verdict.
func Judge[F any](e Exercise[F], f F) Verdict {
	trials := make([]*trial, len(shapes))
	for k := range shapes {
		trials[k] = newTrial(k)
	}
	run(trials, func(t *trial) { e.try(t, f) })
	return verdict(e.Name, e.Lab, trials)
}

// Verdict is what Check finds.
type Verdict struct {
	Exercise string
	Lab      int
	Passed   bool
	Mistake  gradcheck.Mistake   // the first cause; "" if it passed
	Text     string              // what is wrong, in words: "db is …"
	Hint     string              // what to think about
	Findings []gradcheck.Finding // for each result of the function; none if it returned nothing
	Notes    []string            // what else there is to say
	Trials   int                 // with different numbers and sizes
}

// verdict sums up the trials.
func verdict(name string, lab int, trials []*trial) Verdict {
	v := Verdict{Exercise: name, Lab: lab, Trials: len(trials)}
	var evidence []gradcheck.Evidence
	for _, t := range trials {
		if t.failure == nil {
			evidence = append(evidence, t.evidence)
		}
	}
	d := gradcheck.Diagnose(evidence...)
	v.Findings = withNil(d.Findings, evidence)
	failure := firstFailure(trials)
	first := firstNil(v.Findings)
	switch {
	case first != nil && allNil(v.Findings):
		v.Mistake, v.Text, v.Findings = ReturnsNil, "it returns nil: is the cell filled in?", nil
	case !d.OK():
		v.Mistake, v.Text, v.Hint = d.Mistake, d.Name+" "+d.Text, d.Hint
		if allZero(evidence) {
			v.Hint = "Is the cell filled in?"
		}
	case first != nil:
		v.Mistake, v.Text = ReturnsNil, first.Name+" "+first.Text
	case failure != nil:
		v.Mistake, v.Text, v.Hint = failure.mistake, failure.text, failure.hint
		if failure.mistake != ChangesInputs {
			v.Findings = nil // of the trials that it got through
		}
		failure = nil
	default:
		v.Passed = true
	}
	if failure != nil && failure.mistake != v.Mistake {
		v.Notes = append(v.Notes, failure.text)
		if v.Hint == "" {
			v.Hint = failure.hint
		}
	}
	return v
}

// firstFailure returns the first failure of a trial other than in its results.
func firstFailure(trials []*trial) *failure {
	for _, t := range trials {
		if t.failure != nil {
			return t.failure
		}
	}
	for _, t := range trials {
		if f := t.changed(); f != nil {
			return f
		}
	}
	return nil
}

// withNil returns the findings with those about results that are nil.
func withNil(findings []gradcheck.Finding, evidence []gradcheck.Evidence) []gradcheck.Finding {
	var names []string
	of := map[string]gradcheck.Finding{}
	for _, f := range findings {
		of[f.Name] = f
	}
	for _, e := range evidence {
		for _, g := range e.Gradients {
			if !slices.Contains(names, g.Name) {
				names = append(names, g.Name)
			}
			if g.Got == nil {
				text := "is nil: is the cell filled in?"
				if strings.HasSuffix(g.Name, "]") {
					text = "is nil: does the loop come to it?"
				}
				of[g.Name] = gradcheck.Finding{Name: g.Name, Mistake: ReturnsNil, Text: text}
			}
		}
	}
	all := make([]gradcheck.Finding, len(names))
	for k, name := range names {
		all[k] = of[name]
	}
	return all
}

func firstNil(findings []gradcheck.Finding) *gradcheck.Finding {
	for k := range findings {
		if findings[k].Mistake == ReturnsNil {
			return &findings[k]
		}
	}
	return nil
}

func allNil(findings []gradcheck.Finding) bool {
	for _, f := range findings {
		if f.Mistake != ReturnsNil {
			return false
		}
	}
	return true
}

// allZero reports whether the function returned nothing but zeros.
func allZero(evidence []gradcheck.Evidence) bool {
	for _, e := range evidence {
		for _, g := range e.Gradients {
			if g.Got == nil || slices.ContainsFunc(g.Got.Data, func(x float64) bool { return x != 0 }) {
				return false
			}
		}
	}
	return true
}
