package optim

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"

	"gradlab/matrix"
)

// LBFGS is the limited-memory BFGS method (Liu and Nocedal 1989) of gonum, for
// whole training sets that are small. It forgets its memory after every Restart
// iterations, so that a run resumed there equals one that was never stopped.
type LBFGS[T matrix.Float] struct {
	MaxIterations int     // ends after that many, those done before among them
	Restart       int     // iterations
	Tolerance     float64 // ends when no entry of the gradient is larger
}

// NewLBFGS returns the method with a limit on its iterations, a tolerance of
// 1e-8 and a memory of 50 iterations.
func NewLBFGS[T matrix.Float](maxIterations int) *LBFGS[T] {
	return &LBFGS[T]{MaxIterations: maxIterations, Restart: 50, Tolerance: 1e-8}
}

var (
	errStopped = errors.New("each said stop")
	errRestart = errors.New("the memory is to be dropped")
)

// Forgets reports whether an iteration is one after which the memory is dropped.
func (o *LBFGS[T]) Forgets(it int) bool { return it%o.Restart == 0 }

func (o *LBFGS[T]) Minimize(done int, params []matrix.Param[T], f func() float64, each func(it int, loss float64) (stop bool)) error {
	p := &problem[T]{params: params, f: f, each: each, iterations: done, forgets: o.Forgets, limit: o.MaxIterations}
	if p.iterations >= p.limit {
		return nil
	}
	for {
		result, err := optimize.Minimize(optimize.Problem{Func: p.loss, Grad: p.gradient}, p.values(), &optimize.Settings{
			GradientThreshold: o.Tolerance,
			Converger:         optimize.NeverTerminate{},
			Recorder:          p,
		}, &optimize.LBFGS{})
		if result == nil {
			return fmt.Errorf("L-BFGS: %w", err)
		}
		p.set(result.X)
		switch {
		case errors.Is(err, errRestart):
			continue
		case errors.Is(err, errStopped):
			return nil
		case math.IsNaN(result.F) || math.IsInf(result.F, 0):
			return fmt.Errorf("L-BFGS: the loss is %v", result.F)
		case result.Status == optimize.GradientThreshold && result.MajorIterations > 0:
			p.iterations++ // gonum does not record the last iteration
			each(p.iterations, result.F)
		}
		return nil
	}
}

// problem is what gonum minimises: the loss as a function of one long vector.
type problem[T matrix.Float] struct {
	params     []matrix.Param[T]
	f          func() float64
	each       func(it int, loss float64) bool
	iterations int
	forgets    func(it int) bool
	limit      int

	x []float64 // where f was evaluated last
	l float64   // its value there
}

func (p *problem[T]) loss(x []float64) float64 {
	p.evaluate(x)
	return p.l
}

func (p *problem[T]) gradient(grad, x []float64) {
	p.evaluate(x)
	grad = grad[:0]
	for _, param := range p.params {
		for _, g := range param.Grad.Data {
			grad = append(grad, float64(g))
		}
	}
}

// evaluate runs f at x, unless it was there just now.
func (p *problem[T]) evaluate(x []float64) {
	if slices.Equal(x, p.x) {
		return
	}
	p.set(x)
	p.l = p.f()
	p.x = append(p.x[:0], x...)
}

// values returns the parameters as one vector, and set is the way back.
func (p *problem[T]) values() (x []float64) {
	for _, param := range p.params {
		for _, v := range param.Value.Data {
			x = append(x, float64(v))
		}
	}
	return x
}

func (p *problem[T]) set(x []float64) {
	for _, param := range p.params {
		for i := range param.Value.Data {
			param.Value.Data[i] = T(x[i])
		}
		x = x[len(param.Value.Data):]
	}
}

// Init and Record make the problem a gonum Recorder.
func (p *problem[T]) Init() error { return nil }

func (p *problem[T]) Record(at *optimize.Location, op optimize.Operation, stats *optimize.Stats) error {
	if op != optimize.MajorIteration {
		return nil
	}
	p.iterations++
	p.set(at.X)
	p.x = p.x[:0] // each may use the network: what f left there is gone
	switch {
	case p.each(p.iterations, at.F) || p.iterations >= p.limit:
		return errStopped
	case p.forgets(p.iterations):
		return errRestart
	}
	return nil
}

var (
	_ Optimizer[float64] = SGD[float64]{}
	_ Optimizer[float64] = (*Momentum[float64])(nil)
	_ Optimizer[float64] = (*Nesterov[float64])(nil)
	_ Optimizer[float64] = (*RMSProp[float64])(nil)
	_ Optimizer[float64] = (*Adam[float64])(nil)
	_ Optimizer[float64] = (*AdamW[float64])(nil)
	_ Minimizer[float64] = (*LBFGS[float64])(nil)
)
