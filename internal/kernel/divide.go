package kernel

import (
	"sync/atomic"
	"unsafe"
)

// divideFrom is the number of elements from which an operation is divided among
// threads: there it takes a few microseconds on one.
func divideFrom(o op) int { return 1 << 14 }

// divide is run on several threads where that is faster. The slices must not be
// on the stack, which moves when it grows.
func divide[T Float](o op, a *args) int {
	v, ok := variantOf[T]()
	if !ok {
		return 0
	}
	if a.n < divideFrom(o) || !lockTeam() {
		return run[T](o, a)
	}
	divided = vectorJob{o: o, v: v, size: int(unsafe.Sizeof(T(0))), args: *a}
	a.bad = parallel(&divided, Threads()) // as a product is, whose result then is where it was written
	return a.n
}

// update is divide for an optimizer. It also reports whether all that it wrote is
// finite.
func update[T Float](o op, a *args) (done int, finite bool) {
	done = divide[T](o, a)
	return done, a.bad == 0
}

// divided is the job of the goroutine that has the team.
var divided vectorJob

type vectorJob struct {
	o    op
	v    variant
	size int
	args args
	bad  uint64 // of the parts that are done
}

// run does a part, which begins at a whole cache line.
func (j *vectorJob) run(part, parts int) {
	from, to := share(j.args.n, 64/j.size, part, parts)
	for ; from < to; from += atOnce {
		a := j.args
		a.skip(from, j.size)
		a.n = min(to-from, atOnce)
		call(j.o, j.v, &a)
		if a.bad != 0 {
			atomic.StoreUint64(&j.bad, a.bad)
		}
	}
}

func (j *vectorJob) forget() uint64 {
	bad := j.bad
	*j = vectorJob{}
	return bad
}
