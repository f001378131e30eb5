package main

import (
	"runtime"
	"time"
)

// How long a measurement takes.
var (
	meanTime    = 300 * time.Millisecond // a mean of steps
	growthTime  = 100 * time.Millisecond // a mean of steps of each of many networks
	productTime = 40 * time.Millisecond  // a mean of products
	look        = 8 * time.Millisecond   // a look at what the machine can do

	// rest is how long it is quiet before a mean, so that threads of the one
	// before, which wait for more work awake, go to sleep: OpenBLAS takes 2²⁶
	// ticks of the processor's clock.
	rest = 50 * time.Millisecond
)

// contender is somebody who does a piece of work, ours or a peer.
type contender interface {
	setThreads(n int) error
	// run does the work a number of times, beginning from the same state each
	// time, and returns how long it took.
	run(times int) (time.Duration, error)
}

// entry is a contender in a comparison, on a number of threads.
type entry struct {
	contender
	threads int // 0: as it is
	times   int // that the work is done in a mean; 0: to be found out
	best    time.Duration
	err     error // what ended its part
}

// seconds returns the best mean.
func (e *entry) seconds() float64 { return e.best.Seconds() / float64(e.times) }

// compete lets the entries work in turns, a mean of about the time d each a
// round. An entry that fails is out.
func compete(entries []*entry, rounds int, d time.Duration) {
	for round := range rounds {
		for _, e := range entries {
			if e.err == nil {
				e.err = e.compete(round == 0, d)
			}
		}
	}
}

func (e *entry) compete(first bool, d time.Duration) error {
	if e.threads > 0 {
		if err := e.setThreads(e.threads); err != nil {
			return err
		}
	}
	if first && e.times == 0 {
		var err error
		if e.times, err = timesIn(d, e.run); err != nil {
			return err
		}
	}
	time.Sleep(rest)
	t, err := e.run(e.times)
	if first || t < e.best {
		e.best = t
	}
	return err
}

// timesIn finds out how often a piece of work can be done in about the time d.
func timesIn(d time.Duration, run func(times int) (time.Duration, error)) (int, error) {
	for times := 1; ; {
		t, err := run(times)
		if err != nil {
			return 0, err
		}
		per := max(t/time.Duration(times), 1)
		if t >= d/10 {
			return max(int(d/per), 1), nil
		}
		times = max(2*times, min(int(d/5/per), 100*times))
	}
}

// own is our own work as a contender.
type own struct {
	begin  func() // brings the state back to the beginning
	work   func()
	allocs float64 // the least a piece of work, of all means
	ran    bool
}

func (o *own) setThreads(n int) error {
	if runtime.GOMAXPROCS(0) != n {
		runtime.GOMAXPROCS(n)
	}
	return nil
}

func (o *own) run(times int) (time.Duration, error) {
	o.begin()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range times {
		o.work()
	}
	t := time.Since(start)
	runtime.ReadMemStats(&after)
	// As in testing.AllocsPerRun a fraction is somebody else's.
	allocs := float64((after.Mallocs - before.Mallocs) / uint64(times))
	if !o.ran || allocs < o.allocs {
		o.ran, o.allocs = true, allocs
	}
	return t, nil
}

// ownThreads restores the number of threads that a comparison has changed.
func ownThreads() (restore func()) {
	before := runtime.GOMAXPROCS(0)
	return func() { runtime.GOMAXPROCS(before) }
}
