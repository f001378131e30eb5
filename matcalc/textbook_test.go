package matcalc

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// textbookCase is a line of testdata/textbook.txt.
func textbookCase(t *testing.T, line string) (p Problem, gradient, hessian string) {
	t.Helper()
	parts := strings.Split(line, " | ")
	if len(parts) < 5 {
		t.Fatalf("%s: %d parts", line, len(parts))
	}
	for _, text := range strings.Fields(parts[0]) {
		declaration := strings.Split(text, ":")
		v := Variable{Name: declaration[0], Shape: strings.Split(declaration[1], ",")}
		if len(declaration) > 2 {
			v.Props = strings.Split(declaration[2], "+")
		}
		p.Vars = append(p.Vars, v)
	}
	for _, text := range strings.Split(parts[1], "; ") {
		if name, expr, ok := strings.Cut(text, "="); ok {
			p.Where = append(p.Where, Definition{strings.TrimSpace(name), strings.TrimSpace(expr)})
		}
	}
	p.Functions = Functions{
		{Name: "f", Args: []string{"Y"}, Grads: []string{"df"}},
		{Name: "sigma", Elementwise: true, Deriv: "dsigma"},
	}
	p.Expr, p.Wrt, gradient = parts[2], parts[3], parts[4]
	if len(parts) > 5 {
		hessian = parts[5]
	}
	return p, gradient, hessian
}

// What textbooks say of some hundreds of objectives is found, and not longer:
// half of the answers have no more nodes than theirs, none more than 1.25 times
// as many.
func TestTextbook(t *testing.T) {
	data, err := os.ReadFile("testdata/textbook.txt")
	if err != nil {
		t.Fatal(err)
	}
	answers, longer := 0, 0
	for _, line := range strings.Split(string(data), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		p, gradient, hessian := textbookCase(t, line)
		d, err := Derive(&p, Options{Hessian: hessian != "", Seed: 5})
		if err != nil {
			t.Errorf("%s by %s: %v", p.Expr, p.Wrt, err)
			continue
		}
		if err := d.Mistake(); err != nil {
			t.Errorf("%s by %s: %v", p.Expr, p.Wrt, err)
		}
		for _, c := range []struct {
			got  *Expr
			want string
		}{{d.Gradient, gradient}, {d.Hessian, hessian}} {
			if c.got == nil {
				continue
			}
			agree(t, d, c.got, c.want)
			tree, _ := Parse(c.want)
			answers++
			if c.got.Nodes() > tree.Nodes() {
				longer++
			}
			if 4*c.got.Nodes() > 5*tree.Nodes() {
				t.Errorf("%s by %s: %s has %d nodes, %s %d", p.Expr, p.Wrt, c.got, c.got.Nodes(), c.want, tree.Nodes())
			}
		}
	}
	if answers < 350 || 10*longer > answers {
		t.Errorf("%d of %d answers are longer than those of textbooks", longer, answers)
	}
}

// agree compares an answer with what a textbook says, at random points: a scalar
// in the place of a matrix is that in every entry.
func agree(t *testing.T, d *Derivation, got *Expr, text string) {
	t.Helper()
	want, err := d.Scope.Parse(text)
	if err != nil {
		t.Errorf("%s: %v", text, err)
		return
	}
	if want.IsScalar() {
		want = d.Scope.Mul(want, d.Scope.Ones(got.shape))
	}
	rng := rand.New(rand.NewPCG(1, 7))
	compared := 0
	for set := range 6 {
		p, err := d.Scope.RandomPoint(rng, d.Scope.Sizes(set, nil), nil, d.Objective, got, want)
		if err != nil {
			continue // where there are too few rows, X'*X is singular
		}
		compared++
		ev := d.Scope.At(p)
		if e := relative(ev.dual(got).dense(false), ev.dual(want).dense(false)); !(e <= 1e-8) {
			t.Errorf("%s by %s: %s is %.1e away from %s", d.Problem.Expr, d.Problem.Wrt, got, e, text)
			return
		}
	}
	if compared < 2 {
		t.Errorf("%s: %s was compared at %d points", d.Problem.Expr, text, compared)
	}
}
