package viz_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"

	"gradlab/matrix"
	"gradlab/viz"
)

// size returns the size of a figure as PNG.
func size(f *viz.Figure) string {
	var b bytes.Buffer
	if err := f.Write(&b, "png"); err != nil {
		return err.Error()
	}
	config, err := png.DecodeConfig(&b)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d×%d", config.Width, config.Height)
}

func ExampleFigure_Write() {
	f := viz.Curves{Title: "iris", Epoch: []float64{1, 2}, TrainLoss: []float64{0.9, 0.4}, Best: -1}.Figure()
	var svg strings.Builder
	fmt.Println(f.Write(&svg, "svg"))
	fmt.Println(strings.Contains(svg.String(), ">iris</text>"))
	fmt.Println(f.Write(io.Discard, "pdf"))
	// Output:
	// <nil>
	// true
	// viz: a figure can be written as "png" or "svg", not as "pdf"
}

func ExampleCurves() {
	f := viz.Curves{
		Title:       "iris",
		Epoch:       []float64{1, 2, 3, 4},
		TrainLoss:   []float64{1.1, 0.5, 0.3, 0.2},
		ValLoss:     []float64{1.1, 0.6, 0.5, 0.6},
		Metric:      "accuracy",
		TrainMetric: []float64{0.4, 0.8, 0.9, 1},
		ValMetric:   []float64{0.4, 0.8, 0.9, 0.9},
		Best:        2,
	}.Figure()
	fmt.Println(size(f))
	// Output: 1440×624
}

func ExampleBoundary() {
	f := viz.Boundary{
		Title: "left and right", XName: "x₁", YName: "x₂",
		Classes: []string{"left", "right"},
		Points:  matrix.FromRows([]float64{-1, 1}, []float64{0.5, -0.5}),
		Class:   []int{0, 1},
		Predict: func(x *matrix.Matrix[float64]) (class []int, p []float64) {
			for j := range x.Cols {
				right := matrix.Sigmoid(5 * x.At(0, j))
				if right > 0.5 {
					class, p = append(class, 1), append(p, right)
				} else {
					class, p = append(class, 0), append(p, 1-right)
				}
			}
			return class, p
		},
	}.Figure()
	fmt.Println(size(f))
	// Output: 1043×782
}

func ExampleConfusion() {
	f := viz.Confusion{
		Title:   "breast cancer",
		Classes: []string{"benign", "malignant"},
		Counts:  [][]int{{71, 1}, {3, 39}},
	}.Figure()
	fmt.Println(size(f))
	// Output: 804×581
}

func ExampleWeights() {
	w := matrix.FromRows([]float64{0.3, -0.2, 0.9}, []float64{-0.5, 0.1, 0})
	fmt.Println(size(viz.Weights("W of 3 → 2", w)))
	// Output: 461×332
}

func ExampleTiles() {
	w := matrix.New[float64](32, 64) // of 32 units that look at 8×8 pixels
	fmt.Println(size(viz.Tiles("digits", w, 8, 8)))
	// Output: 1316×945
}

func ExampleLines() {
	f := viz.Lines{
		Title: "learning rates", XLabel: "iteration", YLabel: "cost",
		Lines: []viz.Line{
			{Name: "0.1", Y: []float64{0.69, 0.31, 0.12, 0.05}},
			{Name: "0.01", Y: []float64{0.69, 0.64, 0.60, 0.56}},
		},
	}.Figure()
	fmt.Println(size(f))
	// Output: 1091×702
}

func ExampleHistograms() {
	f := viz.Histograms{
		Title: "tanh", Label: "a",
		Names:  []string{"layer 1", "layer 2"},
		Values: [][]float64{{-0.9, 0.1, 0.8}, {-0.2, 0, 0.1}},
	}.Figure()
	fmt.Println(size(f))
	// Output: 845×462
}

func ExampleImages() {
	dark, light := image.NewGray(image.Rect(0, 0, 8, 8)), image.NewGray(image.Rect(0, 0, 8, 8))
	light.Set(3, 3, color.White)
	fmt.Println(size(viz.Images("two pictures", []image.Image{dark, light}, []string{"dark", "light"})))
	// Output: 430×352
}
