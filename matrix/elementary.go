package matrix

import (
	"math"
	"unsafe"
)

// The elementary functions are ours because those of package math give other
// bits on other machines. They are computed in float64; float32 is the result
// rounded, with fewer terms where that is enough. Except for Sin and Cos of huge
// arguments they are straight lines of +, -, ·, /, FMA and operations on bits,
// with one division at most and nothing but selects for branches, so that vector
// instructions can follow them step by step and give the same bits. A product is
// added to something by FMA, or after a conversion that rounds it: the compiler
// has nothing to fuse.
//
// The polynomials are minimax fits (in 160 bits or more, coefficients then
// rounded to float64), their errors stated where they stand. The errors stated
// for the functions are the largest found against math/big at four million
// arguments each (go test -run ElementaryError -points 4000000), in float64; in
// float32 they are below 0.505 ulp.

// Exp returns eˣ. Exp(+Inf) = +Inf, Exp(-Inf) = 0, Exp(NaN) = NaN; it is +Inf
// above 709.79 and 0 below -745.14. Error: 0.92 ulp.
func Exp[T Float](x T) T {
	if unsafe.Sizeof(x) == 4 {
		return T(exp32(float64(x)))
	}
	return T(exp(float64(x)))
}

// Expm1 returns eˣ - 1, accurate also when x is near 0. Expm1(±0) = ±0,
// Expm1(+Inf) = +Inf, Expm1(-Inf) = -1, Expm1(NaN) = NaN. Error: 1.27 ulp.
func Expm1[T Float](x T) T {
	if unsafe.Sizeof(x) == 4 {
		return T(expm132(float64(x)))
	}
	return T(expm1(float64(x)))
}

// Log returns the natural logarithm of x. Log(0) = -Inf, Log(x < 0) = NaN,
// Log(+Inf) = +Inf, Log(NaN) = NaN. Error: 0.70 ulp.
func Log[T Float](x T) T { return T(log(float64(x))) }

// Log1p returns log(1 + x), accurate also when x is near 0. Log1p(±0) = ±0,
// Log1p(-1) = -Inf, Log1p(x < -1) = NaN, Log1p(+Inf) = +Inf, Log1p(NaN) = NaN.
// Error: 0.73 ulp.
func Log1p[T Float](x T) T { return T(log1p(float64(x))) }

// Tanh returns the hyperbolic tangent of x, an odd function. Tanh(±0) = ±0,
// Tanh(±Inf) = ±1, Tanh(NaN) = NaN. Error: 1.68 ulp.
func Tanh[T Float](x T) T {
	if unsafe.Sizeof(x) == 4 {
		return T(tanh32(float64(x)))
	}
	return T(tanh(float64(x)))
}

// Sigmoid returns 1/(1 + e⁻ˣ). Sigmoid(+Inf) = 1, Sigmoid(-Inf) = 0,
// Sigmoid(NaN) = NaN; its lower tail is as precise as that of Exp. Error: 1.67 ulp.
func Sigmoid[T Float](x T) T {
	if unsafe.Sizeof(x) == 4 {
		return T(sigmoid32(float64(x)))
	}
	return T(sigmoid(float64(x)))
}

// Softplus returns log(1 + eˣ), whose derivative is Sigmoid.
// Softplus(+Inf) = +Inf, Softplus(-Inf) = 0, Softplus(NaN) = NaN; its lower
// tail is as precise as that of Exp. Error: 1.46 ulp.
func Softplus[T Float](x T) T { return T(softplus(float64(x))) }

// Sin returns the sine of x in radians, for every finite x. Sin(±0) = ±0,
// Sin(±Inf) = NaN, Sin(NaN) = NaN. Error: 0.74 ulp.
func Sin[T Float](x T) T { return T(sinQuarter(float64(x), 0)) }

// Cos returns the cosine of x in radians, for every finite x. Cos(±Inf) = NaN,
// Cos(NaN) = NaN. Error: 0.73 ulp.
func Cos[T Float](x T) T { return T(sinQuarter(float64(x), 1)) }

// PowInt returns xⁿ, by squaring, and x⁰ = 1 for every x. A negative n gives
// 1/x⁻ⁿ, which is 0 when x⁻ⁿ overflows. Error: about |n|/2 ulp.
func PowInt[T Float](x T, n int) T { return T(powInt(float64(x), n)) }

// roundShift rounds a number below 2⁵¹ to an integer: x + roundShift has no
// bits behind the point, and the integer stands in its low bits.
const (
	roundShift     = 0x1.8p52
	roundShiftBits = 0x4338 << 48
)

const (
	log2E = 0x1.71547652b82fep+0  // 1/ln 2
	ln2Hi = 0x1.62e42fefa39efp-1  // ln 2 rounded
	ln2Lo = 0x1.abc9e3b39803fp-56 // ln 2 - ln2Hi
)

// expSplit splits eˣ = 2ⁿ·(1 + r + r²·p), where r = x - n·ln 2 is at most ln(2)/2
// and rHi is r without n·ln2Lo. n is a two's complement number, fn the same n.
func expSplit(x float64) (n uint64, fn, rHi, r, p float64) {
	shifted := math.FMA(x, log2E, roundShift)
	fn = shifted - roundShift
	rHi = math.FMA(-fn, ln2Hi, x) // exact
	r = math.FMA(-fn, ln2Lo, rHi)

	// (eʳ - 1 - r)/r², with an error of 2⁻⁵⁵ of (eʳ - 1)/r².
	p = math.FMA(2.5112745413711127e-08, r, 2.7622281372569676e-07)
	p = math.FMA(p, r, 2.7557233890408394e-06)
	p = math.FMA(p, r, 2.4801516210684324e-05)
	p = math.FMA(p, r, 0.00019841269895756362)
	p = math.FMA(p, r, 0.0013888888920616349)
	p = math.FMA(p, r, 0.00833333333331829)
	p = math.FMA(p, r, 0.04166666666661973)
	p = math.FMA(p, r, 0.1666666666666668)
	p = math.FMA(p, r, 0.5)
	return math.Float64bits(shifted) - roundShiftBits, fn, rHi, r, p
}

func exp(x float64) float64 {
	// Far enough for the result to overflow or to vanish; NaN passes.
	if x > 710 {
		x = 710
	}
	if x < -746 {
		x = -746
	}
	n, _, _, r, p := expSplit(x)
	y := math.FMA(math.FMA(p, r, 1), r, 1)

	// 2ⁿ in two factors, for n may be beyond the exponents there are. Only
	// the second product can be subnormal and round.
	n += 2 * 1023
	half := n / 2
	y *= math.Float64frombits(half << 52)
	return float64(y * math.Float64frombits((n-half)<<52))
}

// expm1Scaled returns e = (eˣ - 1)/2ⁿ and u = 2⁻ⁿ for |x| < 45.
func expm1Scaled(x float64) (e, u float64) {
	n, fn, rHi, r, p := expSplit(x)
	u = math.Float64frombits((1023 - n) << 52)

	// e = (1 - u) + r + r²·p. What rounding takes from hi is what of rHi is
	// not in it, since 1 - u is 0 or larger than rHi.
	hi := (1 - u) + rHi
	lo := math.FMA(-fn, ln2Lo, rHi-(hi-(1-u)))
	return hi + math.FMA(r*r, p, lo), u
}

func expm1(x float64) float64 {
	e, u := expm1Scaled(max(-40, min(x, 40))) // NaN passes
	y := e / u
	if x > 40 {
		y = exp(x) // the 1 is lost in rounding
	}
	if x < -40 {
		y = -1
	}
	return math.Copysign(y, x)
}

// tanh x = (exp(2|x|) - 1)/(exp(2|x|) + 1) = e/(e + 2u). From 19.07 on it is 1.
func tanh(x float64) float64 {
	e, u := expm1Scaled(2 * min(math.Abs(x), 20)) // NaN passes
	y := e / (e + (u + u))
	if u >= 0.5 {
		// Near 0 the rounding of e + 2u matters less in tanh x = h·(1 - tanh x)
		// with h = e/2u. For u = 1 and 1/2, 1/2u is 1.5 - u.
		h := e * (1.5 - u)
		y = math.FMA(-h, y, h)
	}
	return math.Copysign(y, x)
}

// sigmoid x = 1 - q or e - e·q, where e = exp(-|x|) cannot overflow and
// q = e/(1 + e).
func sigmoid(x float64) float64 {
	e := exp(-math.Abs(x))
	q := e / (1 + e)
	if x > 0 {
		e = 1
	}
	return math.FMA(-e, q, e)
}

// The same for arguments and results in float32. p has an error of 2⁻³² of
// (eʳ - 1)/r², no sum needs its lost bits, and nothing leaves float64's range.

func expSplit32(x float64) (n uint64, r, p float64) {
	shifted := math.FMA(x, log2E, roundShift)
	r = math.FMA(-(shifted - roundShift), ln2Hi, x)
	p = math.FMA(0.00019911809827034992, r, 0.0013941032891182513)
	p = math.FMA(p, r, 0.008333277297746267)
	p = math.FMA(p, r, 0.04166635417649858)
	p = math.FMA(p, r, 0.16666666799207314)
	p = math.FMA(p, r, 0.5000000046631373)
	return math.Float64bits(shifted) - roundShiftBits, r, p
}

func exp32(x float64) float64 {
	n, r, p := expSplit32(max(-200, min(x, 200))) // NaN passes
	y := math.FMA(math.FMA(p, r, 1), r, 1)
	return math.Float64frombits(math.Float64bits(y) + n<<52)
}

func expm1Scaled32(x float64) (e, u float64) {
	n, r, p := expSplit32(x)
	u = math.Float64frombits((1023 - n) << 52)
	return (1 - u) + math.FMA(r*r, p, r), u
}

func expm132(x float64) float64 {
	e, u := expm1Scaled32(max(-200, min(x, 200)))
	return math.Copysign(e/u, x)
}

func tanh32(x float64) float64 {
	e, u := expm1Scaled32(2 * min(math.Abs(x), 20))
	return math.Copysign(e/(e+(u+u)), x)
}

func sigmoid32(x float64) float64 {
	e := exp32(-math.Abs(x))
	y := e
	if x > 0 {
		y = 1
	}
	return y / (1 + e)
}

// softplus x = max(x, 0) + log(1 + e), where e = exp(-|x|) cannot overflow.
func softplus(x float64) float64 {
	relu := 0.0
	if x > 0 {
		relu = x
	}
	return relu + log1p(exp(-math.Abs(x)))
}

const (
	oneBits      = 1023 << 52
	sqrtHalfBits = 0x3fe6a09e667f3bcd // of sqrt(1/2)
	mantissa     = 1<<52 - 1

	ln2A = 0x1.62e42fefa38p-1   // the first 42 bits of ln 2: k·ln2A is exact
	ln2B = 0x1.ef35793c7673p-45 // ln 2 - ln2A
)

// logSplit splits a normal x = 2ᵏ·(1 + f) with 1 + f in [sqrt(1/2), sqrt(2)),
// where k = biased - 1023.
func logSplit(x float64) (biased uint64, f float64) {
	u := math.Float64bits(x) + (oneBits - sqrtHalfBits)
	return u >> 52, math.Float64frombits(u&mantissa+sqrtHalfBits) - 1
}

// logSum returns k·ln 2 + log(1 + f + 2c), where c is less than the last bit
// of 1 + f.
func logSum(k, f, c float64) float64 {
	// log(1 + f) = log((1 + s)/(1 - s)) = 2s + s·R = f - f²/2 + s·(f²/2 + R)
	// with R = 2s²/3 + 2s⁴/5 + …; the polynomial is R/s², with an error that
	// is 2⁻⁵⁹ of the logarithm.
	s := f / (2 + f)
	z := s * s
	p := math.FMA(0.14795738972964623, z, 0.15314075345745226)
	p = math.FMA(p, z, 0.18183563176372872)
	p = math.FMA(p, z, 0.22222198599817328)
	p = math.FMA(p, z, 0.28571428742067245)
	p = math.FMA(p, z, 0.39999999999416536)
	p = math.FMA(p, z, 0.6666666666666734)

	// hi + lo = k·ln 2 + f, and 2c/(1 + f), where 1 - f + f² is near enough
	// to 1/(1 + f).
	kA := float64(k * ln2A)
	hi := kA + f
	lo := math.FMA(k, ln2B, f-(hi-kA))
	lo = math.FMA(c, math.FMA(f, math.FMA(f, 2, -2), 2), lo)

	h := 0.5 * f
	return hi + math.FMA(-h, f, math.FMA(s, math.FMA(z, p, h*f), lo))
}

func log(x float64) float64 {
	y, k := x, -1023.0
	if x < 0x1p-1022 { // subnormal
		y, k = x*0x1p54, -1023-54
	}
	biased, f := logSplit(y)
	l := logSum(k+float64(biased), f, 0)
	switch {
	case x == 0:
		l = math.Inf(-1)
	case !(x > 0):
		l = math.NaN()
	case x > math.MaxFloat64:
		l = x
	}
	return l
}

func log1p(x float64) float64 {
	// 1 + x = u + c exactly.
	u := 1 + x
	v := u - 1
	c := (1 - (u - v)) + (x - v)
	biased, f := logSplit(u)
	c *= math.Float64frombits((2047-biased)<<52) * 0.25 // c·2⁻ᵏ/2
	if biased == 1023 {                                 // k = 0: then f is x itself
		f, c = x, 0
	}
	l := logSum(float64(biased)-1023, f, c)
	switch {
	case x == 0:
		l = x // -0 stays -0
	case x == -1:
		l = math.Inf(-1)
	case !(x > -1):
		l = math.NaN()
	case x > math.MaxFloat64:
		l = x
	}
	return l
}

func powInt(x float64, n int) float64 {
	y, m := 1.0, uint(n)
	if n < 0 {
		m = -m
	}
	for ; m > 0; m >>= 1 {
		if m&1 == 1 {
			y = float64(y * x)
		}
		x *= x
	}
	if n < 0 {
		return 1 / y
	}
	return y
}
