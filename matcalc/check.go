package matcalc

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Check is a numeric check: expressions compared with an independent
// computation of them at random points.
type Check struct {
	What  string         `json:"what"`  // "lines", "gradient", "hessian"
	Sizes map[string]int `json:"sizes"` // of the dimensions
	Error float64        `json:"error"` // relative, the largest
}

// String returns the check as a sentence.
func (c Check) String() string {
	var sizes []string
	for _, name := range slices.Sorted(maps.Keys(c.Sizes)) {
		sizes = append(sizes, fmt.Sprintf("%s=%d", name, c.Sizes[name]))
	}
	at := ""
	if len(sizes) > 0 {
		at = " at " + strings.Join(sizes, ", ")
	}
	return fmt.Sprintf("%s checked%s: relative error %.1e", c.What, at, c.Error)
}

// Tolerances of the checks: against derivatives by dual numbers, and against
// central differences.
const (
	lineTolerance       = 1e-8
	differenceTolerance = 1e-5
	tiny                = 1e-290  // below it numbers lose digits
	epsilon             = 0x1p-52 // a derivative below it, relative to the function, is lost to rounding: 1 - sigmoid(50)
)

// How many checks are made: at several points for each of some sets of sizes,
// and so many sets are tried.
const (
	setsWanted = 2
	setsTried  = 6
	setPoints  = 6
)

// check compares every line, the gradient and the Hessian with dual numbers, and
// the latter two with central differences, at random points with several sets
// of sizes.
//
// Dual numbers are exact but for rounding, so they decide: what differs from
// them at any point by more than that is wrong, and the derivation is refused.
// Differences are rough where the objective changes fast, so they can only
// confirm. What could not be checked is said in a warning.
func (d *Derivation) check(seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 1))
	d.Scope.meter = meter{limit: maxChecking}
	defer func() { d.Scope.meter = meter{limit: maxEvaluating} }()
	sound, confirmed := 0, 0
	var reason *Error
	undefined := ""
	for set := range setsTried {
		sizes := d.Scope.Sizes(set, nil)
		if set == 0 && d.smallDims() {
			sizes = d.Scope.Sizes(0, d.Problem.Dims)
		}
		c := checker{Derivation: d, rng: rng, sizes: sizes, errors: map[string]float64{}}
		if err := c.run(); err != nil {
			return err
		}
		if c.reason != nil {
			reason, undefined = c.reason, c.undefined
		}
		if _, ok := c.errors["lines"]; ok {
			sound++
		}
		if c.isConfirmed() {
			confirmed++
		}
		if c.enter(); confirmed == setsWanted {
			return nil
		}
	}
	switch {
	case sound == 0 && undefined != "":
		return errorf(Unsupported, "the %s that is found has no value at random points, where the objective has one: it needs the inverse of what is singular there, or divides by 0", undefined)
	case sound == 0:
		d.warn(warningKind(reason), "the answer is not checked by numbers: %v", reason)
	case confirmed == 0:
		d.warn(warningKind(reason), "the answer is checked by dual numbers only: %v", reason)
	}
	return nil
}

// warningKind returns the kind of a warning for a reason: TooLarge or OutsideDomain.
func warningKind(reason *Error) Kind {
	if reason.Kind == TooLarge {
		return TooLarge
	}
	return OutsideDomain
}

func (d *Derivation) warn(kind Kind, format string, args ...any) {
	d.Warnings = append(d.Warnings, Warning{kind, fmt.Sprintf(format, args...)})
}

// warnOfDims warns of sizes that the problem gives and that can't be.
func (d *Derivation) warnOfDims() {
	for _, name := range slices.Sorted(maps.Keys(d.Problem.Dims)) {
		if n := d.Problem.Dims[name]; n < 1 || n > maxDim || !d.Scope.dims[name] {
			d.warn(BadDims, "the size %d of %s is not used: sizes are from 1 to %d, of dimensions", n, brief(name), maxDim)
		}
	}
}

// smallDims reports whether the problem's own sizes are small enough for checks.
func (d *Derivation) smallDims() bool {
	for _, n := range d.Problem.Dims {
		if n < 1 || n > 8 {
			return false
		}
	}
	return len(d.Problem.Dims) > 0
}

// checker checks a derivation at points with one set of sizes.
type checker struct {
	*Derivation
	rng    *rand.Rand
	sizes  map[string]int
	errors map[string]float64 // the largest, by what was checked
	reason *Error             // why something could not be checked

	undefined string // what has no value where the objective has one
}

// run returns an error if the derivation is wrong.
func (c *checker) run() error {
	for range setPoints {
		p, err := c.point()
		if err != nil {
			c.reason = err.(*Error)
			return nil
		}
		switch err := c.exact(p).(type) {
		case nil:
			if !c.isConfirmed() {
				c.differences(p)
			}
		case *Error:
			if err.internal {
				return err
			}
			c.reason = err
		}
	}
	return nil
}

// point returns a random point where the objective, the gradient and the Hessian
// have values.
func (c *checker) point() (p *Point, err error) {
	es, moving := []*Expr{c.Objective}, []*Expr{}
	for _, r := range c.gradients() {
		es, moving = append(es, r.Gradient), append(moving, r.By)
	}
	if c.Hessian != nil {
		es = append(es, c.Hessian)
	}
	p, err = c.Scope.RandomPoint(c.rng, c.sizes, moving, es...)
	if e, ok := err.(*Error); ok && e.Kind == OutsideDomain {
		c.undefined = c.without(moving, es)
	}
	return p, err
}

// without returns which of es has no value at random points: "Hessian",
// "gradient", or "" if it is the objective, which comes first.
func (c *checker) without(moving, es []*Expr) string {
	for n := len(es) - 1; n > 0; n-- {
		if _, err := c.Scope.RandomPoint(c.rng, c.sizes, moving, es[:n]...); err == nil {
			if es[n] == c.Hessian {
				return "Hessian"
			}
			return "gradient"
		}
	}
	return ""
}

// gradients returns the gradients, that by Wrt first.
func (d *Derivation) gradients() []Reading {
	return append([]Reading{{d.Wrt, d.Gradient}}, d.others...)
}

// isConfirmed reports whether differences agreed.
func (c *checker) isConfirmed() bool {
	_, gradient := c.errors["gradient"]
	_, hessian := c.errors["hessian"]
	return gradient && (hessian || c.Hessian == nil)
}

// enter adds what was checked to the derivation's checks.
func (c *checker) enter() {
	for _, what := range []string{"lines", "gradient", "hessian"} {
		if e, ok := c.errors[what]; ok {
			c.Checks = append(c.Checks, Check{what, c.sizes, e})
		}
	}
}

// record notes an error of what was checked.
func (c *checker) record(what string, e float64) { c.errors[what] = math.Max(c.errors[what], e) }

// claim is that two computations have the same result: one by an expression of
// the derivation, the other by dual numbers.
type claim struct {
	name      func() string
	got, want func(ev *Evaluator) *mat.Dense
	scale     func(ev *Evaluator) float64 // of what is added up in them
}

// claims returns what a derivation says.
func (c *checker) claims() []claim {
	var claims []claim
	df := func(ev *Evaluator) *mat.Dense { return ev.dual(c.Objective).dense(true) }
	size := func(ev *Evaluator, e, by *Expr) float64 {
		return mat.Norm(ev.dual(e).dense(false), 2) * mat.Norm(ev.point.Dir[by.name], 2)
	}
	of := func(e, by *Expr) func(ev *Evaluator) float64 {
		return func(ev *Evaluator) float64 { return size(ev, e, by) }
	}
	largest := func(ev *Evaluator) (most float64) {
		for _, r := range c.gradients() {
			most = max(most, size(ev, r.Gradient, r.By))
		}
		return most
	}
	for _, s := range c.Steps {
		name := func() string {
			return fmt.Sprintf("the line %s by %s", short(s.DF), ruleNames(s.Rules))
		}
		line := func(ev *Evaluator) *mat.Dense { return ev.dual(s.DF).dense(false) }
		claims = append(claims, claim{name, line, df, largest})
	}
	gradient := func() string { return "the gradient" }
	claims = append(claims, claim{gradient, func(ev *Evaluator) *mat.Dense {
		sum := 0.0
		for _, r := range c.gradients() {
			var product mat.Dense
			product.MulElem(ev.dual(r.Gradient).dense(false), ev.point.Dir[r.By.name])
			sum += mat.Sum(&product)
		}
		return mat.NewDense(1, 1, []float64{sum})
	}, df, largest})
	if c.Wrt.Is(Symmetric) {
		claims = append(claims, claim{gradient, func(ev *Evaluator) *mat.Dense {
			return ev.dual(c.Gradient).dense(false)
		}, c.projected, of(c.Gradient, c.Wrt)})
	}
	if c.Hessian != nil {
		claims = append(claims, claim{func() string { return "the Hessian" }, c.hessianAlong, func(ev *Evaluator) *mat.Dense {
			return ev.dual(c.Gradient).vec().dense(true)
		}, of(c.Hessian, c.Wrt)})
	}
	return claims
}

// projected returns the gradient projected on symmetric or diagonal matrices,
// which it must be already.
func (c *checker) projected(ev *Evaluator) *mat.Dense {
	g := ev.dual(c.Gradient).dense(false)
	p := mat.DenseCopyOf(g)
	p.Apply(func(i, j int, x float64) float64 {
		switch {
		case !c.Wrt.Is(Diagonal):
			return (x + g.At(j, i)) / 2
		case i == j:
			return x
		}
		return 0
	}, p)
	return p
}

// hessianAlong returns what the Hessian makes of the direction of the point.
func (c *checker) hessianAlong(ev *Evaluator) *mat.Dense {
	h := ev.dual(c.Hessian).dense(false)
	n, _ := h.Dims()
	var product mat.Dense
	product.Mul(h, mat.NewVecDense(n, mat.DenseCopyOf(ev.point.Dir[c.Wrt.name]).RawMatrix().Data))
	return &product
}

// exact compares all that the derivation says with dual numbers. The error is
// internal if something is wrong, else it says why p is not good enough to tell.
func (c *checker) exact(p *Point) (err error) {
	defer Catch(&err)
	ev := c.Scope.At(p)
	worst := 0.0
	for _, claim := range c.claims() {
		off, e := claim.compare(ev)
		switch size := mat.Norm(off, 2); {
		case math.IsNaN(size) || math.IsInf(size, 0):
			return errorf(OutsideDomain, "%s is not finite at random points", claim.name())
		case e <= lineTolerance:
		case size < tiny || size < epsilon*mat.Norm(ev.dual(c.Objective).dense(false), 2):
			return errorf(OutsideDomain, "%s is too small at random points to have digits that could be compared", claim.name())
		case !c.isRounding(p, claim, off):
			return internal("%s is wrong: it gives %v where dual numbers give %v", claim.name(), numbers(claim.got(ev)), numbers(claim.want(ev)))
		case size > lineTolerance:
			return errorf(OutsideDomain, "rounding spoils %s at random points", claim.name())
		default: // what should cancel out
			e = size
		}
		worst = math.Max(worst, e)
	}
	c.record("lines", worst)
	return nil
}

// compare returns how far the results are apart, and that relative to them.
func (c claim) compare(ev *Evaluator) (off *mat.Dense, relative float64) {
	got, want := c.got(ev), c.want(ev)
	off = new(mat.Dense)
	off.Sub(got, want)
	size := mat.Norm(off, 2)
	if size == 0 {
		return off, 0
	}
	return off, size / max(mat.Norm(got, 2), mat.Norm(want, 2), c.scale(ev))
}

// isRounding reports whether the results of the claim are off by rounding: then
// they are off by something else close to p. What is wrong is just as wrong there.
func (c *checker) isRounding(p *Point, claim claim, off *mat.Dense) bool {
	const neighbours, nearness = 8, 1e-7
	for range neighbours {
		near := *p
		near.Values = map[string]*mat.Dense{}
		for _, v := range c.Scope.Vars {
			x := mat.DenseCopyOf(p.Values[v.name])
			if !v.Is(Orthogonal) {
				x.Scale(1+nearness*c.rng.NormFloat64(), x)
			}
			near.Values[v.name] = x
		}
		there, _ := claim.compare(c.Scope.At(&near))
		there.Sub(there, off)
		if !(mat.Norm(there, 2) < mat.Norm(off, 2)/2) {
			return true
		}
	}
	return false
}

// numbers returns the first entries of a matrix.
func numbers(m *mat.Dense) string {
	const most = 6
	data := m.RawMatrix().Data
	text := strings.Trim(fmt.Sprint(data[:min(len(data), most)]), "[]")
	if len(data) > most {
		text += " …"
	}
	return text
}

// maxDifferences is the number of entries up to which central differences are
// taken in each of them.
const maxDifferences = 40

// differences compares the gradient and the Hessian with central differences.
func (c *checker) differences(p *Point) {
	type derivative struct {
		what   string
		e      *Expr // what is differentiated
		by, is *Expr // the variable, and the derivative
	}
	var all []derivative
	for _, r := range c.gradients() {
		all = append(all, derivative{"gradient", c.Objective, r.By, r.Gradient})
	}
	if c.Hessian != nil {
		all = append(all, derivative{"hessian", c.Gradient, c.Wrt, c.Hessian})
	}
	for _, d := range all {
		e, err := c.differencesOf(d.e, d.by, d.is, p)
		switch {
		case err != nil:
			c.reason = err.(*Error)
		case e <= differenceTolerance:
			c.record(d.what, e)
		default:
			c.reason = errorf(OutsideDomain, "central differences are too rough at random points, the %s is %.1e away from them", d.what, e)
		}
	}
}

// differencesOf returns the relative distance of the derivative of e by v from
// central differences: in every entry of v, if these are few and not too rough,
// or along the direction of p.
func (c *checker) differencesOf(e, v, derivative *Expr, p *Point) (distance float64, err error) {
	defer Catch(&err)
	ev := c.Scope.At(p)
	if x := p.Values[v.name].RawMatrix(); x.Rows*x.Cols <= maxDifferences {
		differences, err := c.Scope.Differences(e, v, p)
		if err != nil {
			return 0, err
		}
		if distance = relativeDistance(ev.dual(derivative).dense(false), differences); distance <= differenceTolerance {
			return distance, nil
		}
	}
	return c.smallDifferences(e, p, ev.dual(e).dense(true)), nil
}

// smallDifferences compares the derivative of e along the direction of p with
// central differences that are smaller the faster e changes, and returns the
// relative distance from the best.
func (c *checker) smallDifferences(e *Expr, p *Point, along *mat.Dense) float64 {
	best := math.Inf(1)
	for h := 1e-4; h > 1e-9; h /= 10 {
		var difference mat.Dense
		difference.Sub(c.moved(e, p, h), c.moved(e, p, -h))
		difference.Scale(1/(2*h), &difference)
		best = math.Min(best, relativeDistance(along, &difference))
	}
	return best
}

// moved returns the value of e a step h away from p in its direction.
func (c *checker) moved(e *Expr, p *Point, h float64) *mat.Dense {
	there := *p
	there.Values = maps.Clone(p.Values)
	for name, dir := range p.Dir {
		x := mat.DenseCopyOf(dir)
		x.Scale(h, x)
		x.Add(x, p.Values[name])
		there.Values[name] = x
	}
	return c.Scope.At(&there).dual(e).dense(false)
}

// relativeDistance returns ‖a − b‖ / max(1, ‖a‖).
func relativeDistance(a, b *mat.Dense) float64 {
	var off mat.Dense
	off.Sub(a, b)
	return mat.Norm(&off, 2) / math.Max(1, mat.Norm(a, 2))
}

func internal(format string, args ...any) *Error {
	e := errorf(Unsupported, "internal error, please report it: %s", fmt.Sprintf(format, args...))
	e.internal = true
	return e
}

func ruleNames(rules []Rule) string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.ID
	}
	return strings.Join(names, ", ")
}
