package blasgonum

import "gradlab/internal/kernel"

// From this length on the kernels are faster than plain loops, which they do
// not differ from in the bits.
const kernelFrom = 24

// scale sets y = s·x.
func scale[T kernel.Float](y []T, s T, x []T) {
	done := 0
	if len(y) >= kernelFrom {
		done = kernel.Scale(y, s, x)
	}
	for i := done; i < len(y); i++ {
		y[i] = s * x[i]
	}
}

// addScaled adds s·x to y, the product rounded.
func addScaled[T kernel.Float](y []T, s T, x []T) {
	done := 0
	if len(y) >= kernelFrom {
		done = kernel.AddScaled(y, s, x)
	}
	for i := done; i < len(y); i++ {
		y[i] += T(s * x[i])
	}
}

// gather copies a vector whose elements are inc apart; if inc is negative, its
// last one stands first.
func gather[T kernel.Float](dst, x []T, inc int) {
	at := first(len(dst), inc)
	for i := range dst {
		dst[i] = x[at]
		at += inc
	}
}

// scatter is the reverse of gather.
func scatter[T kernel.Float](x []T, inc int, src []T) {
	at := first(len(src), inc)
	for _, s := range src {
		x[at] = s
		at += inc
	}
}

// first returns the place of the first of n elements.
func first(n, inc int) int { return max(0, -(n-1)*inc) }
