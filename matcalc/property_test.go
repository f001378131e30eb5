package matcalc

import (
	"bytes"
	"go/format"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// drawn is a source of random numbers that rapid draws and makes smaller: every
// choice of a generator that is built on it.
type drawn struct{ *rapid.T }

func (d drawn) Uint64() uint64 { return rapid.Uint64().Draw(d.T, "choice") }

// objectiveOf draws an objective and a variable. What the engine refuses is
// skipped.
func objectiveOf(t *rapid.T) *Derivation {
	p := problemOf(rand.New(drawn{t}), rapid.IntRange(1, 3).Draw(t, "depth"))
	d, err := Derive(&p, Options{})
	if isRefusal(err) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("%s by %s: %v", p.Expr, p.Wrt, err)
	}
	return d
}

// pointOf draws a point where all of es are finite, other than those that the
// engine checks itself at.
func pointOf(t *rapid.T, s *Scope, moving []*Expr, es ...*Expr) *Evaluator {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "point"), 99))
	p, err := s.RandomPoint(rng, s.Sizes(rapid.IntRange(0, 5).Draw(t, "sizes"), nil), moving, es...)
	if err != nil {
		t.Skip(err)
	}
	return s.At(p)
}

// sameValue fails unless two computations of one thing agree, to the digits that are
// left of numbers of the given size.
func sameValue(t *rapid.T, got, want *mat.Dense, size float64, format string, args ...any) {
	t.Helper()
	var off mat.Dense
	off.Sub(got, want)
	if e := mat.Norm(&off, 2); !(e <= 1e-7*(1+size+mat.Norm(want, 2))) {
		t.Fatalf("%.1e off: "+format, append([]any{e}, args...)...)
	}
}

// The gradient G has df = tr(G'·dX), where df is the derivative by dual numbers
// along dX.
func TestGradientIsTheDualDerivative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := objectiveOf(t)
		ev := pointOf(t, d.Scope, []*Expr{d.Wrt}, d.Objective, d.Gradient)
		g, dX := ev.dual(d.Gradient).dense(false), ev.point.Dir[d.Wrt.name]
		var product mat.Dense
		product.MulElem(g, dX)
		df := ev.dual(d.Objective).dense(true)
		size := mat.Norm(g, 2)*mat.Norm(dX, 2) + mat.Norm(ev.dual(d.Objective).dense(false), 2)
		sameValue(t, mat.NewDense(1, 1, []float64{mat.Sum(&product)}), df, size, "%s by %s: %s", d.Problem.Expr, d.Wrt, d.Gradient)
	})
}

// What is printed is read as what it was, and so is what is printed of that.
func TestPrintedIsParsed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := objectiveOf(t)
		for _, e := range []*Expr{d.Objective, d.Gradient} {
			again, err := d.Scope.Parse(e.String())
			if err != nil {
				t.Fatalf("%s: %v", e, err)
			}
			if again.shape != e.shape {
				t.Fatalf("%s is %v, read again %v", e, e.shape, again.shape)
			}
			ev := pointOf(t, d.Scope, nil, e, again)
			value := ev.dual(e).dense(false)
			sameValue(t, ev.dual(again).dense(false), value, 0, "%s is read as %s", e, again)
		}
		for _, s := range d.Steps {
			if _, err := d.Scope.ParseDifferential(s.DF.String()); err != nil {
				t.Fatalf("the line %s: %v", s.DF, err)
			}
		}
	})
}

// Simplifying neither changes a value nor makes an expression longer.
func TestSimplifyKeepsTheValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problemOf(rand.New(drawn{t}), rapid.IntRange(1, 4).Draw(t, "depth"))
		s, err := p.Compile()
		if err != nil {
			t.Skip(err)
		}
		short := s.Simplify(s.F, nil)
		if short.Nodes() > s.F.Nodes() {
			t.Fatalf("%s is longer than %s", short, s.F)
		}
		ev := pointOf(t, s, nil, s.F, short)
		sameValue(t, ev.dual(short).dense(false), ev.dual(s.F).dense(false), 0, "%s is %s", s.F, short)
	})
}

// The gradient of f + g is the gradient of f plus that of g.
func TestGradientOfASum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := objectiveOf(t)
		p := *f.Problem
		other := problemOf(rand.New(drawn{t}), 2)
		p.Expr = other.Expr
		g, err := Derive(&p, Options{})
		if err != nil {
			t.Skip(err)
		}
		p.Expr = f.Problem.Expr + "+" + other.Expr
		sum, err := Derive(&p, Options{})
		if err != nil {
			t.Skip(err)
		}
		gradF, gradG := mustParse(t, sum.Scope, f.Gradient), mustParse(t, sum.Scope, g.Gradient)
		ev := pointOf(t, sum.Scope, nil, sum.Objective, sum.Gradient, gradF, gradG)
		want := mat.DenseCopyOf(ev.dual(gradF).dense(false))
		size := mat.Norm(want, 2)
		want.Add(want, ev.dual(gradG).dense(false))
		sameValue(t, ev.dual(sum.Gradient).dense(false), want, size, "%s by %s: %s", p.Expr, p.Wrt, sum.Gradient)
	})
}

// mustParse returns an expression of another scope in s.
func mustParse(t *rapid.T, s *Scope, e *Expr) *Expr {
	parsed, err := s.Parse(e.String())
	if err != nil {
		t.Fatalf("%s: %v", e, err)
	}
	return parsed
}

// Go code is as gofmt leaves it, and its test is.
func TestGoCodeIsFormatted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := objectiveOf(t)
		code, test, err := d.Go("p", "Grad")
		if isRefusal(err) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatalf("%s by %s: %v", d.Problem.Expr, d.Wrt, err)
		}
		for _, source := range [][]byte{code, test} {
			formatted, err := format.Source(source)
			if err != nil || !bytes.Equal(formatted, source) {
				t.Fatalf("%s by %s is not formatted, %v:\n%s", d.Problem.Expr, d.Wrt, err, source)
			}
		}
	})
}
