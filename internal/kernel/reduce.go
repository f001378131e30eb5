package kernel

import "unsafe"

// RowSums adds to y the columns of x, of len(y) elements each, one after the
// other. It returns how many columns it did.
func RowSums[T Float](y, x []T) int {
	v, ok := variantOf[T]()
	if !ok || len(y) == 0 {
		return 0
	}
	columns, atATime := len(x)/len(y), max(1, atOnce/len(y))
	a := args{n: len(y), p: [4]unsafe.Pointer{unsafe.Pointer(unsafe.SliceData(y))}}
	for j := 0; j < columns; j += atATime {
		a.m = min(atATime, columns-j)
		a.p[1] = unsafe.Pointer(&x[j*len(y)])
		call(opRowSums, v, &a)
	}
	return columns
}

// Sum adds element i of x to lane i mod 16. It returns how many elements it
// did; so does SumSquares, with the squares.
func Sum[T Float](lanes *[16]float64, x []T) int { return sum(opSum, lanes, x) }

func SumSquares[T Float](lanes *[16]float64, x []T) int { return sum(opSumSquares, lanes, x) }

func sum[T Float](o op, lanes *[16]float64, x []T) int {
	v, ok := variantOf[T]()
	if !ok {
		return 0
	}
	for i := 0; i < len(x); i += atOnce {
		piece := x[i:min(i+atOnce, len(x))]
		a := args{n: len(piece), p: [4]unsafe.Pointer{unsafe.Pointer(lanes), unsafe.Pointer(unsafe.SliceData(piece))}}
		call(o, v, &a)
	}
	return len(x)
}

// Finite returns the length of the part of x, from the first element on, that it
// found to hold neither NaN nor an infinity; that of x if there is no other.
func Finite[T Float](x []T) int {
	v, ok := variantOf[T]()
	if !ok {
		return 0
	}
	for i := 0; i < len(x); i += atOnce {
		piece := x[i:min(i+atOnce, len(x))]
		a := args{n: len(piece), p: [4]unsafe.Pointer{unsafe.Pointer(unsafe.SliceData(piece))}}
		call(opNotFinite, v, &a)
		if *(*[8]uint64)(unsafe.Pointer(&a.s)) != [8]uint64{} {
			return i
		}
	}
	return len(x)
}
