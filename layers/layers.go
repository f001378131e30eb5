// Package layers holds the layers of a network, each with its forward pass and,
// right below it, its backward pass: the equations of the article, one a line.
//
// A gradient is named by the value's name with a d in front, as in the course:
// dz is ∂L/∂z. A column is an example. What Forward and Backward return belongs
// to the layer and is valid until its next call; neither allocates once it has
// seen its largest batch. A layer is used by one goroutine at a time; Clone
// gives another goroutine a layer of its own with the same parameters.
package layers

import "gradlab/matrix"

// Layer is a differentiable function with parameters.
type Layer[T matrix.Float] interface {
	// Forward computes a from aPrev and keeps what Backward will read,
	// aPrev itself among it.
	Forward(aPrev *matrix.Matrix[T]) (a *matrix.Matrix[T])
	// Backward takes da = ∂L/∂a of the last Forward, sets the gradients of
	// the parameters and returns daPrev = ∂L/∂aPrev, or nil if it was told
	// that nobody wants it.
	Backward(da *matrix.Matrix[T]) (daPrev *matrix.Matrix[T])
	// Params returns the parameters, the same slice every time.
	Params() []matrix.Param[T]
	// Clone returns a layer with the same parameters and buffers of its own.
	Clone() Layer[T]
}

// Predictor is a Layer whose output in prediction differs from that in
// training.
type Predictor[T matrix.Float] interface {
	Predict(aPrev *matrix.Matrix[T]) (a *matrix.Matrix[T])
}

// Stateful is a Layer that keeps what is not a parameter, such as running
// statistics, and belongs into its model file. Grad of these is nil.
type Stateful[T matrix.Float] interface {
	State() []matrix.Param[T]
}

// InputGradientSkipper is a Layer that can leave out daPrev: nobody wants the
// gradient of the data.
type InputGradientSkipper interface {
	SkipInputGradient()
}

// Drawer is a Layer that draws random numbers. Draw names the stream of the
// next passes: the same seed, layer and step give the same numbers, however
// often Forward runs.
type Drawer interface {
	Draw(seed uint64, layer, step int)
}
