package matcalc

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// goText is a Go expression of type float64 and how tightly its last operator
// binds.
type goText struct {
	s    string
	prec int
}

const (
	goSumPrec     = iota // a + b
	goProductPrec        // a * b, −a
	goAtomPrec           // a name, call or number
)

func goAtom(format string, args ...any) goText {
	return goText{fmt.Sprintf(format, args...), goAtomPrec}
}

// at returns t for a place where prec is needed.
func (t goText) at(prec int) string {
	if t.prec < prec {
		return "(" + t.s + ")"
	}
	return t.s
}

// goFloat returns a number as a Go constant of which no part is an integer
// division.
func goFloat(x *big.Rat) goText {
	f, _ := x.Float64()
	var s string
	switch {
	case x.IsInt() && x.Num().BitLen() <= 53:
		s = x.Num().String()
	case x.IsInt() || isExactDecimal(x, f):
		s = strconv.FormatFloat(f, 'g', -1, 64)
	case x.Num().BitLen() <= 53 && x.Denom().BitLen() <= 53:
		return goText{x.Num().String() + ".0 / " + x.Denom().String(), goProductPrec}
	default:
		s = strconv.FormatFloat(f, 'g', -1, 64)
	}
	if x.Sign() < 0 {
		return goText{s, goProductPrec}
	}
	return goText{s, goAtomPrec}
}

// isExactDecimal reports whether the shortest decimal for f is x.
func isExactDecimal(x *big.Rat, f float64) bool {
	y, ok := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	return ok && y.Cmp(x) == 0
}

// goFormula writes formulas of entries or of scalars.
type goFormula struct {
	g *goWriter
	// leaf returns what stands for n: of an inline n, nothing.
	leaf func(n *goNode) (goText, bool)
}

// text returns the formula of n.
func (f *goFormula) text(n *goNode) goText {
	if t, ok := f.leaf(n); ok {
		return t
	}
	return f.own(n)
}

// own returns the formula of n itself, which has no name.
func (f *goFormula) own(n *goNode) goText {
	switch n.op {
	case goNum:
		return goFloat(n.num)
	case goDim:
		return goAtom("float64(%s)", f.g.dim(n.dim))
	case goAdd:
		return f.sum(n.args)
	case goHad:
		return f.product(n)
	case goPow:
		return f.power(n)
	case goFn:
		return goAtom("%s(%s)", f.g.function(n), f.text(n.args[0]).s)
	}
	panic(fmt.Sprintf("matcalc: no formula of operation %d", n.op))
}

func (f *goFormula) sum(terms []*goNode) goText {
	ts := make([]goText, len(terms))
	for i, n := range terms {
		ts[i] = f.text(n)
	}
	return joinSum(ts)
}

func joinSum(ts []goText) goText {
	if len(ts) == 1 {
		return ts[0]
	}
	isNegative := func(t goText) bool { return strings.HasPrefix(t.s, "-") }
	if i := slices.IndexFunc(ts, func(t goText) bool { return !isNegative(t) }); i > 0 { // y - x, not -x + y
		ts = slices.Concat(ts[i:i+1], ts[:i], ts[i+1:])
	}
	var b strings.Builder
	for i, t := range ts {
		s := t.at(goProductPrec)
		switch negative := strings.HasPrefix(s, "-"); {
		case i == 0:
			b.WriteString(s)
		case negative:
			b.WriteString(" - " + s[1:])
		default:
			b.WriteString(" + " + s)
		}
	}
	return goText{b.String(), goSumPrec}
}

// goFactors are the factors of a product.
type goFactors struct {
	num   *big.Rat
	above []goText
	below []goText
}

func (f *goFormula) product(n *goNode) goText {
	p := goFactors{num: ratOne}
	f.collectOwn(n, &p)
	return p.text()
}

// collect adds the factors of n, and of the products in it that have no name.
func (f *goFormula) collect(n *goNode, p *goFactors) {
	if t, ok := f.leaf(n); ok {
		if t.s != "1" {
			p.above = append(p.above, t)
		}
		return
	}
	f.collectOwn(n, p)
}

// collectOwn adds the factors of n, whatever stands for n itself.
func (f *goFormula) collectOwn(n *goNode, p *goFactors) {
	switch {
	case n.op == goNum:
		p.num = ratMul(p.num, n.num)
	case n.op == goHad:
		p.num = ratMul(p.num, n.num)
		for _, a := range n.args {
			f.collect(a, p)
		}
	case n.op == goPow && n.args[1].op == goNum && n.args[1].num.Sign() < 0:
		p.below = append(p.below, f.raise(n.args[0], new(big.Rat).Neg(n.args[1].num)))
	default:
		p.above = append(p.above, f.own(n))
	}
}

func (p *goFactors) text() goText {
	sign := ""
	num := p.num
	if num.Sign() < 0 {
		sign, num = "-", new(big.Rat).Neg(num)
	}
	above, below := p.above, p.below
	value, _ := num.Float64()
	switch {
	case isOne(num):
	case num.Num().IsInt64() && num.Num().Int64() == 1 && len(above) > 0 && num.Denom().BitLen() < 8,
		!num.IsInt() && !isExactDecimal(num, value) && num.Num().BitLen() <= 53 && num.Denom().BitLen() <= 53:
		if num.Num().Cmp(big.NewInt(1)) != 0 {
			above = append([]goText{goAtom("%s", num.Num())}, above...)
		}
		below = append([]goText{goAtom("%s", num.Denom())}, below...)
	default:
		above = append([]goText{goFloat(num)}, above...)
	}
	if len(above) == 0 {
		above = []goText{goAtom("1")}
	}
	s := joinProduct(above)
	switch {
	case len(below) == 1:
		s += " / " + below[0].at(goAtomPrec)
	case len(below) > 1:
		s += " / (" + joinProduct(below) + ")"
	case len(above) == 1 && sign == "":
		return above[0]
	}
	return goText{sign + s, goProductPrec}
}

func joinProduct(ts []goText) string {
	parts := make([]string, len(ts))
	for i, t := range ts {
		parts[i] = t.at(goProductPrec)
		if i > 0 && strings.HasPrefix(parts[i], "-") {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, " * ")
}

func (f *goFormula) power(n *goNode) goText {
	e := n.args[1]
	switch {
	case e.op != goNum:
		return goAtom("math.Pow(%s, %s)", f.text(n.args[0]).s, f.text(e).s)
	case e.num.Sign() < 0:
		return f.product(n)
	}
	return f.raise(n.args[0], e.num)
}

var goIdentifier = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)

// raise returns a positive power.
func (f *goFormula) raise(base *goNode, e *big.Rat) goText {
	b := f.text(base)
	isName := goIdentifier.MatchString(b.s)
	switch {
	case isOne(e):
		return b
	case e.Cmp(big.NewRat(2, 1)) == 0 && isName:
		return goText{b.s + " * " + b.s, goProductPrec}
	case e.Cmp(big.NewRat(2, 1)) == 0:
		return goAtom("square(%s)", b.s)
	case e.Cmp(big.NewRat(3, 1)) == 0 && isName:
		return goText{b.s + " * " + b.s + " * " + b.s, goProductPrec}
	}
	return goAtom("math.Pow(%s, %s)", b.s, goFloat(e).s)
}
