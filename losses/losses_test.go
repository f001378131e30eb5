package losses_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gradlab/gradcheck"
	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
)

type m64 = matrix.Matrix[float64]

func rows(r ...[]float64) *m64 { return matrix.FromRows(r...) }

// The losses by hand, on two examples of two outputs or one.
func TestLossesByHand(t *testing.T) {
	for _, c := range []struct {
		name    string
		loss    losses.Loss[float64]
		yhat, y *m64
		want    float64
		prime   *m64
	}{
		// ((1-0)² + (2-4)² + (0-0)² + (3-2)²)/4 = 6/4; 2(ŷ-y)/4.
		{"mse", losses.MeanSquaredError[float64]{}, rows([]float64{1, 0}, []float64{2, 3}), rows([]float64{0, 0}, []float64{4, 2}),
			1.5, rows([]float64{0.5, 0}, []float64{-1, 0.5})},
		// (1 + 2 + 0 + 1)/4; sign(ŷ-y)/4.
		{"mae", losses.MeanAbsoluteError[float64]{}, rows([]float64{1, 0}, []float64{2, 3}), rows([]float64{0, 0}, []float64{4, 2}),
			1, rows([]float64{0.25, 0}, []float64{-0.25, 0.25})},
		// h(0.5) = 0.125, h(-3) = 1·(3-0.5) = 2.5: 2.625/2; (0.5, -1)/2.
		{"huber", losses.Huber[float64]{Delta: 1}, rows([]float64{0.5, -3}), rows([]float64{0, 0}),
			1.3125, rows([]float64{0.25, -0.5})},
		// -(log 0.8 + log(1-0.4))/2; (-1/0.8, 1/0.6)/2.
		{"bce", losses.BinaryCrossEntropy[float64]{}, rows([]float64{0.8, 0.4}), rows([]float64{1, 0}),
			0.3669845875401002, rows([]float64{-0.625, 1 / 1.2})},
		// -(log 0.7 + log 0.5)/2; (-1/0.7, 0 | 0, -1/0.5)/2.
		{"ce", losses.CategoricalCrossEntropy[float64]{}, rows([]float64{0.7, 0.5}, []float64{0.3, 0.5}), rows([]float64{1, 0}, []float64{0, 1}),
			0.5249110622493387, rows([]float64{-0.5 / 0.7, 0}, []float64{0, -1})},
		// Margins t·ŷ = 0.3 and 2: (0.7 + 0)/2; (-1, 0)/2.
		{"hinge", losses.Hinge[float64]{}, rows([]float64{0.3, -2}), rows([]float64{1, 0}),
			0.35, rows([]float64{-0.5, 0})},
		// Class 0 scores 2 against 1.5: 0.5; class 1 scores 3 against 0: 0.
		{"hinge of classes", losses.Hinge[float64]{}, rows([]float64{2, 0}, []float64{1.5, 3}, []float64{-1, 0}), rows([]float64{1, 0}, []float64{0, 1}, []float64{0, 0}),
			0.25, rows([]float64{-0.5, 0}, []float64{0.5, 0}, []float64{0, 0})},
		// log 2 for z = 0, whatever y; (σ(0)-y)/2.
		{"bce on logits", losses.BinaryCrossEntropyLogits[float64]{}, rows([]float64{0, 0}), rows([]float64{1, 0}),
			math.Ln2, rows([]float64{-0.25, 0.25})},
		// log 2 for equal logits; (1/2-y)/1.
		{"ce on logits", losses.SoftmaxCrossEntropyLogits[float64]{}, rows([]float64{5}, []float64{5}), rows([]float64{1}, []float64{0}),
			math.Ln2, rows([]float64{-0.5}, []float64{0.5})},
		// The weights 3 and 1 of the classes 1 and 0 of bce above, the mean still over 2.
		{"class weights", &losses.ClassWeighted[float64]{Loss: losses.BinaryCrossEntropy[float64]{}, Weights: []float64{1, 3}}, rows([]float64{0.8, 0.4}), rows([]float64{1, 0}),
			(3*0.2231435513142097 + 0.5108256237659907) / 2, rows([]float64{-1.875, 1 / 1.2})},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.loss.Value(c.yhat, c.y); !cmp.Equal(got, c.want, cmpopts.EquateApprox(1e-14, 0)) {
				t.Errorf("L = %v, not %v", got, c.want)
			}
			got := matrix.New[float64](c.y.Rows, c.y.Cols)
			c.loss.Prime(got, c.yhat, c.y)
			if !cmp.Equal(got.Data, c.prime.Data, cmpopts.EquateApprox(1e-14, 0)) {
				t.Errorf("Loss′ = %v, not %v", got, c.prime)
			}
		})
	}
}

// Logits of any size: for the right class the loss goes to 0 and for the wrong
// one it is the gap, and the gradients keep their relative precision.
func TestLogitsOfAnySize(t *testing.T) {
	for _, z := range []float64{0, 1, 40, 800, 1e4, 1e300} {
		tiny := matrix.Exp(-z) / (1 + matrix.Exp(-z)) // σ(-z)
		for _, c := range []struct {
			y, value, prime float64
		}{
			{1, math.Log1p(math.Exp(-z)), -tiny},
			{0, z + math.Log1p(math.Exp(-z)), 1 - tiny},
		} {
			check := func(name string, loss losses.Loss[float64], logits, y *m64, sign float64) {
				d := matrix.New[float64](y.Rows, 1)
				loss.Prime(d, logits, y)
				if got := loss.Value(logits, y); !cmp.Equal(got, c.value, cmpopts.EquateApprox(1e-13, 0)) {
					t.Errorf("%s, z = %g, y = %g: L = %g, not %g", name, z, c.y, got, c.value)
				}
				if !cmp.Equal(d.Data[0], sign*c.prime, cmpopts.EquateApprox(1e-13, 0)) {
					t.Errorf("%s, z = %g, y = %g: Loss′ = %g, not %g", name, z, c.y, d.Data[0], sign*c.prime)
				}
			}
			check("sigmoid", losses.BinaryCrossEntropyLogits[float64]{}, rows([]float64{z}), rows([]float64{c.y}), 1)
			check("softmax", losses.SoftmaxCrossEntropyLogits[float64]{}, rows([]float64{z}, []float64{0}), rows([]float64{c.y}, []float64{1 - c.y}), 1)
			check("softmax, second", losses.SoftmaxCrossEntropyLogits[float64]{}, rows([]float64{0}, []float64{z}), rows([]float64{1 - c.y}, []float64{c.y}), -1)
		}
	}
}

// A literal sigmoid or softmax and its loss agree with the loss on logits
// wherever both are finite: in value, and in the gradient by z.
func TestLiteralAgreesWithLogits(t *testing.T) {
	for _, c := range []struct {
		name    string
		g       layers.Activation[float64]
		literal losses.Loss[float64]
		logits  losses.Loss[float64]
		y       *m64
	}{
		{"binary", layers.Sigmoid[float64]{}, losses.BinaryCrossEntropy[float64]{}, losses.BinaryCrossEntropyLogits[float64]{},
			rows([]float64{1, 0, 1, 0.3})},
		{"categorical", layers.Softmax[float64]{}, losses.CategoricalCrossEntropy[float64]{}, losses.SoftmaxCrossEntropyLogits[float64]{},
			rows([]float64{1, 0, 0, 0.2}, []float64{0, 1, 0, 0.3}, []float64{0, 0, 1, 0.5})},
	} {
		r := matrix.Stream(5, matrix.ForData, 0)
		z := matrix.New[float64](c.y.Rows, c.y.Cols)
		for range 100 {
			for i := range z.Data {
				z.Data[i] = 4 * matrix.Normal(r)
			}
			a, da, dz, want := z.Clone(), z.Clone(), z.Clone(), z.Clone()
			c.g.Apply(a, z)
			c.literal.Prime(da, a, c.y)
			c.g.Backward(dz, da, z, a)
			c.logits.Prime(want, z, c.y)
			if got, want := c.literal.Value(a, c.y), c.logits.Value(z, c.y); !cmp.Equal(got, want, cmpopts.EquateApprox(1e-9, 1e-12)) {
				t.Fatalf("%s: L = %v and %v", c.name, got, want)
			}
			if !cmp.Equal(dz.Data, want.Data, cmpopts.EquateApprox(1e-7, 1e-12)) {
				t.Fatalf("%s: dz = %v and %v", c.name, dz, want)
			}
		}
	}
}

// The literal losses clip nothing: a wrong certainty costs an infinite loss,
// and a right one nothing.
func TestLiteralLossesClipNothing(t *testing.T) {
	bce, ce := losses.BinaryCrossEntropy[float64]{}, losses.CategoricalCrossEntropy[float64]{}
	one, zero := rows([]float64{1}), rows([]float64{0})
	if got := bce.Value(zero, one); !math.IsInf(got, 1) {
		t.Errorf("bce of a wrong certainty: %v", got)
	}
	if got := bce.Value(one, one) + bce.Value(zero, zero); got != 0 {
		t.Errorf("bce of right certainties: %v", got)
	}
	if got := ce.Value(rows([]float64{0}, []float64{1}), rows([]float64{1}, []float64{0})); !math.IsInf(got, 1) {
		t.Errorf("ce of a wrong certainty: %v", got)
	}
}

// Every loss: its value does not change when a batch is repeated, and Prime
// agrees with differences.
func TestEveryLoss(t *testing.T) {
	for _, net := range parts.Networks[float64]() {
		t.Run(net.Name, func(t *testing.T) {
			_, y := net.Batch(6)
			yhat, d := y.Clone(), y.Clone()
			r := matrix.Stream(9, matrix.ForData, 1)
			for j := range yhat.Cols { // a distribution, so that every loss takes it
				var sum float64
				for i := range yhat.Rows {
					yhat.Col(j)[i] = 0.2 + r.Float64()/2
					sum += yhat.Col(j)[i]
				}
				for i := range yhat.Rows {
					yhat.Col(j)[i] /= max(sum, 1)
				}
			}
			f := func() float64 {
				net.Loss.Prime(d, yhat, y)
				return net.Loss.Value(yhat, y)
			}
			report := gradcheck.Check(f, []matrix.Param[float64]{{Name: "ŷ", Value: yhat, Grad: d}})
			if report.Err() != nil {
				t.Errorf("%v\n%v", report.Err(), report)
			}
			twice := func(m *m64) *m64 {
				return &m64{Rows: m.Rows, Cols: 2 * m.Cols, Data: append(append([]float64(nil), m.Data...), m.Data...)}
			}
			if got, want := net.Loss.Value(twice(yhat), twice(y)), f(); !cmp.Equal(got, want, cmpopts.EquateApprox(1e-14, 0)) {
				t.Errorf("L = %v for the batch repeated, %v for the batch", got, want)
			}
		})
	}
}

// λ/2·‖W‖² and λW, over the weights only: λ = 0.1, W = (3, 4), b = 5.
func TestL2(t *testing.T) {
	w := matrix.Param[float64]{Value: rows([]float64{3, 4}), Grad: rows([]float64{1, 1}), Decay: true}
	b := matrix.Param[float64]{Value: rows([]float64{5}), Grad: rows([]float64{1})}
	params := []matrix.Param[float64]{w, b}
	l2 := losses.L2[float64]{Lambda: 0.1}
	if got := l2.Value(params); !cmp.Equal(got, 1.25, cmpopts.EquateApprox(1e-15, 0)) { // 0.05·25
		t.Errorf("λ/2·‖W‖² = %v", got)
	}
	l2.AddPrime(params)
	if got := append(w.Grad.Data, b.Grad.Data...); !cmp.Equal(got, []float64{1.3, 1.4, 1}, cmpopts.EquateApprox(1e-15, 0)) {
		t.Errorf("gradients %v", got)
	}
}

func ExampleLoss() {
	var loss losses.Loss[float64] = losses.MeanSquaredError[float64]{}
	yhat, y := rows([]float64{1, 2}), rows([]float64{0, 4}) // two examples
	dyhat := matrix.New[float64](1, 2)
	loss.Prime(dyhat, yhat, y)
	fmt.Println(loss.Value(yhat, y), dyhat)
	// Output: 2.5 [1  -2]
}
