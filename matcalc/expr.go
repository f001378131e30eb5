package matcalc

import (
	"encoding/binary"
	"math/big"
	"slices"
)

// Op is what a node of an expression is.
type Op uint8

// The kinds of nodes. Shapes: s is a scalar, A and B are matrices, u is anything.
const (
	OpNum     Op = iota // a rational number, Num
	OpDim               // a dimension used as a number, Dim
	OpVar               // a variable, or with Def a name for an expression
	OpDiff              // d(u), the differential; of a variable, dX
	OpEye               // the unit matrix
	OpOnes              // the matrix of ones
	OpZeros             // the matrix of zeros; a scalar zero is a number
	OpAdd               // u + u + ...: terms of one shape; the numbers before them (Coef) have no common factor
	OpScale             // Coef · scalars · A: Scalars and Matrix (nil in a scalar)
	OpProd              // A·B·...: no factor a scalar, the product may be one, such as x'*y
	OpHad               // A ∘ B ∘ ...
	OpPow               // s^s
	OpEPow              // A.^s, or A.^B
	OpMPow              // A^k, A square, k ≥ 2 in Index
	OpT                 // A'
	OpInv               // inv(A)
	OpTr                // tr(u)
	OpDet               // det(A)
	OpLogdet            // logdet(A)
	OpAdj               // adj(A), the adjugate
	OpSum               // sum(A)
	OpNorm1             // norm1(A)
	OpNorm2             // norm2(A)
	OpDiag              // the diagonal matrix of a column
	OpDiagOf            // the column of a diagonal; both are diag in the grammar
	OpVec               // vec(A)
	OpKron              // kron(A,B)
	OpFn                // an element-wise function: Name
	OpApp               // an abstract scalar function of its arguments: Name
	OpGradApp           // the gradient of such a function by its argument Index: Name
)

// Props are properties of a matrix that are certain.
type Props uint8

// The properties. Spd implies symmetric and invertible, diagonal implies
// symmetric, positive means that every entry is > 0, stochastic that every
// column sums to 1.
const (
	Symmetric Props = 1 << iota
	Spd
	Invertible
	Diagonal
	Orthogonal
	Positive
	Stochastic
)

// Expr is an expression in normal form. It is made by the constructors of a
// [Pool] and must not be changed.
type Expr struct {
	op    Op
	props Props
	index int // MPow: the exponent. GradApp: which argument. Fn: 1 for the named derivative of an abstract function
	id    int
	turns int // how many transposes more the transpose of this has
	size  int // about how many nodes it has in writing
	whole int // the same, with definitions in the place of all names
	shape Shape
	name  string
	num   *big.Rat // Num: the number. Scale: the number in front
	args  []*Expr
	def   *Expr     // Var: what the name stands for
	fn    *Function // Fn, App, GradApp: the abstract function
}

// Op returns what e is.
func (e *Expr) Op() Op { return e.op }

// Args returns the arguments of e, which must not be changed. Those of a sum,
// an element-wise product and the scalars of a Scale are in the order in which
// the expression was first built.
func (e *Expr) Args() []*Expr { return e.args }

// Arg returns the i-th argument.
func (e *Expr) Arg(i int) *Expr { return e.args[i] }

// Name returns the name of a variable or function.
func (e *Expr) Name() string { return e.name }

// Index returns the exponent of a MPow, the number of a GradApp's argument, and
// for Fn 1 if it is the derivative of Func, else 0.
func (e *Expr) Index() int { return e.index }

// Shape returns the rows and columns of e.
func (e *Expr) Shape() Shape { return e.shape }

// IsScalar reports whether e is 1×1.
func (e *Expr) IsScalar() bool { return e.shape.IsScalar() }

// Is reports whether e is known to have all of these properties.
func (e *Expr) Is(p Props) bool { return e.props&p == p }

// Def returns the definition of a name, nil for a variable.
func (e *Expr) Def() *Expr { return e.def }

// Func returns the declaration of an abstract function, nil for a built-in one.
func (e *Expr) Func() *Function { return e.fn }

// ID returns the number of e within its pool. What e is made of has smaller
// numbers.
func (e *Expr) ID() int { return e.id }

// Num returns the value of a number, nil if e is none. It must not be changed.
func (e *Expr) Num() *big.Rat {
	if e.op == OpNum {
		return e.num
	}
	return nil
}

// IsInt reports whether e is the number n.
func (e *Expr) IsInt(n int64) bool {
	return e.op == OpNum && e.num.IsInt() && e.num.Num().IsInt64() && e.num.Num().Int64() == n
}

// IsZero reports whether e is 0 or a matrix of zeros.
func (e *Expr) IsZero() bool { return e.op == OpZeros || e.IsInt(0) }

// Coef returns the number in front of e, and e without it: e = Coef·rest. The
// number must not be changed.
func (p *Pool) Coef(e *Expr) (c *big.Rat, rest *Expr) {
	switch {
	case e.op == OpNum:
		return e.num, p.one
	case e.op != OpScale:
		return ratOne, e
	case e.num.Cmp(ratOne) == 0:
		return ratOne, e
	case len(e.args) == 1:
		return e.num, e.args[0]
	}
	return e.num, p.scale(ratOne, e.Scalars(), e.Matrix())
}

// Factors returns e as number · scalars · matrix. The matrix is nil if e is a
// scalar; the scalars are none, or one, unless e is a Scale.
func (e *Expr) Factors() (c *big.Rat, scalars []*Expr, matrix *Expr) {
	switch {
	case e.op == OpNum:
		return e.num, nil, nil
	case e.op == OpScale:
		return e.num, e.Scalars(), e.Matrix()
	case e.IsScalar():
		return ratOne, []*Expr{e}, nil
	}
	return ratOne, nil, e
}

// Scalars returns the scalar factors of a Scale but for the number.
func (e *Expr) Scalars() []*Expr {
	if e.IsScalar() {
		return e.args
	}
	return e.args[:len(e.args)-1]
}

// Matrix returns the matrix of a Scale, nil if there is none.
func (e *Expr) Matrix() *Expr {
	if e.IsScalar() {
		return nil
	}
	return e.args[len(e.args)-1]
}

// DependsOn reports whether v, a variable, a name or a differential, occurs in
// e or in a definition that e uses.
func (e *Expr) DependsOn(v *Expr) bool {
	seen := map[*Expr]bool{}
	var find func(e *Expr) bool
	find = func(e *Expr) bool {
		if e == v {
			return true
		}
		if seen[e] {
			return false
		}
		seen[e] = true
		return slices.ContainsFunc(e.args, find) || e.def != nil && find(e.def)
	}
	return find(e)
}

// Pool builds expressions and keeps them, one of each. It is not for concurrent use.
type Pool struct {
	nodes map[string]*Expr
	sums  map[string]*Expr // by terms, up to the sign
	one   *Expr
	key   []byte
	count int
	work  int // about how many parts of expressions were looked at or built

	stochastic bool // whether a matrix is known to be

	tabled []*Expr // the names in table
	table  nameTable
}

// Limits of a pool: how many different expressions it holds, and how many parts
// of expressions are looked at to build them, some tenths of a second's work.
// Beyond them the constructors panic with an *Error that [Catch] recovers.
const (
	MaxNodes = 100_000
	maxWork  = 1_000_000
)

const maxSize = 1 << 30 // counted

// NewPool returns a pool without expressions.
func NewPool() *Pool {
	p := &Pool{nodes: map[string]*Expr{}, sums: map[string]*Expr{}}
	p.one = p.Num(ratOne)
	return p
}

// intern returns the node of the pool that is equal to e, which becomes it if
// there is none.
func (p *Pool) intern(e Expr) *Expr {
	if p.work += 1 + len(e.args); p.work > maxWork {
		panic(errorf(TooLarge, "this takes too long: more than %d parts of expressions have to be looked at", maxWork))
	}
	k := append(p.key[:0], byte(e.op), byte(e.index), byte(e.index>>8), byte(e.index>>16))
	k = append(k, e.name...)
	k = append(k, 0)
	if e.num != nil {
		k = append(k, e.num.RatString()...)
	}
	if len(e.args) == 0 {
		k = append(append(k, 0), e.shape.String()...)
	}
	k = append(k, 0)
	for _, id := range e.argIDs() {
		k = binary.AppendUvarint(k, uint64(id))
	}
	p.key = k
	if old := p.nodes[string(k)]; old != nil {
		return old
	}
	key := string(k) // add builds nodes, too
	n := p.add(e)
	p.nodes[key] = n
	return n
}

// add gives a new node its number, properties and turns.
func (p *Pool) add(e Expr) *Expr {
	if p.count >= MaxNodes {
		panic(errorf(TooLarge, "more than %d different expressions arise here", MaxNodes))
	}
	p.count++
	n := &e
	n.id = p.count
	n.size, n.whole = 1, 1
	for _, a := range n.args {
		n.size = min(n.size+a.size, maxSize)
		n.whole = min(n.whole+a.whole, maxSize)
	}
	if n.def != nil {
		n.whole = n.def.whole
	}
	n.props |= p.properties(n)
	p.stochastic = p.stochastic || n.Is(Stochastic)
	if !n.Is(Symmetric) {
		n.turns = turns(n)
	}
	return n
}

// argIDs returns the numbers of the arguments, sorted where order means nothing.
func (e *Expr) argIDs() []int {
	ids := make([]int, len(e.args))
	for i, a := range e.args {
		ids[i] = a.id
	}
	switch e.op {
	case OpHad:
		slices.Sort(ids)
	case OpScale:
		slices.Sort(ids[:len(e.Scalars())])
	}
	return ids
}

// With returns the expression that e is with other arguments, which must have
// the shapes of e's. Of a name it returns the name.
func (p *Pool) With(e *Expr, args []*Expr) *Expr {
	switch e.op {
	case OpDiff:
		return p.Diff(args[0])
	case OpAdd:
		return p.Add(args...)
	case OpScale:
		return p.Times(e.num, p.Mul(args...))
	case OpProd:
		return p.Mul(args...)
	case OpHad:
		return p.Had(args...)
	case OpPow:
		return p.Pow(args[0], args[1])
	case OpEPow:
		return p.EPow(args[0], args[1])
	case OpMPow:
		return p.MPow(args[0], e.index)
	case OpT:
		return p.T(args[0])
	case OpInv:
		return p.Inv(args[0])
	case OpTr:
		return p.Tr(args[0])
	case OpDet:
		return p.Det(args[0])
	case OpLogdet:
		return p.Logdet(args[0])
	case OpAdj:
		return p.Adj(args[0])
	case OpSum:
		return p.Sum(args[0])
	case OpNorm1:
		return p.Norm1(args[0])
	case OpNorm2:
		return p.Norm2(args[0])
	case OpDiag, OpDiagOf:
		return p.Diag(args[0])
	case OpVec:
		return p.Vec(args[0])
	case OpKron:
		return p.Kron(args[0], args[1])
	case OpFn:
		return p.fnOf(e, args[0])
	case OpApp:
		return p.App(e.fn, args...)
	case OpGradApp:
		return p.GradApp(e.fn, e.index, args...)
	}
	return e // a leaf
}

// Replace returns e with every occurrence of the keys of by replaced by their
// values, of the same shapes. Definitions stay as they are.
func (p *Pool) Replace(e *Expr, by map[*Expr]*Expr) *Expr {
	done := map[*Expr]*Expr{}
	var walk func(e *Expr) *Expr
	walk = func(e *Expr) *Expr {
		if r := by[e]; r != nil {
			return r
		}
		if len(e.args) == 0 {
			return e
		}
		if r := done[e]; r != nil {
			return r
		}
		args := make([]*Expr, len(e.args))
		changed := false
		for i, a := range e.args {
			args[i] = walk(a)
			changed = changed || args[i] != a
		}
		r := e
		if changed {
			r = p.With(e, args)
		}
		done[e] = r
		return r
	}
	return walk(e)
}

// Expand returns e with every defined name replaced by its definition.
func (p *Pool) Expand(e *Expr) *Expr {
	done := map[*Expr]*Expr{}
	var walk func(e *Expr) *Expr
	walk = func(e *Expr) *Expr {
		if r := done[e]; r != nil {
			return r
		}
		r := e
		switch {
		case e.def != nil:
			r = walk(e.def)
		case len(e.args) > 0:
			args := make([]*Expr, len(e.args))
			for i, a := range e.args {
				args[i] = walk(a)
			}
			if !slices.Equal(args, e.args) {
				r = p.With(e, args)
			}
		}
		done[e] = r
		return r
	}
	return walk(e)
}

// turns returns how many transposes more the transpose of e has than e, as
// [Pool.T] would write it.
func turns(e *Expr) int {
	switch e.op {
	case OpT:
		return -1
	case OpEye, OpOnes, OpZeros, OpDiag:
		return 0
	case OpScale:
		if m := e.Matrix(); m != nil {
			return m.turns
		}
		return 0
	case OpProd, OpKron:
		if e.IsScalar() {
			return 0
		}
		return totalTurns(e.args)
	}
	switch {
	case e.IsScalar():
		return 0
	case e.transparent():
		return min(totalTurns(e.args), 1)
	}
	return 1
}

func totalTurns(args []*Expr) int {
	total := 0
	for _, a := range args {
		total += a.turns
	}
	return total
}

// transparent reports whether the transpose of e is e of the transposes.
func (e *Expr) transparent() bool {
	switch e.op {
	case OpAdd, OpHad, OpInv, OpAdj, OpEPow, OpMPow, OpFn:
		return !e.IsScalar()
	}
	return false
}
