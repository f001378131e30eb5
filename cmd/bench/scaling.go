package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"gradlab/internal/cli"
	"gradlab/internal/memory"
	"gradlab/viz"
)

// growth is how the time of a step grows with the width of the hidden layers or
// with the batch.
type growth struct {
	Of            string        `json:"of"` // width or batch
	Points        []growthPoint `json:"points"`
	Exponent      float64       `json:"exponent"`       // of the power law that fits the times
	LimitExponent float64       `json:"limit_exponent"` // of that for the limits
}

type growthPoint struct {
	Size        int     `json:"size"` // of the first hidden layer, or of the batch
	US          float64 `json:"us"`
	GFLOPS      float64 `json:"gflops"`
	ShareOfPeak float64 `json:"share_of_peak"`
	LimitUS     float64 `json:"limit_us"`

	entry *entry
	flops float64
	costs []cost // of the equations
}

// shape is a network with a batch; size is what grows.
type shape struct {
	size   int
	layers cli.Sizes
	batch  int
}

// longest is how many microseconds a step may take that is measured.
const longest = 1e6

// timeGrowth measures steps of networks that are smaller and larger than that of
// the flags, all in turns, so that what else the machine does spoils no size more
// than others.
func (b *bench[T]) timeGrowth(r *stepResult) {
	var entries []*entry
	bytes := 0.0
	for _, of := range []string{"width", "batch"} {
		g := growth{Of: of}
		for _, s := range b.shapes(of) {
			flops := stepFlops(s.layers, s.batch)
			expected := r.USPerStep * flops / stepFlops(b.Layers, b.Batch)
			bytes += networkBytes[T](s.layers, s.batch)
			if expected > longest || bytes > memory.Free() {
				break // too long, or too large
			}
			n := newNetwork[T](s.layers, s.batch, b.Activation)
			e := &entry{contender: &own{begin: n.begin, work: func() { n.step() }}}
			entries = append(entries, e)
			p := growthPoint{Size: s.size, entry: e, flops: flops}
			for _, equation := range n.equations() {
				p.costs = append(p.costs, equation.cost)
			}
			g.Points = append(g.Points, p)
		}
		if len(g.Points) > 1 {
			r.Scaling = append(r.Scaling, g)
		}
	}
	compete(entries, b.Rounds, growthTime)
}

// shapes returns the network of the flags with other widths of its hidden layers,
// or with other batches, in ascending order.
func (b *bench[T]) shapes(of string) []shape {
	var shapes []shape
	for f := 1. / 16; f <= 4; f *= 2 {
		scaled := func(n int) int { return max(int(math.Round(float64(n)*f)), 1) }
		s := shape{layers: slices.Clone(b.Layers), batch: b.Batch}
		switch hidden := s.layers[1 : len(s.layers)-1]; {
		case of == "batch":
			s.batch = scaled(s.batch)
			s.size = s.batch
		case len(hidden) > 0:
			for l := range hidden {
				hidden[l] = scaled(hidden[l])
			}
			s.size = hidden[0]
		}
		if s.size > 0 && (len(shapes) == 0 || s.size > shapes[len(shapes)-1].size) {
			shapes = append(shapes, s)
		}
	}
	return shapes
}

// columns returns the sizes, times and limits of the points.
func (g *growth) columns() (sizes, times, limits []float64) {
	for _, p := range g.Points {
		sizes, times, limits = append(sizes, float64(p.Size)), append(times, p.US), append(limits, p.LimitUS)
	}
	return sizes, times, limits
}

// judgeGrowth compares what was measured with what the machine can do, and fits
// the power laws.
func (m *machine[T]) judgeGrowth(g *growth) {
	for i := range g.Points {
		p := &g.Points[i]
		p.US, p.GFLOPS = p.entry.seconds()*1e6, rateOf(p.flops, p.entry.seconds())
		p.ShareOfPeak = p.GFLOPS / m.gflops()
		for _, c := range p.costs {
			p.LimitUS += m.limit(c) * 1e6
		}
	}
	sizes, times, limits := g.columns()
	_, g.Exponent = viz.PowerLaw(sizes, times)
	_, g.LimitExponent = viz.PowerLaw(sizes, limits)
}

func (g *growth) table(w io.Writer) {
	fmt.Fprintf(w, "\n%-24s %9s %7s %8s %8s %7s %13s %9s\n", "time over "+g.Of, "µs", "", "GFLOP/s", "of peak", "", "", "limit µs")
	for _, p := range g.Points {
		fmt.Fprintf(w, "%-24s %9s %7s %8.1f %8s %7s %13s %9s\n", fmt.Sprintf("%s %d", g.Of, p.Size),
			microseconds(p.US), "", p.GFLOPS, percent(p.ShareOfPeak), "", "", microseconds(p.LimitUS))
	}
	fmt.Fprintf(w, "time ∝ %s^%.2f, the limit ∝ %[1]s^%.2[3]f\n", g.Of, g.Exponent, g.LimitExponent)
}
