package layers

import (
	"fmt"
	"math"

	"gradlab/internal/kernel"
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

	Z       *matrix.Matrix[T] // n×m, the caller's
	ZNorm   *matrix.Matrix[T] // n×m
	ZTilde  *matrix.Matrix[T] // n×m
	A       *matrix.Matrix[T] // n×m
	DZTilde *matrix.Matrix[T] // n×m
	DZ      *matrix.Matrix[T] // n×m

	mu, sigma2     []float64 // n: μ and σ² of the batch
	mean, variance []float64 // n: the running averages
	std            []float64 // n: √(σ²+ε); then γ/√(σ²+ε)
	dgamma, dbeta  []float64 // n: before rounding; then over m

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
	}
	for _, row := range []*[]float64{&b.mu, &b.sigma2, &b.mean, &b.variance, &b.std, &b.dgamma, &b.dbeta} {
		*row = make([]float64, n)
	}
	b.params = []matrix.Param[T]{{Name: "gamma", Value: gamma, Grad: b.DGamma}, {Name: "beta", Value: beta, Grad: b.DBeta}}
	b.state = []matrix.Param[T]{{Name: "mean", Value: mean}, {Name: "var", Value: variance}}
	return b
}

// Forward returns a, with the mean and variance of this batch.
func (b *BatchNorm[T]) Forward(z *matrix.Matrix[T]) *matrix.Matrix[T] {
	b.resize(z)
	m := float64(z.Cols)
	matrix.RowTotals(b.mu, z)
	for i := range b.mu {
		b.mu[i] /= m // μ = 1/m Σⱼ z
	}
	matrix.RowSquares(b.sigma2, z, b.mu)
	for i := range b.sigma2 {
		b.sigma2[i] /= m // σ² = 1/m Σⱼ (z-μ)²
	}
	b.normalise(b.mu, b.sigma2)
	b.G.Apply(b.A, b.ZTilde) // a = g(z̃)
	return b.A
}

// Backward takes da, n×m, sets DGamma and DBeta, moves the running averages
// and returns dz. As z_norm depends on z also through μ and σ²,
//
//	dz = γ/√(σ²+ε) ⊙ (dz̃ - dβ/m - z_norm ⊙ dγ/m)
func (b *BatchNorm[T]) Backward(da *matrix.Matrix[T]) *matrix.Matrix[T] {
	b.DZTilde.Resize(b.Z.Rows, b.Z.Cols)
	b.DZ.Resize(b.Z.Rows, b.Z.Cols)

	b.G.Backward(b.DZTilde, da, b.ZTilde, b.A)       // dz̃ = da ⊙ g′(z̃)
	matrix.RowTotals(b.dbeta, b.DZTilde)             // dβ = Σⱼ dz̃
	matrix.RowProducts(b.dgamma, b.DZTilde, b.ZNorm) // dγ = Σⱼ dz̃ ⊙ z_norm
	for i := range b.mu {
		b.DGamma.Data[i], b.DBeta.Data[i] = T(b.dgamma[i]), T(b.dbeta[i])
		b.Mean.Data[i] = b.moved(b.Mean.Data[i], b.mu[i])
		b.Var.Data[i] = b.moved(b.Var.Data[i], b.sigma2[i])
	}
	b.standardiseBackward()
	return b.DZ
}

// Predict returns a, with the running averages.
func (b *BatchNorm[T]) Predict(z *matrix.Matrix[T]) *matrix.Matrix[T] {
	b.resize(z)
	for i := range b.mean {
		b.mean[i], b.variance[i] = float64(b.Mean.Data[i]), float64(b.Var.Data[i])
	}
	b.normalise(b.mean, b.variance)
	b.G.Apply(b.A, b.ZTilde)
	return b.A
}

// normalise computes z_norm and z̃.
func (b *BatchNorm[T]) normalise(mu, sigma2 []float64) {
	std, gamma, beta := b.std, b.Gamma.Data, b.Beta.Data
	for i := range std {
		std[i] = math.Sqrt(sigma2[i] + b.Epsilon)
	}
	for j := range b.Z.Cols {
		z, zNorm, zTilde := b.Z.Col(j), b.ZNorm.Col(j), b.ZTilde.Col(j)
		for i := kernel.Standardise(zNorm, z, mu, std); i < len(z); i++ {
			zNorm[i] = T((float64(z[i]) - mu[i]) / std[i]) // z_norm = (z-μ) / √(σ²+ε)
		}
		for i := kernel.Shift(zTilde, zNorm, gamma, beta); i < len(z); i++ {
			zTilde[i] = T(gamma[i]*zNorm[i]) + beta[i] // z̃ = γ ⊙ z_norm + β
		}
	}
}

// standardiseBackward computes dz.
func (b *BatchNorm[T]) standardiseBackward() {
	scale, meanBeta, meanGamma, m := b.std, b.dbeta, b.dgamma, float64(b.Z.Cols)
	for i := range scale {
		scale[i] = float64(b.Gamma.Data[i]) / math.Sqrt(b.sigma2[i]+b.Epsilon)
		meanBeta[i] /= m
		meanGamma[i] /= m
	}
	for j := range b.Z.Cols {
		dz, dzTilde, zNorm := b.DZ.Col(j), b.DZTilde.Col(j), b.ZNorm.Col(j)
		for i := kernel.StandardiseBackward(dz, dzTilde, zNorm, scale, meanBeta, meanGamma); i < len(dz); i++ {
			dz[i] = T(scale[i] * (float64(dzTilde[i]) - meanBeta[i] - float64(float64(zNorm[i])*meanGamma[i])))
		}
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
