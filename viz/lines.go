package viz

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lines compares several quantities that depend on one: the costs of some
// trainings, an error over the size of the training set, points with a curve
// through them.
type Lines struct {
	Title          string
	XLabel, YLabel string
	Lines          []Line
	LogX, LogY     bool // logarithmic axes, without what is not positive
}

// Line is one quantity.
type Line struct {
	Name   string    // for the legend; "": not in it
	X, Y   []float64 // of one length, or X nil: 0, 1, 2, …
	Points bool      // points alone, without a line through them
}

// Figure draws the lines, each in its colour, and the legend on the right. Long
// lines are thinned so that it cannot be seen.
func (l Lines) Figure() *Figure {
	p, key := l.panel()
	return panelRows(l.Title, []panel{p}, 1, 5.6*vg.Inch, 3.7*vg.Inch, key)
}

func (l Lines) panel() (p panel, key []legendEntry) {
	lines := make([]linePlotter, len(l.Lines))
	var xs, ys []float64
	for k, line := range l.Lines {
		x, y := line.values(l.LogX, l.LogY)
		xs, ys = append(xs, x...), append(ys, y...)
		style := draw.LineStyle{Color: classColor(k), Width: 1.8}
		lines[k] = linePlotter{curve{pieces(x, y), style}, line.Points}
	}
	p = newPanel(axisOf(l.XLabel, xs, l.LogX, placesAxis), axisOf(l.YLabel, ys, l.LogY, amountAxis))
	p.Add(grid{})
	_, _, someX := extent(xs)
	if _, _, someY := extent(ys); !someX || !someY {
		p.Add(note("no values to draw"))
		return p, nil
	}
	for _, points := range []bool{false, true} { // points above lines
		for _, line := range lines {
			if line.points == points {
				p.Add(line)
			}
		}
	}
	for k, line := range lines {
		if name := l.Lines[k].Name; name != "" {
			key = append(key, legendEntry{labelText.fitNames([]string{name}, 160)[0], line.sample})
		}
	}
	return p, key
}

// values returns copies of X and Y, with NaN for what a logarithmic axis cannot
// show.
func (l Line) values(logX, logY bool) (x, y []float64) {
	if l.X != nil && len(l.X) != len(l.Y) {
		panic(fmt.Sprintf("viz.Lines: %q has %d places, but %d values", l.Name, len(l.X), len(l.Y)))
	}
	x, y = make([]float64, len(l.Y)), make([]float64, len(l.Y))
	for i := range y {
		x[i], y[i] = float64(i), l.Y[i]
		if l.X != nil {
			x[i] = l.X[i]
		}
		if logX && x[i] <= 0 {
			x[i] = math.NaN()
		}
		if logY && y[i] <= 0 {
			y[i] = math.NaN()
		}
	}
	return x, y
}

// axisOf returns an axis for some values.
func axisOf(label string, values []float64, log bool, linear func(label string, lo, hi float64) axis) axis {
	lo, hi, ok := extent(values)
	switch {
	case log && ok:
		return logAxis(label, 0.95*lo, 1.05*hi)
	case log:
		return logAxis(label, 1, 10)
	case !ok:
		lo, hi = 0, 1
	}
	return linear(label, lo, hi)
}

// placesAxis is a linearAxis with little space at its ends.
func placesAxis(label string, lo, hi float64) axis { return linearAxis(label, lo, hi, 0.03, 7) }

// linePlotter draws a line, or its points alone.
type linePlotter struct {
	curve
	points bool
}

func (l linePlotter) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	if len(l.pieces) == 1 && len(l.pieces[0]) == 2 && !l.points { // a straight line, whose ends mean nothing
		from, to := l.pieces[0][0], l.pieces[0][1]
		c.StrokeLine2(l.style, toX(from.x), toY(from.y), toX(to.x), toY(to.y))
		return
	}
	if !l.points {
		l.curve.Plot(c, p)
		return
	}
	for _, piece := range l.pieces {
		for _, pt := range piece {
			marker(c, vg.Point{X: toX(pt.x), Y: toY(pt.y)}, pointRadius, l.style.Color.(color.RGBA), false)
		}
	}
}

const pointRadius = 3.6

// sample draws a bit of the line for the legend.
func (l linePlotter) sample(c draw.Canvas, at vg.Point) {
	if l.points {
		marker(c, at, pointRadius, l.style.Color.(color.RGBA), false)
		return
	}
	drawDash(l.style)(c, at)
}
