package parts

import (
	"gradlab/losses"
	"gradlab/matrix"
)

// Batch returns m random examples with targets such as the network's loss wants:
// one-hot columns for a cross-entropy or hinge loss, 0 and 1 for a binary one,
// any numbers for the others.
func (n Network[T]) Batch(m int) (x, y *matrix.Matrix[T]) {
	r := matrix.Stream(11, matrix.ForData, uint32(m))
	x = matrix.New[T](n.Sizes[0], m)
	for i := range x.Data {
		x.Data[i] = T(matrix.Normal(r))
	}
	y = matrix.New[T](n.Sizes[len(n.Sizes)-1], m)
	for j := range m {
		class := r.IntN(max(y.Rows, 2))
		for i := range y.Rows {
			switch n.Loss.(type) {
			case losses.MeanSquaredError[T], losses.MeanAbsoluteError[T], losses.Huber[T]:
				y.Col(j)[i] = T(2 * matrix.Normal(r))
			case losses.BinaryCrossEntropy[T], losses.BinaryCrossEntropyLogits[T]:
				y.Col(j)[i] = T(r.IntN(2))
			default:
				if y.Rows == 1 && class == 1 || y.Rows > 1 && class == i {
					y.Col(j)[i] = 1
				}
			}
		}
	}
	return x, y
}
