// Package parts is the one table of all activations, losses, optimizers,
// initialisations and layers. The command line and the model file find them
// here by name, and the property tests run over all of it.
package parts

import (
	"fmt"
	"reflect"
	"strings"

	"gradlab/internal/quote"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/optim"
)

// Named is a part with its name.
type Named[P any] struct {
	Name string
	Part P
}

// Activations returns every activation, with its usual constants.
func Activations[T matrix.Float]() []Named[layers.Activation[T]] {
	return []Named[layers.Activation[T]]{
		{"identity", layers.Identity[T]{}},
		{"sigmoid", layers.Sigmoid[T]{}},
		{"tanh", layers.Tanh[T]{}},
		{"relu", layers.ReLU[T]{}},
		{"leaky-relu", layers.LeakyReLU[T]{Slope: 0.01}},
		{"elu", layers.ELU[T]{Alpha: 1}},
		{"softplus", layers.Softplus[T]{}},
		{"gelu", layers.GELU[T]{}},
		{"softmax", layers.Softmax[T]{}},
	}
}

// Losses returns every loss, with its usual constants.
func Losses[T matrix.Float]() []Named[losses.PerExample[T]] {
	return []Named[losses.PerExample[T]]{
		{"mse", losses.MeanSquaredError[T]{}},
		{"mae", losses.MeanAbsoluteError[T]{}},
		{"huber", losses.Huber[T]{Delta: 1}},
		{"bce", losses.BinaryCrossEntropy[T]{}},
		{"ce", losses.CategoricalCrossEntropy[T]{}},
		{"hinge", losses.Hinge[T]{}},
		{"bce-logits", losses.BinaryCrossEntropyLogits[T]{}},
		{"ce-logits", losses.SoftmaxCrossEntropyLogits[T]{}},
	}
}

// Optimizers returns every optimizer, new, with its usual constants.
func Optimizers[T matrix.Float]() []Named[optim.Optimizer[T]] {
	return []Named[optim.Optimizer[T]]{
		{"sgd", optim.SGD[T]{}},
		{"momentum", optim.NewMomentum[T](0.9)},
		{"nesterov", optim.NewNesterov[T](0.9)},
		{"rmsprop", optim.NewRMSProp[T]()},
		{"adam", optim.NewAdam[T]()},
		{"adamw", optim.NewAdamW[T](0.01)},
	}
}

// Minimizers returns every method for whole training sets, new, with a limit on
// its iterations.
func Minimizers[T matrix.Float](maxIterations int) []Named[optim.Minimizer[T]] {
	return []Named[optim.Minimizer[T]]{
		{"lbfgs", optim.NewLBFGS[T](maxIterations)},
	}
}

// Inits returns every initialisation.
func Inits() []Named[layers.Init] {
	return []Named[layers.Init]{
		{"zeros", layers.Zeros},
		{"normal", layers.Normal(0.01)},
		{"xavier", layers.Xavier},
		{"glorot", layers.Glorot},
		{"he", layers.He},
	}
}

// Layers returns every layer from n to n units, new.
func Layers[T matrix.Float](n int) []Named[layers.Layer[T]] {
	r := matrix.Stream(1, matrix.ForInit, 0)
	return []Named[layers.Layer[T]]{
		{"dense", layers.NewDense(n, n, layers.Tanh[T]{}, layers.Xavier, r)},
		{"dropout", layers.NewDropout[T](0.4)},
		{"batch-norm", layers.NewBatchNorm(n, layers.Tanh[T]{})},
	}
}

// Find returns the part with a name, or an error that lists the names. An
// underscore counts as a hyphen.
func Find[P any](what, name string, table []Named[P]) (P, error) {
	var names []string
	for _, n := range table {
		if n.Name == strings.ReplaceAll(name, "_", "-") {
			return n.Part, nil
		}
		names = append(names, n.Name)
	}
	var none P
	return none, fmt.Errorf("unknown %s %s: choose one of %s", what, quote.Text(name), strings.Join(names, ", "))
}

// NameOf returns the name of a part by its type, or "".
func NameOf[P any](part P, table []Named[P]) string {
	for _, n := range table {
		if reflect.TypeOf(n.Part) == reflect.TypeOf(part) {
			return n.Name
		}
	}
	return ""
}
