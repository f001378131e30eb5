package kernel

import "unsafe"

// What goes down the columns of matrices of k rows, in which a column is an
// example. The functions return how many columns they did, from the first on;
// the matrices may be one and the same.

// Softmax sets every column of a to the softmax of that of z.
func Softmax[T Float](a, z []T, k int) int {
	r := args2(a, z)
	return down[T](opSoftmax, &r, k)
}

func SoftmaxBackward[T Float](dz, da, a []T, k int) int {
	r := args3(dz, da, a)
	return down[T](opSoftmaxBackward, &r, k)
}

// The losses of package losses, where the formulas stand: that of example j is
// added to lane j mod 16.

func SquaredError[T Float](lanes *[16]float64, yhat, y []T, k int) int {
	a := losses(lanes, yhat, y, float64(k), 0)
	return down[T](opSquaredError, &a, k)
}

func AbsoluteError[T Float](lanes *[16]float64, yhat, y []T, k int) int {
	a := losses(lanes, yhat, y, float64(k), 0)
	return down[T](opAbsoluteError, &a, k)
}

func Huber[T Float](lanes *[16]float64, yhat, y []T, k int, delta T) int {
	a := losses(lanes, yhat, y, float64(k), float64(delta))
	return down[T](opHuber, &a, k)
}

func BinaryCrossEntropy[T Float](lanes *[16]float64, yhat, y []T, k int) int {
	a := losses(lanes, yhat, y, 0, 0)
	return down[T](opBinaryCrossEntropy, &a, k)
}

func BinaryCrossEntropyLogits[T Float](lanes *[16]float64, z, y []T, k int) int {
	a := losses(lanes, z, y, 0, 0)
	return down[T](opBinaryCrossEntropyLogits, &a, k)
}

func CategoricalCrossEntropy[T Float](lanes *[16]float64, yhat, y []T, k int) int {
	a := losses(lanes, yhat, y, 0, 0)
	return down[T](opCategoricalCrossEntropy, &a, k)
}

func SoftmaxCrossEntropyLogits[T Float](lanes *[16]float64, z, y []T, k int) int {
	a := losses(lanes, z, y, 0, 0)
	return down[T](opSoftmaxCrossEntropyLogits, &a, k)
}

// The derivatives of the losses. n is what the mean divides by; those that go
// element by element return the number of elements.

func SquaredErrorPrime[T Float](dyhat, yhat, y []T, n T) int {
	a := args3(dyhat, yhat, y)
	a.s[0] = float64(n)
	return divide[T](opSquaredErrorPrime, &a)
}

func AbsoluteErrorPrime[T Float](dyhat, yhat, y []T, n T) int {
	a := args3(dyhat, yhat, y)
	a.s[0] = float64(n)
	return divide[T](opAbsoluteErrorPrime, &a)
}

func HuberPrime[T Float](dyhat, yhat, y []T, delta, n T) int {
	a := args3(dyhat, yhat, y)
	a.s = [8]float64{float64(-delta), float64(delta), float64(n)}
	return divide[T](opHuberPrime, &a)
}

func BinaryCrossEntropyPrime[T Float](dyhat, yhat, y []T, n T) int {
	a := args3(dyhat, yhat, y)
	a.s[0] = float64(n)
	return divide[T](opBinaryCrossEntropyPrime, &a)
}

func BinaryCrossEntropyLogitsPrime[T Float](dz, z, y []T, n T) int {
	a := args3(dz, z, y)
	a.s[0] = float64(n)
	return divide[T](opBinaryCrossEntropyLogitsPrime, &a)
}

func CategoricalCrossEntropyPrime[T Float](dyhat, yhat, y []T, n T) int {
	a := args3(dyhat, yhat, y)
	a.s[0] = float64(n)
	return divide[T](opCategoricalCrossEntropyPrime, &a)
}

// SoftmaxCrossEntropyLogitsPrime goes down columns of k elements.
func SoftmaxCrossEntropyLogitsPrime[T Float](dz, z, y []T, k int, n float64) int {
	a := args3(dz, z, y)
	a.s[0] = n
	return down[T](opSoftmaxCrossEntropyLogitsPrime, &a, k)
}

func losses[T Float](lanes *[16]float64, yhat, y []T, s0, s1 float64) args {
	n := len(yhat)
	return args{n: n, p: [6]unsafe.Pointer{nil, pointer(yhat, n), pointer(y, n), unsafe.Pointer(lanes)}, s: [8]float64{s0, s1}}
}

// down runs an operation over matrices of a.n elements, in columns of k. The
// matrices are the first three arrays; the fourth is the lanes.
func down[T Float](o op, a *args, k int) int {
	v, ok := variantOf[T]()
	if !ok || k == 0 {
		return 0
	}
	columns := a.n / k
	if columns <= 4 && v >= f32AVX512 {
		v -= f32AVX512 // the lanes of AVX2 are enough, and faster
	}
	atATime := max(1, atOnce/k/16) * 16 // so that the lanes go on
	for j := 0; j < columns; j += atATime {
		piece := *a
		piece.n, piece.m = k, min(atATime, columns-j)
		for i, p := range a.p[:3] {
			if p != nil {
				piece.p[i] = unsafe.Add(p, j*k*int(unsafe.Sizeof(T(0))))
			}
		}
		call(o, v, &piece)
	}
	return columns
}
