package layers

import (
	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// Activation is a function g from z to a. All matrices are n×m; a column is an
// example.
type Activation[T matrix.Float] interface {
	// Apply sets a = g(z).
	Apply(a, z *matrix.Matrix[T])
	// Backward sets dz = da ⊙ g′(z); a is g(z), for the derivatives that are
	// simplest in it. (For softmax, whose g′ is a matrix, dz = g′(z)ᵀ·da.)
	Backward(dz, da, z, a *matrix.Matrix[T])
}

// Identity is g(z) = z.
type Identity[T matrix.Float] struct{}

func (Identity[T]) Apply(a, z *matrix.Matrix[T]) { matrix.Copy(a, z) }

func (Identity[T]) Backward(dz, da, z, a *matrix.Matrix[T]) { matrix.Copy(dz, da) }

// Sigmoid is g(z) = 1/(1+e⁻ᶻ), with g′ = a(1-a).
type Sigmoid[T matrix.Float] struct{}

func (Sigmoid[T]) Apply(a, z *matrix.Matrix[T]) {
	matrix.SameShape("layers.Sigmoid", a, z)
	for i := kernel.SigmoidForward(a.Data, z.Data); i < len(z.Data); i++ {
		a.Data[i] = matrix.Sigmoid(z.Data[i])
	}
}

func (Sigmoid[T]) Backward(dz, da, z, a *matrix.Matrix[T]) {
	matrix.SameShape("layers.Sigmoid", dz, da, z, a)
	for i := kernel.SigmoidBackward(dz.Data, da.Data, a.Data); i < len(a.Data); i++ {
		a := a.Data[i]
		dz.Data[i] = da.Data[i] * (a * (1 - a))
	}
}

// Tanh is g(z) = tanh z, with g′ = 1 - a².
type Tanh[T matrix.Float] struct{}

func (Tanh[T]) Apply(a, z *matrix.Matrix[T]) {
	matrix.SameShape("layers.Tanh", a, z)
	for i := kernel.TanhForward(a.Data, z.Data); i < len(z.Data); i++ {
		a.Data[i] = matrix.Tanh(z.Data[i])
	}
}

func (Tanh[T]) Backward(dz, da, z, a *matrix.Matrix[T]) {
	matrix.SameShape("layers.Tanh", dz, da, z, a)
	for i := kernel.TanhBackward(dz.Data, da.Data, a.Data); i < len(a.Data); i++ {
		a := a.Data[i]
		dz.Data[i] = da.Data[i] * (1 - T(a*a))
	}
}

// ReLU is g(z) = max(z, 0), with g′(0) = 0 as in the course.
type ReLU[T matrix.Float] struct{}

func (ReLU[T]) Apply(a, z *matrix.Matrix[T]) { LeakyReLU[T]{}.Apply(a, z) }

func (ReLU[T]) Backward(dz, da, z, a *matrix.Matrix[T]) { LeakyReLU[T]{}.Backward(dz, da, z, a) }

// LeakyReLU is g(z) = z for z > 0 and Slope·z elsewhere, with g′(0) = Slope.
type LeakyReLU[T matrix.Float] struct {
	Slope T // 0.01 is usual
}

func (l LeakyReLU[T]) Apply(a, z *matrix.Matrix[T]) {
	matrix.SameShape("layers.LeakyReLU", a, z)
	for i := kernel.LeakyReLUForward(a.Data, z.Data, l.Slope); i < len(z.Data); i++ {
		z := z.Data[i]
		if z <= 0 {
			z *= l.Slope
		}
		a.Data[i] = z
	}
}

func (l LeakyReLU[T]) Backward(dz, da, z, a *matrix.Matrix[T]) {
	matrix.SameShape("layers.LeakyReLU", dz, da, z, a)
	for i := kernel.LeakyReLUBackward(dz.Data, da.Data, z.Data, l.Slope); i < len(z.Data); i++ {
		d := da.Data[i]
		if z.Data[i] <= 0 {
			d *= l.Slope
		}
		dz.Data[i] = d
	}
}

// ELU is g(z) = z for z > 0 and Alpha·(eᶻ-1) elsewhere, where g′ = a + Alpha
// (Clevert et al. 2015).
type ELU[T matrix.Float] struct {
	Alpha T // 1 is usual
}

func (e ELU[T]) Apply(a, z *matrix.Matrix[T]) {
	matrix.SameShape("layers.ELU", a, z)
	for i := kernel.ELUForward(a.Data, z.Data, e.Alpha); i < len(z.Data); i++ {
		z := z.Data[i]
		if z <= 0 {
			z = e.Alpha * matrix.Expm1(z)
		}
		a.Data[i] = z
	}
}

func (e ELU[T]) Backward(dz, da, z, a *matrix.Matrix[T]) {
	matrix.SameShape("layers.ELU", dz, da, z, a)
	for i := kernel.ELUBackward(dz.Data, da.Data, z.Data, a.Data, e.Alpha); i < len(z.Data); i++ {
		d := da.Data[i]
		if z.Data[i] <= 0 {
			d *= a.Data[i] + e.Alpha
		}
		dz.Data[i] = d
	}
}

// Softplus is g(z) = log(1+eᶻ), with g′ = σ(z).
type Softplus[T matrix.Float] struct{}

func (Softplus[T]) Apply(a, z *matrix.Matrix[T]) {
	matrix.SameShape("layers.Softplus", a, z)
	for i := kernel.SoftplusForward(a.Data, z.Data); i < len(z.Data); i++ {
		a.Data[i] = matrix.Softplus(z.Data[i])
	}
}

func (Softplus[T]) Backward(dz, da, z, a *matrix.Matrix[T]) {
	matrix.SameShape("layers.Softplus", dz, da, z, a)
	for i := kernel.SoftplusBackward(dz.Data, da.Data, z.Data); i < len(z.Data); i++ {
		dz.Data[i] = da.Data[i] * matrix.Sigmoid(z.Data[i])
	}
}

// GELU is the tanh form g(z) = ½z(1+t), t = tanh u, u = √(2/π)(z + 0.044715z³),
// with g′ = ½(1+t) + ½z(1-t²)u′ (Hendrycks and Gimpel 2016).
type GELU[T matrix.Float] struct{}

const (
	sqrt2OverPi = 0.7978845608028653558798921198687637
	geluCubic   = 0.044715
)

func (GELU[T]) Apply(a, z *matrix.Matrix[T]) {
	matrix.SameShape("layers.GELU", a, z)
	for i := kernel.GELUForward(a.Data, z.Data); i < len(z.Data); i++ {
		z := z.Data[i]
		u := sqrt2OverPi * (z + T(geluCubic*z*z*z))
		a.Data[i] = z / 2 * (1 + matrix.Tanh(u))
	}
}

func (GELU[T]) Backward(dz, da, z, a *matrix.Matrix[T]) {
	matrix.SameShape("layers.GELU", dz, da, z, a)
	for i := kernel.GELUBackward(dz.Data, da.Data, z.Data); i < len(z.Data); i++ {
		z := z.Data[i]
		t := matrix.Tanh(sqrt2OverPi * (z + T(geluCubic*z*z*z)))
		du := sqrt2OverPi * (1 + T(3*geluCubic*z*z))
		dz.Data[i] = da.Data[i] * (T((1+t)/2) + T(z/2*(1-T(t*t))*du))
	}
}

// Softmax is g(z)ᵢ = e^zᵢ / Σₖ e^zₖ in every column. Its derivative is the
// matrix diag(a) - a·aᵀ; its product with da needs only the number aᵀ·da.
type Softmax[T matrix.Float] struct{}

func (Softmax[T]) Apply(a, z *matrix.Matrix[T]) {
	matrix.SameShape("layers.Softmax", a, z)
	for j := kernel.Softmax(a.Data, z.Data, z.Rows); j < z.Cols; j++ {
		a, z := a.Col(j), z.Col(j)
		max, sum := float64(z[matrix.ArgMax(z)]), 0.0
		for i, z := range z {
			e := matrix.Exp(float64(z) - max) // so that nothing overflows
			a[i], sum = T(e), sum+e
		}
		for i := range a {
			a[i] = T(float64(a[i]) / sum)
		}
	}
}

func (Softmax[T]) Backward(dz, da, z, a *matrix.Matrix[T]) {
	matrix.SameShape("layers.Softmax", dz, da, z, a)
	for j := kernel.SoftmaxBackward(dz.Data, da.Data, a.Data, a.Rows); j < a.Cols; j++ {
		dz, da, a := dz.Col(j), da.Col(j), a.Col(j)
		dot := 0.0 // aᵀ·da
		for i := range a {
			dot += float64(float64(a[i]) * float64(da[i]))
		}
		for i := range a {
			dz[i] = T(float64(a[i]) * (float64(da[i]) - dot)) // dz = a ⊙ (da - aᵀ·da)
		}
	}
}
