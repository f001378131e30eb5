package blasgonum_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"
	"gradlab/blasgonum"
)

func Example() {
	blas64.Use(blasgonum.Implementation{})
	defer blas64.Use(gonum.Implementation{})

	a := mat.NewDense(2, 3, []float64{
		1, 2, 3,
		4, 5, 6,
	})
	var aat mat.Dense
	aat.Mul(a, a.T())
	fmt.Println(mat.Formatted(&aat))

	var cholesky mat.Cholesky
	cholesky.Factorize(mat.NewSymDense(2, aat.RawMatrix().Data))
	fmt.Printf("determinant %.4g\n", cholesky.Det())
	// Output:
	// ⎡14  32⎤
	// ⎣32  77⎦
	// determinant 54
}

// The factorizations of gonum/mat with our BLAS are those with gonum's.
func TestMat(t *testing.T) {
	defer blas64.Use(blas64.Implementation())
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1, 7, 50, 250} { // the last is beyond LAPACK's block sizes
		if n > 100 && testing.Short() {
			continue
		}
		a := randomDense(r, n, n)
		for i := range n {
			a.Set(i, i, a.At(i, i)+2*math.Sqrt(float64(n)))
		}
		tall := randomDense(r, n+n/2, n)
		symmetric := mat.NewSymDense(n, nil)
		symmetric.SymOuterK(1, tall.T())
		rhs := randomDense(r, n+n/2, 3)
		for name, f := range map[string]func() mat.Matrix{
			"product":  func() mat.Matrix { var x mat.Dense; x.Mul(tall, a); return &x },
			"Cholesky": func() mat.Matrix { return cholesky(t, symmetric) },
			"LU.L":     func() mat.Matrix { var f mat.LU; f.Factorize(a); var l mat.TriDense; f.LTo(&l); return &l },
			"LU.U":     func() mat.Matrix { var f mat.LU; f.Factorize(a); var u mat.TriDense; f.UTo(&u); return &u },
			"inverse":  func() mat.Matrix { var x mat.Dense; must(t, x.Inverse(a)); return &x },
			"QR.Q":     func() mat.Matrix { var f mat.QR; f.Factorize(tall); var q mat.Dense; f.QTo(&q); return &q },
			"QR.R":     func() mat.Matrix { var f mat.QR; f.Factorize(tall); var r mat.Dense; f.RTo(&r); return &r },
			"least squares": func() mat.Matrix {
				var x mat.Dense
				must(t, x.Solve(tall, rhs))
				return &x
			},
			"singular values": func() mat.Matrix {
				var f mat.SVD
				f.Factorize(tall, mat.SVDThin)
				return mat.NewDense(1, n, f.Values(nil))
			},
			"U·Σ·Vᵀ": func() mat.Matrix { return product(tall) },
			"eigenvalues": func() mat.Matrix {
				var f mat.EigenSym
				f.Factorize(symmetric, true)
				return mat.NewDense(1, n, f.Values(nil))
			},
		} {
			var results []mat.Matrix
			for _, p := range []blas.Float64{blasgonum.Implementation{}, gonum.Implementation{}} {
				blas64.Use(p)
				results = append(results, f())
			}
			if d := distance(results[0], results[1]); !(d <= 1e-12) {
				t.Errorf("%s, n = %d: relative distance %.2g", name, n, d)
			}
		}
	}
}

func randomDense(r *rand.Rand, rows, cols int) *mat.Dense {
	x := mat.NewDense(rows, cols, nil)
	x.Apply(func(_, _ int, _ float64) float64 { return r.NormFloat64() }, x)
	return x
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func cholesky(t *testing.T, a mat.Symmetric) mat.Matrix {
	var f mat.Cholesky
	if !f.Factorize(a) {
		t.Fatal("not positive definite")
	}
	var u mat.TriDense
	f.UTo(&u)
	return &u
}

// product returns a, put together from its singular value decomposition.
func product(a mat.Matrix) mat.Matrix {
	var f mat.SVD
	f.Factorize(a, mat.SVDThin)
	var u, v, x mat.Dense
	f.UTo(&u)
	f.VTo(&v)
	x.Product(&u, mat.NewDiagDense(len(f.Values(nil)), f.Values(nil)), v.T())
	return &x
}

// distance is the largest difference, relative to the largest element.
func distance(a, b mat.Matrix) float64 {
	var d mat.Dense
	d.Sub(a, b)
	return mat.Norm(&d, math.Inf(1)) / mat.Norm(b, math.Inf(1))
}
