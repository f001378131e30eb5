package matcalc

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// refusal compiles the JSON of a problem and returns the error, nil if there is none.
func refusal(t *testing.T, text string) *Error {
	t.Helper()
	var pr Problem
	err := json.Unmarshal([]byte(text), &pr)
	if err == nil {
		_, err = pr.Compile()
	}
	if err == nil {
		return nil
	}
	e, ok := err.(*Error)
	if !ok {
		t.Fatalf("%s: %v is no *Error", text, err)
	}
	return e
}

// Declarations that can't be are refused with their kind and the name that is
// wrong; what looks like them and is right is not.
func TestDeclarations(t *testing.T) {
	const xAndW = `"vars": {"X": {"shape": ["m", "n"]}, "w": {"shape": ["n", 1]}}`
	for _, c := range []struct {
		problem string // "expr" and "wrt" are added
		kind    Kind
		mention string
	}{
		{`"vars": [["X", {"shape": ["m", "n"]}], ["w", {"shape": ["n", 1]}]]`, "", ""},
		{`"vars": {"X": {"shape": ["m", "n"]}, "w": {"shape": ["n", 1]}, "X": {"shape": ["m", "n"]}}`, Duplicate, "X"},
		{`"vars": {"X": {"shape": ["m"]}}`, BadDeclaration, "X"},
		{`"vars": {"X": {}}`, BadDeclaration, "X"},
		{`"vars": {"X": {"shape": "m"}}`, BadDeclaration, "X"},
		{`"vars": {"X": {"shape": ["m", 0]}}`, BadDeclaration, "0"},
		{`"vars": {"X": {"shape": ["m", 1.5]}}`, BadDeclaration, "1.5"},
		{`"vars": {"X": {"shape": ["m", -1]}}`, BadDeclaration, "-1"},
		{`"vars": {"X": {"shape": ["m", null]}}`, BadDeclaration, "X"},
		{`"vars": {"X": {"shape": ["m", "2n"]}}`, BadDeclaration, "2n"},
		{`"vars": {"X": {"shape": ["m", "n"], "props": ["pretty"]}}`, BadDeclaration, "pretty"},
		{`"vars": {"X": {"shape": ["m", "n"], "props": ["spd"]}}`, BadDeclaration, "spd"},
		{`"vars": {"X": {"shape": ["n", "n"], "props": ["diagonal", "positive"]}}`, BadDeclaration, "positive"},
		{`"vars": {"2X": {"shape": ["m", "n"]}}`, BadDeclaration, "2X"},
		{`"vars": 3`, BadDeclaration, "vars"},
		{`"vars": [["X"]]`, BadDeclaration, "vars"},
		{`"vars": {"tr": {"shape": ["m", "n"]}}`, ReservedName, "tr"},
		{`"vars": {"X": {"shape": ["exp", "n"]}}`, ReservedName, "exp"},
		{`"vars": {"X": {"shape": ["m", "n"]}, "m": {"shape": ["n", 1]}}`, ReservedName, "m"},
		{`"vars": {"m": {"shape": ["n", 1]}, "X": {"shape": ["m", "n"]}}`, ReservedName, "m"},
		{`"vars": {"X": {"shape": ["m", "n"]}, "dX": {"shape": ["m", "n"]}}`, ReservedName, "dX"},
		{`"vars": {"dX": {"shape": ["m", "n"]}, "X": {"shape": ["m", "n"]}}`, ReservedName, "dX"},
		{`"vars": {"X": {"shape": ["m", "n"]}, "d": {"shape": [1, 1]}}`, "", ""},
		{xAndW + `, "where": [["dX", "X+X"]]`, ReservedName, "dX"},
		{xAndW + `, "where": [["Y", "X*w"], ["dY", "Y+Y"]]`, "", ""}, // only a shorter name for an answer
		{xAndW + `, "where": [["Y", "X*w"], ["Y", "X"]]`, Duplicate, "Y"},
		{xAndW + `, "where": [["w", "X*w"]]`, Duplicate, "w"},
		{xAndW + `, "where": [["det", "X*w"]]`, ReservedName, "det"},
		{xAndW + `, "where": [["n", "X*w"]]`, ReservedName, "n"},
		{xAndW + `, "where": [["Y", "Z+X"], ["Z", "Y+X"]]`, WhereCycle, "Y needs Z needs Y"},
		{xAndW + `, "where": [["Y", "X+2*Z+V"], ["V", "X+V"], ["Z", "Y+X"]]`, WhereCycle, "Y needs Z needs Y"}, // that which is read first
		{xAndW + `, "where": [["Y", "Y+X"]]`, WhereCycle, "Y"},
		{xAndW + `, "where": [["Y", "Z+X"], ["Z", "X"]]`, Undeclared, "Z"},
		{xAndW + `, "where": [["Y", "X*"]]`, Syntax, "end of input"},
		{xAndW + `, "where": [["Y", "X*X"]]`, BadShape, "X"},
		{xAndW + `, "where": {"Y": "X"}`, "", ""},
		{xAndW + `, "where": [["Y", 3]]`, BadDeclaration, "Y"},
		{xAndW + `, "where": "Y"`, BadDeclaration, "where"},
		{xAndW + `, "functions": {"f": {"kind": "scalar", "args": ["Y"], "grads": ["df"]}}`, "", ""},
		{xAndW + `, "functions": {"f": {"kind": "scalar", "args": ["Y"], "grads": []}}`, BadDeclaration, "f"},
		{xAndW + `, "functions": {"f": {"kind": "vector"}}`, BadDeclaration, "vector"},
		{xAndW + `, "functions": {"g": {"kind": "elementwise", "deriv": "g"}}`, Duplicate, "g"},
		{xAndW + `, "functions": {"X": {"kind": "elementwise", "deriv": "g"}}`, Duplicate, "X"},
		{xAndW + `, "functions": {"exp": {"kind": "elementwise", "deriv": "g"}}`, ReservedName, "exp"},
		{xAndW + `, "functions": {"g": {"kind": "elementwise", "deriv": "dg"}, "dg": {"kind": "elementwise", "deriv": "d2g"}}`, "", ""},
		{xAndW + `, "functions": {"g": {"kind": "elementwise", "deriv": "dg", "numeric": {"value": "t+"}}}`, Syntax, "end of input"},
	} {
		e := refusal(t, `{`+c.problem+`, "expr": "sum(X)", "wrt": "X"}`)
		switch {
		case e == nil && c.kind != "":
			t.Errorf("%s is accepted, want %s", c.problem, c.kind)
		case e != nil && c.kind == "":
			t.Errorf("%s is refused: %v", c.problem, e)
		case e != nil && (e.Kind != c.kind || !strings.Contains(e.Error(), c.mention)):
			t.Errorf("%s is refused as %s: %v; want %s with %q", c.problem, e.Kind, e, c.kind, c.mention)
		}
	}
}

// Expressions that are wrong are refused at the place where they are.
func TestExpressions(t *testing.T) {
	s, err := everything.Declare()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		expr     string
		kind     Kind
		position int
		mention  string
	}{
		{"A+", Syntax, 2, "end of input after +"}, {"A+*B", Syntax, 2, "unexpected *"}, {"A B", Syntax, 2, "written with *"}, {"2x", Syntax, 1, "written with *"},
		{"(A))", Syntax, 3, "no ( for it"}, {"tr(Z,", Syntax, 5, "end of input"}, {"(A B)", Syntax, 3, ""}, {"A,B", Syntax, 1, "unexpected ,"}, {"[A]", Syntax, 0, "brackets are ( )"}, {"A[1]", Syntax, 1, "entries have no names"},
		{"A=B", Syntax, 1, "no equations"}, {"A−B", Syntax, 1, "did you mean - ?"}, {"tr(A’*B)", Syntax, 4, "did you mean ' ?"}, {"Aᵀ", Syntax, 1, "did you mean ' ?"}, {"α+A", Syntax, 0, "a-z"},
		{"s\n+t", Syntax, 1, "one line"}, {"A.B", Syntax, 1, ".*"}, {"_x", Syntax, 0, "begin with a letter"}, {"'A", Syntax, 0, ""}, {"A^'", Syntax, 2, ""}, {"1.2.3", Syntax, 3, ""}, {"1e+", Syntax, 1, ""},
		{"tr()", Arity, 0, "1 argument, got none"}, {"kron(A)", Arity, 0, "kron"}, {"ones(m,n,m)", Arity, 0, "1 or 2"}, {"zeros(m)", Arity, 0, "zeros"}, {"f(x)", Arity, 0, "2 arguments"}, {"sigma(x,y)", Arity, 0, "sigma"},
		{"2*Trace(Z)", UnknownFunction, 2, "did you mean tr?"}, {"sigmoi(A)", UnknownFunction, 0, "did you mean sigmoid?"}, {"ln(t)", UnknownFunction, 0, "did you mean log?"}, {"log_det(Z)", UnknownFunction, 0, "did you mean logdet?"}, {"A(x)", UnknownFunction, 0, "variable"}, {"foo(A)", UnknownFunction, 0, "there are"}, {"prod(x)", UnknownFunction, 0, "there are"},
		{"A+M", Undeclared, 2, "declared are A, B"}, {"Z^T", Undeclared, 2, "written A'"}, {"exp", Undeclared, 0, "exp(...)"}, {"eye(k)", Undeclared, 4, "dimensions are m, n"}, {"lambda*A", Undeclared, 0, "lambda"}, {"dA", Undeclared, 0, "dA"},
		{"eye(A)", BadShape, 4, "not a dimension"}, {"eye(0)", BadShape, 4, "whole"}, {"eye(1.5)", BadShape, 4, "whole"}, {"eye(n+1)", BadShape, 5, "dimension"}, {"A*x'", BadShape, 1, "x would fit"},
		{"A+u", BadShape, 1, "ones"}, {"A*x+y", BadShape, 3, "+"}, {"A./C", BadShape, 1, "./"}, {"2*A*B", BadShape, 3, "*"}, {"A.^C", BadShape, 1, ".^"}, {"x*y", BadShape, 1, "x'"},
		{"tr(A)", NotSquare, 0, "tr"}, {"logdet(A)", NotSquare, 0, "logdet"}, {"1+adj(A)", NotSquare, 2, "adj"}, {"diag(A)", NotSquare, 0, "diag"}, {"A^2", BadPower, 1, ".^"}, {"Z^s", BadPower, 1, ".^"}, {"Z^n", BadPower, 1, ".^"}, {"s^Z", BadPower, 1, ""},
		{"s/A", BadDivision, 1, "./"}, {"A/Z", BadDivision, 1, "inv(Z)"}, {"s/0", BadDivision, 1, "zero"}, {"A./(x'*x-x'*x)", BadDivision, 1, "zero"}, {"0^-1", BadDivision, 1, "zero"},
		{"Z^100000", TooLarge, 1, "10000"}, {"1e999999", TooLarge, 0, "1e308"}, {"1e99999999999999999999", TooLarge, 0, ""}, {"1e-999", TooLarge, 0, ""},
	} {
		_, err := s.Parse(c.expr)
		if err == nil {
			t.Errorf("%s is accepted, want %s", c.expr, c.kind)
			continue
		}
		if e := err.(*Error); e.Kind != c.kind || e.Position != c.position || !strings.Contains(e.Message, c.mention) {
			t.Errorf("%s is refused at %d as %s: %v; want %d, %s, %q", c.expr, e.Position, e.Kind, e, c.position, c.kind, c.mention)
		}
	}
}

// The error of a definition says which one it is in.
func TestErrorInDefinition(t *testing.T) {
	e := refusal(t, `{"vars": {"X": {"shape": ["m", "n"]}}, "where": [["Y", "X+é"]], "expr": "sum(Y)", "wrt": "X"}`)
	if e == nil || e.In != "Y" || e.Position != 2 {
		t.Errorf("got %+v", e)
	}
}

// The grammar binds as it says.
func TestGrammar(t *testing.T) {
	s, err := everything.Declare()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ a, b string }{
		{"-Z^2", "-(Z^2)"}, {"-u.*(A*x)", "(-u).*(A*x)"}, {"Z^2'", "(Z^2)'"}, {"Z'^2", "(Z')^2"}, {"2.*x", "2 .* x"}, {"2./R", "2 ./ R"}, {"2.^x", "2 .^ x"}, {"2.*.5", "1"}, {".5*s", "s/2"}, {"2.", "2"}, {"1e-3", "0.001"},
		{"1E2", "100"}, {"Z^-1", "inv(Z)"}, {"s^-+-2", "s^2"}, {"--A", "A"}, {"+-+A", "-A"}, {"A*-B'", "-(A*B')"}, {"s/t*2", "(s/t)*2"}, {"s-t-1", "(s-t)-1"}, {"A.*B*C", "(A.*B)*C"}, {"\ts *\t2 ", "2*s"}, {"s^2^3", "(s^2)^3"},
		{"A-1", "A-ones(m,n)"}, {"n*A", "A*n"}, {"ones(m)", "ones(m,1)"}, {"eye(2*3)", "eye(6)"}, {"ones(n*m)", "vec(ones(m,n))"},
	} {
		a, errA := s.Parse(c.a)
		b, errB := s.Parse(c.b)
		if errA != nil || errB != nil || a != b {
			t.Errorf("%s is %s, and %s is %s: %v, %v", c.a, a, c.b, b, errA, errB)
		}
	}
	if _, err := s.Parse(strings.Repeat("(", 100) + "s" + strings.Repeat(")", 100)); err != nil {
		t.Error(err)
	}
}

// Whatever is put in ends within a second and 100 MB.
func TestLimits(t *testing.T) {
	s, err := everything.Declare()
	if err != nil {
		t.Fatal(err)
	}
	numbered := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"brackets":    strings.Repeat("(", 100_000),
		"calls":       strings.Repeat("sin(", 100_000),
		"signs":       strings.Repeat("-", 99_000) + "s",
		"transposes":  "A" + strings.Repeat("'", 99_000),
		"powers":      "s" + strings.Repeat("^2", 49_000),
		"big powers":  "s" + strings.Repeat("^1e300", 14_000),
		"number pow":  "7" + strings.Repeat("^9", 49_000),
		"products":    "1" + strings.Repeat("*1e300", 14_000),
		"long number": strings.Repeat("9", 99_000),
		"long name":   strings.Repeat("x", 99_000),
		"too long":    strings.Repeat("s+", 100_000) + "s",
		"very long":   strings.Repeat("s+", 5_000_000) + "s",
		"sum":         "s" + numbered(9_000, "+sin(%d)"),
		"matrix sum":  "A" + numbered(7_000, "+A.^(%d.5)"),
		"product":     "s" + numbered(9_000, "*sin(%d)"),
		"matrices":    "Z" + strings.Repeat("*X*Z", 24_000),
		"inverses":    "Z" + numbered(4_000, "*inv(X*Z+%d*S)"),
		"hadamard":    "A" + numbered(7_000, ".*A.^(%d.5)"),
		"differences": "A" + strings.Repeat("-B+A", 24_000),
		"kron":        strings.Repeat("kron(A,", 200) + "A" + strings.Repeat(")", 200),
		"kron of 1e5": strings.Repeat("kron(eye(99999),", 200) + "Z" + strings.Repeat(")", 200),
		"nested":      strings.Repeat("sin(x+", 240) + "x" + strings.Repeat(")", 240),
		"squares":     strings.Repeat("(", 240) + "s+1" + strings.Repeat(")^2+1", 240),
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		e, err := s.Parse(text)
		if err == nil {
			func() { defer Catch(&err); _ = e.String() }()
		}
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		used := (after.TotalAlloc - before.TotalAlloc) >> 20
		if used > 100 {
			t.Errorf("%s: %d MB (%v)", name, used, err)
		}
		t.Logf("%s: %v, %d MB, %v", name, took, used, err)
	}
}
