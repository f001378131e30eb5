package matcalc

import (
	"fmt"
	"slices"
	"strings"
)

// scalar returns a scalar as a formula, of variables where it is needed again.
func (g *goWriter) scalar(n *goNode) goText {
	f := goFormula{g, g.scalarLeaf}
	return f.text(n)
}

// scalarLeaf returns what stands for a scalar, if it isn't a formula in place.
func (g *goWriter) scalarLeaf(n *goNode) (goText, bool) {
	if name := g.vars[n]; name != "" {
		return goAtom("%s", name), true
	}
	switch n.op {
	case goNum, goDim:
		return goText{}, false
	case goParam:
		return goAtom("%s", g.params[n.name]), true
	}
	if g.refs[n] == 1 && n.where == "" || isNegation(n) || isReciprocal(n) {
		return g.inPlace(n)
	}
	t := g.ownScalar(n)
	if n.op == goLogdet {
		return t, true
	}
	return goAtom("%s", g.variable(n, t)), true
}

// isNegation reports whether n is a number times a scalar that has a name.
func isNegation(n *goNode) bool {
	return n.op == goHad && len(n.args) == 1 && n.args[0].op == goParam
}

// isReciprocal reports whether n is a negative power: as the divisor that it is
// in a product it needs no variable.
func isReciprocal(n *goNode) bool {
	return n.op == goPow && n.args[1].op == goNum && n.args[1].num.Sign() < 0
}

// variable computes a scalar in a variable and returns its name.
func (g *goWriter) variable(n *goNode, t goText) string {
	name := n.where
	if name == "" {
		name = "s"
	}
	name = g.temporary(name)
	g.line("%s := %s%s", name, t.s, g.comment(n, name))
	g.vars[n] = name
	return name
}

// inPlace returns a scalar that is needed once: a formula of the scalars in it
// stays one.
func (g *goWriter) inPlace(n *goNode) (goText, bool) {
	switch n.op {
	case goAdd, goHad, goPow, goFn:
		return goText{}, false
	}
	t := g.ownScalar(n)
	if strings.Contains(t.s, "\n") || strings.Contains(t.s, "func(") && len(t.s) > 80 {
		return goAtom("%s", g.variable(n, t)), true
	}
	return t, true
}

// ownScalar returns the scalar n, which has no name yet.
func (g *goWriter) ownScalar(n *goNode) goText {
	switch n.op {
	case goDet:
		f := n.args[0]
		if g.isAlone(f) {
			return goAtom("mat.Det(%s)", g.operand(f.args[0]))
		}
		return goAtom("%s.Det()", g.factor(f))
	case goLogdet:
		return g.logdet(n)
	case goSum:
		return g.sumOf(n)
	case goTr:
		if a := n.args[0]; !g.isInline(a) {
			return goAtom("mat.Trace(%s)", g.operand(a))
		}
		return g.closure(n, Shape{n.args[0].shape.Rows, One}, goContext{root: n, diagonal: true})
	case goNorm2:
		return goAtom("mat.Norm(%s, 2)", g.operand(n.args[0]))
	case goApp, goGradApp:
		return goAtom("%s(%s)", g.params[n.name], g.arguments(n))
	}
	f := goFormula{g, g.scalarLeaf}
	return f.own(n)
}

// logdet returns the logarithm of a determinant that must be positive.
func (g *goWriter) logdet(n *goNode) goText {
	f := n.args[0]
	if f.index == 1 {
		return goAtom("%s.LogDet()", g.factor(f))
	}
	call := ""
	if g.isAlone(f) {
		call = fmt.Sprintf("mat.LogDet(%s)", g.operand(f.args[0]))
	} else {
		call = g.factor(f) + ".LogDet()"
	}
	name, sign := g.names.pick("logDet"), g.names.pick("sgn")
	g.vars[n] = name
	g.line("%s, %s := %s", name, sign, call)
	message := fmt.Sprintf("logdet(%s): the determinant is not positive", short(f.expr))
	g.failed(fmt.Sprintf("%s < 0 || math.IsInf(%s, -1)", sign, name), fmt.Sprintf("errors.New(%q)", message))
	return goAtom("%s", name)
}

// sumOf returns the sum of the entries of a matrix.
func (g *goWriter) sumOf(n *goNode) goText {
	a := n.args[0]
	if !g.isInline(a) {
		return goAtom("mat.Sum(%s)", g.operand(a))
	}
	if a.op == goHad && isOne(a.num) && len(a.args) == 2 && !g.isInline(a.args[0]) && !g.isInline(a.args[1]) {
		return goAtom("dot(%s, %s)", g.operand(a.args[0]), g.operand(a.args[1]))
	}
	return g.closure(n, a.shape, goContext{root: n})
}

// closure returns a sum over a loop.
func (g *goWriter) closure(n *goNode, s Shape, c goContext) goText {
	f, used := g.entries(c, nil)
	entry := f.text(n.args[0])
	return goAtom("sum(%s, func(%s) float64 {%s})", g.dimsOf(s), used.parameters(""), used.body(entry))
}

// scalarInLoop returns a scalar in a loop: what is more than a product or a sum
// of variables is computed before it.
func (g *goWriter) scalarInLoop(n *goNode) (goText, bool) {
	switch n.op {
	case goNum, goDim, goParam:
		return g.scalarLeaf(n)
	case goHad, goAdd:
		if g.vars[n] == "" && g.refs[n] == 1 && !slices.ContainsFunc(n.args, isReciprocal) {
			return goText{}, false
		}
	}
	if g.vars[n] == "" {
		if t, ok := g.scalarLeaf(n); ok && goIdentifier.MatchString(t.s) {
			return t, true
		} else if ok {
			return goAtom("%s", g.variable(n, t)), true
		}
		g.variable(n, g.ownScalar(n))
	}
	return goAtom("%s", g.vars[n]), true
}
