package layers_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gradlab/gradcheck"
	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/matrix"
)

var close10 = cmpopts.EquateApprox(1e-10, 1e-12)

func TestActivationValues(t *testing.T) {
	z := []float64{-1, 0, 0.5, 2}
	for name, want := range map[string][]float64{
		"identity":   {-1, 0, 0.5, 2},
		"sigmoid":    {0.2689414213699951, 0.5, 0.6224593312018546, 0.8807970779778823},
		"tanh":       {-0.7615941559557649, 0, 0.46211715726000975, 0.9640275800758169},
		"relu":       {0, 0, 0.5, 2},
		"leaky-relu": {-0.01, 0, 0.5, 2},
		"elu":        {-0.6321205588285577, 0, 0.5, 2}, // e⁻¹ - 1
		"softplus":   {0.31326168751822286, 0.6931471805599453, 0.9740769841801067, 2.1269280110429727},
		"gelu":       {-0.15880800939172324, 0, 0.34571400982514394, 1.9545976940877752},
		"softmax":    {0.03535379340875, 0.09610157419010, 0.15844470951498, 0.71009992288617}, // eᶻ/10.4056…
	} {
		g, err := parts.Find("activation", name, parts.Activations[float64]())
		if err != nil {
			t.Fatal(err)
		}
		in, out := &matrix.Matrix[float64]{Rows: 4, Cols: 1, Data: z}, matrix.New[float64](4, 1)
		g.Apply(out, in)
		if !cmp.Equal(out.Data, want, close10) {
			t.Errorf("%s(%v) = %v, not %v", name, z, out.Data, want)
		}
	}
}

// ReLU′(0) = 0, as in the course.
func TestReLUAtZero(t *testing.T) {
	zero, one, dz := matrix.New[float64](1, 1), matrix.FromRows([]float64{1}), matrix.New[float64](1, 1)
	layers.ReLU[float64]{}.Backward(dz, one, zero, zero)
	if dz.Data[0] != 0 {
		t.Errorf("ReLU′(0) = %v", dz.Data[0])
	}
}

// At huge z nothing overflows, and a NaN in gives a NaN out.
func TestActivationsAtTheEnds(t *testing.T) {
	for _, g := range parts.Activations[float64]() {
		z := matrix.FromRows([]float64{1e4, -1e4}, []float64{-1e4, 1e4})
		a, dz := matrix.New[float64](2, 2), matrix.New[float64](2, 2)
		g.Part.Apply(a, z)
		g.Part.Backward(dz, matrix.FromRows([]float64{1, 1}, []float64{1, 1}), z, a)
		if !matrix.Finite(a.Data) || !matrix.Finite(dz.Data) {
			t.Errorf("%s at ±1e4: a %v, dz %v", g.Name, a.Data, dz.Data)
		}
		z.Data[0] = math.NaN()
		g.Part.Apply(a, z)
		if a.Data[0] == a.Data[0] {
			t.Errorf("%s(NaN) = %v", g.Name, a.Data[0])
		}
	}
}

// Batch normalisation by hand, of one unit over three examples with γ = 2, β = 1
// and ε = 0:
//
//	z = (1, 2, 6): μ = 3, σ² = (4+1+9)/3 = 14/3
//	z_norm = (-2, -1, 3)/√(14/3) = (-0.9258, -0.4629, 1.3887)
//	z̃ = 2·z_norm + 1 = (-0.8516, 0.0742, 3.7775)
func TestBatchNormByHand(t *testing.T) {
	b := layers.NewBatchNorm(1, layers.Identity[float64]{})
	b.Epsilon = 0
	b.Gamma.Data[0], b.Beta.Data[0] = 2, 1
	a := b.Forward(matrix.FromRows([]float64{1, 2, 6}))
	want := []float64{-0.8516401995, 0.0741799002, 3.7774602993}
	if !cmp.Equal(a.Data, want, cmpopts.EquateApprox(0, 1e-9)) {
		t.Errorf("a = %v, not %v", a.Data, want)
	}
	// The running averages, from 0 and 1, move only with a backward pass:
	// 0.9·0 + 0.1·3 = 0.3 and 0.9·1 + 0.1·14/3 = 1.3666….
	if b.Mean.Data[0] != 0 || b.Var.Data[0] != 1 {
		t.Errorf("a forward pass moved the running averages to %v, %v", b.Mean.Data[0], b.Var.Data[0])
	}
	b.Backward(matrix.FromRows([]float64{1, 0, 0}))
	if !cmp.Equal([]float64{b.Mean.Data[0], b.Var.Data[0]}, []float64{0.3, 0.9 + 1.4/3}, close10) {
		t.Errorf("running averages %v, %v", b.Mean.Data[0], b.Var.Data[0])
	}
	// Prediction uses them: 2·(3-0.3)/√1.3666… + 1.
	if got, want := b.Predict(matrix.FromRows([]float64{3})).Data[0], 2*2.7/math.Sqrt(0.9+1.4/3)+1; !cmp.Equal(got, want, close10) {
		t.Errorf("prediction %v, not %v", got, want)
	}
}

// A training batch of one example has variance 0; ε keeps that finite.
func TestBatchNormOfOneExample(t *testing.T) {
	b := layers.NewBatchNorm(2, layers.Tanh[float64]{})
	a := b.Forward(matrix.FromRows([]float64{5}, []float64{-7}))
	dz := b.Backward(matrix.FromRows([]float64{1}, []float64{1}))
	if !matrix.Finite(a.Data) || !matrix.Finite(dz.Data) {
		t.Errorf("a %v, dz %v", a.Data, dz.Data)
	}
}

// About Drop of the inputs become 0, the others are divided by 1-Drop, and the
// same numbers are used on the way back; prediction changes nothing.
func TestDropout(t *testing.T) {
	d := layers.NewDropout[float64](0.3)
	d.Draw(1, 2, 3)
	ones := matrix.New[float64](100, 100)
	matrix.Fill(ones, 1)
	a := d.Forward(ones).Clone()
	zeros := 0
	for _, v := range a.Data {
		switch v {
		case 0:
			zeros++
		case 1 / 0.7:
		default:
			t.Fatalf("a dropped 1 became %v", v)
		}
	}
	if zeros < 2850 || zeros > 3150 { // 3000 ± 3.3 standard deviations
		t.Errorf("%d of 10000 dropped", zeros)
	}
	if da := d.Backward(ones); !cmp.Equal(da.Data, a.Data) {
		t.Error("the backward pass used another mask")
	}
	if again := d.Forward(ones); !cmp.Equal(again.Data, a.Data) {
		t.Error("the same step drew another mask")
	}
	d.Draw(1, 2, 4)
	if next := d.Forward(ones); cmp.Equal(next.Data, a.Data) {
		t.Error("the next step drew the same mask")
	}
	if p := d.Predict(ones); !cmp.Equal(p.Data, ones.Data) {
		t.Error("prediction drops")
	}
}

// The uniform numbers can come from somewhere else: a lab's generator, say.
func TestDropoutWithGivenUniforms(t *testing.T) {
	d := layers.NewDropout[float64](0.5)
	d.Uniforms = func(u []float64, n, m int) { copy(u, []float64{0.4, 0.6, 0.5, 0.49}) }
	a := d.Forward(matrix.FromRows([]float64{1, 2}, []float64{3, 4}))
	if want := []float64{2, 0, 0, 8}; !cmp.Equal(a.Data, want) { // kept below 0.5, column by column
		t.Errorf("a = %v, not %v", a.Data, want)
	}
}

// Softmax's product with its Jacobian needs O(k) numbers; here it is compared
// with the k×k matrix diag(a) - a·aᵀ.
func TestSoftmaxJacobian(t *testing.T) {
	z := matrix.FromRows([]float64{0.3}, []float64{-1}, []float64{2})
	da := []float64{0.5, -2, 1}
	a, dz := matrix.New[float64](3, 1), matrix.New[float64](3, 1)
	layers.Softmax[float64]{}.Apply(a, z)
	layers.Softmax[float64]{}.Backward(dz, &matrix.Matrix[float64]{Rows: 3, Cols: 1, Data: da}, z, a)
	for i := range 3 {
		var want float64
		for k := range 3 {
			jacobian := -a.Data[i] * a.Data[k]
			if i == k {
				jacobian += a.Data[i]
			}
			want += jacobian * da[k]
		}
		if !cmp.Equal(dz.Data[i], want, close10) {
			t.Errorf("dz[%d] = %v, not %v", i, dz.Data[i], want)
		}
	}
}

// Every layer of the table on its own passes the gradient check: the loss is
// Σ c⊙a for fixed numbers c.
func TestLayersPassTheGradientCheck(t *testing.T) {
	for _, p := range parts.Layers[float64](4) {
		r := matrix.Stream(3, matrix.ForData, 0)
		x, c, dx := matrix.New[float64](4, 6), matrix.New[float64](4, 6), matrix.New[float64](4, 6)
		for i := range x.Data {
			x.Data[i], c.Data[i] = matrix.Normal(r), matrix.Normal(r)
		}
		f := func() float64 {
			product := matrix.New[float64](4, 6)
			matrix.Hadamard(product, c, p.Part.Forward(x))
			matrix.Copy(dx, p.Part.Backward(c))
			return matrix.SumOf(product.Data)
		}
		params := append([]matrix.Param[float64]{{Name: "x", Value: x, Grad: dx}}, p.Part.Params()...)
		if report := gradcheck.Check(f, params); report.Err() != nil {
			t.Errorf("%s: %v\n%v", p.Name, report.Err(), report)
		}
	}
}
