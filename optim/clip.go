package optim

import (
	"math"

	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// Clipper bounds gradients before a step.
type Clipper[T matrix.Float] interface {
	Clip(params []matrix.Param[T])
}

// ClipNorm scales all gradients together so that their joint norm is at most
// Max (Pascanu et al. 2013).
type ClipNorm[T matrix.Float] struct{ Max float64 }

func (c ClipNorm[T]) Clip(params []matrix.Param[T]) {
	var squares float64
	for _, p := range params {
		squares += matrix.SumSquares(p.Grad.Data)
	}
	norm := math.Sqrt(squares)
	if norm <= c.Max {
		return
	}
	for _, p := range params {
		matrix.Scale(p.Grad, T(c.Max/norm), p.Grad)
	}
}

// ClipValue puts every entry of the gradients into [-Max, Max].
type ClipValue[T matrix.Float] struct{ Max float64 }

func (c ClipValue[T]) Clip(params []matrix.Param[T]) {
	bound := T(c.Max)
	for _, p := range params {
		g := p.Grad.Data
		for i := kernel.Clip(g, bound); i < len(g); i++ {
			g[i] = max(-bound, min(g[i], bound)) // a NaN stays
		}
	}
}

// Clip applies several Clippers in order.
type Clip[T matrix.Float] []Clipper[T]

func (c Clip[T]) Clip(params []matrix.Param[T]) {
	for _, one := range c {
		one.Clip(params)
	}
}
