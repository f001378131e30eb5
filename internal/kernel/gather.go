package kernel

import "unsafe"

// Gather sets column j of dst to column at[j] of src or, with an index, to
// column index[at[j]]. Both have the same number of rows.
func Gather[T Float](dst, src []T, rows int, index, at []int) {
	j := gatherJob[T]{dst, src, rows, index, at}
	if len(at)*rows*int(unsafe.Sizeof(T(0))) < gatherFrom || !lockTeam() {
		j.run(0, 1)
		return
	}
	shared := gatherJobOf[T]()
	*shared = j
	parallel(shared, Threads())
}

// gatherFrom is from how many bytes on the copying is divided among threads:
// examples in random order come from memory, which one thread alone cannot use
// to capacity.
const gatherFrom = 1 << 16

type gatherJob[T Float] struct {
	dst, src  []T
	rows      int
	index, at []int
}

var (
	gatherJob32 gatherJob[float32]
	gatherJob64 gatherJob[float64]
)

func gatherJobOf[T Float]() *gatherJob[T] {
	if unsafe.Sizeof(T(0)) == 4 {
		return (*gatherJob[T])(unsafe.Pointer(&gatherJob32))
	}
	return (*gatherJob[T])(unsafe.Pointer(&gatherJob64))
}

func (j *gatherJob[T]) run(part, parts int) {
	from, to := share(len(j.at), 1, part, parts)
	for k := from; k < to; k++ {
		column := j.at[k]
		if j.index != nil {
			column = j.index[column]
		}
		copy(j.dst[k*j.rows:(k+1)*j.rows], j.src[column*j.rows:(column+1)*j.rows])
	}
}

func (j *gatherJob[T]) forget() uint64 {
	*j = gatherJob[T]{}
	return 0
}
