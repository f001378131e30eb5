package main

import (
	"fmt"
	"math"
	"os"
	"strings"
	"time"
)

// productTime is how long a mean of products lasts.
const productTime = 40 * time.Millisecond

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
	fmt.Fprintf(b.text, "products, %s; %s\n", b.DType, b.tier)
	numpy, err := b.numpy(r)
	if err != nil {
		return nil, err
	}
	if numpy != nil {
		defer numpy.close()
	}
	peaks := map[int]float64{}
	for _, threads := range b.threadCounts() {
		peaks[threads] = newMachine[T](threads).flops / 1e9
		r.Peaks = append(r.Peaks, peakResult{threads, peaks[threads]})
		fmt.Fprintf(b.text, "measured peak on %s: %.0f GFLOP/s\n", counted(threads, "thread"), peaks[threads])
	}
	r.tableHead(b.text)
	sizes, _ := b.products()
	for _, s := range sizes {
		results, err := b.timeProduct(s, numpy)
		if err != nil {
			return nil, err
		}
		for _, p := range results {
			p.ShareOfPeak = p.GFLOPS / peaks[p.Threads]
			r.Products = append(r.Products, p)
			p.line(b.text)
		}
	}
	r.sum(b.threadCounts())
	r.tableFoot(b.text)
	return r, nil
}

// numpy starts numpy if it is wanted and there.
func (b *bench[T]) numpy(r *gemmResult) (*peer, error) {
	if len(b.Peers) == 0 {
		return nil, nil
	}
	dir, err := peerFolder()
	if dir != "" {
		defer os.RemoveAll(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("can't prepare the work of numpy: %w", err)
	}
	p, err := startPeer(dir, "numpy_gemm.py", b.DType)
	if err != nil {
		r.Peers = []peerResult{{Name: "numpy", Missing: err.Error()}}
		fmt.Fprintf(b.text, "numpy: %v\n", err)
		return nil, nil
	}
	r.Peers = []peerResult{{Name: "numpy", Version: p.Version, BLAS: p.BLAS}}
	r.Environment = blasEnvironment()
	fmt.Fprintf(b.text, "numpy is %v\n", p)
	if r.Environment != nil {
		fmt.Fprintf(b.text, "the environment has %s\n", strings.Join(r.Environment, " "))
	}
	return p, nil
}

// timeProduct measures a product on each number of threads, in turns with numpy
// if there is one.
func (b *bench[T]) timeProduct(s size, numpy *peer) ([]productResult, error) {
	p := newProduct[T](s)
	ours := &own{begin: func() {}, work: p.run}
	if numpy != nil {
		var theirs uint32
		transposed := map[bool]int{true: 1}
		if err := numpy.ask(&theirs, "product", s.m, s.n, s.k, transposed[s.op == "tn"], transposed[s.op == "nt"]); err != nil {
			return nil, fmt.Errorf("numpy: %w", err)
		}
		if theirs != p.checksum() {
			return nil, fmt.Errorf("numpy has another result for %v", s)
		}
	}
	var entries []*entry
	for _, threads := range b.threadCounts() {
		entries = append(entries, &entry{contender: ours, threads: threads})
		if numpy != nil {
			entries = append(entries, &entry{contender: numpy, threads: threads})
		}
	}
	compete(entries, b.Rounds, productTime)
	var results []productResult
	for _, e := range entries {
		if e.err != nil {
			return nil, e.err
		}
		us, gflops := e.seconds()*1e6, s.flops()/e.seconds()/1e9
		if e.contender == contender(ours) {
			results = append(results, productResult{M: s.m, N: s.n, K: s.k, Op: s.op, Threads: e.threads, US: us, GFLOPS: gflops})
			continue
		}
		last := &results[len(results)-1]
		last.NumpyUS, last.NumpyGFLOPS, last.Ratio = us, gflops, us/last.US
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
