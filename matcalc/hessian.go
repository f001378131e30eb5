package matcalc

// jacobian is the differential of an expression e in that of a column or row x
// of n entries, as products of matrices.
//
// If e is a scalar, a column or a row, vector holds J with de = J·dx, for a row
// de' = J·dx. If e is a matrix, de is the sum of terms.
type jacobian struct {
	vector *Expr
	terms  []jacobianTerm
}

// jacobianTerm is a matrix linear in dx: (j·dx)·m with a row j, or if m is nil,
// a·diag(j·dx)·b, where a or b is nil for a unit matrix. The product of a column
// j·dx and a row r is such a term with r over one another: diag(j·dx)·1·r.
type jacobianTerm struct{ j, m, a, b *Expr }

// hessianOf returns the Hessian of the objective, given its gradient: the
// matrix H with dg = H·dx.
func (d *differential) hessianOf(gradient *Expr) *Expr {
	s := d.Wrt.shape
	if !s.IsColumn() && !s.IsRow() {
		panic(errorf(Unsupported, "the Hessian by %s, which is %s, has four indices: Hessians are for columns, rows and scalars", d.Wrt.name, s))
	}
	n := max2(s)
	if !d.depends(gradient) {
		return d.Zeros(Shape{n, n})
	}
	h := &hessian{d, n, map[*Expr]jacobian{}}
	j := h.of(gradient).vector
	if j == nil {
		return d.Zeros(Shape{n, n})
	}
	return j
}

// max2 returns the longer side of a vector's shape.
func max2(s Shape) Dim {
	if s.IsColumn() {
		return s.Rows
	}
	return s.Cols
}

type hessian struct {
	*differential
	n    Dim
	done map[*Expr]jacobian
}

// of returns the Jacobian of e.
func (h *hessian) of(e *Expr) jacobian {
	if j, ok := h.done[e]; ok {
		return j
	}
	var sum jacobian
	if e == h.Wrt {
		sum.vector = h.Eye(h.n)
	} else {
		for _, t := range h.differential.of(e).parts {
			j := h.of(t.of)
			for i := len(t.chain) - 1; i >= 0; i-- {
				j = h.apply(t.chain[i], j)
			}
			sum = h.plus(sum, j)
		}
	}
	h.done[e] = sum
	return sum
}

func (h *hessian) plus(a, b jacobian) jacobian {
	switch {
	case a.vector == nil:
		a.vector = b.vector
	case b.vector != nil:
		a.vector = h.Add(a.vector, b.vector)
	}
	terms := a.terms[:len(a.terms):len(a.terms)]
	return jacobian{a.vector, append(terms, b.terms...)}
}

// apply returns the Jacobian of what the operator makes of something with
// Jacobian j.
func (h *hessian) apply(o operator, j jacobian) jacobian {
	var sum jacobian
	if j.vector != nil {
		sum = h.applyToVector(o, j.vector)
	}
	for _, t := range j.terms {
		if t.m != nil {
			sum = h.plus(sum, h.scalarTimes(t.j, h.Pool.apply(o, t.m)))
		} else {
			sum = h.plus(sum, h.applyToTerm(o, t))
		}
	}
	return sum
}

// scalarTimes returns the Jacobian of (j·dx)·m.
func (h *hessian) scalarTimes(j, m *Expr) jacobian {
	switch {
	case m.shape.IsColumn():
		return jacobian{vector: h.Mul(m, j)}
	case m.shape.IsRow():
		return jacobian{vector: h.Mul(h.T(m), j)}
	}
	return jacobian{terms: []jacobianTerm{{j: j, m: m}}}
}

// applyToVector is apply for a vector or scalar u with du = j·dx.
func (h *hessian) applyToVector(o operator, j *Expr) jacobian {
	row := o.shape.IsRow() && !o.shape.IsScalar()
	switch o.kind {
	case opT, opTr, opVec:
		return jacobian{vector: j}
	case opScale:
		return jacobian{vector: h.Mul(o.a, j)}
	case opTimes:
		return h.scalarTimes(j, o.a)
	case opHad:
		a := o.a
		if row {
			a = h.T(a)
		}
		return jacobian{vector: h.Mul(h.Diag(a), j)}
	case opSum:
		return jacobian{vector: h.Mul(h.Ones(Shape{One, j.shape.Rows}), j)}
	case opInner:
		a := o.a
		if row {
			a = h.T(a)
		}
		return jacobian{vector: h.Mul(h.T(a), j)}
	case opDiag:
		return jacobian{terms: []jacobianTerm{{j: j}}}
	case opMul:
		if row {
			return h.mulRow(o, j)
		}
		return h.mulColumn(o.a, j, o.b)
	}
	panic(h.noHessian())
}

// mulColumn returns the Jacobian of a·u·b for a column u with du = j·dx.
func (h *hessian) mulColumn(a, j, b *Expr) jacobian {
	if a != nil {
		j = h.Mul(a, j)
	}
	switch {
	case b == nil:
		return jacobian{vector: j}
	case j.shape.Rows == One: // u is a scalar now
		return h.scalarTimes(j, b)
	}
	ones := h.Ones(Shape{j.shape.Rows, One})
	return jacobian{terms: []jacobianTerm{{j: j, b: h.Mul(ones, b)}}}
}

// mulRow returns the Jacobian of a·u'·b for a row u' with du = j·dx.
func (h *hessian) mulRow(o operator, j *Expr) jacobian {
	a, b := o.a, o.b
	if a != nil {
		a = h.T(a)
	}
	if b != nil {
		b = h.T(b)
	}
	t := h.mulColumn(b, j, a) // the transpose
	for i, x := range t.terms {
		t.terms[i] = h.transpose(x)
	}
	return t
}

func (h *hessian) transpose(t jacobianTerm) jacobianTerm {
	turn := func(e *Expr) *Expr {
		if e == nil {
			return nil
		}
		return h.T(e)
	}
	return jacobianTerm{j: t.j, m: turn(t.m), a: turn(t.b), b: turn(t.a)}
}

// applyToTerm is apply for a·diag(j·dx)·b.
func (h *hessian) applyToTerm(o operator, t jacobianTerm) jacobian {
	k := t.j.shape.Rows
	a, b := t.a, t.b
	if a == nil {
		a = h.Eye(k)
	}
	if b == nil {
		b = h.Eye(k)
	}
	row := func(weights *Expr) jacobian { return jacobian{vector: h.Mul(h.T(weights), t.j)} }
	switch o.kind {
	case opMul:
		return h.product(h.around(o.a, a, nil), t.j, h.around(nil, b, o.b))
	case opT:
		return jacobian{terms: []jacobianTerm{h.transpose(t)}}
	case opScale:
		return h.product(h.Mul(o.a, a), t.j, b)
	case opTr:
		return row(h.Diag(h.Mul(b, a)))
	case opInner:
		return row(h.Diag(h.Mul(b, h.T(o.a), a)))
	case opSum:
		left, right := h.Ones(Shape{a.shape.Rows, One}), h.Ones(Shape{b.shape.Cols, One})
		return row(h.Had(h.Mul(h.T(a), left), h.Mul(b, right)))
	case opDiagOf:
		return jacobian{vector: h.Mul(h.Had(a, h.T(b)), t.j)}
	case opHad:
		switch {
		case a.op == OpEye:
			return jacobian{terms: []jacobianTerm{{j: t.j, b: h.Had(o.a, b)}}}
		case b.op == OpEye:
			return jacobian{terms: []jacobianTerm{{j: t.j, a: h.Had(o.a, a)}}}
		}
	}
	panic(h.noHessian())
}

// product returns the Jacobian of a·diag(j·dx)·b of any shape.
func (h *hessian) product(a, j, b *Expr) jacobian {
	switch {
	case b.shape.IsColumn():
		return jacobian{vector: h.Mul(a, h.Diag(b), j)}
	case a.shape.IsRow():
		return jacobian{vector: h.Mul(h.T(b), h.Diag(h.T(a)), j)}
	}
	return jacobian{terms: []jacobianTerm{{j: j, a: a, b: b}}}
}

func (h *hessian) noHessian() *Error {
	return errorf(Unsupported, "the Hessian of this objective is not a sum of products of matrices as far as the rules go")
}
