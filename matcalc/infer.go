package matcalc

import (
	"math/bits"
	"slices"
	"strings"
	"unicode"
)

// Infer returns declarations for the names that a problem uses but does not
// declare, where their shapes follow from how they are used: names with a
// capital letter are matrices, others columns or, where a column would not fit,
// scalars. The shapes are the most general ones.
// The error says that shapes have to be declared.
func (pr *Problem) Infer() (vars []Variable, err error) {
	defer Catch(&err)
	trees := make([]*Tree, 0, len(pr.Where)+1)
	for _, d := range pr.Where {
		t, err := Parse(d.Expr)
		if err != nil {
			return nil, within(d.Name, err)
		}
		trees = append(trees, t)
	}
	t, err := Parse(pr.Expr)
	if err != nil {
		return nil, err
	}
	trees = append(trees, t)
	names := pr.undeclared(trees)
	if len(names) == 0 {
		return nil, nil
	}
	var doubtful []int // indices of names that may be columns or scalars
	for i, name := range names {
		if !unicode.IsUpper(rune(name[0])) {
			doubtful = append(doubtful, i)
		}
	}
	if len(doubtful) > maxDoubtful {
		return nil, errorf(BadDeclaration, "too many names without a shape: declare the shapes of %s", strings.Join(names, ", "))
	}
	choices := make([]int, 1<<len(doubtful))
	for i := range choices {
		choices[i] = i
	}
	slices.SortStableFunc(choices, func(a, b int) int { return bits.OnesCount(uint(a)) - bits.OnesCount(uint(b)) })
	for _, choice := range choices { // few scalars first
		scalars := map[string]bool{}
		for bit, i := range doubtful {
			scalars[names[i]] = choice>>bit&1 == 1
		}
		if in := pr.infer(names, trees, scalars); in != nil {
			return in.declarations(names), nil
		}
	}
	return nil, errorf(BadDeclaration, "the shapes don't follow from the expression: declare those of %s", strings.Join(names, ", "))
}

const maxDoubtful = 12

// undeclared returns the names in trees that have no meaning yet, in the order
// in which they first occur.
func (pr *Problem) undeclared(trees []*Tree) []string {
	known := map[string]bool{}
	for _, v := range pr.Vars {
		known[v.Name] = true
		for _, side := range v.Shape {
			known[side] = true
		}
	}
	for name := range pr.Dims {
		known[name] = true
	}
	for _, d := range pr.Where {
		known[d.Name] = true
	}
	var names []string
	var walk func(t *Tree)
	walk = func(t *Tree) {
		if t.Kind == TreeCall && (t.Text == "eye" || t.Text == "ones" || t.Text == "zeros") {
			for name := range t.names() {
				known[name] = true
			}
			return
		}
		for _, a := range t.Args {
			walk(a)
		}
		if t.Kind == TreeName && !slices.Contains(names, t.Text) {
			names = append(names, t.Text)
		}
	}
	for _, t := range trees {
		walk(t)
	}
	return slices.DeleteFunc(names, func(name string) bool { return known[name] })
}

// extent is a number of rows or columns that is not known yet, one that is the
// same as another, or a known one.
type extent struct {
	same *extent
	dim  *Dim
}

func (s *extent) root() *extent {
	for s.same != nil {
		s = s.same
	}
	return s
}

func (s *extent) isOne() bool { d := s.root().dim; return d != nil && *d == One }

func known(d Dim) *extent { return &extent{dim: &d} }

// box is the shape of a part of an expression.
type box struct{ rows, cols *extent }

func (b box) scalar() bool { return b.rows.isOne() && b.cols.isOne() }

var scalarBox = box{known(One), known(One)}

// inference finds the shapes of names.
type inference struct {
	pr    *Problem
	boxes map[string]box
	roles map[string]*Function
}

// infer returns the shapes of everything if the objective is a scalar with
// these names as scalars, else nil.
func (pr *Problem) infer(names []string, trees []*Tree, scalars map[string]bool) *inference {
	in := &inference{pr, map[string]box{}, map[string]*Function{}}
	for i := range pr.Functions {
		f := &pr.Functions[i]
		for _, name := range append([]string{f.Name, f.Deriv}, f.Grads...) {
			in.roles[name] = f
		}
	}
	for _, v := range pr.Vars {
		s := &Scope{dims: map[string]bool{}}
		if len(v.Shape) == 2 {
			in.boxes[v.Name] = box{known(s.side(v, v.Shape[0])), known(s.side(v, v.Shape[1]))}
		}
	}
	for _, name := range names {
		b := box{&extent{}, &extent{}}
		if scalars[name] {
			b = scalarBox
		} else if !unicode.IsUpper(rune(name[0])) {
			b.cols = known(One)
		}
		in.boxes[name] = b
	}
	for i, t := range trees {
		b, ok := in.box(t)
		if !ok {
			return nil
		}
		if i < len(pr.Where) {
			in.boxes[pr.Where[i].Name] = b
		} else if !b.scalar() {
			return nil
		}
	}
	for _, name := range names {
		if b := in.boxes[name]; unicode.IsUpper(rune(name[0])) && (b.rows.isOne() || b.cols.isOne()) {
			return nil
		}
	}
	return in
}

// unify makes two sides the same, if they can be.
func unify(a, b *extent) bool {
	a, b = a.root(), b.root()
	switch {
	case a == b:
		return true
	case a.dim == nil:
		a.same = b
	case b.dim == nil:
		b.same = a
	default:
		return *a.dim == *b.dim
	}
	return true
}

// box returns the shape of t.
func (in *inference) box(t *Tree) (b box, ok bool) {
	var args []box
	for _, a := range t.Args {
		if t.Kind == TreeCall && (t.Text == "eye" || t.Text == "ones" || t.Text == "zeros") {
			break
		}
		b, ok := in.box(a)
		if !ok {
			return b, false
		}
		args = append(args, b)
	}
	switch t.Kind {
	case TreeNumber:
		return scalarBox, true
	case TreeName:
		if b, ok := in.boxes[t.Text]; ok {
			return b, true
		}
		return scalarBox, true // a dimension
	case TreeMinus:
		return args[0], true
	case TreeTranspose:
		return box{args[0].cols, args[0].rows}, true
	case TreeBinary:
		return in.operator(t.Text, args[0], args[1])
	}
	return in.function(t, args)
}

func (in *inference) operator(op string, a, b box) (box, bool) {
	switch {
	case op == "/":
		return a, b.scalar()
	case op == "^":
		return a, b.scalar() && unify(a.rows, a.cols)
	case a.scalar():
		return b, true
	case b.scalar():
		return a, true
	case op == "*":
		return box{a.rows, b.cols}, unify(a.cols, b.rows)
	}
	return a, unify(a.rows, b.rows) && unify(a.cols, b.cols)
}

func (in *inference) function(t *Tree, args []box) (box, bool) {
	if f := in.roles[t.Text]; f != nil && len(args) > 0 {
		switch k := slices.Index(f.Grads, t.Text); {
		case f.Elementwise:
			return args[0], true
		case k >= 0 && k < len(args):
			return args[k], true
		}
		return scalarBox, true
	}
	switch t.Text {
	case "eye", "ones", "zeros":
		return in.constant(t)
	}
	if len(args) != 1 {
		return box{}, false // kron among them
	}
	a := args[0]
	switch t.Text {
	case "tr", "det", "logdet":
		return scalarBox, unify(a.rows, a.cols)
	case "inv", "adj":
		return a, unify(a.rows, a.cols)
	case "sum", "norm1", "norm2":
		return scalarBox, true
	case "diag":
		if a.cols.isOne() {
			return box{a.rows, a.rows}, true
		}
		return box{a.rows, known(One)}, unify(a.rows, a.cols)
	}
	_, elementwise := elementwise[t.Text]
	return a, elementwise
}

func (in *inference) constant(t *Tree) (box, bool) {
	s := Scope{Pool: NewPool(), dims: map[string]bool{}, names: map[string]*Expr{}}
	for _, a := range t.Args {
		for name := range a.names() {
			s.dims[name] = true
		}
	}
	e, err := s.elaborate(t)
	if err != nil {
		return box{}, false
	}
	return box{known(e.shape.Rows), known(e.shape.Cols)}, true
}

// declarations gives names to the sides that are still free and returns the
// declarations.
func (in *inference) declarations(names []string) []Variable {
	taken := map[string]bool{}
	for name, b := range in.boxes {
		taken[name] = true
		for _, s := range []*extent{b.rows.root(), b.cols.root()} {
			for i := 0; s.dim != nil && i < len(s.dim.factors()); i++ {
				taken[s.dim.factors()[i]] = true
			}
		}
	}
	free := map[*extent]bool{}
	for _, name := range names {
		for _, s := range []*extent{in.boxes[name].rows.root(), in.boxes[name].cols.root()} {
			if s.dim == nil {
				free[s] = true
			}
		}
	}
	choices := strings.Fields("m n p q k l h r s i j")
	if len(free) == 1 {
		choices = choices[1:]
	}
	next := func() Dim {
		for i := 0; ; i++ {
			name := "n" + string(rune('0'+i%10)) + strings.Repeat("_", i/10)
			if i < len(choices) {
				name = choices[i]
			}
			if !taken[name] {
				taken[name] = true
				return DimNamed(name)
			}
		}
	}
	var vars []Variable
	for _, name := range names {
		b := in.boxes[name]
		v := Variable{Name: name}
		for _, s := range []*extent{b.rows.root(), b.cols.root()} {
			if s.dim == nil {
				d := next()
				s.dim = &d
			}
			v.Shape = append(v.Shape, s.dim.String())
		}
		vars = append(vars, v)
	}
	return vars
}
