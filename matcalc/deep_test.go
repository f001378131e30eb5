package matcalc

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// network returns a network of tanh layers by where definitions.
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

func TestZZ(t *testing.T) {
	for _, l := range []int{2, 8, 16, 32, 64, 128} {
		p := network(l)
		start := time.Now()
		d, err := Derive(&p, Options{})
		if err != nil {
			t.Log(l, err)
			continue
		}
		t.Log(l, time.Since(start), len(d.Steps), d.Gradient.Nodes(), d.Warnings, len(d.Checks))
		start = time.Now()
		n := 0
		for _, s := range d.Steps {
			n += len(s.DF.String())
		}
		t.Log(time.Since(start), n)
	}
	for _, c := range []struct{ name, expr string }{
		{"sum of traces", strings.Repeat("tr(A*X)+", 8000) + "tr(X*A)"},
		{"sum of different traces", func() string {
			s := "tr(X*A)"
			for i := range 4000 {
				s += fmt.Sprintf("+%d*tr(A*X*A^%d)", i+1, i%40+2)
			}
			return s
		}()},
		{"long product", "tr(X*" + strings.Repeat("A*X*", 3000) + "A)"},
		{"X^50", "tr(X^50*A)"},
		{"X^51", "tr(X^51*A)"},
		{"nested", "norm2(" + strings.Repeat("tanh(A*", 100) + "X" + strings.Repeat(")", 100) + ")^2"},
		{"residual", "norm2(" + strings.Repeat("tanh(X+X*", 40) + "X" + strings.Repeat(")", 40) + ")^2"},
		{"had", "sum(" + strings.Repeat("(X.*A+", 80) + "X" + strings.Repeat(").^2", 80) + ")"},
	} {
		p := Problem{Vars: Variables{{"A", []string{"n", "n"}, nil}, {"X", []string{"n", "n"}, nil}}, Expr: c.expr, Wrt: "X"}
		start := time.Now()
		d, err := Derive(&p, Options{})
		if err != nil {
			t.Log(c.name, time.Since(start), err)
			continue
		}
		t.Log(c.name, time.Since(start), len(d.Steps), d.Warnings, len(d.Checks))
	}
	wide := Problem{Vars: Variables{{"X", []string{"n", "n"}, nil}}, Expr: "norm2(Y299)^2", Wrt: "X", Where: []Definition{{"Y0", "tanh(X)"}}}
	for i := 1; i < 300; i++ {
		wide.Where = append(wide.Where, Definition{fmt.Sprintf("Y%d", i), fmt.Sprintf("tanh(Y%d*X+Y%d)", i-1, i-1)})
	}
	start := time.Now()
	d, err := Derive(&wide, Options{})
	if err != nil {
		t.Log("where", time.Since(start), err)
	} else {
		t.Log("where", time.Since(start), len(d.Steps), d.Warnings, len(d.Checks))
	}
}
