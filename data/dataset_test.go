package data

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gradlab/matrix"
)

// small is a dataset of five examples, of classes 0 1 2 0 1.
func small() *Dataset[float64] {
	return &Dataset[float64]{
		X: matrix.FromRows([]float64{0, 1, 2, 3, 4}, []float64{10, 11, 12, 13, 14}),
		Y: OneHot[float64]([]int{0, 1, 2, 0, 1}, 3),
	}
}

func TestGather(t *testing.T) {
	x, y := new(matrix.Matrix[float64]), new(matrix.Matrix[float64])
	set := small()
	set.Gather(x, y, []int{4, 0})
	if diff := cmp.Diff(matrix.FromRows([]float64{4, 0}, []float64{14, 10}), x); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(matrix.FromRows([]float64{0, 1}, []float64{1, 0}, []float64{0, 0}), y); diff != "" {
		t.Error(diff)
	}

	part := set.Part([]int{3, 1, 2}).Part([]int{2, 0}) // examples 2 and 3
	if part.Len() != 2 || set.Len() != 5 {
		t.Errorf("%d and %d examples", part.Len(), set.Len())
	}
	part.Gather(x, y, []int{1, 0, 1})
	if diff := cmp.Diff(matrix.FromRows([]float64{3, 2, 3}, []float64{13, 12, 13}), x); diff != "" {
		t.Error(diff)
	}
	part.Range(x, y, 1, 2)
	if diff := cmp.Diff(matrix.FromRows([]float64{3}, []float64{13}), x); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{2, 0}, part.Classes()); diff != "" {
		t.Error(diff)
	}
	(&Dataset[float64]{X: set.X}).Gather(x, nil, []int{1}) // without Y
	if diff := cmp.Diff(matrix.FromRows([]float64{1}, []float64{11}), x); diff != "" {
		t.Error(diff)
	}
}

// A set shows its examples where they are; a part has to copy them.
func TestView(t *testing.T) {
	var x, y, wantX, wantY matrix.Matrix[float64]
	set := small()
	set.Range(&wantX, &wantY, 1, 4)
	if !set.View(&x, &y, 1, 4) {
		t.Fatal("no view of a whole set")
	}
	if diff := cmp.Diff([]matrix.Matrix[float64]{wantX, wantY}, []matrix.Matrix[float64]{x, y}); diff != "" {
		t.Error(diff)
	}
	if &x.Data[0] != &set.X.Col(1)[0] || &wantX.Data[0] == &set.X.Col(1)[0] {
		t.Error("View must not copy, and Range must")
	}
	if set.Part([]int{1, 2, 3}).View(&x, &y, 1, 2) {
		t.Error("a view of a part")
	}
}

func TestGatherAllocatesNothing(t *testing.T) {
	x, y := matrix.New[float64](2, 3), matrix.New[float64](3, 3)
	part := small().Part([]int{0, 2, 4})
	examples := []int{2, 0, 1}
	n := 0
	if allocs := testing.AllocsPerRun(10, func() {
		n++
		part.Gather(x, y, examples[:3-n%2]) // the last batch may be smaller
		part.Range(x, y, 1, 3)
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestOneHot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 9).Draw(t, "k")
		class := rapid.SliceOf(rapid.IntRange(0, k-1)).Draw(t, "class")
		set := &Dataset[float32]{X: matrix.New[float32](1, len(class)), Y: OneHot[float32](class, k)}
		if diff := cmp.Diff(class, set.Classes()); diff != "" {
			t.Error(diff)
		}
		if n := matrix.SumOf(set.Y.Data); n != float64(len(class)) {
			t.Errorf("%v ones for %d examples", n, len(class))
		}
	})
}
