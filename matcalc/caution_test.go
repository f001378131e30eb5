package matcalc

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Where an objective or its gradient is not defined or not differentiable is
// said; where what is declared excludes that, or the expression itself does, and
// where only constants are at the edge, nothing is.
func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		expr, wrt string
		want      string // kind: what the message mentions; kind: ...
	}{
		{"tr(A*C)", "Z", "absent_variable: does not depend on Z"},
		// domain edges
		{"sum(log(x))", "x", "domain: an entry of x is 0 or less"},
		{"sum(log(R))", "R", ""},
		{"sum(log(exp(x)+1))", "x", ""},
		{"log(1+x'*P*x/t)", "x", ""},
		{"log(2+cos(s))", "s", ""},
		{"log(1+tanh(s))", "s", ""},
		{"log(1-s)", "s", "domain: 1-s is 0 or less"},
		{"log(s^2+t)", "s", ""},
		{"log(s^2)", "s", "domain: s^2 is 0"},
		{"log(s)*t", "t", ""},
		{"log(sum(exp(A*x)))", "x", ""},
		{"sqrt(s)", "s", "domain: s is negative"},
		{"sqrt(x'*x)", "x", "nonsmooth: x'*x is 0"},
		{"sqrt(t+x'*x)", "x", ""},
		{"sum(sqrt(R))", "R", ""},
		{"s^0.5", "s", "domain: s is negative"},
		{"s^1.5", "s", "domain: s is negative"},
		{"(x'*x)^1.5", "x", ""},
		{"(x'*x)^-1.5", "x", "domain: x'*x is 0"},
		{"s^n", "s", ""},
		{"s^t", "t", "domain: s is 0 or less"},
		{"t^s", "s", ""},
		{"sum(R.^s)", "s", ""},
		{"tan(s)", "s", "domain: cos(s) is 0"},
		// divisions
		{"1/s", "s", "domain: division by s"},
		{"1/t", "t", ""},
		{"t/s", "t", ""},
		{"sum(1./x)", "x", "domain: an entry of x"},
		{"sum(x./(1+x.^2))", "x", ""},
		{"sum(y./(1+exp(x)))", "x", ""},
		{"x'*Z*x/(x'*x)", "x", "domain: division by x'*x"},
		{"x'*Z*x/(1+norm2(x))", "x", "nonsmooth: norm2(x)"},
		{"x'*y/norm2(x)", "x", "domain: division by norm2(x)"},
		// singular matrices
		{"tr(inv(Z))", "Z", "singular_point: Z is singular"},
		{"tr(inv(X))", "X", ""},
		{"tr(inv(P))", "P", ""},
		{"tr(Z*inv(S))", "Z", ""},
		{"x'*inv(A'*A+t*eye(n))*x", "A", ""},
		{"x'*inv(A'*A)*x", "A", "singular_point: A'*A is singular"},
		{"tr(inv(diag(exp(x))))", "x", ""},
		{"det(Z)", "Z", ""},
		{"1/det(Z)", "Z", "singular_point: Z is singular"},
		{"1/det(X)", "X", ""},
		{"logdet(Z)", "Z", "domain: determinant of Z"},
		{"logdet(X)", "X", ""},
		{"logdet(P)", "P", ""},
		{"logdet(eye(n)+A'*A)", "A", ""},
		{"log(det(Z))", "Z", "domain: determinant of Z"},
		{"log(det(X))", "X", ""},
		{"tr(adj(Z))", "Z", "singular_point: Z is singular"},
		{"logdet(Z)+tr(inv(Z))", "Z", "singular_point: Z; domain: Z"},
		// kinks
		{"sum(relu(x))", "x", "nonsmooth: an entry of x is 0"},
		{"sum(relu(x).^2)", "x", ""},
		{"sum(relu(x).^2)+sum(relu(x))", "x", "nonsmooth: an entry of x is 0"},
		{"sum(abs(x).^3)", "x", ""},
		{"sum(abs(R))", "R", ""},
		{"sum(relu(1+exp(x)))", "x", ""},
		{"sum(relu(x).*y)", "y", ""},
		{"norm1(x)", "x", "nonsmooth: an entry of x is 0"},
		{"norm1(R)", "R", ""},
		{"norm2(x)", "x", "nonsmooth: norm2(x)"},
		{"norm2(x)^2", "x", ""},
		{"norm2(x)^3", "x", ""},
		{"norm2(exp(x))", "x", ""},
		{"sum(sign(x).*x)", "x", "nonsmooth: x is 0"},
		{"sum(step(x)*s)", "s", ""},
		// through definitions
		{"sum(log(w))", "x", "domain: an entry of w is 0"},
		{"norm2(w)+log(t)", "x", "nonsmooth: norm2(w)"},
	} {
		p := everything
		p.Expr, p.Wrt = c.expr, c.wrt
		d, err := Derive(&p, Options{})
		if err != nil {
			t.Errorf("%s by %s: %v", c.expr, c.wrt, err)
			continue
		}
		if !saysOnly(d.Warnings, c.want) {
			t.Errorf("%s by %s: warnings %v, want %q", c.expr, c.wrt, d.Warnings, c.want)
		}
	}
}

// saysOnly reports whether there are just the warnings wanted.
func saysOnly(warnings []Warning, want string) bool {
	if want == "" {
		return len(warnings) == 0
	}
	all := strings.Split(want, "; ")
	for _, w := range all {
		kind, mention, _ := strings.Cut(w, ": ")
		if !slices.ContainsFunc(warnings, func(w Warning) bool {
			return string(w.Kind) == kind && strings.Contains(w.Message, mention)
		}) {
			return false
		}
	}
	return len(warnings) == len(all)
}

// The Hessian is differentiated from the gradient, which may have edges that the
// objective has not.
func TestWarningsOfHessians(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"norm2(x)^3", "nonsmooth: norm2(x)"},
		{"sum(relu(x).^2)", "nonsmooth: an entry of x"},
		{"norm2(x)", "nonsmooth: norm2(x)"},
		{"sum(log(x))", "domain: an entry of x is 0 or less"},
		{"sum(exp(x))", ""},
	} {
		p := everything
		p.Expr, p.Wrt = c.expr, "x"
		d, err := Derive(&p, Options{Hessian: true})
		if err != nil || !saysOnly(d.Warnings, c.want) {
			t.Errorf("%s: %v, %v, want %q", c.expr, err, d, c.want)
		}
	}
}

// Bounds hold for random expressions at random points, and so does
// definiteness.
func TestBounds(t *testing.T) {
	certain := 0
	for seed := range uint64(2000) {
		s, err := everything.Declare()
		if err != nil {
			t.Fatal(err)
		}
		g := generator{rand.New(rand.NewPCG(seed, 5)), s}
		rows := g.pick("1", "m", "n")
		e, err := s.Parse(g.text(rows, g.pick("1", rows), 1+g.IntN(4)))
		if err != nil {
			continue
		}
		b := newBounder(s.Pool)
		in := b.of(e)
		if in != anything {
			certain++
		}
		for try := range 5 {
			v := s.At(s.draw(g.Rand, map[string]int{"m": 2, "n": 3}, nil, try)).dual(e)
			slack := 1e-9
			for _, x := range v.v {
				slack = math.Max(slack, 1e-9*math.Abs(x))
			}
			for _, x := range v.v {
				if x < in.lo-slack || x > in.hi+slack {
					t.Errorf("%d: %s has an entry %v, beyond %v", seed, e, x, in)
				}
			}
			m := v.dense(false)
			if b.form(e) == definite && !math.IsNaN(m.At(0, 0)) && !hasProperty(m, Spd) {
				t.Errorf("%d: %s is not positive definite at %v", seed, e, v.v)
			}
			if b.form(e) >= semidefinite && !math.IsNaN(m.At(0, 0)) {
				for i := range v.rows {
					m.Set(i, i, m.At(i, i)+100*slack)
				}
				if !hasProperty(m, Spd) {
					t.Errorf("%d: %s is not positive semidefinite at %v", seed, e, v.v)
				}
			}
		}
	}
	if certain < 300 {
		t.Errorf("only %d expressions are bounded", certain)
	}
}
