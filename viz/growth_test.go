package viz

import (
	"math"
	"testing"
)

func TestPowerLaw(t *testing.T) {
	x := []float64{1, 2, 4, 8, 100}
	for _, p := range []float64{-1, 0, 0.5, 1, 2.3} {
		y := make([]float64, len(x))
		for i := range x {
			y[i] = 3 * math.Pow(x[i], p)
		}
		factor, power := PowerLaw(x, y)
		if math.Abs(factor-3) > 1e-12 || math.Abs(power-p) > 1e-12 {
			t.Errorf("3·x^%v is fitted by %v·x^%v", p, factor, power)
		}
	}
	// What is no positive number has no logarithm, and does not count.
	factor, power := PowerLaw([]float64{1, 2, 3, 0, 5, nan}, []float64{2, 4, -1, 1, inf, 1})
	if math.Abs(factor-2) > 1e-12 || math.Abs(power-1) > 1e-12 {
		t.Errorf("2·x is fitted by %v·x^%v", factor, power)
	}
	for _, x := range [][]float64{nil, {1}, {3, 3}} {
		if _, power := PowerLaw(x, []float64{1, 2}[:len(x)]); !math.IsNaN(power) {
			t.Errorf("at x = %v the power is %v", x, power)
		}
	}
}

func TestGrowthSaysWhatItIs(t *testing.T) {
	rows := []float64{1000, 2000, 4000}
	g := Growth{Title: "time", Panels: []GrowthPanel{{
		XLabel: "rows", YLabel: "seconds", Symbol: "n",
		Lines: []GrowthLine{{"measured", rows, []float64{0.1, 0.2, 0.4}, true}, {"limit", rows, []float64{1, 0.5, 0.25}, false}},
	}}}
	wantTexts(t, g.Figure(), "time", "rows", "seconds", "measured ~ n^1.00", "limit ~ n^−1.00", "1000", "2000", "4000", "0.1", "1")
}

// Places that are very close do not all have a number.
func TestPlacesThatAreClose(t *testing.T) {
	if got := labels(placeAxis("", []float64{1, 1000}, []float64{1, 10, 10.5, 11, 1000}).ticks); got != "1 10 1000" {
		t.Errorf("the numbers are %s", got)
	}
}

func TestGrowthThatDoesNotFit(t *testing.T) {
	g := Growth{Panels: []GrowthPanel{{Lines: []GrowthLine{{Name: "a", X: []float64{1}}}}}}
	wantPanic(t, `viz.Growth: "a" has 1 places, but 0 values`, func() { g.Figure() })
}
