package matcalc

import (
	"slices"
	"strings"
	"testing"
)

// planted is a problem with scalars s and t, vectors x and y, and square
// matrices A, X and S, which is symmetric.
func planted(expr, wrt string) Problem {
	square, column, scalar := []string{"n", "n"}, []string{"n", "1"}, []string{"1", "1"}
	return Problem{
		Vars: Variables{
			{"s", scalar, nil}, {"t", scalar, nil}, {"x", column, nil}, {"y", column, nil},
			{"A", square, nil}, {"X", square, nil}, {"S", square, []string{"symmetric"}},
		},
		Expr: expr, Wrt: wrt,
	}
}

// A line, a gradient or a Hessian that is wrong is found, whatever is wrong with
// it, be it so only for half of all numbers, or little beside the rest; the line
// is named.
func TestPlantedMistakes(t *testing.T) {
	for _, c := range []struct {
		expr, wrt string
		step      int    // which line is replaced, −1 the gradient, −2 the Hessian
		wrong     string // what it is replaced by
	}{
		{"tr(A*X)", "X", 0, "tr(A'*dX)"},                                    // R4 with a transpose too many
		{"tr(A*X)", "X", 0, "-tr(A*dX)"},                                    // a sign
		{"tr(A*X)", "X", 0, "1.0001*tr(A*dX)"},                              // a factor
		{"tr(A*X*A)", "X", 1, "tr(A*A'*dX)"},                                // T4 read as tr(ABC) = tr(ACB)
		{"1e-12*tr(A*X)", "X", 0, "2e-12*tr(A*dX)"},                         // small numbers
		{"1e6*tr(A*X)+tr(X)", "X", 0, "tr((1e6*A+2*eye(n))*dX)"},            // small beside others
		{"sqrt(s^2)", "s", -1, "1"},                                         // right where s > 0
		{"abs(s)*t", "t", 0, "s*dt"},                                        // right where s ≥ 0
		{"sum(abs(x).*y)", "y", -1, "x"},                                    // right where all of x is positive
		{"tr(A*X)", "X", -1, "A"},                                           // not transposed
		{"tr(A*X)", "X", -1, "0*A"},                                         // the zero of other systems
		{"tr(A*S)", "S", -1, "A'"},                                          // not projected on symmetric matrices
		{"det(X)", "X", -1, "det(X)*inv(X)'+1e-6*X"},                        // nearly right
		{"(x'*x)^2", "x", -2, "4*(x'*x)*eye(n)"},                            // a term of the Hessian left out
		{"sum(x.^3)+s*sum(x)", "x", -2, "6*diag(abs(x))"},                   // a Hessian right where x is positive
		{"x'*A*x", "x", -2, "2*A"},                                          // A is not symmetric
		{"sum(log(1+exp(x)))", "x", 0, "sum(exp(x).*dx)"},                   // the chain rule forgotten
		{"norm2(x)", "x", 0, "norm2(x)*x'*dx"},                              // multiplied where it should be divided
		{"exp(tr(A*X))", "X", 0, "exp(tr(A*X))*tr(A*dX)+1e-5*tr(A*X*A*dX)"}, // small beside the rest, but not rounding
	} {
		p := planted(c.expr, c.wrt)
		d, err := Derive(&p, Options{Hessian: c.step == -2, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		wrong, err := d.Scope.ParseDifferential(c.wrong)
		if err != nil {
			t.Fatal(err)
		}
		var named string
		switch c.step {
		case -1:
			d.Gradient, named = wrong, "the gradient"
		case -2:
			d.Hessian, named = wrong, "the Hessian"
		default:
			d.Steps[c.step].DF, named = wrong, "the line "+short(wrong)+" by "+ruleNames(d.Steps[c.step].Rules)
		}
		for seed := range uint64(20) {
			err = d.check(seed)
			if e, ok := err.(*Error); !ok || !e.internal || !strings.Contains(e.Message, named) {
				t.Errorf("%s by %s, %s instead of line %d: %v", c.expr, c.wrt, c.wrong, c.step, err)
				break
			}
		}
	}
}

// A wrong rule of the differential ends in an error: here the product rule, which
// forgets a term, and the rule for the inverse, which forgets the sign.
func TestWrongRule(t *testing.T) {
	for _, c := range []struct {
		expr, of string
		spoil    func(x *expansion)
	}{
		{"tr(X*A*X)", "X*A*X", func(x *expansion) { x.parts = x.parts[:1] }},
		{"tr(A*inv(X))", "inv(X)", func(x *expansion) { x.parts[0].chain[0].a = x.parts[0].chain[0].b }},
		{"tr(A*X')", "X'", func(x *expansion) { x.parts[0].chain = nil }},
	} {
		p := planted(c.expr, "X")
		s, err := p.Compile()
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Parse(c.of)
		if err != nil {
			t.Fatal(err)
		}
		dr := newDeriver(s, Options{}, (*Pool).Simplify)
		wrong := *dr.of(e)
		wrong.parts = slices.Clone(wrong.parts)
		c.spoil(&wrong)
		dr.done[e] = &wrong
		d, err := dr.derivation(&p, Options{})
		if e, ok := err.(*Error); !ok || !e.internal || !strings.Contains(e.Message, "is wrong: it gives") {
			t.Errorf("%s with a wrong rule for %s: %v, %v", c.expr, c.of, d, err)
		}
	}
}

// A simplifier that is wrong costs nothing but length, and is reported.
func TestWrongSimplifier(t *testing.T) {
	p := planted("tr(A*X*A)+tr(X*A*A)", "X")
	calls := 0
	wrong := func(pool *Pool, e *Expr, _ []*Expr) *Expr { calls++; return pool.T(e) }
	d, err := deriveWith(&p, Options{}, wrong)
	if err != nil || calls == 0 {
		t.Fatal(err, calls)
	}
	if g := d.Gradient.String(); g != "2*(A^2)'" {
		t.Errorf("gradient %s", g)
	}
	if err := d.Mistake(); err == nil || !strings.Contains(err.Error(), "internal error, please report it") {
		t.Errorf("mistake %v", err)
	}
}
