//go:build amd64 && !noasm

package kernel

import "unsafe"

// variantOf returns the assembly for the type, if the tier in use has one.
func variantOf[T Float]() (variant, bool) {
	v := f32AVX2
	if unsafe.Sizeof(T(0)) == 8 {
		v = f64AVX2
	}
	if hasAVX512 {
		v += f32AVX512
	}
	return v, hasAVX2 || hasAVX512
}
