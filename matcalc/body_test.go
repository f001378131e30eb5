package matcalc

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
)

// Abstract functions may have numeric bodies for all of their derivatives, for
// some, or for none: every derivation is checked, and a value at a point is there
// where it follows from what is declared.
func TestBodies(t *testing.T) {
	const none = "no value"
	tanh, dtanh, ddtanh := math.Tanh(0.5), 1-math.Pow(math.Tanh(0.5), 2), -2*math.Tanh(0.5)*(1-math.Pow(math.Tanh(0.5), 2))
	value := func(x float64) string { return fmt.Sprintf("%.12f", x) }
	for _, c := range []struct {
		functions          string // of sigma(x) at x = 0.5
		f, slope, slope2nd string
	}{
		{`{"sigma":{"kind":"elementwise","deriv":"dsigma"},"dsigma":{"kind":"elementwise","deriv":"ddsigma"}}`, none, none, none},
		{`{"sigma":{"kind":"elementwise","deriv":"dsigma","numeric":{"value":"tanh(t)","deriv":"1-tanh(t).^2"}},"dsigma":{"kind":"elementwise","deriv":"ddsigma"}}`,
			value(tanh), value(dtanh), value(ddtanh)},
		{`{"sigma":{"kind":"elementwise","deriv":"dsigma","numeric":{"value":"tanh(t)"}},"dsigma":{"kind":"elementwise","deriv":"ddsigma"}}`,
			value(tanh), value(dtanh), value(ddtanh)},
		{`{"sigma":{"kind":"elementwise","deriv":"dsigma"},"dsigma":{"kind":"elementwise","deriv":"ddsigma","numeric":{"value":"1-tanh(t).^2","deriv":"-2*tanh(t).*(1-tanh(t).^2)"}}}`,
			none, value(dtanh), value(ddtanh)},
		{`{"sigma":{"kind":"elementwise","deriv":"dsigma","numeric":{"deriv":"1-tanh(t).^2"}},"dsigma":{"kind":"elementwise","deriv":"ddsigma"}}`,
			none, value(dtanh), value(ddtanh)},
		{`{"sigma":{"kind":"elementwise","deriv":"c","numeric":{"value":"sin(t)"}},"c":{"kind":"elementwise","deriv":"m"},"m":{"kind":"elementwise","deriv":"d"},"d":{"kind":"elementwise","deriv":"sigma"}}`,
			value(math.Sin(0.5)), value(math.Cos(0.5)), value(-math.Sin(0.5))},
	} {
		p := Problem{Vars: Variables{{"x", []string{"n", "1"}, nil}}, Expr: "sum(sigma(x))", Wrt: "x"}
		if err := json.Unmarshal([]byte(c.functions), &p.Functions); err != nil {
			t.Fatal(err)
		}
		d, err := Derive(&p, Options{Hessian: true})
		if err != nil || len(d.Warnings) > 0 || len(d.Checks) == 0 {
			t.Errorf("%s: %v", c.functions, err)
			continue
		}
		at, err := d.Scope.NewPoint(map[string]int{"n": 1}, map[string]json.RawMessage{"x": []byte("0.5")})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []struct {
			e    *Expr
			want string
		}{{d.Objective, c.f}, {d.Gradient, c.slope}, {d.Hessian, c.slope2nd}} {
			got := none
			if v, err := d.Scope.At(at).Value(e.e); err == nil {
				got = value(v.At(0, 0))
			} else if !strings.Contains(err.Error(), "there is no numeric body for") {
				t.Error(err)
			}
			if got != e.want {
				t.Errorf("%s: %s is %s, want %s", c.functions, e.e, got, e.want)
			}
		}
	}
}

// A body that is not the derivative of the function's is said to be wrong; what
// is derived does not depend on it.
func TestBodiesThatDoNotFit(t *testing.T) {
	for _, c := range []struct{ functions, expr, says string }{
		{`{"f":{"kind":"scalar","args":["Y"],"grads":["df"],"numeric":{"value":"sum(sin(Y))","grads":["cos(Y)"]}}}`, "f(X)", ""},
		{`{"f":{"kind":"scalar","args":["Y"],"grads":["df"],"numeric":{"value":"sum(sin(Y))","grads":["sin(Y)"]}}}`, "f(X)", "the numeric body for df"},
		{`{"f":{"kind":"scalar","args":["Y","Z"],"grads":["df",null],"numeric":{"value":"sum(Y.*Z)","grads":["Z",null]}}}`, "f(X,A)", ""},
		{`{"f":{"kind":"scalar","args":["Y","Z"],"grads":["df",null],"numeric":{"value":"sum(Y.*Z)","grads":["Y",null]}}}`, "f(X,A)", "the numeric body for df"},
		{`{"f":{"kind":"elementwise","deriv":"df","numeric":{"value":"relu(t)","deriv":"step(t)"}}}`, "sum(f(X))", ""},
		{`{"f":{"kind":"elementwise","deriv":"df","numeric":{"value":"log(t)","deriv":"1./t"}}}`, "sum(f(X))", ""},
		{`{"f":{"kind":"elementwise","deriv":"df","numeric":{"value":"tanh(t)","deriv":"1+tanh(t).^2"}}}`, "sum(f(X))", "the numeric body for df"},
	} {
		p := Problem{Vars: Variables{{"X", []string{"n", "m"}, nil}, {"A", []string{"n", "m"}, nil}}, Expr: c.expr, Wrt: "X"}
		if err := json.Unmarshal([]byte(c.functions), &p.Functions); err != nil {
			t.Fatal(err)
		}
		d, err := Derive(&p, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.functions, err)
			continue
		}
		if says := fmt.Sprint(d.Warnings); (c.says != "") != (len(d.Warnings) > 0) || !strings.Contains(says, c.says) {
			t.Errorf("%s: warnings %s, want %q", c.functions, says, c.says)
		}
	}
}
