package losses

import (
	"math"

	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// Huber is quadratic in small errors and linear in large ones (Huber 1964):
// L = 1/(km) Σ h(ŷ-y), h(e) = ½e² for |e| ≤ δ and δ(|e| - ½δ) beyond.
type Huber[T matrix.Float] struct {
	Delta T // δ > 0; 1 is usual
}

func (l Huber[T]) Example(yhat, y []T) float64 {
	var sum float64
	delta := float64(l.Delta)
	half := float64(delta / 2)
	for i := range y {
		e := math.Abs(float64(yhat[i]) - float64(y[i]))
		if e > delta {
			sum += float64(delta * (e - half))
		} else {
			sum += float64(e * e / 2)
		}
	}
	return sum / float64(len(y))
}

func (l Huber[T]) Value(yhat, y *matrix.Matrix[T]) float64 {
	matrix.SameShape("losses.Huber", yhat, y)
	var sum matrix.Sum
	sum.N = kernel.Huber(&sum.Lane, yhat.Data, y.Data, y.Rows, l.Delta)
	return mean(l, &sum, yhat, y)
}

func (l Huber[T]) Prime(dyhat, yhat, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.Huber", dyhat, yhat, y)
	n := T(len(y.Data))
	for i := kernel.HuberPrime(dyhat.Data, yhat.Data, y.Data, l.Delta, n); i < len(y.Data); i++ {
		e := yhat.Data[i] - y.Data[i]
		dyhat.Data[i] = max(-l.Delta, min(e, l.Delta)) / n // h′(e) = e, clipped to ±δ
	}
}
