package nn

import (
	"fmt"
	"io"
	"strconv"
	"sync/atomic"
	"time"

	"gradlab/internal/atomicfile"
	"gradlab/internal/safetensors"
	"gradlab/matrix"
)

// keeper knows when a checkpoint is due.
type keeper struct {
	*Checkpoints             // nil: never
	due          atomic.Bool // by the time
	timer        *time.Timer
	rotate       bool // what is at Path is whole, and to become the one before
	last         moment
}

// moment is when a checkpoint was written.
type moment struct {
	epoch, step int
	finished    bool
}

func (k *keeper) start(c *Checkpoints, from *Checkpoint) {
	k.Checkpoints = c
	if from != nil && from.newest {
		k.rotate, k.last = true, moment{from.Epoch, from.Step, from.Finished}
	}
	if c != nil && c.Every > 0 {
		k.timer = time.AfterFunc(c.Every, func() { k.due.Store(true) })
	}
}

func (k *keeper) stop() {
	if k.timer != nil {
		k.timer.Stop()
	}
}

// afterStep reports whether a checkpoint is due after a step.
func (k *keeper) afterStep(step int) bool {
	return k.Checkpoints != nil && (k.Steps > 0 && step%k.Steps == 0 || !k.AtEpochs && k.due.Load())
}

// afterEpoch reports whether one is due at the end of an epoch.
func (k *keeper) afterEpoch() bool {
	return k.Checkpoints != nil && k.AtEpochs && k.due.Load()
}

// afterRestart reports whether one is due where a Minimizer forgets its memory.
func (k *keeper) afterRestart() bool {
	return k.Checkpoints != nil && (k.Steps > 0 || k.due.Load())
}

// save writes a checkpoint, where one can be gone on from, if it is not there.
func (r *run[T]) save() {
	k, now := &r.keep, r.moment()
	if k.Checkpoints == nil || k.rotate && k.last == now || r.t.Minimizer != nil && !r.done && !r.t.Minimizer.Forgets(r.step) {
		return
	}
	began := time.Now()
	old := ""
	if k.rotate {
		old = k.previous()
	}
	if err := atomicfile.Replace(k.Path, old, r.write); err != nil {
		r.err = &CheckpointError{Step: r.step, Err: err}
		return
	}
	k.rotate, k.last = true, now
	if k.timer != nil {
		wait := k.Every
		if k.AtEpochs {
			wait = max(wait, 50*time.Since(began))
		}
		k.due.Store(false)
		k.timer.Reset(wait)
	}
}

func (r *run[T]) moment() moment { return moment{r.epoch, r.step, r.err == nil && r.over()} }

// write writes the state as a checkpoint.
func (r *run[T]) write(w io.Writer) error {
	var tensors []safetensors.Tensor
	if len(r.history) > 0 {
		tensors = append(tensors, safetensors.NewTensor("history", historyMatrix(r.history)))
	}
	for _, part := range r.kept() {
		for _, p := range part {
			tensors = append(tensors, safetensors.NewTensor(p.Name, p.Value))
		}
	}
	return safetensors.Write(w, map[string]string{
		"gradlab-checkpoint": checkpointVersion,
		"run":                r.keep.Run,
		"epoch":              strconv.Itoa(r.epoch),
		"step":               strconv.Itoa(r.step),
		"best_epoch":         strconv.Itoa(r.bestEpoch),
		"finished":           strconv.FormatBool(r.moment().finished),
		"made":               strconv.Itoa(r.made),
		"good_made":          strconv.Itoa(r.goodMade),
		"bad":                strconv.Itoa(r.bad),
		"bad_in_a_row":       strconv.Itoa(r.badInARow),
		"learning_rate":      strconv.FormatFloat(r.lr, 'g', -1, 64),
		"first_loss":         strconv.FormatFloat(r.firstLoss, 'g', -1, 64),
	}, tensors)
}

// kept returns the matrices that a checkpoint has at this point.
func (r *run[T]) kept() (parts []snapshot[T]) {
	parts = append(parts, r.now)
	if r.t.Minimizer == nil && r.stepInEpoch() > 0 { // else they are those of now
		parts = append(parts, r.good)
	}
	if r.bestEpoch >= 0 {
		parts = append(parts, r.best)
	}
	return parts
}

// resume goes back to where the training was.
func (r *run[T]) resume(c *Checkpoint) error {
	r.epoch, r.step, r.lr, r.firstLoss, r.bestEpoch = c.Epoch, c.Step, c.lr, c.firstLoss, c.best
	r.made, r.goodMade, r.bad, r.badInARow, r.announced = c.made, c.goodMade, c.Bad, c.badInARow, c.Step
	r.history = append(History(nil), c.History...)
	if k := r.stepInEpoch(); k < 0 || k > r.perEpoch || (r.bestEpoch >= 0) != (r.t.Patience > 0 && r.epoch > 0) {
		return fmt.Errorf("the checkpoint is of another training: step %d in epoch %d of %d steps, best epoch %d", r.step, r.epoch+1, r.perEpoch, r.bestEpoch+1)
	}
	tensors := min(r.epoch, 1) // the history
	for _, part := range r.kept() {
		tensors += len(part)
		for _, p := range part {
			if err := safetensors.Read(c.file, p.Name, p.Value); err != nil {
				return fmt.Errorf("the checkpoint is of another training: %w", err)
			}
			if !matrix.Finite(p.Value.Data) {
				return fmt.Errorf("the checkpoint's tensor %q holds NaN or infinite numbers", p.Name)
			}
		}
	}
	if n := len(c.file.Names()); n != tensors {
		return fmt.Errorf("the checkpoint is of another training: it has %d tensors, not %d", n, tensors)
	}
	if r.stepInEpoch() == 0 {
		r.good.set(r.now)
	} else {
		r.keepMark()
	}
	r.done = c.Finished && r.t.Minimizer != nil || r.t.Patience > 0 && r.epoch-1-r.bestEpoch >= r.t.Patience
	if r.over() {
		return nil
	}
	if m := r.t.Minimizer; m != nil && !m.Forgets(r.step) {
		return fmt.Errorf("the checkpoint is of iteration %d, from which %T can't go on", r.step, m)
	}
	r.rescore()
	return nil
}

// rescore scores the last epoch as it would have been had it not been the last of
// Epochs, which may be more now.
func (r *run[T]) rescore() {
	if r.sample == r.train || r.epoch == 0 || r.stepInEpoch() > 0 {
		return
	}
	if e := &r.history[r.epoch-1]; !e.Sampled {
		e.Train, e.Sampled = r.eval.Scores(r.sample), true
	}
}
