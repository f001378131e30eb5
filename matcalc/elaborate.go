package matcalc

import (
	"fmt"
	"slices"
	"strings"
)

// elaborator makes an expression of a syntax tree, or panics with an *Error
// that says why that can't be done.
type elaborator struct {
	*Scope
	differentials bool // whether dX is read as the differential of X
}

// expr returns the expression that t stands for.
func (el elaborator) expr(t *Tree) *Expr {
	switch t.Kind {
	case TreeNumber:
		r := parseNumber(t.Text)
		if r == nil {
			panic(errorAt(t.Position, TooLarge, "the number %s is too large or too small: float64 ends at 1e308, and at 1e-308", brief(t.Text)))
		}
		return el.Num(r)
	case TreeName:
		return el.name(t)
	case TreeCall:
		return el.call(t)
	case TreeMinus:
		return el.Neg(el.expr(t.Args[0]))
	}
	return el.chain(t)
}

// name returns what a name stands for.
func (el elaborator) name(t *Tree) *Expr {
	if e := el.names[t.Text]; e != nil {
		return e
	}
	if el.dims[t.Text] {
		return el.Dim(DimNamed(t.Text))
	}
	if u := el.names[strings.TrimPrefix(t.Text, "d")]; u != nil && el.differentials {
		return el.Diff(u)
	}
	if el.isFunction(t.Text) {
		panic(errorAt(t.Position, Undeclared, "%s is a function and needs arguments: %s(...)", t.Text, t.Text))
	}
	if slices.Contains(el.later, t.Text) {
		panic(errorAt(t.Position, Undeclared, "%s is defined only after this: definitions use names that are declared or defined before", t.Text))
	}
	names := el.Names()
	hint := ""
	if near := nearest(t.Text, names); t.Text == "T" {
		hint = "; the transpose of A is written A'"
	} else if near != "" {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	if len(names) == 0 {
		panic(errorAt(t.Position, Undeclared, "%s is not declared, and nothing is", brief(t.Text)))
	}
	panic(errorAt(t.Position, Undeclared, "%s is not declared; %s%s", brief(t.Text), declaredAre(names), hint))
}

// chain returns the value of a chain of operators from left to right, such as
// a*b'.*c: deep on the left, so that it is followed by a loop. Operands of one
// kind of operator are gathered and put together at once.
func (el elaborator) chain(t *Tree) *Expr {
	var links []*Tree
	for t.Kind == TreeBinary || t.Kind == TreeTranspose {
		links = append(links, t)
		t = t.Args[0]
	}
	run := run{Pool: el.Pool}
	run.start(el.expr(t))
	for _, link := range slices.Backward(links) {
		if link.Kind == TreeTranspose {
			run.start(el.T(run.value()))
			continue
		}
		el.apply(&run, link, el.expr(link.Args[1]))
	}
	return run.value()
}

// run gathers the operands of one kind of operator.
type run struct {
	*Pool
	combine  func(...*Expr) *Expr
	kind     byte // '+', '*', '.', or 0 for a single operand
	operands []*Expr
	shape    Shape // of the value
}

func (r *run) start(e *Expr) {
	r.kind, r.operands, r.shape = 0, append(r.operands[:0], e), e.shape
}

// value returns the value of the operands so far.
func (r *run) value() *Expr {
	if len(r.operands) > 1 {
		r.start(r.combine(r.operands...))
	}
	return r.operands[0]
}

// add adds an operand to the operands of a kind of operator.
func (r *run) add(kind byte, combine func(...*Expr) *Expr, e *Expr, shape Shape) {
	if r.kind != kind {
		r.value()
	}
	r.kind, r.combine, r.shape = kind, combine, shape
	r.operands = append(r.operands, e)
}

// apply applies the operator of t, whose left operand is what r has and whose
// right operand is y.
func (el elaborator) apply(r *run, t *Tree, y *Expr) {
	x := r.shape
	same := x
	if x.IsScalar() {
		same = y.shape
	}
	switch op := t.Text; op {
	case "+", "-":
		el.mustFit(t, x, y.shape)
		if op == "-" {
			y = el.Neg(y)
		}
		r.add('+', el.Add, y, same)
	case "*":
		el.mustMultiply(t, x, y.shape)
		if !x.IsScalar() && !y.IsScalar() {
			same = Shape{x.Rows, y.shape.Cols}
		}
		r.add('*', el.Mul, y, same)
	case ".*":
		el.mustFit(t, x, y.shape)
		r.add('.', el.Had, y, same)
	case "/":
		r.add('*', el.Mul, el.reciprocal(t, x, y), x)
	case "./":
		el.mustFit(t, x, y.shape)
		el.mustNotBeZero(t, y)
		r.add('.', el.Had, el.EPow(y, el.Int(-1)), same)
	case "^":
		r.start(el.power(t, r.value(), y))
	case ".^":
		el.mustFit(t, x, y.shape)
		el.mustHavePower(t, r.value(), y)
		r.start(el.EPow(r.value(), y))
	}
}

// reciprocal returns 1/y, the right factor of a division.
func (el elaborator) reciprocal(t *Tree, x Shape, y *Expr) *Expr {
	if !y.IsScalar() {
		a, b := operand(t.Args[0]), operand(t.Args[1])
		if y.shape.IsSquare() {
			panic(errorAt(t.Position, BadDivision, "/ divides by scalars only, and %s is %s: write %s*inv(%s) or %s./%s", el.text(t.Args[1]), y.shape, a, el.text(t.Args[1]), a, b))
		}
		panic(errorAt(t.Position, BadDivision, "/ divides by scalars only, and %s is %s: write %s./%s to divide entry by entry; only a square matrix has an inverse, inv", el.text(t.Args[1]), y.shape, a, b))
	}
	el.mustNotBeZero(t, y)
	return el.Pow(y, el.Int(-1))
}

func (el elaborator) mustNotBeZero(t *Tree, y *Expr) {
	if y.IsZero() {
		text := el.text(t.Args[1])
		if text == "0" {
			panic(errorAt(t.Position, BadDivision, "division by zero"))
		}
		panic(errorAt(t.Position, BadDivision, "division by zero: %s is 0", text))
	}
}

// mustHavePower checks that x, or each entry of it, has the power y.
func (el elaborator) mustHavePower(t *Tree, x, y *Expr) {
	if c, _, _ := y.Factors(); x.IsZero() && c.Sign() < 0 {
		panic(errorAt(t.Position, BadDivision, "division by zero: a negative power of 0"))
	}
}

// power returns x^y.
func (el elaborator) power(t *Tree, x, y *Expr) *Expr {
	if x.IsScalar() && y.IsScalar() {
		el.mustHavePower(t, x, y)
		return el.Pow(x, y)
	}
	if !x.shape.IsSquare() {
		panic(errorAt(t.Position, BadPower, "only a square matrix has powers, and %s is %s; .^ is element-wise", el.text(t.Args[0]), x.shape))
	}
	k, ok := y.integer()
	if !ok {
		if y.op == OpNum && y.num.IsInt() {
			panic(errorAt(t.Position, TooLarge, "matrix powers go to %d", MaxPower))
		}
		panic(errorAt(t.Position, BadPower, "matrix powers take whole numbers, not %s; .^ is element-wise", el.text(t.Args[1])))
	}
	if abs(k) > MaxPower {
		panic(errorAt(t.Position, TooLarge, "matrix powers go to %d", MaxPower))
	}
	return el.MPow(x, int(k))
}

// mustFit checks that shapes are the same, or one of them is a scalar's.
func (el elaborator) mustFit(t *Tree, x, y Shape) {
	if x == y || x.IsScalar() || y.IsScalar() {
		return
	}
	hint := ""
	switch {
	case x == y.T():
		hint = fmt.Sprintf("; %s would fit", transposedText(t.Args[1]))
	case t.Text == ".*" && x.Cols == y.Rows:
		hint = "; * is the matrix product"
	case x.Rows == y.Rows && y.IsColumn() || x.Rows == y.Rows && x.IsColumn(),
		x.Cols == y.Cols && (x.IsRow() || y.IsRow()):
		hint = "; rows and columns are not repeated by themselves: multiply by ones, as in b*ones(1,n)"
	}
	if t.Text == ".*" && hint != "" && x.Cols == y.Rows && !strings.Contains(hint, "matrix product") {
		hint += ", and * is the matrix product"
	}
	panic(errorAt(t.Position, BadShape, "%s needs two matrices of one shape: %s is %s, %s is %s (%s)%s",
		t.Text, el.text(t.Args[0]), x, el.text(t.Args[1]), y, differing(x, y), hint))
}

// differing says which dimensions of two shapes differ.
func differing(x, y Shape) string {
	var parts []string
	if x.Rows != y.Rows {
		parts = append(parts, fmt.Sprintf("%s against %s rows", x.Rows, y.Rows))
	}
	if x.Cols != y.Cols {
		parts = append(parts, fmt.Sprintf("%s against %s columns", x.Cols, y.Cols))
	}
	return strings.Join(parts, ", ")
}

// mustMultiply checks that the shapes of a product fit.
func (el elaborator) mustMultiply(t *Tree, x, y Shape) {
	if x.IsScalar() || y.IsScalar() || x.Cols == y.Rows {
		return
	}
	a, b := operand(t.Args[0]), operand(t.Args[1])
	var fits []string
	if x.Rows == y.Rows {
		fits = append(fits, transposedText(t.Args[0]))
	}
	if right := transposedText(t.Args[1]); x.Cols == y.Cols && !slices.Contains(fits, right) {
		fits = append(fits, right)
	}
	if x.Rows == y.Cols {
		fits = append(fits, b+"*"+a)
	}
	hint := ""
	if len(fits) > 0 {
		hint = fmt.Sprintf("; %s would fit", strings.Join(fits, " or "))
	}
	if x == y {
		hint += ", and .* is the element-wise product"
	}
	panic(errorAt(t.Position, BadShape, "* needs as many columns on its left as rows on its right: %s is %s, %s is %s (%s against %s)%s",
		el.text(t.Args[0]), x, el.text(t.Args[1]), y, x.Cols, y.Rows, hint))
}

// text returns what a message calls t.
func (el elaborator) text(t *Tree) string { return brief(t.String()) }

// operand is text, in brackets if it is more than an atom.
func operand(t *Tree) string {
	s := brief(t.String())
	if t.binds() < bindAtom && t.Kind != TreeTranspose {
		return "(" + s + ")"
	}
	return s
}

// transposedText is the operand that t would be with or without a transpose.
func transposedText(t *Tree) string {
	if t.Kind == TreeTranspose {
		return operand(t.Args[0])
	}
	return operand(t) + "'"
}
