package blasgonum

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gradlab/internal/kernel"
)

// routines are those of a BLAS that this package has of its own, and Ger, which
// stands for the others.
type routines[T kernel.Float] struct {
	ger   func(m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int)
	gemv  func(tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int)
	gemm  func(tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	symm  func(s blas.Side, ul blas.Uplo, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	syrk  func(ul blas.Uplo, t blas.Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int)
	syr2k func(ul blas.Uplo, t blas.Transpose, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	trmm  func(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int)
	trsm  func(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int)
}

func float64Routines(p blas.Float64) routines[float64] {
	return routines[float64]{p.Dger, p.Dgemv, p.Dgemm, p.Dsymm, p.Dsyrk, p.Dsyr2k, p.Dtrmm, p.Dtrsm}
}

func float32Routines(p blas.Float32) routines[float32] {
	return routines[float32]{p.Sger, p.Sgemv, p.Sgemm, p.Ssymm, p.Ssyrk, p.Ssyr2k, p.Strmm, p.Strsm}
}

// problem is a call of a routine. Its numbers follow from the seed.
type problem struct {
	routine                    string
	tA, tB, upper, right, unit bool
	m, n, k                    int
	padA, padB, padC           int // columns between the rows in memory
	incX, incY                 int
	alpha, beta                float64
	seed                       uint64
	nanResult, wild            bool // c and y hold NaN; operands hold NaN, Inf and 0
}

var routineNames = []string{"ger", "gemv", "gemm", "symm", "syrk", "syr2k", "trmm", "trsm"}

// draw returns any problem whose sizes are among the given ones.
func draw(r *rand.Rand, sizes ...int) problem {
	bit := func() bool { return r.IntN(2) == 0 }
	size := func() int { return sizes[r.IntN(len(sizes))] }
	factors := []float64{0, 1, 1, -1, 0.7, -2.5}
	steps := []int{1, 1, 1, 2, 7, -1, -3}
	return problem{
		routine: routineNames[r.IntN(len(routineNames))],
		tA:      bit(), tB: bit(), upper: bit(), right: bit(), unit: bit(),
		m: size(), n: size(), k: size(),
		padA: r.IntN(3), padB: r.IntN(3), padC: r.IntN(3),
		incX: steps[r.IntN(len(steps))], incY: steps[r.IntN(len(steps))],
		alpha: factors[r.IntN(len(factors))], beta: factors[r.IntN(len(factors))],
		seed: r.Uint64(),
	}
}

// operands makes the numbers of a problem.
type operands[T kernel.Float] struct {
	*rand.Rand
	wild bool
}

func (r operands[T]) number() T {
	if r.wild {
		switch r.IntN(30) {
		case 0:
			return T(math.Inf(1 - 2*r.IntN(2)))
		case 1:
			return T(math.NaN())
		case 2, 3:
			return T(math.Copysign(0, float64(1-2*r.IntN(2))))
		}
	}
	return T(4*r.Float64() - 2) // (the bits of NormFloat64 differ between machines)
}

// matrix returns a matrix with NaN where nothing belongs to it.
func (r operands[T]) matrix(rows, cols, pad int, trans bool) (x []T, ld int) {
	if trans {
		rows, cols = cols, rows
	}
	ld = max(1, cols+pad)
	x = make([]T, ld*rows)
	for i := range x {
		x[i] = T(math.NaN())
		if i%ld < cols {
			x[i] = r.number()
		}
	}
	return x, ld
}

// triangle returns a square matrix with NaN outside of the triangle, and on the
// diagonal, if that is not read. Otherwise that is so large that a system of
// equations can be solved.
func (r operands[T]) triangle(n, pad int, upper, unit bool) (x []T, ld int) {
	x, ld = r.matrix(n, n, pad, false)
	for i := range n {
		for j := range n {
			switch {
			case i == j && unit, i != j && (j > i) != upper:
				x[i*ld+j] = T(math.NaN())
			case i == j:
				x[i*ld+j] += T(n + 4)
			case unit:
				x[i*ld+j] /= T(n)
			}
		}
	}
	return x, ld
}

func (r operands[T]) vector(n, inc int) []T {
	x := make([]T, max(1, 1+(n-1)*max(inc, -inc)))
	for i := range x {
		x[i] = r.number()
	}
	return x
}

// run calls the routine and returns its result, with what lies between.
func run[T kernel.Float](q problem, f routines[T]) []T {
	r := operands[T]{rand.New(rand.NewPCG(q.seed, 0)), q.wild}
	tA, tB, uplo, side, diag := blas.NoTrans, blas.NoTrans, blas.Lower, blas.Left, blas.NonUnit
	if q.tA {
		tA = blas.Trans
	}
	if q.tB {
		tB = blas.ConjTrans
	}
	if q.upper {
		uplo = blas.Upper
	}
	if q.unit {
		diag = blas.Unit
	}
	order := q.m // of a square A
	if q.right {
		side, order = blas.Right, q.n
	}
	alpha, beta := T(q.alpha), T(q.beta)
	result := func(rows, cols int) ([]T, int) {
		c, ldc := r.matrix(rows, cols, q.padC, false)
		if q.nanResult {
			fillNaN(c)
		}
		return c, ldc
	}
	switch q.routine {
	case "ger":
		a, lda := result(q.m, q.n)
		f.ger(q.m, q.n, alpha, r.vector(q.m, q.incX), q.incX, r.vector(q.n, q.incY), q.incY, a, lda)
		return a
	case "gemv":
		a, lda := r.matrix(q.m, q.n, q.padA, false)
		lenX, lenY := q.n, q.m
		if q.tA {
			lenX, lenY = q.m, q.n
		}
		x, y := r.vector(lenX, q.incX), r.vector(lenY, q.incY)
		if q.nanResult {
			fillNaN(y)
		}
		f.gemv(tA, q.m, q.n, alpha, a, lda, x, q.incX, beta, y, q.incY)
		return y
	case "gemm":
		a, lda := r.matrix(q.m, q.k, q.padA, q.tA)
		b, ldb := r.matrix(q.k, q.n, q.padB, q.tB)
		c, ldc := result(q.m, q.n)
		f.gemm(tA, tB, q.m, q.n, q.k, alpha, a, lda, b, ldb, beta, c, ldc)
		return c
	case "symm":
		a, lda := r.triangle(order, q.padA, q.upper, false)
		b, ldb := r.matrix(q.m, q.n, q.padB, false)
		c, ldc := result(q.m, q.n)
		f.symm(side, uplo, q.m, q.n, alpha, a, lda, b, ldb, beta, c, ldc)
		return c
	case "syrk", "syr2k":
		a, lda := r.matrix(q.n, q.k, q.padA, q.tA)
		b, ldb := r.matrix(q.n, q.k, q.padB, q.tA)
		c, ldc := result(q.n, q.n)
		if q.routine == "syrk" {
			f.syrk(uplo, tA, q.n, q.k, alpha, a, lda, beta, c, ldc)
		} else {
			f.syr2k(uplo, tA, q.n, q.k, alpha, a, lda, b, ldb, beta, c, ldc)
		}
		return c
	}
	a, lda := r.triangle(order, q.padA, q.upper, q.unit)
	b, ldb := r.matrix(q.m, q.n, q.padB, false)
	if q.routine == "trmm" {
		f.trmm(side, uplo, tA, diag, q.m, q.n, alpha, a, lda, b, ldb)
	} else {
		f.trsm(side, uplo, tA, diag, q.m, q.n, alpha, a, lda, b, ldb)
	}
	return b
}

func fillNaN[T kernel.Float](x []T) {
	for i := range x {
		x[i] = T(math.NaN())
	}
}

// plainGer is Ger, for which gonum's is wrong where a step is negative.
func plainGer[T kernel.Float](m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
	for i := range m {
		for j := range n {
			a[i*lda+j] += T(alpha * x[first(m, incX)+i*incX] * y[first(n, incY)+j*incY])
		}
	}
}
