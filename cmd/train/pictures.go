package main

import (
	"fmt"
	"path/filepath"

	"gradlab/data"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/viz"
)

// title names the run in pictures.
func (j *job[T]) title() string {
	return fmt.Sprintf("%s, layers %v", filepath.Base(j.Data), j.Layers)
}

// curves draws the history.
func (j *job[T]) curves() *viz.Figure {
	c := viz.Curves{Title: j.title(), Metric: "accuracy", Best: -1}
	metric := func(s nn.Scores) float64 { return s.Accuracy }
	if j.trainer.Task.Regress {
		c.Metric = "R²"
		metric = func(s nn.Scores) float64 { return s.R2 }
	}
	if j.val != nil {
		c.Best = j.history.Best()
	}
	for _, e := range j.history {
		c.Epoch = append(c.Epoch, float64(e.Epoch))
		c.TrainLoss = append(c.TrainLoss, e.Train.Loss)
		c.TrainMetric = append(c.TrainMetric, metric(e.Train))
		if e.Val != nil {
			c.ValLoss = append(c.ValLoss, e.Val.Loss)
			c.ValMetric = append(c.ValMetric, metric(*e.Val))
		}
	}
	return c.Figure()
}

// twoNumbers reports whether the inputs are two numbers, so that a boundary can
// be drawn.
func (j *job[T]) twoNumbers() bool {
	f := j.encoding.Features
	return len(f) == 2 && f[0].Categories == nil && f[1].Categories == nil
}

// maxPoints bounds the points that a boundary shows.
const maxPoints = 2000

// boundary draws the regions of the classes of a network with two inputs, in
// the units of the data.
func (j *job[T]) boundary() *viz.Figure {
	names := j.encoding.Inputs()
	b := viz.Boundary{
		Title: j.title(), XName: names[0], YName: names[1], Classes: j.encoding.ClassNames(),
		Points: matrix.New[float64](2, 0),
	}
	for _, part := range []struct {
		set  *data.Dataset[T]
		held bool
	}{{j.train, false}, {j.val, true}} {
		if part.set == nil {
			continue
		}
		n := min(part.set.Len(), maxPoints)
		x, y := new(matrix.Matrix[T]), new(matrix.Matrix[T])
		part.set.Gather(x, y, firstN(n))
		for i, v := range x.Data {
			b.Points.Data = append(b.Points.Data, j.unscaled(i%2, v))
		}
		b.Points.Cols += n
		b.Class = append(b.Class, nn.Classes(y, 0.5)...)
		for range n {
			b.Held = append(b.Held, part.held)
		}
	}
	net := j.trainer.Net.Clone()
	b.Predict = func(x *matrix.Matrix[float64]) ([]int, []float64) {
		scaled := matrix.New[T](2, x.Cols)
		for i, v := range x.Data {
			scaled.Data[i] = j.scaled(i%2, v)
		}
		output := net.Predict(scaled)
		classes := nn.Classes(output, j.head.threshold)
		p := make([]float64, x.Cols)
		for k, c := range classes {
			switch {
			case j.head.lossName == "hinge":
				p[k] = 1
			case output.Rows > 1:
				p[k] = float64(output.Col(k)[c])
			case c == 1:
				p[k] = float64(output.Data[k])
			default:
				p[k] = 1 - float64(output.Data[k])
			}
		}
		return classes, p
	}
	return b.Figure()
}

func firstN(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// scaled and unscaled bring a number of an input, a column of numbers, into the
// units of the network and back.
func (j *job[T]) scaled(input int, x float64) T {
	f := j.encoding.Features[input]
	return T((x - f.Offset) / f.Scale)
}

func (j *job[T]) unscaled(input int, x T) float64 {
	f := j.encoding.Features[input]
	return float64(float64(x)*f.Scale) + f.Offset
}
