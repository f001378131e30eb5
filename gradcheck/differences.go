package gradcheck

import "gradlab/matrix"

// Differences returns the central differences (f(x+h) - f(x-h))/2h of f by every
// entry x of params, in matrices of their shapes: the course's check by hand,
// with one step h for all entries. f returns the loss at the values of params,
// which have their values back when Differences returns.
func Differences[T matrix.Float](f func() float64, params []matrix.Param[T], h float64) []*matrix.Matrix[T] {
	var all []*matrix.Matrix[T]
	for _, p := range params {
		numeric := matrix.New[T](p.Value.Rows, p.Value.Cols)
		for i, x := range p.Value.Data {
			at := func(v float64) float64 {
				p.Value.Data[i] = T(v)
				return f()
			}
			numeric.Data[i] = T((at(float64(x)+h) - at(float64(x)-h)) / (2 * h))
			p.Value.Data[i] = x
		}
		all = append(all, numeric)
	}
	return all
}
