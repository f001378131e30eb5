package losses

import (
	"math"

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

func (l Huber[T]) Value(yhat, y *matrix.Matrix[T]) float64 { return mean(l, yhat, y) }

func (l Huber[T]) Prime(dyhat, yhat, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.Huber", dyhat, yhat, y)
	for i := range y.Data {
		e := yhat.Data[i] - y.Data[i]
		dyhat.Data[i] = max(-l.Delta, min(e, l.Delta)) / T(len(y.Data)) // h′(e) = e, clipped to ±δ
	}
}
