package matcalc

import (
	"fmt"
	"math/big"
	"slices"
)

// term is a number times an expression without a number in front.
type term struct {
	c    *big.Rat
	base *Expr
}

// Add returns the sum of expressions of one shape. Scalars among matrices are
// added to every entry.
func (p *Pool) Add(xs ...*Expr) *Expr {
	shape := Scalar
	for _, x := range xs {
		if !x.IsScalar() {
			shape = x.shape
			break
		}
	}
	a := adder{Pool: p, shape: shape, at: map[*Expr]int{}, constantAt: -1}
	for _, x := range xs {
		if x.shape != shape && !x.IsScalar() {
			panic(fmt.Sprintf("matcalc.Add: %s + %s", shape, x.shape))
		}
		c, base := p.Coef(x)
		p.work += len(base.args)
		for _, t := range p.terms(base) {
			ct, b := p.Coef(t)
			a.add(ratMul(c, ct), b)
		}
	}
	return p.sum(shape, a.sorted())
}

// adder collects the terms of a sum.
type adder struct {
	*Pool
	shape      Shape
	terms      []term
	at         map[*Expr]int // base -> index in terms
	constants  []*Expr       // what is added to every entry of a matrix
	constantAt int           // the index in terms where that is to stand, -1 if there is nothing
}

// add adds c·base, which has no number in front and is not a sum.
func (a *adder) add(c *big.Rat, base *Expr) {
	if _, scalars, m := base.Factors(); !a.shape.IsScalar() && (m == nil || m.op == OpOnes) {
		if a.constantAt < 0 {
			a.constantAt = len(a.terms)
		}
		a.constants = append(a.constants, a.scale(c, scalars, nil))
		return
	}
	if i, ok := a.at[base]; ok {
		a.terms[i].c = limited(new(big.Rat).Add(a.terms[i].c, c))
		return
	}
	a.at[base] = len(a.terms)
	a.terms = append(a.terms, term{c, base})
}

// sorted returns the terms that are not 0.
func (a *adder) sorted() []term {
	if a.constantAt >= 0 {
		c, base := a.Coef(a.Mul(a.Add(a.constants...), a.Ones(a.shape)))
		a.terms = slices.Insert(a.terms, a.constantAt, term{c, base})
	}
	return slices.DeleteFunc(a.terms, func(t term) bool { return t.c.Sign() == 0 || t.base.op == OpZeros })
}

// terms returns the terms of a sum or its transpose, or the one that e is.
func (p *Pool) terms(e *Expr) []*Expr {
	switch {
	case e.op == OpAdd:
		return e.args
	case e.op == OpT && e.args[0].op == OpAdd:
		return p.transposed(e.args[0].args)
	}
	return []*Expr{e}
}

// sum returns the sum of terms with different bases, none of which is a sum or 0.
func (p *Pool) sum(shape Shape, terms []term) *Expr {
	switch len(terms) {
	case 0:
		return p.Zeros(shape)
	case 1:
		return p.Times(terms[0].c, terms[0].base)
	}
	total := 0
	for _, t := range terms {
		total += t.base.turns
	}
	if total < 0 {
		transposed := make([]*Expr, len(terms))
		for i, t := range terms {
			transposed[i] = p.Times(t.c, p.T(t.base))
		}
		return p.T(p.Add(transposed...))
	}
	c := p.primitive(terms)
	key, sign := sumKey(terms)
	n := p.sums[key]
	if n == nil {
		args := make([]*Expr, len(terms))
		for i, t := range terms {
			args[i] = p.Times(t.c, t.base)
		}
		n = p.add(Expr{op: OpAdd, shape: shape, args: args, index: sign})
		p.sums[key] = n
	}
	if n.index != sign {
		c = new(big.Rat).Neg(c)
	}
	return p.Times(c, n)
}

// primitive divides the numbers of terms by what they have in common, and
// returns that. It is negative if all of them are.
func (p *Pool) primitive(terms []term) *big.Rat {
	numbers := make([]*big.Rat, len(terms))
	negative := true
	for i, t := range terms {
		numbers[i] = t.c
		negative = negative && t.c.Sign() < 0
	}
	c := content(numbers)
	if negative {
		c.Neg(c)
	}
	if !isOne(c) {
		inverse := new(big.Rat).Inv(c)
		for i := range terms {
			terms[i].c = ratMul(terms[i].c, inverse)
		}
	}
	return c
}

// sumKey returns what identifies a sum up to its sign, and that sign. So of
// a − b and b − a the one that was first built stands for both.
func sumKey(terms []term) (key string, sign int) {
	sorted := slices.Clone(terms)
	slices.SortFunc(sorted, func(a, b term) int { return a.base.id - b.base.id })
	sign = sorted[0].c.Sign()
	var k []byte
	c := new(big.Rat)
	for _, t := range sorted {
		c.Mul(t.c, big.NewRat(int64(sign), 1))
		k = fmt.Appendf(k, "%d:%s,", t.base.id, c.RatString())
	}
	return string(k), sign
}

// Sub returns x − y.
func (p *Pool) Sub(x, y *Expr) *Expr { return p.Add(x, p.Neg(y)) }

// Neg returns −x.
func (p *Pool) Neg(x *Expr) *Expr { return p.Times(ratNeg, x) }

// Times returns the number c times x.
func (p *Pool) Times(c *big.Rat, x *Expr) *Expr {
	switch {
	case isOne(c):
		return x
	case c.Sign() == 0:
		return p.Zeros(x.shape)
	case x.op == OpNum:
		return p.Num(ratMul(c, x.num))
	case x.op == OpZeros:
		return x
	case x.op == OpScale:
		return p.scaled(ratMul(c, x.num), x.args)
	}
	return p.scaled(c, []*Expr{x})
}

// scaled returns the number c ≠ 0 times factors, of which at most the last is a
// matrix, that need no simplification.
func (p *Pool) scaled(c *big.Rat, factors []*Expr) *Expr {
	if len(factors) == 0 {
		return p.Num(c)
	}
	if isOne(c) && len(factors) == 1 {
		return factors[0]
	}
	return p.intern(Expr{op: OpScale, num: c, shape: factors[len(factors)-1].shape, args: factors})
}
