package matcalc

import (
	"fmt"
	"slices"
	"strings"
)

// page is what derivations are printed on: text, LaTeX or Markdown.
type page interface {
	heading(title string)
	sentence(text string, formulas ...*mark) // a paragraph, with the formulas in the place of %s
	gap()                                    // between groups of sentences
	prose(text string) string                // a text with expressions of the grammar in it, as the page has it
	declarations(vars Variables)             // what the variables are
	display(label string, rows []row)        // equations one under the other; a label with a colon stands above them
	String() string
}

// insert returns a text with formulas in the place of %s, of which the rest is
// escaped. Without formulas %s is nothing special.
func insert(text string, escape func(string) string, formulas []string) string {
	if len(formulas) == 0 {
		return escape(text)
	}
	parts := strings.Split(text, "%s")
	result := escape(parts[0])
	for i, f := range formulas {
		result += f + escape(parts[i+1])
	}
	return result
}

// row is an equation of a display.
type row struct {
	left   []*mark // names of the right side, equal to each other; none: those of the row before
	right  *Expr
	reason string
	number string // of the equation in the article, if it is there
}

// printer prints derivations on a page.
type printer struct {
	page
	o     PrintOptions
	names bool // whether a gradient that is read off is ∂f/∂Y from then on
}

// derivation prints the function and its declarations, the lines with their
// rules, the gradient, warnings and checks.
func (p printer) derivation(d *Derivation) {
	f := d.objectiveName(p.o)
	objective := definition(f, d.Objective)
	objective.number = p.o.number(0)
	p.problem(objective, d.Scope.Wheres, d.Problem.Vars)
	for i, s := range d.stages(p.o, p.names) {
		s.number = p.o.number(2*i + 1)
		if len(s.read) > 0 {
			s.read[0].number = p.o.number(2*i + 2)
		}
		p.stage(s)
	}
	if d.Hessian != nil {
		p.display("The Hessian is", []row{{left: []*mark{secondDerivative(f, d.Wrt)}, right: d.Hessian}})
	}
	p.remarks(d.Warnings, d.Steps, d.Checks)
}

// definition returns a row that says what a name stands for.
func definition(name string, e *Expr) row {
	return row{left: []*mark{newMark(markName, name)}, right: e}
}

// problem prints the objective, the definitions and the declarations.
func (p printer) problem(objective row, wheres []*Expr, vars Variables) {
	rows := []row{objective}
	for _, v := range wheres {
		rows = append(rows, definition(v.name, v.def))
	}
	p.display("", rows)
	p.declarations(vars)
}

// stage prints lines, and the gradients that are read off the last one.
func (p printer) stage(s stage) {
	var rows []row
	for i, line := range s.lines {
		rows = append(rows, row{right: line, reason: s.steps[i].reason()})
	}
	rows[0].left = []*mark{newMark(markDiff, s.of)}
	rows[len(rows)-1].number = s.number
	p.display("", rows)
	p.results(s.read)
	p.remarksOn(s)
}

// results prints gradients that are read off.
func (p printer) results(read []result) {
	var rows []row
	for _, r := range read {
		for i, form := range r.forms {
			next := row{right: form}
			if i == 0 {
				next.left, next.number = r.names, r.number
			}
			rows = append(rows, next)
		}
	}
	if len(rows) > 0 {
		p.display("Therefore", rows)
	}
}

// remarks prints the warnings and, if they are asked for, rules and checks.
func (p printer) remarks(warnings []Warning, steps []Step, checks []Check) {
	p.gap()
	for _, warning := range warnings {
		p.sentence("Note: " + warning.Message)
	}
	if p.o.Verbose {
		p.gap()
		for _, r := range rulesOf(steps) {
			p.sentence(p.prose(r.sentence()))
		}
	}
	if p.o.Verbose || p.o.Checks {
		p.gap()
		for _, c := range checks {
			p.sentence(c.String())
		}
	}
}

// rulesOf returns the rules that lines name, each once, in the order of [Rules].
func rulesOf(steps []Step) []Rule {
	used := map[string]bool{}
	for _, s := range steps {
		for _, r := range s.Rules {
			used[r.ID] = true
		}
	}
	return slices.DeleteFunc(Rules(), func(r Rule) bool { return !used[r.ID] })
}

// sentence returns the name of a rule and what it says.
func (r Rule) sentence() string {
	if r.Equation == "" {
		return r.ID + ": " + r.Title
	}
	return fmt.Sprintf("%s: %s [article, %s]", r.ID, r.Title, r.Equation)
}

// propWords returns the properties of a variable as a sentence has them.
func (v Variable) propWords() []string {
	words := slices.Clone(v.Props)
	if i := slices.Index(words, "spd"); i >= 0 {
		words[i] = "symmetric positive definite"
	}
	if i := slices.Index(words, "stochastic"); i >= 0 {
		words[i] = "with columns that sum to 1"
	}
	return words
}

// isScalar reports whether v is declared a scalar.
func (v Variable) isScalar() bool { return v.Shape[0] == "1" && v.Shape[1] == "1" }
