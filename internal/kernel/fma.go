package kernel

import (
	"math"
	"unsafe"
)

// FMA returns x·y + z, rounded once. It is the inner operation of every
// product, and small enough that the compiler inlines it.
//
// For float32 the product is exact in float64, so s below is x·y + z rounded to
// float64, and a second rounding to float32 is wrong only when s lies halfway
// between two float32 numbers (its last 28 bits are 0 and it is no float32)
// and x·y + z itself does not: then s has lost the side on which it lies.
//
// The branch finds the side again, with p = x·y. Of p - (s - z) and
// z - (s - p) the one that begins with the smaller of p and z is the error
// p + z - s exactly, and the other has its sign or is 0, because rounding
// is monotone. A step of the last bit of s to that side is enough.
func FMA[T Float](x, y, z T) T {
	s := math.FMA(float64(x), float64(y), float64(z))
	if unsafe.Sizeof(x) == 4 && math.Float64bits(s)<<36 == 0 && float64(T(s)) != s {
		d := s * (math.FMA(float64(x), float64(y), float64(z)-s) + (math.FMA(float64(x), float64(y), -s) + float64(z)))
		if d > 0 { // away from 0
			s *= 1 + 0x1p-52
		}
		if d < 0 { // towards 0
			s *= 1 - 0x1p-52
		}
	}
	return T(s)
}
