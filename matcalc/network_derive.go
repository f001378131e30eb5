package matcalc

import (
	"maps"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// NetworkDerivation is the backward pass of a network.
type NetworkDerivation struct {
	Network
	Layers []LayerDerivation // the last layer first
	Check  Check             // all gradients together, against central differences of the loss

	scope *Scope
}

// LayerDerivation is Algorithm 2 for a layer, in two derivations: from ∂L/∂A, or
// for the last layer from the loss, to ∂L/∂Z; and from that, which is a constant
// then, the total differential in W, A_prev and b.
type LayerDerivation struct {
	Layer    int
	Z, Total *Derivation
}

// Gradients returns the gradients by Z, W, b and A_prev, as Algorithm 2 orders
// them.
func (l LayerDerivation) Gradients() []Reading {
	total := l.Total.gradients()
	return []Reading{l.Z.gradients()[0], total[0], total[2], total[1]}
}

// Derive derives the backward pass, layer by layer. Errors are of type *Error.
func (n Network) Derive(o Options) (nd *NetworkDerivation, err error) {
	defer Catch(&err)
	if err := n.Validate(); err != nil {
		return nil, err
	}
	whole := n.problem()
	whole.Wrt = "W1"
	nd = &NetworkDerivation{Network: n}
	if nd.scope, err = whole.Compile(); err != nil {
		return nil, err
	}
	for l := n.depth(); l >= 1; l-- {
		layer := LayerDerivation{Layer: l}
		if layer.Z, err = n.throughActivation(l, o); err != nil {
			return nil, err
		}
		if layer.Total, err = n.throughWeights(l, o); err != nil {
			return nil, err
		}
		nd.Layers = append(nd.Layers, layer)
	}
	return nd, nd.check(o.Seed)
}

// throughActivation derives ∂L/∂Z of layer l: from the loss for the last layer,
// for the others from ∂L/∂A.
func (n Network) throughActivation(l int, o Options) (*Derivation, error) {
	z := n.matrix(n.z(l), n.units(l))
	p := &Problem{Vars: Variables{z}, Where: n.activation(l), Functions: n.functions(), Wrt: z.Name}
	if l == n.depth() {
		p.Vars, p.Expr = append(p.Vars, n.target()), n.loss()
		p.Where = append(p.Where, n.probabilities()...)
		return Derive(p, o)
	}
	return from(n.a(l), p, o, z.Name)
}

// throughWeights derives the gradients by W, A_prev and b of layer l from ∂L/∂Z.
func (n Network) throughWeights(l int, o Options) (*Derivation, error) {
	w, b := n.parameters(l)
	aPrev := n.matrix(n.a(l-1), n.units(l-1))
	p := &Problem{Vars: Variables{w, aPrev, b}, Where: Definitions{n.affine(l)}}
	return from(n.z(l), p, o, w.Name, aPrev.Name, b.Name)
}

// from derives gradients, given that by v, a name that p defines: they are those
// of tr((∂L/∂v)'·v), where ∂L/∂v is a constant.
func from(v string, p *Problem, o Options, wrt ...string) (*Derivation, error) {
	s, err := p.Declare()
	if err != nil {
		return nil, err
	}
	of := s.names[v]
	g := s.Var(partialName("L", v), of.shape, 0)
	s.names[g.name] = g
	s.Vars = append(s.Vars, g)
	s.F = s.Tr(s.Mul(s.T(g), of))
	dr := newDeriver(s, o, (*Pool).Simplify)
	dr.start = functional{ctx: g, traced: !g.shape.IsColumn(), of: of}
	dr.wrt = nil
	for _, name := range wrt {
		dr.wrt = append(dr.wrt, s.names[name])
	}
	return dr.derivation(p, o)
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
		for i, r := range layer.Gradients() {
			scope := layer.Total.Scope
			if i == 0 {
				scope = layer.Z.Scope
			}
			g, err := scope.At(&Point{Sizes: p.Sizes, Values: values, standIns: p.standIns}).Value(r.Gradient)
			if err != nil {
				return 0, err
			}
			values[partialName("L", r.By.name)] = g
			if dir := p.Dir[r.By.name]; dir != nil {
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
		moved := &Point{Sizes: p.Sizes, Values: maps.Clone(p.Values), standIns: p.standIns}
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
