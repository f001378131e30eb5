// Package student has solutions of the exercises of the labs, for tests: written
// as a student may write them, with loops and with package math, so that they
// are right, but differ from the framework in rounding.
package student

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"gradlab/layers"
	"gradlab/matrix"
)

// Matrix is that of the labs.
type Matrix = matrix.Matrix[float64]

func Build(rows, cols int, at func(i, j int) float64) *Matrix {
	x := matrix.New[float64](rows, cols)
	for i := range rows {
		for j := range cols {
			x.Set(i, j, at(i, j))
		}
	}
	return x
}

func Each(x *Matrix, f func(float64) float64) *Matrix {
	return Build(x.Rows, x.Cols, func(i, j int) float64 { return f(x.At(i, j)) })
}

func Both(x, y *Matrix, f func(x, y float64) float64) *Matrix {
	matrix.SameShape("both", x, y)
	return Build(x.Rows, x.Cols, func(i, j int) float64 { return f(x.At(i, j), y.At(i, j)) })
}

func Mul(x, y *Matrix) *Matrix {
	if x.Cols != y.Rows {
		panic("mul: shapes do not fit")
	}
	return Build(x.Rows, y.Cols, func(i, j int) float64 {
		s := 0.0
		for p := x.Cols - 1; p >= 0; p-- {
			s += x.At(i, p) * y.At(p, j)
		}
		return s
	})
}

func T(x *Matrix) *Matrix {
	return Build(x.Cols, x.Rows, func(i, j int) float64 { return x.At(j, i) })
}

func Scale(c float64, x *Matrix) *Matrix {
	return Each(x, func(v float64) float64 { return c * v })
}
func Add(x, y *Matrix) *Matrix {
	return Both(x, y, func(x, y float64) float64 { return x + y })
}
func Sub(x, y *Matrix) *Matrix {
	return Both(x, y, func(x, y float64) float64 { return x - y })
}
func Hadamard(x, y *Matrix) *Matrix {
	return Both(x, y, func(x, y float64) float64 { return x * y })
}

// rowSums returns Σⱼ x, a column.
func RowSums(x *Matrix) *Matrix {
	return Mul(x, Build(x.Cols, 1, func(int, int) float64 { return 1 }))
}

func Total(x *Matrix) float64 {
	s := 0.0
	for _, v := range x.Data {
		s += v
	}
	return s
}

// spread returns the column b, m times.
func Spread(b *Matrix, m int) *Matrix {
	return Build(b.Rows, m, func(i, _ int) float64 { return b.At(i, 0) })
}

func Sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// Activation is g and g′ as a student has them.
type Activation struct {
	Layer    layers.Activation[float64]
	G, Prime func(z float64) float64
}

// Activations are those of the course, by name.
var Activations = map[string]Activation{
	"sigmoid": {Layer: layers.Sigmoid[float64]{}, G: Sigmoid, Prime: func(z float64) float64 { return Sigmoid(z) * (1 - Sigmoid(z)) }},
	"tanh":    {Layer: layers.Tanh[float64]{}, G: math.Tanh, Prime: func(z float64) float64 { return 1 - math.Tanh(z)*math.Tanh(z) }},
	"relu": {Layer: layers.ReLU[float64]{}, G: func(z float64) float64 { return math.Max(z, 0) }, Prime: func(z float64) float64 {
		if z > 0 {
			return 1
		}
		return 0
	}},
}

func Entropy(A, Y *Matrix) float64 {
	s := 0.0
	for i := range A.Data {
		s -= Y.Data[i]*math.Log(A.Data[i]) + (1-Y.Data[i])*math.Log(1-A.Data[i])
	}
	return s / float64(A.Cols)
}

func Propagate(W, b, X, Y *Matrix) (cost float64, dW, db *Matrix) {
	A := Each(LinearForward(X, W, b), Sigmoid)
	dZ := Scale(1/float64(X.Cols), Sub(A, Y))
	return Entropy(A, Y), Mul(dZ, T(X)), RowSums(dZ)
}

func Optimize(W, b, X, Y *Matrix, steps int, rate float64) (costs []float64) {
	for range steps {
		J, dW, db := Propagate(W, b, X, Y)
		costs = append(costs, J)
		copy(W.Data, Update(W, dW, rate).Data)
		copy(b.Data, Update(b, db, rate).Data)
	}
	return costs
}

func Predict(W, b, X *Matrix) *Matrix {
	return Each(LinearForward(X, W, b), func(z float64) float64 {
		if Sigmoid(z) > 0.5 {
			return 1
		}
		return 0
	})
}

func LinearForward(aPrev, W, b *Matrix) *Matrix { return Add(Mul(W, aPrev), Spread(b, aPrev.Cols)) }

func LinearBackward(dZ, aPrev, W *Matrix) (dW, db, daPrev *Matrix) {
	m := float64(dZ.Cols)
	return Scale(1/m, Mul(dZ, T(aPrev))), Scale(1/m, RowSums(dZ)), Mul(T(W), dZ)
}

func (g Activation) Forward(aPrev, W, b *Matrix) (z, a *Matrix) {
	z = LinearForward(aPrev, W, b)
	return z, Each(z, g.G)
}

func (g Activation) Backward(dA, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix) {
	dz = Hadamard(dA, Each(z, g.Prime))
	dW, db, daPrev = LinearBackward(dz, aPrev, W)
	return dz, dW, db, daPrev
}

func (g Activation) Algorithm2(dA, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix) {
	dz = Hadamard(dA, Each(z, g.Prime))
	return dz, Mul(dz, T(aPrev)), RowSums(dz), Mul(T(W), dz)
}

// Backward is Algorithm 2 for any activation.
func Backward(gPrime func(float64) float64, da, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix) {
	return Activation{Prime: gPrime}.Algorithm2(da, z, aPrev, W)
}

// LastLayer is the equations (7) to (13), for one example.
func LastLayer(y, a2, z2, a1, W2 *Matrix) (da2, dz2, dW2, da1, db2 *Matrix) {
	da2 = Both(a2, y, func(a, y float64) float64 { return -y/a + (1-y)/(1-a) })
	dz2 = Sub(a2, y)
	return da2, dz2, Mul(dz2, T(a1)), Mul(T(W2), dz2), dz2
}

// FirstLayer is the equations (15) to (18), for one example.
func FirstLayer(da1, z1, x *Matrix) (dz1, dW1, db1 *Matrix) {
	dz1 = Hadamard(da1, Each(z1, Activations["tanh"].Prime))
	return dz1, Mul(dz1, T(x)), dz1
}

func (g Activation) Regularised(dA, D *Matrix, keep float64, z, aPrev, W *Matrix, lambda float64) (dz, dW, db, daPrev *Matrix) {
	dz, dW, db, daPrev = g.Backward(Scale(1/keep, Hadamard(dA, D)), z, aPrev, W)
	return dz, Add(dW, Scale(lambda/float64(z.Cols), W)), db, daPrev
}

func ForwardTwoLayers(X, W1, b1, W2, b2 *Matrix) (Z1, A1, Z2, A2 *Matrix) {
	Z1, A1 = Activations["tanh"].Forward(X, W1, b1)
	Z2, A2 = Activations["sigmoid"].Forward(A1, W2, b2)
	return Z1, A1, Z2, A2
}

func BackwardTwoLayers(X, Y, W1, W2, A1, A2 *Matrix) (dW1, db1, dW2, db2 *Matrix) {
	dW2, db2, dA1 := LinearBackward(Sub(A2, Y), A1, W2)
	dW1, db1, _ = LinearBackward(Hadamard(dA1, Each(A1, func(a float64) float64 { return 1 - a*a })), X, W1)
	return dW1, db1, dW2, db2
}

func Update(W, dW *Matrix, rate float64) *Matrix { return Sub(W, Scale(rate, dW)) }

func TrainStep(X, Y, W1, b1, W2, b2 *Matrix, rate float64) (_, _, _, _ *Matrix) {
	_, A1, _, A2 := ForwardTwoLayers(X, W1, b1, W2, b2)
	dW1, db1, dW2, db2 := BackwardTwoLayers(X, Y, W1, W2, A1, A2)
	return Update(W1, dW1, rate), Update(b1, db1, rate), Update(W2, dW2, rate), Update(b2, db2, rate)
}

func ModelForward(X *Matrix, W, b []*Matrix) (A, Z []*Matrix) {
	A, Z = []*Matrix{X}, []*Matrix{nil}
	for l := 1; l < len(W); l++ {
		g := Activations["relu"]
		if l == len(W)-1 {
			g = Activations["sigmoid"]
		}
		z, a := g.Forward(A[l-1], W[l], b[l])
		A, Z = append(A, a), append(Z, z)
	}
	return A, Z
}

func ModelBackward(Y *Matrix, A, Z, W []*Matrix) (dA, dW, db []*Matrix) {
	L := len(W) - 1
	dA, dW, db = make([]*Matrix, L+1), make([]*Matrix, L+1), make([]*Matrix, L+1)
	dA[L] = Both(A[L], Y, func(a, y float64) float64 { return -y/a + (1-y)/(1-a) })
	for l := L; l >= 1; l-- {
		g := Activations["relu"]
		if l == L {
			g = Activations["sigmoid"]
		}
		_, dW[l], db[l], dA[l-1] = g.Backward(dA[l], Z[l], A[l-1], W[l])
	}
	return dA, dW, db
}

// NetworkBackward is ModelBackward with the 1/m in dA[L].
func NetworkBackward(Y *Matrix, A, Z, W []*Matrix) (dA, dW, db []*Matrix) {
	dA, dW, db = ModelBackward(Y, A, Z, W)
	for l := range dA {
		dA[l] = Scale(1/float64(Y.Cols), dA[l])
	}
	return dA, dW, db
}

func Softmax(z *Matrix) *Matrix {
	return Build(z.Rows, z.Cols, func(i, j int) float64 {
		s := 0.0
		for k := range z.Rows {
			s += math.Exp(z.At(k, j) - z.At(i, j))
		}
		return 1 / s
	})
}

func L2Cost(A, Y *Matrix, W []*Matrix, lambda float64) float64 {
	s := 0.0
	for _, w := range W[1:] {
		s += Total(Hadamard(w, w))
	}
	return Entropy(A, Y) + lambda/(2*float64(A.Cols))*s
}

func NumericalGradient(J func(*Matrix) float64, theta *Matrix, epsilon float64) *Matrix {
	return Build(theta.Rows, 1, func(i, _ int) float64 {
		plus, minus := theta.Clone(), theta.Clone()
		plus.Data[i] += epsilon
		minus.Data[i] -= epsilon
		return (J(plus) - J(minus)) / (2 * epsilon)
	})
}

func Norm(x *Matrix) float64 { return math.Sqrt(Total(Hadamard(x, x))) }

func MiniBatches(X, Y *Matrix, size int, order []int) (Xs, Ys []*Matrix) {
	for from := 0; from < len(order); from += size {
		batch := order[from:min(from+size, len(order))]
		take := func(x *Matrix) *Matrix {
			return Build(x.Rows, len(batch), func(i, j int) float64 { return x.At(i, batch[j]) })
		}
		Xs, Ys = append(Xs, take(X)), append(Ys, take(Y))
	}
	return Xs, Ys
}

func Momentum(W, dW, v *Matrix, beta, rate float64) (_, _ *Matrix) {
	v = Add(Scale(beta, v), Scale(1-beta, dW))
	return Sub(W, Scale(rate, v)), v
}

func Adam(W, dW, v, s *Matrix, step int, rate, beta1, beta2, epsilon float64) (_, _, _ *Matrix) {
	v = Add(Scale(beta1, v), Scale(1-beta1, dW))
	s = Add(Scale(beta2, s), Scale(1-beta2, Hadamard(dW, dW)))
	c1, c2 := 1-math.Pow(beta1, float64(step)), 1-math.Pow(beta2, float64(step))
	return Sub(W, Both(v, s, func(v, s float64) float64 { return rate * v / c1 / (math.Sqrt(s/c2) + epsilon) })), v, s
}

func BatchNormForward(z, gamma, beta *Matrix, epsilon float64) (zNorm, zTilde *Matrix) {
	m := float64(z.Cols)
	centred := Sub(z, Spread(Scale(1/m, RowSums(z)), z.Cols))
	variance := Scale(1/m, RowSums(Hadamard(centred, centred)))
	zNorm = Both(centred, Spread(variance, z.Cols), func(x, v float64) float64 { return x / math.Sqrt(v+epsilon) })
	return zNorm, Add(Hadamard(Spread(gamma, z.Cols), zNorm), Spread(beta, z.Cols))
}

func BatchNormBackward(dzTilde, zNorm, gamma, sigma2 *Matrix, epsilon float64) (dgamma, dbeta, dz *Matrix) {
	m := dzTilde.Cols
	dgamma, dbeta = RowSums(Hadamard(dzTilde, zNorm)), RowSums(dzTilde)
	dz = Build(dzTilde.Rows, m, func(i, j int) float64 {
		inner := dzTilde.At(i, j) - dbeta.At(i, 0)/float64(m) - zNorm.At(i, j)*dgamma.At(i, 0)/float64(m)
		return gamma.At(i, 0) / math.Sqrt(sigma2.At(i, 0)+epsilon) * inner
	})
	return dgamma, dbeta, dz
}

func withoutBias(theta *Matrix) *Matrix {
	w := theta.Clone()
	w.Data[0] = 0
	return w
}

func LinearRegression(X, y, theta *Matrix, lambda float64) (float64, *Matrix) {
	m, w := float64(X.Rows), withoutBias(theta)
	e := Sub(Mul(X, theta), y)
	return (Total(Hadamard(e, e)) + lambda*Total(Hadamard(w, w))) / (2 * m), Scale(1/m, Add(Mul(T(X), e), Scale(lambda, w)))
}

func LogisticRegression(X, y, theta *Matrix, lambda float64) (float64, *Matrix) {
	m, w := float64(X.Rows), withoutBias(theta)
	h := Each(Mul(X, theta), Sigmoid)
	return Entropy(T(h), T(y)) + lambda*Total(Hadamard(w, w))/(2*m), Scale(1/m, Add(Mul(T(X), Sub(h, y)), Scale(lambda, w)))
}

func NormalEquation(X, y *Matrix) *Matrix {
	var theta mat.Dense
	if err := theta.Solve(Mul(T(X), X), Mul(T(X), y)); err != nil {
		panic(err)
	}
	return matrix.FromDense[float64](&theta)
}

func FeatureNormalize(X *Matrix) (scaled, mu, sigma *Matrix) {
	m := float64(X.Rows)
	mu = T(Scale(1/m, RowSums(T(X))))
	centred := Build(X.Rows, X.Cols, func(i, j int) float64 { return X.At(i, j) - mu.At(0, j) })
	sigma = Each(T(Scale(1/(m-1), RowSums(T(Hadamard(centred, centred))))), math.Sqrt)
	return Build(X.Rows, X.Cols, func(i, j int) float64 { return centred.At(i, j) / sigma.At(0, j) }), mu, sigma
}

func MapFeature(x1, x2 *Matrix, degree int) *Matrix {
	var powers [][2]int
	for i := range degree + 1 {
		for j := range i + 1 {
			powers = append(powers, [2]int{i - j, j})
		}
	}
	return Build(x1.Rows, len(powers), func(i, k int) float64 {
		return math.Pow(x1.At(i, 0), float64(powers[k][0])) * math.Pow(x2.At(i, 0), float64(powers[k][1]))
	})
}

func PredictOneVsAll(X, theta *Matrix) []int {
	scores := Mul(X, T(theta))
	classes := make([]int, X.Rows)
	for i := range classes {
		for k := range scores.Cols {
			if scores.At(i, k) > scores.At(i, max(classes[i]-1, 0)) || k == 0 {
				classes[i] = k + 1
			}
		}
	}
	return classes
}

func withOnes(X *Matrix) *Matrix {
	return Build(X.Rows, X.Cols+1, func(i, j int) float64 {
		if j == 0 {
			return 1
		}
		return X.At(i, j-1)
	})
}

func NNCost(Theta1, Theta2, X, Y *Matrix, lambda float64) (cost float64, grad1, grad2 *Matrix) {
	m := float64(X.Rows)
	noBias := func(theta *Matrix) *Matrix {
		return Build(theta.Rows, theta.Cols, func(i, j int) float64 {
			if j == 0 {
				return 0
			}
			return theta.At(i, j)
		})
	}
	A1 := withOnes(X)
	S := Each(Mul(A1, T(Theta1)), Sigmoid)
	A2 := withOnes(S)
	H := Each(Mul(A2, T(Theta2)), Sigmoid)
	P1, P2 := noBias(Theta1), noBias(Theta2)
	cost = Entropy(T(H), T(Y)) + lambda/(2*m)*(Total(Hadamard(P1, P1))+Total(Hadamard(P2, P2)))
	D3 := Sub(H, Y)
	back := Mul(D3, Theta2)
	D2 := Build(S.Rows, S.Cols, func(i, j int) float64 { return back.At(i, j+1) * S.At(i, j) * (1 - S.At(i, j)) })
	return cost, Scale(1/m, Add(Mul(T(D2), A1), Scale(lambda, P1))), Scale(1/m, Add(Mul(T(D3), A2), Scale(lambda, P2)))
}

func PolyFeatures(x *Matrix, p int) *Matrix {
	return Build(x.Rows, p, func(i, j int) float64 { return math.Pow(x.At(i, 0), float64(j+1)) })
}

func topRows(x *Matrix, n int) *Matrix {
	return Build(n, x.Cols, func(i, j int) float64 { return x.At(i, j) })
}

func LearningCurve(X, y, Xval, yval *Matrix, lambda float64, fit func(X, y *Matrix, lambda float64) *Matrix) (train, val []float64) {
	for i := 1; i <= X.Rows; i++ {
		Xi, yi := topRows(X, i), topRows(y, i)
		theta := fit(Xi, yi, lambda)
		J, _ := LinearRegression(Xi, yi, theta, 0)
		train = append(train, J)
		J, _ = LinearRegression(Xval, yval, theta, 0)
		val = append(val, J)
	}
	return train, val
}

func Standardise(train, test *Matrix) (_, _ *Matrix) {
	m := float64(train.Cols)
	mean := Scale(1/m, RowSums(train))
	centred := Sub(train, Spread(mean, train.Cols))
	std := Each(Scale(1/m, RowSums(Hadamard(centred, centred))), math.Sqrt)
	by := func(x *Matrix) *Matrix {
		return Both(Sub(x, Spread(mean, x.Cols)), Spread(std, x.Cols), func(x, s float64) float64 { return x / s })
	}
	return by(train), by(test)
}

func Confusion(predicted, actual []int, k int) [][]int {
	counts := make([][]int, k)
	for t := range counts {
		counts[t] = make([]int, k)
	}
	for i, t := range actual {
		counts[t][predicted[i]]++
	}
	return counts
}
