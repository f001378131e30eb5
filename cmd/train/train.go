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
	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
)

// Run trains as the flags say.
func (f *flags) Run(stdout, stderr io.Writer) error {
	if err := f.check(); err != nil {
		return cli.UsageError{Err: err}
	}
	if f.DType == "float32" {
		return train[float32](f, stdout, stderr)
	}
	return train[float64](f, stdout, stderr)
}

// job is a training from the flags to the run's folder.
type job[T matrix.Float] struct {
	*flags
	text io.Writer // for people: stdout, or stderr where stdout is for JSON

	sha256     string // of the data file
	train, val *data.Dataset[T]
	test       *data.Dataset[T] // nil: none
	encoding   *data.Encoding
	head       *head[T]
	trainer    *nn.Trainer[T]
	out        *folder
	history    nn.History
	seconds    float64
	steps      int  // done
	complete   bool // the training ended by itself, at the end of an epoch
}

func train[T matrix.Float](f *flags, stdout, stderr io.Writer) error {
	j := &job[T]{flags: f, text: stdout}
	if f.JSON {
		j.text = stderr
	}
	for _, stage := range []func() error{
		j.load,
		j.build,
		j.checkGradients,
		func() (err error) { j.out, err = newFolder(f.outName()); return err },
	} {
		if err := stage(); err != nil {
			return err
		}
	}
	defer j.out.abandon() // if nothing was written to it
	ctx, stop := cli.Interruptible()
	trainErr := j.fit(ctx)
	if diverged := (*nn.DivergedError)(nil); trainErr != nil && !errors.As(trainErr, &diverged) {
		stop()
		return trainErr
	}
	result := j.evaluate()
	err := j.save(result)
	if err == nil {
		err = j.report(result, stdout)
	}
	return cmp.Or(err, trainErr, stop())
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
	schedule, _ := j.schedule(stepsOf(j.train.Len(), j.Batch))
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
	fmt.Fprintf(j.text, "%s", j.trainer.Net.Summary())
	how := fmt.Sprintf("%s, learning rate %g", j.Optimizer, j.rate())
	if j.wholeSet() {
		how = j.Optimizer
	}
	fmt.Fprintf(j.text, "loss %s after %s; %s\n\n", j.Loss, j.Output, how)
	return nil
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
	perEpoch := stepsOf(j.train.Len(), j.trainer.BatchSize)
	show := newProgress(j.text, j.Epochs, perEpoch, j.trainer.Task.Regress)
	j.trainer.OnStep = func(step int, loss float64) { j.steps = step; show.step(step) }
	j.trainer.OnEpoch = func(e nn.Epoch) { j.steps = e.Step; show.epoch(e) }
	start := time.Now()
	var err error
	j.history, err = j.trainer.Fit(ctx, j.train, j.val)
	j.seconds = time.Since(start).Seconds()
	show.end()
	if len(j.history) > 0 && j.history[0].Sampled {
		fmt.Fprintf(j.text, "the training scores of all epochs but the last are of %d examples (--score-sample)\n", j.ScoreSample)
	}
	j.complete = err == nil
	var diverged *nn.DivergedError
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(j.text, "interrupted: the model as it is now is kept\n")
		return nil
	case errors.As(err, &diverged):
		return fmt.Errorf("%w.\nThe last good weights are kept. Try a smaller learning rate (--lr %.2g), --clip-norm 1, or --scale standard", err, min(j.rate()/10, 0.1))
	}
	return err
}

// stepsOf returns the steps of an epoch.
func stepsOf(examples, batch int) int {
	if batch == 0 {
		return 1
	}
	return (examples + batch - 1) / batch
}

// outName returns the folder of the run.
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
	return filepath.Join("runs", name)
}
