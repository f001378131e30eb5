package matcalc

import (
	"slices"
	"testing"
)

// gradientErrors returns the errors of the gradient at the points of a case.
func gradientErrors(t *testing.T, c testCase, d *Derivation) []float64 {
	t.Helper()
	var errs []float64
	for _, point := range c.Points {
		p, err := d.Scope.NewPoint(point.Dims, point.Values)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		ev := d.Scope.At(p)
		got, err := ev.Value(d.Gradient)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		rows, cols := ev.size(d.Wrt.Shape())
		want, err := ReadMatrix(point.Grad, rows, cols)
		if err != nil {
			t.Fatal(err)
		}
		errs = append(errs, relative(got, want))
		if c.Hessian == "" {
			continue
		}
		h, _ := d.Scope.Parse(c.Hessian)
		got, err = ev.Value(d.Hessian)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		want, _ = ev.Value(h)
		errs = append(errs, relative(got, want))
	}
	return errs
}

// The gradient and the Hessian of every case are right at both of its points,
// and no longer than a person's; the derivation uses the rules that it must.
func TestCasesDerive(t *testing.T) {
	for _, c := range readCases(t) {
		d, err := Derive(&c.Problem, Options{Hessian: c.Hessian != ""})
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		for _, e := range gradientErrors(t, c, d) {
			if !(e <= 1e-8) {
				t.Errorf("%s: gradient %s is off by %.1e, want %s", c.ID, d.Gradient, e, c.Gradient)
			}
		}
		if n := d.Gradient.Nodes(); n > c.RefNodes {
			t.Errorf("%s: gradient %s has %d nodes, more than the %d of %s", c.ID, d.Gradient, n, c.RefNodes, c.Gradient)
		}
		if len(d.Checks) < 4 {
			t.Errorf("%s: %d checks, %v", c.ID, len(d.Checks), d.Warnings)
		}
		used := map[string]bool{}
		for _, s := range d.Steps {
			for _, r := range s.Rules {
				used[r.ID] = true
			}
			if again, err := d.Scope.ParseDifferential(s.DF.String()); again != s.DF {
				t.Errorf("%s: the line %s read again is %v, %v", c.ID, s.DF, again, err)
			}
		}
		for _, rule := range c.MustUse {
			if !used[rule] {
				t.Errorf("%s: rule %s is not used", c.ID, rule)
			}
		}
	}
}

// The article's derivations, line by line: never more lines than the article
// has plus two.
func TestArticleLines(t *testing.T) {
	lines := map[string]int{ // equations of the article: lines, without those that say what f is
		"art-31": 4, "art-31y": 4, // (29), (30)
		"art-33": 4, "art-35": 4, // (32), (34)
		"art-37": 3, "art-39": 6, // (36), (38)
		"art-41": 2, "art-42": 3, // (40), (41)
		"net2-W2": 1 + 3 + 4, "net2-b2": 1 + 3 + 4, // (6), (8), (10)
		"net2-W1": 1 + 3 + 4 + 4 + 4, "net2-b1": 1 + 3 + 4 + 4 + 4, // and (14), (16)
	}
	for _, c := range readCases(t) {
		most, ok := lines[c.ID]
		if !ok {
			continue
		}
		d, err := Derive(&c.Problem, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Steps) > most {
			t.Errorf("%s: %d lines, the article has %d", c.ID, len(d.Steps), most)
		}
	}
}

// Warm up 2, equations (34) and (35).
func TestWarmUp2(t *testing.T) {
	p := Problem{
		Vars: Variables{{"a", []string{"m", "1"}, nil}, {"X", []string{"m", "n"}, nil}, {"b", []string{"n", "1"}, nil}},
		Expr: "a'*exp(X*b)", Wrt: "X",
	}
	d, err := Derive(&p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		df    string
		rules []Rule
	}{
		{"a'*(exp(X*b).*(dX*b))", []Rule{R2, RuleConstant, R8}},
		{"tr(a'*(exp(X*b).*(dX*b)))", []Rule{T1}},
		{"tr((a.*exp(X*b))'*dX*b)", []Rule{T5}},
		{"tr(b*(a.*exp(X*b))'*dX)", []Rule{T4, CR}},
	}
	for i, s := range d.Steps {
		if i >= len(want) || s.DF.String() != want[i].df || !slices.Equal(s.Rules, want[i].rules) {
			t.Errorf("line %d: %s by %s", i+1, s.DF, ruleNames(s.Rules))
		}
	}
	if got := d.Gradient.String(); got != "(a.*exp(X*b))*b'" {
		t.Errorf("gradient is %s", got)
	}
}

// With Verbose every small step is there, and is df, too.
func TestVerbose(t *testing.T) {
	for _, c := range readCases(t) {
		short, err := Derive(&c.Problem, Options{})
		if err != nil {
			t.Fatal(err)
		}
		long, err := Derive(&c.Problem, Options{Verbose: true})
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		lines := slices.DeleteFunc(slices.Clone(long.Steps), func(s Step) bool { return s.Minor })
		if len(lines) != len(short.Steps) || len(long.Steps) < len(lines) {
			t.Errorf("%s: %d lines of %d, want %d", c.ID, len(lines), len(long.Steps), len(short.Steps))
		}
	}
}
