package lab_test

import (
	"math"
	"slices"

	"gradlab/data"
	"gradlab/gradcheck"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/notebooks-go/lab"
	"gradlab/optim"
)

// The second course: Improving Deep Neural Networks. A column is an example.
var courseC2 = map[string]func(*inputs) outputs{
	"c2w1.initialize":           initialize,
	"c2w1.model":                deepModel,
	"c2w1.l2_cost":              c2w1L2Cost,
	"c2w1.l2_backward":          c2w1L2Backward,
	"c2w1.dropout_forward":      c2w1DropoutForward,
	"c2w1.dropout_backward":     c2w1DropoutBackward,
	"c2w1.gradcheck_1d_forward": c2w1Gradcheck1DForward,
	"c2w1.gradcheck_1d":         c2w1Gradcheck1D,
	"c2w1.gradcheck_nd":         c2w1GradcheckND,

	"c2w2.gd_update":   update,
	"c2w2.minibatches": c2w2Minibatches,
	"c2w2.momentum":    c2w2Momentum,
	"c2w2.adam":        c2w2Adam,
	"c2w2.lr_decay":    c2w2LRDecay,
	"c2w2.lr_schedule": c2w2LRSchedule,
	"c2w2.model":       c2w2Model,

	"c2w3.linear_function":       c2w3LinearFunction,
	"c2w3.sigmoid":               c1w2Sigmoid,
	"c2w3.sigmoid_ce":            c2w3SigmoidCE,
	"c2w3.one_hot":               c2w3OneHot,
	"c2w3.binary_ce_logits_mean": c2w3BinaryCELogitsMean,
	"c2w3.softmax_ce_logits":     c2w3SoftmaxCELogits,
}

// Week 1: regularisation

// penalty returns the course's λ/(2m)·‖W‖², where m is the number of the columns
// of y.
func (in *inputs) penalty(y *matrix.Matrix[float64]) losses.L2[float64] {
	return losses.L2[float64]{Lambda: in.number("lambda") / float64(y.Cols)}
}

func c2w1L2Cost(in *inputs) outputs {
	a, y := in.matrix("A3", "n_3", "m"), in.matrix("Y", "n_3", "m")
	params := in.given(relu).Params()
	return outputs{"cost": losses.BinaryCrossEntropy[float64]{}.Value(a, y) + in.penalty(y).Value(params)}
}

func c2w1L2Backward(in *inputs) outputs {
	net := in.given(relu)
	in.backwardFromActivations(net)
	in.penalty(in.matrix("Y", "n_3", "m")).AddPrime(net.Params())
	return gradientsOf(net)
}

// drop returns the probability that an activation is dropped.
func (in *inputs) drop() float64 {
	keep := in.numberOr("keep_prob", 1)
	if !(keep > 0 && keep <= 1) {
		in.t.Fatalf("keep_prob: %v is not in (0, 1]", keep)
	}
	return 1 - keep
}

// addDropout puts dropout behind the hidden layers of a network, with the
// course's masks: those of dropout_seed in every forward pass, drawn for one
// layer after the other.
func (in *inputs) addDropout(net *nn.Network[float64], drop float64) {
	seed := in.count("dropout_seed")
	var r *lab.RandomState
	var all []layers.Layer[float64]
	for l, layer := range net.Layers {
		all = append(all, layer)
		if l == len(net.Layers)-1 {
			break
		}
		dropout := layers.NewDropout[float64](drop)
		dropout.Uniforms = func(u []float64, n, m int) {
			if l == 0 {
				r = lab.Seed(seed)
			}
			r.Uniforms(u, n, m)
		}
		all = append(all, dropout)
	}
	net.Layers = all
}

// masked returns dropout with the mask of the inputs D1, D2, ….
func (in *inputs) masked(l int) *layers.Dropout[float64] {
	d := layers.NewDropout[float64](in.drop())
	d.Mask = in.matrix(name("D", l), name("n_", l), "m")
	d.Uniforms = func(u []float64, n, m int) {
		for i, kept := range in.matrix(name("D", l), name("n_", l), "m").Data {
			u[i] = 1 - kept
		}
	}
	return d
}

func c2w1DropoutForward(in *inputs) outputs {
	net := in.given(relu)
	masked := network()
	for l, layer := range net.Layers {
		masked.Layers = append(masked.Layers, layer)
		if l+1 < len(net.Layers) {
			masked.Layers = append(masked.Layers, in.masked(l+1))
		}
	}
	a := masked.Forward(in.matrix("X", "n_0", "m"))
	sigmoid.Apply(a, a)
	return outputs{"A3": a}
}

func c2w1DropoutBackward(in *inputs) outputs {
	a1, a2, a3 := in.matrix("A1", "n_1", "m"), in.matrix("A2", "n_2", "m"), in.matrix("A3", "n_3", "m")
	layer2 := cached(relu, in.matrix("W2", "n_2", "n_1"), a1, a2) // a > 0 where z > 0
	layer3 := cached(identity, in.matrix("W3", "n_3", "n_2"), a2, a3)
	dz3 := matrix.New[float64](a3.Rows, a3.Cols)
	matrix.Sub(dz3, a3, in.matrix("Y", "n_3", "m"))
	da2 := in.masked(2).Backward(sumBackward(layer3, dz3))
	da1 := in.masked(1).Backward(sumBackward(layer2, da2))
	return outputs{"dA1": da1, "dA2": da2}
}

// Gradient checking

func c2w1Gradcheck1DForward(in *inputs) outputs {
	return outputs{"J": in.number("theta") * in.number("x"), "dtheta": in.number("x")}
}

// The difference is rounding noise, so that all of these roundings matter.
func c2w1Gradcheck1D(in *inputs) outputs {
	x, theta, epsilon := in.number("x"), in.number("theta"), in.number("epsilon")
	jPlus := float64((theta + epsilon) * x)
	jMinus := float64((theta - epsilon) * x)
	ga, g := (jPlus-jMinus)/float64(2*epsilon), x
	return outputs{"difference": math.Abs(g-ga) / (math.Abs(g) + math.Abs(ga))}
}

func c2w1GradcheckND(in *inputs) outputs {
	net := in.given(relu)
	set := &data.Dataset[float64]{X: in.matrix("X", "n_0", "m"), Y: in.matrix("Y", name("n_", len(net.Layers)), "m")}
	cost := func() float64 { return objective(net, &crossEntropy{}, set, 0) }
	ga := gradcheck.Differences(cost, net.Params(), in.number("epsilon"))
	cost() // which sets the gradients
	var g []*matrix.Matrix[float64]
	for _, p := range net.Params() {
		matrix.Scale(p.Grad, in.factor(p.Name), p.Grad)
		g = append(g, p.Grad)
	}
	return outputs{"difference": norm(g, -1, ga) / (norm(g, 0, ga) + norm(ga, 0, g))}
}

// factor returns the error that is planted in the gradient of a parameter; 1 is
// none.
func (in *inputs) factor(parameter string) float64 {
	switch parameter {
	case "2.W":
		return in.number("factor_dW2")
	case "1.b":
		return in.number("factor_db1")
	}
	return 1
}

// norm returns ‖a + s·b‖ over all entries of both.
func norm(a []*matrix.Matrix[float64], s float64, b []*matrix.Matrix[float64]) float64 {
	var sum matrix.Sum
	for k := range a {
		for i, x := range a[k].Data {
			x += float64(s * b[k].Data[i])
			sum.Add(x * x)
		}
	}
	return math.Sqrt(sum.Total())
}

// Week 2: mini-batches and optimisers

func c2w2Minibatches(in *inputs) outputs {
	n, m, size := in.count("n_x"), in.count("m"), in.positive("mini_batch_size")
	var x *matrix.Matrix[float64]
	switch formula := in.text("X_formula"); formula {
	case "randn":
		x = lab.Seed(in.count("X_seed")).Randn(n, m)
	case "i + n_x*j":
		x = matrix.New[float64](n, m)
		for k := range x.Data {
			x.Data[k] = float64(k)
		}
	default:
		in.t.Fatalf("X_formula: %q is not known", formula)
	}
	set := &data.Dataset[float64]{X: x}
	out, sizes := outputs{}, []int{}
	for k, batch := range slices.Collect(slices.Chunk(lab.Seed(in.count("seed")).Permutation(m), size)) {
		var columns, none matrix.Matrix[float64]
		set.Gather(&columns, &none, batch)
		out[name("X", k+1)] = &columns
		sizes = append(sizes, len(batch))
	}
	out["sizes"] = sizes
	return out
}

func c2w2Momentum(in *inputs) outputs {
	return in.step(1, optim.NewMomentum[float64](in.number("beta")), "v_d")
}

func c2w2Adam(in *inputs) outputs {
	return in.step(in.count("t"), in.adam(), "v_d", "s_d")
}

func (in *inputs) adam() *optim.Adam[float64] {
	adam := optim.NewAdam[float64]()
	adam.Beta1, adam.Beta2, adam.Epsilon = in.number("beta1"), in.number("beta2"), in.number("epsilon")
	return adam
}

// step is step t of an optimizer, the first that it makes. Its moments are
// called by these prefixes, one a moment.
func (in *inputs) step(t int, opt optim.Optimizer[float64], prefixes ...string) outputs {
	params := in.params()
	opt.Step(t, in.number("learning_rate"), params)
	out := valuesOf(params)
	state := opt.State(params)
	for _, prefix := range prefixes {
		for _, p := range params {
			out[prefix+p.Name], state = state[0], state[1:]
		}
	}
	return out
}

func c2w2LRDecay(in *inputs) outputs {
	decay := optim.InverseTime{Rate0: in.number("learning_rate0"), Decay: in.number("decay_rate"), Every: 1}
	return outputs{"alpha": decay.Rate(in.count("epoch"), 0)}
}

func c2w2LRSchedule(in *inputs) outputs {
	decay := optim.InverseTime{Rate0: in.number("learning_rate0"), Decay: in.number("decay_rate"), Every: in.positive("time_interval")}
	alphas := []float64{}
	for _, epoch := range in.counts("epochs") {
		alphas = append(alphas, decay.Rate(epoch, 0))
	}
	return outputs{"alphas": alphas}
}

// afterwards is a schedule of which the course works out the rate at the end of
// an epoch, for the next one.
type afterwards struct{ optim.Schedule }

func (s afterwards) Rate(epoch, step int) float64 { return s.Schedule.Rate(max(epoch-1, 0), step) }

// schedule returns the schedule of the inputs learning_rate and decay.
func (in *inputs) schedule() optim.Schedule {
	rate := in.number("learning_rate")
	switch decay := in.text("decay"); decay {
	case "none":
		return optim.Constant(rate)
	case "inverse":
		return afterwards{optim.InverseTime{Rate0: rate, Decay: in.number("decay_rate"), Every: 1}}
	case "scheduled":
		return afterwards{optim.InverseTime{Rate0: rate, Decay: in.number("decay_rate"), Every: in.positive("time_interval")}}
	default:
		in.t.Fatalf("decay: %q is not known", decay)
		return nil
	}
}

func (in *inputs) optimizer() optim.Optimizer[float64] {
	switch opt := in.text("optimizer"); opt {
	case "gd":
		return optim.SGD[float64]{}
	case "momentum":
		return optim.NewMomentum[float64](in.number("beta"))
	case "adam":
		return in.adam()
	default:
		in.t.Fatalf("optimizer: %q is not known", opt)
		return nil
	}
}

func c2w2Model(in *inputs) outputs {
	set, size, first := in.set("X", "Y"), in.positive("mini_batch_size"), in.count("first_epoch_seed")
	m := set.Len()
	batches := (m + size - 1) / size
	net := in.initialised(in.layerDims(set), relu)
	accuracies := []float64{accuracy(net, set)} // after 0, 1, … epochs
	var costs, lastCosts []float64
	var sum float64
	in.fit(set, &nn.Trainer[float64]{
		Net: net, Loss: &crossEntropy{}, Opt: in.optimizer(), Schedule: in.schedule(),
		Epochs: in.count("num_epochs"), BatchSize: size, Task: nn.Task{Threshold: 0.5},
		Order: func(epoch int, examples []int) { copy(examples, lab.Seed(first+epoch).Permutation(m)) },
		OnStep: func(step int, loss float64) {
			if step%batches != 0 {
				sum += loss * float64(size)
				return
			}
			sum += loss * float64(m-(batches-1)*size)
			costs, lastCosts = append(costs, sum/float64(m)), append(lastCosts, loss)
			sum = 0
		},
		OnEpoch: func(e nn.Epoch) { accuracies = append(accuracies, e.Train.Accuracy) },
	})
	return outputs{
		"costs":            in.wanted(costs, "epochs"),
		"last_batch_costs": in.wanted(lastCosts, "epochs"),
		"train_accuracy":   in.wanted(accuracies, "accuracy_epochs"),
	}
}

// Week 3: softmax, and cross-entropy on logits

func c2w3LinearFunction(in *inputs) outputs {
	d := dense(in.matrix("W", "k", "n"), in.matrix("b", "k", "1"), identity)
	return outputs{"Y": d.Forward(in.matrix("X", "n", "m"))}
}

func c2w3SigmoidCE(in *inputs) outputs {
	z, y := in.any("logits"), in.any("labels")
	in.sameShape("logits", z, "labels", y)
	cost := array{shape: z.shape}
	for i := range z.data {
		cost.data = append(cost.data, losses.BinaryCrossEntropyLogits[float64]{}.Example(z.data[i:i+1], y.data[i:i+1]))
	}
	return outputs{"cost": cost}
}

// sameShape fails the case unless two arrays have one shape.
func (in *inputs) sameShape(nameA string, a array, nameB string, b array) {
	in.t.Helper()
	if !sameShape(a, b) {
		in.t.Fatalf("%s has the shape %v, and %s %v", nameA, a.shape, nameB, b.shape)
	}
}

// classes returns a list of labels first, …, first+n-1 as classes 0, …, n-1.
func (in *inputs) classes(label string, labels []float64, first, n int) []int {
	in.t.Helper()
	classes := in.integers(label, labels)
	for i := range classes {
		if classes[i] -= first; classes[i] < 0 || classes[i] >= n {
			in.t.Fatalf("%s[%d] is %v, not in %d, …, %d", label, i, labels[i], first, first+n-1)
		}
	}
	return classes
}

func c2w3OneHot(in *inputs) outputs {
	C := in.count("C")
	return outputs{"Y": data.OneHot[float64](in.classes("labels", in.list("labels"), 0, C), C)}
}

func c2w3BinaryCELogitsMean(in *inputs) outputs {
	z, y := in.any("logits"), in.any("labels")
	in.sameShape("logits", z, "labels", y)
	return outputs{"cost": losses.BinaryCrossEntropyLogits[float64]{}.Value(z.flat(), y.flat())}
}

func c2w3SoftmaxCELogits(in *inputs) outputs {
	z := in.matrix("logits", "C", "m")
	y := data.OneHot[float64](in.classes("labels", in.vector("labels", "m"), 0, z.Rows), z.Rows)
	return outputs{"cost": float64(z.Cols) * losses.SoftmaxCrossEntropyLogits[float64]{}.Value(z, y)} // the course's is a sum
}
