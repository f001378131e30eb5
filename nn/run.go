package nn

import (
	"context"
	"errors"
	"fmt"

	"gradlab/data"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
)

// run is the state of one Fit. What a checkpoint keeps of it, so that another one
// can go on, is in the first group.
type run[T matrix.Float] struct {
	epoch, step int     // ended, both
	made        int     // steps that were made, and not skipped; at the end of the last epoch
	goodMade    int     // it was this
	bad         int     // steps that were not made
	badInARow   int     // of these, the last ones
	lr          float64 // of the last step
	firstLoss   float64
	history     History
	bestEpoch   int         // index into history, or -1
	now         snapshot[T] // the weights, the state of the network, and that of the optimizer, where they are
	good        snapshot[T] // a copy of them at the end of the last epoch
	best        snapshot[T] // the weights of the best epoch, where Patience asks for them

	t          *Trainer[T]
	train, val *data.Dataset[T]
	sample     *data.Dataset[T] // of train, or all of it, for the scores of an epoch
	eval       *Evaluator[T]
	perEpoch   int               // steps
	order      []int             // of the examples of an epoch,
	ordered    int               // which is this one
	x, y       *matrix.Matrix[T] // the batch: one of the pairs below
	dyhat      *matrix.Matrix[T]
	keep       keeper
	mark       mark[T] // within the epoch, for undo
	markEvery  int     // steps
	suspect    int     // the step that undo has taken back, or -1
	announced  int     // OnStep was called for steps up to this
	done       bool    // there is nothing left to do, whatever Epochs says
	err        error   // why it stopped

	copyX, copyY, viewX, viewY matrix.Matrix[T]
}

// start checks what can be checked before the first step, and goes back to where
// the training was, if it goes on.
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
		t: t, train: train, val: val, sample: t.scored(train, val), bestEpoch: -1, ordered: -1, suspect: -1,
		eval:  NewEvaluator(t.Net, t.Loss, t.Task),
		order: make([]int, train.Len()), dyhat: new(matrix.Matrix[T]),
		perEpoch: 1,
	}
	for i := range r.order {
		r.order[i] = i
	}
	if size := t.BatchSize; size > 0 && t.Minimizer == nil {
		r.perEpoch = (train.Len() + size - 1) / size
	}
	r.now = t.state()
	r.good = r.now.clone("good")
	if t.Patience > 0 {
		r.best = r.now.ofNetwork(t.Net).clone("best")
	}
	r.mark.step = -1
	if r.markEvery = t.markEvery(); r.markEvery < r.perEpoch {
		r.keepMark()
	}
	r.keep.start(t.Checkpoints, t.From)
	if t.From != nil {
		return r, r.resume(t.From)
	}
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

// next brings the batch of the next step into x and y, after it has ended the
// epoch before it. It returns false when there is no next step.
func (r *run[T]) next(ctx context.Context) bool {
	for r.err == nil && !r.over() {
		if r.err = ctx.Err(); r.err != nil {
			break
		}
		if r.stepInEpoch() == r.perEpoch {
			r.endEpoch()
			continue
		}
		r.batchOf(r.stepInEpoch())
		if r.step != r.suspect {
			return true
		}
		r.judge(r.find())
	}
	return false
}

// batchOf brings the batch of a step of the epoch into x and y.
func (r *run[T]) batchOf(step int) {
	if r.ordered != r.epoch {
		r.ordered = r.epoch
		r.putInOrder()
	}
	size := r.t.BatchSize
	if size == 0 {
		size = len(r.order)
	}
	from := step * size
	r.batch(r.order[from:min(from+size, len(r.order))])
}

// stepInEpoch returns how many steps of the epoch have been made.
func (r *run[T]) stepInEpoch() int { return r.step - r.epoch*r.perEpoch }

// over reports whether the training has come to its end.
func (r *run[T]) over() bool { return r.done || r.epoch >= r.t.Epochs }

// putInOrder puts the examples of the epoch in order.
func (r *run[T]) putInOrder() {
	for i := range r.order {
		r.order[i] = i
	}
	if r.t.Order != nil {
		r.t.Order(r.epoch, r.order)
	} else {
		matrix.Shuffle(matrix.Stream(r.t.Seed, matrix.ForOrder, uint32(r.epoch)), r.order)
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

// endStep does what is to be done after a step.
func (r *run[T]) endStep(loss float64, finite bool) {
	if !finite || !r.stateFinite() {
		r.undo()
		return
	}
	r.step++
	r.made++
	r.badInARow = 0
	if r.t.OnStep != nil && r.step > r.announced {
		r.t.OnStep(r.step, loss)
	}
	r.announced = max(r.announced, r.step)
	if r.step-max(r.mark.step, r.epoch*r.perEpoch) >= r.markEvery {
		r.keepMark()
	}
	if r.keep.afterStep(r.step) {
		r.save()
	}
}

// stateFinite reports whether the running averages are finite.
func (r *run[T]) stateFinite() bool {
	for _, s := range r.t.Net.State() {
		for _, v := range s.Value.Data { // a unit each: too few for a call
			if v-v != 0 {
				return false
			}
		}
	}
	return true
}

// endEpoch scores the network at the end of an epoch.
func (r *run[T]) endEpoch() {
	e := r.score()
	if r.diverged(e.Train.Loss) && (r.t.OnNaN != Skip || r.t.Minimizer != nil) {
		bad := r.findInScores(e.Train.Loss)
		if r.t.OnNaN != Restore || r.t.Minimizer != nil {
			r.stop(bad)
			return
		}
		r.restore()
		r.noteBad(bad)
		e = r.score() // if it is no better, it is because of the data
	}
	best := r.improves(e)
	r.done = r.impatient(e)
	r.history = append(r.history, e)
	if r.t.OnEpoch != nil {
		r.t.OnEpoch(e)
	}
	r.epoch++
	r.good.set(r.now)
	r.goodMade = r.made
	if best {
		r.bestEpoch = len(r.history) - 1
		r.best.set(r.now)
	}
	if !r.over() && (r.keep.afterEpoch() || r.t.Minimizer != nil && r.keep.afterRestart()) {
		r.save()
	}
}

// score scores the network: on all examples if it is the last time.
func (r *run[T]) score() Epoch {
	e := Epoch{Epoch: r.epoch + 1, Step: r.step, LR: r.lr, Train: r.eval.Scores(r.sample), Sampled: r.sample != r.train}
	if r.val != nil && r.val.Len() > 0 {
		scores := r.eval.Scores(r.val)
		e.Val = &scores
	}
	if e.Sampled && (r.impatient(e) || e.Epoch == r.t.Epochs) {
		e.Train, e.Sampled = r.eval.Scores(r.train), false
	}
	return e
}

// improves reports whether an epoch that is not yet in the history is the best so
// far, where that matters.
func (r *run[T]) improves(e Epoch) bool {
	return r.t.Patience > 0 && (r.bestEpoch < 0 || e.betterThan(r.history[r.bestEpoch]))
}

// impatient reports whether patience ends with an epoch that is not yet in the
// history.
func (r *run[T]) impatient(e Epoch) bool {
	return r.t.Patience > 0 && !r.improves(e) && len(r.history)-r.bestEpoch >= r.t.Patience
}

// finish keeps the state of a training that ended or was interrupted, and brings
// back the best weights where that was asked for.
func (r *run[T]) finish() error {
	if r.err == nil || errors.Is(r.err, context.Canceled) || errors.Is(r.err, context.DeadlineExceeded) {
		r.save()
	}
	r.keep.stop()
	if r.bestEpoch >= 0 {
		r.now.ofNetwork(r.t.Net).set(r.best)
	}
	return r.err
}
