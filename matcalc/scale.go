package matcalc

import (
	"fmt"
	"math/big"
)

// Mul returns the product of expressions, from left to right. Scalars may stand
// anywhere; so may products that are scalars, such as the x'*y of x'*y*A.
func (p *Pool) Mul(xs ...*Expr) *Expr {
	c := ratOne
	var scalars, chain []*Expr
	shape := Scalar // of chain
	p.work += len(xs)
	for _, x := range xs {
		n, s, m := x.Factors()
		c = ratMul(c, n)
		scalars = append(scalars, s...)
		if m == nil {
			continue
		}
		if len(chain) > 0 && shape.IsScalar() {
			scalars = append(scalars, p.prod(chain))
			chain = nil
		}
		if len(chain) == 0 {
			shape.Rows = m.shape.Rows
		} else if shape.Cols != m.shape.Rows {
			panic(fmt.Sprintf("matcalc.Mul: %s · %s", shape, m.shape))
		}
		shape.Cols = m.shape.Cols
		chain = append(chain, m)
	}
	if len(chain) == 0 {
		return p.scale(c, scalars, nil)
	}
	return p.scale(c, scalars, p.prod(chain))
}

// Div returns x divided by the scalar s.
func (p *Pool) Div(x, s *Expr) *Expr { return p.Mul(x, p.Pow(s, p.Int(-1))) }

// scale returns c · scalars · m, with powers of one scalar merged. The matrix m
// is nil for a scalar; if it turns out to be one, it is one more factor.
func (p *Pool) scale(c *big.Rat, scalars []*Expr, m *Expr) *Expr {
	if m != nil {
		n, s, rest := m.Factors()
		c, m = ratMul(c, n), rest
		scalars = append(scalars[:len(scalars):len(scalars)], s...)
	}
	c, scalars = p.merge(c, scalars)
	switch {
	case m != nil && (c.Sign() == 0 || m.op == OpZeros):
		return p.Zeros(m.shape)
	case c.Sign() == 0:
		return p.Int(0)
	case m != nil:
		scalars = append(scalars[:len(scalars):len(scalars)], m)
	}
	return p.scaled(c, scalars)
}

// power is a base with its exponent, a scalar (or for the element-wise power, a
// matrix).
type power struct{ base, exponent *Expr }

// merge multiplies numbers into c and merges the powers of equal scalars.
func (p *Pool) merge(c *big.Rat, scalars []*Expr) (*big.Rat, []*Expr) {
	if len(scalars) == 0 || len(scalars) == 1 && scalars[0].op != OpNum && scalars[0].op != OpScale {
		return c, scalars
	}
	var powers []power
	var factors []*Expr // as they came
	merged := map[*Expr]int{}
	again := false
	var collect func(x *Expr)
	collect = func(x *Expr) {
		switch x.op {
		case OpNum:
			c = ratMul(c, x.num)
			return
		case OpScale:
			c = ratMul(c, x.num)
			for _, a := range x.args {
				collect(a)
			}
			return
		}
		f := p.powerOf(x)
		if i, ok := merged[f.base]; ok {
			powers[i].exponent = p.Add(powers[i].exponent, f.exponent)
			factors[i] = nil
			again = true
			return
		}
		merged[f.base] = len(powers)
		powers = append(powers, f)
		factors = append(factors, x)
	}
	for _, x := range scalars {
		collect(x)
	}
	if !again {
		rest, folded := p.fold(factors)
		if folded {
			return p.merge(c, rest)
		}
		return c, factors
	}
	for i, f := range factors {
		if f == nil {
			factors[i] = p.Pow(powers[i].base, powers[i].exponent)
		}
	}
	return p.merge(c, factors)
}

// powerOf returns the power that the scalar x is, at least x^1. √x is x^½.
func (p *Pool) powerOf(x *Expr) power {
	switch {
	case x.op == OpPow:
		f := power{x.args[0], x.args[1]}
		if f.base.isRoot() && f.exponent.op == OpNum {
			return power{f.base.args[0], p.Num(ratMul(f.exponent.num, ratHalf))}
		}
		return f
	case x.isRoot():
		return power{x.args[0], p.Num(ratHalf)}
	}
	return power{x, p.one}
}

func (e *Expr) isRoot() bool { return e.op == OpFn && e.fn == nil && e.name == "sqrt" }

// Pow returns b^e of scalars. An odd number of halves is written with sqrt.
func (p *Pool) Pow(b, e *Expr) *Expr {
	mustBeScalar("Pow", b)
	mustBeScalar("Pow", e)
	if e.op != OpNum {
		if b.IsInt(1) {
			return b
		}
		return p.intern(Expr{op: OpPow, shape: Scalar, args: []*Expr{b, e}})
	}
	if n, ok := e.integer(); ok {
		if r := p.wholePower(b, e, n); r != nil {
			return r
		}
	} else if isHalf(e.num) {
		return p.Pow(p.Fn("sqrt", b), p.Num(ratMul(e.num, big.NewRat(2, 1))))
	}
	return p.intern(Expr{op: OpPow, shape: Scalar, args: []*Expr{b, e}})
}

// wholePower returns b^n where that has a simpler form than a power, else nil.
// e is n as an expression.
func (p *Pool) wholePower(b, e *Expr, n int64) *Expr {
	switch {
	case n == 0:
		return p.one
	case n == 1:
		return b
	case b.op == OpNum:
		if r := ratPow(b.num, n); r != nil {
			return p.Num(r)
		}
	case b.op == OpPow:
		return p.Pow(b.args[0], p.Mul(b.args[1], e))
	case b.isRoot() && n%2 == 0:
		return p.Pow(b.args[0], p.Int(n/2))
	case b.isFn("abs") && n%2 == 0:
		return p.Pow(b.args[0], e)
	case b.isFn("step") && n > 0:
		return b
	case b.op == OpScale:
		factors := []*Expr{p.Pow(p.Num(b.num), e)}
		for _, a := range b.args {
			factors = append(factors, p.Pow(a, e))
		}
		return p.Mul(factors...)
	}
	return nil
}

// isFn reports whether e is the built-in element-wise function of this name.
func (e *Expr) isFn(name string) bool { return e.op == OpFn && e.fn == nil && e.name == name }

func mustBeScalar(op string, e *Expr) {
	if !e.IsScalar() {
		panic(fmt.Sprintf("matcalc.%s: %s is not a scalar", op, e.shape))
	}
}

func mustBeSquare(op string, e *Expr) {
	if !e.shape.IsSquare() {
		panic(fmt.Sprintf("matcalc.%s: %s is not square", op, e.shape))
	}
}
