package matcalc

import "strings"

// LaTeX returns e as LaTeX, to be set as mathematics, in one line.
func (e *Expr) LaTeX() string { return nameStyle{}.layout(notate(e)).flat() }

// Widths in the LaTeX writer's units: of an average letter, of a bracket, and of
// an operator with the spaces around it.
const (
	letter   = 10
	bracket  = 7
	wideSign = 24
)

// layout returns the layout of m.
func (n nameStyle) layout(m *mark) *layout {
	w := &latexWriter{nameStyle: n}
	w.mark(m)
	return &w.layout
}

// latexWriter writes marks as LaTeX. Widths are estimates.
type latexWriter struct {
	layout
	nameStyle
}

func (w *latexWriter) mark(m *mark) {
	switch m.kind {
	case markNumber:
		w.number(m.text)
	case markName:
		w.put(w.name(m.text), w.nameWidth(m.text))
	case markDiff:
		w.put("d"+w.name(m.text), letter+w.nameWidth(m.text))
	case markApply:
		w.apply(m)
	case markNabla:
		w.put(`\nabla_{`+w.name(m.sub)+"} ", 3*letter)
		w.put(w.name(m.text), w.nameWidth(m.text))
		w.arguments(m)
	case markFence:
		w.fence(m)
	case markRaise:
		w.raise(m)
	case markProduct:
		w.product(m)
	case markChain:
		w.chain(m)
	case markMinus:
		w.put("-", letter)
		w.mark(m.args[0])
	case markFraction:
		w.fraction(m)
	case markIndexed:
		w.indexed(m)
	case markPartial:
		w.partial(m, "")
	case markSecond:
		w.second(m)
	}
}

// partial writes ∂f/∂Y. Its transpose has the T at the f, as in the article.
func (w *latexWriter) partial(m *mark, exponent string) {
	top, bottom := `\partial `+w.name(m.text)+exponent, `\partial `+w.name(m.args[0].text)
	width := letter*3/2 + max(w.nameWidth(m.text), w.nameWidth(m.args[0].text))
	w.put(`\frac{`+top+"}{"+bottom+"}", width+letter*len(exponent)/8)
}

// second writes a second derivative.
func (w *latexWriter) second(m *mark) {
	x := w.name(m.args[0].text)
	below := `\partial ` + x + `\,\partial ` + x + "^{T}"
	if m.scalar {
		below = `\partial ` + x + "^{2}"
	}
	w.put(`\frac{\partial^{2} `+w.name(m.text)+"}{"+below+"}", 2*letter+2*w.nameWidth(m.args[0].text))
}

// number writes a number; 0.5 as a fraction.
func (w *latexWriter) number(s string) {
	if s == "0.5" {
		w.put(`\frac{1}{2}`, letter)
		return
	}
	if mantissa, exponent, ok := strings.Cut(s, "e"); ok {
		w.put(mantissa+` \cdot 10^{`+exponent+"}", letter*(len(s)+1))
		return
	}
	w.put(s, letter*len(s))
}

// commands are the functions that have a command.
var commands = map[string]string{
	"exp": `\exp`, "log": `\log`, "sin": `\sin`, "cos": `\cos`, "tan": `\tan`, "tanh": `\tanh`, "det": `\det`,
}

func (w *latexWriter) apply(m *mark) {
	if m.text == "sqrt" {
		inner := w.nameStyle.layout(m.args[0])
		w.put(`\sqrt{`+inner.flat()+"}", inner.width()+letter)
		return
	}
	switch {
	case commands[m.text] != "":
		w.put(commands[m.text], letter*len(m.text))
	case isBuiltin(m.text):
		w.put(`\operatorname{`+m.text+"}", letter*len(m.text))
	case m.sub != "":
		w.put(w.primed(m.text), w.nameWidth(m.text)+letter/2)
	default:
		w.put(w.name(m.text), w.nameWidth(m.text))
	}
	if m.isLogdet() {
		w.put(" ", 0)
		w.fence(m.args[0])
		return
	}
	w.arguments(m)
}

// arguments writes the arguments of a call in brackets.
func (w *latexWriter) arguments(m *mark) {
	open, shut, width := brackets("(", ")", m)
	w.put(open, width)
	w.depth++
	for i, a := range m.args {
		if i > 0 {
			w.put(", ", letter)
			w.breakable(breakComma, "", "")
		}
		w.mark(a)
	}
	w.depth--
	w.put(shut, width)
}

// brackets returns a pair of brackets or bars of the size that what is in them
// needs, and the width of one. It is fixed, not \left and \right, so that a line
// may end in between.
func brackets(open, shut string, m *mark) (string, string, int) {
	tall, nest := 0, 0
	for _, a := range m.args {
		tall, nest = max(tall, a.tall), max(nest, a.nest)
	}
	size, width := "", bracket
	switch {
	case tall > 1:
		size, width = `\Bigg`, 2*bracket
	case tall == 1:
		size, width = `\bigg`, 2*bracket
	case nest > 3:
		size, width = `\Big`, bracket*3/2
	case nest > 1:
		size, width = `\big`, bracket*5/4
	}
	if size == "" {
		return open, shut, width
	}
	return size + "l" + open, size + "r" + shut, width
}

func (w *latexWriter) fence(m *mark) {
	open, shut := "(", ")"
	switch m.text {
	case "|":
		open, shut = `\lvert `, `\rvert`
	case "‖":
		open, shut = `\lVert `, `\rVert`
	}
	open, shut, width := brackets(open, shut, m)
	w.put(open, width)
	w.depth++
	w.mark(m.args[0])
	w.depth--
	w.put(shut, width)
	if m.sub != "" {
		w.put("_{"+m.sub+"}", letter)
	}
}

func (w *latexWriter) raise(m *mark) {
	if a := m.args[0].unfenced(); a.kind == markPartial && m.text == "T" {
		w.partial(a, "^{T}")
		return
	}
	base := m.args[0]
	if base.kind == markName && w.isLayered(base.text) {
		if m.text == "T" {
			w.put(w.raised(base.text, "T"), w.nameWidth(base.text)+letter)
			return
		}
		base = bracketed(base)
	}
	w.mark(base)
	if len(m.args) == 1 {
		w.put("^{"+m.text+"}", letter*len(m.text)*2/3)
		return
	}
	exponent := w.nameStyle.layout(m.args[1].unfenced())
	if m.text != "" {
		w.put(`^{\odot `, letter)
	} else {
		w.put("^{", 0)
	}
	w.put(exponent.flat()+"}", exponent.width())
}

// unfenced returns m without brackets around all of it.
func (m *mark) unfenced() *mark {
	if m.kind == markFence && m.text == "(" {
		return m.args[0]
	}
	return m
}

// operand returns m without brackets that a fraction bar makes superfluous.
func (m *mark) operand() *mark {
	switch u := m.unfenced(); u.kind {
	case markFraction:
		if u.args[0].unfenced().kind != markMinus {
			return u
		}
	case markPartial:
		return u
	}
	return m
}

func (w *latexWriter) product(m *mark) {
	for i, a := range m.args {
		if i > 0 {
			w.times(m.args[i-1], a)
		}
		w.mark(a.operand())
	}
}

// times writes what stands between two factors.
func (w *latexWriter) times(a, b *mark) {
	digit := func(m *mark) bool {
		for m.kind == markRaise || m.kind == markProduct {
			m = m.args[0]
		}
		return m.kind == markNumber || m.kind == markIndexed && m.text == "0"
	}
	switch {
	case digit(b):
		w.breakable(breakProduct, "", "")
		w.put(`\cdot `, letter)
	case a.kind == markNumber:
	case a.isDiff() || b.isDiff() || a.isWord() || b.isWord() || a.operand().kind == markFraction:
		w.breakable(breakProduct, `\,`, `{}\cdot `)
	default:
		w.breakable(breakProduct, " ", `{}\cdot `)
	}
}

// isWord reports whether m is more than a symbol, so that a reader wants a
// space beside it.
func (m *mark) isWord() bool {
	switch m.kind {
	case markRaise:
		return m.args[0].isWord()
	case markName:
		return strings.HasPrefix(nameStyle{}.name(m.text), `\mathrm`)
	case markApply, markNabla:
		return true
	}
	return false
}

func (w *latexWriter) chain(m *mark) {
	w.mark(m.args[0].operand())
	for i, op := range m.ops {
		cost, sign := breakHad, op
		switch op {
		case "+", "−":
			cost = breakSum
			sign = map[string]string{"+": "+", "−": "-"}[op]
		case "⊙":
			sign = `\odot`
		case "⊘":
			sign = `\oslash`
		case "⊗":
			sign = `\otimes`
		}
		w.breakable(cost, " ", "{}")
		w.put(sign+" ", wideSign)
		w.mark(m.args[i+1].operand())
	}
}

// fraction writes a fraction. What makes it wide, or has no business on it,
// stands beside it: 1/2 (A + B).
func (w *latexWriter) fraction(m *mark) {
	over, under := m.args[0].unfenced(), m.args[1].unfenced()
	front, rest := over, (*mark)(nil)
	if over.kind == markMinus {
		w.put("-", letter)
		over = over.args[0]
		front = over
	}
	top, bottom := w.nameStyle.layout(over), w.nameStyle.layout(under)
	if wide := top.width() > maxFraction; wide || simple(under) && !simple(over) {
		front, rest = split(over)
		if wide && front != nil && w.nameStyle.layout(front).width() > maxFraction {
			front, rest = nil, over
		}
	}
	numerator := "1"
	if front != nil {
		numerator = w.nameStyle.layout(front).flat()
	}
	if rest == nil {
		w.put(`\frac{`+numerator+"}{"+bottom.flat()+"}", max(top.width(), bottom.width())+letter/2)
		return
	}
	w.put(`\frac{`+numerator+"}{"+bottom.flat()+"}", bottom.width()+letter)
	w.breakable(breakProduct, `\,`, `{}\cdot `)
	if rest.kind == markChain {
		rest = bracketed(rest)
	}
	w.mark(rest)
}

// maxFraction is how wide the upper part of a fraction may be.
const maxFraction = 30 * letter

// simple reports whether m is a number or a letter, or a product of such.
func simple(m *mark) bool {
	switch m.kind {
	case markNumber, markName, markDiff:
		return true
	case markProduct:
		for _, a := range m.args {
			if !simple(a) {
				return false
			}
		}
		return true
	case markRaise:
		return simple(m.args[0])
	}
	return false
}

// split returns the numbers and scalars at the front of a product, nil if there
// are none, and the rest of it.
func split(m *mark) (front, rest *mark) {
	if m.kind != markProduct {
		return nil, m
	}
	n := 0
	for n < len(m.args)-1 && (m.args[n].kind == markNumber || m.args[n].scalar) {
		n++
	}
	switch {
	case n == 0:
		return nil, m
	case n == 1:
		front = m.args[0]
	default:
		front = newMark(markProduct, "", m.args[:n]...)
	}
	if n == len(m.args)-1 {
		return front, m.args[n]
	}
	return front, newMark(markProduct, "", m.args[n:]...)
}

// indexed writes I, 1 and 0 with their sizes.
func (w *latexWriter) indexed(m *mark) {
	body := m.text
	if body == "1" {
		body = `\mathbf{1}`
	}
	sizes := make([]string, len(m.args))
	width := letter
	for i, a := range m.args {
		size := w.nameStyle.layout(a)
		sizes[i] = size.flat()
		width += size.width() * 4 / 5
		if i > 0 {
			width += letter
		}
	}
	w.put(body+"_{"+strings.Join(sizes, ` \times `)+"}", width)
}
