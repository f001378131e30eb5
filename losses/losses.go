// Package losses holds the loss functions, each with its derivative Loss′.
//
// A loss compares the output ŷ of a network with the target y, both k×m with
// an example a column, and is the mean of the losses of the m examples. This
// mean is the only place where 1/m stands: what Prime returns carries it, and
// so do all gradients that follow from it.
//
// Losses remember nothing, so that many goroutines may use one at the same time.
package losses

import "gradlab/matrix"

// Loss is a loss function L = Loss(ŷ, y), article equation (5).
type Loss[T matrix.Float] interface {
	// Value returns L. It is computed in float64.
	Value(yhat, y *matrix.Matrix[T]) float64
	// Prime sets dŷ = Loss′(ŷ, y) = ∂L/∂ŷ, article equation (7).
	Prime(dyhat, yhat, y *matrix.Matrix[T])
}

// PerExample is a Loss that also tells the loss of a single example. All losses
// of this package are.
type PerExample[T matrix.Float] interface {
	Loss[T]
	Example(yhat, y []T) float64
}

// OnLogits reports whether the ŷ of a loss is the last z of the network, the
// logits: such a loss contains the sigmoid or the softmax, so that nothing is
// lost when they saturate, and wants the identity in the last layer.
func OnLogits[T matrix.Float](loss Loss[T]) bool {
	switch l := loss.(type) {
	case BinaryCrossEntropyLogits[T], SoftmaxCrossEntropyLogits[T]:
		return true
	case *ClassWeighted[T]:
		return OnLogits(Loss[T](l.Loss))
	}
	return false
}

// mean returns the mean of the losses of the examples. The first of them are in
// sum already: package kernel does them, mostly all. (The type parameter L keeps
// the loss from being allocated as an interface.)
func mean[T matrix.Float, L PerExample[T]](loss L, sum *matrix.Sum, yhat, y *matrix.Matrix[T]) float64 {
	for j := sum.N; j < y.Cols; j++ {
		sum.Add(loss.Example(yhat.Col(j), y.Col(j)))
	}
	return sum.Total() / float64(y.Cols)
}
