package matcalc

import (
	"fmt"
	"math"
)

// body is the numeric body of an abstract function for arguments of certain
// shapes, in a scope of its own.
type body struct {
	scope *Scope
	expr  *Expr
}

// standIn returns a body for a function that has none, so that what is derived
// with it can be checked, too: which is 0 for the value, 1 + k for the gradient
// by argument k, or 1 for the derivative of an element-wise function.
func (f *Function) standIn(which int) string {
	if f.Elementwise {
		return []string{"sin(t)+0.3*t", "cos(t)+0.3"}[which]
	}
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

// text returns the body as declared, "" if it is not.
func (f *Function) text(which int) string {
	switch {
	case f.Value == "" && f.DerivBody == "" && len(f.GradBody) == 0:
		return f.standIn(which)
	case which == 0:
		return f.Value
	case f.Elementwise:
		return f.DerivBody
	case which-1 < len(f.GradBody):
		return f.GradBody[which-1]
	}
	return ""
}

// body returns the body of f for args, nil if f has values and none for this.
func (s *Scope) body(f *Function, which int, args []*Expr) *body {
	text := f.text(which)
	if text == "" {
		return nil
	}
	key := fmt.Sprint(f.Name, which)
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
	which := e.index
	if e.op == OpGradApp {
		which++
	}
	b := ev.scope.body(e.fn, which, e.args)
	if b == nil {
		return ev.slope(e)
	}
	inner := &Evaluator{scope: b.scope, point: ev.point, values: map[*Expr]dual{}, warned: ev.warned}
	for i, v := range b.scope.Vars {
		inner.values[v] = ev.dual(e.args[i])
	}
	r := inner.dual(b.expr)
	ev.warnings = append(ev.warnings, inner.warnings...)
	if b.expr.shape == e.shape {
		return r
	}
	if !b.expr.IsScalar() {
		panic(within(e.fn.Name, errorf(BadShape, "the numeric body %s is %s where %s is needed", b.expr, b.expr.shape, e.shape)))
	}
	return times(r, ev.constant(e, 1))
}

// slope returns the named derivative of a function of which only the value has
// a body: by the derivative of that body in each direction. Its own derivative
// is not a number.
func (ev *Evaluator) slope(e *Expr) dual {
	b := ev.scope.body(e.fn, 0, e.args)
	if b == nil {
		panic(within(e.fn.Name, errorf(BadDeclaration, "there is no numeric body for %s", e.name)))
	}
	k := 0
	if e.op == OpGradApp {
		k = e.index
	}
	moves := false
	along := func(direction []float64) dual {
		inner := &Evaluator{scope: b.scope, point: ev.point, values: map[*Expr]dual{}, warned: ev.warned}
		for i, v := range b.scope.Vars {
			x := ev.dual(e.args[i])
			moves = moves || x.d != nil
			x.d = nil
			if i == k {
				x.d = direction
			}
			inner.values[v] = x
		}
		r := inner.dual(b.expr)
		return dual{r.rows, r.cols, r.dense(true).RawMatrix().Data, nil}
	}
	r := ev.constant(e, 1)
	if e.op == OpFn {
		r = times(along(r.v), r)
	} else {
		for i := range r.v {
			direction := make([]float64, len(r.v))
			direction[i] = 1
			r.v[i] = along(direction).v[0]
		}
	}
	if moves {
		r.d = ev.constant(e, math.NaN()).v
	}
	return r
}
