package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gradlab/matrix"
)

// Split divides the examples 0, …, n-1 at random into a training and a
// validation part, both in ascending order. The validation part has fraction·n
// examples, rounded.
//
// With the classes of the examples every class is divided in this proportion
// (stratified): its share of the validation part is rounded by the largest
// remainder, so that the total is right, and a class of two examples or more
// keeps at least one on each side where the total allows it.
func Split(class []int, n int, fraction float64, r *rand.Rand) (train, val []int) {
	if class != nil && len(class) != n || n < 0 || !(fraction >= 0 && fraction <= 1) {
		panic(fmt.Sprintf("data.Split: %d classes for %d examples, fraction %v", len(class), n, fraction))
	}
	stratum, sizes := strata(class, n)
	left := shares(sizes, fraction, roundInt(fraction*float64(n)))

	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	matrix.Shuffle(r, order)
	for _, i := range order {
		if s := stratum(i); left[s] > 0 {
			left[s]--
			val = append(val, i)
		} else {
			train = append(train, i)
		}
	}
	slices.Sort(train)
	slices.Sort(val)
	return train, val
}

// strata numbers the classes that occur in ascending order, and counts them.
func strata(class []int, n int) (stratum func(example int) int, sizes []int) {
	if class == nil {
		return func(int) int { return 0 }, []int{n}
	}
	distinct := slices.Clone(class)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	stratum = func(i int) int {
		s, _ := slices.BinarySearch(distinct, class[i])
		return s
	}
	sizes = make([]int, len(distinct))
	for i := range n {
		sizes[stratum(i)]++
	}
	return stratum, sizes
}

// shares returns how many of each stratum belong to the validation part.
func shares(sizes []int, fraction float64, total int) []int {
	share := make([]int, len(sizes))
	low, high := make([]int, len(sizes)), slices.Clone(sizes)
	byRemainder := make([]int, len(sizes))
	remainder := make([]float64, len(sizes))
	given := 0
	for s, size := range sizes {
		if size >= 2 && fraction > 0 && fraction < 1 {
			low[s], high[s] = 1, size-1
		}
		quota := float64(fraction * float64(size))
		share[s] = min(max(int(quota), low[s]), high[s])
		remainder[s] = quota - float64(share[s])
		byRemainder[s] = s
		given += share[s]
	}
	slices.SortStableFunc(byRemainder, func(a, b int) int { return compare(remainder[b], remainder[a]) })
	for given < total {
		if !adjust(share, byRemainder, +1, high, &given, total) {
			high = sizes // not every class can keep one for training
		}
	}
	slices.Reverse(byRemainder)
	for given > total {
		if !adjust(share, byRemainder, -1, low, &given, total) {
			low = make([]int, len(sizes)) // not every class can be in the validation part
		}
	}
	return share
}

// adjust moves shares by one step towards the bounds, in the given order, until
// the total is reached. It reports whether any could move.
func adjust(share, order []int, step int, bound []int, given *int, total int) (moved bool) {
	for _, s := range order {
		if *given != total && share[s] != bound[s] {
			share[s] += step
			*given += step
			moved = true
		}
	}
	return moved
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// roundInt returns x rounded to the next integer, halves up.
func roundInt(x float64) int { return int(math.Floor(float64(x) + 0.5)) }
