package matcalc

import "strings"

// Markdown returns the derivation as Markdown with formulas between dollar
// signs, as notebooks show it.
func (d *Derivation) Markdown(o PrintOptions) string {
	p := printer{newMarkdownPage(o), o, true}
	p.derivation(d)
	return strings.TrimLeft(p.String(), "\n")
}

func newMarkdownPage(o PrintOptions) *latexPage {
	return &latexPage{
		width: o.latexWidth(), begin: "\n$$\n\\begin{aligned}", end: "\\end{aligned}\n$$\n",
		title: "\n### %s\n", tag: `&& \text%s`, text: MarkdownText,
	}
}

// MarkdownText returns text without meaning to Markdown.
func MarkdownText(s string) string { return markdownEscapes.Replace(s) }

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "$", `\$`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "[", `\[`, "]", `\]`, "|", `\|`, "#", `\#`,
)
