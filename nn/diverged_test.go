package nn_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gradlab/data"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/optim"
)

type (
	dense      = layers.Dense[float64]
	activation = layers.Activation[float64]
)

// fixed is a loss that is the same everywhere, and so is its derivative.
type fixed struct{ value, prime float64 }

func (f fixed) Value(yhat, y *matrix.Matrix[float64]) float64 { return f.value }
func (f fixed) Prime(dyhat, yhat, y *matrix.Matrix[float64])  { matrix.Fill(dyhat, f.prime) }

// broken is an activation, the identity, with a value or a derivative that is NaN.
type broken struct{ value, prime float64 }

func (b broken) Apply(a, z *matrix.Matrix[float64])            { matrix.Fill(a, b.value) }
func (b broken) Backward(dz, da, z, a *matrix.Matrix[float64]) { matrix.Fill(dz, b.prime) }

// chain returns a network of layers of one unit, with all weights w and biases 0,
// and the identity.
func chain(w ...float64) *nn.Network[float64] {
	net := &nn.Network[float64]{}
	for _, w := range w {
		d := layers.NewDense(1, 1, activation(layers.Identity[float64]{}), layers.Zeros, nil)
		d.W.Data[0] = w
		net.Layers = append(net.Layers, d)
	}
	return net
}

// Whatever goes bad first is named, with the likely cause, and the weights are
// those before.
func TestWhatWentBadFirst(t *testing.T) {
	squares, nan := losses.MeanSquaredError[float64]{}, math.NaN()
	setG := func(net *nn.Network[float64], l int, g activation) *nn.Network[float64] {
		net.Layers[l].(*dense).G = g
		return net
	}
	batchNorm := chain(1, 1)
	batchNorm.Layers = slices.Insert(batchNorm.Layers, 1, layers.Layer[float64](layers.NewBatchNorm(1, activation(layers.Tanh[float64]{}))))
	for _, c := range []struct {
		name     string
		net      *nn.Network[float64]
		loss     losses.Loss[float64]
		opt      optim.Optimizer[float64]
		x, y     []float64
		layer    int
		equation string
		cause    string
	}{
		{"the data", chain(1, 1), squares, nil, []float64{1, nan}, []float64{0, 0}, 1, "x", "the data are not finite"},
		// 1e200·1e200
		{"z", chain(1, 1e200), squares, nil, []float64{1, 1e200}, []float64{0, 0}, 2, "z = W·a_prev + b", "W has grown to 1e+200, the learning rate"},
		{"z of large data", chain(1e10, 1), squares, nil, []float64{1, 1e300}, []float64{0, 0}, 1, "z = W·a_prev + b", "the data reach 1e+300, they need scaling"},
		{"a", setG(chain(1, 1), 1, broken{nan, 1}), squares, nil, []float64{1, 2}, []float64{0, 0}, 2, "a = g(z)", "z reaches 2"},
		// 1e200²
		{"the loss", chain(1), squares, nil, []float64{1, 1e200}, []float64{0, 0}, 0, "L = Loss(ŷ, y)", "ŷ reaches 1e+200"},
		// log σ(-1000) = log 0
		{"log 0", setG(chain(1), 0, layers.Sigmoid[float64]{}), losses.BinaryCrossEntropy[float64]{}, nil, []float64{1, -1000}, []float64{0, 1}, 0, "L = Loss(ŷ, y)", "the loss on logits has no such place"},
		{"Loss′", chain(1), fixed{1, nan}, nil, []float64{1, 2}, []float64{0, 0}, 0, "∂L/∂ŷ = Loss′(ŷ, y)", "ŷ reaches 2"},
		{"dz", setG(chain(1, 1), 0, broken{1, nan}), squares, nil, []float64{1, 2}, []float64{0, 0}, 1, "dz = da ⊙ g′(z)", ""},
		// 1e150·1e170
		{"dW", chain(1), fixed{1, 1e150}, nil, []float64{1, 1e170}, []float64{0, 0}, 1, "dW = dz·a_prevᵀ", "the data reach 1e+170"},
		{"db", chain(1), fixed{1, 1.2e308}, nil, []float64{1e-9, 1e-9}, []float64{0, 0}, 1, "db = Σⱼ dzⱼ", "dz reaches 1.2e+308"},
		// W·dz = 1e200·1e150, while dW = 1e150·1e-60
		{"da_prev", chain(1, 1e200), fixed{1, 1e150}, nil, []float64{1e-60, 1e-60}, []float64{0, 0}, 2, "da_prev = Wᵀ·dz", "W has grown to 1e+200"},
		// dW² = 1e320, and db is twice as large
		{"the update", chain(1), fixed{1, 1e160}, optim.NewAdam[float64](), []float64{1, 1e-5}, []float64{0, 0}, 0, "the update of 1.b along d1.b", "a gradient this large"},
		// The variance of ±1e160 is 1e320, which makes z_norm 0.
		{"running averages", batchNorm, squares, nil, []float64{-1e160, 1e160}, []float64{0, 0}, 1, "the running average of σ²", "z reaches 1e+160"},
	} {
		if c.opt == nil {
			c.opt = optim.SGD[float64]{}
		}
		before := c.net.WeightsSHA256()
		trainer := &nn.Trainer[float64]{Net: c.net, Loss: c.loss, Opt: c.opt, Schedule: optim.Constant(1e-9), Epochs: 1, Task: nn.Task{Regress: true}}
		_, err := trainer.Fit(context.Background(), &data.Dataset[float64]{X: matrix.FromRows(c.x), Y: matrix.FromRows(c.y)}, nil)
		var bad *nn.DivergedError
		if !errors.As(err, &bad) || bad.Step != 1 || bad.Layer != c.layer || bad.Equation != c.equation || !strings.Contains(bad.Cause, c.cause) {
			t.Errorf("%s: %v (%+v)", c.name, err, bad)
		}
		for _, p := range append(c.net.Params(), c.net.State()...) {
			if !matrix.Finite(p.Value.Data) {
				t.Errorf("%s: %s is %v", c.name, p.Name, p.Value)
			}
		}
		if c.net.WeightsSHA256() != before {
			t.Errorf("%s: the weights have changed", c.name)
		}
	}
}

// poisoned makes the gradient of a batch NaN that has an example whose target is
// 2, or the loss, if its target is 3.
type poisoned struct {
	losses.BinaryCrossEntropyLogits[float64]
}

func (p poisoned) Value(yhat, y *matrix.Matrix[float64]) float64 {
	if y.Cols == 2 && slices.Contains(y.Data, 3) { // a step, and not a score
		return math.NaN()
	}
	return p.BinaryCrossEntropyLogits.Value(yhat, y)
}

func (p poisoned) Prime(dyhat, yhat, y *matrix.Matrix[float64]) {
	p.BinaryCrossEntropyLogits.Prime(dyhat, yhat, y)
	if slices.Contains(y.Data, 2) {
		dyhat.Data[0] = math.NaN()
	}
}

// inOrder leaves the examples in order.
func inOrder(epoch int, examples []int) {}

// Skip trains as if a bad batch were not there, whether its loss is bad or its
// gradients, which are noticed when the update has begun; so far on that the steps
// since the beginning of the epoch are too many to be made again.
func TestSkip(t *testing.T) {
	for _, bad := range [][]int{{0}, {5}, {299}, {0, 1, 150, 299}, {298, 299}} {
		for _, opt := range []func() optim.Optimizer[float64]{
			func() optim.Optimizer[float64] { return optim.SGD[float64]{} },
			func() optim.Optimizer[float64] { return optim.NewAdam[float64]() },
		} {
			poisonedSet, cleanSet := xor(600, 1), xor(600, 1)
			var clean []int
			for b := range 300 {
				if slices.Contains(bad, b) {
					poisonedSet.Y.Data[2*b+1] = float64(2 + b%2)
				} else {
					clean = append(clean, 2*b, 2*b+1)
				}
			}
			weights := func(set *data.Dataset[float64]) (string, []int) {
				trainer := classifier(2)
				trainer.Loss, trainer.Opt, trainer.BatchSize, trainer.Order, trainer.OnNaN = poisoned{}, opt(), 2, inOrder, nn.Skip
				trainer.Diverged = func(loss float64) bool { return loss != loss }
				var skipped []int
				trainer.OnBad = func(e *nn.DivergedError) { skipped = append(skipped, e.Step) }
				if _, err := trainer.Fit(context.Background(), set, nil); err != nil {
					t.Fatal(err)
				}
				return trainer.Net.WeightsSHA256(), skipped
			}
			got, skipped := weights(poisonedSet)
			want, _ := weights(cleanSet.Part(clean))
			var steps []int
			for _, b := range bad {
				steps = append(steps, b+1)
			}
			if got != want || !slices.Equal(skipped[:len(bad)], steps) {
				t.Errorf("batches %v are bad: skipped %v, the weights are those without them: %v", bad, skipped, got == want)
			}
		}
	}
}

// poisonedBusy returns a trainer with everything that a step may change and a set
// of 300 batches, of which some have bad gradients.
func poisonedBusy(policy nn.OnNaN, bad ...int) (*nn.Trainer[float64], *data.Dataset[float64]) {
	trainer := busy(optim.NewAdam[float64]())
	trainer.Loss, trainer.Order, trainer.BatchSize, trainer.OnNaN = poisoned{}, inOrder, 2, policy
	trainer.Epochs, trainer.Patience = 2, 0
	set := xor(600, 1)
	for _, b := range bad {
		set.Y.Data[2*b] = 2
	}
	return trainer, set
}

// bits returns all that a step may change.
func bits(trainer *nn.Trainer[float64]) (all []float64) {
	params := trainer.Net.Params()
	for _, p := range append(slices.Clone(params), trainer.Net.State()...) {
		all = append(all, p.Value.Data...)
	}
	for _, m := range trainer.Opt.State(params) {
		all = append(all, m.Data...)
	}
	return all
}

// A step that has written what is not finite is taken back to the bit, weights,
// moments and running averages, with the steps before it made again silently.
func TestUndo(t *testing.T) {
	for name, change := range map[string]func(*nn.Trainer[float64]){
		"dropout": func(*nn.Trainer[float64]) {},
		"numbers of one's own": func(trainer *nn.Trainer[float64]) {
			next := matrix.Stream(3, matrix.ForDropout, 0)
			trainer.Net.Layers[2].(*layers.Dropout[float64]).Uniforms = func(u []float64, n, m int) {
				for i := range u {
					u[i] = next.Float64()
				}
			}
		},
	} {
		trainer, set := poisonedBusy(nn.Skip, 0, 1, 200, 270, 290)
		change(trainer)
		last, steps, bad := bits(trainer), 0, 0
		trainer.OnStep = func(step int, loss float64) {
			if step <= steps {
				t.Errorf("%s: step %d is announced again", name, step)
			}
			last, steps = bits(trainer), step
		}
		trainer.OnBad = func(e *nn.DivergedError) {
			bad++
			if !slices.Equal(bits(trainer), last) {
				t.Errorf("%s: the bad step %d has changed something", name, e.Step)
			}
		}
		if _, err := trainer.Fit(context.Background(), set, nil); err != nil || bad != 10 || steps != 600 {
			t.Errorf("%s: error %v, %d bad steps of %d", name, err, bad, steps)
		}
	}
}

// Restore goes back to the end of the last epoch, and on with the next step.
func TestRestore(t *testing.T) {
	trainer, set := poisonedBusy(nn.Restore, 100, 280)
	good, steps := bits(trainer), 0
	trainer.OnStep = func(step int, loss float64) { steps++ }
	trainer.OnEpoch = func(nn.Epoch) { good = bits(trainer) }
	trainer.OnBad = func(*nn.DivergedError) {
		if !slices.Equal(bits(trainer), good) {
			t.Error("the weights are not those of the end of the last epoch")
		}
	}
	history, err := trainer.Fit(context.Background(), set, nil)
	if err != nil || steps != 2*298 || history[1].Step != 600 {
		t.Errorf("error %v, %d steps of %d", err, steps, history[1].Step)
	}
}

// Ignore takes an infinite loss if the gradients are sound, and nothing else.
func TestIgnore(t *testing.T) {
	for _, c := range []struct {
		policy nn.OnNaN
		loss   fixed
		made   bool
	}{
		{nn.Ignore, fixed{math.Inf(1), 1}, true},
		{nn.Ignore, fixed{math.NaN(), 1}, true},
		{nn.Ignore, fixed{math.Inf(1), math.Inf(1)}, false},
		{nn.Ignore, fixed{1, math.NaN()}, false},
		{nn.Stop, fixed{math.Inf(1), 1}, false},
	} {
		net := chain(1)
		trainer := &nn.Trainer[float64]{
			Net: net, Loss: c.loss, Opt: optim.SGD[float64]{}, Schedule: optim.Constant(0.1),
			Epochs: 1, OnNaN: c.policy, Task: nn.Task{Regress: true},
		}
		before := net.WeightsSHA256()
		_, err := trainer.Fit(context.Background(), &data.Dataset[float64]{X: matrix.FromRows([]float64{1}), Y: matrix.FromRows([]float64{0})}, nil)
		if made := net.WeightsSHA256() != before; made != c.made || errors.As(err, new(*nn.DivergedError)) == c.made {
			t.Errorf("%v of %+v: error %v, the step was made: %v", c.policy, c.loss, err, made)
		}
	}
}

// When nothing but bad steps comes for as long as an epoch, Skip and Restore give up.
func TestGivesUp(t *testing.T) {
	for _, policy := range []nn.OnNaN{nn.Skip, nn.Restore} {
		var all []int
		for b := range 300 {
			all = append(all, b)
		}
		trainer, set := poisonedBusy(policy, all[50:]...)
		bad := 0
		trainer.OnBad = func(*nn.DivergedError) { bad++ }
		_, err := trainer.Fit(context.Background(), set, nil)
		if err != nil || bad != 500 {
			t.Errorf("%v: 250 of 300 steps are bad: error %v after %d bad steps", policy, err, bad)
		}
		trainer, set = poisonedBusy(policy, all...)
		bad = 0
		trainer.OnBad = func(*nn.DivergedError) { bad++ }
		if _, err := trainer.Fit(context.Background(), set, nil); !errors.As(err, new(*nn.DivergedError)) || bad != 300 {
			t.Errorf("%v: all steps are bad: error %v after %d bad steps", policy, err, bad)
		}
	}
}

// A training with bad steps that is stopped and gone on with ends with the same
// bits, too.
func TestResumeWithBadSteps(t *testing.T) {
	for _, policy := range []nn.OnNaN{nn.Skip, nn.Restore} {
		bad := []int{3, 100, 101, 280}
		trainer, set := poisonedBusy(policy, bad...)
		if _, err := trainer.Fit(context.Background(), set, nil); err != nil {
			t.Fatal(err)
		}
		want := bits(trainer)
		for _, stop := range []int{2, 3, 5, 100, 103, 279, 299, 300, 301, 599} {
			at := &nn.Checkpoints{Path: filepath.Join(t.TempDir(), "checkpoint")}
			trainer, set := poisonedBusy(policy, bad...)
			trainer.Checkpoints = at
			ctx, cancel := context.WithCancel(context.Background())
			trainer.OnStep = func(step int, loss float64) {
				if step >= stop {
					cancel()
				}
			}
			if _, err := trainer.Fit(ctx, set, nil); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			trainer, set = poisonedBusy(policy, bad...)
			if _, err := goOn(t, trainer, at).Fit(context.Background(), set, nil); err != nil || !slices.Equal(bits(trainer), want) {
				t.Errorf("%v, stopped after step %d: error %v, other bits: %v", policy, stop, err, !slices.Equal(bits(trainer), want))
			}
		}
	}
}
