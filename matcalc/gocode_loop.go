package matcalc

import (
	"fmt"
	"strings"
)

// goLoop is the inside of a loop over the entries of a matrix.
type goLoop struct {
	i, j         string // indices
	usesI, usesJ bool
	value        string  // the parameter for the entry of source
	source       *goNode // what the loop goes over, nil if nothing
	usesValue    bool
	lines        []string // variables of the loop
	vars         map[goEntry]string
	taken        map[string]bool
}

// goEntry is an entry that is a variable within a loop.
type goEntry struct {
	n    *goNode
	i, j string
}

func (l *goLoop) parameters(value string) string {
	i, j := l.i, l.j
	if !l.usesI {
		i = "_"
	}
	if !l.usesJ {
		j = "_"
	}
	if value == "" {
		return fmt.Sprintf("%s, %s int", i, j)
	}
	if !l.usesValue {
		value = "_"
	}
	return fmt.Sprintf("%s, %s int, %s float64", i, j, value)
}

// body returns the body of a closure that returns entry.
func (l *goLoop) body(entry goText) string {
	if len(l.lines) == 0 {
		return " return " + entry.s + " "
	}
	return "\n" + strings.Join(l.lines, "\n") + "\nreturn " + entry.s + "\n"
}

func (g *goWriter) locals(l *goLoop) {
	for _, line := range l.lines {
		g.line("%s", line)
	}
}

// entries returns a writer of formulas of the entries in a loop: at i, j or on
// the diagonal at i, i.
func (g *goWriter) entries(c goContext, source *goNode) (*goFormula, *goLoop) {
	l := &goLoop{
		i: g.names.free("i", "row"), j: g.names.free("j", "col"), value: g.names.free("v", "x", "u", "entry"),
		source: source, vars: map[goEntry]string{}, taken: map[string]bool{},
	}
	i, j := l.i, l.j
	if c.diagonal {
		j = l.i
	}
	f := &goFormula{g: g}
	f.leaf = func(n *goNode) (goText, bool) { return g.entry(l, f, n, i, j) }
	return f, l
}

// entry returns the entry i, j of n, or false if its formula is to stand there.
func (g *goWriter) entry(l *goLoop, f *goFormula, n *goNode, i, j string) (goText, bool) {
	if n.shape.IsScalar() {
		return g.scalarInLoop(n)
	}
	switch {
	case n == l.source && i == l.i && j == l.j:
		l.usesValue = true
		return goAtom("%s", l.value), true
	case n.op == goT:
		return g.entryAt(l, n.args[0], j, i), true
	case n.op == goOnes && !g.stored[n]:
		return goAtom("1"), true
	case n.op == goZeros && !g.stored[n]:
		return goAtom("0"), true
	case !g.isInline(n):
		return l.at(g.matrix(n), n.shape, i, j), true
	}
	if t, ok := g.moved(l, n, i, j); ok {
		return t, true
	}
	if !g.isShared(n) {
		return goText{}, false
	}
	key := goEntry{n, i, j}
	if l.vars[key] == "" {
		t := f.own(n)
		name := g.loopName(l)
		l.lines = append(l.lines, fmt.Sprintf("%s := %s", name, t.s))
		l.vars[key] = name
	}
	return goAtom("%s", l.vars[key]), true
}

// entryAt returns the entry i, j of n.
func (g *goWriter) entryAt(l *goLoop, n *goNode, i, j string) goText {
	f := &goFormula{g: g}
	f.leaf = func(n *goNode) (goText, bool) { return g.entry(l, f, n, i, j) }
	return f.text(n)
}

// moved returns the entry i, j of n if that is made of entries at other places.
func (g *goWriter) moved(l *goLoop, n *goNode, i, j string) (goText, bool) {
	switch n.op {
	case goDiagOf:
		return g.entryAt(l, n.args[0], i, i), true
	case goCols:
		return g.entryAt(l, n.args[0], i, "0"), true
	case goRows:
		return g.entryAt(l, n.args[0], j, "0"), true
	case goOuter:
		a, b := g.entryAt(l, n.args[0], i, "0"), g.entryAt(l, n.args[1], j, "0")
		return goText{a.s + " * " + b.s, goProductPrec}, true
	}
	return goText{}, false
}

// loopName returns a name for a variable of a loop.
func (g *goWriter) loopName(l *goLoop) string {
	for _, name := range []string{"a", "b", "c", "d", "e", "p", "q", "r"} {
		if !g.names.used[name] && !l.taken[name] && name != l.value {
			l.taken[name] = true
			return name
		}
	}
	name := g.names.free(fmt.Sprint("a", len(l.taken)))
	l.taken[name] = true
	return name
}

// at returns an entry of a matrix.
func (l *goLoop) at(name string, s Shape, i, j string) goText {
	if s.Rows == One {
		i = "0"
	}
	if s.Cols == One {
		j = "0"
	}
	for _, index := range []string{i, j} {
		l.usesI = l.usesI || index == l.i
		l.usesJ = l.usesJ || index == l.j
	}
	return goAtom("%s.At(%s, %s)", name, i, j)
}
