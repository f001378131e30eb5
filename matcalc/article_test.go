package matcalc

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// What docs/errata.md says of the article's equations: as printed they have
// factors that do not fit, or another value than the differential or gradient
// that they stand for; corrected they have that value.
func TestErrata(t *testing.T) {
	network := Problem{ // (1) to (5), with several outputs
		Vars: Variables{
			{"W1", []string{"n1", "n0"}, nil}, {"b1", []string{"n1", "1"}, nil}, {"W2", []string{"n2", "n1"}, nil}, {"b2", []string{"n2", "1"}, nil},
			{"x", []string{"n0", "1"}, nil}, {"y", []string{"n2", "1"}, nil},
		},
		Where: Definitions{
			{"z1", "W1*x+b1"}, {"a1", "g1(z1)"}, {"z2", "W2*a1+b2"}, {"a2", "g2(z2)"},
			{"La", "dLoss(a2,y)"}, {"Lz", "La.*dg2(z2)"}, {"La1", "W2'*Lz"}, // gradients by a2, z2 and a1
		},
		Functions: Functions{
			{Name: "g1", Elementwise: true, Deriv: "dg1"}, {Name: "g2", Elementwise: true, Deriv: "dg2"},
			{Name: "Loss", Args: []string{"a", "y"}, Grads: []string{"dLoss", ""}},
		},
		Expr: "Loss(a2,y)", Wrt: "W1",
	}
	matrices := Problem{
		Vars: Variables{
			{"M", []string{"l", "l"}, nil}, {"Y", []string{"l", "n"}, nil},
			{"X", []string{"m", "n"}, nil}, {"w", []string{"n", "1"}, nil}, {"y", []string{"m", "1"}, nil},
		},
		Expr: "tr(M)", Wrt: "M",
	}
	for _, c := range []struct {
		equation           string
		p                  *Problem
		what               string // whose differential it is
		moving             []string
		printed, corrected string
	}{
		{"(6)", &network, "Loss(a2,y)", []string{"W1"}, "La*da2", "La'*da2"},
		{"(8)", &network, "Loss(a2,y)", []string{"W1"}, "La*dg2(z2)*dz2", "(La.*dg2(z2))'*dz2"},
		{"(10)", &network, "Loss(a2,y)", []string{"W2"}, "tr(Lz*dW2*a1)", "tr(Lz'*dW2*a1)"},
		{"(10)", &network, "Loss(a2,y)", []string{"W1"}, "tr(Lz*W2*da1)", "tr(Lz'*W2*da1)"},
		{"(14)", &network, "Loss(a2,y)", []string{"W1", "b1"}, "tr(La1'*dg1(z1).*dz1)", "tr(La1'*(dg1(z1).*dz1))"},
		{"(36)", &matrices, "tr(Y'*M*Y)", []string{"Y"}, "tr(2*Y'*M*dY)", "tr(Y'*(M+M')*dY)"},
		{"(43)", &matrices, "norm2(X*w-y)^2", []string{"w"}, "2*(X*X'*w-X'*y)'*dw", "2*(X'*X*w-X'*y)'*dw"},
	} {
		s, err := c.p.Compile()
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.Parse(c.what)
		if err != nil {
			t.Fatal(err)
		}
		var moving []*Expr
		for _, name := range c.moving {
			moving = append(moving, s.Lookup(name))
		}
		point, err := s.RandomPoint(rand.New(rand.NewPCG(1, 6)), map[string]int{"n0": 4, "n1": 3, "n2": 2, "l": 3, "n": 2, "m": 4}, moving, f)
		if err != nil {
			t.Fatal(err)
		}
		ev := s.At(point)
		df, err := ev.Derivative(f)
		if err != nil {
			t.Fatal(err)
		}
		isDF := func(text string) bool {
			e, err := s.ParseDifferential(text)
			if err != nil {
				return false
			}
			v, err := ev.Value(e)
			return err == nil && mat.EqualApprox(v, df, 1e-12)
		}
		if isDF(c.printed) || !isDF(c.corrected) {
			t.Errorf("%s: %s is right: %t; %s: %t", c.equation, c.printed, isDF(c.printed), c.corrected, isDF(c.corrected))
		}
	}

	// Entry (1,2) of (27), with F = [1 2; 3 4] and dX = [5 6; 7 8]: it is
	// f11·dX12 + f21·dX22 = 1·6 + 3·8 = 30, not f12·dX12 + f22·dX22 = 2·6 + 4·8 = 44.
	var product mat.Dense
	product.Mul(mat.NewDense(2, 2, []float64{1, 2, 3, 4}).T(), mat.NewDense(2, 2, []float64{5, 6, 7, 8}))
	if got := product.At(0, 1); got != 30 {
		t.Errorf("(27): entry (1,2) is %v", got)
	}
}
