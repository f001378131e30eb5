package lab

import (
	"fmt"

	"gradlab/gradcheck"
	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
)

// Labs 3 to 5: networks. W is n×nPrev, b is n×1, a column is an example. Lists
// of matrices are indexed as in the equations: W[1] is that of the first layer
// and W[0] is nil; A[0] is X.

var (
	sigmoid Activation = layers.Sigmoid[float64]{}
	tanh    Activation = layers.Tanh[float64]{}
	relu    Activation = layers.ReLU[float64]{}
)

// nameOf returns the name of an activation.
func nameOf(g Activation) string { return parts.NameOf(g, parts.Activations[float64]()) }

// LinearForward is z = W·a + b.
var LinearForward = Exercise[func(aPrev, W, b *Matrix) (z *Matrix)]{
	Name: "linear forward", Lab: 4, Task: "Return W·aPrev + b.",
	try: func(t *trial, f func(_, _, _ *Matrix) *Matrix) {
		aPrev, W, b := t.randn(t.nPrev, t.m), t.randn(t.n, t.nPrev), t.randn(t.n, 1)
		t.z("z", f(t.in("aPrev", aPrev), t.in("W", W), t.in("b", b)), aPrev, W, b, nil)
	},
}

// DenseForward returns the exercise to write the forward pass of a dense layer
// with the activation g.
func DenseForward(g Activation) Exercise[func(aPrev, W, b *Matrix) (z, a *Matrix)] {
	return Exercise[func(aPrev, W, b *Matrix) (z, a *Matrix)]{
		Name: "dense forward, " + nameOf(g), Lab: 4, Task: "Return z = W·aPrev + b and a = g(z) for g = " + nameOf(g) + ".",
		try: func(t *trial, f func(_, _, _ *Matrix) (_, _ *Matrix)) {
			aPrev, W, b := t.randn(t.nPrev, t.m), t.randn(t.n, t.nPrev), t.randn(t.n, 1)
			z, a := f(t.in("aPrev", aPrev), t.in("W", W), t.in("b", b))
			t.a("a", a, t.z("z", z, aPrev, W, b, g), z, g)
		},
	}
}

// z tells the z of a layer that the function returned. It returns the right one.
// g is the activation, nil for z alone.
func (t *trial) z(name string, got, aPrev, W, b *Matrix, g Activation) *Matrix {
	right := affine(W, aPrev, b)
	t.result(gradcheck.Gradient{Name: name, Got: got, Want: right, Suspects: wrongZ(aPrev, W, b, g)})
	return right
}

// wrongZ returns what mistakes make of z.
func wrongZ(aPrev, W, b *Matrix, g Activation) []gradcheck.Suspect {
	suspects := []gradcheck.Suspect{wrong(gradcheck.Other, product(W, aPrev), "lacks b", "What is z where all of aPrev is 0 (1)?")}
	if W.Rows == W.Cols {
		suspects = append(suspects, wrong(gradcheck.Transposed, affine(transpose(W), aPrev, b), "is Wᵀ·aPrev + b", "Write the shapes under the factors (1)."))
	}
	if g != nil {
		suspects = append(suspects, wrong(gradcheck.Other, activate(g, affine(W, aPrev, b)), "is g(z): the activation has been put into the same matrix", "The backward pass needs z as it was (9), (15)."))
	}
	return suspects
}

// a tells the activation of a layer that the function returned, for the right z
// and the one that it returned.
func (t *trial) a(name string, got, z, gotZ *Matrix, g Activation) *Matrix {
	right := activate(g, z)
	of := z
	if gotZ != nil && gotZ.Rows == z.Rows && gotZ.Cols == z.Cols {
		of = gotZ
	}
	suspects := []gradcheck.Suspect{
		wrong(gradcheck.Other, of, "is z itself, without the activation"),
		wrong(gradcheck.Other, activate(g, right), "has the activation twice"),
		wrong(gradcheck.Other, gradcheck.Layer{G: g, DA: ones(z.Rows, z.Cols), Z: of}.Backward().DZ, "is g′(z), the derivative of the activation"),
		wrong(gradcheck.WrongAxis, transpose(activate(g, transpose(z))), "is taken along the rows, over the examples"),
	}
	for _, other := range []Activation{sigmoid, tanh, relu} {
		if other != g {
			suspects = append(suspects, wrong(gradcheck.Other, activate(other, of), "is "+nameOf(other)+" of z, but this layer has "+nameOf(g)))
		}
	}
	t.result(gradcheck.Gradient{Name: name, Got: got, Want: right, Follows: activate(g, of), Suspects: suspects})
	return right
}

// ForwardTwoLayers is the forward pass of a network with one hidden layer.
var ForwardTwoLayers = Exercise[func(X, W1, b1, W2, b2 *Matrix) (Z1, A1, Z2, A2 *Matrix)]{
	Name: "forward, two layers", Lab: 3, Task: "Z1 = W1·X + b1, A1 = tanh Z1, Z2 = W2·A1 + b2, A2 = σ(Z2). Return all four.",
	try: func(t *trial, f func(_, _, _, _, _ *Matrix) (_, _, _, _ *Matrix)) {
		X, W1, b1, W2, b2 := t.randn(t.nPrev, t.m), t.randn(t.n, t.nPrev), t.randn(t.n, 1), t.randn(1, t.n), t.randn(1, 1)
		Z1, A1, Z2, A2 := f(t.in("X", X), t.in("W1", W1), t.in("b1", b1), t.in("W2", W2), t.in("b2", b2))
		rightZ1 := t.z("Z1", Z1, X, W1, b1, tanh)
		rightA1 := t.a("A1", A1, rightZ1, Z1, tanh)
		ofZ1 := wrong(gradcheck.Other, affine(W2, rightZ1, b2), "is W2·Z1 + b2", "What does the second layer get from the first (3)?")
		t.a("A2", A2, t.deepZ("Z2", Z2, X, A1, rightA1, W2, b2, sigmoid, ofZ1), Z2, sigmoid)
	},
}

// deepZ is z for a layer whose aPrev the function has computed, too, as gotAPrev,
// from x, with what else it may have made of it.
func (t *trial) deepZ(name string, got, x, gotAPrev, aPrev, W, b *Matrix, g Activation, more ...gradcheck.Suspect) *Matrix {
	right := affine(W, aPrev, b)
	follows, suspects := right, append(wrongZ(aPrev, W, b, g), more...)
	if gotAPrev != nil && gotAPrev.Rows == aPrev.Rows && gotAPrev.Cols == aPrev.Cols {
		follows = affine(W, gotAPrev, b)
		suspects = append(suspects, wrongZ(gotAPrev, W, b, g)...)
	}
	if aPrev != x && x.Rows == W.Cols {
		suspects = append(suspects, wrong(gradcheck.Other, affine(W, x, b), "is computed from X, the input of the network", "What comes into the second layer (3)?"))
	}
	t.result(gradcheck.Gradient{Name: name, Got: got, Want: right, Follows: follows, Suspects: suspects})
	return right
}

// CrossEntropy is the cost of binary classification.
var CrossEntropy = Exercise[func(A, Y *Matrix) float64]{
	Name: "cross-entropy", Lab: 3, Task: "Return -1/m Σ [y log a + (1-y) log(1-a)], with A and Y 1×m.",
	try: func(t *trial, f func(_, _ *Matrix) float64) {
		A, Y := t.probabilities(1, t.m), t.labels(1, t.m)
		t.crossEntropy(f(t.in("A", A), t.in("Y", Y)), A, Y)
	},
}

// twoLayers is a network with a tanh and a sigmoid layer, for the backward pass.
type twoLayers struct {
	X, Y, W1, b1, W2, b2, Z1, A1, A2 *Matrix
	first, last                      gradcheck.Layer
}

func (t *trial) twoLayers() twoLayers {
	n := twoLayers{X: t.randn(t.nPrev, t.m), Y: t.labels(1, t.m), W1: t.weights(t.n, t.nPrev), b1: t.randn(t.n, 1), W2: t.weights(1, t.n), b2: t.weights(1, 1)}
	n.Z1 = affine(n.W1, n.X, n.b1)
	n.A1 = activate(tanh, n.Z1)
	n.A2 = activate(sigmoid, affine(n.W2, n.A1, n.b2))
	n.last = gradcheck.Layer{DZ: minus(n.A2, n.Y), APrev: n.A1, W: n.W2, Mean: true}
	n.first = gradcheck.Layer{G: tanh, DA: n.last.Backward().DAPrev, Z: n.Z1, APrev: n.X, W: n.W1, Mean: true}
	return n
}

// gradients returns the evidence about the gradients, the last layer first,
// with what becomes of them by mistakes that begin in the last layer.
func (n twoLayers) gradients(dW1, db1, dW2, db2 *Matrix) []gradcheck.Gradient {
	last := n.last.Evidence(gradcheck.Gradients{DW: dW2, DB: db2}).Gradients
	first := n.first.Evidence(gradcheck.Gradients{DW: dW1, DB: db1}).Gradients
	g := []gradcheck.Gradient{named("dW2", last[0]), named("db2", last[1]), named("dW1", first[1]), named("db1", first[2])}
	blame := func(mistake gradcheck.Mistake, dz2, W2 *Matrix, text, hint string) {
		last, first := n.last, n.first
		last.DZ = dz2
		wrongLast := last.Backward()
		last.W = W2
		first.DA = last.Backward().DAPrev
		wrongFirst := first.Backward()
		for k, value := range []*Matrix{wrongLast.DW, wrongLast.DB, wrongFirst.DW, wrongFirst.DB} {
			g[k].Suspects = append(g[k].Suspects, wrong(mistake, value, text, hint))
		}
	}
	dz2 := n.last.DZ
	blame(gradcheck.Other, hadamard(dz2, mapped(n.A2, func(a float64) float64 { return a * (1 - a) })), n.W2,
		tooMany+" in dZ2", tooManyHint)
	blame(gradcheck.StaleWeights, dz2, minus(n.W2, times(twoLayersRate, n.last.Backward().DW)),
		"is what follows if dA1 is computed with a W2 that is updated already", "")
	return g
}

// twoLayersRate is the learning rate of TrainStep.
const twoLayersRate = 0.7

func named(name string, g gradcheck.Gradient) gradcheck.Gradient {
	g.Name = name
	return g
}

// BackwardTwoLayers is the backward pass of a network with one hidden layer.
var BackwardTwoLayers = Exercise[func(X, Y, W1, W2, A1, A2 *Matrix) (dW1, db1, dW2, db2 *Matrix)]{
	Name: "backward, two layers", Lab: 3, Task: "Return the gradients of the cross-entropy of A2 and Y, where the first layer has tanh and the second σ. Each is a mean over the m examples.",
	try: func(t *trial, f func(_, _, _, _, _, _ *Matrix) (_, _, _, _ *Matrix)) {
		n := t.twoLayers()
		dW1, db1, dW2, db2 := f(t.in("X", n.X), t.in("Y", n.Y), t.in("W1", n.W1), t.in("W2", n.W2), t.in("A1", n.A1), t.in("A2", n.A2))
		for _, g := range n.gradients(dW1, db1, dW2, db2) {
			t.result(g)
		}
	},
}

// TrainStep is a step of gradient descent of a network with one hidden layer.
var TrainStep = Exercise[func(X, Y, W1, b1, W2, b2 *Matrix, rate float64) (newW1, newb1, newW2, newb2 *Matrix)]{
	Name: "training step", Lab: 3, Task: "Forward, backward and update: return the parameters after a step of gradient descent. The first layer has tanh, the second σ, the cost is the cross-entropy.",
	try: func(t *trial, f func(_, _, _, _, _, _ *Matrix, _ float64) (_, _, _, _ *Matrix)) {
		n := t.twoLayers()
		W1, b1, W2, b2 := f(t.in("X", n.X), t.in("Y", n.Y), n.W1.Clone(), n.b1.Clone(), n.W2.Clone(), n.b2.Clone(), twoLayersRate)
		old, got := []*Matrix{n.W2, n.b2, n.W1, n.b1}, []*Matrix{W2, b2, W1, b1}
		for k, g := range n.gradients(nil, nil, nil, nil) {
			t.result(stepped(named([]string{"W2", "b2", "W1", "b1"}[k], g), old[k], got[k], twoLayersRate))
		}
	},
}

// stepped turns the evidence about a gradient into that about a parameter after
// a step.
func stepped(g gradcheck.Gradient, old, got *Matrix, rate float64) gradcheck.Gradient {
	step := times(-rate, g.Want)
	var suspects []gradcheck.Suspect
	for _, s := range g.Suspects {
		if s.Value != nil && s.Value.Rows == old.Rows && s.Value.Cols == old.Cols {
			suspects = append(suspects, wrong(s.Mistake, minus(old, times(rate, s.Value)), "has moved by a gradient that "+s.Text, s.Hint))
		}
	}
	return gradcheck.Gradient{
		Name: g.Name, Got: got, Want: plus(old, step), Suspects: suspects,
		Sums: []gradcheck.Sum{{Rest: old, Term: step, Name: "the step", Missing: gradcheck.Other}},
	}
}

// Update is a step of gradient descent of one parameter.
var Update = Exercise[func(W, dW *Matrix, rate float64) *Matrix]{
	Name: "update", Lab: 3, Task: "Return W - rate·dW.",
	try: func(t *trial, f func(_, _ *Matrix, _ float64) *Matrix) {
		const rate = 0.3
		W, dW := t.randn(t.n, t.nPrev), t.randn(t.n, t.nPrev)
		got := f(W.Clone(), t.in("dW", dW), rate)
		noRate := wrong(gradcheck.Other, times(1/rate, dW), "lacks the rate")
		t.result(stepped(gradcheck.Gradient{Name: "W", Want: dW, Suspects: []gradcheck.Suspect{noRate}}, W, got, rate))
	},
}

// ActivationBackward returns the exercise to write dz = da ⊙ g′(z).
func ActivationBackward(g Activation) Exercise[func(dA, Z *Matrix) (dZ *Matrix)] {
	return Exercise[func(dA, Z *Matrix) (dZ *Matrix)]{
		Name: "activation backward, " + nameOf(g), Lab: 4, Task: "Return dZ = dA ⊙ g′(Z) for g = " + nameOf(g) + ".",
		try: func(t *trial, f func(_, _ *Matrix) *Matrix) {
			dA, Z := t.randn(t.n, t.m), t.randn(t.n, t.m)
			t.layer(gradcheck.Layer{G: g, DA: dA, Z: Z}, gradcheck.Gradients{DZ: f(t.in("dA", dA), t.in("Z", Z))}, "dz")
		},
	}
}

// LinearBackward is the backward pass of z = W·aPrev + b.
var LinearBackward = Exercise[func(dZ, aPrev, W *Matrix) (dW, db, daPrev *Matrix)]{
	Name: "linear backward", Lab: 4, Task: "Return the gradients of W, b and aPrev for z = W·aPrev + b, those of W and b as means over the m examples.",
	try: func(t *trial, f func(_, _, _ *Matrix) (_, _, _ *Matrix)) {
		l := gradcheck.Layer{DZ: t.randn(t.n, t.m), APrev: t.randn(t.nPrev, t.m), W: t.randn(t.n, t.nPrev), Mean: true}
		dW, db, daPrev := f(t.in("dZ", l.DZ), t.in("aPrev", l.APrev), t.in("W", l.W))
		t.layer(l, gradcheck.Gradients{DW: dW, DB: db, DAPrev: daPrev}, "dW", "db", "daPrev")
	},
}

type denseBackward = func(dA, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix)

// DenseBackward returns the exercise to write the backward pass of a dense layer
// with the activation g, in the course's convention: dW and db are means over
// the m examples.
func DenseBackward(g Activation) Exercise[func(dA, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix)] {
	return denseExercise("dense backward, "+nameOf(g), g, true, ", those of W and b as means over the m examples.")
}

// Algorithm2 is DenseBackward in the convention of the article, whose
// Algorithm 2 it is, and of the framework: dW and db are sums over the examples,
// since the 1/m of the mean is in the derivative of the loss and so in dA.
func Algorithm2(g Activation) Exercise[func(dA, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix)] {
	return denseExercise("Algorithm 2, "+nameOf(g), g, false, " as sums over the examples: dA has the 1/m of the cost in it.")
}

func denseExercise(name string, g Activation, mean bool, task string) Exercise[denseBackward] {
	return Exercise[denseBackward]{
		Name: name, Lab: 4, Task: "Return the gradients of z, W, b and aPrev for z = W·aPrev + b, a = g(z), g = " + nameOf(g) + task,
		try: func(t *trial, f denseBackward) {
			l := gradcheck.Layer{G: g, DA: t.randn(t.n, t.m), Z: t.randn(t.n, t.m), APrev: t.randn(t.nPrev, t.m), W: t.randn(t.n, t.nPrev), Mean: mean}
			dz, dW, db, daPrev := f(t.in("dA", l.DA), t.in("z", l.Z), t.in("aPrev", l.APrev), t.in("W", l.W))
			t.layer(l, gradcheck.Gradients{DZ: dz, DW: dW, DB: db, DAPrev: daPrev}, "dz", "dW", "db", "daPrev")
		},
	}
}

// deep is a network of three layers, relu, relu, σ.
type deep struct {
	X, Y       *Matrix
	W, b, Z, A []*Matrix
	g          []Activation
}

func (t *trial) deep() deep {
	d := deep{X: t.randn(t.nPrev, t.m), Y: t.labels(1, t.m), g: []Activation{nil, relu, relu, sigmoid}}
	sizes := []int{t.nPrev, t.n, t.n + 2, 1}
	d.W, d.b, d.Z, d.A = make([]*Matrix, 4), make([]*Matrix, 4), make([]*Matrix, 4), make([]*Matrix, 4)
	d.A[0] = d.X
	for l := 1; l < 4; l++ {
		d.W[l], d.b[l] = t.weights(sizes[l], sizes[l-1]), t.weights(sizes[l], 1)
		d.Z[l] = affine(d.W[l], d.A[l-1], d.b[l])
		d.A[l] = activate(d.g[l], d.Z[l])
	}
	return d
}

// otherThan returns the activation that layer l does not have.
func (d deep) otherThan(l int) Activation {
	if d.g[l] == relu {
		return sigmoid
	}
	return relu
}

// list returns copies of a list for the student's function.
func (t *trial) list(name string, list []*Matrix) []*Matrix {
	given := make([]*Matrix, len(list))
	for l, x := range list {
		if x != nil {
			given[l] = t.in(fmt.Sprintf("%s[%d]", name, l), x)
		}
	}
	return given
}

// ModelForward is the forward pass of a deep network.
var ModelForward = Exercise[func(X *Matrix, W, b []*Matrix) (A, Z []*Matrix)]{
	Name: "model forward", Lab: 4, Task: "Return the A and Z of all L layers, relu in 1, …, L-1 and σ in layer L. Indices are those of the equations: A[0] = X, W[0], b[0] and Z[0] are nil.",
	try: func(t *trial, f func(_ *Matrix, _, _ []*Matrix) (_, _ []*Matrix)) {
		d := t.deep()
		A, Z := f(t.in("X", d.X), t.list("W", d.W), t.list("b", d.b))
		for l := 1; l < len(d.W); l++ {
			z, a := t.element("Z", Z, l, len(d.Z)), t.element("A", A, l, len(d.A))
			aPrev := d.A[0]
			if l > 1 {
				aPrev = t.element("A", A, l-1, len(d.A))
			}
			t.deepZ(fmt.Sprintf("Z[%d]", l), z, d.X, aPrev, d.A[l-1], d.W[l], d.b[l], d.g[l])
			t.a(fmt.Sprintf("A[%d]", l), a, d.Z[l], z, d.g[l])
		}
	},
}

// element returns an element of a list that the function returned.
func (t *trial) element(name string, list []*Matrix, l, n int) *Matrix {
	if len(list) != 0 && len(list) != n {
		panic(&failure{gradcheck.Shape, fmt.Sprintf("%s has %d elements, it must have %d: with the indices of the equations, from 0 to %d", name, len(list), n, n-1), ""})
	}
	if len(list) == 0 {
		return nil
	}
	return list[l]
}

type modelBackward = func(Y *Matrix, A, Z, W []*Matrix) (dA, dW, db []*Matrix)

// ModelBackward is the backward pass of a deep network, in the course's
// convention: dW and db are means over the m examples.
var ModelBackward = modelExercise("model backward", true, ", those of W and b as means over the m examples.")

// NetworkBackward is ModelBackward in the convention of the article and of the
// framework: the 1/m of the mean is in dA[L], and in all that follows from it.
var NetworkBackward = modelExercise("network backward", false, ". The cost is a mean over the m examples, and its 1/m is in dA[L].")

func modelExercise(name string, mean bool, task string) Exercise[modelBackward] {
	return Exercise[modelBackward]{
		Name: name, Lab: 4, Task: "Return the gradients of the cross-entropy for a network as in model forward: dA[0], …, dA[L-1] and dW[l], db[l] for each layer" + task + " Indices are those of the equations; what has none is nil.",
		try: func(t *trial, f modelBackward) {
			d := t.deep()
			dA, dW, db := f(t.in("Y", d.Y), t.list("A", d.A), t.list("Z", d.Z), t.list("W", d.W))
			L := len(d.W) - 1
			da := like(d.A[L])
			losses.BinaryCrossEntropy[float64]{}.Prime(da, d.A[L], d.Y)
			factor := 1 / float64(t.m)
			if mean {
				factor = 1
				matrix.Scale(da, float64(t.m), da)
			}
			var gotDA *Matrix // of the layer after
			if len(dA) == L+1 && dA[L] != nil {
				gotDA = dA[L]
				t.result(gradcheck.Gradient{Name: fmt.Sprintf("da[%d]", L), Got: gotDA, Want: da, Suspects: wrongEntropyPrime(d.A[L], d.Y, factor)})
			}
			for l := L; l >= 1; l-- {
				layer := gradcheck.Layer{G: d.g[l], DA: da, GotDA: gotDA, Z: d.Z[l], A: d.A[l], APrev: d.A[l-1], W: d.W[l], Mean: mean, Number: l}
				gotDA = t.elementAtMost("dA", dA, l-1, L)
				e := layer.Evidence(gradcheck.Gradients{DW: t.element("dW", dW, l, L+1), DB: t.element("db", db, l, L+1), DAPrev: gotDA})
				other := layer
				other.G, other.A = d.otherThan(l), nil
				byOther := other.Backward()
				for k, x := range []*Matrix{byOther.DW, byOther.DB, byOther.DAPrev} {
					g := e.Gradients[k+1] // after dz
					g.Suspects = append(g.Suspects, wrong(gradcheck.Other, x, "is what follows from the derivative of "+nameOf(other.G)+", but layer "+fmt.Sprint(l)+" has "+nameOf(d.g[l])))
					t.result(g)
				}
				da = layer.Backward().DAPrev
			}
		},
	}
}

// elementAtMost returns an element of a list of L or L+1 matrices.
func (t *trial) elementAtMost(name string, list []*Matrix, l, L int) *Matrix {
	if len(list) == L+1 {
		return list[l]
	}
	return t.element(name, list, l, L)
}

// Accuracy is the part of the predictions that is right.
var Accuracy = Exercise[func(yhat, Y *Matrix) float64]{
	Name: "accuracy", Lab: 5, Task: "Return the part of the predictions that is right, between 0 and 1. Both matrices are 1×m, of zeros and ones.",
	try: func(t *trial, f func(_, _ *Matrix) float64) {
		yhat, Y := t.labels(1, t.m), t.labels(1, t.m)
		equal := 0.0
		for j := range Y.Data {
			if yhat.Data[j] == Y.Data[j] {
				equal++
			}
		}
		right := equal / float64(t.m)
		t.number("accuracy", f(t.in("yhat", yhat), t.in("Y", Y)), right,
			wrong(gradcheck.Other, number(1-right), "is the part that is wrong"),
			wrong(gradcheck.Other, number(100*right), "is in percent"))
	},
}
