package matcalc

import "slices"

// region computes what is computed entry by entry, with all of it that has no
// variable: by a method of mat.Dense if there is one, else in one loop.
func (g *goWriter) region(n *goNode, dst string) {
	source := g.takeOver(n, dst)
	switch n.op {
	case goAdd:
		g.addition(n, source, dst)
	case goHad:
		g.multiplication(n, source, dst)
	case goOuter:
		g.outer("1", n, dst)
	default:
		g.apply(n, nil, source, dst)
	}
}

// takeOver computes a matrix that only this loop needs in the place of its
// result, and returns it, nil if there is none.
func (g *goWriter) takeOver(n *goNode, dst string) *goNode {
	var source *goNode
	g.eachLeaf(n, func(x *goNode) bool {
		switch x.op {
		case goMul, goMPow, goKron, goSolve, goAdd, goHad, goFn, goPow:
		default:
			return false
		}
		only := []goContext{{root: n}}
		if x.where != "" || g.vars[x] != "" || x.shape != n.shape || !slices.Equal(g.contexts[x], only) {
			return false
		}
		source = x
		return true
	})
	if source != nil {
		g.compute(source, dst)
		g.vars[source] = dst
	}
	return source
}

// eachLeaf calls f for the matrices that the loop of n reads at i, j until it
// returns true.
func (g *goWriter) eachLeaf(n *goNode, f func(x *goNode) bool) bool {
	for _, a := range n.args {
		switch {
		case a.shape != n.shape:
		case !g.isInline(a):
			if f(a) {
				return true
			}
		case a.op == goAdd || a.op == goHad || a.op == goPow || a.op == goFn:
			if g.eachLeaf(a, f) {
				return true
			}
		}
	}
	return false
}

// signed returns a term of a sum as plus or minus a matrix that is not inline.
func (g *goWriter) signed(t *goNode) (m *goNode, minus, ok bool) {
	if g.isInline(t) && t.op == goHad && len(t.args) == 1 && t.num.Cmp(ratNeg) == 0 {
		t, minus = t.args[0], true
	}
	return t, minus, !g.isInline(t) && t.op != goOnes && t.op != goZeros
}

// addition computes a sum. What is diagonal in it comes last.
func (g *goWriter) addition(n, source *goNode, dst string) {
	terms := n.args
	last := terms[len(terms)-1]
	if last.op == goDiag && g.isInline(last) {
		terms = terms[:len(terms)-1]
	} else {
		last = nil
	}
	switch {
	case len(terms) == 1 && terms[0] == source:
	case len(terms) == 1 && !g.isInline(terms[0]):
		m := g.operand(terms[0])
		g.into(dst)
		g.line("%s.CloneFrom(%s)", dst, m)
	case len(terms) == 1 && terms[0].op == goHad:
		g.multiplication(terms[0], source, dst)
	case len(terms) == 1 && terms[0].op == goOuter:
		g.outer("1", terms[0], dst)
	case !g.additions(terms, source, dst):
		g.apply(n, terms, source, dst)
	}
	if last == nil {
		return
	}
	f, loop := g.entries(goContext{root: n, diagonal: true}, nil)
	entry := joinSum([]goText{goAtom("%s.At(%s, %s)", dst, loop.i, loop.i), f.text(last.args[0])})
	g.line("for %s := range %s {", loop.i, g.dim(n.shape.Rows))
	g.locals(loop)
	g.line("%s.Set(%s, %s, %s)", dst, loop.i, loop.i, entry.s)
	g.line("}")
}

// additions computes a sum of matrices with signs by Add and Sub, if it is one.
func (g *goWriter) additions(terms []*goNode, source *goNode, dst string) bool {
	type term struct {
		m     *goNode
		minus bool
	}
	var list []term
	for _, t := range terms {
		m, minus, ok := g.signed(t)
		if !ok {
			return false
		}
		list = append(list, term{m, minus})
	}
	// The matrix that is in dst already is among the first two, the first is
	// not subtracted.
	slices.SortStableFunc(list, func(a, b term) int {
		rank := func(t term) int {
			switch {
			case t.m == source && !t.minus:
				return 0
			case t.m == source:
				return 2
			case !t.minus && source != nil:
				return 1
			}
			return 3
		}
		return rank(a) - rank(b)
	})
	if source != nil && list[0].m != source && list[1].m != source {
		i := slices.IndexFunc(list, func(t term) bool { return t.m == source })
		t := list[i]
		list = slices.Insert(slices.Delete(list, i, i+1), 1, t)
	}
	if list[0].minus {
		i := slices.IndexFunc(list, func(t term) bool { return !t.minus })
		if i < 0 || source != nil && i != 1 {
			return false
		}
		list[0], list[i] = list[i], list[0]
	}
	method := func(t term) string {
		if t.minus {
			return "Sub"
		}
		return "Add"
	}
	operands := make([]string, len(list))
	for i, t := range list {
		operands[i] = g.operand(t.m)
	}
	g.into(dst)
	g.line("%s.%s(%s, %s)", dst, method(list[1]), operands[0], operands[1])
	for i, t := range list[2:] {
		g.line("%s.%s(%s, %s)", dst, method(t), dst, operands[i+2])
	}
	return true
}

// multiplication computes scalars times matrices entry by entry.
func (g *goWriter) multiplication(n, source *goNode, dst string) {
	var scalars, matrices []*goNode
	for _, a := range n.args {
		if a.shape.IsScalar() {
			scalars = append(scalars, a)
		} else {
			matrices = append(matrices, a)
		}
	}
	plain := len(scalars) == 0 && isOne(n.num)
	first := matrices[0]
	direct := func(m *goNode) bool { return !g.isInline(m) && m.op != goOnes && m.op != goZeros }
	reciprocal := func(m *goNode) bool {
		return g.isInline(m) && m.op == goPow && direct(m.args[0]) && m.args[1].isNum(-1)
	}
	switch {
	case len(matrices) == 1 && first.op == goOuter && g.isInline(first):
		g.outer(g.coefficient(n, scalars), first, dst)
	case len(matrices) == 1 && direct(first):
		c, m := g.coefficient(n, scalars), g.operand(first)
		g.into(dst)
		g.line("%s.Scale(%s, %s)", dst, c, m)
	case len(matrices) == 2 && plain && direct(first) && direct(matrices[1]):
		a, b := g.operand(first), g.operand(matrices[1])
		g.into(dst)
		g.line("%s.MulElem(%s, %s)", dst, a, b)
	case len(matrices) == 2 && plain && direct(first) && reciprocal(matrices[1]):
		a, b := g.operand(first), g.operand(matrices[1].args[0])
		g.into(dst)
		g.line("%s.DivElem(%s, %s)", dst, a, b)
	default:
		g.apply(n, nil, source, dst)
	}
}

// coefficient returns the number and scalars of a product.
func (g *goWriter) coefficient(n *goNode, scalars []*goNode) string {
	f := goFormula{g, g.scalarLeaf}
	p := goFactors{num: n.num}
	for _, s := range scalars {
		f.collect(s, &p)
	}
	return p.text().s
}

// outer computes c·u·v'.
func (g *goWriter) outer(c string, n *goNode, dst string) {
	u, v := g.vector(n.args[0]), g.vector(n.args[1])
	g.into(dst)
	g.line("%s.Outer(%s, %s, %s)", dst, c, u, v)
}

// vector returns a column as a mat.Vector.
func (g *goWriter) vector(n *goNode) string {
	if n.op == goT {
		return g.matrix(n.args[0]) + ".RowView(0)"
	}
	return g.matrix(n) + ".ColView(0)"
}

// apply computes the entries of n, or the sum of terms, in a loop over a matrix
// that it reads.
func (g *goWriter) apply(n *goNode, terms []*goNode, source *goNode, dst string) {
	over := dst
	if source == nil {
		g.eachLeaf(n, func(x *goNode) bool {
			if x.op == goOnes || x.op == goZeros {
				return false
			}
			source = x
			return true
		})
		if source != nil {
			over = g.operand(source)
		}
	}
	f, loop := g.entries(goContext{root: n}, source)
	entry, ok := g.moved(loop, n, loop.i, loop.j)
	switch {
	case terms != nil:
		entry = f.sum(terms)
	case !ok:
		entry = f.own(n)
	}
	g.into(dst)
	if source == nil {
		g.line("%s.ReuseAs(%s)", dst, g.dimsOf(n.shape))
	}
	g.line("%s.Apply(func(%s) float64 {%s}, %s)", dst, loop.parameters(loop.value), loop.body(entry), over)
}
