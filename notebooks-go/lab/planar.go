package lab

import (
	"cmp"
	"math"
	"slices"

	"gradlab/data"
	"gradlab/matrix"
)

// The data sets of the course that a formula and numpy's random numbers make: m
// points in the plane each. X is 2×m, Y is 1×m with the classes 0 and 1. They
// are the course's own to within 1e-15 of the largest coordinate (sine and
// cosine are those of package matrix, whose last bit may be another one than
// numpy's); labels and order are the same.

// Flower returns the planar flower of two kinds of petals,
//
//	r = 4·sin 4t,  the point is (r·sin t, r·cos t),
//
// with t from 3.12j to 3.12(j+1) for class j and normal noise of deviation 0.2
// on both t and r; class 0 comes first. The course has Flower(Seed(1), 400).
func Flower(r *RandomState, m int) *data.Dataset[float64] {
	half := m / 2
	p := newPlanar(2 * half)
	for j := range 2 {
		t := evenly(float64(3.12*float64(j)), float64(3.12*float64(j+1)), half)
		for i, noise := range r.RandnN(half) {
			t[i] += float64(0.2 * noise)
		}
		for i, noise := range r.RandnN(half) {
			radius := float64(4*matrix.Sin(4*t[i])) + float64(0.2*noise)
			p.add(radius*matrix.Sin(t[i]), radius*matrix.Cos(t[i]), j)
		}
	}
	return p.set()
}

// Circles returns a circle of radius 1, class 0, and one of radius factor, class
// 1, in random order, with normal noise of the given deviation: scikit-learn's
// make_circles. The course has Circles(Seed(1), 300, 0.05, 0.8) and, to test,
// Circles(Seed(2), 100, 0.05, 0.8); among the extra sets is
// Circles(r, 200, 0.3, 0.5).
func Circles(r *RandomState, m int, noise, factor float64) *data.Dataset[float64] {
	p := newPlanar(m)
	for j, n := range []int{m / 2, m - m/2} {
		radius := [2]float64{1, factor}[j]
		for k := range n {
			t := float64(k) * (2 * math.Pi / float64(n))
			p.add(radius*matrix.Cos(t), radius*matrix.Sin(t), j)
		}
	}
	return p.shuffled(r).noisy(r, noise).set()
}

// Moons returns two interleaving half circles of radius 1 in random order, with
// normal noise of the given deviation: scikit-learn's make_moons. The course has
// Moons(Seed(3), 300, 0.2), and Moons(r, 200, 0.2) among the extra sets.
func Moons(r *RandomState, m int, noise float64) *data.Dataset[float64] {
	p := newPlanar(m)
	for _, t := range evenly(0, math.Pi, m/2) {
		p.add(matrix.Cos(t), matrix.Sin(t), 0)
	}
	for _, t := range evenly(0, math.Pi, m-m/2) {
		p.add(1-matrix.Cos(t), 1-matrix.Sin(t)-0.5, 1)
	}
	return p.shuffled(r).noisy(r, noise).set()
}

// Blobs returns k normally distributed groups of deviation 1 in random order,
// their centres uniform in the square from -10 to 10, with the classes 0 and 1
// in turn: scikit-learn's make_blobs, its labels modulo 2. The course has
// Blobs(Seed(5), 200, 6).
func Blobs(r *RandomState, m, k int) *data.Dataset[float64] {
	p := newPlanar(m)
	centres := fill(2*k, func() float64 { return r.Uniform(-10, 10) })
	for j := range k {
		size := m / k
		if j < m%k {
			size++
		}
		for range size {
			x1 := r.Normal(centres[2*j], 1)
			p.add(x1, r.Normal(centres[2*j+1], 1), j%2)
		}
	}
	return p.shuffled(r).set()
}

// GaussianQuantiles returns normally distributed points of variance ½ in random
// order, the half that is nearer to 0 as class 0: scikit-learn's
// make_gaussian_quantiles. The course has m = 200.
func GaussianQuantiles(r *RandomState, m int) *data.Dataset[float64] {
	points := r.Randn(m, 2)
	matrix.Scale(points, math.Sqrt(0.5), points)
	square := func(i int) float64 {
		x1, x2 := points.At(i, 0), points.At(i, 1)
		return float64(x1*x1) + float64(x2*x2)
	}
	order := identity(m)
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(square(i), square(j)) })
	p := newPlanar(m)
	for rank, i := range order {
		p.add(points.At(i, 0), points.At(i, 1), oneIf(rank >= m/2))
	}
	return p.shuffled(r).set()
}

// Noise returns points that are uniform in the unit square, with random classes:
// there is nothing to learn. The course's "no structure" has the points; the
// class is 1 where another uniform number, drawn after all points, is at least ½.
func Noise(r *RandomState, m int) *data.Dataset[float64] {
	points := r.Rand(m, 2)
	p := newPlanar(m)
	for i, u := range r.RandN(m) {
		p.add(points.At(i, 0), points.At(i, 1), oneIf(u >= 0.5))
	}
	return p.set()
}

// planar is a set under construction.
type planar struct{ x, y []float64 } // 2·m coordinates, m classes

func newPlanar(m int) *planar {
	return &planar{make([]float64, 0, 2*m), make([]float64, 0, m)}
}

func (p *planar) add(x1, x2 float64, class int) {
	p.x = append(p.x, x1, x2)
	p.y = append(p.y, float64(class))
}

func (p *planar) shuffled(r *RandomState) *planar {
	q := newPlanar(len(p.y))
	for _, i := range r.Permutation(len(p.y)) {
		q.add(p.x[2*i], p.x[2*i+1], int(p.y[i]))
	}
	return q
}

func (p *planar) noisy(r *RandomState, deviation float64) *planar {
	for i := range p.x {
		p.x[i] += r.Normal(0, deviation)
	}
	return p
}

func (p *planar) set() *data.Dataset[float64] {
	m := len(p.y)
	return &data.Dataset[float64]{
		X: &matrix.Matrix[float64]{Rows: 2, Cols: m, Data: p.x},
		Y: &matrix.Matrix[float64]{Rows: 1, Cols: m, Data: p.y},
	}
}

// evenly returns n numbers at equal distances from the first to the last:
// numpy's linspace.
func evenly(first, last float64, n int) []float64 {
	x := make([]float64, n)
	step := (last - first) / float64(max(n-1, 1))
	for i := range x {
		x[i] = first + float64(float64(i)*step)
	}
	if n > 1 {
		x[n-1] = last
	}
	return x
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
