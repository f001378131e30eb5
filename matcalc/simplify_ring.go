package matcalc

import (
	"math/big"
	"slices"
	"strings"
)

var ringRules = []simplification{
	{"reduce fractions", deep, 3, []Op{OpAdd, OpScale, OpHad, OpPow, OpEPow}, (*simplifier).reduced},
}

const (
	maxMonomials = 80 // of a polynomial
	maxDegree    = 16 // of an atom in a monomial
	maxAtoms     = 40 // that polynomials are of
)

// reduced offers e as one fraction in lowest terms: scalars and the entries of
// matrices under the element-wise product are rational functions of what is
// not a sum, product or power.
func (s *simplifier) reduced(e *Expr) []*Expr {
	if !s.isFraction(e) {
		return nil
	}
	var offers []*Expr
	for _, sigmoids := range []bool{false, true} {
		r := &ring{simplifier: s, at: map[*Expr]int{}, origin: map[string]*Expr{}, sigmoids: sigmoids}
		r.findRoots(e)
		if sigmoids && len(r.exponentials) == 0 {
			continue
		}
		f := r.fraction(e)
		if r.failed || len(r.atoms) > maxAtoms || sigmoids && r.hasPoles(f) {
			continue
		}
		offers = append(offers, r.expr(f, e.shape))
		if g, split := r.withSlopes(f); split {
			offers = append(offers, r.expr(g, e.shape))
		}
		if g, found := r.withTanh(f); found {
			offers = append(offers, r.expr(g, e.shape))
		}
	}
	return offers
}

// isFraction reports whether e has a denominator or a power or product of sums,
// so that something may cancel.
func (s *simplifier) isFraction(e *Expr) bool {
	switch e.op {
	case OpAdd, OpScale, OpHad:
		return slices.ContainsFunc(e.args, func(a *Expr) bool { return e.op != OpAdd && a.op == OpAdd || s.isFraction(a) })
	case OpPow, OpEPow:
		return e.args[0].op == OpAdd || isNegative(e.args[1])
	case OpFn:
		return e.isFn("exp") || e.isFn("sigmoid")
	}
	return false
}

// ring is where fractions are reduced.
type ring struct {
	*simplifier
	atoms        []*Expr
	at           map[*Expr]int
	roots        map[*Expr]*Expr // x -> a root of it that occurs, and with it norms
	origin       map[string]*Expr
	exponentials map[*Expr]*big.Rat // u -> the least c for which there is exp(c·u)
	sigmoids     bool               // there is an exponential or sigmoid
	failed       bool
}

// fraction is a product: number · polynomials to whole powers. The polynomials
// are primitive with a leading number > 0, and either an atom or without atoms
// as factors.
type fraction struct {
	c       *big.Rat
	factors []factor
}

type factor struct {
	poly     poly
	key      string
	exponent int
}

// findRoots notes which roots and norms occur in e.
func (r *ring) findRoots(e *Expr) {
	r.roots, r.exponentials = map[*Expr]*Expr{}, map[*Expr]*big.Rat{}
	var walk func(e *Expr)
	walk = func(e *Expr) {
		switch {
		case e.isRoot():
			r.roots[e.args[0]] = e
		case e.op == OpNorm2:
			x := e.args[0]
			r.roots[r.Sum(r.EPow(x, r.Int(2)))] = e
			r.roots[r.Tr(r.Mul(r.T(x), x))] = e
			if x.shape.IsColumn() {
				r.roots[r.Mul(r.T(x), x)] = e
			}
		case e.isFn("exp"):
			c, u := r.Coef(e.args[0])
			c = new(big.Rat).Abs(c)
			if old := r.exponentials[u]; old == nil || c.Cmp(old) < 0 {
				r.exponentials[u] = c
			}
		case e.op == OpAdd || e.op == OpScale || e.op == OpHad || e.op == OpPow || e.op == OpEPow:
			for _, a := range e.args {
				walk(a)
			}
		}
	}
	walk(e)
}

// fraction returns e as a fraction.
func (r *ring) fraction(e *Expr) fraction {
	if r.failed = r.failed || r.isSpent(); r.failed {
		return fraction{c: new(big.Rat)}
	}
	if root := r.roots[e]; root != nil {
		return r.raise(r.atom(root), 2)
	}
	switch e.op {
	case OpNum:
		return fraction{c: e.num}
	case OpOnes:
		return fraction{c: ratOne}
	case OpZeros:
		return fraction{c: new(big.Rat)}
	case OpAdd:
		f := fraction{c: new(big.Rat)}
		for _, a := range e.args {
			f = r.plus(f, r.fraction(a))
		}
		if len(f.factors) == 1 && f.factors[0].exponent == 1 {
			r.origin[f.factors[0].key] = r.Mul(r.Num(new(big.Rat).Inv(f.c)), e)
		}
		return f
	case OpScale, OpHad:
		f := fraction{c: ratOne}
		if e.op == OpScale {
			f.c = e.num
		}
		for _, a := range e.args {
			f = r.times(f, r.fraction(a))
		}
		return r.lowest(f)
	case OpPow, OpEPow:
		if n, whole := e.args[1].integer(); whole && abs(n) <= maxDegree/2 {
			return r.raise(r.fraction(e.args[0]), int(n))
		}
	case OpFn:
		return r.function(e)
	}
	return r.atom(e)
}

// function returns exp(k·u) as a power of exp(u), sigmoid(−u) as 1 − sigmoid(u),
// and if exponentials are to be sigmoids, exp(u) as sigmoid(u)/(1 − sigmoid(u)).
func (r *ring) function(e *Expr) fraction {
	if !e.isFn("exp") && !e.isFn("sigmoid") {
		return r.atom(e)
	}
	c, u := r.Coef(e.args[0])
	one := fraction{c: ratOne}
	if least := r.exponentials[u]; least != nil && !r.sigmoids {
		k := new(big.Rat).Quo(c, least)
		n := int(k.Num().Int64())
		whole := k.IsInt() && -maxDegree <= n && n <= maxDegree
		exp := r.atom(r.Fn("exp", r.Times(least, u)))
		switch {
		case whole && e.isFn("exp"):
			return r.raise(exp, n)
		case whole && abs(int64(n)) > 1: // sigmoid(2·u) beside exp(u)
			power := r.raise(exp, n)
			return r.times(power, r.raise(r.plus(one, power), -1))
		}
	}
	if e.isFn("exp") && !r.sigmoids {
		return r.atom(e)
	}
	v, sign := e.args[0], 1
	if c.Sign() < 0 {
		v, sign = r.Neg(v), -1
	}
	sigmoid := r.atom(r.Fn("sigmoid", v))
	minus := sigmoid
	minus.c = ratNeg
	opposite := r.plus(one, minus)
	switch {
	case e.isFn("exp"):
		return r.raise(r.times(sigmoid, r.raise(opposite, -1)), sign)
	case sign < 0:
		return opposite
	}
	return sigmoid
}

// withSlopes returns f with 1 − sigmoid(u) and 1 − tanh(u)² split off its
// polynomials, and whether there are any.
func (r *ring) withSlopes(f fraction) (g fraction, split bool) {
	for _, a := range slices.Clone(r.atoms) {
		n := 1
		switch {
		case a.isFn("tanh"):
			n = 2
		case !a.isFn("sigmoid"):
			continue
		}
		power := r.raise(r.atom(a), n)
		power.c = ratNeg
		slope := r.plus(fraction{c: ratOne}, power)
		for range maxDegree {
			i := slices.IndexFunc(f.factors, func(x factor) bool {
				return x.key != slope.factors[0].key && x.poly.quotient(slope.factors[0].poly) != nil
			})
			if i < 0 {
				break
			}
			x := f.factors[i]
			quotient := r.factored(x.poly.quotient(slope.factors[0].poly))
			parts := r.times(quotient, r.factored(slope.factors[0].poly))
			f = r.times(fraction{f.c, slices.Delete(slices.Clone(f.factors), i, i+1)}, r.raise(parts, x.exponent))
			split = true
		}
	}
	return f, split && !r.failed
}

// withTanh returns f with exponentials written as a tanh, and whether there are
// any: (exp(2u) − 1)/(exp(2u) + 1) is tanh(u), and 4·exp(2u)/(exp(2u) + 1)² is
// 1 − tanh(u)².
func (r *ring) withTanh(f fraction) (g fraction, found bool) {
	one, minus := fraction{c: ratOne}, fraction{c: ratNeg}
	for _, a := range slices.Clone(r.atoms) {
		if !a.isFn("exp") {
			continue
		}
		square := r.raise(r.atom(a), 2)
		above, below := r.plus(square, minus), r.plus(square, one)
		tanh := r.atom(r.Fn("tanh", a.args[0]))
		slope := r.plus(one, r.times(minus, r.raise(tanh, 2)))
		if n := min(f.exponentOf(above.factors[0].key), -f.exponentOf(below.factors[0].key)); n > 0 {
			f = r.times(f, r.raise(r.times(tanh, r.times(below, r.raise(above, -1))), n))
			found = true
		}
		if n := min(f.exponentOf(square.factors[0].key), -f.exponentOf(below.factors[0].key)) / 2; n > 0 {
			part := r.times(r.raise(below, 2), r.raise(square, -1))
			f = r.times(f, r.raise(r.times(fraction{c: big.NewRat(1, 4)}, r.times(slope, part)), n))
			found = true
		}
	}
	return f, found && !r.failed
}

// hasPoles reports whether f is not finite where a sigmoid is 0 or 1: it is
// then an exponential, and written without one could not be computed.
func (r *ring) hasPoles(f fraction) bool {
	for i, a := range r.atoms {
		if !a.isFn("sigmoid") {
			continue
		}
		for _, x := range f.factors {
			if x.exponent < 0 && slices.ContainsFunc(x.poly.sorted(), func(m string) bool { return len(m) > i && m[i] > 0 }) {
				return true
			}
		}
	}
	return false
}

// atom returns e as an atom.
func (r *ring) atom(e *Expr) fraction {
	i, ok := r.at[e]
	if !ok {
		i = len(r.atoms)
		r.at[e] = i
		r.atoms = append(r.atoms, e)
	}
	return r.factored(poly{r.monomial(i): ratOne})
}

// monomial returns the i-th atom.
func (r *ring) monomial(i int) string { return strings.Repeat("\x00", i) + "\x01" }

func (r *ring) times(f, g fraction) fraction {
	product := fraction{ratMul(f.c, g.c), slices.Clone(f.factors)}
	for _, x := range g.factors {
		i := slices.IndexFunc(product.factors, func(y factor) bool { return y.key == x.key })
		if i < 0 {
			product.factors = append(product.factors, x)
		} else if product.factors[i].exponent += x.exponent; product.factors[i].exponent == 0 {
			product.factors = slices.Delete(product.factors, i, i+1)
		}
	}
	if product.c.Sign() == 0 {
		product.factors = nil
	}
	return product
}

func (r *ring) raise(f fraction, n int) fraction {
	if f.c.Sign() == 0 && n <= 0 {
		r.failed = true
		return f
	}
	c := ratPow(f.c, int64(n))
	if c == nil {
		r.failed = true
		return f
	}
	raised := fraction{c, slices.Clone(f.factors)}
	for i := range raised.factors {
		raised.factors[i].exponent *= n
		if raised.factors[i].exponent > maxDegree || raised.factors[i].exponent < -maxDegree {
			r.failed = true
		}
	}
	return raised
}

// plus returns f + g in lowest terms.
func (r *ring) plus(f, g fraction) fraction {
	switch {
	case f.c.Sign() == 0:
		return g
	case g.c.Sign() == 0:
		return f
	}
	common := fraction{c: ratOne}
	for _, x := range slices.Concat(f.factors, g.factors) {
		n := min(f.exponentOf(x.key), g.exponentOf(x.key))
		if n != 0 && common.exponentOf(x.key) == 0 {
			common.factors = append(common.factors, factor{x.poly, x.key, n})
		}
	}
	inverse := r.raise(common, -1)
	sum := r.product(r.times(f, inverse))
	for m, c := range r.product(r.times(g, inverse)) {
		sum = sum.with(m, c)
	}
	if r.failed || len(sum) > maxMonomials {
		r.failed = true
		return f
	}
	if len(sum) == 0 {
		return fraction{c: new(big.Rat)}
	}
	return r.lowest(r.times(common, r.factored(sum)))
}

// lowest returns f in lowest terms.
func (r *ring) lowest(f fraction) fraction {
	for range maxDegree {
		if !r.cancel(&f) {
			return f
		}
	}
	return f
}

// cancel splits a polynomial of f if one below the fraction bar divides it, or
// is divided by it.
func (r *ring) cancel(f *fraction) bool {
	for _, x := range f.factors {
		if x.exponent >= 0 || len(x.poly) < 2 {
			continue
		}
		for _, y := range f.factors {
			if y.exponent <= 0 || len(y.poly) < 2 {
				continue
			}
			whole, part := y, x
			r.work += 4 * (len(x.poly) + len(y.poly))
			q := y.poly.quotient(x.poly)
			if q == nil {
				whole, part = x, y
				q = x.poly.quotient(y.poly)
			}
			if q != nil {
				split := r.raise(r.times(r.factored(q), r.factored(part.poly)), whole.exponent)
				i := slices.IndexFunc(f.factors, func(z factor) bool { return z.key == whole.key })
				*f = r.times(fraction{f.c, slices.Delete(slices.Clone(f.factors), i, i+1)}, split)
				return !r.failed
			}
		}
	}
	return false
}

func (f fraction) exponentOf(key string) int {
	for _, x := range f.factors {
		if x.key == key {
			return x.exponent
		}
	}
	return 0
}

// product returns f, which has no denominator, as a polynomial.
func (r *ring) product(f fraction) poly {
	result := poly{"": f.c}
	for _, x := range f.factors {
		for range x.exponent {
			r.work += 4 * len(result) * len(x.poly)
			result = result.times(x.poly)
			if len(result) > maxMonomials || result.degree() > 4*maxDegree {
				r.failed = true
				return result
			}
		}
	}
	return result
}

// factored returns a polynomial that is not 0 as a number times atoms times a
// primitive polynomial.
func (r *ring) factored(p poly) fraction {
	r.work += 4 * len(p)
	var least []byte
	var numbers []*big.Rat
	first := true
	for m, c := range p {
		numbers = append(numbers, c)
		if first {
			least, first = []byte(m), false
			continue
		}
		least = least[:min(len(least), len(m))]
		for i := range least {
			least[i] = min(least[i], m[i])
		}
	}
	f := fraction{c: content(numbers)}
	if p[p.leading()].Sign() < 0 {
		f.c.Neg(f.c)
	}
	divisor := strings.TrimRight(string(least), "\x00")
	rest := poly{}
	for m, c := range p {
		rest[over(m, divisor)] = new(big.Rat).Quo(c, f.c)
	}
	for i := range len(divisor) {
		if n := int(divisor[i]); n > 0 {
			m := r.monomial(i)
			f.factors = append(f.factors, factor{poly{m: ratOne}, m, n})
		}
	}
	if len(rest) > 1 {
		f.factors = append(f.factors, factor{rest, rest.key(), 1})
	}
	return f
}

// expr returns f as an expression of a shape.
func (r *ring) expr(f fraction, shape Shape) *Expr {
	scalars := []*Expr{r.Num(f.c)}
	entries := []*Expr{r.Ones(shape)}
	for _, x := range f.factors {
		base, n := r.polynomial(x, shape), r.Int(int64(x.exponent))
		if base.isFn("exp") && x.exponent < 0 {
			base, n = r.Fn("exp", r.Neg(base.args[0])), r.Int(int64(-x.exponent))
		}
		if base.IsScalar() {
			scalars = append(scalars, r.Pow(base, n))
		} else {
			entries = append(entries, r.EPow(base, n))
		}
	}
	return r.Mul(r.Mul(scalars...), r.Had(entries...))
}

// polynomial returns the polynomial of x as an expression: a scalar if it can
// be, else of this shape.
func (r *ring) polynomial(x factor, shape Shape) *Expr {
	if e := r.origin[x.key]; e != nil {
		return e
	}
	var terms []*Expr
	for _, m := range slices.Backward(x.poly.sorted()) {
		factors := []*Expr{r.Num(x.poly[m])}
		for i := range len(m) {
			if m[i] > 0 {
				factors = append(factors, r.raised(r.atoms[i], r.Int(int64(m[i]))))
			}
		}
		terms = append(terms, r.Had(factors...))
	}
	return r.Add(terms...)
}
