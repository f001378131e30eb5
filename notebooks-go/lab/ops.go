package lab

import (
	"math"

	"gradlab/matrix"
)

// The operations of package matrix with results in new matrices, for what is
// right and what is wrong in an exercise.

func like(x *Matrix) *Matrix { return matrix.New[float64](x.Rows, x.Cols) }

func times(c float64, x *Matrix) *Matrix {
	y := like(x)
	matrix.Scale(y, c, x)
	return y
}

func plus(x, y *Matrix) *Matrix {
	z := like(x)
	matrix.Add(z, x, y)
	return z
}

func minus(x, y *Matrix) *Matrix {
	z := like(x)
	matrix.Sub(z, x, y)
	return z
}

func hadamard(x, y *Matrix) *Matrix {
	z := like(x)
	matrix.Hadamard(z, x, y)
	return z
}

func mapped(x *Matrix, f func(float64) float64) *Matrix {
	y := like(x)
	matrix.Map(y, x, f)
	return y
}

func product(x, y *Matrix) *Matrix {
	z := matrix.New[float64](x.Rows, y.Cols)
	matrix.Mul(z, x, y)
	return z
}

func transpose(x *Matrix) *Matrix { return matrix.FromDense[float64](x.T()) }

// affine returns W·a + b.
func affine(W, a, b *Matrix) *Matrix {
	z := matrix.New[float64](W.Rows, a.Cols)
	matrix.Affine(z, W, a, b)
	return z
}

// activate returns g(z).
func activate(g Activation, z *Matrix) *Matrix {
	a := like(z)
	g.Apply(a, z)
	return a
}

// eachRow returns f of every row of x, as rows.
func eachRow(x *Matrix, f func(row []float64) []float64) *Matrix {
	return transpose(eachColumn(transpose(x), f))
}

// eachColumn returns f of every column of x, as columns.
func eachColumn(x *Matrix, f func(column []float64) []float64) *Matrix {
	y := &Matrix{}
	for j := range x.Cols {
		column := f(x.Col(j))
		y.Rows, y.Cols = len(column), j+1
		y.Data = append(y.Data, column...)
	}
	return y
}

func sum(x []float64) float64 { return matrix.SumOf(x) }

func length(x []float64) float64 { return math.Sqrt(matrix.SumSquares(x)) }

// ones returns a matrix of ones.
func ones(rows, cols int) *Matrix {
	x := matrix.New[float64](rows, cols)
	matrix.Fill(x, 1)
	return x
}
