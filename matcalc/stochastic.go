package matcalc

// columnsSummed returns e with 1 for the sums of columns that are known to be 1:
// ones(k,n)*Y is ones(k,m) for a stochastic Y, n×m.
func (p *Pool) columnsSummed(e *Expr) *Expr {
	done := map[*Expr]*Expr{}
	var rewrite func(e *Expr) *Expr
	rewrite = func(e *Expr) *Expr {
		if r := done[e]; r != nil {
			return r
		}
		r := e
		if len(e.args) > 0 {
			args := make([]*Expr, len(e.args))
			for i, a := range e.args {
				args[i] = rewrite(a)
			}
			r = p.sumColumns(p.With(e, args))
		}
		done[e] = r
		return r
	}
	return rewrite(e)
}

// sumColumns applies the rule to e itself.
func (p *Pool) sumColumns(e *Expr) *Expr {
	switch {
	case e.op == OpSum && e.args[0].Is(Stochastic):
		return p.Dim(e.args[0].shape.Cols)
	case e.op != OpProd:
		return e
	}
	for i := range len(e.args) - 1 {
		a, b := e.args[i], e.args[i+1]
		switch {
		case a.op == OpOnes && b.Is(Stochastic):
		case b.op == OpOnes && p.T(a).Is(Stochastic):
		default:
			continue
		}
		factors := append([]*Expr{}, e.args[:i]...)
		factors = append(factors, p.Ones(Shape{a.shape.Rows, b.shape.Cols}))
		return p.sumColumns(p.Mul(append(factors, e.args[i+2:]...)...))
	}
	return e
}
