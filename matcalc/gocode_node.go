package matcalc

import (
	"encoding/binary"
	"math/big"
)

// goOp is what a node of generated code computes.
type goOp uint8

// Entry by entry means that an entry of the result needs one of each argument
// only, so that several such nodes can be one loop. In the shapes, u and v are
// columns.
const (
	goParam   goOp = iota // an argument of the function
	goNum                 // a number
	goDim                 // a dimension, as a number
	goAdd                 // entry by entry
	goHad                 // number × scalars ∘ matrices, entry by entry; also the product of scalars
	goPow                 // entry by entry
	goFn                  // entry by entry
	goT                   // transpose, never stored
	goOnes                // never stored unless needed
	goZeros               // the same
	goDiag                // diagonal matrix of a column
	goDiagOf              // column of a diagonal
	goCols                // every column is u
	goRows                // every row is u'
	goOuter               // u·v'
	goMul                 // product of matrices
	goMPow                // power of a matrix, index
	goRowSums             // A·1
	goFactor              // LU or, with index 1, Cholesky factorisation
	goSolve               // inv(A)·B; arguments factorisation and B; with index 1, inv(A)'·B
	goInverse             // inv(A) or inv(A)', like goSolve
	goDet                 // of a factorisation
	goLogdet              // of a factorisation
	goAdj                 // adjugate
	goSum                 // sum of entries
	goTr                  // trace
	goNorm2               // Euclidean norm
	goVec                 // columns under one another
	goKron                // Kronecker product
	goApp                 // abstract scalar function
	goGradApp             // gradient of such a function by argument index
)

// goNode is a value in generated code. Equal values are one node.
type goNode struct {
	op    goOp
	id    int
	index int
	args  []*goNode
	shape Shape
	name  string // of a goParam, goFn, goApp, goGradApp
	num   *big.Rat
	dim   Dim
	fn    *Function
	expr  *Expr  // what it is in the grammar, nil if unknown
	where string // the name that the user defined for it, "" if none
}

// entrywise reports whether n is computed entry by entry.
func (n *goNode) entrywise() bool {
	switch n.op {
	case goAdd, goHad, goPow, goFn, goDiagOf, goCols, goRows, goOuter:
		return !n.shape.IsScalar()
	}
	return false
}

// isNum reports whether n is the number x.
func (n *goNode) isNum(x int64) bool {
	return n.op == goNum && n.num.IsInt() && n.num.Num().IsInt64() && n.num.Num().Int64() == x
}

// goPool keeps the nodes of a function, one of each.
type goPool struct {
	nodes map[string]*goNode
	order []*goNode // arguments first
}

func (p *goPool) node(n goNode) *goNode {
	k := append([]byte{byte(n.op), byte(n.index), byte(n.index >> 8)}, n.name...)
	if n.num != nil {
		k = append(append(k, 0), n.num.RatString()...)
	}
	k = append(append(k, 0), n.shape.String()...)
	k = append(k, 0)
	if n.op == goDim {
		k = append(k, n.dim.String()...)
	}
	k = append(k, 0)
	for _, a := range n.args {
		k = binary.AppendUvarint(k, uint64(a.id))
	}
	if old := p.nodes[string(k)]; old != nil {
		return old
	}
	n.id = len(p.order) + 1
	p.nodes[string(k)] = &n
	p.order = append(p.order, &n)
	return &n
}

func (p *goPool) number(x *big.Rat) *goNode {
	return p.node(goNode{op: goNum, num: x, shape: Scalar})
}

func (p *goPool) ones(s Shape) *goNode {
	if s.IsScalar() {
		return p.number(ratOne)
	}
	return p.node(goNode{op: goOnes, shape: s})
}

// t returns the transpose.
func (p *goPool) t(n *goNode) *goNode {
	s := n.shape.T()
	switch {
	case n.shape.IsScalar() || n.op == goDiag:
		return n
	case n.op == goT:
		return n.args[0]
	case n.op == goOnes || n.op == goZeros:
		return p.node(goNode{op: n.op, shape: s})
	case n.op == goCols:
		return p.node(goNode{op: goRows, shape: s, args: n.args})
	case n.op == goRows:
		return p.node(goNode{op: goCols, shape: s, args: n.args})
	case n.op == goOuter:
		return p.node(goNode{op: goOuter, shape: s, args: []*goNode{n.args[1], n.args[0]}})
	}
	return p.node(goNode{op: goT, shape: s, args: []*goNode{n}})
}

func (p *goPool) diag(v *goNode) *goNode {
	if v.shape.IsScalar() {
		return v
	}
	return p.node(goNode{op: goDiag, shape: Shape{v.shape.Rows, v.shape.Rows}, args: []*goNode{v}})
}

// diagOf returns the column of the diagonal.
func (p *goPool) diagOf(n *goNode) *goNode {
	column := Shape{n.shape.Rows, One}
	switch n.op {
	case goDiag, goCols, goRows:
		return n.args[0]
	case goT:
		return p.diagOf(n.args[0])
	case goOnes, goZeros:
		return p.node(goNode{op: n.op, shape: column})
	case goOuter:
		return p.had(ratOne, n.args...)
	}
	return p.node(goNode{op: goDiagOf, shape: column, args: []*goNode{n}})
}

// had returns c·xs, the matrices among them multiplied entry by entry.
func (p *goPool) had(c *big.Rat, xs ...*goNode) *goNode {
	shape := Scalar
	var diagonal *goNode
	var args []*goNode
	for _, x := range xs {
		if !x.shape.IsScalar() {
			shape = x.shape
		}
		if x.op == goDiag {
			diagonal = x
		}
		if !x.isNum(1) {
			args = append(args, x)
		}
	}
	if diagonal != nil {
		onDiagonal := make([]*goNode, len(args))
		for i, x := range args {
			onDiagonal[i] = x
			if !x.shape.IsScalar() {
				onDiagonal[i] = p.diagOf(x)
			}
		}
		return p.diag(p.had(c, onDiagonal...))
	}
	var rest []*goNode
	for _, x := range args {
		if x.op != goOnes {
			rest = append(rest, x)
		}
	}
	if !shape.IsScalar() {
		rest = p.together(rest)
	}
	if !shape.IsScalar() && allScalars(rest) {
		rest = append(rest, p.ones(shape))
	}
	switch {
	case len(rest) == 0:
		return p.number(c)
	case len(rest) == 1 && isOne(c):
		return rest[0]
	}
	return p.node(goNode{op: goHad, num: c, shape: shape, args: rest})
}

// together returns factors of which the scalars are one, so that a loop over
// entries has no product of them to repeat.
func (p *goPool) together(xs []*goNode) []*goNode {
	var scalars, matrices []*goNode
	for _, x := range xs {
		if x.shape.IsScalar() {
			scalars = append(scalars, x)
		} else {
			matrices = append(matrices, x)
		}
	}
	if len(scalars) > 1 {
		scalars = []*goNode{p.node(goNode{op: goHad, num: ratOne, shape: Scalar, args: scalars})}
	}
	return append(scalars, matrices...)
}

func allScalars(xs []*goNode) bool {
	for _, x := range xs {
		if !x.shape.IsScalar() {
			return false
		}
	}
	return true
}

// add returns the sum of terms of one shape. What is diagonal is one term.
func (p *goPool) add(shape Shape, xs ...*goNode) *goNode {
	var terms, diagonals []*goNode
	for _, x := range xs {
		if x.op == goDiag {
			diagonals = append(diagonals, x.args[0])
		} else {
			terms = append(terms, x)
		}
	}
	if len(diagonals) > 0 {
		terms = append(terms, p.diag(p.add(diagonals[0].shape, diagonals...)))
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return p.node(goNode{op: goAdd, shape: shape, args: terms})
}

// sum returns the sum of the entries of n.
func (p *goPool) sum(n *goNode) *goNode {
	switch {
	case n.shape.IsScalar():
		return n
	case n.op == goDiag || n.op == goT:
		return p.sum(n.args[0])
	case n.op == goOuter:
		return p.had(ratOne, p.sum(n.args[0]), p.sum(n.args[1]))
	case n.op == goOnes:
		return p.had(ratOne, p.size(n.shape.Rows), p.size(n.shape.Cols))
	case n.op == goCols:
		return p.had(ratOne, p.size(n.shape.Cols), p.sum(n.args[0]))
	case n.op == goRows:
		return p.had(ratOne, p.size(n.shape.Rows), p.sum(n.args[0]))
	case n.op == goPow && n.args[1].isNum(2):
		return p.sum(p.had(ratOne, n.args[0], n.args[0]))
	case n.op == goHad:
		var scalars, matrices []*goNode
		for _, a := range n.args {
			if a.shape.IsScalar() {
				scalars = append(scalars, a)
			} else {
				matrices = append(matrices, a)
			}
		}
		if len(scalars) > 0 || !isOne(n.num) {
			return p.had(n.num, append(scalars, p.sum(p.had(ratOne, matrices...)))...)
		}
	}
	return p.node(goNode{op: goSum, shape: Scalar, args: []*goNode{n}})
}

// size returns a dimension as a number.
func (p *goPool) size(d Dim) *goNode {
	if d.names == "" {
		return p.number(new(big.Rat).SetInt64(int64(d.n)))
	}
	return p.node(goNode{op: goDim, shape: Scalar, dim: d})
}

func (p *goPool) trace(n *goNode) *goNode {
	switch {
	case n.shape.IsScalar():
		return n
	case n.op == goDiag, n.op == goOuter, n.op == goCols, n.op == goRows:
		return p.sum(p.diagOf(n))
	case n.op == goT:
		return p.trace(n.args[0])
	}
	return p.node(goNode{op: goTr, shape: Scalar, args: []*goNode{n}})
}

// inner returns tr(a·b), the sum of the entries of a ∘ b'.
func (p *goPool) inner(a, b *goNode) *goNode {
	switch {
	case a.op == goDiag || b.op == goDiag:
		return p.sum(p.had(ratOne, p.diagOf(a), p.diagOf(b)))
	case a.op == goT && b.op != goT:
		return p.sum(p.had(ratOne, p.t(a), b))
	}
	return p.sum(p.had(ratOne, a, p.t(b)))
}
