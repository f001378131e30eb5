package main

import "math"

// The elementary functions of package matrix (elementary.go there says how they
// work), step by step and in its letters.

// function is an elementary function of a float64, for results in float64 and for
// those that are rounded to float32.
type function struct {
	double, single func(m *machine, x value) value
}

var (
	expFunction      = function{(*machine).exp, (*machine).exp32}
	expm1Function    = function{(*machine).expm1, (*machine).expm132}
	logFunction      = function{(*machine).log, (*machine).log}
	log1pFunction    = function{(*machine).log1p, (*machine).log1p}
	tanhFunction     = function{(*machine).tanh, (*machine).tanh32}
	sigmoidFunction  = function{(*machine).sigmoid, (*machine).sigmoid32}
	softplusFunction = function{(*machine).softplus, (*machine).softplus}
)

// rounded returns f of x in the type of the arrays.
func (m *machine) rounded(f function, x value) value {
	if m.elem == 4 {
		return m.narrow(f.single(m, m.widen(x)))
	}
	return f.double(m, x)
}

func elementaryKernels() []kernel {
	unary := func(name string, f function) kernel {
		return mixed(name, 1, 0, func(m *machine, x, s []value) value { return m.rounded(f, x[0]) })
	}
	return []kernel{
		unary("exp", expFunction),
		unary("expm1", expm1Function),
		unary("log", logFunction),
		unary("log1p", log1pFunction),
		unary("tanh", tanhFunction),
		unary("sigmoid", sigmoidFunction),
		unary("softplus", softplusFunction),
	}
}

const (
	roundShift = 0x1.8p52

	log2E = 0x1.71547652b82fep+0
	ln2Hi = 0x1.62e42fefa39efp-1
	ln2Lo = 0x1.abc9e3b39803fp-56
)

// expSplit is n with the bits of roundShift added, fn, rHi, r and p.
type expSplit struct{ n, fn, rHi, r, p value }

func (m *machine) expSplit(x value) (s expSplit) {
	s.n = m.fma(x, m.f(log2E), m.f(roundShift))
	s.fn = m.sub(s.n, m.f(roundShift))
	s.rHi = m.fnma(s.fn, m.f(ln2Hi), x)
	s.r = m.fnma(s.fn, m.f(ln2Lo), s.rHi)
	s.p = m.horner(s.r,
		2.5112745413711127e-08, 2.7622281372569676e-07, 2.7557233890408394e-06, 2.4801516210684324e-05,
		0.00019841269895756362, 0.0013888888920616349, 0.00833333333331829, 0.04166666666661973,
		0.1666666666666668, 0.5)
	return s
}

// expSplit32 is expSplit for float32, without rHi.
func (m *machine) expSplit32(x value) (s expSplit) {
	s.n = m.fma(x, m.f(log2E), m.f(roundShift))
	s.fn = m.sub(s.n, m.f(roundShift))
	s.r = m.fnma(s.fn, m.f(ln2Hi), x)
	s.p = m.horner(s.r,
		0.00019911809827034992, 0.0013941032891182513, 0.008333277297746267,
		0.04166635417649858, 0.16666666799207314, 0.5000000046631373)
	return s
}

// power returns 2ⁿ, or 2⁻ⁿ for sign -1. What roundShift adds to n is shifted out.
func (m *machine) power(n value, sign int) value {
	if sign < 0 {
		return m.shiftLeft(m.subInt(m.bits(1023), n), 52)
	}
	return m.shiftLeft(m.addInt(n, m.bits(1023)), 52)
}

func (m *machine) exp(x value) value { return m.expNegative(m.min(m.f(710), x)) }

// expNegative is exp for x ≤ 0, or at most 710.
func (m *machine) expNegative(x value) value {
	return m.expOf(m.expSplit(m.max(m.f(-746), x)))
}

func (m *machine) expOf(s expSplit) value {
	y := m.fma(m.fma(s.p, s.r, m.f(1)), s.r, m.f(1))
	if m.avx512 {
		return m.scale(y, s.fn) // as below, with one rounding
	}
	const shiftBits = 0x4338 << 48 // of roundShift
	n := m.addInt(s.n, m.bits(1<<64-shiftBits+2*1023))
	half := m.shiftRight(n, 1)
	y = m.mul(y, m.shiftLeft(half, 52))
	return m.mul(y, m.shiftLeft(m.subInt(n, half), 52))
}

func (m *machine) exp32(x value) value {
	x = m.max(m.f(-200), m.min(m.f(200), x))
	s := m.expSplit32(x)
	y := m.fma(m.fma(s.p, s.r, m.f(1)), s.r, m.f(1))
	return m.addInt(y, m.shiftLeft(s.n, 52))
}

func (m *machine) expm1Scaled(s expSplit) (e, u value) {
	u = m.power(s.n, -1)
	first := m.sub(m.f(1), u)
	hi := m.add(first, s.rHi)
	lo := m.fnma(s.fn, m.f(ln2Lo), m.sub(s.rHi, m.sub(hi, first)))
	return m.add(hi, m.fma(m.mul(s.r, s.r), s.p, lo)), u
}

func (m *machine) expm1Scaled32(s expSplit) (e, u value) {
	u = m.power(s.n, -1)
	return m.add(m.sub(m.f(1), u), m.fma(m.mul(s.r, s.r), s.p, s.r)), u
}

// expm1 splits once for exp and expm1Scaled, whose ranges follow each other.
func (m *machine) expm1(x value) value {
	s := m.expSplit(m.max(m.f(-40), m.min(m.f(710), x)))
	e, _ := m.expm1Scaled(s)
	y := m.mul(e, m.power(s.n, 1))
	y = m.choose(m.compare(x, greater, m.f(40)), m.expOf(s), y)
	y = m.choose(m.compare(x, less, m.f(-40)), m.f(-1), y)
	return m.copysign(y, x)
}

func (m *machine) expm132(x value) value {
	s := m.expSplit32(m.max(m.f(-200), m.min(m.f(200), x)))
	e, _ := m.expm1Scaled32(s)
	return m.copysign(m.mul(e, m.power(s.n, 1)), x)
}

func (m *machine) tanh(x value) value {
	a := m.min(m.f(20), m.abs(x))
	e, u := m.expm1Scaled(m.expSplit(m.add(a, a)))
	y := m.div(e, m.add(e, m.add(u, u)))
	h := m.mul(e, m.sub(m.f(1.5), u))
	y = m.choose(m.compare(u, less, m.f(0.5)), y, m.fnma(h, y, h))
	return m.or(y, m.and(x, m.bits(signBit)))
}

func (m *machine) tanh32(x value) value {
	a := m.min(m.f(20), m.abs(x))
	e, u := m.expm1Scaled32(m.expSplit32(m.add(a, a)))
	return m.or(m.div(e, m.add(e, m.add(u, u))), m.and(x, m.bits(signBit)))
}

func (m *machine) sigmoid(x value) value {
	e, q := m.sigmoidParts(x)
	return m.sigmoidWhere(m.compare(x, greater, m.f(0)), e, q)
}

func (m *machine) sigmoidParts(x value) (e, q value) {
	e = m.expNegative(m.minusAbs(x))
	return e, m.div(e, m.add(e, m.f(1)))
}

func (m *machine) sigmoidWhere(positive condition, e, q value) value {
	e = m.choose(positive, m.f(1), e)
	return m.fnma(e, q, e)
}

func (m *machine) sigmoid32(x value) value {
	e := m.exp32(m.minusAbs(x))
	return m.div(m.choose(m.compare(x, greater, m.f(0)), m.f(1), e), m.add(e, m.f(1)))
}

func (m *machine) softplus(x value) value {
	relu := m.max(x, m.f(0))
	return m.add(relu, m.log1pPositive(m.expNegative(m.minusAbs(x))))
}

const (
	oneBits      = 1023 << 52
	sqrtHalfBits = 0x3fe6a09e667f3bcd
	mantissa     = 1<<52 - 1

	ln2A = 0x1.62e42fefa38p-1
	ln2B = 0x1.ef35793c7673p-45
)

// logSplit returns the biased exponent as an integer and as a number, and f.
func (m *machine) logSplit(x value) (biased, number, f value) {
	u := m.addInt(x, m.bits(oneBits-sqrtHalfBits))
	biased = m.shiftRight(u, 52)
	number = m.sub(m.or(biased, m.f(0x1p52)), m.f(0x1p52))
	f = m.sub(m.addInt(m.and(u, m.bits(mantissa)), m.bits(sqrtHalfBits)), m.f(1))
	return biased, number, f
}

// logSum takes no c where it is 0.
func (m *machine) logSum(k, f value, c *value) value {
	s := m.div(f, m.add(f, m.f(2)))
	z := m.mul(s, s)
	p := m.horner(z,
		0.14795738972964623, 0.15314075345745226, 0.18183563176372872, 0.22222198599817328,
		0.28571428742067245, 0.39999999999416536, 0.6666666666666734)
	kA := m.mul(k, m.f(ln2A))
	hi := m.add(kA, f)
	lo := m.fma(k, m.f(ln2B), m.sub(f, m.sub(hi, kA)))
	if c != nil {
		lo = m.fma(*c, m.horner(f, 2, -2, 2), lo)
	}
	h := m.mul(f, m.f(0.5))
	return m.add(hi, m.fnma(h, f, m.fma(s, m.fma(z, p, m.mul(h, f)), lo)))
}

func (m *machine) log(x value) value {
	subnormal := m.compare(x, less, m.f(0x1p-1022))
	y := m.choose(subnormal, m.mul(x, m.f(0x1p54)), x)
	k := m.choose(subnormal, m.f(-1023-54), m.f(-1023))
	_, number, f := m.logSplit(y)
	l := m.logSum(m.add(k, number), f, nil)
	return m.logEnds(l, x, 0)
}

func (m *machine) log1p(x value) value {
	l := m.logEnds(m.log1pPositive(x), x, -1)
	return m.choose(m.compare(x, equal, m.f(0)), x, l)
}

// log1pPositive is log1p for finite x ≥ 0, and for NaN.
func (m *machine) log1pPositive(x value) value {
	u := m.add(x, m.f(1))
	v := m.sub(u, m.f(1))
	c := m.add(m.sub(m.f(1), m.sub(u, v)), m.sub(x, v))
	biased, number, f := m.logSplit(u)
	c = m.mul(c, m.mul(m.shiftLeft(m.subInt(m.bits(2047), biased), 52), m.f(0.25)))
	k := m.sub(number, m.f(1023))
	same := m.compare(k, equal, m.f(0))
	f = m.choose(same, x, f)
	c = m.choose(same, m.f(0), c)
	return m.logSum(k, f, &c)
}

// logEnds puts in what l is for +Inf, at the pole, and left of it.
func (m *machine) logEnds(l, x value, pole float64) value {
	l = m.choose(m.compare(x, greater, m.f(math.MaxFloat64)), x, l)
	l = m.choose(m.compare(x, greater, m.f(pole)), l, m.f(math.NaN()))
	return m.choose(m.compare(x, equal, m.f(pole)), m.f(math.Inf(-1)), l)
}
