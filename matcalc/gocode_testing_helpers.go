package matcalc

// goTestHelpers are the declarations that a generated test may need.
var goTestHelpers = map[string]string{
	"random": `// random returns a matrix of normally distributed numbers.
func random(rng *rand.Rand, rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	m.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, m)
	return m
}`,
	"randomPositive": `// randomPositive returns a matrix of numbers between 0.5 and 1.5.
func randomPositive(rng *rand.Rand, rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	m.Apply(func(_, _ int, _ float64) float64 { return 0.5 + rng.Float64() }, m)
	return m
}`,
	"randomStochastic": `// randomStochastic returns a matrix with columns that sum to 1.
func randomStochastic(rng *rand.Rand, rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	for j := range cols {
		sum := 0.0
		for i := range rows {
			m.Set(i, j, 0.5+rng.Float64())
			sum += m.At(i, j)
		}
		for i := range rows {
			m.Set(i, j, m.At(i, j)/sum)
		}
	}
	return m
}`,
	"randomSymmetric": `func randomSymmetric(rng *rand.Rand, n, _ int) *mat.Dense {
	m := random(rng, n, n)
	m.Add(m, mat.DenseCopyOf(m.T()))
	return m
}`,
	"randomSPD": `func randomSPD(rng *rand.Rand, n, _ int) *mat.Dense {
	a := random(rng, n, n)
	m := new(mat.Dense)
	m.Mul(a.T(), a)
	for i := range n {
		m.Set(i, i, m.At(i, i)+1)
	}
	return m
}`,
	"randomDiagonal": `func randomDiagonal(rng *rand.Rand, n, _ int) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	for i := range n {
		m.Set(i, i, 0.5+rng.Float64())
	}
	return m
}`,
	"randomInvertible": `// randomInvertible returns a matrix with a positive determinant.
func randomInvertible(rng *rand.Rand, n, _ int) *mat.Dense {
	m := random(rng, n, n)
	for i := range n {
		m.Set(i, i, m.At(i, i)+3)
	}
	if mat.Det(m) < 0 {
		for j := range n {
			m.Set(0, j, -m.At(0, j))
		}
	}
	return m
}`,
	"randomOrthogonal": `func randomOrthogonal(rng *rand.Rand, n, _ int) *mat.Dense {
	var qr mat.QR
	qr.Factorize(random(rng, n, n))
	m := new(mat.Dense)
	qr.QTo(m)
	return m
}`,
	"slope": `// slope returns the derivative of f at 0 by central differences of order four.
func slope(f func(h float64) (float64, error)) (float64, error) {
	const h = 1e-3
	sum := 0.0
	for _, p := range [...]struct{ at, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
		y, err := f(p.at * h)
		if err != nil {
			return 0, err
		}
		sum += p.weight * y
	}
	return sum / (12 * h), nil
}`,
	"differences": `// differences returns the gradient of f by central differences: f is evaluated
// while an entry of x is another.
func differences(x *mat.Dense, f func() (float64, error)) (*mat.Dense, error) {
	rows, cols := x.Dims()
	grad := mat.NewDense(rows, cols, nil)
	for i := range rows {
		for j := range cols {
			old := x.At(i, j)
			d, err := slope(func(h float64) (float64, error) {
				x.Set(i, j, old+h)
				defer x.Set(i, j, old)
				return f()
			})
			if err != nil {
				return nil, err
			}
			grad.Set(i, j, d)
		}
	}
	return grad, nil
}`,
	"symmetricDifferences": `// symmetricDifferences returns the gradient of f among symmetric matrices.
func symmetricDifferences(x *mat.Dense, f func() (float64, error)) (*mat.Dense, error) {
	n, _ := x.Dims()
	grad := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range i + 1 {
			old := x.At(i, j)
			d, err := slope(func(h float64) (float64, error) {
				x.Set(i, j, old+h)
				x.Set(j, i, old+h)
				defer x.Set(i, j, old)
				defer x.Set(j, i, old)
				return f()
			})
			if err != nil {
				return nil, err
			}
			if i != j {
				d /= 2 // two entries moved
			}
			grad.Set(i, j, d)
			grad.Set(j, i, d)
		}
	}
	return grad, nil
}`,
	"diagonalDifferences": `// diagonalDifferences returns the gradient of f among diagonal matrices.
func diagonalDifferences(x *mat.Dense, f func() (float64, error)) (*mat.Dense, error) {
	n, _ := x.Dims()
	grad := mat.NewDense(n, n, nil)
	for i := range n {
		old := x.At(i, i)
		d, err := slope(func(h float64) (float64, error) {
			x.Set(i, i, old+h)
			defer x.Set(i, i, old)
			return f()
		})
		if err != nil {
			return nil, err
		}
		grad.Set(i, i, d)
	}
	return grad, nil
}`,
	"differencesOfColumn": `// differencesOfColumn returns the derivatives of the column f by the column x,
// those by an entry of x as a column.
func differencesOfColumn(x *mat.Dense, f func() (*mat.Dense, error)) (*mat.Dense, error) {
	n, _ := x.Dims()
	all := mat.NewDense(n, n, nil)
	for i := range n {
		column, err := differences(x, func() (float64, error) {
			y, err := f()
			if err != nil {
				return 0, err
			}
			return y.At(i, 0), nil
		})
		if err != nil {
			return nil, err
		}
		all.SetRow(i, column.RawMatrix().Data)
	}
	return all, nil
}`,
	"compare": `// compare reports an error unless got is want but for the tolerance.
func compare(t *testing.T, what string, got, want *mat.Dense, tolerance float64) {
	t.Helper()
	var d mat.Dense
	d.Sub(got, want)
	if e := mat.Norm(&d, 2) / max(1, mat.Norm(want, 2)); !(e <= tolerance) {
		t.Errorf("%s is\n%v\nwant\n%v\nrelative error %.1e", what, mat.Formatted(got), mat.Formatted(want), e)
	}
}`,
	"number": `func number(x float64) *mat.Dense { return mat.NewDense(1, 1, []float64{x}) }`,
}
