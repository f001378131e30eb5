package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/optim"
)

// hiddenActivations returns the activation of every hidden layer.
func hiddenActivations[T matrix.Float](f *flags) ([]layers.Activation[T], error) {
	names := strings.Split(f.Activation, ",")
	if len(names) != 1 && len(names) != f.Layers.Hidden() {
		return nil, fmt.Errorf("--activation has %d names, --layers %v has %d hidden layers", len(names), f.Layers, f.Layers.Hidden())
	}
	var all []layers.Activation[T]
	for _, name := range names {
		g, err := parts.Find("activation", name, parts.Activations[T]())
		if err != nil {
			return nil, fmt.Errorf("--activation: %w", err)
		}
		all = append(all, g)
	}
	for len(all) < f.Layers.Hidden() {
		all = append(all, all[0])
	}
	return all, nil
}

// newLayers returns the layers of the network; last is the activation of the
// last one.
func newLayers[T matrix.Float](f *flags, last layers.Activation[T]) []layers.Layer[T] {
	hidden, _ := hiddenActivations[T](f)
	var stack []layers.Layer[T]
	for l := 1; l < len(f.Layers); l++ {
		nPrev, n := f.Layers[l-1], f.Layers[l]
		r := matrix.Stream(f.Seed, matrix.ForInit, uint32(l))
		if l == len(f.Layers)-1 {
			return append(stack, layers.NewDense(nPrev, n, last, f.init(last), r))
		}
		g := hidden[l-1]
		if f.BatchNorm {
			stack = append(stack, layers.NewDense(nPrev, n, layers.Activation[T](layers.Identity[T]{}), f.init(g), r), layers.NewBatchNorm(n, g))
		} else {
			stack = append(stack, layers.NewDense(nPrev, n, g, f.init(g), r))
		}
		if f.Dropout > 0 {
			stack = append(stack, layers.NewDropout[T](f.Dropout))
		}
	}
	return stack
}

func (f *flags) checkInit() error {
	if f.Init == "" {
		return nil
	}
	if _, err := parts.Find("initialisation", f.Init, parts.Inits()); err != nil {
		return fmt.Errorf("--init: %w", err)
	}
	return nil
}

// init returns the initialisation of a layer with the activation g: the one of
// the flag, or He for ReLU and its kin and Xavier for others.
func (f *flags) init(g any) layers.Init {
	if f.Init != "" {
		init, _ := parts.Find("initialisation", f.Init, parts.Inits())
		return init
	}
	switch g.(type) {
	case layers.ReLU[float32], layers.LeakyReLU[float32], layers.ELU[float32], layers.GELU[float32], layers.Softplus[float32],
		layers.ReLU[float64], layers.LeakyReLU[float64], layers.ELU[float64], layers.GELU[float64], layers.Softplus[float64]:
		return layers.He
	}
	return layers.Xavier
}

// Losses of classification and of regression, and the activation that each
// wants in the last layer; "" is any.
var lossOutputs = map[string][]string{
	"mse": {""}, "mae": {""}, "huber": {""},
	"bce": {"sigmoid"}, "ce": {"softmax"}, "hinge": {"identity", "tanh"},
}

// checkOutput checks --output and --loss, and that they suit each other.
func (f *flags) checkOutput() error {
	if f.Output != "" {
		if _, err := parts.Find("activation", f.Output, parts.Activations[float64]()); err != nil {
			return fmt.Errorf("--output: %w", err)
		}
	}
	if f.Loss == "" {
		return nil
	}
	wants, ok := lossOutputs[f.Loss]
	switch {
	case !ok:
		return fmt.Errorf("--loss: unknown loss %q: choose one of mse, mae, huber, bce, ce, hinge", f.Loss)
	case f.Output != "" && wants[0] != "" && !slices.Contains(wants, f.Output):
		return fmt.Errorf("--loss %s needs --output %s, not %s", f.Loss, strings.Join(wants, " or "), f.Output)
	case f.Loss == "ce" && f.Layers[len(f.Layers)-1] == 1:
		return fmt.Errorf("--loss ce needs an output unit a class; --layers %v has one: use bce", f.Layers)
	case f.Task == "regress" && wants[0] != "":
		return fmt.Errorf("--loss %s is for classification; for regression there are mse, mae and huber", f.Loss)
	}
	return nil
}

// head is the last layer's activation, the loss, and how the output is read.
type head[T matrix.Float] struct {
	lossName, outputName string // as flags
	last                 layers.Activation[T]
	output               layers.Activation[T] // Network.Output
	loss                 losses.Loss[T]
	threshold            float64
}

// newHead chooses the head: cross-entropies are computed on logits, with the
// activation of the last layer moved into the loss.
func newHead[T matrix.Float](f *flags, regress bool, outputs int, weights []float64) (*head[T], error) {
	h := &head[T]{lossName: f.Loss, outputName: f.Output, threshold: 0.5}
	if h.lossName == "" {
		switch {
		case regress:
			h.lossName = "mse"
		case f.Output == "softmax" || f.Output == "" && outputs > 1:
			h.lossName = "ce"
		case f.Output == "sigmoid" || f.Output == "":
			h.lossName = "bce"
		default:
			h.lossName = "mse"
		}
	}
	if h.outputName == "" {
		switch {
		case h.lossName == "hinge" || regress:
			h.outputName = "identity"
		case h.lossName == "bce" || outputs == 1:
			h.outputName = "sigmoid"
		default:
			h.outputName = "softmax"
		}
	}
	if regress && lossOutputs[h.lossName][0] != "" {
		return nil, fmt.Errorf("--loss %s is for classification, and the label is a number to predict: use mse, mae or huber, or --task classify", h.lossName)
	}
	if h.lossName == "hinge" {
		h.threshold = 0
	}
	var err error
	if h.last, err = parts.Find("activation", h.outputName, parts.Activations[T]()); err != nil {
		return nil, err
	}
	name := h.lossName
	if name == "bce" || name == "ce" {
		name += "-logits"
		h.output, h.last = h.last, layers.Identity[T]{}
	}
	loss, err := parts.Find("loss", name, parts.Losses[T]())
	if err != nil {
		return nil, err
	}
	h.loss = loss
	if weights != nil {
		h.loss = &losses.ClassWeighted[T]{Loss: loss, Weights: weights}
	}
	return h, nil
}

// wholeSet reports whether the optimizer takes the whole training set at once.
func (f *flags) wholeSet() bool { return f.Optimizer == "lbfgs" || f.Optimizer == "normal-equation" }

// checkWholeSet checks the flags for optimizers that take the whole set.
func (f *flags) checkWholeSet() error {
	if f.Optimizer == "normal-equation" {
		switch {
		case len(f.Layers) != 2 || f.Output != "" && f.Output != "identity" || f.Loss != "" && f.Loss != "mse":
			return fmt.Errorf("--optimizer normal-equation is for linear regression: two sizes in --layers, --output identity and --loss mse")
		case f.Task == "classify":
			return fmt.Errorf("--optimizer normal-equation is for regression")
		case f.ClassWeights != "":
			return fmt.Errorf("--optimizer normal-equation takes no --class-weights")
		}
	}
	if f.wholeSet() && (f.OnNaN == "skip" || f.OnNaN == "restore") {
		return fmt.Errorf("--on-nan %s is about single steps, and --optimizer %s takes the whole set at once", f.OnNaN, f.Optimizer)
	}
	if f.wholeSet() && (f.Dropout > 0 || f.BatchNorm || f.LR != nil || f.ClipNorm != nil || f.ClipValue != nil || f.Schedule != "constant") {
		return fmt.Errorf("--optimizer %s takes no --lr, --schedule, --dropout, --batch-norm, --clip-norm or --clip-value", f.Optimizer)
	}
	return nil
}

// optimizer returns the optimizer, or nil for one that takes the whole set.
func optimizer[T matrix.Float](f *flags) (optim.Optimizer[T], error) {
	for _, flag := range []struct {
		name  string
		given bool
		of    []string
	}{
		{"momentum", f.Momentum != nil, []string{"sgd", "momentum", "nesterov"}},
		{"beta1", f.Beta1 != nil, []string{"adam", "adamw"}},
		{"beta2", f.Beta2 != nil, []string{"adam", "adamw", "rmsprop"}},
	} {
		if flag.given && !slices.Contains(flag.of, f.Optimizer) {
			return nil, fmt.Errorf("--%s is for %s, not for --optimizer %s", flag.name, strings.Join(flag.of, ", "), f.Optimizer)
		}
	}
	switch f.Optimizer {
	case "sgd":
		if f.Momentum != nil {
			return optim.NewMomentum[T](*f.Momentum), nil
		}
		return optim.SGD[T]{}, nil
	case "momentum":
		return optim.NewMomentum[T](or(f.Momentum, 0.9)), nil
	case "nesterov":
		return optim.NewNesterov[T](or(f.Momentum, 0.9)), nil
	case "rmsprop":
		o := optim.NewRMSProp[T]()
		o.Beta = or(f.Beta2, o.Beta)
		return o, nil
	case "adam", "adamw":
		o := optim.NewAdamW[T](f.L2)
		o.Beta1, o.Beta2 = or(f.Beta1, o.Beta1), or(f.Beta2, o.Beta2)
		if f.Optimizer == "adam" {
			return &o.Adam, nil
		}
		return o, nil
	case "lbfgs", "normal-equation":
		return nil, nil
	}
	return nil, fmt.Errorf("--optimizer: unknown optimizer %q: choose one of sgd, momentum, nesterov, rmsprop, adam, adamw, lbfgs, normal-equation", f.Optimizer)
}

// penalty returns λ of L2; that of adamw is in the optimizer.
func (f *flags) penalty() float64 {
	if f.Optimizer == "adamw" {
		return 0
	}
	return f.L2
}

func clipper[T matrix.Float](f *flags) optim.Clipper[T] {
	var clip optim.Clip[T]
	if f.ClipValue != nil {
		clip = append(clip, optim.ClipValue[T]{Max: *f.ClipValue})
	}
	if f.ClipNorm != nil {
		clip = append(clip, optim.ClipNorm[T]{Max: *f.ClipNorm})
	}
	if clip == nil {
		return nil
	}
	return clip
}

// weights parses --class-weights NAME=W,…; nil stands for none and for balanced.
func (f *flags) weights() (map[string]float64, error) {
	if f.ClassWeights == "" || f.ClassWeights == "balanced" {
		return nil, nil
	}
	weights := map[string]float64{}
	for _, pair := range strings.Split(f.ClassWeights, ",") {
		i := strings.LastIndexByte(pair, '=')
		if i < 0 {
			return nil, fmt.Errorf("--class-weights: %q is not NAME=WEIGHT (or give balanced)", pair)
		}
		w, err := strconv.ParseFloat(pair[i+1:], 64)
		if err != nil || !(w >= 0 && w < maxFlag) {
			return nil, fmt.Errorf("--class-weights: the weight %q is not a number from 0", pair[i+1:])
		}
		if _, twice := weights[pair[:i]]; twice {
			return nil, fmt.Errorf("--class-weights: %q is given twice", pair[:i])
		}
		weights[pair[:i]] = w
	}
	return weights, nil
}
