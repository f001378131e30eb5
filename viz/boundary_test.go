package viz

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"gradlab/matrix"
)

// halves is a classifier that puts what lies right of x = 0.3 into class 1. It
// uses its results again in the next call, as layers do.
func halves(p float64) func(x *matrix.Matrix[float64]) ([]int, []float64) {
	var class []int
	var prob []float64
	return func(x *matrix.Matrix[float64]) ([]int, []float64) {
		class, prob = class[:0], prob[:0]
		for j := range x.Cols {
			k := 0
			if x.Data[2*j] > 0.3 {
				k = 1
			}
			class, prob = append(class, k), append(prob, p)
		}
		return class, prob
	}
}

func twoPoints() Boundary {
	return Boundary{
		Title: "halves", XName: "width", YName: "height", Classes: []string{"left", "right"},
		Points: matrix.FromRows([]float64{-1, 1}, []float64{-1, 1}), Class: []int{0, 1},
		Predict: halves(1),
	}
}

func TestBoundarySaysWhatItIs(t *testing.T) {
	b := twoPoints()
	wantTexts(t, b.Figure(), "halves", "width", "height", "left", "right")
	wantNoTexts(t, b.Figure(), "training", "validation")
	b.Held = []bool{false, true}
	wantTexts(t, b.Figure(), "training", "validation")
}

// The line between the classes lies where they change, and runs from one side of
// the axes to the other.
func TestLineIsWhereTheClassChanges(t *testing.T) {
	b := twoPoints()
	p := newPanel(featureAxis("", []float64{-1, 1}), featureAxis("", []float64{-1, 1}))
	lines := newRegions(b.Predict, 2, p.Plot).lines()
	least, greatest := inf, -inf
	for _, line := range lines {
		for _, end := range line {
			if math.Abs(end.x-0.3) > 1e-3 {
				t.Fatalf("the line goes through %v", end)
			}
			least, greatest = min(least, end.y), max(greatest, end.y)
		}
	}
	if least > p.Y.Min || greatest < p.Y.Max {
		t.Errorf("the line from %v to %v, the axis from %v to %v", least, greatest, p.Y.Min, p.Y.Max)
	}
}

// Where three classes meet, three lines do.
func TestThreeClassesMeet(t *testing.T) {
	thirds := func(x *matrix.Matrix[float64]) ([]int, []float64) {
		class := make([]int, x.Cols)
		for j := range class {
			class[j] = int(math.Floor((math.Atan2(x.Data[2*j+1], x.Data[2*j])/math.Pi + 1) * 1.4999))
		}
		return class, nil
	}
	p := newPanel(featureAxis("", []float64{-1, 1}), featureAxis("", []float64{-1, 1}))
	ends := map[xy]int{}
	for _, line := range newRegions(thirds, 3, p.Plot).lines() {
		ends[line[0]]++
		ends[line[1]]++
	}
	meeting := 0
	for at, n := range ends {
		if n == 3 && math.Hypot(at.x, at.y) < 0.03 {
			meeting++
		}
	}
	if meeting != 1 {
		t.Errorf("three lines meet at %d points", meeting)
	}
}

// The surer the classifier, the stronger the colour of its class; where it is
// not, the region is nearly white.
func TestProbabilityIsStrength(t *testing.T) {
	at := func(p float64) color.RGBA {
		b := twoPoints()
		b.Predict = halves(p)
		r, g, bl, _ := picture(t, b.Figure()).At(400, 300).RGBA()
		return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(bl >> 8), 255}
	}
	for p, want := range map[float64]color.RGBA{
		1:   mix(white, classColor(0), 0.46),
		0.5: mix(white, classColor(0), 0.1),
		nan: mix(white, classColor(0), 0.1),
	} {
		if got := at(p); got != want {
			t.Errorf("probability %v: %v, want %v", p, got, want)
		}
	}
}

// Of very many points about 2000 are drawn, of each class alike, and the figure
// says so.
func TestManyPoints(t *testing.T) {
	const m = 50_000
	b := Boundary{Points: matrix.New[float64](2, m), Class: make([]int, m), Classes: []string{"a", "b"}}
	for j := range m {
		b.Class[j] = j % 2
		b.Points.Data[2*j], b.Points.Data[2*j+1] = math.Sin(float64(j)), math.Cos(2*float64(j))
	}
	_, points, shown := b.panel()
	odd := 0
	for j := range points.x {
		if points.shows(j) && j%2 == 1 {
			odd++
		}
	}
	if shown < 1990 || shown > 2010 || odd < 980 || odd > 1020 {
		t.Errorf("%d points, %d of class b", shown, odd)
	}
	if !strings.Contains(texts(t, b.Figure()), " of 50000 points") {
		t.Error("the figure does not say how many points it leaves out")
	}
	if n := len(written(t, b.Figure(), "svg")); n > 700_000 {
		t.Errorf("the SVG has %d bytes", n)
	}
}

func TestBoundaryThatDoesNotFit(t *testing.T) {
	b := twoPoints()
	b.Class = []int{0}
	wantPanic(t, "viz.Boundary: 2 points, but 1 classes", func() { b.Figure() })
	b = twoPoints()
	b.Points = matrix.New[float64](3, 2)
	wantPanic(t, "viz.Boundary: the points are no 2×m matrix", func() { b.Figure() })
	b = twoPoints()
	b.Predict = func(*matrix.Matrix[float64]) ([]int, []float64) { return nil, nil }
	wantPanic(t, "gives 0 classes", func() { b.Figure() })
}
