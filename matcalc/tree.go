package matcalc

import "strings"

// TreeKind is what a node of a syntax tree is.
type TreeKind uint8

// The kinds of syntax trees.
const (
	TreeNumber    TreeKind = iota // Text
	TreeName                      // Text
	TreeCall                      // Text(Args...)
	TreeMinus                     // -Args[0]
	TreeTranspose                 // Args[0]'
	TreeBinary                    // Args[0] Text Args[1]
)

// Tree is an expression as it is written: what the parser makes of a text, and
// what a printer makes text of.
type Tree struct {
	Kind     TreeKind
	Text     string // the number, name, function or operator
	Args     []*Tree
	Position int   // where it stands, in characters: an operator's own place, not that of its operands
	Expr     *Expr // what a printer made it from, nil if it is a part of that
	Group    bool  // whether a reader would want brackets around it in a product
	Scaled   bool  // a scalar times a matrix: needs no brackets in a longer product of either kind
}

// Nodes counts operators, calls and leaves.
func (t *Tree) Nodes() int {
	n := 0
	for {
		n++
		if len(t.Args) == 0 {
			return n
		}
		for _, a := range t.Args[1:] {
			n += a.Nodes()
		}
		t = t.Args[0] // long sums are deep on the left
	}
}

// How tightly the parts of an expression bind.
const (
	bindSum = iota
	bindTerm
	bindUnary
	bindPower
	bindAtom
)

// binds returns how tightly t binds.
func (t *Tree) binds() int {
	switch t.Kind {
	case TreeMinus:
		return bindUnary
	case TreeTranspose:
		return bindPower
	case TreeBinary:
		switch t.Text {
		case "+", "-":
			return bindSum
		case "^", ".^":
			return bindPower
		}
		return bindTerm
	}
	return bindAtom
}

// String returns t in the grammar, with the brackets that it needs and those
// that a reader of a∘b·c would want.
func (t *Tree) String() string {
	var b strings.Builder
	t.write(&b)
	return b.String()
}

func (t *Tree) write(b *strings.Builder) {
	switch t.Kind {
	case TreeNumber, TreeName:
		b.WriteString(t.Text)
	case TreeCall:
		b.WriteString(t.Text)
		for i, a := range t.Args {
			b.WriteByte("(,"[min(i, 1)])
			a.write(b)
		}
		b.WriteByte(')')
	case TreeMinus:
		b.WriteByte('-')
		t.Args[0].writeIn(b, t.NeedsBrackets(0))
	case TreeTranspose:
		t.Args[0].writeIn(b, t.NeedsBrackets(0))
		b.WriteByte('\'')
	case TreeBinary:
		t.writeBinary(b)
	}
}

// writeBinary writes the operators on the left of t from left to right, without
// a recursion for each.
func (t *Tree) writeBinary(b *strings.Builder) {
	var chain []*Tree
	for ; ; t = t.Args[0] {
		chain = append(chain, t)
		if left := t.Args[0]; left.Kind != TreeBinary || t.NeedsBrackets(0) {
			break
		}
	}
	first := chain[len(chain)-1]
	first.Args[0].writeIn(b, first.NeedsBrackets(0))
	for i := len(chain) - 1; i >= 0; i-- {
		b.WriteString(chain[i].Text)
		chain[i].Args[1].writeIn(b, chain[i].NeedsBrackets(1))
	}
}

func (t *Tree) writeIn(b *strings.Builder, brackets bool) {
	if brackets {
		b.WriteByte('(')
	}
	t.write(b)
	if brackets {
		b.WriteByte(')')
	}
}

// NeedsBrackets reports whether the i-th argument of an operator stands in
// brackets.
func (t *Tree) NeedsBrackets(i int) bool {
	a := t.Args[i]
	inner, outer := a.binds(), t.binds()
	switch {
	case t.Kind == TreeCall:
		return false
	case t.Kind == TreeMinus:
		return inner < bindUnary && !a.isProduct() || a.Kind == TreeMinus
	case outer == bindPower && i == 1 && a.Kind == TreeMinus:
		return a.Args[0].binds() < bindAtom
	case outer == bindPower:
		return inner < bindAtom
	case i == 0:
		return inner < outer || outer == bindTerm && inner == bindTerm && mixes(t.Text, a)
	}
	return inner <= outer || inner == bindUnary
}

// isProduct reports whether a minus before t may be read as that of its first
// factor, which changes nothing.
func (t *Tree) isProduct() bool { return t.binds() == bindTerm }

// mixes reports whether a reader could doubt that in left op ... the operator of
// left comes first.
func mixes(op string, left *Tree) bool {
	elementwise := func(op string) bool { return op[0] == '.' }
	return left.Group || !left.Scaled && elementwise(op) != elementwise(left.Text) && op != "/"
}

// names returns the names in t that are not called, with the first place of each.
func (t *Tree) names() map[string]int {
	names := map[string]int{}
	pending := []*Tree{t}
	for len(pending) > 0 {
		t := pending[len(pending)-1]
		pending = append(pending[:len(pending)-1], t.Args...)
		if at, ok := names[t.Text]; t.Kind == TreeName && (!ok || t.Position < at) {
			names[t.Text] = t.Position
		}
	}
	return names
}
