package gradcheck_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gradlab/gradcheck"
	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/matrix"
)

type Matrix = matrix.Matrix[float64]

// problem is a dense layer with random ingredients and everything that the
// mistakes need.
type problem struct {
	layer gradcheck.Layer
	rate  float64 // of the update
}

func randn(rows, cols int, stream uint32) *Matrix {
	x, r := matrix.New[float64](rows, cols), matrix.Stream(5, matrix.ForData, stream)
	for i := range x.Data {
		x.Data[i] = matrix.Normal(r)
	}
	return x
}

// newProblem returns a layer from nPrev to n units, m examples, with L2 and a
// dropout, in the convention of the course or the article.
func newProblem(g layers.Activation[float64], nPrev, n, m int, mean bool) problem {
	seed := uint32(nPrev<<20 | n<<10 | m)
	l := gradcheck.Layer{
		G: g, DA: randn(n, m, seed), Z: randn(n, m, seed+1), APrev: randn(nPrev, m, seed+2), W: randn(n, nPrev, seed+3),
		Mean: mean, Lambda: 0.7, Mask: matrix.New[float64](n, m), Keep: 0.8,
		Before: &gradcheck.Gradients{DW: randn(n, nPrev, seed+4), DB: randn(n, 1, seed+5), DAPrev: randn(nPrev, m, seed+6)},
	}
	for i := range l.Mask.Data {
		if i%5 != 3 {
			l.Mask.Data[i] = 1
		}
	}
	p := problem{layer: l, rate: 0.05}
	right := p.backward("", "")
	p.layer.WUpdated = minus(l.W, times(p.rate, right.DW))
	return p
}

// backward is a backward pass of p with a mistake in the output of that name
// (all that have it: ""). It is written without package gradcheck, as a student
// would.
func (p problem) backward(mistake gradcheck.Mistake, in string) gradcheck.Gradients {
	l := p.layer
	n, m, nPrev := l.DA.Rows, l.DA.Cols, l.APrev.Rows
	is := func(x gradcheck.Mistake, output string) bool { return mistake == x && (in == "" || in == output) }

	da := hadamard(l.DA, l.Mask)
	if is(gradcheck.DropoutUnmasked, "da") {
		da = l.DA
	}
	if !is(gradcheck.DropoutUnscaled, "da") {
		da = times(1/l.Keep, da)
	}

	var dz *Matrix
	a := matrix.New[float64](n, m)
	l.G.Apply(a, l.Z)
	switch {
	case is(gradcheck.MissingGPrime, "dz"):
		dz = da
	case is(gradcheck.GPrimeAtA, "dz"):
		dz = matrix.New[float64](n, m)
		ga := matrix.New[float64](n, m)
		l.G.Apply(ga, a)
		l.G.Backward(dz, da, a, ga)
	default:
		dz = matrix.New[float64](n, m)
		l.G.Backward(dz, da, l.Z, a)
	}
	dz = spoil(dz, is(gradcheck.Sign, "dz"), is(gradcheck.Factor2, "dz"), is(gradcheck.Entry, "dz"))

	mean := 1.0
	if l.Mean {
		mean = 1 / float64(m)
	}
	wrongMean := func(output string) float64 {
		switch {
		case is(gradcheck.MissingMean, output):
			return float64(m)
		case is(gradcheck.DoubleMean, output):
			return 1 / float64(m)
		case is(gradcheck.WrongAxis, output) && output == "dW":
			return float64(m) / float64(nPrev)
		}
		return 1
	}

	dW := matrix.New[float64](n, nPrev)
	matrix.MulNT(dW, dz, l.APrev)
	dW = times(mean, dW)
	if !is(gradcheck.MissingL2, "dW") {
		matrix.AddScaled(dW, l.Lambda*mean, l.W)
	}
	dW = times(wrongMean("dW"), dW)
	dW = spoil(dW, is(gradcheck.Sign, "dW"), is(gradcheck.Factor2, "dW"), is(gradcheck.Entry, "dW"))
	if is(gradcheck.Transposed, "dW") {
		dW = transposed(dW)
	}
	if is(gradcheck.Shape, "dW") {
		dW = matrix.New[float64](n+1, nPrev)
	}
	if is(gradcheck.StaleWeights, "dW") {
		dW = l.Before.DW
	}

	db := matrix.New[float64](n, 1)
	matrix.RowSums(db, dz)
	switch {
	case is(gradcheck.BiasNotSummed, "db"):
		db = dz.Clone()
	case is(gradcheck.WrongAxis, "db"):
		db = matrix.New[float64](m, 1)
		matrix.RowSums(db, transposed(dz))
		db = transposed(db)
	}
	db = times(mean*wrongMean("db"), db)
	db = spoil(db, is(gradcheck.Sign, "db"), is(gradcheck.Factor2, "db"), is(gradcheck.Entry, "db"))
	if is(gradcheck.Transposed, "db") {
		db = transposed(db)
	}

	daPrev := matrix.New[float64](nPrev, m)
	W := l.W
	if is(gradcheck.StaleWeights, "daPrev") {
		W = l.WUpdated
	}
	if is(gradcheck.Transposed, "daPrev") && n == nPrev {
		W = transposed(W)
	}
	matrix.MulTN(daPrev, W, dz)
	daPrev = spoil(daPrev, is(gradcheck.Sign, "daPrev"), is(gradcheck.Factor2, "daPrev"), is(gradcheck.Entry, "daPrev"))
	return gradcheck.Gradients{DA: da, DZ: dz, DW: dW, DB: db, DAPrev: daPrev}
}

// spoil multiplies by −1 or 2, or changes the last entry.
func spoil(x *Matrix, sign, factor2, entry bool) *Matrix {
	switch {
	case sign:
		return times(-1, x)
	case factor2:
		return times(2, x)
	case entry:
		x = x.Clone()
		x.Data[len(x.Data)-1] += 0.1
	}
	return x
}

func times(c float64, x *Matrix) *Matrix {
	y := matrix.New[float64](x.Rows, x.Cols)
	matrix.Scale(y, c, x)
	return y
}

func hadamard(x, y *Matrix) *Matrix {
	z := matrix.New[float64](x.Rows, x.Cols)
	matrix.Hadamard(z, x, y)
	return z
}

func minus(x, y *Matrix) *Matrix {
	z := matrix.New[float64](x.Rows, x.Cols)
	matrix.Sub(z, x, y)
	return z
}

func transposed(x *Matrix) *Matrix { return matrix.FromDense[float64](x.T()) }

// Where each mistake can be made.
var planted = []struct {
	mistake gradcheck.Mistake
	in      []string
}{
	{gradcheck.Shape, []string{"dW"}},
	{gradcheck.Transposed, []string{"dW", "db", "daPrev"}},
	{gradcheck.Sign, []string{"dz", "dW", "db", "daPrev"}},
	{gradcheck.Factor2, []string{"dz", "dW", "db", "daPrev"}},
	{gradcheck.MissingMean, []string{"dW", "db", ""}},
	{gradcheck.DoubleMean, []string{"dW", "db", ""}},
	{gradcheck.MissingGPrime, []string{"dz"}},
	{gradcheck.GPrimeAtA, []string{"dz"}},
	{gradcheck.WrongAxis, []string{"dW", "db"}},
	{gradcheck.BiasNotSummed, []string{"db"}},
	{gradcheck.StaleWeights, []string{"dW", "daPrev"}},
	{gradcheck.MissingL2, []string{"dW"}},
	{gradcheck.DropoutUnmasked, []string{"da"}},
	{gradcheck.DropoutUnscaled, []string{"da"}},
	{gradcheck.Entry, []string{"dz", "dW", "db", "daPrev"}},
}

// The sizes: nPrev, n, m. In none of them a ratio of two is a number that means
// something, such as 2.
var sizes = [][3]int{{4, 3, 7}, {3, 5, 8}, {4, 4, 9}, {6, 5, 5}, {5, 5, 5}, {3, 2, 17}, {6, 1, 11}, {1, 5, 8}, {12, 9, 33}}

// Every mistake of the catalogue is named, for every activation, in every shape
// of layer, in both conventions, and whichever gradients the student returns.
func TestEveryMistakeIsNamed(t *testing.T) {
	named := map[gradcheck.Mistake]int{}
	for _, g := range parts.Activations[float64]() {
		for _, size := range sizes {
			for _, mean := range []bool{false, true} {
				p := newProblem(g.Part, size[0], size[1], size[2], mean)
				for _, c := range planted {
					for _, in := range c.in {
						if p.mustName(t, fmt.Sprintf("%s, %v, mean %v", g.Name, size, mean), c.mistake, in) {
							named[c.mistake]++
						}
					}
				}
			}
		}
	}
	for _, m := range gradcheck.Catalogue() {
		if named[m] < 30 {
			t.Errorf("%s was planted only %d times", m, named[m])
		}
	}
}

// mustName plants a mistake and reports whether it makes a difference.
func (p problem) mustName(t *testing.T, where string, mistake gradcheck.Mistake, in string) (difference bool) {
	t.Helper()
	right, wrong := p.backward("", ""), p.backward(mistake, in)
	for _, returned := range []string{"all", "without da", "without dz"} {
		got := wrong
		switch returned {
		case "without da":
			right.DA, got.DA = nil, nil
		case "without dz":
			right.DZ, got.DA, got.DZ = nil, nil, nil
			if mistake == gradcheck.Entry && in == "dz" {
				continue // a wrong entry of dz makes a row of dW wrong
			}
		}
		d := gradcheck.Diagnose(p.layer.Evidence(got))
		if equal(got, right) {
			if !d.OK() {
				t.Errorf("%s: %s in %q makes no difference, but is blamed:\n%v", where, mistake, in, d)
			}
			continue
		}
		difference = true
		if name, also := p.expected(mistake, in); d.Mistake != name || !slices.Equal(d.Also, also) {
			t.Errorf("%s: %s in %q (%s) is called %q:\n%v", where, mistake, in, returned, d.Mistake, d)
		}
	}
	return difference
}

// expected returns what a mistake is to be called: its name, unless another one
// gives the same numbers.
func (p problem) expected(mistake gradcheck.Mistake, in string) (name gradcheck.Mistake, also []gradcheck.Mistake) {
	nPrev, n := p.layer.W.Cols, p.layer.W.Rows
	switch {
	case n == 1 && in == "db" && (mistake == gradcheck.BiasNotSummed || mistake == gradcheck.WrongAxis):
		return gradcheck.BiasNotSummed, []gradcheck.Mistake{gradcheck.WrongAxis} // the sum over one unit is dz itself
	case n == 1 && in == "db" && mistake == gradcheck.Entry:
		return gradcheck.Other, nil // it is the only one
	case nPrev == 1 && in == "dW" && mistake == gradcheck.WrongAxis:
		return gradcheck.MissingMean, nil // divided by 1
	}
	return mistake, nil
}

// equal reports whether two sets of gradients are the same but for rounding.
func equal(a, b gradcheck.Gradients) bool {
	x, y := []*Matrix{a.DA, a.DZ, a.DW, a.DB, a.DAPrev}, []*Matrix{b.DA, b.DZ, b.DW, b.DB, b.DAPrev}
	for k := range x {
		if x[k] == nil && y[k] == nil {
			continue
		}
		if x[k].Rows != y[k].Rows || x[k].Cols != y[k].Cols {
			return false
		}
		for i := range x[k].Data {
			if math.Abs(x[k].Data[i]-y[k].Data[i]) > 1e-12*math.Abs(y[k].Data[i]) {
				return false
			}
		}
	}
	return true
}

// Two mistakes with the same numbers are both named; a second trial with other
// sizes tells them apart.
func TestSeveralTrialsTellMistakesApart(t *testing.T) {
	two := newProblem(layers.Tanh[float64]{}, 4, 3, 2, true)
	seven := newProblem(layers.Tanh[float64]{}, 4, 3, 7, true)
	for _, mistake := range []gradcheck.Mistake{gradcheck.MissingMean, gradcheck.Factor2} {
		trials := []gradcheck.Evidence{
			two.layer.Evidence(two.backward(mistake, "dW")),
			seven.layer.Evidence(seven.backward(mistake, "dW")),
		}
		if d := gradcheck.Diagnose(trials[0]); d.Mistake != gradcheck.MissingMean || !slices.Equal(d.Also, []gradcheck.Mistake{gradcheck.Factor2}) {
			t.Errorf("%s with two examples: %q and %q", mistake, d.Mistake, d.Also)
		}
		if d := gradcheck.Diagnose(trials...); d.Mistake != mistake || d.Also != nil {
			t.Errorf("%s in two trials: %q and %q", mistake, d.Mistake, d.Also)
		}
	}
	// Right in one trial, and in others each time wrong in another way.
	trials := []gradcheck.Evidence{
		two.layer.Evidence(two.backward("", "")),
		seven.layer.Evidence(seven.backward(gradcheck.Sign, "dW")),
		two.layer.Evidence(two.backward(gradcheck.Factor2, "dW")),
	}
	if d := gradcheck.Diagnose(trials...); d.Mistake != gradcheck.Other || d.OK() {
		t.Errorf("a different mistake in each trial is called %q", d.Mistake)
	}
}

// Two mistakes: that in dz comes first, and that in db is found, too.
func TestTwoMistakes(t *testing.T) {
	p := newProblem(layers.Tanh[float64]{}, 4, 3, 7, true)
	got := p.backward(gradcheck.MissingGPrime, "dz")
	got.DB = got.DZ
	d := gradcheck.Diagnose(p.layer.Evidence(got))
	if d.Mistake != gradcheck.MissingGPrime || d.Name != "dz" {
		t.Errorf("first %q in %s", d.Mistake, d.Name)
	}
	for _, f := range d.Findings {
		want := map[string]gradcheck.Mistake{"dz": gradcheck.MissingGPrime, "db": gradcheck.BiasNotSummed}[f.Name]
		if f.Mistake != want || f.Right != (f.Name == "da") {
			t.Errorf("%s: %q", f.Name, f.Mistake)
		}
	}
	// Both in one gradient: the first is named, and the words have both.
	p.layer.Lambda = 0
	got = gradcheck.Gradients{DW: times(7, p.backward(gradcheck.MissingGPrime, "dz").DW)}
	d = gradcheck.Diagnose(p.layer.Evidence(got))
	if d.Mistake != gradcheck.MissingGPrime || !strings.Contains(d.Text, "besides, it is 7 times that") {
		t.Errorf("%q: %v", d.Mistake, d)
	}
}

// Right gradients of random layers are never blamed: computed exactly, with
// rounding, in float32, by the layer of package layers.
func TestRightGradientsAreNeverBlamed(t *testing.T) {
	activations := parts.Activations[float64]()
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.SampledFrom(activations).Draw(t, "activation")
		size := rapid.SliceOfN(rapid.IntRange(1, 9), 3, 3).Draw(t, "size")
		p := newProblem(g.Part, size[0], size[1], size[2], rapid.Bool().Draw(t, "mean"))
		if rapid.Bool().Draw(t, "no dropout") {
			p.layer.Mask = nil
		}
		p.layer.DA = times(math.Pow(10, rapid.Float64Range(-4, 4).Draw(t, "log scale")), p.layer.DA)
		if rapid.Bool().Draw(t, "dead") {
			matrix.Fill(p.layer.Z, -1)
		}
		got := p.layer.Backward()
		for _, x := range []*Matrix{got.DA, got.DZ, got.DW, got.DB, got.DAPrev} {
			switch rapid.SampledFrom([]string{"exact", "float32", "1e-12"}).Draw(t, "rounding") {
			case "float32":
				for i := range x.Data {
					x.Data[i] = float64(float32(x.Data[i]))
				}
			case "1e-12":
				for i := range x.Data {
					x.Data[i] *= 1 + rapid.Float64Range(-1e-12, 1e-12).Draw(t, "error")
				}
			}
		}
		d := gradcheck.Diagnose(p.layer.Evidence(got))
		if !d.OK() || d.Err() != nil || d.Mistake != "" {
			t.Fatalf("blamed:\n%v", d)
		}
	})
}

// The right gradients of a Layer are those of layers.Dense.
func TestLayerAgreesWithDense(t *testing.T) {
	for _, g := range parts.Activations[float64]() {
		d := layers.NewDense(4, 3, g.Part, layers.Xavier, matrix.Stream(1, matrix.ForInit, 1))
		aPrev, da := randn(4, 7, 1), randn(3, 7, 2)
		d.Forward(aPrev)
		d.Backward(da)
		l := gradcheck.Layer{G: g.Part, DA: da, Z: d.Z, APrev: aPrev, W: d.W}
		if diagnosis := gradcheck.Diagnose(l.Evidence(gradcheck.Gradients{DZ: d.DZ, DW: d.DW, DB: d.DB, DAPrev: d.DAPrev})); !diagnosis.OK() || len(diagnosis.Findings) != 4 {
			t.Errorf("%s:\n%v", g.Name, diagnosis)
		}
	}
}

// Without the right gradient, that of central differences is taken.
func TestWantByDifferences(t *testing.T) {
	x := randn(3, 4, 1)
	cube := func() float64 { // f = Σ x³
		var f float64
		for _, v := range x.Data {
			f += v * v * v
		}
		return f
	}
	right := matrix.New[float64](3, 4)
	matrix.Map(right, x, func(v float64) float64 { return 3 * v * v })
	before := x.Clone()
	for c, mistake := range map[float64]gradcheck.Mistake{1: "", -1: gradcheck.Sign, 2: gradcheck.Factor2, 5: gradcheck.Other} {
		d := gradcheck.Diagnose(gradcheck.Evidence{Gradients: []gradcheck.Gradient{{Name: "dx", Got: times(c, right), F: cube, At: x}}})
		if d.Mistake != mistake {
			t.Errorf("%v times the gradient is called %q: %v", c, d.Mistake, d)
		}
	}
	if !slices.Equal(x.Data, before.Data) {
		t.Error("x is another")
	}
}

// What is not in the catalogue is said in words, too.
func TestOtherMistakes(t *testing.T) {
	want := randn(4, 5, 1)
	wrong := func(change func(x *Matrix)) *Matrix {
		x := want.Clone()
		change(x)
		return x
	}
	for _, c := range []struct {
		got     *Matrix
		mistake gradcheck.Mistake
		text    string
	}{
		{matrix.New[float64](4, 5), gradcheck.Other, "is 0 everywhere"},
		{times(3, want), gradcheck.Other, "is 3 times the right one"},
		{wrong(func(x *Matrix) { x.Set(1, 2, math.NaN()) }), gradcheck.NotFinite, "At(1, 2) is NaN"},
		{wrong(func(x *Matrix) { x.Set(1, 2, math.Inf(1)) }), gradcheck.NotFinite, "At(1, 2) is +Inf"},
		{wrong(func(x *Matrix) { x.Set(1, 2, 9); x.Set(1, 3, 8) }), gradcheck.Other, "in row 2 and right elsewhere: At(1, "},
		{wrong(func(x *Matrix) { x.Set(0, 2, 9); x.Set(1, 2, 8); x.Set(2, 4, 8) }), gradcheck.Other, "in columns 3 and 5 and right elsewhere: At("},
		{randn(4, 5, 2), gradcheck.Other, "is wrong: At("},
		{wrong(func(x *Matrix) { x.Set(3, 4, 9) }), gradcheck.Entry, "is wrong in one entry: At(3, 4) is 9, not "},
		{matrix.New[float64](5, 5), gradcheck.Shape, "is 5×5, it must be 4×5"},
		{transposed(want), gradcheck.Transposed, "is transposed: it is 5×4, it must be 4×5"},
		{times(-2, want), gradcheck.Sign, "is −2 times the right one"},
	} {
		d := gradcheck.Diagnose(gradcheck.Evidence{Gradients: []gradcheck.Gradient{{Name: "dX", Got: c.got, Want: want}}})
		if d.Mistake != c.mistake || !strings.Contains(d.Text, c.text) || d.Err() == nil {
			t.Errorf("%q, %q, not %q, %q", d.Mistake, d.Text, c.mistake, c.text)
		}
	}
}

// Symmetric matrices are their own transposes, a zero gradient its own double:
// such numbers are right, and where others are wrong, nothing is blamed that
// makes no difference.
func TestMistakesThatMakeNoDifference(t *testing.T) {
	symmetric := matrix.FromRows([]float64{1, 2}, []float64{2, 5})
	wrong := matrix.FromRows([]float64{1, 2}, []float64{2, 7})
	zero, one := matrix.New[float64](2, 2), matrix.FromRows([]float64{0, 1}, []float64{0, 0})
	for _, c := range []struct {
		got, want *Matrix
		mistake   gradcheck.Mistake
	}{
		{transposed(symmetric), symmetric, ""},
		{transposed(wrong), symmetric, gradcheck.Entry},
		{times(-1, zero), zero, ""},
		{one, zero, gradcheck.Entry},
		{times(-1, one), one, gradcheck.Sign}, // not Entry, though only one differs
	} {
		e := gradcheck.Evidence{Gradients: []gradcheck.Gradient{{Name: "dX", Got: c.got, Want: c.want}}, Examples: 1}
		if d := gradcheck.Diagnose(e); d.Mistake != c.mistake || d.Also != nil {
			t.Errorf("%v in place of %v is called %q", c.got, c.want, d.Mistake)
		}
	}
}

func ExampleDiagnose() {
	// A layer of two units after three, for five examples, in the course's
	// convention. The student sums db, but does not divide by m.
	l := gradcheck.Layer{
		G: layers.Tanh[float64]{}, Mean: true,
		DA: randn(2, 5, 1), Z: randn(2, 5, 2), APrev: randn(3, 5, 3), W: randn(2, 3, 4),
	}
	student := l.Backward()
	matrix.RowSums(student.DB, student.DZ)

	d := gradcheck.Diagnose(l.Evidence(student))
	fmt.Println(d)
	fmt.Println(d.Mistake == gradcheck.MissingMean)
	// Output:
	// ✓ dz
	// ✓ dW
	// ✗ db is 5 times the right one: a sum over the 5 examples in place of their mean
	//     The cost is a mean over the m examples, so its gradient is one, too.
	// ✓ daPrev
	// true
}
