// Package nn puts layers together: a Network, the Trainer that fits it, the
// metrics that judge it, and the file that keeps it.
//
// # Goroutines
//
// A Network, an Evaluator, a Trainer and its optimizer are used by one goroutine
// at a time, for they own the buffers that their methods return. Clone gives
// another goroutine a network of its own over the same parameters: clones predict
// at the same time, with the bits of their original, as long as nobody changes
// the parameters, as a step of a training does. Trainings of different networks
// may run at the same time.
//
// What nobody changes may be read by all at the same time: datasets and their
// parts, encodings, losses, activations, a ModelFile. A Model is such a thing but
// for its Net. None of this changes a result: the bits are those of one goroutine
// after the other. The products use all cores by themselves.
package nn

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"gradlab/internal/safetensors"
	"gradlab/layers"
	"gradlab/matrix"
)

// Network is a stack of layers. It is used by one goroutine at a time; Clone
// gives another goroutine one of its own.
type Network[T matrix.Float] struct {
	Layers []layers.Layer[T]
	// Output turns the last a into what Predict returns: softmax or sigmoid
	// where the loss is on logits. Nil: the last a itself.
	Output layers.Activation[T]

	params, state []matrix.Param[T]
	numbers       []int            // of the layers, as in the names of their parameters
	probabilities matrix.Matrix[T] // what Output made
}

// Forward returns the last a for a batch of examples, in training mode.
func (n *Network[T]) Forward(x *matrix.Matrix[T]) *matrix.Matrix[T] {
	a := x
	for _, layer := range n.Layers {
		a = layer.Forward(a)
	}
	return a
}

// Backward takes ∂L/∂a of the last a and sets the gradients of all parameters.
// It returns ∂L/∂x, or nil if the first layer leaves it out.
func (n *Network[T]) Backward(da *matrix.Matrix[T]) *matrix.Matrix[T] {
	for l := len(n.Layers) - 1; l >= 0; l-- {
		da = n.Layers[l].Backward(da)
	}
	return da
}

// Predict returns the output for a batch of examples, in prediction mode: the
// probabilities of the classes, or the predicted values.
func (n *Network[T]) Predict(x *matrix.Matrix[T]) *matrix.Matrix[T] {
	return n.output(n.scores(x))
}

// scores returns the last a in prediction mode: what the loss is computed from.
func (n *Network[T]) scores(x *matrix.Matrix[T]) *matrix.Matrix[T] {
	a := x
	for _, layer := range n.Layers {
		if p, ok := layer.(layers.Predictor[T]); ok {
			a = p.Predict(a)
		} else {
			a = layer.Forward(a)
		}
	}
	return a
}

func (n *Network[T]) output(a *matrix.Matrix[T]) *matrix.Matrix[T] {
	if n.Output == nil {
		return a
	}
	n.probabilities.Resize(a.Rows, a.Cols)
	n.Output.Apply(&n.probabilities, a)
	return &n.probabilities
}

// Params returns the parameters of all layers, the same slice every time. Their
// names carry the number of the layer, "1.W" and "1.b" for the first: layers
// are numbered as in the equations, so that a batch normalisation goes with the
// W before it ("1.gamma").
func (n *Network[T]) Params() []matrix.Param[T] {
	if n.params == nil {
		n.nameParams()
	}
	return n.params
}

// State returns what a model file keeps besides the parameters: the running
// averages of batch normalisation.
func (n *Network[T]) State() []matrix.Param[T] {
	if n.params == nil {
		n.nameParams()
	}
	return n.state
}

func (n *Network[T]) nameParams() {
	n.params, n.state = []matrix.Param[T]{}, []matrix.Param[T]{}
	taken := map[string]bool{}
	number := 0
	for _, layer := range n.Layers {
		params := layer.Params()
		for _, p := range params {
			if p.Name == "W" || number == 0 || taken[numbered(number, p.Name)] {
				number++
				break
			}
		}
		n.numbers = append(n.numbers, max(number, 1))
		for _, p := range params {
			p.Name = numbered(number, p.Name)
			taken[p.Name] = true
			n.params = append(n.params, p)
		}
		if s, ok := layer.(layers.Stateful[T]); ok {
			for _, p := range s.State() {
				p.Name = numbered(number, p.Name)
				n.state = append(n.state, p)
			}
		}
	}
}

func numbered(number int, name string) string { return fmt.Sprintf("%d.%s", number, name) }

// Clone returns a network with the same parameters and buffers of its own, for
// another goroutine, or for predictions during training.
func (n *Network[T]) Clone() *Network[T] {
	c := &Network[T]{Output: n.Output}
	for _, layer := range n.Layers {
		c.Layers = append(c.Layers, layer.Clone())
	}
	return c
}

// draw names the random numbers of a step for the layers that need them.
func (n *Network[T]) draw(seed uint64, step int) {
	for l, layer := range n.Layers {
		if d, ok := layer.(layers.Drawer); ok {
			d.Draw(seed, l, step)
		}
	}
}

// ParamCount returns the number of parameters.
func (n *Network[T]) ParamCount() int {
	count := 0
	for _, p := range n.Params() {
		count += len(p.Value.Data)
	}
	return count
}

// Summary returns a table of the layers, their shapes and parameters.
func (n *Network[T]) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-34s  %-34s %10s\n", "layer", "parameters", "count")
	params := n.Params()
	for _, layer := range n.Layers {
		own := params[:len(layer.Params())]
		params = params[len(own):]
		var shapes []string
		count := 0
		for _, p := range own {
			shapes = append(shapes, fmt.Sprintf("%s %d×%d", p.Name, p.Value.Rows, p.Value.Cols))
			count += len(p.Value.Data)
		}
		fmt.Fprintf(&b, "%-34s  %-34s %10d\n", describe(layer), strings.Join(shapes, ", "), count)
	}
	fmt.Fprintf(&b, "%-34s  %-34s %10d\n", "total", "", n.ParamCount())
	return b.String()
}

// WeightsSHA256 returns the SHA-256 of all parameters in order, as they are in
// memory (column by column), little-endian, every NaN as one and the same.
func (n *Network[T]) WeightsSHA256() string {
	h := sha256.New()
	var buf []byte
	for _, p := range n.Params() {
		buf = safetensors.AppendBits(buf[:0], p.Value.Data)
		h.Write(buf)
	}
	return hex.EncodeToString(h.Sum(nil))
}
