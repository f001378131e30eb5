package losses

import (
	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// MeanSquaredError is L = 1/(km) Σ (ŷ-y)², the mean also over the k outputs.
type MeanSquaredError[T matrix.Float] struct{}

func (MeanSquaredError[T]) Example(yhat, y []T) float64 {
	var sum float64
	for i := range y {
		e := float64(yhat[i]) - float64(y[i])
		sum += float64(e * e)
	}
	return sum / float64(len(y))
}

func (l MeanSquaredError[T]) Value(yhat, y *matrix.Matrix[T]) float64 {
	matrix.SameShape("losses.MeanSquaredError", yhat, y)
	var sum matrix.Sum
	sum.N = kernel.SquaredError(&sum.Lane, yhat.Data, y.Data, y.Rows)
	return mean(l, &sum, yhat, y)
}

func (MeanSquaredError[T]) Prime(dyhat, yhat, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.MeanSquaredError", dyhat, yhat, y)
	n := T(len(y.Data))
	for i := kernel.SquaredErrorPrime(dyhat.Data, yhat.Data, y.Data, n); i < len(y.Data); i++ {
		dyhat.Data[i] = 2 * (yhat.Data[i] - y.Data[i]) / n
	}
}
