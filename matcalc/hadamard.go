package matcalc

import (
	"fmt"
	"slices"
)

// Had returns the element-wise product of expressions of one shape. Scalars
// scale it.
func (p *Pool) Had(xs ...*Expr) *Expr {
	h := hadamard{Pool: p, at: map[*Expr]int{}}
	for _, x := range xs {
		h.collect(x)
	}
	if h.shape == nil {
		return p.scale(ratOne, h.scalars, nil)
	}
	return p.scale(ratOne, h.scalars, h.product())
}

// hadamard collects the factors of an element-wise product.
type hadamard struct {
	*Pool
	scalars []*Expr
	shape   *Shape // of the matrices, nil if there are none yet
	zero    bool
	powers  []power
	factors []*Expr       // as they came, nil where powers were merged
	at      map[*Expr]int // base -> index in powers
}

func (h *hadamard) collect(x *Expr) {
	c, scalars, m := x.Factors()
	if !isOne(c) {
		h.scalars = append(h.scalars, h.Num(c))
	}
	h.scalars = append(h.scalars, scalars...)
	if m == nil {
		return
	}
	if h.shape == nil {
		h.shape = &m.shape
	} else if *h.shape != m.shape {
		panic(fmt.Sprintf("matcalc.Had: %s ∘ %s", *h.shape, m.shape))
	}
	switch m.op {
	case OpZeros:
		h.zero = true
	case OpOnes:
	default:
		for _, a := range h.entryFactors(m) {
			c, scalars, m := a.Factors() // the transpose of A − A' has a minus
			h.scalars = append(append(h.scalars, h.Num(c)), scalars...)
			h.factor(m)
		}
	}
}

// entryFactors returns the factors of an element-wise product or its transpose,
// or the one that m is.
func (p *Pool) entryFactors(m *Expr) []*Expr {
	switch {
	case m.op == OpHad:
		return m.args
	case m.op == OpT && m.args[0].op == OpHad:
		return p.transposed(m.args[0].args)
	}
	return []*Expr{m}
}

// factor multiplies by m, which has no number in front and is no product.
func (h *hadamard) factor(m *Expr) {
	f := h.entryPower(m)
	i, ok := h.at[f.base]
	if !ok {
		h.at[f.base] = len(h.powers)
		h.powers = append(h.powers, f)
		h.factors = append(h.factors, m)
		return
	}
	h.powers[i].exponent = h.Add(h.powers[i].exponent, f.exponent)
	h.factors[i] = nil
}

// entryPower returns the element-wise power that m is, at least m.^1.
func (p *Pool) entryPower(m *Expr) power {
	switch {
	case m.op == OpT:
		f := p.entryPower(m.args[0])
		return power{p.T(f.base), p.T(f.exponent)}
	case m.op == OpEPow:
		f := power{m.args[0], m.args[1]}
		if f.base.isRoot() && f.exponent.op == OpNum {
			return power{f.base.args[0], p.Num(ratMul(f.exponent.num, ratHalf))}
		}
		return f
	case m.isRoot():
		return power{m.args[0], p.Num(ratHalf)}
	}
	return power{m, p.one}
}

// product returns the product of the matrices.
func (h *hadamard) product() *Expr {
	if h.zero {
		return h.Zeros(*h.shape)
	}
	again := false
	for i, f := range h.factors {
		if f == nil {
			h.factors[i] = h.EPow(h.powers[i].base, h.powers[i].exponent)
			again = true
		}
	}
	if again {
		return h.Had(append(h.factors, h.Ones(*h.shape))...)
	}
	factors, folded := h.fold(h.factors)
	if folded {
		return h.Had(append(factors, h.Ones(*h.shape))...)
	}
	switch {
	case len(factors) == 0:
		return h.Ones(*h.shape)
	case len(factors) == 1:
		return factors[0]
	case totalTurns(factors) < 0:
		return h.T(h.Had(h.transposed(factors)...))
	}
	return h.intern(Expr{op: OpHad, shape: *h.shape, args: factors})
}

// fold applies step(u)∘relu(u) = relu(u), sign(u)∘abs(u) = u, and drops a unit
// matrix beside a diagonal one: once, to scalar or to matrix factors. It reports
// whether it could.
func (p *Pool) fold(factors []*Expr) (rest []*Expr, folded bool) {
	for i, f := range factors {
		drop := false
		switch {
		case f.isFn("step"):
			relu := p.Fn("relu", f.args[0])
			drop = slices.ContainsFunc(factors, func(g *Expr) bool { return g == relu || g.isPositivePower(relu) })
		case f.isFn("sign"):
			j := slices.Index(factors, p.Fn("abs", f.args[0]))
			if drop = j >= 0; drop {
				factors = slices.Clone(factors)
				factors[j] = f.args[0]
			}
		case f.op == OpEye:
			drop = slices.ContainsFunc(factors, func(g *Expr) bool { return g != f && g.Is(Diagonal) })
		}
		if drop {
			return slices.Delete(slices.Clone(factors), i, i+1), true
		}
	}
	return factors, false
}

// isPositivePower reports whether e is a power of base, element by element, and
// where base is 0, too.
func (e *Expr) isPositivePower(base *Expr) bool {
	return (e.op == OpEPow || e.op == OpPow) && e.args[0] == base && e.args[1].op == OpNum && e.args[1].num.Sign() > 0
}

// EPow returns the element-wise power a.^e of a matrix. The exponent is a
// scalar or has a's shape; with such a one, a may be a scalar.
func (p *Pool) EPow(a, e *Expr) *Expr {
	if a.IsScalar() && e.IsScalar() {
		return p.Pow(a, e)
	}
	if a.IsScalar() {
		a = p.Mul(a, p.Ones(e.shape))
	}
	if !e.IsScalar() && e.shape != a.shape {
		panic(fmt.Sprintf("matcalc.EPow: %s .^ %s", a.shape, e.shape))
	}
	if c, scalars, m := e.Factors(); m != nil && m.op == OpOnes {
		return p.EPow(a, p.scale(c, scalars, nil))
	}
	if r := p.simplerPower(a, e); r != nil {
		return r
	}
	args := []*Expr{a, e}
	if totalTurns(args) < 0 {
		return p.T(p.EPow(p.T(a), p.T(e)))
	}
	return p.intern(Expr{op: OpEPow, shape: a.shape, args: args})
}

// simplerPower returns a.^e where that has a simpler form than a power, else nil.
func (p *Pool) simplerPower(a, e *Expr) *Expr {
	if a.op == OpOnes {
		return a
	}
	c, scalars, m := a.Factors()
	if m.op == OpOnes && e.IsScalar() {
		return p.Mul(p.Pow(p.scale(c, scalars, nil), e), m)
	}
	if e.op != OpNum {
		return nil
	}
	n, ok := e.integer()
	switch {
	case !ok && isHalf(e.num):
		return p.EPow(p.Fn("sqrt", a), p.Add(e, e))
	case !ok:
		return nil
	case n == 0:
		return p.Ones(a.shape)
	case n == 1:
		return a
	case a.op == OpEPow:
		return p.EPow(a.args[0], p.Mul(a.args[1], e))
	case a.isRoot() && n%2 == 0:
		return p.EPow(a.args[0], p.Int(n/2))
	case a.isFn("abs") && n%2 == 0:
		return p.EPow(a.args[0], e)
	case n > 0 && (a.isFn("step") || a.op == OpEye || a.op == OpZeros):
		return a
	case a.op == OpDiag && n > 0:
		return p.Diag(p.EPow(a.args[0], e))
	case a.op == OpScale:
		return p.Mul(p.Pow(p.scale(c, scalars, nil), e), p.EPow(m, e))
	case a.op == OpHad:
		factors := make([]*Expr, len(a.args))
		for i, f := range a.args {
			factors[i] = p.EPow(f, e)
		}
		return p.Had(factors...)
	}
	return nil
}
