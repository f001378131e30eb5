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
	a := args{n: len(y), p: [6]unsafe.Pointer{unsafe.Pointer(unsafe.SliceData(y))}}
	for j := 0; j < columns; j += atATime {
		a.m = min(atATime, columns-j)
		a.p[1] = unsafe.Pointer(&x[j*len(y)])
		call(opRowSums, v, &a)
	}
	return columns
}

// RowTotals sets total i to the sum of row i of x, which has columns of as many
// elements as there are totals, in the sixteen lanes of matrix.Sum. It returns how
// many rows it did; so do RowSquares, with the squares of x less the center of the
// row, and RowProducts, with the products of x and y.
func RowTotals[T Float](total []float64, x []T) int {
	return rowTotals(opRowTotals, total, x, nil, nil)
}

func RowSquares[T Float](total []float64, x []T, center []float64) int {
	return rowTotals(opRowSquares, total, x, nil, center)
}

func RowProducts[T Float](total []float64, x, y []T) int {
	return rowTotals(opRowProducts, total, x, y, nil)
}

func rowTotals[T Float](o op, total []float64, x, y []T, center []float64) int {
	v, ok := variantOf[T]()
	if !ok || len(x) == 0 {
		return 0
	}
	rows, columns := len(total), len(x)/len(total)
	atATime := max(1, atOnce/columns/8) * 8
	for i := 0; i < rows; i += atATime {
		a := args{n: min(atATime, rows-i), m: columns, stride: rows}
		a.p[0], a.p[1] = unsafe.Pointer(&total[i]), unsafe.Pointer(&x[i])
		if y != nil {
			a.p[2] = unsafe.Pointer(&y[i])
		}
		if center != nil {
			a.p[3] = unsafe.Pointer(&center[i])
		}
		call(o, v, &a)
	}
	return rows
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
		a := args{n: len(piece), p: [6]unsafe.Pointer{unsafe.Pointer(lanes), unsafe.Pointer(unsafe.SliceData(piece))}}
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
		a := args{n: len(piece), p: [6]unsafe.Pointer{unsafe.Pointer(unsafe.SliceData(piece))}}
		call(opNotFinite, v, &a)
		if *(*[8]uint64)(unsafe.Pointer(&a.s)) != [8]uint64{} {
			return i
		}
	}
	return len(x)
}
