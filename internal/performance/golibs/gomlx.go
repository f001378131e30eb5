package main

import (
	"fmt"

	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context"
	"github.com/gomlx/gomlx/pkg/ml/layers"
	"github.com/gomlx/gomlx/pkg/ml/layers/activations"
	"github.com/gomlx/gomlx/pkg/ml/train"
	"github.com/gomlx/gomlx/pkg/ml/train/losses"
	"github.com/gomlx/gomlx/pkg/ml/train/optimizers"
)

// gomlxStep returns a step of training in gomlx.
func gomlxStep[T float32 | float64](w work) func() {
	backend, err := simplego.New("")
	check(err)
	x := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(examples[T](w), w.batch, w.layers[0])}
	y := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(classes(w), w.batch, 1)}
	ctx := context.New()
	ctx.SetParam(optimizers.ParamLearningRate, 0.01)
	model := func(ctx *context.Context, _ any, inputs []*graph.Node) []*graph.Node {
		a := inputs[0]
		for l, n := range w.layers[1:] {
			a = layers.Dense(ctx.In(fmt.Sprint("layer", l)), a, true, n)
			switch {
			case l == len(w.layers)-2:
			case w.activation == "tanh":
				a = graph.Tanh(a)
			default:
				a = activations.Relu(a)
			}
		}
		return []*graph.Node{a}
	}
	sgd := optimizers.StochasticGradientDescent().WithDecay(false).Done()
	trainer := train.NewTrainer(backend, ctx, model, losses.SparseCategoricalCrossEntropyLogits, sgd, nil, nil)
	return func() {
		metrics, err := trainer.TrainStep(nil, x, y)
		check(err)
		for _, m := range metrics {
			check(m.FinalizeAll())
		}
	}
}
