package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactFMA is FMA by big numbers, rounded once to float32.
func exactFMA(x, y, z float32) float32 {
	p := float64(x) * float64(y) // exact
	if s := p + float64(z); s == 0 || s-s != 0 {
		return float32(s) // exact too, with the sign of zero; or ±Inf or NaN
	}
	sum := new(big.Float).SetPrec(700).Add(big.NewFloat(p), big.NewFloat(float64(z)))
	f, _ := sum.Float32()
	return f
}

// checkFMA compares FMA with exactFMA, and reports whether rounding to float64
// on the way would have given another result.
func checkFMA(t *testing.T, x, y, z float32) (twice bool) {
	t.Helper()
	got, want := FMA(x, y, z), exactFMA(x, y, z)
	if !sameBits(float64(got), float64(want)) {
		t.Fatalf("FMA(%x, %x, %x) = %x, not %x", x, y, z, got, want)
	}
	return want == want && want != float32(math.FMA(float64(x), float64(y), float64(z)))
}

func TestFMASpecial(t *testing.T) {
	inf, nan, negZero := float32(math.Inf(1)), float32(math.NaN()), float32(math.Copysign(0, -1))
	const tiny, small, huge = 0x1p-149, 0x1p-126, math.MaxFloat32
	values := []float32{0, 1, 1 + 0x1p-23, 1 - 0x1p-24, 3, 0x1p-75, 0x1p-74, 0x1p24, 0x1p-24,
		tiny, 3 * tiny, small, small - tiny, small + tiny, huge, huge / 2, inf}
	for _, v := range values {
		values = append(values, -v)
	}
	values = append(values, nan)
	for _, x := range values {
		for _, y := range values {
			for _, z := range values {
				checkFMA(t, x, y, z)
			}
		}
	}
	for _, c := range [][4]float32{
		{inf, 0, 1, nan}, {inf, 1, -inf, nan}, {huge, huge, -inf, -inf}, {nan, 1, 1, nan},
		{huge, 2, -huge, huge}, {1, 1, -1, 0}, {negZero, 1, negZero, negZero}, {negZero, 1, 0, 0},
		{tiny, -tiny, 0, negZero}, {tiny, 0.5, 0, 0}, {tiny, 0.5, tiny, 2 * tiny}, {1, 1, 0x1p-24, 1},
	} {
		if got := FMA(c[0], c[1], c[2]); !sameBits(float64(got), float64(c[3])) {
			t.Errorf("FMA(%v, %v, %v) = %v, not %v", c[0], c[1], c[2], got, c[3])
		}
	}
	if FMA(1+0x1p-52, 1+0x1p-52, -1.0) != 0x1p-51+0x1p-104 {
		t.Error("FMA in float64 rounds the product")
	}
}

// TestFMANearTie takes products and sums that lie halfway between two float32
// numbers, or off that by less than float64 can tell, in the normal and in the
// subnormal range.
func TestFMANearTie(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sign := func(x float32) float32 {
		if r.IntN(2) == 0 {
			return -x
		}
		return x
	}
	scale := func(x float32, e int) float32 { return float32(math.Ldexp(float64(x), e)) }
	odd := func(bits int) float32 { return float32(1<<(bits-1) | r.IntN(1<<(bits-1)) | 1) }

	twice := 0
	count := func(x, y, z float32) {
		if checkFMA(t, sign(x), sign(y), sign(z)) {
			twice++
		}
	}
	for range 50000 {
		e := r.IntN(200) - 100
		d := float32(r.IntN(4)) * 0x1p-23 // (1+d)·(1-d) is 1, or less by 2⁻⁴⁶ or so
		bits := r.IntN(20) + 2
		x, y := odd(bits), odd(25-bits)

		// The product is half the last bit of z, nearly.
		count(scale(1+d, e), (1-d)/2, scale(odd(24), e))
		// The product is a tie, of 25 bits, and z a trifle.
		count(scale(x, e/2), scale(y, e-e/2), scale(1, max(e-120, -149)+r.IntN(60)))
		// The product is an odd multiple of half the least number.
		count(scale(x, -75), scale(y, -75), scale(odd(r.IntN(22)+1), -149))
		count(scale(x, -75), scale(y, -75), 0)
		// The product is half the least number, nearly.
		count((1+d)*0x1p-75, (1-d)*0x1p-75, scale(odd(r.IntN(22)+1), -149))
		// The sum is half a step above the largest number, nearly.
		count((1+d)*0x1p52, (1-d)*0x1p51, math.MaxFloat32)
	}
	t.Logf("rounding twice would be wrong in %d of 300000 cases", twice)
	if twice < 20000 {
		t.Errorf("the cases miss what they are for: only %d of them round twice", twice)
	}
}

func TestFMARandom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100000 {
		x, y, z := math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32())
		checkFMA(t, x, y, z)
		// The same, with z near the product.
		p := math.Float32bits(x * y)
		z = math.Float32frombits(p ^ 1<<31 + uint32(r.IntN(1<<26)) - 1<<25)
		checkFMA(t, x, y, z)
		if a, b, c := r.NormFloat64(), r.NormFloat64(), r.NormFloat64(); FMA(a, b, c) != math.FMA(a, b, c) {
			t.Fatalf("FMA(%v, %v, %v) = %v in float64", a, b, c, FMA(a, b, c))
		}
	}
}

// BenchmarkFMA measures FMA in the two loops of the products.
func BenchmarkFMA(b *testing.B) {
	benchmarkFMA[float64](b, "float64")
	benchmarkFMA[float32](b, "float32")
}

func benchmarkFMA[T Float](b *testing.B, name string) {
	x, y := make([]T, 1000), make([]T, 1000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range x {
		x[i], y[i] = T(r.NormFloat64()), T(r.NormFloat64())
	}
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"axpy", func() {
			for i, v := range x {
				y[i] = FMA(v, 1e-3, y[i])
			}
		}},
		{"dot", func() {
			var s T
			for i, v := range x {
				s = FMA(v, y[i], s)
			}
			x[0] = min(x[0], s*s) // used
		}},
	} {
		b.Run(name+"/"+c.name, func(b *testing.B) {
			for b.Loop() {
				c.f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/FMA")
		})
	}
}

// sameBits reports whether x and y are the same number, or both NaN.
func sameBits(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}
