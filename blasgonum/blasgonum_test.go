package blasgonum

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gradlab/internal/kernel"
)

var (
	ours32, gonums32 = float32Routines(Implementation{}), float32Routines(gonum.Implementation{})
	ours64, gonums64 = float64Routines(Implementation{}), float64Routines(gonum.Implementation{})
)

func init() { gonums32.ger, gonums64.ger = plainGer[float32], plainGer[float64] }

// Sizes around those of the tiles and of the blocks that triangles are cut into.
var oddSizes = []int{0, 1, 2, 3, 5, 8, 9, 16, 17, 31, 32, 33, 40, 65, 100}

func TestAgreesWithGonum(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		for range 1000 {
			checkAgainstGonum(t, draw(r, oddSizes...))
		}
	})
}

// Sizes for several panels, blocks and threads.
func TestLargeAgreesWithGonum(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute where processors are emulated")
	}
	r := rand.New(rand.NewPCG(2, 2))
	for _, routine := range routineNames {
		q := draw(r, 300)
		q.routine, q.alpha, q.k = routine, -2.5, 4000
		checkAgainstGonum(t, q)
	}
}

func checkAgainstGonum(t *testing.T, q problem) {
	t.Helper()
	compare(t, q, run(q, ours64), run(q, gonums64), 1e-13)
	compare(t, q, run(q, ours32), run(q, gonums32), 3e-5)
}

// compare wants equal numbers up to tol of the largest, or of the sums on the
// way, which may cancel; and NaN in the same places: between the rows, and where
// a triangle is not.
func compare[T kernel.Float](t *testing.T, q problem, got, want []T, tol float64) {
	t.Helper()
	largest := max(1, 4*math.Abs(q.alpha)*math.Sqrt(float64(max(q.m, q.n, q.k))), 2*math.Abs(q.beta))
	for _, w := range want {
		if w == w {
			largest = max(largest, math.Abs(float64(w)))
		}
	}
	for i, w := range want {
		if d := math.Abs(float64(got[i] - w)); !(d <= tol*largest) && (w == w || got[i] == got[i]) {
			t.Fatalf("%+v: element %d of %d is %v, gonum's %v", q, i, len(want), got[i], w)
		}
	}
}

// eachTier runs f on every tier of this machine, and then brings back the first.
func eachTier(t *testing.T, f func(t *testing.T)) {
	before, _ := kernel.CurrentTier()
	defer kernel.SetTier(before)
	for _, tier := range kernel.Tiers() {
		if err := kernel.SetTier(tier); err != nil {
			t.Fatal(err)
		}
		t.Run(string(tier), f)
	}
}

// What is ours has the same bits on every tier and every machine, with NaN and
// Inf, too.
func TestSameBitsEverywhere(t *testing.T) {
	const want = 0x15c9eae492d1e904
	eachTier(t, func(t *testing.T) {
		sum := fnv.New64()
		r := rand.New(rand.NewPCG(3, 3))
		for i := range 600 {
			q := draw(r, oddSizes...)
			q.wild = i%3 == 0
			if q.routine == "ger" || q.routine == "gemv" {
				continue // some of these are gonum's
			}
			for _, x := range run(q, ours64) {
				binary.Write(sum, binary.LittleEndian, bitsOf(x))
			}
			for _, x := range run(q, ours32) {
				binary.Write(sum, binary.LittleEndian, bitsOf(x))
			}
		}
		if got := sum.Sum64(); got != want {
			t.Errorf("the hash of the results is %#x, not %#x", got, uint64(want))
		}
	})
}

// bitsOf returns the bits of x, and the same ones for every NaN.
func bitsOf[T kernel.Float](x T) uint64 {
	if x != x {
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(float64(x))
}

// Gemm is, bit for bit, what the package documentation says.
func TestGemmIsItsDefinition(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(4, 4))
		for i := range 500 {
			q := draw(r, oddSizes...)
			q.routine, q.wild = "gemm", i%2 == 0
			checkDefinition(t, q, ours64)
			checkDefinition(t, q, ours32)
		}
		q := draw(r, 40) // in several panels
		q.routine, q.alpha, q.k = "gemm", 0.7, panelSize/30
		checkDefinition(t, q, ours64)
	})
}

func checkDefinition[T kernel.Float](t *testing.T, q problem, ours routines[T]) {
	t.Helper()
	definition := routines[T]{gemm: plainGemm[T]}
	got, want := run(q, ours), run(q, definition)
	for i, w := range want {
		if bitsOf(got[i]) != bitsOf(w) {
			t.Fatalf("%+v: element %d is %v, by definition %v", q, i, got[i], w)
		}
	}
}

// plainGemm is the definition, in plain loops.
func plainGemm[T kernel.Float](tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	alphaA, alphaB := alpha, T(1)
	if n < m {
		alphaA, alphaB = 1, alpha
	}
	for i := range m {
		for j := range n {
			s := T(0)
			if beta != 0 {
				s = beta * c[i*ldc+j]
			}
			for p := 0; p < k && alpha != 0; p++ {
				atA, atB := i*lda+p, p*ldb+j
				if tA != blas.NoTrans {
					atA = p*lda + i
				}
				if tB != blas.NoTrans {
					atB = j*ldb + p
				}
				s = kernel.FMA(alphaA*a[atA], alphaB*b[atB], s)
			}
			c[i*ldc+j] = s
		}
	}
}

// With beta 0 nothing is left of what c or y held.
func TestBetaZeroDoesNotRead(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 2000 {
		q := draw(r, oddSizes...)
		switch q.routine {
		case "ger", "trmm", "trsm":
			continue // these have no beta
		}
		if q.m*q.n == 0 {
			continue // nothing is done
		}
		q.beta, q.padC, q.incY = 0, 0, 1
		clean := run(q, ours64)
		q.nanResult = true
		triangle := q.routine == "syrk" || q.routine == "syr2k"
		for i, x := range run(q, ours64) {
			if row, col := i/max(1, q.n), i%max(1, q.n); triangle && row != col && (col > row) != q.upper {
				continue
			}
			if x != clean[i] {
				t.Fatalf("%+v: element %d is %v where c was NaN, else %v", q, i, x, clean[i])
			}
		}
	}
}

// Whatever parameter is wrong, the panic is gonum's.
func TestPanicsAreGonums(t *testing.T) {
	const n = 40
	floats64, floats32 := make([]float64, n*n), make([]float32, n*n)
	bad := map[reflect.Type][]any{
		reflect.TypeFor[int]():            {-1, 0, 1, n - 1, n + 1},
		reflect.TypeFor[blas.Transpose](): {blas.Transpose('x'), blas.ConjTrans},
		reflect.TypeFor[blas.Side]():      {blas.Side('x')},
		reflect.TypeFor[blas.Uplo]():      {blas.Uplo('x')},
		reflect.TypeFor[blas.Diag]():      {blas.Diag('x')},
		reflect.TypeFor[[]float64]():      {[]float64(nil), floats64[:n*n-1], floats64[:n-1]},
		reflect.TypeFor[[]float32]():      {[]float32(nil), floats32[:n*n-1], floats32[:n-1]},
	}
	good := map[reflect.Type]any{
		reflect.TypeFor[int]():            n,
		reflect.TypeFor[blas.Transpose](): blas.Trans,
		reflect.TypeFor[blas.Side]():      blas.Left,
		reflect.TypeFor[blas.Uplo]():      blas.Lower,
		reflect.TypeFor[blas.Diag]():      blas.NonUnit,
		reflect.TypeFor[[]float64]():      floats64,
		reflect.TypeFor[[]float32]():      floats32,
		reflect.TypeFor[float64]():        0.5,
		reflect.TypeFor[float32]():        float32(0.5),
	}
	ours, gonums := reflect.ValueOf(Implementation{}), reflect.ValueOf(gonum.Implementation{})
	panics := 0
	for _, name := range []string{"ger", "gemv", "gemm", "symm", "syrk", "syr2k", "trmm", "trsm"} {
		for _, name := range []string{"D" + name, "S" + name} {
			kind := ours.MethodByName(name).Type()
			var args []reflect.Value
			for i := range kind.NumIn() {
				args = append(args, reflect.ValueOf(good[kind.In(i)]))
			}
			switch name[1:] { // the steps
			case "ger":
				args[4], args[6] = reflect.ValueOf(1), reflect.ValueOf(1)
			case "gemv":
				args[7], args[10] = reflect.ValueOf(1), reflect.ValueOf(1)
			}
			for i, arg := range args {
				for j, wrong := range bad[kind.In(i)] {
					args[i] = reflect.ValueOf(wrong)
					// Two mistakes at once show in which order they are looked for.
					for second := range args[:i+1] {
						before := args[second]
						if others := bad[kind.In(second)]; second < i && len(others) > 0 {
							args[second] = reflect.ValueOf(others[j%len(others)])
						}
						got, want := panicOf(ours.MethodByName(name), args), panicOf(gonums.MethodByName(name), args)
						if got != want {
							t.Errorf("%s, parameter %d = %v: panic %v, gonum's %v", name, i, wrong, got, want)
						}
						if want != nil {
							panics++
						}
						args[second] = before
					}
				}
				args[i] = arg
			}
		}
	}
	if panics < 500 {
		t.Errorf("only %d panics", panics)
	}
}

func panicOf(f reflect.Value, args []reflect.Value) (what any) {
	defer func() { what = recover() }()
	f.Call(args)
	return nil
}

func TestNoAllocations(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for _, n := range []int{5, 200} {
		x, y, z := make([]float64, n*n), make([]float64, n*n), make([]float64, n*n)
		for i := range x {
			x[i], y[i] = r.NormFloat64(), r.NormFloat64()
		}
		f := ours64
		for name, call := range map[string]func(){
			"gemm":         func() { f.gemm(blas.NoTrans, blas.NoTrans, n, n, n, 1, x, n, y, n, 0, z, n) },
			"gemm, scaled": func() { f.gemm(blas.Trans, blas.NoTrans, n, n, n, -2, x, n, y, n, 0.5, z, n) },
			"gemv":         func() { f.gemv(blas.Trans, n, n, 2, x, n, y, n, 0.5, z, 1) },
			"symm":         func() { f.symm(blas.Right, blas.Upper, n, n, 2, x, n, y, n, 0.5, z, n) },
			"syrk":         func() { f.syrk(blas.Upper, blas.Trans, n, n, 2, x, n, 0.5, z, n) },
			"syr2k":        func() { f.syr2k(blas.Lower, blas.Trans, n, n, 2, x, n, y, n, 0.5, z, n) },
			"trmm":         func() { f.trmm(blas.Right, blas.Upper, blas.Trans, blas.Unit, n, n, 0.5, x, n, z, n) },
			"trsm":         func() { f.trsm(blas.Right, blas.Upper, blas.Trans, blas.Unit, n, n, 0.5, x, n, z, n) },
		} {
			clear(z)
			if allocs := testing.AllocsPerRun(5, call); allocs != 0 {
				t.Errorf("%s, n = %d: %v allocations", name, n, allocs)
			}
		}
	}
}

// Calls at the same time do not disturb one another.
func TestConcurrentCalls(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	problems := make([]problem, 40)
	want := make([][]float64, len(problems))
	for i := range problems {
		problems[i] = draw(r, 20, 70, 150)
		want[i] = run(problems[i], ours64)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i, q := range problems {
				compare(t, q, run(q, ours64), want[i], 0)
			}
		}()
	}
	wg.Wait()
}
