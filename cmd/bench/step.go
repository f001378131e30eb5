package main

import (
	"fmt"
	"math"

	"gradlab/internal/memory"
)

// stepResult is what --json prints of a training step.
type stepResult struct {
	USPerStep     float64          `json:"us_per_step"`
	GFLOPS        float64          `json:"gflops"` // of the products: two for each weight and example in each
	PeakGFLOPS    float64          `json:"peak_gflops"`
	ShareOfPeak   float64          `json:"share_of_peak"`
	AllocsPerStep float64          `json:"allocs_per_step"`
	Layers        []int            `json:"layers"`
	Batch         int              `json:"batch"`
	DType         string           `json:"dtype"`
	Threads       int              `json:"threads"`
	Tier          string           `json:"tier"`
	ByEquation    []equationResult `json:"by_equation"`

	Activation  string       `json:"activation"`
	LimitUS     float64      `json:"limit_us"`                // the sum of the equations' limits
	RoundTripNS float64      `json:"round_trip_ns,omitempty"` // of a number between two threads
	Scaling     []growth     `json:"scaling,omitempty"`       // with --plot
	Ours        []threadTime `json:"by_threads,omitempty"`
	Peers       []peerResult `json:"peers,omitempty"`
	Environment []string     `json:"environment,omitempty"` // what the peers' libraries listen to
}

// equationResult is an equation's part in a step.
type equationResult struct {
	Equation         string  `json:"equation"`
	US               float64 `json:"us"`
	GFLOPS           float64 `json:"gflops,omitempty"` // of a product
	ShareOfPeak      float64 `json:"share_of_peak,omitempty"`
	GBPerS           float64 `json:"gb_per_s,omitempty"` // of what is no product
	ShareOfBandwidth float64 `json:"share_of_bandwidth,omitempty"`
	LimitUS          float64 `json:"limit_us"` // operations over the peak or bytes over the bandwidth, whichever is more
	Allocs           float64 `json:"allocs"`
}

// threadTime is the time of a step on a number of threads; 0: as it is.
type threadTime struct {
	Threads   int     `json:"threads"`
	USPerStep float64 `json:"us_per_step"`
}

// step measures a training step.
func (b *bench[T]) step() (any, error) {
	if err := b.checkPlot(); err != nil {
		return nil, err
	}
	if err := memory.Check(fmt.Sprintf("--layers %v --batch %d", b.Layers, b.Batch), networkBytes[T](b.Layers, b.Batch)); err != nil {
		return nil, err
	}
	fmt.Fprintf(b.text, "layers %v, %s, batch %d, %s; %s, %s\n", b.Layers, b.Activation, b.Batch, b.DType, b.tier, counted(b.threads, "thread"))
	n := newNetwork[T](b.Layers, b.Batch, b.Activation)
	m := newMachine[T](b.threads)
	ours := &own{begin: n.begin, work: func() { n.step() }}
	best := &entry{contender: ours, threads: b.threads, times: b.Steps}
	r := &stepResult{
		Layers: b.Layers, Batch: b.Batch, DType: b.DType, Threads: b.threads, Tier: b.tier, Activation: b.Activation,
	}
	if b.Peers != nil {
		if err := b.compareSteps(n, best, ours, r); err != nil {
			return nil, err
		}
	} else {
		compete([]*entry{best}, b.Rounds, meanTime)
	}
	r.USPerStep, r.AllocsPerStep = best.seconds()*1e6, ours.allocs
	r.GFLOPS = rateOf(stepFlops(b.Layers, b.Batch), best.seconds())
	m.lookAgain()
	b.timeEquations(n, r, best.times)
	if b.Plot != "" {
		b.timeGrowth(r)
	}
	m.lookAgain()
	m.judge(r, n.equations())
	r.table(b.text)
	if b.Plot != "" {
		return r, b.plot(r)
	}
	return r, nil
}

// timeEquations measures the equations of a step, in steps of their own.
func (b *bench[T]) timeEquations(n *network[T], r *stepResult, steps int) {
	equations := n.equations()
	r.ByEquation = make([]equationResult, len(equations))
	for i, e := range equations {
		alone := own{begin: func() {}, work: e.run}
		alone.run(5)
		r.ByEquation[i] = equationResult{Equation: e.text, US: math.Inf(1), Allocs: alone.allocs}
	}
	for range b.Rounds {
		n.begin()
		for i, seconds := range timeEquations(equations, steps) {
			e := &r.ByEquation[i]
			e.US = min(e.US, seconds*1e6)
		}
	}
}

// judge compares what was measured with what the machine can do.
func (m *machine[T]) judge(r *stepResult, equations []equation) {
	r.PeakGFLOPS, r.RoundTripNS = m.gflops(), float64(m.roundTrip.Nanoseconds())
	r.ShareOfPeak = r.GFLOPS / r.PeakGFLOPS
	for i, e := range equations {
		result := &r.ByEquation[i]
		result.LimitUS = m.limit(e.cost) * 1e6
		r.LimitUS += result.LimitUS
		if e.flops > 0 {
			result.GFLOPS = rateOf(e.flops, result.US/1e6)
			result.ShareOfPeak = result.GFLOPS / r.PeakGFLOPS
		} else {
			result.GBPerS = rateOf(e.bytes, result.US/1e6)
			result.ShareOfBandwidth = result.GBPerS * 1e9 / m.rate(e.bytes)
		}
	}
	for i := range r.Scaling {
		m.judgeGrowth(&r.Scaling[i])
	}
}

// rateOf returns thousand millions a second, 0 where the time is too short to
// be measured.
func rateOf(n, seconds float64) float64 {
	if seconds == 0 {
		return 0
	}
	return n / seconds / 1e9
}
