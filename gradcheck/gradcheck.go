// Package gradcheck compares gradients with central differences, as the course
// does (design, section 7). It needs no layer: any function that computes a
// loss and sets the gradients of its parameters can be checked. Diagnose says
// which of the classic mistakes makes a wrong gradient what it is.
package gradcheck

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/diff/fd"

	"gradlab/matrix"
)

// Tolerance is the relative error below which a float64 gradient passes.
const Tolerance = 1e-7

// Step is the step h of the central differences (f(x+h) - f(x-h))/2h for an
// entry x of about 1; for larger ones it grows with them.
const Step = 1e-5

// Check calls f, which returns the loss and sets the gradients of params at
// their values, and compares the gradients with central differences. The
// parameters have their values back when it returns; the gradients are those of
// the last call of f. f must give the same result for the same values.
func Check[T matrix.Float](f func() float64, params []matrix.Param[T]) Report {
	return CheckSample(f, params, math.MaxInt)
}

// CheckSample is Check for at most n entries of each parameter, spread evenly.
func CheckSample[T matrix.Float](f func() float64, params []matrix.Param[T], n int) Report {
	f()
	analytic := make([][]T, len(params))
	for k, p := range params {
		analytic[k] = append([]T(nil), p.Grad.Data...)
	}
	report := make(Report, len(params))
	for k, p := range params {
		report[k] = checkParam(f, p, analytic[k], n)
	}
	f() // leaves the gradients of the values
	return report
}

// checkParam compares the gradient of one parameter.
func checkParam[T matrix.Float](f func() float64, p matrix.Param[T], analytic []T, n int) Result {
	r := Result{Name: p.Name, Rows: p.Value.Rows, Cols: p.Value.Cols, Worst: -1}
	entries := len(p.Value.Data)
	r.Checked = min(n, entries)
	var diff2, analytic2, numeric2, worst float64
	for c := range r.Checked {
		i := c * entries / r.Checked
		g := float64(analytic[i])
		numeric, kink := difference(f, &p.Value.Data[i], g)
		if kink {
			r.Kinks++
			continue
		}
		diff2 += float64((g - numeric) * (g - numeric))
		analytic2 += float64(g * g)
		numeric2 += float64(numeric * numeric)
		if e := math.Abs(g - numeric); r.Worst < 0 || !(e <= worst) {
			r.Worst, worst = i, e
			r.Analytic, r.Numeric = g, numeric
		}
	}
	// ‖g-n‖ / max(‖g‖+‖n‖, 1e-3): the floor is for gradients that are truly 0.
	r.RelError = math.Sqrt(diff2) / math.Max(math.Sqrt(analytic2)+math.Sqrt(numeric2), 1e-3)
	return r
}

// difference returns the central difference of f by *x, and whether f has a kink
// within the step, so that no difference can confirm the one-sided derivative g.
func difference[T matrix.Float](f func() float64, x *T, g float64) (numeric float64, kink bool) {
	h := step(*x)
	numeric = slope(f, x, fd.Central, h)
	if math.Abs(g-numeric) <= Tolerance*math.Max(math.Abs(g)+math.Abs(numeric), 1e-3) {
		return numeric, false
	}
	// The slopes on both sides differ by about h·f″ where f is smooth, so by an
	// eighth with an eighth of the step. Across a kink they keep their distance,
	// or come together at once when the smaller step no longer reaches it.
	forward, backward := slope(f, x, fd.Forward, h), slope(f, x, fd.Backward, h)
	gap := math.Abs(forward - backward)
	smaller := math.Abs(slope(f, x, fd.Forward, h/8) - slope(f, x, fd.Backward, h/8))
	noise := 1e-8 * math.Max(math.Abs(forward)+math.Abs(backward), 1e-3)
	smooth := gap < noise || (smaller > gap/12 && smaller < gap/5)
	between := g >= math.Min(forward, backward)-gap/8 && g <= math.Max(forward, backward)+gap/8
	return numeric, !smooth && between
}

// step returns the step h of the differences by x.
func step[T matrix.Float](x T) float64 { return Step * math.Max(1, math.Abs(float64(x))) }

// slope returns a difference quotient of f by *x, which has its value back
// afterwards.
func slope[T matrix.Float](f func() float64, x *T, formula fd.Formula, h float64) float64 {
	x0 := *x
	defer func() { *x = x0 }()
	at := func(v float64) float64 {
		*x = T(v)
		return f()
	}
	return fd.Derivative(at, float64(x0), &fd.Settings{Formula: formula, Step: h})
}

// Result is what Check found for one parameter.
type Result struct {
	Name       string
	Rows, Cols int
	Checked    int     // entries compared
	Kinks      int     // of these, entries left out for a kink within the step
	RelError   float64 // ‖g-n‖₂ / max(‖g‖₂+‖n‖₂, 1e-3), g the gradient, n the differences

	// The entry that differs most, its place in the matrix's Data, or -1.
	Worst             int
	Analytic, Numeric float64
}

// OK reports whether the error is below the tolerance.
func (r Result) OK() bool { return r.RelError < Tolerance }

// Report is the result for every parameter.
type Report []Result

// MaxRelError returns the largest relative error; a NaN is larger than anything.
func (r Report) MaxRelError() float64 {
	var largest float64
	for _, p := range r {
		if !(p.RelError <= largest) {
			largest = p.RelError
		}
	}
	return largest
}

// Err returns nil if every parameter passes, or an error that names those that
// do not.
func (r Report) Err() error {
	var bad []string
	for _, p := range r {
		if !p.OK() {
			bad = append(bad, fmt.Sprintf("%s (relative error %.1e)", p.Name, p.RelError))
		}
	}
	if bad == nil {
		return nil
	}
	return fmt.Errorf("gradients differ from central differences: %s", strings.Join(bad, ", "))
}

// String returns a table: parameter, shape, entries checked, relative error,
// worst entry.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %12s %8s  %-10s  %s\n", "parameter", "shape", "checked", "rel. error", "worst entry: gradient, difference")
	for _, p := range r {
		fmt.Fprintf(&b, "%-10s %12s %8d  %-10.1e  ", p.Name, fmt.Sprintf("%d×%d", p.Rows, p.Cols), p.Checked, p.RelError)
		if p.Worst >= 0 {
			fmt.Fprintf(&b, "(%d,%d): %+.9e, %+.9e", p.Worst%p.Rows+1, p.Worst/p.Rows+1, p.Analytic, p.Numeric)
		}
		if p.Kinks > 0 {
			fmt.Fprintf(&b, "  kinks: %d", p.Kinks)
		}
		if !p.OK() {
			b.WriteString("  ✗")
		}
		b.WriteString("\n")
	}
	return b.String()
}
