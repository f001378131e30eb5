package matcalc

import (
	"fmt"
	"slices"
	"strings"
)

// goSignature is what a generated function takes and returns.
type goSignature struct {
	scope   *Scope
	given   map[string]int // sizes of dimensions, where the problem has them
	results []goResult     // the objective first
	steps   []int          // in which order they are computed, nil if as they are returned
	about   string         // what the function returns, for its comment
	lines   []goEquation   // for the comment
	names   *goNames
	params  map[string]string // of variables and functions
	dims    map[string]string
	list    []string          // parameters with types
	sizes   []string          // dimensions that no matrix has: parameters, too
	scalars map[string][]bool // which arguments of an abstract function are float64
	remarks map[string]string // on variables, for their comments
}

// goEquation is a line in the comment of a function: an equation, or between two
// of them a word or nothing.
type goEquation struct {
	text, number string
	math         bool
}

// equation enters an equation with its number in the article, "" for none.
func (s *goSignature) equation(name string, e *Expr, number string) {
	s.lines = append(s.lines, goEquation{fmt.Sprintf("%s = %s", name, e), number, true})
	s.remarks[name] = number
}

// goResult is what a function returns.
type goResult struct {
	name    string
	e       *Expr
	section string // a comment above its statements, "" for none
}

// newGoSignature returns that of the function which computes a derivation's
// gradient, or its Hessian, too.
func newGoSignature(d *Derivation, hessian bool, reserved ...string) *goSignature {
	s := &goSignature{scope: d.Scope, given: d.Problem.Dims, results: []goResult{{e: d.Objective}, {e: d.Gradient}}, remarks: map[string]string{}}
	what := "its gradient"
	if d.Hessian != nil {
		s.results = append(s.results, goResult{e: d.Hessian})
	}
	s.declare(reserved)
	for i, names := range [][]string{{"f", "value"}, {"grad", "gradient"}, {"hess", "hessian"}}[:len(s.results)] {
		s.results[i].name = s.names.pick(names...)
	}
	if hessian {
		what = "its gradient and Hessian"
	} else {
		s.results = s.results[:2]
	}
	s.about = fmt.Sprintf("%s and %s by %s", s.results[0].name, what, d.Wrt.name)
	for _, r := range s.results {
		s.equation(r.name, r.e, "")
	}
	if len(d.Scope.Wheres) > 0 {
		s.lines = append(s.lines, goEquation{text: "where"})
	}
	for _, w := range d.Scope.Wheres {
		s.equation(w.name, w.def, "")
	}
	return s
}

// declare makes the parameters, given the expressions of the results.
func (s *goSignature) declare(reserved []string) {
	s.names, s.params, s.dims = newGoNames(append(reserved, "err")...), map[string]string{}, map[string]string{}
	for _, v := range s.scope.Vars {
		s.params[v.name] = s.names.user(v.name)
		s.parameter(s.params[v.name], goType(v.shape))
	}
	known := map[string]bool{}
	for _, v := range s.scope.Vars {
		known[v.shape.Rows.names], known[v.shape.Cols.names] = true, true
	}
	for _, dim := range s.scope.Dims() {
		s.dims[dim] = s.names.user(dim)
		if !known[dim] && s.uses(dim) {
			s.sizes = append(s.sizes, dim)
			s.parameter(s.dims[dim], "int")
		}
	}
	s.findScalars()
	for _, f := range s.scope.Functions {
		s.declareFunction(f)
	}
}

func goType(s Shape) string {
	if s.IsScalar() {
		return "float64"
	}
	return "*mat.Dense"
}

func (s *goSignature) parameter(name, typ string) { s.list = append(s.list, name+" "+typ) }

// parameters returns the list of parameters, those of one type together.
func (s *goSignature) parameters() string {
	var b strings.Builder
	for i, p := range s.list {
		name, typ, _ := strings.Cut(p, " ")
		b.WriteString(name)
		if i+1 < len(s.list) && strings.HasSuffix(s.list[i+1], " "+typ) && !strings.HasPrefix(typ, "func") {
			b.WriteString(", ")
			continue
		}
		b.WriteString(" " + typ)
		if i+1 < len(s.list) {
			b.WriteString(", ")
		}
	}
	return b.String()
}

// resultNames returns the names of the results.
func (s *goSignature) resultNames() (names []string) {
	for _, r := range s.results {
		names = append(names, r.name)
	}
	return names
}

// roots returns the expressions that are computed.
func (s *goSignature) roots() []*Expr {
	var roots []*Expr
	for _, r := range s.results {
		roots = append(roots, r.e)
	}
	return roots
}

// each calls f for all expressions that the function may compute, once.
func (s *goSignature) each(f func(e *Expr)) {
	seen := map[*Expr]bool{}
	var walk func(e *Expr)
	walk = func(e *Expr) {
		if e == nil || seen[e] {
			return
		}
		seen[e] = true
		f(e)
		walk(e.def)
		for _, a := range e.args {
			walk(a)
		}
	}
	for _, r := range s.roots() {
		walk(r)
	}
}

// uses reports whether a dimension occurs in what is computed.
func (s *goSignature) uses(dim string) bool {
	found := false
	s.each(func(e *Expr) {
		if e.op == OpDim && e.name == dim || slices.Contains(e.shape.Rows.factors(), dim) || slices.Contains(e.shape.Cols.factors(), dim) {
			found = true
		}
	})
	return found
}

// findScalars finds out which arguments of abstract functions are scalars
// wherever they are called.
func (s *goSignature) findScalars() {
	s.scalars = map[string][]bool{}
	s.each(func(e *Expr) {
		if e.op != OpApp && e.op != OpGradApp {
			return
		}
		old := s.scalars[e.fn.Name]
		for i, a := range e.args {
			if old == nil {
				s.scalars[e.fn.Name] = append(s.scalars[e.fn.Name], a.IsScalar())
			} else if old[i] != a.IsScalar() {
				panic(within(e.fn.Name, errorf(Unsupported, "there is no Go code for a function whose argument is a scalar here and a matrix there")))
			}
		}
	})
}

// declareFunction makes parameters of an abstract function and its derivatives.
func (s *goSignature) declareFunction(f *Function) {
	declare := func(name, typ string) {
		if name != "" && s.params[name] == "" {
			s.params[name] = s.names.user(name)
			s.parameter(s.params[name], typ)
		}
	}
	if f.Elementwise {
		declare(f.Name, "func(float64) float64")
		declare(f.Deriv, "func(float64) float64")
		return
	}
	types := make([]string, len(f.Args))
	list := make([]string, len(f.Args))
	names := newGoNames()
	for i, name := range f.Args {
		types[i] = "*mat.Dense"
		if scalars := s.scalars[f.Name]; scalars != nil && scalars[i] {
			types[i] = "float64"
		}
		list[i] = names.user(name) + " " + types[i]
	}
	params := (&goSignature{list: list}).parameters()
	declare(f.Name, "func("+params+") float64")
	for i, name := range f.Grads {
		declare(name, "func("+params+") "+types[i])
	}
}

// dimensions returns the statements that read sizes off the arguments.
func (s *goSignature) dimensions(body string) string {
	used, err := goIdentifiers("func _() {\n" + body + "\n}")
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	known := map[string]bool{}
	for _, size := range s.sizes {
		known[size] = true
	}
	for _, v := range s.scope.Vars {
		if v.IsScalar() {
			continue
		}
		names := [2]string{"_", "_"}
		for i, side := range []Dim{v.shape.Rows, v.shape.Cols} {
			if name := s.dims[side.names]; side.names != "" && !known[side.names] && used[name] {
				known[side.names] = true
				names[i] = name
			}
		}
		if names != [2]string{"_", "_"} {
			fmt.Fprintf(&b, "%s, %s := %s.Dims()\n", names[0], names[1], s.params[v.name])
		}
	}
	return b.String()
}

// checks writes the checks of the arguments.
func (s *goSignature) checks(g *goWriter) {
	var list, symmetric []string
	for _, v := range s.scope.Vars {
		if v.IsScalar() {
			continue
		}
		p := s.params[v.name]
		list = append(list, fmt.Sprintf("argument{%q, %s, %q, %s},\n", v.name, p, v.shape, g.dimsOf(v.shape)))
		if v.Is(Symmetric) {
			symmetric = append(symmetric, fmt.Sprintf("err := checkSymmetric(%q, %s); err != nil", v.name, p))
		}
	}
	if len(list) > 0 {
		g.failed("err := checkShapes(\n"+strings.Join(list, "")+"); err != nil", "err")
	}
	for _, check := range symmetric {
		g.failed(check, "err")
	}
}
