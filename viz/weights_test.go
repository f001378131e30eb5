package viz

import (
	"image/color"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gradlab/matrix"
)

// A gradlab matrix of either type can be drawn.
func TestWeightsSayWhatTheyAre(t *testing.T) {
	w := matrix.FromRows([]float32{1, -0.5, 0}, []float32{0, 0.25, -2})
	wantTexts(t, Weights("layer 1", w), "layer 1", "unit", "input", "1", "2", "3", "0", "−2")
}

// Red is positive, blue negative, and both are as strong at the same distance
// from 0; what is not finite is grey.
func TestSigns(t *testing.T) {
	s := newScale(mat.NewDense(1, 4, []float64{1, -2, nan, inf}))
	for x, want := range map[float64]color.RGBA{
		2: diverging[6], 5: diverging[6], 0: diverging[3], -2: diverging[0],
		inf: neutral, nan: neutral,
	} {
		if got := s.color(x); got != want {
			t.Errorf("%v is %v, want %v", x, got, want)
		}
	}
	if r := s.color(1); r.R <= r.B {
		t.Errorf("1 is %v", r)
	}
	if b := s.color(-1); b.B <= b.R {
		t.Errorf("-1 is %v", b)
	}
}

// A single giant among many weights does not make all others white; the bar says
// that its ends are open.
func TestOutlier(t *testing.T) {
	w := mat.NewDense(20, 50, nil)
	for k := range 1000 {
		w.Set(k/50, k%50, float64(k%10)/10)
	}
	w.Set(7, 7, 1e6)
	if s := newScale(w); s.limit != 0.9 || !s.clipped {
		t.Errorf("scale %v", s)
	}
	wantTexts(t, Weights("", w), "≥ 0.9", "≤ −0.9")
}

// The first row is above, the first column on the left.
func TestOrder(t *testing.T) {
	img := newCells(2, 2, 10*pixel, 10*pixel, func(i, j int) color.RGBA {
		return color.RGBA{R: uint8(i), G: uint8(j), A: 255}
	}).img
	for _, c := range []struct{ x, y, i, j int }{{0, 0, 0, 0}, {9, 0, 0, 1}, {4, 9, 1, 0}, {5, 5, 1, 1}} {
		if got := img.RGBAAt(c.x, c.y); got.R != uint8(c.i) || got.G != uint8(c.j) {
			t.Errorf("at (%d, %d) cell %v", c.x, c.y, got)
		}
	}
}

// A tile is a row of the matrix, read line by line: here each has one positive
// pixel, the second of its upper line.
func TestTile(t *testing.T) {
	w := mat.NewDense(1, 6, []float64{0, 1, 0, 0, 0, 0})
	img := picture(t, Tiles("", w, 2, 3))
	isRed := func(x, y int) bool {
		r, g, _, _ := img.At(x, y).RGBA()
		return r > 2*g
	}
	// A tile is 84 points wide, 186 picture elements, after a margin of 22.
	if !isRed(22+93, 22+31) || isRed(22+31, 22+31) || isRed(22+93, 22+93) {
		t.Error("the pixel is not where it should be")
	}
}

func TestTilesThatDoNotFit(t *testing.T) {
	wantPanic(t, "viz.Tiles: rows of 6 elements, not 2×2", func() { Tiles("", mat.NewDense(1, 6, nil), 2, 2) })
	wantTexts(t, Tiles("", mat.NewDense(101, 4, nil), 2, 2), "the first 100 of 101 units")
}

func TestSignificant(t *testing.T) {
	for x, want := range map[float64]string{
		1: "1", 0.5: "0.5", 0.12345: "0.123", 12.345: "12.3", 1234.5: "1234", 0.0012: "0.0012",
		1e-7: "1.00e-7", 1.5e150: "1.50e150",
	} {
		if got := significant(x); got != want {
			t.Errorf("%v is written %s, want %s", x, got, want)
		}
	}
}
