package matcalc

import "strings"

// Markdown returns the derivation as Markdown with formulas between dollar
// signs, as notebooks show it.
func (d *Derivation) Markdown(o PrintOptions) string {
	w := &latexPage{
		d: d, o: o, begin: "\n$$\n\\begin{aligned}", end: "\\end{aligned}\n$$\n", text: MarkdownText,
	}
	w.derivation()
	return strings.TrimLeft(w.b.String(), "\n")
}

// MarkdownText returns text without meaning to Markdown.
func MarkdownText(s string) string { return markdownEscapes.Replace(s) }

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "$", `\$`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "[", `\[`, "]", `\]`, "|", `\|`, "#", `\#`,
)
