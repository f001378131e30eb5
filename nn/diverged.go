package nn

import (
	"fmt"
	"math"

	"gradlab/layers"
	"gradlab/matrix"
)

// OnNaN is what a Trainer does about a bad step: its loss is out of bounds (see
// Trainer.Diverged) or its gradients are not finite. The weights are never touched
// by such a step: they are as they were before it, whatever is done. Bad steps of
// a whole epoch, one after the other, are always Stop.
type OnNaN int

const (
	// Stop ends the training with a *DivergedError and the weights of the end
	// of the last epoch.
	Stop OnNaN = iota
	// Skip goes on with the next step, as if the batch were not there.
	Skip
	// Restore goes back to the weights and moments of the end of the last
	// epoch and on with the next step.
	Restore
	// Ignore makes the step if the gradients are finite, whatever the loss: it
	// may be +Inf because of log 0 in a single example. Otherwise it is Stop.
	Ignore
)

var onNaNNames = [...]string{"stop", "skip", "restore", "ignore"}

func (o OnNaN) String() string { return onNaNNames[o] }

// UnmarshalText sets o by its name.
func (o *OnNaN) UnmarshalText(text []byte) error {
	for i, name := range onNaNNames {
		if string(text) == name {
			*o = OnNaN(i)
			return nil
		}
	}
	return fmt.Errorf("%q is not one of stop, skip, restore and ignore", text)
}

// DivergedError says that the numbers of a training went bad, and where.
type DivergedError struct {
	Epoch, Step int     // counted from 1
	Loss        float64 // of the step
	Layer       int     // the first layer whose numbers went bad, from 1; 0 if it is none, or not known
	Equation    string  // the first equation whose result went bad, such as "dW = dz · a_prevᵀ"; "" if not known
	Size        float64 // the largest magnitude in that result, NaN or +Inf among them
	Cause       string  // the likely one
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("training diverged in epoch %d (step %d): %s", e.Epoch, e.Step, e.Reason())
}

// Reason says what went bad, where and why.
func (e *DivergedError) Reason() string {
	text := fmt.Sprintf("the loss is %.3g", e.Loss)
	if e.Equation != "" {
		where := ""
		if e.Layer > 0 {
			where = fmt.Sprintf("layer %d, ", e.Layer)
		}
		text += fmt.Sprintf("; the numbers went bad first in %s%s, which reaches %.3g", where, e.Equation, e.Size)
	}
	if e.Cause != "" {
		text += ": " + e.Cause
	}
	return text
}

// A loss this many times the first one, or this large where the first one was
// below 1, has diverged even while it is finite: bounded activations keep it so.
const divergedFactor = 1000

// diverged reports whether a loss is out of bounds.
func (r *run[T]) diverged(loss float64) bool {
	switch {
	case r.t.Diverged != nil:
		return r.t.Diverged(loss)
	case r.t.OnNaN == Ignore:
		return false
	case math.IsNaN(loss) || math.IsInf(loss, 0):
		return true
	case r.firstLoss == 0:
		r.firstLoss = max(loss, 1)
	}
	return loss > divergedFactor*r.firstLoss
}

// refuses reports whether a step is not to be made, since its loss is out of
// bounds; then it has done what there is to do about it.
func (r *run[T]) refuses(loss float64) bool {
	if !r.diverged(loss) {
		return false
	}
	r.judge(r.find())
	return true
}

// undo takes back a step that has written what is not finite: the training goes
// back to the last state that was kept in memory and makes the steps since then
// again, which have the same bits, up to the one that went bad.
func (r *run[T]) undo() {
	r.suspect = r.step
	if r.mark.step >= r.epoch*r.perEpoch {
		r.now.set(r.mark.snapshot)
		r.step, r.made = r.mark.step, r.mark.made
	} else {
		r.now.set(r.good)
		r.step, r.made = r.epoch*r.perEpoch, r.goodMade
	}
}

// markEvery is how many steps are made again at most. A copy of all state takes
// about as long as the update of a step, so this costs next to nothing.
const markEvery = 256

// markEvery is that for the trainer: random numbers of somebody else's can't be
// drawn again.
func (t *Trainer[T]) markEvery() int {
	for _, layer := range t.Net.Layers {
		if d, ok := layer.(*layers.Dropout[T]); ok && d.Uniforms != nil {
			return 1
		}
	}
	return markEvery
}

// mark is a state within an epoch that undo can go back to.
type mark[T matrix.Float] struct {
	snapshot   snapshot[T]
	step, made int
}

// keepMark makes the state as it is now the one to go back to.
func (r *run[T]) keepMark() {
	if r.mark.snapshot == nil {
		r.mark.snapshot = r.now.clone("mark")
	}
	r.mark.snapshot.set(r.now)
	r.mark.step, r.mark.made = r.step, r.made
}

// judge does what OnNaN says about the step that is to be made now and is bad.
func (r *run[T]) judge(e *DivergedError) {
	r.suspect = -1
	r.badInARow++
	if r.t.OnNaN == Stop || r.t.OnNaN == Ignore || r.badInARow > r.perEpoch {
		r.stop(e)
		return
	}
	if r.t.OnNaN == Restore {
		r.restore()
	}
	r.step++
	r.keepMark()
	r.noteBad(e)
}

// noteBad counts what did not end the training.
func (r *run[T]) noteBad(e *DivergedError) {
	r.bad++
	if r.t.OnBad != nil {
		r.t.OnBad(e)
	}
}

// restore brings back the weights and moments of the end of the last epoch.
func (r *run[T]) restore() {
	r.now.set(r.good)
	r.made = r.goodMade
}

// stop ends the training with the weights of the end of the last epoch.
func (r *run[T]) stop(e *DivergedError) {
	r.now.set(r.good)
	r.err = e
}
