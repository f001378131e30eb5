//go:build !linux

package kernel

import "testing"

// Guarded returns plain slices where there are no guard pages.
func Guarded[T Float](t testing.TB, n int) (atEnd, atStart []T) {
	return make([]T, n), make([]T, n)
}
