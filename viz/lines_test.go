package viz

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"gradlab/matrix"
)

func TestLinesSayWhatTheyAre(t *testing.T) {
	f := Lines{
		Title: "rates", XLabel: "iteration", YLabel: "cost",
		Lines: []Line{{Name: "0.01", Y: []float64{0.7, 0.3, 0.1}}, {Name: "0.001", X: []float64{0, 2}, Y: []float64{0.7, 0.5}}, {Y: []float64{0.2}}},
	}.Figure()
	wantTexts(t, f, "rates", "iteration", "cost", "0.01", "0.001", "0", "0.2", "1.5")
	wantTexts(t, Lines{Lines: []Line{{Y: []float64{nan}}}}.Figure(), "no values to draw")
	wantTexts(t, Lines{LogY: true, Lines: []Line{{Y: []float64{1, 1000}}}}.Figure(), "1", "10", "100", "1000")
	wantPanic(t, `viz.Lines: "a" has 1 places, but 2 values`, func() {
		Lines{Lines: []Line{{Name: "a", X: []float64{1}, Y: []float64{1, 2}}}}.Figure()
	})
}

// A logarithmic axis has no place for what is not positive.
func TestValuesOfALogarithmicAxis(t *testing.T) {
	x, y := Line{X: []float64{0, 1, 2}, Y: []float64{1, 0, 5}}.values(true, true)
	if !math.IsNaN(x[0]) || !math.IsNaN(y[1]) || x[2] != 2 || y[2] != 5 {
		t.Errorf("%v, %v", x, y)
	}
}

// 1 1 2 2 and 3 lie in the first, the middle and the last of 40 parts of 1 to 3.
func TestHistogram(t *testing.T) {
	h := newHistogram([]float64{1, 1, nan, 2, 2, inf, 3}, 1, 3)
	want := make([]float64, histogramBins)
	want[0], want[20], want[39] = 0.4, 0.4, 0.2
	if !slices.Equal(h.share[:], want) {
		t.Errorf("the shares are %v", h.share)
	}
	// The mean is 9/5, the variance (2·0.64 + 2·0.04 + 1.44)/5 = 0.56.
	if h.n != 5 || math.Abs(h.mean-1.8) > 1e-15 || math.Abs(h.deviation-math.Sqrt(0.56)) > 1e-15 {
		t.Errorf("%d values of %v ± %v", h.n, h.mean, h.deviation)
	}
	f := Histograms{Title: "tanh", Label: "a", Names: []string{"layer 1", "layer 2"}, Values: [][]float64{{1, 1, 2, 2, 3}, {nan}}}
	wantTexts(t, f.Figure(), "tanh", "a", "layer 1: 1.80 ± 0.75", "layer 2", "no finite values")
	wantPanic(t, "viz.Histograms: 1 names for 0 sets", func() { Histograms{Names: []string{"a"}}.Figure() })
}

func TestPlusMinus(t *testing.T) {
	for want, x := range map[string][2]float64{
		"0.02 ± 0.63":        {0.0159, 0.628},
		"0 ± 0.63":           {-0.001, 0.628},
		"−12 ± 34":           {-12.4, 34.4},
		"0 ± 0":              {0, 0},
		"7.0 ± 0":            {7, 0},
		"1.0e-7 ± 2.5e-7":    {1e-7, 2.5e-7},
		"1.50e300 ± 2.0e299": {1.5e300, 2e299},
	} {
		if got := plusMinus(x[0], x[1]); got != want {
			t.Errorf("%v is written %s, not %s", x, got, want)
		}
	}
}

func TestBoundariesSayWhatTheyAre(t *testing.T) {
	b := Boundary{Title: "4 units", Points: matrix.FromRows([]float64{0, 1}, []float64{0, 1}), Class: []int{0, 1}, Classes: []string{"left", "right"}}
	c := b
	c.Title = "20 units"
	wantTexts(t, Boundaries("hidden units", b, c), "hidden units", "4 units", "20 units", "left", "right")
}

// A picture of two picture elements, red and blue, is enlarged with its colours.
func TestImages(t *testing.T) {
	img := image.NewRGBA(image.Rect(3, 3, 5, 4))
	img.Set(3, 3, color.RGBA{R: 255, A: 255})
	img.Set(4, 3, color.RGBA{B: 255, A: 255})
	f := Images("a cat?", []image.Image{img}, []string{"y = 1"})
	wantTexts(t, f, "a cat?", "y = 1")
	found := map[color.RGBA]int{}
	drawn := picture(t, f)
	for y := range drawn.Bounds().Dy() {
		for x := range drawn.Bounds().Dx() {
			found[color.RGBAModel.Convert(drawn.At(x, y)).(color.RGBA)]++
		}
	}
	if red, blue := found[hex(0xff0000)], found[hex(0x0000ff)]; red < 1000 || blue < 1000 {
		t.Errorf("%d red and %d blue picture elements", red, blue)
	}
	wantTexts(t, Images("", slices.Repeat([]image.Image{img}, 101), nil), "the first 100 of 101 pictures")
	wantPanic(t, "viz.Images: 2 captions for 1 pictures", func() { Images("", []image.Image{img}, make([]string, 2)) })
	wantPanic(t, "viz.Images: pictures of (2,1) and of (1,1)", func() {
		Images("", []image.Image{img, image.NewGray(image.Rect(0, 0, 1, 1))}, nil)
	})
}
