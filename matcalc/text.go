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

	// Numbers of the article's equations, to stand beside them: that of the
	// objective, then those of the lines and of the gradient read off them, in
	// turn; "" for none. What the article has wrong there is said.
	Numbers []string
}

// number returns the i-th number.
func (o PrintOptions) number(i int) string {
	if i < len(o.Numbers) {
		return o.Numbers[i]
	}
	return ""
}

// Text returns e in the notation of mathematics, or with ASCII in the grammar.
func (e *Expr) Text(o PrintOptions) string {
	return strings.Join(textLayout(e, o.ASCII).lines(o.textWidth(), 2), "\n  ")
}

func (o PrintOptions) textWidth() int {
	if o.Width == 0 {
		return 80
	}
	return o.Width
}

// Text returns the derivation as text: the function and its declarations, the
// lines with their rules on the right, the gradient, warnings and checks.
func (d *Derivation) Text(o PrintOptions) string {
	p := printer{&textPage{width: o.textWidth(), ascii: o.ASCII}, o, !o.ASCII}
	p.derivation(d)
	return p.String()
}

// textPage is a page of text.
type textPage struct {
	strings.Builder
	width int
	ascii bool
	last  block
}

// block is what stands on a page of text, parted by empty lines.
type block int

const (
	nothing block = iota
	sentences
	formulas
)

// begin begins a block.
func (w *textPage) begin(b block) {
	if w.Len() > 0 && (b != sentences || w.last != sentences) {
		w.WriteByte('\n')
	}
	w.last = b
}

func (w *textPage) gap() { w.last = nothing }

func (w *textPage) heading(title string) {
	w.begin(formulas)
	w.WriteString(title + "\n" + strings.Repeat("-", utf8.RuneCountInString(title)) + "\n")
}

func (w *textPage) sentence(text string, formulas ...*mark) {
	w.begin(sentences)
	var names []string
	for _, f := range formulas {
		names = append(names, w.left(f))
	}
	text = insert(text, func(s string) string { return s }, names)
	for i, line := range fill(strings.Fields(text), w.width-2) {
		if i > 0 {
			line = "  " + line
		}
		w.WriteString(line + "\n")
	}
}

func (w *textPage) prose(text string) string {
	if w.ascii {
		return text
	}
	return prose(text)
}

func (w *textPage) name(s string) string {
	if w.ascii {
		return s
	}
	return textName(s)
}

// declarations writes "M is l×l symmetric" and so on, directly below formulas.
func (w *textPage) declarations(vars Variables) {
	times := "×"
	if w.ascii {
		times = "x"
	}
	var words []string
	for _, v := range vars {
		what := w.name(v.Shape[0]) + times + w.name(v.Shape[1])
		if v.isScalar() {
			what = "scalar"
		}
		words = append(words, strings.Join(append([]string{w.name(v.Name), "is", what}, v.propWords()...), " "))
	}
	for i := range len(words) - 1 {
		words[i] += ","
	}
	for _, line := range fill(words, w.width) {
		w.WriteString(line + "\n")
	}
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

// display writes equations aligned at the equals sign, with the reasons in a
// column on the right, and the numbers at the right edge.
func (w *textPage) display(label string, rows []row) {
	w.begin(formulas)
	switch {
	case strings.HasSuffix(label, ":"):
		w.WriteString(label + "\n")
		label = "  "
	case label != "":
		label += " "
	}
	heads := w.heads(label, rows)
	at := utf8.RuneCountInString(heads[0])
	width, room := w.room(rows, at)
	column := 0 // where the reasons begin
	blocks := make([][]string, len(rows))
	for i, r := range rows {
		blocks[i] = textLayout(r.right, w.ascii).lines(room, 2)
		for j := range blocks[i] {
			head := heads[i]
			if j > 0 {
				head = strings.Repeat(" ", at+2)
			}
			blocks[i][j] = head + blocks[i][j]
			column = max(column, utf8.RuneCountInString(blocks[i][j])+textGap)
		}
	}
	column = min(column, at+room+textGap)
	for i, r := range rows {
		lines := columns(blocks[i], fillReason(w.prose(r.reason), width-column), column)
		if r.number != "" {
			last := &lines[len(lines)-1]
			*last += strings.Repeat(" ", max(w.width-utf8.RuneCountInString(*last)-len(r.number), 1)) + r.number
		}
		w.WriteString(strings.Join(lines, "\n") + "\n")
	}
}

// textGap is the space between equations and reasons.
const textGap = 3

// room returns the width that is left of the numbers of equations, and that of
// right sides which begin at a column: a quarter of the page is for reasons, or
// what they need.
func (w *textPage) room(rows []row, at int) (width, room int) {
	longest, widest, numbers := 0, 0, 0
	for _, r := range rows {
		longest = max(longest, utf8.RuneCountInString(w.prose(r.reason)))
		widest = max(widest, textLayout(r.right, w.ascii).width())
		if r.number != "" {
			numbers = max(numbers, len(r.number)+2)
		}
	}
	width = w.width - numbers
	room = width - at
	if longest > 0 {
		room -= textGap + min(longest, max(width/4, room-textGap-widest))
	}
	return width, room
}

// heads returns the left sides of equations, all of one length.
func (w *textPage) heads(label string, rows []row) []string {
	heads := make([]string, len(rows))
	at := 0
	for i, r := range rows {
		var names []string
		for _, m := range r.left {
			names = append(names, w.left(m))
		}
		heads[i] = strings.Join(names, " = ")
		at = max(at, utf8.RuneCountInString(heads[i]))
	}
	for i, head := range heads {
		heads[i] = label + strings.Repeat(" ", at-utf8.RuneCountInString(head)) + head + " = "
		if i == 0 {
			label = strings.Repeat(" ", utf8.RuneCountInString(label))
		}
	}
	return heads
}

// left returns the left side of an equation, or a name within a sentence.
func (w *textPage) left(m *mark) string {
	if !w.ascii {
		l := &textWriter{}
		l.mark(m)
		return l.flat()
	}
	switch m.kind {
	case markIndexed:
		return "ones(" + m.args[0].text + ")"
	case markDiff:
		return "d" + m.text
	case markPartial:
		return "d" + m.text + "/d" + m.args[0].text
	case markSecond:
		x := m.args[0].text
		if m.scalar {
			return "d2" + m.text + "/d" + x + "^2"
		}
		return "d2" + m.text + "/d" + x + "d" + x + "'"
	}
	return m.text
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

// columns returns two blocks of lines side by side, the second one from a column
// on.
func columns(left, right []string, column int) (lines []string) {
	for j := range max(len(left), len(right)) {
		line := ""
		if j < len(left) {
			line = left[j]
		}
		if j < len(right) {
			line += strings.Repeat(" ", max(column-utf8.RuneCountInString(line), textGap)) + right[j]
		}
		lines = append(lines, line)
	}
	return lines
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
