package lab_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"gradlab/data"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/notebooks-go/lab"
	"gradlab/optim"
)

// The activations of the course.
var (
	identity = layers.Identity[float64]{}
	sigmoid  = layers.Sigmoid[float64]{}
	tanh     = layers.Tanh[float64]{}
	relu     = layers.ReLU[float64]{}
)

// crossEntropy is the loss of the course's networks, CE(σ(z), Y), on the logits z
// of a last layer with the identity. Its derivative is the course's (A - Y)/m,
// which nothing can spoil; its value is the formula as it is written, which is
// infinite where a wrong A is 0 or 1.
type crossEntropy struct {
	losses.BinaryCrossEntropyLogits[float64]
	a matrix.Matrix[float64]
}

func (c *crossEntropy) Value(z, y *matrix.Matrix[float64]) float64 {
	c.a.Resize(z.Rows, z.Cols)
	sigmoid.Apply(&c.a, z)
	return losses.BinaryCrossEntropy[float64]{}.Value(&c.a, y)
}

// The course trains on where a loss is infinite.
func never(float64) bool { return false }

// The course's full batches have the examples in the order of the set.
func inOrder(epoch int, examples []int) {}

// dense returns a layer of its own with the given parameters; a nil b is 0.
func dense(w, b *matrix.Matrix[float64], g layers.Activation[float64]) *layers.Dense[float64] {
	d := layers.NewDense(w.Cols, w.Rows, g, layers.Zeros, nil)
	matrix.Copy(d.W, w)
	if b != nil {
		matrix.Copy(d.B, b)
	}
	return d
}

// network returns a network with the sigmoid as its output.
func network(all ...layers.Layer[float64]) *nn.Network[float64] {
	return &nn.Network[float64]{Layers: all, Output: sigmoid}
}

// activationOf returns g, or for the last of L layers the identity: σ is the
// output of the network.
func activationOf(l, L int, g layers.Activation[float64]) layers.Activation[float64] {
	if l == L {
		return identity
	}
	return g
}

// given returns the network of the inputs W1, b1, W2, … with g in all layers but
// the last. A b that is not there is 0.
func (in *inputs) given(g layers.Activation[float64]) *nn.Network[float64] {
	L := in.layers()
	net := network()
	for l := 1; l <= L; l++ {
		w := in.matrix(name("W", l), name("n_", l), name("n_", l-1))
		var b *matrix.Matrix[float64]
		if in.has(name("b", l)) {
			b = in.matrix(name("b", l), name("n_", l), "1")
		}
		net.Layers = append(net.Layers, dense(w, b, activationOf(l, L, g)))
	}
	return net
}

// layers returns how many of W1, W2, … there are.
func (in *inputs) layers() int {
	L := 0
	for in.has(name("W", L+1)) {
		L++
	}
	if L == 0 {
		in.t.Fatal("there is no array W1")
	}
	return L
}

func name(letter string, l int) string { return fmt.Sprint(letter, l) }

// courseInits are the course's first weights: a factor to randn.
var courseInits = map[string]layers.Init{
	"zeros":              layers.Zeros,
	"randn*0.01":         layers.Normal(0.01),
	"randn*10":           layers.Normal(10),
	"he":                 layers.He,
	"randn/sqrt(fan_in)": layers.Xavier,
}

// initialised returns the network of the inputs init and init_seed, with g in all
// layers but the last.
func (in *inputs) initialised(dims []int, g layers.Activation[float64]) *nn.Network[float64] {
	factor, known := courseInits[in.text("init")]
	if !known {
		in.t.Fatalf("init: %q is not known", in.text("init"))
	}
	if len(dims) < 2 {
		in.t.Fatalf("%v are not the sizes of a network", dims)
	}
	r := lab.Seed(in.count("init_seed"))
	L := len(dims) - 1
	net := network()
	for l := 1; l <= L; l++ {
		w := matrix.New[float64](dims[l], dims[l-1])
		if f := factor(dims[l-1], dims[l]); f != 0 {
			matrix.Scale(w, f, r.Randn(dims[l], dims[l-1]))
		}
		net.Layers = append(net.Layers, dense(w, nil, activationOf(l, L, g)))
	}
	return net
}

// layerDims returns the input layer_dims, the sizes of a network for a set.
func (in *inputs) layerDims(set *data.Dataset[float64]) []int {
	dims := in.counts("layer_dims")
	if L := len(dims) - 1; L < 1 || dims[0] != set.X.Rows || dims[L] != set.Y.Rows {
		in.t.Fatalf("layer_dims are %v, for X of shape [%d %d] and Y of shape [%d %d]",
			dims, set.X.Rows, set.X.Cols, set.Y.Rows, set.Y.Cols)
	}
	return dims
}

// parametersOf returns W1, b1, W2, … of a network.
func parametersOf(net *nn.Network[float64]) outputs {
	out := outputs{}
	for _, p := range net.Params() {
		number, letter, _ := strings.Cut(p.Name, ".")
		out[letter+number] = p.Value
	}
	return out
}

// gradientsOf returns dW1, db1, dW2, … of a network.
func gradientsOf(net *nn.Network[float64]) outputs {
	out := outputs{}
	for _, p := range net.Params() {
		number, letter, _ := strings.Cut(p.Name, ".")
		out["d"+letter+number] = p.Grad
	}
	return out
}

// denses returns the fully connected layers of a network, which may have others.
func denses(net *nn.Network[float64]) (all []*layers.Dense[float64]) {
	for _, layer := range net.Layers {
		if d, ok := layer.(*layers.Dense[float64]); ok {
			all = append(all, d)
		}
	}
	return all
}

// objective returns the loss of a network on a set plus λ/(2m)·‖W‖², and sets the
// gradients.
func objective(net *nn.Network[float64], loss losses.Loss[float64], set *data.Dataset[float64], lambda float64) float64 {
	penalty := losses.L2[float64]{Lambda: lambda / float64(set.Len())}
	yhat := net.Forward(set.X)
	dyhat := matrix.New[float64](yhat.Rows, yhat.Cols)
	loss.Prime(dyhat, yhat, set.Y)
	net.Backward(dyhat)
	penalty.AddPrime(net.Params())
	return loss.Value(yhat, set.Y) + penalty.Value(net.Params())
}

// descend trains with the whole set as the batch, learning_rate and
// num_iterations, and returns the cost before each update.
func (in *inputs) descend(net *nn.Network[float64], set *data.Dataset[float64], rate, lambda float64) (costs []float64) {
	iterations := in.count("num_iterations")
	in.mayTake(set, iterations)
	in.fit(set, &nn.Trainer[float64]{
		Net: net, Loss: &crossEntropy{}, Opt: optim.SGD[float64]{}, Schedule: optim.Constant(rate),
		L2:     losses.L2[float64]{Lambda: lambda / float64(set.Len())},
		Epochs: iterations, Order: inOrder,
		OnStep: func(step int, loss float64) { costs = append(costs, loss) },
	})
	return costs
}

// minimise takes a network to the minimum of the cross-entropy with the penalty
// λ/(2m)·‖W‖², or as far as so many iterations go.
func (in *inputs) minimise(net *nn.Network[float64], set *data.Dataset[float64], lambda float64, iterations int) {
	in.mayTake(set, iterations)
	lbfgs := optim.NewLBFGS[float64](iterations)
	lbfgs.Tolerance = 1e-12
	in.fit(set, &nn.Trainer[float64]{
		Net: net, Loss: losses.BinaryCrossEntropyLogits[float64]{},
		L2:        losses.L2[float64]{Lambda: lambda / float64(set.Len())},
		Minimizer: lbfgs, Epochs: iterations,
	})
}

// mayTake skips the case if it takes seconds and the tests are to be short.
func (in *inputs) mayTake(set *data.Dataset[float64], iterations int) {
	if testing.Short() && len(set.X.Data)*iterations > 1e9 {
		in.t.Skipf("%d iterations on %d numbers take long", iterations, len(set.X.Data))
	}
}

// fit trains through whatever the loss may be.
func (in *inputs) fit(set *data.Dataset[float64], trainer *nn.Trainer[float64]) nn.History {
	trainer.Diverged = never
	if trainer.OnEpoch == nil {
		trainer.ScoreSample = 1 // nobody looks at the scores
	}
	history, err := trainer.Fit(context.Background(), set, nil)
	if err != nil {
		in.t.Fatal(err)
	}
	return history
}

// wanted returns the entries of x that a list of the inputs numbers, from 0.
func (in *inputs) wanted(x []float64, list string) []float64 {
	in.t.Helper()
	picked := []float64{}
	if !in.has(list) {
		return picked
	}
	for _, i := range in.counts(list) {
		if i >= len(x) {
			in.t.Fatalf("%s: %d is not among the %d that there are", list, i, len(x))
		}
		picked = append(picked, x[i])
	}
	return picked
}

// set returns the data set of two matrices with an example a column.
func (in *inputs) set(x, y string) *data.Dataset[float64] {
	return &data.Dataset[float64]{X: in.matrix(x, "n_x", "m of "+x), Y: in.matrix(y, "n_y", "m of "+x)}
}

// accuracy returns the fraction of right predictions, 1 where A > 0.5.
func accuracy(net *nn.Network[float64], set *data.Dataset[float64]) float64 {
	return nn.NewEvaluator(net, &crossEntropy{}, nn.Task{Threshold: 0.5}).Scores(set).Accuracy
}

// ones returns 1 where an element is above a threshold, and 0 elsewhere.
func ones(a *matrix.Matrix[float64], threshold float64) *matrix.Matrix[float64] {
	b := matrix.New[float64](a.Rows, a.Cols)
	matrix.Map(b, a, func(x float64) float64 {
		if x > threshold {
			return 1
		}
		return 0
	})
	return b
}
