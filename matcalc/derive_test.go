package matcalc

import (
	"testing"
)

// relativeAt returns the error of the gradient at both points of a case.
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
	}
	return errs
}

// The gradient of every case is right at both of its points.
func TestCasesDerive(t *testing.T) {
	for _, c := range readCases(t) {
		d, err := Derive(&c.Problem, Options{Hessian: c.Hessian != ""})
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		if testing.Verbose() {
			t.Logf("%s: %d/%d=%.2f %s by %s, want %s", c.ID, d.Gradient.Nodes(), c.RefNodes, float64(d.Gradient.Nodes())/float64(c.RefNodes), c.Expr, c.Wrt, c.Gradient)
			for _, st := range d.Steps {
				t.Logf("    df = %s   [%s] %s", st.DF, ruleNames(st.Rules), st.Note)
				if st.By != nil {
					t.Logf("    d/d%s = %s", st.By, st.Gradient)
				}
			}
			t.Logf("    %v", d.Warnings)
			if d.Hessian != nil {
				t.Logf("    H = %s, want %s", d.Hessian, c.Hessian)
			}
		}
		for _, e := range gradientErrors(t, c, d) {
			if !(e <= 1e-8) {
				t.Errorf("%s: gradient %s is off by %.1e, want %s", c.ID, d.Gradient, e, c.Gradient)
			}
		}
	}
}
