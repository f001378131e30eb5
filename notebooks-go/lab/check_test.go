package lab_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradlab/gradcheck"
	"gradlab/matrix"
	"gradlab/notebooks-go/lab"
	"gradlab/notebooks-go/lab/internal/student"
)

type Matrix = lab.Matrix

// solutions returns the verdicts on right solutions of all exercises.
func solutions() []lab.Verdict {
	square := func(x float64) float64 { return x * x }
	v := []lab.Verdict{
		lab.Judge(lab.TraceAXB, func(A, X, B *Matrix) *Matrix { return student.T(student.Mul(B, A)) }),
		lab.Judge(lab.Bilinear, func(a, X, b *Matrix) *Matrix { return student.Mul(a, student.T(b)) }),
		lab.Judge(lab.Exponential, func(a, X, b *Matrix) *Matrix {
			return student.Mul(student.Hadamard(a, student.Each(student.Mul(X, b), math.Exp)), student.T(b))
		}),
		lab.Judge(lab.QuadraticForm, func(Y, M *Matrix) *Matrix { return student.Scale(2, student.Mul(M, Y)) }),
		lab.Judge(lab.QuadraticOfSigmoid, func(W, X, M *Matrix) *Matrix {
			Y := student.Each(student.Mul(W, X), student.Sigmoid)
			return student.Mul(student.T(W), student.Hadamard(student.Scale(2, student.Mul(M, Y)), student.Each(Y, func(y float64) float64 { return y - y*y })))
		}),
		lab.Judge(lab.LeastSquares, func(X, w, y *Matrix) *Matrix {
			return student.Scale(2, student.Mul(student.T(X), student.Sub(student.Mul(X, w), y)))
		}),

		lab.Judge(lab.Sigmoid, student.Sigmoid),
		lab.Judge(lab.SigmoidGradient, func(z float64) float64 { return 1 / (2 + math.Exp(z) + math.Exp(-z)) }),
		lab.Judge(lab.NormalizeRows, func(x *Matrix) *Matrix {
			lengths := student.Each(student.RowSums(student.Each(x, square)), math.Sqrt)
			return student.Both(x, student.Spread(lengths, x.Cols), func(x, l float64) float64 { return x / l })
		}),
		lab.Judge(lab.SoftmaxRows, func(x *Matrix) *Matrix { return student.T(student.Softmax(student.T(x))) }),
		lab.Judge(lab.L1L2, func(yhat, y *Matrix) (float64, float64) {
			e := student.Sub(y, yhat)
			return student.Total(student.Each(e, math.Abs)), student.Total(student.Each(e, square))
		}),
		lab.Judge(lab.Propagate, student.Propagate),
		lab.Judge(lab.Optimize, student.Optimize),
		lab.Judge(lab.Predict, student.Predict),
		lab.Judge(lab.ForwardTwoLayers, student.ForwardTwoLayers),
		lab.Judge(lab.CrossEntropy, student.Entropy),
		lab.Judge(lab.BackwardTwoLayers, student.BackwardTwoLayers),
		lab.Judge(lab.TrainStep, student.TrainStep),
		lab.Judge(lab.Update, student.Update),
		lab.Judge(lab.LinearForward, student.LinearForward),
		lab.Judge(lab.LinearBackward, student.LinearBackward),
		lab.Judge(lab.LastLayer, student.LastLayer),
		lab.Judge(lab.FirstLayer, student.FirstLayer),
		lab.Judge(lab.Backward, student.Backward),
		lab.Judge(lab.ModelForward, student.ModelForward),
		lab.Judge(lab.ModelBackward, student.ModelBackward),
		lab.Judge(lab.NetworkBackward, student.NetworkBackward),
	}
	for _, name := range []string{"sigmoid", "tanh", "relu"} {
		g := student.Activations[name]
		v = append(v,
			lab.Judge(lab.DenseForward(g.Layer), g.Forward),
			lab.Judge(lab.ActivationBackward(g.Layer), func(dA, Z *Matrix) *Matrix { return student.Hadamard(dA, student.Each(Z, g.Prime)) }),
			lab.Judge(lab.DenseBackward(g.Layer), g.Backward),
			lab.Judge(lab.Algorithm2(g.Layer), g.Algorithm2))
	}
	he := func(factor float64) func(nPrev, n int, randn func(rows, cols int) *Matrix) (_, _ *Matrix) {
		return func(nPrev, n int, randn func(rows, cols int) *Matrix) (_, _ *Matrix) {
			return student.Scale(math.Sqrt(factor/float64(nPrev)), randn(n, nPrev)), student.Build(n, 1, func(int, int) float64 { return 0 })
		}
	}
	v = append(v,
		lab.Judge(lab.Accuracy, func(yhat, Y *Matrix) float64 {
			return 1 - student.Total(student.Each(student.Sub(yhat, Y), math.Abs))/float64(Y.Cols)
		}),
		lab.Judge(lab.ReLUGain, func(nPrev int, std float64) float64 { return float64(nPrev) * std * std / 2 }),
		lab.Judge(lab.HeInit, he(2)),
		lab.Judge(lab.XavierInit, he(1)),
		lab.Judge(lab.L2Cost, student.L2Cost),
		lab.Judge(lab.LinearBackwardL2, func(dZ, aPrev, W *Matrix, lambda float64) (dW, db, daPrev *Matrix) {
			dW, db, daPrev = student.LinearBackward(dZ, aPrev, W)
			return student.Add(dW, student.Scale(lambda/float64(dZ.Cols), W)), db, daPrev
		}),
		lab.Judge(lab.DropoutForward, func(A, U *Matrix, keep float64) (_, _ *Matrix) {
			D := student.Each(U, func(u float64) float64 {
				if u < keep {
					return 1
				}
				return 0
			})
			return student.Scale(1/keep, student.Hadamard(A, D)), D
		}),
		lab.Judge(lab.DropoutBackward, func(dA, D *Matrix, keep float64) *Matrix { return student.Scale(1/keep, student.Hadamard(dA, D)) }),
	)
	for _, name := range []string{"sigmoid", "tanh", "relu"} {
		g := student.Activations[name]
		v = append(v, lab.Judge(lab.DenseBackwardRegularised(g.Layer), g.Regularised))
	}
	return append(v,
		lab.Judge(lab.NumericalDerivative, func(J func(float64) float64, theta, epsilon float64) float64 {
			return (J(theta+epsilon) - J(theta-epsilon)) / (2 * epsilon)
		}),
		lab.Judge(lab.NumericalGradient, student.NumericalGradient),
		lab.Judge(lab.RelativeError, func(g, n *Matrix) float64 {
			return student.Norm(student.Sub(g, n)) / (student.Norm(g) + student.Norm(n))
		}),
		lab.Judge(lab.MiniBatches, student.MiniBatches),
		lab.Judge(lab.Momentum, student.Momentum),
		lab.Judge(lab.Adam, student.Adam),
		lab.Judge(lab.RateDecay, func(rate0, decay float64, epoch int) float64 { return rate0 / (1 + decay*float64(epoch)) }),
		lab.Judge(lab.ScheduledDecay, func(rate0, decay float64, epoch, interval int) float64 {
			return rate0 / (1 + decay*float64(epoch/interval))
		}),
		lab.Judge(lab.Softmax, student.Softmax),
		lab.Judge(lab.OneHot, func(classes []int, k int) *Matrix {
			return student.Build(k, len(classes), func(i, j int) float64 {
				if classes[j] == i {
					return 1
				}
				return 0
			})
		}),
		lab.Judge(lab.CategoricalCrossEntropy, func(A, Y *Matrix) float64 {
			return -student.Total(student.Hadamard(Y, student.Each(A, math.Log))) / float64(A.Cols)
		}),
		lab.Judge(lab.SoftmaxBackward, func(Z, Y *Matrix) *Matrix { return student.Sub(student.Softmax(Z), Y) }),
		lab.Judge(lab.BatchNormForward, student.BatchNormForward),
		lab.Judge(lab.BatchNormBackward, student.BatchNormBackward),
		lab.Judge(lab.LinearRegression, student.LinearRegression),
		lab.Judge(lab.LogisticRegression, student.LogisticRegression),
		lab.Judge(lab.NormalEquation, student.NormalEquation),
		lab.Judge(lab.FeatureNormalize, student.FeatureNormalize),
		lab.Judge(lab.MapFeature, student.MapFeature),
		lab.Judge(lab.PredictOneVsAll, student.PredictOneVsAll),
		lab.Judge(lab.NNCost, student.NNCost),
		lab.Judge(lab.PolyFeatures, student.PolyFeatures),
		lab.Judge(lab.LearningCurve, student.LearningCurve),
		lab.Judge(lab.Standardise, student.Standardise),
		lab.Judge(lab.Confusion, student.Confusion),
		lab.Judge(lab.Operations, student.Operations),
		lab.Judge(lab.Fastest, student.Fastest),
	)
}

// Every exercise passes with a right solution.
func TestRightSolutionsPass(t *testing.T) {
	verdicts, exercises := solutions(), lab.Exercises()
	for k, v := range verdicts {
		if !v.Passed {
			t.Errorf("%v", v)
		}
		if k < len(exercises) && exercises[k].Name != v.Exercise {
			t.Errorf("solution %d is of %q, exercise %d is %q", k, v.Exercise, k, exercises[k].Name)
		}
	}
	if len(verdicts) != len(exercises) {
		t.Errorf("%d solutions of %d exercises", len(verdicts), len(exercises))
	}
}

// denseBackward is a backward pass with a mistake, as a student may make it.
func denseBackward(g student.Activation, mistake gradcheck.Mistake) func(dA, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix) {
	return func(dA, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix) {
		m := float64(dA.Cols)
		switch mistake {
		case gradcheck.MissingGPrime:
			dz = dA.Clone()
		case gradcheck.GPrimeAtA:
			dz = student.Hadamard(dA, student.Each(student.Each(z, g.G), g.Prime))
		default:
			dz = student.Hadamard(dA, student.Each(z, g.Prime))
		}
		if mistake == gradcheck.Sign {
			dz = student.Scale(-1, dz)
		}
		dW, db, daPrev = student.LinearBackward(dz, aPrev, W)
		switch mistake {
		case gradcheck.Shape:
			dW = student.Build(dW.Rows, dW.Cols+1, func(i, j int) float64 { return 1 })
		case gradcheck.Transposed:
			daPrev = student.Mul(W, dz) // panics unless W is square
		case gradcheck.Factor2:
			dW = student.Scale(2, dW)
		case gradcheck.MissingMean:
			dW = student.Scale(m, dW)
		case gradcheck.DoubleMean:
			db = student.Scale(1/m, db)
		case gradcheck.WrongAxis:
			db = student.Scale(1/m, student.T(student.RowSums(student.T(dz))))
		case gradcheck.BiasNotSummed:
			db = dz
		case gradcheck.StaleWeights:
			daPrev = student.Mul(student.T(student.Update(W, dW, 0.1)), dz)
		case gradcheck.Entry:
			dW.Set(0, 0, dW.At(0, 0)+1)
		}
		return dz, dW, db, daPrev
	}
}

// regularisedBackward is one with L2 and dropout.
func regularisedBackward(g student.Activation, mistake gradcheck.Mistake) func(dA, D *Matrix, keep float64, z, aPrev, W *Matrix, lambda float64) (dz, dW, db, daPrev *Matrix) {
	return func(dA, D *Matrix, keep float64, z, aPrev, W *Matrix, lambda float64) (dz, dW, db, daPrev *Matrix) {
		switch mistake {
		case gradcheck.DropoutUnmasked:
			D = student.Each(D, func(float64) float64 { return 1 })
		case gradcheck.DropoutUnscaled:
			keep = 1
		case gradcheck.MissingL2:
			lambda = 0
		}
		return g.Regularised(dA, D, keep, z, aPrev, W, lambda)
	}
}

// mistaken returns the verdict on a backward pass with a mistake.
func mistaken(g student.Activation, mistake gradcheck.Mistake) lab.Verdict {
	switch mistake {
	case gradcheck.DropoutUnmasked, gradcheck.DropoutUnscaled, gradcheck.MissingL2:
		return lab.Judge(lab.DenseBackwardRegularised(g.Layer), regularisedBackward(g, mistake))
	}
	return lab.Judge(lab.DenseBackward(g.Layer), denseBackward(g, mistake))
}

// Check names the mistakes of the catalogue.
func TestMistakesAreNamed(t *testing.T) {
	expect := func(mistake gradcheck.Mistake, v lab.Verdict) {
		t.Helper()
		if v.Mistake != mistake || v.Passed {
			t.Errorf("%s is called %q:\n%v", mistake, v.Mistake, v)
		}
	}
	for name, g := range student.Activations {
		for _, mistake := range gradcheck.Catalogue() {
			if name == "relu" && mistake == gradcheck.GPrimeAtA {
				continue // which is right, as a > 0 where z > 0
			}
			expect(mistake, mistaken(g, mistake))
		}
	}
	ofZ1 := lab.Judge(lab.ForwardTwoLayers, func(X, W1, b1, W2, b2 *Matrix) (Z1, A1, Z2, A2 *Matrix) {
		Z1, A1, _, _ = student.ForwardTwoLayers(X, W1, b1, W2, b2)
		Z2 = student.Build(1, X.Cols, func(i, j int) float64 {
			z := b2.Data[0]
			for k, w := range W2.Data {
				z += w * Z1.At(k, j)
			}
			return z
		})
		return Z1, A1, Z2, student.Each(Z2, student.Activations["sigmoid"].G)
	})
	if ofZ1.Text != "Z2 is W2·Z1 + b2" {
		t.Errorf("Z2 computed from Z1 is called\n%v", ofZ1)
	}
	expect(gradcheck.Factor2, lab.Judge(lab.ReLUGain, func(nPrev int, std float64) float64 { return float64(nPrev) * std * std }))
	expect(gradcheck.StaleWeights, lab.Judge(lab.TrainStep, func(X, Y, W1, b1, W2, b2 *Matrix, rate float64) (_, _, _, _ *Matrix) {
		_, A1, _, A2 := student.ForwardTwoLayers(X, W1, b1, W2, b2)
		_, _, dW2, db2 := student.BackwardTwoLayers(X, Y, W1, W2, A1, A2)
		W2, b2 = student.Update(W2, dW2, rate), student.Update(b2, db2, rate)
		dW1, db1, _, _ := student.BackwardTwoLayers(X, Y, W1, W2, A1, A2) // through the new W2
		return student.Update(W1, dW1, rate), student.Update(b1, db1, rate), W2, b2
	}))
	expect(gradcheck.Sign, lab.Judge(lab.Update, func(W, dW *Matrix, rate float64) *Matrix { return student.Update(W, dW, -rate) }))
	expect(gradcheck.WrongAxis, lab.Judge(lab.Softmax, func(z *Matrix) *Matrix { return student.T(student.Softmax(student.T(z))) }))
	expect(gradcheck.MissingL2, lab.Judge(lab.L2Cost, func(A, Y *Matrix, W []*Matrix, lambda float64) float64 { return student.Entropy(A, Y) }))
	expect(gradcheck.MissingMean, lab.Judge(lab.L2Cost, func(A, Y *Matrix, W []*Matrix, lambda float64) float64 {
		return student.L2Cost(A, Y, W, lambda*float64(A.Cols))
	}))
	expect(gradcheck.Factor2, lab.Judge(lab.TraceAXB, func(A, X, B *Matrix) *Matrix { return student.Scale(2, student.T(student.Mul(B, A))) }))
	expect(gradcheck.Transposed, lab.Judge(lab.TraceAXB, func(A, X, B *Matrix) *Matrix { return student.Mul(B, A) }))
	expect(gradcheck.GPrimeAtA, lab.Judge(lab.Exponential, func(a, X, b *Matrix) *Matrix {
		e := student.Each(student.Mul(X, b), func(x float64) float64 { return math.Exp(math.Exp(x)) })
		return student.Mul(student.Hadamard(a, e), student.T(b))
	}))
}

// Deep in a network the layer is named in which the mistake is, and what follows
// from it is not blamed.
func TestFirstCauseInADeepNetwork(t *testing.T) {
	v := lab.Judge(lab.ModelBackward, func(Y *Matrix, A, Z, W []*Matrix) (dA, dW, db []*Matrix) {
		dA, dW, db = student.ModelBackward(Y, A, Z, W)
		relu := student.Activations["relu"]
		dA[2] = student.Scale(-1, dA[2])
		_, dW[2], db[2], dA[1] = relu.Backward(dA[2], Z[2], A[1], W[2])
		_, dW[1], db[1], dA[0] = relu.Backward(dA[1], Z[1], A[0], W[1])
		return dA[:3], dW, db
	})
	if v.Mistake != gradcheck.Sign || !strings.HasPrefix(v.Text, "da[2] ") {
		t.Errorf("%v", v)
	}
	for _, f := range v.Findings {
		if f.Name != "da[2]" && f.Mistake != "" {
			t.Errorf("%s is blamed for %s", f.Name, f.Mistake)
		}
	}
}

// What a function does besides returning something wrong.
func TestOtherVerdicts(t *testing.T) {
	softmax := func(f func(z *Matrix) *Matrix) lab.Verdict { return lab.Judge(lab.Softmax, f) }
	for _, c := range []struct {
		verdict lab.Verdict
		mistake gradcheck.Mistake
		text    string
	}{
		{softmax(func(z *Matrix) *Matrix { return nil }), lab.ReturnsNil, "it returns nil: is the cell filled in?"},
		{softmax(func(z *Matrix) *Matrix { panic(lab.ToDo("softmax")) }), lab.NotFilledIn, "softmax is not filled in yet"},
		{softmax(func(z *Matrix) *Matrix { z.Set(0, z.Cols, 1); return z }), lab.Panics, "in the line `{softmax(func(z *Matrix) *Matrix { z.Set(0, z.Cols, 1)"},
		{softmax(func(z *Matrix) *Matrix { var x []float64; x[3] = 1; return z }), lab.Panics, "index out of range [3] with length 0"},
		{softmax(func(z *Matrix) *Matrix {
			y := student.Softmax(z)
			z.Data[0] = 0
			return y
		}), lab.ChangesInputs, "it changes its input z"},
		{softmax(func(z *Matrix) *Matrix { return &Matrix{Rows: 2, Cols: 3} }), gradcheck.Shape, "a says that it is 2×3, but has 0 numbers"},
		{softmax(func(z *Matrix) *Matrix {
			return student.Each(z, func(x float64) float64 { return math.Exp(x) / math.Inf(1) * math.Inf(1) })
		}), gradcheck.NotFinite, "a is not finite: At(0, 0) is NaN"},
		{lab.Judge(lab.L1L2, func(yhat, y *Matrix) (l1, l2 float64) { return 0, 0 }), gradcheck.Other, "l1 is 0, not "},
		{lab.Judge(lab.ModelForward, func(X *Matrix, W, b []*Matrix) (A, Z []*Matrix) {
			A, Z = student.ModelForward(X, W, b)
			return A[1:], Z
		}), gradcheck.Shape, "A has 3 elements, it must have 4"},
		{lab.Judge(lab.MiniBatches, func(X, Y *Matrix, size int, order []int) (Xs, Ys []*Matrix) {
			Xs, Ys = student.MiniBatches(X, Y, size, order)
			return Xs[:2], Ys[:2]
		}), gradcheck.Shape, "Xs has 2 batches of 7 examples in 15, it must have 3"},
	} {
		if c.verdict.Passed || c.verdict.Mistake != c.mistake || !strings.Contains(c.verdict.Text, c.text) {
			t.Errorf("%q, %q, not %q, %q", c.verdict.Mistake, c.verdict.Text, c.mistake, c.text)
		}
	}
}

var write = flag.Bool("update", false, "write testdata/verdicts.txt anew")

// The verdicts word for word, to be read.
func TestVerdictsWordForWord(t *testing.T) {
	var b strings.Builder
	show := func(what string, v lab.Verdict) { fmt.Fprintf(&b, "# %s\n\n%v\n\n", what, v) }
	tanh := student.Activations["tanh"]
	show("right", mistaken(tanh, ""))
	for _, m := range gradcheck.Catalogue() {
		show(string(m), mistaken(tanh, m))
	}
	show("two mistakes", lab.Judge(lab.DenseBackward(tanh.Layer), func(dA, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix) {
		dz, dW, _, daPrev = denseBackward(tanh, gradcheck.MissingGPrime)(dA, z, aPrev, W)
		return dz, dW, dz, daPrev
	}))
	show("the convention of the article", lab.Judge(lab.DenseBackward(tanh.Layer), tanh.Algorithm2))
	show("a panic", lab.Judge(lab.LinearBackward, func(dZ, aPrev, W *Matrix) (dW, db, daPrev *Matrix) {
		dW = matrix.New[float64](W.Rows, W.Cols)
		matrix.MulTN(dW, dZ, aPrev)
		return dW, nil, nil
	}))
	show("not all filled in", lab.Judge(lab.LinearBackward, func(dZ, aPrev, W *Matrix) (dW, db, daPrev *Matrix) {
		dW, _, _ = student.LinearBackward(dZ, aPrev, W)
		return dW, nil, nil
	}))
	show("a number", lab.Judge(lab.CrossEntropy, func(A, Y *Matrix) float64 { return -student.Entropy(A, Y) }))
	show("a function of a number", lab.Judge(lab.SigmoidGradient, student.Sigmoid))
	show("two factors", lab.Judge(lab.LinearRegression, func(X, y, theta *Matrix, lambda float64) (float64, *Matrix) {
		J, gradient := student.LinearRegression(X, y, theta, 0)
		return J, student.Scale(2, gradient)
	}))
	const path = "testdata/verdicts.txt"
	if *write {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("other words than in %s (write them anew with -update): %s", path, diff)
	}
}

// As HTML the verdict has the same words, and nothing of it is markup.
func TestVerdictAsHTML(t *testing.T) {
	v := lab.Judge(lab.DenseBackward(student.Activations["tanh"].Layer), denseBackward(student.Activations["tanh"], gradcheck.BiasNotSummed))
	v.Notes = []string{"a < b"}
	html := v.HTML()
	for _, text := range []string{"✗ dense backward, tanh", "<code>bias_not_summed</code>", "✓ dz<br>✓ dW<br>✗ db is dz itself, 3×7", "a &lt; b", "(13), (18).", "</div>"} {
		if !strings.Contains(html, text) {
			t.Errorf("%q is not in %s", text, html)
		}
	}
	passed := lab.Judge(lab.Sigmoid, student.Sigmoid)
	if html := passed.HTML(); !strings.Contains(html, "✓ sigmoid</b>: right in 6 trials</div>") {
		t.Error(html)
	}
}

// Derivative is an exercise for any gradient that the engine can derive.
func TestDerivative(t *testing.T) {
	type gradient = func(A, X *Matrix, c float64) *Matrix
	e := lab.Derivative[gradient]("c*tr(X'*A*X)", "X", "A:n,n", "X:n,m", "c")
	right := func(A, X *Matrix, c float64) *Matrix {
		return student.Scale(c, student.Mul(student.Add(A, student.T(A)), X))
	}
	if v := lab.Judge(e, right); !v.Passed {
		t.Errorf("%v", v)
	}
	if v := lab.Judge(e, func(A, X *Matrix, c float64) *Matrix { return student.Scale(-1, right(A, X, c)) }); v.Mistake != gradcheck.Sign {
		t.Errorf("%v", v)
	}
	byC := lab.Derivative[func(A, X *Matrix, c float64) float64]("c*tr(X'*A*X)", "c", "A:n,n", "X:n,m", "c")
	if v := lab.Judge(byC, func(A, X *Matrix, c float64) float64 {
		return student.Total(student.Hadamard(X, student.Mul(A, X)))
	}); !v.Passed {
		t.Errorf("%v", v)
	}
	wrong := lab.Derivative[func(A, X *Matrix) *Matrix]("tr(A*", "X", "A:n,n", "X:n,n")
	if v := lab.Judge(wrong, func(A, X *Matrix) *Matrix { return A }); v.Passed || !strings.Contains(v.Text, "can't be computed") {
		t.Errorf("%v", v)
	}
	defer func() {
		if r := fmt.Sprint(recover()); !strings.Contains(r, "it must be a func(*matrix.Matrix[float64], float64)") {
			t.Error(r)
		}
	}()
	lab.Derivative[func(X *Matrix) *Matrix]("c*tr(X)", "X", "X:n,n", "c")
}

// An exercise says what to write.
func TestExercisesAreDescribed(t *testing.T) {
	names := map[string]bool{}
	for _, e := range lab.Exercises() {
		if e.Lab < 1 || e.Lab > 13 || e.Task == "" || !strings.HasPrefix(e.Signature, "func(") {
			t.Errorf("%+v", e)
		}
		if names[e.Name] {
			t.Errorf("two exercises are called %q", e.Name)
		}
		names[e.Name] = true
	}
}

func ExampleCheck() {
	lab.Check(lab.SigmoidGradient, func(z float64) float64 {
		a := 1 / (1 + math.Exp(-z))
		return a * (1 - a)
	})
	lab.Check(lab.LinearBackward, func(dZ, aPrev, W *lab.Matrix) (dW, db, daPrev *lab.Matrix) {
		dW = matrix.New[float64](W.Rows, W.Cols)
		matrix.MulNT(dW, dZ, aPrev)
		db = matrix.New[float64](W.Rows, 1)
		matrix.RowSums(db, dZ)
		matrix.Scale(db, 1/float64(dZ.Cols), db)
		daPrev = matrix.New[float64](W.Cols, dZ.Cols)
		matrix.MulTN(daPrev, W, dZ)
		return dW, db, daPrev
	})
	// Output:
	// ✓ sigmoid gradient: right in 6 trials
	// ✗ linear backward (missing_mean)
	//   ✗ dW is 7 times the right one: a sum over the 7 examples in place of their mean
	//   ✓ db
	//   ✓ daPrev
	//   Hint: The cost is a mean over the m examples, so its gradient is one, too.
}
