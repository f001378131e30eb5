package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// eachTier runs f on every tier of this machine, and then brings back the first.
func eachTier(t *testing.T, f func(t *testing.T)) {
	before, _ := CurrentTier()
	defer SetTier(before)
	for _, tier := range Tiers() {
		if err := SetTier(tier); err != nil {
			t.Fatal(err)
		}
		t.Run(string(tier), f)
	}
}

// plainProduct is the specification of Gemm: three plain loops.
func plainProduct[T Float](p Product[T]) {
	for i := range p.M {
		for j := range p.N {
			s := T(0)
			switch {
			case p.Add:
				s = p.C[j*p.LDC+i]
			case p.Bias != nil:
				s = p.Bias[i]
			}
			for q := range p.K {
				a, b := q*p.LDA+i, j*p.LDB+q
				if p.TransA {
					a = i*p.LDA + q
				}
				if p.TransB {
					b = q*p.LDB + j
				}
				s = FMA(p.A[a], p.B[b], s)
			}
			p.C[j*p.LDC+i] = s
		}
	}
}

// randomProduct returns a product of the shape with operands that stand at
// odd places and whose columns are further apart than need be.
func randomProduct[T Float](r *rand.Rand, m, n, k int, numbers func() float64) Product[T] {
	p := Product[T]{M: m, N: n, K: k, TransA: r.IntN(2) == 0, TransB: r.IntN(2) == 0}
	operand := func(rows, cols int, trans bool) (x []T, ld int) {
		if trans {
			rows, cols = cols, rows
		}
		ld = rows + r.IntN(4)
		x = make([]T, r.IntN(3)+ld*cols)
		for i := range x {
			x[i] = T(numbers())
		}
		return x[len(x)-ld*cols:], max(ld, 1)
	}
	p.A, p.LDA = operand(m, k, p.TransA)
	p.B, p.LDB = operand(k, n, p.TransB)
	p.C, p.LDC = operand(m, n, false)
	switch r.IntN(3) {
	case 0:
		p.Add = true
	case 1:
		p.Bias, _ = operand(m, 1, false)
	}
	return p
}

// checkProduct compares Gemm with the plain loops, bit for bit, the elements
// between the columns of C included, which must not change.
func checkProduct[T Float](t *testing.T, p Product[T]) {
	t.Helper()
	want := p
	want.C = slices.Clone(p.C)
	plainProduct(want)
	Gemm(p)
	if i := firstDifference(p.C, want.C); i >= 0 {
		t.Fatalf("%d×%d×%d %T, transposed %v %v, strides %d %d %d, add %v, bias %v: C[%d] = %v, not %v",
			p.M, p.N, p.K, p.C[i], p.TransA, p.TransB, p.LDA, p.LDB, p.LDC, p.Add, p.Bias != nil, i, p.C[i], want.C[i])
	}
}

func normalNumbers(r *rand.Rand) func() float64 { return r.NormFloat64 }

// wildNumbers has zeros of both signs, infinities, NaN, subnormal and huge
// numbers among others.
func wildNumbers(r *rand.Rand) func() float64 {
	return func() float64 {
		switch r.IntN(40) {
		case 0:
			return math.Inf(1 - 2*r.IntN(2))
		case 1:
			return math.NaN()
		case 2:
			return math.Copysign(0, float64(1-2*r.IntN(2)))
		case 3:
			return math.Ldexp(r.NormFloat64(), -148)
		case 4:
			return math.Ldexp(r.NormFloat64(), -1070)
		case 5:
			return math.Ldexp(r.NormFloat64(), 126)
		}
		return r.NormFloat64()
	}
}

// rounds is how often a test is done: a quarter of n with -short.
func rounds(n int) int {
	if testing.Short() {
		return n / 4
	}
	return n
}

func TestGemm(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		for _, numbers := range []func() float64{normalNumbers(r), wildNumbers(r)} {
			for range rounds(1500) {
				m, n, k := r.IntN(70), r.IntN(40), r.IntN(70)
				checkProduct(t, randomProduct[float32](r, m, n, k, numbers))
				checkProduct(t, randomProduct[float64](r, m, n, k, numbers))
			}
		}
	})
}

// Large enough for several blocks and for threads.
func TestGemmInBlocks(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(2, 2))
		for _, shape := range [][3]int{{1, 1, 3000}, {300, 200, 600}, {10, 128, 512}, {128, 10, 512}, {1, 300, 600}, {300, 1, 600}, {2, 2100, 5}, {1100, 3, 530}, {784, 16, 20}} {
			for range rounds(4) {
				checkProduct(t, randomProduct[float32](r, shape[0], shape[1], shape[2], normalNumbers(r)))
				checkProduct(t, randomProduct[float64](r, shape[0], shape[1], shape[2], normalNumbers(r)))
			}
		}
	})
}

// The parts of a product are its elements, into however many it is divided.
func TestGemmParts(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 3))
		for range 200 {
			p := randomProduct[float64](r, r.IntN(200), r.IntN(100), r.IntN(20), normalNumbers(r))
			if p.M == 0 || p.N == 0 {
				continue
			}
			want := p
			want.C = slices.Clone(p.C)
			plainProduct(want)
			j := gemmJob[float64]{p}
			parts := 1 + r.IntN(9)
			for part := range parts {
				j.run(part, parts)
			}
			if i := firstDifference(p.C, want.C); i >= 0 {
				t.Fatalf("%d×%d×%d in %d parts: C[%d] = %v, not %v", p.M, p.N, p.K, parts, i, p.C[i], want.C[i])
			}
		}
	})
}

// firstDifference returns where the bits of a and b differ first, or -1.
func firstDifference[T Float](a, b []T) int {
	for i := range a {
		if !sameBits(float64(a[i]), float64(b[i])) {
			return i
		}
	}
	return -1
}

// Nothing is read or written outside of the operands: each stands at an end of
// a page whose neighbour may not be touched.
func TestGemmStaysInside(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		t.Run("float32", gemmStaysInside[float32])
		t.Run("float64", gemmStaysInside[float64])
	})
}

func gemmStaysInside[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	const longest = 4 << 10
	var ends, starts [4][]T
	for i := range ends {
		ends[i], starts[i] = Guarded[T](t, longest)
	}
	// place copies x to the edge of a page.
	place := func(i int, x []T) (placed []T) {
		if r.IntN(2) == 0 {
			placed = ends[i][longest-len(x):]
		} else {
			placed = starts[i][:len(x):len(x)]
		}
		copy(placed, x)
		return placed
	}
	for range rounds(1000) {
		p := randomProduct[T](r, 1+r.IntN(60), 1+r.IntN(40), 1+r.IntN(60), normalNumbers(r))
		p.A, p.B, p.C = place(0, p.A), place(1, p.B), place(2, p.C)
		if p.Bias != nil {
			p.Bias = place(3, p.Bias)
		}
		checkProduct(t, p)
	}
}

// FuzzGemm compares products of any shape and layout with the plain loops.
func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint16(8), uint16(16), uint16(4), false)
	f.Add(uint64(2), uint16(10), uint16(128), uint16(512), true)
	f.Add(uint64(3), uint16(0), uint16(3), uint16(0), true)
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k uint16, wild bool) {
		eachTier(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 5))
			numbers := normalNumbers(r)
			if wild {
				numbers = wildNumbers(r)
			}
			m, n, k := int(m)%300, int(n)%120, int(k)%600
			checkProduct(t, randomProduct[float32](r, m, n, k, numbers))
			checkProduct(t, randomProduct[float64](r, m, n, k, numbers))
		})
	})
}

// The shapes whose speed is measured: m, n, k, and which operand is transposed.
var benchShapes = []struct {
	m, n, k int
	trans   string
}{
	{64, 64, 64, "nn"}, {128, 128, 128, "nn"}, {256, 256, 256, "nn"}, {512, 512, 512, "nn"}, {1024, 1024, 1024, "nn"},
	{512, 128, 784, "nn"}, {512, 784, 128, "nt"}, {784, 128, 512, "tn"},
	{512, 128, 512, "nn"}, {512, 512, 128, "nt"}, {512, 128, 512, "tn"},
	{10, 128, 512, "nn"}, {10, 512, 128, "nt"}, {512, 128, 10, "tn"},
	{20, 209, 12288, "nn"}, {20, 12288, 209, "nt"},
	{8, 16, 4, "nn"}, {3, 16, 8, "nn"}, {8, 4, 16, "nt"}, {8, 16, 3, "tn"},
	{512, 1, 784, "nn"}, {784, 1, 512, "tn"},
}

func BenchmarkGemm(b *testing.B) {
	for _, s := range benchShapes {
		b.Run(fmt.Sprintf("type=f32/%dx%dx%d%s", s.m, s.n, s.k, s.trans), func(b *testing.B) { benchGemm[float32](b, s.m, s.n, s.k, s.trans) })
	}
	for _, s := range benchShapes {
		b.Run(fmt.Sprintf("type=f64/%dx%dx%d%s", s.m, s.n, s.k, s.trans), func(b *testing.B) { benchGemm[float64](b, s.m, s.n, s.k, s.trans) })
	}
}

func benchGemm[T Float](b *testing.B, m, n, k int, trans string) {
	r := rand.New(rand.NewPCG(1, 1))
	p := Product[T]{M: m, N: n, K: k, TransA: trans[0] == 't', TransB: trans[1] == 't', LDA: m, LDB: k, LDC: m}
	if p.TransA {
		p.LDA = k
	}
	if p.TransB {
		p.LDB = n
	}
	p.A, p.B, p.C = make([]T, m*k), make([]T, k*n), make([]T, m*n)
	for i := range p.A {
		p.A[i] = T(r.NormFloat64())
	}
	for i := range p.B {
		p.B[i] = T(r.NormFloat64())
	}
	b.ResetTimer()
	for range b.N {
		Gemm(p)
	}
	b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}
