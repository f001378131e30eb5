package matcalc

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Problem is what a user writes: an objective, what to differentiate it by, and
// what the names in it mean. Its JSON is that of the cases in testdata.
type Problem struct {
	Vars      Variables      `json:"vars"`
	Where     Definitions    `json:"where"`
	Functions Functions      `json:"functions"`
	Expr      string         `json:"expr"`
	Wrt       string         `json:"wrt"`
	Dims      map[string]int `json:"dims"` // sizes for the numeric checks, and names for dimensions that no variable has
}

// Variable is a declared variable.
type Variable struct {
	Name  string
	Shape []string // rows and columns: a name or a whole number each
	Props []string // symmetric spd invertible diagonal orthogonal positive stochastic
}

// Definition is a name for an expression.
type Definition struct{ Name, Expr string }

// Variables, Definitions and Functions are in the order in which they are declared.
type (
	Variables   []Variable
	Definitions []Definition
	Functions   []Function
)

// Scope is the names of a problem with their meaning, and the pool of its
// expressions. It is not for concurrent use.
type Scope struct {
	*Pool
	Vars      []*Expr // in the order of declaration
	Wheres    []*Expr // in the order of definition
	Functions []*Function
	F         *Expr // the objective
	Wrt       *Expr // the variable to differentiate it by

	names  map[string]*Expr
	dims   map[string]bool
	roles  map[string]role
	later  []string // definitions that are not read yet
	bodies map[string]*body
	meter  meter // of evaluations

	derivatives map[string]string // of bodies of element-wise functions
}

// Compile reads a problem. Errors are of type *Error.
func (pr *Problem) Compile() (s *Scope, err error) {
	s, err = pr.Declare()
	if err != nil {
		return nil, err
	}
	defer Catch(&err)
	s.Wrt = s.wrt(pr.Wrt)
	if s.F, err = s.Parse(pr.Expr); err != nil {
		return nil, err
	}
	if !s.F.IsScalar() {
		return nil, errorf(NotScalar, "the objective is %s, not a scalar: wrap it in tr(), sum() or norm2()^2", s.F.shape)
	}
	return s, nil
}

// Limits on what is declared.
const (
	maxDeclared = 5000 // variables, definitions and functions together
	maxArgs     = 60   // of a function
)

// Declare reads the declarations and definitions of a problem, but not its
// objective: F and Wrt stay nil. Errors are of type *Error.
func (pr *Problem) Declare() (s *Scope, err error) {
	defer Catch(&err)
	if n := len(pr.Vars) + len(pr.Where) + len(pr.Functions); n > maxDeclared {
		return nil, errorf(TooLarge, "%d variables, definitions and functions are declared: the limit is %d", n, maxDeclared)
	}
	s = &Scope{Pool: NewPool(), names: map[string]*Expr{}, dims: map[string]bool{}, roles: map[string]role{}, meter: meter{limit: maxEvaluating}}
	s.declareFunctions(slices.Clone(pr.Functions))
	for _, v := range pr.Vars {
		s.declare(v)
	}
	for name := range pr.Dims {
		if isName(name) && !s.isFunction(name) {
			s.dims[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.dims)) {
		if s.names[name] != nil {
			return nil, errorf(ReservedName, "%s is a variable and a dimension: give one of them another name", name)
		}
	}
	s.mustHaveDifferentials()
	if err := s.define(pr.Where); err != nil {
		return nil, err
	}
	return s, nil
}

// Parse returns the expression that a text stands for. Errors are of type *Error.
func (s *Scope) Parse(text string) (*Expr, error) { return s.parse(text, false) }

// ParseDifferential is Parse where dX stands for the differential of X, as in
// the lines of a derivation.
func (s *Scope) ParseDifferential(text string) (*Expr, error) { return s.parse(text, true) }

func (s *Scope) parse(text string, differentials bool) (e *Expr, err error) {
	tree, err := Parse(text)
	if err != nil {
		return nil, err
	}
	defer Catch(&err)
	s.work = 0
	return elaborator{s, differentials}.expr(tree), nil
}

// Lookup returns the variable or definition of this name, nil if there is none.
func (s *Scope) Lookup(name string) *Expr { return s.names[name] }

// Names returns the names of variables and definitions.
func (s *Scope) Names() []string {
	var names []string
	for _, e := range append(slices.Clone(s.Vars), s.Wheres...) {
		names = append(names, e.name)
	}
	return names
}

// Dims returns the names of the dimensions, sorted.
func (s *Scope) Dims() []string { return slices.Sorted(maps.Keys(s.dims)) }

// declaredAre says which names are declared.
func declaredAre(names []string) string {
	if len(names) == 0 {
		return "nothing is declared"
	}
	return "declared are " + strings.Join(names, ", ")
}

// wrt returns the variable of this name.
func (s *Scope) wrt(name string) *Expr {
	e := s.names[name]
	switch {
	case name == "":
		panic(errorf(BadWrt, "no variable is named to differentiate by; %s", declaredAre(s.Names())))
	case e == nil:
		panic(errorf(BadWrt, "%s is not a declared variable; %s", brief(name), declaredAre(s.Names())))
	case e.def != nil:
		panic(errorf(BadWrt, "%s is defined by an expression: differentiate by a declared variable", name))
	case e.Is(Orthogonal):
		panic(errorf(Unsupported, "%s is declared orthogonal, so it can't move freely: there is no gradient by it here", name))
	case e.Is(Stochastic):
		panic(errorf(Unsupported, "%s is declared stochastic, so it can't move freely: there is no gradient by it here", name))
	}
	return e
}

// declare enters a variable.
func (s *Scope) declare(v Variable) {
	s.mustBeFree(v.Name)
	if len(v.Shape) != 2 {
		panic(errorf(BadDeclaration, "the shape of %s has %d parts: it needs rows and columns, such as [\"m\", \"n\"] or [\"n\", 1]", v.Name, len(v.Shape)))
	}
	shape := Shape{s.side(v, v.Shape[0]), s.side(v, v.Shape[1])}
	e := s.Var(v.Name, shape, s.props(v, shape))
	s.names[v.Name] = e
	s.Vars = append(s.Vars, e)
}

// side returns the dimension that a part of v's shape names.
func (s *Scope) side(v Variable, text string) Dim {
	if n, err := strconv.Atoi(text); err == nil && 1 <= n && n <= maxDim {
		return DimOf(n)
	}
	if !isName(text) {
		panic(errorf(BadDeclaration, "the shape of %s has %s in it: rows and columns are names, or whole numbers between 1 and %d", v.Name, brief(text), maxDim))
	}
	if s.isFunction(text) {
		panic(errorf(ReservedName, "the dimension %s of %s has the name of a function", text, v.Name))
	}
	s.dims[text] = true
	return DimNamed(text)
}

// propNames are the properties that can be declared, and which need a square matrix.
var propNames = []struct {
	name   string
	prop   Props
	square bool
}{
	{"symmetric", Symmetric, true}, {"spd", Spd, true}, {"invertible", Invertible, true},
	{"diagonal", Diagonal, true}, {"orthogonal", Orthogonal, true}, {"positive", Positive, false},
	{"stochastic", Stochastic, false},
}

// props returns the properties of v.
func (s *Scope) props(v Variable, shape Shape) Props {
	var props Props
	for _, name := range v.Props {
		known := false
		for _, p := range propNames {
			if p.name != name {
				continue
			}
			if p.square && !shape.IsSquare() {
				panic(errorf(BadDeclaration, "%s is declared %s but is %s, not square", v.Name, name, shape))
			}
			known = true
			props |= p.prop
		}
		if !known {
			panic(errorf(BadDeclaration, "%s is declared %s; properties are symmetric, spd, invertible, diagonal, orthogonal, positive and stochastic", v.Name, brief(name)))
		}
	}
	if props&Positive != 0 && props&Diagonal != 0 && !shape.IsScalar() {
		panic(errorf(BadDeclaration, "%s is declared diagonal and positive, but positive means that every entry is", v.Name))
	}
	return props
}

// mustBeFree checks that name can be given a meaning.
func (s *Scope) mustBeFree(name string) {
	switch {
	case !isName(name):
		panic(errorf(BadDeclaration, "%q is not a name: names are a letter, then letters, digits and _", brief(name)))
	case isBuiltin(name):
		panic(errorf(ReservedName, "%s is the name of a function", name))
	case s.isFunction(name):
		panic(errorf(Duplicate, "%s is declared twice, as a function too", name))
	case s.names[name] != nil:
		panic(errorf(Duplicate, "%s is declared twice", name))
	case s.dims[name]:
		panic(errorf(ReservedName, "%s is a dimension: give one of them another name", name))
	}
}

// mustHaveDifferentials checks that no variable has the name of a differential.
func (s *Scope) mustHaveDifferentials() {
	for _, v := range s.Vars {
		if u := s.names[strings.TrimPrefix(v.name, "d")]; u != nil && u != v {
			panic(errorf(ReservedName, "%s means the differential of %s: give one of them another name", v.name, u.name))
		}
	}
}

// hasDifferential reports whether d and the name of v, a variable or
// definition, can be written for its differential: that name may be taken by a
// definition, as dZ in Z = W*X, dZ = A-Y.
func (s *Scope) hasDifferential(v *Expr) bool { return s.names["d"+v.name] == nil }

// define enters definitions.
func (s *Scope) define(wheres Definitions) error {
	trees := make([]*Tree, len(wheres))
	at := map[string]int{}
	for i, d := range wheres {
		s.mustBeFree(d.Name)
		if _, twice := at[d.Name]; twice {
			return errorf(Duplicate, "%s is defined twice", d.Name)
		}
		if v := s.names[strings.TrimPrefix(d.Name, "d")]; v != nil && d.Name != v.name {
			return errorf(ReservedName, "%s means the differential of %s: give one of them another name", d.Name, v.name)
		}
		if v := s.names["d"+d.Name]; v != nil {
			return errorf(ReservedName, "%s means the differential of %s: give one of them another name", v.name, d.Name)
		}
		at[d.Name] = i
		var err error
		if trees[i], err = Parse(d.Expr); err != nil {
			return within(d.Name, err)
		}
		s.later = append(s.later, d.Name)
	}
	if err := mustNotCycle(wheres, trees, at); err != nil {
		return err
	}
	for i, d := range wheres {
		e, err := s.elaborate(trees[i])
		if err != nil {
			return within(d.Name, err)
		}
		e = s.Define(d.Name, e)
		s.later = s.later[1:]
		s.names[d.Name] = e
		s.Wheres = append(s.Wheres, e)
	}
	return nil
}

func (s *Scope) elaborate(t *Tree) (e *Expr, err error) {
	defer Catch(&err)
	return elaborator{s, false}.expr(t), nil
}

// mustNotCycle checks that no definition needs itself.
func mustNotCycle(wheres Definitions, trees []*Tree, at map[string]int) error {
	state := make([]int, len(wheres)) // 1: being followed, 2: without a cycle
	var path []string
	var follow func(i int) error
	follow = func(i int) error {
		path = append(path, wheres[i].Name)
		defer func() { path = path[:len(path)-1] }()
		if state[i] == 1 {
			start := slices.Index(path, wheres[i].Name)
			place := trees[i].names()[path[start+1]]
			return within(path[start], errorAt(place, WhereCycle, "the definitions need each other: %s", strings.Join(path[start:], " needs ")))
		}
		if state[i] == 2 {
			return nil
		}
		state[i] = 1
		names := trees[i].names()
		for _, name := range slices.SortedFunc(maps.Keys(names), func(a, b string) int { return names[a] - names[b] }) {
			if j, ok := at[name]; ok {
				if err := follow(j); err != nil {
					return err
				}
			}
		}
		state[i] = 2
		return nil
	}
	for i := range wheres {
		if err := follow(i); err != nil {
			return err
		}
	}
	return nil
}

// declareFunctions enters abstract functions, then the names of their derivatives.
func (s *Scope) declareFunctions(fs Functions) {
	for i := range fs {
		f := &fs[i]
		mustBeFunction(f)
		s.mustBeFree(f.Name)
		s.roles[f.Name] = role{fn: f, grad: -1}
		s.Functions = append(s.Functions, f)
	}
	for _, f := range s.Functions {
		if g := s.roles[f.Deriv].fn; g != nil && g != f && g.Elementwise && g.Name == f.Deriv {
			f.deriv = g // a function with a derivative of its own
		} else if f.Deriv != "" {
			s.mustBeFree(f.Deriv)
			s.roles[f.Deriv] = role{fn: f, deriv: true, grad: -1}
		}
		for k, name := range f.Grads {
			if name != "" {
				s.mustBeFree(name)
				s.roles[name] = role{fn: f, grad: k}
			}
		}
	}
}

// mustBeFunction checks the declaration of f by itself.
func mustBeFunction(f *Function) {
	for _, text := range append([]string{f.Value, f.DerivBody}, f.GradBody...) {
		if _, err := Parse(text); text != "" && err != nil {
			panic(within(f.Name, err))
		}
	}
	switch {
	case len(f.Args) > maxArgs:
		panic(errorf(TooLarge, "the function %s has %d args: the limit is %d", f.Name, len(f.Args), maxArgs))
	case f.Elementwise && len(f.Args)+len(f.Grads) > 0:
		panic(errorf(BadDeclaration, "the function %s is element-wise: it has a deriv, not args and grads", f.Name))
	case !f.Elementwise && (len(f.Args) == 0 || len(f.Grads) != len(f.Args)):
		panic(errorf(BadDeclaration, "the function %s has %d args and %d grads: it needs a gradient's name, or null, for each argument", f.Name, len(f.Args), len(f.Grads)))
	case !f.Elementwise && f.Deriv != "":
		panic(errorf(BadDeclaration, "the function %s is a scalar function: it has grads, not a deriv", f.Name))
	}
	for _, arg := range f.Args {
		if !isName(arg) || isBuiltin(arg) {
			panic(errorf(BadDeclaration, "the argument %s of %s is not a name that is free", brief(arg), f.Name))
		}
	}
}

// String returns the declaration as the command line has it.
func (v Variable) String() string { return fmt.Sprintf("%s:%s", v.Name, strings.Join(v.Shape, ",")) }
