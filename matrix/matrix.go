// Package matrix holds the matrices that gradlab trains with: their products,
// element-wise operations, sums and elementary functions.
//
// A matrix is stored column by column, and a column is an example: a batch of
// m examples with n features is an n×m matrix. Every operation takes its
// destination first, checks the shapes and panics with both of them when they
// do not fit; none allocates unless its documentation says so.
//
// The same inputs give the same bits on every machine. Three rules bring this
// about. A product is one chain of fused multiply-adds for each element, in
// ascending order of the inner index (see Mul). A sum over many elements goes
// through the sixteen lanes of Sum. And the elementary functions are our own
// (Exp, Log, Tanh, …), since those of package math differ between
// architectures. Outside the products, x*y + z is written T(x*y) + z, for the
// compiler may otherwise fuse it on some machines and not on others.
//
// Functions may be called at the same time as long as none writes what another
// one uses.
package matrix

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Float is the element type of a matrix.
type Float interface{ float32 | float64 }

// Matrix is a dense matrix, stored column by column: element (i, j) is
// Data[j*Rows+i]. The zero value is an empty matrix, ready for Resize.
type Matrix[T Float] struct {
	Rows, Cols int
	Data       []T // length Rows*Cols
}

// Param is a parameter of a layer with its gradient.
type Param[T Float] struct {
	Name        string     // "W" in its layer, "1.W" in a network
	Value, Grad *Matrix[T] // of one shape; Backward sets Grad, it does not add
	Decay       bool       // whether L2 and weight decay act on it: W yes; b, γ, β no
}

// New returns a rows×cols matrix of zeros.
func New[T Float](rows, cols int) *Matrix[T] {
	return &Matrix[T]{Rows: rows, Cols: cols, Data: make([]T, rows*cols)}
}

// FromRows returns the matrix with the given rows, as one writes it on paper.
func FromRows[T Float](rows ...[]T) *Matrix[T] {
	if len(rows) == 0 {
		return &Matrix[T]{}
	}
	m := New[T](len(rows), len(rows[0]))
	for i, row := range rows {
		if len(row) != m.Cols {
			panic(fmt.Sprintf("matrix.FromRows: row %d has %d elements, row 0 has %d", i, len(row), m.Cols))
		}
		for j, x := range row {
			m.Data[j*m.Rows+i] = x
		}
	}
	return m
}

// Resize makes m a rows×cols matrix. It allocates only when m has never been
// that large; the elements are not set.
func (m *Matrix[T]) Resize(rows, cols int) {
	n := rows * cols
	if cap(m.Data) < n {
		m.Data = make([]T, n)
	}
	m.Rows, m.Cols, m.Data = rows, cols, m.Data[:n]
}

// Clone returns a copy of m.
func (m *Matrix[T]) Clone() *Matrix[T] {
	c := New[T](m.Rows, m.Cols)
	copy(c.Data, m.Data)
	return c
}

// Col returns column j, an example, as a slice of m's own elements.
func (m *Matrix[T]) Col(j int) []T {
	return m.Data[j*m.Rows : (j+1)*m.Rows : (j+1)*m.Rows]
}

// Columns returns the columns from, …, to-1 as a matrix that shares m's elements.
func (m *Matrix[T]) Columns(from, to int) Matrix[T] {
	return Matrix[T]{m.Rows, to - from, m.Data[from*m.Rows : to*m.Rows : to*m.Rows]}
}

// Set sets element (i, j).
func (m *Matrix[T]) Set(i, j int, x T) {
	m.check(i, j)
	m.Data[j*m.Rows+i] = x
}

// At returns element (i, j). With Dims and T it makes m a gonum mat.Matrix, so
// that mat.Formatted prints it.
func (m *Matrix[T]) At(i, j int) float64 {
	m.check(i, j)
	return float64(m.Data[j*m.Rows+i])
}

// Dims returns the number of rows and columns.
func (m *Matrix[T]) Dims() (rows, cols int) { return m.Rows, m.Cols }

// T returns the transpose, as a view for gonum.
func (m *Matrix[T]) T() mat.Matrix { return mat.Transpose{Matrix: m} }

// String returns the matrix as one writes it on paper.
func (m *Matrix[T]) String() string {
	if len(m.Data) == 0 {
		return fmt.Sprintf("[%d×%d]", m.Rows, m.Cols)
	}
	return fmt.Sprintf("%.6g", mat.Formatted(m, mat.Squeeze()))
}

func (m *Matrix[T]) check(i, j int) {
	if uint(i) >= uint(m.Rows) || uint(j) >= uint(m.Cols) {
		panic(fmt.Sprintf("matrix: element (%d, %d) of a %d×%d matrix", i, j, m.Rows, m.Cols))
	}
}

// SameShape panics unless all matrices have the shape of the first; op, such as
// "layers.Tanh", says where.
func SameShape[T Float](op string, first *Matrix[T], others ...*Matrix[T]) {
	for _, m := range others {
		if m.Rows != first.Rows || m.Cols != first.Cols {
			panic(fmt.Sprintf("%s: %d×%d and %d×%d", op, first.Rows, first.Cols, m.Rows, m.Cols))
		}
	}
}

var (
	_ mat.Matrix = (*Matrix[float64])(nil)
	_ mat.Matrix = (*Matrix[float32])(nil)
)
