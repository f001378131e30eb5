package matrix

import (
	"fmt"

	"gradlab/internal/kernel"
)

// Gather sets column j of dst to column at[j] of a or, where index is not nil,
// to column index[at[j]]: dst is a.Rows×len(at).
func Gather[T Float](dst, a *Matrix[T], index, at []int) {
	if dst.Rows != a.Rows || dst.Cols != len(at) {
		panic(fmt.Sprintf("matrix.Gather: %d×%d = %d columns of %d×%d", dst.Rows, dst.Cols, len(at), a.Rows, a.Cols))
	}
	for _, j := range at { // here, for a panic on another thread cannot be recovered from
		if index != nil {
			j = index[j]
		}
		if uint(j) >= uint(a.Cols) {
			panic(fmt.Sprintf("matrix.Gather: column %d of %d×%d", j, a.Rows, a.Cols))
		}
	}
	kernel.Gather(dst.Data, a.Data, a.Rows, index, at)
}
