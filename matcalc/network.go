package matcalc

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Network is a network of dense layers, z = W·a_prev + b and a = g(z), and the
// loss that it is trained by.
type Network struct {
	Sizes  []int  // of the layers, input first; the derivation holds for all sizes
	Hidden string // an activation of [Activations], or "g" for an abstract one
	Output string // likewise
	Loss   string // a loss of [Losses], or "Loss" for an abstract one
	Single bool   // one example, a column, as in the article; else a batch of m
}

// Activations are the activations of networks by name, as functions of Z, n×m.
var Activations = map[string]string{
	"identity":   "Z",
	"sigmoid":    "sigmoid(Z)",
	"tanh":       "tanh(Z)",
	"relu":       "relu(Z)",
	"leaky-relu": "0.01*Z+0.99*relu(Z)",
	"elu":        "relu(Z)+exp(Z-relu(Z))-1",
	"softplus":   "softplus(Z)",
	"gelu":       "0.5*Z.*(1+tanh(0.7978845608028653558798921*(Z+0.044715*Z.^3)))",
	"softmax":    "exp(Z)./(ones(n,1)*(ones(1,n)*exp(Z)))", // in every column
}

// Losses are the losses of networks by name, as functions of the output A and
// the target Y, n×m: means over the m examples. The hinge loss is that for one
// output; for several it needs a maximum, which the grammar does not have. The
// columns of Y are distributions in ce-logits, and so its log-sum-exp has no
// factor.
var Losses = map[string]string{
	"mse":        "norm2(A-Y)^2/(n*m)",
	"mae":        "norm1(A-Y)/(n*m)",
	"huber":      "sum((A-Y).^2-relu(abs(A-Y)-1).^2)/(2*n*m)",
	"bce":        "-sum(Y.*log(A)+(1-Y).*log(1-A))/m",
	"ce":         "-sum(Y.*log(A))/m",
	"hinge":      "sum(relu(1-(2*step(Y)-1).*A))/m",
	"bce-logits": "sum(softplus(A)-Y.*A)/m",
	"ce-logits":  "(sum(log(ones(1,n)*exp(A)))-sum(Y.*A))/m",
}

// NetworkDerivation is the backward pass of a network.
type NetworkDerivation struct {
	Network
	Forward Definitions       // Z1, A1, Z2, ...
	Value   string            // the loss
	Layers  []LayerDerivation // the last layer first
	Check   Check             // all gradients together, against central differences of the loss

	scope *Scope
}

// LayerDerivation is Algorithm 2 for a layer: four derivations, of which each
// takes the gradient that the one before has found as a constant.
type LayerDerivation struct {
	Layer          int
	Z, W, B, APrev *Derivation
}

// All returns the derivations in the order of the algorithm.
func (l LayerDerivation) All() []*Derivation { return []*Derivation{l.Z, l.W, l.B, l.APrev} }

// Derive derives the backward pass, layer by layer. Errors are of type *Error.
func (n Network) Derive(o Options) (nd *NetworkDerivation, err error) {
	defer Catch(&err)
	if err := n.Check(); err != nil {
		return nil, err
	}
	whole := n.problem()
	whole.Wrt = "W1"
	nd = &NetworkDerivation{Network: n, Forward: whole.Where, Value: whole.Expr}
	if nd.scope, err = whole.Compile(); err != nil {
		return nil, err
	}
	for l := n.depth(); l >= 1; l-- {
		layer := LayerDerivation{Layer: l}
		for _, s := range []struct {
			of, by string
			to     **Derivation
		}{
			{n.a(l), n.z(l), &layer.Z},
			{n.z(l), fmt.Sprint("W", l), &layer.W},
			{n.z(l), fmt.Sprint("b", l), &layer.B},
			{n.z(l), n.a(l - 1), &layer.APrev},
		} {
			if *s.to, err = n.stage(l, s.of, s.by, o); err != nil {
				return nil, err
			}
		}
		nd.Layers = append(nd.Layers, layer)
	}
	return nd, nd.check(o.Seed)
}

func (n Network) depth() int { return len(n.Sizes) - 1 }

// Check finds what is wrong with the description of a network.
func (n Network) Check() error {
	if n.depth() < 1 {
		return errorf(BadDeclaration, "a network needs at least two sizes, those of its input and its output")
	}
	for _, name := range []string{n.Hidden, n.Output} {
		if Activations[name] == "" && name != "g" {
			return errorf(BadDeclaration, "unknown activation %s: choose g for an abstract one, or one of %s", brief(name), strings.Join(slices.Sorted(maps.Keys(Activations)), ", "))
		}
	}
	if Losses[n.Loss] == "" && n.Loss != "Loss" {
		return errorf(BadDeclaration, "unknown loss %s: choose Loss for an abstract one, or one of %s", brief(n.Loss), strings.Join(slices.Sorted(maps.Keys(Losses)), ", "))
	}
	if n.Loss == "hinge" && n.Sizes[n.depth()] > 1 {
		return errorf(Unsupported, "the hinge loss of several outputs needs a maximum over them, which the grammar does not have")
	}
	return nil
}

// a, z and y are the names of a layer's output, of its weighted input, and of
// the target: small letters for columns.
func (n Network) a(l int) string { return n.name("A", l) }
func (n Network) z(l int) string { return n.name("Z", l) }

func (n Network) y() string { return n.letter("Y") }

func (n Network) name(letter string, l int) string {
	if l == 0 {
		return n.letter("X")
	}
	return fmt.Sprint(n.letter(letter), l)
}

func (n Network) letter(letter string) string {
	if n.Single {
		return strings.ToLower(letter)
	}
	return letter
}

// examples is the number of columns.
func (n Network) examples() string {
	if n.Single {
		return "1"
	}
	return "m"
}

// units is the name of the size of a layer.
func (n Network) units(l int) string { return fmt.Sprint("n", l) }

// activation returns the definition of the output of layer l.
func (n Network) activation(l int) Definition {
	g := n.Hidden
	if l == n.depth() {
		g = n.Output
	}
	if g == "g" {
		return Definition{n.a(l), fmt.Sprintf("g%d(%s)", l, n.z(l))}
	}
	return Definition{n.a(l), substitute(Activations[g], map[string]string{"Z": n.z(l), "n": n.units(l)})}
}

// affine returns the definition of the weighted input of layer l.
func (n Network) affine(l int) Definition {
	b := fmt.Sprint("b", l)
	if !n.Single {
		b += "*ones(1,m)"
	}
	return Definition{n.z(l), fmt.Sprintf("W%d*%s+%s", l, n.a(l-1), b)}
}

// loss returns the loss.
func (n Network) loss() string {
	a := n.a(n.depth())
	if n.Loss == "Loss" {
		return fmt.Sprintf("Loss(%s,%s)", a, n.y())
	}
	return substitute(Losses[n.Loss], map[string]string{"A": a, "Y": n.y(), "n": n.units(n.depth()), "m": n.examples()})
}

// substitute returns an expression with other names.
func substitute(expr string, names map[string]string) string {
	t, err := Parse(expr)
	if err != nil {
		panic(err) // a mistake in the tables
	}
	var rename func(t *Tree) *Tree
	rename = func(t *Tree) *Tree {
		r := *t
		if name, ok := names[t.Text]; ok && t.Kind == TreeName {
			r.Text = name
		}
		r.Args = nil
		for _, a := range t.Args {
			r.Args = append(r.Args, rename(a))
		}
		return &r
	}
	return rename(t).String()
}

// problem returns the whole network as a problem.
func (n Network) problem() *Problem {
	p := &Problem{Functions: n.functions(), Expr: n.loss()}
	p.Vars = append(p.Vars, n.matrix(n.a(0), n.units(0)))
	for l := 1; l <= n.depth(); l++ {
		p.Vars = append(p.Vars, n.parameters(l)...)
		p.Where = append(p.Where, n.affine(l), n.activation(l))
	}
	p.Vars = append(p.Vars, n.target())
	return p
}

// matrix declares a matrix with a column for each example.
func (n Network) matrix(name, rows string) Variable {
	return Variable{Name: name, Shape: []string{rows, n.examples()}}
}

// target declares Y.
func (n Network) target() Variable { return n.matrix(n.y(), n.units(n.depth())) }

func (n Network) parameters(l int) []Variable {
	return []Variable{
		{Name: fmt.Sprint("W", l), Shape: []string{n.units(l), n.units(l - 1)}},
		{Name: fmt.Sprint("b", l), Shape: []string{n.units(l), "1"}},
	}
}

// functions declares what is abstract.
func (n Network) functions() (fs Functions) {
	for l := 1; l <= n.depth(); l++ {
		if g := n.activation(l).Expr; strings.HasPrefix(g, fmt.Sprintf("g%d(", l)) {
			fs = append(fs, Function{Name: fmt.Sprint("g", l), Elementwise: true, Deriv: fmt.Sprint("dg", l)})
		}
	}
	if n.Loss == "Loss" {
		fs = append(fs, Function{Name: "Loss", Args: []string{"a", "y"}, Grads: []string{"dLoss", ""}})
	}
	return fs
}

// stage derives the gradient by a name or variable of layer l, given that of
// what it goes into: df = tr((∂L/∂of)'·d(of)). That by the last Z starts at the
// loss.
func (n Network) stage(l int, of, by string, o Options) (*Derivation, error) {
	p := &Problem{Wrt: by, Functions: n.functions()}
	if by == n.z(l) {
		p.Vars = Variables{n.matrix(by, n.units(l))}
		p.Where = Definitions{n.activation(l)}
	} else {
		p.Vars = append(n.parameters(l), n.matrix(n.a(l-1), n.units(l-1)))
		p.Where = Definitions{n.affine(l)}
	}
	if of == n.a(n.depth()) {
		p.Vars, p.Expr = append(p.Vars, n.target()), n.loss()
		return Derive(p, o)
	}
	s, err := p.Declare()
	if err != nil {
		return nil, err
	}
	s.Wrt = s.names[by]
	v := s.names[of]
	g := s.Var(partialName("L", of), v.shape, 0)
	s.names[g.name] = g
	s.Vars = append(s.Vars, g)
	s.F = s.Tr(s.Mul(s.T(g), v))
	return deriveIn(p, s, o, (*Pool).Simplify)
}

// check runs the four equations of each layer at a random point, as a training
// step would, and compares the gradients together with central differences of
// the loss, in a random direction of all parameters.
func (nd *NetworkDerivation) check(seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 2))
	s := nd.scope
	var failure error
	for set := range 6 {
		sizes := s.Sizes(set, nil)
		var moving []*Expr
		for _, v := range s.Vars {
			if v.name[0] == 'W' || v.name[0] == 'b' {
				moving = append(moving, v)
			}
		}
		p, err := s.RandomPoint(rng, sizes, moving, s.F)
		if err != nil {
			failure = err
			continue
		}
		temper(p)
		got, err := nd.along(p)
		if err != nil {
			return err
		}
		want, err := s.slope(p)
		if err != nil {
			return err
		}
		e := math.Abs(got-want) / math.Max(1, math.Abs(want))
		if e <= differenceTolerance {
			nd.Check = Check{"gradient", sizes, e}
			return nil
		}
		failure = internal("the gradients of the network give dL = %v, central differences %v", got, want)
	}
	return failure
}

// temper makes the weights so small that the numbers of a deep network do not
// grow from layer to layer.
func temper(p *Point) {
	for name, w := range p.Values {
		if _, cols := w.Dims(); name[0] == 'W' {
			w.Scale(0.5/math.Sqrt(float64(cols)), w)
		}
	}
}

// along returns the derivative of the loss in the direction of the point, by
// the equations of the layers.
func (nd *NetworkDerivation) along(p *Point) (float64, error) {
	ev := nd.scope.At(p)
	values := maps.Clone(p.Values)
	for _, v := range nd.scope.Wheres {
		var err error
		if values[v.name], err = ev.Value(v); err != nil {
			return 0, err
		}
	}
	sum := 0.0
	for _, layer := range nd.Layers {
		for _, d := range layer.All() {
			g, err := d.Scope.At(&Point{Sizes: p.Sizes, Values: values}).Value(d.Gradient)
			if err != nil {
				return 0, err
			}
			values[partialName("L", d.Wrt.name)] = g
			if dir := p.Dir[d.Wrt.name]; dir != nil {
				var product mat.Dense
				product.MulElem(g, dir)
				sum += mat.Sum(&product)
			}
		}
	}
	return sum, nil
}

// slope returns the derivative of the objective in the direction of the point,
// by five-point central differences.
func (s *Scope) slope(p *Point) (float64, error) {
	const h = 1e-3
	sum := 0.0
	for _, step := range []struct{ at, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
		moved := &Point{Sizes: p.Sizes, Values: maps.Clone(p.Values)}
		for name, dir := range p.Dir {
			var x mat.Dense
			x.Scale(step.at*h, dir)
			x.Add(&x, p.Values[name])
			moved.Values[name] = &x
		}
		f, err := s.At(moved).Number(s.F)
		if err != nil {
			return 0, err
		}
		sum += step.weight * f / (12 * h)
	}
	return sum, nil
}

// Text returns the backward pass as text.
func (nd *NetworkDerivation) Text(o PrintOptions) string {
	o.Objective = "L"
	w := &textPage{o: o, d: &Derivation{Scope: nd.scope, Objective: nd.scope.F, Problem: &Problem{Vars: nd.problem().Vars}}}
	w.problem()
	for _, layer := range nd.Layers {
		title := fmt.Sprintf("Layer %d", layer.Layer)
		fmt.Fprintf(&w.b, "\n%s\n%s\n", title, strings.Repeat("-", len(title)))
		for _, d := range layer.All() {
			w.d = d
			w.stages()
		}
		fmt.Fprintf(&w.b, "\n%s:\n", nd.summary(layer))
		for _, d := range layer.All() {
			w.equation("  "+w.partial(d.Wrt), nd.inLayer(d))
		}
	}
	if o.Checks || o.Verbose {
		w.b.WriteByte('\n')
		w.paragraph(nd.Check.String())
	}
	return w.b.String()
}

func (nd *NetworkDerivation) summary(layer LayerDerivation) string {
	return fmt.Sprintf("Algorithm 2, layer %d", layer.Layer)
}

// inLayer returns the gradient of d as Algorithm 2 has it: in the gradient
// that came before.
func (nd *NetworkDerivation) inLayer(d *Derivation) *Expr {
	stages := d.stages(PrintOptions{Objective: "L"}, true)
	return stages[len(stages)-1].gradient[0]
}

// LaTeX returns the backward pass as LaTeX for the body of a document.
func (nd *NetworkDerivation) LaTeX(o PrintOptions) string {
	w := &latexPage{o: o, begin: `\begin{align*}`, end: `\end{align*}`, text: LaTeXText}
	return nd.page(w, "\\subsection*{%s}\n")
}

// Markdown returns the backward pass as Markdown.
func (nd *NetworkDerivation) Markdown(o PrintOptions) string {
	w := &latexPage{o: o, begin: "\n$$\n\\begin{aligned}", end: "\\end{aligned}\n$$\n", text: MarkdownText}
	return strings.TrimLeft(nd.page(w, "\n### %s\n"), "\n")
}

func (nd *NetworkDerivation) page(w *latexPage, heading string) string {
	w.o.Objective = "L"
	w.d = &Derivation{Scope: nd.scope, Objective: nd.scope.F, Problem: &Problem{Vars: nd.problem().Vars}}
	w.problem()
	for _, layer := range nd.Layers {
		fmt.Fprintf(&w.b, heading, fmt.Sprintf("Layer %d", layer.Layer))
		var heads []string
		var exprs []*Expr
		for _, d := range layer.All() {
			w.d = d
			w.stages()
			heads, exprs = append(heads, w.partial(d.Wrt)), append(exprs, nd.inLayer(d))
		}
		w.say(nd.summary(layer) + ":")
		w.display(heads, exprs, make([]string, len(heads)))
	}
	if w.o.Checks || w.o.Verbose {
		w.say("\n" + w.text(nd.Check.String()))
	}
	return w.b.String()
}
