package matcalc

import (
	"bytes"
	"fmt"
	"regexp"
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
	numbered int               // temporary names
	fail     string            // the format of a statement that returns an error, "" to panic
	remarks  map[string]string // on variables
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

// comment returns what the variable of this name is, as a comment.
func (g *goWriter) comment(n *goNode, name string) string {
	if n.expr == nil {
		return ""
	}
	text := " // " + short(n.expr)
	if remark := g.remarks[name]; remark != "" {
		text += ", " + remark
	}
	return text
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
		g.line("%s %s mat.DenseCopyOf(%s)%s", name, assign, g.operand(n), g.comment(n, name))
	case goOnes:
		g.line("%s %s ones(%s)", name, assign, g.dimsOf(n.shape))
	case goZeros:
		g.line("%s %s mat.NewDense(%s, nil)", name, assign, g.dimsOf(n.shape))
	case goDiag:
		f, used := g.entries(goContext{root: n, diagonal: true}, nil)
		entry := f.text(n.args[0])
		g.line("%s %s mat.NewDense(%s, nil)%s", name, assign, g.dimsOf(n.shape), g.comment(n, name))
		g.line("for %s := range %s {", used.i, g.dim(n.shape.Rows))
		g.locals(used)
		g.line("%s.Set(%s, %s, %s)", name, used.i, used.i, entry.s)
		g.line("}")
	case goRowSums:
		g.line("%s %s rowSums(%s)%s", name, assign, g.operand(n.args[0]), g.comment(n, name))
	case goVec:
		g.line("%s %s vec(%s)%s", name, assign, g.operand(n.args[0]), g.comment(n, name))
	case goAdj:
		a := g.operand(n.args[0])
		g.line("%s, err %s adjugate(%s)%s", name, assign, a, g.comment(n, name))
		g.failed("err != nil", "err")
	case goGradApp:
		g.line("%s %s %s(%s)%s", name, assign, g.params[n.name], g.arguments(n), g.comment(n, name))
		g.failed(fmt.Sprintf("err := checkShapes(argument{%q, %s, %q, %s}); err != nil", "the result of "+n.name, name, n.shape, g.dimsOf(n.shape)), "err")
	default:
		g.pending[name] = fmt.Sprintf("%s %s new(mat.Dense)%s", name, assign, g.comment(n, name))
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
	return fmt.Sprintf("fmt.Errorf(%q, err)", fmt.Sprintf("inv(%s): %%w", goPercent(short(factor.expr))))
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
		g.line("%s, err := cholesky(%q, %s)", name, short(n.expr), a)
		g.failed("err != nil", "err")
		return name
	}
	name := g.names.pick("lu")
	g.vars[n] = name
	g.line("%s := new(mat.LU)", name)
	g.line("%s.Factorize(%s)", name, a)
	return name
}
