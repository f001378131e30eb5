package viz

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Weights draws a matrix of weights, a cell each, as it stands on paper: a row is
// a unit, a column one of its inputs. Blue is negative, red positive, white 0 and
// grey not finite. Of large matrices the one per cent farthest from 0 shares the
// strongest colours, and of those with more columns than the picture has points
// only some are drawn.
func Weights(title string, w mat.Matrix) *Figure {
	rows, cols := w.Dims()
	if rows == 0 || cols == 0 {
		return emptyFigure(title, "no weights")
	}
	s := newScale(w)
	cell := min(30, 560/vg.Length(cols), 400/vg.Length(rows))
	width, height := max(60, cell*vg.Length(cols)), max(60, cell*vg.Length(rows))
	picture := newCells(rows, cols, width, height, func(i, j int) color.RGBA { return s.color(w.At(i, j)) })
	bar := s.bar()
	left := labelSpace + 10 + tickText.width(strconv.Itoa(rows))
	const below = labelSpace + 20
	return newFigure(title, left+width+20+bar.width(), height+below, func(c draw.Canvas) {
		r := picture.draw(c, c.Min.X+left, c.Min.Y+below)
		if cell >= 8 {
			drawGrid(c, r, rows, cols)
		}
		drawIndices(c, r, rows, cols)
		bar.draw(c, r.Max.X+20, r.Min.Y, r.Size().Y)
	})
}

// drawIndices numbers rows and columns from 1.
func drawIndices(c draw.Canvas, r vg.Rectangle, rows, cols int) {
	label := labelText.aligned(0.5)
	label.draw(c, r.Min.X+r.Size().X/2, c.Min.Y+3, "input")
	label.drawTurned(c, c.Min.X+labelSpace/2, r.Min.Y+r.Size().Y/2, math.Pi/2, "unit")
	for _, t := range linearTicks(1, float64(cols), min(10, int(r.Size().X/30)), 1) {
		x := r.Min.X + r.Size().X*vg.Length((t.Value-0.5)/float64(cols))
		tickText.aligned(0.5).draw(c, x, r.Min.Y-6-tickText.size, t.Label)
	}
	for _, t := range linearTicks(1, float64(rows), min(10, int(r.Size().Y/14)), 1) {
		y := r.Max.Y - r.Size().Y*vg.Length((t.Value-0.5)/float64(rows))
		tickText.aligned(1).drawMid(c, r.Min.X-6, y, t.Label)
	}
}

// Tiles draws each row of w as a picture of its own, height×width, whose lines
// follow each other in the row: the weights of units that look at images, in the
// colours of Weights. Of more than 100 rows it draws the first 100.
func Tiles(title string, w mat.Matrix, height, width int) *Figure {
	rows, pixels := w.Dims()
	if pixels != height*width {
		panic(fmt.Sprintf("viz.Tiles: rows of %d elements, not %d×%d", pixels, height, width))
	}
	if rows == 0 || pixels == 0 {
		return emptyFigure(title, "no weights")
	}
	s := newScale(w)
	bar := s.bar()
	return tiles{
		n: rows, height: height, width: width, what: "units", bar: &bar,
		color: func(t, i, j int) color.RGBA { return s.color(w.At(t, i*width+j)) },
	}.figure(title)
}

// scale gives weights their colours, strongest from limit on.
type scale struct {
	limit   float64
	clipped bool // whether weights lie beyond the limit
}

// newScale returns the scale for some weights. The limit is the largest
// magnitude; of many weights, that which all but one per cent stay below.
func newScale(w mat.Matrix) scale {
	rows, cols := w.Dims()
	step := rows*cols/100_000 + 1
	var sizes []float64
	for k := 0; k < rows*cols; k += step {
		if size := math.Abs(w.At(k/cols, k%cols)); drawable(size) {
			sizes = append(sizes, size)
		}
	}
	slices.Sort(sizes)
	if len(sizes) == 0 || sizes[len(sizes)-1] == 0 {
		return scale{limit: 1}
	}
	largest := sizes[len(sizes)-1]
	if most := sizes[len(sizes)*99/100]; len(sizes) >= 500 && most > 0 && most < largest {
		return scale{most, true}
	}
	return scale{largest, step > 1}
}

func (s scale) color(x float64) color.RGBA {
	if !drawable(x) {
		return neutral
	}
	return ramp(diverging, 0.5+0.5*(x/s.limit))
}

func (s scale) bar() colorBar {
	limit := significant(s.limit)
	least, greatest := "−"+limit, limit
	if s.clipped {
		least, greatest = "≤ "+least, "≥ "+greatest
	}
	return colorBar{
		color:  func(t float64) color.RGBA { return ramp(diverging, t) },
		labels: []string{least, "0", greatest},
	}
}

// significant writes a positive number with up to three significant digits.
func significant(x float64) string {
	if x < 1e-3 || x >= 1e5 {
		return exponential(x, 2)
	}
	places := 2 - int(math.Floor(math.Log10(x)))
	digits := strconv.FormatFloat(x, 'f', max(places, 0), 64)
	if places > 0 {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	return digits
}
