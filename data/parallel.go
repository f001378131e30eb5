package data

import (
	"runtime"
	"sync"
)

// inParallel divides 0, …, n-1 into ranges and calls f for them at the same
// time, unless the work, n times each, is not worth it. What f does for one must
// not depend on the others.
func inParallel(n, each int, f func(from, to int)) {
	const worthIt = 1 << 15
	parts := min(runtime.GOMAXPROCS(0), n*each/worthIt, n)
	if parts <= 1 {
		f(0, n)
		return
	}
	var wg sync.WaitGroup
	for p := range parts {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f(p*n/parts, (p+1)*n/parts)
		}()
	}
	wg.Wait()
}
