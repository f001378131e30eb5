package matcalc

import (
	"fmt"
	"slices"
	"strings"
)

// part is one term of a differential: linear operators, the outermost first, on
// the differential of of.
type part struct {
	chain []operator
	of    *Expr
}

// expansion is the differential of an expression in those of its arguments.
type expansion struct {
	parts []part
	rules []Rule
	notes []string
}

// differential finds expansions.
type differential struct {
	*Scope
	wrt      []*Expr         // the variables
	moves    map[*Expr]bool  // whether an expression depends on one of them
	names    map[*Expr]*Expr // of what is defined
	done     map[*Expr]*expansion
	warnings []Warning
}

func newDifferential(s *Scope, wrt []*Expr) *differential {
	d := &differential{Scope: s, wrt: wrt, moves: map[*Expr]bool{}, names: map[*Expr]*Expr{}, done: map[*Expr]*expansion{}}
	for _, v := range s.Wheres {
		d.names[v.def] = v
	}
	return d
}

// isVariable reports whether e is one of the variables.
func (d *differential) isVariable(e *Expr) bool { return slices.Contains(d.wrt, e) }

// isTotal reports whether several variables move.
func (d *differential) isTotal() bool { return len(d.wrt) > 1 }

// wrtNames returns the names of the variables.
func (d *differential) wrtNames() string {
	names := make([]string, len(d.wrt))
	for i, v := range d.wrt {
		names[i] = v.name
	}
	return strings.Join(names, ", ")
}

// depends reports whether e depends on a variable.
func (d *differential) depends(e *Expr) bool {
	if known, ok := d.moves[e]; ok {
		return known
	}
	yes := d.isVariable(e) || e.def != nil && d.depends(e.def) || slices.ContainsFunc(e.args, d.depends)
	d.moves[e] = yes
	return yes
}

func (d *differential) warn(kind Kind, format string, args ...any) {
	d.warnings = append(d.warnings, Warning{kind, fmt.Sprintf(format, args...)})
}

// of returns the differential of e, which depends on the variable and is not it.
func (d *differential) of(e *Expr) *expansion {
	if x := d.done[e]; x != nil {
		return x
	}
	x := &expander{d, e, e, &expansion{}}
	if name := d.names[e]; name != nil {
		x.self = name
	}
	x.expand()
	d.done[e] = x.to
	return x.to
}

// expander makes the expansion of e, which in the result is called self: by its
// name if it has one.
type expander struct {
	*differential
	e, self *Expr
	to      *expansion
}

// add enters a term: operators on the differential of u. It is left out if u is
// constant.
func (x *expander) add(u *Expr, chain ...operator) {
	if !x.depends(u) {
		x.rule(RuleConstant)
		return
	}
	for i := len(chain) - 1; i >= 0; i-- {
		if i == len(chain)-1 {
			chain[i].shape = u.shape
			continue
		}
		chain[i].shape = chain[i+1].result()
	}
	x.to.parts = append(x.to.parts, part{chain, u})
}

// result returns the shape of what the operator makes.
func (o operator) result() Shape {
	s := o.shape
	switch o.kind {
	case opMul:
		if o.a != nil {
			s.Rows = o.a.shape.Rows
		}
		if o.b != nil {
			s.Cols = o.b.shape.Cols
		}
	case opT:
		return s.T()
	case opTr, opSum, opInner:
		return Scalar
	case opTimes:
		return o.a.shape
	case opDiag:
		return Shape{s.Rows, s.Rows}
	case opDiagOf:
		return Shape{s.Rows, One}
	case opVec:
		return Shape{s.Rows.Times(s.Cols), One}
	case opKronL, opKronR:
		return Shape{s.Rows.Times(o.a.shape.Rows), s.Cols.Times(o.a.shape.Cols)}
	}
	return s
}

func (x *expander) rule(rules ...Rule) {
	for _, r := range rules {
		if !slices.Contains(x.to.rules, r) {
			x.to.rules = append(x.to.rules, r)
		}
	}
}

// expand applies the rule for the differential of e.
func (x *expander) expand() {
	e := x.e
	switch e.op {
	case OpVar:
		x.rule(RuleDefinition)
		x.add(e.def)
	case OpAdd:
		x.rule(R1)
		for _, a := range e.args {
			x.add(a)
		}
	case OpScale:
		x.scale()
	case OpProd:
		x.product()
	case OpHad:
		x.rule(R7)
		x.mustBeShort(e.args)
		for i, a := range e.args {
			x.add(a, operator{kind: opHad, a: x.Had(without(e.args, i)...)})
		}
	case OpPow:
		x.power()
	case OpEPow:
		x.entryPower()
	case OpMPow:
		x.matrixPower()
	case OpT:
		x.rule(R3)
		x.add(e.args[0], operator{kind: opT})
	case OpInv:
		x.rule(R5)
		x.add(e.args[0], operator{kind: opMul, a: x.Neg(x.self), b: x.self})
	case OpTr:
		x.trace()
	case OpDet:
		x.det(e, x.self, x.one)
	case OpLogdet:
		x.rule(RuleLogdet)
		x.add(e.args[0], operator{kind: opInner, a: x.T(x.inverse(e.args[0]))})
	case OpAdj:
		x.adjugate()
	case OpSum:
		x.sum()
	case OpNorm1:
		x.rule(RuleNorm1)
		x.add(e.args[0], operator{kind: opInner, a: x.Fn("sign", e.args[0])})
	case OpNorm2:
		x.rule(RuleNorm, RuleChain)
		x.add(e.args[0], operator{kind: opScale, a: x.Pow(x.self, x.Int(-1))}, operator{kind: opInner, a: e.args[0]})
	case OpDiag:
		x.rule(RuleDiag)
		x.add(e.args[0], operator{kind: opDiag})
	case OpDiagOf:
		x.rule(RuleDiag)
		x.add(e.args[0], operator{kind: opDiagOf})
	case OpVec:
		x.rule(RuleVec)
		x.add(e.args[0], operator{kind: opVec})
	case OpKron:
		x.rule(RuleKron)
		x.kron(e.args[0], e.args[1], opKronR)
		x.kron(e.args[1], e.args[0], opKronL)
	case OpFn:
		x.function()
	case OpApp:
		x.rule(RuleFunction)
		for k, a := range e.args {
			if x.depends(a) && e.fn.Grads[k] == "" {
				panic(errorf(Unsupported, "%s has no named gradient by its argument %s", e.fn.Name, e.fn.Args[k]))
			}
			if x.depends(a) {
				x.add(a, operator{kind: opInner, a: x.GradApp(e.fn, k, e.args...)})
			}
		}
	case OpGradApp:
		panic(errorf(Unsupported, "the derivative of %s is not declared: second derivatives of the abstract function %s have no name", e.name, e.fn.Name))
	default:
		panic(fmt.Sprintf("matcalc: no differential of %d", e.op))
	}
}
