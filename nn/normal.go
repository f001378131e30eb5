package nn

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"gradlab/data"
	"gradlab/layers"
	"gradlab/matrix"
)

// NormalEquation solves linear regression in one step, article equation (44):
// it sets W and b of a layer z = W·x + b to the minimum of the mean squared
// error over a data set plus λ/2·‖W‖². Rather than inverting XᵀX, which squares
// the condition, it solves by a QR factorisation; where the columns of X depend
// on each other it takes the solution of least norm (the pseudo-inverse).
func NormalEquation[T matrix.Float](d *layers.Dense[T], set *data.Dataset[T], lambda float64) error {
	n, k, m := d.W.Cols, d.W.Rows, set.Len()
	if _, linear := d.G.(layers.Identity[T]); !linear {
		return errors.New("the normal equation needs the identity as activation")
	}
	// The rows of A are [xᵀ 1 yᵀ]; those of the penalty are [√(kmλ/2)·I 0 0],
	// since the loss is 1/(km)·‖Xw-y‖².
	rows := m
	if lambda > 0 {
		rows += n
	}
	a := mat.NewDense(max(rows, n+1+k), n+1+k, nil)
	x, y := new(matrix.Matrix[T]), new(matrix.Matrix[T])
	for j := range m {
		set.Gather(x, y, []int{j})
		row := a.RawRowView(j)
		for i, v := range x.Data {
			row[i] = float64(v)
		}
		row[n] = 1
		for i, v := range y.Data {
			row[n+1+i] = float64(v)
		}
	}
	for i := m; i < rows; i++ {
		a.Set(i, i-m, math.Sqrt(float64(k*m)*lambda/2))
	}
	w, err := leastSquares(a, n+1)
	if err != nil {
		return err
	}
	for i := range k {
		for j := range n {
			d.W.Set(i, j, T(w.At(j, i)))
		}
		d.B.Set(i, 0, T(w.At(n, i)))
	}
	return nil
}

// leastSquares returns the w of least norm that minimises ‖Xw-Y‖, for a = [X Y]
// with X the first n columns. In a = QR the factor R = [R₁ QᵀY; 0 …] has all
// that is needed, so that Q is never formed.
func leastSquares(a *mat.Dense, n int) (*mat.Dense, error) {
	_, cols := a.Dims()
	var qr mat.QR
	qr.Factorize(a)
	var r mat.Dense
	qr.RTo(&r)
	r1, qy := r.Slice(0, n, 0, n), r.Slice(0, n, n, cols)

	var svd mat.SVD
	if !svd.Factorize(r1, mat.SVDThin) {
		return nil, errors.New("the singular values of the data did not converge")
	}
	values := svd.Values(nil)
	rank := 0
	for _, s := range values {
		if s > values[0]*float64(n)*0x1p-48 {
			rank++
		}
	}
	w := mat.NewDense(n, cols-n, nil)
	if rank > 0 {
		svd.SolveTo(w, qy, rank)
	}
	return w, nil
}
