package matrix

import "gradlab/internal/kernel"

// The elementary functions over slices: dst[i] = f(x[i]), the same bits as one
// by one, and faster. dst has the length of x and may be x itself.

// ExpSlice sets dst = eˣ.
func ExpSlice[T Float](dst, x []T) {
	for i := kernel.Exp(dst, x); i < len(x); i++ {
		dst[i] = Exp(x[i])
	}
}

// Expm1Slice sets dst = eˣ - 1.
func Expm1Slice[T Float](dst, x []T) {
	for i := kernel.Expm1(dst, x); i < len(x); i++ {
		dst[i] = Expm1(x[i])
	}
}

// LogSlice sets dst = log x.
func LogSlice[T Float](dst, x []T) {
	for i := kernel.Log(dst, x); i < len(x); i++ {
		dst[i] = Log(x[i])
	}
}

// Log1pSlice sets dst = log(1 + x).
func Log1pSlice[T Float](dst, x []T) {
	for i := kernel.Log1p(dst, x); i < len(x); i++ {
		dst[i] = Log1p(x[i])
	}
}

// TanhSlice sets dst = tanh x.
func TanhSlice[T Float](dst, x []T) {
	for i := kernel.Tanh(dst, x); i < len(x); i++ {
		dst[i] = Tanh(x[i])
	}
}

// SigmoidSlice sets dst = 1/(1 + e⁻ˣ).
func SigmoidSlice[T Float](dst, x []T) {
	for i := kernel.Sigmoid(dst, x); i < len(x); i++ {
		dst[i] = Sigmoid(x[i])
	}
}

// SoftplusSlice sets dst = log(1 + eˣ).
func SoftplusSlice[T Float](dst, x []T) {
	for i := kernel.Softplus(dst, x); i < len(x); i++ {
		dst[i] = Softplus(x[i])
	}
}
