package matcalc

import "slices"

// onesProducts offers sum(v) for 1'·v, sum(X) for 1'·X·1, and sum(a)·sum(b) for
// sum(a·b').
func (s *simplifier) onesProducts(e *Expr) []*Expr {
	n := len(e.args)
	switch {
	case e.op == OpSum && e.args[0].op == OpHad:
		return s.rankOneSums(e.args[0])
	case e.op == OpSum && e.args[0].op == OpProd:
		a := e.args[0]
		var offers []*Expr
		for i := range a.args[:len(a.args)-1] {
			if a.args[i].shape.Cols == One {
				offers = append(offers, s.Mul(s.Sum(s.Mul(a.args[:i+1]...)), s.Sum(s.Mul(a.args[i+1:]...))))
			}
		}
		return offers
	case e.op != OpProd || !e.IsScalar():
		return nil
	case e.args[0].op == OpOnes && e.args[n-1].op == OpOnes && n > 2:
		return []*Expr{s.Sum(s.Mul(e.args[1 : n-1]...))}
	case e.args[0].op == OpOnes:
		return []*Expr{s.Sum(s.Mul(e.args[1:]...))}
	case e.args[n-1].op == OpOnes:
		return []*Expr{s.Sum(s.Mul(e.args[:n-1]...))}
	}
	return nil
}

// constantRows offers (Y·1)∘R for (Y∘R)·1, and ∘ for · with a diagonal matrix,
// where R is a power of X·1, of which each row is constant; and the same for
// columns.
func (s *simplifier) constantRows(e *Expr) []*Expr {
	var offers []*Expr
	for i, a := range e.args[:len(e.args)-1] {
		b := e.args[i+1]
		for _, r := range []*Expr{s.constantOut(a, b, false), s.constantOut(b, a, true)} {
			if r != nil {
				offers = append(offers, s.replaced(e, i, 2, r))
			}
		}
	}
	return offers
}

// constantOut returns (Y·1)∘R for a = Y∘R and b = 1, and Y∘R for a = diag(r)
// and b = Y, where the columns of R are all r; nil if a·b is neither. For b·a
// it is rows instead of columns.
func (s *simplifier) constantOut(a, b *Expr, rows bool) *Expr {
	n := b.shape.Cols
	if rows {
		n = b.shape.Rows
	}
	if a.op == OpDiag {
		spread := s.spread(a.args[0], n, false)
		switch {
		case spread == nil:
			return nil
		case rows:
			return s.Had(b, s.T(spread))
		}
		return s.Had(b, spread)
	}
	if b.op != OpOnes || a.op != OpHad && a.op != OpEPow {
		return nil
	}
	factors, _ := s.factorsOf(a)
	for j, f := range factors {
		if spread := s.spread(f, n, rows); spread != nil {
			rest := s.Had(append(without(factors, j), s.Ones(a.shape))...)
			if rows {
				return s.Had(spread, s.Mul(b, rest))
			}
			return s.Had(spread, s.Mul(rest, b))
		}
	}
	return nil
}

// constantIn offers (Y∘R)·1 for (Y·1)∘R, where R is a power of X·1: Y∘R may
// have a name. And the same for columns.
func (s *simplifier) constantIn(e *Expr) []*Expr {
	var offers []*Expr
	for i, f := range e.args {
		for j, g := range e.args {
			if i == j || g.op != OpProd || len(g.args) != 2 {
				continue
			}
			var r *Expr
			if y := g.args[0]; g.args[1].op == OpOnes {
				if spread := s.spread(f, y.shape.Cols, false); spread != nil {
					r = s.Mul(s.Had(y, spread), g.args[1])
				}
			} else if y := g.args[1]; g.args[0].op == OpOnes {
				if spread := s.spread(f, y.shape.Rows, true); spread != nil {
					r = s.Mul(g.args[0], s.Had(y, spread))
				}
			}
			if r != nil {
				rest := without(without(e.args, max(i, j)), min(i, j))
				offers = append(offers, s.Had(append(rest, r)...))
			}
		}
	}
	return offers
}

// spread returns the matrix of n columns that are all those of u, a power of
// X·1, or with n rows that are all those of u, a power of 1·X; nil if u is
// something else.
func (s *simplifier) spread(u *Expr, n Dim, rows bool) *Expr {
	p := s.entryPower(u)
	if p.base.op != OpProd || p.exponent.op != OpNum {
		return nil
	}
	factors := slices.Clone(p.base.args)
	end := len(factors) - 1
	if rows {
		end = 0
	}
	ones := factors[end].shape
	if factors[end].op != OpOnes {
		return nil
	}
	if rows {
		factors[end] = s.Ones(Shape{n, ones.Cols})
	} else {
		factors[end] = s.Ones(Shape{ones.Rows, n})
	}
	return s.EPow(s.Mul(factors...), p.exponent)
}
