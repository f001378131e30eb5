package blasgonum

import (
	"unsafe"

	"gradlab/internal/kernel"
)

// gemm sets C = alpha·A·B + beta·C, where A is m×k, B is k×n and C is m×n.
func gemm[T kernel.Float](m, n, k int, alpha T, a, b view[T], beta T, c view[T]) {
	if m == 0 || n == 0 {
		return
	}
	none := alpha == 0 || k == 0
	if none || beta != 0 {
		c.scale(m, n, beta)
	}
	if none {
		return
	}
	if n < m && !a.lower { // Cᵀ = Bᵀ·Aᵀ: alpha goes into the smaller one
		m, n, a, b, c = n, m, b.transpose(), a.transpose(), c.transpose()
	}
	if alpha == 1 && !a.lower {
		chains(m, n, k, a, b, beta != 0, c)
		return
	}
	width := min(k, max(1, panelSize/m))
	panel := borrow[T](m * width)
	defer panel.giveBack()
	for p := 0; p < k; p += width {
		w := min(width, k-p)
		chains(m, n, w, a.columns(panel.data, m, p, w, alpha), b.from(p, 0), beta != 0 || p > 0, c)
	}
}

// An operand that is changed is copied in panels of at most so many elements.
const panelSize = 1 << 20

// columns sets the panel to the columns p, …, p+n-1 of alpha·A, where A has m
// rows.
func (v view[T]) columns(panel []T, m, p, n int, alpha T) view[T] {
	if !v.lower {
		return v.from(0, p).copyTo(panel, m, n, alpha)
	}
	for i := range m {
		row, from := v.row(i, m), 0 // its elements are in the columns from, …
		if v.trans {
			from = i
		}
		if left, right := max(from, p), min(from+len(row), p+n); left < right {
			scale(panel[i*n:][left-p:right-p], alpha, row[left-from:right-from])
		}
		if i < p || i >= p+n {
			continue
		}
		for j, x := range row { // the mirror image: column i
			panel[(from+j)*n+i-p] = alpha * x
		}
	}
	return view[T]{data: panel, ld: n}
}

// chains sets C = A·B, or continues the chains that C holds. The kernels store
// column by column, so that to them each matrix is its transpose.
func chains[T kernel.Float](m, n, k int, a, b view[T], add bool, c view[T]) {
	if c.lower {
		triangle(n, k, a, b, add, c)
		return
	}
	if c.trans {
		m, n, a, b, c = n, m, b.transpose(), a.transpose(), c.transpose()
	}
	kernel.Gemm(kernel.Product[T]{
		M: n, N: m, K: k,
		A: b.data, LDA: b.ld, TransA: b.trans,
		B: a.data, LDB: a.ld, TransB: a.trans,
		C: c.data, LDC: c.ld,
		Add: add,
	})
}

// A triangle of at most so many rows is computed as a square.
const squareRows = 32

// triangle is chains for a C of n rows that has nothing above the diagonal.
func triangle[T kernel.Float](n, k int, a, b view[T], add bool, c view[T]) {
	if n > squareRows {
		h := half(n)
		below := c.from(h, 0)
		below.lower = false
		triangle(h, k, a, b, add, c)
		chains(n-h, h, k, a.from(h, 0), b, add, below)
		triangle(n-h, k, a.from(h, 0), b.from(0, h), add, c.from(h, h))
		return
	}
	buf := borrow[T](n * n)
	defer buf.giveBack()
	square := view[T]{data: buf.data, ld: n, trans: c.trans}
	inner := square
	inner.lower = true
	if add {
		for i := range n {
			copy(inner.row(i, n), c.row(i, n))
		}
	}
	chains(n, n, k, a, b, add, square)
	for i := range n {
		copy(c.row(i, n), inner.row(i, n))
	}
}

// half returns where to cut n rows: near the middle, at whole vectors.
func half(n int) int { return (n/2 + 7) / 8 * 8 }

// gemvPays reports whether gemv is faster than gonum's for an m×n matrix that is
// transposed. (If it is not, gonum's always is the faster one.) Found by
// measurement.
func gemvPays[T kernel.Float](m, n int) bool {
	if tier, _ := kernel.CurrentTier(); tier == kernel.Generic {
		return false
	}
	if unsafe.Sizeof(T(0)) == 4 {
		return m*n >= 512
	}
	return n >= 32 && m*n >= 2048
}

// gemv sets y = alpha·Aᵀ·x + beta·y, where A is m×n.
func gemv[T kernel.Float](m, n int, alpha T, a view[T], x []T, incX int, beta T, y []T, incY int) {
	if m == 0 || n == 0 {
		return
	}
	buf := borrow[T](m + n)
	defer buf.giveBack()
	xs, ys := buf.data[:m], buf.data[m:]
	gather(xs, x, incX)
	scale(xs, alpha, xs)
	if incY == 1 {
		ys = y[:n]
	} else if beta != 0 {
		gather(ys, y, incY)
	}
	gemm(1, n, m, 1, view[T]{data: xs, ld: m}, a, beta, view[T]{data: ys, ld: n})
	if incY != 1 {
		scatter(y, incY, ys)
	}
}
