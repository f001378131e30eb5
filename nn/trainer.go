package nn

import (
	"context"

	"gradlab/data"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/optim"
)

// Trainer fits a network to a training set by gradient descent on mini-batches.
type Trainer[T matrix.Float] struct {
	Net      *Network[T]
	Loss     losses.Loss[T]
	Opt      optim.Optimizer[T]
	Schedule optim.Schedule
	L2       losses.L2[T]     // the penalty on the weights; Lambda 0: none
	Clip     optim.Clipper[T] // bounds the gradients; nil: none

	// Minimizer, if not nil, takes the place of Opt, Schedule and BatchSize:
	// each of its iterations goes over the whole training set and counts as
	// an epoch.
	Minimizer optim.Minimizer[T]

	Epochs    int
	BatchSize int  // examples; 0: the whole training set
	Task      Task // how the metrics read the output
	Seed      uint64

	// Patience ends the training after so many epochs without a lower loss
	// (in validation if there is a validation set) and brings back the
	// weights of the best epoch. 0: all epochs, and the last weights.
	Patience int

	// ScoreSample is how many examples of the training set the training scores
	// of an epoch are of: the same ones each time, spread evenly. The last
	// epoch is scored on all; so is every one where Patience or a Minimizer
	// looks at these scores. 0: all.
	ScoreSample int

	// Order puts the examples of an epoch, counted from 0, in order. Nil:
	// shuffled, with a stream of the Seed of its own for every epoch.
	Order func(epoch int, examples []int)

	// Diverged reports whether a loss is out of bounds. Nil: it is if it is not
	// finite, or a thousand times the first loss (and at least 1000), except
	// where OnNaN is Ignore.
	Diverged func(loss float64) bool

	// OnNaN is what is done about a step whose numbers are bad. The zero value
	// ends the training.
	OnNaN OnNaN

	OnStep  func(step int, loss float64) // after every step, counted from 1
	OnEpoch func(Epoch)                  // after every epoch
	OnBad   func(*DivergedError)         // after a step that OnNaN has dealt with and that was not made

	// Checkpoints keeps the state of the training in a file on the way, so
	// that it can go on after whatever happens. Nil: nowhere.
	Checkpoints *Checkpoints
	// From is the state that Fit goes on from, to the same bits as if it had
	// never been stopped. The trainer and the data must be those that it is
	// of; only Epochs may be larger. Nil: from the beginning.
	From *Checkpoint
}

// Epoch is what is known at the end of an epoch. The scores are those of the
// weights at that moment, in prediction mode; Val is over the whole part, and so
// is Train but for ScoreSample.
type Epoch struct {
	Epoch, Step int     // counted from 1
	LR          float64 // of the last step
	Train       Scores
	Sampled     bool    // Train is not of all examples
	Val         *Scores // nil without a validation set
}

// Loss returns the loss that early stopping looks at.
func (e Epoch) Loss() float64 {
	if e.Val != nil {
		return e.Val.Loss
	}
	return e.Train.Loss
}

// betterThan reports whether the loss is lower than that of another epoch, NaN
// being the highest.
func (e Epoch) betterThan(other Epoch) bool {
	a, b := e.Loss(), other.Loss()
	return a < b || a == a && b != b
}

// History is the course of a training, an entry an epoch.
type History []Epoch

// Best returns the index of the first epoch with the lowest loss, or -1.
func (h History) Best() int {
	best := -1
	for i, e := range h {
		if best < 0 || e.betterThan(h[best]) {
			best = i
		}
	}
	return best
}

// Fit trains until the last epoch, until patience runs out, or until ctx is
// done, which it looks at after every step. If the numbers go bad it does what
// OnNaN says; where that ends the training it brings back the last good weights
// and returns a *DivergedError. val may be nil. The returned history is valid with
// an error, too.
func (t *Trainer[T]) Fit(ctx context.Context, train, val *data.Dataset[T]) (History, error) {
	run, err := t.start(train, val)
	if err != nil {
		return nil, err
	}
	if t.Minimizer != nil {
		return t.minimize(ctx, run)
	}
	params := t.Net.Params()
	for run.next(ctx) {
		t.Net.draw(t.Seed, run.step)
		yhat := t.Net.Forward(run.x)                           // (1)–(4)
		loss := t.Loss.Value(yhat, run.y) + t.L2.Value(params) // (5)
		if run.refuses(loss) {
			continue
		}
		run.dyhat.Resize(yhat.Rows, yhat.Cols)
		t.Loss.Prime(run.dyhat, yhat, run.y) // (7)
		t.Net.Backward(run.dyhat)            // (8)–(18)
		t.L2.AddPrime(params)
		if t.Clip != nil {
			t.Clip.Clip(params)
		}
		run.lr = t.Schedule.Rate(run.epoch, run.step)
		finite := t.Opt.Step(run.made+1, run.lr, params)
		run.endStep(loss, finite)
	}
	return run.history, run.finish()
}

// minimize is Fit with a Minimizer.
func (t *Trainer[T]) minimize(ctx context.Context, run *run[T]) (History, error) {
	if run.over() {
		return run.history, run.finish()
	}
	params := t.Net.Params()
	run.batch(run.order) // all of them
	err := t.Minimizer.Minimize(run.step, params, func() float64 {
		yhat := t.Net.Forward(run.x)
		loss := t.Loss.Value(yhat, run.y) + t.L2.Value(params)
		run.dyhat.Resize(yhat.Rows, yhat.Cols)
		t.Loss.Prime(run.dyhat, yhat, run.y)
		t.Net.Backward(run.dyhat)
		t.L2.AddPrime(params)
		return loss
	}, func(it int, loss float64) bool {
		run.step = it
		run.endEpoch()
		if run.err == nil {
			run.err = ctx.Err()
		}
		return run.err != nil || run.over()
	})
	if run.err == nil {
		run.err = err
	}
	run.done = run.err == nil
	return run.history, run.finish()
}

// endsInIdentity reports whether what the last layer returns is its z.
func (n *Network[T]) endsInIdentity() bool {
	switch last := n.Layers[len(n.Layers)-1].(type) {
	case *layers.Dense[T]:
		_, ok := last.G.(layers.Identity[T])
		return ok
	case *layers.BatchNorm[T]:
		_, ok := last.G.(layers.Identity[T])
		return ok
	}
	return true // a layer of somebody else's
}
