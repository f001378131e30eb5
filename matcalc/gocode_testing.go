package matcalc

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// knownPoint is a point where f and its gradient are known.
type knownPoint struct {
	at   *Point
	f    float64
	grad *mat.Dense
}

// goTestOrSkip returns the source of a test of a generated function, one that
// says why if there can't be any.
func goTestOrSkip(f goGradient) string {
	test, err := goTest(f)
	if err != nil {
		return fmt.Sprintf("func Test%s(t *testing.T) { t.Skip(%q) }\n\n", f.name, err.Error())
	}
	return test
}

func goTest(f goGradient) (test string, err error) {
	defer Catch(&err)
	w := goTester{newGoSignature(f.d, f.d.Hessian != nil, testNames(f.name)...), f.d.Wrt}
	functions, arguments := w.testFunctions()
	call := fmt.Sprintf("%s(%s)", f.name, arguments)
	checks := w.testGradient(call)
	if f.d.Hessian != nil {
		checks += w.testHessian(call, fmt.Sprintf("%s(%s)", hessianName(f.name), arguments))
	}
	test = w.testAtRandom(f.name, functions, checks)
	if len(f.points) > 0 {
		test += w.testKnown(f, functions, call)
	}
	return test, nil
}

// testNames returns the names that a test has its own use for.
func testNames(function string) []string {
	reserved := slices.Collect(maps.Keys(goTestHelpers))
	return append(reserved, function, "t", "rng", "points", "tries", "want", "old", "h", "c")
}

// testAtRandom returns a test that makes checks at three random points.
func (s *goSignature) testAtRandom(name, functions, checks string) string {
	var b strings.Builder
	b.WriteString("points := 0\nfor tries := 0; points < 3; tries++ {\nif tries == 200 {\n")
	b.WriteString("t.Fatal(\"no random point is within the domain\")\n}\n")
	for _, v := range s.scope.Vars {
		fmt.Fprintf(&b, "%s := %s\n", s.params[v.name], s.randomValue(v))
	}
	b.WriteString(checks + "points++\n}\n}\n\n")
	body := b.String()
	return fmt.Sprintf("// Test%s compares gradients with central differences at random points.\n", name) +
		fmt.Sprintf("func Test%s(t *testing.T) {\nrng := rand.New(rand.NewPCG(1, 2))\n", name) +
		s.testSizes(body) + functions + body
}

// goTester writes the test of a gradient.
type goTester struct {
	*goSignature
	wrt *Expr
}

// testSizes returns the statement that chooses the sizes that body needs.
func (s *goSignature) testSizes(body string) string {
	used, err := goIdentifiers("func _() {\n" + body)
	if err != nil {
		panic(err)
	}
	var names, values []string
	for i, dim := range s.scope.Dims() {
		size := s.given[dim]
		if size < 1 || size > 10 {
			size = 2 + i%4
		}
		if used[s.dims[dim]] {
			names = append(names, s.dims[dim])
			values = append(values, fmt.Sprint(size))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("%s := %s\n", strings.Join(names, ", "), strings.Join(values, ", "))
}

// randomValue returns an expression for a random value of v.
func (s *goSignature) randomValue(v *Expr) string {
	if v.IsScalar() {
		if v.Is(Positive) {
			return "0.5 + rng.Float64()"
		}
		return "rng.NormFloat64()"
	}
	name := "random"
	switch {
	case v.Is(Diagonal):
		name = "randomDiagonal"
	case v.Is(Orthogonal):
		name = "randomOrthogonal"
	case v.Is(Spd):
		name = "randomSPD"
	case v.Is(Symmetric):
		name = "randomSymmetric"
	case v.Is(Stochastic):
		name = "randomStochastic"
	case v.Is(Positive):
		name = "randomPositive"
	case v.Is(Invertible):
		name = "randomInvertible"
	}
	g := goWriter{dims: s.dims}
	return fmt.Sprintf("%s(rng, %s)", name, g.dimsOf(v.shape))
}

// testGradient returns the comparison of the gradient at a point.
func (w goTester) testGradient(call string) string {
	x, f, grad := w.params[w.wrt.name], w.results[0].name, w.results[1].name
	var b strings.Builder
	fmt.Fprintf(&b, "_, %s, err := %s\nif err != nil {\ncontinue\n}\n", grad, call)
	if w.wrt.IsScalar() {
		fmt.Fprintf(&b, "old := %s\n", x)
		fmt.Fprintf(&b, "want, err := slope(func(h float64) (float64, error) {\n%s = old + h\ndefer func() { %s = old }()\n", x, x)
		fmt.Fprintf(&b, "%s, _, err := %s\nreturn %s, err\n})\n", f, call, f)
		fmt.Fprintf(&b, "if err != nil {\ncontinue\n}\ncompare(t, \"the gradient\", number(%s), number(want), 1e-6)\n", grad)
		return b.String()
	}
	name := "differences"
	switch {
	case w.wrt.Is(Diagonal):
		name = "diagonalDifferences"
	case w.wrt.Is(Symmetric):
		name = "symmetricDifferences"
	}
	fmt.Fprintf(&b, "want, err := %s(%s, func() (float64, error) {\n%s, _, err := %s\nreturn %s, err\n})\n", name, x, f, call, f)
	fmt.Fprintf(&b, "if err != nil {\ncontinue\n}\ncompare(t, \"the gradient\", %s, want, 1e-6)\n", grad)
	return b.String()
}

// testHessian returns the comparison of the Hessian at a point.
func (w goTester) testHessian(gradient, call string) string {
	if w.wrt.IsScalar() {
		return ""
	}
	grad, hess := w.results[1].name, w.results[2].name
	var b strings.Builder
	fmt.Fprintf(&b, "_, _, %s, err := %s\nif err != nil {\ncontinue\n}\n", hess, call)
	fmt.Fprintf(&b, "want, err = differencesOfColumn(%s, func() (*mat.Dense, error) {\n_, %s, err := %s\nreturn %s, err\n})\n",
		w.params[w.wrt.name], grad, gradient, grad)
	fmt.Fprintf(&b, "if err != nil {\ncontinue\n}\ncompare(t, \"the Hessian\", %s, want, 1e-6)\n", hess)
	return b.String()
}

// testKnown returns a test at points where the gradient is known.
func (w goTester) testKnown(f goGradient, functions, call string) string {
	value, grad := w.results[0].name, w.results[1].name
	var b strings.Builder
	fmt.Fprintf(&b, "// Test%sKnown compares values and gradients with known ones.\n", f.name)
	fmt.Fprintf(&b, "func Test%sKnown(t *testing.T) {\n", f.name)
	for i, p := range f.points {
		fmt.Fprintf(&b, "t.Run(\"%d\", func(t *testing.T) {\n", i+1)
		for _, size := range w.sizes {
			fmt.Fprintf(&b, "%s := %d\n", w.dims[size], p.at.Sizes[size])
		}
		b.WriteString(functions)
		for _, v := range w.scope.Vars {
			value := p.at.Values[v.name]
			if v.IsScalar() {
				fmt.Fprintf(&b, "%s := %v\n", w.params[v.name], goLiteral(value.At(0, 0)))
			} else {
				fmt.Fprintf(&b, "%s := %s\n", w.params[v.name], goDense(value))
			}
		}
		fmt.Fprintf(&b, "%s, %s, err := %s\nif err != nil {\nt.Fatal(err)\n}\n", value, grad, call)
		fmt.Fprintf(&b, "compare(t, \"f\", number(%s), number(%s), 1e-10)\n", value, goLiteral(p.f))
		if w.wrt.IsScalar() {
			fmt.Fprintf(&b, "compare(t, \"the gradient\", number(%s), number(%s), 1e-10)\n", grad, goLiteral(p.grad.At(0, 0)))
		} else {
			fmt.Fprintf(&b, "compare(t, \"the gradient\", %s, %s, 1e-10)\n", grad, goDense(p.grad))
		}
		b.WriteString("})\n")
	}
	b.WriteString("}\n\n")
	return b.String()
}

// goLiteral returns a number as a float64 constant.
func goLiteral(x float64) string {
	s := fmt.Sprint(x)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// goDense returns a matrix as an expression.
func goDense(m *mat.Dense) string {
	rows, cols := m.Dims()
	var b strings.Builder
	fmt.Fprintf(&b, "mat.NewDense(%d, %d, []float64{\n", rows, cols)
	for i := range rows {
		for j := range cols {
			fmt.Fprintf(&b, "%v, ", m.At(i, j))
		}
		b.WriteString("\n")
	}
	b.WriteString("})")
	return b.String()
}

// testFunctions returns statements that define the abstract functions, and the
// arguments of a call: by their numeric bodies, or if one lacks its body by
// stand-ins that fit each other.
func (s *goSignature) testFunctions() (functions, arguments string) {
	calls := map[string]*Expr{} // by the name of the function or derivative
	standIns := false
	s.each(func(e *Expr) {
		if e.fn != nil && calls[e.name] == nil {
			calls[e.name] = e
			standIns = standIns || s.scope.bodyText(e, false) == ""
		}
	})
	var list []string
	for _, v := range s.scope.Vars {
		list = append(list, s.params[v.name])
	}
	for _, size := range s.sizes {
		list = append(list, s.dims[size])
	}
	done := map[string]bool{}
	var b strings.Builder
	for _, f := range s.scope.Functions {
		for _, name := range append([]string{f.Name, f.Deriv}, f.Grads...) {
			switch call := calls[name]; {
			case name == "" || done[name]:
				continue
			case call == nil:
				list = append(list, "nil")
			default:
				list = append(list, s.params[name])
				fmt.Fprintf(&b, "%s := %s\n", s.params[name], s.closure(call, standIns))
			}
			done[name] = true
		}
	}
	return b.String(), strings.Join(list, ", ")
}

// closure returns the abstract function of a call as a Go function: by its
// numeric body or by a stand-in.
func (s *goSignature) closure(call *Expr, standIn bool) string {
	shape := call.shape
	if call.op == OpFn {
		scalar := *call
		scalar.args, shape = []*Expr{s.scope.one}, Scalar
		call = &scalar
	}
	b := s.scope.body(call, standIn)
	e := b.expr
	if e.shape != shape {
		e = b.scope.Mul(e, b.scope.Ones(shape))
	}
	inner := &goSignature{scope: b.scope, results: []goResult{{e: e}}}
	inner.declare(nil)
	if len(inner.sizes) > 0 {
		panic(within(call.fn.Name, errorf(Unsupported, "there is no test: the numeric body for %s needs the size %s", call.name, inner.sizes[0])))
	}
	return fmt.Sprintf("func(%s) %s {\n%s}", inner.parameters(), goType(shape), inner.expression(e))
}

// expression returns statements that return the value of e.
func (s *goSignature) expression(e *Expr) string {
	l := newGoLower(s.scope, nil, e)
	n := l.finished(l.of(e))
	g := s.writer(l, []*goNode{n}, "panic(%s)")
	result := ""
	if n.shape.IsScalar() {
		result = g.scalar(n).s
	} else if result = g.matrix(n); n.op == goParam {
		result = "mat.DenseCopyOf(" + result + ")"
	}
	g.line("return %s", result)
	body := g.text()
	return s.dimensions(body) + body
}
