package gradcheck

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"gradlab/matrix"
)

// scale is a factor that a mistake puts before a gradient.
type scale struct {
	factor   float64
	mistakes []Mistake
	text     string // "−1 times"
	aside    string // why
	rare     bool
}

// scales returns the factors that mistakes put before a gradient.
func (e Evidence) scales() []scale {
	m := float64(e.Examples)
	var all []scale
	add := func(factor float64, text, aside string, mistakes ...Mistake) {
		if factor != 1 {
			all = append(all, scale{factor: factor, mistakes: mistakes, text: text, aside: aside})
		}
	}
	add(-1, "−1 times", "", Sign)
	if m > 1 {
		add(m, fmt.Sprintf("%d times", e.Examples), fmt.Sprintf(": a sum over the %d examples in place of their mean", e.Examples), MissingMean)
		add(1/m, fmt.Sprintf("1/%d of", e.Examples), ": the mean over the examples is taken twice", DoubleMean)
	}
	add(2, "2 times", "", Factor2)
	add(0.5, "half of", "", Factor2)
	likely := len(all)
	for _, n := range e.Features {
		if n > 1 && m > 0 {
			add(m/float64(n), fmt.Sprintf("%d/%d of", e.Examples, n), fmt.Sprintf(": divided by %d, which is not the number of examples, %d", n, e.Examples), WrongAxis)
			add(1/float64(n), fmt.Sprintf("1/%d of", n), fmt.Sprintf(": a mean over the %d features, too, where they are added up", n), WrongAxis)
		}
	}
	for k := likely; k < len(all); k++ {
		all[k].rare = true
	}
	add(-2, "−2 times", "", Sign, Factor2)
	add(-0.5, "−½ times", "", Sign, Factor2)
	if m > 1 {
		add(-m, fmt.Sprintf("−%d times", e.Examples), fmt.Sprintf(": a sum over the %d examples, and the sign", e.Examples), Sign, MissingMean)
		add(-1/m, fmt.Sprintf("−1/%d of", e.Examples), ": the mean is taken twice, and the sign", Sign, DoubleMean)
		add(2*m, fmt.Sprintf("%d times", 2*e.Examples), fmt.Sprintf(": a sum over the %d examples in place of their mean, and 2 times that", e.Examples), MissingMean, Factor2)
		add(m/2, fmt.Sprintf("%g times", m/2), fmt.Sprintf(": a sum over the %d examples in place of their mean, and half of that", e.Examples), MissingMean, Factor2)
	}
	return all
}

// multiples calls found for the factors c with got = c·base; with one mistake
// if that suffices, else with two. want is the right gradient.
func (e Evidence) multiples(got, base, want *Matrix, found func(scale)) {
	if !sameShape(got, base) {
		return
	}
	c := ratio(got, base)
	count := 0
	for _, s := range e.scales() {
		if len(s.mistakes) > 1 && count > 0 {
			return
		}
		if math.Abs(c-s.factor) <= explained*math.Abs(s.factor) && explains(got, scaled(s.factor, base), want) {
			found(s)
			count++
		}
	}
}

// ratio returns the c for which c·b is nearest to a.
func ratio(a, b *Matrix) float64 {
	if !sameShape(a, b) {
		return math.NaN()
	}
	na, nb := norm(a), norm(b)
	dot := 0.0 // of a and b with norm 1, so that nothing overflows
	for i := range a.Data {
		dot += a.Data[i] / na * (b.Data[i] / nb)
	}
	return dot * (na / nb)
}

// explains reports whether got, which is not want, is value instead.
func explains(got, value, want *Matrix) bool {
	if value == nil || !near(got, value, explained) {
		return false
	}
	return !sameShape(got, want) || distance(got, value) <= 0.01*distance(got, want)
}

// near reports whether two matrices are equal but for rounding.
func near(a, b *Matrix, tolerance float64) bool {
	return sameShape(a, b) && distance(a, b) <= tolerance*math.Max(norm(a)+norm(b), 1e-6)
}

// wrongEntries returns how many entries are wrong, and the last of them.
func wrongEntries(got, want *Matrix) (n, i int) {
	if !sameShape(got, want) {
		return 0, 0
	}
	for k := range got.Data {
		if !sameEntry(got, want, k) {
			n, i = n+1, k
		}
	}
	return n, i
}

// sameEntry reports whether an entry is right, but for rounding that is small
// against it or against the mean of all.
func sameEntry(got, want *Matrix, i int) bool {
	mean := norm(want) / math.Sqrt(float64(len(want.Data)))
	return difference1(got.Data[i], want.Data[i]) <= nearlyEqual*math.Max(math.Abs(want.Data[i]), mean)
}

// difference1 returns |a-b|, which is 0 where both are the same infinity or
// both NaN, and infinite where one is NaN.
func difference1(a, b float64) float64 {
	if a == b || a != a && b != b {
		return 0
	}
	if d := math.Abs(a - b); d == d {
		return d
	}
	return math.Inf(1)
}

// distance returns ‖a-b‖.
func distance(a, b *Matrix) float64 {
	d := make([]float64, len(a.Data))
	for i := range d {
		d[i] = difference1(a.Data[i], b.Data[i])
	}
	return floats.Norm(d, 2)
}

// norm returns ‖a‖ of what is finite in it.
func norm(a *Matrix) float64 {
	d := make([]float64, 0, len(a.Data))
	for _, x := range a.Data {
		if !math.IsInf(x, 0) && x == x {
			d = append(d, x)
		}
	}
	return floats.Norm(d, 2)
}

func sameShape(a, b *Matrix) bool {
	return a != nil && b != nil && a.Rows == b.Rows && a.Cols == b.Cols
}

func transpose(a *Matrix) *Matrix {
	t := matrix.New[float64](a.Cols, a.Rows)
	for i := range a.Rows {
		for j := range a.Cols {
			t.Data[i*t.Rows+j] = a.Data[j*a.Rows+i]
		}
	}
	return t
}

func scaled(c float64, a *Matrix) *Matrix {
	s := matrix.New[float64](a.Rows, a.Cols)
	matrix.Scale(s, c, a)
	return s
}
