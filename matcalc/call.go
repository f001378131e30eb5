package matcalc

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// builtin is a function of the grammar that is not element-wise.
type builtin struct {
	least, most int  // arguments
	square      bool // whether the argument must be square
	of          func(p *Pool, args []*Expr) *Expr
}

func unary(f func(*Pool, *Expr) *Expr) func(*Pool, []*Expr) *Expr {
	return func(p *Pool, args []*Expr) *Expr { return f(p, args[0]) }
}

// builtins are the functions of the grammar that are not element-wise. Those
// whose arguments are dimensions have no of.
var builtins = map[string]builtin{
	"inv":    {1, 1, true, unary((*Pool).Inv)},
	"tr":     {1, 1, true, unary((*Pool).Tr)},
	"det":    {1, 1, true, unary((*Pool).Det)},
	"logdet": {1, 1, true, unary((*Pool).Logdet)},
	"adj":    {1, 1, true, unary((*Pool).Adj)},
	"sum":    {1, 1, false, unary((*Pool).Sum)},
	"norm1":  {1, 1, false, unary((*Pool).Norm1)},
	"norm2":  {1, 1, false, unary((*Pool).Norm2)},
	"diag":   {1, 1, false, unary((*Pool).Diag)},
	"vec":    {1, 1, false, unary((*Pool).Vec)},
	"kron":   {2, 2, false, func(p *Pool, a []*Expr) *Expr { return p.Kron(a[0], a[1]) }},
	"eye":    {least: 1, most: 1},
	"ones":   {least: 1, most: 2},
	"zeros":  {least: 2, most: 2},
}

// functionNames returns the names of all functions of the grammar.
func functionNames() []string {
	return slices.Sorted(maps.Keys(joined(elementwise, builtins)))
}

// joined returns a set of the keys of two maps.
func joined[A, B any](a map[string]A, b map[string]B) map[string]bool {
	set := map[string]bool{}
	for name := range a {
		set[name] = true
	}
	for name := range b {
		set[name] = true
	}
	return set
}

// role is what a name of an abstract function is of it.
type role struct {
	fn    *Function
	deriv bool
	grad  int // which argument's gradient, -1 if none
}

func isBuiltin(name string) bool {
	_, fn := elementwise[name]
	_, other := builtins[name]
	return fn || other
}

// isFunction reports whether name may be called.
func (s *Scope) isFunction(name string) bool {
	_, ok := s.roles[name]
	return ok || isBuiltin(name)
}

// call returns the value of a call.
func (el elaborator) call(t *Tree) *Expr {
	name := t.Text
	r, abstract := el.roles[name]
	b, known := builtins[name]
	_, isElementwise := elementwise[name]
	switch {
	case abstract:
		return el.abstract(t, r)
	case isElementwise:
		el.mustHaveArgs(t, 1, 1)
		return el.Fn(name, el.expr(t.Args[0]))
	case !known:
		panic(el.unknown(t))
	}
	el.mustHaveArgs(t, b.least, b.most)
	if b.of == nil {
		return el.constant(t)
	}
	args := make([]*Expr, len(t.Args))
	for i, a := range t.Args {
		args[i] = el.expr(a)
	}
	if x := args[0].shape; b.square && !x.IsSquare() || name == "diag" && !x.IsSquare() && !x.IsColumn() && !x.IsRow() {
		panic(el.notSquare(t, x))
	}
	if name == "inv" && args[0].IsInt(0) {
		panic(errorAt(t.Position, BadDivision, "division by zero: inv of 0"))
	}
	return b.of(el.Pool, args)
}

// abstract returns a call of an abstract function.
func (el elaborator) abstract(t *Tree, r role) *Expr {
	if r.fn.Elementwise {
		el.mustHaveArgs(t, 1, 1)
		u := el.expr(t.Args[0])
		if r.deriv {
			return el.SigmaPrime(r.fn, u)
		}
		return el.Sigma(r.fn, u)
	}
	el.mustHaveArgs(t, len(r.fn.Args), len(r.fn.Args))
	args := make([]*Expr, len(t.Args))
	for i, a := range t.Args {
		args[i] = el.expr(a)
	}
	if r.grad >= 0 {
		return el.GradApp(r.fn, r.grad, args...)
	}
	return el.App(r.fn, args...)
}

func (el elaborator) mustHaveArgs(t *Tree, least, most int) {
	n := len(t.Args)
	if least <= n && n <= most {
		return
	}
	want := counted(least)
	if least != most {
		want = fmt.Sprintf("%d or %s", least, counted(most))
	}
	got := strings.TrimSuffix(counted(n), " arguments")
	if n == 0 {
		got = "none"
	}
	panic(errorAt(t.Position, Arity, "%s takes %s, got %s", t.Text, want, got))
}

// counted returns "one argument", "2 arguments", ...
func counted(n int) string {
	switch n {
	case 0:
		return "no arguments"
	case 1:
		return "1 argument"
	}
	return strconv.Itoa(n) + " arguments"
}

func (el elaborator) notSquare(t *Tree, s Shape) *Error {
	x := operand(t.Args[0])
	what := fmt.Sprintf("%s needs a square matrix", t.Text)
	if t.Text == "diag" {
		what = "diag needs a vector or a square matrix"
	}
	hint := ""
	switch t.Text {
	case "det", "logdet", "inv":
		hint = fmt.Sprintf("; %s(%s'*%s) would be possible", t.Text, x, x)
	case "tr":
		hint = "; sum(X) is the sum of all entries"
	}
	return errorAt(t.Position, NotSquare, "%s, and %s is %s%s", what, el.text(t.Args[0]), s, hint)
}

// constant returns eye(n), ones(m,n), ones(m) or zeros(m,n).
func (el elaborator) constant(t *Tree) *Expr {
	s := Shape{el.dimension(t.Args[0]), One}
	if len(t.Args) == 2 {
		s.Cols = el.dimension(t.Args[1])
	}
	switch t.Text {
	case "eye":
		return el.Eye(s.Rows)
	case "ones":
		return el.Ones(s)
	}
	return el.Zeros(s)
}

// dimension returns the dimension that t names: a product of names and whole
// numbers.
func (el elaborator) dimension(t *Tree) Dim {
	switch {
	case t.Kind == TreeNumber:
		if n, err := strconv.Atoi(t.Text); err == nil && 1 <= n && n <= maxDim {
			return DimOf(n)
		}
		panic(errorAt(t.Position, BadShape, "%s is not a number of rows or columns: those are whole and between 1 and %d", brief(t.Text), maxDim))
	case t.Kind == TreeName && el.dims[t.Text]:
		return DimNamed(t.Text)
	case t.Kind == TreeName && el.names[t.Text] == nil:
		dims := "there are none"
		if len(el.dims) > 0 {
			dims = "dimensions are " + strings.Join(slices.Sorted(maps.Keys(el.dims)), ", ")
		}
		panic(errorAt(t.Position, Undeclared, "%s is not a dimension of a declared variable; %s", brief(t.Text), dims))
	case t.Kind == TreeBinary && t.Text == "*":
		return el.dimension(t.Args[0]).Times(el.dimension(t.Args[1]))
	}
	panic(errorAt(t.Position, BadShape, "%s is not a dimension: write a dimension's name or a whole number", el.text(t)))
}

// synonyms are names that other systems have for what the grammar has.
var synonyms = map[string]string{
	"trace": "tr", "ln": "log", "transpose": "'", "t": "'", "inverse": "inv", "pinv": "inv",
	"determinant": "det", "adjugate": "adj", "adjoint": "adj", "norm": "norm2", "fro": "norm2",
	"logistic": "sigmoid", "sgn": "sign", "max": "relu", "heaviside": "step", "identity": "eye", "i": "eye",
	"hadamard": ".*", "dot": "x'*y", "sqr": "^2", "square": "^2", "mean": "sum(X)/n", "expm": "exp", "slogdet": "logdet",
}

// unknown returns the error that the call's name is no function.
func (el elaborator) unknown(t *Tree) *Error {
	if el.names[t.Text] != nil || el.dims[t.Text] {
		return errorAt(t.Position, UnknownFunction, "%s is a variable, not a function; a product is written with *", t.Text)
	}
	near := synonyms[strings.ToLower(t.Text)]
	if near == "" {
		near = nearest(t.Text, slices.Sorted(maps.Keys(joined(joined(elementwise, builtins), el.roles))))
	}
	if near == "" {
		return errorAt(t.Position, UnknownFunction, "unknown function %s; there are %s", brief(t.Text), strings.Join(functionNames(), " "))
	}
	return errorAt(t.Position, UnknownFunction, "unknown function %s; did you mean %s?", brief(t.Text), near)
}
