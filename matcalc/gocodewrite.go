package matcalc

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// goWriter writes the body of a function: statements that compute its roots.
type goWriter struct {
	*goUses
	out    bytes.Buffer
	names  *goNames
	params map[string]string  // the user's name -> the name in Go
	dims   map[string]string  // the same of dimensions
	vars   map[*goNode]string // what is computed already
	// declarations of variables that nothing is written to yet
	pending  map[string]string
	numbered int    // temporary names
	fail     string // the format of a statement that returns an error, "" to panic
}

func (g *goWriter) line(format string, args ...any) {
	fmt.Fprintf(&g.out, format+"\n", args...)
}

// failed writes what is done if an error is returned.
func (g *goWriter) failed(condition, err string) {
	g.line("if %s {", condition)
	g.line(g.fail, err)
	g.line("}")
}

// comment returns what a variable is, as a comment.
func comment(n *goNode) string {
	if n.expr == nil {
		return ""
	}
	return " // " + brief(n.expr.String())
}

// dim returns a dimension as an int.
func (g *goWriter) dim(d Dim) string {
	if d.names == "" {
		return fmt.Sprint(d.n)
	}
	var factors []string
	if d.n != 1 {
		factors = append(factors, fmt.Sprint(d.n))
	}
	for _, name := range d.factors() {
		factors = append(factors, g.dims[name])
	}
	return strings.Join(factors, "*")
}

func (g *goWriter) dimsOf(s Shape) string { return g.dim(s.Rows) + ", " + g.dim(s.Cols) }

// function returns the name of an element-wise function.
func (g *goWriter) function(n *goNode) string {
	if n.fn != nil {
		return g.params[n.name]
	}
	if name := goMath[n.name]; name != "" {
		return name
	}
	return n.name
}

// operand returns n as a mat.Matrix.
func (g *goWriter) operand(n *goNode) string {
	if n.op == goT {
		return g.operand(n.args[0]) + ".T()"
	}
	return g.matrix(n)
}

// matrix returns n as a *mat.Dense, which it computes first if it has to.
func (g *goWriter) matrix(n *goNode) string {
	if name := g.vars[n]; name != "" {
		return name
	}
	switch n.op {
	case goParam:
		return g.params[n.name]
	case goT:
		name := g.temporary(g.nameOf(n))
		g.vars[n] = name
		g.line("%s := mat.DenseCopyOf(%s)", name, g.operand(n))
		return name
	}
	name := g.temporary(g.nameOf(n))
	g.define(n, name, ":=")
	return name
}

// temporary returns a new variable's name. One of t and s gets its number in
// the end, so that they are numbered as they are declared.
func (g *goWriter) temporary(name string) string {
	if name == "t" || name == "s" {
		g.numbered++
		return fmt.Sprintf("%s%s%d", goPlaceholder, name, g.numbered)
	}
	return g.names.pick(name, name+"_")
}

// goPlaceholder begins names that are not final. No name of a user has it.
const goPlaceholder = "\u0288\u0282"

var goPlaceholders = regexp.MustCompile(goPlaceholder + `[ts]\d+`)

// text returns the statements written.
func (g *goWriter) text() string {
	final := map[string]string{}
	return goPlaceholders.ReplaceAllStringFunc(g.out.String(), func(s string) string {
		if final[s] == "" {
			letter := strings.TrimPrefix(s, goPlaceholder)[:1]
			final[s] = g.names.pick(letter, letter)
		}
		return final[s]
	})
}

// nameOf returns a name for n: the user's, or for a product, the names of its
// factors, if that is short.
func (g *goWriter) nameOf(n *goNode) string {
	if n.where != "" {
		return n.where
	}
	if name := g.shortName(n); n.op == goMul && len([]rune(name)) <= 4 {
		return name
	}
	return "t"
}

func (g *goWriter) shortName(n *goNode) string {
	switch n.op {
	case goParam:
		return n.name
	case goMul:
		a, b := g.shortName(n.args[0]), g.shortName(n.args[1])
		if a != "" && b != "" {
			return a + b
		}
	case goT:
		if name := g.shortName(n.args[0]); name != "" {
			return name + "T"
		}
	case goSolve, goInverse:
	default:
		return n.where
	}
	return "too long"
}

// define computes n in a variable of this name: with assign := in a new one,
// with = in one that is declared.
func (g *goWriter) define(n *goNode, name, assign string) {
	switch n.op {
	case goParam, goT:
		g.line("%s %s mat.DenseCopyOf(%s)%s", name, assign, g.operand(n), comment(n))
	case goOnes:
		g.line("%s %s ones(%s)", name, assign, g.dimsOf(n.shape))
	case goZeros:
		g.line("%s %s mat.NewDense(%s, nil)", name, assign, g.dimsOf(n.shape))
	case goDiag:
		f, used := g.entries(goContext{root: n, diagonal: true}, nil)
		entry := f.text(n.args[0])
		g.line("%s %s mat.NewDense(%s, nil)%s", name, assign, g.dimsOf(n.shape), comment(n))
		g.line("for %s := range %s {", used.i, g.dim(n.shape.Rows))
		g.locals(used)
		g.line("%s.Set(%s, %s, %s)", name, used.i, used.i, entry.s)
		g.line("}")
	case goRowSums:
		g.line("%s %s rowSums(%s)%s", name, assign, g.operand(n.args[0]), comment(n))
	case goVec:
		g.line("%s %s vec(%s)%s", name, assign, g.operand(n.args[0]), comment(n))
	case goAdj:
		a := g.operand(n.args[0])
		g.line("%s, err %s adjugate(%s)%s", name, assign, a, comment(n))
		g.failed("err != nil", "err")
	case goGradApp:
		g.line("%s %s %s(%s)%s", name, assign, g.params[n.name], g.arguments(n), comment(n))
		g.failed(fmt.Sprintf("err := checkShapes(argument{%q, %s, %q, %s}); err != nil", "the result of "+n.name, name, n.shape, g.dimsOf(n.shape)), "err")
	default:
		g.pending[name] = fmt.Sprintf("%s %s new(mat.Dense)%s", name, assign, comment(n))
		g.compute(n, name)
	}
	g.vars[n] = name
}

// into declares a variable that the next statement computes: after what it is
// computed from.
func (g *goWriter) into(name string) {
	if declaration := g.pending[name]; declaration != "" {
		g.line("%s", declaration)
		delete(g.pending, name)
	}
}

// arguments returns the arguments of an abstract function.
func (g *goWriter) arguments(n *goNode) string {
	var list []string
	for _, a := range n.args {
		if a.shape.IsScalar() {
			list = append(list, g.scalar(a).s)
		} else {
			list = append(list, g.matrix(a))
		}
	}
	return strings.Join(list, ", ")
}

// compute writes statements that compute n in the matrix dst, which is new or
// has been given up by its only user.
func (g *goWriter) compute(n *goNode, dst string) {
	switch n.op {
	case goMul:
		a, b := g.operand(n.args[0]), g.operand(n.args[1])
		g.into(dst)
		g.line("%s.Mul(%s, %s)", dst, a, b)
	case goMPow:
		a := g.operand(n.args[0])
		g.into(dst)
		g.line("%s.Pow(%s, %d)", dst, a, n.index)
	case goKron:
		a, b := g.operand(n.args[0]), g.operand(n.args[1])
		g.into(dst)
		g.line("%s.Kronecker(%s, %s)", dst, a, b)
	case goSolve, goInverse:
		g.solve(n, dst)
	default:
		g.region(n, dst)
	}
}

// solve computes inv(A)·B or inv(A).
func (g *goWriter) solve(n *goNode, dst string) {
	factor := n.args[0]
	call := ""
	switch {
	case g.isAlone(factor) && n.op == goInverse:
		call = fmt.Sprintf("Inverse(%s)", g.turned(factor.args[0], n.index))
	case g.isAlone(factor):
		b := g.operand(n.args[1])
		call = fmt.Sprintf("Solve(%s, %s)", g.turned(factor.args[0], n.index), b)
	}
	if call != "" {
		g.into(dst)
		g.failed(fmt.Sprintf("err := %s.%s; err != nil", dst, call), g.singular(factor))
		return
	}
	solver := g.factor(factor)
	b := ""
	if n.op == goInverse {
		b = fmt.Sprintf("identity(%s)", g.dim(n.shape.Rows))
	} else {
		b = g.operand(n.args[1])
	}
	call = fmt.Sprintf("%s.SolveTo(%s, %t, %s)", solver, dst, n.index == 1, b)
	if factor.index == 1 {
		call = fmt.Sprintf("%s.SolveTo(%s, %s)", solver, dst, b)
	}
	g.into(dst)
	g.failed(fmt.Sprintf("err := %s; err != nil", call), g.singular(factor))
}

func (g *goWriter) turned(n *goNode, index int) string {
	s := g.operand(n)
	switch {
	case index == 0:
		return s
	case strings.HasSuffix(s, ".T()"):
		return strings.TrimSuffix(s, ".T()")
	}
	return s + ".T()"
}

// singular returns the error of a matrix that has no inverse.
func (g *goWriter) singular(factor *goNode) string {
	return fmt.Sprintf("fmt.Errorf(%q, err)", fmt.Sprintf("inv(%s): %%w", goPercent(brief(factor.expr.String()))))
}

// goPercent returns s for a place in a format.
func goPercent(s string) string { return strings.ReplaceAll(s, "%", "%%") }

// isAlone reports whether an LU factorisation is needed in one place only, so
// that it needs no variable.
func (g *goWriter) isAlone(factor *goNode) bool {
	return factor.index == 0 && g.refs[factor] == 1
}

// factor returns the name of a factorisation.
func (g *goWriter) factor(n *goNode) string {
	if name := g.vars[n]; name != "" {
		return name
	}
	a := g.operand(n.args[0])
	if n.index == 1 {
		name := g.names.pick("chol")
		g.vars[n] = name
		g.line("%s, err := cholesky(%q, %s)", name, brief(n.expr.String()), a)
		g.failed("err != nil", "err")
		return name
	}
	name := g.names.pick("lu")
	g.vars[n] = name
	g.line("%s := new(mat.LU)", name)
	g.line("%s.Factorize(%s)", name, a)
	return name
}

// scalar returns a scalar as a formula, of variables where it is needed again.
func (g *goWriter) scalar(n *goNode) goText {
	f := goFormula{g, g.scalarLeaf}
	return f.text(n)
}

// scalarLeaf returns what stands for a scalar, if it isn't a formula in place.
func (g *goWriter) scalarLeaf(n *goNode) (goText, bool) {
	if name := g.vars[n]; name != "" {
		return goAtom("%s", name), true
	}
	switch n.op {
	case goNum, goDim:
		return goText{}, false
	case goParam:
		return goAtom("%s", g.params[n.name]), true
	}
	if g.refs[n] == 1 && n.where == "" || isNegation(n) || isReciprocal(n) {
		return g.inPlace(n)
	}
	t := g.ownScalar(n)
	if n.op == goLogdet {
		return t, true
	}
	return goAtom("%s", g.variable(n, t)), true
}

// isNegation reports whether n is a number times a scalar that has a name.
func isNegation(n *goNode) bool {
	return n.op == goHad && len(n.args) == 1 && n.args[0].op == goParam
}

// isReciprocal reports whether n is a negative power: as the divisor that it is
// in a product it needs no variable.
func isReciprocal(n *goNode) bool {
	return n.op == goPow && n.args[1].op == goNum && n.args[1].num.Sign() < 0
}

// variable computes a scalar in a variable and returns its name.
func (g *goWriter) variable(n *goNode, t goText) string {
	name := n.where
	if name == "" {
		name = "s"
	}
	name = g.temporary(name)
	g.line("%s := %s%s", name, t.s, comment(n))
	g.vars[n] = name
	return name
}

// inPlace returns a scalar that is needed once: a formula of the scalars in it
// stays one.
func (g *goWriter) inPlace(n *goNode) (goText, bool) {
	switch n.op {
	case goAdd, goHad, goPow, goFn:
		return goText{}, false
	}
	t := g.ownScalar(n)
	if strings.Contains(t.s, "\n") || strings.Contains(t.s, "func(") && len(t.s) > 80 {
		return goAtom("%s", g.variable(n, t)), true
	}
	return t, true
}

// ownScalar returns the scalar n, which has no name yet.
func (g *goWriter) ownScalar(n *goNode) goText {
	switch n.op {
	case goDet:
		f := n.args[0]
		if g.isAlone(f) {
			return goAtom("mat.Det(%s)", g.operand(f.args[0]))
		}
		return goAtom("%s.Det()", g.factor(f))
	case goLogdet:
		return g.logdet(n)
	case goSum:
		return g.sumOf(n)
	case goTr:
		if a := n.args[0]; !g.isInline(a) {
			return goAtom("mat.Trace(%s)", g.operand(a))
		}
		return g.closure(n, Shape{n.args[0].shape.Rows, One}, goContext{root: n, diagonal: true})
	case goNorm2:
		return goAtom("mat.Norm(%s, 2)", g.operand(n.args[0]))
	case goApp, goGradApp:
		return goAtom("%s(%s)", g.params[n.name], g.arguments(n))
	}
	f := goFormula{g, g.scalarLeaf}
	return f.own(n)
}

// logdet returns the logarithm of a determinant that must be positive.
func (g *goWriter) logdet(n *goNode) goText {
	f := n.args[0]
	if f.index == 1 {
		return goAtom("%s.LogDet()", g.factor(f))
	}
	call := ""
	if g.isAlone(f) {
		call = fmt.Sprintf("mat.LogDet(%s)", g.operand(f.args[0]))
	} else {
		call = g.factor(f) + ".LogDet()"
	}
	name, sign := g.names.pick("logDet"), g.names.pick("sgn")
	g.vars[n] = name
	g.line("%s, %s := %s", name, sign, call)
	message := fmt.Sprintf("logdet(%s): the determinant is not positive", brief(f.expr.String()))
	g.failed(fmt.Sprintf("%s < 0 || math.IsInf(%s, -1)", sign, name), fmt.Sprintf("errors.New(%q)", message))
	return goAtom("%s", name)
}

// sumOf returns the sum of the entries of a matrix.
func (g *goWriter) sumOf(n *goNode) goText {
	a := n.args[0]
	if !g.isInline(a) {
		return goAtom("mat.Sum(%s)", g.operand(a))
	}
	if a.op == goHad && isOne(a.num) && len(a.args) == 2 && !g.isInline(a.args[0]) && !g.isInline(a.args[1]) {
		return goAtom("dot(%s, %s)", g.operand(a.args[0]), g.operand(a.args[1]))
	}
	return g.closure(n, a.shape, goContext{root: n})
}

// closure returns a sum over a loop.
func (g *goWriter) closure(n *goNode, s Shape, c goContext) goText {
	f, used := g.entries(c, nil)
	entry := f.text(n.args[0])
	return goAtom("sum(%s, func(%s) float64 {%s})", g.dimsOf(s), used.parameters(""), used.body(entry))
}

// goLoop is the inside of a loop over the entries of a matrix.
type goLoop struct {
	i, j         string // indices
	usesI, usesJ bool
	value        string  // the parameter for the entry of source
	source       *goNode // what the loop goes over, nil if nothing
	usesValue    bool
	lines        []string // variables of the loop
	vars         map[goEntry]string
	taken        map[string]bool
}

// goEntry is an entry that is a variable within a loop.
type goEntry struct {
	n    *goNode
	i, j string
}

func (l *goLoop) parameters(value string) string {
	i, j := l.i, l.j
	if !l.usesI {
		i = "_"
	}
	if !l.usesJ {
		j = "_"
	}
	if value == "" {
		return fmt.Sprintf("%s, %s int", i, j)
	}
	if !l.usesValue {
		value = "_"
	}
	return fmt.Sprintf("%s, %s int, %s float64", i, j, value)
}

// body returns the body of a closure that returns entry.
func (l *goLoop) body(entry goText) string {
	if len(l.lines) == 0 {
		return " return " + entry.s + " "
	}
	return "\n" + strings.Join(l.lines, "\n") + "\nreturn " + entry.s + "\n"
}

func (g *goWriter) locals(l *goLoop) {
	for _, line := range l.lines {
		g.line("%s", line)
	}
}

// entries returns a writer of formulas of the entries in a loop: at i, j or on
// the diagonal at i, i.
func (g *goWriter) entries(c goContext, source *goNode) (*goFormula, *goLoop) {
	l := &goLoop{
		i: g.names.free("i", "row"), j: g.names.free("j", "col"), value: g.names.free("v", "x", "u", "entry"),
		source: source, vars: map[goEntry]string{}, taken: map[string]bool{},
	}
	i, j := l.i, l.j
	if c.diagonal {
		j = l.i
	}
	f := &goFormula{g: g}
	f.leaf = func(n *goNode) (goText, bool) { return g.entry(l, f, n, i, j) }
	return f, l
}

// entry returns the entry i, j of n, or false if its formula is to stand there.
func (g *goWriter) entry(l *goLoop, f *goFormula, n *goNode, i, j string) (goText, bool) {
	if n.shape.IsScalar() {
		return g.scalarInLoop(n)
	}
	switch {
	case n == l.source && i == l.i && j == l.j:
		l.usesValue = true
		return goAtom("%s", l.value), true
	case n.op == goT:
		return g.entryAt(l, n.args[0], j, i), true
	case n.op == goOnes && !g.stored[n]:
		return goAtom("1"), true
	case n.op == goZeros && !g.stored[n]:
		return goAtom("0"), true
	case !g.isInline(n):
		return l.at(g.matrix(n), n.shape, i, j), true
	}
	if t, ok := g.moved(l, n, i, j); ok {
		return t, true
	}
	if !g.isShared(n) {
		return goText{}, false
	}
	key := goEntry{n, i, j}
	if l.vars[key] == "" {
		t := f.own(n)
		name := g.loopName(l)
		l.lines = append(l.lines, fmt.Sprintf("%s := %s", name, t.s))
		l.vars[key] = name
	}
	return goAtom("%s", l.vars[key]), true
}

// entryAt returns the entry i, j of n.
func (g *goWriter) entryAt(l *goLoop, n *goNode, i, j string) goText {
	f := &goFormula{g: g}
	f.leaf = func(n *goNode) (goText, bool) { return g.entry(l, f, n, i, j) }
	return f.text(n)
}

// moved returns the entry i, j of n if that is made of entries at other places.
func (g *goWriter) moved(l *goLoop, n *goNode, i, j string) (goText, bool) {
	switch n.op {
	case goDiagOf:
		return g.entryAt(l, n.args[0], i, i), true
	case goCols:
		return g.entryAt(l, n.args[0], i, "0"), true
	case goRows:
		return g.entryAt(l, n.args[0], j, "0"), true
	case goOuter:
		a, b := g.entryAt(l, n.args[0], i, "0"), g.entryAt(l, n.args[1], j, "0")
		return goText{a.s + " * " + b.s, goProductPrec}, true
	}
	return goText{}, false
}

// loopName returns a name for a variable of a loop.
func (g *goWriter) loopName(l *goLoop) string {
	for _, name := range []string{"a", "b", "c", "d", "e", "p", "q", "r"} {
		if !g.names.used[name] && !l.taken[name] && name != l.value {
			l.taken[name] = true
			return name
		}
	}
	name := g.names.free(fmt.Sprint("a", len(l.taken)))
	l.taken[name] = true
	return name
}

// at returns an entry of a matrix.
func (l *goLoop) at(name string, s Shape, i, j string) goText {
	if s.Rows == One {
		i = "0"
	}
	if s.Cols == One {
		j = "0"
	}
	for _, index := range []string{i, j} {
		l.usesI = l.usesI || index == l.i
		l.usesJ = l.usesJ || index == l.j
	}
	return goAtom("%s.At(%s, %s)", name, i, j)
}

// scalarInLoop returns a scalar in a loop: what is more than a product or a sum
// of variables is computed before it.
func (g *goWriter) scalarInLoop(n *goNode) (goText, bool) {
	switch n.op {
	case goNum, goDim, goParam:
		return g.scalarLeaf(n)
	case goHad, goAdd:
		if g.vars[n] == "" && g.refs[n] == 1 && !slices.ContainsFunc(n.args, isReciprocal) {
			return goText{}, false
		}
	}
	if g.vars[n] == "" {
		if t, ok := g.scalarLeaf(n); ok && goIdentifier.MatchString(t.s) {
			return t, true
		} else if ok {
			return goAtom("%s", g.variable(n, t)), true
		}
		g.variable(n, g.ownScalar(n))
	}
	return goAtom("%s", g.vars[n]), true
}
