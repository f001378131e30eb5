package matcalc

import (
	"fmt"
	"slices"
	"strings"
)

// Text returns the backward pass as text.
func (nd *NetworkDerivation) Text(o PrintOptions) string {
	return nd.print(printer{&textPage{width: o.textWidth(), ascii: o.ASCII}, o, true})
}

// LaTeX returns the backward pass as LaTeX for the body of a document that loads
// amsmath.
func (nd *NetworkDerivation) LaTeX(o PrintOptions) string {
	page := newLaTeXPage(o)
	page.layered = true
	return nd.print(printer{page, o, true})
}

// LayerLaTeX returns the part of LaTeX that derives a layer.
func (nd *NetworkDerivation) LayerLaTeX(layer LayerDerivation, o PrintOptions) string {
	page := newLaTeXPage(o)
	page.layered = true
	o.Objective = "L"
	p := printer{page, o, true}
	nd.layer(p, layer)
	return p.String()
}

// Markdown returns the backward pass as Markdown.
func (nd *NetworkDerivation) Markdown(o PrintOptions) string {
	page := newMarkdownPage(o)
	page.layered = true
	return strings.TrimLeft(nd.print(printer{page, o, true}), "\n")
}

// print prints the forward pass, then the layers from the last to the first, as
// equations (1) to (18) of the article.
func (nd *NetworkDerivation) print(p printer) string {
	p.o.Objective = "L"
	nd.forward(p)
	var steps []Step
	var warnings []Warning
	for _, layer := range nd.Layers {
		nd.layer(p, layer)
		steps = slices.Concat(steps, layer.Z.Steps, layer.Total.Steps)
		warnings = slices.Concat(warnings, layer.Z.Warnings, layer.Total.Warnings)
	}
	p.remarks(warnings, steps, []Check{nd.Check})
	return p.String()
}

// forward prints equations (1) to (5).
func (nd *NetworkDerivation) forward(p printer) {
	var rows []row
	numbers := nd.forwardNumbers()
	for _, v := range nd.scope.Wheres {
		r := definition(v.name, v.def)
		r.number = numbers[v.name]
		rows = append(rows, r)
	}
	loss := definition("L", nd.scope.F)
	loss.number = numbers["L"]
	p.display("", append(rows, loss))
	p.declarations(nd.problem().Vars)
	if p.o.ASCII {
		p.gap()
		p.sentence("L_X is the gradient of L by X.")
	}
}

// layer prints the derivation of Algorithm 2 for a layer, and the algorithm.
func (nd *NetworkDerivation) layer(p printer, layer LayerDerivation) {
	l := layer.Layer
	p.heading(fmt.Sprintf("Layer %d", l))
	if l < nd.depth() {
		p.sentence("Of %s, the part %s goes through %s: %s and %s are held fixed.", newMark(markDiff, "L"), newMark(markDiff, nd.through(l)),
			newMark(markName, nd.a(l)), newMark(markName, fmt.Sprint("W", l+1)), newMark(markName, fmt.Sprint("b", l+1)))
	}
	stages := nd.stages(layer, p.o)
	for _, s := range stages {
		p.stage(s)
	}
	if l == nd.depth() && !nd.Single {
		p.sentence("Of a batch, the product with %s adds up the columns, which are the examples; with one example, as in the article, it is not there.",
			newMark(markIndexed, "1", newMark(markName, "m")))
	}
	if l == 1 {
		x := nd.a(0)
		p.sentence("As %s is data, %s is 0: its term and gradient are those of layers in general.", newMark(markName, x), newMark(markDiff, x))
	}
	p.display(fmt.Sprintf("Algorithm 2, layer %d:", l), layer.algorithm(stages))
}

// through is what the article calls the part of L that goes through the output
// of layer l, L itself for the last one.
func (nd *NetworkDerivation) through(l int) string {
	if l == nd.depth() {
		return "L"
	}
	return fmt.Sprint("L_", l+1)
}

// stages returns the derivation of a layer with the article's numbers.
func (nd *NetworkDerivation) stages(layer LayerDerivation, o PrintOptions) (stages []stage) {
	l := layer.Layer
	for _, d := range []*Derivation{layer.Z, layer.Total} {
		for _, s := range d.stages(o, true) {
			s.of = nd.through(l)
			nd.numbered(&s, layer)
			for i := range s.read {
				r := &s.read[i]
				if o.ASCII { // as the grammar has it
					r.names = []*mark{newMark(markName, inGrammar(partialName("L", r.by.name)))}
				} else if s.of != "L" && r.by.name != nd.a(l-1) {
					r.names = append(r.names, gradientName(s.of, r.by))
				}
			}
			stages = append(stages, s)
		}
	}
	return stages
}

// algorithm returns the four equations of a layer that is derived in stages.
func (layer LayerDerivation) algorithm(stages []stage) (rows []row) {
	found := map[*Expr]row{}
	for _, s := range stages {
		for _, r := range s.read {
			found[r.by] = row{left: r.names[:1], right: r.forms[0]}
		}
	}
	for _, r := range layer.Gradients() {
		rows = append(rows, found[r.By])
	}
	return rows
}

// forwardNumbers returns the numbers of equations (1) to (5), by what is defined.
func (nd *NetworkDerivation) forwardNumbers() map[string]string {
	numbers := map[string]string{"L": nd.number(nd.depth(), 5, 5)}
	for l := 1; l <= nd.depth(); l++ {
		numbers[nd.z(l)], numbers[nd.a(l)] = nd.number(l, 1, 3), nd.number(l, 2, 4)
	}
	return numbers
}

// numbersOf returns the numbers of the equations of a layer, by what the gradient
// is by.
func (nd *NetworkDerivation) numbersOf(layer LayerDerivation) map[string]string {
	l := layer.Layer
	back := 12 // of a layer that is not the first
	if l == 1 {
		back = 0
	}
	return map[string]string{
		nd.a(l): nd.number(l, 0, 7), nd.z(l): nd.number(l, 15, 9), // that by a(l) is one of this layer for the last only
		fmt.Sprint("W", l): nd.number(l, 17, 11), nd.a(l - 1): nd.number(l, back, back), fmt.Sprint("b", l): nd.number(l, 18, 13),
	}
}

// numbered enters the numbers that the article gives the equations of a stage.
func (nd *NetworkDerivation) numbered(s *stage, layer LayerDerivation) {
	l := layer.Layer
	switch s.read[0].by.name {
	case nd.a(l):
		s.number = nd.number(l, 0, 6)
	case nd.z(l):
		s.number = nd.number(l, 14, 8)
	case layer.Total.Wrt.name:
		s.number = nd.number(l, 16, 10)
	}
	for i, r := range s.read {
		s.read[i].number = nd.numbersOf(layer)[r.by.name]
	}
}

// number returns the number of an equation of layer l in the article, which has
// one hidden layer and one that is the last; in other networks an equation is as
// that one.
func (nd *NetworkDerivation) number(l, hidden, last int) string {
	n := hidden
	if l == nd.depth() {
		n = last
	}
	switch {
	case n == 0:
		return ""
	case nd.depth() == 2:
		return fmt.Sprintf("(%d)", n)
	}
	return fmt.Sprintf("as (%d)", n)
}
