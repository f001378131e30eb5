package data

import (
	"math"
	"math/rand/v2"

	"gradlab/matrix"
)

// The generators return m points in the plane, 2×m, and their classes, which
// come one after the other and are of the same size, give or take one.

// Flower returns the planar flower of Ng's course, two classes of petals:
//
//	r = 4·sin 4t,  the point is (r·sin t, r·cos t),
//
// with t from 3.12j to 3.12(j+1) for class j, and a normal deviate times noise
// (0.2 in the course) added to both t and r.
func Flower[T matrix.Float](m int, noise float64, r *rand.Rand) (x *matrix.Matrix[T], class []int) {
	return points[T](m, 2, func(j int, s float64) (float64, float64) {
		t := float64(3.12*(float64(j)+s)) + float64(noise*matrix.Normal(r))
		radius := float64(4*matrix.Sin(4*t)) + float64(noise*matrix.Normal(r))
		return radius * matrix.Sin(t), radius * matrix.Cos(t)
	})
}

// Moons returns two interleaving half circles of radius 1.
func Moons[T matrix.Float](m int, noise float64, r *rand.Rand) (x *matrix.Matrix[T], class []int) {
	return points[T](m, 2, func(j int, s float64) (float64, float64) {
		a, b := matrix.Cos(math.Pi*s), matrix.Sin(math.Pi*s)
		if j == 1 {
			a, b = 1-a, 0.5-b
		}
		return jitter(a, noise, r), jitter(b, noise, r)
	})
}

// Circles returns two circles about 0, of radius 1 and factor.
func Circles[T matrix.Float](m int, noise, factor float64, r *rand.Rand) (x *matrix.Matrix[T], class []int) {
	return points[T](m, 2, func(j int, s float64) (float64, float64) {
		radius := 1.0
		if j == 1 {
			radius = factor
		}
		a, b := radius*matrix.Cos(2*math.Pi*s), radius*matrix.Sin(2*math.Pi*s)
		return jitter(a, noise, r), jitter(b, noise, r)
	})
}

// Blobs returns k normally distributed classes of standard deviation noise, with
// their centres at equal distances on a circle of radius 3.
func Blobs[T matrix.Float](m, k int, noise float64, r *rand.Rand) (x *matrix.Matrix[T], class []int) {
	return points[T](m, k, func(j int, _ float64) (float64, float64) {
		t := 2 * math.Pi * float64(j) / float64(k)
		return jitter(3*matrix.Cos(t), noise, r), jitter(3*matrix.Sin(t), noise, r)
	})
}

// Spirals returns k arms of spirals that start at 0. An arm turns by 4 radians
// on its way to the radius 1; a normal deviate times noise is added to the angle.
func Spirals[T matrix.Float](m, k int, noise float64, r *rand.Rand) (x *matrix.Matrix[T], class []int) {
	return points[T](m, k, func(j int, s float64) (float64, float64) {
		start := 2 * math.Pi * float64(j) / float64(k)
		t := jitter(start+float64(4*s), noise, r)
		return s * matrix.Sin(t), s * matrix.Cos(t)
	})
}

// points returns m points of k classes: at returns a point of class j, for s
// from 0 to 1 along the class.
func points[T matrix.Float](m, k int, at func(j int, s float64) (x1, x2 float64)) (*matrix.Matrix[T], []int) {
	x := matrix.New[T](2, m)
	class := make([]int, m)
	for i := range m {
		j := i * k / m
		first, next := (j*m+k-1)/k, ((j+1)*m+k-1)/k // the points i with i·k/m = j
		s := float64(i-first) / float64(max(next-first-1, 1))
		x1, x2 := at(j, s)
		class[i] = j
		x.Data[2*i], x.Data[2*i+1] = T(x1), T(x2)
	}
	return x, class
}

// jitter adds a normal deviate times noise to x.
func jitter(x, noise float64, r *rand.Rand) float64 {
	return float64(x) + float64(noise*matrix.Normal(r))
}
