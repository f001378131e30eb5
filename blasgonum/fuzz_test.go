package blasgonum

import (
	"math"
	"testing"
)

// FuzzAgreesWithGonum compares odd shapes, strides, transpositions and factors.
func FuzzAgreesWithGonum(f *testing.F) {
	for i := range routineNames {
		f.Add(uint64(i), uint8(i), uint8(0xff<<i), uint8(33), uint8(9), uint8(17), uint8(i), int8(1), int8(-2), -1.0, 0.5)
	}
	f.Fuzz(func(t *testing.T, seed uint64, routine, flags, m, n, k, pad uint8, incX, incY int8, alpha, beta float64) {
		if incX == 0 || incY == 0 {
			return
		}
		bit := func(i int) bool { return flags>>i&1 != 0 }
		checkAgainstGonum(t, problem{
			routine: routineNames[int(routine)%len(routineNames)],
			tA:      bit(0), tB: bit(1), upper: bit(2), right: bit(3), unit: bit(4),
			m: int(m), n: int(n), k: int(k),
			padA: int(pad & 3), padB: int(pad >> 2 & 3), padC: int(pad >> 4 & 3),
			incX: int(incX), incY: int(incY),
			alpha: moderate(alpha), beta: moderate(beta), seed: seed,
		})
	})
}

// moderate keeps a factor in a range in which nothing overflows.
func moderate(x float64) float64 {
	if !(math.Abs(x) <= 1e3) || x != 0 && math.Abs(x) < 1e-3 {
		return 1
	}
	return x
}
