package matcalc

import (
	"strings"
	"unicode/utf8"
)

// nameStyle writes names: Greek letters, digits at the end and what follows a _
// as an index, words upright.
type nameStyle struct {
	layered bool // digits at the end are a layer, W^{[1]}
}

// isLayered reports whether the index of a name is that of a layer.
func (n nameStyle) isLayered(name string) bool {
	letters, index := splitName(name)
	return n.layered && len(letters) == 1 && index != "" && isDigits(index)
}

// raised returns a name with an exponent, which stands beside the layer: a^{[1]T}.
func (n nameStyle) raised(name, exponent string) string {
	if !n.isLayered(name) {
		return n.name(name) + "^{" + exponent + "}"
	}
	letters, index := splitName(name)
	return letters + "^{[" + index + "]" + exponent + "}"
}

// primed returns the name of a derivative.
func (n nameStyle) primed(name string) string {
	if n.isLayered(name) {
		return n.raised(name, `\prime`)
	}
	return n.name(name) + "'"
}

// size returns a side of a shape.
func (n nameStyle) size(side string) string {
	if isName(side) {
		return n.name(side)
	}
	return side
}

func (n nameStyle) name(name string) string {
	if n.isLayered(name) {
		return n.raised(name, "")
	}
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
func (n nameStyle) nameWidth(name string) int {
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
	if n.isLayered(name) {
		return width + letter*7/10*(len(index)+1)
	}
	return width + letter*(len(index)+1)/2
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
