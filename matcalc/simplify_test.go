package matcalc

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// valueDifference returns the largest relative difference of a and b at random
// points with two sets of sizes.
func valueDifference(s *Scope, seed uint64, a, b *Expr, dims ...map[string]int) (float64, error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	worst := 0.0
	for set := range 2 {
		var given map[string]int
		if len(dims) > 0 {
			given = dims[set]
		}
		p, err := s.RandomPoint(rng, s.Sizes(set, given), nil, a, b)
		if err != nil {
			return 0, err
		}
		ev := s.At(p)
		x, err := ev.Value(a)
		if err != nil {
			return 0, err
		}
		y, err := ev.Value(b)
		if err != nil {
			return 0, err
		}
		worst = max(worst, relative(x, y))
	}
	return worst, nil
}

// The simplified gradient of every case has the value of the gradient, is
// simplified no further, and is about as short as a person's.
func TestSimplifyCases(t *testing.T) {
	var ratios []float64
	short := 0
	for _, c := range readCases(t) {
		d, err := Derive(&c.Problem, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		s := d.Scope
		want, err := s.Parse(c.Gradient)
		if err != nil {
			t.Fatal(err)
		}
		g := s.Simplify(d.unsimplified, s.Wheres)
		if off, err := valueDifference(s, 7, want, g, c.Dims, c.DimsAlt); err != nil || !(off <= 1e-9) {
			t.Errorf("%s: %s became %s: off by %g, %v", c.ID, d.unsimplified, g, off, err)
		}
		if again := s.Simplify(g, s.Wheres); again != g {
			t.Errorf("%s: %s again is %s", c.ID, g, again)
		}
		ratio := float64(g.Nodes()) / float64(c.RefNodes)
		if ratio > 1 {
			t.Logf("%s: %s is longer than %s", c.ID, g, c.Gradient)
		}
		ratios = append(ratios, ratio)
		if ratio <= 1.5 {
			short++
		}
	}
	slices.Sort(ratios)
	if median := ratios[len(ratios)/2]; median > 1 {
		t.Errorf("answers are %.2f times as long as a person's in the median, want 1", median)
	}
	if share := float64(short) / float64(len(ratios)); share < 0.97 {
		t.Errorf("%.0f %% of the answers are at most 1.5 times as long as a person's", 100*share)
	}
}

// simplifyScope declares what the expressions of the tests are made of.
func simplifyScope(t interface {
	Helper()
	Fatal(...any)
}, where ...Definition) *Scope {
	t.Helper()
	p := Problem{Expr: "s", Wrt: "s", Where: where, Dims: map[string]int{"N": 5}}
	for _, v := range strings.Fields(`X:m,n Y:m,n Z:m,n A:n,n B:n,n C:n,n S:n,n,symmetric P:n,n,spd V:n,n,invertible
		Q:n,n,orthogonal D:n,n,diagonal x:n,1 y:n,1 z:n,1 w:n,1,positive u:m,1 v:m,1 s:1,1 t:1,1 r:1,1 c:1,1,positive k:1,n`) {
		name, shape, _ := strings.Cut(v, ":")
		parts := strings.Split(shape, ",")
		p.Vars = append(p.Vars, Variable{name, parts[:2], parts[2:]})
	}
	s, err := p.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var simplified = []struct{ in, want string }{
	// Common factors.
	{"X*x*z'+X*y*z'", "X*(x+y)*z'"},
	{"A*x+A'*x", "(A+A')*x"},
	{"S*A*x+S*x", "S*(A*x+x)"},
	{"s*X+t*X", "(s+t)*X"},
	{"s*t*X+s*r*Y", "s*(t*X+r*Y)"},
	{"X.*Y+X.*Z", "X.*(Y+Z)"},
	{"A^2*x+A*y", "A*(A*x+y)"},
	{"x'*y+y'*z", "(x+z)'*y"},
	{"x'*A*y+x'*A*z", "x'*A*(y+z)"},
	{"diag(x)+diag(y)", "diag(x+y)"},
	{"diag(x)+eye(n)", "diag(x+1)"},
	{"tr(A)+tr(B)", "tr(A+B)"},
	// What cancels.
	{"A*(B+C)-A*C", "A*B"},
	{"(-s/t+(1-s)/(1-t))*t*(1-t)", "t-s"},
	{"(-x./y+(1-x)./(1-y)).*y.*(1-y)", "y-x"},
	{"V*(inv(V)*x+y)-V*y", "x"},
	{"inv(A*B)*A*B*x", "x"},
	{"(s^2-t^2)/(s-t)", "s+t"},
	{"1/(1+s/c)/c", "1/(c+s)"},
	{"s/(s*t+s*r)", "1/(t+r)"},
	{"X*x*(y'*z)/(z'*y)", "X*x"},
	{"adj(V)/det(V)", "inv(V)"},
	{"B*A*adj(A)", "det(A)*B"},
	// Scalars and traces.
	{"x'*A'*y", "y'*A*x"},
	{"tr(A*x*y')", "y'*A*x"},
	{"tr(A*B)-tr(B*A)", "0"},
	{"tr(A'*B)-sum(A.*B)", "0"},
	{"tr(A')", "tr(A)"},
	{"ones(1,n)*x", "sum(x)"},
	{"ones(1,m)*X*ones(n)", "sum(X)"},
	{"sum(u*ones(1,n))", "n*sum(u)"},
	{"inv(A)*inv(B)*x", "inv(B*A)*x"},
	{"sqrt(x'*x)", "norm2(x)"},
	{"tr(X'*X)", "norm2(X)^2"},
	{"x'*x/norm2(x)", "norm2(x)"},
	// Element-wise.
	{"(u*ones(1,n)).*X", "diag(u)*X"},
	{"(u*x').*(v*y')", "(u.*v)*(x.*y)'"},
	{"eye(n).*(x*y')", "diag(x.*y)"},
	{"(X./(Y*ones(n,n)))*ones(n,n)", "(X*ones(n,n))./(Y*ones(n,n))"},
	{"ones(m,m)*(X./(ones(m,m)*Y))", "(ones(m,m)*X)./(ones(m,m)*Y)"},
	{"Z-(Z*ones(n,n)).*(X./(Z*ones(n,n)))", "Z-X"},
	{"(X*ones(n,n))./(Y*ones(n,n))", "(X*ones(n,n))./(Y*ones(n,n))"},
	{"diag(1./(X*ones(n)))*Y", "Y./(X*ones(n,n))"},
	{"eye(n).*A'", "eye(n).*A"},
	{"diag(u)*X*x", "u.*(X*x)"},
	{"diag(x*y')", "x.*y"},
	// Functions.
	{"exp(-x)./(1+exp(-x))", "sigmoid(-x)"},
	{"1/(1+exp(-s))", "sigmoid(s)"},
	{"1-sigmoid(-x)", "sigmoid(x)"},
	{"sigmoid(x).*(1-sigmoid(x))", "sigmoid(x).*(1-sigmoid(x))"},
	{"1-tanh(x).^2", "1-tanh(x).^2"},
	{"sigmoid(x)+sigmoid(-x)", "ones(n)"},
	{"log(1+exp(s))", "softplus(s)"},
	{"cos(x).^2+sin(x).^2", "ones(n)"},
	{"sin(s)/cos(s)", "tan(s)"},
	{"x.*step(x)", "relu(x)"},
	{"x.*sign(x)", "abs(x)"},
	{"relu(x)-relu(-x)", "x"},
	{"sqrt(s^2)", "abs(s)"},
	{"log(det(V))", "logdet(V)"},
	{"exp(s)*exp(t)", "exp(s+t)"},
	// Where the shorter form would have a pole that the longer one has not.
	{"s*x+s^2*y", "s*(x+s*y)"},
	{"s/(1+s*t)", "s/(1+s*t)"},
}

// These are simplified as a person would.
func TestSimplify(t *testing.T) {
	for _, c := range simplified {
		s := simplifyScope(t)
		in, err := s.Parse(c.in)
		if err != nil {
			t.Fatalf("%s: %v", c.in, err)
		}
		got := s.Simplify(in, nil)
		want, err := s.Parse(c.want)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", c.in, got, want)
		}
	}
}

// Every rule offers what is equal, for all that is in the cases and in the table.
func TestSimplificationsAreIdentities(t *testing.T) {
	used := map[string]int{}
	check := func(s *Scope, e *Expr, dims ...map[string]int) {
		sm := newSimplifier(s.Pool, s.Wheres)
		for _, x := range parts(e) {
			for _, r := range simplifications {
				if len(r.ops) > 0 && !slices.Contains(r.ops, x.op) {
					continue
				}
				for _, offer := range sm.offers(r, x) {
					if offer == x {
						continue
					}
					if offer.shape != x.shape {
						t.Fatalf("%s: %s became %s of shape %s", r.name, x, offer, offer.shape)
					}
					used[r.name]++
					if off, err := valueDifference(s, 3, x, offer, dims...); err != nil || !(off <= 1e-7) {
						t.Errorf("%s: %s became %s: off by %g, %v", r.name, x, offer, off, err)
					}
				}
			}
		}
	}
	for _, c := range simplified {
		s := simplifyScope(t)
		in, _ := s.Parse(c.in)
		check(s, in)
	}
	for _, c := range readCases(t) {
		d, err := Derive(&c.Problem, Options{})
		if err != nil {
			t.Fatal(err)
		}
		check(d.Scope, d.unsimplified, c.Dims, c.DimsAlt)
	}
	for _, r := range simplifications {
		if used[r.name] == 0 {
			t.Errorf("the rule %q was never used", r.name)
		}
	}
}

// exprDrawer draws expressions. Their shapes are s for scalars, x for columns, A
// for square and X for other matrices.
type exprDrawer struct {
	*Scope
	t *rapid.T
}

func (d exprDrawer) pick(choices ...string) string {
	return rapid.SampledFrom(choices).Draw(d.t, "choice")
}

func (d exprDrawer) leaf(shape string) *Expr {
	switch shape {
	case "s":
		return d.Lookup(d.pick("s", "t", "c"))
	case "x":
		return d.Lookup(d.pick("x", "y", "w"))
	case "X":
		return d.Lookup(d.pick("X", "Y"))
	}
	if name := d.pick("A", "B", "S", "P", "V", "Q", "D", "I"); name != "I" {
		return d.Lookup(name)
	}
	return d.Eye(DimNamed("n"))
}

// expr returns an expression of this shape, about depth levels deep.
func (d exprDrawer) expr(shape string, depth int) *Expr {
	if depth == 0 {
		return d.leaf(shape)
	}
	sub := func(shape string) *Expr { return d.expr(shape, depth-1) }
	common := []string{"leaf", "add", "add", "sub", "scale", "neg", "half"}
	choose := func(more ...string) string { return d.pick(append(common, more...)...) }
	kind := ""
	switch shape {
	case "s":
		kind = choose("mul", "div", "pow", "fn", "inner", "quad", "tr", "sum", "norm2", "det")
	case "x":
		kind = choose("had", "had", "over", "fn", "times", "turned", "diagonal")
	case "X":
		kind = choose("had", "over", "fn", "product", "outer")
	default:
		kind = choose("had", "fn", "square", "T", "inv", "outer", "gram", "diag", "eye")
	}
	fns := []string{"exp", "sigmoid", "tanh", "sin", "cos", "relu", "step", "abs", "softplus", "sign"}
	square := func() *Expr { return d.Lookup(d.pick("V", "P", "Q")) }
	positive := func(e *Expr) *Expr { return d.Add(d.Int(2), d.Had(e, e)) }
	switch kind {
	case "add":
		return d.Add(sub(shape), sub(shape))
	case "sub":
		return d.Sub(sub(shape), sub(shape))
	case "scale":
		return d.Mul(sub("s"), sub(shape))
	case "neg":
		return d.Neg(sub(shape))
	case "half":
		return d.Times(ratHalf, sub(shape))
	case "mul", "had":
		return d.Had(sub(shape), sub(shape))
	case "div":
		return d.Div(sub("s"), d.Lookup("c"))
	case "over":
		return d.Had(sub(shape), d.EPow(positive(sub(shape)), d.Int(-1)))
	case "pow":
		return d.Pow(positive(sub("s")), d.Int(int64(rapid.IntRange(-2, 3).Draw(d.t, "power"))))
	case "fn":
		return d.Fn(d.pick(fns...), sub(shape))
	case "inner":
		return d.Mul(d.T(sub("x")), sub("x"))
	case "quad":
		return d.Mul(d.T(sub("x")), sub("A"), sub("x"))
	case "tr":
		return d.Tr(sub("A"))
	case "sum":
		return d.Sum(sub(d.pick("x", "X")))
	case "norm2":
		return d.Norm2(sub(d.pick("x", "X")))
	case "det":
		return d.Det(square())
	case "times":
		return d.Mul(sub("A"), sub("x"))
	case "turned":
		return d.Mul(d.T(sub("X")), sub("X"), sub("x"))
	case "diagonal":
		return d.Diag(sub("A"))
	case "product":
		return d.Mul(sub("X"), sub("A"))
	case "outer":
		if shape == "X" {
			return d.Mul(d.leaf("X"), sub("x"), d.T(sub("x")))
		}
		return d.Mul(sub("x"), d.T(sub("x")))
	case "square":
		return d.Mul(sub("A"), sub("A"))
	case "T":
		return d.T(sub("A"))
	case "inv":
		return d.Inv(square())
	case "gram":
		return d.Mul(d.T(sub("X")), sub("X"))
	case "diag":
		return d.Diag(sub("x"))
	case "eye":
		return d.Had(d.Eye(DimNamed("n")), sub("A"))
	}
	return d.leaf(shape)
}

// Simplify changes no value, and makes nothing longer.
func TestSimplifyRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := simplifyScope(t)
		d := exprDrawer{s, t}
		e := d.expr(d.pick("s", "x", "X", "A"), rapid.IntRange(1, 4).Draw(t, "depth"))
		g := s.Simplify(e, nil)
		if g.shape != e.shape {
			t.Fatalf("%s: %s became %s of shape %s", e.shape, e, g, g.shape)
		}
		if g.Nodes() > e.Nodes() {
			t.Fatalf("%s became %s", e, g)
		}
		off, err := valueDifference(s, 5, e, g)
		if err == nil && !(off <= 1e-6) {
			t.Fatalf("%s became %s: off by %g", e, g, off)
		}
	})
}

// parts returns the expressions that e is made of.
func parts(e *Expr) []*Expr {
	seen := map[*Expr]bool{}
	var list []*Expr
	var walk func(e *Expr)
	walk = func(e *Expr) {
		if seen[e] {
			return
		}
		seen[e] = true
		for _, a := range e.args {
			walk(a)
		}
		list = append(list, e)
	}
	walk(e)
	return list
}

// Names stand for what they are defined as, for multiples and parts of it, and
// give way to it where it is no longer.
func TestSimplifyNames(t *testing.T) {
	where := []Definition{
		{"K", "exp(X)"}, {"L", "K./(K*ones(n,n))"}, {"R", "X*A-Y"}, {"h", "tanh(X*x)"}, {"E", "(X-Y)/N.*Z"}, {"q", "x'*S*x"}, {"g", "x"},
	}
	for _, c := range []struct{ in, want string }{
		{"2*X'*(Y-X*A)", "-2*X'*R"},
		{"(X*A-Y)'*u", "R'*u"},
		{"1-tanh(X*x).^2", "1-h.^2"},
		{"X*A-Y+Z", "R+Z"},
		{"X'*((X-Y).*Z)", "N*X'*E"},
		{"X'*((X-Y).*Z.*X)/N", "X'*(E.*X)"},
		{"(x'*S*x)*y", "q*y"},
		{"R+Y-X*B", "X*(A-B)"},
		{"Y-(Y.*K)*ones(n,n)./(K*ones(n,n))", "Y-(Y.*L)*ones(n,n)"},
		{"g", "g"},
	} {
		s := simplifyScope(t, where...)
		in, err := s.Parse(c.in)
		if err != nil {
			t.Fatalf("%s: %v", c.in, err)
		}
		want, _ := s.Parse(c.want)
		if got := s.Simplify(in, s.Wheres); got != want {
			t.Errorf("%s: %s, want %s", c.in, got, want)
		}
	}
}
