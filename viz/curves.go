package viz

import (
	"fmt"
	"image/color"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curves are the learning curves of a training: the loss on the left, a metric on
// the right, each over the training part and, if there is one, the validation
// part. All slices that are not nil have the length of Epoch.
type Curves struct {
	Title                  string
	Epoch                  []float64
	TrainLoss, ValLoss     []float64
	Metric                 string // its name, such as "accuracy" or "R²"
	TrainMetric, ValMetric []float64
	Best                   int // the index of the best epoch, which is marked, or -1
}

// Figure draws the curves. The loss has a logarithmic axis if it is positive
// throughout and spans more than two decades. A metric that comes above 0 is
// shown from -1 up (R² begins anywhere below). Long curves are thinned so that
// it cannot be seen.
func (c Curves) Figure() *Figure {
	c.check()
	panels := []panel{c.panel(c.lossAxis(), c.TrainLoss, c.ValLoss)}
	if c.TrainMetric != nil || c.ValMetric != nil {
		panels = append(panels, c.panel(c.metricAxis(), c.TrainMetric, c.ValMetric))
	}
	return &Figure{
		width: 9 * vg.Inch, height: 3.9 * vg.Inch,
		draw: func(dc draw.Canvas) { c.draw(dc, panels) },
	}
}

func (c Curves) check() {
	for _, s := range []struct {
		name   string
		values []float64
	}{
		{"TrainLoss", c.TrainLoss}, {"ValLoss", c.ValLoss},
		{"TrainMetric", c.TrainMetric}, {"ValMetric", c.ValMetric},
	} {
		if s.values != nil && len(s.values) != len(c.Epoch) {
			panic(fmt.Sprintf("viz.Curves: %d epochs, but %s has length %d", len(c.Epoch), s.name, len(s.values)))
		}
	}
	if c.Best >= len(c.Epoch) && c.Best > 0 {
		panic(fmt.Sprintf("viz.Curves: Best is %d of %d epochs", c.Best, len(c.Epoch)))
	}
}

// draw draws the panels side by side under the title and the legend.
func (c Curves) draw(dc draw.Canvas, panels []panel) {
	key := c.legend()
	right := dc.Max.X
	for i := len(key) - 1; i >= 0; i-- {
		right = key[i].drawLeftOf(dc, right, dc.Max.Y-titleText.size+5)
	}
	fitted := titleText.fit(c.Title, right-dc.Min.X)
	titleText.draw(dc, dc.Min.X, dc.Max.Y-titleText.size, fitted)
	dc = draw.Crop(dc, 0, 0, 0, -titleText.size-24) // with room for the mark of the best epoch
	drawRow(dc, panels)
}

func (c Curves) legend() []legendEntry {
	var key []legendEntry
	if c.TrainLoss != nil || c.TrainMetric != nil {
		key = append(key, legendEntry{"training", drawDash(trainStyle)})
	}
	if c.ValLoss != nil || c.ValMetric != nil {
		key = append(key, legendEntry{"validation", drawDash(valStyle)})
	}
	return key
}

var (
	trainStyle = draw.LineStyle{Color: trainColor, Width: 2.4} // shows beside the other where both are one
	valStyle   = draw.LineStyle{Color: valColor, Width: 1.8}
)

// panel returns the panel of one quantity.
func (c Curves) panel(y axis, train, val []float64) panel {
	p := newPanel(c.epochAxis(), y)
	p.Add(grid{})
	if _, _, ok := extent(train, val); !ok {
		p.Add(note("no finite values"))
		return p
	}
	lines := []plot.Plotter{curve{pieces(c.Epoch, train), trainStyle}, curve{pieces(c.Epoch, val), valStyle}}
	if c.Best < 0 || c.Best >= len(c.Epoch) || !drawable(c.Epoch[c.Best]) {
		p.Add(lines...)
		return p
	}
	p.Add(bestLine(c.Epoch[c.Best]))
	p.Add(lines...)
	switch {
	case len(c.Epoch) <= fewEpochs:
	case val != nil:
		p.Add(bestDot{c.Epoch[c.Best], val[c.Best], valColor})
	default:
		p.Add(bestDot{c.Epoch[c.Best], train[c.Best], trainColor})
	}
	return p
}

func (c Curves) epochAxis() axis {
	lo, hi, ok := extent(c.Epoch)
	if !ok {
		lo, hi = 0, 1
	}
	return integerAxis("epoch", lo, hi, 0.02, 6)
}

func (c Curves) lossAxis() axis {
	lo, hi, ok := extent(c.TrainLoss, c.ValLoss)
	switch {
	case !ok:
		lo, hi = 0, 1
	case lo > 0 && hi/lo > 100 && hi > 1e-290:
		return logAxis("loss (log scale)", lo, hi)
	}
	return amountAxis("loss", lo, hi)
}

// amountAxis is a linearAxis that begins at 0 if the values come near to it from
// above.
func amountAxis(label string, lo, hi float64) axis {
	if lo < 0 || lo >= hi/2 {
		return linearAxis(label, lo, hi, 0.05, 7)
	}
	a := linearAxis(label, 0, hi, 0.05, 7)
	a.lo = 0
	return a
}

func (c Curves) metricAxis() axis {
	lo, hi, ok := extent(c.TrainMetric, c.ValMetric)
	if !ok {
		lo, hi = 0, 1
	}
	if hi > 0 && hi <= 1 {
		lo = max(lo, -1)
	}
	a := linearAxis(c.Metric, lo, hi, 0.05, 7)
	if hi <= 1 && a.hi > 1 { // the metric cannot be larger
		a.hi = 1 + 0.05*(1-a.lo)
		a.ticks = linearTicks(a.lo, 1, 7, 0)
	}
	return a
}

// pieces returns the points of a curve, in pieces between values that cannot be
// drawn. Of many points it keeps, in each of 400 groups, the first, the least,
// the greatest and the last: what a line through all would show.
func pieces(x, y []float64) [][]xy {
	size := 1
	if len(y) > 1600 {
		size = (len(y) + 399) / 400
	}
	var pieces [][]xy
	var piece []xy
	for start := 0; start < len(y); start += size {
		group := keep(x, y, start, min(start+size, len(y)))
		if len(group) == 0 && len(piece) > 0 {
			pieces, piece = append(pieces, piece), nil
		}
		piece = append(piece, group...)
	}
	if len(piece) > 0 {
		pieces = append(pieces, piece)
	}
	return pieces
}

// xy is a point in the units of the data.
type xy struct{ x, y float64 }

// keep returns the first, least, greatest and last of the points from start to
// end that can be drawn, in their order and each once.
func keep(x, y []float64, start, end int) []xy {
	first, least, greatest, last := -1, -1, -1, -1
	for i := start; i < end; i++ {
		if !drawable(y[i]) || !drawable(x[i]) {
			continue
		}
		if first < 0 {
			first, least, greatest = i, i, i
		}
		if y[i] < y[least] {
			least = i
		}
		if y[i] > y[greatest] {
			greatest = i
		}
		last = i
	}
	var group []xy
	done := -1
	for _, i := range []int{first, min(least, greatest), max(least, greatest), last} {
		if i > done {
			group = append(group, xy{x[i], y[i]})
			done = i
		}
	}
	return group
}

// fewEpochs are so few that each of them is a dot on the curves.
const fewEpochs = 12

// curve is a line in pieces. A piece of a single point is a dot; so are all the
// points if there are few.
type curve struct {
	pieces [][]xy
	style  draw.LineStyle
}

func (l curve) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	n := 0
	for _, piece := range l.pieces {
		n += len(piece)
	}
	for _, piece := range l.pieces {
		line := make([]vg.Point, len(piece))
		for i, pt := range piece {
			line[i] = vg.Point{X: toX(pt.x), Y: toY(pt.y)}
			switch {
			case n <= fewEpochs:
				dot(c, line[i], 2*l.style.Width, l.style.Color)
			case len(piece) == 1:
				dot(c, line[i], 0.8*l.style.Width, l.style.Color)
			}
		}
		c.StrokeLines(l.style, c.ClipLinesXY(line)...)
	}
}

// dot draws a disc, if its centre lies in the canvas.
func dot(c draw.Canvas, at vg.Point, radius vg.Length, clr color.Color) {
	c.DrawGlyph(draw.GlyphStyle{Color: clr, Radius: radius, Shape: draw.CircleGlyph{}}, at)
}

// bestLine marks an epoch by a thin line with a flag over the panel.
type bestLine float64

func (epoch bestLine) Plot(c draw.Canvas, p *plot.Plot) {
	x := c.X(p.X.Norm(float64(epoch)))
	c.StrokeLine2(draw.LineStyle{Color: muted, Width: 1, Dashes: []vg.Length{3, 3}}, x, c.Min.Y, x, c.Max.Y+3)
	flag := tickText.aligned(0.5)
	label := "best " + strconv.FormatFloat(float64(epoch), 'g', 15, 64)
	half := flag.width(label) / 2
	flag.draw(c, min(max(x, c.Min.X+half), c.Max.X-half), c.Max.Y+6, label)
}

// bestDot marks the value of the best epoch.
type bestDot struct {
	x, y  float64
	color color.Color
}

func (d bestDot) Plot(c draw.Canvas, p *plot.Plot) {
	if drawable(d.y) && d.y >= p.Y.Min {
		toX, toY := p.Transforms(&c)
		at := vg.Point{X: toX(d.x), Y: toY(d.y)}
		dot(c, at, 5, white)
		dot(c, at, 3.8, d.color)
	}
}
