package lab

import (
	"fmt"
	"math"

	"gradlab/gradcheck"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/optim"
)

// Lab 6: initialisation.

// randn is numpy's: the student's function draws from it.
type randn = func(rows, cols int) *Matrix

// HeInit is the initialisation for ReLU.
var HeInit = initExercise("He initialisation", "Return W = randn(n, nPrev)·√(2/nPrev) and b = 0.", layers.He, layers.Xavier)

// XavierInit is the initialisation for tanh.
var XavierInit = initExercise("Xavier initialisation", "Return W = randn(n, nPrev)·√(1/nPrev) and b = 0.", layers.Xavier, layers.He)

func initExercise(name, task string, right, other layers.Init) Exercise[func(nPrev, n int, randn randn) (W, b *Matrix)] {
	return Exercise[func(nPrev, n int, randn randn) (W, b *Matrix)]{
		Name: name, Lab: 6, Task: task,
		try: func(t *trial, f func(int, int, randn) (_, _ *Matrix)) {
			var drawn []*Matrix
			W, b := f(t.nPrev, t.n, func(rows, cols int) *Matrix {
				x := t.randn(rows, cols)
				drawn = append(drawn, x)
				return x.Clone()
			})
			if len(drawn) == 0 {
				panic(&failure{gradcheck.Other, "it does not call randn", "Where do random numbers come from?"})
			}
			x := drawn[0]
			if x.Rows != t.n || x.Cols != t.nPrev {
				x = t.randn(t.n, t.nPrev) // W is of another shape anyway
			}
			std := right(t.nPrev, t.n)
			square := std * std
			t.out("W", W, times(std, x),
				wrong(gradcheck.WrongAxis, times(right(t.n, t.nPrev), x), "is scaled by the number of units of this layer, not of the one before", "How many terms are added up to a z?"),
				wrong(gradcheck.Factor2, times(other(t.nPrev, t.n), x), "is scaled for another activation: √(1/nPrev) is for tanh, √(2/nPrev) for ReLU"),
				wrong(gradcheck.Other, times(square, x), "lacks the root", "What is scaled, the variance or the standard deviation?"),
				wrong(gradcheck.Other, times(0.01, x), "is 0.01 times randn"),
				wrong(gradcheck.Other, x, "is not scaled"))
			t.out("b", b, matrix.New[float64](t.n, 1))
		},
	}
}

// ReLUGain is how a layer changes the size of what passes through it.
var ReLUGain = Exercise[func(nPrev int, std float64) float64]{
	Name: "gain", Lab: 6, Task: "The entries of W have mean 0 and standard deviation std, b = 0, a = relu(W·aPrev). Return by which factor the mean of a² is larger than that of aPrev².",
	try: func(t *trial, f func(int, float64) float64) {
		std := 0.1 + t.random.Float64()
		n := float64(t.nPrev)
		right := float64(n*std) * std / 2
		t.number("gain", f(t.nPrev, std), right,
			wrong(gradcheck.Factor2, number(2*right), "is that of z: ReLU makes half of them 0", "What is left of the mean of z² if half of the z, the negative ones, become 0?"),
			wrong(gradcheck.Other, number(n*std/2), "takes std in place of std²", "What adds up in a sum of independent numbers, the variances or the standard deviations?"),
			wrong(gradcheck.Other, number(right/n), "lacks nPrev", "How many terms does a z have?"),
			wrong(gradcheck.Other, number(math.Sqrt(right)), "is the root of it: the factor of √(mean of a²)"))
	},
}

// Lab 7: regularisation.

// L2Cost is the cross-entropy with the penalty.
var L2Cost = Exercise[func(A, Y *Matrix, W []*Matrix, lambda float64) float64]{
	Name: "cost with L2", Lab: 7, Task: "Return the cross-entropy of A and Y plus λ/2m Σ ‖W[l]‖² over the layers l = 1, …, L. (W[0] is nil.)",
	try: func(t *trial, f func(_, _ *Matrix, _ []*Matrix, _ float64) float64) {
		const lambda = 0.7
		A, Y := t.probabilities(1, t.m), t.labels(1, t.m)
		W := []*Matrix{nil, t.randn(t.n, t.nPrev), t.randn(t.n+1, t.n), t.randn(1, t.n+1)}
		got := f(t.in("A", A), t.in("Y", Y), t.list("W", W), lambda)
		entropy := losses.BinaryCrossEntropy[float64]{}.Value(A, Y)
		squares, norms := 0.0, 0.0
		for _, w := range W[1:] {
			squares += matrix.SumSquares(w.Data)
			norms += length(w.Data)
		}
		penalty := lambda / 2 / float64(t.m) * squares
		t.result(gradcheck.Gradient{
			Name: "cost", Got: number(got), Want: number(entropy + penalty),
			Suspects: []gradcheck.Suspect{
				wrong(gradcheck.Other, number(entropy+penalty/squares*norms), "adds the norms, not their squares"),
				wrong(gradcheck.Other, number(entropy+penalty/squares*(squares-matrix.SumSquares(W[3].Data))), "leaves out the last layer"),
				wrong(gradcheck.Other, number(entropy+penalty/squares*(squares-matrix.SumSquares(W[1].Data))), "leaves out the first layer"),
				wrong(gradcheck.Other, number(penalty), "is the penalty alone"),
			},
			Sums: []gradcheck.Sum{{Rest: number(entropy), Term: number(penalty), Name: "the penalty", Missing: gradcheck.MissingL2}},
		})
	},
}

// LinearBackwardL2 is LinearBackward with the penalty.
var LinearBackwardL2 = Exercise[func(dZ, aPrev, W *Matrix, lambda float64) (dW, db, daPrev *Matrix)]{
	Name: "linear backward with L2", Lab: 7, Task: "Return the gradients of W, b and aPrev for z = W·aPrev + b and a cost with the penalty λ/2m ‖W‖², those of W and b as means over the m examples.",
	try: func(t *trial, f func(_, _, _ *Matrix, _ float64) (_, _, _ *Matrix)) {
		l := gradcheck.Layer{DZ: t.randn(t.n, t.m), APrev: t.randn(t.nPrev, t.m), W: t.randn(t.n, t.nPrev), Mean: true, Lambda: 0.7}
		dW, db, daPrev := f(t.in("dZ", l.DZ), t.in("aPrev", l.APrev), t.in("W", l.W), l.Lambda)
		t.layer(l, gradcheck.Gradients{DW: dW, DB: db, DAPrev: daPrev}, "dW", "db", "daPrev")
	},
}

// mask returns a mask that keeps and drops, and the uniform numbers it is from.
func (t *trial) mask(rows, cols int, keep float64) (mask, uniform *Matrix) {
	uniform = t.fill(rows, cols, t.random.Float64)
	uniform.Data[0] = (1 + keep) / 2 // dropped
	uniform.Data[len(uniform.Data)-1] = keep / 2
	return mapped(uniform, func(u float64) float64 {
		if u < keep {
			return 1
		}
		return 0
	}), uniform
}

// DropoutForward is inverted dropout.
var DropoutForward = Exercise[func(A, U *Matrix, keep float64) (dropped, D *Matrix)]{
	Name: "dropout forward", Lab: 7, Task: "U holds uniform numbers. Return A ⊙ D / keep and the mask D, 1 where U < keep and 0 elsewhere.",
	try: func(t *trial, f func(_, _ *Matrix, _ float64) (_, _ *Matrix)) {
		const keep = 0.7
		A := t.randn(t.n, t.m)
		D, U := t.mask(t.n, t.m, keep)
		got, gotD := f(t.in("A", A), t.in("U", U), keep)
		complement := mapped(D, func(d float64) float64 { return 1 - d })
		t.out("D", gotD, D, wrong(gradcheck.Other, complement, "keeps what is to be dropped", "How often is a uniform number below 0.7?"))
		t.out("A", got, times(1/keep, hadamard(A, D)), append(
			gradcheck.WrongDropout("A", A, D, keep),
			wrong(gradcheck.Other, times(1/keep, hadamard(A, complement)), "keeps what is to be dropped"))...)
	},
}

// DropoutBackward is the gradient through a dropout.
var DropoutBackward = Exercise[func(dA, D *Matrix, keep float64) *Matrix]{
	Name: "dropout backward", Lab: 7, Task: "D is the mask of the forward pass A ⊙ D / keep. Return the gradient by A, if dA is that by the result.",
	try: func(t *trial, f func(_, _ *Matrix, _ float64) *Matrix) {
		const keep = 0.7
		dA := t.randn(t.n, t.m)
		D, _ := t.mask(t.n, t.m, keep)
		got := f(t.in("dA", dA), t.in("D", D), keep)
		t.out("dA", got, times(1/keep, hadamard(dA, D)), gradcheck.WrongDropout("dA", dA, D, keep)...)
	},
}

// DenseBackwardRegularised returns the exercise to write the backward pass of a
// dense layer with L2 and with dropout after it.
func DenseBackwardRegularised(g Activation) Exercise[func(dA, D *Matrix, keep float64, z, aPrev, W *Matrix, lambda float64) (dz, dW, db, daPrev *Matrix)] {
	return Exercise[func(dA, D *Matrix, keep float64, z, aPrev, W *Matrix, lambda float64) (dz, dW, db, daPrev *Matrix)]{
		Name: "dense backward with L2 and dropout, " + nameOf(g), Lab: 7,
		Task: "a = g(z) ⊙ D / keep, g = " + nameOf(g) + ", and the cost has the penalty λ/2m ‖W‖². Return the gradients of z, W, b and aPrev, those of W and b as means over the m examples.",
		try: func(t *trial, f func(_, _ *Matrix, _ float64, _, _, _ *Matrix, _ float64) (_, _, _, _ *Matrix)) {
			l := gradcheck.Layer{
				G: g, DA: t.randn(t.n, t.m), Z: t.randn(t.n, t.m), APrev: t.randn(t.nPrev, t.m), W: t.randn(t.n, t.nPrev),
				Mean: true, Lambda: 0.7, Keep: 0.8,
			}
			l.Mask, _ = t.mask(t.n, t.m, l.Keep)
			dz, dW, db, daPrev := f(t.in("dA", l.DA), t.in("D", l.Mask), l.Keep, t.in("z", l.Z), t.in("aPrev", l.APrev), t.in("W", l.W), l.Lambda)
			t.layer(l, gradcheck.Gradients{DZ: dz, DW: dW, DB: db, DAPrev: daPrev}, "dz", "dW", "db", "daPrev")
		},
	}
}

// Lab 8: gradient checking.

// NumericalDerivative is a central difference.
var NumericalDerivative = Exercise[func(J func(theta float64) float64, theta, epsilon float64) float64]{
	Name: "numerical derivative", Lab: 8, Task: "Return (J(θ+ε) - J(θ-ε)) / 2ε.",
	try: func(t *trial, f func(func(float64) float64, float64, float64) float64) {
		const epsilon = 0.1 // so large that one-sided differences are visibly others
		theta := 1 + t.random.Float64()
		J := func(x float64) float64 { return x * x * x }
		derivative := func(from, to, h float64) float64 { return (J(theta+to) - J(theta+from)) / h }
		t.number("derivative", f(J, theta, epsilon), derivative(-epsilon, epsilon, 2*epsilon),
			wrong(gradcheck.Other, number(derivative(0, epsilon, epsilon)), "is the one-sided difference (J(θ+ε)-J(θ))/ε", "Its error is of the size of ε, that of the central difference of ε²."),
			wrong(gradcheck.Other, number(derivative(-epsilon, 0, epsilon)), "is the one-sided difference (J(θ)-J(θ-ε))/ε", "Its error is of the size of ε, that of the central difference of ε²."),
			wrong(gradcheck.Other, number(3*theta*theta), "is the exact derivative, not the difference quotient with the ε that is given"))
	},
}

// NumericalGradient is the central differences by all entries.
var NumericalGradient = Exercise[func(J func(theta *Matrix) float64, theta *Matrix, epsilon float64) *Matrix]{
	Name: "numerical gradient", Lab: 8, Task: "θ is n×1. Return n×1: (J(θ+ε·eᵢ) - J(θ-ε·eᵢ)) / 2ε for every i. J must not see other changes of θ.",
	try: func(t *trial, f func(func(*Matrix) float64, *Matrix, float64) *Matrix) {
		const epsilon = 0.1
		theta := t.randn(t.n+1, 1)
		J := func(x *Matrix) float64 { // Σ i·xᵢ³ + (Σ x)²
			s, all := 0.0, 0.0
			for i, v := range x.Data {
				s += float64(i+1) * v * v * v
				all += v
			}
			return s + all*all
		}
		differences := func(from, to, h float64, keep bool) *Matrix {
			g, x := like(theta), theta.Clone()
			for i := range x.Data {
				old := x.Data[i]
				x.Data[i] = old + to
				plus := J(x)
				x.Data[i] = old + from
				g.Data[i] = (plus - J(x)) / h
				if !keep {
					x.Data[i] = old
				}
			}
			return g
		}
		t.out("gradient", f(J, t.in("theta", theta), epsilon), differences(-epsilon, epsilon, 2*epsilon, false),
			wrong(gradcheck.Other, differences(-epsilon, epsilon, 2*epsilon, true), "does not put θᵢ back before the next one", "Where is θ after the first entry?"),
			wrong(gradcheck.Other, differences(0, epsilon, epsilon, false), "is made of one-sided differences", "Their error is of the size of ε, that of central differences of ε²."),
			wrong(gradcheck.Other, differences(-epsilon, 0, epsilon, false), "is made of one-sided differences", "Their error is of the size of ε, that of central differences of ε²."))
	},
}

// RelativeError is the measure of a gradient check.
var RelativeError = Exercise[func(gradient, numerical *Matrix) float64]{
	Name: "relative error", Lab: 8, Task: "Return ‖g-n‖ / (‖g‖+‖n‖).",
	try: func(t *trial, f func(_, _ *Matrix) float64) {
		g := t.randn(t.n+1, t.m)
		n := plus(g, times(0.3, t.randn(t.n+1, t.m)))
		difference, both := length(minus(g, n).Data), length(g.Data)+length(n.Data)
		t.number("error", f(t.in("gradient", g), t.in("numerical", n)), difference/both,
			wrong(gradcheck.Other, number(difference), "is not relative: the denominator is missing"),
			wrong(gradcheck.Other, number(difference/length(plus(g, n).Data)), "divides by ‖g+n‖", "What is ‖g+n‖ if g has the wrong sign?"),
			wrong(gradcheck.Other, number(difference/length(n.Data)), "divides by ‖n‖ alone"),
			wrong(gradcheck.Other, number(difference/length(g.Data)), "divides by ‖g‖ alone"),
			wrong(gradcheck.Other, number(difference*difference/(length(g.Data)*length(g.Data)+length(n.Data)*length(n.Data))), "takes squares of norms in place of norms"))
	},
}

// Lab 9: optimisation.

// MiniBatches cuts a data set.
var MiniBatches = Exercise[func(X, Y *Matrix, size int, order []int) (Xs, Ys []*Matrix)]{
	Name: "mini-batches", Lab: 9, Task: "Take the columns of X and Y in the order given, and cut both into batches of so many columns. The last one may be shorter.",
	try: func(t *trial, f func(_, _ *Matrix, _ int, _ []int) (_, _ []*Matrix)) {
		m := 2*t.m + 1 // with batches of t.m the last has one column
		X, Y := t.randn(t.nPrev, m), t.labels(1, m)
		order := make([]int, m)
		for j := range order {
			order[j] = j
		}
		matrix.Shuffle(t.random, order)
		Xs, Ys := f(t.in("X", X), t.in("Y", Y), t.m, append([]int(nil), order...))
		for _, list := range []struct {
			name string
			got  []*Matrix
			of   *Matrix
		}{{"Xs", Xs, X}, {"Ys", Ys, Y}} {
			right := batches(list.of, t.m, order)
			unordered := batches(list.of, t.m, nil)
			for k, want := range right {
				if len(list.got) > 0 && len(list.got) != len(right) {
					panic(&failure{gradcheck.Shape, fmt.Sprintf("%s has %d batches of %d examples in %d, it must have %d", list.name, len(list.got), t.m, m, len(right)), "What becomes of the examples that are left when all full batches are cut?"})
				}
				t.out(fmt.Sprintf("%s[%d]", list.name, k), t.element(list.name, list.got, k, len(right)), want,
					wrong(gradcheck.Other, unordered[k], "has the columns in their old order"))
			}
		}
	},
}

// batches cuts the columns of x, in an order or as they are.
func batches(x *Matrix, size int, order []int) []*Matrix {
	var all []*Matrix
	for from := 0; from < x.Cols; from += size {
		b := &Matrix{Rows: x.Rows}
		for j := from; j < min(from+size, x.Cols); j++ {
			at := j
			if order != nil {
				at = order[j]
			}
			b.Data = append(b.Data, x.Col(at)...)
			b.Cols++
		}
		all = append(all, b)
	}
	return all
}

// Momentum is a step of gradient descent with momentum.
var Momentum = Exercise[func(W, dW, v *Matrix, beta, rate float64) (newW, newV *Matrix)]{
	Name: "momentum", Lab: 9, Task: "v ← βv + (1-β)dW, W ← W - rate·v. Return the new W and v.",
	try: func(t *trial, f func(_, _, _ *Matrix, _, _ float64) (_, _ *Matrix)) {
		const beta, rate = 0.9, 0.3
		W, dW, v := t.randn(t.n, t.nPrev), t.randn(t.n, t.nPrev), t.randn(t.n, t.nPrev)
		gotW, gotV := f(W.Clone(), t.in("dW", dW), v.Clone(), beta, rate)
		newV := average(beta, v, dW)
		move := func(v *Matrix) *Matrix { return minus(W, times(rate, v)) }
		without := plus(times(beta, v), dW)
		swapped := average(1-beta, v, dW)
		t.out("v", gotV, newV,
			wrong(gradcheck.Other, without, "lacks the factor 1-β"),
			wrong(gradcheck.Other, swapped, "has β and 1-β the wrong way round"))
		t.result(gradcheck.Gradient{
			Name: "W", Got: gotW, Want: move(newV), Follows: follow(gotV, v, move, newV),
			Suspects: []gradcheck.Suspect{
				wrong(gradcheck.StaleWeights, move(v), "moves by the v of the step before"),
				wrong(gradcheck.Other, move(dW), "moves by dW, without momentum"),
				wrong(gradcheck.Other, minus(W, newV), "does not use the rate"),
			},
			Sums: []gradcheck.Sum{{Rest: W, Term: times(-rate, newV), Name: "the step", Missing: gradcheck.Other}},
		})
	},
}

// average returns βv + (1-β)g.
func average(beta float64, v, g *Matrix) *Matrix { return plus(times(beta, v), times(1-beta, g)) }

// follow returns what is right if got was, where it has the shape it must have.
func follow(got, shape *Matrix, f func(*Matrix) *Matrix, otherwise *Matrix) *Matrix {
	if got != nil && got.Rows == shape.Rows && got.Cols == shape.Cols && len(got.Data) == len(shape.Data) {
		return f(got)
	}
	return f(otherwise)
}

// Adam is a step of Adam.
var Adam = Exercise[func(W, dW, v, s *Matrix, step int, rate, beta1, beta2, epsilon float64) (newW, newV, newS *Matrix)]{
	Name: "Adam", Lab: 9, Task: "v ← β₁v + (1-β₁)dW, s ← β₂s + (1-β₂)dW², W ← W - rate·v̂/(√ŝ+ε) with v̂ = v/(1-β₁ᵗ), ŝ = s/(1-β₂ᵗ), t the number of the step from 1. Return the new W, v and s.",
	try: func(t *trial, f func(_, _, _, _ *Matrix, _ int, _, _, _, _ float64) (_, _, _ *Matrix)) {
		const rate, beta1, beta2, epsilon, step = 0.3, 0.9, 0.99, 0.01, 3
		W, dW, v := t.randn(t.n, t.nPrev), t.randn(t.n, t.nPrev), t.randn(t.n, t.nPrev)
		s := mapped(t.randn(t.n, t.nPrev), func(x float64) float64 { return x * x })
		gotW, gotV, gotS := f(W.Clone(), t.in("dW", dW), v.Clone(), s.Clone(), step, rate, beta1, beta2, epsilon)
		newV, newS := average(beta1, v, dW), average(beta2, s, hadamard(dW, dW))
		t.out("v", gotV, newV,
			wrong(gradcheck.Other, times(1/(1-matrix.PowInt(beta1, step)), newV), "is corrected already: what is kept for the next step is not"),
			wrong(gradcheck.Other, average(1-beta1, v, dW), "has β₁ and 1-β₁ the wrong way round"))
		t.out("s", gotS, newS,
			wrong(gradcheck.Other, average(beta2, s, dW), "takes dW in place of dW²"),
			wrong(gradcheck.Other, times(1/(1-matrix.PowInt(beta2, step)), newS), "is corrected already: what is kept for the next step is not"),
			wrong(gradcheck.Other, average(1-beta2, s, hadamard(dW, dW)), "has β₂ and 1-β₂ the wrong way round"))

		move := func(v, s *Matrix, c1, c2 float64, step func(v, s float64) float64) *Matrix {
			moved := W.Clone()
			for i := range moved.Data {
				moved.Data[i] -= rate * step(v.Data[i]/c1, s.Data[i]/c2)
			}
			return moved
		}
		adam := func(v, s float64) float64 { return v / (math.Sqrt(s) + epsilon) }
		c1, c2 := 1-matrix.PowInt(beta1, step), 1-matrix.PowInt(beta2, step)
		right := move(newV, newS, c1, c2, adam)
		t.result(gradcheck.Gradient{
			Name: "W", Got: gotW, Want: right,
			Follows: follow(gotS, s, func(s *Matrix) *Matrix {
				return follow(gotV, v, func(v *Matrix) *Matrix { return move(v, s, c1, c2, adam) }, newV)
			}, newS),
			Suspects: []gradcheck.Suspect{
				wrong(gradcheck.Other, move(newV, newS, 1, 1, adam), "has no bias correction"),
				wrong(gradcheck.Other, move(newV, newS, c1, 1, adam), "lacks the bias correction of s"),
				wrong(gradcheck.Other, move(newV, newS, 1, c2, adam), "lacks the bias correction of v"),
				wrong(gradcheck.Other, move(newV, newS, c1, c2, func(v, s float64) float64 { return v / math.Sqrt(s+epsilon) }), "has ε under the root"),
				wrong(gradcheck.Other, move(newV, newS, c1, c2, func(v, s float64) float64 { return v / (s + epsilon) }), "lacks the root"),
				wrong(gradcheck.StaleWeights, move(v, s, c1, c2, adam), "moves by the v and s of the step before"),
			},
			Sums: []gradcheck.Sum{{Rest: W, Term: minus(right, W), Name: "the step", Missing: gradcheck.Other}},
		})
	},
}

// RateDecay is the course's learning rate decay.
var RateDecay = Exercise[func(rate0, decay float64, epoch int) float64]{
	Name: "learning rate decay", Lab: 9, Task: "Return rate0 / (1 + decay·epoch).",
	try: func(t *trial, f func(_, _ float64, _ int) float64) {
		epoch := 2 + t.random.IntN(9)
		right := optim.InverseTime{Rate0: 0.5, Decay: 0.25, Every: 1}.Rate(epoch, 0)
		t.number("rate", f(0.5, 0.25, epoch), right,
			wrong(gradcheck.Other, number(0.5/(1+0.25)*float64(epoch)), "is rate0 / (1 + decay) · epoch: a parenthesis ends too early"),
			wrong(gradcheck.Other, number(0.5/1+0.25*float64(epoch)), "is rate0 / 1 + decay·epoch: the parentheses are missing"),
			wrong(gradcheck.Other, number(right/0.5), "lacks rate0"),
			wrong(gradcheck.Other, number(0.5/(0.25*float64(epoch))), "lacks the 1", "What is the rate of epoch 0?"))
	},
}

// ScheduledDecay is the decay at intervals.
var ScheduledDecay = Exercise[func(rate0, decay float64, epoch, interval int) float64]{
	Name: "scheduled decay", Lab: 9, Task: "Return rate0 / (1 + decay·⌊epoch/interval⌋).",
	try: func(t *trial, f func(_, _ float64, _, _ int) float64) {
		epoch := 1001 + t.random.IntN(900)
		right := optim.InverseTime{Rate0: 0.5, Decay: 0.25, Every: 500}.Rate(epoch, 0)
		t.number("rate", f(0.5, 0.25, epoch, 500), right,
			wrong(gradcheck.Other, number(0.5/(1+0.25*float64(epoch)/500)), "does not round epoch/interval down"),
			wrong(gradcheck.Other, number(0.5/(1+0.25*float64(epoch))), "does not use the interval"))
	},
}
