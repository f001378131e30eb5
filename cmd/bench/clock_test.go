package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// scripted is a contender whose times are given.
type scripted struct {
	name  string
	log   *[]string
	each  []time.Duration // of a piece of work, in each of its means; the last stays
	fails int             // the call that fails, from 1
	calls int
}

func (s *scripted) setThreads(n int) error {
	*s.log = append(*s.log, fmt.Sprintf("%s on %d", s.name, n))
	return nil
}

func (s *scripted) run(times int) (time.Duration, error) {
	*s.log = append(*s.log, fmt.Sprintf("%s×%d", s.name, times))
	s.calls++
	if s.calls == s.fails {
		return 0, errors.New("it failed")
	}
	return s.each[min(s.calls, len(s.each))-1] * time.Duration(times), nil
}

// The entries work in turns; the best mean of each counts; who fails is out.
func TestCompete(t *testing.T) {
	var log []string
	a := &entry{contender: &scripted{name: "a", log: &log, each: []time.Duration{5, 3, 4}}, threads: 1, times: 10}
	b := &entry{contender: &scripted{name: "b", log: &log, each: []time.Duration{7}, fails: 2}, times: 2}
	compete([]*entry{a, b}, 3, time.Second)
	if got, want := strings.Join(log, ", "), "a on 1, a×10, b×2, a on 1, a×10, b×2, a on 1, a×10"; got != want {
		t.Errorf("they did %s\nnot %s", got, want)
	}
	if a.best != 30 {
		t.Errorf("the best mean of a takes %v", a.best)
	}
	if a.err != nil || b.err == nil {
		t.Errorf("errors %v, %v", a.err, b.err)
	}
}

// How often the work is done in a mean follows from the time that it takes.
func TestTimesIn(t *testing.T) {
	for each, want := range map[time.Duration]int{
		time.Hour: 1, time.Second: 1, 100 * time.Millisecond: 10, 3 * time.Microsecond: 333333, 0: int(time.Second),
	} {
		var log []string
		s := &scripted{log: &log, each: []time.Duration{each}}
		if each == 0 {
			s.each[0] = 1 // a nanosecond
		}
		if got, err := timesIn(time.Second, s.run); err != nil || got != want {
			t.Errorf("%v: %d times, not %d; %v", each, got, want, err)
		}
	}
}

// Allocations are those of the work itself, and none is left out.
func TestAllocations(t *testing.T) {
	var sink []*int
	for want := range 3 {
		o := &own{begin: func() { sink = make([]*int, 0, 1000) }, work: func() {
			for range want {
				sink = append(sink, new(int))
			}
		}}
		for range 3 {
			if _, err := o.run(100); err != nil {
				t.Fatal(err)
			}
		}
		if o.allocs != float64(want) {
			t.Errorf("%v allocations of %d", o.allocs, want)
		}
	}
}
