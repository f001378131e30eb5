package matcalc

import (
	"fmt"
	"math/big"
	"slices"
)

func without(xs []*Expr, i int) []*Expr {
	return append(slices.Clone(xs[:i]), xs[i+1:]...)
}

// scale is the differential of number · scalars · matrix.
func (x *expander) scale() {
	c, scalars, m := x.e.Factors()
	moving := 0
	for i, s := range scalars {
		if !x.depends(s) {
			continue
		}
		moving++
		rest := x.Pool.scale(c, without(scalars, i), m)
		x.add(s, operator{kind: opTimes, a: rest})
		if rest.IsScalar() {
			last := &x.to.parts[len(x.to.parts)-1]
			last.chain[0].kind = opScale
		}
		if s.isDivisor() {
			x.rule(RuleQuotient)
		}
	}
	if m != nil && x.depends(m) {
		moving++
		x.add(m, operator{kind: opScale, a: x.Pool.scale(c, scalars, nil)})
	}
	if moving > 1 {
		x.rule(RuleScalars)
	} else {
		x.rule(RuleMultiple)
	}
}

// maxFactors is how many factors all terms of the differential of a product may
// have together.
const maxFactors = 50_000

// mustBeShort refuses products of which too many factors depend on the variable.
func (x *expander) mustBeShort(factors []*Expr) {
	moving := 0
	for _, f := range factors {
		if x.depends(f) {
			moving++
		}
	}
	if moving*len(factors) > maxFactors {
		panic(errorf(TooLarge, "the differential of a product of %d factors, of which %d depend on %s, has %d·%d factors: more than %d are not written out",
			len(factors), moving, x.wrtNames(), len(factors), moving, maxFactors))
	}
}

// product is rule 2 for the factors that depend on the variable.
func (x *expander) product() {
	x.rule(R2)
	args := x.e.args
	x.mustBeShort(args)
	for i, a := range args {
		if !x.depends(a) {
			x.rule(RuleConstant)
			continue
		}
		o := operator{kind: opMul}
		if i > 0 {
			o.a = x.Mul(args[:i]...)
		}
		if i+1 < len(args) {
			o.b = x.Mul(args[i+1:]...)
		}
		x.add(a, o)
	}
}

// power is the differential of b^c of scalars.
func (x *expander) power() {
	b, c := x.e.args[0], x.e.args[1]
	x.rule(RuleChain)
	if b.op == OpDet && isNegative(c) && c.op == OpNum {
		x.det(b, x.self, c)
		return
	}
	if x.depends(b) {
		if b.op == OpNorm2 && c.op == OpNum && c.num.Cmp(ratOne) > 0 {
			x.rule(RuleNorm)
			x.add(b.args[0], operator{kind: opScale, a: x.Mul(c, x.Pow(b, x.Sub(c, x.Int(2))))}, operator{kind: opInner, a: b.args[0]})
		} else {
			x.add(b, operator{kind: opScale, a: x.Mul(c, x.Pow(b, x.Sub(c, x.one)))})
		}
	}
	if x.depends(c) {
		x.add(c, operator{kind: opScale, a: x.Mul(x.Fn("log", b), x.self)})
	}
}

// entryPower is the differential of a.^c.
func (x *expander) entryPower() {
	a, c := x.e.args[0], x.e.args[1]
	x.rule(R8)
	x.add(a, operator{kind: opHad, a: x.Had(c, x.EPow(a, x.Sub(c, x.one)))})
	if !x.depends(c) {
		return
	}
	slope := x.Had(x.Fn("log", a), x.self)
	if c.IsScalar() {
		x.rule(RuleScalars)
		x.add(c, operator{kind: opTimes, a: slope})
		return
	}
	x.add(c, operator{kind: opHad, a: slope})
}

// maxPowerTerms is up to which k the differential of X^k is written out.
const maxPowerTerms = 50

// matrixPower is the differential of A^k.
func (x *expander) matrixPower() {
	a, k := x.e.args[0], x.e.index
	if k > maxPowerTerms {
		panic(errorf(Unsupported, "the differential of %s has %d terms: more than %d are not written out", short(x.e), k, maxPowerTerms))
	}
	x.rule(RulePower, R2)
	for i := range k {
		o := operator{kind: opMul}
		if i > 0 {
			o.a = x.MPow(a, i)
		}
		if i+1 < k {
			o.b = x.MPow(a, k-1-i)
		}
		x.add(a, o)
	}
}

// trace is rule 4. That of a power is tr(k·X^(k−1)·dX).
func (x *expander) trace() {
	x.rule(R4)
	a := x.e.args[0]
	if a.op != OpMPow {
		x.add(a, operator{kind: opTr})
		return
	}
	x.rule(RulePower, T4)
	k := int64(a.index)
	x.add(a.args[0], operator{kind: opInner, a: x.Times(big.NewRat(k, 1), x.T(x.MPow(a.args[0], a.index-1)))})
}

// det is rule 6 for det(A)^exponent, which is called self: by the adjugate
// where A is not known to be invertible. A negative exponent says that it is.
func (x *expander) det(det, self, exponent *Expr) {
	a := det.args[0]
	x.rule(R6)
	if exponent == x.one && !a.Is(Invertible) {
		x.add(a, operator{kind: opInner, a: x.T(x.Adj(a))})
		return
	}
	x.add(a, operator{kind: opScale, a: x.Mul(exponent, self)}, operator{kind: opInner, a: x.T(x.inverse(a))})
}

// inverse returns the inverse of a, for a product of matrices known to be
// invertible the product of theirs.
func (x *expander) inverse(a *Expr) *Expr {
	if a.op != OpProd || common(a.args)&Invertible == 0 {
		return x.Inv(a)
	}
	factors := make([]*Expr, len(a.args))
	for i, f := range a.args {
		factors[len(factors)-1-i] = x.Inv(f)
	}
	return x.Mul(factors...)
}

// adjugate is the differential of adj(A) = det(A)·inv(A).
func (x *expander) adjugate() {
	a := x.e.args[0]
	inverse, det := x.Inv(a), x.Det(a)
	x.rule(RuleAdjugate, R2, R5, R6)
	x.add(a, operator{kind: opTimes, a: x.Mul(det, inverse)}, operator{kind: opInner, a: x.T(inverse)})
	x.add(a, operator{kind: opMul, a: x.Mul(x.Int(-1), det, inverse), b: inverse})
}

// sum is the differential of sum(A), of sum(A∘B) as that of tr(A'·B).
func (x *expander) sum() {
	a := x.e.args[0]
	x.rule(RuleSum)
	x.add(a, operator{kind: opSum})
}

// kron is the part of d(A⊗B) where u moves and a does not. If one of them is a
// vector, that is a product of matrices: a⊗B = (a⊗I)·B for a column a.
func (x *expander) kron(u, a *Expr, kind opKind) {
	o := operator{kind: kind, a: a}
	ordered := func(a, b *Expr) *Expr {
		if kind == opKronR {
			a, b = b, a
		}
		return x.Kron(a, b)
	}
	if a.shape.IsColumn() {
		o = operator{kind: opMul, a: ordered(a, x.Eye(u.shape.Rows))}
	} else if a.shape.IsRow() {
		o = operator{kind: opMul, b: ordered(a, x.Eye(u.shape.Cols))}
	}
	x.add(u, o)
}

// function is rule 8; for a scalar it is the chain rule.
func (x *expander) function() {
	u := x.e.args[0]
	if x.e.fn == nil && x.e.name == "log" && u.op == OpDet {
		x.rule(RuleChain, R6)
		x.add(u.args[0], operator{kind: opInner, a: x.T(x.inverse(u.args[0]))})
		return
	}
	slope := x.slope()
	if u.IsScalar() {
		x.rule(RuleChain)
		x.add(u, operator{kind: opScale, a: slope})
		return
	}
	x.rule(R8)
	x.add(u, operator{kind: opHad, a: slope})
}

// slope returns the derivative of the element-wise function e at its argument.
func (x *expander) slope() *Expr {
	e, u := x.e, x.e.args[0]
	self := x.self
	if e.fn != nil {
		return x.abstractSlope()
	}
	one := x.Ones(u.shape)
	switch e.name {
	case "exp":
		return self
	case "log":
		return x.EPow(u, x.Int(-1))
	case "sqrt":
		return x.Times(ratHalf, x.EPow(self, x.Int(-1)))
	case "sin":
		return x.Fn("cos", u)
	case "cos":
		return x.Neg(x.Fn("sin", u))
	case "tan":
		return x.Add(one, x.EPow(self, x.Int(2)))
	case "tanh":
		return x.Sub(one, x.EPow(self, x.Int(2)))
	case "sigmoid":
		return x.Had(self, x.Sub(one, self))
	case "softplus":
		return x.Fn("sigmoid", u)
	case "relu":
		return x.Fn("step", u)
	case "abs":
		return x.Fn("sign", u)
	case "sign", "step":
		return x.Zeros(u.shape)
	}
	panic(fmt.Sprintf("matcalc: no derivative of %s", e.name))
}

// abstractSlope is slope for an abstract function: its named derivative, of
// which the derivative may be declared in turn.
func (x *expander) abstractSlope() *Expr {
	f := x.e.fn
	if x.e.index == 1 {
		i := slices.IndexFunc(x.Functions, func(g *Function) bool { return g.Name == f.Deriv && g.Elementwise })
		if i < 0 {
			panic(errorf(Unsupported, "%s has no named derivative: declare %s as an element-wise function with a deriv", f.Deriv, f.Deriv))
		}
		f = x.Functions[i]
	}
	if f.Deriv == "" {
		panic(errorf(Unsupported, "the element-wise function %s has no named derivative", f.Name))
	}
	return x.SigmaPrime(f, x.e.args[0])
}
