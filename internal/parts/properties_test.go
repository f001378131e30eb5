package parts_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
)

// draw draws a network: up to three layers of up to 20 units, every hidden one
// with an activation of its own, after some of them batch normalisation or
// dropout, and one of the losses after the output that it wants.
func draw[T matrix.Float](t *rapid.T, dropout bool) parts.Network[T] {
	loss := rapid.SampledFrom(heads[T]()).Draw(t, "loss")
	n := parts.Network[T]{Name: loss.Name, Loss: loss.Loss, Output: loss.Output}
	last := loss.Layers[len(loss.Layers)-1].(*layers.Dense[T])
	n.Sizes = rapid.SliceOfN(rapid.IntRange(1, 20), 1, 3).Draw(t, "sizes")
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	for l := 1; l < len(n.Sizes); l++ {
		g := rapid.SampledFrom(parts.Activations[T]()).Draw(t, "activation").Part
		nPrev, units := n.Sizes[l-1], n.Sizes[l]
		switch what := rapid.IntRange(0, 3).Draw(t, "after it"); {
		case what == 0:
			n.Layers = append(n.Layers, layers.NewDense[T](nPrev, units, layers.Identity[T]{}, layers.Xavier, r), layers.NewBatchNorm(units, g))
		case what == 1 && dropout:
			n.Layers = append(n.Layers, layers.NewDense(nPrev, units, g, layers.He, r), layers.NewDropout[T](0.3))
		default:
			n.Layers = append(n.Layers, layers.NewDense(nPrev, units, g, layers.Glorot, r))
		}
	}
	n.Sizes = append(n.Sizes, last.W.Rows)
	n.Layers = append(n.Layers, layers.NewDense(n.Sizes[len(n.Sizes)-2], last.W.Rows, last.G, layers.Xavier, r))
	for _, p := range network(n).Params() {
		if !p.Decay { // biases, γ and β are not 0 and 1 for ever
			for i := range p.Value.Data {
				p.Value.Data[i] += T(matrix.Normal(r) / 4)
			}
		}
	}
	return n
}

// heads returns the networks of the table that are there for their loss.
func heads[T matrix.Float]() []parts.Network[T] {
	return slices.DeleteFunc(parts.Networks[T](), func(n parts.Network[T]) bool { return n.Name == "dropout" || n.Name == "batch norm" })
}

// at returns the given columns of a matrix.
func at[T matrix.Float](m *matrix.Matrix[T], columns []int) *matrix.Matrix[T] {
	picked := matrix.New[T](m.Rows, len(columns))
	matrix.Gather(picked, m, nil, columns)
	return picked
}

// copiesOf returns every number below m as often as times says, in any order.
func copiesOf(t *rapid.T, m, times int) []int {
	var all []int
	for range times {
		for j := range m {
			all = append(all, j)
		}
	}
	return rapid.Permutation(all).Draw(t, "order")
}

// steps trains a network a little, so that its weights are none that it begins
// with, and its running averages have moved.
func steps[T matrix.Float](net *nn.Network[T], loss losses.Loss[T], x, y *matrix.Matrix[T], n int) {
	step := gradients(net, loss, x, y, nil)
	for range n {
		step()
		for _, p := range net.Params() {
			for i, d := range p.Grad.Data {
				if d-d == 0 && max(d, -d) < 10 {
					p.Value.Data[i] -= T(0.05 * d)
				}
			}
		}
	}
}

// A batch that consists of some copies of each example, in any order, has the
// loss and the gradients of one with a single copy, up to rounding: the loss is a
// mean. (Dropout draws other masks for other examples, and is left out.)
func TestCopiesOfExamplesChangeNothing(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testCopies[float32](t, 1e-4) })
	t.Run("float64", func(t *testing.T) { testCopies[float64](t, 1e-11) })
}

func testCopies[T matrix.Float](t *testing.T, tolerance float64) {
	rapid.Check(t, func(t *rapid.T) {
		p := draw[T](t, false)
		m := rapid.IntRange(2, 20).Draw(t, "m")
		x, y := p.Batch(m)
		order := copiesOf(t, m, rapid.IntRange(1, 4).Draw(t, "copies"))
		net := network(p)
		once := gradients(net, p.Loss, x, y, nil)()
		var want [][]T
		scale := 1.0
		for _, q := range net.Params() {
			want = append(want, slices.Clone(q.Grad.Data))
			for _, d := range q.Grad.Data {
				scale = max(scale, math.Abs(float64(d)))
			}
		}
		again := gradients(net, p.Loss, at(x, order), at(y, order), nil)()
		if math.Abs(once-again) > tolerance*max(1, math.Abs(once)) {
			t.Fatalf("%s: the loss is %v, of copies %v", p.Name, once, again)
		}
		for k, q := range net.Params() {
			for i, d := range q.Grad.Data {
				if diff := math.Abs(float64(d - want[k][i])); !(diff <= tolerance*scale*amplification(p)) {
					t.Fatalf("%s: %s differs by %.1e", p.Name, q.Name, diff)
				}
			}
		}
	})
}

// amplification bounds by how much a network enlarges rounding: batch
// normalisation divides by the deviation of a unit, which may be as small as √ε.
func amplification[T matrix.Float](p parts.Network[T]) float64 {
	factor := 1.0
	for _, layer := range p.Layers {
		if b, ok := layer.(*layers.BatchNorm[T]); ok {
			factor /= math.Sqrt(b.Epsilon)
		}
	}
	return factor
}

// Every example is predicted by itself: whatever examples are in the batch, in
// which order, how often, its prediction has the same bits.
func TestExamplesArePredictedByThemselves(t *testing.T) {
	t.Run("float32", testPredictedByThemselves[float32])
	t.Run("float64", testPredictedByThemselves[float64])
}

func testPredictedByThemselves[T matrix.Float](t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := draw[T](t, true)
		m := rapid.IntRange(1, 70).Draw(t, "m")
		x, y := p.Batch(m)
		net := network(p)
		steps(net, p.Loss, x, y, 1)
		all := net.Predict(x).Clone()
		some := rapid.SliceOfN(rapid.IntRange(0, m-1), 1, 70).Draw(t, "examples")
		mustHaveBits(t, net.Predict(at(x, some)), at(all, some))
	})
}

// mustHaveBits compares matrices to the bit, but for which NaN one is.
func mustHaveBits[T matrix.Float](t *rapid.T, got, want *matrix.Matrix[T]) {
	t.Helper()
	for i, x := range want.Data {
		if y := got.Data[i]; math.Float64bits(float64(x)) != math.Float64bits(float64(y)) && (x == x || y == y) {
			t.Fatalf("number %d is %v, not %v", i, y, x)
		}
	}
}

// A clone and a network that was saved and loaded predict the same bits; a clone
// does so also after the original has learned more.
func TestClonesAndCopiesPredictTheSameBits(t *testing.T) {
	t.Run("float32", testClones[float32])
	t.Run("float64", testClones[float64])
}

func testClones[T matrix.Float](t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := draw[T](t, true)
		x, y := p.Batch(rapid.IntRange(2, 9).Draw(t, "m"))
		net := network(p)
		clone := net.Clone()
		steps(net, p.Loss, x, y, rapid.IntRange(0, 3).Draw(t, "steps"))
		want := net.Predict(x).Clone()
		mustHaveBits(t, clone.Predict(x), want)

		model := &nn.Model[T]{Net: net, Loss: p.Loss}
		for _, q := range net.Params() {
			if !matrix.Finite(q.Value.Data) {
				t.Skip("not finite")
			}
		}
		var file bytes.Buffer
		if err := model.Write(&file); err != nil {
			t.Fatal(err)
		}
		parsed, err := nn.ParseModel(file.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := nn.Load[T](parsed)
		if err != nil {
			t.Fatal(err)
		}
		mustHaveBits(t, loaded.Net.Predict(x), want)
		var again bytes.Buffer
		if err := loaded.Write(&again); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
			t.Fatalf("the file of what was loaded is another: %v", err)
		}
		if !reflect.DeepEqual(loaded.Loss, p.Loss) {
			t.Fatalf("loss %#v, not %#v", loaded.Loss, p.Loss)
		}
	})
}

// An optimizer takes each number by itself: of parameters that are one matrix and
// of the same numbers in several, every step makes the same bits. A rate of 0
// changes nothing.
func TestOptimizersTakeEachNumberByItself(t *testing.T) {
	t.Run("float32", testEachNumberByItself[float32])
	t.Run("float64", testEachNumberByItself[float64])
}

func testEachNumberByItself[T matrix.Float](t *testing.T) {
	for k, o := range parts.Optimizers[T]() {
		t.Run(o.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				n := rapid.IntRange(1, 70).Draw(t, "numbers")
				cut := rapid.IntRange(0, n).Draw(t, "cut")
				r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
				whole := matrix.Param[T]{Value: normalColumn[T](n, r), Grad: matrix.New[T](n, 1), Decay: true}
				start := whole.Value.Clone()
				var pieces []matrix.Param[T]
				for _, ends := range [][2]int{{0, cut}, {cut, n}} {
					if size := ends[1] - ends[0]; size > 0 {
						pieces = append(pieces, matrix.Param[T]{Value: &matrix.Matrix[T]{Rows: 1, Cols: size, Data: slices.Clone(start.Data[ends[0]:ends[1]])}, Grad: matrix.New[T](1, size), Decay: true})
					}
				}
				one, other := parts.Optimizers[T]()[k].Part, parts.Optimizers[T]()[k].Part
				for step := 1; step <= 4; step++ {
					lr := 0.1
					if step == 1 {
						lr = 0
					}
					matrix.Copy(whole.Grad, normalColumn[T](n, r))
					from := 0
					for _, p := range pieces {
						from += copy(p.Grad.Data, whole.Grad.Data[from:])
					}
					one.Step(step, lr, []matrix.Param[T]{whole})
					other.Step(step, lr, pieces)
					var joined []T
					for _, p := range pieces {
						joined = append(joined, p.Value.Data...)
					}
					mustHaveBits(t, &matrix.Matrix[T]{Rows: n, Cols: 1, Data: joined}, whole.Value)
					if lr == 0 {
						mustHaveBits(t, whole.Value, start)
					}
				}
			})
		})
	}
}

func normalColumn[T matrix.Float](n int, r *rand.Rand) *matrix.Matrix[T] {
	m := matrix.New[T](n, 1)
	for i := range m.Data {
		m.Data[i] = T(matrix.Normal(r))
	}
	return m
}

// A loss is the mean of those of its examples, whose gradients are those of each
// example alone, divided by m; weights of 1 for all classes change no bit.
func TestLossesAreMeans(t *testing.T) {
	for _, l := range heads[float64]() {
		t.Run(l.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				m := rapid.IntRange(1, 20).Draw(t, "m")
				x, y := l.Batch(m)
				yhat := network(l).Forward(x)
				dyhat, alone := matrix.New[float64](y.Rows, m), matrix.New[float64](y.Rows, 1)
				l.Loss.Prime(dyhat, yhat, y)
				mean := 0.0
				for j := range m {
					one := []int{j}
					mean += l.Loss.Value(at(yhat, one), at(y, one)) / float64(m)
					l.Loss.Prime(alone, at(yhat, one), at(y, one))
					for i, d := range alone.Data {
						if diff := math.Abs(d/float64(m) - dyhat.Col(j)[i]); diff > 1e-14*max(1, math.Abs(d)) {
							t.Fatalf("dŷ of example %d: %v, alone %v", j, dyhat.Col(j)[i], d)
						}
					}
				}
				value := l.Loss.Value(yhat, y)
				if math.Abs(value-mean) > 1e-13*max(1, math.Abs(value)) {
					t.Fatalf("L = %v, the mean is %v", value, mean)
				}
				per, ok := l.Loss.(losses.PerExample[float64])
				if !ok {
					return
				}
				ones := make([]float64, max(y.Rows, 2))
				for c := range ones {
					ones[c] = 1
				}
				weighted := &losses.ClassWeighted[float64]{Loss: per, Weights: ones}
				weightedPrime := matrix.New[float64](y.Rows, m)
				weighted.Prime(weightedPrime, yhat, y)
				mustHaveBits(t, weightedPrime, dyhat)
				if v := weighted.Value(yhat, y); v != value {
					t.Fatalf("L = %v, with weights of 1 %v", value, v)
				}
			})
		})
	}
}

// Softmax gives a distribution, whatever the numbers, and the same one when they
// all grow by the same.
func TestSoftmaxIsADistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		z := matrix.New[float64](n, 1)
		for i := range z.Data {
			z.Data[i] = float64(rapid.IntRange(-1<<20, 1<<20).Draw(t, "z")) / 1024 // shifts are exact
		}
		a, shifted := matrix.New[float64](n, 1), matrix.New[float64](n, 1)
		layers.Softmax[float64]{}.Apply(a, z)
		shift := float64(rapid.IntRange(-1<<20, 1<<20).Draw(t, "shift"))
		for i := range z.Data {
			z.Data[i] += shift
		}
		layers.Softmax[float64]{}.Apply(shifted, z)
		sum := 0.0
		for _, p := range a.Data {
			if !(p >= 0 && p <= 1) {
				t.Fatal(p)
			}
			sum += p
		}
		if math.Abs(sum-1) > 1e-14 {
			t.Fatal(fmt.Sprint("the sum is ", sum))
		}
		mustHaveBits(t, shifted, a)
	})
}
