package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gradlab/matcalc"
)

// example is an example of the article, or a classic.
type example struct {
	title   string // with its equations
	erratum string // what the article has wrong in it
	matcalc.Problem
}

// article is the examples of the article, in its order.
var article = []example{
	{
		title:   "Equations (5)–(9): two layers, the output",
		erratum: "(6) and (8) lack transposes, (8) and (9) the element-wise product: with more than one output they don't fit. Right is ∂L/∂z2 = ∂L/∂a2 ⊙ g2′(z2).",
		Problem: matcalc.Problem{
			Vars: vars("z2:n2,1 y:n2,1"), Where: where("a2 = g2(z2)"), Functions: lossAnd("g2"),
			Expr: "Loss(a2,y)", Wrt: "z2",
		},
	},
	{
		title:   "Equations (10) and (11): the weights of the second layer",
		erratum: "∂L/∂z2 is a column: in all lines of (10) it needs a transpose, as (16) has it.",
		Problem: twoLayers("W2"),
	},
	{title: "Equation (13): the biases of the second layer", Problem: twoLayers("b2")},
	{
		title: "Equation (12): back to the first layer",
		Problem: matcalc.Problem{
			Vars: vars("W2:n2,n1 b2:n2,1 a1:n1,1 y:n2,1"), Where: where("z2 = W2*a1+b2; a2 = g2(z2)"), Functions: lossAnd("g2"),
			Expr: "Loss(a2,y)", Wrt: "a1",
		},
	},
	{
		title:   "Equations (14)–(17): the weights of the first layer",
		erratum: "the third line of (14) lacks brackets: the element-wise product g1′(z1) ⊙ dz1 comes before the product with (∂L/∂a1)ᵀ.",
		Problem: twoLayers("W1"),
	},
	{title: "Equation (18): the biases of the first layer", Problem: twoLayers("b1")},
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
	{title: "Equations (29)–(31): composition, with Y as a name", Problem: matcalc.Problem{
		Vars: vars("A:p,m X:m,n B:n,q"), Where: where("Y = A*X*B"), Functions: scalar("f(Y):df"), Expr: "f(Y)", Wrt: "X"}},
	{title: "Equations (29)–(31): composition, in one expression", Problem: matcalc.Problem{
		Vars: vars("A:p,m X:m,n B:n,q"), Functions: scalar("f(Y):df"), Expr: "f(A*X*B)", Wrt: "X"}},
	{title: "Equations (32) and (33): warm up 1", Problem: matcalc.Problem{
		Vars: vars("a:m,1 X:m,n b:n,1"), Expr: "a'*X*b", Wrt: "X"}},
	{
		title:   "Equations (34) and (35): warm up 2",
		erratum: "exp(Xb) ⊙ (dXb) in (34) means the differential of X, times b.",
		Problem: matcalc.Problem{Vars: vars("a:m,1 X:m,n b:n,1"), Expr: "a'*exp(X*b)", Wrt: "X"},
	},
	{
		title:   "Equations (36) and (37): warm up 3, the inner step",
		erratum: "the two terms of (36) are one only because M is symmetric, as the article says; in general the gradient is (M + Mᵀ)Y.",
		Problem: matcalc.Problem{Vars: vars("Y:l,n M:l,l:symmetric"), Expr: "tr(Y'*M*Y)", Wrt: "Y"},
	},
	{
		title:   "Equations (36)–(39): warm up 3",
		erratum: "the step from (38) to (39) is that of (31), with A = W and B = I, which the article does not say.",
		Problem: matcalc.Problem{
			Vars: vars("W:l,m X:m,n M:l,l:symmetric"), Where: where("Y = sigma(W*X)"), Functions: elementwise("sigma"),
			Expr: "tr(Y'*M*Y)", Wrt: "X",
		},
	},
	{title: "Equation (39) with the logistic function, in one expression", Problem: matcalc.Problem{
		Vars: vars("W:l,m X:m,n M:l,l:symmetric"), Expr: "tr(sigmoid(W*X)'*M*sigmoid(W*X))", Wrt: "X"}},
	{title: "Equations (40)–(42): linear regression, written as a product", Problem: matcalc.Problem{
		Vars: vars("X:m,n w:n,1 y:m,1"), Expr: "(X*w-y)'*(X*w-y)", Wrt: "w"}},
	{
		title:   "Equations (40)–(44): linear regression",
		erratum: "(43) is XᵀXw = Xᵀy: the product XXᵀ is m×m and w has n rows. (44) is right, where X has full column rank.",
		Problem: matcalc.Problem{Vars: vars("X:m,n w:n,1 y:m,1"), Expr: "norm2(X*w-y)^2", Wrt: "w"},
	},
}

// twoLayers is the network of section 1.2, equations (1) to (5).
func twoLayers(wrt string) matcalc.Problem {
	return matcalc.Problem{
		Vars:      vars("W1:n1,n0 b1:n1,1 W2:n2,n1 b2:n2,1 x:n0,1 y:n2,1"),
		Where:     where("z1 = W1*x+b1; a1 = g1(z1); z2 = W2*a1+b2; a2 = g2(z2)"),
		Functions: lossAnd("g1", "g2"), Expr: "Loss(a2,y)", Wrt: wrt,
	}
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

// lossAnd returns an abstract loss and activations.
func lossAnd(activations ...string) matcalc.Functions {
	loss := matcalc.Function{Name: "Loss", Args: []string{"a", "y"}, Grads: []string{"dLoss", ""}}
	return append(matcalc.Functions{loss}, elementwise(activations...)...)
}

// examples derives the examples of the article.
func (f *flags) examples(w io.Writer) error { return f.pages(w, article) }

// pages derives examples.
func (f *flags) pages(w io.Writer, examples []example) error {
	var pages []string
	for i, e := range examples {
		d, err := matcalc.Derive(&e.Problem, matcalc.Options{Verbose: f.Verbose, Seed: f.Seed})
		if err != nil {
			return fmt.Errorf("%s: %w", e.title, err)
		}
		if f.Format == "json" {
			if err := f.print(w, d); err != nil {
				return err
			}
			continue
		}
		page := f.heading(e) + f.written(d)
		if f.Format == "latex" {
			pages = append(pages, page)
			continue
		}
		if i > 0 {
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

// heading returns the title of an example, and what is wrong in the article.
func (f *flags) heading(e example) string {
	erratum := ""
	if e.erratum != "" {
		erratum = "Erratum: " + e.erratum
	}
	switch f.Format {
	case "latex":
		return "\\subsection*{" + matcalc.LaTeXText(e.title) + "}\n" + paragraph(matcalc.LaTeXText(erratum))
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
