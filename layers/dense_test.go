package layers_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/mat"

	"gradlab/layers"
	"gradlab/matrix"
)

// One layer from two units to two by hand, for a batch of two examples:
//
//	W = ⎡1  2⎤  b = ⎡ 1⎤  a_prev = ⎡1  0⎤  da = ⎡1   2⎤
//	    ⎣0 -1⎦      ⎣-1⎦           ⎣1 -1⎦       ⎣3  -1⎦
//
//	z = W·a_prev + b = ⎡1·1+2·1+1   1·0+2·(-1)+1 ⎤ = ⎡ 4  -1⎤
//	                   ⎣0·1-1·1-1   0·0-1·(-1)-1 ⎦   ⎣-2   0⎦
//	a = max(z, 0) = ⎡4  0⎤            g′(z) = ⎡1  0⎤
//	                ⎣0  0⎦                    ⎣0  0⎦ (0 at 0)
//	dz = da ⊙ g′(z) = ⎡1  0⎤
//	                  ⎣0  0⎦
//	dW = dz·a_prevᵀ = ⎡1·1+0·0  1·1+0·(-1)⎤ = ⎡1  1⎤
//	                  ⎣0        0         ⎦   ⎣0  0⎦
//	db = Σⱼ dzⱼ = ⎡1⎤   da_prev = Wᵀ·dz = ⎡1·1  0⎤ = ⎡1  0⎤
//	              ⎣0⎦                     ⎣2·1  0⎦   ⎣2  0⎦
func TestDenseByHand(t *testing.T) {
	d := layers.NewDense(2, 2, layers.ReLU[float64]{}, layers.Zeros, nil)
	matrix.Copy(d.W, matrix.FromRows([]float64{1, 2}, []float64{0, -1}))
	matrix.Copy(d.B, matrix.FromRows([]float64{1}, []float64{-1}))

	d.Forward(matrix.FromRows([]float64{1, 0}, []float64{1, -1}))
	daPrev := d.Backward(matrix.FromRows([]float64{1, 2}, []float64{3, -1}))

	for _, c := range []struct {
		name      string
		got, want *matrix.Matrix[float64]
	}{
		{"z", d.Z, matrix.FromRows([]float64{4, -1}, []float64{-2, 0})},
		{"a", d.A, matrix.FromRows([]float64{4, 0}, []float64{0, 0})},
		{"dz", d.DZ, matrix.FromRows([]float64{1, 0}, []float64{0, 0})},
		{"dW", d.DW, matrix.FromRows([]float64{1, 1}, []float64{0, 0})},
		{"db", d.DB, matrix.FromRows([]float64{1}, []float64{0})},
		{"da_prev", daPrev, matrix.FromRows([]float64{1, 0}, []float64{2, 0})},
	} {
		if !mat.Equal(c.got, c.want) {
			t.Errorf("%s =\n%v\nnot\n%v", c.name, c.got, c.want)
		}
	}
}

// Backward sets the gradients, it does not add to them.
func TestBackwardTwiceGivesTheSame(t *testing.T) {
	d := layers.NewDense(3, 2, layers.Tanh[float64]{}, layers.Xavier, matrix.Stream(1, matrix.ForInit, 1))
	x := matrix.FromRows([]float64{1, 2}, []float64{3, 4}, []float64{5, 6})
	da := matrix.FromRows([]float64{1, -1}, []float64{2, 0.5})
	d.Forward(x)
	d.Backward(da)
	first := d.DW.Clone()
	d.Backward(da)
	if !mat.Equal(first, d.DW) {
		t.Errorf("dW is %v, then %v", first, d.DW)
	}
}

func TestSkipInputGradient(t *testing.T) {
	d := layers.NewDense(3, 2, layers.Tanh[float64]{}, layers.Xavier, matrix.Stream(1, matrix.ForInit, 1))
	d.SkipInputGradient()
	d.Forward(matrix.New[float64](3, 4))
	if got := d.Backward(matrix.New[float64](2, 4)); got != nil {
		t.Errorf("da_prev is %v, though it was not wanted", got)
	}
}

func TestDensePanicsWithBothShapes(t *testing.T) {
	d := layers.NewDense(4, 8, layers.Tanh[float64]{}, layers.Zeros, nil)
	defer func() {
		if got, want := recover(), "matrix.Affine: 8×3 = 8×4 · 5×3"; got != want {
			t.Errorf("panic %v, not %v", got, want)
		}
	}()
	d.Forward(matrix.New[float64](5, 3))
}

// The deviates of each initialisation have the standard deviation that it says.
func TestInitialisations(t *testing.T) {
	const nIn, nOut = 200, 300
	for _, c := range []struct {
		name string
		init layers.Init
		want float64
	}{
		{"zeros", layers.Zeros, 0},
		{"normal", layers.Normal(0.01), 0.01},
		{"xavier", layers.Xavier, 0.07071},  // √(1/200)
		{"glorot", layers.Glorot, 0.063246}, // √(2/500)
		{"he", layers.He, 0.1},              // √(2/200)
	} {
		d := layers.NewDense(nIn, nOut, layers.Identity[float64]{}, c.init, matrix.Stream(1, matrix.ForInit, 1))
		n := float64(len(d.W.Data))
		mean, meanSquare := matrix.SumOf(d.W.Data)/n, matrix.SumSquares(d.W.Data)/n
		if !cmp.Equal(meanSquare, c.want*c.want, cmpopts.EquateApprox(0.02, 1e-12)) {
			t.Errorf("%s: variance %g, not %g", c.name, meanSquare, c.want*c.want)
		}
		if mean > 0.02*c.want+1e-12 || mean < -0.02*c.want-1e-12 {
			t.Errorf("%s: mean %g", c.name, mean)
		}
		if matrix.SumSquares(d.B.Data) != 0 {
			t.Errorf("%s: biases are not 0", c.name)
		}
	}
}

func ExampleDense() {
	d := layers.NewDense(2, 1, layers.Sigmoid[float64]{}, layers.Zeros, nil)
	d.W.Set(0, 0, 1)
	d.W.Set(0, 1, -1)
	a := d.Forward(matrix.FromRows([]float64{0, 2}, []float64{0, 2})) // two examples, columns
	fmt.Println("a  =", a)
	daPrev := d.Backward(matrix.FromRows([]float64{1, 2}))
	fmt.Println("dz =", d.DZ)
	fmt.Println("dW =", d.DW)
	fmt.Println("db =", d.DB)
	fmt.Println(daPrev)
	// Output:
	// a  = [0.5  0.5]
	// dz = [0.25  0.5]
	// dW = [1  1]
	// db = [0.75]
	// ⎡ 0.25   0.5⎤
	// ⎣-0.25  -0.5⎦
}
