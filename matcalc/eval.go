package matcalc

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// The kinds of warnings.
const (
	AbsentVariable Kind = "absent_variable" // the objective does not depend on the variable
	SingularPoint  Kind = "singular_point"  // the inverse of a singular matrix
	OutsideDomain  Kind = "domain"          // log of 0, sqrt of −1, ...
	Nonsmooth      Kind = "nonsmooth"       // at the kink of relu, abs, a norm
	BadDims        Kind = "bad_dims"        // sizes or values that don't fit the declarations
)

// Warning is what should be known about an answer.
type Warning struct {
	Kind    Kind   `json:"kind"`
	Message string `json:"message"`
}

// Point is where expressions are evaluated.
type Point struct {
	Sizes  map[string]int        // of the dimensions
	Values map[string]*mat.Dense // of the variables
	Dir    map[string]*mat.Dense // dX: the direction in which each variable moves; those not here don't

	standIns bool // whether abstract functions have the values of stand-ins
}

// meter counts what evaluations cost, in operations on numbers.
type meter struct{ spent, limit int }

// The limits of evaluations, in operations: each some tenths of a second.
const (
	maxChecking   = 100_000_000 // by the checks of a derivation
	maxEvaluating = 500_000_000 // by all evaluations afterwards
)

// nodeCost is what an expression costs, however small.
const nodeCost = 300

// spend counts the cost of something, before it is computed. It panics with an
// *Error if that is beyond the limit.
func (m *meter) spend(cost int) {
	if m.spent += cost; m.spent > m.limit {
		panic(errorf(TooLarge, "matrices of these sizes take too long to evaluate: more than %d operations", m.limit))
	}
}

// maxKept is how many numbers an evaluation may keep.
const maxKept = 4 << 20

// MaxEntries is how many entries a matrix may have in an evaluation.
const MaxEntries = 1 << 20

// Evaluator computes values at one point, and derivatives in its direction: by
// dual numbers, without the rules of matrix differentials. It keeps what it has
// computed.
type Evaluator struct {
	scope  *Scope
	point  *Point
	values map[*Expr]dual
	meter  *meter
	kept   int // numbers in values
	met    []met
	warned map[Kind]bool
}

// met is what an evaluation met at an expression: a warning that is not written yet.
type met struct {
	kind   Kind
	format string
	e      *Expr
}

// At returns an evaluator at a point.
func (s *Scope) At(p *Point) *Evaluator {
	return &Evaluator{scope: s, point: p, values: map[*Expr]dual{}, meter: &s.meter, warned: map[Kind]bool{}}
}

// Value returns the value of e. Differentials have the values that the
// direction of the point gives them.
func (ev *Evaluator) Value(e *Expr) (value *mat.Dense, err error) {
	defer Catch(&err)
	return ev.dual(e).dense(false), nil
}

// Derivative returns the derivative of e in the direction of the point: what
// the differential de is there.
func (ev *Evaluator) Derivative(e *Expr) (derivative *mat.Dense, err error) {
	defer Catch(&err)
	return ev.dual(e).dense(true), nil
}

// Number returns the value of a scalar.
func (ev *Evaluator) Number(e *Expr) (float64, error) {
	v, err := ev.Value(e)
	if err != nil {
		return 0, err
	}
	return v.At(0, 0), nil
}

// Warnings returns what was met in all evaluations: one of each kind.
func (ev *Evaluator) Warnings() []Warning {
	warnings := make([]Warning, len(ev.met))
	for i, m := range ev.met {
		warnings[i] = Warning{m.kind, fmt.Sprintf(m.format, short(m.e))}
	}
	return warnings
}

func (ev *Evaluator) warn(kind Kind, format string, e *Expr) {
	if !ev.warned[kind] {
		ev.warned[kind] = true
		ev.met = append(ev.met, met{kind, format, e})
	}
}

// dense returns the values or the derivative as a matrix.
func (a dual) dense(derivative bool) *mat.Dense {
	data := make([]float64, len(a.v))
	if derivative {
		copy(data, a.d)
	} else {
		copy(data, a.v)
	}
	return mat.NewDense(a.rows, a.cols, data)
}

// dual returns the value of e, and its derivative if the point has a direction.
func (ev *Evaluator) dual(e *Expr) dual {
	if v, ok := ev.values[e]; ok {
		return v
	}
	v := ev.compute(e)
	ev.values[e] = v
	if ev.kept += len(v.v) + len(v.d); ev.kept > maxKept {
		panic(errorf(TooLarge, "matrices of these sizes take too much memory: more than %d numbers", maxKept))
	}
	return v
}

// size returns the numbers of rows and columns that a shape stands for.
func (ev *Evaluator) size(s Shape) (rows, cols int) {
	rows, err := s.Rows.Value(ev.point.Sizes)
	if err == nil {
		cols, err = s.Cols.Value(ev.point.Sizes)
	}
	if err != nil {
		panic(errorf(BadDims, "%v", err))
	}
	if rows > MaxEntries/cols {
		panic(errorf(TooLarge, "a %d×%d matrix arises: more than %d entries are not evaluated", rows, cols, MaxEntries))
	}
	ev.meter.spend(nodeCost + 4*rows*cols)
	return rows, cols
}

// constant returns the matrix of e's size with one number everywhere.
func (ev *Evaluator) constant(e *Expr, x float64) dual {
	r := newDual(ev.size(e.shape))
	for i := range r.v {
		r.v[i] = x
	}
	return r
}

func (ev *Evaluator) compute(e *Expr) dual {
	switch e.op {
	case OpNum:
		x, _ := e.num.Float64()
		return ev.constant(e, x)
	case OpDim:
		n, _ := ev.size(Shape{DimNamed(e.name), One})
		return ev.constant(e, float64(n))
	case OpVar:
		return ev.variable(e)
	case OpDiff:
		u := ev.dual(e.args[0])
		return dual{u.rows, u.cols, u.dense(true).RawMatrix().Data, nil}
	case OpEye:
		return ev.constant(&Expr{shape: Shape{e.shape.Rows, One}}, 1).diag()
	case OpOnes:
		return ev.constant(e, 1)
	case OpZeros:
		return ev.constant(e, 0)
	case OpFn:
		return ev.function(e)
	case OpApp, OpGradApp:
		return ev.abstract(e)
	}
	if smoothes(e) && !e.args[0].isRoot() {
		return ev.smoothPower(e)
	}
	ev.size(e.shape) // says if that is too large
	args := make([]dual, len(e.args))
	for i, a := range e.args {
		args[i] = ev.dual(a)
	}
	ev.meter.spend(cost(e, args))
	return ev.combine(e, args)
}

// cost returns about how many operations combine args to e, beside those for
// each entry.
func cost(e *Expr, args []dual) int {
	a := args[0]
	n := a.rows
	switch e.op {
	case OpProd:
		left, right := productCost(args)
		return 2 * min(left, right)
	case OpMPow:
		return 2 * n * n * n * e.index
	case OpInv:
		return 5 * n * n * n
	case OpDet, OpLogdet:
		return 3 * n * n * n
	case OpAdj:
		return 3 * n * n * n * n * n
	case OpKron:
		return 30 * len(a.v) * len(args[1].v)
	}
	return 4 * len(a.v)
}

// productCost returns the multiplications of a product from the left and from
// the right.
func productCost(args []dual) (left, right int) {
	last := args[len(args)-1].cols
	for _, x := range args[1:] {
		left += args[0].rows * x.rows * x.cols
	}
	for _, x := range args[:len(args)-1] {
		right += x.rows * x.cols * last
	}
	return left, right
}

// product returns the matrix product of several, in the cheaper direction.
func product(args []dual) dual {
	if left, right := productCost(args); left <= right {
		r := args[0]
		for _, x := range args[1:] {
			r = r.mul(x)
		}
		return r
	}
	r := args[len(args)-1]
	for i := len(args) - 2; i >= 0; i-- {
		r = args[i].mul(r)
	}
	return r
}

// combine returns the value of e, given those of its arguments.
func (ev *Evaluator) combine(e *Expr, args []dual) dual {
	a := args[0]
	switch e.op {
	case OpAdd:
		r := a.like(args...)
		for _, x := range args {
			r.plus(1, x)
		}
		return r
	case OpScale:
		c, _ := e.num.Float64()
		r := ev.constant(&Expr{shape: Scalar}, c)
		for _, x := range args {
			r = times(r, x)
		}
		return r
	case OpProd:
		return product(args)
	case OpHad:
		for _, x := range args[1:] {
			a = times(a, x)
		}
		return a
	case OpPow, OpEPow:
		return ev.finite(e, zip(a, args[1], raise))
	case OpMPow:
		r := a
		for range e.index - 1 {
			r = r.mul(a)
		}
		return r
	case OpT:
		return a.t()
	case OpInv:
		return ev.inverse(e, a)
	case OpTr:
		return a.diagOf().sum()
	case OpSum:
		return a.sum()
	case OpDet:
		return a.det()
	case OpLogdet:
		return ev.finite(e, a.det().each(func(x, dx float64) (float64, float64) { return math.Log(x), dx / x }))
	case OpAdj:
		return a.adj()
	case OpNorm1:
		return ev.entries(e, a, "abs").sum()
	case OpNorm2:
		return ev.norm2(e, a)
	case OpDiag:
		return a.diag()
	case OpDiagOf:
		return a.diagOf()
	case OpVec:
		return a.vec()
	case OpKron:
		return kron(a, args[1])
	}
	panic(fmt.Sprintf("matcalc: no value of %d", e.op))
}

// variable returns the value of a variable or of a definition.
func (ev *Evaluator) variable(e *Expr) dual {
	if e.def != nil {
		return ev.dual(e.def)
	}
	rows, cols := ev.size(e.shape)
	read := func(m *mat.Dense) []float64 {
		if r, c := m.Dims(); r != rows || c != cols {
			panic(errorf(BadDims, "%s is %s, which is %d×%d here, and its value is %d×%d", e.name, e.shape, rows, cols, r, c))
		}
		return mat.DenseCopyOf(m).RawMatrix().Data
	}
	m := ev.point.Values[e.name]
	if m == nil {
		panic(errorf(BadDims, "%s has no value", e.name))
	}
	r := dual{rows, cols, read(m), nil}
	if d := ev.point.Dir[e.name]; d != nil {
		r.d = read(d)
	}
	return r
}

// function returns the value of an element-wise function.
func (ev *Evaluator) function(e *Expr) dual {
	if e.fn != nil {
		return ev.abstract(e)
	}
	return ev.entries(e, ev.dual(e.args[0]), e.name)
}

// entries returns the built-in element-wise function f of a.
func (ev *Evaluator) entries(e *Expr, a dual, f string) dual {
	of := entryFunctions[f]
	return ev.finite(e, a.each(func(x, dx float64) (float64, float64) {
		if x == 0 && hasKink(f) && (dx != 0 || !ev.hasDirection()) {
			ev.warn(Nonsmooth, "%s is not smooth here, where its argument is 0 or has an entry 0", e)
		}
		if x == 0 && f == "sqrt" && (a.d != nil || !ev.hasDirection()) {
			ev.warn(Nonsmooth, "%s is not smooth here, where it is 0 or has an entry 0", e)
		}
		y, slope := of(x)
		if dx == 0 {
			return y, 0
		}
		return y, slope * dx
	}))
}

// hasKink reports whether the element-wise function f is not differentiable at 0.
func hasKink(f string) bool { return f == "relu" || f == "abs" || f == "sign" || f == "step" }

// hasDirection reports whether the point has a direction. What does not move
// in that may stay at a kink.
func (ev *Evaluator) hasDirection() bool { return len(ev.point.Dir) > 0 }

// smoothPower returns a power such as relu(u)^2 or norm2(u)^2, which has no kink.
func (ev *Evaluator) smoothPower(e *Expr) dual {
	base, k := e.args[0], ev.dual(e.args[1])
	u := ev.dual(base.args[0])
	if base.op == OpNorm2 {
		return ev.finite(e, zip(times(u, u).sum(), times(k, dual{1, 1, []float64{0.5}, nil}), raise))
	}
	u = u.each(func(x, dx float64) (float64, float64) {
		y, slope := entryFunctions[base.name](x)
		return y, slope * dx
	})
	return ev.finite(e, zip(u, k, raise))
}

// finite warns if the value of e is not finite.
func (ev *Evaluator) finite(e *Expr, r dual) dual {
	for _, x := range r.v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			ev.warn(OutsideDomain, "%s is not finite here", e)
			break
		}
	}
	return r
}

// worstCondition is the condition number beyond which a matrix counts as singular.
const worstCondition = 1e13

func (ev *Evaluator) inverse(e *Expr, a dual) dual {
	r, condition := a.inv()
	if condition > worstCondition {
		ev.warn(SingularPoint, "%s is the inverse of a matrix that is singular here", e)
	}
	return r
}

func (ev *Evaluator) norm2(e *Expr, a dual) dual {
	moves := slices.ContainsFunc(a.d, func(x float64) bool { return x != 0 })
	return times(a, a).sum().each(func(x, dx float64) (float64, float64) {
		norm := math.Sqrt(x)
		switch {
		case norm == 0 && ev.hasDirection() && !moves:
			return 0, 0
		case norm == 0:
			ev.warn(Nonsmooth, "%s is 0 here, where a norm is not smooth", e)
			return 0, math.NaN()
		}
		return norm, dx / norm / 2
	})
}
