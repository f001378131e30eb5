package nn

import (
	"context"
	"testing"

	"gradlab/data"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/optim"
)

// BenchmarkFit trains 784-128-10 on 60 000 examples for an epoch: shuffling,
// gathering, the steps and the evaluation at the end. No cache holds the set.
func BenchmarkFit(b *testing.B) {
	set := &data.Dataset[float32]{X: matrix.New[float32](784, 60_000), Y: matrix.New[float32](10, 60_000)}
	r := matrix.Stream(1, matrix.ForData, 0)
	for i := range set.X.Data {
		set.X.Data[i] = float32(r.Float64())
	}
	for j := range set.Len() {
		set.Y.Col(j)[r.IntN(10)] = 1
	}
	net := &Network[float32]{Layers: []layers.Layer[float32]{
		layers.NewDense(784, 128, layers.ReLU[float32]{}, layers.He, matrix.Stream(1, matrix.ForInit, 0)),
		layers.NewDense(128, 10, layers.Identity[float32]{}, layers.Glorot, matrix.Stream(1, matrix.ForInit, 1)),
	}}
	t := &Trainer[float32]{
		Net: net, Loss: losses.SoftmaxCrossEntropyLogits[float32]{}, Opt: optim.NewAdam[float32](),
		Schedule: optim.Constant(0.001), Epochs: 1, BatchSize: 128,
	}
	for b.Loop() {
		if _, err := t.Fit(context.Background(), set, nil); err != nil {
			b.Fatal(err)
		}
	}
}
