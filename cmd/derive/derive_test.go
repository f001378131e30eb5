package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gradlab/internal/cli"
	"gradlab/matcalc"
)

var update = flag.Bool("update", false, "write the golden files anew")

// run runs derive.
func run(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = cli.Run("derive", description, new(flags), args, &out, &errs)
	return status, out.String(), errs.String()
}

// What derive prints, in every format.
func TestGolden(t *testing.T) {
	warmUp3 := []string{"tr(Y'*M*Y)", "--where", "Y=sigma(W*X)", "--wrt", "X", "--var", "W:l,m", "--var", "X:m,n", "--var", "M:l,l", "--prop", "M:symmetric", "--function", "sigma:dsigma"}
	regression := []string{"norm2(X*w-y)^2", "--wrt", "w", "--hessian"}
	for name, args := range map[string][]string{
		"text":     warmUp3,
		"ascii":    append([]string{"--ascii"}, warmUp3...),
		"latex":    append([]string{"--format", "latex"}, warmUp3...),
		"markdown": append([]string{"--format", "markdown"}, warmUp3...),
		"json":     append([]string{"--format", "json"}, warmUp3...),
		"verbose":  append([]string{"--verbose"}, regression...),
		"hessian":  regression,
	} {
		status, stdout, stderr := run(args...)
		if status != 0 {
			t.Errorf("%s: exit status %d\n%s", name, status, stderr)
			continue
		}
		path := filepath.Join("testdata", name+".golden")
		got := withoutErrors(stdout)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: prints\n%s\nnot\n%s\n(go test -update writes what it prints)", name, got, want)
		}
	}
}

// withoutErrors leaves out the relative errors of checks, which depend on the
// processor.
func withoutErrors(text string) string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if before, _, ok := strings.Cut(line, "relative error "); ok {
			line = before + "relative error …"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// What --check adds.
func TestCheck(t *testing.T) {
	_, without, _ := run("tr(A*X)", "--wrt", "X")
	_, with, _ := run("tr(A*X)", "--wrt", "X", "--check")
	if strings.Contains(without, "relative error") || strings.Count(with, "relative error") != 4 {
		t.Errorf("without --check:\n%s\nwith:\n%s", without, with)
	}
	_, text, _ := run("tr(A*X)", "--wrt", "X", "--check", "--format", "json")
	var a struct{ Checks []matcalc.Check }
	if err := json.Unmarshal([]byte(text), &a); err != nil || len(a.Checks) != 4 || a.Checks[0].Sizes["m"] == 0 {
		t.Errorf("%v in %s", err, text)
	}
}

// Shapes that are inferred are said on stderr; those that are declared are not.
func TestInference(t *testing.T) {
	_, stdout, stderr := run("norm2(X*w-y)^2", "--wrt", "w", "--var", "y:N")
	if want := "inferred: X:N,n, w:n,1\n"; stderr != want || !strings.Contains(stdout, "y is N×1") {
		t.Errorf("says %q, not %q, and prints\n%s", stderr, want, stdout)
	}
	if _, _, stderr := run("tr(A*X)", "--wrt", "X", "--var", "A:n,m", "--var", "X:m,n"); stderr != "" {
		t.Errorf("says %q", stderr)
	}
}

// A wrong command line exits with 2, a wrong expression with 1 and a caret under
// the place, counted in characters.
func TestErrors(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{}, 2, "give a function, or"},
		{[]string{"tr(X)"}, 2, "--wrt"},
		{[]string{"tr(X)", "--wrt", "X", "--batch"}, 2, "different work"},
		{[]string{"tr(X)", "--wrt", "X", "--format", "pdf"}, 2, "--format"},
		{[]string{"--network", "2,1", "--wrt", "W1"}, 2, "--wrt is for a function"},
		{[]string{"--examples", "--hessian"}, 2, "--hessian is for a function"},
		{[]string{"--batch", "--var", "X:n,n"}, 2, "--var is for a function"},
		{[]string{"tr(X)", "--wrt", "X", "--single"}, 2, "--single is for --network"},
		{[]string{"--examples", "--loss", "mse"}, 2, "--loss is for --network"},
		{[]string{"--examples", "--format", "go"}, 2, "--format go is for"},
		{[]string{"--network", "2,3,3,1", "--activation", "tanh,relu,tanh"}, 2, "3 hidden activations, but 2 hidden layers"},
		{[]string{"tr(X)", "--wrt", "X", "--wrt", "Y"}, 2, "twice"},
		{[]string{"tr(X)", "--wrt", "X", "--var", "X:n,n,n"}, 2, "--var X:n,n,n"},
		{[]string{"tr(X)", "--wrt", "X", "--var", "X:"}, 2, "--var X:"},
		{[]string{"tr(X)", "--wrt", "X", "--prop", "X"}, 2, "--prop X"},
		{[]string{"tr(X)", "--wrt", "X", "--prop", "Z:spd"}, 2, "no variable Z"},
		{[]string{"tr(Y)", "--wrt", "X", "--where", "Y"}, 2, "--where Y"},
		{[]string{"f(X)", "--wrt", "X", "--function", "f"}, 2, "--function f"},
		{[]string{"f(X)", "--wrt", "X", "--function", "f(Y:df"}, 2, "--function f(Y"},
		{[]string{"f(X)", "--wrt", "X", "--function", "f(Y,Z):df"}, 2, "2 arguments and 1 gradients"},
		{[]string{"tr(A'×X)", "--wrt", "X"}, 1, "  tr(A'×X)\n       ^\n"},
		{[]string{"tr(Y)", "--where", "Y=A'×X", "--wrt", "X"}, 1, "in Y: "},
		{[]string{"tr(Y)", "--where", "Y=A'×X", "--wrt", "X"}, 1, "  A'×X\n    ^\n"},
		{[]string{"A*X", "--wrt", "X", "--var", "A:m,n", "--var", "X:n,p"}, 1, "m×p"},
		{[]string{"tr(X)", "--wrt", "Z"}, 1, "Z"},
		{[]string{"tr(X)", "--wrt", "X", "--prop", "X:pretty"}, 1, "pretty"},
	} {
		status, stdout, stderr := run(c.args...)
		if status != c.status || !strings.Contains(stderr, c.says) || stdout != "" {
			t.Errorf("derive %q: exit status %d, want %d, and %q, want %q", c.args, status, c.status, stderr, c.says)
		}
	}
}

// Flags declare what cases.json declares.
func TestFlagsDeclare(t *testing.T) {
	f := flags{
		Expr: "f(Y,s)+tr(sigma(X))", Wrt: "X",
		Var:      []string{"X:m, n", "v:n", "s", " D:n,3"},
		Prop:     []string{"X:positive", "s:positive,invertible"},
		Where:    []string{"Y = X*D"},
		Function: []string{"f(Y,z):df,dfz", "sigma:dsigma"},
	}
	p, inferred, err := f.problem()
	if err != nil || inferred != nil {
		t.Fatal(inferred, err)
	}
	var got []string
	for _, v := range p.Vars {
		got = append(got, strings.Join(append([]string{v.String()}, v.Props...), " "))
	}
	if want := []string{"X:m,n positive", "v:n,1", "s:1,1 positive invertible", "D:n,3"}; !slices.Equal(got, want) {
		t.Errorf("variables %q, want %q", got, want)
	}
	if y := p.Where[0]; y.Name != "Y" || strings.TrimSpace(y.Expr) != "X*D" {
		t.Errorf("definition %q", y)
	}
	if fn := p.Functions[0]; fn.Name != "f" || fn.Elementwise || !slices.Equal(fn.Args, []string{"Y", "z"}) || !slices.Equal(fn.Grads, []string{"df", "dfz"}) {
		t.Errorf("function %+v", fn)
	}
	if fn := p.Functions[1]; fn.Name != "sigma" || !fn.Elementwise || fn.Deriv != "dsigma" {
		t.Errorf("function %+v", fn)
	}
}

// --network derives a network as train has it, in every format.
func TestNetwork(t *testing.T) {
	network := []string{"--network", "2,4,1", "--activation", "leaky_relu", "--output", "sigmoid", "--loss", "bce"}
	for format, says := range map[string]string{
		"text": "∂L/∂Z2 = (A2 − Y)/m\n", "latex": `\subsection*{Layer 2}`, "markdown": "### Layer 2", "json": `"wrt":"W2","gradient":"L_Z2*A1'"`, "go": "dW2.Mul(dZ2, A1.T())",
	} {
		status, stdout, stderr := run(append(network, "--format", format)...)
		if status != 0 || !strings.Contains(stdout, says) {
			t.Errorf("%s: exit status %d, %s\n%s lacks %q", format, status, stderr, stdout, says)
		}
	}
	if _, stdout, _ := run(append(network, "--ascii", "--check")...); strings.ContainsFunc(stdout, func(r rune) bool { return r > 126 }) || !strings.Contains(stdout, "relative error") {
		t.Errorf("--ascii --check prints\n%s", stdout)
	}
	_, stdout, _ := run(append(network, "--format", "json")...)
	for line := range strings.Lines(stdout) {
		var g struct {
			Layer int
			LaTeX string
		}
		if err := json.Unmarshal([]byte(line), &g); err != nil || !strings.HasPrefix(g.LaTeX, fmt.Sprintf(`\subsection*{Layer %d}`, g.Layer)) {
			t.Errorf("%v: %.200s", err, line)
		}
	}
	for _, wrong := range []string{"--activation nice", "--loss nice", "--loss hinge --network 2,3"} {
		args := append([]string{"--network", "2,1"}, strings.Fields(wrong)...)
		if strings.Contains(wrong, "--network") {
			args = strings.Fields(wrong)
		}
		if status, _, stderr := run(args...); status != 2 {
			t.Errorf("%s: exit status %d, %s", wrong, status, stderr)
		}
	}
}

// --examples has every example of the article, and can be had in every format.
func TestExamples(t *testing.T) {
	for _, c := range readCases(t) {
		if !strings.HasPrefix(c.ID, "art-") {
			continue
		}
		if !slices.ContainsFunc(article, func(e example) bool {
			return e.Expr == c.Expr && e.Wrt == c.Wrt && len(e.Where) == len(c.Where)
		}) {
			t.Errorf("there is no example %s: %s by %s", c.ID, c.Expr, c.Wrt)
		}
	}
	for _, format := range []string{"text", "latex", "markdown", "json"} {
		status, stdout, stderr := run("--examples", "--format", format)
		n := strings.Count(stdout, map[string]string{"text": "\n===", "latex": "\\section*", "markdown": "\n## ", "json": "\n"}[format])
		want := map[string]int{"text": len(article), "latex": len(article), "markdown": len(article) - 1, "json": len(article) + 7}[format]
		if status != 0 || n != want {
			t.Errorf("%s: exit status %d, %d examples, want %d\n%s", format, status, n, want, stderr)
		}
	}
	if _, stdout, _ := run("--examples", "--ascii"); strings.ContainsFunc(stdout, func(r rune) bool { return r > 126 }) {
		t.Errorf("--ascii prints other characters:\n%s", stdout)
	}
}

// docs/derivations.md can be written: every derivation in it passes its checks.
func TestDocument(t *testing.T) {
	status, stdout, stderr := run("--document")
	if status != 0 || strings.Count(stdout, "\n## ") != len(article)+len(networks)+len(classics) || len(classics) != 20 {
		t.Errorf("exit status %d, %d derivations, %s", status, strings.Count(stdout, "\n## "), stderr)
	}
}
