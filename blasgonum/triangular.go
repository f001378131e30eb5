package blasgonum

import (
	"gonum.org/v1/gonum/blas"
	"gradlab/internal/kernel"
)

// triangular is a triangular k×k matrix A, by which B is multiplied, or for
// which A·X = B is solved.
type triangular[T kernel.Float] struct {
	view[T]
	upper, unit, solve bool
}

func triangularOf[T kernel.Float](uplo blas.Uplo, t blas.Transpose, diag blas.Diag, solve bool, data []T, ld int) triangular[T] {
	return triangular[T]{general(t, data, ld), (uplo == blas.Upper) != (t != blas.NoTrans), diag == blas.Unit, solve}
}

// apply sets the m×n B to alpha·A·B or alpha·A⁻¹·B, or with A on the right to
// alpha·B·A or alpha·B·A⁻¹.
func (a triangular[T]) apply(side blas.Side, m, n int, alpha T, b view[T]) {
	if m == 0 || n == 0 {
		return
	}
	b.scale(m, n, alpha)
	if alpha == 0 {
		return
	}
	if side == blas.Right { // (B·A)ᵀ = Aᵀ·Bᵀ
		m, n, b = n, m, b.transpose()
		a.view, a.upper = a.view.transpose(), !a.upper
	}
	a.run(m, n, b)
}

// A triangle of at most so many rows is not divided any further.
const leafRows = 8

// run does it for A on the left, k×k, and B, k×n: for one half of the rows of B,
// then for the product that binds the halves together, then for the other half.
func (a triangular[T]) run(k, n int, b view[T]) {
	if k <= leafRows {
		a.leaf(k, n, b)
		return
	}
	h := half(k)
	b1, b2 := b, b.from(h, 0)
	a1, a2 := a, a
	a2.view = a.view.from(h, h)
	first1 := a.upper != a.solve
	if first1 {
		a1.run(h, n, b1)
	} else {
		a2.run(k-h, n, b2)
	}
	if a.upper {
		gemm(h, n, k-h, a.sign(), a.view.from(0, h), b2, 1, b1)
	} else {
		gemm(k-h, n, h, a.sign(), a.view.from(h, 0), b1, 1, b2)
	}
	if first1 {
		a2.run(k-h, n, b2)
	} else {
		a1.run(h, n, b1)
	}
}

// leafCols is how many columns of B a leaf takes at a time: they stay in the
// first cache.
const leafCols = 256

// leaf does it without products, by the rows of B. If they do not lie in memory
// as rows it copies them.
func (a triangular[T]) leaf(k, n int, b view[T]) {
	var rows [leafRows][]T
	if !b.trans {
		for j := 0; j < n; j += leafCols {
			for i := range k {
				rows[i] = b.data[i*b.ld+j:][:min(leafCols, n-j)]
			}
			a.rows(rows[:k])
		}
		return
	}
	buf := borrow[T](leafRows * leafCols)
	defer buf.giveBack()
	for j := 0; j < n; j += leafCols {
		cols := min(leafCols, n-j)
		for i := range k {
			rows[i] = buf.data[i*leafCols:][:cols]
		}
		columns := b.data[j*b.ld:]
		for q := range cols {
			for i, x := range columns[q*b.ld:][:k] {
				rows[i][q] = x
			}
		}
		a.rows(rows[:k])
		for q := range cols {
			column := columns[q*b.ld:][:k]
			for i := range column {
				column[i] = rows[i][q]
			}
		}
	}
}

// rows does it for a few rows of B.
func (a triangular[T]) rows(rows [][]T) {
	k := len(rows)
	for r := range k {
		i := r
		if a.upper == a.solve {
			i = k - 1 - r
		}
		if !a.solve && !a.unit {
			scale(rows[i], a.at(i, i), rows[i])
		}
		from, to := 0, i
		if a.upper {
			from, to = i+1, k
		}
		for p := from; p < to; p++ {
			addScaled(rows[i], a.sign()*a.at(i, p), rows[p])
		}
		if a.solve && !a.unit {
			scale(rows[i], 1/a.at(i, i), rows[i])
		}
	}
}

// sign is that of the products.
func (a triangular[T]) sign() T {
	if a.solve {
		return -1
	}
	return 1
}
