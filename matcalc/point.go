package matcalc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// NewPoint returns the point with these sizes of the dimensions and values of
// the variables: numbers, or lists of rows. The variable to differentiate by
// moves, in some direction, so that what is constant is not taken for a kink.
// Errors are of kind BadDims.
func (s *Scope) NewPoint(sizes map[string]int, values map[string]json.RawMessage) (*Point, error) {
	p := &Point{Sizes: sizes, Values: map[string]*mat.Dense{}}
	for _, v := range s.Vars {
		rows, err := v.shape.Rows.Value(sizes)
		if err != nil {
			return nil, errorf(BadDims, "%v", err)
		}
		cols, err := v.shape.Cols.Value(sizes)
		if err != nil {
			return nil, errorf(BadDims, "%v", err)
		}
		data, ok := values[v.name]
		if !ok {
			return nil, errorf(BadDims, "%s has no value", v.name)
		}
		if p.Values[v.name], err = ReadMatrix(data, rows, cols); err != nil {
			return nil, errorf(BadDims, "%s is %s, which is %d×%d here: %v", v.name, v.shape, rows, cols, err)
		}
	}
	if s.Wrt != nil {
		p.Dir = map[string]*mat.Dense{s.Wrt.name: s.direction(rand.New(rand.NewPCG(0, 3)), s.Wrt, sizes)}
	}
	return p, nil
}

// Misfit says which variable's value at a point does not have a property that it
// is declared with, and is nil if all have: an answer holds only where they do.
func (s *Scope) Misfit(p *Point) error {
	for _, v := range s.Vars {
		for _, q := range propNames {
			if !v.Is(q.prop) || hasProperty(p.Values[v.name], q.prop) {
				continue
			}
			kind := BadDims
			if q.prop == Invertible {
				kind = SingularPoint
			}
			return errorf(kind, "%s must be %s, as it is declared, and its value is not", v.name, q.name)
		}
	}
	return nil
}

// hasProperty reports whether a matrix has a property, but for rounding.
func hasProperty(m *mat.Dense, property Props) bool {
	n, _ := m.Dims()
	var off mat.Dense
	switch property {
	case Symmetric:
		off.Sub(m, m.T())
	case Spd:
		var cholesky mat.Cholesky
		symmetric := mat.NewSymDense(n, nil)
		for i := range n {
			for j := i; j < n; j++ {
				symmetric.SetSym(i, j, m.At(i, j))
			}
		}
		return cholesky.Factorize(symmetric)
	case Invertible:
		return mat.Cond(m, 1) < worstCondition
	case Diagonal:
		off.Apply(func(i, j int, x float64) float64 {
			if i == j {
				return 0
			}
			return x
		}, m)
	case Orthogonal:
		off.Mul(m.T(), m)
		for i := range n {
			off.Set(i, i, off.At(i, i)-1)
		}
	case Positive:
		return mat.Min(m) > 0
	}
	return mat.Norm(&off, 1) <= 1e-8*mat.Norm(m, 1)
}

// ReadMatrix reads a rows×cols matrix from JSON: a list of rows, a list of
// numbers for a vector, or a number.
func ReadMatrix(data json.RawMessage, rows, cols int) (*mat.Dense, error) {
	var number float64
	var vector []float64
	var matrix [][]float64
	switch {
	case bytes.Contains(data, []byte("null")): // would be read as 0
		return nil, fmt.Errorf("the value has a null in it")
	case json.Unmarshal(data, &number) == nil:
		matrix = [][]float64{{number}}
	case json.Unmarshal(data, &vector) == nil && cols == 1:
		for _, x := range vector {
			matrix = append(matrix, []float64{x})
		}
	case json.Unmarshal(data, &vector) == nil:
		matrix = [][]float64{vector}
	case json.Unmarshal(data, &matrix) != nil:
		return nil, fmt.Errorf("the value is not a matrix of numbers")
	}
	var entries []float64
	for i, row := range matrix {
		if len(row) != cols {
			return nil, fmt.Errorf("row %d of the value has %d numbers", i+1, len(row))
		}
		entries = append(entries, row...)
	}
	if len(matrix) != rows || rows == 0 {
		return nil, fmt.Errorf("the value has %d rows", len(matrix))
	}
	return mat.NewDense(rows, cols, entries), nil
}

// Sizes returns sizes for all dimensions: those of given, and for the others
// small numbers, all different as far as they go. Each set from 0 on has other
// ones.
func (s *Scope) Sizes(set int, given map[string]int) map[string]int {
	sizes := maps.Clone(given)
	if sizes == nil {
		sizes = map[string]int{}
	}
	choices := []int{3, 4, 2, 5, 6, 7}
	i := 0
	for _, name := range s.Dims() {
		if sizes[name] == 0 {
			sizes[name] = choices[(i+set)%len(choices)]
			i++
		}
	}
	return sizes
}

// RandomPoint returns a random point where all of es are finite, with a random
// direction for the variables that move. The variables have the properties that
// they are declared with, and so have their directions; abstract functions are
// replaced by some that have such derivatives. It fails with an error
// of kind OutsideDomain where no such point is found.
func (s *Scope) RandomPoint(rng *rand.Rand, sizes map[string]int, moving []*Expr, es ...*Expr) (p *Point, err error) {
	defer Catch(&err)
	const tries = 200
	for try := range tries {
		p := s.draw(rng, sizes, moving, try)
		ok, err := s.finiteAt(p, es)
		if err != nil {
			return nil, err
		}
		if ok {
			return p, nil
		}
	}
	return nil, errorf(OutsideDomain, "in %d random points with %s there is none where everything is finite and smooth", tries, sizesText(sizes))
}

func sizesText(sizes map[string]int) string {
	text := ""
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		text += fmt.Sprintf(", %s=%d", name, sizes[name])
	}
	if text == "" {
		return "scalars only"
	}
	return text[2:]
}

// finiteAt reports whether all values of es are finite at p, and none is beyond
// what can be computed with.
func (s *Scope) finiteAt(p *Point, es []*Expr) (bool, error) {
	ev := s.At(p)
	for _, e := range es {
		v, err := ev.Value(e)
		if err != nil {
			return false, err
		}
		for _, x := range v.RawMatrix().Data {
			if math.IsNaN(x) || math.Abs(x) > 1e8 {
				return false, nil
			}
		}
	}
	return len(ev.met) == 0, nil
}

// draw returns a random point. Later tries are nearer to 0 or farther away, and
// every other one has all entries positive.
func (s *Scope) draw(rng *rand.Rand, sizes map[string]int, moving []*Expr, try int) *Point {
	p := &Point{Sizes: sizes, Values: map[string]*mat.Dense{}, Dir: map[string]*mat.Dense{}, standIns: true}
	scales := []float64{1, 1, 0.5, 0.2, 0.1, 0.03, 5, 25, 125}
	if try < 50 {
		scales = scales[:5]
	}
	scale := scales[try%len(scales)]
	for _, v := range s.Vars {
		props := v.props
		if try >= 10 && try%2 == 1 && props == 0 {
			props = Positive
		}
		p.Values[v.name] = s.random(rng, v, sizes, props, scale)
	}
	for _, v := range moving {
		p.Dir[v.name] = s.direction(rng, v, sizes)
	}
	return p
}

// direction returns a random direction in which v may move.
func (s *Scope) direction(rng *rand.Rand, v *Expr, sizes map[string]int) *mat.Dense {
	return s.random(rng, v, sizes, v.props&(Symmetric|Diagonal), 1)
}

// random returns a random matrix of v's shape with properties.
func (s *Scope) random(rng *rand.Rand, v *Expr, sizes map[string]int, props Props, scale float64) *mat.Dense {
	rows, cols := s.At(&Point{Sizes: sizes}).size(v.shape)
	m := mat.NewDense(rows, cols, nil)
	fill := func(f func() float64) { m.Apply(func(i, j int, x float64) float64 { return f() }, m) }
	fill(func() float64 { return scale * rng.NormFloat64() })
	has := func(p Props) bool { return props&p != 0 }
	switch {
	case has(Positive) && !has(Symmetric|Orthogonal|Stochastic):
		fill(func() float64 { return scale * (0.2 + 1.5*rng.Float64()) })
	case has(Stochastic):
		fill(func() float64 { return 0.2 + 1.5*rng.Float64() })
		for j := range cols {
			column := mat.Col(nil, j, m)
			for i, x := range column {
				m.Set(i, j, x/floats.Sum(column))
			}
		}
	case has(Orthogonal) && !has(Symmetric):
		var qr mat.QR
		qr.Factorize(m)
		qr.QTo(m)
	case has(Diagonal):
		m.Apply(func(i, j int, x float64) float64 {
			if i != j {
				return 0
			}
			return diagonalEntry(x, props)
		}, m)
	case has(Symmetric):
		symmetric(m, props)
	}
	return m
}

// diagonalEntry returns a random entry for a diagonal matrix, made of a normal x.
func diagonalEntry(x float64, props Props) float64 {
	switch {
	case props&Orthogonal != 0:
		return math.Copysign(1, x)
	case props&Spd != 0:
		return 0.3 + math.Abs(x)
	case props&Invertible != 0:
		return x + math.Copysign(0.3, x)
	}
	return x
}

// symmetric makes the random matrix m symmetric.
func symmetric(m *mat.Dense, props Props) {
	n, _ := m.Dims()
	a := mat.DenseCopyOf(m)
	switch {
	case props&Spd != 0:
		m.Mul(a, a.T())
		for i := range n {
			m.Set(i, i, m.At(i, i)+0.5)
		}
	case props&Orthogonal != 0: // a reflection
		column := a.ColView(0)
		m.Outer(-2/mat.Dot(column, column), column, column)
		for i := range n {
			m.Set(i, i, m.At(i, i)+1)
		}
	default:
		m.Add(a, a.T())
		m.Scale(0.5, m)
	}
	if props&Positive != 0 {
		m.Apply(func(i, j int, x float64) float64 { return math.Abs(x) + 0.01 }, m)
	}
}

// Differences returns the derivative of e by the variable wrt, by five-point
// central differences: for a scalar e the gradient, of the shape of wrt (for a
// symmetric or diagonal wrt that within those matrices), for a column e the
// Jacobian, one column for each entry of wrt.
func (s *Scope) Differences(e, wrt *Expr, p *Point) (result *mat.Dense, err error) {
	defer Catch(&err)
	rows, cols := s.At(p).size(wrt.shape)
	gradient := mat.NewDense(rows, cols, nil)
	var jacobian *mat.Dense
	for i := range rows {
		for j := range cols {
			if wrt.Is(Diagonal) && i != j {
				continue
			}
			column := s.difference(e, wrt, p, i, j)
			if e.IsScalar() {
				gradient.Set(i, j, column[0])
				continue
			}
			if jacobian == nil {
				jacobian = mat.NewDense(len(column), rows*cols, nil)
			}
			jacobian.SetCol(j*rows+i, column)
		}
	}
	if jacobian != nil {
		return jacobian, nil
	}
	return gradient, nil
}

// difference returns the derivative of the entries of e by entry (i,j) of wrt,
// which takes (j,i) with it, half each, where wrt is symmetric.
func (s *Scope) difference(e, wrt *Expr, p *Point, i, j int) []float64 {
	x := p.Values[wrt.name]
	h := 1e-3 * max(1, math.Abs(x.At(i, j)))
	moved := *p
	moved.Values = maps.Clone(p.Values)
	var sum []float64
	for _, step := range []struct{ at, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
		y := mat.DenseCopyOf(x)
		if wrt.Is(Symmetric) {
			y.Set(i, j, y.At(i, j)+step.at*h/2)
			y.Set(j, i, y.At(j, i)+step.at*h/2)
		} else {
			y.Set(i, j, y.At(i, j)+step.at*h)
		}
		moved.Values[wrt.name] = y
		value := s.At(&moved).dual(e).v
		if sum == nil {
			sum = make([]float64, len(value))
		}
		for k, v := range value {
			sum[k] += step.weight * v / (12 * h)
		}
	}
	return sum
}
