package matrix_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"gradlab/matrix"
)

type m64 = matrix.Matrix[float64]

// fill gives m numbers of very different sizes, so that every order of a sum
// has its own bits.
func fill[T matrix.Float](m *matrix.Matrix[T], seed uint64) *matrix.Matrix[T] {
	r := matrix.Stream(seed, matrix.ForData, 0)
	for i := range m.Data {
		m.Data[i] = T(matrix.Normal(r) * math.Ldexp(1, r.IntN(20)-10))
	}
	return m
}

// Each element of a product is one chain of fused multiply-adds in ascending
// order, from what was there before.
func TestProductsAreChains(t *testing.T) {
	t.Run("float64", testProductsAreChains[float64])
	t.Run("float32", testProductsAreChains[float32])
}

func testProductsAreChains[T matrix.Float](t *testing.T) {
	for _, s := range [][3]int{{1, 1, 1}, {3, 4, 5}, {8, 16, 4}, {1, 7, 9}, {5, 1, 0}, {0, 3, 2}, {2, 0, 3}, {17, 5, 33}} {
		m, n, k := s[0], s[1], s[2]
		a, b, c0, bias := fill(matrix.New[T](m, k), 1), fill(matrix.New[T](k, n), 2), fill(matrix.New[T](m, n), 3), fill(matrix.New[T](m, 1), 4)
		chain := func(start func(i, j int) T) *matrix.Matrix[T] {
			c := matrix.New[T](m, n)
			for i := range m {
				for j := range n {
					s := start(i, j)
					for p := range k {
						s = matrix.FMA(T(a.At(i, p)), T(b.At(p, j)), s)
					}
					c.Set(i, j, s)
				}
			}
			return c
		}
		for _, product := range []struct {
			name string
			do   func(c *matrix.Matrix[T])
			from func(i, j int) T
		}{
			{"Mul", func(c *matrix.Matrix[T]) { matrix.Mul(c, a, b) }, func(i, j int) T { return 0 }},
			{"MulNT", func(c *matrix.Matrix[T]) { matrix.MulNT(c, a, transpose(b)) }, func(i, j int) T { return 0 }},
			{"MulTN", func(c *matrix.Matrix[T]) { matrix.MulTN(c, transpose(a), b) }, func(i, j int) T { return 0 }},
			{"MulAdd", func(c *matrix.Matrix[T]) { matrix.MulAdd(c, a, b) }, func(i, j int) T { return T(c0.At(i, j)) }},
			{"Affine", func(c *matrix.Matrix[T]) { matrix.Affine(c, a, b, bias) }, func(i, j int) T { return bias.Data[i] }},
		} {
			got := c0.Clone()
			product.do(got)
			if want := chain(product.from); !cmp.Equal(got.Data, want.Data) {
				t.Errorf("%s, %d×%d·%d×%d: %v, not %v", product.name, m, k, k, n, got, want)
			}
		}
	}
}

// db is the product with a column of ones, bit for bit.
func TestRowSumsIsTheProductWithOnes(t *testing.T) {
	dz := fill(matrix.New[float64](5, 37), 1)
	ones, want, got := matrix.New[float64](37, 1), matrix.New[float64](5, 1), matrix.New[float64](5, 1)
	matrix.Fill(ones, 1)
	matrix.Mul(want, dz, ones)
	matrix.RowSums(got, dz)
	if !cmp.Equal(got.Data, want.Data) {
		t.Errorf("%v, not %v", got, want)
	}
}

// 0·NaN and 0·Inf are NaN: nothing skips a multiplication by 0.
func TestProductsKeepNaN(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		zero, b, c := matrix.New[float64](1, 1), matrix.FromRows([]float64{bad}), matrix.New[float64](1, 1)
		for name, product := range map[string]func(c, a, b *m64){"Mul": matrix.Mul[float64], "MulNT": matrix.MulNT[float64], "MulTN": matrix.MulTN[float64]} {
			if product(c, zero, b); !math.IsNaN(c.Data[0]) {
				t.Errorf("%s: 0·%v = %v", name, bad, c.Data[0])
			}
			if product(c, b, zero); !math.IsNaN(c.Data[0]) {
				t.Errorf("%s: %v·0 = %v", name, bad, c.Data[0])
			}
		}
	}
}

// A shape mismatch panics with the operation and the shapes.
func TestPanics(t *testing.T) {
	m := matrix.New[float64]
	a := m(3, 3)
	for want, f := range map[string]func(){
		"matrix.Mul: 10×64 = 10×32 · 31×64":                  func() { matrix.Mul(m(10, 64), m(10, 32), m(31, 64)) },
		"matrix.MulNT: 2×2 = 2×3 · 2×4ᵀ":                     func() { matrix.MulNT(m(2, 2), m(2, 3), m(2, 4)) },
		"matrix.MulTN: 2×2 = 3×2ᵀ · 4×2":                     func() { matrix.MulTN(m(2, 2), m(3, 2), m(4, 2)) },
		"matrix.Mul: the result is one of the factors":       func() { matrix.Mul(a, a, m(3, 3)) },
		"matrix.Affine: the bias of a 2×5 matrix is 3×1":     func() { matrix.Affine(m(2, 5), m(2, 4), m(4, 5), m(3, 1)) },
		"matrix.Add: 2×3 and 3×2":                            func() { matrix.Add(m(2, 3), m(2, 3), m(3, 2)) },
		"matrix.RowSums: 3×1 for the rows of 2×4":            func() { matrix.RowSums(m(3, 1), m(2, 4)) },
		"matrix: element (2, 0) of a 2×3 matrix":             func() { m(2, 3).At(2, 0) },
		"matrix.FromRows: row 1 has 1 elements, row 0 has 2": func() { matrix.FromRows([]float64{1, 2}, []float64{3}) },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panic %v, not %v", got, want)
				}
			}()
			f()
		}()
	}
}

func TestElementwise(t *testing.T) {
	a, b := matrix.FromRows([]float64{1, -2}, []float64{3, 4}), matrix.FromRows([]float64{10, 20}, []float64{30, 40})
	for name, c := range map[string]struct {
		do   func(dst *m64)
		want *m64
	}{
		"Copy":      {func(dst *m64) { matrix.Copy(dst, a) }, a},
		"Fill":      {func(dst *m64) { matrix.Fill(dst, 7) }, matrix.FromRows([]float64{7, 7}, []float64{7, 7})},
		"Add":       {func(dst *m64) { matrix.Add(dst, a, b) }, matrix.FromRows([]float64{11, 18}, []float64{33, 44})},
		"Sub":       {func(dst *m64) { matrix.Sub(dst, a, b) }, matrix.FromRows([]float64{-9, -22}, []float64{-27, -36})},
		"Hadamard":  {func(dst *m64) { matrix.Hadamard(dst, a, b) }, matrix.FromRows([]float64{10, -40}, []float64{90, 160})},
		"Scale":     {func(dst *m64) { matrix.Scale(dst, 2, a) }, matrix.FromRows([]float64{2, -4}, []float64{6, 8})},
		"AddScaled": {func(dst *m64) { matrix.Copy(dst, b); matrix.AddScaled(dst, 2, a) }, matrix.FromRows([]float64{12, 16}, []float64{36, 48})},
		"Map":       {func(dst *m64) { matrix.Map(dst, a, math.Abs) }, matrix.FromRows([]float64{1, 2}, []float64{3, 4})},
	} {
		got := matrix.New[float64](2, 2)
		if c.do(got); !mat.Equal(got, c.want) {
			t.Errorf("%s:\n%v\nnot\n%v", name, got, c.want)
		}
	}
}

// Element i goes to lane i mod 16, and the lanes are added 8-4-2-1. Here lane 0
// gets 2⁵³ and 1, which is lost in rounding, and lane 1 gets -2⁵³, so that the
// total is 0; in plain order it would be 1.
func TestSumGoesThroughSixteenLanes(t *testing.T) {
	x := make([]float64, 17)
	x[0], x[1], x[16] = 1<<53, -(1 << 53), 1
	if got := matrix.SumOf(x); got != 0 {
		t.Errorf("the sum is %v", got)
	}
	if got := matrix.SumSquares([]float64{3, 4}); got != 25 {
		t.Errorf("3² + 4² = %v", got)
	}
}

func TestArgMaxAndFinite(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		x      []float64
		place  int
		finite bool
	}{
		{[]float64{1, 3, 2}, 1, true},
		{[]float64{2, 2}, 0, true},
		{[]float64{nan, 1}, 1, false},
		{[]float64{1, nan}, 0, false},
		{[]float64{math.Inf(-1), -5}, 1, false},
		{nil, 0, true},
	} {
		if got := matrix.ArgMax(c.x); got != c.place {
			t.Errorf("ArgMax(%v) = %d", c.x, got)
		}
		if got := matrix.Finite(c.x); got != c.finite {
			t.Errorf("Finite(%v) = %v", c.x, got)
		}
	}
}

// Resize keeps its memory: once large enough, it allocates no more.
func TestResize(t *testing.T) {
	var m m64
	m.Resize(10, 10)
	if allocs := testing.AllocsPerRun(10, func() { m.Resize(3, 7); m.Resize(10, 10) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

// The streams of different purposes, counters and seeds differ, and each is
// the same every time: these numbers must never change.
func TestStreams(t *testing.T) {
	seen := map[uint64]string{}
	for seed := range uint64(3) {
		for _, purpose := range []matrix.Purpose{matrix.ForSplit, matrix.ForInit, matrix.ForOrder, matrix.ForData, matrix.ForDropout, matrix.ForDropout + 1} {
			for counter := range uint32(3) {
				name := fmt.Sprint(seed, purpose, counter)
				first := matrix.Stream(seed, purpose, counter).Uint64()
				if other, ok := seen[first]; ok {
					t.Errorf("streams %s and %s begin alike", name, other)
				}
				seen[first] = name
			}
		}
	}
	r := matrix.Stream(1, matrix.ForInit, 1)
	got := []float64{matrix.Normal(r), matrix.Normal(r), matrix.Normal(r)}
	if want := goldenNormals; !cmp.Equal(got, want) {
		t.Errorf("the first deviates are %v, not %v", got, want)
	}
	order := []int{0, 1, 2, 3, 4, 5, 6, 7}
	matrix.Shuffle(matrix.Stream(1, matrix.ForOrder, 0), order)
	if want := goldenOrder; !cmp.Equal(order, want) {
		t.Errorf("the first order is %v, not %v", order, want)
	}
}

// The deviates have mean 0, variance 1 and the tails of a normal distribution.
func TestNormal(t *testing.T) {
	r := matrix.Stream(1, matrix.ForData, 0)
	const n = 200000
	var mean, variance, beyond2 float64
	for range n {
		x := matrix.Normal(r)
		mean += x / n
		variance += x * x / n
		if math.Abs(x) > 2 {
			beyond2++
		}
	}
	if math.Abs(mean) > 0.01 || math.Abs(variance-1) > 0.015 || math.Abs(beyond2/n-0.0455) > 0.002 {
		t.Errorf("mean %.4f, variance %.4f, beyond 2: %.4f", mean, variance, beyond2/n)
	}
}

// gonum sees the same matrix; DenseT shares the memory, ToDense does not.
func TestGonum(t *testing.T) {
	m := matrix.FromRows([]float64{1, 2, 3}, []float64{4, 5, 6})
	if got, want := fmt.Sprint(mat.Formatted(m)), fmt.Sprint(mat.Formatted(mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6}))); got != want {
		t.Errorf("mat.Formatted prints\n%s\nnot\n%s", got, want)
	}
	view, copied := matrix.DenseT(m), matrix.ToDense(m)
	if !mat.Equal(view, m.T()) || !mat.Equal(copied, m) {
		t.Errorf("the views differ: %v %v", mat.Formatted(view), mat.Formatted(copied))
	}
	view.Set(2, 0, 30)
	if m.At(0, 2) != 30 || copied.At(0, 2) != 3 {
		t.Errorf("after a change of the view: matrix %v, copy %v", m.At(0, 2), copied.At(0, 2))
	}
	if back := matrix.FromDense[float32](copied.T()); !mat.Equal(back, copied.T()) {
		t.Errorf("from gonum: %v", back)
	}
	empty := matrix.New[float64](0, 3)
	if r, _ := matrix.DenseT(empty).Dims(); r != 0 || empty.String() != "[0×3]" {
		t.Errorf("an empty matrix: %d rows, %q", r, empty)
	}
}

func transpose[T matrix.Float](m *matrix.Matrix[T]) *matrix.Matrix[T] {
	t := matrix.New[T](m.Cols, m.Rows)
	for i := range m.Rows {
		for j := range m.Cols {
			t.Set(j, i, T(m.At(i, j)))
		}
	}
	return t
}

func ExampleAffine() {
	W := matrix.FromRows([]float64{1, 2}, []float64{3, 4})
	a := matrix.FromRows([]float64{1, 0, 1}, []float64{0, 1, 1}) // three examples, columns
	b := matrix.FromRows([]float64{10}, []float64{20})
	z := matrix.New[float64](2, 3)
	matrix.Affine(z, W, a, b) // z = W·a + b
	fmt.Println(z)
	// Output:
	// ⎡11  12  13⎤
	// ⎣23  24  27⎦
}

func BenchmarkMul(b *testing.B) {
	b.Run("float64", func(b *testing.B) { benchmarkMul[float64](b) })
	b.Run("float32", func(b *testing.B) { benchmarkMul[float32](b) })
}

func benchmarkMul[T matrix.Float](b *testing.B) {
	const n = 128
	x, y, z := fill(matrix.New[T](n, n), 1), fill(matrix.New[T](n, n), 2), matrix.New[T](n, n)
	b.SetBytes(2 * n * n * n) // "MB/s" is MFLOP/s
	for b.Loop() {
		matrix.Mul(z, x, y)
	}
}
