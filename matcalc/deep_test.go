package matcalc

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// network returns the problem of a network of tanh layers by where definitions.
func network(layers int) Problem {
	p := Problem{Wrt: "W1", Expr: fmt.Sprintf("norm2(A%d-Y)^2/(2*N)", layers)}
	p.Vars = append(p.Vars, Variable{"A0", []string{"n0", "N"}, nil}, Variable{"Y", []string{fmt.Sprintf("n%d", layers), "N"}, nil})
	for l := 1; l <= layers; l++ {
		out, in := fmt.Sprintf("n%d", l), fmt.Sprintf("n%d", l-1)
		p.Vars = append(p.Vars, Variable{fmt.Sprintf("W%d", l), []string{out, in}, nil}, Variable{fmt.Sprintf("b%d", l), []string{out, "1"}, nil})
		p.Where = append(p.Where,
			Definition{fmt.Sprintf("Z%d", l), fmt.Sprintf("W%d*A%d+b%d*ones(1,N)", l, l-1, l)},
			Definition{fmt.Sprintf("A%d", l), fmt.Sprintf("tanh(Z%d)", l)})
	}
	return p
}

// A network takes three lines a layer: the loss, then the activation's rule and
// trick 5, and the product.
func TestNetworkIsLinear(t *testing.T) {
	for _, layers := range []int{2, 8, 20} {
		p := network(layers)
		d, err := Derive(&p, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if want := 3*layers + 2; len(d.Steps) != want {
			t.Errorf("%d layers: %d lines, want %d", layers, len(d.Steps), want)
		}
		if most := 9*layers + 10; d.Gradient.Nodes() > most {
			t.Errorf("%d layers: the gradient has %d nodes, more than %d", layers, d.Gradient.Nodes(), most)
		}
	}
}

// What is large is derived, or refused as too large.
func TestLargeObjectives(t *testing.T) {
	repeated := func(times int, before, middle, after string) string {
		return strings.Repeat(before, times) + middle + strings.Repeat(after, times)
	}
	different := "tr(X*A)"
	for i := range 4000 {
		different += fmt.Sprintf("+%d*tr(A*X*A^%d)", i+1, i%40+2)
	}
	for _, c := range []struct{ name, expr string }{
		{"a sum of equal traces", repeated(8000, "tr(A*X)+", "tr(X*A)", "")},
		{"a sum of different traces", different},
		{"a long product", "tr(X*" + repeated(3000, "A*X*", "A)", "")},
		{"a power", "tr(X^50*A)"},
		{"too high a power", "tr(X^51*A)"},
		{"a nest", "norm2(" + repeated(100, "tanh(A*", "X", ")") + ")^2"},
		{"a nest that branches", "norm2(" + repeated(40, "tanh(X+X*", "X", ")") + ")^2"},
		{"a nest of squares", "sum(" + repeated(80, "(X.*A+", "X", ").^2") + ")"},
	} {
		p := Problem{Vars: Variables{{"A", []string{"n", "n"}, nil}, {"X", []string{"n", "n"}, nil}}, Expr: c.expr, Wrt: "X"}
		d, err := Derive(&p, Options{})
		var e *Error
		switch {
		case errors.As(err, &e) && (e.Kind == TooLarge || e.Kind == Unsupported && !strings.Contains(e.Message, "internal")):
		case err != nil:
			t.Errorf("%s: %v", c.name, err)
		case len(d.Checks) < 4:
			t.Errorf("%s: %d checks, %v", c.name, len(d.Checks), d.Warnings)
		}
	}
}

// Definitions that each use the one before twice cost as much as the function,
// not twice as much each.
func TestSharedDefinitions(t *testing.T) {
	p := Problem{Vars: Variables{{"X", []string{"n", "n"}, nil}}, Wrt: "X", Where: []Definition{{"Y0", "tanh(X)"}}, Expr: "norm2(Y60)^2"}
	for i := 1; i <= 60; i++ {
		p.Where = append(p.Where, Definition{fmt.Sprintf("Y%d", i), fmt.Sprintf("tanh(Y%d*X+Y%d)", i-1, i-1)})
	}
	d, err := Derive(&p, Options{})
	if err != nil || len(d.Checks) < 4 {
		t.Fatalf("%v, %v", err, d)
	}
}

// Differentiating a graph makes a small multiple of the expressions that the
// graph has, however often they are shared.
func TestWorkIsThatOfTheGraph(t *testing.T) {
	plain := func(_ *Pool, e *Expr, _ []*Expr) *Expr { return e }
	for _, step := range []string{"tanh(Y%[1]d*X+Y%[1]d)", "Y%[1]d.*Y%[1]d+X", "inv(Y%[1]d+A)", "Y%[1]d+Y%[1]d'", "norm2(Y%[1]d)*Y%[1]d"} {
		for _, n := range []int{20, 40, 80, 160} {
			square := []string{"n", "n"}
			p := Problem{Vars: Variables{{"A", square, nil}, {"X", square, nil}}, Wrt: "X", Where: []Definition{{"Y0", "tanh(X)"}}, Expr: fmt.Sprintf("sum(Y%d)", n)}
			for i := range n {
				p.Where = append(p.Where, Definition{fmt.Sprintf("Y%d", i+1), fmt.Sprintf(step, i)})
			}
			s, err := p.Compile()
			if err != nil {
				t.Fatal(err)
			}
			nodes := s.count
			if _, err := newDeriver(s, Options{}, plain).derivation(&p, Options{}); err != nil {
				t.Fatalf("%s: %v", step, err)
			}
			if s.count > 12*nodes {
				t.Errorf("%d times %s: %d expressions, of which %d are the function's", n, step, s.count, nodes)
			}
		}
	}
}
