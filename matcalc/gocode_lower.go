package matcalc

import "slices"

// goLower turns expressions into what is to be computed: products of two in the
// cheapest order, solutions instead of inverses, and sums of products of
// entries instead of traces.
type goLower struct {
	*goPool
	pool   *Pool
	sizes  map[string]int     // of dimensions, to order products
	done   map[*Expr]*goNode  // by canonical expression
	canon  map[*Expr]*Expr    // expression -> the same with the user's names in it
	names  map[*Expr]*Expr    // body of a definition -> the name
	bodies map[*Expr]*Expr    // the name -> its body
	chains map[string]*goNode // products that are computed, by their factors
	counts map[string]int     // how many products have these neighbouring factors
	norms  map[*Expr]bool     // norms that are needed as such, not squared only
}

// newGoLower prepares for expressions that are lowered later.
func newGoLower(s *Scope, sizes map[string]int, es ...*Expr) *goLower {
	l := &goLower{
		goPool: &goPool{nodes: map[string]*goNode{}}, pool: s.Pool, sizes: sizes,
		done: map[*Expr]*goNode{}, canon: map[*Expr]*Expr{}, names: map[*Expr]*Expr{}, bodies: map[*Expr]*Expr{},
		chains: map[string]*goNode{}, counts: map[string]int{}, norms: map[*Expr]bool{},
	}
	for _, d := range s.Wheres {
		body := l.named(d.def)
		l.bodies[d] = body
		if len(body.args) > 0 {
			l.names[body], l.canon[body], l.canon[d.def] = d, d, d
		}
	}
	seen := map[*Expr]bool{}
	for _, e := range es {
		l.norms[e] = e.op == OpNorm2
		l.count(l.named(e), seen)
	}
	return l
}

// named returns e with the names that the user has defined for parts of it.
func (l *goLower) named(e *Expr) *Expr {
	if c := l.canon[e]; c != nil {
		return c
	}
	c := e
	if len(e.args) > 0 {
		args := make([]*Expr, len(e.args))
		for i, a := range e.args {
			args[i] = l.named(a)
		}
		if !slices.Equal(args, e.args) {
			c = l.pool.With(e, args)
		}
		if d := l.names[c]; d != nil {
			c = d
		}
	}
	l.canon[e] = c
	return c
}

// count counts the runs of factors in all products, and finds the norms that
// are not squared.
func (l *goLower) count(e *Expr, seen map[*Expr]bool) {
	if seen[e] {
		return
	}
	seen[e] = true
	if e.op == OpProd {
		factors := l.factors(e)
		for i := range factors {
			for j := i + 2; j <= len(factors) && j-i <= maxPlanned; j++ {
				key, _ := chainKey(factors[i:j])
				l.counts[key]++
			}
		}
	}
	if e.def != nil {
		l.count(l.bodies[e], seen)
	}
	for _, a := range e.args {
		if a.op == OpNorm2 && !isEvenPower(e) {
			l.norms[a] = true
		}
		l.count(a, seen)
	}
}

// isEvenPower reports whether e is a power of a scalar with an even exponent.
func isEvenPower(e *Expr) bool {
	if e.op != OpPow || e.args[1].op != OpNum {
		return false
	}
	n, ok := e.args[1].integer()
	return ok && n%2 == 0
}

// of returns what computes e.
func (l *goLower) of(e *Expr) *goNode {
	e = l.named(e)
	if n := l.done[e]; n != nil {
		return n
	}
	n := l.lower(e)
	if n.expr == nil {
		n.expr = e
	}
	l.done[e] = n
	return n
}

func (l *goLower) all(es []*Expr) []*goNode {
	ns := make([]*goNode, len(es))
	for i, e := range es {
		ns[i] = l.of(e)
	}
	return ns
}

func (l *goLower) lower(e *Expr) *goNode {
	switch e.op {
	case OpNum:
		return l.number(e.num)
	case OpDim:
		return l.size(DimNamed(e.name))
	case OpVar:
		return l.variable(e)
	case OpEye:
		return l.diag(l.ones(Shape{e.shape.Rows, One}))
	case OpOnes:
		return l.ones(e.shape)
	case OpZeros:
		return l.node(goNode{op: goZeros, shape: e.shape})
	case OpAdd:
		return l.add(e.shape, l.all(e.args)...)
	case OpScale:
		return l.had(e.num, l.all(e.args)...)
	case OpProd:
		return l.product(l.factors(e))
	case OpHad:
		return l.hadamard(e)
	case OpPow, OpEPow:
		return l.power(e)
	case OpMPow:
		return l.node(goNode{op: goMPow, shape: e.shape, index: e.index, args: l.all(e.args)})
	case OpT:
		return l.t(l.of(e.args[0]))
	case OpInv:
		return l.node(goNode{op: goInverse, shape: e.shape, args: []*goNode{l.factor(e.args[0])}})
	case OpDet:
		return l.node(goNode{op: goDet, shape: Scalar, args: []*goNode{l.factor(e.args[0])}})
	case OpLogdet:
		return l.node(goNode{op: goLogdet, shape: Scalar, args: []*goNode{l.factor(e.args[0])}})
	case OpFn:
		return l.function(e)
	case OpApp, OpGradApp:
		op := goApp
		if e.op == OpGradApp {
			op = goGradApp
		}
		return l.node(goNode{op: op, shape: e.shape, index: e.index, name: e.name, fn: e.fn, args: l.all(e.args)})
	}
	return l.reduction(e)
}

func (l *goLower) reduction(e *Expr) *goNode {
	a := e.args[0]
	unary := func(op goOp) *goNode {
		return l.node(goNode{op: op, shape: e.shape, args: l.all(e.args)})
	}
	switch e.op {
	case OpTr:
		return l.tr(l.named(a))
	case OpSum:
		if a.op == OpProd {
			return l.sumOfProduct(a)
		}
		return l.sum(l.of(a))
	case OpNorm1:
		return l.sum(l.node(goNode{op: goFn, shape: a.shape, name: "abs", args: []*goNode{l.of(a)}}))
	case OpNorm2:
		return unary(goNorm2)
	case OpDiag:
		return l.diag(l.of(a))
	case OpDiagOf:
		return l.diagonalOf(a)
	case OpAdj:
		return unary(goAdj)
	case OpVec:
		return unary(goVec)
	case OpKron:
		return unary(goKron)
	}
	panic(errorf(Unsupported, "there is no Go code for %s", short(e)))
}

// variable returns the argument that e is, or what its definition computes.
func (l *goLower) variable(e *Expr) *goNode {
	if e.def == nil {
		return l.node(goNode{op: goParam, shape: e.shape, name: e.name})
	}
	body := l.bodies[e]
	if l.names[body] != e {
		return l.of(body) // another name for the same
	}
	n := l.lower(body)
	switch n.op {
	case goParam, goNum, goDim, goOnes, goZeros, goDiag, goT, goCols, goRows:
		return n
	}
	if n.where == "" {
		n.where = e.name
		n.expr = body
	}
	return n
}

// factor returns the factorisation of a.
func (l *goLower) factor(a *Expr) *goNode {
	n := goNode{op: goFactor, shape: a.shape, args: []*goNode{l.of(a)}}
	if a.Is(Spd) {
		n.index = 1
	}
	f := l.node(n)
	f.expr = a
	return f
}

// function returns an element-wise function. log(1+exp(u)) is softplus(u),
// which does not overflow.
func (l *goLower) function(e *Expr) *goNode {
	u, name := e.args[0], e.name
	if e.isFn("log") && u.op == OpAdd && len(u.args) == 2 {
		for i, one := range u.args {
			if exp := u.args[1-i]; exp.isFn("exp") && (one.IsInt(1) || one.op == OpOnes) {
				u, name = exp.args[0], "softplus"
				break
			}
		}
	}
	return l.node(goNode{op: goFn, shape: e.shape, name: name, index: e.index, fn: e.fn, args: []*goNode{l.of(u)}})
}

// power returns a power of scalars or entries. The square of a norm is a sum of
// squares.
func (l *goLower) power(e *Expr) *goNode {
	base := e.args[0]
	if base.op == OpNorm2 && isEvenPower(e) && !l.norms[base] {
		a := l.of(base.args[0])
		square := l.sum(l.had(ratOne, a, a))
		n, _ := e.args[1].integer()
		if n == 2 {
			return square
		}
		return l.node(goNode{op: goPow, shape: Scalar, args: []*goNode{square, l.of(l.pool.Int(n / 2))}})
	}
	return l.node(goNode{op: goPow, shape: e.shape, args: l.all(e.args)})
}

// hadamard returns an element-wise product. Of what a diagonal matrix
// multiplies only the diagonal is computed.
func (l *goLower) hadamard(e *Expr) *goNode {
	diagonal := slices.IndexFunc(e.args, func(a *Expr) bool { return a.op == OpEye || a.op == OpDiag })
	if diagonal < 0 {
		return l.had(ratOne, l.all(e.args)...)
	}
	var columns []*goNode
	for _, a := range e.args {
		columns = append(columns, l.diagonalOf(a))
	}
	return l.diag(l.had(ratOne, columns...))
}

// diagonalOf returns the column of the diagonal of a: of a product without
// computing the rest of it.
func (l *goLower) diagonalOf(a *Expr) *goNode {
	a = l.named(a)
	if a.op != OpProd || l.done[a] != nil {
		return l.diagOf(l.of(a))
	}
	factors := l.factors(a)
	half := l.bestSplit(factors)
	left, right := l.product(factors[:half]), l.product(factors[half:])
	if left.op == goDiag || right.op == goDiag {
		return l.had(ratOne, l.diagOf(left), l.diagOf(right))
	}
	return l.rowSums(l.had(ratOne, left, l.t(right)))
}

// rowSums returns n·1.
func (l *goLower) rowSums(n *goNode) *goNode {
	switch {
	case n.shape.IsColumn():
		return n
	case n.op == goDiag:
		return n.args[0]
	case n.op == goCols:
		return l.had(ratOne, l.size(n.shape.Cols), n.args[0])
	case n.op == goOuter:
		return l.had(ratOne, l.sum(n.args[1]), n.args[0])
	}
	return l.node(goNode{op: goRowSums, shape: Shape{n.shape.Rows, One}, args: []*goNode{n}})
}

// tr returns a trace: term by term, and of a product of two matrices, as the
// sum of their entries' products.
func (l *goLower) tr(a *Expr) *goNode {
	if l.done[a] != nil || a.where() {
		return l.trace(l.of(a))
	}
	switch a.op {
	case OpAdd:
		terms := make([]*goNode, len(a.args))
		for i, t := range a.args {
			terms[i] = l.tr(t)
		}
		return l.add(Scalar, terms...)
	case OpScale:
		if m := a.Matrix(); m != nil {
			return l.had(a.num, append(l.all(a.Scalars()), l.tr(m))...)
		}
	case OpMPow:
		if a.index == 2 {
			m := l.of(a.args[0])
			return l.inner(m, m)
		}
	case OpProd:
		return l.traceOfProduct(l.factors(a))
	}
	return l.trace(l.of(a))
}

// where reports whether e is a name that the user has defined.
func (e *Expr) where() bool { return e.def != nil }

func (l *goLower) sumOfProduct(a *Expr) *goNode {
	if l.done[a] != nil {
		return l.sum(l.of(a))
	}
	factors := []*Expr{l.pool.Ones(Shape{One, a.shape.Rows})}
	factors = append(factors, l.factors(a)...)
	factors = append(factors, l.pool.Ones(Shape{a.shape.Cols, One}))
	return l.product(factors)
}
