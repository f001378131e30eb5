package matcalc

import (
	"errors"
	"strings"
	"testing"
)

// declared are the variables of the objectives below: matrices by capitals,
// vectors and scalars by small letters.
func declared() Problem {
	return Problem{
		Vars: Variables{
			{"A", []string{"n", "n"}, nil}, {"B", []string{"n", "n"}, nil}, {"C", []string{"m", "n"}, nil}, {"X", []string{"m", "n"}, nil},
			{"Y", []string{"m", "n"}, []string{"positive"}}, {"Z", []string{"n", "n"}, []string{"invertible"}},
			{"S", []string{"n", "n"}, []string{"symmetric"}}, {"P", []string{"n", "n"}, []string{"spd"}}, {"D", []string{"n", "n"}, []string{"diagonal"}},
			{"Q", []string{"n", "n"}, []string{"orthogonal"}}, {"M", []string{"m", "m"}, nil},
			{"a", []string{"m", "1"}, nil}, {"b", []string{"n", "1"}, nil}, {"x", []string{"n", "1"}, nil}, {"y", []string{"m", "1"}, nil},
			{"v", []string{"n", "1"}, []string{"positive"}}, {"r", []string{"1", "n"}, nil},
			{"s", []string{"1", "1"}, nil}, {"t", []string{"1", "1"}, []string{"positive"}},
		},
		Functions: Functions{
			{Name: "f", Args: []string{"U"}, Grads: []string{"df"}},
			{Name: "g", Args: []string{"U", "w"}, Grads: []string{"dg1", "dg2"}},
			{Name: "sigma", Elementwise: true, Deriv: "dsigma"},
		},
	}
}

// objectives are expressions and the variables to differentiate them by, a
// letter each.
const objectives = `
tr(A*X'*X*B) XA
tr(X'*X*X'*X*A) XA
tr(X*A*X'*C*B*C') XAC
tr((X*A*X')^2) XA
tr((X'*X)^3) X
tr(inv(X'*X+eye(n))) X
tr(inv(X'*X+P)*S) XPS
logdet(X'*X+eye(n)) X
logdet(P+t*eye(n)) Pt
log(det(P)) P
det(P) P
det(A) A
det(A)^2 A
det(A*A') A
det(A)*det(B) AB
1/det(Z) Z
sqrt(det(P)) P
det(Z)^-3 Z
det(S) S
det(D) D
det(X'*X) X
det(A*Z*B) AZB
det(inv(Z)) Z
logdet(A'*A) A
logdet(inv(P)) P
det(Z^3) Z
det(A+B) A
tr(adj(Z)) Z
tr(adj(A)*B) AB
det(adj(Z)) Z
a'*X*b Xab
b'*Z^-1*x Zbx
b'*inv(P)*x P
b'*inv(Z)'*inv(Z)*x Z
tr(inv(Z)*A*inv(Z)*B) ZA
tr(inv(A+Z)*B) AZB
tr(Z^-2) Z
tr(A^5) A
tr(A^5*B) A
b'*A^3*x Ax
sum(A^2) A
norm2(A^2-B) AB
norm2(A*B-B*A)^2 AB
tr(A*B*A'*B') AB
tr(A'*A) A
tr(A)^3 A
tr(A)*tr(B*A) AB
tr(A)/tr(B) AB
exp(tr(A'*B)) A
log(tr(P)) P
sum(exp(X)) X
sum(exp(X).*C) X
sum(exp(X*b)) Xb
sum(log(exp(X*b)+1)) Xb
sum(softplus(X*b)) Xb
sum(sigmoid(X*b).*y) Xby
sum(tanh(X*b).^2) Xb
sum(relu(X*b).*a) Xb
sum(abs(X-C)) XC
norm1(X*b-a) Xb
norm1(X)*norm2(X) X
norm2(X)^3 X
norm2(X) X
norm2(X*b-a) Xb
norm2(X*b-a)^4 X
norm2(x)^-1 x
sum(sin(X).*cos(X)) X
sum(tan(X)) X
sum(X.^3) X
sum(Y.^s) Ys
sum(t.^X) Xt
sum(Y.^X) XY
sum(X./Y) XY
sum(1./Y) Y
sum(sqrt(Y)) Y
sum(log(Y).*X) XY
s^3*t Xst
t^s ts
t^t t
s*t/(s^2+t^2) st
exp(s*t)*sin(s)/t st
log(1+exp(s)) s
sqrt(s^2+1) s
x'*A*x xA
x'*A*b xAb
(x'*A*x)^2 xA
x'*A*x/(b'*x) xA
exp(x'*b) xb
exp(-x'*P*x/2) xP
log(x'*P*x) xP
(x'*b)*(b'*A*x) xbA
(x'*b)*b'*A*x xA
r*A*r' rA
r*A*b rAb
exp(r*b) rb
sum(r.*r) r
norm2(r)^2 r
(b'*x)*tr(A*B) xA
x'*diag(b)*x xb
x'*diag(x)*b xb
tr(diag(x)*A) xA
tr(diag(x)*A*diag(x)*B) xA
sum(diag(A)) A
diag(A)'*diag(B) AB
sum(diag(A*B).^2) AB
norm2(diag(A)-b)^2 A
logdet(diag(v)) v
tr(A*diag(x)*inv(Z)) xZ
norm2(diag(x)-A)^2 xA
b'*diag(A*x)*b Ax
vec(X)'*vec(C) XC
vec(X)'*kron(B,M)*vec(C) XBM
norm2(vec(X))^2 X
norm2(kron(A,B)) AB
norm2(kron(A,B))^2 AB
tr(kron(A,B)) AB
det(kron(Z,M)) Z
sum(kron(A,X)) AX
tr(kron(A,B)*kron(B,A)) AB
norm2(kron(x,b))^2 xb
kron(x,b)'*kron(A,B)*kron(x,b) xA
sum(vec(A).*vec(B)) AB
sum(exp(vec(A))) A
f(X) X
f(X'*X) X
f(A*B) AB
f(exp(A)) A
f(inv(Z)) Z
g(X*A,b) XAb
g(X,x).*f(A) XA
f(X)^2 X
sum(sigma(X)) X
sum(sigma(X*b).*a) Xb
tr(sigma(X)'*M*sigma(X)) XM
sigma(x'*b) xb
sum(sigma(sigma(X)*b)) Xb
tr(Q'*X'*X*Q) X
tr(Q*S*Q'*A) SA
tr(S^2) S
tr(P*A*P*B) P
tr(inv(S)*A) S
b'*S*b S
sum(S.*S) S
b'*D*x D
tr(D*A*D) D
norm2(D)^2 D
logdet(D^2+eye(n)) D
norm2(P-A)^2 PA
tr(inv(P)*S)+logdet(P) PS
0.5*logdet(P)+0.5*(x-b)'*inv(P)*(x-b) Pxb
log(sum(exp(x)))-b'*x xb
-b'*log(exp(x)/sum(exp(x))) x
sum(exp(X)./(exp(X)*ones(n,n)).*C) X
norm2(X-a*b')^2 Xab
norm2(X-y*r)^2 yr
norm2(C-X*A)^2+t*norm2(A)^2 XAt
norm2(M*X+X*A-C)^2 XMA
sum((X*b-a).^2.*y) Xby
(X*b-a)'*M*(X*b-a) XbaM
sum(relu(1-y.*(X*x)).^2)/m Xx
-sum(y.*log(sigmoid(X*x))+(1-y).*log(1-sigmoid(X*x))) Xx
sum(log(1+exp(-y.*(X*x)))) Xx
exp(-norm2(x-b)^2/(2*t^2)) xbt
x'*b/(norm2(x)*norm2(b)) xb
tr(X*B*X')/tr(X*X') XB
tr(inv(X'*M*X)*(X'*X)) XM
logdet(X*diag(v)*X'+eye(m)) Xv
norm2(X*diag(v)*X'-M)^2 Xv
sum(X*ones(n,n)) X
ones(1,m)*X*ones(n,1) X
n*tr(A)/m A
tr(A+2*eye(n)) A
tr(eye(n)) A
sum(zeros(m,n).*X) X
tr(A*(B+B')) AB
sum(step(X).*X) X
sum(sign(x)) x
norm2(X.*C)^2 XC
a'*(X.*C)*b Xa
tr((X.*C)*(X.*C)') X
tr(X*(A.*B)*X') XA
sum((X*X').*M) XM
sum(inv(Z).*A) ZA
sum(exp(inv(Z))) Z
x'*inv(A+A'+2*P)*x xA
x'*(A*x).^2 xA
sum((A*x).*(B*x).*x) xA
tanh(b'*tanh(A*tanh(B*x))) xAB
norm2(tanh(X*tanh(A*x))-a)^2 XAx
log(1+(b'*x)*(1-tanh(x'*x)^2)) xb
abs(x'*b) xb
relu(s) s
sum(abs(x).^3) x
(x'*x)^1.5 x
sum(v.^v) v
(x'*x)^(b'*b) xb
det(eye(n)+x*b') xb
inv(s)*s^2 s
tr(s*A+t*B) st
norm2(s*A-B)^2/t^2 stA
sum(kron(r,a)*x) rax
logdet(A*P*A') AP
tr(A*inv(B*B'+eye(n))*A') AB
norm2(inv(Z)) Z
norm2(inv(Z)*b)^2 Zb
b'*adj(A)*x A
norm2(X')^2 X
tr(X'*(X-C)*(X-C)'*X) X
tr((A-A')^2) A
tr(tr(A)*A.*A*eye(n)) A
`

// eachObjective calls do with every objective by each of its variables.
func eachObjective(do func(p Problem)) {
	for _, line := range strings.Split(strings.TrimSpace(objectives), "\n") {
		i := strings.LastIndex(line, " ")
		for _, wrt := range strings.Split(line[i+1:], "") {
			p := declared()
			p.Expr, p.Wrt = line[:i], wrt
			do(p)
		}
	}
}

// Every objective is differentiated, by each of its variables: the gradient and
// every line are checked at two points.
func TestObjectives(t *testing.T) {
	eachObjective(func(p Problem) {
		d, err := Derive(&p, Options{Seed: 7})
		if err != nil {
			t.Errorf("%s by %s: %v", p.Expr, p.Wrt, err)
			return
		}
		if d.mistake != nil {
			t.Errorf("%s by %s: simplifier: %v", p.Expr, p.Wrt, d.mistake)
		}
		if len(d.Checks) < 4 {
			t.Errorf("%s by %s: only %d checks, %v", p.Expr, p.Wrt, len(d.Checks), d.Warnings)
		}
	})
}

// Every line can be read again, as what it is.
func TestLinesAreInTheGrammar(t *testing.T) {
	eachObjective(func(p Problem) {
		d, err := Derive(&p, Options{Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range d.Steps {
			if again, err := d.Scope.ParseDifferential(s.DF.String()); again != s.DF {
				t.Errorf("%s by %s: the line %s read again is %v, %v", p.Expr, p.Wrt, s.DF, again, err)
			}
		}
	})
}

// Hessians are found for all vectors and scalars, or refused.
func TestHessians(t *testing.T) {
	found, refused := 0, 0
	eachObjective(func(p Problem) {
		if !strings.Contains("abrstvxy", p.Wrt) {
			return
		}
		_, err := Derive(&p, Options{Hessian: true, Seed: 7})
		var e *Error
		switch {
		case err == nil:
			found++
		case errors.As(err, &e) && e.Kind == Unsupported && !strings.Contains(e.Message, "internal"):
			t.Logf("%s by %s: %v", p.Expr, p.Wrt, err)
			refused++
		default:
			t.Errorf("%s by %s: %v", p.Expr, p.Wrt, err)
		}
	})
	t.Logf("%d found, %d refused", found, refused)
}
