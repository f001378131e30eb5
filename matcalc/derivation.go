package matcalc

import (
	"fmt"
	"maps"
	"math/big"
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

// stage is a part of a derivation: lines that end with a gradient being read
// off, as (36) and (37) in the article. A gradient that was read off before is
// written as such, ∂f/∂Y, if it can be found in what follows.
type stage struct {
	of       *Expr // what the lines are the differential of, nil for the objective
	steps    []Step
	lines    []*Expr // df, as shown
	by       *Expr   // nil if no gradient is read off
	gradient []*Expr // as shown: that by the variable may have two forms
}

// stages returns the derivation in stages. Only verbose ones have the minor
// steps. In the grammar there is no ∂f/∂Y, so there names are not used.
func (d *Derivation) stages(o PrintOptions, names bool) []stage {
	var stages []stage
	var known *abbreviation
	open := false
	named := map[string]bool{} // the rules of minor steps that the next line sums up
	for _, s := range d.Steps {
		if s.Minor && !o.Verbose {
			continue
		}
		if !open || stages[len(stages)-1].of != s.Of {
			stages = append(stages, stage{of: s.Of})
			open = true
		}
		now := &stages[len(stages)-1]
		now.add(s, known.in(s.DF), named)
		if s.By == nil || isPartial(s.Gradient, s.By) {
			continue
		}
		now.by, now.gradient = s.By, []*Expr{known.in(s.Gradient)}
		if s.By == d.Wrt && now.gradient[0] != d.Gradient {
			now.gradient = append(now.gradient, d.Gradient)
		} else if s.By != d.Wrt && names {
			known = d.abbreviate(d.objectiveName(o), s.By, s.Gradient)
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

// abbreviation is a name for a gradient g, and finds it in expressions.
type abbreviation struct {
	*Pool
	g, name     *Expr
	m, mT, unit *Expr // g is a scalar times m, and m is unit when g is name
	done        map[*Expr]*Expr
}

// isPartial reports whether g is the gradient of an abstract function by v,
// which is written ∂f/∂v.
func isPartial(g, v *Expr) bool { return g.op == OpGradApp && len(g.args) == 1 && g.args[0] == v }

// abbreviate returns ∂f/∂v as a name of g, nil if g needs none.
func (d *Derivation) abbreviate(f string, v, g *Expr) *abbreviation {
	c, scalars, m := g.Factors()
	if m == nil {
		m = d.Scope.one
		for _, s := range scalars {
			m = d.Scope.Mul(m, s)
		}
		scalars = nil
	}
	switch m.op {
	case OpNum, OpEye, OpOnes, OpZeros:
		return nil
	}
	a := &abbreviation{Pool: d.Scope.Pool, g: g, m: m, mT: d.Scope.T(m), done: map[*Expr]*Expr{}}
	a.name = a.Define(partialName(f, v.name), g)
	a.unit = a.Times(new(big.Rat).Inv(c), a.name)
	for _, s := range scalars {
		a.unit = a.Div(a.unit, s)
	}
	return a
}

// given reports whether the gradient that is read off is a constant that the
// derivation began with, as in a layer of a network.
func (s stage) given(objective string) bool {
	g := s.gradient[0]
	return g.op == OpVar && g.def == nil && g.name == partialName(objective, s.by.name)
}

// partialName is the name of the gradient of f by v; it can't be declared.
func partialName(f, v string) string { return "∂" + f + "/∂" + v }

// in returns e with the name in the place of the gradient where that stands as
// a factor or term, e itself where it does not.
func (a *abbreviation) in(e *Expr) (short *Expr) {
	if a == nil {
		return e
	}
	var err error
	defer func() {
		if err != nil || a.Replace(short, map[*Expr]*Expr{a.name: a.g}) != e {
			short = e
		}
	}()
	defer Catch(&err)
	return a.find(e)
}

func (a *abbreviation) find(e *Expr) *Expr {
	r := a.done[e]
	if r == nil {
		r = a.search(e)
		a.done[e] = r
	}
	return r
}

func (a *abbreviation) search(e *Expr) *Expr {
	switch e {
	case a.g:
		return a.name
	case a.m:
		return a.unit
	case a.mT:
		return a.T(a.unit)
	}
	switch e.op {
	case OpProd:
		for _, m := range []*Expr{a.m, a.mT} {
			if i := indexOf(e.args, m.args); m.op == OpProd && i >= 0 {
				by := a.unit
				if m == a.mT {
					by = a.T(by)
				}
				return a.Mul(slices.Concat(e.args[:i], []*Expr{by}, e.args[i+len(m.args):])...)
			}
		}
	case OpHad, OpScale:
		if rest, ok := lessAll(e.args, a.m.args); ok && a.m.op == e.op {
			return a.With(e, append(rest, a.unit))
		}
	case OpAdd, OpTr, OpSum, OpT, OpDiag:
	default:
		return e
	}
	args := make([]*Expr, len(e.args))
	for i, x := range e.args {
		args[i] = a.find(x)
	}
	return a.With(e, args)
}

// indexOf returns where part begins in list, −1 if it is not in it.
func indexOf(list, part []*Expr) int {
	for i := range max(len(list)-len(part)+1, 0) {
		if slices.Equal(list[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

// lessAll returns the list without all that is in part, if it is in it.
func lessAll(list, part []*Expr) (rest []*Expr, ok bool) {
	rest = slices.Clone(list)
	for _, e := range part {
		i := slices.Index(rest, e)
		if i < 0 {
			return nil, false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return rest, true
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

// sentence returns the name of a rule and what it says.
func (r Rule) sentence() string {
	if r.Equation == "" {
		return r.ID + ": " + r.Title
	}
	return r.ID + ": " + r.Title + " [article, " + r.Equation + "]"
}

// rules returns the rules that are named, each once, in the order of [Rules].
func (d *Derivation) rules() []Rule {
	used := map[string]bool{}
	for _, s := range d.Steps {
		for _, r := range s.Rules {
			used[r.ID] = true
		}
	}
	return slices.DeleteFunc(Rules(), func(r Rule) bool { return !used[r.ID] })
}

// String returns the check as a sentence.
func (c Check) String() string {
	var sizes []string
	for _, name := range slices.Sorted(maps.Keys(c.Sizes)) {
		sizes = append(sizes, fmt.Sprintf("%s=%d", name, c.Sizes[name]))
	}
	at := ""
	if len(sizes) > 0 {
		at = " at " + strings.Join(sizes, ", ")
	}
	return fmt.Sprintf("%s checked%s: relative error %.1e", c.What, at, c.Error)
}

// propWords returns the properties of a variable as a sentence has them.
func (v Variable) propWords() []string {
	words := slices.Clone(v.Props)
	if i := slices.Index(words, "spd"); i >= 0 {
		words[i] = "symmetric positive definite"
	}
	return words
}
