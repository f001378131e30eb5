package matcalc

import (
	"math/big"
	"slices"
)

// String returns e in the grammar. Parsed again it is the same expression, but
// for differentials of what has no name.
func (e *Expr) String() string { return e.Tree().String() }

// Nodes returns how many operators, calls and leaves the text of e has.
func (e *Expr) Nodes() int { return e.Tree().Nodes() }

// Tree returns e as it is to be written, in the shortest form that has a common
// way of writing: a − b for a + (−1)·b, X/s for s⁻¹·X, 1 for a matrix of ones
// in a sum. Equal parts are one tree.
func (e *Expr) Tree() *Tree {
	return writer{trees: map[*Expr]*Tree{}, sizes: map[*Tree]int{}}.tree(e)
}

// MaxNodesWritten is how long an expression may become in writing; beyond it
// Tree panics with an *Error that [Catch] recovers.
const MaxNodesWritten = 1_000_000

// writer makes syntax trees of expressions.
type writer struct {
	trees map[*Expr]*Tree
	sizes map[*Tree]int
	swap  *swap // for one factor of the product being written
}

// swap is a factor with a tree that is not its own: of what has taken over the
// number in front.
type swap struct {
	factor *Expr
	tree   *Tree
}

// factor returns the tree of a factor, the swapped one at its first occurrence.
func (w writer) factor(e *Expr) *Tree {
	if w.swap != nil && w.swap.factor == e {
		w.swap.factor = nil
		return w.swap.tree
	}
	return w.plain().tree(e)
}

// plain returns w without a swap.
func (w writer) plain() writer {
	w.swap = nil
	return w
}

// swapped returns w with a swap.
func (w writer) swapped(factor *Expr, tree *Tree) writer {
	w.swap = &swap{factor, tree}
	return w
}

// tree returns the tree of e.
func (w writer) tree(e *Expr) *Tree {
	t := w.trees[e]
	if t == nil {
		t = w.write(e)
		t.Expr = e
		w.trees[e] = t
		if w.size(t) > MaxNodesWritten {
			panic(errorf(TooLarge, "written out, an expression has more than %d parts", MaxNodesWritten))
		}
	}
	return t
}

// size is the number of nodes of t, found once for what is shared.
func (w writer) size(t *Tree) int {
	n := 0
	var spine []*Tree
	for ; ; t = t.Args[0] {
		if known, ok := w.sizes[t]; ok {
			n = known
			break
		}
		spine = append(spine, t)
		if len(t.Args) == 0 {
			break
		}
	}
	for _, t := range slices.Backward(spine) {
		n++
		for _, a := range t.Args[min(1, len(t.Args)):] {
			n += w.size(a)
		}
		n = min(n, 2*MaxNodesWritten)
		w.sizes[t] = n
	}
	return n
}

func (w writer) write(e *Expr) *Tree {
	switch e.op {
	case OpNum:
		return number(e.num)
	case OpDim, OpVar:
		return &Tree{Kind: TreeName, Text: inGrammar(e.name)}
	case OpDiff:
		if u := e.args[0]; u.op == OpVar {
			return &Tree{Kind: TreeName, Text: "d" + inGrammar(u.name)}
		}
		return call("d", w.tree(e.args[0]))
	case OpEye, OpOnes, OpZeros:
		return constant(e.op, e.shape)
	case OpAdd:
		return w.sum(ratOne, e)
	case OpScale, OpProd, OpHad:
		return w.product(e)
	case OpPow, OpEPow:
		if isNegative(e.args[1]) {
			return w.product(e)
		}
		return w.power(e, false)
	case OpMPow:
		return binaryTree("^", w.tree(e.args[0]), number(big.NewRat(int64(e.index), 1)))
	case OpT:
		return w.transpose(e.args[0])
	}
	return w.call(e)
}

// callNames are the functions that nodes are calls of.
var callNames = map[Op]string{
	OpInv: "inv", OpTr: "tr", OpDet: "det", OpLogdet: "logdet", OpAdj: "adj", OpSum: "sum", OpNorm1: "norm1",
	OpNorm2: "norm2", OpDiag: "diag", OpDiagOf: "diag", OpVec: "vec", OpKron: "kron",
}

func (w writer) call(e *Expr) *Tree {
	name := callNames[e.op]
	if name == "" {
		name = e.name
	}
	args := make([]*Tree, len(e.args))
	for i, a := range e.args {
		args[i] = w.tree(a)
	}
	return call(name, args...)
}

// number returns the tree of a number: a decimal if that is exact and short,
// else a fraction.
func number(r *big.Rat) *Tree {
	if r.Sign() < 0 {
		return minus(number(new(big.Rat).Neg(r)))
	}
	if text := decimal(r); text != "" {
		return &Tree{Kind: TreeNumber, Text: text}
	}
	n := &Tree{Kind: TreeNumber, Text: r.Num().String()}
	return binaryTree("/", n, &Tree{Kind: TreeNumber, Text: r.Denom().String()})
}

func minus(t *Tree) *Tree { return &Tree{Kind: TreeMinus, Text: "-", Args: []*Tree{t}} }
func binaryTree(op string, a, b *Tree) *Tree {
	return &Tree{Kind: TreeBinary, Text: op, Args: []*Tree{a, b}}
}
func call(name string, args ...*Tree) *Tree {
	return &Tree{Kind: TreeCall, Text: name, Args: args}
}

// constant returns eye, ones or zeros. Dimensions that are products have no
// name in the grammar; there the matrix is a Kronecker product.
func constant(op Op, s Shape) *Tree {
	rows, cols := s.Rows.simple(), s.Cols.simple()
	if op == OpEye {
		cols = rows
	}
	t := plainConstant(op, Shape{rows[0], cols[0]})
	for i := 1; i < max(len(rows), len(cols)); i++ {
		part := Scalar
		if i < len(rows) {
			part.Rows = rows[i]
		}
		if i < len(cols) {
			part.Cols = cols[i]
		}
		t = call("kron", t, plainConstant(op, part))
	}
	return t
}

func plainConstant(op Op, s Shape) *Tree {
	rows := dimension(s.Rows)
	switch {
	case op == OpEye:
		return call("eye", rows)
	case op == OpZeros:
		return call("zeros", rows, dimension(s.Cols))
	case s.IsColumn():
		return call("ones", rows)
	}
	return call("ones", rows, dimension(s.Cols))
}

func dimension(d Dim) *Tree {
	if d.names == "" {
		return &Tree{Kind: TreeNumber, Text: d.String()}
	}
	return &Tree{Kind: TreeName, Text: d.String()}
}

// simple returns the dimensions that are one name or number and of which d is
// the product; at least one.
func (d Dim) simple() []Dim {
	var parts []Dim
	if d.n != 1 || d.names == "" {
		parts = append(parts, DimOf(d.n))
	}
	for _, name := range d.factors() {
		parts = append(parts, DimNamed(name))
	}
	return parts
}

// isNegative reports whether an exponent is written in a denominator.
func isNegative(e *Expr) bool {
	return (e.op == OpNum || e.op == OpScale) && e.num.Sign() < 0
}

// power returns the tree of a Pow or EPow, or of one divided by it.
func (w writer) power(e *Expr, reciprocal bool) *Tree {
	base, exponent := e.args[0], e.args[1]
	op := "^"
	if e.op == OpEPow {
		op = ".^"
	}
	b := w.plain().tree(base)
	if !reciprocal {
		return binaryTree(op, b, w.plain().tree(exponent))
	}
	if exponent.op == OpNum {
		n := new(big.Rat).Neg(exponent.num)
		if isOne(n) {
			return b
		}
		return binaryTree(op, b, number(n))
	}
	c, scalars, m := exponent.Factors()
	return binaryTree(op, b, w.plain().layout(new(big.Rat).Neg(c), scalars, m))
}

// product returns the tree of what is a product: Scale, Prod, Had, or a power
// in a denominator. A number in front moves into a sum if that is shorter:
// −2·X'·(y − X·w) is 2·X'·(X·w − y).
func (w writer) product(e *Expr) *Tree {
	if e.op == OpProd {
		return w.matrix(nil, e)
	}
	c, scalars, m := e.Factors()
	if len(scalars) == 1 && m == nil && scalars[0].op == OpAdd || len(scalars) == 0 && m != nil && m.op == OpAdd {
		return w.shorter(w.layout(c, scalars, m), w.sum(c, e.args[0]))
	}
	best := w.layout(c, scalars, m)
	if isOne(c) {
		return best
	}
	factors := slices.Clone(scalars)
	if m != nil && (m.op == OpProd || m.op == OpHad) {
		factors = append(factors, m.args...)
	} else if m != nil {
		factors = append(factors, m)
	}
	if t := w.signed(c, scalars, m); t != nil {
		best = w.shorter(best, t)
	}
	for _, f := range factors {
		sum, transposed := f, f.op == OpT
		if transposed {
			sum = f.args[0]
		}
		if sum.op != OpAdd {
			continue
		}
		if c.Sign() < 0 {
			best = w.shorter(best, w.moved(f, sum, transposed, ratNeg, new(big.Rat).Neg(c), scalars, m))
		}
		return w.shorter(best, w.moved(f, sum, transposed, c, ratOne, scalars, m))
	}
	return best
}

// signed returns the layout with a minus in front moved into a trace in which
// there is a sum, nil if there is none: -tr((Y - A)'*B) is tr((A - Y)'*B).
func (w writer) signed(c *big.Rat, scalars []*Expr, m *Expr) *Tree {
	if c.Sign() >= 0 {
		return nil
	}
	for _, s := range scalars {
		if s.op != OpTr || s.args[0].op != OpProd {
			continue
		}
		for _, f := range s.args[0].args {
			sum, transposed := f, f.op == OpT
			if transposed {
				sum = f.args[0]
			}
			if sum.op != OpAdd {
				continue
			}
			t := w.sum(ratNeg, sum)
			if transposed {
				t = transposeTree(t)
			}
			inside := call("tr", w.plain().swapped(f, t).matrix(nil, s.args[0]))
			return w.swapped(s, inside).layout(new(big.Rat).Neg(c), scalars, m)
		}
	}
	return nil
}

// moved returns the layout with a number moved into the sum that the factor f is.
func (w writer) moved(f, sum *Expr, transposed bool, into, rest *big.Rat, scalars []*Expr, m *Expr) *Tree {
	t := w.sum(into, sum)
	if transposed {
		t = transposeTree(t)
	}
	return w.swapped(f, t).layout(rest, scalars, m)
}

// reversed returns the tree of a product A'·B'·C' as (C·B·A)', nil if that
// saves less than two nodes.
func (w writer) reversed(e *Expr) *Tree {
	if e.IsScalar() || e.turns > -3 {
		return nil
	}
	var t *Tree
	for _, a := range slices.Backward(e.args) {
		t = joinTrees("*", t, w.transposed(a))
	}
	return transposeTree(t)
}

func transposeTree(t *Tree) *Tree { return &Tree{Kind: TreeTranspose, Args: []*Tree{t}} }

// transposed returns the tree of the transpose of a factor.
func (w writer) transposed(e *Expr) *Tree {
	t := w.factor(e)
	switch {
	case e.IsScalar() || e.Is(Symmetric):
		return t
	case t.Kind == TreeTranspose:
		return t.Args[0]
	}
	return transposeTree(t)
}

// transpose returns the tree of a T node over e. It moves into a sum of which
// only one term, one factor, changes: C + A' for (C + A)' with a symmetric C.
func (w writer) transpose(e *Expr) *Tree {
	if e.op == OpAdd {
		var turning []*Expr
		for _, a := range e.args {
			if _, _, m := a.Factors(); !m.Is(Symmetric) {
				turning = append(turning, m)
			}
		}
		if len(turning) == 1 && turning[0].op != OpProd && turning[0].op != OpHad {
			return w.swapped(turning[0], w.transposed(turning[0])).sum(ratOne, e)
		}
	}
	return transposeTree(w.tree(e))
}

func (w writer) shorter(a, b *Tree) *Tree {
	if w.size(b) < w.size(a) {
		return b
	}
	return a
}

// layout returns the tree of c · scalars · m as it stands: the number first,
// then the scalars, then the matrix, divisors last.
func (w writer) layout(c *big.Rat, scalars []*Expr, m *Expr) *Tree {
	if c.Sign() < 0 {
		return minus(w.layout(new(big.Rat).Neg(c), scalars, m))
	}
	var chain, divisors *Tree
	alone := m == nil && !slices.ContainsFunc(scalars, func(s *Expr) bool { return s.op != OpProd && !s.isDivisor() })
	for _, s := range scalars {
		if s.isDivisor() {
			divisors = joinTrees("*", divisors, w.power(s, true))
			continue
		}
		t := w.factor(s)
		if s.op == OpProd && !alone {
			t = grouped(t)
		}
		chain = joinTrees("*", chain, t)
	}
	front := c
	if decimal(c) == "" || divisors != nil && !c.IsInt() {
		front = new(big.Rat).SetInt(c.Num())
		divisors = joinTrees("*", &Tree{Kind: TreeNumber, Text: c.Denom().String()}, divisors)
	}
	if !isOne(front) {
		chain = joinTrees("*", number(front), chain)
	}
	chain = w.matrix(chain, m)
	if chain == nil {
		chain = number(ratOne)
	}
	if divisors != nil {
		chain = binaryTree("/", chain, divisors)
	}
	return chain
}

// isDivisor reports whether the scalar e is written below a fraction bar.
func (e *Expr) isDivisor() bool { return e.op == OpPow && isNegative(e.args[1]) }

// grouped returns t as it is written among other factors: x'*y as (x'*y).
func grouped(t *Tree) *Tree {
	g := *t
	g.Group = true
	return &g
}

// joinTrees returns a op b, where a or b may be nil. A chain on the right is
// hung in from the left.
func joinTrees(op string, a, b *Tree) *Tree {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case b.Kind == TreeBinary && b.Text == op && op == "*" && b.Expr == nil:
		return binaryTree(op, joinTrees(op, a, b.Args[0]), b.Args[1])
	}
	return binaryTree(op, a, b)
}

// matrix returns the tree of the scalars in chain, which may be nil, times m,
// which may be nil.
func (w writer) matrix(chain *Tree, m *Expr) *Tree {
	switch {
	case m == nil:
		return chain
	case m.op == OpProd:
		if t := w.reversed(m); t != nil {
			return joinTrees("*", chain, t)
		}
		for _, a := range m.args {
			chain = joinTrees("*", chain, w.factor(a))
		}
		return chain
	case m.op == OpHad:
		return w.hadamard(chain, m.args)
	case m.op == OpEPow && isNegative(m.args[1]):
		return w.hadamard(chain, []*Expr{m})
	}
	return joinTrees("*", chain, w.factor(m))
}

// hadamard returns the tree of the scalars in chain times the element-wise
// product of factors.
func (w writer) hadamard(chain *Tree, factors []*Expr) *Tree {
	op := "*" // after the scalars
	if chain == nil {
		op = ".*"
	}
	var divisors *Tree
	for _, f := range factors {
		if f.op == OpEPow && isNegative(f.args[1]) {
			divisors = joinTrees(".*", divisors, w.power(f, true))
			continue
		}
		scaled := chain != nil && op == "*"
		chain = joinTrees(op, chain, w.factor(f))
		if scaled {
			chain.Scaled = true
		}
		op = ".*"
	}
	if chain == nil {
		chain = number(ratOne)
	}
	if divisors != nil {
		chain = binaryTree("./", chain, divisors)
	}
	return chain
}
