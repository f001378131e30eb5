package matcalc

import (
	"strings"
	"unicode/utf8"
)

// PrintOptions say how a printer writes.
type PrintOptions struct {
	Width   int  // of lines, in characters; 0 for what suits the format
	ASCII   bool // text in the grammar, without characters beyond ASCII
	Verbose bool // every small step, what the rules say, and the checks
	Checks  bool // the checks

	Objective string // what the objective is called; "" for f, if that means nothing else
}

// Text returns e in the notation of mathematics, or with ASCII in the grammar.
func (e *Expr) Text(o PrintOptions) string {
	return strings.Join(textLayout(e, o.ASCII).lines(o.width(), 2), "\n  ")
}

func (o PrintOptions) width() int {
	if o.Width == 0 {
		return 80
	}
	return o.Width
}

// Text returns the derivation as text: the function and its declarations, the
// lines with their rules on the right, the gradient, warnings and checks.
func (d *Derivation) Text(o PrintOptions) string {
	w := &textPage{o: o, d: d}
	w.problem()
	w.stages()
	if d.Hessian != nil {
		w.result("The Hessian is ", w.second(d.Wrt), d.Hessian)
	}
	w.remarks()
	return w.b.String()
}

// stages writes the lines, and the gradients that are read off.
func (w *textPage) stages() {
	for _, s := range w.d.stages(w.o, !w.o.ASCII) {
		w.b.WriteByte('\n')
		w.chain(s)
		if s.by != nil && !s.given(w.d.objectiveName(w.o)) {
			w.result("Therefore ", w.partial(s.by), s.gradient...)
		}
	}
}

// textPage writes a derivation as text.
type textPage struct {
	b strings.Builder
	o PrintOptions
	d *Derivation
}

func (w *textPage) name(s string) string {
	if w.o.ASCII {
		return s
	}
	return textName(s)
}

func (w *textPage) either(unicode, ascii string) string {
	if w.o.ASCII {
		return ascii
	}
	return unicode
}

func (w *textPage) partial(v *Expr) string {
	f := w.d.objectiveName(w.o)
	return w.either("∂"+textName(f)+"/∂"+textName(v.name), "d"+f+"/d"+v.name)
}

func (w *textPage) second(v *Expr) string {
	f, x := w.d.objectiveName(w.o), w.name(v.name)
	if v.IsScalar() {
		return w.either("∂²"+textName(f)+"/∂"+x+"²", "d2"+f+"/d"+x+"^2")
	}
	return w.either("∂²"+textName(f)+"/∂"+x+"∂"+x+"ᵀ", "d2"+f+"/d"+x+"d"+x+"'")
}

// problem writes the objective, the definitions and the declarations.
func (w *textPage) problem() {
	w.equation(w.name(w.d.objectiveName(w.o)), w.d.Objective)
	for _, v := range w.d.Scope.Wheres {
		w.equation(w.name(v.name), v.def)
	}
	var vars []string
	for _, v := range w.d.Problem.Vars {
		vars = append(vars, w.declaration(v))
	}
	for i := range len(vars) - 1 {
		vars[i] += ","
	}
	for _, line := range fill(vars, w.o.width()) {
		w.b.WriteString(line + "\n")
	}
}

// declaration returns "M is l×l symmetric".
func (w *textPage) declaration(v Variable) string {
	what := w.name(v.Shape[0]) + w.either("×", "x") + w.name(v.Shape[1])
	if v.Shape[0] == "1" && v.Shape[1] == "1" {
		what = "scalar"
	}
	return strings.Join(append([]string{w.name(v.Name), "is", what}, v.propWords()...), " ")
}

// fill joins words to lines of at most this width.
func fill(words []string, width int) []string {
	var lines []string
	used := width
	for _, word := range words {
		n := utf8.RuneCountInString(word)
		if used+1+n > width {
			lines = append(lines, word)
			used = n
			continue
		}
		lines[len(lines)-1] += " " + word
		used += 1 + n
	}
	return lines
}

// equation writes name = e.
func (w *textPage) equation(name string, e *Expr) {
	head := name + " = "
	at := utf8.RuneCountInString(head)
	lines := textLayout(e, w.o.ASCII).lines(w.o.width()-at, 2)
	w.b.WriteString(head + strings.Join(lines, "\n"+strings.Repeat(" ", at+2)) + "\n")
}

// result writes what was found, in one form or more.
func (w *textPage) result(label, name string, forms ...*Expr) {
	w.b.WriteByte('\n')
	head := label + name
	for _, e := range forms {
		w.equation(head, e)
		head = strings.Repeat(" ", utf8.RuneCountInString(head))
	}
}

// chain writes the lines of a stage, aligned at the equals sign, with the
// reasons in a column on the right.
func (w *textPage) chain(s stage) {
	head := "d" + w.name(w.d.objectiveName(w.o))
	if s.of != nil {
		head = "d" + w.name(s.of.name)
	}
	const gap = 3
	at := utf8.RuneCountInString(head) + len(" = ")
	longest, widest := 0, 0
	layouts := make([]*layout, len(s.lines))
	for i, step := range s.steps {
		longest = max(longest, utf8.RuneCountInString(w.reason(step)))
		layouts[i] = textLayout(s.lines[i], w.o.ASCII)
		widest = max(widest, layouts[i].width())
	}
	room := w.o.width() - at - gap - min(longest, max(w.o.width()/4, w.o.width()-at-gap-widest))
	column := 0 // where the reasons begin
	blocks := make([][]string, len(s.lines))
	for i, l := range layouts {
		blocks[i] = l.lines(room, 2)
		for j, line := range blocks[i] {
			blocks[i][j] = strings.Repeat(" ", at+2*min(j, 1)) + line
			column = max(column, utf8.RuneCountInString(blocks[i][j])+gap)
		}
		blocks[i][0] = head + " = " + blocks[i][0][at:]
		head = strings.Repeat(" ", at-len(" = "))
	}
	column = min(column, at+room+gap)
	for i, step := range s.steps {
		w.columns(blocks[i], fillReason(w.reason(step), w.o.width()-column), column, gap)
	}
}

// fillReason breaks a reason into lines, within a rule or note only if that is
// longer than a line.
func fillReason(reason string, width int) []string {
	var words []string
	for _, part := range strings.SplitAfter(reason, ", ") {
		part = strings.TrimRight(part, " ")
		if part == "" {
			continue
		}
		if utf8.RuneCountInString(part) > width {
			words = append(words, strings.Fields(part)...)
		} else {
			words = append(words, part)
		}
	}
	return fill(words, width)
}

// columns writes two blocks of lines side by side, the second one from a column on.
func (w *textPage) columns(left, right []string, column, gap int) {
	for j := range max(len(left), len(right)) {
		line := ""
		if j < len(left) {
			line = left[j]
		}
		if j < len(right) {
			line += strings.Repeat(" ", max(column-utf8.RuneCountInString(line), gap)) + right[j]
		}
		w.b.WriteString(line + "\n")
	}
}

func (w *textPage) reason(s Step) string {
	if w.o.ASCII {
		return s.reason()
	}
	return prose(s.reason())
}

// remarks writes the warnings and, if they are asked for, rules and checks.
func (w *textPage) remarks() {
	if len(w.d.Warnings) > 0 {
		w.b.WriteByte('\n')
	}
	for _, warning := range w.d.Warnings {
		w.paragraph("Note: " + warning.Message)
	}
	if w.o.Verbose {
		w.rules()
	}
	if !w.o.Verbose && !w.o.Checks {
		return
	}
	if len(w.d.Checks) > 0 {
		w.b.WriteByte('\n')
	}
	for _, c := range w.d.Checks {
		w.paragraph(c.String())
	}
}

// rules writes what the rules say.
func (w *textPage) rules() {
	w.b.WriteByte('\n')
	for _, r := range w.d.rules() {
		text := r.sentence()
		if !w.o.ASCII {
			text = prose(text)
		}
		w.paragraph(text)
	}
}

func (w *textPage) paragraph(text string) {
	for i, line := range fill(strings.Fields(text), w.o.width()-2) {
		if i > 0 {
			line = "  " + line
		}
		w.b.WriteString(line + "\n")
	}
}

// prose returns a sentence with expressions of the grammar in it with these in
// mathematical notation.
func prose(s string) string { return proseReplacer.Replace(s) }

var proseReplacer = strings.NewReplacer(
	"= -", "= −", " - ", " − ", "sigma'", "σ′", "phi'", "φ′", "inv(X)", "X⁻¹", "norm2(X)^2", "‖X‖²", "logdet(X)", "log|X|", "det(X)", "|X|",
	"kron(X,Y)", "X ⊗ Y", "kron(dX,Y)", "dX ⊗ Y", "kron(X,dY)", "X ⊗ dY", "df/dY'*", "(∂f/∂Y)ᵀ ",
	"*dX*", " dX ", "dX*", "dX ", "*dX", " dX", "*dY", " dY", "(dX)*", "(dX) ", "(dX)'", "(dX)ᵀ",
	".*dX", " ⊙ dX", "dX.*", "dX ⊙ ", ".*dY", " ⊙ dY", ".*", " ⊙ ", "*", "·", "^2", "²", "'", "ᵀ",
	"sigma(X)", "σ(X)", "phi(u)", "φ(u)", "eye(n)", "I",
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
	}
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
