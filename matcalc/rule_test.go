package matcalc

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The article's rules are true: the differential of the left side, by dual
// numbers, is the right side at random matrices and directions; the trace tricks
// are equations of values.
func TestRules(t *testing.T) {
	p := Problem{
		Vars: Variables{
			{"X", []string{"n", "n"}, nil}, {"Y", []string{"n", "n"}, nil}, {"A", []string{"m", "n"}, nil}, {"B", []string{"n", "m"}, nil},
			{"C", []string{"m", "n"}, nil}, {"D", []string{"m", "n"}, nil}, {"a", []string{"1", "1"}, nil},
		},
		Functions: Functions{{Name: "sigma", Elementwise: true, Deriv: "dsigma"}, {Name: "f", Args: []string{"Y"}, Grads: []string{"df"}}},
		Expr:      "tr(X)", Wrt: "X",
	}
	s, err := p.Compile()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		rule        Rule
		left, right string
	}{
		{R1, "X+Y", "dX+dY"},
		{R1, "X-Y", "dX-dY"},
		{R2, "X*Y", "dX*Y+X*dY"},
		{R3, "A'", "dA'"},
		{R4, "tr(X)", "tr(dX)"},
		{R5, "inv(X)", "-inv(X)*dX*inv(X)"},
		{R6, "det(X)", "tr(adj(X)*dX)"},
		{R7, "X.*Y", "dX.*Y+X.*dY"},
		{R8, "sigma(X)", "dsigma(X).*dX"},
		{CR, "f(X)", "tr(df(X)'*dX)"},
		{RuleConstant, "ones(n,n)", "zeros(n,n)"},
		{RuleMultiple, "3*X", "3*dX"},
		{RuleScalars, "a*X", "da*X+a*dX"},
		{RuleQuotient, "X/a", "dX/a-da*X/a^2"},
		{RuleLogdet, "logdet(X*X')", "tr(inv(X*X')*(dX*X'+X*dX'))"},
		{RulePower, "X^3", "dX*X^2+X*dX*X+X^2*dX"},
		{RuleNorm1, "norm1(A)", "tr(sign(A)'*dA)"},
		{RuleKron, "kron(X,Y)", "kron(dX,Y)+kron(X,dY)"},
		{RuleVec, "vec(A)", "vec(dA)"},
		{RuleDiag, "diag(X)", "diag(dX)"},
	} {
		mustBeEqual(t, s, rng, c.rule, c.left, c.right, true)
	}
	for _, c := range []struct {
		rule        Rule
		left, right string
	}{
		{T1, "a", "tr(a)"},
		{T2, "tr(X')", "tr(X)"},
		{T3, "tr(X+Y)", "tr(X)+tr(Y)"},
		{T3, "tr(X-Y)", "tr(X)-tr(Y)"},
		{T4, "tr(A*B)", "tr(B*A)"},
		{T5, "tr(A'*(C.*D))", "tr((A.*C)'*D)"},
		{RuleSum, "sum(A)", "tr(ones(n,m)*A)"},
		{RuleInner, "sum(A.*C)", "tr(A'*C)"},
		{RuleNorm, "norm2(A)^2", "tr(A'*A)"},
		{RuleAdjugate, "adj(X)", "det(X)*inv(X)"},
	} {
		mustBeEqual(t, s, rng, c.rule, c.left, c.right, false)
	}
}

// mustBeEqual compares two expressions, or the differential of the left one with
// the right one, at a random point where all variables move.
func mustBeEqual(t *testing.T, s *Scope, rng *rand.Rand, r Rule, left, right string, differential bool) {
	t.Helper()
	a, err := s.Parse(left)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.ParseDifferential(right)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.RandomPoint(rng, map[string]int{"m": 2, "n": 3}, s.Vars, a)
	if err != nil {
		t.Fatal(err)
	}
	ev := s.At(p)
	value := ev.Value
	if differential {
		value = ev.Derivative
	}
	x, err := value(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := ev.Value(b)
	if err != nil {
		t.Fatal(err)
	}
	if !mat.EqualApprox(x, y, 1e-9*max(1, mat.Norm(x, 2))) {
		t.Errorf("%s, %s: %v is not %v", r.ID, r.Title, mat.Formatted(x), mat.Formatted(y))
	}
}
