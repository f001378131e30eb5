package losses

import "gradlab/matrix"

// Hinge is the loss of the support vector machine, on scores ŷ of any size.
// With one output, L = 1/m Σ max(0, 1 - tŷ), where t is 1 for y > 0 and -1
// otherwise. With k outputs and one-hot y of class c,
// L = 1/m Σ max(0, 1 + max_{i≠c} ŷᵢ - ŷ_c) (Crammer and Singer 2001). The
// derivative at the kink is 0.
type Hinge[T matrix.Float] struct{}

func (Hinge[T]) Example(yhat, y []T) float64 {
	right, wrong := margin(yhat, y)
	return max(0, 1+wrong-right)
}

func (l Hinge[T]) Value(yhat, y *matrix.Matrix[T]) float64 {
	matrix.SameShape("losses.Hinge", yhat, y)
	return mean(l, new(matrix.Sum), yhat, y)
}

func (Hinge[T]) Prime(dyhat, yhat, y *matrix.Matrix[T]) {
	matrix.SameShape("losses.Hinge", dyhat, yhat, y)
	clear(dyhat.Data)
	m := T(y.Cols)
	for j := range y.Cols {
		d, yhat, y := dyhat.Col(j), yhat.Col(j), y.Col(j)
		if right, wrong := margin(yhat, y); 1+wrong-right <= 0 {
			continue
		}
		if len(y) == 1 {
			d[0] = -sign(y[0]) / m
			continue
		}
		c := matrix.ArgMax(y)
		d[c] = -1 / m
		d[rival(yhat, c)] = 1 / m
	}
}

// margin returns the score of the right class and the best of the wrong ones.
func margin[T matrix.Float](yhat, y []T) (right, wrong float64) {
	if len(y) == 1 {
		return float64(sign(y[0]) * yhat[0]), 0
	}
	c := matrix.ArgMax(y)
	return float64(yhat[c]), float64(yhat[rival(yhat, c)])
}

// rival returns the place of the largest score but that of c.
func rival[T matrix.Float](yhat []T, c int) int {
	best := (c + 1) % len(yhat)
	for i, s := range yhat {
		if i != c && s > yhat[best] {
			best = i
		}
	}
	return best
}

func sign[T matrix.Float](y T) T {
	if y > 0 {
		return 1
	}
	return -1
}
