package viz

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Confusion is a confusion matrix: how many examples of each class were taken
// for each class.
type Confusion struct {
	Title   string
	Classes []string
	Counts  [][]int // Counts[true][predicted]
}

// Figure draws the matrix. A cell is the darker the larger its share of its row,
// the examples of the true class; the count stands in it, and in large cells the
// share. Where the cells are too small to be read, only the colour remains.
func (c Confusion) Figure() *Figure {
	c.check()
	n := len(c.Counts)
	if n == 0 {
		return emptyFigure(c.Title, "no classes")
	}
	l := c.layout()
	shares := newCells(n, n, l.side, l.side, func(i, j int) color.RGBA { return l.color(i, j) })
	bar := colorBar{shareColor, []string{"0 %", "50 %", "100 %"}, "share of the true class"}
	if l.side < 150 {
		bar.title = ""
	}
	width := l.left + l.side + 20 + bar.width()
	return newFigure(c.Title, width, l.side+l.below, func(dc draw.Canvas) {
		r := shares.draw(dc, dc.Min.X+l.left, dc.Min.Y+l.below)
		if l.cell >= 14 {
			drawGrid(dc, r, n, n)
		}
		l.drawCounts(dc, r)
		l.drawNames(dc, r)
		bar.draw(dc, r.Max.X+20, r.Min.Y, r.Size().Y)
	})
}

func (c Confusion) check() {
	for _, row := range c.Counts {
		if len(row) != len(c.Counts) || len(row) != len(c.Classes) {
			panic(fmt.Sprintf("viz.Confusion: %d classes, %d rows, but a row of %d counts",
				len(c.Classes), len(c.Counts), len(row)))
		}
	}
}

// confusionLayout is a confusion matrix with all that its picture needs.
type confusionLayout struct {
	counts     [][]int
	totals     []float64 // of each row
	names      []string
	cell, side vg.Length
	left       vg.Length // the width of what is left of the cells
	below      vg.Length // the height of what is below them
	name       text      // the style of the names
	angle      float64   // of the predicted classes' names
	every      int       // every how-many-th name has room
}

func (c Confusion) layout() confusionLayout {
	n := len(c.Counts)
	l := confusionLayout{cell: min(84, 440/vg.Length(n)), totals: make([]float64, n)}
	l.side = l.cell * vg.Length(n)
	for i, row := range c.Counts {
		l.counts = append(l.counts, slices.Clone(row))
		for _, count := range row {
			l.totals[i] += float64(count)
		}
	}
	l.name = text{size: min(12, max(6, 0.85*l.cell)), color: ink}
	l.every = int(math.Ceil(7 / float64(l.cell)))
	l.names = l.name.fitNames(c.Classes, 110)
	widest := l.name.widest(l.names)
	l.left = labelSpace + 4 + widest + 7
	switch {
	case widest <= l.cell-4:
		l.below = labelSpace + 8 + l.name.size + 4
	case l.cell >= 18:
		l.angle = math.Pi / 4
		l.below = labelSpace + 10 + (widest+l.name.size)*math.Sqrt2/2
		// The turned names stand to the left of their cells.
		l.left = max(l.left, widest*math.Sqrt2/2-l.cell/2+4)
	default:
		l.angle = math.Pi / 2
		l.below = labelSpace + 12 + widest
	}
	return l
}

// share returns the share that a cell has of its row.
func (l confusionLayout) share(i, j int) float64 {
	if l.totals[i] <= 0 {
		return 0
	}
	return float64(l.counts[i][j]) / l.totals[i]
}

func (l confusionLayout) color(i, j int) color.RGBA { return shareColor(l.share(i, j)) }

// shareColor returns the colour for a share. Small ones are not quite as pale as
// they would be, for they are the mistakes that one looks for.
func shareColor(share float64) color.RGBA { return ramp(blues, math.Pow(max(share, 0), 0.6)) }

// drawCounts writes the counts into the cells, if they are large enough for the
// longest one.
func (l confusionLayout) drawCounts(c draw.Canvas, r vg.Rectangle) {
	var widest vg.Length
	unit := text{size: 1}
	for _, row := range l.counts {
		for _, count := range row {
			widest = max(widest, unit.width(strconv.Itoa(count)))
		}
	}
	size := min(15, 0.42*l.cell, 0.84*l.cell/widest)
	if size < 5 {
		return
	}
	for i, row := range l.counts {
		for j, count := range row {
			x := r.Min.X + l.cell*(vg.Length(j)+0.5)
			y := r.Max.Y - l.cell*(vg.Length(i)+0.5)
			l.drawCount(c, x, y, size, count, i, j)
		}
	}
}

// drawCount writes the count of a cell about its middle, and the share if there
// is room.
func (l confusionLayout) drawCount(c draw.Canvas, x, y, size vg.Length, count, i, j int) {
	t := text{size: size, color: textOn(l.color(i, j)), align: 0.5}
	if count == 0 {
		t.color = muted
	}
	if l.cell >= 50 && count > 0 {
		share := t
		share.size = min(10, 0.75*size)
		share.drawMid(c, x, y-0.62*size, percent(l.share(i, j)))
		y += 0.42 * size
	}
	t.drawMid(c, x, y, strconv.Itoa(count))
}

// percent writes a share without decimals, and 0 % and 100 % only for none and
// all.
func percent(share float64) string {
	switch {
	case share > 0 && share < 0.01:
		return "<1 %"
	case share < 1 && share > 0.99:
		return ">99 %"
	}
	return strconv.FormatFloat(100*share, 'f', 0, 64) + " %"
}

// drawNames writes the names of the classes and the labels of the axes.
func (l confusionLayout) drawNames(c draw.Canvas, r vg.Rectangle) {
	label := labelText.aligned(0.5)
	label.drawTurned(c, c.Min.X+labelSpace/2, r.Min.Y+r.Size().Y/2, math.Pi/2, "true class")
	label.draw(c, r.Min.X+r.Size().X/2, c.Min.Y+3, "predicted class")
	right := l.name.aligned(1)
	for k := 0; k < len(l.names); k += l.every {
		middle := l.cell * (vg.Length(k) + 0.5)
		right.drawMid(c, r.Min.X-7, r.Max.Y-middle, l.names[k])
		if l.angle > 0 {
			right.drawTurned(c, r.Min.X+middle, r.Min.Y-7, l.angle, l.names[k])
		} else {
			l.name.aligned(0.5).draw(c, r.Min.X+middle, r.Min.Y-6-l.name.size, l.names[k])
		}
	}
}
