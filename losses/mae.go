package losses

import (
	"math"

	"gradlab/internal/kernel"
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

func (l MeanAbsoluteError[T]) Value(yhat, y *matrix.Matrix[T]) float64 {
	matrix.SameShape("losses.MeanAbsoluteError", yhat, y)
	var sum matrix.Sum
	sum.N = kernel.AbsoluteError(&sum.Lane, yhat.Data, y.Data, y.Rows)
	return mean(l, &sum, yhat, y)
}

func (MeanAbsoluteError[T]) Prime(dyhat, yhat, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.MeanAbsoluteError", dyhat, yhat, y)
	n := T(len(y.Data))
	for i := kernel.AbsoluteErrorPrime(dyhat.Data, yhat.Data, y.Data, n); i < len(y.Data); i++ {
		e := yhat.Data[i] - y.Data[i]
		switch { // a NaN stays
		case e > 0:
			e = 1
		case e < 0:
			e = -1
		}
		dyhat.Data[i] = e / n
	}
}
