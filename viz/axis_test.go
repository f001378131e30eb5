package viz

import (
	"strings"
	"testing"

	"gonum.org/v1/plot"
)

func labels(ticks []plot.Tick) string {
	var all []string
	for _, t := range ticks {
		if !t.IsMinor() {
			all = append(all, t.Label)
		}
	}
	return strings.Join(all, " ")
}

func TestLinearTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		n      int
		least  float64
		want   string
	}{
		{0, 1, 5, 0, "0 0.2 0.4 0.6 0.8 1.0"},
		{-1, 1, 5, 0, "−1.0 −0.5 0 0.5 1.0"},
		{0, 100, 5, 1, "0 20 40 60 80 100"},
		{0.5, 3.5, 6, 1, "1 2 3"}, // integers only
		{0.5, 3.5, 6, 0, "0.5 1.0 1.5 2.0 2.5 3.0 3.5"},
		{0, 100000, 5, 1, "0 20000 40000 60000 80000 100000"},
		{0, 3e6, 3, 0, "0 1e6 2e6 3e6"},
		{0.99, 1.01, 4, 0, "0.990 0.995 1.000 1.005 1.010"},
		{0, 1e-7, 5, 0, "0 2e-8 4e-8 6e-8 8e-8 1.0e-7"},
		{-1e150, 1e150, 2, 0, "−1e150 0 1e150"},
	} {
		if got := labels(linearTicks(c.lo, c.hi, c.n, c.least)); got != c.want {
			t.Errorf("[%v, %v]: %s\nwant %s", c.lo, c.hi, got, c.want)
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   string
	}{
		{0.005, 1.2, "0.01 0.1 1"},
		{150, 900, "200 500"},
		{0.15, 1.2, "0.2 0.5 1"},
		{1e-7, 1e-3, "1e-7 1e-6 1e-5 1e-4 1e-3"},
		{1e-9, 1e9, "1e-9 1e-6 1e-3 1e0 1e3 1e6 1e9"},
		{1e-305, 1e305, "1e-204 1e-102 1e0 1e102 1e204"},
	} {
		if got := labels(logTicks(c.lo, c.hi)); got != c.want {
			t.Errorf("[%v, %v]: %s\nwant %s", c.lo, c.hi, got, c.want)
		}
	}
	for _, tick := range logTicks(0.01, 1) {
		if tick.Value < 0.01 || tick.Value > 1 {
			t.Errorf("a tick at %v", tick.Value)
		}
	}
}

// An axis has room for its values and at least two numbers, whatever they are.
func TestAxisOfAnything(t *testing.T) {
	values := []float64{0, 1, -1, 1e-12, 1 + 1e-12, 1.25, 5e-324, 1e-305, 1e-300, -1e-300, 1e150, 1e300, -1e300}
	for _, lo := range values {
		for _, hi := range values {
			if lo > hi {
				continue
			}
			axes := []axis{linearAxis("", lo, hi, 0.05, 6), integerAxis("", lo, hi, 0.05, 6)}
			if lo > 0 && hi > 1.2*lo && hi > 1e-290 {
				axes = append(axes, logAxis("", lo, hi))
			}
			for i, a := range axes {
				n := len(strings.Fields(labels(a.ticks)))
				if i != 1 && n < 2 || n < 1 || n > 20 {
					t.Errorf("[%v, %v]: axis %d has the numbers %q", lo, hi, i, labels(a.ticks))
				}
				if !(a.lo < a.hi) || !a.log && (a.lo > lo || a.hi < hi) {
					t.Errorf("[%v, %v]: axis %d from %v to %v", lo, hi, i, a.lo, a.hi)
				}
			}
		}
	}
}
