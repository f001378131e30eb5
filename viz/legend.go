package viz

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// legendEntry is a line of a legend: a sample and its name.
type legendEntry struct {
	name string
	draw func(c draw.Canvas, at vg.Point) // the sample, about its centre
}

const (
	sampleWidth = 22 // of a legend entry's sample
	sampleGap   = 6  // between the sample and the name
	lineHeight  = 19
)

// drawLeftOf draws the entry to the left of x, about the height y, and returns
// the x for the next one.
func (e legendEntry) drawLeftOf(c draw.Canvas, x, y vg.Length) vg.Length {
	x -= labelText.width(e.name)
	labelText.drawMid(c, x, y, e.name)
	x -= sampleGap + sampleWidth
	e.draw(c, vg.Point{X: x + sampleWidth/2, Y: y})
	return x - 18
}

// drawColumn draws the entries under each other from the top left of c; those
// that it has no room for are left out.
func drawColumn(c draw.Canvas, entries []legendEntry) {
	y := c.Max.Y - lineHeight/2
	for _, e := range entries {
		if y < c.Min.Y {
			return
		}
		if e.draw != nil {
			e.draw(c, vg.Point{X: c.Min.X + sampleWidth/2, Y: y})
			labelText.drawMid(c, c.Min.X+sampleWidth+sampleGap, y, e.name)
		} else {
			tickText.drawMid(c, c.Min.X, y, e.name)
		}
		y -= lineHeight
	}
}

// drawDash returns a sample of a line.
func drawDash(style draw.LineStyle) func(draw.Canvas, vg.Point) {
	style.Width *= 1.25
	return func(c draw.Canvas, at vg.Point) {
		c.StrokeLine2(style, at.X-sampleWidth/2, at.Y, at.X+sampleWidth/2, at.Y)
	}
}
