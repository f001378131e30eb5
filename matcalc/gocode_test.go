package matcalc

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// goDerivation is a case with the gradient that it says.
func goDerivation(t testing.TB, c testCase) *Derivation {
	t.Helper()
	s, err := c.Compile()
	if err != nil {
		t.Fatalf("%s: %v", c.ID, err)
	}
	d := &Derivation{Problem: &c.Problem, Scope: s, Objective: s.F, Wrt: s.Wrt}
	if d.Gradient, err = s.Parse(c.Gradient); err != nil {
		t.Fatalf("%s: %v", c.ID, err)
	}
	if c.Hessian != "" && c.ID != "ml-logistic" { // that one holds for y = ±1 only
		if d.Hessian, err = s.Parse(c.Hessian); err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
	}
	return d
}

// goFuncs returns the functions of all cases, with the points of the cases.
func goFuncs(t testing.TB) []GoFunc {
	t.Helper()
	var funcs []GoFunc
	for _, c := range readCases(t) {
		f := GoFunc{Name: "Grad_" + strings.ReplaceAll(c.ID, "-", "_"), Derivation: goDerivation(t, c)}
		s := f.Derivation.Scope
		for _, point := range c.Points {
			p, err := s.NewPoint(point.Dims, point.Values)
			if err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
			rows, cols := s.At(p).size(s.Wrt.shape)
			grad, err := ReadMatrix(point.Grad, rows, cols)
			if err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
			f.Points = append(f.Points, KnownPoint{p, point.F, grad})
		}
		funcs = append(funcs, f)
	}
	return funcs
}

// goRun compiles a package, vets it and runs its test, in a module of its own
// that needs what this one needs.
func goRun(t *testing.T, code, test []byte) {
	t.Helper()
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile("../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"go.mod": bytes.Replace(mod, []byte("module gradlab"), []byte("module generated"), 1), "go.sum": sum,
		"code.go": code, "code_test.go": test,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"vet", "."}, {"test", "."}} {
		run := exec.Command("go", args...)
		run.Dir = dir
		run.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%.20000s", args[0], err, out)
		}
	}
}

// The code for every case compiles in one package, go vet has nothing to say,
// values and gradients are right at the points of the cases, and gradients and
// Hessians agree with central differences.
func TestCasesGo(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and runs generated code")
	}
	code, test, err := GoFile("generated", goFuncs(t)...)
	if err != nil {
		t.Fatal(err)
	}
	goRun(t, code, test)
}
