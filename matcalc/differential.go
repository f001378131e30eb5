package matcalc

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// part is one term of a differential: linear operators, the outermost first, on
// the differential of of.
type part struct {
	chain []operator
	of    *Expr
}

// expansion is the differential of an expression in those of its arguments.
type expansion struct {
	parts []part
	rules []Rule
	notes []string
}

// differential finds expansions.
type differential struct {
	*Scope
	wrt      []*Expr         // the variables
	moves    map[*Expr]bool  // whether an expression depends on one of them
	names    map[*Expr]*Expr // of what is defined
	done     map[*Expr]*expansion
	warnings []Warning
}

func newDifferential(s *Scope, wrt []*Expr) *differential {
	d := &differential{Scope: s, wrt: wrt, moves: map[*Expr]bool{}, names: map[*Expr]*Expr{}, done: map[*Expr]*expansion{}}
	for _, v := range s.Wheres {
		d.names[v.def] = v
	}
	return d
}

// isVariable reports whether e is one of the variables.
func (d *differential) isVariable(e *Expr) bool { return slices.Contains(d.wrt, e) }

// isTotal reports whether several variables move.
func (d *differential) isTotal() bool { return len(d.wrt) > 1 }

// wrtNames returns the names of the variables.
func (d *differential) wrtNames() string {
	names := make([]string, len(d.wrt))
	for i, v := range d.wrt {
		names[i] = v.name
	}
	return strings.Join(names, ", ")
}

// depends reports whether e depends on a variable.
func (d *differential) depends(e *Expr) bool {
	if known, ok := d.moves[e]; ok {
		return known
	}
	yes := d.isVariable(e) || e.def != nil && d.depends(e.def) || slices.ContainsFunc(e.args, d.depends)
	d.moves[e] = yes
	return yes
}

func (d *differential) warn(kind Kind, format string, args ...any) {
	d.warnings = append(d.warnings, Warning{kind, fmt.Sprintf(format, args...)})
}

// of returns the differential of e, which depends on the variable and is not it.
func (d *differential) of(e *Expr) *expansion {
	if x := d.done[e]; x != nil {
		return x
	}
	x := &expander{d, e, e, &expansion{}}
	if name := d.names[e]; name != nil {
		x.self = name
	}
	x.expand()
	d.done[e] = x.to
	return x.to
}

// expander makes the expansion of e, which in the result is called self: by its
// name if it has one.
type expander struct {
	*differential
	e, self *Expr
	to      *expansion
}

// add enters a term: operators on the differential of u. It is left out if u is
// constant.
func (x *expander) add(u *Expr, chain ...operator) {
	if !x.depends(u) {
		x.rule(RuleConstant)
		return
	}
	for i := len(chain) - 1; i >= 0; i-- {
		if i == len(chain)-1 {
			chain[i].shape = u.shape
			continue
		}
		chain[i].shape = chain[i+1].result()
	}
	x.to.parts = append(x.to.parts, part{chain, u})
}

// result returns the shape of what the operator makes.
func (o operator) result() Shape {
	s := o.shape
	switch o.kind {
	case opMul:
		if o.a != nil {
			s.Rows = o.a.shape.Rows
		}
		if o.b != nil {
			s.Cols = o.b.shape.Cols
		}
	case opT:
		return s.T()
	case opTr, opSum, opInner:
		return Scalar
	case opTimes:
		return o.a.shape
	case opDiag:
		return Shape{s.Rows, s.Rows}
	case opDiagOf:
		return Shape{s.Rows, One}
	case opVec:
		return Shape{s.Rows.Times(s.Cols), One}
	case opKronL, opKronR:
		return Shape{s.Rows.Times(o.a.shape.Rows), s.Cols.Times(o.a.shape.Cols)}
	}
	return s
}

func (x *expander) rule(rules ...Rule) {
	for _, r := range rules {
		if !slices.Contains(x.to.rules, r) {
			x.to.rules = append(x.to.rules, r)
		}
	}
}

// expand applies the rule for the differential of e.
func (x *expander) expand() {
	e := x.e
	switch e.op {
	case OpVar:
		x.rule(RuleDefinition)
		x.add(e.def)
	case OpAdd:
		x.rule(R1)
		for _, a := range e.args {
			x.add(a)
		}
	case OpScale:
		x.scale()
	case OpProd:
		x.product()
	case OpHad:
		x.rule(R7)
		x.mustBeShort(e.args)
		for i, a := range e.args {
			x.add(a, operator{kind: opHad, a: x.Had(without(e.args, i)...)})
		}
	case OpPow:
		x.power()
	case OpEPow:
		x.entryPower()
	case OpMPow:
		x.matrixPower()
	case OpT:
		x.rule(R3)
		x.add(e.args[0], operator{kind: opT})
	case OpInv:
		x.rule(R5)
		x.add(e.args[0], operator{kind: opMul, a: x.Neg(x.self), b: x.self})
	case OpTr:
		x.trace()
	case OpDet:
		x.det(e, x.self, x.one)
	case OpLogdet:
		x.rule(RuleLogdet)
		x.add(e.args[0], operator{kind: opInner, a: x.T(x.inverse(e.args[0]))})
	case OpAdj:
		x.adjugate()
	case OpSum:
		x.sum()
	case OpNorm1:
		x.rule(RuleNorm1)
		x.add(e.args[0], operator{kind: opInner, a: x.Fn("sign", e.args[0])})
	case OpNorm2:
		x.rule(RuleNorm, RuleChain)
		x.add(e.args[0], operator{kind: opScale, a: x.Pow(x.self, x.Int(-1))}, operator{kind: opInner, a: e.args[0]})
	case OpDiag:
		x.rule(RuleDiag)
		x.add(e.args[0], operator{kind: opDiag})
	case OpDiagOf:
		x.rule(RuleDiag)
		x.add(e.args[0], operator{kind: opDiagOf})
	case OpVec:
		x.rule(RuleVec)
		x.add(e.args[0], operator{kind: opVec})
	case OpKron:
		x.rule(RuleKron)
		x.kron(e.args[0], e.args[1], opKronR)
		x.kron(e.args[1], e.args[0], opKronL)
	case OpFn:
		x.function()
	case OpApp:
		x.rule(RuleFunction)
		for k, a := range e.args {
			if x.depends(a) && e.fn.Grads[k] == "" {
				panic(errorf(Unsupported, "%s has no named gradient by its argument %s", e.fn.Name, e.fn.Args[k]))
			}
			if x.depends(a) {
				x.add(a, operator{kind: opInner, a: x.GradApp(e.fn, k, e.args...)})
			}
		}
	case OpGradApp:
		panic(errorf(Unsupported, "the derivative of %s is not declared: second derivatives of the abstract function %s have no name", e.name, e.fn.Name))
	default:
		panic(fmt.Sprintf("matcalc: no differential of %d", e.op))
	}
}

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
		panic(errorf(Unsupported, "the differential of %s has %d terms: more than %d are not written out", brief(x.e.String()), k, maxPowerTerms))
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
