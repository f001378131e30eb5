package matcalc

import (
	"fmt"
	"slices"
)

// caution is what was warned of: that something happens at some values of e.
type caution struct {
	kind Kind
	e    *Expr
}

// cautioner warns of where the objective is not defined or not differentiable,
// unless what is declared excludes that. What does not depend on the variable is
// left alone.
type cautioner struct {
	*differential
	bounds *bounder
	warned map[caution]bool
	seen   map[*Expr]bool
}

func newCautioner(d *differential) *cautioner {
	return &cautioner{d, newBounder(d.Pool), map[caution]bool{}, map[*Expr]bool{}}
}

// maxCautions is how many warnings are enough.
const maxCautions = 20

// warn warns once of each kind for e.
func (c *cautioner) warn(e *Expr, kind Kind, format string, args ...any) {
	if key := (caution{kind, e}); !c.warned[key] && len(c.warned) < maxCautions {
		c.warned[key] = true
		c.differential.warn(kind, format, args...)
	}
}

// walk warns of e and all that it is made of.
func (c *cautioner) walk(e *Expr) {
	if c.seen[e] || !c.depends(e) {
		return
	}
	c.seen[e] = true
	c.visit(e)
	args := e.args
	switch {
	case e.def != nil:
		args = []*Expr{e.def}
	case smoothes(e):
		args = slices.Concat(args[0].args, args[1:])
	}
	for _, a := range args {
		c.walk(a)
	}
}

// smoothes reports whether the power e is what matters, not its base: relu(u)^2
// is differentiable where relu(u) is not, and sqrt(u)^3 is a power of u.
func smoothes(e *Expr) bool {
	if e.op != OpPow && e.op != OpEPow {
		return false
	}
	base, k := e.args[0], e.args[1].Num()
	kink := base.op == OpNorm2 || isBuiltinOf(base, "abs") || isBuiltinOf(base, "relu")
	return k != nil && (kink && k.Cmp(ratOne) > 0 || base.isRoot())
}

// isBuiltinOf reports whether e is the built-in element-wise function f of something.
func isBuiltinOf(e *Expr, f string) bool { return e.op == OpFn && e.fn == nil && e.name == f }

// visit warns of e by itself.
func (c *cautioner) visit(e *Expr) {
	switch e.op {
	case OpInv:
		c.singular(e.args[0], short(e)+" does not exist")
	case OpAdj:
		a := short(e.args[0])
		c.singular(e.args[0], fmt.Sprintf("the derivative of %s is written with inv(%s) and does not hold", short(e), a))
	case OpLogdet:
		c.positiveDet(e, e.args[0])
	case OpNorm1:
		c.kink(e)
	case OpNorm2:
		if !c.bounds.of(e).isNonzero() && !c.warned[caution{OutsideDomain, e}] {
			c.warn(e, Nonsmooth, "%s is not differentiable where it is 0", short(e))
		}
	case OpPow, OpEPow:
		c.power(e)
	case OpFn:
		c.function(e)
	}
}

// function warns of an element-wise function.
func (c *cautioner) function(e *Expr) {
	if e.fn != nil {
		return
	}
	u := e.args[0]
	switch e.name {
	case "log":
		if u.op == OpDet {
			c.positiveDet(e, u.args[0])
		} else {
			c.positive(e, u)
		}
	case "sqrt":
		c.root(e, u)
	case "tan":
		c.warn(u, OutsideDomain, "%s is not defined where cos(%s) is 0", short(e), short(u))
	case "relu", "abs", "sign", "step":
		c.kink(e)
	}
}

// power warns of the power e, of a scalar or of each entry.
func (c *cautioner) power(e *Expr) {
	base, exponent := e.args[0], e.args[1]
	if k := exponent.Num(); k != nil && base.isRoot() {
		base, exponent = base.args[0], c.Num(ratMul(k, ratHalf))
	}
	b, k := c.bounds.of(base), exponent.Num()
	switch {
	case c.depends(exponent), k == nil && !isWhole(exponent):
		c.positive(e, base)
	case isWhole(exponent) && c.bounds.of(exponent).lo >= 0:
	case base.op == OpDet:
		c.singular(base.args[0], short(e)+" does not exist")
	case isWhole(exponent):
		if !b.isNonzero() && !c.warnedOfZero(base) {
			c.warn(base, OutsideDomain, "there is a division by %s, which must not be 0", entryOf(base))
		}
	case k.Sign() < 0:
		if !c.warned[caution{Nonsmooth, base}] {
			c.positive(e, base)
		}
	case k.Cmp(ratOne) < 0:
		c.root(e, base)
	case b.lo < 0:
		c.warn(base, OutsideDomain, "%s is not defined where %s is negative", short(e), entryOf(base))
	}
}

// warnedOfZero reports whether a warning says that e may be 0, a norm.
func (c *cautioner) warnedOfZero(e *Expr) bool {
	return e.op == OpNorm2 && c.warned[caution{Nonsmooth, e}]
}

// kink warns of a function of what may be 0.
func (c *cautioner) kink(e *Expr) {
	slope := map[string]string{"": "sign", "abs": "sign", "relu": "step", "sign": "sign'", "step": "step'"}[e.name]
	if u := e.args[0]; !c.bounds.of(u).isNonzero() {
		c.warn(u, Nonsmooth, "%s is not differentiable where %s is 0; the gradient takes %s(0) = 0 there", short(e), entryOf(u), slope)
	}
}

// positive warns of e, the logarithm or a power of u, which may be 0 or less.
func (c *cautioner) positive(e, u *Expr) {
	if !c.bounds.of(u).isPositive() {
		c.warn(u, OutsideDomain, "%s is not defined where %s is 0 or less", short(e), entryOf(u))
	}
}

// root warns of e, the square root of u or another power between 0 and 1.
func (c *cautioner) root(e, u *Expr) {
	switch b := c.bounds.of(u); {
	case b.isPositive():
	case b.lo >= 0:
		c.warn(u, Nonsmooth, "%s is not differentiable where %s is 0", short(e), entryOf(u))
	default:
		c.warn(u, OutsideDomain, "%s is not defined where %s is negative, nor differentiable where it is 0", short(e), entryOf(u))
	}
}

// singular warns of what does not exist, or hold, where a matrix is singular.
func (c *cautioner) singular(a *Expr, what string) {
	if !c.bounds.isInvertible(a) {
		c.warn(a, SingularPoint, "%s where %s is singular", what, short(a))
	}
}

// positiveDet warns of e, the logarithm of the determinant of a.
func (c *cautioner) positiveDet(e, a *Expr) {
	if !c.bounds.isInvertible(a) {
		c.warn(a, OutsideDomain, "%s is not defined where the determinant of %s is 0 or less", short(e), short(a))
	}
}

// entryOf returns how a message calls what must hold for every entry of e.
func entryOf(e *Expr) string {
	if e.IsScalar() {
		return short(e)
	}
	return "an entry of " + short(e)
}

// isWhole reports whether e is certain to be a whole number.
func isWhole(e *Expr) bool {
	switch e.op {
	case OpNum:
		return e.num.IsInt()
	case OpDim:
		return true
	case OpAdd:
		return !slices.ContainsFunc(e.args, func(a *Expr) bool { return !isWhole(a) })
	case OpScale:
		return e.num.IsInt() && !slices.ContainsFunc(e.args, func(a *Expr) bool { return !isWhole(a) })
	}
	return false
}
