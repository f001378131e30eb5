package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gradlab/internal/parts"
	"gradlab/internal/quote"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
)

// The specs are a network, a loss and their constants as the model file keeps
// them, in JSON.

type activationSpec struct {
	Name  string   `json:"name"`
	Slope *float64 `json:"slope,omitempty"` // of leaky-relu
	Alpha *float64 `json:"alpha,omitempty"` // of elu
}

type layerSpec struct {
	Type       string          `json:"type"`
	In         int             `json:"in,omitempty"` // of dense
	Out        int             `json:"out,omitempty"`
	Size       int             `json:"size,omitempty"` // of batch-norm
	Activation *activationSpec `json:"activation,omitempty"`
	Drop       float64         `json:"drop,omitempty"` // of dropout
	Epsilon    float64         `json:"epsilon,omitempty"`
	Momentum   float64         `json:"momentum,omitempty"`
}

type networkSpec struct {
	Layers []layerSpec     `json:"layers"`
	Output *activationSpec `json:"output,omitempty"`
}

type lossSpec struct {
	Name         string    `json:"name"`
	Delta        *float64  `json:"delta,omitempty"` // of huber
	ClassWeights []float64 `json:"class_weights,omitempty"`
}

func specOfActivation[T matrix.Float](g layers.Activation[T]) (*activationSpec, error) {
	spec := &activationSpec{Name: parts.NameOf(g, parts.Activations[T]())}
	switch g := g.(type) {
	case layers.LeakyReLU[T]:
		spec.Slope = pointer(float64(g.Slope))
	case layers.ELU[T]:
		spec.Alpha = pointer(float64(g.Alpha))
	}
	if spec.Name == "" {
		return nil, fmt.Errorf("activation %T is not one of gradlab's", g)
	}
	return spec, nil
}

func activationOf[T matrix.Float](spec *activationSpec) (layers.Activation[T], error) {
	if spec == nil {
		return nil, fmt.Errorf("a layer has no activation")
	}
	g, err := parts.Find("activation", spec.Name, parts.Activations[T]())
	if err != nil {
		return nil, err
	}
	switch g.(type) {
	case layers.LeakyReLU[T]:
		if spec.Slope != nil {
			g = layers.LeakyReLU[T]{Slope: T(*spec.Slope)}
		}
	case layers.ELU[T]:
		if spec.Alpha != nil {
			g = layers.ELU[T]{Alpha: T(*spec.Alpha)}
		}
	}
	return g, nil
}

func specOfLayer[T matrix.Float](layer layers.Layer[T]) (spec layerSpec, err error) {
	switch l := layer.(type) {
	case *layers.Dense[T]:
		spec = layerSpec{Type: "dense", In: l.W.Cols, Out: l.W.Rows}
		spec.Activation, err = specOfActivation(l.G)
	case *layers.BatchNorm[T]:
		spec = layerSpec{Type: "batch-norm", Size: l.Gamma.Rows, Epsilon: l.Epsilon, Momentum: l.Momentum}
		spec.Activation, err = specOfActivation(l.G)
	case *layers.Dropout[T]:
		spec = layerSpec{Type: "dropout", Drop: l.Drop}
	default:
		err = fmt.Errorf("layer %T is not one of gradlab's", layer)
	}
	return spec, err
}

// layerOf returns a layer of n inputs, with parameters of 0, and the number of
// its outputs. limit bounds the numbers that it keeps.
func layerOf[T matrix.Float](spec layerSpec, n, limit int) (layers.Layer[T], int, error) {
	switch spec.Type {
	case "dense":
		g, err := activationOf[T](spec.Activation)
		switch {
		case err != nil:
			return nil, 0, err
		case spec.In <= 0 || spec.Out <= 0 || n != 0 && spec.In != n:
			return nil, 0, fmt.Errorf("a dense layer from %d to %d units does not fit on %d inputs", spec.In, spec.Out, n)
		case spec.In == math.MaxInt || spec.Out > limit/(spec.In+1):
			return nil, 0, fmt.Errorf("a dense layer from %d to %d units is larger than the file", spec.In, spec.Out)
		}
		return layers.NewDense(spec.In, spec.Out, g, layers.Zeros, nil), spec.Out, nil
	case "batch-norm":
		g, err := activationOf[T](spec.Activation)
		switch {
		case err != nil:
			return nil, 0, err
		case spec.Size <= 0 || spec.Size > limit/4 || n != 0 && spec.Size != n:
			return nil, 0, fmt.Errorf("a batch normalisation of %d units does not fit on %d inputs", spec.Size, n)
		case !(spec.Epsilon > 0) || !(spec.Momentum >= 0 && spec.Momentum <= 1):
			return nil, 0, fmt.Errorf("a batch normalisation with ε = %v and momentum %v", spec.Epsilon, spec.Momentum)
		}
		b := layers.NewBatchNorm(spec.Size, g)
		b.Epsilon, b.Momentum = spec.Epsilon, spec.Momentum
		return b, spec.Size, nil
	case "dropout":
		if !(spec.Drop >= 0 && spec.Drop < 1) {
			return nil, 0, fmt.Errorf("a dropout of %v is not in [0, 1)", spec.Drop)
		}
		return layers.NewDropout[T](spec.Drop), n, nil
	}
	return nil, 0, fmt.Errorf("unknown layer type %s", quote.Text(spec.Type))
}

func specOfNetwork[T matrix.Float](n *Network[T]) (spec networkSpec, err error) {
	for _, layer := range n.Layers {
		l, err := specOfLayer(layer)
		if err != nil {
			return spec, err
		}
		spec.Layers = append(spec.Layers, l)
	}
	if n.Output != nil {
		spec.Output, err = specOfActivation(n.Output)
	}
	return spec, err
}

// networkOf returns the network of a spec, with parameters of 0; limit bounds
// their number, that of the state included.
func networkOf[T matrix.Float](spec networkSpec, limit int) (*Network[T], error) {
	net := &Network[T]{}
	n := 0
	for _, l := range spec.Layers {
		layer, out, err := layerOf[T](l, n, limit)
		if err != nil {
			return nil, err
		}
		limit -= numbersOf(layer)
		net.Layers = append(net.Layers, layer)
		n = out
	}
	if n == 0 {
		return nil, fmt.Errorf("the network has no layers")
	}
	if spec.Output != nil {
		var err error
		if net.Output, err = activationOf[T](spec.Output); err != nil {
			return nil, err
		}
	}
	return net, nil
}

// numbersOf returns how many numbers a model file has for a layer.
func numbersOf[T matrix.Float](layer layers.Layer[T]) (n int) {
	for _, p := range layer.Params() {
		n += len(p.Value.Data)
	}
	if s, ok := layer.(layers.Stateful[T]); ok {
		for _, p := range s.State() {
			n += len(p.Value.Data)
		}
	}
	return n
}

func specOfLoss[T matrix.Float](loss losses.Loss[T]) (lossSpec, error) {
	var spec lossSpec
	if w, ok := loss.(*losses.ClassWeighted[T]); ok {
		spec.ClassWeights = w.Weights
		loss = w.Loss
	}
	if h, ok := loss.(losses.Huber[T]); ok {
		spec.Delta = pointer(float64(h.Delta))
	}
	per, ok := loss.(losses.PerExample[T])
	if ok {
		spec.Name = parts.NameOf(per, parts.Losses[T]())
	}
	if spec.Name == "" {
		return spec, fmt.Errorf("loss %T is not one of gradlab's", loss)
	}
	return spec, nil
}

func lossOf[T matrix.Float](spec lossSpec) (losses.Loss[T], error) {
	loss, err := parts.Find("loss", spec.Name, parts.Losses[T]())
	if err != nil {
		return nil, err
	}
	if _, ok := loss.(losses.Huber[T]); ok && spec.Delta != nil {
		if !(*spec.Delta > 0) {
			return nil, fmt.Errorf("a Huber loss with δ = %v", *spec.Delta)
		}
		loss = losses.Huber[T]{Delta: T(*spec.Delta)}
	}
	if slices.ContainsFunc(spec.ClassWeights, func(w float64) bool { return w < 0 }) {
		return nil, errors.New("a class weight is negative")
	}
	if spec.ClassWeights != nil {
		return &losses.ClassWeighted[T]{Loss: loss, Weights: spec.ClassWeights}, nil
	}
	return loss, nil
}

func pointer[V any](v V) *V { return &v }

// describe returns a layer in words, for Summary.
func describe[T matrix.Float](layer layers.Layer[T]) string {
	spec, err := specOfLayer(layer)
	if err != nil {
		return fmt.Sprintf("%T", layer)
	}
	switch spec.Type {
	case "dense":
		return fmt.Sprintf("dense %d → %d, %s", spec.In, spec.Out, spec.Activation.Name)
	case "batch-norm":
		return fmt.Sprintf("batch norm %d, %s", spec.Size, spec.Activation.Name)
	}
	return fmt.Sprintf("dropout %g", spec.Drop)
}
