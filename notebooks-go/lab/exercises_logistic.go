package lab

import (
	"fmt"
	"math"
	"strings"

	"gradlab/gradcheck"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
)

// Activation is g; those of package layers are.
type Activation = layers.Activation[float64]

// wrong returns what a result becomes by a mistake, in words, and if need be a
// hint of its own.
func wrong(mistake gradcheck.Mistake, value *Matrix, text string, hint ...string) gradcheck.Suspect {
	return gradcheck.Suspect{Mistake: mistake, Value: value, Text: text, Hint: strings.Join(hint, " ")}
}

// Lab 2: logistic regression as a network of one layer. The symbols and the
// orientation are the course's: a column of X is an example.

// Sigmoid is g(z) = 1/(1+e⁻ᶻ).
var Sigmoid = Exercise[func(z float64) float64]{
	Name: "sigmoid", Lab: 2, Task: "Return 1/(1+e⁻ᶻ).",
	try: func(t *trial, f func(float64) float64) {
		t.function("sigmoid", f, matrix.Sigmoid,
			wrongFunction(gradcheck.Sign, func(z float64) float64 { return matrix.Sigmoid(-z) }, "is 1/(1+eᶻ)", "How large should the sigmoid of a large number be?"),
			wrongFunction(gradcheck.MissingGPrime, func(z float64) float64 { return z }, "is z itself"))
	},
}

// SigmoidGradient is g′(z) of the sigmoid.
var SigmoidGradient = Exercise[func(z float64) float64]{
	Name: "sigmoid gradient", Lab: 2, Task: "Return g′(z) for the sigmoid g.",
	try: func(t *trial, f func(float64) float64) {
		gPrime := func(z float64) float64 { return matrix.Sigmoid(z) * (1 - matrix.Sigmoid(z)) }
		t.function("gPrime", f, gPrime,
			wrongFunction(gradcheck.MissingGPrime, matrix.Sigmoid, "is g(z), not its derivative"),
			wrongFunction(gradcheck.GPrimeAtA, func(z float64) float64 { return gPrime(matrix.Sigmoid(z)) }, "is g′(a): the derivative is taken at a = g(z)"),
			wrongFunction(gradcheck.GPrimeAtA, func(z float64) float64 { return z * (1 - z) }, "is z(1-z): where the formula has a, z is put in"))
	},
}

// function tells what a function of a number returns at some places.
func (t *trial) function(name string, got, right func(float64) float64, suspects ...func(z *Matrix) gradcheck.Suspect) {
	z := matrix.FromRows(append([]float64{0, 3, -2, 1}, t.randn(1, 4).Data...))
	g := gradcheck.Gradient{Name: name, Got: mapped(z, got), Want: mapped(z, right)}
	g.Place = func(_, col int) string { return fmt.Sprintf("%s(%.4g)", name, z.Data[col]) }
	for _, s := range suspects {
		g.Suspects = append(g.Suspects, s(z))
	}
	t.result(g)
}

// wrongFunction is wrong for a function of a number.
func wrongFunction(mistake gradcheck.Mistake, f func(float64) float64, text string, hint ...string) func(*Matrix) gradcheck.Suspect {
	return func(z *Matrix) gradcheck.Suspect { return wrong(mistake, mapped(z, f), text, hint...) }
}

// NormalizeRows divides each row by its length.
var NormalizeRows = Exercise[func(x *Matrix) *Matrix]{
	Name: "normalize rows", Lab: 2, Task: "Divide each row of x by its Euclidean length.",
	try: func(t *trial, f func(*Matrix) *Matrix) {
		x := t.randn(t.n, t.m)
		unit := func(v []float64) []float64 { return times(1/length(v), &Matrix{Rows: 1, Cols: len(v), Data: v}).Data }
		t.out("y", f(t.in("x", x)), eachRow(x, unit),
			wrong(gradcheck.WrongAxis, eachColumn(x, unit), "has columns of length 1, not rows"),
			wrong(gradcheck.WrongAxis, times(1/length(x.Data), x), "is divided by the length of the whole matrix"))
	},
}

// SoftmaxRows is the softmax of each row.
var SoftmaxRows = Exercise[func(x *Matrix) *Matrix]{
	Name: "softmax of rows", Lab: 2, Task: "Return e^x, each row divided by its sum.",
	try: func(t *trial, f func(*Matrix) *Matrix) {
		x := t.randn(t.n, t.m)
		g := layers.Softmax[float64]{}
		t.softmax("y", f(t.in("x", x)), transpose(activate(g, transpose(x))), activate(g, x), x)
	},
}

// softmax tells a softmax of x that the function returned; along is that of the
// other axis.
func (t *trial) softmax(name string, got, right, along, x *Matrix) {
	e := mapped(x, matrix.Exp[float64])
	t.out(name, got, right,
		wrong(gradcheck.WrongAxis, along, "adds up to 1 along the other axis", "Along which axis should the numbers add up to 1?"),
		wrong(gradcheck.WrongAxis, times(1/sum(e.Data), e), "is divided by the sum of the whole matrix", "Along which axis should the numbers add up to 1?"),
		wrong(gradcheck.Other, e, "is e^x, without the division"))
}

// L1L2 is the sum of absolute and of squared errors.
var L1L2 = Exercise[func(yhat, y *Matrix) (l1, l2 float64)]{
	Name: "L1 and L2 loss", Lab: 2, Task: "Return Σ|y-ŷ| and Σ(y-ŷ)².",
	try: func(t *trial, f func(_, _ *Matrix) (_, _ float64)) {
		yhat, y := t.probabilities(t.m, 1), t.labels(t.m, 1)
		l1, l2 := f(t.in("yhat", yhat), t.in("y", y))
		e := minus(y, yhat)
		abs := sum(mapped(e, math.Abs).Data)
		t.number("l1", l1, abs, wrong(gradcheck.Sign, number(sum(e.Data)), "is Σ(y-ŷ): errors of both signs cancel"),
			wrong(gradcheck.Sign, number(-sum(e.Data)), "is Σ(ŷ-y): errors of both signs cancel"))
		t.number("l2", l2, matrix.SumSquares(e.Data), wrong(gradcheck.Other, number(length(e.Data)), "is the root of it"))
	},
}

// logistic is a problem of logistic regression: a unit with W 1×n, b 1×1.
type logistic struct{ W, b, X, Y *Matrix }

func (t *trial) logistic() logistic {
	return logistic{t.weights(1, t.nPrev), t.weights(1, 1), t.randn(t.nPrev, t.m), t.labels(1, t.m)}
}

func (p logistic) a() *Matrix { return activate(sigmoid, affine(p.W, p.X, p.b)) }

// layer returns the evidence for given A - Y.
func (p logistic) layer(error *Matrix) gradcheck.Layer {
	return gradcheck.Layer{DZ: error, APrev: p.X, W: p.W, B: p.b, Mean: true}
}

// Propagate is the cost of logistic regression and its gradients.
var Propagate = Exercise[func(W, b, X, Y *Matrix) (cost float64, dW, db *Matrix)]{
	Name: "propagate", Lab: 2,
	Task: "A = σ(W·X + b), with W 1×n, b 1×1, X n×m, Y 1×m. Return the cost, which is the mean cross-entropy, and its gradients by W and b.",
	try: func(t *trial, f func(_, _, _, _ *Matrix) (float64, *Matrix, *Matrix)) {
		p := t.logistic()
		cost, dW, db := f(t.in("W", p.W), t.in("b", p.b), t.in("X", p.X), t.in("Y", p.Y))
		A := p.a()
		t.crossEntropy(cost, A, p.Y)
		error := minus(A, p.Y)
		twice := p.layer(hadamard(error, mapped(A, func(a float64) float64 { return a * (1 - a) }))).Backward()
		for _, g := range p.layer(error).Evidence(gradcheck.Gradients{DW: dW, DB: db}).Gradients[:2] {
			value := twice.DW
			if g.Name == "db" {
				value = twice.DB
			}
			g.Suspects = append(g.Suspects, wrong(gradcheck.Other, value, tooMany, tooManyHint))
			t.result(g)
		}
	},
}

const (
	tooMany     = "has a factor σ′(z) too many"
	tooManyHint = "Multiply Loss′ = (a-y)/(a(1-a)) by σ′(z) = a(1-a) on paper (9). What remains?"
)

// crossEntropy tells the cross-entropy that the function returned.
func (t *trial) crossEntropy(got float64, A, Y *Matrix) {
	right := losses.BinaryCrossEntropy[float64]{}.Value(A, Y)
	positive := losses.CategoricalCrossEntropy[float64]{}.Value(A, Y) // -1/m Σ y log a
	t.number("cost", got, right,
		wrong(gradcheck.Other, number(positive), "counts only the examples with y = 1", "What does an example with y = 0 cost if a is near 1?"),
		wrong(gradcheck.Other, number(right-positive), "counts only the examples with y = 0", "What does an example with y = 1 cost if a is near 0?"),
		wrong(gradcheck.Other, number(right/math.Ln10), "is taken with logarithms to base 10", "Which logarithm has the derivative 1/x?"),
		wrong(gradcheck.Other, number(right/math.Ln2), "is taken with logarithms to base 2", "Which logarithm has the derivative 1/x?"))
}

// Optimize is gradient descent for logistic regression.
var Optimize = Exercise[func(W, b, X, Y *Matrix, steps int, rate float64) (costs []float64)]{
	Name: "optimize", Lab: 2, Task: "Make so many steps of gradient descent, which change W and b themselves. Return the cost before each step.",
	try: func(t *trial, f func(_, _, _, _ *Matrix, _ int, _ float64) []float64) {
		p := t.logistic()
		const steps, rate = 5, 0.3
		W, b := p.W.Clone(), p.b.Clone()
		costs := f(W, b, t.in("X", p.X), t.in("Y", p.Y), steps, rate)
		right := p.descend(steps, rate)
		gradients := []gradcheck.Gradient{
			{Name: "W", Got: W, Want: right.W},
			{Name: "b", Got: b, Want: right.b},
			{Name: "costs", Got: floats(costs), Want: floats(right.costs)},
		}
		for _, c := range []struct {
			mistake gradcheck.Mistake
			steps   int
			rate    float64
			text    string
		}{
			{gradcheck.Sign, steps, -rate, "go uphill, along the gradient"},
			{gradcheck.MissingMean, steps, rate * float64(t.m), "move by the sum over the examples"},
			{gradcheck.DoubleMean, steps, rate / float64(t.m), "move by the mean over the examples, divided by m once more"},
			{gradcheck.Other, steps - 1, rate, "have made a step too few"},
			{gradcheck.Other, steps + 1, rate, "have made a step too many"},
			{gradcheck.Other, 1, rate, "have made a single step"},
			{gradcheck.Other, 0, rate, "have not moved"},
			{gradcheck.Other, steps, 1, "do not use the rate"},
		} {
			end := p.descend(c.steps, c.rate)
			for k, value := range []*Matrix{end.W, end.b, floats(end.costs)} {
				gradients[k].Suspects = append(gradients[k].Suspects, wrong(c.mistake, value, "is what it is when W and b "+c.text))
			}
		}
		after := p.descend(steps+1, rate).costs[1:]
		gradients[2].Suspects = append(gradients[2].Suspects, wrong(gradcheck.Other, floats(after), "is the costs after each step, not before"))
		for _, g := range gradients {
			t.result(g)
		}
	},
}

// descent is where gradient descent ends, and the costs on its way.
type descent struct {
	W, b  *Matrix
	costs []float64
}

// descend makes steps of gradient descent from W and b.
func (p logistic) descend(steps int, rate float64) descent {
	p.W, p.b = p.W.Clone(), p.b.Clone()
	costs := []float64{}
	for range steps {
		A := p.a()
		costs = append(costs, losses.BinaryCrossEntropy[float64]{}.Value(A, p.Y))
		g := p.layer(minus(A, p.Y)).Backward()
		matrix.AddScaled(p.W, -rate, g.DW)
		matrix.AddScaled(p.b, -rate, g.DB)
	}
	return descent{p.W, p.b, costs}
}

// Predict is the predictions of logistic regression.
var Predict = Exercise[func(W, b, X *Matrix) (yhat *Matrix)]{
	Name: "predict", Lab: 2, Task: "Return 1×m: 1 where σ(W·X + b) > 0.5, else 0.",
	try: func(t *trial, f func(_, _, _ *Matrix) *Matrix) {
		p := t.logistic()
		got := f(t.in("W", p.W), t.in("b", p.b), t.in("X", p.X))
		above := func(x *Matrix) *Matrix {
			return mapped(x, func(v float64) float64 {
				if v > 0.5 {
					return 1
				}
				return 0
			})
		}
		right := above(p.a())
		t.out("yhat", got, right,
			wrong(gradcheck.Sign, mapped(right, func(v float64) float64 { return 1 - v }), "is 0 where it must be 1, and 1 where it must be 0"),
			wrong(gradcheck.Other, p.a(), "is the probabilities", "Compare them with 0.5."),
			wrong(gradcheck.Other, above(affine(p.W, p.X, p.b)), "compares z with 0.5, not a"))
	},
}
