package matcalc

import (
	"slices"
	"strings"
)

// markKind is what a mark is.
type markKind uint8

const (
	markNumber   markKind = iota // text
	markName                     // text, a variable or dimension
	markDiff                     // dX, text being X
	markApply                    // text(args...); primes in sub
	markFence                    // args[0] in brackets or bars: text is ( | or ‖
	markRaise                    // args[0] to the power of text (T, -1, -T), or of args[1]; element-wise with text ⊙
	markProduct                  // args side by side
	markChain                    // args with ops between them: + − ⊙ ⊘ ⊗
	markMinus                    // −args[0]
	markFraction                 // args[0] over args[1]
	markIndexed                  // text with args as its subscript: I, 1 and 0 with their sizes
	markPartial                  // ∂text/∂args[0]
	markSecond                   // ∂²text/∂args[0]∂args[0]ᵀ; of a scalar, ∂²text/∂args[0]²
	markNabla                    // the gradient of text by its argument sub, at args
)

// mark is a part of an expression in the notation of mathematics, as the
// printers for people write it. Brackets are marks of their own.
type mark struct {
	kind markKind
	text string
	sub  string
	args []*mark
	ops  []string
	bars bool // whether there are bars in it
	nest int  // how many brackets stand in one another
	tall int  // how many fractions stand in one another

	scalar bool // a name or number that is a scalar
}

func newMark(kind markKind, text string, args ...*mark) *mark {
	m := &mark{kind: kind, text: text, args: args}
	for _, a := range args {
		m.bars = m.bars || a.bars
		m.nest = max(m.nest, a.nest)
		m.tall = max(m.tall, a.tall)
	}
	switch kind {
	case markFence:
		m.bars = m.bars || text != "("
		m.nest++
	case markApply, markNabla:
		if !m.isLogdet() {
			m.nest++
		}
	case markFraction, markPartial, markSecond:
		m.tall++
	}
	return m
}

// notate returns the marks of an expression.
func notate(e *Expr) *mark { return notator{}.mark(writable(e)) }

// tooLong is what is written in the place of an expression that is longer than
// [MaxNodesWritten].
const tooLong = "(too long to be written out)"

// writable returns the tree of e, or that of tooLong.
func writable(e *Expr) (t *Tree) {
	var err error
	defer func() {
		if err != nil {
			t = &Tree{Kind: TreeName, Text: tooLong}
		}
	}()
	defer Catch(&err)
	return e.Tree()
}

// notator makes marks of trees.
type notator struct{}

func (n notator) mark(t *Tree) *mark {
	switch t.Kind {
	case TreeNumber:
		return newMark(markNumber, t.Text)
	case TreeName:
		if t.Expr != nil && t.Expr.op == OpDiff {
			return newMark(markDiff, t.Expr.args[0].name)
		}
		if t.Expr != nil {
			if f, v, ok := cutPartial(t.Expr.name); ok {
				return newMark(markPartial, f, newMark(markName, v))
			}
		}
		m := newMark(markName, t.Text)
		m.scalar = t.Expr != nil && t.Expr.IsScalar()
		return m
	case TreeMinus:
		return newMark(markMinus, "", n.arg(t, 0))
	case TreeTranspose:
		if a := t.Args[0]; a.Kind == TreeCall && a.Text == "inv" {
			return newMark(markRaise, "-T", n.base(n.mark(a.Args[0])))
		}
		return newMark(markRaise, "T", n.base(n.arg(t, 0)))
	case TreeCall:
		return n.call(t)
	}
	return n.binary(t)
}

// arg returns the i-th argument of an operator, in brackets if it needs them.
func (n notator) arg(t *Tree, i int) *mark {
	m := n.mark(t.Args[i])
	operand := t.Kind == TreeMinus || t.Kind == TreeBinary && t.Text != "+" && t.Text != "-"
	divisible := t.Text == "*" || t.Text == "/" || t.Text == "./"
	if t.NeedsBrackets(i) || operand && m.isKron() || divisible && m.kind == markPartial {
		return bracketed(m)
	}
	return m
}

func (m *mark) isKron() bool { return m.kind == markChain && m.ops[0] == "⊗" }

func bracketed(m *mark) *mark {
	if m.kind == markFence && m.text == "(" {
		return m
	}
	return newMark(markFence, "(", m)
}

// isLogdet reports whether m is log|X|.
func (m *mark) isLogdet() bool {
	return m.kind == markApply && m.text == "log" && m.args[0].kind == markFence && m.args[0].text == "|"
}

// closed returns m as it stands before another factor or a divisor, with
// brackets around a log|X| at its end.
func (m *mark) closed() *mark {
	last := len(m.args) - 1
	switch {
	case m.isLogdet():
		return bracketed(m)
	case m.kind == markProduct && m.args[last].isLogdet():
		m.args[last] = bracketed(m.args[last])
	}
	return m
}

// base returns m as it is written below an exponent.
func (n notator) base(m *mark) *mark {
	switch m.kind {
	case markNumber, markName, markFence, markIndexed:
		return m
	case markApply:
		if !m.isLogdet() {
			return m
		}
	}
	return bracketed(m)
}

// words are the functions that are not written as calls.
var words = map[string]string{"eye": "I", "ones": "1", "zeros": "0"}

func (n notator) call(t *Tree) *mark {
	args := make([]*mark, len(t.Args))
	for i, a := range t.Args {
		args[i] = n.mark(a)
	}
	if e := t.Expr; e != nil && e.fn != nil {
		return n.abstract(e, args)
	}
	switch t.Text {
	case "inv":
		return newMark(markRaise, "-1", n.base(args[0]))
	case "det":
		return determinant(args[0])
	case "logdet":
		return newMark(markApply, "log", determinant(args[0]))
	case "abs":
		if e := t.Args[0].Expr; e != nil && e.IsScalar() && !args[0].bars {
			return newMark(markFence, "|", args[0])
		}
	case "norm2":
		return newMark(markFence, "‖", args[0])
	case "norm1":
		m := newMark(markFence, "‖", args[0])
		m.sub = "1"
		return m
	case "kron":
		for i, a := range args {
			switch {
			case a.isKron() && i == 0:
			case a.kind == markChain, a.kind == markProduct, a.kind == markMinus, a.kind == markFraction, a.kind == markPartial:
				args[i] = bracketed(a)
			}
		}
		return chain("⊗", args[0], args[1])
	case "eye", "ones", "zeros":
		if t.Text == "ones" && len(args) == 2 && args[0].text == "1" {
			return newMark(markRaise, "T", newMark(markIndexed, words[t.Text], args[1]))
		}
		return newMark(markIndexed, words[t.Text], args...)
	}
	return newMark(markApply, t.Text, args...)
}

// determinant returns |m|, or det(m) where the bars would be confusing.
func determinant(m *mark) *mark {
	if m.bars {
		return newMark(markApply, "det", m)
	}
	return newMark(markFence, "|", m)
}

// abstract returns the marks of an abstract function or a derivative of it.
func (n notator) abstract(e *Expr, args []*mark) *mark {
	f := e.fn
	switch {
	case e.op == OpFn && e.index == 1:
		m := newMark(markApply, f.Name, args...)
		m.sub = "′"
		return m
	case e.op != OpGradApp:
		return newMark(markApply, f.Name, args...)
	case len(args) == 1 && args[0].kind == markName:
		return newMark(markPartial, f.Name, args...)
	case !slices.ContainsFunc(f.Grads, func(g string) bool { return g != "" && g != e.name }):
		m := newMark(markApply, f.Name, args...)
		m.sub = "′"
		return m
	}
	m := newMark(markNabla, f.Name, args...)
	m.sub = f.Args[e.index]
	return m
}

// chain returns a op b, where a may be such a chain.
func chain(op string, a, b *mark) *mark {
	if a.kind == markChain && binding[a.ops[0]] == binding[op] {
		return join(a, op, b)
	}
	m := newMark(markChain, "", a, b)
	m.ops = []string{op}
	return m
}

// join appends b to the chain or product m, which nothing else holds.
func join(m *mark, op string, b *mark) *mark {
	m.args = append(m.args, b)
	if op != "" {
		m.ops = append(m.ops, op)
	}
	m.bars = m.bars || b.bars
	m.nest = max(m.nest, b.nest)
	m.tall = max(m.tall, b.tall)
	return m
}

// binding tells the operators of one chain from those of another.
var binding = map[string]int{"+": 1, "−": 1, "⊗": 2, "⊙": 3, "⊘": 3}

// operators are the marks of the grammar's operators.
var operators = map[string]string{"+": "+", "-": "−", ".*": "⊙", "./": "⊘"}

// binary returns the marks of a tree of binary operators, those on the left
// from left to right.
func (n notator) binary(t *Tree) *mark {
	var spine []*Tree
	for ; ; t = t.Args[0] {
		spine = append(spine, t)
		if t.Args[0].Kind != TreeBinary || t.NeedsBrackets(0) || t.binds() == bindPower {
			break
		}
	}
	slices.Reverse(spine)
	m, used := n.scalars(spine)
	if used == 0 {
		m = n.arg(t, 0)
	}
	for _, t := range spine[used:] {
		m = n.apply(m, t)
	}
	return m.opened()
}

// apply returns m with the operator of t and its right side appended.
func (n notator) apply(m *mark, t *Tree) *mark {
	right := n.arg(t, 1)
	switch t.Text {
	case "*":
		if m = m.closed(); m.kind == markProduct {
			return join(m, "", right)
		}
		return newMark(markProduct, "", m, right)
	case "/":
		return newMark(markFraction, "", m.opened().closed(), right)
	case "^":
		return newMark(markRaise, "", n.base(m), right)
	case ".^":
		return newMark(markRaise, "⊙", n.base(m), right)
	}
	return chain(operators[t.Text], m.opened(), right.opened())
}

// scalars returns the product that the operators of the spine begin with, and
// how many of them that is, if all factors are scalars: differentials come last,
// 2·tr(B) dt for 2·dt·tr(B).
func (n notator) scalars(spine []*Tree) (m *mark, used int) {
	trees := []*Tree{spine[0].Args[0]}
	for used < len(spine) && spine[used].Text == "*" {
		trees = append(trees, spine[used].Args[1])
		used++
	}
	if used == 0 || slices.ContainsFunc(trees, func(t *Tree) bool {
		return t.Kind != TreeNumber && (t.Expr == nil || !t.Expr.IsScalar())
	}) {
		return nil, 0
	}
	first := []*mark{n.arg(spine[0], 0)}
	var last []*mark
	for i, t := range trees[1:] {
		if a := n.arg(spine[i], 1); t.Expr != nil && hasDifferential(t.Expr) {
			last = append(last, a)
		} else {
			first = append(first, a)
		}
	}
	if t := trees[0]; t.Expr != nil && hasDifferential(t.Expr) {
		first, last = first[1:], append(first[:1:1], last...)
	}
	all := append(first, last...)
	for i := range all[:len(all)-1] {
		all[i] = all[i].closed()
	}
	return newMark(markProduct, "", all...), used
}

// hasDifferential reports whether a differential is a factor in e, or in its terms.
func hasDifferential(e *Expr) bool {
	switch e.op {
	case OpDiff:
		return true
	case OpAdd, OpScale, OpProd, OpHad, OpT, OpTr, OpSum:
		return slices.ContainsFunc(e.args, hasDifferential)
	}
	return false
}

// opened returns m without the brackets of a number times (x'*y).
func (m *mark) opened() *mark {
	if m.kind != markProduct || len(m.args) != 2 || m.args[0].kind != markNumber || m.args[1].kind != markFence || m.args[1].text != "(" {
		return m
	}
	inner := m.args[1].args[0]
	if inner.kind != markProduct {
		return m
	}
	return newMark(markProduct, "", append([]*mark{m.args[0]}, inner.args...)...)
}

// isDiff reports whether m is a differential or the transpose of one.
func (m *mark) isDiff() bool {
	if m.kind == markRaise && m.text == "T" {
		m = m.args[0]
	}
	if m.kind == markFence && m.text == "(" {
		m = m.args[0]
	}
	return m.kind == markDiff
}

// greek are the names that are Greek letters.
var greek = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
	"iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
	"tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
	"Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ",
	"Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}

// splitName returns the letters that a name begins with, and the rest, its
// index: W and 1 of W1, mu and x of mu_x.
func splitName(name string) (letters, index string) {
	end := strings.IndexFunc(name, func(r rune) bool { return !isLetter(r) })
	if end < 0 {
		return name, ""
	}
	return name[:end], name[end:]
}
