package lab

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"

	"gradlab/data"
	"gradlab/matrix"
	"gradlab/viz"
)

// PNG returns a figure as a PNG picture, which gonbui.DisplayPng shows in a
// notebook.
func PNG(f *viz.Figure) []byte {
	var b bytes.Buffer
	if err := f.Write(&b, "png"); err != nil {
		panic(err) // memory takes all
	}
	return b.Bytes()
}

// Boundary shows the points of a planar set, X 2×m, and where a classifier draws
// the line between their classes. predict returns for points x, 2×k, the
// probabilities of class 1, 1×k, or of each class, one a row; nil shows the points
// alone. Y is 1×m with the class, or one-hot.
//
// viz.Boundaries draws several of them beside each other.
func Boundary(title string, set *data.Dataset[float64], predict func(x *matrix.Matrix[float64]) *matrix.Matrix[float64]) viz.Boundary {
	b := viz.Boundary{Title: title, XName: "x₁", YName: "x₂", Points: set.X, Class: set.Classes()}
	classes := 2
	if set.Y.Rows > 1 {
		classes = set.Y.Rows
	}
	for k := range classes {
		b.Classes = append(b.Classes, fmt.Sprintf("class %d", k))
	}
	if predict != nil {
		b.Predict = func(x *matrix.Matrix[float64]) ([]int, []float64) { return surest(predict(x)) }
	}
	return b
}

// surest returns the likeliest class of each column, and its probability.
func surest(yhat *matrix.Matrix[float64]) (class []int, p []float64) {
	class, p = make([]int, yhat.Cols), make([]float64, yhat.Cols)
	for j := range class {
		column := yhat.Col(j)
		if len(column) == 1 {
			class[j] = oneIf(column[0] > 0.5)
			p[j] = max(column[0], 1-column[0])
			continue
		}
		class[j] = matrix.ArgMax(column)
		p[j] = column[class[j]]
	}
	return class, p
}

// Costs compares the costs of trainings. The Y of a line are the costs at the
// iterations 0, every, 2·every, …; its X is set.
func Costs(title string, every int, lines ...viz.Line) viz.Lines {
	l := viz.Lines{Title: title, XLabel: "iteration", YLabel: "cost"}
	for _, line := range lines {
		line.X = make([]float64, len(line.Y))
		for i := range line.X {
			line.X[i] = float64(i * every)
		}
		l.Lines = append(l.Lines, line)
	}
	return l
}

// Activations shows how the activations of layers 1, 2, … are distributed.
func Activations(title string, a ...*matrix.Matrix[float64]) viz.Histograms {
	h := viz.Histograms{Title: title, Label: "a"}
	for l, a := range a {
		h.Names = append(h.Names, fmt.Sprintf("layer %d", l+1))
		h.Values = append(h.Values, a.Data)
	}
	return h
}

// DigitImages returns columns of x, all of them if none is named, as images of
// digits, for viz.Images: 0 is white and 1 black. Of 64 rows they are the optical
// digits, 8×8 row by row; else those of the older course, as many rows as
// columns, column by column.
func DigitImages(x *matrix.Matrix[float64], columns ...int) []image.Image {
	side := squareSide("lab.DigitImages", x.Rows, 1)
	return images(x, columns, side, func(pixels []float64, i, j int) color.Color {
		at := j*side + i
		if x.Rows == 64 {
			at = i*side + j
		}
		return color.Gray{Y: 255 - level(pixels[at])}
	})
}

// ColourImages returns columns of x, all of them if none is named, as coloured
// images, for viz.Images: of as many rows as columns in the order row, column,
// colour, each colour from 0 to 1, as Cats has them.
func ColourImages(x *matrix.Matrix[float64], columns ...int) []image.Image {
	side := squareSide("lab.ColourImages", x.Rows, 3)
	return images(x, columns, side, func(pixels []float64, i, j int) color.Color {
		rgb := pixels[3*(i*side+j):]
		return color.RGBA{R: level(rgb[0]), G: level(rgb[1]), B: level(rgb[2]), A: 255}
	})
}

func squareSide(op string, rows, colours int) int {
	side := int(math.Round(math.Sqrt(float64(rows / colours))))
	if side == 0 || side*side*colours != rows {
		panic(fmt.Sprintf("%s: columns of %d numbers are no square images of %d values a pixel", op, rows, colours))
	}
	return side
}

func images(x *matrix.Matrix[float64], columns []int, side int, at func(pixels []float64, i, j int) color.Color) []image.Image {
	if columns == nil {
		columns = identity(x.Cols)
	}
	all := make([]image.Image, len(columns))
	for k, column := range columns {
		img := image.NewRGBA(image.Rect(0, 0, side, side))
		for i := range side {
			for j := range side {
				img.Set(j, i, at(x.Col(column), i, j))
			}
		}
		all[k] = img
	}
	return all
}

// level returns the brightness of x from 0 to 1, from 0 to 255.
func level(x float64) uint8 { return uint8(math.Round(255 * min(max(x, 0), 1))) }
