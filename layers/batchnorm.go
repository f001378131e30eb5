package layers

import (
	"fmt"
	"math"

	"gradlab/matrix"
)

// BatchNorm normalises every feature over the batch and then scales and shifts
// it, before the activation (Ioffe and Szegedy 2015; the course's week on batch
// normalisation, where it stands between z and a):
//
//	z_norm = (z - μ) / √(σ² + ε),  z̃ = γ ⊙ z_norm + β,  a = g(z̃)
//
// The layer before it is a Dense with the identity, whose output is z.
// Prediction uses running averages of μ and σ².
type BatchNorm[T matrix.Float] struct {
	Gamma, Beta   *matrix.Matrix[T] // γ, β: n×1
	DGamma, DBeta *matrix.Matrix[T] // n×1
	G             Activation[T]
	Epsilon       float64 // ε
	Momentum      float64 // the weight of the old running averages

	// Mean and Var are the running averages, n×1. Backward moves them, so
	// that a forward pass alone changes nothing but its own results.
	Mean, Var *matrix.Matrix[T]

	Z          *matrix.Matrix[T] // n×m, the caller's
	ZNorm      *matrix.Matrix[T] // n×m
	ZTilde     *matrix.Matrix[T] // n×m
	A          *matrix.Matrix[T] // n×m
	DZTilde    *matrix.Matrix[T] // n×m
	DZ         *matrix.Matrix[T] // n×m
	mu, sigma2 []float64         // n: μ and σ² of the batch

	params, state []matrix.Param[T]
}

// NewBatchNorm returns a layer of n units with γ = 1, β = 0, ε = 1e-5 and
// momentum 0.9.
func NewBatchNorm[T matrix.Float](n int, g Activation[T]) *BatchNorm[T] {
	b := newBatchNorm(matrix.New[T](n, 1), matrix.New[T](n, 1), matrix.New[T](n, 1), matrix.New[T](n, 1), g)
	b.Epsilon, b.Momentum = 1e-5, 0.9
	matrix.Fill(b.Gamma, 1)
	matrix.Fill(b.Var, 1)
	return b
}

func newBatchNorm[T matrix.Float](gamma, beta, mean, variance *matrix.Matrix[T], g Activation[T]) *BatchNorm[T] {
	n := gamma.Rows
	b := &BatchNorm[T]{
		Gamma: gamma, Beta: beta, Mean: mean, Var: variance, G: g,
		DGamma: matrix.New[T](n, 1), DBeta: matrix.New[T](n, 1),
		ZNorm: new(matrix.Matrix[T]), ZTilde: new(matrix.Matrix[T]), A: new(matrix.Matrix[T]),
		DZTilde: new(matrix.Matrix[T]), DZ: new(matrix.Matrix[T]),
		mu: make([]float64, n), sigma2: make([]float64, n),
	}
	b.params = []matrix.Param[T]{{Name: "gamma", Value: gamma, Grad: b.DGamma}, {Name: "beta", Value: beta, Grad: b.DBeta}}
	b.state = []matrix.Param[T]{{Name: "mean", Value: mean}, {Name: "var", Value: variance}}
	return b
}

// Forward returns a, with the mean and variance of this batch.
func (b *BatchNorm[T]) Forward(z *matrix.Matrix[T]) *matrix.Matrix[T] {
	b.resize(z)
	n, m := z.Rows, z.Cols
	for i := range n {
		var sum, squares matrix.Sum
		for j := range m {
			sum.Add(float64(z.Data[j*n+i]))
		}
		mu := sum.Total() / float64(m) // μ = 1/m Σⱼ z
		for j := range m {
			d := float64(z.Data[j*n+i]) - mu
			squares.Add(float64(d * d))
		}
		b.mu[i], b.sigma2[i] = mu, squares.Total()/float64(m) // σ² = 1/m Σⱼ (z-μ)²
		b.normalise(i, b.mu[i], b.sigma2[i])
	}
	b.G.Apply(b.A, b.ZTilde) // a = g(z̃)
	return b.A
}

// Backward takes da, n×m, sets DGamma and DBeta, moves the running averages
// and returns dz. As z_norm depends on z also through μ and σ²,
//
//	dz = γ/√(σ²+ε) ⊙ (dz̃ - dβ/m - z_norm ⊙ dγ/m)
func (b *BatchNorm[T]) Backward(da *matrix.Matrix[T]) *matrix.Matrix[T] {
	n, m := b.Z.Rows, b.Z.Cols
	b.DZTilde.Resize(n, m)
	b.DZ.Resize(n, m)

	b.G.Backward(b.DZTilde, da, b.ZTilde, b.A) // dz̃ = da ⊙ g′(z̃)
	for i := range n {
		var sum, product matrix.Sum
		for k := i; k < n*m; k += n {
			sum.Add(float64(b.DZTilde.Data[k]))
			product.Add(float64(float64(b.DZTilde.Data[k]) * float64(b.ZNorm.Data[k])))
		}
		dbeta, dgamma := sum.Total(), product.Total() // dβ = Σⱼ dz̃, dγ = Σⱼ dz̃ ⊙ z_norm
		scale := float64(b.Gamma.Data[i]) / math.Sqrt(b.sigma2[i]+b.Epsilon)
		meanBeta, meanGamma := dbeta/float64(m), dgamma/float64(m)
		for k := i; k < n*m; k += n {
			b.DZ.Data[k] = T(scale * (float64(b.DZTilde.Data[k]) - meanBeta - float64(float64(b.ZNorm.Data[k])*meanGamma)))
		}
		b.DGamma.Data[i], b.DBeta.Data[i] = T(dgamma), T(dbeta)
		b.Mean.Data[i] = b.moved(b.Mean.Data[i], b.mu[i])
		b.Var.Data[i] = b.moved(b.Var.Data[i], b.sigma2[i])
	}
	return b.DZ
}

// Predict returns a, with the running averages.
func (b *BatchNorm[T]) Predict(z *matrix.Matrix[T]) *matrix.Matrix[T] {
	b.resize(z)
	for i := range z.Rows {
		b.normalise(i, float64(b.Mean.Data[i]), float64(b.Var.Data[i]))
	}
	b.G.Apply(b.A, b.ZTilde)
	return b.A
}

// normalise computes row i of z_norm and z̃.
func (b *BatchNorm[T]) normalise(i int, mu, sigma2 float64) {
	std := math.Sqrt(sigma2 + b.Epsilon)
	gamma, beta := b.Gamma.Data[i], b.Beta.Data[i]
	for k := i; k < len(b.Z.Data); k += b.Z.Rows {
		b.ZNorm.Data[k] = T((float64(b.Z.Data[k]) - mu) / std) // z_norm = (z-μ) / √(σ²+ε)
		b.ZTilde.Data[k] = T(gamma*b.ZNorm.Data[k]) + beta     // z̃ = γ ⊙ z_norm + β
	}
}

// moved returns the running average after one more batch.
func (b *BatchNorm[T]) moved(average T, batch float64) T {
	return T(float64(b.Momentum*float64(average)) + float64((1-b.Momentum)*batch))
}

func (b *BatchNorm[T]) resize(z *matrix.Matrix[T]) {
	if z.Rows != b.Gamma.Rows {
		panic(fmt.Sprintf("layers.BatchNorm: γ is %d×1, z is %d×%d", b.Gamma.Rows, z.Rows, z.Cols))
	}
	b.Z = z
	b.ZNorm.Resize(z.Rows, z.Cols)
	b.ZTilde.Resize(z.Rows, z.Cols)
	b.A.Resize(z.Rows, z.Cols)
}

// Params returns γ and β, which do not decay.
func (b *BatchNorm[T]) Params() []matrix.Param[T] { return b.params }

// State returns the running averages.
func (b *BatchNorm[T]) State() []matrix.Param[T] { return b.state }

// Clone returns a layer that shares γ, β and the running averages.
func (b *BatchNorm[T]) Clone() Layer[T] {
	c := newBatchNorm(b.Gamma, b.Beta, b.Mean, b.Var, b.G)
	c.Epsilon, c.Momentum = b.Epsilon, b.Momentum
	return c
}

var (
	_ Layer[float64]     = (*BatchNorm[float64])(nil)
	_ Predictor[float64] = (*BatchNorm[float64])(nil)
	_ Stateful[float64]  = (*BatchNorm[float64])(nil)
)
