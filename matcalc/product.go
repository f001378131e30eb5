package matcalc

import "slices"

// prod returns the product of matrices whose shapes fit. It may be a Scale, or
// a scalar.
func (p *Pool) prod(chain []*Expr) *Expr {
	shape := Shape{chain[0].shape.Rows, chain[len(chain)-1].shape.Cols}
	if slices.ContainsFunc(chain, func(x *Expr) bool { return x.op == OpZeros }) {
		return p.Zeros(shape)
	}
	r := reducer{Pool: p}
	for _, x := range chain {
		r.push(x)
	}
	for r.absorbDiagonals() {
	}
	if len(r.stack) == 0 {
		return p.scale(ratOne, r.scalars, p.Eye(shape.Rows))
	}
	return p.scale(ratOne, r.scalars, r.split(shape))
}

// reducer multiplies matrices from left to right.
type reducer struct {
	*Pool
	stack   []*Expr // the product so far: no Prod, Scale, Eye or scalar among them
	scalars []*Expr // what was taken out of it
}

// push multiplies the product by x on the right.
func (r *reducer) push(x *Expr) {
	c, scalars, m := x.Factors()
	if !isOne(c) {
		r.scalars = append(r.scalars, r.Num(c))
	}
	r.scalars = append(r.scalars, scalars...)
	switch {
	case m == nil:
		return
	case m.op == OpProd:
		for _, a := range m.args {
			r.push(a)
		}
		return
	case m.op == OpEye:
		return
	}
	if len(r.stack) > 0 {
		last := len(r.stack) - 1
		if joined := r.join(r.stack[last], m); joined != nil {
			r.stack = r.stack[:last]
			r.push(joined)
			return
		}
	}
	r.stack = append(r.stack, m)
	r.cancel()
}

// join returns a·b where that is simpler than a product, else nil.
func (p *Pool) join(a, b *Expr) *Expr {
	if a.op == OpOnes && b.op == OpOnes {
		return p.Mul(p.Dim(a.shape.Cols), p.Ones(Shape{a.shape.Rows, b.shape.Cols}))
	}
	if a.op == OpDiag {
		if b.op == OpDiag {
			return p.Diag(p.Had(a.args[0], b.args[0]))
		}
		if b.shape.IsColumn() {
			return p.Had(a.args[0], b)
		}
	}
	if r := p.joinKron(a, b); r != nil {
		return r
	}
	if !a.shape.IsSquare() || !b.shape.IsSquare() {
		return nil
	}
	baseA, m := p.powerOfMatrix(a)
	baseB, n := p.powerOfMatrix(b)
	if baseA == baseB {
		return p.MPow(baseA, m+n)
	}
	if (a.Is(Orthogonal) || b.Is(Orthogonal)) && p.T(a) == b {
		return p.Eye(a.shape.Rows)
	}
	return nil
}

// joinKron applies kron(A,B)·kron(C,D) = kron(A·C,B·D),
// kron(A,B)·vec(X) = vec(B·X·A') and its transpose, vec(X)'·vec(Y) = tr(X'·Y).
func (p *Pool) joinKron(a, b *Expr) *Expr {
	switch {
	case a.op == OpKron && b.op == OpKron:
		if a.args[0].shape.Cols == b.args[0].shape.Rows && a.args[1].shape.Cols == b.args[1].shape.Rows {
			return p.Kron(p.Mul(a.args[0], b.args[0]), p.Mul(a.args[1], b.args[1]))
		}
	case a.op == OpKron && b.op == OpVec:
		x := b.args[0]
		if a.args[1].shape.Cols == x.shape.Rows && a.args[0].shape.Cols == x.shape.Cols {
			return p.Vec(p.Mul(a.args[1], x, p.T(a.args[0])))
		}
	case a.op == OpT && a.args[0].op == OpVec && b.op == OpKron:
		if r := p.joinKron(p.T(b), a.args[0]); r != nil {
			return p.T(r)
		}
	case a.op == OpT && a.args[0].op == OpVec && b.op == OpVec:
		x, y := a.args[0].args[0], b.args[0]
		if x.shape == y.shape {
			return p.Tr(p.Mul(p.T(x), y))
		}
	}
	return nil
}

// powerOfMatrix returns the power that the square matrix e is, at least e^1.
func (p *Pool) powerOfMatrix(e *Expr) (base *Expr, exponent int) {
	if e.op == OpT {
		base, exponent = p.powerOfMatrix(e.args[0])
		return p.T(base), exponent
	}
	exponent = 1
	if e.op == OpMPow {
		e, exponent = e.args[0], e.index
	}
	if e.op == OpInv {
		e, exponent = e.args[0], -exponent
	}
	return e, exponent
}

// cancel removes inv(A·B)·A·B and A·B·inv(A·B) from the end of the product.
func (r *reducer) cancel() {
	n := len(r.stack)
	matches := func(inverse *Expr, at int) int {
		if inverse.op != OpInv || inverse.args[0].op != OpProd {
			return 0
		}
		factors := inverse.args[0].args
		if at < 0 || at+len(factors) > n || !slices.Equal(factors, r.stack[at:at+len(factors)]) {
			return 0
		}
		return len(factors)
	}
	last := r.stack[n-1]
	if last.op == OpInv && last.args[0].op == OpProd {
		k := len(last.args[0].args)
		if matches(last, n-1-k) > 0 {
			r.stack = r.stack[:n-1-k]
		}
		return
	}
	for i := n - 3; i >= 0; i-- {
		if matches(r.stack[i], i+1) == n-1-i {
			r.stack = r.stack[:i]
			return
		}
		if n-1-i >= maxCancel {
			return
		}
	}
}

// maxCancel is the longest product that is looked for beside its inverse.
const maxCancel = 8

// absorbDiagonals applies w'·diag(u) = (w∘u)' once, if it can be.
func (r *reducer) absorbDiagonals() bool {
	for i, a := range r.stack {
		if i+1 == len(r.stack) || !a.shape.IsRow() || r.stack[i+1].op != OpDiag {
			continue
		}
		rest := r.stack[i+2:]
		joined := r.T(r.Had(r.T(a), r.stack[i+1].args[0]))
		r.stack = slices.Clone(r.stack[:i])
		r.push(joined)
		for _, x := range rest {
			r.push(x)
		}
		return true
	}
	return false
}

// split takes out of the product what is a scalar in it: y'·z out of
// x·(y'·z)·w'.
func (r *reducer) split(shape Shape) *Expr {
	var rest []*Expr
	start := 0
	for i, a := range r.stack {
		if i+1 < len(r.stack) && a.shape.Cols != One {
			continue
		}
		part := r.stack[start : i+1]
		start = i + 1
		if part[0].shape.IsRow() && a.shape.IsColumn() {
			r.scalars = append(r.scalars, r.chain(part))
		} else {
			rest = append(rest, part...)
		}
	}
	if len(rest) == 0 {
		return r.one // the whole product is a scalar
	}
	if len(rest) < len(r.stack) {
		return r.prod(rest) // neighbours now
	}
	return r.chain(rest)
}

// chain returns the product of factors that need no simplification.
func (p *Pool) chain(factors []*Expr) *Expr {
	if len(factors) == 1 {
		return factors[0]
	}
	shape := Shape{factors[0].shape.Rows, factors[len(factors)-1].shape.Cols}
	return p.intern(Expr{op: OpProd, shape: shape, args: slices.Clone(factors)})
}

// MPow returns A^k of a square matrix.
func (p *Pool) MPow(a *Expr, k int) *Expr {
	mustBeSquare("MPow", a)
	switch {
	case a.IsScalar():
		return p.Pow(a, p.Int(int64(k)))
	case k == 0:
		return p.Eye(a.shape.Rows)
	case k == 1:
		return a
	case k < 0:
		return p.MPow(p.Inv(a), -k)
	case a.turns < 0:
		return p.T(p.MPow(p.T(a), k))
	}
	n := p.Int(int64(k))
	switch a.op {
	case OpEye, OpZeros:
		return a
	case OpScale:
		c, scalars, m := a.Factors()
		return p.Mul(p.Pow(p.scale(c, scalars, nil), n), p.MPow(m, k))
	case OpMPow:
		return p.MPow(a.args[0], a.index*k)
	case OpDiag:
		return p.Diag(p.EPow(a.args[0], n))
	case OpKron:
		if a.args[0].shape.IsSquare() && a.args[1].shape.IsSquare() {
			return p.Kron(p.MPow(a.args[0], k), p.MPow(a.args[1], k))
		}
	}
	if k > MaxPower {
		panic(errorf(TooLarge, "a matrix power of more than %d", MaxPower))
	}
	return p.intern(Expr{op: OpMPow, index: k, shape: a.shape, args: []*Expr{a}})
}

// MaxPower is the largest exponent of a matrix.
const MaxPower = 10_000

// Inv returns the inverse of a square matrix.
func (p *Pool) Inv(a *Expr) *Expr {
	mustBeSquare("Inv", a)
	switch {
	case a.IsScalar():
		return p.Pow(a, p.Int(-1))
	case a.Is(Orthogonal):
		return p.T(a)
	case a.turns < 0:
		return p.T(p.Inv(p.T(a)))
	}
	switch a.op {
	case OpInv:
		return a.args[0]
	case OpScale:
		c, scalars, m := a.Factors()
		return p.Div(p.Inv(m), p.scale(c, scalars, nil))
	case OpMPow:
		return p.MPow(p.Inv(a.args[0]), a.index)
	case OpDiag:
		return p.Diag(p.EPow(a.args[0], p.Int(-1)))
	case OpKron:
		if a.args[0].shape.IsSquare() && a.args[1].shape.IsSquare() {
			return p.Kron(p.Inv(a.args[0]), p.Inv(a.args[1]))
		}
	}
	return p.intern(Expr{op: OpInv, shape: a.shape, args: []*Expr{a}})
}
