package nn

import (
	"context"
	"errors"
	"fmt"

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

	// Diverged reports whether a loss is out of bounds, which ends the
	// training. Nil: it is if it is not finite, or a thousand times the first
	// loss (and at least 1000).
	Diverged func(loss float64) bool

	OnStep  func(step int, loss float64) // after every step, counted from 1
	OnEpoch func(Epoch)                  // after every epoch
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

// History is the course of a training, an entry an epoch.
type History []Epoch

// Best returns the index of the epoch with the lowest loss, or -1.
func (h History) Best() int {
	best := -1
	for i, e := range h {
		if best < 0 || e.Loss() < h[best].Loss() {
			best = i
		}
	}
	return best
}

// Fit trains until the last epoch, until patience runs out, or until ctx is
// done, which it looks at after every step. If the loss diverges it brings back
// the last good weights and returns a *DivergedError. val may be nil. The
// returned history is valid with an error, too.
func (t *Trainer[T]) Fit(ctx context.Context, train, val *data.Dataset[T]) (History, error) {
	run, err := t.start(train, val)
	if err != nil {
		return nil, err
	}
	if t.Minimizer != nil {
		return t.minimize(ctx, run)
	}
	params := t.Net.Params()
	for epoch := range t.Epochs {
		lr := 0.0
		for x, y := range run.batches(epoch) {
			t.Net.draw(t.Seed, run.step)
			yhat := t.Net.Forward(x)                           // (1)–(4)
			loss := t.Loss.Value(yhat, y) + t.L2.Value(params) // (5)
			if run.diverged(loss) {
				return run.history, run.restoreGood(epoch, loss, x)
			}
			run.dyhat.Resize(yhat.Rows, yhat.Cols)
			t.Loss.Prime(run.dyhat, yhat, y) // (7)
			t.Net.Backward(run.dyhat)        // (8)–(18)
			t.L2.AddPrime(params)
			if t.Clip != nil {
				t.Clip.Clip(params)
			}
			lr = t.Schedule.Rate(epoch, run.step)
			run.step++
			t.Opt.Step(run.step, lr, params)
			if t.OnStep != nil {
				t.OnStep(run.step, loss)
			}
			if ctx.Err() != nil {
				return run.history, run.finish(ctx.Err())
			}
		}
		if stop, err := run.endEpoch(epoch, lr); stop || err != nil {
			return run.history, run.finish(err)
		}
	}
	return run.history, run.finish(nil)
}

// minimize is Fit with a Minimizer.
func (t *Trainer[T]) minimize(ctx context.Context, run *run[T]) (History, error) {
	params := t.Net.Params()
	run.batch(run.order) // all of them
	var stopped error
	err := t.Minimizer.Minimize(params, func() float64 {
		yhat := t.Net.Forward(run.x)
		loss := t.Loss.Value(yhat, run.y) + t.L2.Value(params)
		run.dyhat.Resize(yhat.Rows, yhat.Cols)
		t.Loss.Prime(run.dyhat, yhat, run.y)
		t.Net.Backward(run.dyhat)
		t.L2.AddPrime(params)
		return loss
	}, func(it int, loss float64) bool {
		run.step = it
		stop, err := run.endEpoch(it-1, 0)
		stopped = errors.Join(err, ctx.Err())
		return stop || stopped != nil || it >= t.Epochs
	})
	return run.history, run.finish(errors.Join(stopped, err))
}

// run is the state of one Fit.
type run[T matrix.Float] struct {
	t          *Trainer[T]
	train, val *data.Dataset[T]
	sample     *data.Dataset[T] // of train, or all of it, for the scores of an epoch
	eval       *Evaluator[T]
	order      []int
	x, y       *matrix.Matrix[T] // the batch: one of the pairs below
	dyhat      *matrix.Matrix[T]
	step       int // steps done
	history    History

	copyX, copyY, viewX, viewY matrix.Matrix[T]

	firstLoss float64
	good      snapshot[T] // the weights at the end of the last epoch
	best      snapshot[T] // and those of the best epoch, where Patience asks for them
	bestEpoch int         // index into history, or -1
}

// start checks what can be checked before the first step.
func (t *Trainer[T]) start(train, val *data.Dataset[T]) (*run[T], error) {
	switch {
	case len(t.Net.Layers) == 0:
		return nil, errors.New("the network has no layers")
	case train.Len() == 0:
		return nil, errors.New("the training set is empty")
	case t.BatchSize < 0 || t.Epochs < 0 || t.Patience < 0 || t.ScoreSample < 0:
		return nil, fmt.Errorf("batch size %d, epochs %d, patience %d and score sample %d must not be negative", t.BatchSize, t.Epochs, t.Patience, t.ScoreSample)
	case losses.OnLogits(t.Loss) && !t.Net.endsInIdentity():
		return nil, fmt.Errorf("%T is computed from the last z: the last layer needs the identity as its activation", t.Loss)
	}
	if skipper, ok := t.Net.Layers[0].(layers.InputGradientSkipper); ok {
		skipper.SkipInputGradient()
	}
	r := &run[T]{
		t: t, train: train, val: val, sample: t.scored(train, val), bestEpoch: -1,
		eval:  NewEvaluator(t.Net, t.Loss, t.Task),
		order: make([]int, train.Len()), dyhat: new(matrix.Matrix[T]),
	}
	for i := range r.order {
		r.order[i] = i
	}
	r.good.take(t.Net)
	return r, nil
}

// scored returns the examples that the training scores of an epoch are of.
func (t *Trainer[T]) scored(train, val *data.Dataset[T]) *data.Dataset[T] {
	needed := t.Minimizer != nil || t.Patience > 0 && (val == nil || val.Len() == 0)
	if needed || t.ScoreSample == 0 || t.ScoreSample >= train.Len() {
		return train
	}
	examples := make([]int, t.ScoreSample)
	for i := range examples {
		examples[i] = i * train.Len() / t.ScoreSample
	}
	return train.Part(examples)
}

// batches goes through the training set in the order of the epoch, a batch at
// a time.
func (r *run[T]) batches(epoch int) func(yield func(x, y *matrix.Matrix[T]) bool) {
	for i := range r.order {
		r.order[i] = i
	}
	if r.t.Order != nil {
		r.t.Order(epoch, r.order)
	} else {
		matrix.Shuffle(matrix.Stream(r.t.Seed, matrix.ForOrder, uint32(epoch)), r.order)
	}
	size := r.t.BatchSize
	if size == 0 {
		size = len(r.order)
	}
	return func(yield func(x, y *matrix.Matrix[T]) bool) {
		for from := 0; from < len(r.order); from += size {
			r.batch(r.order[from:min(from+size, len(r.order))])
			if !yield(r.x, r.y) {
				return
			}
		}
	}
}

// batch makes x and y these examples: a view of the training set where they are
// neighbours in it, else copies.
func (r *run[T]) batch(examples []int) {
	r.x, r.y = &r.viewX, &r.viewY
	if !ascending(examples) || !r.train.View(r.x, r.y, examples[0], examples[0]+len(examples)) {
		r.x, r.y = &r.copyX, &r.copyY
		r.train.Gather(r.x, r.y, examples)
	}
}

// ascending reports whether each example follows the one before it in the set.
func ascending(examples []int) bool {
	for i, e := range examples {
		if e != examples[0]+i {
			return false
		}
	}
	return true
}

// endEpoch evaluates the network and tells whether to stop.
func (r *run[T]) endEpoch(epoch int, lr float64) (stop bool, err error) {
	record := Epoch{Epoch: epoch + 1, Step: r.step, LR: lr, Train: r.eval.Scores(r.sample), Sampled: r.sample != r.train}
	if r.val != nil && r.val.Len() > 0 {
		scores := r.eval.Scores(r.val)
		record.Val = &scores
	}
	stop = epoch+1 == r.t.Epochs || r.impatient(record)
	if stop && record.Sampled {
		record.Train, record.Sampled = r.eval.Scores(r.train), false
	}
	if r.diverged(record.Train.Loss) {
		return true, r.restoreGood(epoch, record.Train.Loss, nil)
	}
	r.history = append(r.history, record)
	if r.t.OnEpoch != nil {
		r.t.OnEpoch(record)
	}
	r.good.take(r.t.Net)
	if r.t.Patience > 0 && r.improves(record) {
		r.bestEpoch = len(r.history) - 1
		r.best.take(r.t.Net)
	}
	return stop, nil
}

// improves reports whether an epoch is the best so far.
func (r *run[T]) improves(e Epoch) bool {
	return r.bestEpoch < 0 || e.Loss() < r.history[r.bestEpoch].Loss()
}

// impatient reports whether patience ends with an epoch that is not yet in the
// history.
func (r *run[T]) impatient(e Epoch) bool {
	return r.t.Patience > 0 && !r.improves(e) && len(r.history)-r.bestEpoch >= r.t.Patience
}

// finish brings back the best weights where that was asked for.
func (r *run[T]) finish(err error) error {
	if r.bestEpoch >= 0 {
		r.best.restore(r.t.Net)
	}
	return err
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

// snapshot is a copy of the weights and the state of a network.
type snapshot[T matrix.Float] []*matrix.Matrix[T]

func (s *snapshot[T]) take(n *Network[T]) {
	k := 0
	n.eachTensor(func(p matrix.Param[T]) {
		if k == len(*s) {
			*s = append(*s, p.Value.Clone())
		} else {
			matrix.Copy((*s)[k], p.Value)
		}
		k++
	})
}

func (s snapshot[T]) restore(n *Network[T]) {
	k := 0
	n.eachTensor(func(p matrix.Param[T]) {
		matrix.Copy(p.Value, s[k])
		k++
	})
}

// eachTensor calls f for all parameters and all state.
func (n *Network[T]) eachTensor(f func(matrix.Param[T])) {
	for _, p := range n.Params() {
		f(p)
	}
	for _, p := range n.State() {
		f(p)
	}
}
