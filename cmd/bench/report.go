package main

import (
	"fmt"
	"io"
	"strings"
)

// table prints the equations of a step, the step, the scaling and the peers.
func (r *stepResult) table(w io.Writer) {
	fmt.Fprintf(w, "\n%-24s %9s %7s %8s %8s %7s %13s %9s %6s\n",
		"equation", "µs", "share", "GFLOP/s", "of peak", "GB/s", "of bandwidth", "limit µs", "allocs")
	line := func(e equationResult) {
		fmt.Fprintf(w, "%-24s %9s %7s %8s %8s %7s %13s %9s %6.0f\n", e.Equation, microseconds(e.US), percent(e.US/r.USPerStep),
			unlessZero("%.1f", e.GFLOPS), percent(e.ShareOfPeak), unlessZero("%.1f", e.GBPerS), percent(e.ShareOfBandwidth),
			microseconds(e.LimitUS), e.Allocs)
	}
	for _, e := range r.ByEquation {
		line(e)
	}
	fmt.Fprintln(w, strings.Repeat("─", 99))
	line(equationResult{
		Equation: "a step", US: r.USPerStep, GFLOPS: r.GFLOPS, ShareOfPeak: r.ShareOfPeak,
		LimitUS: r.LimitUS, Allocs: r.AllocsPerStep,
	})
	fmt.Fprintf(w, `
Measured peak: %.0f GFLOP/s on %s. A product is 2·m·n·k operations; the others' do not count.
Bandwidth: memory copied or added to, where as many bytes are touched. Limit: operations over the
peak or bytes over the bandwidth, whichever is more.
`, r.PeakGFLOPS, counted(r.Threads, "thread"))
	if r.RoundTripNS > 0 {
		fmt.Fprintf(w, "A number goes from one thread to another and back in %.0f ns: some 60 where they share a cache.\n", r.RoundTripNS)
	}
	for i := range r.Scaling {
		r.Scaling[i].table(w)
	}
	if r.Peers != nil {
		r.peerTable(w)
	}
}

// peerTable prints the comparison with the peers.
func (r *stepResult) peerTable(w io.Writer) {
	fmt.Fprintf(w, "\n%-24s %8s %12s %20s %15s\n", "in turns", "threads", "µs per step", "time over our best", "losses differ")
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
			line := fmt.Sprintf("%-24s %8s %12s %20.2f %15s", name, threads, microseconds(t.USPerStep), t.USPerStep/ours, difference)
			fmt.Fprintln(w, strings.TrimRight(line, " "))
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
			fmt.Fprintf(w, "%v takes %.2f times our time, each at its better number of threads.\n", p, p.Ratio)
		}
	}
	printEnvironment(w, r.Environment)
}

func printEnvironment(w io.Writer, environment []string) {
	if environment != nil {
		fmt.Fprintf(w, "The environment has %s.\n", strings.Join(environment, " "))
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

// microseconds returns a time as text with about three digits.
func microseconds(us float64) string {
	if us > 0 && us < 0.1 {
		return fmt.Sprintf("%.2g", us)
	}
	return fmt.Sprintf("%.*f", max(0, 3-len(fmt.Sprint(int(us)))), us)
}

// head prints who is compared, the peak, and the head of the table of products,
// which appear one by one.
func (r *gemmResult) head(w io.Writer) {
	fmt.Fprintf(w, "products, %s; %s\n", r.DType, r.Tier)
	for _, p := range r.Peers {
		if p.Missing != "" {
			fmt.Fprintf(w, "%s: %s\n", p.Name, p.Missing)
			continue
		}
		fmt.Fprintf(w, "in turns with %v\n", p)
	}
	printEnvironment(w, r.Environment)
	for _, p := range r.Peaks {
		fmt.Fprintf(w, "measured peak on %s: %.0f GFLOP/s\n", counted(p.Threads, "thread"), p.GFLOPS)
	}
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

// foot prints what the table says in all, and who did not come to its end.
func (r *gemmResult) foot(w io.Writer) {
	fmt.Fprintf(w, "\nMxNxK: an M×K matrix by a K×N one; nt, tn: the second, the first is transposed in memory.\n")
	for _, g := range r.Ratios {
		fmt.Fprintf(w, "%s: numpy takes %.2f times our time, in geometric mean\n", counted(g.Threads, "thread"), g.GeometricMean)
	}
	for _, p := range r.Peers {
		if p.Missing != "" && p.Version != "" {
			fmt.Fprintf(w, "%s: %s\n", p.Name, p.Missing)
		}
	}
}

// print prints how fast a file was read.
func (r *csvResult) print(w io.Writer, name string, threads int) {
	rate := ""
	if r.BytesPerSecond > 0 {
		rate = fmt.Sprintf(", %.0f MB/s", r.BytesPerSecond/1e6)
	}
	fmt.Fprintf(w, "%s: %s of %s in %.3g s%s, with %s\n", name, counted(r.Rows, "row"), counted(r.Columns, "column"), r.Seconds, rate, counted(threads, "thread"))
	if r.PeakRSSBytes > 0 {
		fmt.Fprintf(w, "peak memory of the process: %.0f MB\n", float64(r.PeakRSSBytes)/1e6)
	}
}
