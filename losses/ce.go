package losses

import "gradlab/matrix"

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
	return mean(l, yhat, y)
}

func (CategoricalCrossEntropy[T]) Prime(dyhat, yhat, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.CategoricalCrossEntropy", dyhat, yhat, y)
	m := T(y.Cols)
	for i := range y.Data {
		dyhat.Data[i] = 0
		if y.Data[i] != 0 {
			dyhat.Data[i] = -y.Data[i] / yhat.Data[i] / m
		}
	}
}

// SoftmaxCrossEntropyLogits is the categorical cross-entropy of softmax(z), for
// logits z: L = 1/m Σ y (log Σₖ e^zₖ - z), right for any z. The columns of y
// are distributions over the classes.
type SoftmaxCrossEntropyLogits[T matrix.Float] struct{}

func (SoftmaxCrossEntropyLogits[T]) Example(z, y []T) float64 {
	top := matrix.ArgMax(z)
	zTop := float64(z[top])
	var others matrix.Sum // Σ e^(z-zTop) without the largest term, which is 1
	for i, z := range z {
		if i != top {
			others.Add(matrix.Exp(float64(z) - zTop))
		}
	}
	logSum := matrix.Log1p(others.Total()) // log Σ e^z = zTop + logSum
	var sum float64
	for i, y := range y {
		if y != 0 {
			sum += float64(float64(y) * (zTop - float64(z[i]) + logSum))
		}
	}
	return sum
}

func (l SoftmaxCrossEntropyLogits[T]) Value(z, y *matrix.Matrix[T]) float64 { return mean(l, z, y) }

func (SoftmaxCrossEntropyLogits[T]) Prime(dz, z, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.SoftmaxCrossEntropyLogits", dz, z, y)
	m := float64(y.Cols)
	for j := range y.Cols {
		dz, z, y := dz.Col(j), z.Col(j), y.Col(j)
		top := matrix.ArgMax(z)
		var sum matrix.Sum
		for i := range z {
			dz[i] = matrix.Exp(z[i] - z[top])
			if i != top {
				sum.Add(float64(dz[i]))
			}
		}
		others := sum.Total()
		for i := range dz { // softmax(z) - y
			d := float64(dz[i])/(1+others) - float64(y[i])
			if i == top { // the same, written so that nothing cancels near 1
				d = (1 - float64(y[i]) - float64(float64(y[i])*others)) / (1 + others)
			}
			dz[i] = T(d / m)
		}
	}
}
