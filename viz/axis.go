package viz

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// drawable reports whether x can be drawn: no NaN, no infinity, and not so large
// that the length of an axis would be one.
func drawable(x float64) bool { return math.Abs(x) <= 1e300 }

// extent returns the least and the greatest of the drawable values; ok tells
// whether there are any.
func extent(values ...[]float64) (lo, hi float64, ok bool) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		for _, x := range v {
			if drawable(x) {
				lo, hi, ok = min(lo, x), max(hi, x), true
			}
		}
	}
	return lo, hi, ok
}

// axis is a range with its label and ticks.
type axis struct {
	label  string
	lo, hi float64
	log    bool
	ticks  []plot.Tick
}

// linearAxis returns an axis for values from lo to hi, with a share of free
// space beyond them; n is about the number of ticks.
func linearAxis(label string, lo, hi, space float64, n int) axis {
	lo, hi = widen(lo, hi)
	space *= hi - lo
	a := axis{label: label, lo: lo - space, hi: hi + space}
	a.ticks = linearTicks(a.lo, a.hi, n, 0)
	return a
}

// integerAxis is a linearAxis with ticks at integers only.
func integerAxis(label string, lo, hi, space float64, n int) axis {
	if hi-lo < 1 {
		lo, hi = lo-0.5, hi+0.5
	}
	a := linearAxis(label, lo, hi, space, n)
	a.ticks = linearTicks(a.lo, a.hi, n, 1)
	return a
}

// widen returns a range around lo and hi that is not too small for an axis with
// numbers that differ.
func widen(lo, hi float64) (float64, float64) {
	size := max(math.Abs(lo), math.Abs(hi))
	switch {
	case hi-lo > 1e-9*size && hi-lo > 1e-305:
		return lo, hi
	case size < 1e-305:
		return lo - 1, hi + 1
	}
	return lo - 0.1*size, hi + 0.1*size
}

// logAxis returns a logarithmic axis for positive values from lo to hi.
func logAxis(label string, lo, hi float64) axis {
	lo = max(lo, 1e-300)
	space := 0.04 * (math.Log10(hi) - math.Log10(lo))
	a := axis{label: label, log: true}
	a.lo = max(lo*math.Pow(10, -space), 1e-305)
	a.hi = min(hi*math.Pow(10, space), 1e305)
	a.ticks = logTicks(a.lo, a.hi)
	labelled := 0
	for _, tick := range a.ticks {
		if tick.Label != "" {
			labelled++
		}
	}
	if labelled < 2 { // too narrow for two of 1, 2 and 5
		a.ticks = linearTicks(a.lo, a.hi, 4, 0)
	}
	return a
}

// linearTicks returns about n ticks in [lo, hi] at multiples of 1, 2 or 5 times
// a power of ten, which is not below least.
func linearTicks(lo, hi float64, n int, least float64) []plot.Tick {
	step := max(roundUp((hi-lo)/float64(n)), least)
	var ticks []plot.Tick
	for k := math.Ceil(lo/step - 1e-9); k <= hi/step+1e-9; k++ {
		v := k * step
		if v == 0 {
			v = 0 // and not -0
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: number(v, step, max(math.Abs(lo), math.Abs(hi)))})
	}
	return ticks
}

// roundUp returns the least of 1, 2 and 5 times a power of ten that is not below x.
func roundUp(x float64) float64 {
	e := int(math.Floor(math.Log10(x)))
	for _, f := range []float64{1, 2, 5} {
		if step := f * math.Pow10(e); step >= x*(1-1e-9) {
			return step
		}
	}
	return math.Pow10(e + 1)
}

// number returns v with as many digits as multiples of step have, on an axis
// whose numbers reach a size.
func number(v, step, size float64) string {
	if v == 0 {
		return "0"
	}
	places := -int(math.Floor(math.Log10(step) + 1e-9))
	if size < 1e6 && places <= 5 {
		return minus(strconv.FormatFloat(v, 'f', max(places, 0), 64))
	}
	return exponential(v, places+int(math.Floor(math.Log10(math.Abs(v))+1e-9)))
}

// exponential returns v as 1.5e-7, with some digits after the point.
func exponential(v float64, digits int) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', min(max(digits, 0), 15), 64), "e")
	e, _ := strconv.Atoi(exponent)
	return minus(mantissa) + "e" + strconv.Itoa(e)
}

func minus(s string) string { return strings.Replace(s, "-", "−", 1) }

// logTicks returns ticks at powers of ten, with labels at about six of them, and
// small ones between. Where that were fewer than two labels, 2 and 5 times a power
// have one, too.
func logTicks(lo, hi float64) []plot.Tick {
	first, last := int(math.Ceil(math.Log10(lo))), int(math.Floor(math.Log10(hi)))
	every := max(1, (last-first+5)/6)
	var ticks []plot.Tick
	for e := first - 1; e <= last; e++ {
		power := math.Pow10(e)
		switch {
		case e >= first && e%every == 0:
			ticks = append(ticks, plot.Tick{Value: power, Label: powerLabel(e, first, last)})
		case e >= first && every <= 5:
			ticks = append(ticks, plot.Tick{Value: power})
		}
		for f := 2.0; f < 10 && every == 1; f++ {
			v := f * power
			if v < lo || v > hi {
				continue
			}
			tick := plot.Tick{Value: v}
			if last-first < 1 && (f == 2 || f == 5) {
				tick.Label = number(v, power, hi)
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// powerLabel writes the powers of ten of an axis all as decimals or all as 1e-7.
func powerLabel(e, first, last int) string {
	if first >= -4 && last <= 4 {
		return strconv.FormatFloat(math.Pow10(e), 'f', -1, 64)
	}
	return "1e" + strconv.Itoa(e)
}
