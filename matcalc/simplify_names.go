package matcalc

import (
	"math/big"
	"slices"
)

var nameRules = []simplification{
	{"names", flat, 1, nil, (*simplifier).named},
	{"names of parts", flat, 1, []Op{OpAdd, OpHad, OpProd, OpScale}, (*simplifier).namedParts},
}

// nameTable says what is called by a name: m = value, with a number and scalars
// if the definition of the name has them in front.
type nameTable struct {
	values map[*Expr]*Expr
	sums   []naming // definitions that may be a part of an expression
	scaled []naming // definitions without the scalars in front of them
}

// naming is a part of an expression that a name stands for, with the scalars
// that are in its value.
type naming struct {
	part, value *Expr
	kept        []*Expr
}

// nameTable returns the table of these names, whose definitions are used as
// they stand, with all names in them replaced, and both simplified.
func (p *Pool) nameTable(names []*Expr) nameTable {
	if len(names) == 0 {
		return nameTable{}
	}
	if slices.Equal(names, p.tabled) {
		return p.table
	}
	t := nameTable{values: map[*Expr]*Expr{}}
	plain := newSimplifier(p, nil)
	for _, n := range names {
		if n.def == nil {
			continue
		}
		forms := []*Expr{n.def}
		if n.whole <= maxExpanded/2 {
			x := p.Expand(n.def)
			forms = append(forms, x, plain.fixed(x))
		}
		for _, form := range forms {
			p.enter(&t, form, n)
		}
	}
	p.tabled, p.table = slices.Clone(names), t
	return t
}

// enter makes n the name of form, and of what stands behind its scalars.
func (p *Pool) enter(t *nameTable, form, n *Expr) {
	t.add(p, form, n)
	c, scalars, m := form.Factors()
	if m == nil && len(scalars) == 1 {
		t.add(p, scalars[0], p.Div(n, p.Num(c)))
	}
	if m == nil && len(scalars) > 1 {
		m, scalars = scalars[0], scalars[1:]
	}
	mayBeZero := func(x *Expr) bool { return !x.Is(Positive) && !x.isDivisor() }
	if m != nil && !slices.ContainsFunc(scalars, mayBeZero) {
		value := p.Div(n, p.scale(c, scalars, nil))
		t.add(p, m, value)
		if len(scalars) > 0 && len(m.args) > 0 {
			kept := make([]*Expr, len(scalars))
			for i, x := range scalars {
				kept[i] = p.powerOf(x).base
			}
			t.scaled = append(t.scaled, naming{m, value, kept})
		}
	}
}

// add notes that part is value, unless part is a variable or constant.
func (t *nameTable) add(p *Pool, part, value *Expr) {
	if len(part.args) == 0 || t.values[part] != nil {
		return
	}
	for _, x := range []naming{{part: part, value: value}, {part: p.T(part), value: p.T(value)}} {
		t.values[x.part] = x.value
		switch x.part.op {
		case OpAdd, OpHad, OpProd, OpScale:
			t.sums = append(t.sums, x)
		}
	}
}

// named offers the name for what it is defined as.
func (s *simplifier) named(e *Expr) []*Expr {
	if v := s.names.values[e]; v != nil {
		return []*Expr{v}
	}
	if c, rest := s.Coef(e); rest != e {
		if v := s.names.values[rest]; v != nil {
			return []*Expr{s.Times(c, v)}
		}
	}
	return nil
}

// namedParts offers names for terms of a sum, and for some of the factors of a
// product.
func (s *simplifier) namedParts(e *Expr) []*Expr {
	var offers []*Expr
	for _, n := range s.names.sums {
		if n.part.op != e.op || len(n.part.args) >= len(e.args) || n.part.shape != e.shape && e.op != OpProd && e.op != OpScale {
			continue
		}
		var r *Expr
		switch e.op {
		case OpAdd:
			r = s.namedTerms(e, n)
		case OpHad, OpScale:
			r = s.namedFactors(e, n)
		case OpProd:
			r = s.namedChain(e, n)
		}
		if r != nil {
			offers = append(offers, r)
		}
	}
	return offers
}

// namedTerms returns the sum e with a multiple of n for some of its terms, nil
// if not all terms of n are in it.
func (s *simplifier) namedTerms(e *Expr, n naming) *Expr {
	numbers := map[*Expr]*big.Rat{}
	for _, a := range e.args {
		c, base := s.Coef(a)
		numbers[base] = c
	}
	var factor *big.Rat
	for _, a := range n.part.args {
		c, base := s.Coef(a)
		if numbers[base] == nil {
			return nil
		}
		if q := new(big.Rat).Quo(numbers[base], c); factor == nil {
			factor = q
		} else if factor.Cmp(q) != 0 {
			return nil
		}
	}
	return s.Add(e, s.Times(new(big.Rat).Neg(factor), n.part), s.Times(factor, n.value))
}

// namedFactors returns the product e with n for some of its factors, nil if not
// all factors of n are in it.
func (s *simplifier) namedFactors(e *Expr, n naming) *Expr {
	rest := slices.Clone(e.args)
	for _, a := range n.part.args {
		i := slices.Index(rest, a)
		if i < 0 {
			return nil
		}
		rest = slices.Delete(rest, i, i+1)
	}
	if e.op == OpHad {
		return s.Had(append(rest, n.value)...)
	}
	value := s.Times(new(big.Rat).Quo(e.num, n.part.num), n.value)
	return s.Mul(append([]*Expr{value}, rest...)...)
}

// namedChain returns the product e with n for some factors in a row, nil if
// those of n are not in it.
func (s *simplifier) namedChain(e *Expr, n naming) *Expr {
	k := len(n.part.args)
	for i := 0; i+k <= len(e.args); i++ {
		if slices.Equal(e.args[i:i+k], n.part.args) {
			return s.replaced(e, i, k, n.value)
		}
	}
	return nil
}

// renamed returns e with a part of a definition expressed by the name wherever
// it occurs, if that makes e shorter: exp(z) by N·p for p = exp(z)/N.
func (s *simplifier) renamed(e *Expr) *Expr {
	for _, n := range s.names.scaled[:min(len(s.names.scaled), maxCommon)] {
		if e.uses(n.part) {
			by := map[*Expr]*Expr{n.part: n.value}
			for _, x := range n.kept {
				by[x] = x
			}
			e = s.shorter(e, s.fixed(s.Replace(e, by)))
		}
	}
	return e
}

// unnamed returns e with a name in it replaced by what it stands for, wherever
// that makes e shorter.
func (s *simplifier) unnamed(e *Expr, names []*Expr) *Expr {
	if len(names) > maxCommon || s.nodes(e) > maxDeep {
		return e
	}
	for i, n := range slices.Backward(names) {
		if n.def == nil || n.def.op == OpFn || !e.uses(n) {
			continue
		}
		others := slices.Delete(slices.Clone(names), i, i+1)
		r := newSimplifier(s.Pool, others).fixed(s.Replace(e, map[*Expr]*Expr{n: n.def}))
		e = s.shorter(e, s.fixed(r))
	}
	return e
}

// uses reports whether n is in e as it stands.
func (e *Expr) uses(n *Expr) bool {
	seen := map[*Expr]bool{}
	var find func(e *Expr) bool
	find = func(e *Expr) bool {
		if seen[e] {
			return false
		}
		seen[e] = true
		return e == n || slices.ContainsFunc(e.args, find)
	}
	return find(e)
}
