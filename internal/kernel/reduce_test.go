package kernel_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// Sums have the same bits in every tier, and stay inside their slices.
func TestSums(t *testing.T) {
	everyTier(t, func(t *testing.T) {
		t.Run("float32", testSums[float32])
		t.Run("float64", testSums[float64])
	})
}

func testSums[T matrix.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range lengths() {
		atEnd, atStart := kernel.Guarded[T](t, n)
		for _, x := range [][]T{atEnd, atStart} {
			for kind := range 3 {
				fillFinite(r, x)
				if kind == 1 && n > 0 {
					x[r.IntN(n)] = T(math.NaN())
				}
				if kind == 2 && n > 0 {
					x[r.IntN(n)] = T(math.Inf(-1))
				}
				var want, got [2]float64
				var wantFinite bool
				inGeneric(t, func() {
					want = [2]float64{matrix.SumOf(x), matrix.SumSquares(x)}
					wantFinite = matrix.Finite(x)
				})
				got = [2]float64{matrix.SumOf(x), matrix.SumSquares(x)}
				if !same(got[0], want[0]) || !same(got[1], want[1]) {
					t.Fatalf("%d elements: sum and sum of squares %v, not %v", n, got, want)
				}
				if got := matrix.Finite(x); got != wantFinite {
					t.Fatalf("%d elements: finite is %v", n, got)
				}
			}
		}
	}
}

// fillFinite sets x to finite numbers of very different sizes, so that every
// order of a sum has its own bits.
func fillFinite[T matrix.Float](r *rand.Rand, x []T) {
	for i := range x {
		x[i] = T(r.NormFloat64() * math.Ldexp(1, r.IntN(40)-20))
		if r.IntN(5) == 0 {
			x[i] = T(math.Copysign(0, -1))
		}
	}
}

func TestRowSums(t *testing.T) {
	everyTier(t, func(t *testing.T) {
		t.Run("float32", testRowSums[float32])
		t.Run("float64", testRowSums[float64])
	})
}

func testRowSums[T matrix.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, rows := range append(lengths()[:71], 127, 128, 129, 300) {
		for _, cols := range []int{0, 1, 2, 7, 400} {
			aEnd, aStart := kernel.Guarded[T](t, rows*cols)
			sumEnd, sumStart := kernel.Guarded[T](t, rows)
			for k, a := range [][]T{aEnd, aStart} {
				fillFinite(r, a)
				a := &matrix.Matrix[T]{Rows: rows, Cols: cols, Data: a}
				want, got := matrix.New[T](rows, 1), &matrix.Matrix[T]{Rows: rows, Cols: 1, Data: [][]T{sumEnd, sumStart}[k]}
				inGeneric(t, func() { matrix.RowSums(want, a) })
				matrix.RowSums(got, a)
				for i := range rows {
					if !same(got.Data[i], want.Data[i]) {
						t.Fatalf("row %d of %d×%d: %v, not %v", i, rows, cols, got.Data[i], want.Data[i])
					}
				}
				compareRowTotals(t, r, a)
			}
		}
	}
}

// compareRowTotals compares the sums of rows in float64.
func compareRowTotals[T matrix.Float](t *testing.T, r *rand.Rand, a *matrix.Matrix[T]) {
	t.Helper()
	atEnd, atStart := kernel.Guarded[float64](t, a.Rows)
	center, b := make([]float64, a.Rows), a.Clone()
	fillFinite(r, center)
	fillFinite(r, b.Data)
	for name, do := range map[string]func(total []float64){
		"RowTotals":   func(total []float64) { matrix.RowTotals(total, a) },
		"RowSquares":  func(total []float64) { matrix.RowSquares(total, a, center) },
		"RowProducts": func(total []float64) { matrix.RowProducts(total, a, b) },
	} {
		want := make([]float64, a.Rows)
		inGeneric(t, func() { do(want) })
		for _, got := range [][]float64{atEnd, atStart} {
			do(got)
			for i := range got {
				if !same(got[i], want[i]) {
					t.Fatalf("%s, row %d of %d×%d: %v, not %v", name, i, a.Rows, a.Cols, got[i], want[i])
				}
			}
		}
	}
}

func BenchmarkSum(b *testing.B) {
	benchmarkSum[float32](b, "float32")
	benchmarkSum[float64](b, "float64")
}

func benchmarkSum[T matrix.Float](b *testing.B, typ string) {
	was, _ := kernel.CurrentTier()
	defer setTier(b, was)
	r := rand.New(rand.NewPCG(1, 2))
	for _, shape := range [][2]int{{8, 16}, {1, 400}, {4, 400}, {512, 128}} {
		a, sums := matrix.New[T](shape[0], shape[1]), matrix.New[T](shape[0], 1)
		fillFinite(r, a.Data)
		for _, op := range []struct {
			name string
			do   func()
		}{
			{"SumOf", func() { matrix.SumOf(a.Data) }},
			{"SumSquares", func() { matrix.SumSquares(a.Data) }},
			{"Finite", func() { matrix.Finite(a.Data) }},
			{"RowSums", func() { matrix.RowSums(sums, a) }},
			{"RowTotals", func() { matrix.RowTotals(make([]float64, a.Rows), a) }},
		} {
			for _, tier := range kernel.Tiers() {
				setTier(b, tier)
				b.Run(fmt.Sprintf("%s/%s/%dx%d/%s", op.name, typ, shape[0], shape[1], tier), func(b *testing.B) {
					b.SetBytes(int64(len(a.Data) * int(unsafe.Sizeof(T(0)))))
					for b.Loop() {
						op.do()
					}
				})
			}
		}
	}
}
