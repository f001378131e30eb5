package matcalc

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// printing is the scope of what the printers are tested with.
func printing(t testing.TB) *Scope {
	t.Helper()
	p := Problem{
		Vars: Variables{
			{Name: "A", Shape: []string{"n", "n"}}, {Name: "B", Shape: []string{"n", "n"}},
			{Name: "S", Shape: []string{"n", "n"}, Props: []string{"symmetric"}},
			{Name: "X", Shape: []string{"n", "n"}}, {Name: "W1", Shape: []string{"n", "n"}},
			{Name: "x", Shape: []string{"n", "1"}}, {Name: "y", Shape: []string{"n", "1"}},
			{Name: "mu_x", Shape: []string{"n", "1"}}, {Name: "data", Shape: []string{"n", "n"}},
			{Name: "lambda", Shape: []string{"1", "1"}}, {Name: "s", Shape: []string{"1", "1"}}, {Name: "e1", Shape: []string{"1", "1"}},
			{Name: "V", Shape: []string{"n", "N"}},
		},
		Functions: Functions{
			{Name: "sigma", Elementwise: true, Deriv: "dsigma"},
			{Name: "f", Args: []string{"u"}, Grads: []string{"df"}},
			{Name: "Loss", Args: []string{"a", "b"}, Grads: []string{"dLoss", ""}},
			{Name: "phi", Args: []string{"a", "b"}, Grads: []string{"phi_a", "phi_b"}},
		},
		Where: []Definition{{"Y", "sigma(A*X)"}},
	}
	s, err := p.Declare()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// printed are expressions as the printers write them.
var printed = []struct{ grammar, text, ascii, latex string }{
	{"A'*X*B", "Aᵀ·X·B", "A'*X*B", `A^{T} X B`},
	{"2*X'*(X*x-y)", "2Xᵀ·(X·x − y)", "2*X'*(X*x - y)", `2X^{T} (X x - y)`},
	{"-2*X", "−2X", "-2*X", `-2X`},
	{"2*data*X", "2·data·X", "2*data*X", `2\mathrm{data}\,X`},
	{"lambda*X/(2*s)", "λ·X/(2s)", "lambda*X/(2*s)", `\frac{\lambda X}{2s}`},
	{"0.3*lambda*X", "0.3·λ·X", "0.3*lambda*X", `0.3\lambda X`},
	{"2*s*e1", "2s·e1", "2*s*e1", `2s e_{1}`},
	{"2*e1", "2·e1", "2*e1", `2e_{1}`},
	{"inv(X)", "X⁻¹", "inv(X)", `X^{-1}`},
	{"inv(X)'", "X⁻ᵀ", "inv(X)'", `X^{-T}`},
	{"inv(A*X)'", "(A·X)⁻ᵀ", "inv(A*X)'", `(A X)^{-T}`},
	{"inv(X)^2", "(X⁻¹)²", "inv(X)^2", `(X^{-1})^{2}`},
	{"X^12", "X¹²", "X^12", `X^{12}`},
	{"(X^2)'", "(X²)ᵀ", "(X^2)'", `(X^{2})^{T}`},
	{"W1'*W1", "W1ᵀ·W1", "W1'*W1", `W_{1}^{T} W_{1}`},
	{"s^lambda", "s^λ", "s^lambda", `s^{\lambda}`},
	{"s^(lambda+1)", "s^(λ + 1)", "s^(lambda + 1)", `s^{\lambda + 1}`},
	{"A.*B./X", "A ⊙ B ⊘ X", "A .* B ./ X", `A \odot B \oslash X`},
	{"(A*B).*X", "(A·B) ⊙ X", "(A*B) .* X", `(A B) \odot X`},
	{"(A.*B)*X", "(A ⊙ B)·X", "(A .* B)*X", `(A \odot B) X`},
	{"(A+B).^2", "(A + B)^⊙2", "(A + B).^2", `(A + B)^{\odot 2}`},
	{"1./x", "1 ⊘ x", "1 ./ x", `1 \oslash x`},
	{"det(X)*X", "|X|·X", "det(X)*X", `\lvert X\rvert X`},
	{"det(X)^2", "|X|²", "det(X)^2", `\lvert X\rvert^{2}`},
	{"det(det(A)*X)", "det(|A|·X)", "det(det(A)*X)", `\det(\lvert A\rvert X)`},
	{"logdet(X)*s", "(log|X|)·s", "logdet(X)*s", `(\log \lvert X\rvert) s`},
	{"logdet(X)^2", "(log|X|)²", "logdet(X)^2", `(\log \lvert X\rvert)^{2}`},
	{"log(det(X))", "log|X|", "log(det(X))", `\log \lvert X\rvert`},
	{"abs(s)+sum(abs(x))", "|s| + sum(abs(x))", "abs(s) + sum(abs(x))", `\lvert s\rvert + \operatorname{sum}(\operatorname{abs}(x))`},
	{"norm2(x)^2", "‖x‖²", "norm2(x)^2", `\lVert x\rVert^{2}`},
	{"2*norm2(x)*norm1(y)", "2‖x‖·‖y‖₁", "2*norm2(x)*norm1(y)", `2\lVert x\rVert \lVert y\rVert_{1}`},
	{"norm2(x/norm2(y))", "norm2(x/‖y‖)", "norm2(x/norm2(y))", `\biggl\lVert \frac{x}{\lVert y\rVert}\biggr\rVert`},
	{"adj(X)'", "adj(X)ᵀ", "adj(X)'", `\operatorname{adj}(X)^{T}`},
	{"sqrt(x'*x)", "√(xᵀ·x)", "sqrt(x'*x)", `\sqrt{x^{T} x}`},
	{"2*(x'*y)", "2xᵀ·y", "2*(x'*y)", `2x^{T} y`},
	{"2*(x'*y)*A", "2(xᵀ·y)·A", "2*(x'*y)*A", `2(x^{T} y) A`},
	{"s*(x'*y)", "s·(xᵀ·y)", "s*(x'*y)", `s (x^{T} y)`},
	{"s*kron(A,A+X)", "s·(A ⊗ (A + X))", "s*kron(A, A + X)", `s (A \otimes (A + X))`},
	{"kron(kron(A,B),A*X)", "A ⊗ B ⊗ (A·X)", "kron(kron(A, B), A*X)", `A \otimes B \otimes (A X)`},
	{"kron(A,B)+2*kron(A,X)", "A ⊗ B + 2(A ⊗ X)", "kron(A, B) + 2*kron(A, X)", `A \otimes B + 2(A \otimes X)`},
	{"vec(X)", "vec(X)", "vec(X)", `\operatorname{vec}(X)`},
	{"eye(n)+S", "Iₙ + S", "eye(n) + S", `I_{n} + S`},
	{"V*ones(N)", "V·1_N", "V*ones(N)", `V \mathbf{1}_{N}`},
	{"x*ones(1,N)", "x·1_Nᵀ", "x*ones(1, N)", `x \mathbf{1}_{N}^{T}`},
	{"ones(n)*y'", "1ₙ·yᵀ", "ones(n)*y'", `\mathbf{1}_{n} y^{T}`},
	{"zeros(n,2)", "0ₙₓ₂", "zeros(n, 2)", `0_{n \times 2}`},
	{"ones(n,N)", "1_(n×N)", "ones(n, N)", `\mathbf{1}_{n \times N}`},
	{"sigma(A*X)", "σ(A·X)", "sigma(A*X)", `\sigma(A X)`},
	{"dsigma(A*X)'", "σ′(A·X)ᵀ", "dsigma(A*X)'", `\sigma'(A X)^{T}`},
	{"A'*df(Y)*B", "Aᵀ·(∂f/∂Y)·B", "A'*df(Y)*B", `A^{T} \frac{\partial f}{\partial Y} B`},
	{"df(Y)'", "(∂f/∂Y)ᵀ", "df(Y)'", `\frac{\partial f^{T}}{\partial Y}`},
	{"df(Y)+A", "∂f/∂Y + A", "df(Y) + A", `\frac{\partial f}{\partial Y} + A`},
	{"df(A*X)'", "f′(A·X)ᵀ", "df(A*X)'", `f'(A X)^{T}`},
	{"dLoss(x,y)", "Loss′(x, y)", "dLoss(x, y)", `\mathrm{Loss}'(x, y)`},
	{"phi_b(x,y)", "∇b φ(x, y)", "phi_b(x, y)", `\nabla_{b} \varphi(x, y)`},
	{"mu_x'*dX*x", "μ_xᵀ dX x", "mu_x'*dX*x", `\mu_{x}^{T}\,dX\,x`},
	{"tr(A*dX)", "tr(A dX)", "tr(A*dX)", `\operatorname{tr}(A\,dX)`},
	{"tr(2*A*dX'*B*(dY)')", "2·tr(A (dX)ᵀ B (dY)ᵀ)", "2*tr(A*dX'*B*dY')", `2\operatorname{tr}(A\,(dX)^{T}\,B\,(dY)^{T})`},
	{"2*ds*tr(A)*s", "2·tr(A)·s ds", "2*ds*tr(A)*s", `2\operatorname{tr}(A)\,s\,ds`},
	{"X.*dX", "X ⊙ dX", "X .* dX", `X \odot dX`},
}

func TestText(t *testing.T) {
	s := printing(t)
	for _, c := range printed {
		e, err := s.ParseDifferential(c.grammar)
		if err != nil {
			t.Errorf("%s: %v", c.grammar, err)
			continue
		}
		if got := e.Text(PrintOptions{}); got != c.text {
			t.Errorf("%s is printed as %s, want %s", c.grammar, got, c.text)
		}
		if got := e.Text(PrintOptions{ASCII: true}); got != c.ascii {
			t.Errorf("%s is printed as %s, want %s", c.grammar, got, c.ascii)
		}
		if got := e.LaTeX(); got != c.latex {
			t.Errorf("%s is printed as %s, want %s", c.grammar, got, c.latex)
		}
	}
}

// Lines are broken outside of brackets rather than inside, at + rather than at ·.
func TestTextBreaks(t *testing.T) {
	s := printing(t)
	e, err := s.Parse("tr(A*(X+B)*sin(X*B+A))+tr(A.*X.*(A+B+X))*s*tr(data*B*A*X)")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		width int
		want  string
	}{
		{80, "tr(A·(X + B)·sin(X·B + A)) + tr(A ⊙ X ⊙ (A + B + X))·s·tr(data·B·A·X)"},
		{60, "tr(A·(X + B)·sin(X·B + A))\n  + tr(A ⊙ X ⊙ (A + B + X))·s·tr(data·B·A·X)"},
		{30, "tr(A·(X + B)·sin(X·B + A))\n  + tr(A ⊙ X ⊙ (A + B + X))·s\n  ·tr(data·B·A·X)"},
	} {
		if got := e.Text(PrintOptions{Width: c.width}); got != c.want {
			t.Errorf("in %d columns:\n%s\nwant\n%s", c.width, got, c.want)
		}
	}
}

// What is too long to be written is said to be so.
func TestTextTooLong(t *testing.T) {
	s := printing(t)
	e := s.Lookup("X")
	for range 30 {
		e = s.Fn("sin", s.Mul(e, s.Fn("cos", e)))
	}
	if got := e.Text(PrintOptions{}); got != tooLong {
		t.Errorf("it is written as %.100s", got)
	}
	if got := e.LaTeX(); got != `\text{`+tooLong+"}" {
		t.Errorf("it is written as %.100s", got)
	}
}

// allExpressions calls f with every expression in the derivations of the cases.
func allExpressions(t *testing.T, f func(id string, s *Scope, e *Expr)) {
	t.Helper()
	for _, c := range readCases(t) {
		d, err := Derive(&c.Problem, Options{Verbose: true})
		if err != nil {
			continue // another test's
		}
		for _, e := range []*Expr{d.Objective, d.Gradient} {
			f(c.ID, d.Scope, e)
		}
		for _, step := range d.Steps {
			if !hasUnnamedDifferential(d.Scope, step.DF) {
				f(c.ID, d.Scope, step.DF)
			}
		}
	}
}

// hasUnnamedDifferential reports whether there is a d(A*X) in e, which the
// grammar has not, or a dX where that is the name of something else.
func hasUnnamedDifferential(s *Scope, e *Expr) bool {
	if e.op == OpDiff {
		return e.args[0].op != OpVar || !s.hasDifferential(e.args[0])
	}
	return slices.ContainsFunc(e.args, func(a *Expr) bool { return hasUnnamedDifferential(s, a) })
}

// What is printed in ASCII is the grammar, and read again it is the same, at
// every width; and so is what is printed in Unicode when its signs are replaced
// by those of the grammar: no brackets are lost.
func TestTextReadAgain(t *testing.T) {
	allExpressions(t, func(id string, s *Scope, e *Expr) {
		for _, width := range []int{0, 60, 20, 1} {
			text := strings.ReplaceAll(e.Text(PrintOptions{ASCII: true, Width: width}), "\n", " ")
			if again, err := s.ParseDifferential(text); again != e {
				t.Errorf("%s: %s read again is %v, %v", id, text, again, err)
			}
		}
		text := e.Text(PrintOptions{Width: 1 << 20})
		first, err := s.ParseDifferential(grammarOf(s, text, "logdet"))
		if second, _ := s.ParseDifferential(grammarOf(s, text, "log")); first != e && second != e {
			t.Errorf("%s: %s\n is %s\n read as %s\n which is %v, %v", id, e, text, grammarOf(s, text, "logdet"), first, err)
		}
	})
}

// grammarOf returns a text in mathematical notation in the grammar; logdet is
// the function that log|X| is taken for.
func grammarOf(s *Scope, text, logdet string) string {
	r := &reader{s: s, in: []rune(text), logdet: logdet}
	for r.at < len(r.in) {
		r.next()
	}
	return r.out
}

type reader struct {
	s      *Scope
	in     []rune
	at     int
	out    string
	open   []int // where in out bars are open
	logdet string
}

// take returns the characters that are next in a set.
func (r *reader) take(set func(c rune) bool) string {
	start := r.at
	for r.at < len(r.in) && set(r.in[r.at]) {
		r.at++
	}
	return string(r.in[start:r.at])
}

func (r *reader) skip(text string) bool {
	if !strings.HasPrefix(string(r.in[r.at:]), text) {
		return false
	}
	r.at += utf8.RuneCountInString(text)
	return true
}

// name reads a name.
func (r *reader) name() string {
	name := r.take(func(c rune) bool {
		return unicode.IsLetter(c) && !strings.ContainsRune("ᵀₙₘₚₖₗₓ", c) || isDigit(c) || c == '_'
	})
	if strings.HasPrefix(name, "d") && r.s.Lookup(name) == nil {
		return "d" + ungreek(name[1:])
	}
	return ungreek(name)
}

func ungreek(name string) string {
	for word, letter := range greek {
		if rest, ok := strings.CutPrefix(name, letter); ok {
			return word + rest
		}
	}
	return name
}

var lower = strings.NewReplacer("₀", "0", "₁", "1", "₂", "2", "ₙ", "n", "ₘ", "m", "ₚ", "p", "ₓ", ",", "×", ",", "(", "", "_", "", ")", "")

func (r *reader) next() {
	for _, sign := range []struct{ text, grammar string }{
		{" + ", "+"}, {" − ", "-"}, {" ⊙ ", ".*"}, {" ⊘ ", "./"}, {"− ", "-"}, {"−", "-"}, {"·", "*"}, {", ", ","}, {" ", "*"},
		{"^⊙", ".^"}, {"√", "sqrt"}, {"ᵀ", "'"}, {"⁻ᵀ", "^-1'"}, {"⁻¹", "^-1"}, {"log|", r.logdet + "|"},
	} {
		if r.skip(sign.text) {
			if r.out += sign.grammar; sign.text == "log|" {
				r.out = r.out[:len(r.out)-1]
				r.at--
			}
			return
		}
	}
	c := r.in[r.at]
	switch {
	case strings.ContainsRune("I10", c) && r.at+1 < len(r.in) && strings.ContainsRune("_₀₁₂ₙₘₚ", r.in[r.at+1]):
		r.at++
		sizes := r.take(func(c rune) bool { return strings.ContainsRune("₀₁₂ₙₘₚₓ", c) })
		if r.skip("_(") {
			sizes = r.take(func(c rune) bool { return c != ')' })
			r.at++
		} else if r.skip("_") {
			sizes = r.name()
		}
		r.out += map[rune]string{'I': "eye", '1': "ones", '0': "zeros"}[c] + "(" + lower.Replace(sizes) + ")"
	case isDigit(c):
		r.out += r.take(func(c rune) bool { return isDigit(c) || c == '.' })
		if r.at < len(r.in) && (unicode.IsLetter(r.in[r.at]) && r.in[r.at] != 'ᵀ' || strings.ContainsRune("(|‖", r.in[r.at])) && !(r.in[r.at] == '|' && len(r.open) > 0) {
			r.out += "*"
		}
	case strings.ContainsRune("⁰¹²³⁴⁵⁶⁷⁸⁹", c):
		n := r.take(func(c rune) bool { return strings.ContainsRune("⁰¹²³⁴⁵⁶⁷⁸⁹", c) })
		for i, d := range []string{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"} {
			n = strings.ReplaceAll(n, d, string(rune('0'+i)))
		}
		r.out += "^" + n
	case c == '|' || c == '‖':
		r.at++
		r.bar(c)
	case c == '∂':
		r.at++
		f := r.name()
		r.skip("/∂")
		r.out += r.derivative(f) + "(" + r.name() + ")"
	case unicode.IsLetter(c):
		name := r.name()
		if r.skip("′") {
			name = r.derivative(name)
		}
		r.out += name
	default:
		r.out += string(c)
		r.at++
	}
}

func (r *reader) derivative(name string) string {
	for _, f := range r.s.Functions {
		if f.Name == name && f.Elementwise {
			return f.Deriv
		} else if f.Name == name {
			return strings.Join(f.Grads, "")
		}
	}
	return "?"
}

// bar opens or closes a pair of bars.
func (r *reader) bar(c rune) {
	name := map[rune]string{'|': "det(", '‖': "norm2("}[c]
	if n := len(r.open); n > 0 {
		if c == '‖' && r.skip("₁") {
			r.out = r.out[:r.open[n-1]] + "norm1" + r.out[r.open[n-1]+5:]
		}
		r.out += ")"
		if strings.HasSuffix(r.out[:r.open[n-1]], "log") {
			r.out += ")"
		}
		r.open = r.open[:n-1]
		return
	}
	switch {
	case strings.HasSuffix(r.out, "logdet"):
		name = "("
	case strings.HasSuffix(r.out, "log"):
		name = "(det("
	}
	r.open = append(r.open, len(r.out))
	r.out += name
}
