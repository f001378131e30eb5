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

// diagonals offers forms with and without diagonal matrices.
func (s *simplifier) diagonals(e *Expr) []*Expr {
	var offers []*Expr
	switch e.op {
	case OpProd:
		for i, a := range e.args {
			if a.op != OpDiag {
				continue
			}
			u := a.args[0]
			if i+1 < len(e.args) && e.shape.Cols == One {
				tail := s.Mul(e.args[i+1:]...)
				offers = append(offers, s.Mul(append(slices.Clone(e.args[:i]), s.Had(u, tail))...))
			}
			if i > 0 && e.shape.Rows == One {
				head := s.T(s.Had(u, s.T(s.Mul(e.args[:i]...))))
				offers = append(offers, s.Mul(append([]*Expr{head}, e.args[i+1:]...)...))
			}
			if i+1 < len(e.args) && e.args[i+1].op == OpOnes { // diag(u)·1·1' = u·1'
				ones := s.Ones(Shape{One, e.args[i+1].shape.Cols})
				offers = append(offers, s.replaced(e, i, 2, u, ones))
			}
			if i > 0 && e.args[i-1].op == OpOnes {
				ones := s.Ones(Shape{e.args[i-1].shape.Rows, One})
				offers = append(offers, s.replaced(e, i-1, 2, ones, s.T(u)))
			}
		}
	case OpHad:
		offers = s.diagonalHadamard(e)
	case OpDiagOf:
		switch a := e.args[0]; a.op {
		case OpHad:
			parts := make([]*Expr, len(a.args))
			for i, x := range a.args {
				parts[i] = s.Diag(x)
			}
			offers = append(offers, s.Had(parts...))
		case OpProd:
			offers = append(offers, s.diagonalOfProduct(a)...)
		}
	}
	return offers
}

// diagonalHadamard offers diag(u∘diag(X)) for diag(u)∘X, with the unit matrix as
// diag(1), and drops transposes beside a diagonal matrix.
func (s *simplifier) diagonalHadamard(e *Expr) []*Expr {
	var offers []*Expr
	for i, a := range e.args {
		if !a.Is(Diagonal) {
			continue
		}
		rest := without(e.args, i)
		x := s.Had(rest...)
		offers = append(offers, s.Had(a, s.T(x)))
		if d := s.Diag(x); a.op == OpEye && d.op != OpDiagOf {
			offers = append(offers, s.Diag(d))
		}
		if a.op == OpDiag {
			offers = append(offers, s.Diag(s.Had(a.args[0], s.Diag(x))))
		}
	}
	return offers
}

// diagonalOfProduct offers a∘b for diag(a·b'), and u∘diag(X) for diag(diag(u)·X).
func (s *simplifier) diagonalOfProduct(a *Expr) []*Expr {
	var offers []*Expr
	n := len(a.args)
	for i := range a.args[:n-1] {
		if a.args[i].shape.Cols == One {
			offers = append(offers, s.Had(s.Mul(a.args[:i+1]...), s.T(s.Mul(a.args[i+1:]...))))
		}
	}
	if a.args[0].op == OpDiag {
		offers = append(offers, s.Had(a.args[0].args[0], s.Diag(s.Mul(a.args[1:]...))))
	}
	if a.args[n-1].op == OpDiag {
		offers = append(offers, s.Had(a.args[n-1].args[0], s.Diag(s.Mul(a.args[:n-1]...))))
	}
	return offers
}

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

// norms offers norm2(X)^2 for tr(X'·X), norm2(x) for sqrt(x'·x), and beside
// norm2(x) the square of it for x'·x.
func (s *simplifier) norms(e *Expr) []*Expr {
	switch e.op {
	case OpTr, OpSum, OpProd:
		if x := s.normed(e); x != nil {
			return []*Expr{s.Pow(s.Norm2(x), s.Int(2))}
		}
	case OpFn:
		if e.isRoot() && e.IsScalar() {
			if x := s.normed(e.args[0]); x != nil {
				return []*Expr{s.Norm2(x)}
			}
		}
	case OpPow:
		if x := s.normed(e.args[0]); x != nil {
			return []*Expr{s.Pow(s.Norm2(x), s.Mul(s.Int(2), e.args[1]))}
		}
	case OpNorm2:
		a := e.args[0]
		if c, scalars, m := a.Factors(); m != nil && len(scalars) > 0 {
			return []*Expr{s.Mul(s.Fn("abs", s.scale(c, scalars, nil)), s.Norm2(m))}
		}
		if u, v := s.outer(a); u != nil {
			return []*Expr{s.Mul(s.Norm2(u), s.Norm2(v))}
		}
	}
	return nil
}

// oneNorm offers the square of norm2(x) for x'·x wherever norm2(x) occurs, too.
func (s *simplifier) oneNorm(e *Expr) []*Expr {
	norms, by := map[*Expr]bool{}, map[*Expr]*Expr{}
	seen := map[*Expr]bool{}
	var walk func(e *Expr)
	walk = func(e *Expr) {
		if seen[e] {
			return
		}
		seen[e] = true
		if e.op == OpNorm2 {
			norms[e] = true
		}
		if x := s.normed(e); x != nil {
			by[e] = s.Norm2(x)
		}
		for _, a := range e.args {
			walk(a)
		}
	}
	walk(e)
	for square, norm := range by {
		if norms[norm] {
			by[square] = s.Pow(norm, s.Int(2))
		} else {
			delete(by, square)
		}
	}
	if len(by) == 0 {
		return nil
	}
	return []*Expr{s.Replace(e, by)}
}

// normed returns the X of which e is the square of the norm, nil if it is none.
func (s *simplifier) normed(e *Expr) *Expr {
	switch {
	case e.op == OpProd && len(e.args) == 2 && e.IsScalar() && e.args[0] == s.T(e.args[1]):
		return e.args[1]
	case e.op == OpSum && e.args[0].op == OpEPow && e.args[0].args[1].IsInt(2):
		return e.args[0].args[0]
	case e.op == OpTr && e.args[0].op == OpProd && len(e.args[0].args)%2 == 0:
		chain := e.args[0].args
		half := len(chain) / 2
		if x := s.Mul(chain[half:]...); s.T(x) == s.Mul(chain[:half]...) {
			return x
		}
	case e.op == OpTr && e.args[0].op == OpMPow && e.args[0].index%2 == 0 && e.args[0].args[0].Is(Symmetric):
		return s.MPow(e.args[0].args[0], e.args[0].index/2)
	}
	return nil
}

// determinants offers products for det(A·B), det(inv(A)), det(A^k), and
// cancels adj(A)/det(A) = inv(A), adj(A)·A = det(A)·I.
func (s *simplifier) determinants(e *Expr) []*Expr {
	switch e.op {
	case OpDet:
		if x := s.determinant(e.args[0]); x != e {
			return []*Expr{x}
		}
	case OpFn:
		if e.isFn("log") && e.args[0].op == OpDet {
			return []*Expr{s.Logdet(e.args[0].args[0])}
		}
	case OpScale:
		return s.determinantRatios(e)
	case OpProd:
		var offers []*Expr
		for i := range e.args[:len(e.args)-1] {
			a, b := e.args[i], e.args[i+1]
			switch {
			case s.isAdjugate(a, b):
				offers = append(offers, s.replaced(e, i, 2, s.Det(b), s.Eye(b.shape.Rows)))
			case s.isAdjugate(b, a):
				offers = append(offers, s.replaced(e, i, 2, s.Det(a), s.Eye(a.shape.Rows)))
			}
		}
		return offers
	}
	return nil
}

// isAdjugate reports whether a is adj(b).
func (s *simplifier) isAdjugate(a, b *Expr) bool {
	if a.op == OpT {
		a, b = a.args[0], s.T(b)
	}
	return a.op == OpAdj && a.args[0] == b
}

// determinant returns det(a) with the determinants of the factors of a.
func (s *simplifier) determinant(a *Expr) *Expr {
	switch a.op {
	case OpInv:
		return s.Pow(s.determinant(a.args[0]), s.Int(-1))
	case OpMPow:
		return s.Pow(s.determinant(a.args[0]), s.Int(int64(a.index)))
	case OpDiag:
		return s.Det(a)
	case OpT:
		return s.determinant(a.args[0])
	case OpScale:
		c, scalars, m := a.Factors()
		return s.Mul(s.Pow(s.scale(c, scalars, nil), s.Dim(a.shape.Rows)), s.determinant(m))
	case OpProd:
		parts := make([]*Expr, len(a.args))
		for i, f := range a.args {
			if !f.shape.IsSquare() {
				return s.Det(a)
			}
			parts[i] = s.determinant(f)
		}
		return s.Mul(parts...)
	}
	return s.Det(a)
}

// determinantRatios offers e with all determinants split, and with
// adj(A)/det(A) = inv(A).
func (s *simplifier) determinantRatios(e *Expr) []*Expr {
	factors := []*Expr{s.Num(e.num)}
	split := false
	for _, f := range e.Scalars() {
		p := s.powerOf(f)
		if p.base.op == OpDet {
			f = s.Pow(s.determinant(p.base.args[0]), p.exponent)
			split = true
		}
		factors = append(factors, f)
	}
	if !split {
		return nil
	}
	m := e.Matrix()
	if m == nil {
		return []*Expr{s.Mul(factors...)}
	}
	offers := []*Expr{s.Mul(append(factors, m)...)}
	chain := []*Expr{m}
	if m.op == OpProd {
		chain = m.args
	}
	for _, f := range e.Scalars() {
		p := s.powerOf(f)
		if p.base.op != OpDet || p.exponent.op != OpNum || p.exponent.num.Sign() >= 0 {
			continue
		}
		inverse := s.Inv(p.base.args[0])
		for i, a := range chain {
			var by *Expr
			switch {
			case s.isAdjugate(a, p.base.args[0]):
				by = inverse
			case s.isAdjugate(a, s.T(p.base.args[0])):
				by = s.T(inverse)
			default:
				continue
			}
			rest := slices.Concat([]*Expr{s.Num(e.num)}, e.Scalars(), []*Expr{p.base}, chain[:i], []*Expr{by}, chain[i+1:])
			offers = append(offers, s.Mul(rest...))
		}
	}
	return offers
}
