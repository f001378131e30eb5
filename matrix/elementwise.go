package matrix

import "gradlab/internal/kernel"

// The element-wise operations allow dst to be an operand. Package kernel does
// the first elements of each, mostly all of them; the loop is what it does.

// Copy sets dst = a.
func Copy[T Float](dst, a *Matrix[T]) {
	SameShape("matrix.Copy", dst, a)
	copy(dst.Data, a.Data)
}

// Fill sets every element of dst to x.
func Fill[T Float](dst *Matrix[T], x T) {
	for i := range dst.Data {
		dst.Data[i] = x
	}
}

// Add sets dst = a + b.
func Add[T Float](dst, a, b *Matrix[T]) {
	SameShape("matrix.Add", dst, a, b)
	for i := kernel.Add(dst.Data, a.Data, b.Data); i < len(a.Data); i++ {
		dst.Data[i] = a.Data[i] + b.Data[i]
	}
}

// Sub sets dst = a - b.
func Sub[T Float](dst, a, b *Matrix[T]) {
	SameShape("matrix.Sub", dst, a, b)
	for i := kernel.Sub(dst.Data, a.Data, b.Data); i < len(a.Data); i++ {
		dst.Data[i] = a.Data[i] - b.Data[i]
	}
}

// Hadamard sets dst = a ⊙ b, the element-wise product.
func Hadamard[T Float](dst, a, b *Matrix[T]) {
	SameShape("matrix.Hadamard", dst, a, b)
	for i := kernel.Hadamard(dst.Data, a.Data, b.Data); i < len(a.Data); i++ {
		dst.Data[i] = a.Data[i] * b.Data[i]
	}
}

// Scale sets dst = s·a.
func Scale[T Float](dst *Matrix[T], s T, a *Matrix[T]) {
	SameShape("matrix.Scale", dst, a)
	for i := kernel.Scale(dst.Data, s, a.Data); i < len(a.Data); i++ {
		dst.Data[i] = s * a.Data[i]
	}
}

// AddScaled adds s·a to dst.
func AddScaled[T Float](dst *Matrix[T], s T, a *Matrix[T]) {
	SameShape("matrix.AddScaled", dst, a)
	for i := kernel.AddScaled(dst.Data, s, a.Data); i < len(a.Data); i++ {
		dst.Data[i] += T(s * a.Data[i])
	}
}

// Map sets dst = f(a), element by element.
func Map[T Float](dst, a *Matrix[T], f func(T) T) {
	SameShape("matrix.Map", dst, a)
	for i, x := range a.Data {
		dst.Data[i] = f(x)
	}
}
