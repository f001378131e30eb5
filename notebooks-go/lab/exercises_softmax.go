package lab

import (
	"math"

	"gradlab/gradcheck"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
)

// Lab 10: softmax and batch normalisation.

// Softmax is the softmax of each example.
var Softmax = Exercise[func(z *Matrix) *Matrix]{
	Name: "softmax", Lab: 10, Task: "Return e^z, each column divided by its sum. It must not overflow where z is 1000.",
	try: func(t *trial, f func(*Matrix) *Matrix) {
		z := t.randn(t.n, t.m)
		g := layers.Softmax[float64]{}
		t.softmax("a", f(t.in("z", z)), activate(g, z), transpose(activate(g, transpose(z))), z)
		large := mapped(z, func(x float64) float64 { return x + 1000 })
		t.result(gradcheck.Gradient{Name: "a at z = 1000", Got: f(t.in("z + 1000", large)), Want: activate(g, large), Suspects: []gradcheck.Suspect{
			wrong(gradcheck.WrongAxis, transpose(activate(g, transpose(large))), "adds up to 1 along the other axis", "Along which axis should the numbers add up to 1?"),
		}})
	},
}

// OneHot writes classes as columns.
var OneHot = Exercise[func(classes []int, k int) *Matrix]{
	Name: "one-hot", Lab: 10, Task: "Return k×m: in column j a 1 in row classes[j], else 0.",
	try: func(t *trial, f func([]int, int) *Matrix) {
		k := t.n + 2
		classes := t.classes(k, t.m+3)
		right := matrix.New[float64](k, len(classes))
		for j, c := range classes {
			right.Set(c, j, 1)
		}
		t.out("Y", f(append([]int(nil), classes...), k), right)
	},
}

// CategoricalCrossEntropy is the cost of several classes.
var CategoricalCrossEntropy = Exercise[func(A, Y *Matrix) float64]{
	Name: "categorical cross-entropy", Lab: 10, Task: "Return -1/m Σ y log a: the sum over the classes, the mean over the m examples.",
	try: func(t *trial, f func(_, _ *Matrix) float64) {
		A, Y := t.distributions()
		t.number("cost", f(t.in("A", A), t.in("Y", Y)), losses.CategoricalCrossEntropy[float64]{}.Value(A, Y),
			wrong(gradcheck.Other, number(losses.BinaryCrossEntropy[float64]{}.Value(A, Y)), "has the terms (1-y) log (1-a) as well", "The classes share one probability. Which number says all that the others say, too?"))
	},
}

// distributions returns the softmax of something, and one-hot columns.
func (t *trial) distributions() (A, Y *Matrix) {
	k := t.n + 2
	A, Y = activate(layers.Softmax[float64]{}, t.randn(k, t.m)), matrix.New[float64](k, t.m)
	for j, c := range t.classes(k, t.m) {
		Y.Set(c, j, 1)
	}
	t.evidence.Features = []int{k}
	return A, Y
}

// SoftmaxBackward is the gradient of the cross-entropy by the logits.
var SoftmaxBackward = Exercise[func(Z, Y *Matrix) (dZ *Matrix)]{
	Name: "softmax and cross-entropy backward", Lab: 10, Task: "a = softmax(z), and the loss of an example is -Σ y log a. Return its gradient by z, for each example a column.",
	try: func(t *trial, f func(_, _ *Matrix) *Matrix) {
		_, Y := t.distributions()
		Z := t.randn(t.n+2, t.m)
		g := layers.Softmax[float64]{}
		A := activate(g, Z)
		along := transpose(activate(g, transpose(Z)))
		t.out("dZ", f(t.in("Z", Z), t.in("Y", Y)), minus(A, Y),
			wrong(gradcheck.WrongAxis, minus(along, Y), "takes the softmax along the rows, over the examples"),
			wrong(gradcheck.MissingGPrime, times(-1, mapped2(Y, A, func(y, a float64) float64 { return y / a })), "is Loss′, the gradient by a: g′ is missing"),
			wrong(gradcheck.Other, hadamard(minus(A, Y), mapped(A, func(a float64) float64 { return a * (1 - a) })), "has a factor a(1-a) too many", "The derivative of the softmax is a matrix. What is left when it is multiplied by Loss′?"),
			wrong(gradcheck.Other, A, "lacks y"))
	},
}

// mapped2 returns f of the entries of x and y.
func mapped2(x, y *Matrix, f func(x, y float64) float64) *Matrix {
	z := like(x)
	for i := range z.Data {
		z.Data[i] = f(x.Data[i], y.Data[i])
	}
	return z
}

// standardised returns x with every row minus its mean, over a deviation.
func standardised(x *Matrix, deviation func(centred []float64) float64) *Matrix {
	return eachRow(x, func(row []float64) []float64 {
		mean := sum(row) / float64(len(row))
		out := make([]float64, len(row))
		for j, v := range row {
			out[j] = v - mean
		}
		d := deviation(out)
		for j := range out {
			out[j] /= d
		}
		return out
	})
}

// BatchNormForward is batch normalisation in training.
var BatchNormForward = Exercise[func(z, gamma, beta *Matrix, epsilon float64) (zNorm, zTilde *Matrix)]{
	Name: "batch norm forward", Lab: 10, Task: "z_norm = (z-μ)/√(σ²+ε), with the mean and the variance of each unit over the m examples (σ² is a mean, too), z̃ = γ ⊙ z_norm + β. Return both; γ and β are n×1.",
	try: func(t *trial, f func(_, _, _ *Matrix, _ float64) (_, _ *Matrix)) {
		const epsilon = 0.01
		z, gamma, beta := t.randn(t.n, t.m), t.randn(t.n, 1), t.randn(t.n, 1)
		zNorm, zTilde := f(t.in("z", z), t.in("gamma", gamma), t.in("beta", beta), epsilon)
		variance := func(x []float64) float64 { return matrix.SumSquares(x) / float64(len(x)) }
		right := func(x []float64) float64 { return math.Sqrt(variance(x) + epsilon) }
		rightNorm := standardised(z, right)
		suspects := []gradcheck.Suspect{
			wrong(gradcheck.WrongAxis, transpose(standardised(transpose(z), right)), "has the mean and variance of each example, over the units", ""),
			wrong(gradcheck.Other, standardised(z, func(x []float64) float64 { return variance(x) + epsilon }), "is divided by the variance, without the root"),
			wrong(gradcheck.Other, standardised(z, func(x []float64) float64 { return math.Sqrt(variance(x)) + epsilon }), "has ε outside of the root"),
			wrong(gradcheck.Other, standardised(z, func([]float64) float64 { return 1 }), "is z-μ, not divided"),
		}
		if t.m > 1 {
			suspects = append(suspects, wrong(gradcheck.Other, standardised(z, func(x []float64) float64 {
				return math.Sqrt(variance(x)*float64(t.m)/float64(t.m-1) + epsilon)
			}), "has the variance with m-1 in place of m"))
		}
		t.out("zNorm", zNorm, rightNorm, suspects...)
		shift := func(x *Matrix) *Matrix {
			return plus(hadamard(x, product(gamma, ones(1, t.m))), product(beta, ones(1, t.m)))
		}
		t.result(gradcheck.Gradient{Name: "zTilde", Got: zTilde, Want: shift(rightNorm), Follows: follow(zNorm, z, shift, rightNorm), Suspects: []gradcheck.Suspect{
			wrong(gradcheck.Other, shift(z), "is γ ⊙ z + β: z in place of z_norm"),
			wrong(gradcheck.Other, hadamard(rightNorm, product(gamma, ones(1, t.m))), "lacks β"),
		}})
	},
}

// BatchNormBackward is its backward pass.
var BatchNormBackward = Exercise[func(dzTilde, zNorm, gamma, sigma2 *Matrix, epsilon float64) (dgamma, dbeta, dz *Matrix)]{
	Name: "batch norm backward", Lab: 10, Task: "z_norm = (z-μ)/√(σ²+ε) and z̃ = γ ⊙ z_norm + β, where μ and σ² depend on z. Return the gradients of γ and β (sums over the m examples) and of z.",
	try: func(t *trial, f func(_, _, _, _ *Matrix, _ float64) (_, _, _ *Matrix)) {
		const epsilon = 0.01
		z, dzTilde := t.randn(t.n, t.m), t.randn(t.n, t.m)
		b := layers.NewBatchNorm[float64](t.n, layers.Identity[float64]{})
		b.Epsilon, b.Gamma.Data = epsilon, t.randn(t.n, 1).Data
		b.Forward(z)
		b.Backward(dzTilde)
		sigma2 := eachRow(z, func(row []float64) []float64 {
			mean := sum(row) / float64(len(row))
			return []float64{matrix.SumSquares(mapped(&Matrix{Rows: 1, Cols: len(row), Data: row}, func(x float64) float64 { return x - mean }).Data) / float64(len(row))}
		})
		dgamma, dbeta, dz := f(t.in("dzTilde", dzTilde), t.in("zNorm", b.ZNorm), t.in("gamma", b.Gamma), t.in("sigma2", sigma2), epsilon)
		products := hadamard(dzTilde, b.ZNorm)
		t.out("dgamma", dgamma, b.DGamma, append(unsummed(products),
			wrong(gradcheck.Other, b.DBeta, "is the sum of dz̃, without z_norm"))...)
		t.out("dbeta", dbeta, b.DBeta, unsummed(dzTilde)...)

		root := mapped(sigma2, func(s float64) float64 { return 1 / math.Sqrt(s+epsilon) })
		columns := func(x *Matrix) *Matrix { return product(x, ones(1, t.m)) }
		scaled := func(by, x *Matrix) *Matrix { return hadamard(columns(by), x) }
		scale, sumBeta, sumGamma := hadamard(b.Gamma, root), columns(b.DBeta), scaled(b.DGamma, b.ZNorm)
		meanBeta, meanGamma := times(1/float64(t.m), sumBeta), times(1/float64(t.m), sumGamma)
		inner := minus(minus(dzTilde, meanBeta), meanGamma)
		t.out("dz", dz, b.DZ,
			wrong(gradcheck.Other, scaled(scale, dzTilde), "takes μ and σ² for constants", "A change of one z changes the μ and σ² of all examples."),
			wrong(gradcheck.Other, scaled(scale, minus(dzTilde, meanBeta)), "takes σ² for a constant", "A change of one z changes the σ² of all examples, too."),
			wrong(gradcheck.Other, scaled(scale, minus(dzTilde, meanGamma)), "takes μ for a constant", "A change of one z changes the μ of all examples, too."),
			wrong(gradcheck.Other, scaled(scale, minus(minus(dzTilde, sumBeta), sumGamma)), "has the sums dβ and dγ in the place of their means over the examples", "What is μ of the z? Where does its 1/m go?"),
			wrong(gradcheck.Other, scaled(scale, plus(plus(dzTilde, meanBeta), meanGamma)), "adds what is to be subtracted"),
			wrong(gradcheck.Other, scaled(root, inner), "lacks γ"),
			wrong(gradcheck.Other, scaled(b.Gamma, inner), "lacks the division by √(σ²+ε)"),
			wrong(gradcheck.Other, scaled(hadamard(scale, root), inner), "is divided by the variance, without the root"))
	},
}

// unsummed returns what mistakes make of the sum of x over the examples.
func unsummed(x *Matrix) []gradcheck.Suspect {
	columns := product(ones(1, x.Rows), x)
	return []gradcheck.Suspect{
		wrong(gradcheck.BiasNotSummed, x, "is not summed over the examples", "It serves all examples, so every example contributes to its gradient."),
		wrong(gradcheck.WrongAxis, columns, "is summed over the units, not over the examples"),
		wrong(gradcheck.WrongAxis, transpose(columns), "is summed over the units, not over the examples"),
		wrong(gradcheck.WrongAxis, number(sum(x.Data)), "is summed over everything"),
	}
}
