package matcalc

import (
	"math/big"
	"slices"
)

var scalarRules = []simplification{
	{"s·(1 + u/s) = s + u", flat, 1, []Op{OpScale, OpHad}, (*simplifier).movedIn},
}

var functionRules = []simplification{
	{"functions of one argument", flat, 1, []Op{OpFn, OpPow, OpEPow}, (*simplifier).functions},
	{"products of functions", flat, 1, []Op{OpScale, OpHad}, (*simplifier).functionProducts},
	{"sums of functions", flat, 1, []Op{OpAdd}, (*simplifier).functionSums},
}

// movedIn offers (s + u)^k for s^k·(1 + u/s)^k, for scalars and element-wise.
func (s *simplifier) movedIn(e *Expr) []*Expr {
	factors, rest := s.factorsOf(e)
	if e.op == OpScale && !e.IsScalar() {
		factors, rest = e.Scalars(), s.Mul(s.Num(e.num), e.Matrix())
	}
	var offers []*Expr
	for i, f := range factors {
		sum := s.entry(f)
		if sum.base.op != OpAdd || sum.exponent.op != OpNum || sum.exponent.num.Sign() > 0 {
			continue
		}
		for j, g := range factors {
			other := s.entry(g)
			if i == j || other.exponent.op != OpNum {
				continue
			}
			k := new(big.Rat).Quo(other.exponent.num, sum.exponent.num)
			if !k.IsInt() || k.Sign() < 0 && !other.base.Is(Positive) { // s·(1 + s·u)^-1 is finite at s = 0
				continue
			}
			moved := s.raised(other.base, s.Num(k))
			terms := make([]*Expr, len(sum.base.args))
			for t, a := range sum.base.args {
				terms[t] = s.multiplied(moved, a)
			}
			others := []*Expr{s.raised(s.Add(terms...), sum.exponent)}
			for k, h := range factors {
				if k != i && k != j {
					others = append(others, h)
				}
			}
			offers = append(offers, s.regained(e, rest, others))
		}
	}
	return offers
}

// regained returns the product of factors and rest, which are those that
// factorsOf, or for a scaled matrix its scalars, are.
func (s *simplifier) regained(e, rest *Expr, factors []*Expr) *Expr {
	if e.op == OpScale {
		return s.Mul(append(factors, rest)...)
	}
	return s.joined(e, rest, factors...)
}

// functions offers simpler forms of a function or of its power.
func (s *simplifier) functions(e *Expr) []*Expr {
	if e.op != OpFn {
		return s.functionPowers(e)
	}
	if e.fn != nil {
		return nil
	}
	u := e.args[0]
	switch e.name {
	case "log":
		if v := s.onePlusExp(u); v != nil {
			return []*Expr{s.Fn("softplus", v)}
		}
		if f := s.entry(u); f.exponent.op == OpNum && (f.base.Is(Positive) || isHalf(f.exponent.num) || f.exponent.IsInt(-1)) {
			return []*Expr{s.Mul(f.exponent, s.Fn("log", f.base))}
		}
	case "exp":
		if c, scalars, m := u.Factors(); m == nil && len(scalars) == 1 && scalars[0].isFn("log") {
			return []*Expr{s.Pow(scalars[0].args[0], s.Num(c))}
		} else if m != nil && len(scalars) == 0 && m.isFn("log") {
			return []*Expr{s.EPow(m.args[0], s.Num(c))}
		}
	case "sqrt":
		if f := s.entry(u); f.exponent.IsInt(2) {
			return []*Expr{s.Fn("abs", f.base)}
		}
	case "abs", "relu":
		if u.isNonNegative() {
			return []*Expr{u}
		}
	}
	return nil
}

// isNonNegative reports whether e has no negative entries for certain.
func (e *Expr) isNonNegative() bool {
	switch e.op {
	case OpNorm1, OpNorm2:
		return true
	case OpFn:
		return e.fn == nil && slices.Contains([]string{"abs", "relu", "step", "sqrt"}, e.name) || e.Is(Positive)
	case OpPow, OpEPow:
		n, whole := e.args[1].integer()
		return whole && n%2 == 0 || e.args[0].isNonNegative()
	case OpScale:
		return e.num.Sign() > 0 && !slices.ContainsFunc(e.args, func(a *Expr) bool { return !a.isNonNegative() })
	case OpAdd, OpHad, OpSum:
		return !slices.ContainsFunc(e.args, func(a *Expr) bool { return !a.isNonNegative() })
	}
	return e.Is(Positive)
}

// entry is powerOf or entryPower.
func (s *simplifier) entry(e *Expr) power {
	if e.IsScalar() {
		return s.powerOf(e)
	}
	return s.entryPower(e)
}

// raised is Pow or EPow.
func (s *simplifier) raised(b, e *Expr) *Expr {
	if b.IsScalar() {
		return s.Pow(b, e)
	}
	return s.EPow(b, e)
}

// onePlusExp returns the v of e = 1 + exp(v), else nil.
func (s *simplifier) onePlusExp(e *Expr) *Expr {
	if e.op != OpAdd || len(e.args) != 2 {
		return nil
	}
	for i, a := range e.args {
		if a.isFn("exp") && e.args[1-i] == s.ones(e) {
			return a.args[0]
		}
	}
	return nil
}

// ones returns 1, as a matrix if e is one.
func (s *simplifier) ones(e *Expr) *Expr { return s.Ones(e.shape) }

// functionPowers offers sigmoid(−u) for 1/(1 + exp(u)), exp(−u) for 1/exp(u).
func (s *simplifier) functionPowers(e *Expr) []*Expr {
	f := s.entry(e)
	if f.exponent.op != OpNum {
		return nil
	}
	minus := s.Num(new(big.Rat).Neg(f.exponent.num))
	switch v := s.onePlusExp(f.base); {
	case v != nil && f.exponent.num.Sign() < 0:
		return []*Expr{s.raised(s.Fn("sigmoid", s.Neg(v)), minus)}
	case f.base.isFn("exp"):
		return []*Expr{s.Fn("exp", s.Mul(f.exponent, f.base.args[0]))}
	}
	return nil
}

// factorsOf returns the factors of e, for a matrix the element-wise ones, and
// what else it is multiplied by.
func (s *simplifier) factorsOf(e *Expr) (factors []*Expr, rest *Expr) {
	if e.IsScalar() {
		c, scalars, _ := e.Factors()
		return scalars, s.Num(c)
	}
	c, scalars, m := e.Factors()
	if m.op == OpHad {
		return m.args, s.scale(c, scalars, nil)
	}
	return []*Expr{m}, s.scale(c, scalars, nil)
}

// joined returns the product of factors, as scalars or element-wise, and rest,
// in the shape of e.
func (s *simplifier) joined(e *Expr, rest *Expr, factors ...*Expr) *Expr {
	if e.IsScalar() {
		return s.Mul(append(factors, rest)...)
	}
	return s.Mul(rest, s.Had(append(factors, s.ones(e))...))
}

// functionProducts offers one function for the product of two.
func (s *simplifier) functionProducts(e *Expr) []*Expr {
	var offers []*Expr
	factors, rest := s.factorsOf(e)
	if e.op == OpScale && !e.IsScalar() {
		factors, rest = e.Scalars(), s.Mul(s.Num(e.num), e.Matrix())
		if m := e.Matrix(); m.op == OpHad {
			scalars := s.scale(e.num, e.Scalars(), nil)
			for _, x := range s.functionProducts(m) {
				offers = append(offers, s.Mul(scalars, x))
			}
		}
	}
	if len(factors) < 2 || len(factors) > 2*maxCommon {
		return offers
	}
	for i, a := range factors {
		for j, b := range factors {
			if i == j {
				continue
			}
			if r := s.product(s.entry(a), s.entry(b)); r != nil {
				others := []*Expr{r}
				for k, f := range factors {
					if k != i && k != j {
						others = append(others, f)
					}
				}
				offers = append(offers, s.regained(e, rest, others))
			}
		}
	}
	return offers
}

// product returns a·b in a form that may be simpler, nil if there is none.
func (s *simplifier) product(a, b power) *Expr {
	if a.exponent.op != OpNum || b.exponent.op != OpNum || a.base.shape != b.base.shape {
		return nil
	}
	if a.base.op != OpFn || a.base.fn != nil {
		return nil
	}
	u := a.base.args[0]
	one := isOne(a.exponent.num) && isOne(b.exponent.num)
	is := func(f power, name string, arg *Expr) bool { return f.base.isFn(name) && f.base.args[0] == arg }
	opposite := new(big.Rat).Neg(a.exponent.num).Cmp(b.exponent.num) == 0
	switch a.base.name {
	case "exp":
		switch {
		case is(b, "sigmoid", s.Neg(u)) && a.exponent.num.Cmp(b.exponent.num) == 0:
			return s.raised(s.Fn("sigmoid", u), a.exponent)
		case b.base.isFn("exp"):
			return s.Fn("exp", s.Add(s.Mul(a.exponent, u), s.Mul(b.exponent, b.base.args[0])))
		case s.onePlusExp(b.base) == u && b.exponent.num.Sign() < 0:
			rest := s.raised(b.base, s.Num(new(big.Rat).Add(b.exponent.num, ratOne)))
			less := s.raised(a.base, s.Num(new(big.Rat).Sub(a.exponent.num, ratOne)))
			return s.multiplied(s.Fn("sigmoid", u), rest, less)
		}
	case "step":
		if b.base == u && b.exponent.num.Sign() > 0 && isOne(b.exponent.num) {
			return s.Fn("relu", u)
		}
	case "sign":
		if b.base == u && one {
			return s.Fn("abs", u)
		}
	case "abs":
		if b.base == u && isOne(a.exponent.num) && opposite {
			return s.Fn("sign", u)
		}
	case "relu":
		if b.base == u && isOne(a.exponent.num) && opposite {
			return s.Fn("step", u)
		}
	case "sin":
		switch {
		case is(b, "cos", u) && one:
			return s.Times(ratHalf, s.Fn("sin", s.Add(u, u)))
		case is(b, "cos", u) && opposite:
			return s.raised(s.Fn("tan", u), a.exponent)
		}
	case "tan":
		if is(b, "cos", u) && a.exponent.num.Cmp(b.exponent.num) == 0 {
			return s.raised(s.Fn("sin", u), a.exponent)
		}
	}
	return nil
}

// multiplied returns the product of scalars, or the element-wise one of matrices.
func (s *simplifier) multiplied(xs ...*Expr) *Expr {
	if xs[0].IsScalar() {
		return s.Mul(xs...)
	}
	return s.Had(xs...)
}

// functionSums offers one term for two of a sum, such as cos(2u) for
// cos(u)² − sin(u)².
func (s *simplifier) functionSums(e *Expr) []*Expr {
	if len(e.args) > 2*maxCommon {
		return nil
	}
	var offers []*Expr
	for i, a := range e.args {
		factors, rest := s.factorsOf(a)
		for k, f := range factors {
			cofactor := s.joined(e, rest, without(factors, k)...)
			for _, r := range s.relations(f) {
				j := slices.Index(e.args, s.joined(e, s.Num(r.c), cofactor, r.other))
				if j < 0 || j == i {
					continue
				}
				sum := s.joined(e, s.one, cofactor, r.sum)
				others := without(without(e.args, max(i, j)), min(i, j))
				offers = append(offers, s.Add(append(others, sum)...))
			}
		}
	}
	return offers
}

// relation says that f + c·other = sum for a function f.
type relation struct {
	c          *big.Rat
	other, sum *Expr
}

// relations returns what is known about sums with f.
func (s *simplifier) relations(f *Expr) []relation {
	p := s.entry(f)
	if p.base.op != OpFn || p.base.fn != nil {
		return nil
	}
	u := p.base.args[0]
	one := s.ones(f)
	square := func(name string) *Expr { return s.raised(s.Fn(name, u), s.Int(2)) }
	switch {
	case p.base.name == "cos" && p.exponent.IsInt(2):
		return []relation{
			{ratOne, square("sin"), one},
			{ratNeg, square("sin"), s.Fn("cos", s.Add(u, u))},
			{ratNeg, one, s.Neg(square("sin"))},
			{big.NewRat(-1, 2), one, s.Times(ratHalf, s.Fn("cos", s.Add(u, u)))},
		}
	case p.base.name == "sin" && p.exponent.IsInt(2):
		return []relation{
			{ratNeg, one, s.Neg(square("cos"))},
			{big.NewRat(-1, 2), one, s.Times(big.NewRat(-1, 2), s.Fn("cos", s.Add(u, u)))},
		}
	case p.base.name == "cos" && p.exponent.IsInt(-2):
		return []relation{{ratNeg, one, square("tan")}}
	case !p.exponent.IsInt(1):
		return nil
	}
	v := s.Neg(u)
	switch p.base.name {
	case "sigmoid":
		rs := []relation{{ratOne, s.Fn("sigmoid", v), one}}
		if s.cost(v) <= s.cost(u) {
			rs = append(rs, relation{ratNeg, one, s.Neg(s.Fn("sigmoid", v))})
		}
		return rs
	case "relu":
		return []relation{
			{ratNeg, s.Fn("relu", v), u},
			{ratOne, s.Fn("relu", v), s.Fn("abs", u)},
			{ratNeg, u, s.Fn("relu", v)},
		}
	case "step":
		return []relation{{ratNeg, s.Fn("step", v), s.Fn("sign", u)}}
	case "softplus":
		return []relation{{ratNeg, s.Fn("softplus", v), u}, {ratNeg, u, s.Fn("softplus", v)}}
	}
	return nil
}
