package main

import (
	"math"

	"gradlab/internal/memory"
)

// gemmResult is what --gemm --json prints.
type gemmResult struct {
	DType    string          `json:"dtype"`
	Tier     string          `json:"tier"`
	Peaks    []peakResult    `json:"peaks"`
	Products []productResult `json:"products"`

	Peers       []peerResult `json:"peers,omitempty"`
	Ratios      []ratio      `json:"ratios,omitempty"`
	Environment []string     `json:"environment,omitempty"`
}

// peakResult is the measured peak on a number of threads.
type peakResult struct {
	Threads int     `json:"threads"`
	GFLOPS  float64 `json:"gflops"`
}

// ratio is the geometric mean of the products' ratios on a number of threads.
type ratio struct {
	Threads       int     `json:"threads"`
	GeometricMean float64 `json:"geometric_mean"`
}

// productResult is a product on a number of threads.
type productResult struct {
	M           int     `json:"m"`
	N           int     `json:"n"`
	K           int     `json:"k"`
	Op          string  `json:"op"` // nn, nt or tn: which operand is transposed in memory
	Threads     int     `json:"threads"`
	US          float64 `json:"us"`
	GFLOPS      float64 `json:"gflops"`
	ShareOfPeak float64 `json:"share_of_peak"`
	NumpyUS     float64 `json:"numpy_us,omitempty"`
	NumpyGFLOPS float64 `json:"numpy_gflops,omitempty"`
	Ratio       float64 `json:"ratio,omitempty"` // numpy's time over ours
}

// gemm measures products, on one thread and on all.
func (b *bench[T]) gemm() (any, error) {
	defer ownThreads()()
	r := &gemmResult{DType: b.DType, Tier: b.tier}
	var numpy *peerResult
	if b.Peers != nil {
		peers, end, err := b.startPeers("gemm", func(dir string) error { return nil })
		if err != nil {
			return nil, err
		}
		defer end()
		r.Peers, r.Environment = peers, blasEnvironment()
		numpy = &peers[0]
	}
	machines := map[int]*machine[T]{}
	for _, threads := range b.threadCounts() {
		machines[threads] = newMachine[T](threads)
		r.Peaks = append(r.Peaks, peakResult{threads, machines[threads].gflops()})
	}
	r.head(b.text)
	sizes, _ := b.products()
	for _, s := range sizes {
		results, err := b.timeProduct(s, numpy)
		if err != nil {
			return nil, err
		}
		for _, p := range results {
			m := machines[p.Threads]
			m.lookAgain()
			p.ShareOfPeak = p.GFLOPS / m.gflops()
			r.Products = append(r.Products, p)
			p.line(b.text)
		}
	}
	for i := range r.Peaks { // it may have been found higher meanwhile
		r.Peaks[i].GFLOPS = machines[r.Peaks[i].Threads].gflops()
	}
	for i := range r.Products {
		p := &r.Products[i]
		p.ShareOfPeak = p.GFLOPS / machines[p.Threads].gflops()
	}
	r.sum(b.threadCounts())
	r.foot(b.text)
	return r, nil
}

// timeProduct measures a product on each number of threads, in turns with numpy
// unless it is missing. If it fails it is, from then on.
func (b *bench[T]) timeProduct(s size, numpy *peerResult) ([]productResult, error) {
	if err := memory.Check(s.String(), s.elements()*elementBytes[T]()); err != nil {
		return nil, err
	}
	p := newProduct[T](s)
	ours := &own{begin: func() {}, work: p.run}
	var theirs *peer
	if numpy != nil && numpy.process != nil {
		if err := p.check(s, numpy.process); err != nil {
			numpy.fail(err)
		} else {
			theirs = numpy.process
		}
	}
	var entries []*entry
	for _, threads := range b.threadCounts() {
		entries = append(entries, &entry{contender: ours, threads: threads})
		if theirs != nil {
			entries = append(entries, &entry{contender: theirs, threads: threads})
		}
	}
	compete(entries, b.Rounds, productTime)
	var results []productResult
	for _, e := range entries {
		us, gflops := e.seconds()*1e6, s.flops()/e.seconds()/1e9
		switch {
		case e.contender == contender(ours):
			results = append(results, productResult{M: s.m, N: s.n, K: s.k, Op: s.op, Threads: e.threads, US: us, GFLOPS: gflops})
		case e.err != nil:
			numpy.fail(e.err)
		default:
			last := &results[len(results)-1]
			last.NumpyUS, last.NumpyGFLOPS, last.Ratio = us, gflops, us/last.US
		}
	}
	return results, nil
}

// sum computes the geometric means of the ratios.
func (r *gemmResult) sum(threads []int) {
	for _, t := range threads {
		logs, n := 0.0, 0
		for _, p := range r.Products {
			if p.Threads == t && p.Ratio > 0 {
				logs += math.Log(p.Ratio)
				n++
			}
		}
		if n > 0 {
			r.Ratios = append(r.Ratios, ratio{t, math.Exp(logs / float64(n))})
		}
	}
}
