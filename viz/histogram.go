package viz

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Histograms shows how several sets of values are distributed, side by side over
// the same range: the activations of each layer, say.
type Histograms struct {
	Title  string
	Label  string      // of the values
	Names  []string    // of the sets
	Values [][]float64 // as many sets; what is not finite does not count
}

const (
	histogramBins = 40
	mostPanels    = 12 // of a figure
)

// Figure draws the histograms, four in a row, and writes mean ± standard deviation
// over each; of more than twelve sets it draws the first twelve.
func (h Histograms) Figure() *Figure {
	if len(h.Names) != len(h.Values) {
		panic(fmt.Sprintf("viz.Histograms: %d names for %d sets", len(h.Names), len(h.Values)))
	}
	n := min(len(h.Values), mostPanels)
	if n == 0 {
		return emptyFigure(h.Title, "nothing to draw")
	}
	lo, hi, ok := extent(h.Values[:n]...)
	if !ok {
		lo, hi = 0, 1
	}
	lo, hi = widen(lo, hi)
	panels := make([]panel, n)
	for k := range panels {
		panels[k] = histogramPanel(h.Label, h.Names[k], newHistogram(h.Values[k], lo, hi))
	}
	return panelRows(h.Title, panels, 4, 2.5*vg.Inch, 2.2*vg.Inch, nil)
}

// histogram has the share of some values in each of equal parts of a range.
type histogram struct {
	lo, hi          float64
	share           [histogramBins]float64
	n               int
	mean, deviation float64
}

func newHistogram(values []float64, lo, hi float64) histogram {
	h := histogram{lo: lo, hi: hi}
	for _, x := range values {
		if drawable(x) {
			h.share[min(int((x-lo)/(hi-lo)*histogramBins), histogramBins-1)]++
			h.mean += x
			h.n++
		}
	}
	if h.n == 0 {
		return h
	}
	h.mean /= float64(h.n)
	for _, x := range values {
		if drawable(x) {
			h.deviation += (x - h.mean) * (x - h.mean) / float64(h.n)
		}
	}
	h.deviation = math.Sqrt(h.deviation)
	for i := range h.share {
		h.share[i] /= float64(h.n)
	}
	return h
}

func histogramPanel(label, name string, h histogram) panel {
	if h.n == 0 {
		p := newPanel(linearAxis(label, h.lo, h.hi, 0.02, 4), linearAxis("", 0, 1, 0, 4))
		p.title = name
		p.Add(note("no finite values"))
		return p
	}
	_, most, _ := extent(h.share[:])
	p := newPanel(linearAxis(label, h.lo, h.hi, 0.02, 4), amountAxis("", 0, most))
	p.title = name
	if drawable(h.mean) && drawable(h.deviation) {
		p.title = name + ": " + plusMinus(h.mean, h.deviation)
	}
	p.Add(grid{}, h)
	return p
}

func (h histogram) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	edge := func(i int) vg.Length { return wholePixel(toX(h.lo + (h.hi-h.lo)*float64(i)/histogramBins)) }
	c.SetColor(trainColor)
	for i, share := range h.share {
		if share > 0 {
			c.Fill(vg.Rectangle{
				Min: vg.Point{X: edge(i), Y: toY(0)},
				Max: vg.Point{X: edge(i + 1), Y: toY(share)},
			}.Path())
		}
	}
}

// plusMinus writes a mean and a standard deviation, with as many decimals as give
// the deviation, or else the mean, two digits.
func plusMinus(mean, deviation float64) string {
	size := deviation
	if size == 0 {
		size = math.Abs(mean)
	}
	if size == 0 {
		return "0 ± 0"
	}
	step := math.Pow(10, math.Floor(math.Log10(size))-1)
	digits := func(x float64) string {
		return number(math.Round(x/step)*step, step, max(math.Abs(mean), deviation))
	}
	return digits(mean) + " ± " + digits(deviation)
}
