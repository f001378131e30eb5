package matcalc

import (
	"fmt"
	"math/big"
	"slices"
)

// Eye returns the unit matrix.
func (p *Pool) Eye(n Dim) *Expr {
	if n == One {
		return p.one
	}
	return p.intern(Expr{op: OpEye, shape: Shape{n, n}})
}

// Ones returns the matrix of ones.
func (p *Pool) Ones(s Shape) *Expr {
	if s.IsScalar() {
		return p.one
	}
	return p.intern(Expr{op: OpOnes, shape: s})
}

// Zeros returns the matrix of zeros.
func (p *Pool) Zeros(s Shape) *Expr {
	if s.IsScalar() {
		return p.Int(0)
	}
	return p.intern(Expr{op: OpZeros, shape: s})
}

// Dim returns the dimension d as a number.
func (p *Pool) Dim(d Dim) *Expr {
	factors := []*Expr{p.Int(int64(d.n))}
	for _, name := range d.factors() {
		factors = append(factors, p.intern(Expr{op: OpDim, name: name, shape: Scalar}))
	}
	return p.Mul(factors...)
}

// Var returns the variable of this name, shape and properties.
func (p *Pool) Var(name string, s Shape, props Props) *Expr {
	return p.intern(Expr{op: OpVar, name: name, shape: s, props: implied(props)})
}

// Define returns name as a name for an expression.
func (p *Pool) Define(name string, e *Expr) *Expr {
	return p.intern(Expr{op: OpVar, name: name, shape: e.shape, props: e.props, def: e})
}

// Diff returns the differential d(e), zero for a number or constant matrix.
func (p *Pool) Diff(e *Expr) *Expr {
	switch e.op {
	case OpNum, OpDim, OpEye, OpOnes, OpZeros:
		return p.Zeros(e.shape)
	}
	return p.intern(Expr{op: OpDiff, shape: e.shape, args: []*Expr{e}})
}

// Tr returns the trace. That of a scalar is kept: a = tr(a) is a rule.
func (p *Pool) Tr(a *Expr) *Expr {
	mustBeSquare("Tr", a)
	switch a.op {
	case OpNum:
		return a
	case OpZeros:
		return p.Int(0)
	case OpEye:
		return p.Dim(a.shape.Rows)
	case OpOnes:
		return p.Dim(a.shape.Rows)
	case OpDiag:
		return p.Sum(a.args[0])
	case OpKron:
		if a.args[0].shape.IsSquare() && a.args[1].shape.IsSquare() {
			return p.Mul(p.Tr(a.args[0]), p.Tr(a.args[1]))
		}
	}
	return p.linear(OpTr, Scalar, a)
}

// Sum returns the sum of all entries.
func (p *Pool) Sum(a *Expr) *Expr {
	switch {
	case a.IsScalar():
		return a
	case a.op == OpZeros:
		return p.Int(0)
	case a.op == OpEye:
		return p.Dim(a.shape.Rows)
	case a.op == OpOnes:
		return p.Dim(a.shape.Rows.Times(a.shape.Cols))
	case a.op == OpT, a.op == OpDiag, a.op == OpVec:
		return p.Sum(a.args[0])
	}
	return p.linear(OpSum, Scalar, a)
}

// linear returns op(a) with the scalars of a in front.
func (p *Pool) linear(op Op, s Shape, a *Expr) *Expr {
	if a.op == OpScale {
		c, scalars, m := a.Factors()
		if m != nil {
			return p.Mul(p.scale(c, scalars, nil), p.With(&Expr{op: op}, []*Expr{m}))
		}
		if !isOne(c) { // the trace of a scalar
			_, rest := p.Coef(a)
			return p.Times(c, p.Tr(rest))
		}
	}
	return p.intern(Expr{op: op, shape: s, args: []*Expr{a}})
}

// Det returns the determinant.
func (p *Pool) Det(a *Expr) *Expr {
	mustBeSquare("Det", a)
	switch {
	case a.IsScalar():
		return a
	case a.op == OpEye:
		return p.one
	case a.op == OpZeros:
		return p.Int(0)
	case a.op == OpT:
		return p.Det(a.args[0])
	case a.op == OpMPow:
		return p.Pow(p.Det(a.args[0]), p.Int(int64(a.index)))
	case a.op == OpKron && a.args[0].shape.IsSquare() && a.args[1].shape.IsSquare():
		m, n := p.Dim(a.args[0].shape.Rows), p.Dim(a.args[1].shape.Rows)
		return p.Mul(p.Pow(p.Det(a.args[0]), n), p.Pow(p.Det(a.args[1]), m))
	}
	return p.intern(Expr{op: OpDet, shape: Scalar, args: []*Expr{a}})
}

// Logdet returns the logarithm of the determinant.
func (p *Pool) Logdet(a *Expr) *Expr {
	mustBeSquare("Logdet", a)
	switch {
	case a.IsScalar():
		return p.Fn("log", a)
	case a.op == OpEye:
		return p.Int(0)
	case a.op == OpT:
		return p.Logdet(a.args[0])
	case a.op == OpKron && a.args[0].Is(Spd) && a.args[1].Is(Spd):
		m, n := p.Dim(a.args[0].shape.Rows), p.Dim(a.args[1].shape.Rows)
		return p.Add(p.Mul(n, p.Logdet(a.args[0])), p.Mul(m, p.Logdet(a.args[1])))
	}
	return p.intern(Expr{op: OpLogdet, shape: Scalar, args: []*Expr{a}})
}

// Adj returns the adjugate.
func (p *Pool) Adj(a *Expr) *Expr {
	mustBeSquare("Adj", a)
	switch {
	case a.IsScalar():
		return p.one
	case a.op == OpEye:
		return a
	case a.turns < 0:
		return p.T(p.Adj(p.T(a)))
	}
	return p.intern(Expr{op: OpAdj, shape: a.shape, args: []*Expr{a}})
}

// Norm1 returns the sum of absolute values.
func (p *Pool) Norm1(a *Expr) *Expr { return p.norm(OpNorm1, a) }

// Norm2 returns the Euclidean, for a matrix the Frobenius norm.
func (p *Pool) Norm2(a *Expr) *Expr { return p.norm(OpNorm2, a) }

func (p *Pool) norm(op Op, a *Expr) *Expr {
	switch {
	case a.IsScalar():
		return p.Fn("abs", a)
	case a.op == OpZeros:
		return p.Int(0)
	case a.op == OpT, a.op == OpVec:
		return p.norm(op, a.args[0])
	case op == OpNorm1 && a.Is(Positive):
		return p.Sum(a)
	case a.op == OpOnes:
		return p.Fn("sqrt", p.Dim(a.shape.Rows.Times(a.shape.Cols)))
	}
	c, rest := p.Coef(a)
	if !isOne(c) {
		return p.Times(new(big.Rat).Abs(c), p.norm(op, rest))
	}
	return p.intern(Expr{op: op, shape: Scalar, args: []*Expr{a}})
}

// Diag returns the diagonal matrix of a vector, and the column of the diagonal
// of a square matrix.
func (p *Pool) Diag(a *Expr) *Expr {
	switch {
	case a.IsScalar():
		return a
	case a.shape.IsRow():
		return p.Diag(p.T(a))
	case a.shape.IsColumn():
		return p.diagonal(a)
	}
	mustBeSquare("Diag", a)
	column := Shape{a.shape.Rows, One}
	switch a.op {
	case OpZeros:
		return p.Zeros(column)
	case OpEye, OpOnes:
		return p.Ones(column)
	case OpDiag, OpT:
		return p.diagOf(a.args[0])
	}
	if a.turns < 0 {
		a = p.T(a)
	}
	return p.linear(OpDiagOf, column, a)
}

// diagOf is Diag below an operation that is undone or doesn't matter.
func (p *Pool) diagOf(a *Expr) *Expr {
	if a.shape.IsColumn() {
		return a
	}
	return p.Diag(a)
}

func (p *Pool) diagonal(v *Expr) *Expr {
	square := Shape{v.shape.Rows, v.shape.Rows}
	switch {
	case v.op == OpZeros:
		return p.Zeros(square)
	case v.op == OpOnes:
		return p.Eye(v.shape.Rows)
	case v.op == OpDiagOf && v.args[0].Is(Diagonal):
		return v.args[0]
	}
	return p.linear(OpDiag, square, v)
}

// Vec returns the columns of a under one another.
func (p *Pool) Vec(a *Expr) *Expr {
	column := Shape{a.shape.Rows.Times(a.shape.Cols), One}
	switch {
	case a.shape.IsColumn():
		return a
	case a.shape.IsRow():
		return p.T(a)
	case a.op == OpZeros:
		return p.Zeros(column)
	case a.op == OpOnes:
		return p.Ones(column)
	}
	return p.linear(OpVec, column, a)
}

// Kron returns the Kronecker product.
func (p *Pool) Kron(a, b *Expr) *Expr {
	if a.IsScalar() || b.IsScalar() {
		return p.Mul(a, b)
	}
	c, s, m := a.Factors()
	d, t, n := b.Factors()
	scalars := append(append([]*Expr{p.Num(ratMul(c, d))}, s...), t...)
	shape := Shape{m.shape.Rows.Times(n.shape.Rows), m.shape.Cols.Times(n.shape.Cols)}
	return p.Mul(append(scalars, p.krons(m, n, shape))...)
}

// krons returns the Kronecker product of matrices without scalars in front.
func (p *Pool) krons(a, b *Expr, shape Shape) *Expr {
	switch {
	case a.op == OpZeros || b.op == OpZeros:
		return p.Zeros(shape)
	case a.op == OpEye && b.op == OpEye:
		return p.Eye(shape.Rows)
	case a.op == OpOnes && b.op == OpOnes:
		return p.Ones(shape)
	}
	return p.intern(Expr{op: OpKron, shape: shape, args: []*Expr{a, b}})
}

// Function is an abstract function: one that is only known by name.
type Function struct {
	Name        string
	Elementwise bool     // σ(z); else a scalar function of matrices, f(Y)
	Deriv       string   // element-wise: the name of the derivative, "" if there is none
	Args        []string // scalar: the arguments
	Grads       []string // scalar: the names of the gradients by each argument, "" where there is none

	// Bodies for numeric checks, in the grammar, of Args, or of t for an
	// element-wise function. "" if there is none.
	Value     string
	DerivBody string
	GradBody  []string

	deriv *Function // the function that Deriv names, if it is one with a derivative of its own
}

// App returns the abstract scalar function f of args.
func (p *Pool) App(f *Function, args ...*Expr) *Expr {
	return p.intern(Expr{op: OpApp, name: f.Name, fn: f, shape: Scalar, args: slices.Clone(args)})
}

// GradApp returns the gradient of f by its argument k, at args.
func (p *Pool) GradApp(f *Function, k int, args ...*Expr) *Expr {
	return p.intern(Expr{op: OpGradApp, name: f.Grads[k], index: k, fn: f, shape: args[k].shape, args: slices.Clone(args)})
}

// Sigma returns the abstract element-wise function f of u.
func (p *Pool) Sigma(f *Function, u *Expr) *Expr {
	return p.fnOf(&Expr{op: OpFn, name: f.Name, fn: f}, u)
}

// SigmaPrime returns the named derivative of the abstract element-wise function f at u.
func (p *Pool) SigmaPrime(f *Function, u *Expr) *Expr {
	if f.deriv != nil {
		return p.Sigma(f.deriv, u)
	}
	return p.fnOf(&Expr{op: OpFn, name: f.Deriv, fn: f, index: 1}, u)
}

// Fn returns the built-in element-wise function of this name of u.
func (p *Pool) Fn(name string, u *Expr) *Expr {
	return p.fnOf(&Expr{op: OpFn, name: name}, u)
}

// parity says which functions are odd (−1) or even (1).
var parity = map[string]int{"sin": -1, "tan": -1, "tanh": -1, "sign": -1, "cos": 1, "abs": 1}

// elementwise lists the built-in element-wise functions with their values at 0
// and 1 where those are rational.
var elementwise = map[string]struct{ atZero, atOne *big.Rat }{
	"exp": {atZero: ratOne}, "log": {atOne: new(big.Rat)}, "sqrt": {new(big.Rat), ratOne},
	"sin": {atZero: new(big.Rat)}, "cos": {atZero: ratOne}, "tan": {atZero: new(big.Rat)},
	"tanh": {atZero: new(big.Rat)}, "sigmoid": {atZero: ratHalf}, "softplus": {},
	"relu": {new(big.Rat), ratOne}, "abs": {new(big.Rat), ratOne},
	"sign": {new(big.Rat), ratOne}, "step": {new(big.Rat), ratOne},
}

// fnOf returns the element-wise function f of u.
func (p *Pool) fnOf(f, u *Expr) *Expr {
	if f.fn == nil {
		if r := p.simplerFn(f.name, u); r != nil {
			return r
		}
	}
	if u.turns < 0 {
		return p.T(p.fnOf(f, p.T(u)))
	}
	return p.intern(Expr{op: OpFn, name: f.name, index: f.index, fn: f.fn, shape: u.shape, args: []*Expr{u}})
}

// simplerFn returns the built-in function of u where that has a simpler form, else nil.
func (p *Pool) simplerFn(name string, u *Expr) *Expr {
	f, ok := elementwise[name]
	if !ok {
		panic(fmt.Sprintf("matcalc.Fn: there is no function %s", name))
	}
	c, scalars, m := u.Factors()
	if m != nil && m.op == OpOnes && len(scalars) > 0 {
		return p.Mul(p.Fn(name, p.scale(c, scalars, nil)), m)
	}
	if m != nil && m.op == OpOnes {
		return p.Mul(p.Fn(name, p.Num(c)), m)
	}
	switch {
	case u.IsZero() && f.atZero != nil:
		return p.Mul(p.Num(f.atZero), p.Ones(u.shape))
	case u.IsInt(1) && f.atOne != nil:
		return p.Num(f.atOne)
	case name == "sqrt" && u.op == OpNum && ratRoot(c) != nil:
		return p.Num(ratRoot(c))
	case name == "exp" && u.isFn("log"), name == "log" && u.isFn("exp"):
		return u.args[0]
	case u.isFn("abs") && name == "abs", u.isFn("relu") && name == "relu":
		return u
	}
	if parity[name] != 0 && c.Sign() < 0 {
		return p.Times(big.NewRat(int64(parity[name]), 1), p.Fn(name, p.Neg(u)))
	}
	return p.simplerByPiece(name, u, c)
}

// simplerByPiece is simplerFn for the functions that are linear on either side
// of 0. The number in front of u is c.
func (p *Pool) simplerByPiece(name string, u *Expr, c *big.Rat) *Expr {
	scales := name == "abs" || name == "relu"
	steps := name == "sign" || name == "step"
	switch {
	case !scales && !steps:
		return nil
	case u.Is(Positive) && scales:
		return u
	case u.Is(Positive):
		return p.Ones(u.shape)
	case u.op == OpNum && c.Sign() < 0:
		return p.Int(0) // relu and step: abs and sign have been turned to −u
	case c.Sign() > 0 && !isOne(c) && scales:
		_, rest := p.Coef(u)
		return p.Times(c, p.Fn(name, rest))
	case c.Sign() > 0 && !isOne(c):
		_, rest := p.Coef(u)
		return p.Fn(name, rest)
	}
	return nil
}
