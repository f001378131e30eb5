// Package lab holds what the notebooks of the course share: the random numbers
// that its printed figures come from, its data sets, its plots, and the exercises
// with what judges them: Check says of a student's function that it is right, or
// what is wrong with it.
package lab

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mathext/prng"

	"gradlab/matrix"
)

// RandomState is the random number generator of numpy.random, the legacy one
// (numpy.random.RandomState), on which all printed figures of the course rest:
// the same calls in the same order give the same numbers, bit for bit, on every
// machine. Its words of 32 bits are those of the Mersenne Twister MT19937.
//
// Where numpy takes a shape, the methods here take rows and columns and return
// a matrix, or take a number n and return a slice. Either is filled row by row,
// so that RandnN(a*b*c) holds what numpy.random.randn(a, b, c) does, the last
// index running fastest.
type RandomState struct {
	mt      prng.MT19937
	kept    float64 // the second normal deviate of a pair
	hasKept bool
}

// Seed returns a generator in the state of numpy.random.seed(seed). The seed is
// in 0, …, 2³²-1.
func Seed(seed int) *RandomState {
	if uint64(seed) > math.MaxUint32 {
		panic(fmt.Sprintf("lab.Seed: %d is not in 0, …, %d", seed, uint32(math.MaxUint32)))
	}
	r := new(RandomState)
	r.mt.Seed(uint64(seed))
	return r
}

// Uint32 returns the next word of the Mersenne Twister.
func (r *RandomState) Uint32() uint32 { return r.mt.Uint32() }

// Float64 returns a uniform number in [0, 1), a multiple of 2⁻⁵³: numpy's
// random_sample().
func (r *RandomState) Float64() float64 {
	a, b := r.Uint32()>>5, r.Uint32()>>6
	return float64(uint64(a)<<26|uint64(b)) / (1 << 53)
}

// NormFloat64 returns a normal deviate of mean 0 and variance 1: numpy's
// standard_normal(). Deviates come in pairs, by the polar form of Box and
// Muller (Marsaglia), and the second is kept for the next call.
func (r *RandomState) NormFloat64() float64 {
	if r.hasKept {
		r.hasKept = false
		return r.kept
	}
	for {
		x1 := float64(2*r.Float64()) - 1
		x2 := float64(2*r.Float64()) - 1
		r2 := float64(x1*x1) + float64(x2*x2)
		if r2 >= 1 || r2 == 0 {
			continue
		}
		f := math.Sqrt(-2 * log(r2) / r2)
		r.kept, r.hasKept = f*x1, true
		return f * x2
	}
}

// Randn returns a rows×cols matrix of normal deviates: numpy's randn(rows, cols).
func (r *RandomState) Randn(rows, cols int) *matrix.Matrix[float64] {
	return byRows(matrix.New[float64](rows, cols), r.NormFloat64)
}

// RandnN returns n normal deviates: numpy's randn(n), or a randn of more
// dimensions, row by row.
func (r *RandomState) RandnN(n int) []float64 { return fill(n, r.NormFloat64) }

// Rand returns a rows×cols matrix of uniform numbers in [0, 1): numpy's
// rand(rows, cols).
func (r *RandomState) Rand(rows, cols int) *matrix.Matrix[float64] {
	return byRows(matrix.New[float64](rows, cols), r.Float64)
}

// RandN returns n uniform numbers in [0, 1): numpy's rand(n), or a rand of more
// dimensions, row by row.
func (r *RandomState) RandN(n int) []float64 { return fill(n, r.Float64) }

// Uniforms fills u, column by column a rows×cols matrix, with Rand(rows, cols).
// It is what the field Uniforms of layers.Dropout wants to have.
func (r *RandomState) Uniforms(u []float64, rows, cols int) {
	m := matrix.Matrix[float64]{Rows: rows, Cols: cols, Data: u}
	byRows(&m, r.Float64)
}

// Normal returns a normal deviate of the given mean and standard deviation:
// numpy's normal(mean, sd).
func (r *RandomState) Normal(mean, sd float64) float64 {
	return mean + float64(sd*r.NormFloat64())
}

// Uniform returns a uniform number in [lo, hi): numpy's uniform(lo, hi).
func (r *RandomState) Uniform(lo, hi float64) float64 {
	return lo + float64((hi-lo)*r.Float64())
}

// Randint returns an integer in lo, …, hi-1: numpy's randint(lo, hi).
func (r *RandomState) Randint(lo, hi int) int {
	if lo >= hi {
		panic(fmt.Sprintf("lab.Randint: no integers in %d, …, %d-1", lo, hi))
	}
	return lo + int(r.upTo(uint64(hi)-uint64(lo)-1))
}

// RandintN returns n integers in lo, …, hi-1: numpy's randint(lo, hi, n).
func (r *RandomState) RandintN(lo, hi, n int) []int {
	return fill(n, func() int { return r.Randint(lo, hi) })
}

// upTo returns an integer in 0, …, limit: of random bits, as many as limit has,
// the first ones that are not above it. One value takes no bits.
func (r *RandomState) upTo(limit uint64) uint64 {
	if limit == 0 {
		return 0
	}
	mask := uint64(1)<<bits.Len64(limit) - 1
	for {
		word := uint64(r.Uint32())
		if limit > math.MaxUint32 {
			word = word<<32 | uint64(r.Uint32())
		}
		if word &= mask; word <= limit {
			return word
		}
	}
}

// Shuffle puts n items in a random order, exchanging items i and j by
// swap(i, j): numpy's shuffle.
func (r *RandomState) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, int(r.upTo(uint64(i))))
	}
}

// Permutation returns 0, …, n-1 in a random order: numpy's permutation(n).
func (r *RandomState) Permutation(n int) []int {
	p := identity(n)
	r.Shuffle(n, func(i, j int) { p[i], p[j] = p[j], p[i] })
	return p
}

// identity returns 0, …, n-1.
func identity(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	return p
}

// Choice returns n integers out of 0, …, m-1, each anew, i with the probability
// p[i], or all with the same if p is nil: numpy's choice(m, n, p=p).
func (r *RandomState) Choice(m, n int, p []float64) []int {
	if p == nil {
		return r.RandintN(0, m, n)
	}
	checkProbabilities("lab.Choice", m, p)
	cdf := cumulative(p)
	return fill(n, func() int { return firstAbove(cdf, r.Float64()) })
}

// ChoiceDistinct returns n different integers out of 0, …, m-1, i with the
// probability p[i], or all with the same if p is nil: numpy's
// choice(m, n, replace=False, p=p).
func (r *RandomState) ChoiceDistinct(m, n int, p []float64) []int {
	const op = "lab.ChoiceDistinct"
	if p == nil {
		checkCount(op, n, m)
		return r.Permutation(m)[:n]
	}
	checkCount(op, n, checkProbabilities(op, m, p))
	p = slices.Clone(p)
	found := make([]int, 0, n)
	for len(found) < n { // those drawn twice are drawn again, out of what is left
		cdf := cumulative(p)
		for _, u := range r.RandN(n - len(found)) {
			if i := firstAbove(cdf, u); p[i] > 0 {
				found = append(found, i)
				p[i] = 0
			}
		}
	}
	return found
}

// cumulative returns the sums p[0], p[0]+p[1], …, divided by the last.
func cumulative(p []float64) []float64 {
	cdf := make([]float64, len(p))
	sum := 0.0
	for i, x := range p {
		sum += x
		cdf[i] = sum
	}
	for i := range cdf {
		cdf[i] /= sum
	}
	return cdf
}

// firstAbove returns the first i with cdf[i] > u.
func firstAbove(cdf []float64, u float64) int {
	return sort.Search(len(cdf), func(i int) bool { return cdf[i] > u })
}

// checkProbabilities returns how many of the probabilities are not 0.
func checkProbabilities(op string, m int, p []float64) (positive int) {
	if len(p) != m {
		panic(fmt.Sprintf("%s: %d probabilities for %d integers", op, len(p), m))
	}
	sum := 0.0
	for i, x := range p {
		if !(x >= 0) {
			panic(fmt.Sprintf("%s: probability %v at %d", op, x, i))
		}
		sum += x
		if x > 0 {
			positive++
		}
	}
	if !(math.Abs(sum-1) < 1e-8) {
		panic(fmt.Sprintf("%s: the probabilities add up to %v", op, sum))
	}
	return positive
}

func checkCount(op string, n, possible int) {
	if n > possible {
		panic(fmt.Sprintf("%s: %d different integers of %d", op, n, possible))
	}
}

// fill returns n values of next.
func fill[E any](n int, next func() E) []E {
	x := make([]E, n)
	for i := range x {
		x[i] = next()
	}
	return x
}

// byRows fills m, row by row, and returns it.
func byRows(m *matrix.Matrix[float64], next func() float64) *matrix.Matrix[float64] {
	for i := range m.Rows {
		for j := range m.Cols {
			m.Set(i, j, next())
		}
	}
	return m
}
