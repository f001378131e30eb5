package losses

import (
	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// CategoricalCrossEntropy is L = -1/m Σ y log ŷ, where the columns of ŷ, from a
// softmax, and of y are distributions over the classes. Nothing is clipped:
// log 0 is -Inf, and only a term with y = 0 counts as 0. Where ŷ may saturate
// use SoftmaxCrossEntropyLogits.
type CategoricalCrossEntropy[T matrix.Float] struct{}

func (CategoricalCrossEntropy[T]) Example(yhat, y []T) float64 {
	var sum float64
	for i := range y {
		if y[i] != 0 {
			sum -= float64(float64(y[i]) * matrix.Log(float64(yhat[i])))
		}
	}
	return sum
}

func (l CategoricalCrossEntropy[T]) Value(yhat, y *matrix.Matrix[T]) float64 {
	matrix.SameShape("losses.CategoricalCrossEntropy", yhat, y)
	var sum matrix.Sum
	sum.N = kernel.CategoricalCrossEntropy(&sum.Lane, yhat.Data, y.Data, y.Rows)
	return mean(l, &sum, yhat, y)
}

func (CategoricalCrossEntropy[T]) Prime(dyhat, yhat, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.CategoricalCrossEntropy", dyhat, yhat, y)
	m := T(y.Cols)
	for i := kernel.CategoricalCrossEntropyPrime(dyhat.Data, yhat.Data, y.Data, m); i < len(y.Data); i++ {
		p, y := yhat.Data[i], y.Data[i]
		dyhat.Data[i] = 0
		if y != 0 {
			dyhat.Data[i] = -y / p / m
		}
	}
}

// SoftmaxCrossEntropyLogits is the categorical cross-entropy of softmax(z), for
// logits z: L = 1/m Σ y (log Σₖ e^zₖ - z), right for any z. The columns of y
// are distributions over the classes.
type SoftmaxCrossEntropyLogits[T matrix.Float] struct{}

func (SoftmaxCrossEntropyLogits[T]) Example(z, y []T) float64 {
	top := matrix.ArgMax(z)
	zTop, others := float64(z[top]), 0.0 // others = Σ e^(z-zTop) without the largest term, which is 1
	for i, z := range z {
		if i != top {
			others += matrix.Exp(float64(z) - zTop)
		}
	}
	logSum := matrix.Log1p(others) // log Σ e^z = zTop + logSum
	var sum float64
	for i, y := range y {
		if y != 0 {
			sum += float64(float64(y) * (zTop - float64(z[i]) + logSum))
		}
	}
	return sum
}

func (l SoftmaxCrossEntropyLogits[T]) Value(z, y *matrix.Matrix[T]) float64 {
	matrix.SameShape("losses.SoftmaxCrossEntropyLogits", z, y)
	var sum matrix.Sum
	sum.N = kernel.SoftmaxCrossEntropyLogits(&sum.Lane, z.Data, y.Data, y.Rows)
	return mean(l, &sum, z, y)
}

func (SoftmaxCrossEntropyLogits[T]) Prime(dz, z, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.SoftmaxCrossEntropyLogits", dz, z, y)
	m := float64(y.Cols)
	for j := kernel.SoftmaxCrossEntropyLogitsPrime(dz.Data, z.Data, y.Data, y.Rows, m); j < y.Cols; j++ {
		dz, z, y := dz.Col(j), z.Col(j), y.Col(j)
		top := matrix.ArgMax(z)
		zTop, others := float64(z[top]), 0.0
		for i, z := range z {
			e := matrix.Exp(float64(z) - zTop)
			if i != top {
				others += e
			}
			dz[i] = T(e)
		}
		for i, y := range y { // (softmax(z) - y)/m, written so that nothing cancels near 1
			e, y := float64(dz[i]), float64(y)
			dz[i] = T((e - y - float64(y*others)) / (m * (1 + others)))
		}
	}
}
