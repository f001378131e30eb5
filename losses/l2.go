package losses

import "gradlab/matrix"

// L2 is the penalty λ/2·‖W‖² over the parameters that decay: weights, not
// biases. (The course's λ/m is passed as Lambda.)
type L2[T matrix.Float] struct {
	Lambda float64 // λ ≥ 0
}

// Value returns λ/2·‖W‖².
func (l L2[T]) Value(params []matrix.Param[T]) float64 {
	if l.Lambda == 0 {
		return 0
	}
	var sum float64
	for _, p := range params {
		if p.Decay {
			sum += matrix.SumSquares(p.Value.Data)
		}
	}
	return l.Lambda / 2 * sum
}

// AddPrime adds λW to the gradients.
func (l L2[T]) AddPrime(params []matrix.Param[T]) {
	if l.Lambda == 0 {
		return
	}
	for _, p := range params {
		if p.Decay {
			matrix.AddScaled(p.Grad, T(l.Lambda), p.Value) // dW += λW
		}
	}
}

var (
	_ PerExample[float64] = MeanSquaredError[float64]{}
	_ PerExample[float64] = MeanAbsoluteError[float64]{}
	_ PerExample[float64] = Huber[float64]{}
	_ PerExample[float64] = BinaryCrossEntropy[float64]{}
	_ PerExample[float64] = BinaryCrossEntropyLogits[float64]{}
	_ PerExample[float64] = CategoricalCrossEntropy[float64]{}
	_ PerExample[float64] = SoftmaxCrossEntropyLogits[float64]{}
	_ PerExample[float64] = Hinge[float64]{}
	_ PerExample[float64] = (*ClassWeighted[float64])(nil)
)
