package matcalc

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The derivations of all cases, with every small step, are a document that
// pdflatex sets without an error and without a line that is too wide.
func TestLaTeXCompiles(t *testing.T) {
	pdflatex, err := exec.LookPath("pdflatex")
	if err != nil {
		t.Skip("pdflatex is not installed; Debian has it in texlive-latex-recommended")
	}
	var bodies []string
	for _, c := range readCases(t) {
		d, err := Derive(&c.Problem, Options{})
		if err != nil {
			continue // another test's
		}
		bodies = append(bodies, c.ID+"\n"+d.LaTeX(PrintOptions{}), d.LaTeX(PrintOptions{Verbose: true}))
	}
	names := `\[` + strings.Join(latexNames(), " ") + `\]`
	bodies = append(bodies, names, LaTeXText(`\{}#$%&_^~<>|"'`+"×−–′ᵀ⁻¹²⊙⊗‖∂±σφ·…é中"))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "all.tex"), []byte(LaTeXDocument(bodies...)), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(pdflatex, "-interaction=nonstopmode", "-halt-on-error", "all.tex")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("pdflatex: %v\n%s", err, out[max(0, len(out)-2000):])
	}
	if wide := regexp.MustCompile(`(?m)^Overfull.*$`).FindAllString(string(out), -1); len(wide) > 0 {
		t.Errorf("lines are too wide:\n%s", strings.Join(wide, "\n"))
	}
}

func latexNames() []string {
	var latex []string
	for _, n := range names {
		latex = append(latex, n.latex)
	}
	return latex
}

// names are names as text and LaTeX have them.
var names = []struct{ name, text, latex string }{
	{"X", "X", "X"},
	{"W1", "W1", "W_{1}"},
	{"a12", "a12", "a_{12}"},
	{"lambda", "λ", `\lambda`},
	{"Sigma2", "Σ2", `\Sigma_{2}`},
	{"epsilon", "ε", `\varepsilon`},
	{"Alpha", "Alpha", `\mathrm{Alpha}`},
	{"x_1", "x_1", "x_{1}"},
	{"mu_x", "μ_x", `\mu_{x}`},
	{"a_prev", "a_prev", `a_{\mathrm{prev}}`},
	{"x_1_beta", "x_1_beta", `x_{1,\beta}`},
	{"x_", "x_", `x_{\_}`},
	{"x__", "x__", `x_{\_}`},
	{"func", "func", `\mathrm{func}`},
	{"dW1", "dW1", "dW_{1}"},
	{"Data2b", "Data2b", `\mathrm{Data}_{\mathrm{2b}}`},
}

func TestNames(t *testing.T) {
	for _, n := range names {
		if got := textName(n.name); got != n.text {
			t.Errorf("%s is %s, want %s", n.name, got, n.text)
		}
		if got := (nameStyle{}).name(n.name); got != n.latex {
			t.Errorf("%s is %s, want %s", n.name, got, n.latex)
		}
	}
}

// What the printers write of any expression in any names is well formed: the
// ASCII text is read back as the same, LaTeX is ASCII with matching braces, and
// lines are as wide as they may be where there are places to break them.
func FuzzPrint(f *testing.F) {
	f.Add("X", "tr(X'*X)", 80)
	f.Add("lambda_", "exp(lambda_)./(1+lambda_.^2)", 1)
	f.Add("d", "norm2(d/norm2(d))^2*det(det(d)*d)", 20)
	f.Add("e1", "2*e1+1e-3*kron(e1,e1)*e1", 10)
	f.Add("T", "-(T^2)'*inv(T)'^3.^2", 0)
	f.Add("I_2", "log(det(I_2))*s^(s+1)/logdet(I_2)", 30)
	f.Fuzz(func(t *testing.T, name, expr string, width int) {
		if len(expr) > 1000 {
			return
		}
		p := Problem{Vars: Variables{
			{Name: name, Shape: []string{"n", "n"}}, {Name: "s", Shape: []string{"1", "1"}}, {Name: "x", Shape: []string{"n", "1"}},
		}}
		scope, err := p.Declare()
		if err != nil {
			return
		}
		e, err := scope.Parse(expr)
		if err != nil {
			return
		}
		text := e.Text(PrintOptions{ASCII: true, Width: width})
		if again, err := scope.Parse(strings.ReplaceAll(text, "\n", " ")); again != e {
			t.Errorf("%s read again is %v, %v", text, again, err)
		}
		e.Text(PrintOptions{Width: width})
		mustBeLaTeX(t, e.LaTeX())
		d := &Derivation{
			Problem: &p, Scope: scope, Objective: scope.Tr(scope.Int(1)), Wrt: scope.Vars[0], Gradient: e,
			Steps:    []Step{{Rules: []Rule{R1}, DF: e, Note: expr, Read: []Reading{{scope.Vars[0], e}}}},
			Warnings: []Warning{{OutsideDomain, expr}},
		}
		for _, o := range []PrintOptions{{Width: width}, {Width: width, ASCII: true, Verbose: true}} {
			d.Text(o)
			d.Markdown(o)
			mustBeLaTeX(t, d.LaTeX(o))
		}
	})
}

var escaped = regexp.MustCompile(`\\[{}]`)

func mustBeLaTeX(t *testing.T, s string) {
	t.Helper()
	depth := 0
	for _, r := range escaped.ReplaceAllString(s, "") {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case r > '~' || r < ' ' && r != '\n':
			t.Errorf("%q is in %s", r, s)
		}
		if depth < 0 {
			break
		}
	}
	if depth != 0 {
		t.Errorf("braces don't match: %s", s)
	}
}
