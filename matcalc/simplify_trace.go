package matcalc

import "slices"

// meet returns the scalar that was met first among those that are equal to e
// by x'·A·y = y'·A'·x, tr(A·B) = tr(B·A), tr(A) = tr(A'), tr(A'·B) = sum(A∘B).
func (s *simplifier) meet(e *Expr) *Expr {
	if !e.IsScalar() {
		return e
	}
	key := s.invariant(e)
	if key == nil {
		return e
	}
	first := s.met[key]
	if first != nil && s.cost(first) <= s.cost(e) {
		return first
	}
	s.again = s.again || first != nil
	s.met[key] = e
	return e
}

// invariant returns what is the same for all forms of a scalar product or
// trace, nil if e is neither.
func (s *simplifier) invariant(e *Expr) *Expr {
	switch {
	case e.op == OpProd && len(e.args) == 2:
		return s.Sum(s.Had(s.T(e.args[0]), e.args[1]))
	case e.op == OpProd:
		return s.least(e, s.reversed(e))
	case e.op == OpSum && e.args[0].op == OpHad, e.op == OpSum && e.args[0].op == OpEPow:
		a := e.args[0]
		return s.Sum(s.least(a, s.T(a)))
	case e.op == OpPow && e.args[0].op == OpNorm2 && e.args[1].IsInt(2):
		return s.invariant(s.Sum(s.EPow(e.args[0].args[0], s.Int(2))))
	case e.op == OpTr && e.args[0].op == OpProd:
		return s.traceInvariant(e.args[0].args)
	}
	return nil
}

func (s *simplifier) traceInvariant(chain []*Expr) *Expr {
	if len(chain) == 2 {
		a, b := s.T(chain[0]), chain[1]
		return s.Sum(s.least(s.Had(a, b), s.T(s.Had(a, b))))
	}
	if len(chain) > maxRotated {
		return nil
	}
	var best *Expr
	for i := range chain {
		rotated := s.Mul(slices.Concat(chain[i:], chain[:i])...)
		for _, x := range []*Expr{rotated, s.reversed(rotated)} {
			if best == nil {
				best = x
			}
			best = s.least(best, x)
		}
	}
	return s.Tr(best)
}

// maxRotated is the longest product whose cyclic permutations are tried.
const maxRotated = 12

// least returns the older of two expressions.
func (s *simplifier) least(a, b *Expr) *Expr {
	if b.id < a.id {
		return b
	}
	return a
}

// reversed returns the transpose of a product, also where that is a scalar.
func (s *simplifier) reversed(e *Expr) *Expr {
	if !e.IsScalar() || e.op != OpProd {
		return s.T(e)
	}
	factors := make([]*Expr, len(e.args))
	for i, a := range e.args {
		factors[len(factors)-1-i] = s.T(a)
	}
	return s.Mul(factors...)
}

// traces offers v'·X·u for tr(X·u·v').
func (s *simplifier) traces(e *Expr) []*Expr {
	a := e.args[0]
	if a.op != OpProd {
		return nil
	}
	var offers []*Expr
	for i := range a.args[:len(a.args)-1] {
		rotated := s.Mul(slices.Concat(a.args[i+1:], a.args[:i+1])...)
		if rotated.IsScalar() {
			offers = append(offers, rotated)
		} else {
			offers = append(offers, s.Tr(rotated))
		}
	}
	return offers
}
