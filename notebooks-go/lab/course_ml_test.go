package lab_test

import (
	"math"
	"slices"

	"gradlab/data"
	"gradlab/gradcheck"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/notebooks-go/lab"
	"gradlab/optim"
)

// The older course, Machine Learning, exercises 1 to 5. A row is an example
// there; here it is a column, as in the rest of the framework, which has the same
// numbers in the same places.
var courseML = map[string]func(*inputs) outputs{
	"ml1.cost":              ml1Cost,
	"ml1.gradient_descent":  ml1GradientDescent,
	"ml1.normal_equation":   ml1NormalEquation,
	"ml1.feature_normalize": ml1FeatureNormalize,
	"ml1.multi":             ml1Multi,

	"ml2.sigmoid": ml2Sigmoid,
	"ml2.cost":    ml2Cost,
	"ml2.optimum": ml2Optimum,
	"ml2.predict": ml2Predict,

	"ml3.lr_cost":            ml2Cost,
	"ml3.one_vs_all":         ml3OneVsAll,
	"ml3.predict_one_vs_all": ml3PredictOneVsAll,
	"ml3.predict_nn":         ml3PredictNN,
	"ml3.digits_accuracy":    ml3DigitsAccuracy,

	"ml4.sigmoid_gradient":        func(in *inputs) outputs { return outputs{"g": sigmoidGradient(in.any("z"))} },
	"ml4.nn_cost":                 ml4NNCost,
	"ml4.gradcheck_debug_network": ml4GradcheckDebugNetwork,
	"ml4.digits_cost":             ml4DigitsCost,
	"ml4.weights_penalty":         ml4WeightsPenalty,
	"ml4.digits_training":         ml4DigitsTraining,

	"ml5.cost":             ml5Cost,
	"ml5.learning_curve":   ml5LearningCurve,
	"ml5.poly_features":    ml5PolyFeatures,
	"ml5.poly_normalize":   ml5PolyNormalize,
	"ml5.validation_curve": ml5ValidationCurve,
}

// Exercise 1: linear regression

func ml1Cost(in *inputs) outputs {
	set, _ := in.rowSet("add_intercept")
	return in.costs(set, halfSquare{}, nil)
}

// descendSquares takes θ along num_iters steps of gradient descent, and returns J
// after each.
func (in *inputs) descendSquares(t *theta, set *data.Dataset[float64]) (history []float64) {
	in.fit(set, &nn.Trainer[float64]{
		Net: linear(t), Loss: halfSquare{}, Opt: optim.SGD[float64]{}, Schedule: optim.Constant(in.number("alpha")),
		Epochs: in.count("num_iters"), Order: inOrder, Task: nn.Task{Regress: true},
		OnEpoch: func(e nn.Epoch) { history = append(history, e.Train.Loss) },
	})
	return history
}

func ml1GradientDescent(in *inputs) outputs {
	set, s := in.rowSet("normalize", "add_intercept")
	t := in.theta("theta0", set.X)
	history := in.descendSquares(t, set)
	return merge(outputs{"theta": t.W.Data, "J_history": history}, in.predictions("prediction", linear(t), s, in.numberOr("prediction_scale", 1)))
}

// leastSquares returns the θ of the normal equation, with the penalty λ on all but
// the first.
func (in *inputs) leastSquares(set *data.Dataset[float64], lambda float64) *theta {
	var penalty []float64
	if lambda != 0 {
		penalty = slices.Repeat([]float64{lambda}, set.X.Rows)
		penalty[0] = 0
	}
	w, err := nn.LeastSquares(set, penalty)
	if err != nil {
		in.t.Fatal(err)
	}
	return newTheta(w)
}

func ml1NormalEquation(in *inputs) outputs {
	set, s := in.rowSet("add_intercept")
	t := in.leastSquares(set, 0)
	return merge(outputs{"theta": t.W.Data}, in.predictions("prediction", linear(t), s, in.numberOr("prediction_scale", 1)))
}

func ml1FeatureNormalize(in *inputs) outputs {
	out := outputs{}
	for k := 1; in.has(name("X", k)); k++ {
		x := in.examples(name("X", k), name("m", k), name("n", k))
		mean, deviation := moments(x)
		out[name("X", k)+"n"], out[name("mu", k)], out[name("sigma", k)] = rows(normalized(x, mean, deviation)), mean, deviation
	}
	return out
}

func ml1Multi(in *inputs) outputs {
	set, _ := in.rowSet()
	j := objective(linear(in.theta("theta", set.X)), halfSquare{}, set, 0)
	descended := in.theta("theta0", set.X)
	history := in.descendSquares(descended, set)
	return outputs{"J": j, "theta_gd": descended.W.Data, "J_history": history, "theta_normal": in.leastSquares(set, 0).W.Data}
}

// Exercise 2: logistic regression

func ml2Sigmoid(in *inputs) outputs {
	out := outputs{}
	for k := 1; in.has(name("z", k)); k++ {
		out[name("a", k)] = activate(sigmoid, in.any(name("z", k)))
	}
	return out
}

func ml2Cost(in *inputs) outputs {
	set, _ := in.rowSet("feature_map_degree", "add_intercept")
	return in.costs(set, &crossEntropy{}, in.vector("lambdas", "k"))
}

func ml2Optimum(in *inputs) outputs {
	set, s := in.rowSet("feature_map_degree", "add_intercept")
	t := zeroTheta(1, set.X.Rows)
	net, lambda := network(t), in.number("lambda")
	in.minimise(net, set, lambda, 10000)
	return merge(outputs{
		"J":                      objective(net, &crossEntropy{}, set, lambda),
		"theta":                  t.W.Data,
		"train_accuracy_percent": 100 * accuracyFromHalf(net, set),
	}, in.predictions("probability", net, s, 1))
}

// In the older course a prediction is 1 where p is one half, too: where it is
// above the number before one half.
var belowHalf = math.Nextafter(0.5, 0)

func accuracyFromHalf(net *nn.Network[float64], set *data.Dataset[float64]) float64 {
	return nn.NewEvaluator(net, &crossEntropy{}, nn.Task{Threshold: belowHalf}).Scores(set).Accuracy
}

func ml2Predict(in *inputs) outputs {
	out := outputs{}
	for k := 1; in.has(name("X", k)); k++ {
		x := in.examples(name("X", k), name("m", k), name("n", k))
		net := network(in.theta(name("theta", k), x))
		out[name("p", k)] = ones(net.Predict(x), belowHalf).Data
	}
	return out
}

// Exercise 3: one against all, prediction with a network

// oneVsAll returns a row of parameters for each class, and the labels 1, …, K as
// they came.
func (in *inputs) oneVsAll() (all *matrix.Matrix[float64], x *matrix.Matrix[float64], labels []float64) {
	x = withOnes(in.examples("X", "m", "n"))
	labels = in.labels("y", "m").Data
	K := in.count("num_labels")
	y := data.OneHot[float64](in.classes("y", labels, 1, K), K)
	all = matrix.New[float64](K, x.Rows)
	for c := range K {
		t := zeroTheta(1, x.Rows)
		isC := matrix.New[float64](1, x.Cols)
		for j := range isC.Data {
			isC.Data[j] = y.At(c, j)
		}
		in.minimise(network(t), &data.Dataset[float64]{X: x, Y: isC}, in.number("lambda"), 10000)
		for j, v := range t.W.Data {
			all.Set(c, j, v)
		}
	}
	return all, x, labels
}

func ml3OneVsAll(in *inputs) outputs {
	all, _, _ := in.oneVsAll()
	return outputs{"theta": all}
}

// largest returns 1 plus the place of the largest output for each example.
func largest(output *matrix.Matrix[float64]) []float64 {
	p := make([]float64, output.Cols)
	for j := range p {
		p[j] = float64(1 + matrix.ArgMax(output.Col(j)))
	}
	return p
}

func ml3PredictOneVsAll(in *inputs) outputs {
	x := withOnes(in.examples("X", "m", "n"))
	t := newTheta(in.matrix("all_theta", "K", "n+1"))
	return outputs{"p": largest(t.Forward(x))}
}

func ml3PredictNN(in *inputs) outputs {
	return outputs{"p": largest(in.thetas().Predict(in.examples("X", "m", "n")))}
}

func ml3DigitsAccuracy(in *inputs) outputs {
	all, x, y := in.oneVsAll()
	return outputs{
		"one_vs_all_accuracy_percent": percent(largest(newTheta(all).Forward(x)), y),
		"nn_accuracy_percent":         percent(largest(in.thetas().Predict(in.examples("X", "m", "n"))), y),
	}
}

// percent returns how many of the predictions are right.
func percent(p, y []float64) float64 {
	right := 0
	for i, v := range y {
		if p[i] == v {
			right++
		}
	}
	return 100 * float64(right) / float64(len(y))
}

// Exercise 4: a network

func ml4NNCost(in *inputs) outputs {
	net := in.thetas()
	set := &data.Dataset[float64]{X: in.examples("X", "m", "n"), Y: in.examples("Y", "m", "K")}
	j := objective(net, &crossEntropy{}, set, in.number("lambda"))
	return outputs{"J": j, "grad": unrolled(net)}
}

func ml4GradcheckDebugNetwork(in *inputs) outputs {
	net := in.thetas()
	set := in.digits(denses(net)[1].W.Rows)
	var difference []float64
	var grads [][]float64
	for _, lambda := range in.list("lambdas") {
		f := func() float64 { return objective(net, &crossEntropy{}, set, lambda) }
		numeric := gradcheck.Differences(f, net.Params(), in.number("epsilon"))
		f()
		var grad []*matrix.Matrix[float64]
		for _, p := range net.Params() {
			grad = append(grad, p.Grad)
		}
		difference = append(difference, norm(numeric, -1, grad)/norm(numeric, 1, grad))
		grads = append(grads, unrolled(net))
	}
	return outputs{"difference": difference, "grad": grads}
}

func ml4DigitsCost(in *inputs) outputs {
	net := in.thetas()
	set := in.digits(denses(net)[1].W.Rows)
	var j []float64
	for _, lambda := range in.list("lambdas") {
		j = append(j, objective(net, &crossEntropy{}, set, lambda))
	}
	return outputs{"J": j}
}

func ml4WeightsPenalty(in *inputs) outputs {
	params := in.thetas().Params()
	var penalty []float64
	for _, lambda := range in.list("lambdas") {
		penalty = append(penalty, losses.L2[float64]{Lambda: lambda / in.number("m")}.Value(params))
	}
	return outputs{"penalty": penalty}
}

func ml4DigitsTraining(in *inputs) outputs {
	K, h, r := in.count("num_labels"), in.count("hidden_units"), in.number("init_range")
	set := in.digits(K)
	random := lab.Seed(in.count("init_seed"))
	first := func(rows, columns int) *matrix.Matrix[float64] {
		theta := random.Rand(rows, columns)
		matrix.Map(theta, theta, func(u float64) float64 { return float64(2*r*u) - r })
		return theta
	}
	theta1 := first(h, set.X.Rows+1)
	net := thetaNetwork(theta1, first(K, h+1))
	in.minimise(net, set, in.number("lambda"), in.count("max_iterations"))
	return outputs{"train_accuracy_percent": percent(largest(net.Predict(set.X)), in.labels("y", "m").Data)}
}

// Exercise 5: bias and variance

func ml5Cost(in *inputs) outputs {
	set, _ := in.rowSet("add_intercept")
	return in.costs(set, halfSquare{}, in.vector("lambdas", "k"))
}

// otherSet returns a set of the inputs such as Xval and yval, after the steps of
// the training set.
func (in *inputs) otherSet(which string, s *steps) *data.Dataset[float64] {
	return &data.Dataset[float64]{
		X: s.of(in.examples("X"+which, "m of X"+which, "features")),
		Y: in.labels("y"+which, "m of X"+which),
	}
}

// squareError returns J without a penalty.
func squareError(t *theta, set *data.Dataset[float64]) float64 {
	return objective(linear(t), halfSquare{}, set, 0)
}

func ml5LearningCurve(in *inputs) outputs {
	train, s := in.rowSet("add_intercept")
	val := in.otherSet("val", s)
	var trainError, valError []float64
	for _, size := range in.counts("sizes") {
		if size < 1 || size > train.Len() {
			in.t.Fatalf("sizes: %d examples, where X has %d", size, train.Len())
		}
		x, y := train.X.Columns(0, size), train.Y.Columns(0, size)
		part := &data.Dataset[float64]{X: &x, Y: &y}
		t := in.leastSquares(part, in.number("lambda"))
		trainError = append(trainError, squareError(t, part))
		valError = append(valError, squareError(t, val))
	}
	return outputs{"train_error": trainError, "val_error": valError}
}

func ml5PolyFeatures(in *inputs) outputs {
	x := newArray(in.vector("x", "m")).flat()
	return outputs{"X": rows(powers(x, in.count("p")))}
}

func ml5PolyNormalize(in *inputs) outputs {
	x := in.examples("X", "m", "features")
	s := in.steps(x, "p")
	s.intercept = true
	return outputs{"X_norm": rows(s.of(x))}
}

func ml5ValidationCurve(in *inputs) outputs {
	train, s := in.rowSet("p", "add_intercept")
	val := in.otherSet("val", s)
	var trainError, valError, testError []float64
	best, smallest := 0.0, math.Inf(1) // λ, and its error
	for _, lambda := range in.list("lambdas") {
		t := in.leastSquares(train, lambda)
		trainError = append(trainError, squareError(t, train))
		valError = append(valError, squareError(t, val))
		if in.has("Xtest") {
			testError = append(testError, squareError(t, in.otherSet("test", s)))
		}
		if e := squareError(t, val); e < smallest {
			best, smallest = lambda, e
		}
	}
	out := outputs{"train_error": trainError, "val_error": valError, "best_lambda": best}
	if testError != nil {
		out["test_error"] = testError
	}
	return out
}
