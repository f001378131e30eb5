package main

import "gradlab/matrix"

// bytesOf returns the size of matrices.
func bytesOf[T matrix.Float](all ...*matrix.Matrix[T]) float64 {
	elements := 0
	for _, m := range all {
		elements += len(m.Data)
	}
	return float64(elements) * elementBytes[T]()
}

// elementBytes returns the size of an element.
func elementBytes[T matrix.Float]() float64 {
	if _, single := any(T(0)).(float32); single {
		return 4
	}
	return 8
}
