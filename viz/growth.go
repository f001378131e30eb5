package viz

import (
	"fmt"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Growth shows how something grows with something else, in panels side by side
// with logarithmic axes: a power law is a straight line there.
type Growth struct {
	Title  string
	Panels []GrowthPanel
}

// GrowthPanel is a panel of Growth.
type GrowthPanel struct {
	XLabel, YLabel string
	Symbol         string // of x in the legend
	Lines          []GrowthLine
}

// GrowthLine has positive values at ascending positive places.
type GrowthLine struct {
	Name string
	X, Y []float64
	Mark bool // points with the fitted power law; else a dashed line through them
}

// PowerLaw fits y = c·x^p by least squares of the logarithms, and returns c and p.
// Points whose coordinates are not positive numbers are left out; with fewer than
// two different x the results are NaN.
func PowerLaw(x, y []float64) (c, p float64) {
	var n, sx, sy, sxx, sxy float64
	for i := range x {
		if !positive(x[i]) || !positive(y[i]) {
			continue
		}
		u, v := math.Log(x[i]), math.Log(y[i])
		n, sx, sy = n+1, sx+u, sy+v
		sxx, sxy = sxx+float64(u*u), sxy+float64(u*v)
	}
	p = (float64(n*sxy) - float64(sx*sy)) / (float64(n*sxx) - float64(sx*sx))
	if math.IsInf(p, 0) {
		p = math.NaN()
	}
	return math.Exp((sy - float64(p*sx)) / n), p
}

func positive(x float64) bool { return x > 0 && drawable(x) }

// Figure draws the panels, with the fitted exponents in their legends.
func (g Growth) Figure() *Figure {
	if len(g.Panels) == 0 {
		return emptyFigure(g.Title, "nothing to draw")
	}
	panels := make([]panel, len(g.Panels))
	for i, p := range g.Panels {
		panels[i] = p.panel()
	}
	width := 4.5 * vg.Inch * vg.Length(len(panels))
	return newFigure(g.Title, width-2*margin, 3.6*vg.Inch, func(c draw.Canvas) { drawRow(c, panels) })
}

func (g GrowthPanel) panel() panel {
	var xs, ys []float64
	var lines []GrowthLine
	for _, l := range g.Lines {
		l = l.positive()
		lines = append(lines, l)
		xs, ys = append(xs, l.X...), append(ys, l.Y...)
	}
	if len(xs) == 0 {
		p := newPanel(logAxis(g.XLabel, 1, 10), logAxis(g.YLabel, 1, 10))
		p.Add(note("no positive values"))
		return p
	}
	p := newPanel(placeAxis(g.XLabel, xs, lines[0].X), roomyAxis(g.YLabel, ys, len(lines)))
	p.Add(grid{})
	var key []legendEntry
	for k, l := range lines {
		line := growthPlotter{l, classColor(k)}
		if !l.Mark {
			line.color = muted
		}
		p.Add(line)
		key = append(key, legendEntry{labelText.fit(l.label(g.Symbol), 230), line.sample})
	}
	p.Add(corner(key))
	return p
}

// positive returns the line without the points that a logarithmic axis cannot
// show.
func (l GrowthLine) positive() GrowthLine {
	if len(l.X) != len(l.Y) {
		panic(fmt.Sprintf("viz.Growth: %q has %d places, but %d values", l.Name, len(l.X), len(l.Y)))
	}
	x, y := l.X, l.Y
	l.X, l.Y = nil, nil
	for i := range x {
		if positive(x[i]) && positive(y[i]) {
			l.X, l.Y = append(l.X, x[i]), append(l.Y, y[i])
		}
	}
	return l
}

// placeAxis returns a logarithmic axis for xs with ticks at some places, if they
// are few and not too close.
func placeAxis(label string, xs, places []float64) axis {
	lo, hi, _ := extent(xs)
	a := logAxis(label, lo*0.9, hi*1.1)
	if len(places) < 2 || len(places) > 8 {
		return a
	}
	a.ticks = nil
	last := math.Inf(-1)
	for _, v := range places {
		tick := plot.Tick{Value: v}
		if at := math.Log(v) / (math.Log(a.hi) - math.Log(a.lo)); at-last > 0.08 {
			tick.Label = strconv.FormatFloat(v, 'g', 6, 64)
			last = at
		}
		a.ticks = append(a.ticks, tick)
	}
	return a
}

// roomyAxis returns a logarithmic axis for ys with room above for a legend.
func roomyAxis(label string, ys []float64, lines int) axis {
	lo, hi, _ := extent(ys)
	room := math.Pow(hi/lo, 0.12*float64(lines))
	return logAxis(label, lo*0.9, min(hi*1.1*max(room, 1.2), 1e300))
}

// label returns the name with the fitted exponent.
func (l GrowthLine) label(symbol string) string {
	_, p := PowerLaw(l.X, l.Y)
	if math.IsNaN(p) {
		return l.Name
	}
	return fmt.Sprintf("%s ~ %s^%s", l.Name, symbol, minus(strconv.FormatFloat(p, 'f', 2, 64)))
}

// growthPlotter draws a line of a panel.
type growthPlotter struct {
	GrowthLine
	color color.RGBA
}

func (l growthPlotter) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	at := func(x, y float64) vg.Point { return vg.Point{X: toX(x), Y: toY(y)} }
	points := make([]vg.Point, len(l.X))
	for i := range points {
		points[i] = at(l.X[i], l.Y[i])
	}
	if !l.Mark {
		c.StrokeLines(l.style(), c.ClipLinesXY(points)...)
		return
	}
	if factor, power := PowerLaw(l.X, l.Y); !math.IsNaN(power) {
		lo, hi, _ := extent(l.X)
		law := func(x float64) vg.Point { return at(x, factor*math.Pow(x, power)) }
		c.StrokeLines(l.style(), c.ClipLinesXY([]vg.Point{law(lo), law(hi)})...)
	}
	for _, pt := range points {
		dot(c, pt, 4.6, white)
		dot(c, pt, 3.6, l.color)
	}
}

func (l growthPlotter) style() draw.LineStyle {
	if l.Mark {
		return draw.LineStyle{Color: l.color, Width: 1.6}
	}
	return draw.LineStyle{Color: l.color, Width: 1.4, Dashes: []vg.Length{5, 4}}
}

// sample draws the line for the legend.
func (l growthPlotter) sample(c draw.Canvas, at vg.Point) {
	c.StrokeLine2(l.style(), at.X-sampleWidth/2, at.Y, at.X+sampleWidth/2, at.Y)
	if l.Mark {
		dot(c, at, 3.6, l.color)
	}
}

// corner is a legend in the upper left corner of a plot.
type corner []legendEntry

func (entries corner) Plot(c draw.Canvas, _ *plot.Plot) {
	drawColumn(draw.Crop(c, 8, 0, 0, -5), entries)
}
