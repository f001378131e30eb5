package gradcheck

import (
	"fmt"

	"gradlab/matrix"
)

// suspects is what the gradients of a layer become by mistakes.
type suspects struct {
	dz, dW, db, daPrev []Suspect
	dWSums, daPrevSums []Sum
}

// suspects returns what mistakes make of dz, and of the others when they are
// computed from the right dz, from the one that was used, or from a wrong one.
func (l Layer) suspects(dz, used *Matrix) suspects {
	var s suspects
	s.dz = l.wrongDZ()
	from := []*Matrix{dz}
	if used != dz {
		from = append(from, used)
	}
	for _, dz := range from {
		s.dW = append(s.dW, l.wrongDW(dz)...)
		s.db = append(s.db, l.wrongDB(dz)...)
		s.daPrev = append(s.daPrev, l.wrongDAPrev(dz)...)
		s.dWSums = append(s.dWSums, l.penalties(dz)...)
		s.daPrevSums = append(s.daPrevSums, l.moved(dz)...)
	}
	for _, w := range s.dz {
		g := l.fromDZ(w.Value)
		text := "is what follows if dz " + w.Text
		s.dW = append(s.dW, Suspect{w.Mistake, g.DW, text, w.Hint})
		s.db = append(s.db, Suspect{w.Mistake, g.DB, text, w.Hint})
		s.daPrev = append(s.daPrev, Suspect{w.Mistake, g.DAPrev, text, w.Hint})
	}
	if b := l.Before; b != nil {
		const text = "is that of the step before"
		s.dz = append(s.dz, Suspect{StaleWeights, b.DZ, text, ""})
		s.dW = append(s.dW, Suspect{StaleWeights, b.DW, text, ""})
		s.db = append(s.db, Suspect{StaleWeights, b.DB, text, ""})
		s.daPrev = append(s.daPrev, Suspect{StaleWeights, b.DAPrev, text, ""})
	}
	return s
}

// WrongDropout returns what mistakes make of x ⊙ mask / keep, the forward and
// the backward pass of dropout. symbol names x.
func WrongDropout(symbol string, x, mask *Matrix, keep float64) []Suspect {
	masked := matrix.New[float64](x.Rows, x.Cols)
	matrix.Hadamard(masked, x, mask)
	return []Suspect{
		{DropoutUnmasked, x, "is " + symbol + " itself, without the mask", ""},
		{DropoutUnmasked, scaled(1/keep, x), fmt.Sprintf("is %s/%g, without the mask", symbol, keep), ""},
		{DropoutUnscaled, masked, "has the mask, but is not scaled", ""},
		{DropoutUnscaled, scaled(keep, masked), fmt.Sprintf("has the mask, but is scaled the wrong way: by %g", keep), ""},
	}
}

func (l Layer) wrongDA() []Suspect { return WrongDropout("da", l.DA, l.Mask, l.Keep) }

// wrongDZ returns what mistakes make of dz.
func (l Layer) wrongDZ() []Suspect {
	if l.DZ != nil {
		return nil
	}
	var all []Suspect
	if l.Mask != nil {
		for _, s := range l.wrongDA() {
			all = append(all, Suspect{s.Mistake, l.dz(s.Value), "is computed from a wrong da, which " + s.Text, ""})
		}
	}
	da, a := l.masked(l.DA), l.a()
	daG, ones := matrix.New[float64](da.Rows, da.Cols), matrix.New[float64](da.Rows, da.Cols)
	matrix.Hadamard(daG, da, a)
	matrix.Fill(ones, 1)
	along := transpose(l.gBackward(transpose(da), transpose(l.Z), l.g(transpose(l.Z))))
	return append(all,
		Suspect{MissingGPrime, da, "is da itself: g′(z) is missing", ""},
		Suspect{GPrimeAtA, l.gBackward(da, a, l.g(a)), "is da ⊙ g′(a): the derivative is taken at a", ""},
		Suspect{GPrimeAtA, l.gBackward(da, l.Z, l.Z), "takes z for a: where the formula of g′ has a, z is put in", ""},
		Suspect{MissingGPrime, daG, "is da ⊙ g(z): g itself in place of its derivative", ""},
		Suspect{Other, l.gBackward(ones, l.Z, a), "is g′(z) alone: it is not multiplied by da", "The chain rule has two factors: what L does when a moves, and what a does when z moves (9), (15)."},
		Suspect{WrongAxis, along, "is computed along the rows, over the examples", ""},
	)
}

// wrongDW returns what mistakes make of dW = dz·aPrevᵀ.
func (l Layer) wrongDW(dz *Matrix) []Suspect {
	data := l.dataDW(dz)
	if data == nil {
		return nil
	}
	var all []Suspect
	add := func(value *Matrix, text string) {
		if value == nil {
			return
		}
		l.mean(value, dz.Cols)
		if p := l.penalty(); p != nil && sameShape(p, value) {
			matrix.Add(value, value, p)
		}
		all = append(all, Suspect{Transposed, value, text, ""})
	}
	add(product(dz, l.APrev), "is dz·aPrev")
	add(product(l.APrev, dz), "is aPrev·dz")
	add(product(transpose(dz), l.APrev), "is dzᵀ·aPrev")
	add(product(transpose(l.APrev), dz), "is aPrevᵀ·dz")
	if l.penalty() != nil {
		add(product(l.APrev, transpose(dz)), "is aPrev·dzᵀ")
	}
	return all
}

// wrongDB returns what mistakes make of db = Σⱼ dzⱼ.
func (l Layer) wrongDB(dz *Matrix) []Suspect {
	var all []Suspect
	n, m := dz.Rows, dz.Cols
	add := func(mistake Mistake, text string, value *Matrix, factors ...float64) {
		for _, c := range factors {
			all = append(all, Suspect{mistake, scaled(c, value), text, ""})
		}
	}
	over := []float64{1, 1 / float64(m), 1 / float64(n), 1 / float64(n*m)}
	if m > 1 {
		add(BiasNotSummed, fmt.Sprintf("is dz itself, %s: it is not summed over the examples", shape(dz)), dz, over[:2]...)
		for j := range m {
			column := dz.Columns(j, j+1)
			add(BiasNotSummed, fmt.Sprintf("is column %d of dz alone: it is not summed over the examples", j), &column, over[:2]...)
		}
	}
	ones := matrix.New[float64](1, n)
	matrix.Fill(ones, 1)
	sums := product(ones, dz)
	text := fmt.Sprintf("is summed over the %d units, not over the %d examples", n, m)
	add(WrongAxis, text, sums, over...)
	add(WrongAxis, text, transpose(sums), over...)
	if n > 1 {
		total := matrix.New[float64](1, 1)
		total.Data[0] = matrix.SumOf(dz.Data)
		text := "is summed over everything, the units and the examples"
		add(WrongAxis, text, total, over...)
		column := matrix.New[float64](n, 1)
		matrix.Fill(column, total.Data[0])
		add(WrongAxis, text, column, over...)
	}
	if l.B != nil && l.Lambda != 0 {
		db := l.mean(scaled(l.Lambda, l.B), m)
		matrix.Add(db, db, l.db(dz))
		add(Other, "has a penalty: only the weights are penalised, no biases", db, 1)
	}
	return all
}

// wrongDAPrev returns what mistakes make of daPrev = Wᵀ·dz.
func (l Layer) wrongDAPrev(dz *Matrix) []Suspect {
	if l.W == nil {
		return nil
	}
	all := []Suspect{
		{Transposed, product(l.W, dz), "is W·dz", ""},
		{Transposed, product(dz, l.W), "is dz·W", ""},
		{Transposed, product(dz, transpose(l.W)), "is dz·Wᵀ", ""},
	}
	if l.WUpdated != nil {
		all = append(all, Suspect{StaleWeights, l.daPrev(l.WUpdated, dz), "is computed with weights that are updated already", ""})
	}
	return all
}

// penalties returns dW as the sum of what the data and the penalty want.
func (l Layer) penalties(dz *Matrix) []Sum {
	if l.penalty() == nil || l.dataDW(dz) == nil {
		return nil
	}
	return []Sum{{Rest: l.dataDW(dz), Term: l.penalty(), Name: "the gradient of the penalty", Missing: MissingL2}}
}

// moved returns daPrev as it is with weights that have been moved along -dW by
// a rate that is not known.
func (l Layer) moved(dz *Matrix) []Sum {
	g := l.fromDZ(dz)
	if g.DW == nil || g.DAPrev == nil {
		return nil
	}
	return []Sum{{
		Rest: g.DAPrev, Term: l.daPrev(g.DW, dz),
		Name: "is computed with weights that are updated already", Any: StaleWeights,
	}}
}

// product returns a·b, nil if the shapes do not fit.
func product(a, b *Matrix) *Matrix {
	if a.Cols != b.Rows {
		return nil
	}
	c := matrix.New[float64](a.Rows, b.Cols)
	matrix.Mul(c, a, b)
	return c
}
