package main

import (
	"gradlab/internal/cli"
	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/optim"
)

// learningRate is that of everybody's updates.
const learningRate = 0.01

// network is a network with one batch that it is trained on over and over.
type network[T matrix.Float] struct {
	sizes cli.Sizes
	net   *nn.Network[T]
	dense []*layers.Dense[T] // its layers
	loss  losses.Loss[T]
	opt   optim.Optimizer[T]
	x, y  *matrix.Matrix[T] // sizes[0]×batch, and the last size×batch
	dyhat *matrix.Matrix[T]
	start []*matrix.Matrix[T] // what the parameters begin from
	steps int
}

// newNetwork returns a network with a hidden activation by name, and a batch of
// normal numbers with random labels. The same arguments give the same numbers.
func newNetwork[T matrix.Float](sizes cli.Sizes, batch int, activation string) *network[T] {
	hidden, err := parts.Find("activation", activation, parts.Activations[T]())
	if err != nil {
		panic(err) // the flags have been checked
	}
	k := sizes[len(sizes)-1]
	n := &network[T]{
		sizes: sizes, net: new(nn.Network[T]), opt: optim.SGD[T]{},
		loss: losses.SoftmaxCrossEntropyLogits[T]{},
		x:    matrix.New[T](sizes[0], batch), y: matrix.New[T](k, batch), dyhat: matrix.New[T](k, batch),
	}
	if k == 1 {
		n.loss = losses.BinaryCrossEntropyLogits[T]{}
	}
	for l := 1; l < len(sizes); l++ {
		g := hidden
		if l == len(sizes)-1 {
			g = layers.Identity[T]{}
		}
		d := layers.NewDense(sizes[l-1], sizes[l], g, layers.Xavier, matrix.Stream(1, matrix.ForInit, uint32(l)))
		n.dense = append(n.dense, d)
		n.net.Layers = append(n.net.Layers, d)
	}
	n.dense[0].SkipInputGradient()
	for _, p := range n.net.Params() {
		n.start = append(n.start, p.Value.Clone())
	}
	r := matrix.Stream(1, matrix.ForData, 0)
	for i := range n.x.Data {
		n.x.Data[i] = T(matrix.Normal(r))
	}
	for j := range batch {
		if k == 1 {
			n.y.Data[j] = T(r.IntN(2))
		} else {
			n.y.Col(j)[r.IntN(k)] = 1
		}
	}
	n.step() // so that all buffers are there
	n.begin()
	return n
}

// networkBytes returns about what a network takes: each weight three times, with
// its gradient and what it begins from.
func networkBytes[T matrix.Float](sizes cli.Sizes, batch int) float64 {
	return elementBytes[T]() * sizes.Numbers(3, batch)
}

// begin brings the parameters back to where they began.
func (n *network[T]) begin() {
	for k, p := range n.net.Params() {
		matrix.Copy(p.Value, n.start[k])
	}
	n.steps = 0
}

// step is a step of training. It returns the loss.
func (n *network[T]) step() float64 {
	n.steps++
	yhat := n.net.Forward(n.x)
	loss := n.loss.Value(yhat, n.y)
	n.loss.Prime(n.dyhat, yhat, n.y)
	n.net.Backward(n.dyhat)
	n.opt.Step(n.steps, learningRate, n.net.Params())
	return loss
}

// losses returns the losses of the first steps.
func (n *network[T]) losses(steps int) []float64 {
	n.begin()
	values := make([]float64, steps)
	for i := range values {
		values[i] = n.step()
	}
	n.begin()
	return values
}
