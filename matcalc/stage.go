package matcalc

import (
	"slices"
	"strings"
)

// The parts of a derivation that all printers share.

// objectiveName returns a name for the objective that means nothing else: f, as
// in the article, where that is free or the objective is the function f itself.
func (d *Derivation) objectiveName(o PrintOptions) string {
	if o.Objective != "" {
		return o.Objective
	}
	names := append(d.Scope.Names(), d.Scope.Dims()...)
	for _, f := range d.Scope.Functions {
		if f.Name != "f" || d.Objective.op != OpApp || d.Objective.fn != f {
			names = append(names, f.Name)
		}
	}
	for _, name := range []string{"f", "L", "J", "F", "g", "h"} {
		if !slices.Contains(names, name) {
			return name
		}
	}
	return "objective"
}

// stage is a part of a derivation: lines that end with gradients being read off,
// as (36) and (37) in the article. A gradient that was read off before is
// written as such, ∂f/∂Y, if it can be found in what follows.
type stage struct {
	of     string // what the lines are the differential of
	steps  []Step
	lines  []*Expr  // df, as shown
	read   []result // empty if no gradient is read off
	number string   // of the equation in the article that the lines are, if they are one
}

// result is a gradient that is read off.
type result struct {
	by     *Expr
	names  []*mark // ∂f/∂X; several are equal
	forms  []*Expr // as shown: that by the variable may have two forms
	number string  // of the equation in the article
}

// gradientName is the mark of ∂f/∂v.
func gradientName(f string, v *Expr) *mark {
	return newMark(markPartial, f, newMark(markName, v.name))
}

// secondDerivative is the mark of ∂²f/∂x∂xᵀ.
func secondDerivative(f string, x *Expr) *mark {
	m := newMark(markSecond, f, newMark(markName, x.name))
	m.scalar = x.IsScalar()
	return m
}

// stages returns the derivation in stages. Only verbose ones have the minor
// steps. Without names a gradient that was read off is written out in what
// follows, since in the grammar there is no ∂f/∂Y.
func (d *Derivation) stages(o PrintOptions, names bool) []stage {
	var stages []stage
	var known *abbreviation
	f := d.objectiveName(o)
	open := false
	named := map[string]bool{} // the rules of minor steps that the next line sums up
	for _, s := range d.Steps {
		if s.Minor && !o.Verbose {
			continue
		}
		of := f
		if s.Of != nil {
			of = s.Of.name
		}
		if !open || stages[len(stages)-1].of != of {
			stages = append(stages, stage{of: of})
			open = true
		}
		now := &stages[len(stages)-1]
		if known != nil && len(now.lines) == 0 {
			now.add(Step{Rules: []Rule{CR}}, known.line(), named)
		}
		now.add(s, known.in(s.DF), named)
		if len(s.Read) == 0 || isPartial(s.Read[0].Gradient, s.Read[0].By) {
			continue
		}
		for _, r := range s.Read {
			forms := []*Expr{known.in(r.Gradient)}
			if r.By == d.Wrt && forms[0] != r.Gradient {
				forms = append(forms, r.Gradient)
			}
			now.read = append(now.read, result{by: r.By, names: []*mark{gradientName(f, r.By)}, forms: forms})
		}
		if by := s.Read[0].By; by != d.Wrt && names {
			known = d.abbreviate(f, by, s.Read[0].Gradient)
		}
		open = false
	}
	return stages
}

// add appends a line. If it is the line before once more, what it adds to the
// reasons of that is appended there; named are the rules of minor steps since
// the last other one.
func (st *stage) add(s Step, line *Expr, named map[string]bool) {
	if last := len(st.lines) - 1; last >= 0 && st.lines[last] == line {
		before := &st.steps[last]
		before.Rules = slices.Clone(before.Rules)
		for _, r := range s.Rules {
			if !named[r.ID] && !slices.Contains(before.Rules, r) {
				before.Rules = append(before.Rules, r)
			}
		}
		if s.Note != "" {
			before.Note = s.Note
		}
	} else {
		st.steps = append(st.steps, s)
		st.lines = append(st.lines, line)
	}
	if !s.Minor {
		clear(named)
		return
	}
	for _, r := range s.Rules {
		named[r.ID] = true
	}
}

// reason returns the names of the rules of a step and its note.
func (s Step) reason() string {
	var parts []string
	for _, r := range s.Rules {
		parts = append(parts, r.ID)
	}
	if s.Note != "" {
		parts = append(parts, s.Note)
	}
	return strings.Join(parts, ", ")
}
