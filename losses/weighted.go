package losses

import (
	"fmt"

	"gradlab/matrix"
)

// ClassWeighted multiplies the loss of every example by the weight of its class.
// The mean still divides by m. With one output the classes are y = 0 and y = 1.
type ClassWeighted[T matrix.Float] struct {
	Loss    PerExample[T]
	Weights []float64 // one a class
}

func (l *ClassWeighted[T]) Example(yhat, y []T) float64 {
	return l.weight(y) * l.Loss.Example(yhat, y)
}

func (l *ClassWeighted[T]) Value(yhat, y *matrix.Matrix[T]) float64 {
	matrix.SameShape("losses.ClassWeighted", yhat, y)
	return mean(l, new(matrix.Sum), yhat, y)
}

func (l *ClassWeighted[T]) Prime(dyhat, yhat, y *matrix.Matrix[T]) {
	l.Loss.Prime(dyhat, yhat, y)
	for j := range y.Cols {
		w, d := T(l.weight(y.Col(j))), dyhat.Col(j)
		for i := range d {
			d[i] *= w
		}
	}
}

func (l *ClassWeighted[T]) weight(y []T) float64 {
	class := matrix.ArgMax(y)
	if len(y) == 1 && y[0] > 0.5 {
		class = 1
	}
	if classes := max(len(y), 2); len(l.Weights) != classes {
		panic(fmt.Sprintf("losses.ClassWeighted: %d weights for %d classes", len(l.Weights), classes))
	}
	return l.Weights[class]
}
