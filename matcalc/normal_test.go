package matcalc

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// everything is a problem with a variable of every kind.
var everything = Problem{
	Vars: Variables{
		{"A", []string{"m", "n"}, nil}, {"B", []string{"m", "n"}, nil}, {"C", []string{"n", "m"}, nil},
		{"X", []string{"n", "n"}, []string{"invertible"}}, {"Z", []string{"n", "n"}, nil}, {"S", []string{"n", "n"}, []string{"symmetric"}},
		{"P", []string{"n", "n"}, []string{"spd"}}, {"Q", []string{"n", "n"}, []string{"orthogonal"}}, {"D", []string{"n", "n"}, []string{"diagonal"}},
		{"R", []string{"m", "n"}, []string{"positive"}}, {"Y", []string{"m", "m"}, nil},
		{"x", []string{"n", "1"}, nil}, {"y", []string{"n", "1"}, nil}, {"u", []string{"m", "1"}, nil}, {"r", []string{"1", "n"}, nil},
		{"s", []string{"1", "1"}, nil}, {"t", []string{"1", "1"}, []string{"positive"}},
	},
	Where: []Definition{{"V", "A*X+B"}, {"w", "x-y"}},
	Functions: Functions{
		{Name: "f", Args: []string{"a", "b"}, Grads: []string{"f1", "f2"}},
		{Name: "sigma", Elementwise: true, Deriv: "dsigma"},
	},
}

// generator writes random expressions of given shapes.
type generator struct {
	*rand.Rand
	scope *Scope
}

func (g generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

// text returns a random expression of a shape made of 1, m and n.
func (g generator) text(rows, cols string, depth int) string {
	if depth == 0 {
		return g.leaf(rows, cols)
	}
	sub := func(r, c string) string { return g.text(r, c, depth-1) }
	same := func() string { return sub(rows, cols) }
	if rows == "1" && cols == "1" && g.IntN(2) == 0 {
		return g.scalar(depth)
	}
	switch g.IntN(14) {
	case 0, 1:
		return "(" + same() + g.pick("+", "-") + same() + ")"
	case 2, 3, 4:
		inner := g.pick("1", "m", "n", "n")
		return "(" + sub(rows, inner) + "*" + sub(inner, cols) + ")"
	case 5:
		return "(" + same() + g.pick("*", ".*") + "(" + sub("1", "1") + "))"
	case 6:
		return "(" + same() + ".*" + same() + ")"
	case 7:
		return "(" + same() + g.pick("./(", "./exp(", "/(") + g.pick("2", "t", "norm2("+sub("m", "1")+")") + "))"
	case 8, 9:
		return "(" + sub(cols, rows) + ")'"
	case 10:
		if g.IntN(4) == 0 { // not of what is 0 but for rounding
			return g.pick("step", "sign") + "(" + g.leaf(rows, cols) + ")"
		}
		return g.pick("sin", "tanh", "relu", "abs", "sigmoid", "sigma", "dsigma", "cos", "softplus") + "(" + same() + ")"
	case 11:
		return "(" + same() + ")" + g.pick(".^2", ".^3", ".^1")
	case 12:
		return "(" + g.pick("-", "2*", "0.5*", "-3*") + same() + ")"
	}
	switch {
	case rows == cols && rows != "1":
		return g.square(rows, depth)
	case cols == "1":
		return g.pick("diag("+sub(rows, rows)+")", "(diag("+sub(rows, "1")+")*"+same()+")", "f1("+same()+","+sub("m", "n")+")")
	case rows == "m" && cols == "n":
		return "f2(" + sub("n", "1") + "," + same() + ")"
	}
	return same()
}

func (g generator) square(n string, depth int) string {
	sub := func(r, c string) string { return g.text(r, c, depth-1) }
	a := sub(n, n)
	switch g.IntN(6) {
	case 0:
		return "diag(" + sub(n, "1") + ")"
	case 1:
		return "inv(2*eye(" + n + ")+0.1*sin(" + a + "))"
	case 2:
		return "adj(" + a + ")"
	case 3:
		return "(" + a + ")^" + g.pick("2", "3", "1", "0")
	case 4:
		return "inv(" + map[string]string{"m": "Y", "n": g.pick("X", "P", "Q", "Z'", "P+eye(n)")}[n] + ")"
	}
	return "(" + a + "+" + a + "')"
}

func (g generator) scalar(depth int) string {
	sub := func(r, c string) string { return g.text(r, c, depth-1) }
	rows, cols := g.pick("m", "n"), g.pick("1", "m", "n")
	a := sub(rows, cols)
	switch g.IntN(12) {
	case 0, 1:
		return "tr(" + sub(rows, rows) + ")"
	case 2:
		return g.pick("sum", "norm2", "norm1") + "(" + a + ")"
	case 3:
		return "det(" + sub("n", "n") + ")"
	case 4:
		return "(vec(" + a + ")'*vec(" + sub(rows, cols) + "))"
	case 5:
		return "tr(kron(" + sub("n", "n") + "," + sub("n", "n") + "))"
	case 6:
		return "sum(kron(" + sub("n", "n") + "," + sub("n", "n") + ")*vec(" + sub("n", "n") + "))"
	case 7:
		return "exp(sin(" + sub("1", "1") + "))^" + g.pick("2", "0.5", "-1", "s", "-0.5", "n")
	case 8:
		return "f(" + sub("n", "1") + "," + a + ")"
	case 9:
		return g.pick("sqrt", "log") + "(2+cos(" + sub("1", "1") + "))^" + g.pick("2", "3", "-1", "1")
	}
	return "(" + sub("1", "1") + ")" + g.pick("^2", "^3", "", "*n", "/m")
}

func (g generator) leaf(rows, cols string) string {
	var fits []string
	shape := rows + "×" + cols
	for _, v := range append(g.scope.Vars, g.scope.Wheres...) {
		if v.shape.String() == shape {
			fits = append(fits, v.name, v.name)
		}
		if v.shape.T().String() == shape {
			fits = append(fits, v.name+"'")
		}
	}
	switch {
	case shape == "1×1":
		fits = append(fits, "2", "0.1", "3", "n", "1/3")
	case rows == cols:
		fits = append(fits, "eye("+rows+")", "inv(X)", "inv(P)")
		if rows == "m" {
			fits = []string{"eye(m)", "Y", "Y", "Y'", "inv(Y)"}
		}
	}
	if shape != "1×1" {
		fits = append(fits, fmt.Sprintf("ones(%s,%s)", rows, cols))
		if g.IntN(10) == 0 {
			fits = append(fits, fmt.Sprintf("zeros(%s,%s)", rows, cols))
		}
	}
	return g.pick(fits...)
}

// naive evaluates a syntax tree as it stands, without the normal form.
func naive(ev *Evaluator, t *Tree) dual {
	s := ev.scope
	broadcast := func(a, b dual) (dual, dual) {
		ones := func(a, like dual) dual {
			if len(a.v) == 1 && len(like.v) > 1 {
				return times(a, newDual(like.rows, like.cols).each(func(_, _ float64) (float64, float64) { return 1, 0 }))
			}
			return a
		}
		return ones(a, b), ones(b, a)
	}
	args := func() []dual {
		var values []dual
		for _, a := range t.Args {
			values = append(values, naive(ev, a))
		}
		return values
	}
	switch t.Kind {
	case TreeNumber, TreeName:
		e, err := s.Parse(t.Text)
		if err != nil {
			panic(err)
		}
		return ev.dual(e)
	case TreeMinus:
		return naive(ev, t.Args[0]).each(func(x, dx float64) (float64, float64) { return -x, -dx })
	case TreeTranspose:
		return naive(ev, t.Args[0]).t()
	case TreeBinary:
		x := args()
		a, b := x[0], x[1]
		scalars := len(a.v) == 1 || len(b.v) == 1
		switch t.Text {
		case "+", "-":
			a, b = broadcast(a, b)
			r := a.like(a, b)
			r.plus(1, a)
			r.plus(map[string]float64{"+": 1, "-": -1}[t.Text], b)
			return r
		case "*":
			if scalars {
				return times(a, b)
			}
			return a.mul(b)
		case ".*":
			return times(a, b)
		case "/", "./":
			return times(a, b.each(func(x, dx float64) (float64, float64) { return 1 / x, -dx / x / x }))
		case "^":
			if scalars && len(a.v) == 1 {
				return zip(a, b, raise)
			}
			r := naive(ev, &Tree{Kind: TreeCall, Text: "eye", Args: []*Tree{{Kind: TreeNumber, Text: fmt.Sprint(a.rows)}}})
			for range int(b.v[0]) {
				r = r.mul(a)
			}
			return r
		case ".^":
			return zip(a, b, raise)
		}
	case TreeCall:
		return naiveCall(ev, t, args)
	}
	panic(t.String())
}

func naiveCall(ev *Evaluator, t *Tree, args func() []dual) dual {
	s := ev.scope
	switch t.Text {
	case "eye", "ones", "zeros":
		e, err := s.Parse(t.String())
		if err != nil {
			panic(err)
		}
		return ev.dual(e)
	}
	x := args()
	if f := entryFunctions[t.Text]; f != nil {
		return x[0].each(func(x, dx float64) (float64, float64) { y, slope := f(x); return y, slope * dx })
	}
	if r, ok := s.roles[t.Text]; ok {
		inner := &Evaluator{scope: s, point: ev.point, values: map[*Expr]dual{}, meter: ev.meter, warned: map[Kind]bool{}}
		var vars []*Expr
		for i, a := range x {
			v := s.Var(fmt.Sprintf("naive%d", i), Shape{DimOf(a.rows), DimOf(a.cols)}, 0)
			inner.values[v] = a
			vars = append(vars, v)
		}
		switch {
		case r.deriv:
			return inner.dual(s.SigmaPrime(r.fn, vars[0]))
		case r.fn.Elementwise:
			return inner.dual(s.Sigma(r.fn, vars[0]))
		case r.grad >= 0:
			return inner.dual(s.GradApp(r.fn, r.grad, vars...))
		}
		return inner.dual(s.App(r.fn, vars...))
	}
	ops := map[string]Op{"inv": OpInv, "tr": OpTr, "det": OpDet, "adj": OpAdj, "sum": OpSum, "norm2": OpNorm2, "norm1": OpNorm1, "vec": OpVec, "kron": OpKron, "diag": OpDiagOf}
	op := ops[t.Text]
	if op == OpDiagOf && x[0].cols == 1 {
		op = OpDiag
	}
	return ev.combine(&Expr{op: op, args: []*Expr{s.one}}, x)
}

// The normal form changes neither value nor derivative of an expression, its
// text is the same expression again, and a transpose undoes a transpose.
func TestNormalForm(t *testing.T) {
	for seed := range uint64(3000) {
		checkNormalForm(t, seed)
		if t.Failed() {
			break
		}
	}
}

func checkNormalForm(t *testing.T, seed uint64) {
	s, err := everything.Declare()
	if err != nil {
		t.Fatal(err)
	}
	g := generator{rand.New(rand.NewPCG(seed, 0)), s}
	text := g.text(g.pick("1", "m", "n"), g.pick("1", "m", "n"), 1+g.IntN(5))
	tree, err := Parse(text)
	if err != nil {
		t.Fatalf("%d: %s: %v", seed, text, err)
	}
	e, err := s.Parse(text)
	if err != nil {
		if err.(*Error).Kind == TooLarge || err.(*Error).Kind == BadDivision {
			return
		}
		t.Fatalf("%d: %s: %v", seed, text, err)
	}
	if again, err := s.Parse(e.String()); again != e {
		t.Errorf("%d: %s is\n%s, and read again\n%s, %v", seed, text, e, again, err)
	}
	if twice := s.T(s.T(e)); twice != e {
		t.Errorf("%d: the transpose of the transpose of\n%s is\n%s", seed, e, twice)
	}
	if with := s.With(e, e.args); with != e {
		t.Errorf("%d: with its own arguments\n%s is\n%s", seed, e, with)
	}
	p := s.draw(g.Rand, map[string]int{"m": 2, "n": 3}, s.Vars, 0)
	delete(p.Dir, "Q") // Q'·Q = I only holds where Q is orthogonal
	ev := s.At(p)
	got, want := ev.dual(e), naive(s.At(p), tree)
	if mat.Norm(want.dense(true), 2) > 1e6 {
		return // too sensitive to rounding to be compared
	}
	if !almostEqual(got.dense(false), want.dense(false)) || !almostEqual(got.dense(true), want.dense(true)) {
		t.Errorf("%d: %s is\n%s, and has the value\n%v, derivative\n%v, where plainly computed it is\n%v\n%v", seed, text, e,
			mat.Formatted(got.dense(false)), mat.Formatted(got.dense(true)), mat.Formatted(want.dense(false)), mat.Formatted(want.dense(true)))
	}
	if e.Is(Symmetric) && got.rows > 1 && !almostEqual(got.dense(false), mat.DenseCopyOf(got.dense(false).T())) {
		t.Errorf("%d: %s is not symmetric", seed, e)
	}
}

// almostEqual compares to what is left of 16 digits; numbers that are not
// finite, or so large that nothing is left, are not compared.
func almostEqual(a, b *mat.Dense) bool {
	norm := math.Max(mat.Norm(a, 2), mat.Norm(b, 2))
	if math.IsNaN(norm) || norm > 1e9 {
		return true
	}
	var d mat.Dense
	d.Sub(a, b)
	return mat.Norm(&d, 2) <= 1e-6*math.Max(1, norm)
}

// FuzzParse reads any text: it ends in an expression whose text is the same
// expression again, or in an *Error within the text.
func FuzzParse(f *testing.F) {
	s, err := everything.Declare()
	if err != nil {
		f.Fatal(err)
	}
	for seed := range uint64(50) {
		g := generator{rand.New(rand.NewPCG(seed, 1)), s}
		f.Add(g.text(g.pick("1", "m", "n"), g.pick("1", "m", "n"), 1+g.IntN(4)))
	}
	for _, c := range readCases(f) {
		f.Add(c.Expr)
	}
	for _, text := range []string{"", " ", "((((", "2.*x", "1e-3", "1e999999", ".5.", "A''''", "--+-s", "s^-2", "A.^-.5", "kron(kron(A,A),A)", "é×", "f(x", "x'*", "0/0", "0^-1", "X^99999", "(3/7)^100"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := everything.Declare()
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Parse(text)
		if err != nil {
			bad := err.(*Error)
			if bad.Position > len([]rune(text)) || strings.Count(bad.Caret(text), "\n") > 1 {
				t.Errorf("%q: position %d, %v", text, bad.Position, bad)
			}
			return
		}
		var written string
		if err := func() (err error) { defer Catch(&err); written = e.String(); return nil }(); err != nil {
			return
		}
		if again, err := s.Parse(written); again != e {
			t.Errorf("%q is %s, and read again %s, %v", text, e, again, err)
		}
	})
}
