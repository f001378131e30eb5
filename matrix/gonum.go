package matrix

import "gonum.org/v1/gonum/mat"

// DenseT returns the transpose of m as a gonum matrix that shares m's memory:
// gonum stores row by row what we store column by column.
func DenseT(m *Matrix[float64]) *mat.Dense {
	if len(m.Data) == 0 {
		return &mat.Dense{}
	}
	return mat.NewDense(m.Cols, m.Rows, m.Data)
}

// ToDense returns a copy of m as a gonum matrix of the same orientation.
func ToDense[T Float](m *Matrix[T]) *mat.Dense {
	if len(m.Data) == 0 {
		return &mat.Dense{}
	}
	return mat.DenseCopyOf(m)
}

// FromDense returns a copy of a gonum matrix.
func FromDense[T Float](d mat.Matrix) *Matrix[T] {
	rows, cols := d.Dims()
	m := New[T](rows, cols)
	for j := range cols {
		for i, col := 0, m.Col(j); i < rows; i++ {
			col[i] = T(d.At(i, j))
		}
	}
	return m
}
