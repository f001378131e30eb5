package kernel

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// PeakFlops measures what the multipliers of the machine can do in the tier in
// use: the operations a second (a fused multiply-add counts as two) of a loop
// that touches no memory, on a number of threads for a time. It is the bound
// that products are measured against.
func PeakFlops[T Float](threads int, d time.Duration) float64 {
	const n = 1000 // some microseconds
	loop, flops := peakLoop[T](n)
	return perSecond(threads, d, func(int) func() { return loop }) * flops
}

// Bandwidth measures how fast memory is read and written: the bytes a second,
// both counted, of threads that each go over their part of two arrays of size
// bytes, over and over. They copy the one into the other, or add it to the other,
// whichever is faster: a copy may have to fetch what it then overwrites. What
// fits into a cache is measured there.
func Bandwidth(threads, size int, d time.Duration) float64 {
	part := max(size/threads/64*16, 16) // elements, whole cache lines
	loops := map[float64]func(y, x []float32){
		2: func(y, x []float32) { copy(y, x) },
		3: func(y, x []float32) {
			a := args2(y, x)
			for i := run[float32](opAddScaled, &a); i < len(x); i++ {
				y[i] += x[i]
			}
		},
	}
	best := 0.0
	for touched, loop := range loops {
		calls := perSecond(threads, d, func(int) func() {
			y, x := make([]float32, part), make([]float32, part)
			loop(x, y) // so that the memory is there
			return func() { loop(y, x) }
		})
		best = max(best, calls*touched*float64(4*part))
	}
	return best
}

// RoundTrip measures how long it takes until a number that one thread writes has
// been seen by another, and its answer by the first: some 60 ns where the two
// processors share a cache, several times as much where they do not. What threads
// share waits for it.
func RoundTrip(d time.Duration) time.Duration {
	const trips = 100
	var ball atomic.Uint64 // odd: the other's turn
	await := func(parity uint64) (seen uint64) {
		for spins := 1; ; spins++ {
			if seen = ball.Load(); seen%2 == parity {
				return seen
			}
			if spins%1000 == 0 {
				runtime.Gosched() // there may be one processor only
			}
		}
	}
	const end = 1 << 63
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for n := await(1); n < end; n = await(1) {
			ball.Store(n + 1)
		}
	}()
	best := time.Duration(math.MaxInt64)
	for begin := time.Now(); time.Since(begin) < d; {
		start := time.Now()
		for range trips {
			ball.Store(await(0) + 1)
		}
		await(0)
		best = min(best, time.Since(start)/trips)
	}
	ball.Store(end + 1)
	return best
}

// perSecond runs the functions that prepare makes, each on a thread of its own
// and all at the same time, over and over. It returns the calls a second of all
// of them together.
func perSecond(threads int, d time.Duration, prepare func(thread int) func()) float64 {
	var prepared, finished sync.WaitGroup
	var start atomic.Bool
	calls := make([]int, threads)
	prepared.Add(threads)
	for t := range threads {
		finished.Add(1)
		go func() {
			defer finished.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			f := prepare(t)
			chunk := callsIn(10*time.Microsecond, f)
			prepared.Done()
			for !start.Load() {
				runtime.Gosched()
			}
			for begin := time.Now(); time.Since(begin) < d; calls[t] += chunk {
				for range chunk {
					f()
				}
			}
		}()
	}
	prepared.Wait()
	begin := time.Now()
	start.Store(true)
	finished.Wait()
	seconds := time.Since(begin).Seconds()
	sum := 0
	for _, n := range calls {
		sum += n
	}
	return float64(sum) / seconds
}

// callsIn returns about how many calls of f fit into a time, at least 1.
func callsIn(d time.Duration, f func()) int {
	f()
	begin := time.Now()
	f()
	return max(int(d/max(time.Since(begin), 1)), 1)
}

// portablePeakLoop is the peak of portable Go, whose fused multiply-adds are in
// float64 for both element types.
func portablePeakLoop(n int) (loop func(), flops float64) {
	return func() { portableSink.Store(math.Float64bits(portableFMAs(n, 0.5))) }, float64(2 * 8 * n)
}

var portableSink atomic.Uint64 // keeps the compiler from leaving the loop out

// portableFMAs adds x² to eight numbers n times.
func portableFMAs(n int, x float64) float64 {
	var a, b, c, d, e, f, g, h float64
	for range n {
		a, b = math.FMA(x, x, a), math.FMA(x, x, b)
		c, d = math.FMA(x, x, c), math.FMA(x, x, d)
		e, f = math.FMA(x, x, e), math.FMA(x, x, f)
		g, h = math.FMA(x, x, g), math.FMA(x, x, h)
	}
	return a + b + c + d + e + f + g + h
}
