package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/gonum/mat"

	"gradlab/matcalc"
)

// example is an example of the article, or a classic.
type example struct {
	title     string   // with its equations
	erratum   string   // what the article has wrong in it, if no number below says so
	numbers   []string // of the article's equations, see [matcalc.PrintOptions]
	objective string   // what the article calls the function, if not f
	matcalc.Problem

	network *matcalc.Network // in the place of a problem
	solved  bool             // whether the gradient is set to 0, which is [normalEquation]
}

// article is the examples of the article, in its order.
var article = []example{
	{
		title:   "Equations (1)–(18): two layers",
		network: &matcalc.Network{Sizes: []int{2, 4, 1}, Hidden: []string{"g"}, Output: "g", Loss: "Loss", Single: true},
	},
	{title: "Equations (22) and (23): the core relationship", Problem: matcalc.Problem{
		Vars: vars("A:m,n X:m,n"), Expr: "tr(A'*X)", Wrt: "X"}},
	{
		title:   "Equations (24)–(28): the same as a sum of entries",
		erratum: "entry (1,2) of (27) repeats entry (2,2); it is f11·dX12 + f21·dX22. The trace (28) is right.",
		Problem: matcalc.Problem{Vars: vars("A:m,n X:m,n"), Expr: "sum(A.*X)", Wrt: "X"},
	},
	{title: "Section 2.2, rule (1): sums", Problem: matcalc.Problem{
		Vars: vars("A:m,n X:m,n B:m,n C:m,n"), Expr: "tr(A'*(X-B))+tr(C'*(B+X))", Wrt: "X"}},
	{title: "Section 2.2, rule (2): products", Problem: matcalc.Problem{
		Vars: vars("A:p,m X:m,n B:n,m C:n,p"), Expr: "tr(A*X*B*X*C)", Wrt: "X"}},
	{title: "Section 2.2, rule (3): transposes", Problem: matcalc.Problem{
		Vars: vars("A:m,n X:m,n"), Expr: "tr(A*X')", Wrt: "X"}},
	{
		title:   "Section 2.2, rule (5): inverses",
		erratum: "the left side of rule (5) is the differential of the inverse, d(X⁻¹).",
		Problem: matcalc.Problem{Vars: vars("a:n,1 X:n,n:invertible b:n,1"), Expr: "a'*inv(X)*b", Wrt: "X"},
	},
	{
		title:   "Section 2.2, rule (6): determinants",
		erratum: "X* is the adjugate, the transposed matrix of cofactors. It is a polynomial in the entries, so that the rule holds for singular X, too.",
		Problem: matcalc.Problem{Vars: vars("X:n,n"), Expr: "det(X)", Wrt: "X"},
	},
	{title: "Section 2.2, rule (7): element-wise products", Problem: matcalc.Problem{
		Vars: vars("A:m,n X:m,n B:m,n"), Expr: "tr(A'*(X.*B))", Wrt: "X"}},
	{title: "Section 2.2, rule (8): element-wise functions", Problem: matcalc.Problem{
		Vars: vars("A:m,n X:m,n"), Functions: elementwise("sigma"), Expr: "tr(A'*sigma(X))", Wrt: "X"}},
	{title: "Equations (29)–(31): composition, with Y as a name", numbers: []string{"", "(30)", "(31)"}, Problem: matcalc.Problem{
		Vars: vars("A:p,m X:m,n B:n,q"), Where: where("Y = A*X*B"), Functions: scalar("f(Y):df"), Expr: "f(Y)", Wrt: "X"}},
	{title: "Equations (29)–(31): composition, in one expression", numbers: []string{"", "(30)", "(31)"}, Problem: matcalc.Problem{
		Vars: vars("A:p,m X:m,n B:n,q"), Functions: scalar("f(Y):df"), Expr: "f(A*X*B)", Wrt: "X"}},
	{title: "Equations (32) and (33): warm up 1", numbers: []string{"", "(32)", "(33)"}, Problem: matcalc.Problem{
		Vars: vars("a:m,1 X:m,n b:n,1"), Expr: "a'*X*b", Wrt: "X"}},
	{
		title:   "Equations (34) and (35): warm up 2",
		numbers: []string{"", "(34)", "(35)"},
		Problem: matcalc.Problem{Vars: vars("a:m,1 X:m,n b:n,1"), Expr: "a'*exp(X*b)", Wrt: "X"},
	},
	{
		title:   "Equations (36) and (37): warm up 3, the inner step",
		numbers: []string{"", "(36)", "(37)"},
		Problem: matcalc.Problem{Vars: vars("Y:l,n M:l,l:symmetric"), Expr: "tr(Y'*M*Y)", Wrt: "Y"},
	},
	{
		title:   "Equations (36)–(39): warm up 3",
		numbers: []string{"", "(36)", "(37)", "(38)", "(39)"},
		Problem: matcalc.Problem{
			Vars: vars("W:l,m X:m,n M:l,l:symmetric"), Where: where("Y = sigma(W*X)"), Functions: elementwise("sigma"),
			Expr: "tr(Y'*M*Y)", Wrt: "X",
		},
	},
	{title: "Equation (39) with the logistic function, in one expression", Problem: matcalc.Problem{
		Vars: vars("W:l,m X:m,n M:l,l:symmetric"), Expr: "tr(sigmoid(W*X)'*M*sigmoid(W*X))", Wrt: "X"}},
	{title: "Equations (40)–(42): linear regression, written as a product", numbers: []string{"(40)", "(41)", "(42)"}, objective: "l", Problem: matcalc.Problem{
		Vars: vars("X:m,n w:n,1 y:m,1"), Expr: "(X*w-y)'*(X*w-y)", Wrt: "w"}},
	{
		title:   "Equations (40)–(44): linear regression",
		numbers: []string{"(40)", "(41)", "(42)"}, objective: "l", solved: true,
		Problem: matcalc.Problem{Vars: vars("X:m,n w:n,1 y:m,1"), Expr: "norm2(X*w-y)^2", Wrt: "w"},
	},
}

// vars returns variables from declarations such as X:m,n:symmetric.
func vars(declarations string) (vs matcalc.Variables) {
	for _, text := range strings.Fields(declarations) {
		parts := strings.Split(text, ":")
		vs = append(vs, matcalc.Variable{Name: parts[0], Shape: strings.Split(parts[1], ","), Props: parts[2:]})
	}
	return vs
}

// where returns definitions from "Y = A*X; Z = Y'".
func where(definitions string) (ds matcalc.Definitions) {
	for _, text := range strings.Split(definitions, "; ") {
		name, expr, _ := strings.Cut(text, " = ")
		ds = append(ds, matcalc.Definition{Name: name, Expr: expr})
	}
	return ds
}

// elementwise returns abstract element-wise functions g with derivatives dg.
func elementwise(names ...string) (fs matcalc.Functions) {
	for _, name := range names {
		fs = append(fs, matcalc.Function{Name: name, Elementwise: true, Deriv: "d" + name})
	}
	return fs
}

// scalar returns a scalar function from a declaration of --function.
func scalar(declaration string) matcalc.Functions {
	f, err := parseFunction(declaration)
	if err != nil {
		panic(err)
	}
	return matcalc.Functions{f}
}

// examples derives the examples of the article.
func (f *flags) examples(w io.Writer) error { return f.pages(w, article) }

// pages derives examples.
func (f *flags) pages(w io.Writer, examples []example) error {
	var pages []string
	for i, e := range examples {
		page, err := f.page(e)
		if err != nil {
			return fmt.Errorf("%s: %w", e.title, err)
		}
		switch {
		case f.Format == "latex":
			pages = append(pages, page)
			continue
		case f.Format != "json" && i > 0:
			page = "\n" + page
		}
		if _, err := io.WriteString(w, page); err != nil {
			return err
		}
	}
	if pages == nil {
		return nil
	}
	_, err := io.WriteString(w, matcalc.LaTeXDocument(pages...))
	return err
}

// page returns an example as it is printed.
func (f *flags) page(e example) (string, error) {
	var b strings.Builder
	if f.Format != "json" {
		b.WriteString(f.heading(e))
	}
	if e.network != nil {
		nd, err := e.network.Derive(f.options())
		if err != nil {
			return "", err
		}
		err = f.writeNetwork(&b, nd)
		return b.String(), err
	}
	d, err := matcalc.Derive(&e.Problem, f.options())
	if err != nil {
		return "", err
	}
	o := f.printOptions()
	o.Numbers, o.Objective = e.numbers, e.objective
	if err := f.write(&b, d, o); err != nil {
		return "", err
	}
	if e.solved && f.Format != "json" {
		err = f.normalEquation(&b, d)
	}
	return b.String(), err
}

// heading returns the title of an example, and what is wrong in the article.
func (f *flags) heading(e example) string {
	erratum := ""
	if e.erratum != "" {
		erratum = "Erratum: " + e.erratum
	}
	switch f.Format {
	case "latex":
		return "\\section*{" + matcalc.LaTeXText(e.title) + "}\n" + paragraph(matcalc.LaTeXText(erratum))
	case "markdown":
		return "## " + e.title + "\n\n" + paragraph(matcalc.MarkdownText(erratum))
	}
	title := e.title
	if f.ASCII {
		title, erratum = toASCII.Replace(title), toASCII.Replace(erratum)
	}
	return title + "\n" + strings.Repeat("=", utf8.RuneCountInString(title)) + "\n\n" + paragraph(erratum)
}

var toASCII = strings.NewReplacer("–", "-", "∂", "d", "⊙", ".*", "·", "*", "′", "'", "ᵀ", "'", "⁻¹", "^-1", "×", "x")

// paragraph returns a text in lines of at most 80 characters where it has
// blanks, and an empty one.
func paragraph(text string) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case column == 0:
		case column+1+n > 80:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	if column > 0 {
		b.WriteString("\n\n")
	}
	return b.String()
}

// normalEquation writes equations (43) and (44), if the gradient (42), of d, is 0
// there.
func (f *flags) normalEquation(w io.Writer, d *matcalc.Derivation) error {
	point, err := d.Scope.RandomPoint(rand.New(rand.NewPCG(1, 44)), map[string]int{"m": 7, "n": 3}, nil, d.Objective)
	if err != nil {
		return err
	}
	sides := make([]*matcalc.Expr, 3)
	for i, text := range []string{"X'*X*w", "X'*y", "inv(X'*X)*X'*y"} {
		if sides[i], err = d.Scope.Parse(text); err != nil {
			return err
		}
	}
	solution := sides[2]
	if point.Values["w"], err = d.Scope.At(point).Value(solution); err != nil {
		return err
	}
	gradient, err := d.Scope.At(point).Value(d.Gradient)
	if err != nil {
		return err
	}
	if mat.Norm(gradient, 2) > 1e-12 {
		return errors.New("the gradient (42) is not 0 at (44)")
	}
	formula := "\n%s\n\n"
	written, hat, side := func(e *matcalc.Expr) string { return e.Text(f.printOptions()) }, "ŵ", "%-74s  %s"
	switch {
	case f.Format == "latex":
		written, hat, formula, side = (*matcalc.Expr).LaTeX, `\hat{w}`, "\\[\n%s\n\\]\n", `%s \tag*{%s}`
	case f.Format == "markdown":
		written, hat, formula, side = (*matcalc.Expr).LaTeX, `\hat{w}`, "\n$$\n%s\n$$\n\n", `%s \qquad \text{%s}`
	case f.ASCII:
		hat = "w_hat"
	}
	equation := func(left, right, number string) string {
		return fmt.Sprintf(formula, fmt.Sprintf(side, left+" = "+right, number))
	}
	_, err = fmt.Fprint(w, "\nThe gradient is 0 where\n", equation(written(sides[0]), written(sides[1]), "(43)"),
		"Erratum to (43): the product of X and its transpose is in the wrong order in the\narticle.\n",
		"\nIf X has full column rank, that is at\n", equation(hat, written(solution), "(44)"),
		"There the gradient was evaluated with random X and y: its norm is below 1e-12.\n")
	return err
}
