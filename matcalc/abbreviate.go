package matcalc

import (
	"math/big"
	"slices"
	"strings"
)

// abbreviation is a name for a gradient g by v, and finds it in expressions.
type abbreviation struct {
	*Pool
	v, g, name  *Expr
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
	a := &abbreviation{Pool: d.Scope.Pool, v: v, g: g, m: m, mT: d.Scope.T(m), done: map[*Expr]*Expr{}}
	a.name = a.Define(partialName(f, v.name), g)
	a.unit = a.Times(new(big.Rat).Inv(c), a.name)
	for _, s := range scalars {
		a.unit = a.Div(a.unit, s)
	}
	return a
}

// line returns the differential of the objective by the core relationship, with
// the name: tr((∂f/∂v)'·dv).
func (a *abbreviation) line() *Expr {
	return a.text(functional{ctx: a.name, traced: !a.v.shape.IsColumn(), of: a.v})
}

// partialName is the name of the gradient of f by v; it can't be declared.
func partialName(f, v string) string { return "∂" + f + "/∂" + v }

// cutPartial undoes partialName.
func cutPartial(name string) (f, v string, ok bool) {
	f, v, ok = strings.Cut(strings.TrimPrefix(name, "∂"), "/∂")
	return f, v, ok
}

// inGrammar returns a name as the grammar has it: L_Z for ∂L/∂Z.
func inGrammar(name string) string {
	if f, v, ok := cutPartial(name); ok {
		return f + "_" + v
	}
	return name
}

// in returns e with the name in the place of the gradient where that stands as
// a factor or term, e itself where it does not.
func (a *abbreviation) in(e *Expr) (short *Expr) {
	if a == nil {
		return e
	}
	var err error
	defer func() {
		if err != nil || a.Replace(short, map[*Expr]*Expr{a.name: a.g}) != e || short.Nodes() > e.Nodes() {
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
		if e.op == OpAdd && a.isLaboured(args[i], x) {
			args[i] = x
		}
	}
	return a.With(e, args)
}

// isLaboured reports whether short, a term, is no better than what it is short
// for: if it has scalars that the other has not, as m·∂f/∂Y for A, or a number.
func (a *abbreviation) isLaboured(short, e *Expr) bool {
	c, scalars, m := short.Factors()
	_, before, _ := e.Factors()
	return len(scalars) > len(before) && m != nil || (m == a.name || m == a.T(a.name)) && !isOne(new(big.Rat).Abs(c))
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
