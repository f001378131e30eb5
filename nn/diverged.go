package nn

import (
	"fmt"
	"math"

	"gradlab/layers"
	"gradlab/matrix"
)

// DivergedError says that the loss went out of bounds, and where.
type DivergedError struct {
	Epoch, Step int     // counted from 1
	Loss        float64 // the loss that was noticed
	Layer       int     // the first layer whose numbers went bad, from 1; 0 if not known
	Size        float64 // their largest magnitude, NaN or +Inf among them
}

func (e *DivergedError) Error() string {
	where := ""
	if e.Layer > 0 {
		where = fmt.Sprintf("; the numbers went bad first in layer %d, where |z| reaches %.3g", e.Layer, e.Size)
	}
	return fmt.Sprintf("training diverged in epoch %d (step %d): the loss is %.3g%s", e.Epoch, e.Step, e.Loss, where)
}

// A loss this many times the first one, or this large where the first one was
// below 1, has diverged even while it is finite: bounded activations keep it so.
const divergedFactor = 1000

// diverged reports whether a loss is out of bounds.
func (r *run[T]) diverged(loss float64) bool {
	if r.t.Diverged != nil {
		return r.t.Diverged(loss)
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return true
	}
	if r.firstLoss == 0 {
		r.firstLoss = max(loss, 1)
	}
	return loss > divergedFactor*r.firstLoss
}

// stops reports whether the loss of a step ends the training.
func (r *run[T]) stops(loss float64) bool {
	if !r.diverged(loss) {
		return false
	}
	r.err = r.restoreGood(loss, r.x)
	return true
}

// restoreGood brings back the weights of the last good epoch, after looking for
// the layer that went bad. x is the batch; nil: the whole training set.
func (r *run[T]) restoreGood(loss float64, x *matrix.Matrix[T]) error {
	err := &DivergedError{Epoch: r.epoch + 1, Step: r.step, Loss: loss}
	if x == nil {
		x = r.x
	} else {
		err.Step++ // the step that was under way
	}
	if x == nil { // before the first step of a training that goes on
		r.batch(r.order)
		x = r.x
	}
	err.Layer, err.Size = r.worstLayer(x)
	r.now.set(r.good)
	return err
}

// worstLayer returns the first layer whose z is not finite, or a thousand times
// what the good weights gave.
func (r *run[T]) worstLayer(x *matrix.Matrix[T]) (layer int, size float64) {
	bad := r.outputSizes(x)
	now := r.now.clone("")
	r.now.set(r.good)
	good := r.outputSizes(x)
	r.now.set(now)
	for l, size := range bad {
		if !(size <= divergedFactor*max(good[l], 1)) {
			return r.t.Net.numbers[l], size
		}
	}
	return 0, 0
}

// outputSizes returns the largest magnitude of every layer's z, or of its output
// where it has no z.
func (r *run[T]) outputSizes(x *matrix.Matrix[T]) []float64 {
	var sizes []float64
	a := x
	for _, layer := range r.t.Net.Layers {
		a = layer.Forward(a)
		z := a
		switch layer := layer.(type) {
		case *layers.Dense[T]:
			z = layer.Z
		case *layers.BatchNorm[T]:
			z = layer.ZTilde
		}
		size := 0.0
		for _, v := range z.Data {
			size = max(size, math.Abs(float64(v))) // a NaN stays
		}
		sizes = append(sizes, size)
	}
	return sizes
}
