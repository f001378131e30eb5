package matcalc

import "slices"

var productRules = []simplification{
	{"shorter transposed", flat, 1, []Op{OpProd, OpTr}, (*simplifier).transposes},
	{"inv(A)·inv(B) = inv(B·A)", flat, 1, []Op{OpProd, OpInv, OpMPow}, (*simplifier).inverses},
	{"diag(u)·v = u∘v", flat, 1, []Op{OpProd, OpHad, OpDiag, OpDiagOf}, (*simplifier).diagonals},
	{"1'·v = sum(v)", flat, 1, []Op{OpProd, OpSum}, (*simplifier).onesProducts},
	{"x'·(y∘z) = sum(x∘y∘z)", flat, 2, []Op{OpProd, OpTr}, (*simplifier).innerProducts},
	{"rows that are constant", flat, -1, []Op{OpProd}, (*simplifier).constantRows},
	{"constant rows under a sum", deep, 3, []Op{OpHad}, (*simplifier).constantIn},
	{"tr(u·v') = v'·u", flat, 1, []Op{OpTr}, (*simplifier).traces},
	{"(a·b')∘X", flat, 1, []Op{OpHad}, (*simplifier).rankOne},
	{"norms", flat, 1, []Op{OpTr, OpFn, OpPow, OpNorm2, OpSum, OpProd}, (*simplifier).norms},
	{"norms of one kind", flat, 1, []Op{OpScale}, (*simplifier).oneNorm},
	{"determinants", flat, 1, []Op{OpDet, OpScale, OpProd, OpFn}, (*simplifier).determinants},
}

// transposes offers y'·A·x for x'·A'·y, and tr(A) for tr(A').
func (s *simplifier) transposes(e *Expr) []*Expr {
	if e.op == OpTr {
		return []*Expr{s.Tr(s.T(e.args[0]))}
	}
	if e.IsScalar() {
		return []*Expr{s.reversed(e)}
	}
	return nil
}

// inverses offers inv(B·A) for inv(A)·inv(B), and the other way round.
func (s *simplifier) inverses(e *Expr) []*Expr {
	var offers []*Expr
	switch e.op {
	case OpInv:
		if a := e.args[0]; a.op == OpProd {
			if inverse := s.inverted(a); inverse != nil {
				offers = append(offers, inverse)
			}
		}
	case OpProd:
		for i, a := range e.args {
			if a.op == OpInv && a.args[0].op == OpProd {
				if inverse := s.inverted(a.args[0]); inverse != nil {
					offers = append(offers, s.replaced(e, i, 1, inverse))
				}
			}
			if i+1 < len(e.args) && a.inverse() && e.args[i+1].inverse() {
				joined := s.Inv(s.Mul(s.Inv(e.args[i+1]), s.Inv(a)))
				offers = append(offers, s.replaced(e, i, 2, joined))
			}
		}
	}
	return offers
}

// inverse reports whether e is an inverse or the transpose of one.
func (e *Expr) inverse() bool {
	return e.op == OpInv || e.op == OpT && e.args[0].op == OpInv
}

// inverted returns the product of the inverses for the inverse of a product,
// nil if its factors are not square.
func (s *simplifier) inverted(e *Expr) *Expr {
	factors := make([]*Expr, len(e.args))
	for i, a := range e.args {
		if !a.shape.IsSquare() {
			return nil
		}
		factors[len(factors)-1-i] = s.Inv(a)
	}
	return s.Mul(factors...)
}

// replaced returns the product e with n factors from the i-th on replaced.
func (s *simplifier) replaced(e *Expr, i, n int, by ...*Expr) *Expr {
	return s.Mul(slices.Concat(e.args[:i], by, e.args[i+n:])...)
}

// rankOneSums offers a'·X·b for sum((a·b')∘X), a product.
func (s *simplifier) rankOneSums(e *Expr) []*Expr {
	var offers []*Expr
	for i, f := range e.args {
		if a, b := s.outer(f); a != nil {
			offers = append(offers, s.Mul(s.T(a), s.Had(without(e.args, i)...), b))
		}
	}
	return offers
}

// rankOne offers diag(a)·X·diag(b) for (a·b')∘X, (a∘c)·(b∘d)' for (a·b')∘(c·d').
func (s *simplifier) rankOne(e *Expr) []*Expr {
	var offers []*Expr
	for i, f := range e.args {
		a, b := s.outer(f)
		if a == nil {
			continue
		}
		rest := without(e.args, i)
		x := s.Had(rest...)
		offers = append(offers, s.Mul(s.Diag(a), x, s.Diag(b)))
		for j, g := range rest {
			if c, d := s.outer(g); c != nil {
				joined := s.Mul(s.Had(a, c), s.T(s.Had(b, d)))
				offers = append(offers, s.Had(append(slices.Delete(slices.Clone(rest), j, j+1), joined)...))
			}
		}
	}
	return offers
}

// outer returns the columns a and b of e = a·b', nil if e is no such product.
func (s *simplifier) outer(e *Expr) (a, b *Expr) {
	if e.op != OpProd || e.shape.IsColumn() || e.shape.IsRow() {
		return nil, nil
	}
	for i, f := range e.args[:len(e.args)-1] {
		if f.shape.Cols == One {
			return s.Mul(e.args[:i+1]...), s.T(s.Mul(e.args[i+1:]...))
		}
	}
	return nil, nil
}

// innerProducts offers sum(x∘y) for x'·y, and sum(A∘B) for tr(A'·B), where
// something may cancel.
func (s *simplifier) innerProducts(e *Expr) []*Expr {
	chain := e.args
	if e.op == OpTr && e.args[0].op == OpProd {
		chain = e.args[0].args
	} else if !e.IsScalar() {
		return nil
	}
	if len(chain) != 2 || s.normed(e) != nil {
		return nil
	}
	return []*Expr{s.Sum(s.Had(s.T(chain[0]), chain[1]))}
}
