package main

import (
	"math/bits"
	"time"

	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// machine is what the machine can do with a number of threads, as measured.
type machine[T matrix.Float] struct {
	threads   int
	flops     float64         // a second, on registers alone
	bandwidth map[int]float64 // bytes a second, by the power of two of the bytes
	roundTrip time.Duration   // of a number between two threads; 0 with one
}

// looks is how often the machine is looked at: the best counts.
const looks = 5

func newMachine[T matrix.Float](threads int) *machine[T] {
	m := &machine[T]{threads: threads, bandwidth: map[int]float64{}}
	m.lookAgain()
	return m
}

// lookAgain measures peak and round trip once more: what was best so far counts.
func (m *machine[T]) lookAgain() {
	for range looks {
		m.flops = max(m.flops, kernel.PeakFlops[T](m.threads, look))
	}
	if m.threads > 1 {
		trip := kernel.RoundTrip(look)
		if m.roundTrip == 0 || trip < m.roundTrip {
			m.roundTrip = trip
		}
	}
}

// gflops returns the peak in thousand million operations a second.
func (m *machine[T]) gflops() float64 { return m.flops / 1e9 }

// rate returns the bytes a second that can be read and written where so many
// bytes are touched in all: memory and caches differ.
func (m *machine[T]) rate(touched float64) float64 {
	const least = 12 // 4 KB: with less it is the call that is timed
	power := max(bits.Len64(uint64(touched))-1, least)
	if m.bandwidth[power] == 0 {
		for range looks {
			m.bandwidth[power] = max(m.bandwidth[power], kernel.Bandwidth(m.threads, 1<<power/2, look))
		}
	}
	return m.bandwidth[power]
}

// cost is what a piece of work takes: the operations of its products, and the
// bytes of the matrices that are read and written. Other operations don't count.
type cost struct{ flops, bytes float64 }

// limit returns the least seconds that a piece of work can take.
func (m *machine[T]) limit(c cost) float64 {
	return max(c.flops/m.flops, c.bytes/m.rate(c.bytes))
}
