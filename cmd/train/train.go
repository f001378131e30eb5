package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"gradlab/data"
	"gradlab/internal/cli"
	"gradlab/internal/memory"
	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
)

// Run trains as the flags say.
func (f *flags) Run(stdout, stderr io.Writer) error {
	var from *resumption
	if f.Resume != "" {
		var err error
		if f, from, err = f.resume(); err != nil {
			return err
		}
		defer from.folder.close()
	}
	if err := f.check(); err != nil {
		return cli.UsageError{Err: err}
	}
	if f.DType == "float32" {
		return train[float32](f, from, stdout, stderr)
	}
	return train[float64](f, from, stdout, stderr)
}

// job is a training from the flags to the run's folder.
type job[T matrix.Float] struct {
	*flags
	from   *resumption // nil: a new run
	text   io.Writer   // for people: stdout, or stderr where stdout is for JSON
	stderr io.Writer

	sha256, labelsSHA256 string // of the data

	train, val *data.Dataset[T]
	test       *data.Dataset[T] // nil: none
	encoding   *data.Encoding
	head       *head[T]
	trainer    *nn.Trainer[T]
	out        *folder
	history    nn.History
	seconds    float64
	steps      int  // done
	bad        int  // of these not made, for their numbers were bad
	complete   bool // the training ended by itself, at the end of an epoch
}

func train[T matrix.Float](f *flags, from *resumption, stdout, stderr io.Writer) error {
	j := &job[T]{flags: f, from: from, text: stdout, stderr: stderr}
	if f.JSON {
		j.text = stderr
	}
	if from != nil {
		j.out = from.folder
	}
	for _, stage := range []func() error{j.load, j.build, j.checkGradients} {
		if err := stage(); err != nil {
			return err
		}
	}
	ctx, stop := cli.Interruptible()
	return cmp.Or(j.run(ctx, stdout), stop())
}

// run trains and writes the run's folder.
func (j *job[T]) run(ctx context.Context, stdout io.Writer) error {
	if err := j.open(); err != nil {
		return err
	}
	if j.from == nil {
		defer j.out.close()
	}
	trainErr := j.fit(ctx)
	if diverged := (*nn.DivergedError)(nil); trainErr != nil && !errors.As(trainErr, &diverged) {
		return trainErr
	}
	result := j.evaluate()
	if err := j.save(result); err != nil {
		return j.kept(err)
	}
	return cmp.Or(j.report(result, stdout), trainErr)
}

// build makes the network and its trainer.
func (j *job[T]) build() error {
	regress := j.encoding.Task == data.Regress
	weights, err := j.classWeightList()
	if err != nil {
		return err
	}
	if j.head, err = newHead[T](j.flags, regress, j.Layers[len(j.Layers)-1], weights); err != nil {
		return err
	}
	j.Loss, j.Output = j.head.lossName, j.head.outputName // as run.json keeps them
	if j.wholeSet() {
		j.Batch = 0
	} else {
		rate := j.rate()
		j.LR = &rate
	}
	if err := j.checkMemory(); err != nil {
		return err
	}
	schedule, _ := j.schedule(stepsOf(j.train.Len(), j.Batch))
	if err := j.sameSchedule(schedule); err != nil {
		return err
	}
	opt, _ := optimizer[T](j.flags)
	j.trainer = &nn.Trainer[T]{
		Net:      &nn.Network[T]{Layers: newLayers(j.flags, j.head.last), Output: j.head.output},
		Loss:     j.head.loss,
		Opt:      opt,
		Schedule: schedule,
		L2:       losses.L2[T]{Lambda: j.penalty()},
		Clip:     clipper[T](j.flags),
		Epochs:   j.Epochs, BatchSize: j.Batch, Seed: j.Seed, Patience: j.Patience, ScoreSample: j.ScoreSample,
		Task: nn.Task{Regress: regress, Threshold: j.head.threshold, Units: j.encoding.Units()},
	}
	if err := j.trainer.OnNaN.UnmarshalText([]byte(j.OnNaN)); err != nil {
		return err
	}
	switch j.Optimizer {
	case "lbfgs":
		j.trainer.Minimizer, err = parts.Find("optimizer", j.Optimizer, parts.Minimizers[T](j.Epochs))
	case "normal-equation":
		if !regress {
			return errors.New("--optimizer normal-equation is for regression, and the label has classes (--task regress takes numbers as they are)")
		}
		j.trainer.Minimizer = normalEquation[T]{j.trainer.Net, j.train, j.L2}
		j.Epochs, j.trainer.Epochs = 1, 1
	}
	if err != nil {
		return err
	}
	if err := j.model().Write(io.Discard); err != nil { // better now than after the training
		return fmt.Errorf("%s: the model could not be saved: %w", j.Data, err)
	}
	fmt.Fprintf(j.text, "%s", j.trainer.Net.Summary())
	how := fmt.Sprintf("%s, learning rate %g", j.Optimizer, j.rate())
	if j.wholeSet() {
		how = j.Optimizer
	}
	fmt.Fprintf(j.text, "loss %s after %s; %s\n\n", j.Loss, j.Output, how)
	return nil
}

// checkMemory returns an error if the training cannot fit into memory: what every
// optimizer keeps are the weights, their gradients and the last good weights.
func (j *job[T]) checkMemory() error {
	batch := j.train.Len()
	if j.Batch > 0 {
		batch = min(batch, j.Batch)
	}
	size := 8.0
	if j.DType == "float32" {
		size = 4
	}
	return memory.Check(fmt.Sprintf("--layers %v with batches of %d", j.Layers, batch), size*j.Layers.Numbers(3, batch))
}

// normalEquation is the normal equation as a Minimizer of one iteration.
type normalEquation[T matrix.Float] struct {
	net    *nn.Network[T]
	set    *data.Dataset[T]
	lambda float64
}

func (n normalEquation[T]) Forgets(int) bool { return false }

func (n normalEquation[T]) Minimize(_ int, _ []matrix.Param[T], f func() float64, each func(int, float64) bool) error {
	if err := nn.NormalEquation(n.net.Layers[0].(*layers.Dense[T]), n.set, n.lambda); err != nil {
		return err
	}
	each(1, f())
	return nil
}

// fit trains and shows the progress.
func (j *job[T]) fit(ctx context.Context) error {
	if from := j.trainer.From; from != nil {
		j.steps, j.bad = from.Step, from.Bad
	}
	out := j.text
	if j.finished() {
		out = io.Discard
	}
	show := newProgress(out, j.Epochs, stepsOf(j.train.Len(), j.trainer.BatchSize), j.trainer.Task.Regress)
	j.trainer.OnStep = func(step int, loss float64) { j.steps = step; show.step(step) }
	j.trainer.OnEpoch = func(e nn.Epoch) { j.steps = e.Step; show.epoch(e) }
	j.trainer.OnBad = func(e *nn.DivergedError) {
		j.steps = max(j.steps, e.Step)
		if j.bad++; j.bad <= shownBad {
			show.say(fmt.Sprintf("epoch %d, step %d: %s: %s", e.Epoch, e.Step, onNaN[j.OnNaN], e.Reason()))
		}
	}
	start := time.Now()
	var err error
	j.history, err = j.trainer.Fit(ctx, j.train, j.val)
	j.seconds = time.Since(start).Seconds()
	show.end()
	if len(j.history) > 0 && j.history[0].Sampled {
		fmt.Fprintf(j.text, "the training scores of all epochs but the last are of %d examples (--score-sample)\n", j.ScoreSample)
	}
	if j.bad > 0 {
		fmt.Fprintf(j.text, "%d of %d steps were not made, because their numbers were bad (--on-nan %s)\n", j.bad, j.steps, j.OnNaN)
	}
	j.complete = err == nil
	var diverged *nn.DivergedError
	var unwritten *nn.CheckpointError
	switch {
	case errors.As(err, &unwritten):
		return j.kept(err)
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(j.text, "interrupted after step %d: the model as it is now is kept, and %s goes on with it\n", j.steps, j.howToResume())
		return nil
	case errors.As(err, &diverged):
		return fmt.Errorf("%w.\nThe last good weights are kept. Try a smaller learning rate (--lr %.2g), --clip-norm 1, or --scale standard; --on-nan says what to do about single bad steps", err, min(j.rate()/10, 0.1))
	case err != nil && j.from == nil:
		j.out.abandon()
	}
	return err
}

// shownBad is how many bad steps are told of one by one.
const shownBad = 5

// onNaN is what was done about a bad step, in words.
var onNaN = map[string]string{"skip": "skipped", "restore": "back to the weights of the last epoch"}

// stepsOf returns the steps of an epoch.
func stepsOf(examples, batch int) int {
	if batch == 0 {
		return 1
	}
	return (examples + batch - 1) / batch
}

// outName returns the folder of the run. A name of dots, as of a file "...csv",
// must not lead out of runs.
func (f *flags) outName() string {
	if f.Out != "" {
		return f.Out
	}
	if f.Data == "-" {
		return filepath.Join("runs", "stdin")
	}
	name := filepath.Base(f.Data)
	name = strings.TrimSuffix(name, ".gz")
	if ext := filepath.Ext(name); len(ext) < len(name) {
		name = strings.TrimSuffix(name, ext)
	}
	return filepath.Join("runs", cmp.Or(strings.TrimLeft(name, "."), "data"))
}
