package matcalc

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// LaTeX returns e as LaTeX, to be set as mathematics, in one line.
func (e *Expr) LaTeX() string { return latexLayout(notate(e)).flat() }

// Widths in the LaTeX writer's units: of an average letter, of a bracket, and of
// an operator with the spaces around it.
const (
	letter   = 10
	bracket  = 7
	wideSign = 22
)

func latexLayout(m *mark) *layout {
	w := &latexWriter{}
	w.mark(m)
	return &w.layout
}

// latexWriter writes marks as LaTeX. Widths are estimates.
type latexWriter struct{ layout }

func (w *latexWriter) mark(m *mark) {
	switch m.kind {
	case markNumber:
		w.number(m.text)
	case markName:
		w.name(m.text)
	case markDiff:
		w.put("d", letter)
		w.name(m.text)
	case markApply:
		w.apply(m)
	case markNabla:
		w.put(`\nabla_{`+latexName(m.sub)+"} ", 3*letter)
		w.name(m.text)
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
	}
}

// partial writes ∂f/∂Y. Its transpose has the T at the f, as in the article.
func (w *latexWriter) partial(m *mark, exponent string) {
	top, bottom := `\partial `+latexName(m.text)+exponent, `\partial `+latexName(m.args[0].text)
	width := letter + max(nameWidth(m.text), nameWidth(m.args[0].text))
	w.put(`\frac{`+top+"}{"+bottom+"}", width+letter*len(exponent)/8)
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

func (w *latexWriter) name(name string) { w.put(latexName(name), nameWidth(name)) }

// latexName returns a name as LaTeX: Greek letters, digits at the end and what
// follows a _ as an index, words upright.
func latexName(name string) string {
	if !isName(name) {
		return `\text{` + LaTeXText(name) + "}"
	}
	letters, index := splitName(name)
	body := letters
	rest := strings.TrimPrefix(letters, "d")
	switch {
	case greek[letters] != "":
		body = greekCommand(letters)
	case len(letters) == 1:
	case index != "" && len(rest) == 1 && letters != rest:
	default:
		body = `\mathrm{` + letters + "}"
	}
	var parts []string
	for _, part := range strings.Split(index, "_") {
		switch {
		case part == "":
		case isDigits(part) || len(part) == 1:
			parts = append(parts, part)
		case greek[part] != "":
			parts = append(parts, greekCommand(part))
		default:
			parts = append(parts, `\mathrm{`+part+"}")
		}
	}
	if strings.HasSuffix(index, "_") {
		parts = append(parts, `\_`) // so that x_ is not x
	}
	if len(parts) == 0 {
		return body
	}
	return body + "_{" + strings.Join(parts, ",") + "}"
}

func greekCommand(name string) string {
	switch name {
	case "epsilon", "phi":
		return `\var` + name
	}
	return `\` + name
}

// nameWidth is the width of a name.
func nameWidth(name string) int {
	letters, index := splitName(name)
	if len(letters) != 1 && greek[letters] == "" {
		return letter*len(letters) + letter*(len(index)+1)/2
	}
	width := letter
	switch r := letters[0]; {
	case r == 'M' || r == 'W':
		width = 17
	case r <= 'Z':
		width = 13
	}
	return width + letter*(len(index)+1)/2
}

// commands are the functions that have a command.
var commands = map[string]string{
	"exp": `\exp`, "log": `\log`, "sin": `\sin`, "cos": `\cos`, "tan": `\tan`, "tanh": `\tanh`, "det": `\det`,
}

func (w *latexWriter) apply(m *mark) {
	if m.text == "sqrt" {
		inner := latexLayout(m.args[0])
		w.put(`\sqrt{`+inner.flat()+"}", inner.width()+letter)
		return
	}
	switch {
	case commands[m.text] != "":
		w.put(commands[m.text], letter*len(m.text))
	case isBuiltin(m.text):
		w.put(`\operatorname{`+m.text+"}", letter*len(m.text))
	default:
		w.name(m.text)
	}
	if m.sub != "" {
		w.put("'", letter/2)
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
	open, shut := brackets("(", ")", m)
	w.put(open, bracket)
	w.depth++
	for i, a := range m.args {
		if i > 0 {
			w.put(", ", letter)
			w.breakable(breakComma, "", "")
		}
		w.mark(a)
	}
	w.depth--
	w.put(shut, bracket)
}

// brackets returns a pair of brackets or bars of the size that what is in them
// needs. It is fixed, not \left and \right, so that a line may end in between.
func brackets(open, shut string, m *mark) (string, string) {
	tall, nest := 0, 0
	for _, a := range m.args {
		tall, nest = max(tall, a.tall), max(nest, a.nest)
	}
	size := ""
	switch {
	case tall > 1:
		size = `\Bigg`
	case tall == 1:
		size = `\bigg`
	case nest > 3:
		size = `\Big`
	case nest > 1:
		size = `\big`
	}
	if size == "" {
		return open, shut
	}
	return size + "l" + open, size + "r" + shut
}

func (w *latexWriter) fence(m *mark) {
	open, shut := "(", ")"
	switch m.text {
	case "|":
		open, shut = `\lvert `, `\rvert`
	case "‖":
		open, shut = `\lVert `, `\rVert`
	}
	open, shut = brackets(open, shut, m)
	w.put(open, bracket)
	w.depth++
	w.mark(m.args[0])
	w.depth--
	w.put(shut, bracket)
	if m.sub != "" {
		w.put("_{"+m.sub+"}", letter)
	}
}

func (w *latexWriter) raise(m *mark) {
	if a := m.args[0].unfenced(); a.kind == markPartial && m.text == "T" {
		w.partial(a, "^{T}")
		return
	}
	w.mark(m.args[0])
	if len(m.args) == 1 {
		w.put("^{"+m.text+"}", letter*len(m.text)*2/3)
		return
	}
	exponent := latexLayout(m.args[1].unfenced())
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
		return strings.HasPrefix(latexName(m.text), `\mathrm`)
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
	top, bottom := latexLayout(over), latexLayout(under)
	if wide := top.width() > maxFraction; wide || simple(under) && !simple(over) {
		front, rest = split(over)
		if wide && front != nil && latexLayout(front).width() > maxFraction {
			front, rest = nil, over
		}
	}
	numerator := "1"
	if front != nil {
		numerator = latexLayout(front).flat()
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
		sizes[i] = latexLayout(a).flat()
		width += letter
	}
	w.put(body+"_{"+strings.Join(sizes, ` \times `)+"}", width)
}

// LaTeX returns the derivation as LaTeX for the body of a document that loads
// amsmath.
func (d *Derivation) LaTeX(o PrintOptions) string {
	w := &latexPage{d: d, o: o, begin: `\begin{align*}`, end: `\end{align*}`, text: LaTeXText}
	w.derivation()
	return w.b.String()
}

// LaTeXDocument returns a document with these bodies.
func LaTeXDocument(bodies ...string) string {
	return `\documentclass{article}
\usepackage[a4paper,margin=25mm]{geometry}
\usepackage{amsmath}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\begin{document}

` + strings.Join(bodies, "\n\\bigskip\n\n") + `
\end{document}
`
}

// latexPage writes a derivation as displayed formulas with sentences between
// them, in LaTeX or in Markdown.
type latexPage struct {
	b          strings.Builder
	d          *Derivation
	o          PrintOptions
	begin, end string              // of formulas aligned at &
	text       func(string) string // escapes text
}

// latexLetters is how many letters fit on a line by default.
const latexLetters = 84

func (w *latexPage) width() int {
	if w.o.Width == 0 {
		return latexLetters
	}
	return w.o.Width
}

func (w *latexPage) derivation() {
	w.problem()
	w.stages()
	if w.d.Hessian != nil {
		w.say("The Hessian is")
		w.display([]string{w.second(w.d.Wrt)}, []*Expr{w.d.Hessian}, []string{""})
	}
	w.remarks()
}

// stages writes the lines, and the gradients that are read off.
func (w *latexPage) stages() {
	for _, s := range w.d.stages(w.o, true) {
		w.chain(s)
		if s.by != nil && !s.given(w.d.objectiveName(w.o)) {
			w.say("Therefore")
			n := len(s.gradient)
			w.display(append([]string{w.partial(s.by)}, make([]string, n-1)...), s.gradient, make([]string, n))
		}
	}
}

func (w *latexPage) objective() string { return latexName(w.d.objectiveName(w.o)) }

func (w *latexPage) partial(v *Expr) string {
	return `\frac{\partial ` + w.objective() + `}{\partial ` + latexName(v.name) + "}"
}

func (w *latexPage) second(v *Expr) string {
	x := latexName(v.name)
	below := `\partial ` + x + `\,\partial ` + x + "^{T}"
	if v.IsScalar() {
		below = `\partial ` + x + "^{2}"
	}
	return `\frac{\partial^{2} ` + w.objective() + "}{" + below + "}"
}

func (w *latexPage) say(text string) { fmt.Fprintf(&w.b, "%s\n", text) }

// problem writes the objective, the definitions and the declarations.
func (w *latexPage) problem() {
	heads, exprs := []string{w.objective()}, []*Expr{w.d.Objective}
	for _, v := range w.d.Scope.Wheres {
		heads, exprs = append(heads, latexName(v.name)), append(exprs, v.def)
	}
	w.display(heads, exprs, make([]string, len(heads)))
	var vars []string
	for _, v := range w.d.Problem.Vars {
		what := fmt.Sprintf(`$%s \times %s$`, latexSize(v.Shape[0]), latexSize(v.Shape[1]))
		if v.Shape[0] == "1" && v.Shape[1] == "1" {
			what = "scalar"
		}
		words := append([]string{"$" + latexName(v.Name) + "$", "is", what}, v.propWords()...)
		vars = append(vars, strings.Join(words, " "))
	}
	if len(vars) > 0 {
		w.say("where " + strings.Join(vars, ", ") + ".")
	}
}

// latexSize returns a side of a shape.
func latexSize(side string) string {
	if isName(side) {
		return latexName(side)
	}
	return side
}

// chain writes the lines of a stage.
func (w *latexPage) chain(s stage) {
	heads, reasons := make([]string, len(s.lines)), make([]string, len(s.lines))
	for i, step := range s.steps {
		reasons[i] = step.reason()
	}
	heads[0] = "d" + w.objective()
	if s.of != nil {
		heads[0] = "d" + latexName(s.of.name)
	}
	w.display(heads, s.lines, reasons)
}

// display writes equations aligned at the equals sign, and what is said to each
// in a column on the right.
func (w *latexPage) display(heads []string, exprs []*Expr, reasons []string) {
	const around = 6 // letters for the left side and the gap
	column, widest := 0, 0
	layouts := make([]*layout, len(exprs))
	for i, e := range exprs {
		column = max(column, utf8.RuneCountInString(reasons[i]))
		layouts[i] = latexLayout(notate(e))
		widest = max(widest, layouts[i].width()/letter)
	}
	column = min(column, max(w.width()/4, w.width()-around-widest))
	room := (w.width() - column - around) * letter
	var rows []string
	for i, layout := range layouts {
		lines := layout.lines(room, 2*letter)
		why := fillReason(reasons[i], column)
		for j := range max(len(lines), len(why)) {
			row := `&\quad `
			if j == 0 {
				row = strings.TrimLeft(heads[i]+" &= ", " ")
			}
			if j < len(lines) {
				row += lines[j]
			}
			if j < len(why) {
				row += ` && \text{` + latexReason(why[j]) + "}"
			}
			rows = append(rows, row)
		}
	}
	w.say(w.begin + "\n" + strings.Join(rows, " \\\\\n") + "\n" + w.end)
}

// latexReason returns rules and notes as LaTeX, with the equations in them as
// mathematics.
func latexReason(s string) string {
	parts := strings.Split(s, ", ")
	for i, part := range parts {
		left, right, _ := strings.Cut(part, " = ")
		l, err := Parse(left)
		r, err2 := Parse(right)
		if err != nil || err2 != nil {
			parts[i] = LaTeXText(prose(part))
			continue
		}
		parts[i] = "$" + latexLayout(notator{}.mark(l)).flat() + " = " + latexLayout(notator{}.mark(r)).flat() + "$"
	}
	return strings.Join(parts, ", ")
}

// remarks writes the warnings and, if they are asked for, rules and checks.
func (w *latexPage) remarks() {
	for _, warning := range w.d.Warnings {
		w.say("\n" + w.text("Note: "+warning.Message))
	}
	if w.o.Verbose {
		w.rules()
	}
	if !w.o.Verbose && !w.o.Checks {
		return
	}
	for _, c := range w.d.Checks {
		w.say("\n" + w.text(c.String()))
	}
}

// rules writes what the rules say.
func (w *latexPage) rules() {
	for _, r := range w.d.rules() {
		w.say("\n" + w.text(prose(r.sentence())))
	}
}

// LaTeXText returns text for LaTeX outside of mathematics.
func LaTeXText(s string) string {
	return latexEscapes.Replace(strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		if r < utf8.RuneSelf || strings.ContainsRune("×−–′ᵀ⁻¹²⊙⊗‖∂±σφ·…", r) {
			return r
		}
		return '?'
	}, s))
}

var latexEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "#", `\#`, "$", `\$`, "%", `\%`, "&", `\&`, "_", `\_`,
	"^", `\textasciicircum{}`, "~", `\textasciitilde{}`, "<", `$<$`, ">", `$>$`, "|", `$|$`, `"`, `''`,
	"×", `$\times$`, "−", "$-$", "–", "--", "′", "$'$", "ᵀ", "$^{T}$", "⁻¹", "$^{-1}$", "⁻", "$^{-}$", "¹", "$^{1}$",
	"²", "$^{2}$", "⊙", `$\odot$`, "⊗", `$\otimes$`, "‖", `$\|$`, "∂", `$\partial$`, "±", `$\pm$`, "σ", `$\sigma$`,
	"φ", `$\varphi$`, "·", `$\cdot$`, "…", `\dots{}`,
)
