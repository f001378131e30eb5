package matcalc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Dim is a symbolic number of rows or columns: a number times names, such as
// 3, n or m*n (the rows of vec(X)). Dims are compared with ==: two that are
// written alike are the same, two that are not are taken to be different.
type Dim struct {
	n     int    // the number, at least 1
	names string // sorted, with * between them
}

// One is the dimension of a scalar's sides.
var One = DimOf(1)

// DimOf returns the dimension n, at least 1.
func DimOf(n int) Dim { return Dim{n: n} }

// DimNamed returns the dimension that a name stands for.
func DimNamed(name string) Dim { return Dim{1, name} }

// maxDim is the largest number in a dimension.
const maxDim = 1 << 30

// Times returns the product of two dimensions. It panics with an *Error if that
// is too large.
func (d Dim) Times(e Dim) Dim {
	if d.n > maxDim/e.n {
		panic(errorf(TooLarge, "a matrix with more than %d rows or columns", maxDim))
	}
	names := append(d.factors(), e.factors()...)
	slices.Sort(names)
	return Dim{d.n * e.n, strings.Join(names, "*")}
}

// factors returns the names in d.
func (d Dim) factors() []string {
	if d.names == "" {
		return nil
	}
	return strings.Split(d.names, "*")
}

// String returns d as the grammar writes it.
func (d Dim) String() string {
	switch {
	case d.names == "":
		return strconv.Itoa(d.n)
	case d.n == 1:
		return d.names
	}
	return strconv.Itoa(d.n) + "*" + d.names
}

// Value returns the number that d stands for when its names have these values.
func (d Dim) Value(sizes map[string]int) (int, error) {
	n := d.n
	for _, name := range d.factors() {
		size, ok := sizes[name]
		if !ok {
			return 0, fmt.Errorf("dimension %s has no value", name)
		}
		if size < 1 || n > maxDim/size {
			return 0, fmt.Errorf("dimension %s is %d: not between 1 and %d", d, size, maxDim)
		}
		n *= size
	}
	return n, nil
}

// Shape is the rows and columns of an expression.
type Shape struct{ Rows, Cols Dim }

// Scalar is the shape of scalars. An expression of this shape is a scalar,
// whatever it is made of: x'*y, too.
var Scalar = Shape{One, One}

func (s Shape) String() string { return s.Rows.String() + "×" + s.Cols.String() }

// T returns the shape of the transpose.
func (s Shape) T() Shape { return Shape{s.Cols, s.Rows} }

// IsScalar reports whether s is 1×1.
func (s Shape) IsScalar() bool { return s == Scalar }

// IsSquare reports whether rows and columns are the same.
func (s Shape) IsSquare() bool { return s.Rows == s.Cols }

// IsColumn reports whether s has one column, IsRow whether it has one row.
func (s Shape) IsColumn() bool { return s.Cols == One }
func (s Shape) IsRow() bool    { return s.Rows == One }
