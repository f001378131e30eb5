package matcalc

import (
	"math/big"
	"slices"
)

var sumRules = []simplification{
	{"common scalar", flat, 0, []Op{OpAdd}, (*simplifier).commonScalars},
	{"common left or right factor", flat, 0, []Op{OpAdd}, (*simplifier).commonFactors},
	{"common element-wise factor", flat, 0, []Op{OpAdd}, (*simplifier).commonEntries},
	{"linear functions of a sum", flat, 1, []Op{OpAdd}, (*simplifier).linearSums},
	{"expand", deep, 3, []Op{OpAdd, OpScale, OpProd, OpHad, OpTr, OpSum, OpDiag, OpDiagOf, OpT}, (*simplifier).expansions},
}

// maxCommon is how many common factors of a sum are tried.
const maxCommon = 12

// share is a factor that terms of a sum may have in common, and what is left of
// each term without it.
type share struct {
	key   any
	order int
	terms []int
	rests []*Expr
}

// shares collects the factors that terms of a sum have in common.
type shares struct {
	list []*share
	at   map[any]*share
}

func (c *shares) add(key any, term int, rest *Expr) {
	sh := c.at[key]
	if sh == nil {
		sh = &share{key: key, order: len(c.list)}
		c.at[key] = sh
		c.list = append(c.list, sh)
	}
	if n := len(sh.terms); n > 0 && sh.terms[n-1] == term {
		return
	}
	sh.terms = append(sh.terms, term)
	sh.rests = append(sh.rests, rest)
}

// common returns those that at least two terms have, the most frequent ones
// first.
func (c *shares) common() []*share {
	list := slices.DeleteFunc(slices.Clone(c.list), func(sh *share) bool { return len(sh.terms) < 2 })
	slices.SortStableFunc(list, func(a, b *share) int { return len(b.terms) - len(a.terms) })
	return list[:min(len(list), maxCommon)]
}

// others returns the terms of a sum that do not have the common factor.
func (sh *share) others(e *Expr) []*Expr {
	var others []*Expr
	for i, a := range e.args {
		if _, has := slices.BinarySearch(sh.terms, i); !has {
			others = append(others, a)
		}
	}
	return others
}

// regrouped returns the sum e with the terms of sh replaced by common.
func (s *simplifier) regrouped(e *Expr, sh *share, common *Expr) *Expr {
	return s.Add(append([]*Expr{common}, sh.others(e)...)...)
}

// side is a key: a factor on the left or the right.
type side struct {
	factor *Expr
	right  bool
}

// commonFactors offers f·(u + v) for f·u + f·v, and the same on the right.
func (s *simplifier) commonFactors(e *Expr) []*Expr {
	found := shares{at: map[any]*share{}}
	for i, a := range e.args {
		c, scalars, m := a.Factors()
		if m != nil {
			s.sides(&found, i, s.scale(c, scalars, nil), m)
			continue
		}
		for k, x := range scalars { // a scalar that is a product: from both sides
			if x.op == OpProd {
				rest := s.scale(c, slices.Delete(slices.Clone(scalars), k, k+1), nil)
				s.sides(&found, i, rest, x)
				s.sides(&found, i, rest, s.reversed(x))
			}
		}
	}
	var offers []*Expr
	for _, sh := range found.common() {
		key := sh.key.(side)
		sum := s.sumOfRests(sh.rests)
		if key.right {
			sum = s.Mul(sum, key.factor)
		} else {
			sum = s.Mul(key.factor, sum)
		}
		offers = append(offers, s.regrouped(e, sh, sum))
	}
	return offers
}

// sumOfRests returns the sum of what is left of terms, s + t for s·I + t·I.
func (s *simplifier) sumOfRests(rests []*Expr) *Expr {
	scalars := make([]*Expr, len(rests))
	for i, x := range rests {
		c, factors, m := x.Factors()
		if m != nil && m.op != OpEye {
			return s.Add(rests...)
		}
		scalars[i] = s.scale(c, factors, nil)
	}
	return s.Add(scalars...)
}

// sides collects the first and last factor of the term coefficient·m.
func (s *simplifier) sides(found *shares, term int, coefficient, m *Expr) {
	chain := []*Expr{m}
	if m.op == OpProd {
		chain = m.args
	}
	if m.op == OpEye || m.op == OpOnes {
		return
	}
	n := len(chain)
	first, power := s.peeled(chain[0])
	rest := append([]*Expr{coefficient, s.Eye(first.shape.Cols)}, power...)
	found.add(side{first, false}, term, s.Mul(append(rest, chain[1:]...)...))
	last, power := s.peeled(chain[n-1])
	rest = append([]*Expr{coefficient}, chain[:n-1]...)
	rest = append(append(rest, power...), s.Eye(last.shape.Rows))
	found.add(side{last, true}, term, s.Mul(rest...))
}

// peeled returns e as base·rest and as rest·base if it is a matrix power. Of
// any other e there is no rest.
func (s *simplifier) peeled(e *Expr) (base *Expr, rest []*Expr) {
	switch {
	case e.op == OpMPow:
		return e.args[0], []*Expr{s.MPow(e.args[0], e.index-1)}
	case e.op == OpT && e.args[0].op == OpMPow:
		base, rest = s.peeled(e.args[0])
		return s.T(base), []*Expr{s.T(rest[0])}
	}
	return e, nil
}

// commonScalars offers s·(u + v) for s·u + s·v, for every power of s that is in
// a term, and with the highest power in a denominator for all terms.
func (s *simplifier) commonScalars(e *Expr) []*Expr {
	if offers := s.oneNorm(e); offers != nil && offers[0].op == OpAdd {
		e = offers[0]
	}
	return s.commonPowers(e, func(a *Expr) []power {
		_, scalars, _ := a.Factors()
		powers := make([]power, len(scalars))
		for i, x := range scalars {
			powers[i] = s.powerOf(x)
		}
		return powers
	}, s.Pow, s.Mul)
}

// commonEntries is commonScalars for the element-wise product.
func (s *simplifier) commonEntries(e *Expr) []*Expr {
	if e.IsScalar() {
		return nil
	}
	return s.commonPowers(e, func(a *Expr) []power {
		_, _, m := a.Factors()
		if m == nil || m.op == OpOnes {
			return nil
		}
		factors := []*Expr{m}
		if m.op == OpHad {
			factors = m.args
		}
		powers := make([]power, len(factors))
		for i, x := range factors {
			powers[i] = s.entryPower(x)
		}
		return powers
	}, s.EPow, s.Had)
}

// commonPowers offers the sum e with powers of what its terms are multiplied by
// taken out.
func (s *simplifier) commonPowers(e *Expr, powersOf func(*Expr) []power,
	pow func(b, e *Expr) *Expr, mul func(...*Expr) *Expr) []*Expr {
	var offers []*Expr
	for _, u := range s.usesOf(e, powersOf, pow) {
		take := func(terms []int, exponent *big.Rat) {
			sh := &share{terms: terms}
			inverse := pow(u.base, s.Num(new(big.Rat).Neg(exponent)))
			for _, i := range terms {
				sh.rests = append(sh.rests, mul(inverse, e.args[i]))
			}
			common := mul(pow(u.base, s.Num(exponent)), s.Add(sh.rests...))
			offers = append(offers, s.regrouped(e, sh, common))
		}
		if len(u.terms) > 1 {
			for _, exponent := range u.distinct() {
				take(u.terms, exponent)
			}
		}
		lowest := slices.MinFunc(u.exponents, (*big.Rat).Cmp)
		if lowest.Sign() < 0 && len(u.terms) < len(e.args) && len(e.args) < maxCommon {
			all := make([]int, len(e.args))
			for i := range all {
				all[i] = i
			}
			take(all, lowest)
		}
	}
	return offers
}

// uses says in which terms of a sum a base is a factor, and its exponents there.
type uses struct {
	base      *Expr
	terms     []int
	exponents []*big.Rat
}

// usesOf returns the bases of the factors in a sum, the most frequent ones
// first.
func (s *simplifier) usesOf(e *Expr, powersOf func(*Expr) []power, pow func(b, e *Expr) *Expr) []*uses {
	at := map[*Expr]*uses{}
	var list []*uses
	for i, a := range e.args {
		for _, f := range powersOf(a) {
			if f.exponent.op != OpNum {
				f = power{pow(f.base, f.exponent), s.one}
			}
			if f.base.op == OpEye {
				continue
			}
			u := at[f.base]
			if u == nil {
				u = &uses{base: f.base}
				at[f.base] = u
				list = append(list, u)
			}
			u.terms = append(u.terms, i)
			u.exponents = append(u.exponents, f.exponent.num)
		}
	}
	slices.SortStableFunc(list, func(a, b *uses) int { return len(b.terms) - len(a.terms) })
	return list[:min(len(list), maxCommon)]
}

// distinct returns the different exponents that may be taken out: only the
// lowest if none is negative, since x·a + x²·b is finite at x = 0.
func (u *uses) distinct() []*big.Rat {
	sorted := slices.Clone(u.exponents)
	slices.SortFunc(sorted, (*big.Rat).Cmp)
	if sorted[0].Sign() >= 0 {
		return sorted[:1]
	}
	sorted = slices.CompactFunc(sorted, func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	return sorted[:min(len(sorted), maxExponents)]
}

// maxExponents is how many powers of one base are tried as a common factor.
const maxExponents = 4

// linearSums offers op(u + v) for op(u) + op(v), op a linear function.
func (s *simplifier) linearSums(e *Expr) []*Expr {
	found := shares{at: map[any]*share{}}
	for i, a := range e.args {
		c, scalars, m := a.Factors()
		rest := s.scale(c, scalars, nil)
		if m == nil {
			for k, x := range scalars {
				if x.op == OpTr || x.op == OpSum {
					rest := s.scale(c, slices.Delete(slices.Clone(scalars), k, k+1), nil)
					found.add(key(x.op, x.args[0].shape), i, s.Mul(rest, x.args[0]))
				}
			}
			continue
		}
		switch m.op {
		case OpEye:
			found.add(key(OpDiag, m.shape), i, s.Mul(rest, s.Ones(Shape{m.shape.Rows, One})))
		case OpDiag, OpDiagOf, OpVec:
			found.add(key(m.op, m.args[0].shape), i, s.Mul(rest, m.args[0]))
		case OpKron:
			x, y := m.args[0], m.args[1]
			found.add(side{x, false}, i, s.Mul(rest, y))
			found.add(side{y, true}, i, s.Mul(rest, x))
		}
	}
	var offers []*Expr
	for _, sh := range found.common() {
		sum := s.Add(sh.rests...)
		switch k := sh.key.(type) {
		case side:
			if k.right {
				sum = s.Kron(sum, k.factor)
			} else {
				sum = s.Kron(k.factor, sum)
			}
		case linearKey:
			if k.op == OpDiag && sum.IsScalar() {
				continue
			}
			sum = s.With(&Expr{op: k.op}, []*Expr{sum})
		}
		offers = append(offers, s.regrouped(e, sh, sum))
	}
	return offers
}

// linearKey is a key: a linear function of arguments of one shape.
type linearKey struct {
	op    Op
	shape Shape
}

func key(op Op, s Shape) linearKey {
	if op == OpDiag {
		s = Shape{}
	}
	return linearKey{op, s}
}

// expansions offers e with products of sums multiplied out.
func (s *simplifier) expansions(e *Expr) []*Expr {
	x := s.expanded(e)
	if x == e {
		return nil
	}
	return []*Expr{x}
}

// maxExpandedTerms is how many terms a product is expanded to.
const maxExpandedTerms = 40

// expanded returns e with its products of sums multiplied out, as long as that
// makes few terms.
func (s *simplifier) expanded(e *Expr) *Expr {
	if x := s.expansion[e]; x != nil {
		return x
	}
	x := s.multipliedOut(e)
	s.expansion[e] = x
	return x
}

func (s *simplifier) multipliedOut(e *Expr) *Expr {
	switch e.op {
	case OpAdd:
		terms := make([]*Expr, len(e.args))
		for i, a := range e.args {
			terms[i] = s.expanded(a)
		}
		return s.Add(terms...)
	case OpT:
		return s.distributed([]*Expr{s.expanded(e.args[0])}, func(xs ...*Expr) *Expr { return s.T(xs[0]) }, e)
	case OpTr, OpSum, OpDiag, OpDiagOf:
		return s.distributed([]*Expr{s.expanded(e.args[0])}, func(xs ...*Expr) *Expr { return s.With(e, xs) }, e)
	case OpScale, OpProd, OpHad:
		factors := make([]*Expr, len(e.args))
		for i, a := range e.args {
			factors[i] = s.expanded(a)
		}
		return s.distributed(factors, func(xs ...*Expr) *Expr { return s.With(e, xs) }, e)
	case OpMPow:
		if e.index == 2 && e.args[0].op == OpAdd {
			a := s.expanded(e.args[0])
			return s.distributed([]*Expr{a, a}, s.Mul, e)
		}
	case OpPow, OpEPow:
		if e.args[1].IsInt(2) && e.args[0].op == OpAdd {
			a := s.expanded(e.args[0])
			return s.distributed([]*Expr{a, a}, s.Had, e)
		}
	}
	return e
}

// distributed returns the sum of multiply(x, y, ...) for all terms x of the
// first factor, y of the second, and so on; e, which that is equal to, if there
// are too many.
func (s *simplifier) distributed(factors []*Expr, multiply func(...*Expr) *Expr, e *Expr) *Expr {
	lists := make([][]*Expr, len(factors))
	count, size := 1, 0
	for i, f := range factors {
		lists[i] = s.terms(f)
		size = size*len(lists[i]) + count*2*f.size
		count *= len(lists[i])
		if count > maxExpandedTerms || size > 4*maxGrowth*e.size+maxExpandedTerms {
			return e
		}
	}
	if count == 1 && slices.Equal(factors, e.args) {
		return e
	}
	choices := [][]*Expr{nil}
	for _, terms := range lists {
		var next [][]*Expr
		for _, c := range choices {
			for _, t := range terms {
				next = append(next, append(c[:len(c):len(c)], t))
			}
		}
		choices = next
	}
	sum := make([]*Expr, len(choices))
	for i, c := range choices {
		sum[i] = multiply(c...)
	}
	return s.Add(sum...)
}

// terms returns the terms of a number times a sum or its transpose; of any other
// e, e.
func (s *simplifier) terms(e *Expr) []*Expr {
	c, rest := s.Coef(e)
	turn := func(a *Expr) *Expr { return a }
	if rest.op == OpT {
		rest, turn = rest.args[0], s.T
	}
	if rest.op != OpAdd {
		return []*Expr{e}
	}
	terms := make([]*Expr, len(rest.args))
	for i, a := range rest.args {
		terms[i] = s.Times(c, turn(a))
	}
	return terms
}
