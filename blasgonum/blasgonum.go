// Package blasgonum gives gonum our products: an implementation of the BLAS in
// float64 and float32 whose matrix products, and what is made of them, run on
// the kernels that gradlab trains with.
//
//	blas64.Use(blasgonum.Implementation{})
//
// is all that gonum/mat needs to multiply, factorize and solve with them.
//
// Gemm, Symm, Syrk, Syr2k, Trmm and Trsm are ours, and Gemv with a transposed
// matrix that is not small; all else is gonum's. What gonum refuses, ours refuse
// in the same words.
//
// # What is computed
//
// Each element of a Gemm is one chain of fused multiply-adds over the inner
// index, in ascending order, which starts from 0 if beta is 0 (then c is not
// read), else from beta·c, rounded. If alpha is not 1, it goes into the operand
// that has fewer elements, into a if both have the same number, each element
// rounded. Symm is that Gemm with alpha in the symmetric matrix. So are Syrk, with
// alpha in the left A, and Syr2k, which continues the chains of alpha·A·Bᵀ with
// those of alpha·B·Aᵀ, both below the diagonal; what is stored above is the mirror
// image of that. Trmm and Trsm multiply B by alpha first, and Trsm multiplies by
// the reciprocals of the diagonal, as gonum's mostly does.
//
// Nothing skips a multiplication by zero: NaN and Inf go where IEEE 754 says,
// which gonum's do not promise. And the results have the same bits on every
// machine, with any number of threads, but those of Gemv: there speed decides
// who computes it, and gonum's bits are the machine's.
//
// # How fast it is
//
// With AVX-512, from n = 64 to 1024, one thread each, they are faster than gonum's
// by these factors: Dgemm 6 to 7, Sgemm 8 to 8.5, Dsymm 4 to 5, Dsyrk 4 to 4.5,
// Dsyr2k 4 to 10, Dtrmm 2.5 to 4, Dtrsm 2 to 5.5; with two threads, at n = 512: 7,
// 8.5, 7, 8.5, 16, 6 and 7. At n = 4 a Gemm takes as long as gonum's, and up to
// n = 16 some of the others take longer, the most, 0.7 µs, Dsyr2k. Where there is
// no assembly for the machine the bits have their price: Dgemm takes 1.4 times as
// long as gonum's portable one, Sgemm 3 times. The benchmarks have gonum beside
// them.
package blasgonum

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Implementation is the BLAS: gonum's, with our products in place of its own.
// It may be used by several goroutines at once.
type Implementation struct{ gonum.Implementation }

var (
	_ blas.Float64 = Implementation{}
	_ blas.Float32 = Implementation{}
)
