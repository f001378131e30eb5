package matcalc

import "slices"

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
		if x.op == OpProd {
			offers = append(offers, s.Had(a, s.diagonalEnds(x)))
		}
	}
	return offers
}

// diagonalEnds returns D1·D2∘X for D1·X·D2, which has the same diagonal.
func (s *simplifier) diagonalEnds(e *Expr) *Expr {
	isFull := func(a *Expr) bool { return !a.Is(Diagonal) }
	start := slices.IndexFunc(e.args, isFull)
	if start < 0 {
		return e
	}
	end := len(e.args)
	for e.args[end-1].Is(Diagonal) {
		end--
	}
	ends := slices.Concat(e.args[:start], e.args[end:])
	if len(ends) == 0 {
		return e
	}
	return s.Had(s.Mul(ends...), s.Mul(e.args[start:end]...))
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
