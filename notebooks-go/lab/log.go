package lab

import (
	"math"

	"gradlab/matrix"
)

// numpy takes the logarithm under its normal deviates from the C library. That
// of glibc errs by up to 0.52 units in the last place, so that one in some
// thousand is not the nearest number to the true logarithm. To have numpy's bits
// in each draw, log takes the same steps, with the same constants (glibc since
// 2.28, x86-64 with FMA; the method and the constants are those of Szabolcs
// Nagy in Arm's Optimized Routines, copyright 2018 Arm Limited, MIT licence).

// log returns the natural logarithm of a normal positive number.
//
// x = 2ᵏ·z with z in [0.6875, 1.375), and c is a number in the middle of the one
// of 128 intervals that z lies in, so that with r = z/c - 1
//
//	log x = k·log 2 + log c + log(1+r),  |r| < 2⁻⁷.
func log(x float64) float64 {
	const (
		ln2hi, ln2lo = 0x1.62e42fefa3800p-1, 0x1.ef35793c76730p-45 // together log 2

		// log(1+r) = r + a0·r² + … + a4·r⁶
		a0, a1, a2 = -0x1.0000000000001p-1, 0x1.555555551305bp-2, -0x1.fffffffeb4590p-3
		a3, a4     = 0x1.999b324f10111p-3, -0x1.55575e506c89fp-3
	)
	if 0.9375 <= x && x < 1+0x1.09p-4 {
		return logNear1(x)
	}
	t := math.Float64bits(x) - math.Float64bits(0.6875)
	k := float64(int64(t) >> 52)
	z := math.Float64frombits(math.Float64bits(x) - t&(0xfff<<52))
	c := &intervals[t>>45%128]

	r := math.FMA(z, c.inverse, -1)
	w := math.FMA(k, ln2hi, c.log)
	hi := w + r
	lo := math.FMA(k, ln2lo, (w-hi)+r)
	r2 := r * r
	q := math.FMA(math.FMA(r, a4, a3), r2, math.FMA(r, a2, a1))
	return math.FMA(float64(r*r2), q, math.FMA(r2, a0, lo)) + hi
}

// logNear1 returns the logarithm of x = 1+r, |r| ≤ 1/16, by a polynomial. Its
// square is that of the upper half of r's bits, which is exact, and a correction.
func logNear1(x float64) float64 {
	const (
		// log(1+r) = r + b0·r² + … + b10·r¹²
		b0, b1, b2 = -0.5, 0x1.5555555555577p-2, -0x1.ffffffffffdcbp-3
		b3, b4, b5 = 0x1.999999995dd0cp-3, -0x1.55555556745a7p-3, 0x1.24924a344de30p-3
		b6, b7, b8 = -0x1.fffffa4423d65p-4, 0x1.c7184282ad6cap-4, -0x1.999eb43b068ffp-4
		b9, b10    = 0x1.78182f7afd085p-4, -0x1.5521375d145cdp-4
	)
	r := x - 1
	r2 := r * r
	r3 := float64(r * r2)
	p := math.FMA(r2, b9, math.FMA(r, b8, b7))
	p = math.FMA(r3, b10, p)
	p = math.FMA(p, r3, math.FMA(r2, b6, math.FMA(r, b5, b4)))
	p = math.FMA(p, r3, math.FMA(r2, b3, math.FMA(r, b2, b1)))

	upper := math.FMA(-(1 << 27), r, math.FMA(r, 1<<27, r))
	lower := r - upper
	square := float64(upper * upper)
	hi := math.FMA(square, b0, r)
	lo := math.FMA(square, b0, r-hi)
	lo = math.FMA(b0*lower, r+upper, lo)
	return hi + math.FMA(p, r3, lo)
}

// An interval of z has 1/c, and log c to 43 places after the point, which the
// c were chosen for: their logarithms are within 2⁻⁶⁶ of that.
type interval struct{ inverse, log float64 }

var intervals = func() (table [128]interval) {
	for i, offset := range offsets {
		middle := (176.5 + float64(i)) / 256
		if i >= 80 { // from 1 on the intervals are twice as wide
			middle = (48.5 + float64(i)) / 128
		}
		inverse := 1/middle + float64(float64(offset)*0x1p-53)
		table[i] = interval{inverse, math.RoundToEven(-matrix.Log(inverse)*(1<<43)) / (1 << 43)}
	}
	return table
}()

// 1/c is so many times 2⁻⁵³ above 1 over the middle of the interval.
var offsets = [128]int32{
	-46284764, -115287508, -468669678, -249329608, 38090024, -246646796, -1002326510, 684959852,
	-469186612, 114842368, 1027234976, -481782956, 170339482, 57318300, 568107598, 685126114,
	-136840918, -692289424, -180227532, -928045960, 570685416, -979097650, 752109696, 94795624,
	-847275702, -521977068, 672214042, 896483156, 308354710, 895786768, 482455110, -841273428,
	-436853460, -193753368, -411670436, -736356396, -690257420, -1020569004, 963527462, 418672224,
	858672620, 30978658, 884706354, -835668660, 146366742, 1030465360, 1015969072, 167574550,
	660819904, 303193368, 755488408, 396605714, 429596542, -691915432, 712326214, 431020044,
	-459795920, -263419452, 430427236, -929038414, -665643992, 771561040, -800689572, 512416278,
	956713054, 691440674, 256933754, 435031502, -324096686, 590255160, -471785550, -138738694,
	187333682, -545720260, 183830348, 58036118, 517786458, 772018560, -483266014, 136798762,
	386341370, 408940642, 65060217, -120872168, 189498853, -32395328, -49955913, 154042178,
	-346113480, 148348366, -396488327, -427431396, 107119491, -500798201, 212184347, 305888811,
	-330297730, -91422864, 6707636, 273897542, -512931067, -500150233, 485589437, -280752730,
	106848032, 30953893, -291342514, -408884927, 149302919, -107851081, 225432558, 460497078,
	-452391632, -490679353, 508304210, 493208081, 336502878, 526975298, -457361038, -312310462,
	-365194252, -421357131, 362015322, 310793228, -441535439, -69145545, -528727990, 433364383,
}
