package matcalc

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxPlanned is the longest product whose order is chosen by its cost.
const maxPlanned = 24

// typicalSize is what a dimension without a size is taken to be where products
// are ordered.
const typicalSize = 100

// factors returns the factors of a product. Low powers are several, and a
// matrix of ones is a column times a row.
func (l *goLower) factors(e *Expr) []*Expr {
	var factors []*Expr
	for _, f := range e.args {
		base, transposed := f, false
		if f.op == OpT {
			base, transposed = f.args[0], true
		}
		switch {
		case base.op == OpMPow && base.index <= 4:
			m := base.args[0]
			if transposed {
				m = l.pool.T(m)
			}
			for range base.index {
				factors = append(factors, m)
			}
		case f.op == OpOnes && f.shape.Rows != One && f.shape.Cols != One:
			factors = append(factors, l.pool.Ones(Shape{f.shape.Rows, One}), l.pool.Ones(Shape{One, f.shape.Cols}))
		default:
			factors = append(factors, f)
		}
	}
	return factors
}

// chainKey returns what identifies a product and its transpose, and whether it
// is the transpose that the key is written for.
func chainKey(factors []*Expr) (key string, transposed bool) {
	forward, backward := make([]string, len(factors)), make([]string, len(factors))
	for i, f := range factors {
		there, back := "", "'"
		base := f
		switch {
		case f.op == OpOnes:
			there, back = f.shape.String(), f.shape.T().String()
			forward[i], backward[len(factors)-1-i] = there, back
			continue
		case f.Is(Symmetric):
			back = ""
		case f.op == OpT:
			base = f.args[0]
			there, back = back, there
		}
		id := strconv.Itoa(base.id)
		forward[i], backward[len(factors)-1-i] = id+there, id+back
	}
	a, b := strings.Join(forward, " "), strings.Join(backward, " ")
	if b < a {
		return b, true
	}
	return a, false
}

// reversed returns the factors of the transpose.
func (l *goLower) reversed(factors []*Expr) []*Expr {
	r := l.pool.transposed(factors)
	slices.Reverse(r)
	return r
}

func chainShape(factors []*Expr) Shape {
	return Shape{factors[0].shape.Rows, factors[len(factors)-1].shape.Cols}
}

// product returns the product of factors, none of which is a scalar. What is a
// row is computed as a column.
func (l *goLower) product(factors []*Expr) *goNode {
	shape := chainShape(factors)
	if len(factors) == 1 {
		return l.of(factors[0])
	}
	if shape.IsRow() && !shape.IsColumn() {
		return l.t(l.product(l.reversed(factors)))
	}
	key, transposed := chainKey(factors)
	n := l.chains[key]
	if n == nil {
		half := l.bestSplit(factors)
		n = l.times(factors[:half], factors[half:])
		if n.expr == nil {
			n.expr = l.pool.Mul(factors...)
		}
		if transposed {
			l.chains[key] = l.t(n)
		} else {
			l.chains[key] = n
		}
		return n
	}
	if transposed {
		return l.t(n)
	}
	return n
}

// times returns the product of two products.
func (l *goLower) times(left, right []*Expr) *goNode {
	shape := Shape{left[0].shape.Rows, right[len(right)-1].shape.Cols}
	switch {
	case l.isInverse(left):
		return l.solve(left[0], l.product(right))
	case l.isInverse(right):
		n := l.solve(l.pool.T(right[0]), l.t(l.product(left)))
		n.expr = l.pool.T(l.pool.Mul(append(slices.Clone(left), right...)...))
		return l.t(n)
	}
	a, b := l.product(left), l.product(right)
	switch {
	case shape.IsScalar():
		return l.dot(l.t(a), b)
	case a.shape.IsScalar() || b.shape.IsScalar(): // a column times a row within the product
		return l.had(ratOne, a, b)
	case a.op == goDiag:
		return l.scaleRows(a.args[0], b)
	case b.op == goDiag:
		return l.t(l.scaleRows(b.args[0], l.t(a)))
	case b.op == goOnes && b.shape.IsColumn():
		return l.rowSums(a)
	case b.op == goOnes && b.shape.IsRow():
		return l.node(goNode{op: goCols, shape: shape, args: []*goNode{a}})
	case a.op == goOnes && a.shape.IsColumn():
		return l.node(goNode{op: goRows, shape: shape, args: []*goNode{l.t(b)}})
	case a.shape.IsColumn():
		return l.node(goNode{op: goOuter, shape: shape, args: []*goNode{a, l.t(b)}})
	}
	return l.node(goNode{op: goMul, shape: shape, args: []*goNode{a, b}})
}

// dot returns a'·b of columns.
func (l *goLower) dot(a, b *goNode) *goNode { return l.sum(l.had(ratOne, a, b)) }

// scaleRows returns diag(v)·m.
func (l *goLower) scaleRows(v, m *goNode) *goNode {
	if m.shape.IsColumn() {
		return l.had(ratOne, v, m)
	}
	return l.had(ratOne, l.node(goNode{op: goCols, shape: m.shape, args: []*goNode{v}}), m)
}

// isInverse reports whether the product is an inverse that need not be computed.
func (l *goLower) isInverse(factors []*Expr) bool {
	if len(factors) != 1 {
		return false
	}
	f := l.named(factors[0])
	return f.op == OpInv || f.op == OpT && f.args[0].op == OpInv
}

// solve returns inv(A)·b or inv(A)'·b, where f is that inverse.
func (l *goLower) solve(f *Expr, b *goNode) *goNode {
	f = l.named(f)
	n := goNode{op: goSolve}
	if f.op == OpT {
		f, n.index = f.args[0], 1
	}
	factor := l.factor(f.args[0])
	if factor.index == 1 {
		n.index = 0
	}
	n.args = []*goNode{factor, b}
	n.shape = Shape{f.shape.Rows, b.shape.Cols}
	return l.node(n)
}

// bestSplit returns how many factors the left of the two products has that are
// the last to be multiplied.
func (l *goLower) bestSplit(factors []*Expr) int {
	if len(factors) > maxPlanned {
		if chainShape(factors).IsColumn() {
			return 1
		}
		return len(factors) - 1
	}
	_, split := l.plan(factors)
	return split[0][len(factors)]
}

// plan returns the cost of computing factors[i:j] and the best place to split
// it: the order of a matrix chain, where what is known or needed elsewhere, too,
// is cheaper.
func (l *goLower) plan(factors []*Expr) (cost [][]float64, split [][]int) {
	n := len(factors)
	cost, split = make([][]float64, n+1), make([][]int, n+1)
	for i := range cost {
		cost[i], split[i] = make([]float64, n+1), make([]int, n+1)
	}
	for length := 2; length <= n; length++ {
		for i := 0; i+length <= n; i++ {
			j := i + length
			best := math.Inf(1)
			for k := j - 1; k > i; k-- { // of equals, from right to left
				c := cost[i][k] + cost[k][j] + l.costOf(factors[i:k], factors[k:j])
				if c <= best {
					best, split[i][j] = c, k-i
				}
			}
			key, _ := chainKey(factors[i:j])
			if length < n && l.chains[key] != nil {
				best = 0
			}
			cost[i][j] = best / float64(max(1, l.counts[key]))
		}
	}
	return cost, split
}

// costOf returns what multiplying two products costs, once they are known.
func (l *goLower) costOf(left, right []*Expr) float64 {
	rows, inner := l.typical(left[0].shape.Rows), l.typical(right[0].shape.Rows)
	cols := l.typical(right[len(right)-1].shape.Cols)
	cost := rows * inner * cols
	single := func(factors []*Expr, op Op) bool { return len(factors) == 1 && factors[0].op == op }
	switch {
	case single(left, OpDiag):
		return rows * cols
	case single(right, OpDiag):
		return rows * cols
	case l.isInverse(left) && l.isInverse(right):
		return cost + inner*inner*inner
	}
	return cost
}

func (l *goLower) typical(d Dim) float64 {
	size := float64(d.n)
	for _, name := range d.factors() {
		if n := l.sizes[name]; n > 0 {
			size *= float64(n)
		} else {
			size *= typicalSize
		}
	}
	return size
}

// traceOfProduct returns the trace of a product: it is cut in two places, and
// the trace is a sum over the entries of the two parts.
func (l *goLower) traceOfProduct(factors []*Expr) *goNode {
	n := len(factors)
	if n > maxPlanned/2 {
		return l.inner(l.product(factors[:n/2]), l.product(factors[n/2:]))
	}
	around := append(slices.Clone(factors), factors...)
	cost, _ := l.plan(around)
	best, from, to := math.Inf(1), 0, 0
	for i := range n {
		for j := i + 1; j < i+n; j++ {
			c := cost[i][j] + cost[j][i+n]
			c += l.typical(around[i].shape.Rows) * l.typical(around[j].shape.Rows)
			for _, part := range [][]*Expr{around[i:j], around[j : i+n]} {
				if l.isInverse(part) {
					rows := l.typical(part[0].shape.Rows)
					c += rows * rows * rows
				}
			}
			if c < best {
				best, from, to = c, i, j
			}
		}
	}
	return l.inner(l.product(around[from:to]), l.product(around[to:from+n]))
}
