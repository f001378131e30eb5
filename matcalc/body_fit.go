package matcalc

import (
	"math"
	"math/rand/v2"
	"slices"
)

// warnOfBodies warns of declared bodies of derivatives and gradients that are not
// those of the functions' bodies. What is derived does not depend on bodies, but
// values at points do.
func (d *Derivation) warnOfBodies(seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 3))
	seen := map[*Expr]bool{}
	var walk func(e *Expr)
	walk = func(e *Expr) {
		if e == nil || seen[e] {
			return
		}
		seen[e] = true
		if e.fn != nil && !d.Scope.fits(e, rng) {
			d.warn(BadDims, "the numeric body for %s is not the derivative of that for the function", e.name)
		}
		walk(e.def)
		for _, a := range e.args {
			walk(a)
		}
	}
	walk(d.Gradient)
}

// fits reports whether the body of the derivative or gradient that e is a call
// of is, as far as can be seen, that of the function's body.
func (s *Scope) fits(e *Expr, rng *rand.Rand) (fits bool) {
	var err error
	defer func() { fits = fits || err != nil }()
	defer Catch(&err)
	switch {
	case e.op == OpGradApp && e.fn.Value != "" && e.fn.declared(1+e.index) != "":
		p, e2 := s.RandomPoint(rng, s.Sizes(0, nil), nil, e.args...)
		if e2 != nil {
			return true
		}
		p.standIns = false
		ev := s.At(p)
		return near(ev.dual(e).v, ev.slope(e).v)
	case e.op == OpFn:
		i := slices.IndexFunc(s.Functions, func(f *Function) bool { return f.Elementwise && f.Deriv == e.name })
		if i < 0 {
			return true
		}
		derived, own := s.derivativeOf(s.declaredOf(s.Functions[i].Name, nil)), s.declaredOf(e.name, nil)
		return derived == "" || derived == own || near(s.valuesOf(e.fn, derived), s.valuesOf(e.fn, own))
	}
	return true
}

// valuesOf returns values of the body of an element-wise function.
func (s *Scope) valuesOf(f *Function, text string) []float64 {
	b := s.bodyOf(f, text, []*Expr{s.one})
	var values []float64
	for t := -1.9; t < 2; t += 0.2 {
		inner := &Evaluator{scope: b.scope, point: &Point{}, values: map[*Expr]dual{b.scope.Vars[0]: {1, 1, []float64{t}, nil}}, meter: &s.meter, warned: map[Kind]bool{}}
		values = append(values, inner.dual(b.expr).v[0])
	}
	return values
}

// near reports whether numbers are the same but for rounding, wherever both are
// finite.
func near(a, b []float64) bool {
	for i, x := range a {
		if off := math.Abs(x - b[i]); off > 1e-6*max(1, math.Abs(x), math.Abs(b[i])) {
			return false
		}
	}
	return true
}
