package lab

import (
	"math"

	"gradlab/gradcheck"
	"gradlab/losses"
	"gradlab/matrix"
)

// Lab 4, Part 1 of the article: the backward pass equation by equation, for one
// example in a network of two layers, and Algorithm 2 for a batch. Gradients are
// those of the article and of the framework: the 1/m of a mean is in da.

// LastLayer is the equations (7) to (13), for one example.
var LastLayer = Exercise[func(y, a2, z2, a1, W2 *Matrix) (da2, dz2, dW2, da1, db2 *Matrix)]{
	Name: "last layer", Lab: 4, Task: "z2 = W2·a1 + b2, a2 = σ(z2), L = -Σ [y log a2 + (1-y) log(1-a2)], for one example: y, a2 and z2 are n2×1, a1 is n1×1. Return the gradients of L by a2, z2, W2, a1 and b2.",
	try: func(t *trial, f func(_, _, _, _, _ *Matrix) (_, _, _, _, _ *Matrix)) {
		t.m, t.evidence.Examples = 1, 1
		y, a1, W2, z2 := t.labels(t.n, 1), t.randn(t.nPrev, 1), t.weights(t.n, t.nPrev), t.randn(t.n, 1)
		a2 := activate(sigmoid, z2)
		da2, dz2, dW2, da1, db2 := f(t.in("y", y), t.in("a2", a2), t.in("z2", z2), t.in("a1", a1), t.in("W2", W2))

		right := like(y)
		losses.BinaryCrossEntropy[float64]{}.Prime(right, a2, y)
		t.result(gradcheck.Gradient{
			Name: "da2", Got: da2, Want: right, Suspects: wrongEntropyPrime(a2, y, 1),
			Hint: "For y = 1 the loss is -log a, for y = 0 it is -log(1-a). What is the derivative of each by a (7)?",
		})
		l := gradcheck.Layer{G: sigmoid, DA: right, GotDA: da2, Z: z2, A: a2, APrev: a1, W: W2}
		g := l.Evidence(gradcheck.Gradients{DZ: dz2, DW: dW2, DB: db2, DAPrev: da1}).Gradients
		l.G, l.A = tanh, nil
		g[0].Suspects = append(g[0].Suspects,
			wrong(gradcheck.Other, hadamard(minus(a2, y), mapped(a2, func(a float64) float64 { return a * (1 - a) })), tooMany, tooManyHint),
			wrong(gradcheck.Other, l.Backward().DZ, "has the derivative of tanh, but this layer has σ"))
		t.result(named("dz2", g[0]))
		t.result(named("dW2", g[1]))
		t.result(named("da1", g[3]))
		t.result(named("db2", g[2]))
	},
}

// wrongEntropyPrime returns what mistakes make of the derivative of the
// cross-entropy by a, factor times the sum over the examples.
func wrongEntropyPrime(a, y *Matrix, factor float64) []gradcheck.Suspect {
	each := func(f func(y, a float64) float64) *Matrix { return times(factor, mapped2(y, a, f)) }
	const inner = "What is the derivative of log(1-a) by a (7)?"
	const precedence = "Go divides before it subtracts, as one does on paper: a fraction's denominator needs brackets."
	return []gradcheck.Suspect{
		wrong(gradcheck.Other, each(func(y, a float64) float64 { return a - y }), "is a - y, which is ∂L/∂z: the derivative of the activation is in it already", "Which of the two does (7) ask for?"),
		wrong(gradcheck.Other, each(func(y, a float64) float64 { return -y / a }), "is -y/a alone: the outputs with y = 0 are missing", inner),
		wrong(gradcheck.Other, each(func(y, a float64) float64 { return -y/a - (1-y)/(1-a) }), "has the wrong sign before (1-y)/(1-a)", inner),
		wrong(gradcheck.Other, each(func(y, a float64) float64 { return -y*math.Log(a) - (1-y)*math.Log(1-a) }), "is the loss itself, not its derivative"),
		wrong(gradcheck.Other, each(func(y, a float64) float64 { return -y/a + (1 - y) - a }), "is -y/a + (1-y)/1 - a: brackets are missing", precedence),
		wrong(gradcheck.Other, each(func(y, a float64) float64 { return -y/a + 1 - y/(1-a) }), "is -y/a + 1 - y/(1-a): brackets are missing", precedence),
		wrong(gradcheck.MissingMean, each(func(y, a float64) float64 { return -y/a/factor + (1-y)/(1-a) }), "has only its second term divided by m: brackets are missing", precedence),
	}
}

// FirstLayer is the equations (15) to (18), for one example.
var FirstLayer = Exercise[func(da1, z1, x *Matrix) (dz1, dW1, db1 *Matrix)]{
	Name: "first layer", Lab: 4, Task: "z1 = W1·x + b1, a1 = tanh z1, for one example: da1 and z1 are n1×1, x is n0×1. da1 is ∂L/∂a1. Return the gradients of L by z1, W1 and b1.",
	try: func(t *trial, f func(_, _, _ *Matrix) (_, _, _ *Matrix)) {
		t.m, t.evidence.Examples = 1, 1
		l := gradcheck.Layer{G: tanh, DA: t.randn(t.n, 1), Z: t.randn(t.n, 1), APrev: t.randn(t.nPrev, 1)}
		dz1, dW1, db1 := f(t.in("da1", l.DA), t.in("z1", l.Z), t.in("x", l.APrev))
		g := l.Evidence(gradcheck.Gradients{DZ: dz1, DW: dW1, DB: db1}).Gradients
		l.G = sigmoid
		g[0].Suspects = append(g[0].Suspects, wrong(gradcheck.Other, l.Backward().DZ, "has the derivative of σ, but this layer has tanh"))
		for k, name := range []string{"dz1", "dW1", "db1"} {
			t.result(named(name, g[k]))
		}
	},
}

// Backward is Algorithm 2 for any activation, whose derivative it is given.
var Backward = Exercise[func(gPrime func(z float64) float64, da, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix)]{
	Name: "backward", Lab: 4, Task: "z = W·aPrev + b and a = g(z) for m examples. Return the gradients of z, W, b and aPrev, those of W and b as sums over the examples: da has the 1/m of the cost in it.",
	try: func(t *trial, f func(_ func(float64) float64, _, _, _, _ *Matrix) (_, _, _, _ *Matrix)) {
		g := []Activation{tanh, sigmoid, relu}[t.random.IntN(3)]
		l := gradcheck.Layer{G: g, DA: t.randn(t.n, t.m), Z: t.randn(t.n, t.m), APrev: t.randn(t.nPrev, t.m), W: t.weights(t.n, t.nPrev)}
		dz, dW, db, daPrev := f(primeOf(g), t.in("da", l.DA), t.in("z", l.Z), t.in("aPrev", l.APrev), t.in("W", l.W))
		t.layer(l, gradcheck.Gradients{DZ: dz, DW: dW, DB: db, DAPrev: daPrev}, "dz", "dW", "db", "daPrev")
	},
}

// primeOf returns g′.
func primeOf(g Activation) func(z float64) float64 {
	return func(z float64) float64 {
		at, da, dz := number(z), number(1), matrix.New[float64](1, 1)
		g.Backward(dz, da, at, activate(g, at))
		return dz.Data[0]
	}
}
