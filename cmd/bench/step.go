package main

import (
	"fmt"
	"math"
	"os"

	"gradlab/matrix"
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
	LimitUS     float64      `json:"limit_us"` // the sum of the equations' limits
	Ours        []threadTime `json:"by_threads,omitempty"`
	Peers       []peerResult `json:"peers,omitempty"`
	Environment []string     `json:"environment,omitempty"` // what the peers' libraries listen to
}

// equationResult is an equation's part in a step.
type equationResult struct {
	Equation    string  `json:"equation"`
	US          float64 `json:"us"`
	GFLOPS      float64 `json:"gflops,omitempty"` // of a product
	ShareOfPeak float64 `json:"share_of_peak,omitempty"`
	GBPerS      float64 `json:"gb_per_s,omitempty"` // of what is no product
	ShareOfCopy float64 `json:"share_of_copy,omitempty"`
	LimitUS     float64 `json:"limit_us"` // operations over the peak or bytes over the copying, whichever is more
	Allocs      float64 `json:"allocs"`
}

// threadTime is the time of a step on a number of threads; 0: as it is.
type threadTime struct {
	Threads   int     `json:"threads"`
	USPerStep float64 `json:"us_per_step"`
}

// peerResult is a peer in comparison with us.
type peerResult struct {
	Name      string       `json:"name"`
	Missing   string       `json:"missing,omitempty"` // why it is
	Version   string       `json:"version,omitempty"`
	BLAS      string       `json:"blas,omitempty"`
	USPerStep float64      `json:"us_per_step,omitempty"` // on its better number of threads
	Ratio     float64      `json:"ratio,omitempty"`       // its time over ours, each at its better number of threads
	ByThreads []threadTime `json:"by_threads,omitempty"`
	// LossDifference is the largest relative difference between its losses
	// and ours, over the first steps from the same weights.
	LossDifference *float64 `json:"loss_difference,omitempty"`
}

// step measures a training step.
func (b *bench[T]) step() (any, error) {
	n := newNetwork[T](b.Layers, b.Batch, b.Activation)
	m := newMachine[T](b.threads)
	ours := &own{begin: n.begin, work: func() { n.step() }}
	best := &entry{contender: ours, threads: b.threads, times: b.Steps}
	result := &stepResult{
		Layers: b.Layers, Batch: b.Batch, DType: b.DType, Threads: b.threads, Tier: b.tier, Activation: b.Activation,
	}
	fmt.Fprintf(b.text, "layers %v, %s, batch %d, %s; %s, %s\n", b.Layers, b.Activation, b.Batch, b.DType, b.tier, counted(b.threads, "thread"))
	if b.Peers != nil {
		if err := b.compareSteps(n, best, ours, result); err != nil {
			return nil, err
		}
	} else {
		compete([]*entry{best}, b.Rounds, meanTime)
	}
	m.lookAgain()
	result.ByEquation = b.byEquation(n, m, best.times)
	flops := 0.0
	for _, e := range n.equations() {
		flops += e.flops
	}
	for _, e := range result.ByEquation {
		result.LimitUS += e.LimitUS
	}
	result.USPerStep = best.seconds() * 1e6
	result.GFLOPS = flops / best.seconds() / 1e9
	result.PeakGFLOPS = m.flops / 1e9
	result.ShareOfPeak = result.GFLOPS / result.PeakGFLOPS
	result.AllocsPerStep = ours.allocs
	result.table(b.text)
	if b.Plot != "" {
		return result, b.plot(result)
	}
	return result, nil
}

// byEquation measures the equations of a step, in steps of their own.
func (b *bench[T]) byEquation(n *network[T], m *machine[T], steps int) []equationResult {
	equations := n.equations()
	best := make([]float64, len(equations))
	for round := range b.Rounds {
		n.begin()
		for i, s := range timeEquations(equations, steps) {
			if round == 0 || s < best[i] {
				best[i] = s
			}
		}
	}
	results := make([]equationResult, len(equations))
	for i, e := range equations {
		alone := own{begin: func() {}, work: e.run}
		alone.run(5)
		limit := m.limit(e.flops, e.bytes)
		r := equationResult{Equation: e.text, US: best[i] * 1e6, LimitUS: limit * 1e6, Allocs: alone.allocs}
		if e.product {
			r.GFLOPS = rateOf(e.flops, best[i])
			r.ShareOfPeak = r.GFLOPS * 1e9 / m.flops
		} else {
			r.GBPerS = rateOf(e.bytes, best[i])
			r.ShareOfCopy = r.GBPerS * 1e9 / m.copyRate(e.bytes)
		}
		results[i] = r
	}
	return results
}

// rateOf returns thousand millions a second, 0 where the time is too short to
// be measured.
func rateOf(n, seconds float64) float64 {
	if seconds == 0 {
		return 0
	}
	return n / seconds / 1e9
}

// checkedSteps are the steps after which the losses are compared.
const checkedSteps = 5

// compareSteps measures steps in turns with the peers. best is our entry that
// stands in the head of the report.
func (b *bench[T]) compareSteps(n *network[T], best *entry, ours *own, result *stepResult) error {
	dir, err := peerFolder()
	if dir != "" {
		defer os.RemoveAll(dir)
	}
	if err == nil {
		err = writeWork(dir, n, b.Activation, b.DType)
	}
	if err != nil {
		return fmt.Errorf("can't prepare the work of the peers: %w", err)
	}
	defer ownThreads()()
	entries := []*entry{best}
	if b.threads > 1 {
		entries = append(entries, &entry{contender: ours, threads: 1, times: b.Steps})
	}
	mine := entries
	theirs := make([][]*entry, len(b.Peers))
	result.Peers = make([]peerResult, len(b.Peers))
	for i, name := range b.Peers {
		r := &result.Peers[i]
		r.Name = name
		p, err := startPeer(dir, name+"_step.py", dir)
		if err != nil {
			r.Missing = err.Error()
			continue
		}
		defer p.close()
		r.Version, r.BLAS = p.Version, p.BLAS
		if err := checkLosses(n, p, r); err != nil {
			r.Missing = err.Error()
			continue
		}
		for _, threads := range p.threadCounts(b.threadCounts()) {
			theirs[i] = append(theirs[i], &entry{contender: p, threads: threads, times: b.Steps})
		}
		entries = append(entries, theirs[i]...)
	}
	compete(entries, b.Rounds, meanTime/2)
	result.Environment = blasEnvironment()
	ourBest, err := bestOf(mine, &result.Ours)
	if err != nil {
		return err
	}
	for i := range result.Peers {
		r := &result.Peers[i]
		if r.Missing != "" {
			continue
		}
		if r.USPerStep, err = bestOf(theirs[i], &r.ByThreads); err != nil {
			r.Missing, r.ByThreads = err.Error(), nil
			continue
		}
		r.Ratio = r.USPerStep / ourBest
	}
	return nil
}

// bestOf returns the microseconds of the best of some entries, and adds those of
// all to a list.
func bestOf(entries []*entry, list *[]threadTime) (best float64, err error) {
	best = math.Inf(1)
	for _, e := range entries {
		if e.err != nil {
			return 0, e.err
		}
		us := e.seconds() * 1e6
		*list = append(*list, threadTime{e.threads, us})
		best = min(best, us)
	}
	return best, nil
}

// checkLosses compares the losses of the first steps: a peer that does the same
// work has the same.
func checkLosses[T matrix.Float](n *network[T], p *peer, r *peerResult) error {
	want, got := n.losses(checkedSteps), []float64(nil)
	if err := p.ask(&got, "losses", checkedSteps); err != nil {
		return err
	}
	if len(got) != len(want) {
		return fmt.Errorf("it has %d losses for %d steps", len(got), len(want))
	}
	difference := 0.0
	for i := range want {
		difference = max(difference, math.Abs(got[i]-want[i])/math.Abs(want[i]))
	}
	r.LossDifference = &difference
	return nil
}

// microseconds returns a time as text.
func microseconds(us float64) string {
	return fmt.Sprintf("%.*f", max(0, 3-len(fmt.Sprint(int(us)))), us)
}
