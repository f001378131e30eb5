package blasgonum

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"
)

// Each benchmark has gonum beside it: benchstat -col /blas compares them.
var peers = []struct {
	name string
	blas interface {
		blas.Float64
		blas.Float32
	}
}{{"gradlab", Implementation{}}, {"gonum", gonum.Implementation{}}}

// benchEach runs f with matrices of n×n for several n and both peers.
func benchEach[T float32 | float64](b *testing.B, f func(p blas.Float64, p32 blas.Float32, n int, x, y, z []T)) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{4, 8, 16, 32, 64, 128, 256, 512, 1024} {
		x, y, z := make([]T, n*n), make([]T, n*n), make([]T, n*n)
		for i := range x {
			x[i], y[i] = T(r.NormFloat64()), T(r.NormFloat64())
		}
		for i := range n {
			x[i*n+i] += T(2 * n) // triangles can be solved for
		}
		for _, p := range peers {
			b.Run(fmt.Sprintf("n=%d/blas=%s", n, p.name), func(b *testing.B) {
				for range b.N {
					f(p.blas, p.blas, n, x, y, z)
				}
			})
		}
	}
}

func BenchmarkDgemm(b *testing.B) {
	benchEach(b, func(p blas.Float64, _ blas.Float32, n int, x, y, z []float64) {
		p.Dgemm(blas.NoTrans, blas.NoTrans, n, n, n, 1, x, n, y, n, 0, z, n)
	})
}

func BenchmarkSgemm(b *testing.B) {
	benchEach(b, func(_ blas.Float64, p blas.Float32, n int, x, y, z []float32) {
		p.Sgemm(blas.NoTrans, blas.NoTrans, n, n, n, 1, x, n, y, n, 0, z, n)
	})
}

// With alpha and beta as a factorization has them, and one that is narrow.
func BenchmarkDgemmUpdate(b *testing.B) {
	benchEach(b, func(p blas.Float64, _ blas.Float32, n int, x, y, z []float64) {
		p.Dgemm(blas.NoTrans, blas.Trans, n, n, min(n, 64), -1, x, n, y, n, 1, z, n)
	})
}

func BenchmarkDgemvTrans(b *testing.B) {
	benchEach(b, func(p blas.Float64, _ blas.Float32, n int, x, y, z []float64) {
		p.Dgemv(blas.Trans, n, n, 1, x, n, y, 1, 0, z, 1)
	})
}

func BenchmarkSgemvTrans(b *testing.B) {
	benchEach(b, func(_ blas.Float64, p blas.Float32, n int, x, y, z []float32) {
		p.Sgemv(blas.Trans, n, n, 1, x, n, y, 1, 0, z, 1)
	})
}

func BenchmarkDsymm(b *testing.B) {
	benchEach(b, func(p blas.Float64, _ blas.Float32, n int, x, y, z []float64) {
		p.Dsymm(blas.Left, blas.Lower, n, n, 1, x, n, y, n, 0, z, n)
	})
}

func BenchmarkDsyrk(b *testing.B) {
	benchEach(b, func(p blas.Float64, _ blas.Float32, n int, x, y, z []float64) {
		p.Dsyrk(blas.Upper, blas.Trans, n, n, -1, x, n, 0, z, n)
	})
}

func BenchmarkDsyr2k(b *testing.B) {
	benchEach(b, func(p blas.Float64, _ blas.Float32, n int, x, y, z []float64) {
		p.Dsyr2k(blas.Lower, blas.NoTrans, n, n, -1, x, n, y, n, 0, z, n)
	})
}

func BenchmarkDtrmm(b *testing.B) {
	benchEach(b, func(p blas.Float64, _ blas.Float32, n int, x, y, z []float64) {
		copy(z, y)
		p.Dtrmm(blas.Left, blas.Upper, blas.NoTrans, blas.NonUnit, n, n, 1, x, n, z, n)
	})
}

func BenchmarkDtrsmLeft(b *testing.B) {
	benchEach(b, func(p blas.Float64, _ blas.Float32, n int, x, y, z []float64) {
		copy(z, y)
		p.Dtrsm(blas.Left, blas.Lower, blas.NoTrans, blas.NonUnit, n, n, 1, x, n, z, n)
	})
}

func BenchmarkDtrsmRight(b *testing.B) {
	benchEach(b, func(p blas.Float64, _ blas.Float32, n int, x, y, z []float64) {
		copy(z, y)
		p.Dtrsm(blas.Right, blas.Lower, blas.Trans, blas.NonUnit, n, n, 1, x, n, z, n)
	})
}

// BenchmarkMat is what gonum/mat makes of it.
func BenchmarkMat(b *testing.B) {
	defer blas64.Use(blas64.Implementation())
	r := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{4, 16, 64, 256, 1024} {
		a, symmetric := mat.NewDense(n, n, nil), mat.NewSymDense(n, nil)
		for i := range n {
			for j := range n {
				a.Set(i, j, r.NormFloat64())
			}
		}
		symmetric.SymOuterK(1, a)
		for name, f := range map[string]func(){
			"Cholesky": func() { var c mat.Cholesky; c.Factorize(symmetric) },
			"LU":       func() { var f mat.LU; f.Factorize(a) },
			"QR":       func() { var f mat.QR; f.Factorize(a) },
			"Inverse":  func() { var f mat.Dense; _ = f.Inverse(a) },
			"SVD":      func() { var f mat.SVD; f.Factorize(a, mat.SVDThin) },
			"EigenSym": func() { var f mat.EigenSym; f.Factorize(symmetric, true) },
		} {
			if n > 256 && (name == "SVD" || name == "EigenSym") {
				continue // seconds
			}
			for _, p := range peers {
				b.Run(fmt.Sprintf("%s/n=%d/blas=%s", name, n, p.name), func(b *testing.B) {
					blas64.Use(p.blas)
					for range b.N {
						f()
					}
				})
			}
		}
	}
}
