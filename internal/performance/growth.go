package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"gradlab/data"
	"gradlab/internal/atomicfile"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/optim"
	"gradlab/viz"
)

// training is a training of which one of the numbers grows.
type training struct{ rows, epochs, width int }

// weights returns how many there are in 64-width-width-10.
func (t training) weights() int { return 64*t.width + t.width*t.width + t.width*10 }

// growth measures how the time of a whole training grows with the rows of the
// data, the epochs and the weights, in this process.
func growth(b *program) (string, error) {
	base := training{rows: 8192, epochs: 4, width: 256}
	var text strings.Builder
	fmt.Fprint(&text, "| what grows | from | to | time ∝ |\n|---|---|---|---|\n")
	picture := viz.Growth{Title: "Time of a training of 64-256-256-10 on 8192 rows, 4 epochs, when one of them grows"}
	for _, g := range []struct {
		name  string
		times func(f float64) training
		size  func(training) int
	}{
		{"rows", func(f float64) training { t := base; t.rows = int(f * 8192); return t }, func(t training) int { return t.rows }},
		{"epochs", func(f float64) training { t := base; t.epochs = int(f * 8); return t }, func(t training) int { return t.epochs }},
		{"weights", func(f float64) training { t := base; t.width = int(math.Sqrt(f) * 256); return t }, training.weights},
	} {
		var sizes, seconds []float64
		for f := 1. / 8; f <= 8; f *= 2 {
			t := g.times(f)
			sizes, seconds = append(sizes, float64(g.size(t))), append(seconds, math.Inf(1))
		}
		for range b.rounds {
			for i := range sizes {
				t := g.times(math.Ldexp(1, i-3))
				seconds[i] = min(seconds[i], t.run().Seconds())
			}
		}
		_, power := viz.PowerLaw(sizes, seconds)
		fmt.Fprintf(&text, "| %s | %.0f: %.3g s | %.0f: %.3g s | %s^%.2f |\n", g.name, sizes[0], seconds[0], sizes[len(sizes)-1], seconds[len(sizes)-1], g.name, power)
		picture.Panels = append(picture.Panels, viz.GrowthPanel{
			XLabel: g.name, YLabel: "seconds", Symbol: g.name,
			Lines: []viz.GrowthLine{{Name: "time", X: sizes, Y: seconds, Mark: true}},
		})
	}
	err := atomicfile.Write("docs/images/growth.svg", func(w io.Writer) error { return picture.Figure().Write(w, "svg") })
	return text.String(), err
}

// run trains once, on normal numbers, and returns how long it took.
func (t training) run() time.Duration {
	r := matrix.Stream(1, matrix.ForData, 0)
	set := &data.Dataset[float32]{X: matrix.New[float32](64, t.rows), Y: matrix.New[float32](10, t.rows)}
	for i := range set.X.Data {
		set.X.Data[i] = float32(matrix.Normal(r))
	}
	for j := range t.rows {
		set.Y.Col(j)[r.IntN(10)] = 1
	}
	dense := func(n, k, l int, g layers.Activation[float32]) layers.Layer[float32] {
		return layers.NewDense(n, k, g, layers.He, matrix.Stream(1, matrix.ForInit, uint32(l)))
	}
	trainer := nn.Trainer[float32]{
		Net: &nn.Network[float32]{
			Layers: []layers.Layer[float32]{
				dense(64, t.width, 1, layers.ReLU[float32]{}), dense(t.width, t.width, 2, layers.ReLU[float32]{}), dense(t.width, 10, 3, layers.Identity[float32]{}),
			},
			Output: layers.Softmax[float32]{},
		},
		Loss: losses.SoftmaxCrossEntropyLogits[float32]{}, Opt: optim.SGD[float32]{}, Schedule: optim.Constant(0.01),
		Epochs: t.epochs, BatchSize: 128, Seed: 1,
	}
	start := time.Now()
	if _, err := trainer.Fit(context.Background(), set, nil); err != nil {
		panic(err) // it cannot diverge at that rate
	}
	return time.Since(start)
}
