package main

import (
	"fmt"
	"io"
	"strings"
)

// table prints the equations of a step, the step, and the peers.
func (r *stepResult) table(w io.Writer) {
	fmt.Fprintf(w, "\n%-24s %10s %7s %9s %8s %8s %8s %10s %7s\n", "equation", "µs", "share", "GFLOP/s", "of peak", "GB/s", "of copy", "limit µs", "allocs")
	sum := 0.0
	for _, e := range r.ByEquation {
		sum += e.US
	}
	line := func(name string, us, gflops, ofPeak, gb, ofCopy, limit, allocs float64) {
		fmt.Fprintf(w, "%-24s %10s %7s %9s %8s %8s %8s %10s %7.0f\n", name, microseconds(us), percent(us/sum),
			unlessZero("%.1f", gflops), percent(ofPeak), unlessZero("%.1f", gb), percent(ofCopy), microseconds(limit), allocs)
	}
	for _, e := range r.ByEquation {
		line(e.Equation, e.US, e.GFLOPS, e.ShareOfPeak, e.GBPerS, e.ShareOfCopy, e.LimitUS, e.Allocs)
	}
	fmt.Fprintln(w, strings.Repeat("─", 99))
	line("a step", r.USPerStep, r.GFLOPS, r.ShareOfPeak, 0, 0, r.LimitUS, r.AllocsPerStep)
	fmt.Fprintf(w, "\nmeasured peak %.0f GFLOP/s on %s; a product is 2·m·n·k operations. copy: memory copied where as\nmany bytes are touched. limit: operations over the peak or bytes over the copying, whichever is more.\n",
		r.PeakGFLOPS, counted(r.Threads, "thread"))
	if r.Peers != nil {
		r.peerTable(w)
	}
}

// peerTable prints the comparison with the peers.
func (r *stepResult) peerTable(w io.Writer) {
	fmt.Fprintf(w, "\n%-24s %8s %12s %22s %14s\n", "in turns", "threads", "µs per step", "time over our best", "losses differ")
	ours := r.Ours[0].USPerStep
	for _, t := range r.Ours {
		ours = min(ours, t.USPerStep)
	}
	lines := func(name string, times []threadTime, difference string) {
		for _, t := range times {
			threads := fmt.Sprint(t.Threads)
			if t.Threads == 0 {
				threads = "as it is"
			}
			fmt.Fprintf(w, "%-24s %8s %12s %22.2f %14s\n", name, threads, microseconds(t.USPerStep), t.USPerStep/ours, difference)
			name, difference = "", ""
		}
	}
	lines("gradlab", r.Ours, "")
	for _, p := range r.Peers {
		if p.Missing != "" {
			fmt.Fprintf(w, "%-24s %s\n", p.Name, p.Missing)
			continue
		}
		lines(p.Name+" "+p.Version, p.ByThreads, fmt.Sprintf("%.0e", *p.LossDifference))
	}
	fmt.Fprintln(w)
	for _, p := range r.Peers {
		if p.Missing == "" {
			fmt.Fprintf(w, "%s takes %.2f times our time, each at its better number of threads", p.Name, p.Ratio)
			if p.BLAS != "" {
				fmt.Fprintf(w, "; it runs %s", p.BLAS)
			}
			fmt.Fprintln(w)
		}
	}
	if r.Environment != nil {
		fmt.Fprintf(w, "the environment has %s\n", strings.Join(r.Environment, " "))
	}
}

// percent returns a share as text, "" for none.
func percent(share float64) string {
	return unlessZero("%.1f%%", 100*share)
}

func unlessZero(format string, x float64) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf(format, x)
}

// tableHead prints the head of the table of products, which appear one by one.
func (r *gemmResult) tableHead(w io.Writer) {
	fmt.Fprintf(w, "\n%-20s %8s %10s %9s %8s", "product", "threads", "µs", "GFLOP/s", "of peak")
	if r.Peers != nil && r.Peers[0].Missing == "" {
		fmt.Fprintf(w, " %10s %9s %10s", "numpy µs", "GFLOP/s", "over ours")
	}
	fmt.Fprintln(w)
}

func (p *productResult) line(w io.Writer) {
	fmt.Fprintf(w, "%-20v %8d %10s %9.1f %8s", size{p.M, p.N, p.K, p.Op}, p.Threads, microseconds(p.US), p.GFLOPS, percent(p.ShareOfPeak))
	if p.Ratio > 0 {
		fmt.Fprintf(w, " %10s %9.1f %10.2f", microseconds(p.NumpyUS), p.NumpyGFLOPS, p.Ratio)
	}
	fmt.Fprintln(w)
}

func (r *gemmResult) tableFoot(w io.Writer) {
	fmt.Fprintf(w, "\nMxNxK: an M×K matrix by a K×N one; nt, tn: the second, the first is transposed in memory.\n")
	for _, g := range r.Ratios {
		fmt.Fprintf(w, "%s: numpy takes %.2f times our time, in geometric mean\n", counted(g.Threads, "thread"), g.GeometricMean)
	}
}
