package losses

import "gradlab/matrix"

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

func (l MeanSquaredError[T]) Value(yhat, y *matrix.Matrix[T]) float64 { return mean(l, yhat, y) }

func (MeanSquaredError[T]) Prime(dyhat, yhat, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.MeanSquaredError", dyhat, yhat, y)
	for i := range y.Data {
		dyhat.Data[i] = 2 * (yhat.Data[i] - y.Data[i]) / T(len(y.Data))
	}
}
