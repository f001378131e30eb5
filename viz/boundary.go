package viz

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gradlab/matrix"
)

// Boundary shows how a classifier divides the plane of two features, and the
// points it learned from.
type Boundary struct {
	Title        string
	XName, YName string
	Classes      []string
	Points       *matrix.Matrix[float64] // 2×m
	Class        []int                   // of each point, an index of Classes; grey below 0
	Held         []bool                  // which points were held out for validation; nil: none

	// Predict returns the class of each column of x and how sure that is: the
	// probability of that class, or nil for full colour everywhere. It is called
	// several times, and may use its results again in the next call. Without
	// Predict the figure shows the points alone.
	Predict func(x *matrix.Matrix[float64]) (class []int, p []float64)
}

const maxPoints = 2000 // more points would hide each other

// Figure draws the regions of the classes, stronger where the classifier is
// surer, the lines between them, and the points; of very many it draws about
// 2000.
func (b Boundary) Figure() *Figure {
	b.check()
	p, points, shown := b.panel()
	return panelRows(b.Title, []panel{p}, 1, 5.3*vg.Inch, 4.2*vg.Inch, b.legend(points, shown))
}

// Boundaries draws several classifiers beside each other, three in a row, each
// with its title over it. The legend is that of the first: they have the same
// classes.
func Boundaries(title string, boundaries ...Boundary) *Figure {
	if len(boundaries) == 0 {
		return emptyFigure(title, "nothing to draw")
	}
	var panels []panel
	var key []legendEntry
	for i, b := range boundaries {
		b.check()
		p, points, shown := b.panel()
		p.title = b.Title
		panels = append(panels, p)
		if i == 0 {
			key = b.legend(points, shown)
		}
	}
	return panelRows(title, panels, 3, 3.1*vg.Inch, 2.8*vg.Inch, key)
}

func (b Boundary) check() {
	if b.Points == nil || b.Points.Rows != 2 && b.Points.Cols > 0 {
		panic("viz.Boundary: the points are no 2×m matrix")
	}
	if m := b.Points.Cols; len(b.Class) != m || b.Held != nil && len(b.Held) != m {
		panic(fmt.Sprintf("viz.Boundary: %d points, but %d classes and %d held", m, len(b.Class), len(b.Held)))
	}
}

// panel returns the panel with its points, and how many of them it shows.
func (b Boundary) panel() (p panel, points scatter, shown int) {
	var xs, ys []float64
	for j := range b.Points.Cols {
		x, y := b.Points.Data[2*j], b.Points.Data[2*j+1]
		if drawable(x) && drawable(y) {
			xs, ys = append(xs, x), append(ys, y)
			points.class = append(points.class, b.Class[j])
			points.held = append(points.held, b.Held != nil && b.Held[j])
		}
	}
	p = newPanel(featureAxis(b.XName, xs), featureAxis(b.YName, ys))
	if b.Predict != nil {
		r := newRegions(b.Predict, len(b.Classes), p.Plot)
		p.Add(r.image(), r.lines())
	} else {
		p.Add(grid{})
	}
	points.x, points.y = xs, ys
	shown = points.thin(maxPoints)
	p.Add(points)
	return p, points, shown
}

func featureAxis(name string, values []float64) axis {
	lo, hi, ok := extent(values)
	if !ok {
		lo, hi = 0, 1
	}
	return linearAxis(name, lo, hi, 0.08, 8)
}

// legend lists the classes, and the markers if there are two kinds.
func (b Boundary) legend(points scatter, shown int) []legendEntry {
	var key []legendEntry
	sample := func(clr color.Color, held bool) func(draw.Canvas, vg.Point) {
		return func(c draw.Canvas, at vg.Point) { marker(c, at, 5, clr, held) }
	}
	for k, name := range labelText.fitNames(b.Classes, 130) {
		key = append(key, legendEntry{name, sample(classColor(k), false)})
	}
	if b.Held != nil {
		key = append(key, legendEntry{},
			legendEntry{"training", sample(neutral, false)}, legendEntry{"validation", sample(neutral, true)})
	}
	if n := len(points.x); shown < n {
		key = append(key, legendEntry{}, legendEntry{name: fmt.Sprintf("%d of %d points", shown, n)})
	}
	return key
}

// scatter draws points: discs, and diamonds for those that were held out.
type scatter struct {
	x, y  []float64
	class []int
	held  []bool
	every float64 // the share of the points that is shown
}

// thin lets the scatter show about n of its points, spread over all of them
// without a period, and returns how many.
func (s *scatter) thin(n int) int {
	s.every = min(1, float64(n)/float64(max(len(s.x), 1)))
	shown := 0
	for i := range s.x {
		if s.shows(i) {
			shown++
		}
	}
	return shown
}

// shows reports whether point i is shown: multiples of the golden ratio are
// spread evenly between integers.
func (s scatter) shows(i int) bool {
	_, f := math.Modf(float64(i) * math.Phi)
	return f < s.every
}

func (s scatter) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	radius := vg.Length(min(4.2, max(2.2, 60/math.Sqrt(float64(len(s.x))))))
	for _, held := range []bool{false, true} { // those held out above the others
		for i := range s.x {
			if s.held[i] == held && s.shows(i) {
				marker(c, vg.Point{X: toX(s.x[i]), Y: toY(s.y[i])}, radius, classColor(s.class[i]), held)
			}
		}
	}
}

// marker draws a point: a disc with a light outline, or a diamond with a dark one.
func marker(c draw.Canvas, at vg.Point, radius vg.Length, clr color.Color, held bool) {
	var outline vg.Path
	line := draw.LineStyle{Color: white, Width: 0.8}
	if held {
		line.Color, line.Width = ink, 1
		radius *= 1.25
		outline.Move(vg.Point{X: at.X + radius, Y: at.Y})
		outline.Line(vg.Point{X: at.X, Y: at.Y + radius})
		outline.Line(vg.Point{X: at.X - radius, Y: at.Y})
		outline.Line(vg.Point{X: at.X, Y: at.Y - radius})
	} else {
		outline.Move(vg.Point{X: at.X + radius, Y: at.Y})
		outline.Arc(at, radius, 0, 2*math.Pi)
	}
	outline.Close()
	c.SetColor(clr)
	c.Fill(outline)
	c.SetLineStyle(line)
	c.Stroke(outline)
}
