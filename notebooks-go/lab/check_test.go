package lab_test

import (
	"math"
	"testing"

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
		lab.Judge(lab.ModelForward, student.ModelForward),
		lab.Judge(lab.ModelBackward, student.ModelBackward),
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
