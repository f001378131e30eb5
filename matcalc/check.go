package matcalc

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Check is a numeric check: an expression compared with an independent
// computation of it at a random point.
type Check struct {
	What  string         `json:"what"`  // "lines", "gradient", "hessian"
	Sizes map[string]int `json:"sizes"` // of the dimensions
	Error float64        `json:"error"` // relative
}

// Tolerances of the checks: against derivatives by dual numbers, and against
// central differences.
const (
	lineTolerance       = 1e-8
	differenceTolerance = 1e-5
	roughly             = 1e-2 // so far off, differences may be to blame
)

// check compares every line with the differential of the objective by dual
// numbers, and the gradient with central differences, at random points with
// several sets of sizes. It fails where the derivation is wrong; where there is
// no point to check at, it warns.
func (d *Derivation) check(seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 1))
	const wanted, tries = 2, 6
	passed := 0
	var failure, steep, missing error
	for set := range tries {
		sizes := d.Scope.Sizes(set, nil)
		if set == 0 && d.smallDims() {
			sizes = d.Scope.Sizes(0, d.Problem.Dims)
		}
		es := []*Expr{d.Objective, d.Gradient}
		if d.Hessian != nil {
			es = append(es, d.Hessian)
		}
		p, err := d.Scope.RandomPoint(rng, sizes, []*Expr{d.Wrt}, es...)
		if err != nil {
			missing = err
			continue
		}
		d.rough = false
		if err := d.checkAt(p); err != nil {
			if d.rough || d.isSteep(p) {
				steep = err
			} else {
				failure = err
			}
			continue
		}
		if passed++; passed == wanted {
			return nil
		}
	}
	switch {
	case failure == nil && passed == 0 && steep != nil:
		return steep
	case failure == nil && passed == 0:
		d.Warnings = append(d.Warnings, Warning{OutsideDomain, "the answer is not checked by numbers: " + missing.Error()})
	}
	return failure
}

// isSteep reports whether the objective changes so fast at p that a difference
// there may be one of rounding.
func (d *Derivation) isSteep(p *Point) bool {
	g, err := d.Scope.At(p).Value(d.Gradient)
	return err != nil || mat.Norm(g, 2) > 1e4
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

// checkAt checks the derivation at a point.
func (d *Derivation) checkAt(p *Point) error {
	ev := d.Scope.At(p)
	derivative, err := ev.Derivative(d.Objective)
	if err != nil {
		return err
	}
	df := derivative.At(0, 0)
	scale, err := d.magnitude(ev, p)
	if err != nil {
		return err
	}
	worst := 0.0
	for _, s := range d.Steps {
		got, err := ev.Number(s.DF)
		if err != nil {
			return err
		}
		e := math.Abs(got-df) / scale
		if !(e <= lineTolerance) {
			return internal("the line %s by %s is %v where df is %v", brief(s.DF.String()), ruleNames(s.Rules), got, df)
		}
		worst = math.Max(worst, e)
	}
	d.Checks = append(d.Checks, Check{"lines", p.Sizes, worst})
	if err := d.checkGradient(ev, p, df, scale); err != nil || d.Hessian == nil {
		return err
	}
	return d.checkHessian(ev, p)
}

// magnitude returns the size of the numbers that are to be compared: at least 1.
func (d *Derivation) magnitude(ev *Evaluator, p *Point) (float64, error) {
	g, err := ev.Value(d.Gradient)
	if err != nil {
		return 0, err
	}
	return math.Max(1, mat.Norm(g, 2)*mat.Norm(p.Dir[d.Wrt.name], 2)), nil
}

// maxDifferences is the number of entries up to which central differences are
// taken in each of them.
const maxDifferences = 40

// checkGradient compares the gradient with central differences, and the
// differential that it gives with df.
func (d *Derivation) checkGradient(ev *Evaluator, p *Point, df, scale float64) error {
	g, err := ev.Value(d.Gradient)
	if err != nil {
		return err
	}
	var product mat.Dense
	product.MulElem(g, p.Dir[d.Wrt.name])
	along := mat.Sum(&product)
	if e := math.Abs(along-df) / scale; !(e <= lineTolerance) {
		return internal("the gradient gives df = %v where it is %v", along, df)
	}
	e := 0.0
	if rows, cols := g.Dims(); rows*cols <= maxDifferences {
		differences, err := d.Scope.Differences(d.Objective, d.Wrt, p)
		if err != nil {
			return err
		}
		e = relativeDistance(g, differences)
	}
	if !(e <= differenceTolerance) {
		e, err = d.smallDifferences(p, along)
		if err != nil {
			return err
		}
	}
	if !(e <= differenceTolerance) {
		d.rough = e < roughly
		return internal("the gradient and central differences are %.1e apart", e)
	}
	d.Checks = append(d.Checks, Check{"gradient", p.Sizes, e})
	return nil
}

// smallDifferences compares what the gradient gives along the direction of p
// with central differences that are smaller the faster the objective changes,
// and returns the error of the best.
func (d *Derivation) smallDifferences(p *Point, along float64) (float64, error) {
	best := math.Inf(1)
	for h := 1e-4; h > 1e-9; h /= 10 {
		var values [2]float64
		for i, sign := range []float64{1, -1} {
			moved := *p
			moved.Values = maps.Clone(p.Values)
			x := mat.DenseCopyOf(p.Dir[d.Wrt.name])
			x.Scale(sign*h, x)
			x.Add(x, p.Values[d.Wrt.name])
			moved.Values[d.Wrt.name] = x
			var err error
			if values[i], err = d.Scope.At(&moved).Number(d.Objective); err != nil {
				return 0, err
			}
		}
		difference := (values[0] - values[1]) / (2 * h)
		best = math.Min(best, math.Abs(difference-along)/math.Max(1, math.Abs(along)))
	}
	return best, nil
}

// checkHessian compares the Hessian with central differences of the gradient.
func (d *Derivation) checkHessian(ev *Evaluator, p *Point) error {
	h, err := ev.Value(d.Hessian)
	if err != nil {
		return err
	}
	differences, err := d.Scope.Differences(d.Gradient, d.Wrt, p)
	if err != nil {
		return err
	}
	e := relativeDistance(h, differences)
	if !(e <= differenceTolerance) {
		d.rough = e < roughly
		return internal("the Hessian and central differences of the gradient are %.1e apart", e)
	}
	d.Checks = append(d.Checks, Check{"hessian", p.Sizes, e})
	return nil
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
