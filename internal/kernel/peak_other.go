//go:build !amd64 || noasm

package kernel

func peakLoop[T Float](n int) (loop func(), flops float64) { return portablePeakLoop(n) }
