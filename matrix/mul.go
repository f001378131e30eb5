package matrix

import (
	"fmt"

	"gradlab/internal/kernel"
)

// The products are the heart of the numeric contract: each element of the
// result is the chain
//
//	s = fma(a[i,p], b[p,j], s)   for p ascending,
//
// which starts from what is already there (0, the bias, or c). Whatever computes
// it gives the same bits: with vector instructions or without, by one thread or
// many.

// Mul sets c = a·b, where a is m×k, b is k×n and c is m×n. Like the other
// products it wants a c that shares no memory with a and b.
func Mul[T Float](c, a, b *Matrix[T]) {
	checkProduct("Mul", c, a, b, false, false)
	kernel.Gemm(product(c, a, b))
}

// MulAdd adds a·b to c, the chain of each element starting from c.
func MulAdd[T Float](c, a, b *Matrix[T]) {
	checkProduct("MulAdd", c, a, b, false, false)
	p := product(c, a, b)
	p.Add = true
	kernel.Gemm(p)
}

// Affine sets z = W·a + b, where b is a column that is added to every column:
// the chain of each element starts from the bias. W is n×k, a is k×m, b is n×1
// and z is n×m. Article equations (1) and (3).
func Affine[T Float](z, W, a, b *Matrix[T]) {
	checkProduct("Affine", z, W, a, false, false)
	if b.Rows != z.Rows || b.Cols != 1 {
		panic(fmt.Sprintf("matrix.Affine: the bias of a %d×%d matrix is %d×%d", z.Rows, z.Cols, b.Rows, b.Cols))
	}
	p := product(z, W, a)
	p.Bias = b.Data
	kernel.Gemm(p)
}

// MulNT sets c = a·bᵀ, where a is m×k, b is n×k and c is m×n.
func MulNT[T Float](c, a, b *Matrix[T]) {
	checkProduct("MulNT", c, a, b, false, true)
	p := product(c, a, b)
	p.TransB = true
	kernel.Gemm(p)
}

// MulTN sets c = aᵀ·b, where a is k×m, b is k×n and c is m×n.
func MulTN[T Float](c, a, b *Matrix[T]) {
	checkProduct("MulTN", c, a, b, true, false)
	p := product(c, a, b)
	p.TransA, p.K = true, a.Rows
	kernel.Gemm(p)
}

// product returns the product c = a·b, neither transposed.
func product[T Float](c, a, b *Matrix[T]) kernel.Product[T] {
	return kernel.Product[T]{
		M: c.Rows, N: c.Cols, K: a.Cols,
		A: a.Data, LDA: a.Rows, B: b.Data, LDB: b.Rows, C: c.Data, LDC: c.Rows,
	}
}

// checkProduct panics unless op(a)·op(b) has the shape of c, and c is neither
// a nor b; op transposes where ta or tb says so.
func checkProduct[T Float](op string, c, a, b *Matrix[T], ta, tb bool) {
	m, k, aMark := a.Rows, a.Cols, ""
	if ta {
		m, k, aMark = k, m, "ᵀ"
	}
	k2, n, bMark := b.Rows, b.Cols, ""
	if tb {
		k2, n, bMark = n, k2, "ᵀ"
	}
	if k != k2 || c.Rows != m || c.Cols != n {
		panic(fmt.Sprintf("matrix.%s: %d×%d = %d×%d%s · %d×%d%s", op, c.Rows, c.Cols, a.Rows, a.Cols, aMark, b.Rows, b.Cols, bMark))
	}
	if sameMemory(c, a) || sameMemory(c, b) {
		panic(fmt.Sprintf("matrix.%s: the result is one of the factors", op))
	}
}

func sameMemory[T Float](a, b *Matrix[T]) bool {
	return len(a.Data) > 0 && len(b.Data) > 0 && &a.Data[0] == &b.Data[0]
}
