package gradcheck

import (
	"fmt"

	"gradlab/matrix"
)

// Activation is a function g from z to a; those of package layers are.
type Activation interface {
	Apply(a, z *Matrix)            // a = g(z)
	Backward(dz, da, z, a *Matrix) // dz = da ⊙ g′(z)
}

// Layer is the ingredients of the backward pass of a dense layer, z = W·aPrev + b
// and a = g(z), for m examples (the article's Algorithm 2):
//
//	dz = da ⊙ g′(z)   dW = dz·aPrevᵀ   db = Σⱼ dzⱼ   daPrev = Wᵀ·dz
//
// What is nil or 0 is not known or not there; mistakes that need it are not
// looked for.
type Layer struct {
	G     Activation
	DA    *Matrix // n×m
	Z     *Matrix // n×m
	A     *Matrix // n×m; nil: g(z)
	APrev *Matrix // nPrev×m
	W     *Matrix // n×nPrev
	B     *Matrix // n×1

	// DZ stands for G, DA and Z where dz is given: the linear part alone.
	DZ *Matrix // n×m

	// Mean says that the mean over the examples is taken in dW and db, as the
	// course does: dW = dz·aPrevᵀ/m, and likewise the penalty is λ/m·W. Without
	// it da has the 1/m of the loss, and the penalty is λ·W.
	Mean   bool
	Lambda float64 // λ

	Mask *Matrix // n×m, of the dropout after this layer: 1 where a is kept
	Keep float64 // the probability of that

	WUpdated *Matrix    // W after the update of this step
	Before   *Gradients // the gradients of the step before

	// GotDA is the da that the gradients were computed from, if that was
	// another one than DA: what the layer after this one handed down wrongly.
	GotDA *Matrix

	Number int // l, which the names get: dW[l]; 0: none
}

// Gradients are those of a dense layer. Nil: not computed.
type Gradients struct {
	DA     *Matrix // n×m, with the mask of dropout
	DZ     *Matrix // n×m
	DW     *Matrix // n×nPrev
	DB     *Matrix // n×1
	DAPrev *Matrix // nPrev×m
}

// Backward returns the right gradients, those that there are ingredients for.
func (l Layer) Backward() Gradients { return l.backward(l.DA) }

func (l Layer) backward(da *Matrix) Gradients {
	var g Gradients
	g.DA = l.masked(da)
	g.DZ = l.dz(g.DA)
	if g.DZ == nil {
		return g
	}
	if g.DW = l.dataDW(g.DZ); g.DW != nil && l.penalty() != nil {
		matrix.Add(g.DW, g.DW, l.penalty())
	}
	g.DB = l.db(g.DZ)
	g.DAPrev = l.daPrev(l.W, g.DZ)
	return g
}

// masked returns da ⊙ mask / keep, or da without a dropout.
func (l Layer) masked(da *Matrix) *Matrix {
	if da == nil || l.Mask == nil {
		return da
	}
	masked := scaled(1/l.Keep, da)
	matrix.Hadamard(masked, masked, l.Mask)
	return masked
}

func (l Layer) dz(da *Matrix) *Matrix {
	if l.DZ != nil || da == nil || l.G == nil || l.Z == nil {
		return l.DZ
	}
	return l.gBackward(da, l.Z, l.a())
}

// gBackward returns da ⊙ g′, told that z and a are these.
func (l Layer) gBackward(da, z, a *Matrix) *Matrix {
	dz := matrix.New[float64](da.Rows, da.Cols)
	l.G.Backward(dz, da, z, a)
	return dz
}

func (l Layer) a() *Matrix {
	if l.A != nil {
		return l.A
	}
	return l.g(l.Z)
}

func (l Layer) g(z *Matrix) *Matrix {
	a := matrix.New[float64](z.Rows, z.Cols)
	l.G.Apply(a, z)
	return a
}

// dataDW returns dW without the penalty.
func (l Layer) dataDW(dz *Matrix) *Matrix {
	if l.APrev == nil || dz.Cols != l.APrev.Cols {
		return nil
	}
	dW := matrix.New[float64](dz.Rows, l.APrev.Rows)
	matrix.MulNT(dW, dz, l.APrev)
	return l.mean(dW, dz.Cols)
}

func (l Layer) db(dz *Matrix) *Matrix {
	db := matrix.New[float64](dz.Rows, 1)
	matrix.RowSums(db, dz)
	return l.mean(db, dz.Cols)
}

func (l Layer) daPrev(W, dz *Matrix) *Matrix {
	if W == nil || W.Rows != dz.Rows {
		return nil
	}
	daPrev := matrix.New[float64](W.Cols, dz.Cols)
	matrix.MulTN(daPrev, W, dz)
	return daPrev
}

// mean divides by m, where that is done in dW and db.
func (l Layer) mean(sum *Matrix, m int) *Matrix {
	if l.Mean {
		for i := range sum.Data {
			sum.Data[i] /= float64(m)
		}
	}
	return sum
}

// penalty returns the gradient of the penalty, nil without one.
func (l Layer) penalty() *Matrix {
	if l.Lambda == 0 || l.W == nil {
		return nil
	}
	return l.mean(scaled(l.Lambda, l.W), l.examples())
}

// features returns the counts that may be taken for the number of examples.
func (l Layer) features() []int {
	var counts []int
	for _, x := range []*Matrix{l.DA, l.DZ, l.APrev} {
		if x != nil {
			counts = append(counts, x.Rows)
		}
	}
	return counts
}

func (l Layer) examples() int {
	for _, x := range []*Matrix{l.DA, l.DZ, l.APrev, l.Z} {
		if x != nil {
			return x.Cols
		}
	}
	return 0
}

// Evidence returns the evidence about gradients that were computed for this
// layer.
func (l Layer) Evidence(got Gradients) Evidence {
	e := Evidence{Examples: l.examples(), Features: l.features()}
	right, follows := l.Backward(), l.following(got)
	add := func(name, hint string, got, want, follows *Matrix, suspects []Suspect, sums ...Sum) {
		if want != nil {
			e.Gradients = append(e.Gradients, Gradient{
				Name: name, Got: got, Want: want, Follows: follows, Hint: hint, Suspects: suspects, Sums: sums,
			})
		}
	}
	if l.Mask != nil {
		add(l.name("da", 0), "", got.DA, right.DA, follows.DA, l.wrongDA())
	}
	if right.DZ == nil {
		return e
	}
	s := l.suspects(right.DZ, follows.dzUsed)
	if l.DZ == nil {
		add(l.name("dz", 0), "Two factors, multiplied entry by entry: da, and g′ at z (9), (15).", got.DZ, right.DZ, follows.DZ, s.dz)
	}
	add(l.name("dW", 0), "A product of two matrices: dz of this layer, and what came into it (11), (17).", got.DW, right.DW, follows.DW, s.dW, s.dWSums...)
	add(l.name("db", 0), "For one example it is dz (13), (18). And for several?", got.DB, right.DB, follows.DB, s.db)
	add(l.name("da", -1), "A product of two matrices: W of this layer, and its dz (12).", got.DAPrev, right.DAPrev, follows.DAPrev, s.daPrev, s.daPrevSums...)
	return e
}

// followed is what would be right if the gradients before were right as they
// were computed.
type followed struct {
	Gradients
	dzUsed *Matrix // the dz that dW, db and daPrev are computed from
}

func (l Layer) following(got Gradients) followed {
	da := l.DA
	if sameShape(l.GotDA, da) {
		da = l.GotDA
	}
	var f followed
	f.DA = l.masked(da)
	if da = f.DA; l.Mask != nil && sameShape(got.DA, da) {
		da = got.DA
	}
	f.DZ = l.dz(da)
	f.dzUsed = f.DZ
	if sameShape(got.DZ, f.DZ) {
		f.dzUsed = got.DZ
	}
	if f.dzUsed != nil {
		g := l.fromDZ(f.dzUsed)
		f.DW, f.DB, f.DAPrev = g.DW, g.DB, g.DAPrev
	}
	return f
}

// fromDZ returns the gradients that follow from dz.
func (l Layer) fromDZ(dz *Matrix) Gradients {
	l.DZ = dz
	return l.backward(l.DA)
}

// name returns the name of a gradient, with the number of the layer or, for
// da of the layer before, that less 1.
func (l Layer) name(symbol string, offset int) string {
	switch {
	case l.Number > 0:
		return fmt.Sprintf("%s[%d]", symbol, l.Number+offset)
	case offset < 0:
		return symbol + "Prev"
	}
	return symbol
}
