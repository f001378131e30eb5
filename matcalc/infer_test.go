package matcalc

import (
	"fmt"
	"strings"
	"testing"
)

// Shapes that follow from the expression need not be declared.
func TestInfer(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"tr(A*X*B)", "A:m,n X:n,p B:p,m"},
		{"a'*X*b", "a:m,1 X:m,n b:n,1"},
		{"a'*exp(X*b)", "a:m,1 X:m,n b:n,1"},
		{"norm2(X*w-y)^2", "X:m,n w:n,1 y:m,1"},
		{"norm2(X*w-y)^2+lambda*norm2(w)^2", "X:m,n w:n,1 y:m,1 lambda:1,1"},
		{"x'*A*x/(x'*x)", "x:n,1 A:n,n"},
		{"logdet(S)+(x-mu)'*inv(S)*(x-mu)", "S:n,n x:n,1 mu:n,1"},
		{"sum(log(1+exp(-y.*(X*w))))", "y:m,1 X:m,n w:n,1"},
		{"det(X)", "X:n,n"},
		{"s*tr(A)", "s:1,1 A:n,n"},
		{"tr(A*diag(v))", "A:n,n v:n,1"},
		{"sum(A.*(P*ones(k,1)*x'))", "A:m,n P:m,k x:n,1"},
		{"norm2(A+t*B)^2", "A:m,n t:1,1 B:m,n"},
		{"tr(A*eye(k))/k", "A:k,k"},
	} {
		pr := Problem{Expr: c.expr}
		vars, err := pr.Infer()
		if err != nil {
			t.Errorf("%s: %v", c.expr, err)
			continue
		}
		got := strings.Trim(fmt.Sprint(vars), "[]")
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.expr, got, c.want)
		}
		pr.Vars = vars
		pr.Wrt = vars[0].Name
		if _, err := pr.Compile(); err != nil {
			t.Errorf("%s with %s: %v", c.expr, got, err)
		}
	}
	for _, expr := range []string{"A'*X", "X*w", "vec(X)'*v", "kron(A,B)"} {
		pr := Problem{Expr: expr}
		if vars, err := pr.Infer(); err == nil {
			t.Errorf("%s: inferred %v", expr, vars)
		}
	}
}

// Declared variables, definitions and functions take part.
func TestInferBesideDeclarations(t *testing.T) {
	pr := Problem{
		Vars:      Variables{{"W", []string{"k", "n"}, nil}},
		Where:     []Definition{{"Y", "sigma(W*X)"}},
		Functions: Functions{{Name: "sigma", Elementwise: true, Deriv: "dsigma"}},
		Expr:      "tr(Y'*M*Y)",
	}
	vars, err := pr.Infer()
	if got := strings.Trim(fmt.Sprint(vars), "[]"); err != nil || got != "X:n,p M:k,k" {
		t.Errorf("%s, %v", got, err)
	}
}
