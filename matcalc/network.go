package matcalc

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Network is a network of dense layers, z = W·a_prev + b and a = g(z), and the
// loss that it is trained by.
type Network struct {
	Sizes  []int    // of the layers, input first; the derivation holds for all sizes
	Hidden []string // an activation of [Activations], or "g" for an abstract one: one for all hidden layers, or one for each
	Output string   // likewise, of the last layer
	Loss   string   // a loss of [Losses], or "Loss" for an abstract one
	Single bool     // one example, a column, as in the article; else a batch of m
}

// activations are the activations of networks by name: the definitions of A,
// n×m, as a function of Z, and of constants and intermediates on the way.
var activations = map[string]Definitions{
	"identity":   {{"A", "Z"}},
	"sigmoid":    {{"A", "sigmoid(Z)"}},
	"tanh":       {{"A", "tanh(Z)"}},
	"relu":       {{"A", "relu(Z)"}},
	"leaky-relu": {{"alpha", "0.01"}, {"A", "alpha*Z+(1-alpha)*relu(Z)"}},
	"elu":        {{"A", "relu(Z)+exp(Z-relu(Z))-1"}},
	"softplus":   {{"A", "softplus(Z)"}},
	"gelu":       {{"c", "0.7978845608028654"}, {"k", "0.044715"}, {"U", "c*(Z+k*Z.^3)"}, {"A", "0.5*Z.*(1+tanh(U))"}}, // c is sqrt(2/pi)
	"softmax":    {{"E", "exp(Z)"}, {"A", "E./(ones(n,n)*E)"}},                                                         // in every column
}

// Activations are the activations of networks by name, as functions of Z, n×m.
var Activations = inOne(activations)

// inOne returns every activation as one expression.
func inOne(activations map[string]Definitions) map[string]string {
	all := map[string]string{}
	for name, definitions := range activations {
		known := map[string]string{}
		for _, d := range definitions {
			known[d.Name] = substitute(d.Expr, known)
		}
		all[name] = known["A"]
	}
	return all
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

func (n Network) depth() int { return len(n.Sizes) - 1 }

// Validate finds what is wrong with the description of a network.
func (n Network) Validate() error {
	if n.depth() < 1 {
		return errorf(BadDeclaration, "a network needs at least two sizes, those of its input and its output")
	}
	if hidden := n.depth() - 1; len(n.Hidden) != 1 && len(n.Hidden) != hidden {
		return errorf(BadDeclaration, "%d hidden activations, but %d hidden layers in %d sizes: give one for all, or one for each", len(n.Hidden), hidden, len(n.Sizes))
	}
	for _, name := range append(slices.Clone(n.Hidden), n.Output) {
		if Activations[name] == "" && name != "g" {
			return errorf(BadDeclaration, "unknown activation %s: choose g for an abstract one, or one of %s", brief(name), strings.Join(slices.Sorted(maps.Keys(Activations)), ", "))
		}
	}
	if Losses[n.Loss] == "" && n.Loss != "Loss" {
		return errorf(BadDeclaration, "unknown loss %s: choose Loss for an abstract one, or one of %s", brief(n.Loss), strings.Join(slices.Sorted(maps.Keys(Losses)), ", "))
	}
	outputs := n.Sizes[n.depth()]
	switch {
	case n.Loss == "hinge" && outputs > 1:
		return errorf(Unsupported, "the hinge loss of several outputs needs a maximum over them, which the grammar does not have")
	case (n.Loss == "ce" || n.Loss == "ce-logits") && outputs == 1:
		return errorf(BadDeclaration, "the loss %s needs an output for each class: for one output there is bce", n.Loss)
	case strings.HasSuffix(n.Loss, "-logits") && n.Output != "identity":
		return errorf(BadDeclaration, "the loss %s has the activation of the output in it, which must be identity", n.Loss)
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

// activation returns the definitions that the output of layer l has: its own is
// the last. Names of matrices have the number of the layer.
func (n Network) activation(l int) (definitions Definitions) {
	g := n.Output
	if l < n.depth() {
		g = n.Hidden[min(l, len(n.Hidden))-1]
	}
	if g == "g" {
		return Definitions{{n.a(l), fmt.Sprintf("g%d(%s)", l, n.z(l))}}
	}
	names := map[string]string{"Z": n.z(l), "n": n.units(l)}
	for _, d := range activations[g] {
		name := d.Name
		if strings.ToUpper(name) == name {
			name = n.name(name, l)
			names[d.Name] = name
		}
		definitions = append(definitions, Definition{name, substitute(d.Expr, names)})
	}
	return definitions
}

// probabilities returns the definitions of what a network with a loss on logits
// predicts, none for the others.
func (n Network) probabilities() Definitions {
	p, a := n.letter("P"), n.a(n.depth())
	switch n.Loss {
	case "bce-logits":
		return Definitions{{p, fmt.Sprintf("sigmoid(%s)", a)}}
	case "ce-logits":
		return Definitions{{p, substitute(Activations["softmax"], map[string]string{"Z": a, "n": n.units(n.depth())})}}
	}
	return nil
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

// substitute returns an expression with expressions in the place of names.
func substitute(expr string, by map[string]string) string {
	parse := func(text string) *Tree {
		t, err := Parse(text)
		if err != nil {
			panic(err) // a mistake in the tables
		}
		return t
	}
	var replaced func(t *Tree) *Tree
	replaced = func(t *Tree) *Tree {
		if text, ok := by[t.Text]; ok && t.Kind == TreeName {
			return parse(text)
		}
		r := *t
		r.Args = nil
		for _, a := range t.Args {
			r.Args = append(r.Args, replaced(a))
		}
		return &r
	}
	return replaced(parse(expr)).String()
}

// problem returns the whole network as a problem.
func (n Network) problem() *Problem {
	p := &Problem{Functions: n.functions(), Expr: n.loss()}
	p.Vars = append(p.Vars, n.matrix(n.a(0), n.units(0)))
	for l := 1; l <= n.depth(); l++ {
		w, b := n.parameters(l)
		p.Vars = append(p.Vars, w, b)
		p.Where = append(p.Where, n.affine(l))
		for _, d := range n.activation(l) {
			if !slices.Contains(p.Where, d) { // a constant that other layers have, too
				p.Where = append(p.Where, d)
			}
		}
	}
	p.Where = append(p.Where, n.probabilities()...)
	p.Vars = append(p.Vars, n.target())
	return p
}

// matrix declares a matrix with a column for each example.
func (n Network) matrix(name, rows string) Variable {
	return Variable{Name: name, Shape: []string{rows, n.examples()}}
}

// target declares Y, of which the columns are distributions if the loss is a
// cross-entropy over the outputs.
func (n Network) target() Variable {
	y := n.matrix(n.y(), n.units(n.depth()))
	if n.Loss == "ce" || n.Loss == "ce-logits" {
		y.Props = []string{"stochastic"}
	}
	return y
}

// parameters declares the weights and biases of layer l.
func (n Network) parameters(l int) (w, b Variable) {
	return Variable{Name: fmt.Sprint("W", l), Shape: []string{n.units(l), n.units(l - 1)}},
		Variable{Name: fmt.Sprint("b", l), Shape: []string{n.units(l), "1"}}
}

// functions declares what is abstract.
func (n Network) functions() (fs Functions) {
	for l := 1; l <= n.depth(); l++ {
		if strings.HasPrefix(n.activation(l)[0].Expr, fmt.Sprintf("g%d(", l)) {
			fs = append(fs, Function{Name: fmt.Sprint("g", l), Elementwise: true, Deriv: fmt.Sprint("dg", l)})
		}
	}
	if n.Loss == "Loss" {
		fs = append(fs, Function{Name: "Loss", Args: []string{"a", "y"}, Grads: []string{"dLoss", ""}})
	}
	return fs
}
