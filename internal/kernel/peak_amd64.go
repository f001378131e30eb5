//go:build amd64 && !noasm

package kernel

// peakLoop returns a loop that does n times what the tier in use can, and its
// operations.
func peakLoop[T Float](n int) (loop func(), flops float64) {
	var one T
	_, single := any(one).(float32)
	const sums, x = 12, 0.5
	switch {
	case hasAVX512 && single:
		return func() { peakAVX512F32(n, x) }, float64(2 * sums * 16 * n)
	case hasAVX512:
		return func() { peakAVX512F64(n, x) }, float64(2 * sums * 8 * n)
	case hasAVX2 && single:
		return func() { peakAVX2F32(n, x) }, float64(2 * sums * 8 * n)
	case hasAVX2:
		return func() { peakAVX2F64(n, x) }, float64(2 * sums * 4 * n)
	}
	return portablePeakLoop(n)
}
