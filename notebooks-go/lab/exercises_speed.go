package lab

import (
	"fmt"
	"time"

	"gradlab/gradcheck"
)

// Lab 13: how fast is it?

// Operations is the work of a training step.
var Operations = Exercise[func(sizes []int, batch int) float64]{
	Name: "operations", Lab: 13, Task: "Return the additions and multiplications in the products z, dW and da_prev of a training step, for layers of these sizes, the input first. There is no da_prev of the first layer.",
	try: func(t *trial, f func([]int, int) float64) {
		sizes := []int{t.nPrev, t.n, t.n + 2, 3}
		count := func(layerProducts func(l int) int) *Matrix {
			sum := 0
			for l := 1; l < len(sizes); l++ {
				sum += 2 * layerProducts(l) * sizes[l] * sizes[l-1] * t.m
			}
			return number(float64(sum))
		}
		needed := func(l int) int {
			if l == 1 {
				return 2
			}
			return 3
		}
		right := count(needed)
		got := f(append([]int(nil), sizes...), t.m)
		t.number("operations", got, right.Data[0],
			wrong(gradcheck.Factor2, times(0.5, right), "counts a multiplication and an addition as one"),
			wrong(gradcheck.Other, count(func(int) int { return 3 }), "has a gradient of the data in it, da_prev of the first layer"),
			wrong(gradcheck.Other, count(func(int) int { return 1 }), "is that of the forward pass alone"),
			wrong(gradcheck.Other, count(func(int) int { return 2 }), "has two products a layer", "Which gradients does a layer in the middle compute?"),
			wrong(gradcheck.Other, count(func(l int) int { return needed(l) - 1 }), "is that of the backward pass alone"),
			wrong(gradcheck.MissingMean, times(1/float64(t.m), right), "is that of one example"))
	},
}

// Fastest is a time measured well.
var Fastest = Exercise[func(rounds int, clock func() time.Duration, f func()) time.Duration]{
	Name: "fastest", Lab: 13, Task: "Run f so many times and return the smallest time of a run. clock returns the time since some moment.",
	try: func(t *trial, fastest func(int, func() time.Duration, func()) time.Duration) {
		now, runs := time.Duration(t.random.IntN(1000))*time.Second, 0
		took := []time.Duration{70, 30, 20, 50} // of which the smallest is neither the first nor the last
		got := fastest(len(took), func() time.Duration { return now }, func() {
			now += took[runs%len(took)] * time.Millisecond
			runs++
		})
		if runs != len(took) {
			panic(&failure{gradcheck.Other, fmt.Sprintf("it runs f %d times in place of %d", runs, len(took)), ""})
		}
		t.number("milliseconds", got.Seconds()*1000, 20,
			wrong(gradcheck.Other, number(0), "is 0: the smallest so far must not begin as 0"),
			wrong(gradcheck.Other, number(170), "is the time of all runs together"),
			wrong(gradcheck.Other, number(42.5), "is the mean", "One run that was interrupted spoils a mean."),
			wrong(gradcheck.Other, number(70), "is the largest, or the first"),
			wrong(gradcheck.Other, number(50), "is the last"))
	},
}
