package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Columns arrive in the order asked for, however many threads copy them.
func TestGather(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, rows := range []int{0, 1, 3, 784} {
		for _, n := range []int{0, 1, 2, 17, 128} {
			src := make([]float32, rows*50)
			for i := range src {
				src[i] = float32(i)
			}
			index, at := r.Perm(50)[:40], make([]int, n)
			for j := range at {
				at[j] = r.IntN(len(index))
			}
			for _, index := range [][]int{nil, index} {
				var want []float32
				for _, j := range at {
					if index != nil {
						j = index[j]
					}
					want = append(want, src[j*rows:(j+1)*rows]...)
				}
				got := make([]float32, rows*n)
				Gather(got, src, rows, index, at)
				if !slices.Equal(got, want) {
					t.Errorf("%d columns of %d rows", n, rows)
				}
			}
		}
	}
}
