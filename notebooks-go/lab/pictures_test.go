package lab

import (
	"bytes"
	"image/color"
	"image/png"
	"slices"
	"testing"

	"gradlab/matrix"
	"gradlab/viz"
)

func TestPNG(t *testing.T) {
	if _, err := png.Decode(bytes.NewReader(PNG(Costs("", 100, viz.Line{Y: []float64{1, 2}}).Figure()))); err != nil {
		t.Error(err)
	}
}

func TestCostsAreOfEveryHundredthIteration(t *testing.T) {
	l := Costs("rates", 100, viz.Line{Name: "0.1", Y: []float64{3, 2, 1}})
	same(t, 0, "iterations", l.Lines[0].X, []float64{0, 100, 200})
}

// Of one output p, the class is 1 if p > ½, and the other one has 1 - p; of
// several, it is the largest.
func TestSurest(t *testing.T) {
	class, p := surest(matrix.FromRows([]float64{0.5, 0.75, 0.25}))
	same(t, 0, "classes", class, []int{0, 1, 0})
	same(t, 0, "probabilities", p, []float64{0.5, 0.75, 0.75})
	class, p = surest(matrix.FromRows([]float64{0.2, 0.1}, []float64{0.5, 0.1}, []float64{0.3, 0.8}))
	same(t, 0, "classes", class, []int{1, 2})
	same(t, 0, "probabilities", p, []float64{0.5, 0.8})
}

func TestBoundaryHasTheClassesOfTheSet(t *testing.T) {
	b := Boundary("", Moons(Seed(3), 20, 0.2), nil)
	if b.Predict != nil || !slices.Equal(b.Classes, []string{"class 0", "class 1"}) || len(b.Class) != 20 {
		t.Errorf("%v", b)
	}
	set := Moons(Seed(3), 20, 0.2)
	set.Y = matrix.FromRows(make([]float64, 20), make([]float64, 20), slices.Repeat([]float64{1}, 20))
	if b := Boundary("", set, nil); len(b.Classes) != 3 || b.Class[7] != 2 {
		t.Errorf("%v", b)
	}
}

// Optical digits are written row by row, those of the older course column by
// column.
func TestDigitImages(t *testing.T) {
	x := matrix.New[float64](64, 2)
	x.Set(1, 1, 1) // ink at row 0, column 1 of the second image
	if img := DigitImages(x, 1)[0]; gray(img.At(1, 0)) != 0 || gray(img.At(0, 1)) != 255 {
		t.Error("the ink of 8×8 is not where it should be")
	}
	x = matrix.New[float64](400, 1)
	x.Set(1, 0, 1.2) // row 1, column 0
	if img := DigitImages(x)[0]; gray(img.At(0, 1)) != 0 || gray(img.At(1, 0)) != 255 {
		t.Error("the ink of 20×20 is not where it should be")
	}
}

func gray(c color.Color) uint8 { return color.GrayModel.Convert(c).(color.Gray).Y }

func TestColourImages(t *testing.T) {
	x := matrix.New[float64](2*2*3, 1)
	x.Set(3, 0, 1)  // red at row 0, column 1
	x.Set(11, 0, 1) // blue at row 1, column 1
	img := ColourImages(x)[0]
	if img.At(1, 0) != (color.RGBA{R: 255, A: 255}) || img.At(1, 1) != (color.RGBA{B: 255, A: 255}) {
		t.Errorf("%v and %v", img.At(1, 0), img.At(1, 1))
	}
	defer func() {
		if s, _ := recover().(string); s != "lab.ColourImages: columns of 64 numbers are no square images of 3 values a pixel" {
			t.Error(s)
		}
	}()
	ColourImages(matrix.New[float64](64, 1))
}
