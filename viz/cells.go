package viz

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var (
	// blues go from nothing to everything.
	blues = []color.RGBA{hex(0xffffff), hex(0xc6dbef), hex(0x6baed6), hex(0x2171b5), hex(0x08306b)}

	// diverging colours go from the least over 0 to the greatest; blue and red
	// are told apart with any kind of colour vision.
	diverging = []color.RGBA{
		hex(0x08407e), hex(0x2f7fbc), hex(0x92c5de), hex(0xf7f7f7), hex(0xf4a582), hex(0xd6543f), hex(0x8a0b25),
	}
)

// cells is a picture of rows of coloured cells, the first row above. It has the
// picture elements that a PNG shows, so that the cells have sharp edges.
type cells struct {
	width, height vg.Length
	img           *image.RGBA
}

func newCells(rows, cols int, width, height vg.Length, at func(i, j int) color.RGBA) cells {
	w, h := max(1, int(math.Round(float64(width/pixel)))), max(1, int(math.Round(float64(height/pixel))))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		j := x * cols / w
		for y, last := 0, -1; y < h; y++ {
			i := y * rows / h
			if i == last {
				img.SetRGBA(x, y, img.RGBAAt(x, y-1))
				continue
			}
			last = i
			img.SetRGBA(x, y, at(i, j))
		}
	}
	return cells{vg.Length(w) * pixel, vg.Length(h) * pixel, img}
}

// draw draws the cells with their lower left corner at (x, y), about, and a thin
// frame, and returns the place they take.
func (p cells) draw(c draw.Canvas, x, y vg.Length) vg.Rectangle {
	lower := vg.Point{X: wholePixel(x), Y: wholePixel(y)}
	r := vg.Rectangle{Min: lower, Max: lower.Add(vg.Point{X: p.width, Y: p.height})}
	c.DrawImage(r, p.img)
	c.StrokeLines(draw.LineStyle{Color: neutral, Width: 0.75}, []vg.Point{
		r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}, r.Min,
	})
	return r
}

// drawGrid draws lines between rows and columns of cells.
func drawGrid(c draw.Canvas, r vg.Rectangle, rows, cols int) {
	line := draw.LineStyle{Color: faint, Width: 0.75}
	for i := 1; i < rows; i++ {
		y := r.Max.Y - r.Size().Y*vg.Length(i)/vg.Length(rows)
		c.StrokeLine2(line, r.Min.X, y, r.Max.X, y)
	}
	for j := 1; j < cols; j++ {
		x := r.Min.X + r.Size().X*vg.Length(j)/vg.Length(cols)
		c.StrokeLine2(line, x, r.Min.Y, x, r.Max.Y)
	}
}

// colorBar is the key to a scale of colours, which gives those for 0 to 1: labels
// are written beside it from below, evenly spaced.
type colorBar struct {
	color  func(t float64) color.RGBA
	labels []string
	title  string
}

const barWidth = 12

// width returns the width of the bar with its labels.
func (b colorBar) width() vg.Length {
	w := barWidth + 7 + tickText.widest(b.labels)
	if b.title != "" {
		w += labelSpace
	}
	return w
}

// draw draws the bar with its lower left corner at (x, y).
func (b colorBar) draw(c draw.Canvas, x, y, height vg.Length) {
	const steps = 256
	bar := newCells(steps, 1, barWidth, height, func(i, _ int) color.RGBA {
		return b.color(1 - float64(i)/(steps-1))
	})
	r := bar.draw(c, x, y)
	for i, label := range b.labels {
		at := r.Min.Y + r.Size().Y*vg.Length(i)/vg.Length(len(b.labels)-1)
		tickText.drawMid(c, r.Max.X+7, at, label)
	}
	if b.title != "" {
		title := labelText.aligned(0.5)
		title.drawTurned(c, x+b.width()-labelSpace/2+3, r.Min.Y+r.Size().Y/2, math.Pi/2, title.fit(b.title, r.Size().Y))
	}
}
