package parts_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gradlab/internal/parts"
	"gradlab/matcalc"
	"gradlab/matrix"
)

// symbolic returns the gradient of an expression by a variable at a point, as
// the symbolic engine derives it. All variables are n×m.
func symbolic(t *testing.T, expr, wrt string, values map[string]*matrix.Matrix[float64]) *mat.Dense {
	t.Helper()
	p := matcalc.Problem{Expr: expr, Wrt: wrt}
	point := &matcalc.Point{Sizes: map[string]int{}, Values: map[string]*mat.Dense{}}
	for name, v := range values {
		p.Vars = append(p.Vars, matcalc.Variable{Name: name, Shape: []string{"n", "m"}})
		point.Sizes["n"], point.Sizes["m"] = v.Rows, v.Cols
		point.Values[name] = mat.DenseCopyOf(v)
	}
	d, err := matcalc.Derive(&p, matcalc.Options{})
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	g, err := d.Scope.At(point).Value(d.Gradient)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return g
}

// mustEqual compares the gradient that is written by hand with the symbolic one.
func mustEqual(t *testing.T, byHand *matrix.Matrix[float64], derived *mat.Dense) {
	t.Helper()
	for i := range byHand.Rows {
		for j := range byHand.Cols {
			got, want := byHand.At(i, j), derived.At(i, j)
			if !(math.Abs(got-want) <= 1e-10*math.Max(1, math.Abs(want))) {
				t.Errorf("entry (%d,%d) is %v, the symbolic gradient %v", i, j, got, want)
			}
		}
	}
}

// normal returns an n×m matrix of normal numbers.
func normal(n, m int, stream uint32) *matrix.Matrix[float64] {
	x, r := matrix.New[float64](n, m), matrix.Stream(11, matrix.ForInit, stream)
	for i := range x.Data {
		x.Data[i] = matrix.Normal(r)
	}
	return x
}

// probabilities returns an n×m matrix of which the columns are distributions,
// for n = 1 one of numbers between 0 and 1.
func probabilities(n, m int, stream uint32) *matrix.Matrix[float64] {
	x := normal(n, m, stream)
	for j := range m {
		column, sum := x.Col(j), 0.0
		for i := range column {
			column[i] = 1 / (1 + math.Exp(-column[i]))
			sum += column[i]
		}
		for i := range column {
			if n > 1 {
				column[i] /= sum
			}
		}
	}
	return x
}

// dz of every activation is what the symbolic engine derives from g alone:
// the gradient of ⟨da, g(z)⟩.
func TestActivationsAgreeWithSymbolicGradients(t *testing.T) {
	for _, g := range parts.Activations[float64]() {
		t.Run(g.Name, func(t *testing.T) {
			expr, ok := matcalc.Activations[g.Name]
			if !ok {
				t.Fatal("matcalc.Activations lacks it")
			}
			for seed := range uint32(5) {
				z, da := normal(4, 3, 2*seed), normal(4, 3, 2*seed+1)
				a, dz := matrix.New[float64](4, 3), matrix.New[float64](4, 3)
				g.Part.Apply(a, z)
				g.Part.Backward(dz, da, z, a)
				mustEqual(t, dz, symbolic(t, "sum(G.*("+expr+"))", "Z", map[string]*matrix.Matrix[float64]{"Z": z, "G": da}))
			}
		})
	}
	if a, b := len(matcalc.Activations), len(parts.Activations[float64]()); a != b {
		t.Errorf("matcalc has %d activations, the table %d", a, b)
	}
}

// Loss′ of every loss is what the symbolic engine derives from the loss
// alone. The hinge loss of several outputs is not in its grammar, which has no
// maximum over a column: it is compared for one output.
func TestLossesAgreeWithSymbolicGradients(t *testing.T) {
	for _, l := range parts.Losses[float64]() {
		t.Run(l.Name, func(t *testing.T) {
			expr, ok := matcalc.Losses[l.Name]
			if !ok {
				t.Fatal("matcalc.Losses lacks it")
			}
			for _, n := range []int{1, 4} {
				if l.Name == "hinge" && n > 1 {
					continue
				}
				for seed := range uint32(5) {
					yhat, y := normal(n, 3, 2*seed), probabilities(n, 3, 2*seed+1)
					if l.Name == "bce" || l.Name == "ce" {
						yhat = probabilities(n, 3, 2*seed)
					}
					if l.Name == "hinge" {
						y = normal(n, 3, 2*seed+1) // the sign is the class
					}
					if l.Name == "ce-logits" && n == 1 {
						y.Data[0], y.Data[1], y.Data[2] = 1, 1, 1
					}
					dyhat := matrix.New[float64](n, 3)
					l.Part.Prime(dyhat, yhat, y)
					values := map[string]*matrix.Matrix[float64]{"A": yhat, "Y": y}
					mustEqual(t, dyhat, symbolic(t, expr, "A", values))
				}
			}
		})
	}
	if a, b := len(matcalc.Losses), len(parts.Losses[float64]()); a != b {
		t.Errorf("matcalc has %d losses, the table %d", a, b)
	}
}
