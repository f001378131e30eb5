package matcalc

import "fmt"

// opKind is what a linear operator does to a differential U.
type opKind uint8

const (
	opMul    opKind = iota // a·U·b; a or b may be nil
	opT                    // U'
	opHad                  // a ∘ U
	opTr                   // tr U
	opSum                  // the sum of all entries of U
	opScale                // a·U with a scalar a
	opTimes                // U·a with a scalar U and a matrix a
	opDiag                 // the diagonal matrix of the column U
	opDiagOf               // the column of U's diagonal
	opVec                  // the columns of U under one another
	opKronL                // a ⊗ U
	opKronR                // U ⊗ a
	opInner                // tr(a'·U)
)

// operator is a linear operator on the differential of an expression.
type operator struct {
	kind  opKind
	a, b  *Expr
	shape Shape // of what it acts on
}

// apply returns what the operator makes of u.
func (p *Pool) apply(o operator, u *Expr) *Expr {
	switch o.kind {
	case opMul:
		return p.around(o.a, u, o.b)
	case opT:
		return p.T(u)
	case opHad:
		return p.Had(o.a, u)
	case opTr:
		return p.Tr(u)
	case opSum:
		return p.Sum(u)
	case opScale, opTimes:
		return p.Mul(o.a, u)
	case opDiag, opDiagOf:
		return p.Diag(u)
	case opVec:
		return p.Vec(u)
	case opKronL:
		return p.Kron(o.a, u)
	case opKronR:
		return p.Kron(u, o.a)
	case opInner:
		if x := p.Mul(p.T(o.a), u); !x.IsScalar() {
			return p.Tr(x)
		} else {
			return x
		}
	}
	panic(fmt.Sprintf("matcalc: no operator %d", o.kind))
}

// around returns a·x·b, where a or b may be nil.
func (p *Pool) around(a, x, b *Expr) *Expr {
	if a != nil {
		x = p.Mul(a, x)
	}
	if b != nil {
		x = p.Mul(x, b)
	}
	return x
}

// absorb returns the context that the argument of an operator has, if c is the
// context of the operator: the adjoint, ⟨c, o(U)⟩ = ⟨absorb(o, c), U⟩ for
// ⟨A, B⟩ = tr(A'·B).
func (p *Pool) absorb(o operator, c *Expr) *Expr {
	switch o.kind {
	case opMul:
		var a, b *Expr
		if o.a != nil {
			a = p.T(o.a)
		}
		if o.b != nil {
			b = p.T(o.b)
		}
		return p.around(a, c, b)
	case opT:
		return p.T(c)
	case opHad:
		return p.Had(c, o.a)
	case opTr:
		return p.Mul(c, p.Eye(o.shape.Rows))
	case opSum:
		return p.Mul(c, p.Ones(o.shape))
	case opScale, opInner:
		return p.Mul(c, o.a)
	case opTimes:
		return p.inner(c, o.a)
	case opDiag, opDiagOf:
		return p.Diag(c)
	case opVec:
		return p.unvec(c, o.shape)
	case opKronL, opKronR:
		return p.absorbKron(o, c)
	}
	panic(fmt.Sprintf("matcalc: no operator %d", o.kind))
}

// inner returns tr(a'·b), for vectors and products with a vector in them
// without a trace.
func (p *Pool) inner(a, b *Expr) *Expr {
	if a.shape.IsRow() {
		a, b = p.T(a), p.T(b)
	}
	return p.trace(p.Mul(p.T(a), b))
}

// trace returns tr(e), as a product without a trace where e is c·v·w'.
func (p *Pool) trace(e *Expr) *Expr {
	c, scalars, m := e.Factors()
	if m == nil {
		return e
	}
	if m.op == OpProd {
		for i, f := range m.args[1:] {
			if f.shape.IsRow() {
				m = p.Mul(p.Mul(m.args[i+1:]...), p.Mul(m.args[:i+1]...))
				return p.Mul(p.scale(c, scalars, nil), m)
			}
		}
	}
	return p.Tr(e)
}

// unvec returns the matrix of this shape whose vec is c.
func (p *Pool) unvec(c *Expr, s Shape) *Expr {
	all := func() []*Expr {
		args := make([]*Expr, len(c.args))
		for i, a := range c.args {
			args[i] = p.unvec(a, s)
		}
		return args
	}
	switch {
	case s.IsColumn():
		return c
	case c.op == OpVec && c.args[0].shape == s:
		return c.args[0]
	case c.op == OpOnes:
		return p.Ones(s)
	case c.op == OpZeros:
		return p.Zeros(s)
	case c.op == OpScale:
		return p.Mul(p.scale(c.num, c.Scalars(), nil), p.unvec(c.Matrix(), s))
	case c.op == OpAdd:
		return p.Add(all()...)
	case c.op == OpHad:
		return p.Had(all()...)
	case c.op == OpFn:
		return p.fnOf(c, p.unvec(c.args[0], s))
	case c.op == OpEPow && c.args[1].IsScalar():
		return p.EPow(p.unvec(c.args[0], s), c.args[1])
	case c.op == OpEPow:
		return p.EPow(p.unvec(c.args[0], s), p.unvec(c.args[1], s))
	case c.op == OpKron && c.args[1].shape == Shape{s.Rows, One} && c.args[0].shape == Shape{s.Cols, One}:
		return p.Mul(c.args[1], p.T(c.args[0]))
	}
	panic(errorf(Unsupported, "the answer needs %s written as a %s matrix again, and there is no name for that: vec(X) can be undone only where X comes out", short(c), s))
}

// absorbKron is absorb for a ⊗ U and U ⊗ a, where the context is a sum of
// Kronecker products: ⟨P⊗Q, a⊗U⟩ = ⟨P,a⟩·⟨Q,U⟩.
func (p *Pool) absorbKron(o operator, c *Expr) *Expr {
	left, right := o.a.shape, o.shape
	if o.kind == opKronR {
		left, right = right, left
	}
	parts := p.krons2(c, left, right)
	if parts == nil {
		panic(errorf(Unsupported, "the derivative by a factor of a Kronecker product of matrices is not a product of matrices here; only vectors, and contexts that are Kronecker products themselves, can be taken apart"))
	}
	terms := make([]*Expr, len(parts))
	for i, k := range parts {
		constant, moving := k[0], k[1]
		if o.kind == opKronR {
			constant, moving = moving, constant
		}
		terms[i] = p.Mul(p.inner(constant, o.a), moving)
	}
	return p.Add(terms...)
}

// krons2 returns pairs of matrices of the shapes s and t, the sum of whose
// Kronecker products c is; nil if it does not look like one.
func (p *Pool) krons2(c *Expr, s, t Shape) [][2]*Expr {
	switch {
	case c.op == OpKron && c.args[0].shape == s && c.args[1].shape == t:
		return [][2]*Expr{{c.args[0], c.args[1]}}
	case c.op == OpOnes:
		return [][2]*Expr{{p.Ones(s), p.Ones(t)}}
	case c.op == OpZeros:
		return [][2]*Expr{{p.Zeros(s), p.Zeros(t)}}
	case c.op == OpEye && s.IsSquare() && t.IsSquare():
		return [][2]*Expr{{p.Eye(s.Rows), p.Eye(t.Rows)}}
	case c.op == OpT:
		pairs := p.krons2(c.args[0], s.T(), t.T())
		for i, k := range pairs {
			pairs[i] = [2]*Expr{p.T(k[0]), p.T(k[1])}
		}
		return pairs
	case c.op == OpScale:
		pairs := p.krons2(c.Matrix(), s, t)
		for i, k := range pairs {
			pairs[i][0] = p.Mul(p.scale(c.num, c.Scalars(), nil), k[0])
		}
		return pairs
	case c.op == OpAdd:
		var pairs [][2]*Expr
		for _, a := range c.args {
			k := p.krons2(a, s, t)
			if k == nil {
				return nil
			}
			pairs = append(pairs, k...)
		}
		return pairs
	case c.op == OpHad:
		pairs := [][2]*Expr{{p.Ones(s), p.Ones(t)}}
		for _, a := range c.args {
			k := p.krons2(a, s, t)
			if len(k) != 1 {
				return nil
			}
			pairs[0] = [2]*Expr{p.Had(pairs[0][0], k[0][0]), p.Had(pairs[0][1], k[0][1])}
		}
		return pairs
	}
	return nil
}
