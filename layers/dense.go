package layers

import (
	"math/rand/v2"

	"gradlab/matrix"
)

// Dense is a fully connected layer, z = W·a_prev + b and a = g(z), with the
// backward pass of the article's Algorithm 2. All it computes can be read
// between its calls. For a batch of m examples:
type Dense[T matrix.Float] struct {
	W  *matrix.Matrix[T] // n×nPrev
	B  *matrix.Matrix[T] // n×1
	DW *matrix.Matrix[T] // n×nPrev
	DB *matrix.Matrix[T] // n×1
	G  Activation[T]     // g

	APrev  *matrix.Matrix[T] // nPrev×m, the caller's
	Z, A   *matrix.Matrix[T] // n×m
	DZ     *matrix.Matrix[T] // n×m
	DAPrev *matrix.Matrix[T] // nPrev×m

	params    []matrix.Param[T]
	skipInput bool
}

// NewDense returns a layer from nPrev to n units with the activation g, its
// weights drawn from r as init says and its biases 0.
func NewDense[T matrix.Float](nPrev, n int, g Activation[T], init Init, r *rand.Rand) *Dense[T] {
	d := newDense(matrix.New[T](n, nPrev), matrix.New[T](n, 1), g)
	std := init(nPrev, n)
	if std != 0 {
		for i := range d.W.Data {
			d.W.Data[i] = T(std * matrix.Normal(r))
		}
	}
	return d
}

// newDense returns a layer around given parameters.
func newDense[T matrix.Float](W, b *matrix.Matrix[T], g Activation[T]) *Dense[T] {
	d := &Dense[T]{
		W: W, B: b, G: g,
		DW: matrix.New[T](W.Rows, W.Cols),
		DB: matrix.New[T](W.Rows, 1),
		Z:  new(matrix.Matrix[T]), A: new(matrix.Matrix[T]),
		DZ: new(matrix.Matrix[T]), DAPrev: new(matrix.Matrix[T]),
	}
	d.params = []matrix.Param[T]{
		{Name: "W", Value: d.W, Grad: d.DW, Decay: true},
		{Name: "b", Value: d.B, Grad: d.DB},
	}
	return d
}

// Forward returns a = g(W·a_prev + b).
func (d *Dense[T]) Forward(aPrev *matrix.Matrix[T]) *matrix.Matrix[T] {
	d.APrev = aPrev
	d.Z.Resize(d.W.Rows, aPrev.Cols)
	d.A.Resize(d.W.Rows, aPrev.Cols)

	matrix.Affine(d.Z, d.W, aPrev, d.B) // z = W·a_prev + b    (1), (3)
	d.G.Apply(d.A, d.Z)                 // a = g(z)            (2), (4)
	return d.A
}

// Backward takes da, n×m, sets DW and DB and returns da_prev.
func (d *Dense[T]) Backward(da *matrix.Matrix[T]) *matrix.Matrix[T] {
	d.DZ.Resize(d.Z.Rows, d.Z.Cols)

	d.G.Backward(d.DZ, da, d.Z, d.A)  // dz = da ⊙ g′(z)     (9), (15)
	matrix.MulNT(d.DW, d.DZ, d.APrev) // dW = dz · a_prevᵀ   (11), (17)
	matrix.RowSums(d.DB, d.DZ)        // db = Σⱼ dzⱼ         (13), (18)
	if d.skipInput {
		return nil
	}
	d.DAPrev.Resize(d.APrev.Rows, d.APrev.Cols)
	matrix.MulTN(d.DAPrev, d.W, d.DZ) // da_prev = Wᵀ · dz   (12)
	return d.DAPrev
}

// Params returns W and b.
func (d *Dense[T]) Params() []matrix.Param[T] { return d.params }

// SkipInputGradient makes Backward leave out da_prev and return nil.
func (d *Dense[T]) SkipInputGradient() { d.skipInput = true }

// Clone returns a layer that shares W and b.
func (d *Dense[T]) Clone() Layer[T] {
	c := newDense(d.W, d.B, d.G)
	c.skipInput = d.skipInput
	return c
}

var (
	_ Layer[float64]       = (*Dense[float64])(nil)
	_ InputGradientSkipper = (*Dense[float64])(nil)
)
