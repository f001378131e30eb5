package matcalc

import "slices"

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
