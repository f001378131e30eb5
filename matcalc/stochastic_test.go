package matcalc

import "testing"

// What is known of the sums of columns is used, in a line that names it; without
// it the gradient is longer.
func TestStochastic(t *testing.T) {
	for _, c := range []struct{ expr, with, without string }{
		{"tr(A*ones(n,k)*Y)", "ones(n,n)", "Y'*ones(k,n)"},
		{"tr(A'*Y'*ones(k,n))", "ones(n,n)", "Y'*ones(k,n)"},
		{"sum(Y)*tr(A)", "n*eye(n)", "sum(Y)*eye(n)"},
		{"tr(A*Y'*ones(k,k)*Y)", "ones(n,n)", "Y'*ones(k,k)*Y"}, // (1'Y)'(1'Y)
	} {
		for _, props := range [][]string{{"stochastic"}, nil} {
			p := Problem{Vars: Variables{{"A", []string{"n", "n"}, nil}, {"Y", []string{"k", "n"}, props}}, Expr: c.expr, Wrt: "A"}
			d, err := Derive(&p, Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := c.without
			if props != nil {
				want = c.with
			}
			if g := d.Gradient.String(); g != want {
				t.Errorf("%s %q: gradient %s, want %s", c.expr, props, g, want)
			}
			named := false
			for _, r := range d.Steps[len(d.Steps)-1].Rules {
				named = named || r == RuleStochastic
			}
			if named != (props != nil) {
				t.Errorf("%s %q: the rules of the last line are %s", c.expr, props, ruleNames(d.Steps[len(d.Steps)-1].Rules))
			}
		}
	}
	p := Problem{Vars: Variables{{"Y", []string{"k", "n"}, []string{"stochastic"}}}, Expr: "sum(Y)", Wrt: "Y"}
	if d, err := Derive(&p, Options{}); err == nil {
		t.Errorf("the gradient by a stochastic matrix is %s", d.Gradient)
	}
}
