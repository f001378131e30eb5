package parts

import (
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
)

// Network is the layers and the loss of an example network.
type Network[T matrix.Float] struct {
	Name   string
	Sizes  []int // input first
	Layers []layers.Layer[T]
	Loss   losses.Loss[T]
	Output layers.Activation[T] // as in nn.Network
}

// Networks returns networks that between them have every layer, every
// activation and every loss, new.
func Networks[T matrix.Float]() []Network[T] {
	var nets []Network[T]
	for _, a := range Activations[T]() { // each as the hidden activation
		nets = append(nets, Network[T]{
			Name: "hidden " + a.Name, Sizes: []int{4, 5, 3, 2},
			Layers: stack([]int{4, 5, 3, 2}, a.Part, layers.Identity[T]{}),
			Loss:   losses.MeanSquaredError[T]{},
		})
	}
	for _, l := range Losses[T]() { // each after the output it wants
		sizes, last, output := []int{4, 5, 3}, layers.Activation[T](layers.Identity[T]{}), layers.Activation[T](nil)
		switch l.Name {
		case "bce":
			last = layers.Sigmoid[T]{}
		case "ce":
			last = layers.Softmax[T]{}
		case "bce-logits":
			output = layers.Sigmoid[T]{}
		case "ce-logits":
			output = layers.Softmax[T]{}
		}
		nets = append(nets, Network[T]{
			Name: "loss " + l.Name, Sizes: sizes,
			Layers: stack(sizes, layers.Activation[T](layers.Tanh[T]{}), last),
			Loss:   l.Part, Output: output,
		})
	}
	one := []int{4, 6, 1}
	nets = append(nets,
		Network[T]{Name: "one output, bce-logits", Sizes: one, Layers: stack[T](one, layers.Tanh[T]{}, layers.Identity[T]{}), Loss: losses.BinaryCrossEntropyLogits[T]{}, Output: layers.Sigmoid[T]{}},
		Network[T]{Name: "one output, hinge", Sizes: one, Layers: stack[T](one, layers.Tanh[T]{}, layers.Identity[T]{}), Loss: losses.Hinge[T]{}},
		Network[T]{Name: "class weights", Sizes: []int{4, 5, 3}, Layers: stack[T]([]int{4, 5, 3}, layers.Tanh[T]{}, layers.Identity[T]{}), Loss: &losses.ClassWeighted[T]{Loss: losses.SoftmaxCrossEntropyLogits[T]{}, Weights: []float64{0.5, 2, 1}}, Output: layers.Softmax[T]{}},
		Network[T]{Name: "dropout", Sizes: []int{4, 8, 3}, Layers: withDropout[T](), Loss: losses.SoftmaxCrossEntropyLogits[T]{}, Output: layers.Softmax[T]{}},
		Network[T]{Name: "batch norm", Sizes: []int{4, 6, 5, 3}, Layers: withBatchNorm[T](), Loss: losses.SoftmaxCrossEntropyLogits[T]{}, Output: layers.Softmax[T]{}},
	)
	return nets
}

// stack returns dense layers of the sizes, with one activation for the hidden
// layers and another for the last.
func stack[T matrix.Float](sizes []int, hidden, last layers.Activation[T]) []layers.Layer[T] {
	var net []layers.Layer[T]
	for l := 1; l < len(sizes); l++ {
		g := hidden
		if l == len(sizes)-1 {
			g = last
		}
		net = append(net, dense(sizes[l-1], sizes[l], l, g))
	}
	return net
}

// dense returns a layer whose biases are random, too, as gradients at 0 can be
// right by accident.
func dense[T matrix.Float](nPrev, n, l int, g layers.Activation[T]) *layers.Dense[T] {
	r := matrix.Stream(7, matrix.ForInit, uint32(l))
	d := layers.NewDense(nPrev, n, g, layers.Xavier, r)
	for i := range d.B.Data {
		d.B.Data[i] = T(matrix.Normal(r) / 4)
	}
	return d
}

func withDropout[T matrix.Float]() []layers.Layer[T] {
	return []layers.Layer[T]{
		dense[T](4, 8, 1, layers.Tanh[T]{}),
		layers.NewDropout[T](0.4),
		dense[T](8, 3, 2, layers.Identity[T]{}),
	}
}

func withBatchNorm[T matrix.Float]() []layers.Layer[T] {
	return []layers.Layer[T]{
		dense[T](4, 6, 1, layers.Identity[T]{}),
		layers.NewBatchNorm[T](6, layers.Tanh[T]{}),
		dense[T](6, 5, 2, layers.Identity[T]{}),
		layers.NewBatchNorm[T](5, layers.GELU[T]{}),
		dense[T](5, 3, 3, layers.Identity[T]{}),
	}
}
