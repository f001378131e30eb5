package matcalc

// T returns the transpose of e. It is moved into products, and elsewhere stays
// outside unless it costs nothing inside: (A·B)' = B'·A', (X·w − y)' is one
// node over the sum, (A'·B + C'·D)' = B'·A + D'·C.
func (p *Pool) T(e *Expr) *Expr {
	if e.IsScalar() || e.Is(Symmetric) {
		return e
	}
	switch e.op {
	case OpT:
		return e.args[0]
	case OpOnes:
		return p.Ones(e.shape.T())
	case OpZeros:
		return p.Zeros(e.shape.T())
	case OpScale:
		return p.scale(e.num, e.Scalars(), p.T(e.Matrix()))
	case OpProd:
		reversed := make([]*Expr, len(e.args))
		for i, a := range e.args {
			reversed[len(e.args)-1-i] = p.T(a)
		}
		return p.Mul(reversed...)
	case OpKron:
		return p.Kron(p.T(e.args[0]), p.T(e.args[1]))
	}
	if e.turns == 0 && e.transparent() {
		return p.With(e, p.transposed(e.args))
	}
	return p.intern(Expr{op: OpT, shape: e.shape.T(), args: []*Expr{e}})
}

// transposed returns the transposes of expressions.
func (p *Pool) transposed(xs []*Expr) []*Expr {
	ts := make([]*Expr, len(xs))
	for i, x := range xs {
		ts[i] = p.T(x)
	}
	return ts
}
