package matcalc

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// relative returns ‖a − b‖ / max(1, ‖b‖).
func relative(a, b *mat.Dense) float64 {
	var d mat.Dense
	d.Sub(a, b)
	return mat.Norm(&d, 2) / math.Max(1, mat.Norm(b, 2))
}

// At both points of every case the objective and the gradient have the values
// that the case says; dual numbers and central differences agree with them.
func TestCasesEvaluate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range readCases(t) {
		s, err := c.Compile()
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		g, err := s.Parse(c.Gradient)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		for _, point := range c.Points {
			p, err := s.NewPoint(point.Dims, point.Values)
			if err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
			p.Dir = s.draw(rng, p.Sizes, []*Expr{s.Wrt}, 0).Dir
			ev := s.At(p)
			f, err := ev.Number(s.F)
			if err != nil || math.Abs(f-point.F) > 1e-10*math.Max(1, math.Abs(f)) {
				t.Errorf("%s: f = %v, want %v, %v", c.ID, f, point.F, err)
			}
			rows, cols := ev.size(s.Wrt.shape)
			want, err := ReadMatrix(point.Grad, rows, cols)
			if err != nil {
				t.Fatal(err)
			}
			grad, err := ev.Value(g)
			if err != nil || relative(grad, want) > 1e-10 {
				t.Errorf("%s: gradient is\n%v, want\n%v, %v", c.ID, mat.Formatted(grad), mat.Formatted(want), err)
				continue
			}
			along := 0.0
			for i := range rows {
				for j := range cols {
					along += want.At(i, j) * p.Dir[c.Wrt].At(i, j)
				}
			}
			df, err := ev.Derivative(s.F)
			if err != nil || math.Abs(df.At(0, 0)-along) > 1e-9*math.Max(1, math.Abs(along)) {
				t.Errorf("%s: by dual numbers df = %v, want %v, %v", c.ID, df.At(0, 0), along, err)
			}
			differences, err := s.Differences(s.F, s.Wrt, p)
			if err != nil || relative(differences, want) > 1e-7 {
				t.Errorf("%s: central differences are off by %.1e, %v", c.ID, relative(differences, want), err)
			}
		}
	}
}

// Every case has random points in both sets of sizes where all is finite.
func TestCasesRandomPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, c := range readCases(t) {
		s, err := c.Compile()
		if err != nil {
			t.Fatal(err)
		}
		g, _ := s.Parse(c.Gradient)
		for _, sizes := range []map[string]int{c.Dims, c.DimsAlt} {
			p, err := s.RandomPoint(rng, sizes, []*Expr{s.Wrt}, s.F, g)
			if err != nil {
				t.Errorf("%s: %v", c.ID, err)
				continue
			}
			ev := s.At(p)
			df, _ := ev.Derivative(s.F)
			line, err := s.ParseDifferential("sum((" + c.Gradient + ").*d" + c.Wrt + ")")
			if err != nil {
				t.Errorf("%s: %v", c.ID, err)
				continue
			}
			v, err := ev.Number(line)
			if err != nil || math.Abs(v-df.At(0, 0)) > 1e-8*math.Max(1, math.Abs(v)) {
				t.Errorf("%s: df = %v, want %v, %v", c.ID, df.At(0, 0), v, err)
			}
		}
	}
}

// The functions of the grammar, and their derivatives by dual numbers, at a
// point where nothing is 0.
func TestFunctionsDifferentiate(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, text := range []string{
		"sum(X.*Y)", "sum(X*Y')", "sum((X+Y)./Y)", "sum(X.^3)", "sum(Y.^s)", "sum(Y.^X)", "sum(s.^X)", "s^s", "(s+1)^n",
		"tr(Z)", "det(Z)", "log(det(Z)^2)", "logdet(Z*Z')", "sum(inv(Z))", "sum(adj(Z).*Z)", "sum((Z^3).*Z)", "sum((Z^-2).*Z)",
		"norm1(X)", "norm2(X)", "sum(diag(x)*Z*diag(x))", "sum(diag(Z).*x)", "vec(X)'*vec(Y)", "norm2(kron(X,Z)*kron(Y',Z))",
		"norm2(vec(X)*x')", "sum(kron(x,Z).*kron(x,eye(n)))", "norm2(vec(X').*vec(Y'))", "sum(exp(X).*log(Y).*sqrt(Y))", "sum(sin(X)+cos(X).^2+tan(X))",
		"sum(tanh(X).*sigmoid(X)+softplus(X))", "sum(relu(X).*abs(Y-1).*sign(X)+step(X).*X)", "f(X,x)", "sum(df1(X,x))", "sum(df2(X,x).*x)",
		"sum(sigma(X))", "sum(dsigma(X).*X)", "sum(x*ones(1,n).*Z)", "2*n*s/m", "sum(zeros(m,n)+X)",
	} {
		pr := Problem{
			Vars: Variables{{"X", []string{"m", "n"}, nil}, {"Y", []string{"m", "n"}, []string{"positive"}},
				{"Z", []string{"n", "n"}, nil}, {"x", []string{"n", "1"}, nil}, {"s", []string{"1", "1"}, []string{"positive"}}},
			Functions: Functions{
				{Name: "f", Args: []string{"A", "b"}, Grads: []string{"df1", "df2"}},
				{Name: "sigma", Elementwise: true, Deriv: "dsigma"},
			},
			Where: []Definition{{"V", "X*Z+Y"}},
			Expr:  "sum(" + text + ")+tr(V'*V)",
		}
		s, err := pr.Declare()
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Parse(pr.Expr)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		p, err := s.RandomPoint(rng, map[string]int{"m": 3, "n": 4}, s.Vars, e)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		df, err := s.At(p).Derivative(e)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		want := 0.0
		for _, v := range s.Vars {
			d, err := s.Differences(e, v, p)
			if err != nil {
				t.Fatal(err)
			}
			d.MulElem(d, p.Dir[v.name])
			want += mat.Sum(d)
		}
		if math.Abs(df.At(0, 0)-want) > 1e-7*math.Max(1, math.Abs(want)) {
			t.Errorf("%s: derivative is %v, central differences say %v", text, df.At(0, 0), want)
		}
	}
}

// The adjugate and the derivative of the determinant hold at singular matrices:
// where one row is missing the gradient is not zero, where two are it is.
func TestAdjugateOfSingularMatrix(t *testing.T) {
	s, err := (&Problem{Vars: Variables{{"X", []string{"n", "n"}, nil}}, Expr: "det(X)", Wrt: "X"}).Compile()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ x, want string }{
		{"[[1,2],[2,4]]", "[[4,-2],[-2,1]]"}, // adj(X)'
		{"[[1,2,3],[2,4,6],[1,1,1]]", "[[-2,4,-2],[1,-2,1],[0,0,0]]"},
		{"[[1,2,3],[2,4,6],[3,6,9]]", "[[0,0,0],[0,0,0],[0,0,0]]"},
	} {
		n := strings.Count(c.x, "[") - 1
		want, _ := ReadMatrix(json.RawMessage(c.want), n, n)
		p, err := s.NewPoint(map[string]int{"n": n}, map[string]json.RawMessage{"X": json.RawMessage(c.x)})
		if err != nil {
			t.Fatal(err)
		}
		gradient, _ := s.Parse("adj(X)'")
		got, err := s.At(p).Value(gradient)
		if err != nil || relative(got, want) > 1e-14 {
			t.Errorf("adj(%s)' = %v, want %v, %v", c.x, mat.Formatted(got), c.want, err)
		}
		for i := range n {
			for j := range n {
				p.Dir = map[string]*mat.Dense{"X": mat.NewDense(n, n, nil)}
				p.Dir["X"].Set(i, j, 1)
				d, _ := s.At(p).Derivative(s.F)
				if math.Abs(d.At(0, 0)-want.At(i, j)) > 1e-14 {
					t.Errorf("derivative of det by entry %d,%d of %s = %v, want %v", i, j, c.x, d.At(0, 0), want.At(i, j))
				}
			}
		}
	}
}
