package data

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gradlab/matrix"
)

// counts returns how many examples of each class a part has.
func counts(class, part []int, k int) []int {
	n := make([]int, k)
	for _, i := range part {
		n[class[i]]++
	}
	return n
}

// classesOf returns examples with so many of each class.
func classesOf(sizes ...int) (class []int) {
	for c, n := range sizes {
		class = append(class, slices.Repeat([]int{c}, n)...)
	}
	return class
}

func TestSplitStratifies(t *testing.T) {
	for _, test := range []struct {
		name     string
		sizes    []int
		fraction float64
		want     []int // in the validation part
	}{
		{"in proportion", []int{50, 50, 50}, 0.2, []int{10, 10, 10}},
		{"the largest remainder is rounded up", []int{13, 11, 6}, 0.1, []int{1, 1, 1}},
		{"of 1.3, 1.6 and 1.1, which are 4, the second", []int{13, 16, 11}, 0.1, []int{1, 2, 1}},
		{"small classes keep one on each side", []int{96, 2, 2}, 0.1, []int{8, 1, 1}},
		{"also for training", []int{96, 2, 2}, 0.9, []int{88, 1, 1}},
		{"a class of one is for training", []int{99, 1}, 0.2, []int{20, 0}},
		{"unless all are for validation", []int{99, 1}, 1, []int{99, 1}},
		{"none for validation", []int{5, 5}, 0, []int{0, 0}},
		{"fewer places than classes", []int{10, 10, 10}, 0.05, []int{1, 1, 0}},
		{"fewer places for training than classes", []int{10, 10, 10}, 0.95, []int{10, 10, 9}},
	} {
		t.Run(test.name, func(t *testing.T) {
			class := classesOf(test.sizes...)
			_, val := Split(class, len(class), test.fraction, matrix.Stream(1, matrix.ForSplit, 0))
			if diff := cmp.Diff(test.want, counts(class, val, len(test.sizes))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A split is a partition of the right sizes; every class is divided in proportion
// as far as whole examples allow, and is on both sides where it can be.
func TestSplitIsAPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 5).Draw(t, "classes")
		class := rapid.SliceOfN(rapid.IntRange(0, k-1), 1, 60).Draw(t, "class")
		fraction := rapid.Float64Range(0, 1).Draw(t, "fraction")
		seed := rapid.Uint64().Draw(t, "seed")
		strata := class
		if rapid.Bool().Draw(t, "unstratified") {
			strata = nil
		}
		train, val := Split(strata, len(class), fraction, matrix.Stream(seed, matrix.ForSplit, 0))
		if !slices.IsSorted(train) || !slices.IsSorted(val) {
			t.Fatalf("not sorted: %v %v", train, val)
		}
		all := append(slices.Clone(train), val...)
		slices.Sort(all)
		for i, e := range all {
			if i != e || len(all) != len(class) {
				t.Fatalf("not a partition: %v %v", train, val)
			}
		}
		if want := roundInt(fraction * float64(len(class))); len(val) != want {
			t.Fatalf("%d for validation, not %d", len(val), want)
		}
		if strata == nil || len(val) < k || len(train) < k {
			return
		}
		inVal, inTrain := counts(class, val, k), counts(class, train, k)
		for c := range k {
			n := inVal[c] + inTrain[c]
			if n >= 2 && (inVal[c] == 0 || inTrain[c] == 0) {
				t.Fatalf("class %d of %d examples is on one side only: %v %v", c, n, inTrain, inVal)
			}
			// One example each may move for each class that must keep one.
			if quota := fraction * float64(n); n >= 2 && (float64(inVal[c]) > quota+float64(k) || float64(inVal[c]) < quota-float64(k)) {
				t.Fatalf("class %d: %d of %d for validation", c, inVal[c], n)
			}
		}
	})
}

// The same stream gives the same split, and whatever numbers the classes have.
func TestSplitDependsOnTheStreamOnly(t *testing.T) {
	class := []int{1, 0, 1, 0, 1, 0, 1, 1}
	odd := []int{1 << 40, -7, 1 << 40, -7, 1 << 40, -7, 1 << 40, 1 << 40}
	train, val := Split(class, 8, 0.25, matrix.Stream(3, matrix.ForSplit, 0))
	train2, val2 := Split(odd, 8, 0.25, matrix.Stream(3, matrix.ForSplit, 0))
	if diff := cmp.Diff([][]int{train, val}, [][]int{train2, val2}); diff != "" {
		t.Error(diff)
	}
}
