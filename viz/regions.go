package viz

import (
	"fmt"
	"image"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gradlab/matrix"
)

// regions is what a classifier says at the points of a grid, row by row from
// below: the middles of picture elements, and a ring of points around them, so
// that the lines between the regions reach the axes.
type regions struct {
	predict                func(x *matrix.Matrix[float64]) ([]int, []float64)
	classes                int
	xmin, xmax, ymin, ymax float64
	class                  []int
	p                      []float64
}

const (
	imageSize = 240 // picture elements in each direction
	gridSize  = imageSize + 2
)

func newRegions(predict func(x *matrix.Matrix[float64]) ([]int, []float64), classes int, p *plot.Plot) *regions {
	r := &regions{predict: predict, classes: classes, xmin: p.X.Min, xmax: p.X.Max, ymin: p.Y.Min, ymax: p.Y.Max}
	points := make([]xy, 0, gridSize*gridSize)
	for j := range gridSize {
		for i := range gridSize {
			points = append(points, xy{float64(i), float64(j)})
		}
	}
	r.class, r.p = r.at(points)
	return r
}

// data returns the point with the given coordinates in the grid.
func (r *regions) data(at xy) xy {
	s, t := (at.x-0.5)/imageSize, (at.y-0.5)/imageSize
	return xy{r.xmin*(1-s) + r.xmax*s, r.ymin*(1-t) + r.ymax*t}
}

// at returns class and probability at points of the grid or between them. It
// asks for a few thousand at a time, so that a wide network needs little memory.
func (r *regions) at(points []xy) (class []int, p []float64) {
	const batch = 16 * gridSize
	for start := 0; start < len(points); start += batch {
		part := points[start:min(start+batch, len(points))]
		x := matrix.New[float64](2, len(part))
		for j, at := range part {
			d := r.data(at)
			x.Data[2*j], x.Data[2*j+1] = d.x, d.y
		}
		k, prob := r.predict(x)
		if len(k) != len(part) || prob != nil && len(prob) != len(part) {
			panic(fmt.Sprintf("viz.Boundary: Predict of %d points gives %d classes, %d probabilities", len(part), len(k), len(prob)))
		}
		class = append(class, k...)
		if prob == nil {
			prob = make([]float64, len(k))
			for i := range prob {
				prob[i] = 1
			}
		}
		p = append(p, prob...)
	}
	return class, p
}

// image returns the regions as a picture: the class's colour, nearly white where
// all classes are equally likely.
func (r *regions) image() plot.Plotter {
	img := image.NewRGBA(image.Rect(0, 0, imageSize, imageSize))
	chance := 1 / float64(max(r.classes, 2))
	for j := range imageSize {
		for i := range imageSize {
			at := (j+1)*gridSize + i + 1
			sure := (r.p[at] - chance) / (1 - chance)
			if math.IsNaN(sure) {
				sure = 0
			}
			strength := 0.1 + 0.36*min(max(sure, 0), 1)
			img.SetRGBA(i, imageSize-1-j, mix(white, classColor(r.class[at]), strength))
		}
	}
	return plotter.NewImage(img, r.xmin, r.ymin, r.xmax, r.ymax)
}

// lines returns the lines between the regions. Where two neighbours on the grid
// differ, bisection finds the point between them at which the class changes. In
// each cell of the grid these points, on its sides, are joined: two by a line,
// three or four with the middle of the cell. Noise, which is no regions, has no
// lines.
func (r *regions) lines() segments {
	sides, number := r.sides()
	if len(sides) > imageSize*imageSize/4 {
		return nil
	}
	r.bisect(sides)
	var lines segments
	for j := range gridSize - 1 {
		for i := range gridSize - 1 {
			below, left := 2*(j*gridSize+i), 2*(j*gridSize+i)+1
			above, right := below+2*gridSize, left+2
			var ends []xy
			for _, key := range []int{below, left, above, right} {
				if n := number[key]; n > 0 {
					ends = append(ends, r.data(sides[n-1].middle()))
				}
			}
			if len(ends) == 2 {
				lines = append(lines, [2]xy{ends[0], ends[1]})
				continue
			}
			for _, end := range ends {
				lines = append(lines, [2]xy{end, r.data(xy{float64(i) + 0.5, float64(j) + 0.5})})
			}
		}
	}
	return lines
}

// sides returns the pieces between neighbours of different classes. Each has a
// number from 1, which stands at twice the place of its lower left end in the
// grid if it goes to the right, and one further if it goes up.
func (r *regions) sides() (sides []side, number []int) {
	number = make([]int, 2*gridSize*gridSize)
	add := func(i, j, di, dj int) {
		place := j*gridSize + i
		a, b := r.class[place], r.class[place+dj*gridSize+di]
		if a != b {
			sides = append(sides, side{xy{float64(i), float64(j)}, xy{float64(i + di), float64(j + dj)}, a})
			number[2*place+dj] = len(sides)
		}
	}
	for j := range gridSize {
		for i := range gridSize {
			if i+1 < gridSize {
				add(i, j, 1, 0)
			}
			if j+1 < gridSize {
				add(i, j, 0, 1)
			}
		}
	}
	return sides, number
}

// side is a piece of the grid with a class at from and another one at to.
type side struct {
	from, to xy
	class    int // at from
}

func (s side) middle() xy { return xy{(s.from.x + s.to.x) / 2, (s.from.y + s.to.y) / 2} }

// bisect halves each side a few times, and keeps the half in which the class
// changes.
func (r *regions) bisect(sides []side) {
	middles := make([]xy, len(sides))
	for range 5 {
		for n, s := range sides {
			middles[n] = s.middle()
		}
		class, _ := r.at(middles)
		for n, k := range class {
			if k == sides[n].class {
				sides[n].from = middles[n]
			} else {
				sides[n].to = middles[n]
			}
		}
	}
}

// segments are lines in the units of the data.
type segments [][2]xy

func (s segments) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	var path vg.Path
	for _, line := range s {
		ends := []vg.Point{{X: toX(line[0].x), Y: toY(line[0].y)}, {X: toX(line[1].x), Y: toY(line[1].y)}}
		for _, clipped := range c.ClipLinesXY(ends) {
			path.Move(clipped[0])
			path.Line(clipped[1])
		}
	}
	if len(path) > 0 {
		c.SetLineStyle(draw.LineStyle{Color: ink, Width: 1.3})
		c.Stroke(path)
	}
}
