package main

import "math"

// The elementary functions of package matrix (elementary.go there says how they
// work), step by step and in its letters.

// unary is a kernel y = T(f(x)), f in float64.
func unary(name string, f func(m *machine, x value) value) kernel {
	return kernel{name: name, out: []int{0}, in: []int{1}, viaFloat64: true, f: func(m *machine, x, s []value) []value {
		return []value{m.narrow(f(m, m.widen(x[0])))}
	}}
}

func elementaryKernels() []kernel {
	return []kernel{
		unary("exp", (*machine).exp),
		unary("expm1", (*machine).expm1),
		unary("log", (*machine).log),
		unary("log1p", (*machine).log1p),
		unary("tanh", (*machine).tanh),
		unary("sigmoid", (*machine).sigmoid),
		unary("softplus", (*machine).softplus),
	}
}

const (
	roundShift     = 0x1.8p52
	roundShiftBits = 0x4338 << 48

	log2E = 0x1.71547652b82fep+0
	ln2Hi = 0x1.62e42fefa39efp-1
	ln2Lo = 0x1.abc9e3b39803fp-56
)

// expSplit returns n with roundShiftBits added, r and t.
func (m *machine) expSplit(x value) (n, r, t value) {
	n = m.fma(x, m.f(log2E), m.f(roundShift))
	fn := m.sub(n, m.f(roundShift))
	rHi := m.fnma(fn, m.f(ln2Hi), x)
	r = m.fnma(fn, m.f(ln2Lo), rHi)
	rLo := m.fnma(fn, m.f(ln2Lo), m.sub(rHi, r))
	rLo = m.fma(r, rLo, rLo)
	p := m.horner(r,
		2.092371452607301e-09, 2.5108985503031323e-08, 2.7557245726246575e-07, 2.7557244364316864e-06,
		2.4801587355938614e-05, 0.00019841269885960302, 0.001388888888887023, 0.008333333333321705,
		0.04166666666666669, 0.16666666666666677, 0.5)
	return n, r, m.fma(m.mul(r, r), p, rLo)
}

func (m *machine) exp(x value) value {
	x = m.min(m.f(710), x)
	x = m.max(m.f(-746), x)
	return m.expOf(m.expSplit(x))
}

func (m *machine) expOf(n, r, t value) value {
	y := m.add(r, m.f(1))
	y = m.add(y, m.add(m.sub(r, m.sub(y, m.f(1))), t))
	n = m.addInt(n, m.bits(1<<64-roundShiftBits+2*1023))
	half := m.shiftRight(n, 1)
	y = m.mul(y, m.shiftLeft(half, 52))
	return m.mul(y, m.shiftLeft(m.subInt(n, half), 52))
}

func (m *machine) expm1Parts(n, r, t value) (e, eLo value) {
	s := m.shiftLeft(m.addInt(n, m.bits(1023)), 52) // what roundShiftBits adds to n is shifted out
	sr := m.mul(s, r)
	s1 := m.sub(s, m.f(1))
	hi := m.add(s1, sr)
	lo := m.fma(s, t, m.sub(sr, m.sub(hi, s1)))
	e = m.add(hi, lo)
	return e, m.sub(lo, m.sub(e, hi))
}

// expm1 splits once for exp and expm1Parts, whose ranges follow each other.
func (m *machine) expm1(x value) value {
	clipped := m.min(m.f(710), x)
	clipped = m.max(m.f(-40), clipped)
	n, r, t := m.expSplit(clipped)
	y, _ := m.expm1Parts(n, r, t)
	y = m.choose(m.compare(x, greater, m.f(40)), m.expOf(n, r, t), y)
	y = m.choose(m.compare(x, less, m.f(-40)), m.f(-1), y)
	return m.copysign(y, x)
}

func (m *machine) tanh(x value) value {
	a := m.min(m.f(18.7), m.abs(x))
	e, eLo := m.expm1Parts(m.expSplit(m.add(a, a)))
	d := m.add(e, m.f(2))
	dLo := m.add(m.sub(e, m.sub(d, m.f(2))), eLo)
	y := m.div(e, d)
	rem := m.fnma(y, dLo, m.add(m.fnma(y, d, e), eLo))
	y = m.fma(rem, m.fma(y, m.f(-0.5), m.f(0.5)), y)
	y = m.choose(m.compare(m.abs(x), greater, m.f(19.061547465398498)), m.f(1), y)
	return m.copysign(y, x)
}

func (m *machine) sigmoid(x value) value {
	e, q := m.sigmoidParts(x)
	return m.sigmoidWhere(m.compare(x, greater, m.f(0)), e, q)
}

func (m *machine) sigmoidParts(x value) (e, q value) {
	e = m.exp(m.minusAbs(x))
	return e, m.div(e, m.add(e, m.f(1)))
}

func (m *machine) sigmoidWhere(positive condition, e, q value) value {
	e = m.choose(positive, m.f(1), e)
	return m.fnma(e, q, e)
}

func (m *machine) softplus(x value) value {
	relu := m.max(x, m.f(0))
	return m.add(relu, m.log1p(m.exp(m.minusAbs(x))))
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
	u := m.add(x, m.f(1))
	v := m.sub(u, m.f(1))
	c := m.add(m.sub(m.f(1), m.sub(u, v)), m.sub(x, v))
	biased, number, f := m.logSplit(u)
	c = m.mul(c, m.mul(m.shiftLeft(m.subInt(m.bits(2047), biased), 52), m.f(0.25)))
	k := m.sub(number, m.f(1023))
	same := m.compare(k, equal, m.f(0))
	f = m.choose(same, x, f)
	c = m.choose(same, m.f(0), c)
	l := m.logSum(k, f, &c)
	l = m.logEnds(l, x, -1)
	return m.choose(m.compare(x, equal, m.f(0)), x, l)
}

// logEnds puts in what l is for +Inf, at the pole, and left of it.
func (m *machine) logEnds(l, x value, pole float64) value {
	l = m.choose(m.compare(x, greater, m.f(math.MaxFloat64)), x, l)
	l = m.choose(m.compare(x, greater, m.f(pole)), l, m.f(math.NaN()))
	return m.choose(m.compare(x, equal, m.f(pole)), m.f(math.Inf(-1)), l)
}
