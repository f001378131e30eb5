package matcalc

import "math"

// interval is where all entries of an expression lie. Ends that are open are not
// reached.
type interval struct {
	lo, hi         float64
	loOpen, hiOpen bool
}

var anything = interval{lo: math.Inf(-1), hi: math.Inf(1)}

// above returns the numbers from lo on, without it if that is open.
func above(lo float64, open bool) interval {
	return interval{lo: lo, hi: math.Inf(1), loOpen: open}
}

func only(x float64) interval { return interval{lo: x, hi: x} }

func (a interval) isPositive() bool { return a.lo > 0 || a.lo == 0 && a.loOpen }
func (a interval) isNonzero() bool  { return a.isPositive() || a.negative().isPositive() }

func (a interval) negative() interval { return interval{-a.hi, -a.lo, a.hiOpen, a.loOpen} }

func (a interval) plus(b interval) interval {
	return interval{a.lo + b.lo, a.hi + b.hi, a.loOpen || b.loOpen, a.hiOpen || b.hiOpen}
}

// times returns where products lie.
func (a interval) times(b interval) interval {
	type end struct {
		x    float64
		open bool
	}
	product := func(p, q end) end {
		if closedZero := p.x == 0 && !p.open || q.x == 0 && !q.open; closedZero || p.x == 0 || q.x == 0 {
			return end{0, !closedZero}
		}
		return end{p.x * q.x, p.open || q.open}
	}
	r := interval{lo: math.Inf(1), hi: math.Inf(-1)}
	for _, p := range []end{{a.lo, a.loOpen}, {a.hi, a.hiOpen}} {
		for _, q := range []end{{b.lo, b.loOpen}, {b.hi, b.hiOpen}} {
			v := product(p, q)
			if v.x < r.lo || v.x == r.lo && !v.open {
				r.lo, r.loOpen = v.x, v.open
			}
			if v.x > r.hi || v.x == r.hi && !v.open {
				r.hi, r.hiOpen = v.x, v.open
			}
		}
	}
	return r
}

// sums returns where sums of one or more of such numbers lie.
func (a interval) sums() interval {
	switch {
	case a.lo >= 0:
		return above(a.lo, a.loOpen)
	case a.hi <= 0:
		return above(-a.hi, a.hiOpen).negative()
	}
	return anything
}

// absolute returns where absolute values lie.
func (a interval) absolute() interval {
	switch {
	case a.lo >= 0:
		return a
	case a.hi <= 0:
		return a.negative()
	}
	return interval{hi: math.Max(-a.lo, a.hi)}
}

// mapped returns where the values of an increasing function lie.
func (a interval) mapped(f func(float64) float64) interval {
	return interval{f(a.lo), f(a.hi), a.loOpen || math.IsInf(a.lo, 0), a.hiOpen || math.IsInf(a.hi, 0)}
}

// both returns where numbers lie that lie in both.
func (a interval) both(b interval) interval {
	if b.lo > a.lo || b.lo == a.lo && b.loOpen {
		a.lo, a.loOpen = b.lo, b.loOpen
	}
	if b.hi < a.hi || b.hi == a.hi && b.hiOpen {
		a.hi, a.hiOpen = b.hi, b.hiOpen
	}
	return a
}

// definiteness of a symmetric matrix, as far as it is certain.
type definiteness uint8

const (
	indefinite   definiteness = iota
	semidefinite              // positive semidefinite
	definite                  // positive definite
)

// bounder finds out what is certain of the values of expressions.
type bounder struct {
	*Pool
	entries map[*Expr]interval
	forms   map[*Expr]definiteness
}

func newBounder(p *Pool) *bounder {
	return &bounder{p, map[*Expr]interval{}, map[*Expr]definiteness{}}
}

// of returns where the entries of e lie.
func (b *bounder) of(e *Expr) interval {
	if known, ok := b.entries[e]; ok {
		return known
	}
	r := b.find(e)
	if e.Is(Positive) {
		r = r.both(above(0, true))
	}
	b.entries[e] = r
	return r
}

func (b *bounder) find(e *Expr) interval {
	switch e.op {
	case OpNum:
		x, _ := e.num.Float64()
		return only(x)
	case OpDim:
		return above(1, false)
	case OpVar:
		switch {
		case e.def != nil:
			return b.of(e.def)
		case e.Is(Orthogonal):
			return interval{lo: -1, hi: 1}
		}
	case OpEye:
		return interval{hi: 1}
	case OpOnes:
		return only(1)
	case OpZeros:
		return only(0)
	case OpFn:
		return b.function(e)
	case OpT, OpVec:
		return b.of(e.args[0])
	case OpDiag:
		v := b.of(e.args[0])
		return interval{lo: math.Min(v.lo, 0), hi: math.Max(v.hi, 0)}
	case OpDiagOf:
		return b.of(e.args[0]).both(b.diagonal(e.args[0]))
	case OpTr:
		if e.args[0].IsScalar() {
			return b.of(e.args[0])
		}
		return b.of(e.args[0]).sums().both(b.diagonal(e.args[0]))
	case OpDet:
		return b.diagonal(e.args[0])
	case OpSum:
		return b.of(e.args[0]).sums()
	case OpNorm1, OpNorm2:
		return b.of(e.args[0]).absolute().sums()
	}
	return b.combination(e)
}

// diagonal returns where the diagonal and the determinant of a square matrix
// lie as far as its definiteness tells.
func (b *bounder) diagonal(e *Expr) interval {
	switch b.form(e) {
	case definite:
		return above(0, true)
	case semidefinite:
		return above(0, false)
	}
	return anything
}

// combination is of for sums, products and powers.
func (b *bounder) combination(e *Expr) interval {
	switch e.op {
	case OpAdd:
		r := only(0)
		for _, a := range e.args {
			r = r.plus(b.of(a))
		}
		return r
	case OpScale, OpHad, OpKron:
		r := only(1)
		if e.op == OpScale {
			x, _ := e.num.Float64()
			r = only(x)
		}
		for _, a := range e.args {
			r = r.times(b.of(a))
		}
		return r
	case OpProd:
		r := b.of(e.args[0])
		for _, a := range e.args[1:] {
			r = r.times(b.of(a)).sums()
		}
		if e.IsScalar() {
			r = r.both(b.diagonal(e))
		}
		return r
	case OpMPow:
		if b.of(e.args[0]).lo >= 0 {
			return above(0, false)
		}
	case OpPow, OpEPow:
		return b.power(b.of(e.args[0]), e.args[1])
	}
	return anything
}

// power returns where the powers of entries in a lie.
func (b *bounder) power(a interval, exponent *Expr) interval {
	n, whole := exponent.integer()
	switch {
	case whole && n > 0 && n%2 == 0:
		a = a.absolute()
		fallthrough
	case whole && n > 0:
		return a.mapped(func(x float64) float64 { return math.Pow(x, float64(n)) })
	case a.isPositive():
		return above(0, true)
	case whole && n%2 == 0 && a.isNonzero():
		return above(0, true)
	case a.lo >= 0:
		return above(0, false)
	}
	return anything
}

// function returns where the values of an element-wise function lie.
func (b *bounder) function(e *Expr) interval {
	if e.fn != nil {
		return anything
	}
	a := b.of(e.args[0])
	switch e.name {
	case "exp", "tanh", "sigmoid", "softplus":
		return a.mapped(func(x float64) float64 { y, _ := entryFunctions[e.name](x); return y })
	case "log":
		return interval{lo: math.Max(a.lo, 0), hi: math.Max(a.hi, 0), loOpen: a.loOpen, hiOpen: a.hiOpen}.mapped(math.Log)
	case "sqrt":
		return interval{lo: math.Max(a.lo, 0), hi: math.Max(a.hi, 0), loOpen: a.loOpen && a.lo >= 0, hiOpen: a.hiOpen}.mapped(math.Sqrt)
	case "abs":
		return a.absolute()
	case "relu":
		if a.isPositive() {
			return a
		}
		return interval{hi: math.Max(a.hi, 0)}
	case "step":
		if a.isPositive() {
			return only(1)
		}
		return interval{hi: 1}
	case "sin", "cos", "sign":
		return interval{lo: -1, hi: 1}
	}
	return anything
}

// form returns the definiteness of a square matrix.
func (b *bounder) form(e *Expr) definiteness {
	if known, ok := b.forms[e]; ok {
		return known
	}
	r := b.findForm(e)
	b.forms[e] = r
	return r
}

func (b *bounder) findForm(e *Expr) definiteness {
	switch {
	case e.Is(Spd):
		return definite
	case !e.shape.IsSquare():
		return indefinite
	case e.op == OpVar && e.def != nil:
		return b.form(e.def)
	}
	switch e.op {
	case OpOnes, OpZeros:
		return semidefinite
	case OpAdd:
		least, most := b.formsOf(e.args)
		if least > indefinite {
			return most
		}
	case OpHad, OpKron:
		least, _ := b.formsOf(e.args)
		return least
	case OpScale:
		return b.scaledForm(e)
	case OpProd:
		if b.isPalindrome(e.args) && (len(e.args)%2 == 0 || b.form(e.args[len(e.args)/2]) > indefinite) {
			return semidefinite
		}
	case OpT, OpAdj:
		return b.form(e.args[0])
	case OpInv:
		if b.form(e.args[0]) == definite {
			return definite
		}
	case OpMPow:
		return b.powerForm(e)
	case OpDiag:
		switch v := b.of(e.args[0]); {
		case v.isPositive():
			return definite
		case v.lo >= 0:
			return semidefinite
		}
	}
	return indefinite
}

// formsOf returns the least and the most that is certain of matrices.
func (b *bounder) formsOf(es []*Expr) (least, most definiteness) {
	least = definite
	for _, e := range es {
		least, most = min(least, b.form(e)), max(most, b.form(e))
	}
	return least, most
}

// scaledForm is form of numbers and scalars times a matrix.
func (b *bounder) scaledForm(e *Expr) definiteness {
	if e.IsScalar() {
		return indefinite
	}
	factor := b.of(b.Pool.scale(e.num, e.Scalars(), nil))
	switch {
	case factor.isPositive():
		return b.form(e.Matrix())
	case factor.lo >= 0:
		return min(b.form(e.Matrix()), semidefinite)
	}
	return indefinite
}

// powerForm is form of A^k.
func (b *bounder) powerForm(e *Expr) definiteness {
	a := e.args[0]
	switch {
	case !a.Is(Symmetric) || e.index%2 == 1:
		return b.form(a)
	case a.Is(Invertible):
		return definite
	}
	return semidefinite
}

// isInvertible reports whether a square matrix is certain to be invertible.
func (b *bounder) isInvertible(e *Expr) bool { return e.Is(Invertible) || b.form(e) == definite }
