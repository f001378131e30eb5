package matcalc

import "slices"

// goContext is where entries of a matrix are needed: in the loop that computes
// root, transposed, or on the diagonal only. Without a root the matrix itself
// is needed.
type goContext struct {
	root                 *goNode
	transposed, diagonal bool
}

// goUses says how nodes are used, and so which of them are stored.
type goUses struct {
	contexts map[*goNode][]goContext
	parents  map[*goNode][]*goNode
	refs     map[*goNode]int // how often a node is an argument
	stored   map[*goNode]bool
}

// usesOf follows the roots of a function down to its arguments.
func usesOf(order []*goNode, roots []*goNode) *goUses {
	u := &goUses{map[*goNode][]goContext{}, map[*goNode][]*goNode{}, map[*goNode]int{}, map[*goNode]bool{}}
	needed := map[*goNode]bool{}
	for _, r := range roots {
		needed[r] = true
		u.refs[r]++
		u.need(r, nil, goContext{})
	}
	for _, n := range slices.Backward(order) {
		if !needed[n] {
			continue
		}
		u.stored[n] = u.mustStore(n)
		if isReciprocal(n) { // every time it is a divisor
			u.refs[n.args[0]] += u.refs[n] - 1
		}
		for i, a := range n.args {
			needed[a] = true
			u.refs[a]++
			u.pass(n, i, a)
		}
	}
	return u
}

func (u *goUses) need(n, parent *goNode, c goContext) {
	if n.shape.IsScalar() {
		return
	}
	if !slices.Contains(u.contexts[n], c) {
		u.contexts[n] = append(u.contexts[n], c)
	}
	if parent != nil {
		u.parents[n] = append(u.parents[n], parent)
	}
}

// pass says how n needs its i-th argument.
func (u *goUses) pass(n *goNode, i int, a *goNode) {
	switch {
	case n.op == goSum:
		u.need(a, n, goContext{root: n})
	case n.op == goTr:
		u.need(a, n, goContext{root: n, diagonal: true})
	case n.op == goT:
		for _, c := range u.contexts[n] {
			if c.root != nil {
				c.transposed = !c.transposed && !c.diagonal
			}
			u.need(a, n, c)
		}
	case n.op == goHad && a == n.args[len(n.args)-1-i] && len(n.args) == 2 && u.isSummed(n):
		u.need(a, n, goContext{}) // a sum of squares is dot(a, a)
	case n.op == goCols || n.op == goRows || n.op == goOuter || !n.entrywise() && n.op != goDiag:
		u.need(a, n, goContext{})
	default:
		contexts := u.contexts[n]
		if u.stored[n] {
			contexts = []goContext{{root: n}}
		}
		for _, c := range contexts {
			if n.op == goDiagOf || n.op == goDiag {
				c.transposed, c.diagonal = false, true
			}
			u.need(a, n, c)
		}
	}
}

// mustStore reports whether n is stored in a variable of its own: if it isn't
// computed entry by entry, if it is needed in several loops, or if the user has
// named it.
func (u *goUses) mustStore(n *goNode) bool {
	switch {
	case n.shape.IsScalar() || n.op == goParam || n.op == goT || n.op == goFactor:
		return false
	case n.op == goOnes || n.op == goZeros:
		return slices.Contains(u.contexts[n], goContext{})
	case n.op == goDiag:
		return slices.ContainsFunc(u.parents[n], func(p *goNode) bool { return p.op != goAdd }) || len(u.parents[n]) == 0
	case n.where != "" || !n.entrywise() || slices.Contains(u.contexts[n], goContext{}):
		return true
	case n.op == goAdd && n.args[len(n.args)-1].op == goDiag:
		return true
	}
	return len(u.contexts[n]) > 1 && !isCheap(n)
}

// isCheap reports whether computing an entry of n again costs no more than
// storing it.
func isCheap(n *goNode) bool {
	switch n.op {
	case goCols, goRows, goOuter:
		return true
	case goDiagOf:
		return !n.args[0].entrywise()
	case goHad:
		matrices := 0
		for _, a := range n.args {
			if a.shape.IsScalar() {
				continue
			}
			matrices++
			if a.op == goT {
				a = a.args[0]
			}
			if a.entrywise() {
				return false
			}
		}
		return matrices <= 1
	}
	return false
}

// isInline reports whether n has no variable: where an entry of it is needed,
// its formula stands.
func (u *goUses) isInline(n *goNode) bool {
	return (n.entrywise() || n.op == goDiag) && !u.stored[n]
}

// isShared reports whether the loop that n is in uses it several times.
func (u *goUses) isShared(n *goNode) bool {
	return u.refs[n] > 1 && len(u.contexts[n]) == 1 && !isCheap(n)
}

// isSummed reports whether n is only needed for the sum of its entries.
func (u *goUses) isSummed(n *goNode) bool {
	return !u.stored[n] && len(u.parents[n]) == 1 && u.parents[n][0].op == goSum
}
