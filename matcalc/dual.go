package matcalc

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// dual is a matrix of numbers v, row by row, with its derivative d in one
// direction. The derivative is zero if d is nil.
type dual struct {
	rows, cols int
	v, d       []float64
}

func newDual(rows, cols int) dual { return dual{rows, cols, make([]float64, rows*cols), nil} }

// like returns zeros of the size of a, with room for a derivative if one of xs
// has one.
func (a dual) like(xs ...dual) dual {
	r := newDual(a.rows, a.cols)
	for _, x := range xs {
		if x.d != nil {
			r.d = make([]float64, len(r.v))
			break
		}
	}
	return r
}

// at returns entry i, for a scalar always its only one.
func (a dual) at(i int) (v, d float64) {
	if len(a.v) == 1 {
		i = 0
	}
	if a.d != nil {
		d = a.d[i]
	}
	return a.v[i], d
}

// plus adds c·b, of the same size.
func (a *dual) plus(c float64, b dual) {
	for i, x := range b.v {
		a.v[i] += c * x
	}
	if b.d != nil {
		if a.d == nil {
			a.d = make([]float64, len(a.v))
		}
		for i, x := range b.d {
			a.d[i] += c * x
		}
	}
}

// each returns f, which computes a value and its derivative, of every entry.
func (a dual) each(f func(x, dx float64) (y, dy float64)) dual {
	r := a.like(a)
	for i := range a.v {
		y, dy := f(a.at(i))
		r.v[i] = y
		if r.d != nil {
			r.d[i] = dy
		}
	}
	return r
}

// zip returns f of the entries of two matrices of one size, or a matrix and a scalar.
func zip(a, b dual, f func(x, dx, y, dy float64) (z, dz float64)) dual {
	if len(a.v) < len(b.v) {
		return zip(b, a, func(x, dx, y, dy float64) (float64, float64) { return f(y, dy, x, dx) })
	}
	r := a.like(a, b)
	for i := range a.v {
		x, dx := a.at(i)
		y, dy := b.at(i)
		z, dz := f(x, dx, y, dy)
		r.v[i] = z
		if r.d != nil {
			r.d[i] = dz
		}
	}
	return r
}

func times(a, b dual) dual {
	return zip(a, b, func(x, dx, y, dy float64) (float64, float64) { return x * y, dx*y + x*dy })
}

// raise returns x^y with its derivative.
func raise(x, dx, y, dy float64) (z, dz float64) {
	z = math.Pow(x, y)
	if dx != 0 {
		dz = y * math.Pow(x, y-1) * dx
	}
	if dy != 0 {
		dz += z * math.Log(x) * dy
	}
	return z, dz
}

// mul returns the matrix product.
func (a dual) mul(b dual) dual {
	r := newDual(a.rows, b.cols)
	mulAdd(r.v, a.v, b.v, a.rows, a.cols, b.cols)
	if a.d != nil || b.d != nil {
		r.d = make([]float64, len(r.v))
	}
	if a.d != nil {
		mulAdd(r.d, a.d, b.v, a.rows, a.cols, b.cols)
	}
	if b.d != nil {
		mulAdd(r.d, a.v, b.d, a.rows, a.cols, b.cols)
	}
	return r
}

// mulAdd adds the m×k a times the k×n b to c.
func mulAdd(c, a, b []float64, m, k, n int) {
	for i := range m {
		for p := range k {
			x := a[i*k+p]
			for j := range n {
				c[i*n+j] += x * b[p*n+j]
			}
		}
	}
}

// rearranged returns the rows×cols matrix whose entry i is the from(i)-th of a,
// or 0 where that is negative.
func (a dual) rearranged(rows, cols int, from func(i int) int) dual {
	r := dual{rows: rows, cols: cols}
	move := func(x []float64) []float64 {
		y := make([]float64, rows*cols)
		for i := range y {
			if j := from(i); j >= 0 {
				y[i] = x[j]
			}
		}
		return y
	}
	r.v = move(a.v)
	if a.d != nil {
		r.d = move(a.d)
	}
	return r
}

func (a dual) t() dual {
	return a.rearranged(a.cols, a.rows, func(i int) int { return i%a.rows*a.cols + i/a.rows })
}

func (a dual) diag() dual { // column to diagonal matrix
	n := a.rows
	return a.rearranged(n, n, func(i int) int {
		if i/n != i%n {
			return -1
		}
		return i / n
	})
}

func (a dual) diagOf() dual {
	return a.rearranged(a.rows, 1, func(i int) int { return i*a.cols + i })
}

func (a dual) vec() dual {
	return a.rearranged(a.rows*a.cols, 1, func(i int) int { return i%a.rows*a.cols + i/a.rows })
}

func kron(a, b dual) dual {
	rows, cols := a.rows*b.rows, a.cols*b.cols
	wide := func(x dual, of func(i, j int) int) dual {
		return x.rearranged(rows, cols, func(i int) int { return of(i/cols, i%cols) })
	}
	left := wide(a, func(i, j int) int { return i/b.rows*a.cols + j/b.cols })
	right := wide(b, func(i, j int) int { return i%b.rows*b.cols + j%b.cols })
	return times(left, right)
}

// sum returns the sum of all entries.
func (a dual) sum() dual {
	r := newDual(1, 1).like(a)
	for i := range a.v {
		v, d := a.at(i)
		r.v[0] += v
		if r.d != nil {
			r.d[0] += d
		}
	}
	return r
}

// inv returns the inverse of a square matrix, and its condition number.
func (a dual) inv() (dual, float64) {
	var inverse mat.Dense
	condition := 1.0
	if err := inverse.Inverse(mat.NewDense(a.rows, a.cols, a.v)); err != nil {
		condition = math.Inf(1)
		if c, ok := err.(mat.Condition); ok {
			condition = float64(c)
		}
	}
	r := dual{a.rows, a.cols, inverse.RawMatrix().Data, nil}
	if a.d != nil {
		n := a.rows
		half, d := make([]float64, n*n), make([]float64, n*n)
		mulAdd(half, a.d, r.v, n, n, n)
		mulAdd(d, r.v, half, n, n, n)
		for i := range d {
			d[i] = -d[i]
		}
		r.d = d
	}
	return r, condition
}

// det returns the determinant: by elimination of values and derivatives
// together, which also holds where the matrix is singular.
func (a dual) det() dual {
	n := a.rows
	m := newDual(n, n).like(a)
	copy(m.v, a.v)
	copy(m.d, a.d)
	r := dual{1, 1, []float64{1}, nil}
	for k := range n {
		p, swaps := m.pivot(k)
		if m.v[p] == 0 { // so is what is left of the matrix
			return r.singular(m, k)
		}
		pivot := m.rearranged(1, 1, func(int) int { return p })
		r = times(r, pivot)
		if swaps%2 == 1 {
			r = r.each(func(x, dx float64) (float64, float64) { return -x, -dx })
		}
		m.eliminate(k)
	}
	return r
}

// singular returns the determinant if all values of m from row and column k on
// are 0: its derivative is not, if m has only one row left.
func (a dual) singular(m dual, k int) dual {
	r := newDual(1, 1).like(m)
	if k == m.rows-1 && m.d != nil {
		r.d[0] = a.v[0] * m.d[k*m.cols+k]
	}
	return r
}

// pivot brings the largest entry from row and column k on to (k,k) and returns
// its index and the number of exchanges.
func (a dual) pivot(k int) (index, swaps int) {
	n, bi, bj := a.rows, k, k
	for i := k; i < n; i++ {
		for j := k; j < n; j++ {
			if math.Abs(a.v[i*n+j]) > math.Abs(a.v[bi*n+bj]) {
				bi, bj = i, j
			}
		}
	}
	for _, x := range [][]float64{a.v, a.d} {
		for j := 0; j < n && x != nil; j++ {
			x[k*n+j], x[bi*n+j] = x[bi*n+j], x[k*n+j]
		}
		for i := 0; i < n && x != nil; i++ {
			x[i*n+k], x[i*n+bj] = x[i*n+bj], x[i*n+k]
		}
	}
	if bi != k {
		swaps++
	}
	if bj != k {
		swaps++
	}
	return k*n + k, swaps
}

// eliminate makes the entries below (k,k) zero.
func (a dual) eliminate(k int) {
	n := a.rows
	p, dp := a.at(k*n + k)
	for i := k + 1; i < n; i++ {
		x, dx := a.at(i*n + k)
		l := x / p
		dl := (dx - l*dp) / p
		for j := k + 1; j < n; j++ {
			y, dy := a.at(k*n + j)
			a.v[i*n+j] -= l * y
			if a.d != nil {
				a.d[i*n+j] -= dl*y + l*dy
			}
		}
	}
}

// adj returns the adjugate, by cofactors.
func (a dual) adj() dual {
	n := a.rows
	r := a.like(a)
	for i := range n {
		for j := range n {
			minor := a.rearranged(n-1, n-1, func(at int) int {
				p, q := at/(n-1), at%(n-1)
				if p >= i {
					p++
				}
				if q >= j {
					q++
				}
				return p*n + q
			})
			v, d := minor.det().at(0)
			if (i+j)%2 == 1 {
				v, d = -v, -d
			}
			r.v[j*n+i] = v
			if r.d != nil {
				r.d[j*n+i] = d
			}
		}
	}
	return r
}

// entryFunctions are the built-in element-wise functions with their derivatives.
var entryFunctions = map[string]func(x float64) (y, slope float64){
	"exp":  func(x float64) (float64, float64) { y := math.Exp(x); return y, y },
	"log":  func(x float64) (float64, float64) { return math.Log(x), 1 / x },
	"sqrt": func(x float64) (float64, float64) { y := math.Sqrt(x); return y, 0.5 / y },
	"sin":  func(x float64) (float64, float64) { return math.Sin(x), math.Cos(x) },
	"cos":  func(x float64) (float64, float64) { return math.Cos(x), -math.Sin(x) },
	"tan":  func(x float64) (float64, float64) { y := math.Tan(x); return y, 1 + y*y },
	"tanh": func(x float64) (float64, float64) { y := math.Tanh(x); return y, 1 - y*y },
	"sigmoid": func(x float64) (float64, float64) {
		y := 1 / (1 + math.Exp(-x))
		return y, y * (1 - y)
	},
	"softplus": func(x float64) (float64, float64) {
		return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))), 1 / (1 + math.Exp(-x))
	},
	"relu": func(x float64) (float64, float64) { return math.Max(x, 0), step(x) },
	"abs":  func(x float64) (float64, float64) { return math.Abs(x), step(x) - step(-x) },
	"sign": func(x float64) (float64, float64) { return step(x) - step(-x), 0 },
	"step": func(x float64) (float64, float64) { return step(x), 0 },
}

func step(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}
