package layers

import (
	"fmt"
	"math/rand/v2"

	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// Dropout sets each input to 0 with probability Drop in training and divides
// the others by 1-Drop, so that prediction needs no change ("inverted" dropout,
// Srivastava et al. 2014).
type Dropout[T matrix.Float] struct {
	Drop float64 // the probability of 0, in [0, 1)

	// Uniforms, if not nil, fills u, column by column an n×m matrix, with
	// uniform numbers in [0, 1); an input is kept where its number is below
	// 1-Drop. Nil: the stream that Draw named.
	Uniforms func(u []float64, n, m int)

	Mask      *matrix.Matrix[T] // n×m, 1 where an input is kept
	A, DAPrev *matrix.Matrix[T] // n×m

	seed        uint64
	layer, step int
	source      rand.PCG
	uniform     []float64
}

// NewDropout returns a layer that sets inputs to 0 with probability drop.
func NewDropout[T matrix.Float](drop float64) *Dropout[T] {
	if !(drop >= 0 && drop < 1) {
		panic(fmt.Sprintf("layers.NewDropout: probability %v is not in [0, 1)", drop))
	}
	return &Dropout[T]{Drop: drop, Mask: new(matrix.Matrix[T]), A: new(matrix.Matrix[T]), DAPrev: new(matrix.Matrix[T])}
}

// Draw names the stream of the next masks.
func (d *Dropout[T]) Draw(seed uint64, layer, step int) { d.seed, d.layer, d.step = seed, layer, step }

// Forward returns a = a_prev ⊙ mask / (1-Drop) with a new mask.
func (d *Dropout[T]) Forward(aPrev *matrix.Matrix[T]) *matrix.Matrix[T] {
	d.drawMask(aPrev.Rows, aPrev.Cols)
	d.A.Resize(aPrev.Rows, aPrev.Cols)
	d.apply(d.A, aPrev)
	return d.A
}

// Backward returns da_prev = da ⊙ mask / (1-Drop).
func (d *Dropout[T]) Backward(da *matrix.Matrix[T]) *matrix.Matrix[T] {
	d.DAPrev.Resize(da.Rows, da.Cols)
	d.apply(d.DAPrev, da)
	return d.DAPrev
}

// Predict returns a_prev itself.
func (d *Dropout[T]) Predict(aPrev *matrix.Matrix[T]) *matrix.Matrix[T] { return aPrev }

func (d *Dropout[T]) apply(dst, x *matrix.Matrix[T]) {
	matrix.SameShape("layers.Dropout", dst, x, d.Mask)
	keep := T(1 - d.Drop)
	for i := kernel.Drop(dst.Data, x.Data, d.Mask.Data, keep); i < len(x.Data); i++ {
		dst.Data[i] = x.Data[i] * d.Mask.Data[i] / keep
	}
}

func (d *Dropout[T]) drawMask(n, m int) {
	d.Mask.Resize(n, m)
	if cap(d.uniform) < n*m {
		d.uniform = make([]float64, n*m)
	}
	u := d.uniform[:n*m]
	if d.Uniforms != nil {
		d.Uniforms(u, n, m)
	} else {
		matrix.Reseed(&d.source, d.seed, matrix.ForDropout+matrix.Purpose(d.layer), uint32(d.step))
		source := d.source // a copy, which is faster to draw from
		for i := range u {
			u[i] = float64(source.Uint64()>>11) / (1 << 53)
		}
	}
	keep := 1 - d.Drop
	for i := kernel.Mask(d.Mask.Data, u, keep); i < len(u); i++ {
		d.Mask.Data[i] = 0
		if u[i] < keep {
			d.Mask.Data[i] = 1
		}
	}
}

// Params returns nil: dropout has none.
func (d *Dropout[T]) Params() []matrix.Param[T] { return nil }

// Clone returns a layer that draws the same masks.
func (d *Dropout[T]) Clone() Layer[T] {
	c := NewDropout[T](d.Drop)
	c.Uniforms = d.Uniforms
	c.Draw(d.seed, d.layer, d.step)
	return c
}

var (
	_ Layer[float64]     = (*Dropout[float64])(nil)
	_ Predictor[float64] = (*Dropout[float64])(nil)
	_ Drawer             = (*Dropout[float64])(nil)
)
