package matcalc

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Go returns Go source with the function
//
//	func name(X, W1, b1, ..., Y, functions...) (L float64, dW1, db1, ... *mat.Dense, err error)
//
// that runs a network forward and backward, and a test of it. See [Derivation.Go]. The
// results are the loss and its gradients by the weights and biases; the comments
// have the equations with their numbers in the article.
func (nd *NetworkDerivation) Go(pkg, name string) (code, test []byte, err error) {
	return goFile(pkg, goNetwork{nd, name})
}

// goNetwork is the function of a network.
type goNetwork struct {
	*NetworkDerivation
	name string
}

func (n goNetwork) source() (code, test string) {
	return n.signature(n.name).function(n.name), n.test()
}

// signature returns the function's. In its scope dZ and dA are names that are
// defined by the equations of the layers.
func (n goNetwork) signature(reserved ...string) *goSignature {
	scope := *n.scope
	scope.Wheres, scope.names = slices.Clone(scope.Wheres), maps.Clone(scope.names)
	s := &goSignature{
		scope: &scope, remarks: map[string]string{}, about: "the loss L of a network and its gradients by weights and biases",
		results: []goResult{{name: "L", e: scope.F, section: "The forward pass."}},
	}
	for _, v := range scope.Wheres {
		s.equation(v.name, v.def, n.forwardNumbers()[v.name])
	}
	s.equation("L", scope.F, n.forwardNumbers()["L"])
	s.lines = append(s.lines, goEquation{})
	var pairs [][]goResult // of dW and db, by layer
	for _, layer := range n.Layers {
		pairs = append(pairs, n.backward(s, layer))
	}
	for i := range pairs {
		s.results = append(s.results, pairs[len(pairs)-1-i]...)
		s.steps = append(s.steps, 2*(len(pairs)-i)-1, 2*(len(pairs)-i)) // from the last layer on
	}
	s.steps = append([]int{0}, s.steps...)
	s.declare(append(reserved, s.resultNames()...))
	return s
}

// backward enters the equations of a layer: dZ and dA of the layer before as
// names, dW and db as the results that it returns.
func (n goNetwork) backward(s *goSignature, layer LayerDerivation) (pair []goResult) {
	for _, r := range layer.Gradients() {
		if r.By.name == n.a(0) {
			continue // data
		}
		e, err := s.scope.Parse(r.Gradient.String())
		if err != nil {
			panic(internal("the gradient by %s can't be read: %v", r.By.name, err))
		}
		name := "d" + r.By.name
		s.equation(name, e, n.numbersOf(layer)[r.By.name])
		if r.By.name == n.z(layer.Layer) || r.By.name == n.a(layer.Layer-1) {
			e = s.scope.Define(name, e)
			s.scope.Wheres = append(s.scope.Wheres, e)
			s.scope.names[inGrammar(partialName("L", r.By.name))] = e
		} else {
			pair = append(pair, goResult{name: name, e: e})
		}
	}
	pair[0].section = fmt.Sprintf("Layer %d.", layer.Layer)
	return pair
}

// test returns the test of the function.
func (n goNetwork) test() string {
	s := n.signature(testNames(n.name)...)
	functions, arguments := s.testFunctions()
	call := fmt.Sprintf("%s(%s)", n.name, arguments)
	var b strings.Builder
	names := s.resultNames()
	fmt.Fprintf(&b, "_, %s, err := %s\nif err != nil {\ncontinue\n}\n", strings.Join(names[1:], ", "), call)
	b.WriteString("for _, c := range []struct{\nname string\nx, got *mat.Dense\n}{\n")
	for _, name := range names[1:] {
		fmt.Fprintf(&b, "{%q, %s, %s},\n", name, s.params[strings.TrimPrefix(name, "d")], name)
	}
	fmt.Fprintf(&b, "} {\nwant, err := differences(c.x, func() (float64, error) {\nL%s, err := %s\nreturn L, err\n})\n", strings.Repeat(", _", len(names)-1), call)
	b.WriteString("if err != nil {\nt.Fatal(err)\n}\ncompare(t, c.name, c.got, want, 1e-6)\n}\n")
	return s.testAtRandom(n.name, functions, b.String())
}
