package matcalc

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// KnownPoint is a point where f and its gradient are known.
type KnownPoint struct {
	Point *Point
	F     float64
	Grad  *mat.Dense
}

// goTestHelpers are the declarations that a generated test may need.
var goTestHelpers = map[string]string{
	"random": `// random returns a matrix of normally distributed numbers.
func random(rng *rand.Rand, rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	m.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, m)
	return m
}`,
	"randomPositive": `// randomPositive returns a matrix of numbers between 0.5 and 1.5.
func randomPositive(rng *rand.Rand, rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	m.Apply(func(_, _ int, _ float64) float64 { return 0.5 + rng.Float64() }, m)
	return m
}`,
	"randomStochastic": `// randomStochastic returns a matrix with columns that sum to 1.
func randomStochastic(rng *rand.Rand, rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	for j := range cols {
		sum := 0.0
		for i := range rows {
			m.Set(i, j, 0.5+rng.Float64())
			sum += m.At(i, j)
		}
		for i := range rows {
			m.Set(i, j, m.At(i, j)/sum)
		}
	}
	return m
}`,
	"randomSymmetric": `func randomSymmetric(rng *rand.Rand, n, _ int) *mat.Dense {
	m := random(rng, n, n)
	m.Add(m, mat.DenseCopyOf(m.T()))
	return m
}`,
	"randomSPD": `func randomSPD(rng *rand.Rand, n, _ int) *mat.Dense {
	a := random(rng, n, n)
	m := new(mat.Dense)
	m.Mul(a.T(), a)
	for i := range n {
		m.Set(i, i, m.At(i, i)+1)
	}
	return m
}`,
	"randomDiagonal": `func randomDiagonal(rng *rand.Rand, n, _ int) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	for i := range n {
		m.Set(i, i, 0.5+rng.Float64())
	}
	return m
}`,
	"randomInvertible": `// randomInvertible returns a matrix with a positive determinant.
func randomInvertible(rng *rand.Rand, n, _ int) *mat.Dense {
	m := random(rng, n, n)
	for i := range n {
		m.Set(i, i, m.At(i, i)+3)
	}
	if mat.Det(m) < 0 {
		for j := range n {
			m.Set(0, j, -m.At(0, j))
		}
	}
	return m
}`,
	"randomOrthogonal": `func randomOrthogonal(rng *rand.Rand, n, _ int) *mat.Dense {
	var qr mat.QR
	qr.Factorize(random(rng, n, n))
	m := new(mat.Dense)
	qr.QTo(m)
	return m
}`,
	"slope": `// slope returns the derivative of f at 0 by central differences of order four.
func slope(f func(h float64) (float64, error)) (float64, error) {
	const h = 1e-3
	sum := 0.0
	for _, p := range [...]struct{ at, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
		y, err := f(p.at * h)
		if err != nil {
			return 0, err
		}
		sum += p.weight * y
	}
	return sum / (12 * h), nil
}`,
	"differences": `// differences returns the gradient of f by central differences: f is evaluated
// while an entry of x is another.
func differences(x *mat.Dense, f func() (float64, error)) (*mat.Dense, error) {
	rows, cols := x.Dims()
	grad := mat.NewDense(rows, cols, nil)
	for i := range rows {
		for j := range cols {
			old := x.At(i, j)
			d, err := slope(func(h float64) (float64, error) {
				x.Set(i, j, old+h)
				defer x.Set(i, j, old)
				return f()
			})
			if err != nil {
				return nil, err
			}
			grad.Set(i, j, d)
		}
	}
	return grad, nil
}`,
	"symmetricDifferences": `// symmetricDifferences returns the gradient of f among symmetric matrices.
func symmetricDifferences(x *mat.Dense, f func() (float64, error)) (*mat.Dense, error) {
	n, _ := x.Dims()
	grad := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range i + 1 {
			old := x.At(i, j)
			d, err := slope(func(h float64) (float64, error) {
				x.Set(i, j, old+h)
				x.Set(j, i, old+h)
				defer x.Set(i, j, old)
				defer x.Set(j, i, old)
				return f()
			})
			if err != nil {
				return nil, err
			}
			if i != j {
				d /= 2 // two entries moved
			}
			grad.Set(i, j, d)
			grad.Set(j, i, d)
		}
	}
	return grad, nil
}`,
	"diagonalDifferences": `// diagonalDifferences returns the gradient of f among diagonal matrices.
func diagonalDifferences(x *mat.Dense, f func() (float64, error)) (*mat.Dense, error) {
	n, _ := x.Dims()
	grad := mat.NewDense(n, n, nil)
	for i := range n {
		old := x.At(i, i)
		d, err := slope(func(h float64) (float64, error) {
			x.Set(i, i, old+h)
			defer x.Set(i, i, old)
			return f()
		})
		if err != nil {
			return nil, err
		}
		grad.Set(i, i, d)
	}
	return grad, nil
}`,
	"differencesOfColumn": `// differencesOfColumn returns the derivatives of the column f by the column x,
// those by an entry of x as a column.
func differencesOfColumn(x *mat.Dense, f func() (*mat.Dense, error)) (*mat.Dense, error) {
	n, _ := x.Dims()
	all := mat.NewDense(n, n, nil)
	for i := range n {
		column, err := differences(x, func() (float64, error) {
			y, err := f()
			if err != nil {
				return 0, err
			}
			return y.At(i, 0), nil
		})
		if err != nil {
			return nil, err
		}
		all.SetRow(i, column.RawMatrix().Data)
	}
	return all, nil
}`,
	"compare": `// compare reports an error unless got is want but for the tolerance.
func compare(t *testing.T, what string, got, want *mat.Dense, tolerance float64) {
	t.Helper()
	var d mat.Dense
	d.Sub(got, want)
	if e := mat.Norm(&d, 2) / max(1, mat.Norm(want, 2)); !(e <= tolerance) {
		t.Errorf("%s is\n%v\nwant\n%v\nrelative error %.1e", what, mat.Formatted(got), mat.Formatted(want), e)
	}
}`,
	"number": `func number(x float64) *mat.Dense { return mat.NewDense(1, 1, []float64{x}) }`,
}

// goTestOrSkip returns the source of a test of a generated function, one that
// says why if there can't be any.
func goTestOrSkip(f GoFunc) string {
	test, err := goTest(f)
	if err != nil {
		return fmt.Sprintf("func Test%s(t *testing.T) { t.Skip(%q) }\n\n", f.Name, err.Error())
	}
	return test
}

func goTest(f GoFunc) (test string, err error) {
	defer Catch(&err)
	reserved := slices.Collect(maps.Keys(goTestHelpers))
	s := newGoSignature(f.Derivation, append(reserved, f.Name, "t", "rng", "points", "tries", "want", "old", "h")...)
	var b strings.Builder
	functions, arguments := s.testFunctions()
	fmt.Fprintf(&b, "// Test%s compares gradients with central differences at random points.\n", f.Name)
	fmt.Fprintf(&b, "func Test%s(t *testing.T) {\n", f.Name)
	fmt.Fprint(&b, "rng := rand.New(rand.NewPCG(1, 2))\n")
	head := b.String()
	b.Reset()
	b.WriteString("points := 0\nfor tries := 0; points < 3; tries++ {\nif tries == 200 {\n")
	fmt.Fprintf(&b, "t.Fatal(\"no random point is within the domain\")\n}\n")
	for _, v := range f.Derivation.Scope.Vars {
		fmt.Fprintf(&b, "%s := %s\n", s.params[v.name], s.randomValue(v))
	}
	call := fmt.Sprintf("%s(%s)", f.Name, arguments)
	b.WriteString(s.testGradient(call))
	if f.Derivation.Hessian != nil {
		b.WriteString(s.testHessian(call, fmt.Sprintf("%s(%s)", hessianName(f.Name), arguments)))
	}
	b.WriteString("points++\n}\n}\n\n")
	body := b.String()
	b.Reset()
	b.WriteString(head + s.testSizes(body) + functions + body)
	if len(f.Points) > 0 {
		s.testKnown(&b, f, functions, call)
	}
	return b.String(), nil
}

// testSizes returns the statement that chooses the sizes that body needs.
func (s *goSignature) testSizes(body string) string {
	used, err := goIdentifiers("func _() {\n" + body)
	if err != nil {
		panic(err)
	}
	var names, values []string
	for i, dim := range s.d.Scope.Dims() {
		size := s.d.Problem.Dims[dim]
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
func (s *goSignature) testGradient(call string) string {
	x := s.params[s.d.Wrt.name]
	var b strings.Builder
	fmt.Fprintf(&b, "_, %s, err := %s\nif err != nil {\ncontinue\n}\n", s.grad, call)
	if s.d.Wrt.IsScalar() {
		fmt.Fprintf(&b, "old := %s\n", x)
		fmt.Fprintf(&b, "want, err := slope(func(h float64) (float64, error) {\n%s = old + h\ndefer func() { %s = old }()\n", x, x)
		fmt.Fprintf(&b, "%s, _, err := %s\nreturn %s, err\n})\n", s.f, call, s.f)
		fmt.Fprintf(&b, "if err != nil {\ncontinue\n}\ncompare(t, \"the gradient\", number(%s), number(want), 1e-6)\n", s.grad)
		return b.String()
	}
	name := "differences"
	switch {
	case s.d.Wrt.Is(Diagonal):
		name = "diagonalDifferences"
	case s.d.Wrt.Is(Symmetric):
		name = "symmetricDifferences"
	}
	fmt.Fprintf(&b, "want, err := %s(%s, func() (float64, error) {\n%s, _, err := %s\nreturn %s, err\n})\n", name, x, s.f, call, s.f)
	fmt.Fprintf(&b, "if err != nil {\ncontinue\n}\ncompare(t, \"the gradient\", %s, want, 1e-6)\n", s.grad)
	return b.String()
}

// testHessian returns the comparison of the Hessian at a point.
func (s *goSignature) testHessian(gradient, call string) string {
	if s.d.Wrt.IsScalar() {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "_, _, %s, err := %s\nif err != nil {\ncontinue\n}\n", s.hess, call)
	fmt.Fprintf(&b, "want, err = differencesOfColumn(%s, func() (*mat.Dense, error) {\n_, %s, err := %s\nreturn %s, err\n})\n",
		s.params[s.d.Wrt.name], s.grad, gradient, s.grad)
	fmt.Fprintf(&b, "if err != nil {\ncontinue\n}\ncompare(t, \"the Hessian\", %s, want, 1e-6)\n", s.hess)
	return b.String()
}

// testKnown writes a test at points where the gradient is known.
func (s *goSignature) testKnown(b *strings.Builder, f GoFunc, functions, call string) {
	fmt.Fprintf(b, "// Test%sKnown compares values and gradients with known ones.\n", f.Name)
	fmt.Fprintf(b, "func Test%sKnown(t *testing.T) {\n", f.Name)
	for i, p := range f.Points {
		fmt.Fprintf(b, "t.Run(\"%d\", func(t *testing.T) {\n", i+1)
		for _, size := range s.sizes {
			fmt.Fprintf(b, "%s := %d\n", s.dims[size], p.Point.Sizes[size])
		}
		b.WriteString(functions)
		for _, v := range s.d.Scope.Vars {
			value := p.Point.Values[v.name]
			if v.IsScalar() {
				fmt.Fprintf(b, "%s := %v\n", s.params[v.name], goLiteral(value.At(0, 0)))
			} else {
				fmt.Fprintf(b, "%s := %s\n", s.params[v.name], goDense(value))
			}
		}
		fmt.Fprintf(b, "%s, %s, err := %s\nif err != nil {\nt.Fatal(err)\n}\n", s.f, s.grad, call)
		fmt.Fprintf(b, "compare(t, \"f\", number(%s), number(%s), 1e-10)\n", s.f, goLiteral(p.F))
		if s.d.Wrt.IsScalar() {
			fmt.Fprintf(b, "compare(t, \"the gradient\", number(%s), number(%s), 1e-10)\n", s.grad, goLiteral(p.Grad.At(0, 0)))
		} else {
			fmt.Fprintf(b, "compare(t, \"the gradient\", %s, %s, 1e-10)\n", s.grad, goDense(p.Grad))
		}
		b.WriteString("})\n")
	}
	b.WriteString("}\n\n")
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
			standIns = standIns || s.d.Scope.bodyText(e, false) == ""
		}
	})
	var list []string
	for _, v := range s.d.Scope.Vars {
		list = append(list, s.params[v.name])
	}
	for _, size := range s.sizes {
		list = append(list, s.dims[size])
	}
	done := map[string]bool{}
	var b strings.Builder
	for _, f := range s.d.Scope.Functions {
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
		scalar.args, shape = []*Expr{s.d.Scope.one}, Scalar
		call = &scalar
	}
	b := s.d.Scope.body(call, standIn)
	e := b.expr
	if e.shape != shape {
		e = b.scope.Mul(e, b.scope.Ones(shape))
	}
	inner := newGoSignature(&Derivation{Problem: &Problem{}, Scope: b.scope, Objective: e, Gradient: e, Wrt: b.scope.Vars[0]}, "")
	if len(inner.sizes) > 0 {
		panic(within(call.fn.Name, errorf(Unsupported, "there is no test: the numeric body for %s needs the size %s", call.name, inner.sizes[0])))
	}
	return fmt.Sprintf("func(%s) %s {\n%s}", inner.parameters(), goType(shape), inner.expression(e))
}

// expression returns statements that return the value of e.
func (s *goSignature) expression(e *Expr) string {
	l := newGoLower(s.d.Scope, nil, e)
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
