package matcalc

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
)

// goDerivation is a case with the gradient that it says.
func goDerivation(t testing.TB, c testCase) *Derivation {
	t.Helper()
	s, err := c.Compile()
	if err != nil {
		t.Fatalf("%s: %v", c.ID, err)
	}
	d := &Derivation{Problem: &c.Problem, Scope: s, Objective: s.F, Wrt: s.Wrt}
	if d.Gradient, err = s.Parse(c.Gradient); err != nil {
		t.Fatalf("%s: %v", c.ID, err)
	}
	if c.Hessian != "" && c.ID != "ml-logistic" { // that one holds for y = ±1 only
		if d.Hessian, err = s.Parse(c.Hessian); err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
	}
	return d
}

// goFuncs returns the functions of all cases, with the gradients that they say
// and with those derived, and with the points of the cases.
func goFuncs(t testing.TB) []goFunction {
	t.Helper()
	var funcs []goFunction
	for _, c := range readCases(t) {
		f := goGradient{name: "Grad_" + strings.ReplaceAll(c.ID, "-", "_"), d: goDerivation(t, c)}
		s := f.d.Scope
		for _, point := range c.Points {
			p, err := s.NewPoint(point.Dims, point.Values)
			if err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
			rows, cols := s.At(p).size(s.Wrt.shape)
			grad, err := ReadMatrix(point.Grad, rows, cols)
			if err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
			f.points = append(f.points, knownPoint{p, point.F, grad})
		}
		funcs = append(funcs, f)
		d, err := Derive(&c.Problem, Options{Hessian: c.Hessian != ""})
		if err != nil {
			t.Logf("%s: %v", c.ID, err) // the tests of Derive say whether it may refuse
			continue
		}
		f.name, f.d = strings.Replace(f.name, "Grad", "GradDerived", 1), d
		funcs = append(funcs, f)
	}
	return funcs
}

// goRun compiles a package, vets it and runs its test, in a module of its own
// that needs what this one needs.
func goRun(t *testing.T, code, test []byte) {
	t.Helper()
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile("../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"go.mod": bytes.Replace(mod, []byte("module gradlab"), []byte("module generated"), 1), "go.sum": sum,
		"code.go": code, "code_test.go": test,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"vet", "."}, {"test", "."}} {
		run := exec.Command("go", args...)
		run.Dir = dir
		run.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%.20000s", args[0], err, out)
		}
	}
}

// The code for every case compiles in one package, go vet has nothing to say,
// values and gradients are right at the points of the cases, and gradients and
// Hessians agree with central differences.
func TestCasesGo(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and runs generated code")
	}
	code, test, err := goFile("generated", goFuncs(t)...)
	if err != nil {
		t.Fatal(err)
	}
	goRun(t, code, test)
}

// The code for networks compiles, go vet has nothing to say, and every gradient
// agrees with central differences: for every activation, every loss, batches and
// single examples, abstract functions, and many layers.
func TestNetworksGo(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and runs generated code")
	}
	networks := []Network{
		{Sizes: []int{3, 4, 2}, Hidden: []string{"g"}, Output: "g", Loss: "Loss"},
		{Sizes: []int{3, 4, 2}, Hidden: []string{"g"}, Output: "g", Loss: "Loss", Single: true},
		{Sizes: []int{3, 2}, Hidden: []string{"tanh"}, Output: "softmax", Loss: "ce"},
		{Sizes: []int{2, 3, 4, 3, 4, 3, 4, 3, 2}, Hidden: []string{"tanh"}, Output: "identity", Loss: "mse"},
		{Sizes: []int{2, 3, 4, 2}, Hidden: []string{"softmax", "softplus"}, Output: "softmax", Loss: "mse", Single: true},
	}
	for g := range Activations {
		networks = append(networks, Network{Sizes: []int{3, 4, 2}, Hidden: []string{g}, Output: "identity", Loss: "mse"})
	}
	for loss := range Losses {
		output := map[string]string{"bce": "sigmoid", "ce": "softmax"}[loss]
		if output == "" {
			output = "identity"
		}
		outputs := 2
		if loss == "hinge" {
			outputs = 1
		}
		networks = append(networks, Network{Sizes: []int{3, 4, outputs}, Hidden: []string{"tanh"}, Output: output, Loss: loss})
	}
	var funcs []goFunction
	for i, n := range networks {
		nd, err := n.Derive(Options{})
		if err != nil {
			t.Fatal(err)
		}
		funcs = append(funcs, goNetwork{nd, fmt.Sprint("Grad", i)})
	}
	code, test, err := goFile("generated", funcs...)
	if err != nil {
		t.Fatal(err)
	}
	goRun(t, code, test)
}

var updateGo = flag.Bool("update-go", false, "write the golden files of generated code")

// What a user gets, as a whole. To be read when it changes.
func TestGoGolden(t *testing.T) {
	for _, c := range readCases(t) {
		if !slices.Contains([]string{"ml-ridge", "ml-gauss-S", "art-31y", "netm-W1"}, c.ID) {
			continue
		}
		code, test, err := goDerivation(t, c).Go("grad", "Grad")
		if err != nil {
			t.Fatal(err)
		}
		mustBeGolden(t, c.ID, code, test)
	}
	nd, err := Network{Sizes: []int{4, 8, 3}, Hidden: []string{"tanh"}, Output: "softmax", Loss: "ce"}.Derive(Options{})
	if err != nil {
		t.Fatal(err)
	}
	code, test, err := nd.Go("grad", "Grad")
	if err != nil {
		t.Fatal(err)
	}
	mustBeGolden(t, "network", code, test)
}

// mustBeGolden compares generated code and its test with golden files.
func mustBeGolden(t *testing.T, name string, code, test []byte) {
	t.Helper()
	for suffix, got := range map[string][]byte{".go.golden": code, "_test.go.golden": test} {
		file := "testdata/gocode/" + name + suffix
		if *updateGo {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (go test -run GoGolden -update-go writes it):\n%s", file, diff)
		}
	}
}

// Errors name the argument and both shapes; the adjugate holds at a singular
// matrix; what has no inverse, no logarithm or no Cholesky factor is an error.
func TestGoAtTheEdges(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and runs generated code")
	}
	vars := Variables{{"X", []string{"n", "n"}, nil}, {"S", []string{"n", "n"}, []string{"spd"}}, {"w", []string{"n", "1"}, nil}}
	var funcs []goFunction
	for _, f := range []struct{ name, expr, wrt, gradient string }{
		{"GradDet", "det(X)", "X", "adj(X)'"},
		{"GradInv", "w'*inv(X)*w", "X", "-inv(X)'*w*w'*inv(X)'"},
		{"GradLogdet", "logdet(X)", "X", "inv(X)'"},
		{"GradSpd", "w'*inv(S)*w", "w", "2*inv(S)*w"},
		{"GradLog", "sum(log(w))", "w", "1./w"},
	} {
		pr := Problem{Vars: vars, Expr: f.expr, Wrt: f.wrt}
		funcs = append(funcs, goGradient{name: f.name, d: goDerivation(t, testCase{Problem: pr, Gradient: f.gradient})})
	}
	code, _, err := goFile("generated", funcs...)
	if err != nil {
		t.Fatal(err)
	}
	goRun(t, code, []byte(`package generated

import (
	"fmt"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestEdges(t *testing.T) {
	singular := mat.NewDense(2, 2, []float64{1, 2, 2, 4})
	s := mat.NewDense(2, 2, []float64{2, 1, 1, 2})
	w := mat.NewDense(2, 1, []float64{1, 2})
	f, grad, err := GradDet(singular, s, w)
	want := mat.NewDense(2, 2, []float64{4, -2, -2, 1})
	if err != nil || f != 0 || !mat.EqualApprox(grad, want, 1e-14) {
		t.Errorf("det: %v %v %v", f, grad, err)
	}
	negative := mat.NewDense(2, 2, []float64{0, 1, 1, 0})
	for _, c := range []struct {
		grad    func(x, s, w *mat.Dense) (float64, *mat.Dense, error)
		x, s, w *mat.Dense
		want    string
	}{
		{GradInv, singular, s, w, "inv(X): matrix singular"},
		{GradLogdet, singular, s, w, "logdet(X): the determinant is not positive"},
		{GradLogdet, negative, s, w, "logdet(X): the determinant is not positive"},
		{GradSpd, s, negative, w, "S is not positive definite"},
		{GradSpd, s, mat.NewDense(2, 2, []float64{1, 2, 3, 4}), w, "S is not symmetric"},
		{GradLog, s, s, mat.NewDense(2, 1, []float64{1, -1}), "not finite: a division or log is outside of its domain"},
		{GradInv, s, s, mat.NewDense(3, 1, nil), "w is 3×1, want n×1 = 2×1"},
		{GradInv, mat.NewDense(2, 3, nil), s, w, "X is 2×3, want n×n = 2×2"},
		{GradInv, new(mat.Dense), s, w, "X is empty, want n×n"},
	} {
		f, grad, err := c.grad(c.x, c.s, c.w)
		if err == nil || !strings.Contains(err.Error(), c.want) || f != 0 || grad != nil {
			t.Errorf("%v %v %v, want error %q", f, grad, fmt.Sprint(err), c.want)
		}
	}
}
`))
}

// Names that mean something in Go, or in the code itself, are others there.
func TestGoNames(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and runs generated code")
	}
	var funcs []goFunction
	for i, names := range [][3]string{
		{"func", "range", "mat"}, {"f", "grad", "err"}, {"i", "v", "j"}, {"Grad0", "t", "s"},
		{"math", "float64", "nil"}, {"rng", "want", "max"}, {"checkShapes", "dot", "tX"}, {"t2", "X", "Xt"}, {"fmt", "compare", "len"},
	} {
		pr := Problem{
			Vars:  Variables{{names[0], []string{"m", "1"}, nil}, {names[1], []string{"m", "break"}, nil}, {names[2], []string{"break", "1"}, nil}},
			Where: []Definition{{"string", names[1] + "*" + names[2]}},
			Expr:  "sum(exp(string).*" + names[0] + "+string)+norm2(" + names[1] + ")^2", Wrt: names[1],
		}
		d, err := Derive(&pr, Options{})
		if err != nil {
			t.Fatal(err)
		}
		funcs = append(funcs, goGradient{name: fmt.Sprint("Grad", i), d: d})
	}
	code, test, err := goFile("generated", funcs...)
	if err != nil {
		t.Fatal(err)
	}
	goRun(t, code, test)
}

// A function of which only the value has a numeric body is tested by a stand-in.
func TestGoWithoutBody(t *testing.T) {
	pr := Problem{
		Vars:      Variables{{"X", []string{"m", "n"}, nil}},
		Functions: Functions{{Name: "f", Args: []string{"Y"}, Grads: []string{"df"}, Value: "sum(sin(Y))"}},
		Expr:      "f(X)", Wrt: "X",
	}
	code, test, err := goDerivation(t, testCase{Problem: pr, Gradient: "df(X)"}).Go("generated", "Grad")
	if err != nil || !strings.Contains(string(code), "grad = df(X)") || !strings.Contains(string(test), "math.Cos(") {
		t.Errorf("%s\n%s\n%v", code, test, err)
	}
	if !testing.Short() {
		goRun(t, code, test)
	}
}

// goRandom returns a random expression with a number of rows and columns, each
// 1, m or n.
func goRandom(rng *rand.Rand, depth int, rows, cols string) string {
	sub := func(rows, cols string) string { return goRandom(rng, depth-1, rows, cols) }
	side := func() string { return []string{"1", "m", "n"}[rng.IntN(3)] }
	if depth == 0 {
		return goLeaf(rng, rows, cols)
	}
	if rows == "1" && cols == "1" {
		r, c, square := side(), side(), []string{"m", "n"}[rng.IntN(2)]
		switch rng.IntN(9) {
		case 0:
			return "sum(" + sub(r, c) + ")"
		case 1:
			return "tr(" + sub(square, r) + "*" + sub(r, square) + ")"
		case 2:
			return "norm2(" + sub(r, c) + ")^2"
		case 3:
			return "tr(" + sub(square, square) + ")"
		case 4:
			return "sum(" + sub(r, c) + ".*" + sub(r, c) + ")"
		case 5:
			return "det(eye(m)+0.1*" + sub("m", "m") + ")"
		case 6:
			return "(" + sub("1", r) + "*" + sub(r, "1") + ")"
		case 7:
			return "(" + sub("1", "1") + "-" + sub("1", "1") + "/3)"
		}
		return "sum(tanh(" + sub(r, c) + "))"
	}
	inner := side()
	switch rng.IntN(11) {
	case 0:
		return "(" + sub(rows, cols) + "-" + sub(rows, cols) + ")"
	case 1, 2:
		return "(" + sub(rows, inner) + "*" + sub(inner, cols) + ")"
	case 3:
		return "(" + sub(rows, cols) + ".*" + sub(rows, cols) + ")"
	case 4:
		return "(" + sub("1", "1") + "*" + sub(rows, cols) + ")"
	case 5:
		return "sin(" + sub(rows, cols) + ")"
	case 6:
		return "(" + sub(cols, rows) + ")'"
	case 7:
		if rows == "1" {
			return "(" + sub("1", "1") + "*ones(1," + cols + "))"
		}
		return "diag(" + sub(rows, "1") + ")*" + goLeaf(rng, rows, cols)
	case 8:
		if rows == cols && rows != "1" {
			return "(" + sub(rows, rows) + "+2*eye(" + rows + "))"
		}
		return "(" + sub(rows, "1") + "*ones(1," + cols + "))"
	case 9:
		if rows != "1" {
			return "inv(eye(" + rows + ")+" + goLeaf(rng, rows, "n") + "*" + goLeaf(rng, rows, "n") + "')*" + sub(rows, cols)
		}
		return "exp(sin(" + sub(rows, cols) + "))"
	}
	if cols == "1" && rows != "1" {
		return "diag(" + sub(rows, rows) + ")"
	}
	return "(" + sub(rows, cols) + ").^2"
}

// goLeaf returns a variable of this shape, or what is made of one.
func goLeaf(rng *rand.Rand, rows, cols string) string {
	leaves := map[string][]string{
		"1 1": {"s", "0.5", "n"}, "m n": {"X", "A"}, "n m": {"X'", "A'"}, "m 1": {"a", "X*b"}, "n 1": {"b", "X'*a"},
		"1 m": {"a'", "b'*X'"}, "1 n": {"b'", "r"}, "m m": {"X*A'", "M", "diag(a)"}, "n n": {"X'*A", "diag(b)", "eye(n)"},
	}[rows+" "+cols]
	return "(" + leaves[rng.IntN(len(leaves))] + ")"
}

// Code for random objectives compiles, and agrees with the evaluator and with
// central differences.
func TestGoOfRandomExpressions(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and runs generated code")
	}
	rng := rand.New(rand.NewPCG(7, 8))
	sizes := map[string]int{"m": 2, "n": 3}
	var funcs []goFunction
	for range 150 {
		pr := Problem{
			Vars: Variables{{"X", []string{"m", "n"}, nil}, {"A", []string{"m", "n"}, nil}, {"M", []string{"m", "m"}, []string{"symmetric"}},
				{"a", []string{"m", "1"}, nil}, {"b", []string{"n", "1"}, nil}, {"r", []string{"1", "n"}, nil}, {"s", []string{"1", "1"}, nil}},
			Expr: goRandom(rng, 1+rng.IntN(4), "1", "1"), Wrt: []string{"X", "M", "a", "r", "s"}[rng.IntN(5)], Dims: sizes,
		}
		d, err := Derive(&pr, Options{})
		if err != nil {
			t.Logf("%s: %v", pr.Expr, err)
			continue
		}
		p, err := d.Scope.RandomPoint(rng, sizes, []*Expr{d.Wrt}, d.Objective, d.Gradient)
		if err != nil {
			continue
		}
		ev := d.Scope.At(p)
		f, err := ev.Number(d.Objective)
		grad, gradErr := ev.Value(d.Gradient)
		if err != nil || gradErr != nil || math.Abs(f)+mat.Norm(grad, 2) > 1e4 {
			continue
		}
		funcs = append(funcs, goGradient{fmt.Sprint("Grad", len(funcs)), d, []knownPoint{{p, f, grad}}})
	}
	if len(funcs) < 60 {
		t.Errorf("only %d functions", len(funcs))
	}
	code, test, err := goFile("generated", funcs...)
	if err != nil {
		t.Fatal(err)
	}
	goRun(t, code, test)
}
