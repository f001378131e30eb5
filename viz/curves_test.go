package viz

import (
	"math"
	"testing"
	"time"
)

// training is a made-up training of n epochs.
func training(n int) Curves {
	c := Curves{Title: "a training", Metric: "accuracy", Best: n / 2}
	for i := range n {
		t := 5 * float64(i) / float64(n)
		c.Epoch = append(c.Epoch, float64(i+1))
		c.TrainLoss = append(c.TrainLoss, math.Exp(-t)+0.1*math.Abs(math.Sin(float64(i))))
		c.ValLoss = append(c.ValLoss, math.Exp(-t)+0.05*t)
		c.TrainMetric = append(c.TrainMetric, 1-0.5*math.Exp(-t))
		c.ValMetric = append(c.ValMetric, 0.9-0.4*math.Exp(-t))
	}
	return c
}

func TestCurvesSayWhatTheyAre(t *testing.T) {
	c := training(40)
	f := c.Figure()
	wantTexts(t, f, "a training", "epoch", "loss", "accuracy", "training", "validation", "best 21")
	if size := picture(t, f).Bounds().Size(); size.X != 1440 || size.Y != 624 {
		t.Errorf("size %v", size)
	}
	c.Best = -1
	wantNoTexts(t, c.Figure(), "best 21", "best 0")
	c.ValLoss, c.ValMetric = nil, nil
	wantNoTexts(t, c.Figure(), "validation")
	c.TrainMetric = nil
	wantNoTexts(t, c.Figure(), "accuracy")
	wantTexts(t, Curves{}.Figure(), "no finite values")
}

// The loss has a logarithmic axis from two decades on, if all of it is positive.
func TestLogScale(t *testing.T) {
	for _, c := range []struct {
		loss []float64
		log  bool
	}{
		{[]float64{1, 0.02}, false},
		{[]float64{1, 0.009}, true},
		{[]float64{1, 0.009, 0}, false},
		{[]float64{1, 0.009, -1}, false},
		{[]float64{1, 0.009, nan, inf}, true},
		{[]float64{1e-300, 1e150}, true},
		{[]float64{}, false},
	} {
		epoch := make([]float64, len(c.loss))
		for i := range epoch {
			epoch[i] = float64(i)
		}
		if got := (Curves{Epoch: epoch, TrainLoss: c.loss}).lossAxis(); got.log != c.log {
			t.Errorf("loss %v: logarithmic is %v", c.loss, got.log)
		}
	}
}

// Epochs are whole, so the axis has no others; one epoch has one number.
func TestEpochTicks(t *testing.T) {
	for n, want := range map[int]string{1: "1", 2: "1 2", 5: "1 2 3 4 5", 100: "0 20 40 60 80 100"} {
		if got := labels(training(n).epochAxis().ticks); got != want {
			t.Errorf("%d epochs: %s, want %s", n, got, want)
		}
	}
}

// R² begins anywhere below 0; what is of interest lies above -1. No metric that
// ends at 1 has a number above it.
func TestMetricAxis(t *testing.T) {
	a := Curves{Epoch: []float64{1, 2, 3}, TrainMetric: []float64{-50, 0.5, 1}}.metricAxis()
	if a.lo < -1.2 || a.hi < 1 || labels(a.ticks) != "−1.0 −0.5 0 0.5 1.0" {
		t.Errorf("from %v to %v: %s", a.lo, a.hi, labels(a.ticks))
	}
	a = Curves{Epoch: []float64{1, 2}, TrainMetric: []float64{-50, -40}}.metricAxis()
	if a.lo > -50 || a.hi < -40 {
		t.Errorf("from %v to %v", a.lo, a.hi)
	}
}

// A value that cannot be drawn leaves a gap.
func TestGaps(t *testing.T) {
	c := Curves{Epoch: []float64{1, 2, 3, 4, 5, 6}}
	pieces := pieces(c.Epoch, []float64{nan, 1, 2, inf, 3, nan})
	if len(pieces) != 2 || len(pieces[0]) != 2 || len(pieces[1]) != 1 || pieces[1][0] != (xy{5, 3}) {
		t.Errorf("pieces %v", pieces)
	}
}

// Of very many epochs a figure keeps the extremes, the first and the last.
func TestThinning(t *testing.T) {
	c := training(100_000)
	c.TrainLoss[777], c.TrainLoss[50_001] = 9, -9
	found := map[xy]bool{}
	n := 0
	for _, piece := range pieces(c.Epoch, c.TrainLoss) {
		for i, p := range piece {
			found[p] = true
			n++
			if i > 0 && p.x <= piece[i-1].x {
				t.Fatalf("epoch %v after %v", p.x, piece[i-1].x)
			}
		}
	}
	for _, i := range []int{0, 777, 50_001, 99_999} {
		if !found[xy{c.Epoch[i], c.TrainLoss[i]}] {
			t.Errorf("epoch %d is missing", i+1)
		}
	}
	if n > 1600 {
		t.Errorf("%d points", n)
	}
	start := time.Now()
	svg, png := written(t, c.Figure(), "svg"), written(t, c.Figure(), "png")
	if len(svg) > 200_000 || len(png) > 200_000 || time.Since(start) > 20*time.Second {
		t.Errorf("%d and %d bytes in %v", len(svg), len(png), time.Since(start))
	}
}

// A single epoch is a dot of each colour on each panel, even where both are one.
func TestOneEpochShows(t *testing.T) {
	img := picture(t, training(1).Figure())
	for x0 := 0; x0 < 1440; x0 += 720 {
		var train, val int
		for x := x0; x < x0+720; x++ {
			for y := 80; y < 624; y++ { // below the legend
				switch img.At(x, y) {
				case trainColor:
					train++
				case valColor:
					val++
				}
			}
		}
		if train < 50 || val < 50 {
			t.Errorf("panel at %d: %d and %d coloured picture elements", x0, train, val)
		}
	}
}

func TestCurvesOfDifferentLengths(t *testing.T) {
	c := training(3)
	c.ValLoss = c.ValLoss[:2]
	wantPanic(t, "viz.Curves: 3 epochs, but ValLoss has length 2", func() { c.Figure() })
	c = training(3)
	c.Best = 3
	wantPanic(t, "viz.Curves: Best is 3 of 3 epochs", func() { c.Figure() })
}
