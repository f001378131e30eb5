package matcalc

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// sameValue returns the largest relative difference of a and b at random points
// where both are finite. Few tries: where there is none it is 0.
func valueDifference(s *Scope, seed uint64, a, b *Expr, dims ...map[string]int) (float64, error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	worst := 0.0
	for set := range 2 {
		sizes := s.Sizes(set, nil)
		if len(dims) > 0 {
			sizes = s.Sizes(set, dims[set])
		}
		p, err := s.RandomPoint(rng, sizes, nil, a, b)
		if err != nil {
			return 0, err
		}
		ev := s.At(p)
		x, err := ev.Value(a)
		if err != nil {
			return 0, err
		}
		y, err := ev.Value(b)
		if err != nil {
			return 0, err
		}
		worst = max(worst, relative(x, y))
	}
	return worst, nil
}

func TestSimplifyReport(t *testing.T) {
	var ratios []float64
	good := 0
	for _, c := range readCases(t) {
		d, err := Derive(&c.Problem, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		raw := d.Gradient
		g := d.Scope.Simplify(raw, d.Scope.Wheres)
		if e, err := valueDifference(d.Scope, 7, raw, g, c.Dims, c.DimsAlt); err != nil || !(e <= 1e-9) {
			t.Errorf("%s: %s became %s: off by %g, %v", c.ID, raw, g, e, err)
		}
		if again := d.Scope.Simplify(g, d.Scope.Wheres); again != g {
			t.Errorf("%s: %s again is %s", c.ID, g, again)
		}
		ratio := float64(g.Nodes()) / float64(c.RefNodes)
		ratios = append(ratios, ratio)
		if ratio <= 1.5 {
			good++
		}
		if os.Getenv("REPORT") != "" {
			fmt.Printf("%-16s %.2f  %s\n                   ref %s\n", c.ID, ratio, g, c.Gradient)
			if g != raw {
				fmt.Printf("                   raw %s\n", raw)
			}
		}
	}
	slices.Sort(ratios)
	fmt.Println("median", ratios[len(ratios)/2], "share", float64(good)/float64(len(ratios)), "worst", ratios[len(ratios)-5:])
}
