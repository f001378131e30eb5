package losses

import (
	"math"

	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// BinaryCrossEntropy is L = -1/m Σ [y log ŷ + (1-y) log(1-ŷ)], for ŷ in (0, 1)
// from a sigmoid and y in [0, 1]; with several outputs the sum goes over them.
// Nothing is clipped: log 0 is -Inf, and only a term whose factor is 0 counts
// as 0. Where ŷ may saturate use BinaryCrossEntropyLogits.
type BinaryCrossEntropy[T matrix.Float] struct{}

func (BinaryCrossEntropy[T]) Example(yhat, y []T) float64 {
	var sum float64
	for i := range y {
		p, y := float64(yhat[i]), float64(y[i])
		var l float64
		if y != 0 {
			l -= float64(y * matrix.Log(p))
		}
		if y != 1 {
			l -= float64((1 - y) * matrix.Log1p(-p))
		}
		sum += l
	}
	return sum
}

func (l BinaryCrossEntropy[T]) Value(yhat, y *matrix.Matrix[T]) float64 {
	matrix.SameShape("losses.BinaryCrossEntropy", yhat, y)
	var sum matrix.Sum
	sum.N = kernel.BinaryCrossEntropy(&sum.Lane, yhat.Data, y.Data, y.Rows)
	return mean(l, &sum, yhat, y)
}

func (BinaryCrossEntropy[T]) Prime(dyhat, yhat, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.BinaryCrossEntropy", dyhat, yhat, y)
	m := T(y.Cols)
	for i := kernel.BinaryCrossEntropyPrime(dyhat.Data, yhat.Data, y.Data, m); i < len(y.Data); i++ {
		p, y := yhat.Data[i], y.Data[i]
		var d T
		if y != 0 {
			d -= y / p
		}
		if y != 1 {
			d += (1 - y) / (1 - p)
		}
		dyhat.Data[i] = d / m
	}
}

// BinaryCrossEntropyLogits is the binary cross-entropy of σ(z), for logits z:
// L = 1/m Σ [max(z, 0) - zy + log(1+e^-|z|)], right for any z.
type BinaryCrossEntropyLogits[T matrix.Float] struct{}

func (BinaryCrossEntropyLogits[T]) Example(z, y []T) float64 {
	var sum float64
	for i := range y {
		z, y := float64(z[i]), float64(y[i])
		sum += max(z, 0) - float64(z*y) + matrix.Log1p(matrix.Exp(-math.Abs(z)))
	}
	return sum
}

func (l BinaryCrossEntropyLogits[T]) Value(z, y *matrix.Matrix[T]) float64 {
	matrix.SameShape("losses.BinaryCrossEntropyLogits", z, y)
	var sum matrix.Sum
	sum.N = kernel.BinaryCrossEntropyLogits(&sum.Lane, z.Data, y.Data, y.Rows)
	return mean(l, &sum, z, y)
}

func (BinaryCrossEntropyLogits[T]) Prime(dz, z, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.BinaryCrossEntropyLogits", dz, z, y)
	m := T(y.Cols)
	for i := kernel.BinaryCrossEntropyLogitsPrime(dz.Data, z.Data, y.Data, m); i < len(y.Data); i++ {
		z, y := z.Data[i], y.Data[i]
		// σ(z) - y, written so that nothing cancels: σ(z) - 1 = -σ(-z).
		dz.Data[i] = (T((1-y)*matrix.Sigmoid(z)) - T(y*matrix.Sigmoid(-z))) / m
	}
}
