package kernel

import "unsafe"

// op is an operation over whole slices.
type op uint8

const (
	opExp op = iota
	opExpm1
	opLog
	opLog1p
	opTanh
	opSigmoid
	opSoftplus
	opSigmoidBackward
	opTanhBackward
	opSoftplusBackward
	opLeakyReLU
	opLeakyReLUBackward
	opElu
	opEluBackward
	opGelu
	opGeluBackward
	opStandardise
	opShift
	opStandardiseBackward
	opAdd
	opSub
	opHadamard
	opScale
	opAddScaled
	opSgd
	opClip
	opDrop
	opMask
	opMomentum
	opNesterov
	opRmsProp
	opAdam
	opSquaredError
	opAbsoluteError
	opHuber
	opBinaryCrossEntropyLogits
	opBinaryCrossEntropy
	opCategoricalCrossEntropy
	opSoftmaxCrossEntropyLogits
	opSquaredErrorPrime
	opAbsoluteErrorPrime
	opHuberPrime
	opBinaryCrossEntropyPrime
	opBinaryCrossEntropyLogitsPrime
	opCategoricalCrossEntropyPrime
	opSoftmax
	opSoftmaxBackward
	opSoftmaxCrossEntropyLogitsPrime
	opRowSums
	opSum
	opSumSquares
	opNotFinite
	opRowTotals
	opRowSquares
	opRowProducts
)

// variant is a tier's assembly for a type.
type variant uint8

const (
	f32AVX2 variant = iota
	f64AVX2
	f32AVX512
	f64AVX512
)

// args is what the assembly reads; gen/vector.go has the offsets.
type args struct {
	n, m   int               // elements, or rows and columns
	stride int               // elements from column to column, where it is not n
	p      [6]unsafe.Pointer // the slices, those that are written first
	s      [8]float64        // the scalars
	wide   int               // the first of p that is float64 whatever the type; 0: none
	bad    uint64            // 1 if an optimizer wrote what is not finite
}

// atOnce is how many elements one call of the assembly goes over, which cannot
// be interrupted: some 50 µs of the slowest.
const atOnce = 1 << 14

// run runs an operation over the a.n elements of the slices and returns their
// number, or 0 if there is no assembly for it. The slices may be on the stack.
func run[T Float](o op, a *args) int {
	v, ok := variantOf[T]()
	if !ok {
		return 0
	}
	n := a.n
	for a.n > atOnce {
		first := *a
		first.n = atOnce
		call(o, v, &first)
		a.bad |= first.bad
		a.skip(atOnce, int(unsafe.Sizeof(T(0))))
	}
	call(o, v, a)
	return n
}

// skip leaves out the first n elements, of the given size.
func (a *args) skip(n, size int) {
	a.n -= n
	for k, p := range a.p {
		if a.wide > 0 && k >= a.wide {
			size = 8
		}
		if p != nil {
			a.p[k] = unsafe.Add(p, n*size)
		}
	}
}

// pointer returns the start of x, which must have n elements.
func pointer[T Float](x []T, n int) unsafe.Pointer {
	if len(x) != n {
		panic("kernel: slices of different lengths")
	}
	return unsafe.Pointer(unsafe.SliceData(x))
}

func args1[T Float](y []T) args {
	n := len(y)
	return args{n: n, p: [6]unsafe.Pointer{pointer(y, n)}}
}

func args2[T Float](y, x []T) args {
	n := len(y)
	return args{n: n, p: [6]unsafe.Pointer{pointer(y, n), pointer(x, n)}}
}

func args3[T Float](y, x1, x2 []T) args {
	n := len(y)
	return args{n: n, p: [6]unsafe.Pointer{pointer(y, n), pointer(x1, n), pointer(x2, n)}}
}

func args4[T Float](y, x1, x2, x3 []T) args {
	n := len(y)
	return args{n: n, p: [6]unsafe.Pointer{pointer(y, n), pointer(x1, n), pointer(x2, n), pointer(x3, n)}}
}
