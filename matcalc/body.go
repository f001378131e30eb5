package matcalc

import (
	"fmt"
	"math"
	"slices"
)

// Abstract functions have values in two ways. At a point of the user's they are
// those of the numeric bodies that he has declared. At a random point they are
// those of stand-ins, which fit each other whatever is declared, so that every
// derivation can be checked.

// body is the numeric body of an abstract function for arguments of certain
// shapes, in a scope of its own.
type body struct {
	scope *Scope
	expr  *Expr
}

// standIn returns a body that f, a scalar function, might have: which is 0 for
// the value, 1 + k for the gradient by argument k.
func (f *Function) standIn(which int) string {
	if which > 0 {
		arg := f.Args[which-1]
		return fmt.Sprintf("cos(%s)+%s", arg, arg)
	}
	text := "1"
	for _, arg := range f.Args {
		text += fmt.Sprintf("+sum(sin(%s))+0.5*norm2(%s)^2", arg, arg)
	}
	return text
}

// declared returns the body of f, a scalar function, as it is declared.
func (f *Function) declared(which int) string {
	switch {
	case which == 0:
		return f.Value
	case which-1 < len(f.GradBody):
		return f.GradBody[which-1]
	}
	return ""
}

// standInOf returns a body for the element-wise function or derivative of this
// name: the derivative of that of the function whose derivative it is.
func (s *Scope) standInOf(name string, seen []string) string {
	if slices.Contains(seen, name) {
		return "exp(t)" // f'' = f, or a longer circle
	}
	for _, f := range s.Functions {
		if f.Deriv == name {
			return s.derivativeOf(s.standInOf(f.Name, append(seen, name)))
		}
	}
	return "sin(t)+0.3*t"
}

// declaredOf returns the body of an element-wise function or derivative as it is
// declared: by itself, or else as the derivative of one that is. It is "" if
// there is none.
func (s *Scope) declaredOf(name string, seen []string) string {
	if slices.Contains(seen, name) {
		return ""
	}
	for _, f := range s.Functions {
		switch {
		case f.Name == name && f.Value != "":
			return f.Value
		case f.Deriv == name && f.DerivBody != "":
			return f.DerivBody
		}
	}
	for _, f := range s.Functions {
		if f.Deriv == name {
			return s.derivativeOf(s.declaredOf(f.Name, append(seen, name)))
		}
	}
	return ""
}

// derivativeOf returns the derivative of a body in t, "" if there is none.
func (s *Scope) derivativeOf(text string) string {
	if text == "" {
		return ""
	}
	if d, ok := s.derivatives[text]; ok {
		return d
	}
	if s.derivatives == nil {
		s.derivatives = map[string]string{}
	}
	p := Problem{Vars: Variables{{Name: "t", Shape: []string{"1", "1"}}}, Expr: text, Wrt: "t"}
	d, err := Derive(&p, Options{})
	if err == nil {
		s.derivatives[text] = pointwise(d.Gradient.Tree()).String()
	} else {
		s.derivatives[text] = ""
	}
	return s.derivatives[text]
}

// pointwise returns a tree of scalars as one that is right for matrices, entry
// by entry.
func pointwise(t *Tree) *Tree {
	r := *t
	switch {
	case t.Kind == TreeBinary && (t.Text == "*" || t.Text == "/" || t.Text == "^"):
		r.Text = "." + t.Text
	case t.Kind == TreeTranspose:
		return pointwise(t.Args[0])
	}
	r.Args = nil
	for _, a := range t.Args {
		r.Args = append(r.Args, pointwise(a))
	}
	return &r
}

// bodyText returns the body of the function, derivative or gradient that e is a call
// of, "" if it has none: its stand-in, or what is declared.
func (s *Scope) bodyText(e *Expr, standIn bool) string {
	which := e.index
	if e.op == OpGradApp {
		which++
	}
	switch {
	case e.op == OpFn && standIn:
		return s.standInOf(e.name, nil)
	case e.op == OpFn:
		return s.declaredOf(e.name, nil)
	case standIn:
		return e.fn.standIn(which)
	}
	return e.fn.declared(which)
}

// body returns the body of the function that e is a call of, nil if it has none.
func (s *Scope) body(e *Expr, standIn bool) *body {
	text := s.bodyText(e, standIn)
	if text == "" {
		return nil
	}
	args := e.args
	if e.op == OpFn {
		args = args[:1]
	}
	return s.bodyOf(e.fn, text, args)
}

// bodyOf returns a text as the body of f for args.
func (s *Scope) bodyOf(f *Function, text string, args []*Expr) *body {
	key := f.Name + " " + text
	for _, a := range args {
		key += " " + a.shape.String()
	}
	if b := s.bodies[key]; b != nil {
		return b
	}
	b := &body{scope: &Scope{Pool: NewPool(), names: map[string]*Expr{}, dims: s.dims}}
	names := f.Args
	if f.Elementwise {
		names = []string{"t"}
	}
	for i, name := range names {
		b.scope.names[name] = b.scope.Var(name, args[i].shape, 0)
		b.scope.Vars = append(b.scope.Vars, b.scope.names[name])
	}
	var err error
	if b.expr, err = b.scope.Parse(text); err != nil {
		panic(within(f.Name, err))
	}
	if s.bodies == nil {
		s.bodies = map[string]*body{}
	}
	s.bodies[key] = b
	return b
}

// abstract returns the value of an abstract function by its numeric body.
func (ev *Evaluator) abstract(e *Expr) dual {
	b := ev.scope.body(e, ev.point.standIns)
	if b == nil {
		return ev.slope(e)
	}
	inner := &Evaluator{scope: b.scope, point: ev.point, values: map[*Expr]dual{}, meter: ev.meter, warned: ev.warned}
	for i, v := range b.scope.Vars {
		inner.values[v] = ev.dual(e.args[i])
	}
	r := inner.dual(b.expr)
	ev.met = append(ev.met, inner.met...)
	if b.expr.shape == e.shape {
		return r
	}
	if !b.expr.IsScalar() {
		panic(within(e.fn.Name, errorf(BadShape, "the numeric body %s is %s where %s is needed", b.expr, b.expr.shape, e.shape)))
	}
	return times(r, ev.constant(e, 1))
}

// slope returns the gradient of a scalar function of which only the value has a
// body: by the derivative of that body in each direction. Its own derivative is
// not a number.
func (ev *Evaluator) slope(e *Expr) dual {
	if e.op != OpGradApp || e.fn.Value == "" {
		panic(within(e.fn.Name, errorf(BadDeclaration, "there is no numeric body for %s", e.name)))
	}
	b := ev.scope.bodyOf(e.fn, e.fn.Value, e.args)
	moves := false
	along := func(direction []float64) float64 {
		inner := &Evaluator{scope: b.scope, point: ev.point, values: map[*Expr]dual{}, meter: ev.meter, warned: ev.warned}
		for i, v := range b.scope.Vars {
			x := ev.dual(e.args[i])
			moves = moves || x.d != nil
			x.d = nil
			if i == e.index {
				x.d = direction
			}
			inner.values[v] = x
		}
		return inner.dual(b.expr).dense(true).At(0, 0)
	}
	r := ev.constant(e, 1)
	for i := range r.v {
		direction := make([]float64, len(r.v))
		direction[i] = 1
		r.v[i] = along(direction)
	}
	if moves {
		r.d = ev.constant(e, math.NaN()).v
	}
	return r
}
