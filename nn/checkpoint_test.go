package nn_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/optim"
)

// busy returns a trainer that has everything a checkpoint must keep: an optimizer
// with moments, batch normalisation, dropout, a schedule, mini-batches of which
// the last is smaller, and early stopping.
func busy(opt optim.Optimizer[float64]) *nn.Trainer[float64] {
	r := matrix.Stream(1, matrix.ForInit, 1)
	return &nn.Trainer[float64]{
		Net: &nn.Network[float64]{
			Layers: []layers.Layer[float64]{
				layers.NewDense(2, 6, layers.Activation[float64](layers.Identity[float64]{}), layers.Xavier, r),
				layers.NewBatchNorm(6, layers.Tanh[float64]{}),
				layers.NewDropout[float64](0.2),
				layers.NewDense(6, 1, layers.Activation[float64](layers.Identity[float64]{}), layers.Xavier, r),
			},
			Output: layers.Sigmoid[float64]{},
		},
		Loss: losses.BinaryCrossEntropyLogits[float64]{}, Opt: opt,
		Schedule: optim.WarmUp{Steps: 9, Then: optim.Exponential{Rate0: 0.1, Factor: 0.9}},
		L2:       losses.L2[float64]{Lambda: 0.01}, Clip: optim.ClipNorm[float64]{Max: 1},
		Epochs: 12, BatchSize: 16, Seed: 7, Patience: 6, ScoreSample: 30,
		Task: nn.Task{Threshold: 0.5},
	}
}

// outcome is what a training ends with.
type outcome struct {
	History nn.History
	Weights string
}

// fit trains and stops after a step, if it is not 0.
func fit(t *testing.T, trainer *nn.Trainer[float64], stopAfter int) outcome {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	trainer.OnStep = func(step int, loss float64) {
		if step == stopAfter {
			cancel()
		}
	}
	history, err := trainer.Fit(ctx, xor(70, 1), xor(40, 2)) // 5 steps an epoch, the last of 6 examples
	if stopped := errors.Is(err, context.Canceled); err != nil && !stopped || stopped != (stopAfter > 0) {
		t.Fatalf("stopped after step %d: %v", stopAfter, err)
	}
	return outcome{history, trainer.Net.WeightsSHA256()}
}

// goOn makes a trainer go on from the checkpoint in a folder.
func goOn(t *testing.T, trainer *nn.Trainer[float64], at *nn.Checkpoints) *nn.Trainer[float64] {
	t.Helper()
	from, err := at.Load()
	if err != nil {
		t.Fatal(err)
	}
	trainer.Checkpoints, trainer.From = at, from
	return trainer
}

// Stopped anywhere and gone on with, twice, a training ends with the bits of one
// that was never stopped, whatever the optimizer.
func TestResume(t *testing.T) {
	table := parts.Optimizers[float64]
	for k, opt := range table() {
		want := fit(t, busy(opt.Part), 0)
		last := want.History[len(want.History)-1].Step
		for stop := 1 + k; stop < last; stop += 6 { // at every place of an epoch
			at := &nn.Checkpoints{Path: filepath.Join(t.TempDir(), "checkpoint.safetensors"), Run: opt.Name}
			trainer := busy(table()[k].Part)
			trainer.Checkpoints = at
			fit(t, trainer, stop)
			if stop%4 == 0 && stop+3 < last {
				fit(t, goOn(t, busy(table()[k].Part), at), stop+3)
			}
			if got := fit(t, goOn(t, busy(table()[k].Part), at), 0); !cmp.Equal(got, want, cmp.Comparer(sameNumber)) {
				t.Errorf("%s, stopped after step %d of %d: %s", opt.Name, stop, last, cmp.Diff(want, got))
			}
			// What has ended stays as it is.
			if got := fit(t, goOn(t, busy(table()[k].Part), at), 0); !cmp.Equal(got, want, cmp.Comparer(sameNumber)) {
				t.Errorf("%s, gone on with after its end: %s", opt.Name, cmp.Diff(want, got))
			}
		}
	}
}

// sameNumber takes NaN for equal to itself.
func sameNumber(a, b float64) bool { return a == b || a != a && b != b }

// L-BFGS goes on from the iteration at which it forgot its memory last.
func TestResumeMinimizer(t *testing.T) {
	lbfgs := func() *nn.Trainer[float64] {
		trainer := classifier(30)
		trainer.L2.Lambda = 0.001
		minimizer := optim.NewLBFGS[float64](30)
		minimizer.Restart = 5
		trainer.Minimizer = minimizer
		return trainer
	}
	train := xor(60, 1)
	want, err := lbfgs().Fit(context.Background(), train, nil)
	if err != nil {
		t.Fatal(err)
	}
	for stop := 1; stop < 30; stop += 4 {
		at := &nn.Checkpoints{Path: filepath.Join(t.TempDir(), "checkpoint.safetensors"), Steps: 1}
		ctx, cancel := context.WithCancel(context.Background())
		trainer := lbfgs()
		trainer.Checkpoints = at
		trainer.OnEpoch = func(e nn.Epoch) {
			if e.Epoch == stop {
				cancel()
			}
		}
		if _, err := trainer.Fit(ctx, train, nil); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after iteration %d: %v", stop, err)
		}
		trainer = goOn(t, lbfgs(), at)
		if from := trainer.From; (from == nil) != (stop < 5) || from != nil && from.Epoch != stop/5*5 {
			t.Errorf("stopped after iteration %d, it goes on from %+v", stop, from)
		}
		got, err := trainer.Fit(context.Background(), train, nil)
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("stopped after iteration %d: error %v, %s", stop, err, cmp.Diff(want, got))
		}
	}
}

// A training that has ended goes on when there are to be more epochs, as if there
// had been as many from the start.
func TestMoreEpochs(t *testing.T) {
	longer := func(epochs int) *nn.Trainer[float64] {
		trainer := busy(optim.NewAdam[float64]())
		trainer.Patience, trainer.Epochs = 0, epochs
		return trainer
	}
	want := fit(t, longer(9), 0)
	at := &nn.Checkpoints{Path: filepath.Join(t.TempDir(), "checkpoint.safetensors")}
	trainer := longer(4)
	trainer.Checkpoints = at
	fit(t, trainer, 0)
	if got := fit(t, goOn(t, longer(9), at), 0); !cmp.Equal(got, want) {
		t.Errorf("4 and then 5 epochs: %s", cmp.Diff(want, got))
	}
}

// Checkpoints come when they are asked for, and the one before the newest stays.
func TestWhenCheckpointsComeAbout(t *testing.T) {
	for _, c := range []struct {
		when            nn.Checkpoints
		newest, between int // steps of the two checkpoints after 28 steps; 0: none
	}{
		{nn.Checkpoints{}, 28, 0},
		{nn.Checkpoints{Steps: 8}, 28, 24},
		{nn.Checkpoints{Every: time.Nanosecond}, 28, 27},
		{nn.Checkpoints{Every: time.Hour}, 28, 0},
		{nn.Checkpoints{Every: time.Hour, AtEpochs: true}, 28, 0},
	} {
		dir := t.TempDir()
		at := &c.when
		at.Path = filepath.Join(dir, "checkpoint.safetensors")
		trainer := busy(optim.SGD[float64]{})
		trainer.Checkpoints = at
		fitSlowly(t, trainer, 28)
		for name, want := range map[string]int{"checkpoint.safetensors": c.newest, "checkpoint-previous.safetensors": c.between} {
			found, err := (&nn.Checkpoints{Path: filepath.Join(dir, name)}).Load()
			got := 0
			if found != nil {
				got = found.Step
			}
			if err != nil || got != want {
				t.Errorf("%+v: %s is of step %d, not %d; error %v", c.when, name, got, want, err)
			}
		}
		if entries, _ := os.ReadDir(dir); len(entries) > 2 {
			t.Errorf("%+v leaves %v", c.when, entries)
		}
	}
}

// fitSlowly stops after a step, and takes a millisecond for each.
func fitSlowly(t *testing.T, trainer *nn.Trainer[float64], stopAfter int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	trainer.OnStep = func(step int, loss float64) {
		time.Sleep(time.Millisecond)
		if step == stopAfter {
			cancel()
		}
	}
	if _, err := trainer.Fit(ctx, xor(70, 1), xor(40, 2)); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// A damaged checkpoint is recognised and the one before it is used; a further one
// never takes the place of the last one that is whole.
func TestDamagedCheckpoint(t *testing.T) {
	want := fit(t, busy(optim.NewAdam[float64]()), 0)
	dir := t.TempDir()
	at := &nn.Checkpoints{Path: filepath.Join(dir, "checkpoint.safetensors"), Steps: 8}
	trainer := busy(optim.NewAdam[float64]())
	trainer.Checkpoints = at
	fit(t, trainer, 28)
	whole, err := os.ReadFile(at.Path)
	if err != nil {
		t.Fatal(err)
	}
	damage := func(file []byte) {
		if err := os.WriteFile(at.Path, file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for n := 0; n < len(whole); n += 101 {
		damaged := bytes.Clone(whole)
		damaged[n] ^= 1 << (n % 8)
		damage(damaged)
		if found, err := at.Load(); found == nil || found.Step != 24 || err == nil || !strings.Contains(err.Error(), "checkpoint.safetensors: ") {
			t.Fatalf("byte %d: found %+v, error %v", n, found, err)
		}
	}
	damage(whole[:len(whole)/2])
	from, _ := at.Load()
	trainer = busy(optim.NewAdam[float64]())
	trainer.Checkpoints, trainer.From = at, from
	fit(t, trainer, 26)
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%v", entries)
	}
	before, err := (&nn.Checkpoints{Path: filepath.Join(dir, "checkpoint-previous.safetensors")}).Load()
	if err != nil || before.Step != 24 {
		t.Errorf("the checkpoint before the newest is %+v, error %v", before, err)
	}
	if got := fit(t, goOn(t, busy(optim.NewAdam[float64]()), at), 0); !cmp.Equal(got, want, cmp.Comparer(sameNumber)) {
		t.Error(cmp.Diff(want, got))
	}
}

// A checkpoint of another training is refused.
func TestForeignCheckpoint(t *testing.T) {
	at := &nn.Checkpoints{Path: filepath.Join(t.TempDir(), "checkpoint.safetensors"), Run: "mine"}
	trainer := busy(optim.NewAdam[float64]())
	trainer.Checkpoints = at
	fit(t, trainer, 28)
	if found, err := (&nn.Checkpoints{Path: at.Path, Run: "yours"}).Load(); found != nil || err == nil || !strings.Contains(err.Error(), "another run") {
		t.Errorf("found %v, error %v", found, err)
	}
	for name, change := range map[string]func(*nn.Trainer[float64]){
		"another optimizer": func(t *nn.Trainer[float64]) { t.Opt = optim.NewMomentum[float64](0.9) },
		"another network":   func(t *nn.Trainer[float64]) { t.Net.Layers = t.Net.Layers[2:] },
		"no patience":       func(t *nn.Trainer[float64]) { t.Patience = 0 },
		"larger batches":    func(t *nn.Trainer[float64]) { t.BatchSize = 32 },
	} {
		trainer := goOn(t, busy(optim.NewAdam[float64]()), at)
		change(trainer)
		if _, err := trainer.Fit(context.Background(), xor(70, 1), xor(40, 2)); err == nil || !strings.Contains(err.Error(), "another training") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func ExampleCheckpoints() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	at := &nn.Checkpoints{Path: filepath.Join(dir, "checkpoint.safetensors"), Every: time.Minute}

	trainer := classifier(30)
	trainer.Checkpoints = at
	ctx, cancel := context.WithCancel(context.Background())
	trainer.OnEpoch = func(e nn.Epoch) {
		if e.Epoch == 10 {
			cancel() // or whatever ends it
		}
	}
	_, err = trainer.Fit(ctx, xor(200, 1), xor(100, 2))
	fmt.Println(err)

	trainer = classifier(30) // perhaps in another process
	trainer.Checkpoints = at
	trainer.From, err = at.Load()
	if err != nil {
		fmt.Println("the newest checkpoint is damaged:", err) // From is the one before it, or nil
	}
	history, err := trainer.Fit(context.Background(), xor(200, 1), xor(100, 2))
	fmt.Println(len(history), "epochs,", err)

	never := classifier(30)
	never.Fit(context.Background(), xor(200, 1), xor(100, 2))
	fmt.Println("the same weights:", trainer.Net.WeightsSHA256() == never.Net.WeightsSHA256())
	// Output:
	// context canceled
	// 30 epochs, <nil>
	// the same weights: true
}

// An epoch whose loss is NaN is never the best one, where there is another.
func TestBestEpoch(t *testing.T) {
	for _, c := range []struct {
		losses []float64
		want   int
	}{
		{nil, -1}, {[]float64{3, 1, 2, 1}, 1}, {[]float64{math.NaN(), 2, math.NaN(), 1, math.Inf(-1)}, 4},
		{[]float64{math.NaN(), math.NaN()}, 0}, {[]float64{math.NaN(), math.Inf(1)}, 1},
	} {
		var h nn.History
		for _, loss := range c.losses {
			h = append(h, nn.Epoch{Train: nn.Scores{Loss: loss}})
		}
		if got := h.Best(); got != c.want {
			t.Errorf("the best of %v is %d, not %d", c.losses, got, c.want)
		}
	}
}

// A step allocates nothing, with checkpoints too: an epoch of 200 steps as much as
// one of 20.
func TestStepsAllocateNothing(t *testing.T) {
	allocations := func(steps int) uint64 {
		trainer := busy(optim.NewAdam[float64]())
		trainer.Epochs, trainer.Patience, trainer.BatchSize, trainer.ScoreSample = 2, 0, 10, 10
		trainer.Checkpoints = &nn.Checkpoints{Path: filepath.Join(t.TempDir(), "checkpoint"), Every: time.Hour}
		set := xor(10*steps, 1)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := trainer.Fit(context.Background(), set, nil); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs
	}
	allocations(20)
	if few, many := allocations(20), allocations(200); many > few+50 {
		t.Errorf("%d allocations with 40 steps, %d with 400", few, many)
	}
}

// A checkpoint that can't be written ends the training.
func TestCheckpointThatCannotBeWritten(t *testing.T) {
	trainer := busy(optim.NewAdam[float64]())
	trainer.Checkpoints = &nn.Checkpoints{Path: filepath.Join(t.TempDir(), "none", "checkpoint"), Steps: 3}
	history, err := trainer.Fit(context.Background(), xor(70, 1), nil)
	var failed *nn.CheckpointError
	if !errors.As(err, &failed) || failed.Step != 3 || !errors.Is(err, os.ErrNotExist) || len(history) != 0 {
		t.Errorf("error %v after %d epochs", err, len(history))
	}
}
