package data

import (
	"math"
	"math/bits"
)

const (
	maxExact = 22 // the largest e for which a float64 is 10^e exactly
	maxPow5  = 27 // and for which a uint64 has room for 5^e
)

var exact10 = [maxExact + 1]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

var pow5 = func() (p [maxPow5 + 1]uint64) {
	p[0] = 1
	for i := range maxPow5 {
		p[i+1] = 5 * p[i]
	}
	return p
}()

// decimal returns m·10^e, correctly rounded, unless |e| is too large for it.
func decimal(m uint64, e int) (x float64, ok bool) {
	switch {
	case m < 1<<53 && -maxExact <= e && e < 0: // both operands are exact: one rounding
		return float64(m) / exact10[-e], true
	case m < 1<<53 && 0 <= e && e <= maxExact:
		return float64(m) * exact10[e], true
	case -maxPow5 <= e && e < 0:
		return dividePow5(m, -e), true
	case 0 <= e && e <= maxPow5:
		return multiplyPow5(m, e), true
	}
	return 0, false
}

// multiplyPow5 returns m·10^e = (m·5^e)·2^e, correctly rounded: it takes the
// first 64 bits of the product, and sets the last of them if others follow. It
// is behind the place where float64 rounds, so it tells a tie from what is more.
func multiplyPow5(m uint64, e int) float64 {
	hi, lo := bits.Mul64(m, pow5[e])
	if hi == 0 {
		return timesPow2(lo, e)
	}
	zeros := bits.LeadingZeros64(hi)
	first := hi<<zeros | lo>>(64-zeros)
	if lo<<zeros != 0 {
		first |= 1
	}
	return timesPow2(first, e+64-zeros)
}

// dividePow5 returns m·10^-e = (m/5^e)·2^-e, correctly rounded, like multiplyPow5.
func dividePow5(m uint64, e int) float64 {
	if m == 0 {
		return 0
	}
	d := pow5[e]
	mZeros, dZeros := bits.LeadingZeros64(m), bits.LeadingZeros64(d)
	m, d = m<<mZeros, d<<dZeros
	q, rest := bits.Div64(m>>1, m<<63, d) // m·2^63/d has 63 bits at least
	if rest != 0 {
		q |= 1
	}
	return timesPow2(q, dZeros-mZeros-63-e)
}

// timesPow2 returns float64(m)·2^e, where that is far from the limits of float64.
func timesPow2(m uint64, e int) float64 {
	return float64(m) * math.Float64frombits(uint64(e+1023)<<52)
}
