package viz

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is a plot with the labels of its axes. They are not the plot's own, which
// on a logarithmic axis reserves space for the label where it is not.
type panel struct {
	*plot.Plot
	xLabel, yLabel string
	title          string // over it
}

// newPanel returns an empty panel in the style of this package.
func newPanel(x, y axis) panel {
	p := plot.New()
	p.BackgroundColor = nil
	x.apply(&p.X)
	y.apply(&p.Y)
	return panel{Plot: p, xLabel: x.label, yLabel: y.label}
}

// apply sets an axis of a plot, but for its label.
func (a axis) apply(p *plot.Axis) {
	p.Min, p.Max = a.lo, a.hi
	if a.log {
		p.Scale = plot.LogScale{}
	}
	p.Padding = 0
	p.Color, p.Width = muted, 0.75
	p.Tick.Marker = plot.ConstantTicks(a.ticks)
	p.Tick.Label.Font, p.Tick.Label.Color = tickText.font(), tickText.color
	p.Tick.Color, p.Tick.Width, p.Tick.Length = muted, 0.75, 4
}

// grid draws light lines at the labelled ticks of a plot.
type grid struct{}

func (grid) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	line := draw.LineStyle{Color: faint, Width: 0.75}
	stroke := func(ticks []plot.Tick, at func(float64) vg.Length, line func(v vg.Length)) {
		for _, t := range ticks {
			if !t.IsMinor() {
				line(at(t.Value))
			}
		}
	}
	stroke(p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max), x, func(v vg.Length) { c.StrokeLine2(line, v, c.Min.Y, v, c.Max.Y) })
	stroke(p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max), y, func(v vg.Length) { c.StrokeLine2(line, c.Min.X, v, c.Max.X, v) })
}

// note writes a text into the middle of a plot that has nothing to draw.
type note string

func (n note) Plot(c draw.Canvas, _ *plot.Plot) {
	t := text{size: labelText.size, color: muted, align: 0.5}
	t.drawMid(c, c.Center().X, c.Center().Y, string(n))
}

const labelSpace = 20 // for the label of an axis

// drawRow draws panels side by side, with axes of the same length.
func drawRow(c draw.Canvas, panels []panel) {
	plots := make([]*plot.Plot, len(panels))
	above := vg.Length(0)
	for i, p := range panels {
		plots[i] = p.Plot
		if p.title != "" {
			above = labelSpace
		}
	}
	inner := draw.Crop(c, labelSpace, 0, labelSpace, -above)
	tiles := draw.Tiles{Rows: 1, Cols: len(panels), PadX: labelSpace + 20}
	for i, tile := range plot.Align([][]*plot.Plot{plots}, tiles, inner)[0] {
		p := panels[i]
		p.Draw(tile)
		data := p.DataCanvas(tile)
		label := labelText.aligned(0.5)
		label.draw(c, data.Center().X, c.Min.Y+3, label.fit(p.xLabel, data.Size().X))
		label.draw(c, data.Center().X, data.Max.Y+8, label.fit(p.title, data.Size().X+labelSpace))
		label.drawTurned(c, tile.Min.X-labelSpace/2-2, data.Center().Y, math.Pi/2, label.fit(p.yLabel, data.Size().Y))
	}
}

// panelRows returns a figure of panels in rows of at most so many, each of the
// given size, and a legend, if there is one, to their right.
func panelRows(title string, panels []panel, across int, width, height vg.Length, key []legendEntry) *Figure {
	down := (len(panels) + across - 1) / across
	across = (len(panels) + down - 1) / down // as even as they can be
	width, height = width*vg.Length(across), height*vg.Length(down)
	const gap = 16
	legend := vg.Length(0)
	for _, e := range key {
		legend = max(legend, gap+sampleWidth+sampleGap+labelText.width(e.name))
	}
	return newFigure(title, width+legend, height, func(c draw.Canvas) {
		drawColumn(draw.Crop(c, c.Size().X-legend+gap, 0, 0, 0), key)
		c = draw.Crop(c, 0, -legend, 0, 0)
		share := draw.Tiles{Rows: down, Cols: across, PadY: 14}
		for i := range down {
			row := panels[i*across : min((i+1)*across, len(panels))]
			left, right := share.At(c, 0, i), share.At(c, len(row)-1, i)
			left.Max.X = right.Max.X
			drawRow(left, row)
		}
	})
}
