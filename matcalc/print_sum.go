package matcalc

import (
	"math/big"
	"slices"
)

// sum returns the tree of c times a sum, with c in every term. A positive term
// comes first if there is one, and a number that several terms have stands
// before them in brackets: A + 2·(B + C).
func (w writer) sum(c *big.Rat, e *Expr) *Tree {
	byNumber := map[string][]*Expr{}
	size := func(a *Expr) *big.Rat {
		n, _, _ := a.Factors()
		return ratMul(new(big.Rat).Abs(c), new(big.Rat).Abs(n))
	}
	for _, a := range e.args {
		byNumber[size(a).RatString()] = append(byNumber[size(a).RatString()], a)
	}
	var terms []signed
	for _, a := range e.args {
		n := size(a)
		group := byNumber[n.RatString()]
		switch {
		case isOne(n) || len(group) == 1 || len(group) == len(e.args):
			terms = append(terms, w.terms(c, []*Expr{a})...)
		case group[0] == a:
			inside, minus := unsigned(w.terms(new(big.Rat).Quo(c, n), group))
			terms = append(terms, signed{minus, numbered(n, addUp(inside))})
		}
	}
	return addUp(terms)
}

// numbered returns the tree of n > 0 times t.
func numbered(n *big.Rat, t *Tree) *Tree {
	if decimal(n) != "" {
		return binaryTree("*", number(n), t)
	}
	if !isOne(new(big.Rat).SetInt(n.Num())) {
		t = binaryTree("*", number(new(big.Rat).SetInt(n.Num())), t)
	}
	return binaryTree("/", t, number(new(big.Rat).SetInt(n.Denom())))
}

// signed is a term of a sum.
type signed struct {
	minus bool
	tree  *Tree
}

// unsigned returns terms without their signs if those are all minus.
func unsigned(terms []signed) (rest []signed, minus bool) {
	if slices.ContainsFunc(terms, func(s signed) bool { return !s.minus }) {
		return terms, false
	}
	for i := range terms {
		terms[i].minus = false
	}
	return terms, true
}

// addUp returns the tree of a sum of terms.
func addUp(terms []signed) *Tree {
	if first := slices.IndexFunc(terms, func(s signed) bool { return !s.minus }); first > 0 {
		positive := terms[first]
		copy(terms[1:], slices.Clone(terms[:first]))
		terms[0] = positive
	}
	t := terms[0].tree
	if terms[0].minus {
		t = minus(t)
	}
	for _, s := range terms[1:] {
		op := "+"
		if s.minus {
			op = "-"
		}
		t = binaryTree(op, t, s.tree)
	}
	return t
}

// terms returns c times terms of a sum.
func (w writer) terms(c *big.Rat, args []*Expr) []signed {
	var terms []signed
	for _, a := range args {
		n, scalars, m := a.Factors()
		n = ratMul(c, n)
		if m != nil && m.op == OpOnes {
			terms = append(terms, w.plain().constants(n, scalars)...)
			continue
		}
		writer := w
		if w.swap != nil && w.swap.factor != m {
			writer = w.plain()
		}
		terms = append(terms, writer.term(n, scalars, m, a))
	}
	return terms
}

// constants returns the terms of a scalar that is added to every entry of a
// matrix: a sum among matrices is broadcast.
func (w writer) constants(c *big.Rat, scalars []*Expr) []signed {
	whole := w.term(c, scalars, nil, nil)
	if len(scalars) != 1 || scalars[0].op != OpAdd {
		return []signed{whole}
	}
	if w.size(w.sum(c, scalars[0])) > w.size(whole.tree)+1 {
		return []signed{whole}
	}
	return w.terms(c, scalars[0].args)
}

// term returns a term of a sum: c · scalars · m, which is a if that is not nil
// and c is 1.
func (w writer) term(c *big.Rat, scalars []*Expr, m, a *Expr) signed {
	minus := c.Sign() < 0
	c = new(big.Rat).Abs(c)
	switch {
	case isOne(c) && a != nil && a.op != OpScale && a.op != OpNum:
		return signed{minus, w.factor(a)}
	case len(scalars) == 0 && m == nil:
		return signed{minus, number(c)}
	}
	return signed{minus, w.layout(c, scalars, m)}
}
