package lab

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gradlab/gradcheck"
	"gradlab/losses"
	"gradlab/matrix"
)

// Labs 11 and 12. In lab 11, as in the older course, a row of X is an example,
// and its first column is 1, so that theta[0] is the bias.

// regression is a problem of lab 11.
type regression struct {
	X, y, theta *Matrix // m×n, m×1, n×1
	lambda      float64
	bias        *Matrix // n×1: theta without all but the bias
}

func (t *trial) regression(y func(rows, cols int) *Matrix) regression {
	m, n := t.m, t.nPrev+1
	p := regression{X: t.randn(m, n), y: y(m, 1), theta: t.weights(n, 1), lambda: 1.3}
	copy(p.X.Col(0), ones(m, 1).Data)
	p.bias = like(p.theta)
	p.bias.Data[0] = p.theta.Data[0]
	t.evidence.Features = []int{n}
	return p
}

// judge tells cost and gradient that the function returned: data is the right
// cost without the penalty, and error is what Xᵀ/m is multiplied by.
func (p regression) judge(t *trial, cost float64, gradient *Matrix, data float64, err *Matrix, suspects ...gradcheck.Suspect) {
	m := float64(t.m)
	weights := minus(p.theta, p.bias)
	penalty := p.lambda / 2 / m * matrix.SumSquares(weights.Data)
	withBias := p.lambda / 2 / m * matrix.SumSquares(p.theta.Data)
	const hint = "Only what is multiplied by a feature is penalised. Which column of X is no feature?"
	t.result(gradcheck.Gradient{
		Name: "cost", Got: number(cost), Want: number(data + penalty),
		Suspects: []gradcheck.Suspect{wrong(gradcheck.Other, number(data+withBias), "penalises the bias, too", hint)},
		Sums: []gradcheck.Sum{
			{Rest: number(data), Term: number(penalty), Name: "the penalty", Missing: gradcheck.MissingL2},
			{Rest: number(penalty), Term: number(data), Name: "the cost of the data"},
		},
	})
	dataGradient := times(1/m, product(transpose(p.X), err))
	step := times(p.lambda/m, weights)
	suspects = append(suspects, wrong(gradcheck.Other, plus(dataGradient, times(p.lambda/m, p.theta)), "penalises the bias, too", hint))
	t.result(gradcheck.Gradient{
		Name: "gradient", Got: gradient, Want: plus(dataGradient, step), Suspects: suspects,
		Sums: []gradcheck.Sum{
			{Rest: dataGradient, Term: step, Name: "the gradient of the penalty", Missing: gradcheck.MissingL2},
			{Rest: step, Term: dataGradient, Name: "the gradient of the data"},
		},
	})
}

type costAndGradient = func(X, y, theta *Matrix, lambda float64) (cost float64, gradient *Matrix)

// LinearRegression is the regularised cost of linear regression and its
// gradient.
var LinearRegression = Exercise[func(X, y, theta *Matrix, lambda float64) (cost float64, gradient *Matrix)]{
	Name: "linear regression", Lab: 11, Task: "Return 1/2m ‖Xθ-y‖² + λ/2m Σ θⱼ² (without θ₀) and its gradient. A row of X is an example.",
	try: func(t *trial, f costAndGradient) {
		p := t.regression(t.randn)
		cost, gradient := f(t.in("X", p.X), t.in("y", p.y), t.in("theta", p.theta), p.lambda)
		e := minus(product(p.X, p.theta), p.y)
		p.judge(t, cost, gradient, matrix.SumSquares(e.Data)/2/float64(t.m), e)
	},
}

// LogisticRegression is the regularised cost of logistic regression and its
// gradient.
var LogisticRegression = Exercise[func(X, y, theta *Matrix, lambda float64) (cost float64, gradient *Matrix)]{
	Name: "logistic regression", Lab: 11, Task: "H = σ(Xθ). Return the cross-entropy 1/m Σ [-y log h - (1-y) log(1-h)] + λ/2m Σ θⱼ² (without θ₀) and its gradient. A row of X is an example.",
	try: func(t *trial, f costAndGradient) {
		p := t.regression(t.labels)
		cost, gradient := f(t.in("X", p.X), t.in("y", p.y), t.in("theta", p.theta), p.lambda)
		z := product(p.X, p.theta)
		h := activate(sigmoid, z)
		data := losses.BinaryCrossEntropy[float64]{}.Value(transpose(h), transpose(p.y))
		linear := plus(times(1/float64(t.m), product(transpose(p.X), minus(z, p.y))), times(p.lambda/float64(t.m), minus(p.theta, p.bias)))
		p.judge(t, cost, gradient, data, minus(h, p.y), wrong(gradcheck.Other, linear, "is that of linear regression: without the sigmoid"))
	},
}

// NormalEquation is the least squares solution.
var NormalEquation = Exercise[func(X, y *Matrix) (theta *Matrix)]{
	Name: "normal equation", Lab: 11, Task: "Return the θ that minimises ‖Xθ-y‖² (44), n×1. A row of X is an example.",
	try: func(t *trial, f func(_, _ *Matrix) *Matrix) {
		X, y := t.randn(t.m+t.nPrev, t.nPrev), t.randn(t.m+t.nPrev, 1)
		t.evidence.Examples = X.Rows
		t.out("theta", f(t.in("X", X), t.in("y", y)), leastSquares(X, y, 0),
			wrong(gradcheck.Other, product(transpose(X), y), "is Xᵀy: the inverse is missing"))
	},
}

// leastSquares returns the minimum of ‖Xθ-y‖² + λ Σ θⱼ² without the bias.
func leastSquares(X, y *Matrix, lambda float64) *Matrix {
	m, n := X.Rows, X.Cols
	a, b := mat.NewDense(m+n, n, nil), mat.NewDense(m+n, 1, nil)
	a.Slice(0, m, 0, n).(*mat.Dense).Copy(X)
	b.Slice(0, m, 0, 1).(*mat.Dense).Copy(y)
	if lambda > 0 {
		for j := 1; j < n; j++ {
			a.Set(m+j, j, math.Sqrt(lambda))
		}
	}
	var theta mat.Dense
	if err := theta.Solve(a, b); err != nil {
		panic(err) // random columns are not dependent
	}
	return matrix.FromDense[float64](&theta)
}

// FeatureNormalize scales features.
var FeatureNormalize = Exercise[func(X *Matrix) (scaled, mu, sigma *Matrix)]{
	Name: "feature normalisation", Lab: 11, Task: "Subtract from each column of X its mean, and divide by its standard deviation, with m-1 in the denominator. Return the result, the means and the deviations (1×n). A row of X is an example.",
	try: func(t *trial, f func(*Matrix) (_, _, _ *Matrix)) {
		m := t.m + 1
		t.evidence.Examples = m
		X := plus(times(3, t.randn(m, t.nPrev)), times(2, ones(m, t.nPrev)))
		scaled, mu, sigma := f(t.in("X", X))
		deviation := func(over int) func([]float64) float64 {
			return func(x []float64) float64 { return length(x) / math.Sqrt(float64(over)) }
		}
		scale := func(x *Matrix, over int) *Matrix { return transpose(standardised(transpose(x), deviation(over))) }
		means := times(1/float64(m), product(ones(1, m), X))
		centred := minus(X, product(ones(m, 1), means))
		deviations := eachColumn(centred, func(x []float64) []float64 { return []float64{deviation(m - 1)(x)} })
		t.out("mu", mu, means, unsummed(times(1/float64(m), transpose(X)))[1:]...)
		t.out("sigma", sigma, deviations,
			wrong(gradcheck.Other, times(math.Sqrt(float64(m-1)/float64(m)), deviations), "has m in the denominator, not m-1"),
			wrong(gradcheck.Other, hadamard(deviations, deviations), "is the variance, not its root"))
		t.out("scaled", scaled, scale(X, m-1),
			wrong(gradcheck.Other, scale(X, m), "has m in the denominator, not m-1"),
			wrong(gradcheck.Other, centred, "is not divided by the deviations"),
			wrong(gradcheck.WrongAxis, standardised(X, deviation(t.nPrev-1)), "has rows of mean 0, not columns"))
	},
}

// MapFeature makes polynomials of two features.
var MapFeature = Exercise[func(x1, x2 *Matrix, degree int) *Matrix]{
	Name: "feature map", Lab: 11, Task: "Return the columns x1^(i-j)·x2^j for i = 0, …, degree and j = 0, …, i. x1 and x2 are m×1; the first column is 1.",
	try: func(t *trial, f func(_, _ *Matrix, _ int) *Matrix) {
		x1, x2 := t.randn(t.m, 1), t.randn(t.m, 1)
		right := &Matrix{Rows: t.m}
		for i := range 4 {
			for j := range i + 1 {
				right.Data = append(right.Data, mapped2(x1, x2, func(a, b float64) float64 { return matrix.PowInt(a, i-j) * matrix.PowInt(b, j) }).Data...)
				right.Cols++
			}
		}
		t.out("X", f(t.in("x1", x1), t.in("x2", x2), 3), right)
	},
}

// PredictOneVsAll chooses the likeliest class.
var PredictOneVsAll = Exercise[func(X, theta *Matrix) []int]{
	Name: "predict one-vs-all", Lab: 11, Task: "A row of X (m×n) is an example, the first column is 1; row k of theta (K×n) is the regression of class k+1. Return for each example the class, 1, …, K, whose regression gives most.",
	try: func(t *trial, f func(_, _ *Matrix) []int) {
		X, theta := t.randn(t.m+5, t.nPrev), t.randn(t.n+2, t.nPrev)
		got := f(t.in("X", X), t.in("theta", theta))
		scores := product(theta, transpose(X)) // K×m
		var right, lowest []int
		for j := range scores.Cols {
			right = append(right, 1+matrix.ArgMax(scores.Col(j)))
			lowest = append(lowest, 1+matrix.ArgMax(times(-1, scores).Col(j)))
		}
		t.out("classes", column(got), column(right),
			wrong(gradcheck.Other, minus(column(right), ones(len(right), 1)), "counts the classes from 0, not from 1"),
			wrong(gradcheck.Sign, column(lowest), "is the class that is least likely"))
	},
}

// column returns numbers as a column, nil for none.
func column(x []int) *Matrix {
	if x == nil {
		return nil
	}
	c := matrix.New[float64](len(x), 1)
	for i, v := range x {
		c.Data[i] = float64(v)
	}
	return c
}

// NNCost is the cost of the older course's network and its gradient.
var NNCost = Exercise[func(Theta1, Theta2, X, Y *Matrix, lambda float64) (cost float64, grad1, grad2 *Matrix)]{
	Name: "neural network cost", Lab: 11,
	Task: "A row of X (m×n, without ones) and of Y (m×K, one-hot) is an example. A1 = [1 X], A2 = [1 σ(A1·Theta1ᵀ)], H = σ(A2·Theta2ᵀ). Return 1/m ΣΣ [-y log h - (1-y) log(1-h)] + λ/2m (Σ Theta1² + Σ Theta2²), without the first columns in the penalty, and the gradients by Theta1 and Theta2.",
	try: func(t *trial, f func(_, _, _, _ *Matrix, _ float64) (float64, *Matrix, *Matrix)) {
		const lambda = 1.3
		k := t.n + 1
		Theta1, Theta2, X, Y := t.weights(t.n, t.nPrev+1), t.weights(k, t.n+1), t.randn(t.m, t.nPrev), matrix.New[float64](t.m, k)
		for i, c := range t.classes(k, t.m) {
			Y.Set(i, c, 1)
		}
		t.evidence.Features = []int{k, t.n, t.nPrev}
		cost, grad1, grad2 := f(t.in("Theta1", Theta1), t.in("Theta2", Theta2), t.in("X", X), t.in("Y", Y), lambda)

		W1, b1, W2, b2 := weightsOf(Theta1), biasOf(Theta1), weightsOf(Theta2), biasOf(Theta2)
		x, y := transpose(X), transpose(Y)
		z1 := affine(W1, x, b1)
		a1 := activate(sigmoid, z1)
		h := activate(sigmoid, affine(W2, a1, b2))
		data := losses.BinaryCrossEntropy[float64]{}.Value(h, y)
		penalty := lambda / 2 / float64(t.m) * (matrix.SumSquares(W1.Data) + matrix.SumSquares(W2.Data))
		biases := lambda / 2 / float64(t.m) * (matrix.SumSquares(b1.Data) + matrix.SumSquares(b2.Data))
		t.result(gradcheck.Gradient{
			Name: "cost", Got: number(cost), Want: number(data + penalty),
			Suspects: []gradcheck.Suspect{
				wrong(gradcheck.Other, number(data+penalty+biases), "penalises the biases, too", "Which columns of Theta are multiplied by 1?"),
				wrong(gradcheck.Other, number(losses.CategoricalCrossEntropy[float64]{}.Value(h, y)+penalty), "counts only the outputs with y = 1"),
			},
			Sums: []gradcheck.Sum{{Rest: number(data), Term: number(penalty), Name: "the penalty", Missing: gradcheck.MissingL2}},
		})
		last := gradcheck.Layer{DZ: minus(h, y), APrev: a1, W: W2, B: b2, Mean: true, Lambda: lambda}
		first := gradcheck.Layer{G: sigmoid, DA: last.Backward().DAPrev, Z: z1, APrev: x, W: W1, B: b1, Mean: true, Lambda: lambda}
		t.result(joined("grad2", grad2, last, Theta2))
		t.result(joined("grad1", grad1, first, Theta1))
	},
}

// weightsOf and biasOf are the parts of a Theta.
func weightsOf(theta *Matrix) *Matrix { w := theta.Columns(1, theta.Cols); return w.Clone() }
func biasOf(theta *Matrix) *Matrix    { b := theta.Columns(0, 1); return b.Clone() }

// beside puts the columns of two matrices side by side.
func beside(x, y *Matrix) *Matrix {
	return &Matrix{Rows: x.Rows, Cols: x.Cols + y.Cols, Data: append(append([]float64(nil), x.Data...), y.Data...)}
}

// joined turns the evidence about dW and db of a layer into that about [db dW].
func joined(name string, got *Matrix, l gradcheck.Layer, theta *Matrix) gradcheck.Gradient {
	right := l.Backward()
	joined := gradcheck.Gradient{Name: name, Got: got, Want: beside(right.DB, right.DW)}
	var dW, db gradcheck.Gradient
	for _, g := range l.Evidence(gradcheck.Gradients{}).Gradients {
		switch g.Name {
		case "dW":
			dW = g
		case "db":
			db = g
		}
	}
	for _, s := range dW.Suspects {
		for _, r := range db.Suspects { // the same mistake in dz
			if s.Mistake == r.Mistake && s.Text == r.Text && r.Value != nil && s.Value != nil {
				joined.Suspects = append(joined.Suspects, wrong(s.Mistake, beside(r.Value, s.Value), s.Text, s.Hint))
			}
		}
	}
	penalised := beside(times(l.Lambda/float64(l.APrev.Cols), biasOf(theta)), matrix.New[float64](theta.Rows, theta.Cols-1))
	joined.Suspects = append(joined.Suspects, wrong(gradcheck.Other, plus(joined.Want, penalised), "penalises the biases, too", "Which columns of Theta are multiplied by 1?"))
	for _, s := range dW.Sums {
		joined.Sums = append(joined.Sums, gradcheck.Sum{Rest: beside(right.DB, s.Rest), Term: beside(like(right.DB), s.Term), Name: s.Name, Missing: s.Missing})
	}
	return joined
}

// PolyFeatures makes powers of a feature.
var PolyFeatures = Exercise[func(x *Matrix, p int) *Matrix]{
	Name: "polynomial features", Lab: 11, Task: "Return m×p: the columns x, x², …, x^p. x is m×1.",
	try: func(t *trial, f func(*Matrix, int) *Matrix) {
		x := t.randn(t.m, 1)
		powers := func(from, to int) *Matrix {
			y := &Matrix{Rows: t.m}
			for k := from; k <= to; k++ {
				y.Data = append(y.Data, mapped(x, func(v float64) float64 { return matrix.PowInt(v, k) }).Data...)
				y.Cols++
			}
			return y
		}
		t.out("X", f(t.in("x", x), 4), powers(1, 4), wrong(gradcheck.Other, powers(0, 3), "begins with x⁰ = 1"))
	},
}

// LearningCurve is the errors by the number of training examples.
var LearningCurve = Exercise[func(X, y, Xval, yval *Matrix, lambda float64, fit func(X, y *Matrix, lambda float64) *Matrix) (train, val []float64)]{
	Name: "learning curve", Lab: 11,
	Task: "For i = 1, …, m: θ = fit(first i rows of X, of y, λ). Return for each i the error 1/2k ‖Xθ-y‖² (without penalty) on these k = i rows, and that on all rows of Xval.",
	try: func(t *trial, f func(_, _, _, _ *Matrix, _ float64, _ func(_, _ *Matrix, _ float64) *Matrix) (_, _ []float64)) {
		const lambda = 1.3
		p, q := t.regression(t.randn), t.regression(t.randn)
		train, val := f(t.in("X", p.X), t.in("y", p.y), t.in("Xval", q.X), t.in("yval", q.y), lambda, leastSquares)
		curve := func(errorOn func(i int, theta *Matrix) float64) *Matrix {
			c := matrix.New[float64](t.m, 1)
			for i := range c.Data {
				X, y := first(p.X, i+1), first(p.y, i+1)
				c.Data[i] = errorOn(i, leastSquares(X, y, lambda))
			}
			return c
		}
		on := func(X, y, theta *Matrix) float64 {
			return matrix.SumSquares(minus(product(X, theta), y).Data) / 2 / float64(y.Rows)
		}
		penalty := func(theta *Matrix, rows int) float64 {
			return lambda / 2 / float64(rows) * matrix.SumSquares(theta.Data[1:])
		}
		t.out("train", floats(train), curve(func(i int, theta *Matrix) float64 { return on(first(p.X, i+1), first(p.y, i+1), theta) }),
			wrong(gradcheck.Other, curve(func(i int, theta *Matrix) float64 { return on(p.X, p.y, theta) }), "is the error on all rows, not on those of the fit"),
			wrong(gradcheck.Other, curve(func(i int, theta *Matrix) float64 {
				return on(first(p.X, i+1), first(p.y, i+1), theta) + penalty(theta, i+1)
			}), "has the penalty in it", "The penalty is a means to a good fit. Is it an error of the predictions?"))
		t.out("val", floats(val), curve(func(i int, theta *Matrix) float64 { return on(q.X, q.y, theta) }),
			wrong(gradcheck.Other, curve(func(i int, theta *Matrix) float64 { return on(first(q.X, i+1), first(q.y, i+1), theta) }), "is the error on the first rows only, not on all"),
			wrong(gradcheck.Other, curve(func(i int, theta *Matrix) float64 { return on(q.X, q.y, theta) + penalty(theta, q.y.Rows) }), "has the penalty in it", "The penalty is a means to a good fit. Is it an error of the predictions?"))
	},
}

// first returns the first rows of x.
func first(x *Matrix, rows int) *Matrix {
	t := transpose(x)
	c := t.Columns(0, rows)
	return transpose(&c)
}

func floats(x []float64) *Matrix {
	if x == nil {
		return nil
	}
	return &Matrix{Rows: len(x), Cols: 1, Data: x}
}

// Standardise scales training and test data.
var Standardise = Exercise[func(train, test *Matrix) (scaledTrain, scaledTest *Matrix)]{
	Name: "standardise", Lab: 12, Task: "A column is an example. Subtract from each feature its mean and divide by its standard deviation (with m in the denominator), both of them those of the training data, in both sets.",
	try: func(t *trial, f func(_, _ *Matrix) (_, _ *Matrix)) {
		m := t.m + 2
		t.evidence.Examples = m
		train, test := plus(times(3, t.randn(t.nPrev, m)), ones(t.nPrev, m)), plus(t.randn(t.nPrev, t.m+3), ones(t.nPrev, t.m+3))
		gotTrain, gotTest := f(t.in("train", train), t.in("test", test))
		deviation := func(x []float64) float64 { return length(x) / math.Sqrt(float64(len(x))) }
		t.out("train", gotTrain, standardised(train, deviation),
			wrong(gradcheck.WrongAxis, transpose(standardised(transpose(train), deviation)), "has examples of mean 0, not features"),
			wrong(gradcheck.Other, scaledBy(train, beside(train, test)), "is scaled by training and test data together", "What may be known of the test data before the test?"))
		t.out("test", gotTest, scaledBy(test, train),
			wrong(gradcheck.Other, standardised(test, deviation), "is scaled by its own mean and deviation", "A single new example must be scaled in the same way. By which numbers?"),
			wrong(gradcheck.Other, scaledBy(test, beside(train, test)), "is scaled by training and test data together", "What may be known of the test data before the test?"))
	},
}

// scaledBy returns x scaled by the means and deviations of another set.
func scaledBy(x, by *Matrix) *Matrix {
	y := like(x)
	for i := range x.Rows {
		row := transpose(by).Col(i)
		mean := sum(row) / float64(len(row))
		square := 0.0
		for _, v := range row {
			square += (v - mean) * (v - mean)
		}
		for j := range x.Cols {
			y.Set(i, j, (x.At(i, j)-mean)/math.Sqrt(square/float64(len(row))))
		}
	}
	return y
}

// Confusion counts which classes are taken for which.
var Confusion = Exercise[func(predicted, actual []int, k int) [][]int]{
	Name: "confusion", Lab: 12, Task: "Return k×k: row t, column p is the number of examples of class t that were predicted to be p.",
	try: func(t *trial, f func(_, _ []int, _ int) [][]int) {
		k := t.n + 1
		actual, predicted := t.classes(k, t.m+5), t.classes(k, t.m+5)
		right := matrix.New[float64](k, k)
		for i, c := range actual {
			right.Col(predicted[i])[c]++
		}
		got := rowsOf(f(slices.Clone(predicted), slices.Clone(actual), k))
		diagonal := matrix.New[float64](k, k)
		for c := range k {
			diagonal.Col(c)[c] = right.At(c, c)
		}
		t.out("counts", got, right,
			wrong(gradcheck.Transposed, transpose(right), "has a row for each prediction: rows are the true classes"),
			wrong(gradcheck.Other, diagonal, "counts only what was right"))
	},
}

// rowsOf returns rows of counts as a matrix, or nil.
func rowsOf(rows [][]int) *Matrix {
	if rows == nil {
		return nil
	}
	width := 0
	for _, row := range rows {
		width = max(width, len(row))
	}
	x := matrix.New[float64](len(rows), width)
	for i, row := range rows {
		for j, n := range row {
			x.Col(j)[i] = float64(n)
		}
	}
	return x
}
