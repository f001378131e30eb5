package matcalc

import (
	"math/big"
	"slices"
)

// String returns e in the grammar. Parsed again it is the same expression, but
// for differentials of what has no name.
func (e *Expr) String() string { return e.Tree().String() }

// maxShort is how many nodes an expression may have of which a message has the
// beginning.
const maxShort = 200

// short returns e as a message has it.
func short(e *Expr) string {
	switch {
	case e.size <= maxShort:
		return brief(e.String())
	case callName(e) != "":
		return callName(e) + "(…)"
	}
	return "…"
}

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
const MaxNodesWritten = 36_000

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

// callName returns the name of the function that e is a call of, "" if it is none.
func callName(e *Expr) string {
	switch e.op {
	case OpFn, OpApp, OpGradApp:
		return e.name
	}
	return callNames[e.op]
}

func (w writer) call(e *Expr) *Tree {
	args := make([]*Tree, len(e.args))
	for i, a := range e.args {
		args[i] = w.tree(a)
	}
	return call(callName(e), args...)
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
