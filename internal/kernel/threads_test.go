package kernel

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"
)

// large returns a product that is divided among threads where there are several.
func large(seed uint64) Product[float64] {
	return randomProduct[float64](rand.New(rand.NewPCG(seed, 6)), 128, 96, 64, rand.New(rand.NewPCG(seed, 7)).NormFloat64)
}

// Products of several goroutines at a time: one has the helpers, the others do
// without.
func TestGemmConcurrently(t *testing.T) {
	var group sync.WaitGroup
	for g := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range 40 {
				checkProduct(t, large(uint64(100*g+i)))
			}
		}()
	}
	group.Wait()
}

// A product allocates nothing, divided or not, once the workspaces are there.
func TestGemmAllocates(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		for _, threads := range []int{1, runtime.NumCPU()} {
			before := runtime.GOMAXPROCS(threads)
			for _, p := range []Product[float64]{large(1), large(2), randomProduct[float64](rand.New(rand.NewPCG(8, 8)), 8, 16, 4, rand.NormFloat64)} {
				if n := testing.AllocsPerRun(20, func() { Gemm(p) }); n > 0 {
					t.Errorf("GOMAXPROCS %d: %v allocations for %d×%d×%d", threads, n, p.M, p.N, p.K)
				}
			}
			runtime.GOMAXPROCS(before)
		}
	})
}

// Threads follows GOMAXPROCS, but there are no more than the machine has: the
// helpers spin.
func TestThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, n := range []int{1, 2, 4, 64} {
		runtime.GOMAXPROCS(n)
		if got, want := Threads(), min(n, runtime.NumCPU()); got != want {
			t.Errorf("GOMAXPROCS %d: %d threads, not %d", n, got, want)
		}
		checkProduct(t, large(uint64(n)))
	}
}

// A helper that has nothing to do sleeps.
func TestHelpersPark(t *testing.T) {
	if runtime.NumCPU() == 1 {
		t.Skip("one processor: there are no helpers")
	}
	checkProduct(t, large(1))
	team.mu.Lock()
	helpers := team.helpers
	team.mu.Unlock()
	for i, h := range helpers {
		for !h.parked.Load() { // the test's own time limit ends it
			time.Sleep(idleSpin)
		}
		t.Logf("helper %d sleeps", i)
	}
	checkProduct(t, large(2)) // and wakes again
}
