package matcalc

import (
	"fmt"
	"testing"
)

// What the constructors do with what is written, rule by rule.
func TestConstructors(t *testing.T) {
	s, err := everything.Declare()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ written, printed string }{
		// numbers, 0 and 1
		{"2*3+1/4", "6.25"}, {"1/3", "1/3"}, {"2^10", "1024"}, {"2^-1", "0.5"}, {"sqrt(4)", "2"}, {"2^0.5", "sqrt(2)"}, {"9^1000", "9^1000"},
		{"1e-10*s", "1e-10*s"}, {"s/3", "s/3"}, {"2*s/3", "2*s/3"}, {"s/8192", "s/8192"}, {"0*A+B", "B"}, {"1*A", "A"}, {"A*eye(n)", "A"}, {"A.*ones(m,n)", "A"},
		{"A.*zeros(m,n)", "zeros(m,n)"}, {"A^0", "error"}, {"Z^0", "eye(n)"}, {"eye(1)", "1"}, {"exp(zeros(m,n))", "ones(m,n)"},
		// sums
		{"A+A", "2*A"}, {"A-A", "zeros(m,n)"}, {"A-(B-A)", "2*A-B"}, {"2*A+4*B", "2*(A+2*B)"}, {"-A-B", "-(A+B)"}, {"-(A-B)", "B-A"}, {"2*A*x-2*u", "2*(A*x-u)"},
		{"0.5*A+0.5*B", "0.5*(A+B)"}, {"0.5*A+B", "0.5*A+B"}, {"A+2*B-2*C'", "A+2*(B-C')"}, {"A-2*B-2*C'", "A-2*(B+C')"}, {"A+B/3+C'/3", "A+(B+C')/3"}, {"A+1", "A+1"}, {"A+1+t-1", "A+t"}, {"A+(s-1)", "A+s-1"}, {"1-tanh(x).^2", "1-tanh(x).^2"},
		{"-s+t", "t-s"}, {"A+B'", "error"}, {"C+A'", "C+A'"}, {"C'+A", "C'+A"}, {"C'+B-A'", "error"},
		// scalars in products
		{"A*2*x", "2*A*x"}, {"x'*y*A", "(x'*y)*A"}, {"x*(y'*x)*r", "(y'*x)*x*r"}, {"A*s/s", "A"}, {"s*s*A", "s^2*A"}, {"A/s/t", "A/(s*t)"}, {"s^2*s^-3", "1/s"},
		{"sqrt(t)*sqrt(t)", "t"}, {"t/sqrt(t)", "sqrt(t)"}, {"t*sqrt(t)", "sqrt(t)^3"}, {"(2*s)^2", "4*s^2"}, {"s^n*s", "s^(n+1)"}, {"s^-n", "1/s^n"},
		{"norm2(x)*norm2(x)", "norm2(x)^2"}, {"(s^2)^0.5", "sqrt(s^2)"}, {"tr(2*s*Z)", "2*s*tr(Z)"}, {"-2*A'*(u-A*x)", "2*A'*(A*x-u)"},
		// products of matrices
		{"Z*Z", "Z^2"}, {"Z^2*Z", "Z^3"}, {"X*inv(X)", "eye(n)"}, {"inv(X)*X^3", "X^2"}, {"X'*inv(X)'", "eye(n)"}, {"X^-2", "inv(X)^2"}, {"inv(X*Z)*X*Z", "eye(n)"},
		{"x'*X*inv(X)*y", "x'*y"}, {"Q'*Q", "eye(n)"}, {"Q*A'*A*Q'", "Q*A'*A*Q'"}, {"inv(Q)", "Q'"}, {"inv(inv(Z))", "Z"}, {"inv(2*Z)", "0.5*inv(Z)"},
		{"ones(1,n)*ones(n)", "n"}, {"Z*(X+S)", "Z*(X+S)"}, {"tr(Z*X')", "tr(Z*X')"}, {"tr(x'*y)", "tr(x'*y)"},
		// transposes
		{"(A*x)'", "x'*A'"}, {"A''", "A"}, {"S'", "S"}, {"(A*x-u)'", "(A*x-u)'"}, {"(A'+C)'", "C'+A"}, {"(A'+S*C)'", "A+C'*S"}, {"sin(A')", "sin(A)'"},
		{"sin(A')'", "sin(A)"}, {"inv(Z')", "inv(Z)'"}, {"(x'*y)'", "x'*y"}, {"s'", "s"}, {"ones(m,n)'", "ones(n,m)"}, {"(Z+Z')'", "Z+Z'"}, {"(A'*u)'.*r", "(u'*A).*r"},
		{"X'*Z'*S", "X'*Z'*S"}, {"X'*Z'*X'", "(X*Z*X)'"}, {"S-X'", "S-X'"},
		// element by element
		{"A.*A", "A.^2"}, {"A.^2.*A", "A.^3"}, {"A.*B./A", "B"}, {"A./B", "A./B"}, {"1./A", "1./A"}, {"2*A./(B.*R)", "2*A./(B.*R)"}, {"A.*(2*B)", "2*A.*B"}, {"A.^-2", "1./A.^2"},
		{"A.^0.5.*A.^0.5", "A"}, {"sqrt(A).^2", "A"}, {"step(A).*relu(A)", "relu(A)"}, {"sign(A).*abs(A)", "A"}, {"step(s)*relu(s)^2", "relu(s)^2"}, {"abs(A).^2", "A.^2"},
		{"log(exp(A))", "A"}, {"exp(log(A))", "A"}, {"sin(-A)", "-sin(A)"}, {"cos(-A)", "cos(A)"}, {"relu(2*A)", "2*relu(A)"}, {"abs(R)", "R"}, {"step(R)", "ones(m,n)"},
		{"2.^A", "2.^A"}, {"s.^A", "s.^A"}, {"A.^B", "A.^B"}, {"D.*eye(n)", "D"}, {"Z.*eye(n)", "Z.*eye(n)"},
		// diag, vec, kron
		{"diag(x)*y", "x.*y"}, {"x'*diag(y)", "(x.*y)'"}, {"diag(x)*diag(y)", "diag(x.*y)"}, {"diag(diag(x))", "x"}, {"diag(ones(n))", "eye(n)"}, {"diag(r)", "diag(r')"},
		{"diag(Z')", "diag(Z)"}, {"inv(diag(x))", "diag(1./x)"}, {"kron(Z,X)*vec(S)", "vec(X*S*Z')"}, {"vec(A)'*vec(B)", "tr(A'*B)"}, {"vec(x')", "x"}, {"kron(A,B)'", "kron(A',B')"},
		{"inv(kron(Z,X))", "kron(inv(Z),inv(X))"}, {"tr(kron(Z,X))", "tr(Z)*tr(X)"}, {"det(kron(Y,X))", "det(Y)^n*det(X)^m"}, {"kron(A,B)*kron(C,A')", "kron(A*C,B*A')"},
		{"kron(eye(m),eye(n))", "kron(eye(m),eye(n))"}, {"kron(2*A,s*B)", "2*s*kron(A,B)"}, {"kron(x,2)", "2*x"},
		// traces, sums, norms
		{"tr(eye(n))", "n"}, {"sum(ones(m,n))", "m*n"}, {"sum(A')", "sum(A)"}, {"sum(s)", "s"}, {"norm2(u-A*x)", "norm2(A*x-u)"}, {"norm2(A*x-u)-norm2(u-A*x)", "0"}, {"norm2(-2*A)", "2*norm2(A)"},
		{"norm2(s)", "abs(s)"}, {"norm1(R)", "sum(R)"}, {"det(Z')", "det(Z)"}, {"det(s)", "s"}, {"logdet(eye(n))", "0"},
	} {
		e, err := s.Parse(c.written)
		printed := "error"
		if err == nil {
			printed = e.String()
		}
		if printed != c.printed {
			t.Errorf("%s is %s, want %s (%v)", c.written, printed, c.printed, err)
		}
	}
}

// Properties are known where they are certain.
func TestProperties(t *testing.T) {
	s, err := everything.Declare()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		is    Props
		exprs []string
		not   []string
	}{
		{Symmetric, []string{"P", "D", "A'*A", "A*S*A'", "Z+Z'", "S+eye(n)", "2*S", "inv(S)", "S^3", "S.*P", "exp(S)", "x*x'", "diag(x)", "kron(S,P)", "adj(S)", "Z.*Z'", "ones(n,n)", "X'*(A'*A+S)*X"},
			[]string{"Z", "S*P", "x*y'", "Q", "A'*B", "Z-Z'", "kron(S,Z)"}},
		{Spd, []string{"P", "inv(P)", "P+2*t*P", "X'*X", "X*P*X'", "eye(n)", "P^2", "diag(exp(x))", "P.*P"},
			[]string{"-P", "s*P", "A'*A", "P-P.*P", "S", "diag(x)"}},
		{Invertible, []string{"X", "P", "Q", "inv(Z)", "X*P*Q", "2*X", "t*X", "X'"}, []string{"Z", "X+P", "s*X", "0.5*(X+X')"}},
		{Diagonal, []string{"D", "diag(x)", "D*diag(x)", "D+eye(n)", "Z.*eye(n)", "inv(D)", "D^2"}, []string{"P", "exp(D)", "D*Z"}},
		{Orthogonal, []string{"Q", "Q'", "Q*Q", "eye(n)"}, []string{"2*Q", "Q+Q"}},
		{Positive, []string{"t", "R", "exp(A)", "R.*exp(A)", "sqrt(t)", "t/2+n", "1+exp(A)", "R*ones(n)", "det(P)", "tr(P)", "1./R", "diag(P)", "sigmoid(s)"},
			[]string{"s", "s^2", "A.^2", "R-1", "abs(A)", "norm2(x)", "log(t)", "tanh(R)", "diag(exp(x))"}},
	} {
		for i, exprs := range [][]string{c.exprs, c.not} {
			for _, text := range exprs {
				e, err := s.Parse(text)
				if err != nil {
					t.Errorf("%s: %v", text, err)
				} else if e.Is(c.is) != (i == 0) {
					t.Errorf("%s: property %b is %v", text, c.is, e.Is(c.is))
				}
			}
		}
	}
}

// Equal expressions are one pointer.
func ExampleScope_Parse() {
	problem := Problem{
		Vars: Variables{{"X", []string{"m", "n"}, nil}, {"w", []string{"n", "1"}, nil}, {"y", []string{"m", "1"}, nil}},
		Expr: "(X*w-y)'*(X*w-y)",
		Wrt:  "w",
	}
	s, err := problem.Compile()
	if err != nil {
		fmt.Println(err)
		return
	}
	a, _ := s.Parse("2*X'*(X*w-y)")
	b, _ := s.Parse("-(X'*y-X'*y-2*X'*X*w)+X'*(-2*y)") // not distributed: another expression
	c, _ := s.Parse("X'*(2*X*w-2*y)")
	fmt.Println(a, a.Shape(), a.Nodes(), "nodes")
	fmt.Println(a == b, a == c)
	// Output:
	// 2*X'*(X*w-y) n×1 10 nodes
	// false true
}

// An error knows its place.
func ExampleError_Caret() {
	problem := Problem{
		Vars: Variables{{"A", []string{"m", "n"}, nil}, {"X", []string{"m", "n"}, nil}},
		Expr: "tr(A*X)",
		Wrt:  "X",
	}
	_, err := problem.Compile()
	fmt.Println(err)
	fmt.Println(err.(*Error).Caret(problem.Expr))
	// Output:
	// * needs as many columns on its left as rows on its right: A is m×n, X is m×n (n against m); A' or X' would fit, and .* is the element-wise product
	// tr(A*X)
	//     ^
}
