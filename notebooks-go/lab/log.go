package lab

import "math"

// numpy takes its normal deviates from the logarithm of the C library, whose
// error is a hair over half a unit in the last place: it is nearly always the
// exact logarithm, correctly rounded. To have numpy's bits, log below is
// correctly rounded, too. It works with sums hi + lo of two float64 numbers,
// |lo| ≤ ½ ulp of hi, which hold about 106 bits.
type double struct{ hi, lo float64 }

// fastSum returns a + b exactly, if |a| ≥ |b| or a = 0 (Dekker).
func fastSum(a, b float64) double {
	s := a + b
	return double{s, b - (s - a)}
}

// exactSum returns a + b exactly (Knuth).
func exactSum(a, b float64) double {
	s := a + b
	t := s - a
	return double{s, (a - (s - t)) + (b - t)}
}

// exactProduct returns a·b exactly.
func exactProduct(a, b float64) double {
	p := float64(a * b)
	return double{p, math.FMA(a, b, -p)}
}

func (x double) plus(y double) double {
	s, t := exactSum(x.hi, y.hi), exactSum(x.lo, y.lo)
	s = fastSum(s.hi, s.lo+t.hi)
	return fastSum(s.hi, s.lo+t.lo)
}

func (x double) times(y double) double {
	p := exactProduct(x.hi, y.hi)
	return fastSum(p.hi, p.lo+math.FMA(x.hi, y.lo, float64(x.lo*y.hi)))
}

// over returns x/y: two steps of long division, the remainders exact.
func (x double) over(y double) double {
	q1 := x.hi / y.hi
	r := x.plus(y.times(double{-q1, 0}))
	q2 := r.hi / y.hi
	r = r.plus(y.times(double{-q2, 0}))
	q := fastSum(q1, q2)
	return fastSum(q.hi, q.lo+r.hi/y.hi)
}

// twiceAtanh returns log((1+s)/(1-s)) = 2s(1 + s²/3 + s⁴/5 + …), taking the
// given number of terms.
func twiceAtanh(s double, terms int) double {
	square := s.times(s)
	sum := double{}
	for n := terms - 1; n > 0; n-- {
		term := double{1, 0}.over(double{float64(2*n + 1), 0})
		sum = square.times(sum.plus(term))
	}
	sum = sum.plus(double{1, 0})
	return double{2 * s.hi, 2 * s.lo}.times(sum)
}

// logTable[i] is log(i/64), for the i that a number from √½ to √2 can be near
// to; ln2 is log 2.
var logTable, ln2 = func() (table [92]double, ln2 double) {
	log := func(x float64) double { // (1+s)/(1-s) = x; |s| ≤ 1/3 up to x = 2
		return twiceAtanh(double{x - 1, 0}.over(double{x + 1, 0}), 40)
	}
	for i := 44; i < len(table); i++ {
		table[i] = log(float64(i) / 64)
	}
	return table, log(2)
}()

// log returns the natural logarithm of a positive number, correctly rounded
// (but for one argument in 10¹³ or so, whose logarithm is so near to the middle
// between two float64 numbers that 100 bits do not tell on which side).
//
// x = 2ᵏ·f with f from √½ to √2, and with c = i/64 next to f and
// s = (f-c)/(f+c), log x = k·log 2 + log c + log((1+s)/(1-s)).
func log(x float64) float64 {
	f, k := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f, k = 2*f, k-1
	}
	i := int(f*64 + 0.5)
	c := float64(i) / 64
	s := double{f - c, 0}.over(exactSum(f, c)) // |s| < 1/180, so that s²⁰ < 2⁻¹⁴⁹
	y := logTable[i].plus(twiceAtanh(s, 8))
	n := double{float64(k), 0}
	return n.times(ln2).plus(y).hi
}
