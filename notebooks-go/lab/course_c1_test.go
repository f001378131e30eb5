package lab_test

import (
	"math"

	"gradlab/data"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/optim"
)

// The first course: Neural Networks and Deep Learning. A column is an example.
var courseC1 = map[string]func(*inputs) outputs{
	"c1w2.sigmoid":          c1w2Sigmoid,
	"c1w2.sigmoid_gradient": c1w2SigmoidGradient,
	"c1w2.normalize_rows":   c1w2NormalizeRows,
	"c1w2.softmax_rows":     c1w2SoftmaxRows,
	"c1w2.l1_l2_loss":       c1w2L1L2Loss,
	"c1w2.init_zeros":       c1w2InitZeros,
	"c1w2.propagate":        c1w2Propagate,
	"c1w2.optimize":         c1w2Optimize,
	"c1w2.predict":          c1w2Predict,
	"c1w2.cat_preprocess":   dataSetItself,
	"c1w2.model":            c1w2Model,

	"c1w3.layer_sizes":            c1w3LayerSizes,
	"c1w3.initialize":             initialize,
	"c1w3.forward":                c1w3Forward,
	"c1w3.cost":                   func(in *inputs) outputs { return cost(in, "A2") },
	"c1w3.backward":               c1w3Backward,
	"c1w3.update":                 update,
	"c1w3.predict":                c1w3Predict,
	"c1w3.nn_model":               c1w3NNModel,
	"c1w3.flower_dataset":         dataSetItself,
	"c1w3.flower_model":           c1w3FlowerModel,
	"c1w3.flower_logreg_baseline": c1w3FlowerLogregBaseline,

	"c1w4.initialize":                 initialize,
	"c1w4.linear_forward":             c1w4LinearForward,
	"c1w4.linear_activation_forward":  c1w4LinearActivationForward,
	"c1w4.L_model_forward":            c1w4LModelForward,
	"c1w4.cost":                       func(in *inputs) outputs { return cost(in, "AL") },
	"c1w4.linear_backward":            c1w4LinearBackward,
	"c1w4.linear_activation_backward": c1w4LinearActivationBackward,
	"c1w4.L_model_backward":           c1w4LModelBackward,
	"c1w4.update":                     update,
	"c1w4.model":                      deepModel,
}

// Week 2: numpy, logistic regression

func c1w2Sigmoid(in *inputs) outputs { return outputs{"a": activate(sigmoid, in.any("z"))} }

// activate returns g of an array of any shape.
func activate(g layers.Activation[float64], z array) array {
	a := array{shape: z.shape, data: make([]float64, len(z.data))}
	g.Apply(a.flat(), z.flat())
	return a
}

func c1w2SigmoidGradient(in *inputs) outputs { return outputs{"ds": sigmoidGradient(in.any("z"))} }

// sigmoidGradient returns σ′(z), which is the backward pass from da = 1.
func sigmoidGradient(z array) array {
	a := activate(sigmoid, z)
	dz := array{shape: z.shape, data: make([]float64, len(z.data))}
	da := matrix.New[float64](1, len(z.data))
	matrix.Fill(da, 1)
	sigmoid.Backward(dz.flat(), da, z.flat(), a.flat())
	return dz
}

func c1w2NormalizeRows(in *inputs) outputs {
	x := in.examples("x", "n", "k").Clone()
	for j := range x.Cols {
		row := x.Columns(j, j+1)
		matrix.Scale(&row, 1/math.Sqrt(matrix.SumSquares(row.Data)), &row)
	}
	return outputs{"y": rows(x)}
}

func c1w2SoftmaxRows(in *inputs) outputs {
	x := in.examples("x", "n", "k")
	y := matrix.New[float64](x.Rows, x.Cols)
	layers.Softmax[float64]{}.Apply(y, x)
	return outputs{"y": rows(y)}
}

func c1w2L1L2Loss(in *inputs) outputs {
	yhat, y := newArray(in.vector("yhat", "n")).flat(), newArray(in.vector("y", "n")).flat()
	n := float64(y.Cols) // ours are means, the course's are sums
	return outputs{
		"L1": n * losses.MeanAbsoluteError[float64]{}.Value(yhat, y),
		"L2": n * losses.MeanSquaredError[float64]{}.Value(yhat, y),
	}
}

func c1w2InitZeros(in *inputs) outputs {
	return unit(layers.NewDense(in.count("dim"), 1, identity, layers.Zeros, nil))
}

// unit returns the parameters of a single unit, where w is a column, and unitGradient
// its gradients.
func unit(d *layers.Dense[float64]) outputs { return outputs{"w": rows(d.W), "b": d.B} }

func unitGradient(d *layers.Dense[float64]) outputs { return outputs{"dw": rows(d.DW), "db": d.DB} }

// givenUnit returns the logistic regression with the inputs w and b.
func (in *inputs) givenUnit() *layers.Dense[float64] {
	d := dense(in.examples("w", "n_x", "1"), nil, identity)
	d.B.Set(0, 0, in.number("b"))
	return d
}

func c1w2Propagate(in *inputs) outputs {
	d, set := in.givenUnit(), in.set("X", "Y")
	cost := objective(network(d), &crossEntropy{}, set, 0)
	return merge(outputs{"cost": cost}, unitGradient(d))
}

func c1w2Optimize(in *inputs) outputs {
	d := in.givenUnit()
	costs := in.descend(network(d), in.set("X", "Y"), in.number("learning_rate"), 0)
	return merge(outputs{"costs": in.wanted(costs, "iterations")}, unit(d), unitGradient(d))
}

func c1w2Predict(in *inputs) outputs {
	net := network(in.givenUnit())
	return outputs{"yhat": ones(net.Predict(in.matrix("X", "n_x", "m")), 0.5)}
}

func c1w2Model(in *inputs) outputs {
	train, test := in.set("X_train", "Y_train"), in.set("X_test", "Y_test")
	var costs [][]float64
	var trainAccuracy, testAccuracy []float64
	for _, rate := range in.list("learning_rates") {
		net := network(layers.NewDense(train.X.Rows, 1, identity, layers.Zeros, nil))
		costs = append(costs, in.wanted(in.descend(net, train, rate, 0), "iterations"))
		trainAccuracy = append(trainAccuracy, 100*accuracy(net, train))
		testAccuracy = append(testAccuracy, 100*accuracy(net, test))
	}
	return outputs{"costs": costs, "train_accuracy_percent": trainAccuracy, "test_accuracy_percent": testAccuracy}
}

// Week 3: one hidden layer

func c1w3LayerSizes(in *inputs) outputs {
	set := in.set("X", "Y")
	return outputs{"sizes": []int{set.X.Rows, in.count("n_h"), set.Y.Rows}}
}

func initialize(in *inputs) outputs {
	return parametersOf(in.initialised(in.counts("layer_dims"), relu))
}

func c1w3Forward(in *inputs) outputs {
	net := in.given(tanh)
	output := net.Predict(in.matrix("X", "n_0", "m"))
	out := outputs{}
	for l, d := range denses(net) {
		out[name("Z", l+1)], out[name("A", l+1)] = d.Z, d.A
	}
	out[name("A", len(net.Layers))] = output
	return out
}

func cost(in *inputs, a string) outputs {
	return outputs{"cost": losses.BinaryCrossEntropy[float64]{}.Value(in.matrix(a, "n_y", "m"), in.matrix("Y", "n_y", "m"))}
}

func c1w3Backward(in *inputs) outputs {
	net := in.given(tanh)
	in.backwardFromActivations(net)
	return gradientsOf(net)
}

// backwardFromActivations runs the backward pass from the inputs A1, A2, … of a
// network. g′ is read off a, and the last layer begins with dz = (A - Y)/m, which
// is the course's dZ with the mean already in it.
func (in *inputs) backwardFromActivations(net *nn.Network[float64]) {
	aPrev := in.matrix("X", "n_0", "m")
	for l, d := range denses(net) {
		a := in.matrix(name("A", l+1), name("n_", l+1), "m")
		d.APrev, d.Z, d.A = aPrev, a, a
		aPrev = a
	}
	dz := matrix.New[float64](aPrev.Rows, aPrev.Cols)
	matrix.Sub(dz, aPrev, in.matrix("Y", name("n_", len(net.Layers)), "m"))
	matrix.Scale(dz, 1/float64(dz.Cols), dz)
	net.Backward(dz)
}

// update is a step of gradient descent on the inputs W1, b1, … by dW1, db1, ….
func update(in *inputs) outputs {
	params := in.params()
	optim.SGD[float64]{}.Step(1, in.number("learning_rate"), params)
	return valuesOf(params)
}

// params returns the inputs W1, b1, W2, … with dW1, db1, dW2, … as gradients.
func (in *inputs) params() (params []matrix.Param[float64]) {
	for l := 1; l <= in.layers(); l++ {
		for _, letter := range []string{"W", "b"} {
			n, k := name("rows of W", l), name("columns of W", l)
			if letter == "b" {
				k = "1"
			}
			params = append(params, matrix.Param[float64]{
				Name:  name(letter, l),
				Value: in.matrix(name(letter, l), n, k),
				Grad:  in.matrix("d"+name(letter, l), n, k),
			})
		}
	}
	return params
}

func valuesOf(params []matrix.Param[float64]) outputs {
	out := outputs{}
	for _, p := range params {
		out[p.Name] = p.Value
	}
	return out
}

func c1w3Predict(in *inputs) outputs {
	return outputs{"yhat": ones(in.given(tanh).Predict(in.matrix("X", "n_0", "m")), 0.5)}
}

func c1w3NNModel(in *inputs) outputs {
	net, costs := in.oneHiddenLayer(in.set("X", "Y"), in.count("n_h"))
	return merge(outputs{"costs": costs}, parametersOf(net))
}

// oneHiddenLayer trains a network with a hidden layer of so many units, and
// returns the costs that are asked for.
func (in *inputs) oneHiddenLayer(set *data.Dataset[float64], hidden int) (*nn.Network[float64], []float64) {
	net := in.initialised([]int{set.X.Rows, hidden, set.Y.Rows}, tanh)
	costs := in.descend(net, set, in.number("learning_rate"), 0)
	return net, in.wanted(costs, "iterations")
}

func c1w3FlowerModel(in *inputs) outputs {
	set := in.set("X", "Y")
	var costs [][]float64
	var accuracies []float64
	for _, hidden := range in.counts("hidden") {
		net, c := in.oneHiddenLayer(set, hidden)
		costs = append(costs, c)
		accuracies = append(accuracies, 100*accuracy(net, set))
	}
	return outputs{"costs": costs, "train_accuracy_percent": accuracies}
}

func c1w3FlowerLogregBaseline(in *inputs) outputs {
	set := in.set("X", "Y")
	net := network(layers.NewDense(set.X.Rows, 1, identity, layers.Zeros, nil))
	in.minimise(net, set, 0, 1000)
	return outputs{"train_accuracy_percent": 100 * accuracy(net, set)}
}

// Week 4: a deep network

func c1w4LinearForward(in *inputs) outputs {
	d := dense(in.matrix("W", "k", "n"), in.matrix("b", "k", "1"), identity)
	return outputs{"Z": d.Forward(in.matrix("A", "n", "m"))}
}

func c1w4LinearActivationForward(in *inputs) outputs {
	w, b, aPrev := in.matrix("W", "k", "n"), in.matrix("b", "k", "1"), in.matrix("A_prev", "n", "m")
	return outputs{
		"A_sigmoid": dense(w, b, sigmoid).Forward(aPrev),
		"A_relu":    dense(w, b, relu).Forward(aPrev),
	}
}

func c1w4LModelForward(in *inputs) outputs {
	return outputs{"AL": in.given(relu).Predict(in.matrix("X", "n_0", "m"))}
}

// sumBackward is the backward pass of the course, whose dA and dZ are those of
// the sum over the examples, m times ours: its mean stands in dW and db.
func sumBackward(d *layers.Dense[float64], da *matrix.Matrix[float64]) (daPrev *matrix.Matrix[float64]) {
	daPrev = d.Backward(da)
	mean := 1 / float64(da.Cols)
	matrix.Scale(d.DW, mean, d.DW)
	matrix.Scale(d.DB, mean, d.DB)
	return daPrev
}

// cached returns a layer as its forward pass would leave it behind, with
// a = g(z).
func cached(g layers.Activation[float64], w, aPrev, z *matrix.Matrix[float64]) *layers.Dense[float64] {
	d := dense(w, nil, g)
	d.APrev, d.Z = aPrev, z
	d.A.Resize(z.Rows, z.Cols)
	g.Apply(d.A, z)
	return d
}

func c1w4LinearBackward(in *inputs) outputs {
	dz := in.matrix("dZ", "k", "m")
	d := cached(identity, in.matrix("W", "k", "n"), in.matrix("A_prev", "n", "m"), dz)
	return outputs{"dA_prev": sumBackward(d, dz), "dW": d.DW, "db": d.DB}
}

func c1w4LinearActivationBackward(in *inputs) outputs {
	da, z := in.matrix("dA", "k", "m"), in.matrix("Z", "k", "m")
	w, aPrev := in.matrix("W", "k", "n"), in.matrix("A_prev", "n", "m")
	out := outputs{}
	for suffix, g := range map[string]layers.Activation[float64]{"_sigmoid": sigmoid, "_relu": relu} {
		d := cached(g, w, aPrev, z)
		out["dA_prev"+suffix] = sumBackward(d, da)
		out["dW"+suffix], out["db"+suffix] = d.DW, d.DB
	}
	return out
}

func c1w4LModelBackward(in *inputs) outputs {
	L := in.layers()
	al, y := in.matrix("AL", name("n_", L), "m"), in.matrix("Y", name("n_", L), "m")
	da := matrix.New[float64](al.Rows, al.Cols)
	losses.BinaryCrossEntropy[float64]{}.Prime(da, al, y)
	matrix.Scale(da, float64(y.Cols), da) // dAL = -(Y/AL - (1-Y)/(1-AL)), without the mean
	out := outputs{}
	for l := L; l >= 1; l-- {
		var g layers.Activation[float64] = relu
		if l == L {
			g = sigmoid
		}
		w := in.matrix(name("W", l), name("n_", l), name("n_", l-1))
		d := cached(g, w, in.matrix(name("A", l-1), name("n_", l-1), "m"), in.matrix(name("Z", l), name("n_", l), "m"))
		da = sumBackward(d, da)
		out[name("dA", l-1)], out[name("dW", l)], out[name("db", l)] = da, d.DW, d.DB
	}
	return out
}

// deepModel trains a deep network by full batches, with the penalty and the
// dropout that the inputs ask for.
func deepModel(in *inputs) outputs {
	train, test := in.set("X_train", "Y_train"), in.set("X_test", "Y_test")
	net := in.initialised(in.layerDims(train), relu)
	if drop := in.drop(); drop > 0 {
		in.addDropout(net, drop)
	}
	costs := in.descend(net, train, in.number("learning_rate"), in.numberOr("lambda", 0))
	return outputs{
		"costs":          in.wanted(costs, "iterations"),
		"train_accuracy": accuracy(net, train),
		"test_accuracy":  accuracy(net, test),
	}
}

// merge returns all outputs together.
func merge(some ...outputs) outputs {
	all := outputs{}
	for _, out := range some {
		for name, value := range out {
			all[name] = value
		}
	}
	return all
}
