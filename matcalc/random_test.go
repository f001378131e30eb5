package matcalc

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// randomProblem returns a random objective and a variable to differentiate by.
func randomProblem(seed uint64, depth int) Problem {
	rng := rand.New(rand.NewPCG(seed, 11))
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
	return errors.As(err, &e) && !strings.Contains(e.Message, "internal") && (e.Kind == Unsupported || e.Kind == TooLarge || e.Kind == OutsideDomain)
}

// Random objectives are differentiated right or refused: what Derive returns it
// has compared with dual numbers and central differences.
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
		case !isRefusal(err):
			t.Errorf("%d: %s by %s: %v", seed, p.Expr, p.Wrt, err)
		default:
			t.Logf("%d: %s by %s: %v", seed, p.Expr, p.Wrt, err)
		}
	}
	t.Logf("%d of %d", answered, count)
}
