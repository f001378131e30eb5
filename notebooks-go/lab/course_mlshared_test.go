package lab_test

import (
	"math"
	"slices"

	"gradlab/data"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
)

// What the exercises of the older course share.

// theta is the layer of exercises 1, 2, 3 and 5: z = θ·x, or with several outputs
// Θ·x. Instead of a b there is the θ of the first x, which is 1 as a rule, and
// which is not regularised.
type theta struct {
	*layers.Dense[float64]
	params []matrix.Param[float64]
}

func newTheta(values *matrix.Matrix[float64]) *theta { return thetaOf(dense(values, nil, identity)) }

func thetaOf(d *layers.Dense[float64]) *theta {
	part := func(name string, from, to int, decay bool) matrix.Param[float64] {
		value, grad := d.W.Columns(from, to), d.DW.Columns(from, to)
		return matrix.Param[float64]{Name: name, Value: &value, Grad: &grad, Decay: decay}
	}
	return &theta{d, []matrix.Param[float64]{part("first", 0, 1, false), part("W", 1, d.W.Cols, true)}}
}

func (t *theta) Params() []matrix.Param[float64] { return t.params }

func (t *theta) Clone() layers.Layer[float64] {
	return thetaOf(t.Dense.Clone().(*layers.Dense[float64]))
}

// zeroTheta returns the layer with all k×n parameters 0.
func zeroTheta(k, n int) *theta { return newTheta(matrix.New[float64](k, n)) }

// linear returns a network without an output of its own.
func linear(t *theta) *nn.Network[float64] {
	return &nn.Network[float64]{Layers: []layers.Layer[float64]{t}}
}

// halfSquare is the J of linear regression, 1/(2m)·Σ(ŷ-y)²: half our mean squared
// error.
type halfSquare struct {
	losses.MeanSquaredError[float64]
}

func (h halfSquare) Value(yhat, y *matrix.Matrix[float64]) float64 {
	return h.MeanSquaredError.Value(yhat, y) / 2
}

func (h halfSquare) Prime(dyhat, yhat, y *matrix.Matrix[float64]) {
	h.MeanSquaredError.Prime(dyhat, yhat, y)
	matrix.Scale(dyhat, 0.5, dyhat)
}

// steps are what is done to the features before the training.
type steps struct {
	degree          int // of the map of two features to their monomials; 0: none
	p               int // of the powers of one feature; 0: none
	normalize       bool
	intercept       bool
	mean, deviation []float64 // of the features of the training set
}

// steps returns the steps that the inputs ask for, among those that a function
// knows, for a training set.
func (in *inputs) steps(x *matrix.Matrix[float64], known ...string) *steps {
	asked := func(name string) int {
		if !slices.Contains(known, name) || !in.has(name) {
			return 0
		}
		return in.count(name)
	}
	s := &steps{degree: asked("feature_map_degree"), p: asked("p"), intercept: asked("add_intercept") != 0}
	s.normalize = asked("normalize") != 0 || s.p > 0
	if s.degree > 0 && x.Rows != 2 || s.p > 0 && x.Rows != 1 {
		in.t.Fatalf("X has %d features, and the features that are to be made of them need 2 (feature_map_degree) or 1 (p)", x.Rows)
	}
	s.mean, s.deviation = moments(s.features(x))
	return s
}

// moments returns the mean and the standard deviation (with n-1) of every row.
func moments(x *matrix.Matrix[float64]) (mean, deviation []float64) {
	m := float64(x.Cols)
	mean, deviation = make([]float64, x.Rows), make([]float64, x.Rows)
	matrix.RowTotals(mean, x)
	for i := range mean {
		mean[i] /= m
	}
	matrix.RowSquares(deviation, x, mean)
	for i := range deviation {
		deviation[i] = math.Sqrt(deviation[i] / (m - 1))
	}
	return mean, deviation
}

// features makes new features of those of x.
func (s *steps) features(x *matrix.Matrix[float64]) *matrix.Matrix[float64] {
	switch {
	case s.degree > 0:
		x = monomials(x, s.degree)
	case s.p > 0:
		x = powers(x, s.p)
	}
	return x
}

// of returns what the steps make of x, n×m.
func (s *steps) of(x *matrix.Matrix[float64]) *matrix.Matrix[float64] {
	x = s.features(x)
	if s.normalize {
		x = normalized(x, s.mean, s.deviation)
	}
	if s.intercept {
		x = withOnes(x)
	}
	return x
}

// monomials returns x₁^(i-j)·x₂^j for i = 0, …, degree and j = 0, …, i.
func monomials(x *matrix.Matrix[float64], degree int) *matrix.Matrix[float64] {
	z := matrix.New[float64]((degree+1)*(degree+2)/2, x.Cols)
	for c := range x.Cols {
		x, z := x.Col(c), z.Col(c)
		for i := range degree + 1 {
			for j := range i + 1 {
				z[i*(i+1)/2+j] = matrix.PowInt(x[0], i-j) * matrix.PowInt(x[1], j)
			}
		}
	}
	return z
}

// powers returns x, x², …, xᵖ.
func powers(x *matrix.Matrix[float64], p int) *matrix.Matrix[float64] {
	z := matrix.New[float64](p, x.Cols)
	for c := range x.Cols {
		for k := range p {
			z.Set(k, c, matrix.PowInt(x.Col(c)[0], k+1))
		}
	}
	return z
}

func normalized(x *matrix.Matrix[float64], mean, deviation []float64) *matrix.Matrix[float64] {
	z := matrix.New[float64](x.Rows, x.Cols)
	for c := range x.Cols {
		for i, v := range x.Col(c) {
			z.Set(i, c, (v-mean[i])/deviation[i])
		}
	}
	return z
}

// withOnes returns x under a row of ones.
func withOnes(x *matrix.Matrix[float64]) *matrix.Matrix[float64] {
	z := matrix.New[float64](x.Rows+1, x.Cols)
	for c := range x.Cols {
		z.Set(0, c, 1)
		copy(z.Col(c)[1:], x.Col(c))
	}
	return z
}

// rowSet returns the data set of the inputs X and y, whose rows are examples,
// after the steps, and the steps.
func (in *inputs) rowSet(known ...string) (*data.Dataset[float64], *steps) {
	x := in.examples("X", "m", "features")
	s := in.steps(x, known...)
	return &data.Dataset[float64]{X: s.of(x), Y: in.labels("y", "m")}, s
}

// labels returns a list of labels as a row. Some files have them as a column.
func (in *inputs) labels(name, m string) *matrix.Matrix[float64] {
	in.t.Helper()
	if a := in.any(name); len(a.shape) == 2 {
		return in.examples(name, m, "1")
	}
	return newArray(in.vector(name, m)).flat()
}

// theta returns the layer with the input of this name, for the features of x.
func (in *inputs) theta(name string, x *matrix.Matrix[float64]) *theta {
	values := in.vector(name, "n of "+name)
	in.fits(name, len(values), x)
	return newTheta(newArray(values).flat())
}

// fits fails the case unless there are n features.
func (in *inputs) fits(name string, n int, x *matrix.Matrix[float64]) {
	in.t.Helper()
	if n != x.Rows {
		in.t.Fatalf("%s is for %d features, and after all steps X has the shape [%d %d]", name, n, x.Cols, x.Rows)
	}
}

// predictions returns a list of outputs for the rows of x_predict, times a factor,
// or nothing where there are none.
func (in *inputs) predictions(name string, net *nn.Network[float64], s *steps, factor float64) outputs {
	if !in.has("x_predict") {
		return outputs{}
	}
	p := net.Predict(s.of(in.examples("x_predict", "q", "features"))).Clone()
	matrix.Scale(p, factor, p)
	return outputs{name: p.Data}
}

// costs returns J and the gradient for each of the inputs thetas and lambdas.
func (in *inputs) costs(set *data.Dataset[float64], loss losses.Loss[float64], lambdas []float64) outputs {
	thetas := in.examples("thetas", "k", "n")
	in.fits("thetas", thetas.Rows, set.X)
	if lambdas == nil {
		lambdas = make([]float64, thetas.Cols)
	}
	var j []float64
	var grad [][]float64
	for k, lambda := range lambdas {
		t := newTheta(array{shape: []int{1, thetas.Rows}, data: thetas.Col(k)}.matrix())
		j = append(j, objective(network(t), loss, set, lambda))
		grad = append(grad, t.DW.Data)
	}
	return outputs{"J": j, "grad": grad}
}

// thetas returns the network of the inputs Theta1 and Theta2.
func (in *inputs) thetas() *nn.Network[float64] {
	return thetaNetwork(in.matrix("Theta1", "h", "n+1"), in.matrix("Theta2", "K", "h+1"))
}

// thetaNetwork returns a network of layers whose first column of parameters is b.
func thetaNetwork(theta1, theta2 *matrix.Matrix[float64]) *nn.Network[float64] {
	layer := func(theta *matrix.Matrix[float64], g layers.Activation[float64]) *layers.Dense[float64] {
		b, w := theta.Columns(0, 1), theta.Columns(1, theta.Cols)
		return dense(&w, &b, g)
	}
	return network(layer(theta1, sigmoid), layer(theta2, identity))
}

// unrolled returns the gradient as the course unrolls it: the columns of Theta1,
// of which b is the first, and then those of Theta2.
func unrolled(net *nn.Network[float64]) (grad []float64) {
	for _, d := range denses(net) {
		grad = append(append(grad, d.DB.Data...), d.DW.Data...)
	}
	return grad
}

// digits returns the set of the inputs X and y, with y in 1, …, K as K outputs.
func (in *inputs) digits(K int) *data.Dataset[float64] {
	y := in.labels("y", "m").Data
	return &data.Dataset[float64]{X: in.examples("X", "m", "n"), Y: data.OneHot[float64](in.classes("y", y, 1, K), K)}
}
