package viz

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars are amounts from 0 up, one under the other, such as the times of the parts
// of a whole. All slices that are not nil have the length of Names.
type Bars struct {
	Title  string
	Label  string // of the axis
	Names  []string
	Values []float64
	Kind   []int    // the index in Kinds, which colours the bar; nil: all 0
	Kinds  []string // for the legend
	Limits []float64
	Limit  string   // what is marked on each bar, for the legend
	Notes  []string // beside each bar
}

// mostBars is how many bars a figure shows.
const mostBars = 40

// Figure draws the bars, the first above. What cannot be drawn is left out; of very
// many bars the longest are shown, and the axis says so.
func (b Bars) Figure() *Figure {
	b.check()
	b = b.longest(mostBars)
	p := b.panel()
	height := 17*vg.Length(len(b.Names)) + labelSpace + 30
	return newFigure(b.Title, 9*vg.Inch-2*margin, height+lineHeight, func(c draw.Canvas) {
		x := c.Max.X
		for _, e := range b.legend() {
			x = e.drawLeftOf(c, x, c.Max.Y-lineHeight/2+4)
		}
		drawRow(draw.Crop(c, 0, 0, 0, -lineHeight), []panel{p})
	})
}

// longest returns a copy with the n longest bars in their order.
func (b Bars) longest(n int) Bars {
	order := make([]int, len(b.Names))
	for i := range order {
		order[i] = i
	}
	if len(order) > n {
		b.Label += fmt.Sprintf(" (the %d longest of %d)", n, len(order))
		slices.SortStableFunc(order, func(i, k int) int { return cmp.Compare(b.Values[k], b.Values[i]) })
		order = order[:n]
		slices.Sort(order)
	}
	b.Names, b.Values, b.Limits = pick(b.Names, order), pick(b.Values, order), pick(b.Limits, order)
	b.Kind, b.Notes, b.Kinds = pick(b.Kind, order), pick(b.Notes, order), slices.Clone(b.Kinds)
	return b
}

// pick returns the elements at some places; nil has none.
func pick[E any](list []E, places []int) []E {
	if list == nil {
		return nil
	}
	picked := make([]E, len(places))
	for i, k := range places {
		picked[i] = list[k]
	}
	return picked
}

func (b Bars) check() {
	for name, n := range map[string]int{"Values": len(b.Values), "Kind": len(b.Kind), "Limits": len(b.Limits), "Notes": len(b.Notes)} {
		if n != len(b.Names) && (n > 0 || name == "Values") {
			panic(fmt.Sprintf("viz.Bars: %d names, but %s has length %d", len(b.Names), name, n))
		}
	}
}

// panel returns the plot: bar i is about the height -i.
func (b Bars) panel() panel {
	_, hi, ok := extent(b.Values, b.Limits)
	if !ok || hi <= 0 {
		hi = 1
	}
	x := linearAxis(b.Label, 0, hi, 0, 6)
	if b.Notes != nil {
		x.hi *= 1.25 // room for that of the longest bar
	}
	names := tickText.fitNames(b.Names, 200)
	y := axis{lo: 0.5 - float64(len(names)), hi: 0.5}
	for i, name := range names {
		y.ticks = append(y.ticks, plot.Tick{Value: -float64(i), Label: name})
	}
	p := newPanel(x, y)
	p.Y.Tick.Length = 0
	p.Y.Tick.Label.YAlign = -0.62 // capital letters about the middle of the bar
	p.Add(verticals{}, b)
	return p
}

// Plot draws the bars, with their limits and notes.
func (b Bars) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	for i, v := range b.Values {
		if !drawable(v) {
			continue
		}
		y, half := toY(-float64(i)), 0.36*(toY(1)-toY(0))
		c.SetColor(classColor(b.kind(i)))
		c.Fill(vg.Rectangle{Min: vg.Point{X: toX(0), Y: y - half}, Max: vg.Point{X: toX(max(v, 0)), Y: y + half}}.Path())
		end := toX(max(v, 0))
		if b.Limits != nil && drawable(b.Limits[i]) {
			x := toX(b.Limits[i])
			c.StrokeLine2(limitStyle, x, y-1.3*half, x, y+1.3*half)
			end = max(end, x)
		}
		if b.Notes != nil {
			tickText.drawMid(c, end+5, y, tickText.fit(b.Notes[i], c.Max.X-end-5))
		}
	}
}

var limitStyle = draw.LineStyle{Color: ink, Width: 1.8}

func (b Bars) kind(i int) int {
	if b.Kind == nil {
		return 0
	}
	return b.Kind[i]
}

// legend lists the kinds and the mark, the last first.
func (b Bars) legend() []legendEntry {
	var key []legendEntry
	if b.Limits != nil {
		key = append(key, legendEntry{labelText.fit(b.Limit, 150), func(c draw.Canvas, at vg.Point) {
			c.StrokeLine2(limitStyle, at.X+sampleWidth/2-3, at.Y-6, at.X+sampleWidth/2-3, at.Y+6)
		}})
	}
	for k := len(b.Kinds) - 1; k >= 0; k-- {
		key = append(key, legendEntry{labelText.fit(b.Kinds[k], 150), func(c draw.Canvas, at vg.Point) {
			c.SetColor(classColor(k))
			c.Fill(vg.Rectangle{Min: vg.Point{X: at.X - sampleWidth/2, Y: at.Y - 5}, Max: vg.Point{X: at.X + sampleWidth/2, Y: at.Y + 5}}.Path())
		}})
	}
	return key
}

// verticals draws light lines at the labelled ticks of the x axis.
type verticals struct{}

func (verticals) Plot(c draw.Canvas, p *plot.Plot) {
	toX, _ := p.Transforms(&c)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if !t.IsMinor() {
			c.StrokeLine2(draw.LineStyle{Color: faint, Width: 0.75}, toX(t.Value), c.Min.Y, toX(t.Value), c.Max.Y)
		}
	}
}
