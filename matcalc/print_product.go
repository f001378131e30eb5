package matcalc

import (
	"math/big"
	"slices"
)

// isNegative reports whether an exponent is written in a denominator.
func isNegative(e *Expr) bool {
	return (e.op == OpNum || e.op == OpScale) && e.num.Sign() < 0
}

// power returns the tree of a Pow or EPow, or of one divided by it.
func (w writer) power(e *Expr, reciprocal bool) *Tree {
	base, exponent := e.args[0], e.args[1]
	op := "^"
	if e.op == OpEPow {
		op = ".^"
	}
	b := w.plain().base(base, exponent)
	if !reciprocal {
		return binaryTree(op, b, w.plain().tree(exponent))
	}
	if exponent.op == OpNum {
		n := new(big.Rat).Neg(exponent.num)
		if isOne(n) {
			return b
		}
		return binaryTree(op, b, number(n))
	}
	c, scalars, m := exponent.Factors()
	return binaryTree(op, b, w.plain().layout(new(big.Rat).Neg(c), scalars, m))
}

// base returns the tree of the base of a power: 2 in 2.^X for a matrix that is 2
// everywhere.
func (w writer) base(e, exponent *Expr) *Tree {
	if c, scalars, m := e.Factors(); m != nil && m.op == OpOnes && !exponent.IsScalar() {
		return w.layout(c, scalars, nil)
	}
	return w.tree(e)
}

// product returns the tree of what is a product: Scale, Prod, Had, or a power
// in a denominator. A number in front moves into a sum if that is shorter:
// −2·X'·(y − X·w) is 2·X'·(X·w − y).
func (w writer) product(e *Expr) *Tree {
	if e.op == OpProd {
		return w.matrix(nil, e)
	}
	c, scalars, m := e.Factors()
	if len(scalars) == 1 && m == nil && scalars[0].op == OpAdd || len(scalars) == 0 && m != nil && m.op == OpAdd {
		return w.shorter(w.layout(c, scalars, m), w.sum(c, e.args[0]))
	}
	best := w.layout(c, scalars, m)
	if isOne(c) {
		return best
	}
	factors := slices.Clone(scalars)
	if m != nil && (m.op == OpProd || m.op == OpHad) {
		factors = append(factors, m.args...)
	} else if m != nil {
		factors = append(factors, m)
	}
	if t := w.signed(c, scalars, m); t != nil {
		best = w.shorter(best, t)
	}
	for _, f := range factors {
		sum, transposed := f, f.op == OpT
		if transposed {
			sum = f.args[0]
		}
		if sum.op != OpAdd {
			continue
		}
		if c.Sign() < 0 {
			best = w.shorter(best, w.moved(f, sum, transposed, ratNeg, new(big.Rat).Neg(c), scalars, m))
		}
		return w.shorter(best, w.moved(f, sum, transposed, c, ratOne, scalars, m))
	}
	return best
}

// signed returns the layout with a minus in front moved into a trace in which
// there is a sum, nil if there is none: -tr((Y - A)'*B) is tr((A - Y)'*B).
func (w writer) signed(c *big.Rat, scalars []*Expr, m *Expr) *Tree {
	if c.Sign() >= 0 {
		return nil
	}
	for _, s := range scalars {
		if s.op != OpTr || s.args[0].op != OpProd {
			continue
		}
		for _, f := range s.args[0].args {
			sum, transposed := f, f.op == OpT
			if transposed {
				sum = f.args[0]
			}
			if sum.op != OpAdd {
				continue
			}
			t := w.sum(ratNeg, sum)
			if transposed {
				t = transposeTree(t)
			}
			inside := call("tr", w.plain().swapped(f, t).matrix(nil, s.args[0]))
			return w.swapped(s, inside).layout(new(big.Rat).Neg(c), scalars, m)
		}
	}
	return nil
}

// moved returns the layout with a number moved into the sum that the factor f is.
func (w writer) moved(f, sum *Expr, transposed bool, into, rest *big.Rat, scalars []*Expr, m *Expr) *Tree {
	t := w.sum(into, sum)
	if transposed {
		t = transposeTree(t)
	}
	return w.swapped(f, t).layout(rest, scalars, m)
}

// reversed returns the tree of a product A'·B'·C' as (C·B·A)', nil if that
// saves less than two nodes.
func (w writer) reversed(e *Expr) *Tree {
	if e.IsScalar() || e.turns > -3 {
		return nil
	}
	var t *Tree
	for _, a := range slices.Backward(e.args) {
		t = joinTrees("*", t, w.transposed(a))
	}
	return transposeTree(t)
}

func (w writer) shorter(a, b *Tree) *Tree {
	if w.size(b) < w.size(a) {
		return b
	}
	return a
}

// layout returns the tree of c · scalars · m as it stands: the number first,
// then the scalars, then the matrix, divisors last.
func (w writer) layout(c *big.Rat, scalars []*Expr, m *Expr) *Tree {
	if c.Sign() < 0 {
		return minus(w.layout(new(big.Rat).Neg(c), scalars, m))
	}
	var chain, divisors *Tree
	alone := m == nil && !slices.ContainsFunc(scalars, func(s *Expr) bool { return s.op != OpProd && !s.isDivisor() })
	for _, s := range scalars {
		if s.isDivisor() {
			divisors = joinTrees("*", divisors, w.power(s, true))
			continue
		}
		t := w.factor(s)
		if s.op == OpProd && !alone {
			t = grouped(t)
		}
		chain = joinTrees("*", chain, t)
	}
	front := c
	if decimal(c) == "" || divisors != nil && !c.IsInt() {
		front = new(big.Rat).SetInt(c.Num())
		divisors = joinTrees("*", &Tree{Kind: TreeNumber, Text: c.Denom().String()}, divisors)
	}
	if !isOne(front) {
		chain = joinTrees("*", number(front), chain)
	}
	chain = w.matrix(chain, m)
	if chain == nil {
		chain = number(ratOne)
	}
	if divisors != nil {
		chain = binaryTree("/", chain, divisors)
	}
	return chain
}

// isDivisor reports whether the scalar e is written below a fraction bar.
func (e *Expr) isDivisor() bool { return e.op == OpPow && isNegative(e.args[1]) }

// grouped returns t as it is written among other factors: x'*y as (x'*y).
func grouped(t *Tree) *Tree {
	g := *t
	g.Group = true
	return &g
}

// joinTrees returns a op b, where a or b may be nil. A chain on the right is
// hung in from the left.
func joinTrees(op string, a, b *Tree) *Tree {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case b.Kind == TreeBinary && b.Text == op && op == "*" && b.Expr == nil:
		return binaryTree(op, joinTrees(op, a, b.Args[0]), b.Args[1])
	}
	return binaryTree(op, a, b)
}

// matrix returns the tree of the scalars in chain, which may be nil, times m,
// which may be nil.
func (w writer) matrix(chain *Tree, m *Expr) *Tree {
	switch {
	case m == nil:
		return chain
	case m.op == OpProd:
		if t := w.reversed(m); t != nil {
			return joinTrees("*", chain, t)
		}
		for _, a := range m.args {
			chain = joinTrees("*", chain, w.factor(a))
		}
		return chain
	case m.op == OpHad:
		return w.hadamard(chain, m.args)
	case m.op == OpEPow && isNegative(m.args[1]):
		return w.hadamard(chain, []*Expr{m})
	}
	return joinTrees("*", chain, w.factor(m))
}

// hadamard returns the tree of the scalars in chain times the element-wise
// product of factors.
func (w writer) hadamard(chain *Tree, factors []*Expr) *Tree {
	op := "*" // after the scalars
	if chain == nil {
		op = ".*"
	}
	var divisors *Tree
	for _, f := range factors {
		if f.op == OpEPow && isNegative(f.args[1]) {
			divisors = joinTrees(".*", divisors, w.power(f, true))
			continue
		}
		scaled := chain != nil && op == "*"
		chain = joinTrees(op, chain, w.factor(f))
		if scaled {
			chain.Scaled = true
		}
		op = ".*"
	}
	if chain == nil {
		chain = number(ratOne)
	}
	if divisors != nil {
		chain = binaryTree("./", chain, divisors)
	}
	return chain
}
