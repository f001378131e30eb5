package kernel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gradlab/internal/kernel"
	"gradlab/internal/parts"
	"gradlab/matrix"
)

// An optimizer reports whether all it wrote is finite, in every tier, wherever the
// one element is that is not.
func TestUpdatesReportWhatIsNotFinite(t *testing.T) {
	everyTier(t, func(t *testing.T) {
		t.Run("float32", testUpdatesReport[float32])
		t.Run("float64", testUpdatesReport[float64])
		inGeneric(t, func() { testUpdatesReport[float32](t) })
	})
}

func testUpdatesReport[T matrix.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	bad := []T{T(math.NaN()), T(math.Inf(1)), T(math.Inf(-1))}
	for _, n := range append(lengths(), 40_000) { // the last on several threads
		for _, opt := range parts.Optimizers[T]() {
			w, dw := matrix.New[T](n, 1), matrix.New[T](n, 1)
			params := []matrix.Param[T]{{Value: w, Grad: dw, Decay: true}}
			ordinary := func(x []T) {
				for i := range x {
					x[i] = T(r.Float64())
				}
			}
			written := append([]*matrix.Matrix[T]{w}, opt.Part.State(params)...)
			for range 3 {
				for _, m := range append(written, dw) {
					ordinary(m.Data)
				}
				if !opt.Part.Step(3, 0.01, params) {
					t.Fatalf("%s of %d numbers, all finite: not all of them are", opt.Name, n)
				}
				if n == 0 {
					continue
				}
				at := r.IntN(n)
				dw.Data[at] = bad[r.IntN(3)]
				if opt.Part.Step(3, 0.01, params) {
					t.Fatalf("%s of %d numbers: gradient %d is %v, and that is fine", opt.Name, n, at, dw.Data[at])
				}
				for _, m := range append(written, dw) { // numbers of all kinds
					fill(r, m.Data)
				}
				got, want := opt.Part.Step(3, 0.01, params), true
				for _, m := range written {
					want = want && matrix.Finite(m.Data)
				}
				if got != want {
					t.Fatalf("%s of %d numbers: all finite: %v, not %v", opt.Name, n, got, want)
				}
			}
		}
	}
}

// A gradient whose square is infinite stops a weight for good, though the weight
// stays finite: Adam and RMSProp report it.
func TestInfiniteSquares(t *testing.T) {
	was, _ := kernel.CurrentTier()
	defer setTier(t, was)
	for _, tier := range kernel.Tiers() {
		setTier(t, tier)
		for _, opt := range parts.Optimizers[float64]() {
			w, dw := matrix.New[float64](5, 1), matrix.New[float64](5, 1)
			dw.Data[2] = 1e200
			finite := opt.Part.Step(1, 0, []matrix.Param[float64]{{Value: w, Grad: dw}})
			if squares := opt.Name == "rmsprop" || opt.Name == "adam" || opt.Name == "adamw"; finite == squares {
				t.Errorf("%s, %s: a gradient of 1e200 is fine: %v", tier, opt.Name, finite)
			}
		}
	}
}
