// Package optim holds the optimizers: how the parameters move along their
// gradients, in the letters of the papers. The learning rate comes from a
// Schedule; clipping comes before the step.
//
// An optimizer remembers the parameters that it moves: it belongs to one network
// and one goroutine. Schedules and clippers remember nothing.
package optim

import (
	"math"

	"gradlab/matrix"
)

// Optimizer moves parameters one step.
type Optimizer[T matrix.Float] interface {
	// Step moves params along their gradients with the learning rate lr.
	// t is the number of the step, from 1. The params are the same in every
	// call. It reports whether all that it wrote is finite, which is not so
	// where a gradient is not; the params are then of no more use.
	Step(t int, lr float64, params []matrix.Param[T]) (finite bool)
	// State returns what the optimizer remembers from step to step besides
	// t, for a checkpoint to keep: as many matrices as it has moments for
	// params, which need not have been seen before. They are the matrices
	// themselves, which Step changes, not copies.
	State(params []matrix.Param[T]) []*matrix.Matrix[T]
}

// Minimizer minimises over the whole training set.
type Minimizer[T matrix.Float] interface {
	// Minimize moves params to a minimum of f, which returns the loss at
	// their values and sets their gradients. It calls each after every
	// iteration, with the parameters at their new values, and ends when
	// each says so. Ending where no step goes further down is no error.
	// done is how many iterations were made before: 0, or one that Forgets.
	Minimize(done int, params []matrix.Param[T], f func() float64, each func(it int, loss float64) (stop bool)) error
	// Forgets reports whether what comes after an iteration depends on the
	// parameters alone, so that another Minimize can go on from there.
	Forgets(it int) bool
}

// moment is a matrix for each parameter, 0 at the start.
type moment[T matrix.Float] []*matrix.Matrix[T]

// of returns the moment for params, making it in the first call.
func (m *moment[T]) of(params []matrix.Param[T]) moment[T] {
	if *m == nil {
		for _, p := range params {
			*m = append(*m, matrix.New[T](p.Value.Rows, p.Value.Cols))
		}
	}
	return *m
}

// isFinite reports whether x is neither NaN nor infinite.
func isFinite[T matrix.Float](x T) bool { return x-x == 0 }

func sqrt[T matrix.Float](x T) T { return T(math.Sqrt(float64(x))) }
