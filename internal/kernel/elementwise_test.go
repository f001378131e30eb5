package kernel_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"gradlab/internal/kernel"
	"gradlab/layers"
	"gradlab/matrix"
	"gradlab/optim"
)

// elementwise is an operation of one of the packages over columns of one length,
// which it may write to. In the portable tier it is the plain loop.
type elementwise[T matrix.Float] struct {
	name    string
	columns int
	do      func(x []*matrix.Matrix[T])
}

func operations[T matrix.Float]() []elementwise[T] { return append(maps[T](), updates[T]()...) }

// maps are the operations with one result.
func maps[T matrix.Float]() []elementwise[T] {
	list := []elementwise[T]{
		{"Exp", 2, func(x []*matrix.Matrix[T]) { matrix.ExpSlice(x[0].Data, x[1].Data) }},
		{"Expm1", 2, func(x []*matrix.Matrix[T]) { matrix.Expm1Slice(x[0].Data, x[1].Data) }},
		{"Log", 2, func(x []*matrix.Matrix[T]) { matrix.LogSlice(x[0].Data, x[1].Data) }},
		{"Log1p", 2, func(x []*matrix.Matrix[T]) { matrix.Log1pSlice(x[0].Data, x[1].Data) }},
		{"Tanh", 2, func(x []*matrix.Matrix[T]) { matrix.TanhSlice(x[0].Data, x[1].Data) }},
		{"Sigmoid", 2, func(x []*matrix.Matrix[T]) { matrix.SigmoidSlice(x[0].Data, x[1].Data) }},
		{"Softplus", 2, func(x []*matrix.Matrix[T]) { matrix.SoftplusSlice(x[0].Data, x[1].Data) }},
		{"Add", 3, func(x []*matrix.Matrix[T]) { matrix.Add(x[0], x[1], x[2]) }},
		{"Sub", 3, func(x []*matrix.Matrix[T]) { matrix.Sub(x[0], x[1], x[2]) }},
		{"Hadamard", 3, func(x []*matrix.Matrix[T]) { matrix.Hadamard(x[0], x[1], x[2]) }},
		{"Scale", 2, func(x []*matrix.Matrix[T]) { matrix.Scale(x[0], 0.3, x[1]) }},
		{"AddScaled", 2, func(x []*matrix.Matrix[T]) { matrix.AddScaled(x[0], -0.3, x[1]) }},
		{"ClipValue", 1, func(x []*matrix.Matrix[T]) {
			optim.ClipValue[T]{Max: 0.7}.Clip([]matrix.Param[T]{{Grad: x[0]}})
		}},
		{"DropoutMask", 3, func(x []*matrix.Matrix[T]) {
			d := layers.NewDropout[T](0.3)
			d.Mask, d.A = x[0], x[1]
			d.Uniforms = func(u []float64, n, m int) {
				for i := range u {
					u[i] = float64(x[2].Data[i])
				}
			}
			d.Forward(x[2])
		}},
		{"Dropout", 3, func(x []*matrix.Matrix[T]) {
			d := layers.NewDropout[T](0.3)
			d.Mask, d.DAPrev = x[1], x[0]
			d.Backward(x[2])
		}},
	}
	for _, g := range []struct {
		name string
		g    layers.Activation[T]
	}{
		{"Sigmoid", layers.Sigmoid[T]{}},
		{"Tanh", layers.Tanh[T]{}},
		{"ReLU", layers.ReLU[T]{}},
		{"LeakyReLU", layers.LeakyReLU[T]{Slope: 0.01}},
		{"ELU", layers.ELU[T]{Alpha: 0.7}},
		{"Softplus", layers.Softplus[T]{}},
		{"GELU", layers.GELU[T]{}},
	} {
		list = append(list,
			elementwise[T]{g.name + "Forward", 2, func(x []*matrix.Matrix[T]) { g.g.Apply(x[0], x[1]) }},
			elementwise[T]{g.name + "Backward", 4, func(x []*matrix.Matrix[T]) {
				g.g.Backward(x[0], x[1], x[2], x[3])
			}})
	}
	return list
}

// updates are those of the optimizers.
func updates[T matrix.Float]() (list []elementwise[T]) {
	for _, o := range []struct {
		name    string
		moments int
		opt     func() optim.Optimizer[T]
	}{
		{"SGD", 0, func() optim.Optimizer[T] { return optim.SGD[T]{} }},
		{"Momentum", 1, func() optim.Optimizer[T] { return optim.NewMomentum[T](0.9) }},
		{"Nesterov", 1, func() optim.Optimizer[T] { return optim.NewNesterov[T](0.9) }},
		{"RMSProp", 1, func() optim.Optimizer[T] { return optim.NewRMSProp[T]() }},
		{"Adam", 2, func() optim.Optimizer[T] { return optim.NewAdam[T]() }},
		{"AdamW", 2, func() optim.Optimizer[T] { return optim.NewAdamW[T](0.1) }},
	} {
		opt := o.opt()
		list = append(list, elementwise[T]{o.name, 2 + o.moments, func(x []*matrix.Matrix[T]) {
			params := []matrix.Param[T]{{Value: x[0], Grad: x[1], Decay: true}}
			for k, m := range opt.State(params) {
				m.Data = x[2+k].Data
			}
			opt.Step(3, 0.01, params)
		}})
	}
	return list
}

// shaped returns matrices of so many rows.
func shaped[T matrix.Float](x [][]T, rows int) (list []*matrix.Matrix[T]) {
	for _, x := range x {
		list = append(list, &matrix.Matrix[T]{Rows: rows, Cols: len(x) / max(rows, 1), Data: x})
	}
	return list
}

// unaligned returns slices of n elements that begin anywhere, and the longer ones
// that they are parts of, which fill has set.
func unaligned[T matrix.Float](r *rand.Rand, count, n int, fill func(x []T)) (slices, whole [][]T) {
	const margin = 17
	for range count {
		x := make([]T, n+2*margin)
		fill(x)
		from := r.IntN(margin)
		slices, whole = append(slices, x[from:from+n:from+n]), append(whole, x)
	}
	return slices, whole
}

// fill sets x to numbers of all kinds: ordinary ones, of all magnitudes, and
// now and then one of those at which things go wrong.
func fill[T matrix.Float](r *rand.Rand, x []T) {
	for i := range x {
		v := r.NormFloat64()
		switch k := r.IntN(12); {
		case k == 0:
			v = special[r.IntN(len(special))]
		case k == 1:
			v *= math.Ldexp(1, r.IntN(80)-60)
		case k == 2:
			v = math.Float64frombits(r.Uint64())
			if unsafe.Sizeof(x[i]) == 4 {
				v = float64(math.Float32frombits(r.Uint32()))
			}
		case k <= 5:
			v *= 20
		}
		x[i] = T(v)
	}
}

var special = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1, -1, 0.7, -0.7,
	0x1p-1074, -0x1p-1074, 0x1p-1022, -0x1p-1022, 0x1p-149, -0x1p-149, 0x1p-126, 0x1.fffffcp-127,
	math.MaxFloat64, -math.MaxFloat64, math.MaxFloat32, -math.MaxFloat32, 1e30, -1e30,
	709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412, -708.4, 88.72284, -87.33655, -103.97208,
	18.7, 19.061547465398498, 19.0615474653985, 40, -40, 40.00000000000001, -40.00000000000001,
}

// everyTier runs f in every tier but the portable one, as a subtest.
func everyTier(t *testing.T, f func(t *testing.T)) {
	was, _ := kernel.CurrentTier()
	defer setTier(t, was)
	for _, tier := range kernel.Tiers() {
		if tier != kernel.Generic {
			setTier(t, tier)
			t.Run(string(tier), f)
		}
	}
}

func setTier(t testing.TB, tier kernel.Tier) {
	if err := kernel.SetTier(tier); err != nil {
		t.Fatal(err)
	}
}

// inGeneric runs f in the portable tier.
func inGeneric(t testing.TB, f func()) {
	was, _ := kernel.CurrentTier()
	setTier(t, kernel.Generic)
	f()
	setTier(t, was)
}

// lengths of the slices: all short ones, and long ones that are divided among
// threads and into pieces.
func lengths() []int {
	var list []int
	for n := range 71 {
		list = append(list, n)
	}
	return append(list, 127, 1000, 16383, 16385, 40001)
}

// Every operation gives in every tier the bits of the plain loop, and leaves
// what is beside its slices alone, wherever they begin.
func TestElementwise(t *testing.T) {
	everyTier(t, func(t *testing.T) {
		t.Run("float32", testElementwise[float32])
		t.Run("float64", testElementwise[float64])
	})
}

func testElementwise[T matrix.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, op := range operations[T]() {
		for _, n := range lengths() {
			slices, whole := unaligned(r, op.columns, n, func(x []T) { fill(r, x) })
			compare(t, op, n, slices, whole)
		}
	}
}

// compare runs an operation on matrices of so many rows, in the portable tier and
// in the one in use, and compares the whole arrays that they are parts of.
func compare[T matrix.Float](t testing.TB, op elementwise[T], rows int, slices, whole [][]T) {
	t.Helper()
	before, want := copies(whole), [][]T(nil)
	inGeneric(t, func() { op.do(shaped(slices, rows)) })
	want = copies(whole)
	for k := range whole {
		copy(whole[k], before[k])
	}
	op.do(shaped(slices, rows))
	for k := range whole {
		for i := range whole[k] {
			if !same(whole[k][i], want[k][i]) {
				t.Fatalf("%s of %d rows, %d elements: element %d of slice %d became %v, not %v (from %v)",
					op.name, rows, len(slices[0]), i, k, whole[k][i], want[k][i], at(before, i))
			}
		}
	}
}

func copies[T any](x [][]T) [][]T {
	c := make([][]T, len(x))
	for k := range x {
		c[k] = append([]T(nil), x[k]...)
	}
	return c
}

func at[T any](x [][]T, i int) (list []T) {
	for k := range x {
		list = append(list, x[k][i])
	}
	return list
}

// same compares bits, so that 0 is not -0; all NaN are one.
func same[T matrix.Float](a, b T) bool {
	return a != a && b != b || math.Float64bits(float64(a)) == math.Float64bits(float64(b))
}

// The result of a map may be any of its operands.
func TestInPlace(t *testing.T) {
	everyTier(t, func(t *testing.T) {
		t.Run("float32", testInPlace[float32])
		t.Run("float64", testInPlace[float64])
	})
}

func testInPlace[T matrix.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, op := range append(maps[T](), columnwise[T]()...) {
		for k := 1; k < op.columns; k++ {
			for _, cols := range []int{1, 7, 16, 40} {
				const rows = 3
				slices, whole := unaligned(r, op.columns, rows*cols, func(x []T) { fill(r, x) })
				slices[0], whole[0] = slices[k], whole[k]
				compare(t, op, rows, slices, whole)
			}
		}
	}
}

// No operation touches memory outside its slices.
func TestElementwiseStaysInside(t *testing.T) {
	everyTier(t, func(t *testing.T) {
		t.Run("float32", testElementwiseStaysInside[float32])
		t.Run("float64", testElementwiseStaysInside[float64])
	})
}

func testElementwiseStaysInside[T matrix.Float](t *testing.T) {
	for n := range 40 {
		atEnd, atStart := make([][]T, 4), make([][]T, 4)
		for k := range atEnd {
			atEnd[k], atStart[k] = kernel.Guarded[T](t, n)
		}
		for _, op := range operations[T]() {
			op.do(shaped(atEnd[:op.columns], n))
			op.do(shaped(atStart[:op.columns], n))
		}
	}
}

// The bits agree over a million arguments of each function.
func TestElementaryManyArguments(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 20_000
	}
	everyTier(t, func(t *testing.T) {
		testManyArguments[float32](t, n)
		testManyArguments[float64](t, n)
	})
}

func testManyArguments[T matrix.Float](t *testing.T, n int) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, op := range operations[T]()[:7] {
		x := [][]T{make([]T, n), make([]T, n)}
		for i := range x[1] {
			v := r.Float64()*1500 - 760
			switch i % 5 {
			case 1:
				v = 2*r.Float64() - 1
			case 2:
				v = math.Ldexp(2*r.Float64()-1, r.IntN(74)-64)
			case 3:
				v = math.Float64frombits(r.Uint64())
			case 4:
				v = float64(math.Float32frombits(r.Uint32()))
			}
			x[1][i] = T(v)
		}
		compare(t, op, n, x, x)
	}
}

// FuzzVector looks for bits that differ between the tiers. The data are the bits of
// the operands.
func FuzzVector(f *testing.F) {
	for op := range len(operations[float64]()) + len(columnwise[float64]()) {
		f.Add(uint8(op), uint8(3), []byte("0123456789abcdefghijklmnopqrstuvwxyz and some more, so that there is a whole vector of it"))
	}
	f.Fuzz(func(t *testing.T, op, rows uint8, data []byte) {
		everyTier(t, func(t *testing.T) {
			fuzzVector(t, op, rows, data, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) })
			fuzzVector(t, op, rows, data, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) })
		})
	})
}

func fuzzVector[T matrix.Float](t *testing.T, number, rows uint8, data []byte, decode func([]byte) T) {
	all := append(operations[T](), columnwise[T]()...)
	op, size := all[int(number)%len(all)], int(unsafe.Sizeof(T(0)))
	rows = rows%20 + 1
	n := len(data) / size / op.columns / int(rows) * int(rows)
	x := make([][]T, op.columns)
	for k := range x {
		for range n {
			x[k] = append(x[k], decode(data))
			data = data[size:]
		}
	}
	compare(t, op, int(rows), x, x)
}

// BenchmarkElementwise measures every operation in every tier, for slices of a
// small, a middling and a large network.
func BenchmarkElementwise(b *testing.B) {
	benchmarkElementwise[float32](b, "float32")
	benchmarkElementwise[float64](b, "float64")
}

func benchmarkElementwise[T matrix.Float](b *testing.B, typ string) {
	was, _ := kernel.CurrentTier()
	defer setTier(b, was)
	r := rand.New(rand.NewPCG(1, 2))
	for _, op := range operations[T]() {
		for _, n := range []int{128, 4096, 1 << 20} {
			x := make([][]T, op.columns)
			for k := range x {
				x[k] = make([]T, n)
				for i := range x[k] {
					x[k][i] = T(r.Float64())
				}
			}
			for _, tier := range kernel.Tiers() {
				setTier(b, tier)
				b.Run(fmt.Sprintf("%s/%s/n=%d/%s", op.name, typ, n, tier), func(b *testing.B) {
					b.SetBytes(int64(n * int(unsafe.Sizeof(T(0)))))
					x := shaped(x, n)
					for b.Loop() {
						op.do(x)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/element")
				})
			}
		}
	}
}
