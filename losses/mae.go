package losses

import (
	"math"

	"gradlab/matrix"
)

// MeanAbsoluteError is L = 1/(km) Σ |ŷ-y|, with derivative 0 where ŷ = y.
type MeanAbsoluteError[T matrix.Float] struct{}

func (MeanAbsoluteError[T]) Example(yhat, y []T) float64 {
	var sum float64
	for i := range y {
		sum += math.Abs(float64(yhat[i]) - float64(y[i]))
	}
	return sum / float64(len(y))
}

func (l MeanAbsoluteError[T]) Value(yhat, y *matrix.Matrix[T]) float64 { return mean(l, yhat, y) }

func (MeanAbsoluteError[T]) Prime(dyhat, yhat, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.MeanAbsoluteError", dyhat, yhat, y)
	for i := range y.Data {
		e := yhat.Data[i] - y.Data[i]
		switch { // a NaN stays
		case e > 0:
			e = 1
		case e < 0:
			e = -1
		}
		dyhat.Data[i] = e / T(len(y.Data))
	}
}
