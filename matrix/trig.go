package matrix

import (
	"math"
	"math/bits"
)

// The reduction of the argument and the polynomials of Sin and Cos.

// π/2 = piHalfA + piHalfB + piHalfC to 2⁻¹⁶³.
const (
	twoOverPi = 0x1.45f306dc9c883p-1
	piHalfA   = 0x1.921fb54442d18p+0
	piHalfB   = 0x1.1a62633145c07p-54
	piHalfC   = -0x1.f1976b7ed8fbcp-110
)

// sinQuarter returns sin(x + quarter·π/2).
func sinQuarter(x float64, quarter uint64) float64 {
	if x == 0 && quarter == 0 {
		return x // -0 stays -0
	}
	if math.Abs(x) < 0x1p30 {
		n, r, rLo := reduce(x)
		return sinReduced(n+quarter, r, rLo)
	}
	if x-x == 0 { // finite
		n, r, rLo := reduceHuge(x)
		return sinReduced(n+quarter, r, rLo)
	}
	return math.NaN()
}

// reduce returns r + rLo = x - n·π/2, at most π/4, and n modulo 4, for an x
// below 2³⁰ (Cody and Waite). The last bit of r is right however near x is to a
// multiple of π/2.
func reduce(x float64) (n uint64, r, rLo float64) {
	shifted := math.FMA(x, twoOverPi, roundShift)
	fn := shifted - roundShift
	a := math.FMA(-fn, piHalfA, x) // exact
	b := float64(fn * piHalfB)
	r = a - b
	v := r - a
	rLo = (a - (r - v)) - (b + v)     // what rounding took from a - b,
	rLo -= math.FMA(fn, piHalfB, -b)  // from fn·piHalfB,
	rLo = math.FMA(-fn, piHalfC, rLo) // and the third part
	return math.Float64bits(shifted), r, rLo
}

// sinReduced returns sin(n·π/2 + r + rLo) for |r| ≤ π/4.
func sinReduced(n uint64, r, rLo float64) (y float64) {
	z := r * r
	h := 0.5 * r
	if n&1 == 0 {
		// (sin r - r)/r³, with an error that is 2⁻⁵⁸ of the sine.
		p := math.FMA(1.5896886474949412e-10, z, -2.505075988937089e-08)
		p = math.FMA(p, z, 2.7557313705065234e-06)
		p = math.FMA(p, z, -0.0001984126982985337)
		p = math.FMA(p, z, 0.008333333333322486)
		p = math.FMA(p, z, -0.16666666666666632)
		y = r + math.FMA(r*z, p, math.FMA(-h*r, rLo, rLo))
	} else {
		// (cos r - 1 + r²/2)/r⁴, with an error that is 2⁻⁶⁴ of the cosine.
		p := math.FMA(-1.135991736420778e-11, z, 2.0875728994877744e-09)
		p = math.FMA(p, z, -2.755731439926927e-07)
		p = math.FMA(p, z, 2.4801587289666912e-05)
		p = math.FMA(p, z, -0.001388888888887447)
		p = math.FMA(p, z, 0.0416666666666666)
		y = math.FMA(-h, r, 1)
		y += math.FMA(-h, r, 1-y) + math.FMA(z*z, p, -float64(r*rLo))
	}
	if n&2 != 0 {
		y = -y
	}
	return y
}

// reduceHuge is reduce for any finite x from 2³⁰ on, with integers (Payne and
// Hanek). With |x| = m·2ᵉ it multiplies m by 192 bits of 2/π, from the bit of
// weight 2^(1-e) on: those before it add multiples of 4 to x·2/π, those after
// it too little to matter.
func reduceHuge(x float64) (n uint64, r, rLo float64) {
	u := math.Float64bits(x)
	m := u&mantissa | 1<<52
	e := int(u>>52&0x7ff) - 1023 - 52

	first := uint(e + 62) // after the 64 zeros that begin the table
	var w [3]uint64
	for i := range w {
		at := twoOverPiBits[first/64+uint(i):]
		w[i] = at[0]<<(first%64) | at[1]>>(64-first%64)
	}
	hi1, lo1 := bits.Mul64(m, w[1])
	hi2, lo2 := bits.Mul64(m, w[2])
	f1, carry := bits.Add64(lo1, hi2, 0)
	f0 := m*w[0] + hi1 + carry

	// x·2/π is f0>>62 and, behind the point, the rest. From a half on, the
	// next multiple is nearer, from the other side.
	n = f0 >> 62
	f0, f1 = f0<<2|f1>>62, f1<<2|lo2>>62
	sign := 1.0
	if f0>>63 == 1 {
		n++
		f1, carry = bits.Sub64(0, f1, 0)
		f0, _ = bits.Sub64(0, f0, carry)
		sign = -1
	}
	if x < 0 {
		n, sign = -n, -sign
	}

	// The leading 53 bits of the fraction, and the next 64.
	zeros := uint(bits.LeadingZeros64(f0))
	f0, f1 = f0<<zeros|f1>>(64-zeros), f1<<zeros
	scale := sign * math.Float64frombits(uint64(1023-53-zeros)<<52)
	a := float64(f0>>11) * scale
	b := float64(f0<<53|f1>>11) * 0x1p-64 * scale

	r = a * piHalfA
	rLo = math.FMA(b, piHalfA, math.FMA(a, piHalfB, math.FMA(a, piHalfA, -r)))
	return n, r, rLo
}

// twoOverPiBits holds 2/π, its first word before the binary point.
var twoOverPiBits = [...]uint64{
	0, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041,
	0xfe5163abdebbc561, 0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e,
	0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b,
	0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
	0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
}
