package matcalc

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// randomProblem returns a random objective and a variable to differentiate by.
func randomProblem(seed uint64, depth int) Problem {
	return problemOf(rand.New(rand.NewPCG(seed, 11)), depth)
}

// problemOf returns an objective and a variable, chosen by rng.
func problemOf(rng *rand.Rand, depth int) Problem {
	p := everything
	s, err := p.Declare()
	if err != nil {
		panic(err)
	}
	g := generator{rng, s}
	p.Expr = g.text("1", "1", depth)
	for range 20 {
		p.Wrt = s.Vars[rng.IntN(len(s.Vars))].name
		if p.Wrt != "Q" && strings.Contains(p.Expr, p.Wrt) {
			break
		}
	}
	if p.Wrt == "Q" {
		p.Wrt = "A"
	}
	return p
}

// isRefusal reports whether err says what the engine can't do.
func isRefusal(err error) bool {
	var e *Error
	return errors.As(err, &e) && !e.internal && (e.Kind == Unsupported || e.Kind == TooLarge || e.Kind == BadDivision)
}

// Random objectives are differentiated right or refused: what Derive returns it
// has compared with dual numbers and central differences. Of each there is Go
// code that can be parsed, or a reason why not.
func TestRandomObjectives(t *testing.T) {
	count := 400
	if testing.Short() {
		count = 50
	}
	answered := 0
	for seed := range uint64(count) {
		p := randomProblem(seed, 2+int(seed%4))
		d, err := Derive(&p, Options{Seed: seed, Verbose: seed%3 == 0})
		switch {
		case err == nil:
			answered++
			if len(d.Checks) == 0 && len(d.Warnings) == 0 {
				t.Errorf("%s by %s: not checked", p.Expr, p.Wrt)
			}
			if d.mistake != nil {
				t.Errorf("%d: %s by %s: simplifier: %v", seed, p.Expr, p.Wrt, d.mistake)
			}
			if _, _, err := d.Go("p", "Grad"); err != nil && !isRefusal(err) {
				t.Errorf("%d: Go of %s by %s: %v", seed, p.Expr, p.Wrt, err)
			}
		case !isRefusal(err):
			t.Errorf("%d: %s by %s: %v", seed, p.Expr, p.Wrt, err)
		default:
			t.Logf("%d: %s by %s: %v", seed, p.Expr, p.Wrt, err)
		}
	}
	t.Logf("%d of %d", answered, count)
}

// Random Hessians by vectors and scalars are right or refused.
func TestRandomHessians(t *testing.T) {
	answered, refused := 0, 0
	for seed := range uint64(400) {
		p := randomProblem(seed, 2+int(seed%2))
		if !strings.Contains("xyurst", p.Wrt) {
			continue
		}
		d, err := Derive(&p, Options{Seed: seed, Hessian: true})
		switch {
		case err == nil && d.mistake != nil:
			t.Errorf("%d: %s by %s: simplifier: %v", seed, p.Expr, p.Wrt, d.mistake)
		case err == nil:
			answered++
		case isRefusal(err):
			refused++
		default:
			t.Errorf("%d: %s by %s: %v", seed, p.Expr, p.Wrt, err)
		}
	}
	t.Logf("%d answered, %d refused", answered, refused)
}

// Whatever is asked, Derive answers or says what is wrong.
func FuzzDerive(f *testing.F) {
	for _, line := range strings.Split(strings.TrimSpace(objectives), "\n") {
		i := strings.LastIndex(line, " ")
		f.Add(line[:i], line[i+1:i+2])
	}
	f.Fuzz(func(t *testing.T, expr, wrt string) {
		p := declared()
		p.Expr, p.Wrt = expr, wrt
		_, err := Derive(&p, Options{Hessian: len(expr)%2 == 0})
		var e *Error
		if errors.As(err, &e) && e.internal {
			t.Errorf("%s by %s: %v", expr, wrt, err)
		}
	})
}
