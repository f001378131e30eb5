package matcalc

import (
	"strings"
	"unicode/utf8"
)

func textLayout(e *Expr, ascii bool) *layout {
	if ascii {
		w := &asciiWriter{}
		w.tree(writable(e))
		return &w.layout
	}
	w := &textWriter{}
	w.mark(notate(e))
	return &w.layout
}

// asciiWriter writes trees in the grammar, with blanks and line breaks.
type asciiWriter struct{ layout }

func (w *asciiWriter) write(s string) { w.put(s, len(s)) }

func (w *asciiWriter) tree(t *Tree) {
	switch t.Kind {
	case TreeNumber, TreeName:
		w.write(t.Text)
	case TreeCall:
		w.write(t.Text + "(")
		w.depth++
		for i, a := range t.Args {
			if i > 0 {
				w.write(",")
				w.breakable(breakComma, " ", "")
			}
			w.tree(a)
		}
		w.depth--
		w.write(")")
	case TreeMinus:
		w.write("-")
		w.arg(t, 0)
	case TreeTranspose:
		w.arg(t, 0)
		w.write("'")
	case TreeBinary:
		w.binary(t)
	}
}

// binary writes the operators on the left of t from left to right.
func (w *asciiWriter) binary(t *Tree) {
	var spine []*Tree
	for ; ; t = t.Args[0] {
		spine = append(spine, t)
		if t.Args[0].Kind != TreeBinary || t.NeedsBrackets(0) {
			break
		}
	}
	w.arg(t, 0)
	for i := len(spine) - 1; i >= 0; i-- {
		switch op := spine[i].Text; op {
		case "+", "-":
			w.breakable(breakSum, " ", "")
			w.write(op + " ")
		case ".*", "./":
			w.breakable(breakHad, " ", "")
			w.write(op + " ")
		case "*":
			w.breakable(breakProduct, "", "")
			w.write(op)
		default:
			w.write(op)
		}
		w.arg(spine[i], 1)
	}
}

func (w *asciiWriter) arg(t *Tree, i int) {
	if !t.NeedsBrackets(i) {
		w.tree(t.Args[i])
		return
	}
	w.write("(")
	w.depth++
	w.tree(t.Args[i])
	w.depth--
	w.write(")")
}

// textWriter writes marks in Unicode.
type textWriter struct{ layout }

func (w *textWriter) write(s string) { w.put(s, utf8.RuneCountInString(s)) }

func (w *textWriter) mark(m *mark) {
	switch m.kind {
	case markNumber:
		w.write(m.text)
	case markName:
		w.write(textName(m.text))
	case markDiff:
		w.write("d" + textName(m.text))
	case markApply:
		if m.isLogdet() {
			w.write(m.text)
			w.fence(m.args[0])
			return
		}
		w.apply(textFunction(m.text)+m.sub, m.args)
	case markNabla:
		w.apply("∇"+textName(m.sub)+" "+textName(m.text), m.args)
	case markFence:
		w.fence(m)
	case markRaise:
		w.raise(m)
	case markProduct:
		w.product(m)
	case markChain:
		w.chain(m)
	case markMinus:
		w.write("−")
		w.mark(m.args[0])
	case markFraction:
		w.mark(m.args[0])
		w.write("/")
		w.mark(m.args[1])
	case markIndexed:
		w.write(m.text + textIndex(m.args))
	case markPartial:
		w.write("∂" + textName(m.text) + "/∂")
		w.mark(m.args[0])
	case markSecond:
		w.second(m)
	}
}

// second writes a second derivative.
func (w *textWriter) second(m *mark) {
	x := textName(m.args[0].text)
	below := x + "∂" + x + "ᵀ"
	if m.scalar {
		below = x + "²"
	}
	w.write("∂²" + textName(m.text) + "/∂" + below)
}

// textName returns a name with Greek letters.
func textName(name string) string {
	letters, index := splitName(name)
	if g, ok := greek[letters]; ok {
		return g + index
	}
	return name
}

func textFunction(name string) string {
	switch name {
	case "sqrt":
		return "√"
	}
	return textName(name)
}

// apply writes a call.
func (w *textWriter) apply(name string, args []*mark) {
	w.write(name + "(")
	w.depth++
	for i, a := range args {
		if i > 0 {
			w.write(",")
			w.breakable(breakComma, " ", "")
		}
		w.mark(a)
	}
	w.depth--
	w.write(")")
}

func (w *textWriter) inside(m *mark) {
	w.depth++
	w.mark(m)
	w.depth--
}

func (w *textWriter) fence(m *mark) {
	open, shut := m.text, m.text
	switch {
	case m.text == "(":
		shut = ")"
	case m.args[0].bars:
		open, shut = "norm2(", ")"
		if m.sub != "" {
			open = "norm1("
		}
	case m.sub != "":
		shut += "₁"
	}
	w.write(open)
	w.inside(m.args[0])
	w.write(shut)
}

var superscript = strings.NewReplacer(
	"0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹", "-", "⁻", "T", "ᵀ")

func (w *textWriter) raise(m *mark) {
	w.mark(m.args[0])
	if len(m.args) == 1 {
		w.write(superscript.Replace(m.text))
		return
	}
	exponent := m.args[1]
	if m.text == "" && exponent.kind == markNumber && isDigits(exponent.text) {
		w.write(superscript.Replace(exponent.text))
		return
	}
	w.write("^" + m.text)
	switch exponent.kind {
	case markNumber, markName, markFence, markApply:
	default:
		exponent = bracketed(exponent)
	}
	w.mark(exponent)
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func (w *textWriter) product(m *mark) {
	for i, a := range m.args {
		switch {
		case i == 0:
		case a.isDiff() || m.args[i-1].isDiff():
			w.breakable(breakProduct, " ", "· ")
		case i == 1 && m.args[0].kind == markNumber && isDigits(m.args[0].text) && a.startsPlain():
		default:
			w.breakable(breakProduct, "", "")
			w.write("·")
		}
		w.mark(a)
	}
}

// startsPlain reports whether a number may stand directly before m: 2X, 2‖x‖.
func (m *mark) startsPlain() bool {
	for m.kind == markRaise {
		m = m.args[0]
	}
	switch m.kind {
	case markName:
		letters, _ := splitName(m.text)
		return len(letters) == 1 && m.text[0] != 'e' && m.text[0] != 'E' || greek[letters] != ""
	case markFence:
		return !m.args[0].bars
	}
	return false
}

func (w *textWriter) chain(m *mark) {
	w.mark(m.args[0])
	for i, op := range m.ops {
		cost := breakHad
		if binding[op] == 1 {
			cost = breakSum
		}
		w.breakable(cost, " ", "")
		w.write(op + " ")
		w.mark(m.args[i+1])
	}
}

var subscript = strings.NewReplacer(
	"0", "₀", "1", "₁", "2", "₂", "3", "₃", "4", "₄", "5", "₅", "6", "₆", "7", "₇", "8", "₈", "9", "₉", "a", "ₐ",
	"e", "ₑ", "h", "ₕ", "i", "ᵢ", "j", "ⱼ", "k", "ₖ", "l", "ₗ", "m", "ₘ", "n", "ₙ", "o", "ₒ", "p", "ₚ", "r", "ᵣ",
	"s", "ₛ", "t", "ₜ", "u", "ᵤ", "v", "ᵥ", "x", "ₓ")

// textIndex returns sizes as a subscript.
func textIndex(args []*mark) string {
	sizes := make([]string, len(args))
	for i, a := range args {
		sizes[i] = a.text
	}
	low := subscript.Replace(strings.Join(sizes, "x"))
	if !strings.ContainsFunc(low, func(r rune) bool { return r < utf8.RuneSelf }) {
		return low
	}
	if len(sizes) == 1 {
		return "_" + textName(sizes[0])
	}
	return "_(" + strings.Join(sizes, "×") + ")"
}
