package kernel_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"

	"gradlab/internal/kernel"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
)

// theLosses are all that have kernels.
func theLosses[T matrix.Float]() []losses.Loss[T] {
	return []losses.Loss[T]{
		losses.MeanSquaredError[T]{}, losses.MeanAbsoluteError[T]{}, losses.Huber[T]{Delta: 0.7},
		losses.BinaryCrossEntropy[T]{}, losses.BinaryCrossEntropyLogits[T]{},
		losses.CategoricalCrossEntropy[T]{}, losses.SoftmaxCrossEntropyLogits[T]{},
	}
}

// columnwise are the operations over matrices in which a column is an example.
func columnwise[T matrix.Float]() []elementwise[T] {
	list := []elementwise[T]{
		{"Softmax", 2, func(x []*matrix.Matrix[T]) { layers.Softmax[T]{}.Apply(x[0], x[1]) }},
		{"SoftmaxBackward", 4, func(x []*matrix.Matrix[T]) { layers.Softmax[T]{}.Backward(x[0], x[1], x[2], x[3]) }},
	}
	list = append(list, elementwise[T]{"BatchNorm", 4, func(x []*matrix.Matrix[T]) {
		b := layers.NewBatchNorm(x[0].Rows, layers.Identity[T]{})
		for i := range b.Gamma.Data {
			b.Gamma.Data[i], b.Beta.Data[i] = 0.3*T(i)-1, 0.7-0.1*T(i)
		}
		matrix.Copy(x[2], b.Forward(x[0]))
		matrix.Copy(x[3], b.Backward(x[1]))
	}})
	for _, l := range theLosses[T]() {
		list = append(list, elementwise[T]{fmt.Sprintf("%TPrime", l), 3, func(x []*matrix.Matrix[T]) { l.Prime(x[0], x[1], x[2]) }})
	}
	return list
}

// Softmax, the losses and their derivatives give in every tier the bits of the
// plain loops, for columns of all lengths and any number of them.
func TestColumns(t *testing.T) {
	everyTier(t, func(t *testing.T) {
		t.Run("float32", testColumns[float32])
		t.Run("float64", testColumns[float64])
	})
}

func testColumns[T matrix.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, rows := range []int{1, 2, 3, 4, 5, 9, 10, 16, 17, 100} {
		for _, cols := range append(lengths()[:18], 35, 401, 2000) {
			if rows*cols > 40000 {
				continue
			}
			for kind := range 3 {
				for _, op := range columnwise[T]() {
					slices, whole := unaligned(r, op.columns, rows*cols, func(x []T) { fillColumns(r, x, rows, kind) })
					compare(t, op, rows, slices, whole)
				}
				compareValues[T](t, r, rows, cols, kind)
			}
		}
	}
}

// fillColumns sets x to columns of one of several kinds: ordinary numbers, what
// a network with one-hot targets has, or anything.
func fillColumns[T matrix.Float](r *rand.Rand, x []T, rows, kind int) {
	if kind == 2 {
		fill(r, x)
		return
	}
	for i := range x {
		x[i] = T(3 * r.NormFloat64())
		if kind == 1 {
			x[i] = 0
			if r.IntN(rows) == 0 {
				x[i] = 1
			}
		}
	}
}

// compareValues compares the values of the losses.
func compareValues[T matrix.Float](t *testing.T, r *rand.Rand, rows, cols, kind int) {
	t.Helper()
	x, _ := unaligned(r, 2, rows*cols, func(x []T) { fillColumns(r, x, rows, 0) })
	fillColumns(r, x[1], rows, kind)
	m := shaped(x, rows)
	for _, l := range theLosses[T]() {
		var want float64
		inGeneric(t, func() { want = l.Value(m[0], m[1]) })
		if got := l.Value(m[0], m[1]); !same(got, want) {
			t.Fatalf("%T of %d×%d: %v, not %v", l, rows, cols, got, want)
		}
	}
}

// No operation touches memory outside its matrices.
func TestColumnsStayInside(t *testing.T) {
	everyTier(t, func(t *testing.T) {
		t.Run("float32", testColumnsStayInside[float32])
		t.Run("float64", testColumnsStayInside[float64])
	})
}

func testColumnsStayInside[T matrix.Float](t *testing.T) {
	for _, rows := range []int{1, 2, 3, 7, 10, 17} {
		for cols := range 18 {
			atEnd, atStart := make([][]T, 4), make([][]T, 4)
			for k := range atEnd {
				atEnd[k], atStart[k] = kernel.Guarded[T](t, rows*cols)
			}
			for _, x := range [][]*matrix.Matrix[T]{shaped(atEnd, rows), shaped(atStart, rows)} {
				for _, op := range columnwise[T]() {
					op.do(x[:op.columns])
				}
				for _, l := range theLosses[T]() {
					l.Value(x[0], x[1])
				}
			}
		}
	}
}

// BenchmarkLoss measures the losses and softmax for batches of a small and a
// larger network.
func BenchmarkLoss(b *testing.B) {
	benchmarkLoss[float32](b, "float32")
	benchmarkLoss[float64](b, "float64")
}

func benchmarkLoss[T matrix.Float](b *testing.B, typ string) {
	was, _ := kernel.CurrentTier()
	defer setTier(b, was)
	r := rand.New(rand.NewPCG(1, 2))
	for _, shape := range [][2]int{{3, 16}, {1, 400}, {10, 64}, {10, 512}} {
		x := make([][]T, 4)
		for k := range x {
			x[k] = make([]T, shape[0]*shape[1])
			fillColumns(r, x[k], shape[0], k%2)
		}
		m := shaped(x, shape[0])
		run := func(name string, do func()) {
			for _, tier := range kernel.Tiers() {
				setTier(b, tier)
				b.Run(fmt.Sprintf("%s/%s/%dx%d/%s", name, typ, shape[0], shape[1], tier), func(b *testing.B) {
					b.SetBytes(int64(len(x[0]) * int(unsafe.Sizeof(T(0)))))
					for b.Loop() {
						do()
					}
				})
			}
		}
		for _, op := range columnwise[T]() {
			run(op.name, func() { op.do(m[:op.columns]) })
		}
		for _, l := range theLosses[T]() {
			run(fmt.Sprintf("%T", l), func() { l.Value(m[0], m[1]) })
		}
	}
}
