package matrix

// The element-wise operations allow dst to be an operand.

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
	for i, x := range a.Data {
		dst.Data[i] = x + b.Data[i]
	}
}

// Sub sets dst = a - b.
func Sub[T Float](dst, a, b *Matrix[T]) {
	SameShape("matrix.Sub", dst, a, b)
	for i, x := range a.Data {
		dst.Data[i] = x - b.Data[i]
	}
}

// Hadamard sets dst = a ⊙ b, the element-wise product.
func Hadamard[T Float](dst, a, b *Matrix[T]) {
	SameShape("matrix.Hadamard", dst, a, b)
	for i, x := range a.Data {
		dst.Data[i] = x * b.Data[i]
	}
}

// Scale sets dst = s·a.
func Scale[T Float](dst *Matrix[T], s T, a *Matrix[T]) {
	SameShape("matrix.Scale", dst, a)
	for i, x := range a.Data {
		dst.Data[i] = s * x
	}
}

// AddScaled adds s·a to dst.
func AddScaled[T Float](dst *Matrix[T], s T, a *Matrix[T]) {
	SameShape("matrix.AddScaled", dst, a)
	for i, x := range a.Data {
		dst.Data[i] += T(s * x)
	}
}

// Map sets dst = f(a), element by element.
func Map[T Float](dst, a *Matrix[T], f func(T) T) {
	SameShape("matrix.Map", dst, a)
	for i, x := range a.Data {
		dst.Data[i] = f(x)
	}
}
