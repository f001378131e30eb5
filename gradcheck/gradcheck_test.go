package gradcheck_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gradlab/gradcheck"
	"gradlab/matrix"
)

type param = matrix.Param[float64]

func column(name string, x ...float64) param {
	m := matrix.New[float64](len(x), 1)
	copy(m.Data, x)
	return param{Name: name, Value: m, Grad: matrix.New[float64](len(x), 1)}
}

// cubic is f = Σ x³ with a gradient of 3x² times a factor: 1 is right.
func cubic(p param, factor float64) func() float64 {
	return func() float64 {
		var f float64
		for i, x := range p.Value.Data {
			f += x * x * x
			p.Grad.Data[i] = factor * 3 * x * x
		}
		return f
	}
}

func TestRightAndWrongGradients(t *testing.T) {
	p := column("x", 1, -2, 0.5)
	if report := gradcheck.Check(cubic(p, 1), []param{p}); report.Err() != nil {
		t.Errorf("a right gradient: %v\n%v", report.Err(), report)
	}
	for _, factor := range []float64{0, -1, 2, 1.00001} {
		if report := gradcheck.Check(cubic(p, factor), []param{p}); report.Err() == nil {
			t.Errorf("%v times the gradient passes:\n%v", factor, report)
		}
	}
}

// The course's formula by hand: g = (6, 0), n = (3, 0) gives 3/(6+3).
func TestRelativeError(t *testing.T) {
	p := column("x", 1, 0)
	report := gradcheck.Check(cubic(p, 2), []param{p})
	if got := report.MaxRelError(); math.Abs(got-1.0/3) > 1e-6 {
		t.Errorf("relative error %v, not 1/3", got)
	}
	if report[0].Worst != 0 || report[0].Analytic != 6 || math.Abs(report[0].Numeric-3) > 1e-6 {
		t.Errorf("worst entry %d: %v, %v", report[0].Worst, report[0].Analytic, report[0].Numeric)
	}
}

// Of f = x³ by hand: ((x+h)³ - (x-h)³)/2h = 3x² + h².
func TestDifferences(t *testing.T) {
	x, y := column("x", 1, -2), column("y", 3)
	before := []float64{x.Value.Data[0], x.Value.Data[1], y.Value.Data[0]}
	f, g := cubic(x, 1), cubic(y, 1)
	all := gradcheck.Differences(func() float64 { return f() + g() }, []param{x, y}, 0.5)
	got := append(append([]float64{}, all[0].Data...), all[1].Data...)
	for i, want := range []float64{3.25, 12.25, 27.25} {
		if got[i] != want {
			t.Errorf("difference %d is %v, not %v", i, got[i], want)
		}
	}
	if x.Value.Data[0] != before[0] || x.Value.Data[1] != before[1] || y.Value.Data[0] != before[2] {
		t.Errorf("the parameters are now %v and %v", x.Value.Data, y.Value.Data)
	}
}

// A true gradient of 0 passes, as the error has a floor.
func TestZeroGradient(t *testing.T) {
	p := column("b", 0.3)
	f := func() float64 { return 1 + 1e-15*math.Sin(1e6*p.Value.Data[0]) } // rounding noise
	if report := gradcheck.Check(f, []param{p}); report.Err() != nil {
		t.Errorf("%v\n%v", report.Err(), report)
	}
}

// |x| has a kink: within the step of it any slope between -1 and 1 is accepted
// and counted; a slope outside is an error, and so is a wrong one elsewhere.
func TestKinks(t *testing.T) {
	for _, c := range []struct {
		x, slope float64
		kinks    int
		ok       bool
	}{
		{0, 0, 0, true}, // the central difference itself is 0
		{0, 1, 1, true},
		{gradcheck.Step / 3, 1, 1, true},
		{gradcheck.Step / 20, -1, 1, true}, // the smaller step reaches it, too
		{0, 2, 0, false},
		{1, 1, 0, true},
		{1, 0.5, 0, false},
	} {
		p := column("x", c.x)
		f := func() float64 {
			p.Grad.Data[0] = c.slope
			return math.Abs(p.Value.Data[0])
		}
		report := gradcheck.Check(f, []param{p})
		if (report.Err() == nil) != c.ok || report[0].Kinks != c.kinks {
			t.Errorf("slope %v at %v: error %v, kinks %d", c.slope, c.x, report.Err(), report[0].Kinks)
		}
	}
}

// A wrong gradient is no kink, however much the function bends.
func TestCurvatureIsNoKink(t *testing.T) {
	p := column("x", 0.001)
	f := func() float64 {
		p.Grad.Data[0] = 0
		return 500 * p.Value.Data[0] * p.Value.Data[0]
	}
	if report := gradcheck.Check(f, []param{p}); report.Err() == nil {
		t.Errorf("a gradient of 0 instead of 1 passes:\n%v", report)
	}
}

// The values come back, and the gradients are theirs again.
func TestCheckDisturbsNothing(t *testing.T) {
	p := column("x", 1.5, -0.25)
	gradcheck.Check(cubic(p, 1), []param{p})
	if x, g := p.Value.Data, p.Grad.Data; x[0] != 1.5 || x[1] != -0.25 || g[0] != 6.75 || g[1] != 0.1875 {
		t.Errorf("after the check: x %v, gradient %v", x, g)
	}
}

func TestSample(t *testing.T) {
	p := column("x", make([]float64, 1000)...)
	matrix.Fill(p.Value, 1)
	calls := 0
	f := cubic(p, 1)
	report := gradcheck.CheckSample(func() float64 { calls++; return f() }, []param{p}, 10)
	if report[0].Checked != 10 || calls > 2+10*2 {
		t.Errorf("%d entries in %d calls", report[0].Checked, calls)
	}
}

// A gradient of NaN never passes.
func TestNaN(t *testing.T) {
	p := column("x", 1)
	f := func() float64 {
		p.Grad.Data[0] = math.NaN()
		return p.Value.Data[0]
	}
	if report := gradcheck.Check(f, []param{p}); report.Err() == nil || !strings.Contains(report.String(), "✗") {
		t.Errorf("NaN passes:\n%v", report)
	}
}

func ExampleCheck() {
	// f = w₁²·w₂ with a mistake: ∂f/∂w₂ is w₁², not w₁.
	w := column("w", 3, 2)
	f := func() float64 {
		w1, w2 := w.Value.Data[0], w.Value.Data[1]
		w.Grad.Data[0] = 2 * w1 * w2
		w.Grad.Data[1] = w1
		return w1 * w1 * w2
	}
	fmt.Println(gradcheck.Check(f, []matrix.Param[float64]{w}).Err())
	// Output: gradients differ from central differences: w (relative error 2.2e-01)
}
