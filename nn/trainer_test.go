package nn_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gradlab/data"
	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/optim"
)

// xor returns m points around the corners of a square, and 1 for those whose
// coordinates have the same sign.
func xor(m int, seed uint64) *data.Dataset[float64] {
	r := matrix.Stream(seed, matrix.ForData, 0)
	x, y := matrix.New[float64](2, m), matrix.New[float64](1, m)
	for j := range m {
		a, b := float64(2*r.IntN(2)-1), float64(2*r.IntN(2)-1)
		x.Col(j)[0], x.Col(j)[1] = a+0.3*matrix.Normal(r), b+0.3*matrix.Normal(r)
		if a == b {
			y.Col(j)[0] = 1
		}
	}
	return &data.Dataset[float64]{X: x, Y: y}
}

// classifier returns a trainer of a 2-8-1 network for xor.
func classifier(epochs int) *nn.Trainer[float64] {
	return &nn.Trainer[float64]{
		Net: &nn.Network[float64]{
			Layers: []layers.Layer[float64]{
				layers.NewDense(2, 8, layers.Tanh[float64]{}, layers.Xavier, matrix.Stream(1, matrix.ForInit, 1)),
				layers.NewDense(8, 1, layers.Identity[float64]{}, layers.Xavier, matrix.Stream(1, matrix.ForInit, 2)),
			},
			Output: layers.Sigmoid[float64]{},
		},
		Loss:     losses.BinaryCrossEntropyLogits[float64]{},
		Opt:      optim.NewAdam[float64](),
		Schedule: optim.Constant(0.01),
		Epochs:   epochs, BatchSize: 16, Seed: 1,
		Task: nn.Task{Threshold: 0.5},
	}
}

func TestFitLearnsXor(t *testing.T) {
	trainer := classifier(60)
	var steps int
	trainer.OnStep = func(step int, loss float64) { steps = step }
	history, err := trainer.Fit(context.Background(), xor(200, 1), xor(100, 2))
	if err != nil {
		t.Fatal(err)
	}
	last := history[len(history)-1]
	if last.Val.Accuracy < 0.97 || last.Train.Loss > 0.1 {
		t.Errorf("after %d epochs: %+v, validation %+v", len(history), last, last.Val)
	}
	if want := 60 * 13; steps != want || last.Step != want || last.Epoch != 60 { // 200 = 12·16 + 8
		t.Errorf("%d steps, %d in the history of %d epochs; %d wanted", steps, last.Step, last.Epoch, want)
	}
}

// The history holds the scores of the weights as they were: the last entry is
// what the trained network scores.
func TestHistoryIsThatOfTheWeights(t *testing.T) {
	trainer := classifier(5)
	train, val := xor(50, 1), xor(30, 2)
	history, err := trainer.Fit(context.Background(), train, val)
	if err != nil {
		t.Fatal(err)
	}
	eval := nn.NewEvaluator(trainer.Net, trainer.Loss, trainer.Task)
	if got, want := eval.Scores(train), history[4].Train; got != want {
		t.Errorf("training scores %+v, in the history %+v", got, want)
	}
	if got, want := eval.Scores(val), *history[4].Val; got != want {
		t.Errorf("validation scores %+v, in the history %+v", got, want)
	}
}

// The same seed gives the same bits, another seed others; validation and the
// callbacks change nothing.
func TestSeeds(t *testing.T) {
	hash := func(seed uint64, val *data.Dataset[float64]) string {
		trainer := classifier(3)
		trainer.Seed = seed
		trainer.Net.Layers = []layers.Layer[float64]{trainer.Net.Layers[0], layers.NewDropout[float64](0.2), trainer.Net.Layers[1]}
		if _, err := trainer.Fit(context.Background(), xor(50, 1), val); err != nil {
			t.Fatal(err)
		}
		return trainer.Net.WeightsSHA256()
	}
	one := hash(1, nil)
	if hash(1, nil) != one || hash(1, xor(10, 3)) != one {
		t.Error("the same seed gives other weights")
	}
	if hash(2, nil) == one {
		t.Error("another seed gives the same weights")
	}
}

func TestPatienceRestoresTheBestWeights(t *testing.T) {
	trainer := classifier(400)
	trainer.Patience = 5
	trainer.Schedule = optim.Constant(0.1)
	train, val := xor(12, 5), xor(60, 6) // few examples: it overfits
	history, err := trainer.Fit(context.Background(), train, val)
	if err != nil {
		t.Fatal(err)
	}
	best := history.Best()
	if len(history) == 400 || len(history)-1-best != 5 {
		t.Errorf("stopped after %d epochs, the best was %d", len(history), best+1)
	}
	if got := nn.NewEvaluator(trainer.Net, trainer.Loss, trainer.Task).Scores(val).Loss; got != history[best].Val.Loss {
		t.Errorf("validation loss %v, that of the best epoch was %v", got, history[best].Val.Loss)
	}
}

// With a sample the training scores are of every third example, those of the last
// epoch of all: with patience, too. The weights are the same.
func TestScoreSample(t *testing.T) {
	train, val := xor(12, 5), xor(60, 6)
	whole, third := classifier(400), classifier(400)
	third.ScoreSample = 4
	for _, trainer := range []*nn.Trainer[float64]{whole, third} {
		trainer.Patience = 5
		trainer.Schedule = optim.Constant(0.1)
	}
	want, err := whole.Fit(context.Background(), train, val)
	if err != nil {
		t.Fatal(err)
	}
	sample := train.Part([]int{0, 3, 6, 9})
	eval := nn.NewEvaluator(third.Net, third.Loss, third.Task)
	third.OnEpoch = func(e nn.Epoch) {
		of := train
		if e.Sampled {
			of = sample
		}
		if scores := eval.Scores(of); scores != e.Train {
			t.Errorf("epoch %d: training scores %v, not %v", e.Epoch, e.Train, scores)
		}
	}
	got, err := third.Fit(context.Background(), train, val)
	if err != nil {
		t.Fatal(err)
	}
	last := len(want) - 1
	if len(got) != len(want) || *got[last].Val != *want[last].Val || got[last].Train != want[last].Train {
		t.Errorf("%d epochs, the last %v; without a sample %d and %v", len(got), got[len(got)-1], len(want), want[last])
	}
	for i, e := range got {
		if e.Sampled != (i < last) {
			t.Errorf("epoch %d of %d: sampled is %v", e.Epoch, len(got), e.Sampled)
		}
	}
	// Where the training scores decide, they are of all examples.
	third.OnEpoch, third.Patience, third.Epochs = nil, 400, 2
	got, err = third.Fit(context.Background(), train, nil)
	if err != nil || got[0].Sampled {
		t.Errorf("sampled without a validation set: %v", err)
	}
}

// Fit stops after the step in which its context ends.
func TestCancel(t *testing.T) {
	trainer := classifier(100)
	ctx, cancel := context.WithCancel(context.Background())
	steps := 0
	trainer.OnStep = func(step int, loss float64) {
		steps = step
		if step == 7 {
			cancel()
		}
	}
	history, err := trainer.Fit(ctx, xor(50, 1), nil) // 4 steps an epoch
	if !errors.Is(err, context.Canceled) || steps != 7 || len(history) != 1 {
		t.Errorf("error %v after %d steps and %d epochs", err, steps, len(history))
	}
}

// A diverging training stops, says where, and keeps the last good weights.
func TestDivergence(t *testing.T) {
	for _, c := range []struct {
		name  string
		g     layers.Activation[float64]
		rate  float64
		layer int
	}{
		{"to infinity", layers.ReLU[float64]{}, 1e200, 2}, // in layer 1 z is large, but finite
		{"bounded activations", layers.Tanh[float64]{}, 1e6, 1},
	} {
		trainer := classifier(50)
		trainer.Net.Layers[0].(*layers.Dense[float64]).G = c.g
		trainer.Opt = optim.SGD[float64]{}
		trainer.Schedule = optim.Constant(c.rate)
		before := trainer.Net.WeightsSHA256()
		_, err := trainer.Fit(context.Background(), xor(50, 1), nil)
		var diverged *nn.DivergedError
		if !errors.As(err, &diverged) {
			t.Errorf("%s: error %v", c.name, err)
			continue
		}
		if diverged.Epoch != 1 || diverged.Layer != c.layer || !strings.Contains(err.Error(), "epoch 1") || !strings.Contains(err.Error(), "layer 1, z = ") && !strings.Contains(err.Error(), "layer 1 z = ") {
			t.Errorf("%s: %v", c.name, err)
		}
		if trainer.Net.WeightsSHA256() != before {
			t.Errorf("%s: the weights are not those before the bad epoch", c.name)
		}
	}
}

// Who knows better than the trainer when a training has diverged may say so.
func TestDivergenceOnesOwn(t *testing.T) {
	trainer := classifier(3)
	trainer.Loss = losses.MeanSquaredError[float64]{}
	trainer.Opt = optim.SGD[float64]{}
	trainer.Schedule = optim.Constant(1e6)
	losses := 0
	trainer.Diverged = func(loss float64) bool { return false }
	trainer.OnStep = func(step int, loss float64) { losses++ }
	if _, err := trainer.Fit(context.Background(), xor(50, 1), nil); err != nil || losses != 3*4 {
		t.Errorf("%d steps and error %v where nothing counts as diverged", losses, err)
	}
	trainer.Diverged = func(loss float64) bool { return true }
	if _, err := trainer.Fit(context.Background(), xor(50, 1), nil); !errors.As(err, new(*nn.DivergedError)) {
		t.Errorf("error %v where everything counts as diverged", err)
	}
}

// A batch of neighbours is a view of the set, any other a copy: the weights are
// the same.
func TestBatchesAreViewsOrCopies(t *testing.T) {
	set := xor(50, 1)
	var all []int
	for j := range set.Len() {
		all = append(all, j)
	}
	var weights []string
	for _, set := range []*data.Dataset[float64]{set, set.Part(all)} {
		trainer := classifier(3)
		trainer.Order = func(epoch int, examples []int) {}
		if _, err := trainer.Fit(context.Background(), set, nil); err != nil {
			t.Fatal(err)
		}
		weights = append(weights, trainer.Net.WeightsSHA256())
	}
	if weights[0] != weights[1] {
		t.Error("a set and the part that is all of it train to different weights")
	}
}

// A loss on logits wants the identity in the last layer.
func TestLogitsAfterASigmoidAreRefused(t *testing.T) {
	trainer := classifier(1)
	trainer.Net.Layers[1].(*layers.Dense[float64]).G = layers.Sigmoid[float64]{}
	if _, err := trainer.Fit(context.Background(), xor(10, 1), nil); err == nil || !strings.Contains(err.Error(), "identity") {
		t.Errorf("error %v", err)
	}
}

// Every optimizer of the table, and L-BFGS, learn xor.
func TestOptimizersLearn(t *testing.T) {
	train := xor(200, 1)
	run := func(name string, change func(*nn.Trainer[float64])) {
		trainer := classifier(100)
		change(trainer)
		history, err := trainer.Fit(context.Background(), train, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if last := history[len(history)-1]; last.Train.Accuracy < 0.97 {
			t.Errorf("%s: accuracy %v after %d epochs", name, last.Train.Accuracy, last.Epoch)
		}
	}
	rates := map[string]float64{"sgd": 0.3, "momentum": 0.3, "nesterov": 0.3}
	for _, opt := range parts.Optimizers[float64]() {
		run(opt.Name, func(trainer *nn.Trainer[float64]) {
			trainer.Opt = opt.Part
			if rate, ok := rates[opt.Name]; ok {
				trainer.Schedule = optim.Constant(rate)
			}
		})
	}
	for _, min := range parts.Minimizers[float64](100) {
		run(min.Name, func(trainer *nn.Trainer[float64]) { trainer.Minimizer = min.Part })
	}
}

// linear returns m examples of y = 3x₁ - 2x₂ + 0.5 + noise.
func linear(m int) *data.Dataset[float64] {
	r := matrix.Stream(4, matrix.ForData, 0)
	x, y := matrix.New[float64](2, m), matrix.New[float64](1, m)
	for j := range m {
		x.Col(j)[0], x.Col(j)[1] = matrix.Normal(r), 2+matrix.Normal(r)
		y.Col(j)[0] = 3*x.Col(j)[0] - 2*x.Col(j)[1] + 0.5 + 0.1*matrix.Normal(r)
	}
	return &data.Dataset[float64]{X: x, Y: y}
}

func regression() (*nn.Trainer[float64], *layers.Dense[float64]) {
	d := layers.NewDense(2, 1, layers.Identity[float64]{}, layers.Zeros, nil)
	return &nn.Trainer[float64]{
		Net:  &nn.Network[float64]{Layers: []layers.Layer[float64]{d}},
		Loss: losses.MeanSquaredError[float64]{}, Opt: optim.SGD[float64]{}, Schedule: optim.Constant(0.1),
		Epochs: 2000, Task: nn.Task{Regress: true},
	}, d
}

// Gradient descent on a linear network arrives at the ŵ of the normal equation,
// article equation (44): at the gradient 0 of (42).
func TestGradientDescentArrivesAtTheNormalEquation(t *testing.T) {
	for _, lambda := range []float64{0, 0.3} {
		set := linear(80)
		trainer, descent := regression()
		trainer.L2.Lambda = lambda
		if _, err := trainer.Fit(context.Background(), set, nil); err != nil {
			t.Fatal(err)
		}
		_, normal := regression()
		if err := nn.NormalEquation(normal, set, lambda); err != nil {
			t.Fatal(err)
		}
		got, want := append(descent.W.Data, descent.B.Data...), append(normal.W.Data, normal.B.Data...)
		if !cmp.Equal(got, want, cmpopts.EquateApprox(1e-9, 1e-9)) {
			t.Errorf("λ = %v: gradient descent gives %v, the normal equation %v", lambda, got, want)
		}
	}
}

// Where the columns of X depend on each other the normal equation takes the
// solution of least norm: of w₁ + w₂ = 2 (both columns equal) that is (1, 1).
// With fewer examples than weights it fits them all.
func TestNormalEquationWithoutFullRank(t *testing.T) {
	for _, c := range []struct {
		name string
		x, y *matrix.Matrix[float64]
		want []float64 // W, then b
	}{
		{"equal columns", matrix.FromRows([]float64{-1, 0, 1}, []float64{-1, 0, 1}), matrix.FromRows([]float64{-2, 0, 2}), []float64{1, 1, 0}},
		{"two examples", matrix.FromRows([]float64{-1, 1}, []float64{0, 0}), matrix.FromRows([]float64{-3, 3}), []float64{3, 0, 0}},
		{"no information", matrix.FromRows([]float64{0, 0}, []float64{0, 0}), matrix.FromRows([]float64{4, 6}), []float64{0, 0, 5}},
	} {
		_, d := regression()
		if err := nn.NormalEquation(d, &data.Dataset[float64]{X: c.x, Y: c.y}, 0); err != nil {
			t.Fatal(err)
		}
		if got := append(d.W.Data, d.B.Data...); !cmp.Equal(got, c.want, cmpopts.EquateApprox(1e-12, 1e-12)) {
			t.Errorf("%s: %v, not %v", c.name, got, c.want)
		}
	}
}

// Least squares without an intercept: of w·1 = 1 and w·2 = 4 it is the w with
// (w-1) + 2(2w-4) = 0, so 9/5; with the penalty 4w², 5w - 9 + 4w = 0, so 1.
func TestLeastSquares(t *testing.T) {
	set := &data.Dataset[float64]{X: matrix.FromRows([]float64{1, 2}), Y: matrix.FromRows([]float64{1, 4})}
	for _, c := range []struct {
		penalty []float64
		want    float64
	}{{nil, 1.8}, {[]float64{0}, 1.8}, {[]float64{4}, 1}} {
		w, err := nn.LeastSquares(set, c.penalty)
		if err != nil || !cmp.Equal(w.Data, []float64{c.want}, cmpopts.EquateApprox(1e-15, 1e-15)) {
			t.Errorf("penalty %v: %v, error %v; not %v", c.penalty, w, err, c.want)
		}
	}
}

func TestSummary(t *testing.T) {
	trainer := classifier(1)
	trainer.Net.Layers = []layers.Layer[float64]{
		layers.NewDense(2, 8, layers.Identity[float64]{}, layers.Xavier, matrix.Stream(1, matrix.ForInit, 1)),
		layers.NewBatchNorm(8, layers.ReLU[float64]{}),
		layers.NewDropout[float64](0.2),
		trainer.Net.Layers[1],
	}
	want := `
layer                               parameters                              count
dense 2 → 8, identity               1.W 8×2, 1.b 8×1                           24
batch norm 8, relu                  1.gamma 8×1, 1.beta 8×1                    16
dropout 0.2                                                                     0
dense 8 → 1, identity               2.W 1×8, 2.b 1×1                            9
total                                                                          49
`
	if got := "\n" + trainer.Net.Summary(); got != want {
		t.Errorf("the summary is%s\nnot%s", got, want)
	}
}

// Metrics by hand: of the actual classes 0 0 0 1 1 2 these are predicted
// 0 0 1 1 0 2.
func TestMetricsByHand(t *testing.T) {
	actual, predicted := []int{0, 0, 0, 1, 1, 2}, []int{0, 0, 1, 1, 0, 2}
	if got := nn.Accuracy(predicted, actual); got != 4.0/6 {
		t.Errorf("accuracy %v", got)
	}
	confusion := nn.Confusion(predicted, actual, 3)
	if want := [][]int{{2, 1, 0}, {1, 1, 0}, {0, 0, 1}}; !cmp.Equal(confusion, want) {
		t.Errorf("confusion %v", confusion)
	}
	want := []nn.ClassReport{
		{Precision: 2.0 / 3, Recall: 2.0 / 3, F1: 2.0 / 3, Support: 3}, // 2 of 3 predicted, 2 of 3 found
		{Precision: 0.5, Recall: 0.5, F1: 0.5, Support: 2},
		{Precision: 1, Recall: 1, F1: 1, Support: 1},
	}
	if got := nn.ClassReports(confusion); !cmp.Equal(got, want) {
		t.Errorf("reports %v", got)
	}
	// Positive scores 0.9 and 0.4, negative 0.4 and 0.1: of four pairs three
	// are won and one is tied.
	if got := nn.AUC([]float64{0.9, 0.4, 0.4, 0.1}, []bool{true, true, false, false}); got != 3.5/4 {
		t.Errorf("AUC %v", got)
	}
	// Errors 1, 0, -1, 2 (mean square 6/4, mean absolute 4/4); y has variance 5/4.
	yhat, y := matrix.FromRows([]float64{2, 2, 2, 6}), matrix.FromRows([]float64{1, 2, 3, 4})
	if got := nn.R2(yhat, y); math.Abs(got-(1-6.0/5)) > 1e-15 {
		t.Errorf("R² %v", got)
	}
	if got := nn.RMSE(yhat, y, []float64{10}); math.Abs(got-10*math.Sqrt(1.5)) > 1e-14 {
		t.Errorf("RMSE %v", got)
	}
	if got := nn.MAE(yhat, y, nil); got != 1 {
		t.Errorf("MAE %v", got)
	}
	if got := nn.Classes(matrix.FromRows([]float64{0.2, 0.5}, []float64{0.8, 0.5}), 0.5); !cmp.Equal(got, []int{1, 0}) {
		t.Errorf("classes %v", got)
	}
}

func ExampleTrainer() {
	net := &nn.Network[float64]{
		Layers: []layers.Layer[float64]{
			layers.NewDense(2, 8, layers.Tanh[float64]{}, layers.Xavier, matrix.Stream(1, matrix.ForInit, 1)),
			layers.NewDense(8, 1, layers.Identity[float64]{}, layers.Xavier, matrix.Stream(1, matrix.ForInit, 2)),
		},
		Output: layers.Sigmoid[float64]{},
	}
	trainer := nn.Trainer[float64]{
		Net: net, Loss: losses.BinaryCrossEntropyLogits[float64]{},
		Opt: optim.NewAdam[float64](), Schedule: optim.Constant(0.01),
		Epochs: 60, BatchSize: 16, Seed: 1, Task: nn.Task{Threshold: 0.5},
	}
	history, err := trainer.Fit(context.Background(), xor(200, 1), xor(100, 2))
	if err != nil {
		panic(err)
	}
	fmt.Printf("validation accuracy %.2f\n", history[len(history)-1].Val.Accuracy)
	fmt.Printf("the corners: %.2f\n", net.Predict(matrix.FromRows([]float64{1, 1, -1, -1}, []float64{1, -1, 1, -1})).Data)
	// Output:
	// validation accuracy 1.00
	// the corners: [1.00 0.00 0.00 1.00]
}
