package nn_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"gradlab/data"
	"gradlab/internal/parts"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
)

// atOnce calls f in several goroutines at the same time.
func atOnce(f func(goroutine int)) {
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f(g)
		}()
	}
	wg.Wait()
}

// Clones that are made and used at the same time predict the bits of their
// original: one after the other, whatever the sizes of the batches.
func TestClonesPredictAtOnce(t *testing.T) {
	wide := nn.Network[float32]{Layers: []layers.Layer[float32]{ // large enough for the threads of a product
		layers.NewDense(200, 300, layers.ReLU[float32]{}, layers.He, matrix.Stream(1, matrix.ForInit, 1)),
		layers.NewDense(300, 10, layers.Identity[float32]{}, layers.Xavier, matrix.Stream(1, matrix.ForInit, 2)),
	}, Output: layers.Softmax[float32]{}}
	x := matrix.New[float32](200, 256)
	r := matrix.Stream(1, matrix.ForData, 0)
	for i := range x.Data {
		x.Data[i] = float32(matrix.Normal(r))
	}
	t.Run("wide", func(t *testing.T) { predictAtOnce(t, &wide, x, 3) })
	for _, p := range parts.Networks[float64]() {
		x, _ := p.Batch(40)
		t.Run(p.Name, func(t *testing.T) { predictAtOnce(t, &nn.Network[float64]{Layers: p.Layers, Output: p.Output}, x, 20) })
	}
}

func predictAtOnce[T matrix.Float](t *testing.T, net *nn.Network[T], x *matrix.Matrix[T], times int) {
	want := net.Predict(x).Clone()
	atOnce(func(goroutine int) {
		mine := net.Clone()
		for k := range times {
			from := (7*goroutine + 11*k) % x.Cols
			batch := x.Columns(from, x.Cols)
			if got := mine.Predict(&batch); !slices.Equal(got.Data, want.Data[from*want.Rows:]) {
				t.Errorf("goroutine %d: the predictions from example %d on differ", goroutine, from)
			}
		}
	})
}

// What nobody writes to may be read by all: one dataset is trained on and
// evaluated, with one loss, at the same time, and every training has the bits that
// it has alone.
func TestTrainingsAtOnce(t *testing.T) {
	train, val := xor(150, 1), xor(60, 2)
	loss := &losses.ClassWeighted[float64]{Loss: losses.BinaryCrossEntropyLogits[float64]{}, Weights: []float64{1, 2}}
	fit := func() string {
		trainer := classifier(1)
		trainer.Loss = loss
		trainer.Epochs = 3
		if _, err := trainer.Fit(context.Background(), train, val); err != nil {
			t.Error(err)
		}
		return trainer.Net.WeightsSHA256()
	}
	want := fit()
	atOnce(func(goroutine int) {
		if got := fit(); got != want {
			t.Errorf("goroutine %d has the weights %s, not %s", goroutine, got, want)
		}
	})
}

// One model file is loaded and its encoding applied by many at the same time.
func TestLoadAtOnce(t *testing.T) {
	var file bytes.Buffer
	table, err := data.Open[float64]("iris.csv", "", data.CSVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	set, enc, err := table.Encode(data.Spec{Outputs: 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := data.Fit(enc, set, nil, data.Standard); err != nil {
		t.Fatal(err)
	}
	net := &nn.Network[float64]{Layers: []layers.Layer[float64]{layers.NewDense(4, 3, layers.Softmax[float64]{}, layers.Xavier, matrix.Stream(1, matrix.ForInit, 1))}}
	if err := (&nn.Model[float64]{Net: net, Loss: losses.CategoricalCrossEntropy[float64]{}, Encoding: enc}).Write(&file); err != nil {
		t.Fatal(err)
	}
	parsed, err := nn.ParseModel(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	shared, err := nn.Load[float64](parsed)
	if err != nil {
		t.Fatal(err)
	}
	atOnce(func(int) {
		own, err := nn.Load[float64](parsed)
		if err != nil {
			t.Error(err)
			return
		}
		table, err := data.Open[float64]("iris.csv", "", data.CSVOptions{For: shared.Encoding})
		if err != nil {
			t.Error(err)
			return
		}
		set, _, err := table.Apply(shared.Encoding)
		if err != nil {
			t.Error(err)
			return
		}
		if a, b := own.Net.PredictSet(set), shared.Net.Clone().PredictSet(set); !slices.Equal(a.Data, b.Data) {
			t.Error("the predictions differ")
		}
	})
}

// A network answers many goroutines: each takes a clone and gives it back.
func ExampleNetwork_Clone() {
	net := &nn.Network[float64]{
		Layers: []layers.Layer[float64]{
			layers.NewDense(1, 1, layers.Identity[float64]{}, layers.Zeros, nil),
		},
	}
	net.Params()[0].Value.Data[0] = 2 // W = 2: a = 2x

	clones := sync.Pool{New: func() any { return net.Clone() }}
	predict := func(x float64) float64 {
		mine := clones.Get().(*nn.Network[float64])
		defer clones.Put(mine)
		return mine.Predict(matrix.FromRows([]float64{x})).Data[0]
	}

	answers := make([]float64, 5)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			answers[i] = predict(float64(i))
		}()
	}
	wg.Wait()
	fmt.Println(answers)
	// Output: [0 2 4 6 8]
}
