package nn

import (
	"errors"
	"math"
	"slices"

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
	if _, linear := d.G.(layers.Identity[T]); !linear {
		return errors.New("the normal equation needs the identity as activation")
	}
	n, k, m := d.W.Cols, d.W.Rows, set.Len()
	var penalty []float64 // of W; b is free
	if lambda > 0 {
		penalty = slices.Repeat([]float64{float64(k*m) * lambda / 2}, n) // the loss is 1/(km)·‖Xw-y‖²
	}
	w, err := solve(set, true, penalty)
	if err != nil {
		return err
	}
	matrix.Copy(d.W, matrix.FromDense[T](w.Slice(0, n, 0, k).T()))
	matrix.Copy(d.B, matrix.FromDense[T](w.Slice(n, n+1, 0, k).T()))
	return nil
}

// LeastSquares is the normal equation without a layer, and without a b unless X
// has a row of ones: it returns the W, k×n, of least norm that minimises
// ‖W·X - Y‖² + Σᵢ penalty[i]·‖column i of W‖². A penalty that is not there is 0.
func LeastSquares[T matrix.Float](set *data.Dataset[T], penalty []float64) (*matrix.Matrix[T], error) {
	w, err := solve(set, false, penalty)
	if err != nil {
		return nil, err
	}
	return matrix.FromDense[T](w.T()), nil
}

// solve minimises ‖Aw - Y‖² + Σ penalty·w², where the rows of A are xᵀ, or [xᵀ 1]
// with an intercept.
func solve[T matrix.Float](set *data.Dataset[T], intercept bool, penalty []float64) (*mat.Dense, error) {
	n, k, m := set.X.Rows, set.Y.Rows, set.Len()
	if intercept {
		n++
	}
	a := mat.NewDense(max(m+len(penalty), n+k), n+k, nil)
	x, y := new(matrix.Matrix[T]), new(matrix.Matrix[T])
	for j := range m {
		set.Gather(x, y, []int{j})
		row := a.RawRowView(j)
		row[n-1] = 1 // unless there is an x
		for i, v := range x.Data {
			row[i] = float64(v)
		}
		for i, v := range y.Data {
			row[n+i] = float64(v)
		}
	}
	for i, p := range penalty { // below the examples
		a.Set(m+i, i, math.Sqrt(p))
	}
	return leastSquares(a, n)
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
