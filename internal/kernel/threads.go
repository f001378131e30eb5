package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// job is work that can be cut into parts, which may run at the same time.
type job interface {
	run(part, parts int)
	// forget drops the operands, which are not to be kept alive after the last
	// part, and returns what the parts have to report.
	forget() (report uint64)
}

// Threads returns how many threads large work is divided among.
func Threads() int { return min(runtime.GOMAXPROCS(0), runtime.NumCPU()) }

// The helpers of the one job that can be divided at a time. They start with the
// first such job and stay. A helper that has had nothing to do for idleSpin
// parks; until then it watches the ticket, since waking a parked one takes
// longer (100 µs) than many a product.
var team struct {
	mu      sync.Mutex // held by the goroutine whose job it is
	job     job
	helpers []*helper

	// ticket holds the number of the job (32 bits), its parts (16) and the
	// next part to take (16). Whoever raises the last by one has the part.
	ticket atomic.Uint64
	done   atomic.Int32 // parts of the job that are done
}

type helper struct {
	parked atomic.Bool
	wake   chan struct{}
}

const (
	idleSpin    = 2 * time.Millisecond
	spinsAYield = 64
)

// lockTeam reports whether the caller has the helpers to itself, and then must
// call parallel, which gives them back. It does not where there are none, or
// another goroutine has them: then the caller does its work alone.
func lockTeam() bool {
	return Threads() > 1 && team.mu.TryLock()
}

// parallel runs all parts of j and gives the helpers back. The caller takes
// parts, too, so that it never waits for a helper that is not there yet.
func parallel(j job, parts int) (report uint64) {
	defer team.mu.Unlock()
	for len(team.helpers) < Threads()-1 {
		h := &helper{wake: make(chan struct{}, 1)}
		team.helpers = append(team.helpers, h)
		go h.work()
	}
	team.job = j
	team.done.Store(0)
	number := team.ticket.Load() >> 32
	team.ticket.Store((number+1)<<32 | uint64(parts)<<16)
	for _, h := range team.helpers[:min(parts-1, len(team.helpers))] {
		if h.parked.Load() && h.parked.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
	}
	for takePart() {
	}
	for spins := 1; team.done.Load() < int32(parts); spins++ {
		pause(spins)
	}
	team.job = nil
	return j.forget()
}

// takePart runs a part of the job, if one is left.
func takePart() bool {
	for {
		t := team.ticket.Load()
		part, parts := int(t&0xffff), int(t>>16&0xffff)
		if part >= parts {
			return false
		}
		if team.ticket.CompareAndSwap(t, t+1) {
			team.job.run(part, parts)
			team.done.Add(1)
			return true
		}
	}
}

// work takes parts of jobs for ever.
func (h *helper) work() {
	idle := time.Now()
	for spins := 1; ; spins++ {
		if takePart() {
			idle, spins = time.Time{}, 0
			continue
		}
		pause(spins)
		if spins%spinsAYield != 0 {
			continue
		}
		switch {
		case idle.IsZero():
			idle = time.Now()
		case time.Since(idle) > idleSpin:
			h.park()
			idle = time.Time{}
		}
	}
}

// park sleeps until the next job.
func (h *helper) park() {
	before := team.ticket.Load() >> 32
	h.parked.Store(true)
	if team.ticket.Load()>>32 != before && h.parked.CompareAndSwap(true, false) {
		return // a job came in between
	}
	<-h.wake
}

// pause waits a moment. Now and then it lets other goroutines run, without
// which the garbage collector may wait for half a second, and other threads.
func pause(spins int) {
	if spins%spinsAYield == 0 {
		runtime.Gosched()
		osYield()
		return
	}
	spinWait()
}
