package matcalc

import (
	"maps"
	"slices"
)

// Step is a line of a derivation.
type Step struct {
	Rules []Rule
	DF    *Expr  // df, linear in the differential of Wrt or of a where name
	Of    *Expr  // nil: DF is the differential of the objective
	Minor bool   // only for --verbose
	Note  string // "dA = 0, since A is constant", "M' = M"
}

// Check is a numeric check: an expression compared with an independent
// computation of it.
type Check struct {
	What  string         // "gradient", "hessian", ...
	Sizes map[string]int // of the dimensions
	Error float64        // relative
}

// Derivation is a gradient and how it is found.
type Derivation struct {
	Problem   *Problem
	Scope     *Scope
	Objective *Expr
	Wrt       *Expr
	Steps     []Step
	Gradient  *Expr
	Hessian   *Expr // nil unless asked for
	Warnings  []Warning
	Checks    []Check
}

// Options say what is to be derived.
type Options struct {
	Hessian bool
	Verbose bool   // keep the small steps, marked Minor
	Seed    uint64 // of the random points where the lines are checked
}

// Derive differentiates the objective of p. Errors are of type *Error.
func Derive(p *Problem, o Options) (d *Derivation, err error) {
	s, err := p.Compile()
	if err != nil {
		return nil, err
	}
	defer Catch(&err)
	d = &Derivation{Problem: p, Scope: s, Objective: s.F, Wrt: s.Wrt}
	diff := newDifferential(s)
	d.Gradient = diff.project(diff.gradient(s.F))
	if !diff.depends(s.F) {
		diff.warn(AbsentVariable, "the objective does not depend on %s: the gradient is zero", s.Wrt.name)
	}
	d.Warnings = diff.warnings
	line := s.inner(d.Gradient, s.Diff(s.Wrt))
	d.Steps = []Step{{Rules: []Rule{CR}, DF: line}}
	return d, nil
}

// gradient returns the gradient of the scalar f: by reverse accumulation, each
// expression that f is made of being handled once.
func (d *differential) gradient(f *Expr) *Expr {
	if !d.depends(f) {
		return d.Zeros(d.Wrt.shape)
	}
	contexts := map[*Expr]*Expr{f: d.one}
	for _, e := range d.order(f) {
		if e == d.Wrt {
			break
		}
		c := contexts[e]
		if c == nil || c.IsZero() {
			continue
		}
		for _, t := range d.of(e).parts {
			inner := c
			for _, o := range t.chain {
				inner = d.absorb(o, inner)
			}
			if old := contexts[t.of]; old != nil {
				inner = d.Add(old, inner)
			}
			contexts[t.of] = inner
		}
	}
	if g := contexts[d.Wrt]; g != nil {
		return g
	}
	return d.Zeros(d.Wrt.shape)
}

// order returns what f is made of and depends on the variable, each after
// whatever it occurs in.
func (d *differential) order(f *Expr) []*Expr {
	found := map[*Expr]bool{}
	var find func(e *Expr)
	find = func(e *Expr) {
		if found[e] || !d.depends(e) {
			return
		}
		found[e] = true
		for _, a := range e.args {
			find(a)
		}
		if e.def != nil {
			find(e.def)
		}
	}
	find(f)
	return slices.SortedFunc(maps.Keys(found), func(a, b *Expr) int { return b.id - a.id })
}

// project returns the gradient within the matrices that the variable is among.
func (d *differential) project(g *Expr) *Expr {
	switch {
	case d.Wrt.Is(Diagonal):
		return d.Had(g, d.Eye(d.Wrt.shape.Rows))
	case d.Wrt.Is(Symmetric):
		return d.Times(ratHalf, d.Add(g, d.T(g)))
	}
	return g
}
