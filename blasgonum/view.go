package blasgonum

import (
	"gonum.org/v1/gonum/blas"
	"gradlab/internal/kernel"
)

// view is a matrix as gonum stores it, row by row, or the transpose of one:
// element (i, j) is data[i*ld+j], or data[j*ld+i].
type view[T kernel.Float] struct {
	data  []T
	ld    int
	trans bool
	// Only what is on and below the diagonal is there. An operand has the mirror
	// image of it above; a result has nothing above.
	lower bool
}

// general returns the view of a matrix, or of its transpose.
func general[T kernel.Float](t blas.Transpose, data []T, ld int) view[T] {
	return view[T]{data: data, ld: ld, trans: t != blas.NoTrans}
}

// symmetric returns the view of a matrix of which only a triangle is there.
func symmetric[T kernel.Float](uplo blas.Uplo, data []T, ld int) view[T] {
	return view[T]{data: data, ld: ld, trans: uplo == blas.Upper, lower: true}
}

func (v view[T]) transpose() view[T] {
	v.trans = !v.trans
	return v
}

// from returns the rows of v from i and the columns from j on, of which there
// must be some.
func (v view[T]) from(i, j int) view[T] {
	if v.trans {
		i, j = j, i
	}
	v.data = v.data[i*v.ld+j:]
	return v
}

func (v view[T]) at(i, j int) T {
	if v.trans {
		i, j = j, i
	}
	return v.data[i*v.ld+j]
}

// stored returns the shape that an m×n view has in memory.
func (v view[T]) stored(m, n int) (rows, cols int) {
	if v.trans {
		return n, m
	}
	return m, n
}

// row returns what is there of row i in memory, which has cols columns.
func (v view[T]) row(i, cols int) []T {
	row := v.data[i*v.ld:][:cols]
	switch {
	case v.lower && v.trans:
		return row[i:]
	case v.lower:
		return row[:i+1]
	}
	return row
}

// scale multiplies the m×n view by s. If s is 0 it does not read it.
func (v view[T]) scale(m, n int, s T) {
	if s == 1 {
		return
	}
	rows, cols := v.stored(m, n)
	for i := range rows {
		row := v.row(i, cols)
		if s == 0 {
			clear(row)
		} else {
			scale(row, s, row)
		}
	}
}

// copyTo copies the m×n view, times s, to dst, one row of memory after the
// other, and returns the copy.
func (v view[T]) copyTo(dst []T, m, n int, s T) view[T] {
	rows, cols := v.stored(m, n)
	for i := range rows {
		scale(dst[i*cols:][:cols], s, v.data[i*v.ld:][:cols])
	}
	return view[T]{data: dst, ld: cols, trans: v.trans}
}

// other returns the other transposition.
func other(t blas.Transpose) blas.Transpose {
	if t == blas.NoTrans {
		return blas.Trans
	}
	return blas.NoTrans
}
