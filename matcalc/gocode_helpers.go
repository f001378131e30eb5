package matcalc

// goHelpers are the declarations that generated code may need, by name. A file
// has those that it uses.
var goHelpers = map[string]string{
	"argument": `// argument is a matrix and the rows and columns that it must have.
type argument struct {
	name       string
	value      *mat.Dense
	shape      string
	rows, cols int
}`,
	"checkShapes": `// checkShapes returns an error for the first of args that has the wrong shape.
func checkShapes(args ...argument) error {
	for _, a := range args {
		switch r, c := a.value.Dims(); {
		case r == 0 || c == 0:
			return fmt.Errorf("%s is empty, want %s", a.name, a.shape)
		case r != a.rows || c != a.cols:
			return fmt.Errorf("%s is %d×%d, want %s = %d×%d", a.name, r, c, a.shape, a.rows, a.cols)
		}
	}
	return nil
}`,
	"checkSymmetric": `// checkSymmetric returns an error if a is not symmetric.
func checkSymmetric(name string, a *mat.Dense) error {
	n, _ := a.Dims()
	tolerance := 1e-10 * mat.Norm(a, 1)
	for i := range n {
		for j := range i {
			if math.Abs(a.At(i, j)-a.At(j, i)) > tolerance {
				return fmt.Errorf("%s is not symmetric: entries %d,%d and %d,%d are %v and %v", name, i, j, j, i, a.At(i, j), a.At(j, i))
			}
		}
	}
	return nil
}`,
	"cholesky": `// cholesky factorises the symmetric positive definite matrix a.
func cholesky(name string, a mat.Matrix) (*mat.Cholesky, error) {
	n, _ := a.Dims()
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			sym.SetSym(i, j, a.At(i, j))
		}
	}
	chol := new(mat.Cholesky)
	if !chol.Factorize(sym) {
		return nil, fmt.Errorf("%s is not positive definite", name)
	}
	return chol, nil
}`,
	"adjugate": `// adjugate returns the adjugate of a, which may be singular. With a = U·S·V' it
// is det(U)·det(V)·V·adj(S)·U'.
func adjugate(a mat.Matrix) (*mat.Dense, error) {
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDFull) {
		return nil, errors.New("the singular values of a matrix can't be found")
	}
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	sign := 1.0
	if mat.Det(&u)*mat.Det(&v) < 0 {
		sign = -1
	}
	s := svd.Values(nil)
	v.Apply(func(_, j int, x float64) float64 {
		x *= sign
		for k := range s {
			if k != j {
				x *= s[k]
			}
		}
		return x
	}, &v)
	adj := new(mat.Dense)
	adj.Mul(&v, u.T())
	return adj, nil
}`,
	"identity": `// identity returns the unit matrix.
func identity(n int) *mat.Dense {
	eye := mat.NewDense(n, n, nil)
	for i := range n {
		eye.Set(i, i, 1)
	}
	return eye
}`,
	"ones": `// ones returns a matrix of ones.
func ones(rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	m.Apply(func(_, _ int, _ float64) float64 { return 1 }, m)
	return m
}`,
	"dot": `// dot returns the sum of the products of the entries of a and b: tr(a'·b).
func dot(a, b mat.Matrix) float64 {
	rows, cols := a.Dims()
	sum := 0.0
	for i := range rows {
		for j := range cols {
			sum += a.At(i, j) * b.At(i, j)
		}
	}
	return sum
}`,
	"sum": `// sum returns the sum of term(i, j) over all entries of a rows×cols matrix.
func sum(rows, cols int, term func(i, j int) float64) float64 {
	s := 0.0
	for i := range rows {
		for j := range cols {
			s += term(i, j)
		}
	}
	return s
}`,
	"rowSums": `// rowSums returns the column of the sums of a's rows.
func rowSums(a mat.Matrix) *mat.Dense {
	rows, cols := a.Dims()
	sums := mat.NewDense(rows, 1, nil)
	for i := range rows {
		s := 0.0
		for j := range cols {
			s += a.At(i, j)
		}
		sums.Set(i, 0, s)
	}
	return sums
}`,
	"vec": `// vec returns the columns of a under one another.
func vec(a mat.Matrix) *mat.Dense {
	rows, cols := a.Dims()
	v := mat.NewDense(rows*cols, 1, nil)
	for i := range rows {
		for j := range cols {
			v.Set(j*rows+i, 0, a.At(i, j))
		}
	}
	return v
}`,
	"finite": `// finite reports whether x and all entries of ms are finite.
func finite(x float64, ms ...*mat.Dense) bool {
	for _, m := range ms {
		x += 0 * mat.Sum(m)
	}
	return !math.IsNaN(x) && !math.IsInf(x, 0)
}`,
	"square":  `func square(x float64) float64 { return x * x }`,
	"sigmoid": `func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }`,
	"softplus": `// softplus returns log(1+exp(x)).
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }`,
	"relu": `func relu(x float64) float64 { return max(x, 0) }`,
	"step": `// step returns 1 for x > 0, else 0.
func step(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}`,
	"sign": `// sign returns the sign of x, 0 for 0.
func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}`,
}

// goMath are the element-wise functions that package math has.
var goMath = map[string]string{
	"exp": "math.Exp", "log": "math.Log", "sqrt": "math.Sqrt", "sin": "math.Sin", "cos": "math.Cos",
	"tan": "math.Tan", "tanh": "math.Tanh", "abs": "math.Abs",
}
