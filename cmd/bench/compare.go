package main

import (
	"fmt"
	"math"

	"gradlab/matrix"
)

// The losses of so many steps are compared, and differ by rounding only.
const (
	checkedSteps = 5
	sameLoss     = 1e-3
)

// compareSteps measures steps in turns with the peers. best is our entry that
// stands in the head of the report.
func (b *bench[T]) compareSteps(n *network[T], best *entry, ours *own, result *stepResult) error {
	peers, end, err := b.startPeers("step", func(dir string) error { return writeWork(dir, n, b.Activation, b.DType) })
	if err != nil {
		return err
	}
	defer end()
	defer ownThreads()()
	mine := []*entry{best}
	if b.threads > 1 {
		mine = append(mine, &entry{contender: ours, threads: 1, times: b.Steps})
	}
	entries := mine
	for i := range peers {
		b.enter(&peers[i], n)
		entries = append(entries, peers[i].entries...)
	}
	compete(entries, b.Rounds, meanTime/2)
	ourBest, err := bestOf(mine, &result.Ours)
	if err != nil {
		return err
	}
	for i := range peers {
		r := &peers[i]
		if r.process == nil {
			continue
		}
		if r.USPerStep, err = bestOf(r.entries, &r.ByThreads); err != nil {
			r.fail(err)
			continue
		}
		r.Ratio = r.USPerStep / ourBest
	}
	result.Peers, result.Environment = peers, blasEnvironment()
	return nil
}

// enter enters a peer in the comparison, if it is there and does the same work.
func (b *bench[T]) enter(r *peerResult, n *network[T]) {
	if r.process == nil {
		return
	}
	if err := checkLosses(n, r); err != nil {
		r.fail(err)
		return
	}
	for _, threads := range r.process.threadCounts(b.threadCounts()) {
		r.entries = append(r.entries, &entry{contender: r.process, threads: threads, times: b.Steps})
	}
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
func checkLosses[T matrix.Float](n *network[T], r *peerResult) error {
	want, got := n.losses(checkedSteps), []float64(nil)
	if err := r.process.ask(&got, "losses", checkedSteps); err != nil {
		return err
	}
	if len(got) != len(want) {
		return fmt.Errorf("it failed: %d losses for %d steps", len(got), len(want))
	}
	difference := 0.0
	for i := range want {
		difference = max(difference, math.Abs(got[i]-want[i])/math.Abs(want[i]))
	}
	if !(difference < sameLoss) {
		return fmt.Errorf("it does other work: its losses differ from ours by a share of %.1g", difference)
	}
	r.LossDifference = &difference
	return nil
}
