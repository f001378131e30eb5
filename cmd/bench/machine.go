package main

import (
	"math"
	"math/bits"
	"time"

	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// machine is what the machine can do with a number of threads, as measured.
type machine[T matrix.Float] struct {
	threads int
	flops   float64         // a second, on registers alone
	copied  map[int]float64 // bytes a second, by the power of two of the bytes
}

// look is how long one look at the machine takes; the best of several counts.
const (
	look  = 10 * time.Millisecond
	looks = 5
)

func newMachine[T matrix.Float](threads int) *machine[T] {
	m := &machine[T]{threads: threads, copied: map[int]float64{}}
	m.lookAgain()
	return m
}

// lookAgain measures the peak once more: what was best so far counts.
func (m *machine[T]) lookAgain() {
	for range looks {
		m.flops = max(m.flops, kernel.PeakFlops[T](m.threads, look))
	}
}

// copyRate returns the bytes a second that can be read and written where so many
// bytes are touched in all: memory and caches differ.
func (m *machine[T]) copyRate(touched float64) float64 {
	const least = 12 // 4 KB: with less it is the call that is timed
	power := max(bits.Len64(uint64(math.Max(touched, 1))-1), least)
	if m.copied[power] == 0 {
		for range looks {
			m.copied[power] = max(m.copied[power], kernel.CopyRate(m.threads, 1<<power/2, look))
		}
	}
	return m.copied[power]
}

// limit returns the least seconds that so many operations and bytes can take.
func (m *machine[T]) limit(flops, touched float64) float64 {
	return max(flops/m.flops, touched/m.copyRate(touched))
}
