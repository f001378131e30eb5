package matrix

import (
	"fmt"

	"gradlab/internal/kernel"
)

// Sum adds up many numbers the same way everywhere: element i goes to lane
// i mod 16, and Total adds the lanes 8-4-2-1. The zero value is an empty sum.
// Besides fixing the bits, the lanes keep the rounding error small and leave
// room for vector instructions.
type Sum struct {
	Lane [16]float64 // where package kernel adds
	N    int         // numbers added
}

// Add adds x.
func (s *Sum) Add(x float64) {
	s.Lane[s.N%16] += x
	s.N++
}

// Total returns the sum of what was added. (A lane that holds nothing is +0,
// which changes no other: a sum that began with +0 is never -0.)
func (s *Sum) Total() float64 {
	if s.N <= 2 {
		return s.Lane[0] + s.Lane[1]
	}
	t := s.Lane
	for half := 8; half > 0; half /= 2 {
		for i := 0; i < half && i+half < s.N; i++ {
			t[i] += t[i+half]
		}
	}
	return t[0]
}

// SumOf returns Σ x.
func SumOf[T Float](x []T) float64 {
	var s Sum
	s.N = kernel.Sum(&s.Lane, x)
	for _, v := range x[s.N:] {
		s.Add(float64(v))
	}
	return s.Total()
}

// SumSquares returns Σ x².
func SumSquares[T Float](x []T) float64 {
	var s Sum
	s.N = kernel.SumSquares(&s.Lane, x)
	for _, v := range x[s.N:] {
		s.Add(float64(float64(v) * float64(v)))
	}
	return s.Total()
}

// RowSums sets dst to the column of the sums of a's rows, dst = a·1: the
// product of a, n×m, with a column of ones, in the order of Mul. dst is n×1.
func RowSums[T Float](dst, a *Matrix[T]) {
	if dst.Rows != a.Rows || dst.Cols != 1 {
		panic(fmt.Sprintf("matrix.RowSums: %d×%d for the rows of %d×%d", dst.Rows, dst.Cols, a.Rows, a.Cols))
	}
	clear(dst.Data)
	for j := kernel.RowSums(dst.Data, a.Data); j < a.Cols; j++ {
		for i, x := range a.Col(j) {
			dst.Data[i] += x
		}
	}
}

// RowTotals sets total[i] = Σⱼ a[i,j], each as Sum adds it up.
func RowTotals[T Float](total []float64, a *Matrix[T]) {
	for i := kernel.RowTotals(total, a.Data); i < a.Rows; i++ {
		total[i] = a.rowTotal(i, func(k int) float64 { return float64(a.Data[k]) })
	}
}

// RowSquares sets total[i] = Σⱼ (a[i,j] - center[i])².
func RowSquares[T Float](total []float64, a *Matrix[T], center []float64) {
	for i := kernel.RowSquares(total, a.Data, center); i < a.Rows; i++ {
		total[i] = a.rowTotal(i, func(k int) float64 {
			d := float64(a.Data[k]) - center[i]
			return float64(d * d)
		})
	}
}

// RowProducts sets total[i] = Σⱼ a[i,j]·b[i,j].
func RowProducts[T Float](total []float64, a, b *Matrix[T]) {
	SameShape("matrix.RowProducts", a, b)
	for i := kernel.RowProducts(total, a.Data, b.Data); i < a.Rows; i++ {
		total[i] = a.rowTotal(i, func(k int) float64 { return float64(float64(a.Data[k]) * float64(b.Data[k])) })
	}
}

// rowTotal returns the sum of term over the places of the elements of row i.
func (m *Matrix[T]) rowTotal(i int, term func(k int) float64) float64 {
	var s Sum
	for k := i; k < len(m.Data); k += m.Rows {
		s.Add(term(k))
	}
	return s.Total()
}

// ArgMax returns the place of the largest element of x, the first of equal
// ones; a NaN is never the largest. It returns 0 for an empty x.
func ArgMax[T Float](x []T) int {
	best := 0
	for i, v := range x {
		if v > x[best] || x[best] != x[best] {
			best = i
		}
	}
	return best
}

// Finite reports whether x holds neither NaN nor an infinity.
func Finite[T Float](x []T) bool {
	for _, v := range x[kernel.Finite(x):] {
		if v-v != 0 { // Inf-Inf and NaN-NaN are NaN
			return false
		}
	}
	return true
}
