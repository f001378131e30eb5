package main

import (
	"fmt"
	"strconv"
	"strings"

	"gradlab/optim"
)

// rate returns the learning rate at the start.
func (f *flags) rate() float64 {
	switch f.Optimizer {
	case "adam", "adamw":
		return or(f.LR, 0.01)
	case "rmsprop":
		return or(f.LR, 0.003)
	}
	return or(f.LR, 0.1)
}

// schedule parses --schedule; stepsPerEpoch is what a warm-up lasts by default.
func (f *flags) schedule(stepsPerEpoch int) (optim.Schedule, error) {
	s, err := f.parseSchedule(f.Schedule, stepsPerEpoch)
	if err != nil {
		return nil, fmt.Errorf("--schedule %s: %w", f.Schedule, err)
	}
	return s, nil
}

// parseSchedule parses NAME[:NUMBER…], and warm-up[:STEPS[:SCHEDULE]].
func (f *flags) parseSchedule(text string, stepsPerEpoch int) (optim.Schedule, error) {
	name, rest, _ := strings.Cut(text, ":")
	then := "constant"
	if name == "warm-up" {
		if steps, schedule, ok := strings.Cut(rest, ":"); ok {
			rest, then = steps, schedule
		}
	}
	rate := f.rate()
	const many = 1 << 31
	switch name {
	case "constant":
		_, err := numbers(rest)
		return optim.Constant(rate), err
	case "step":
		n, err := numbers(rest, number{float64(max(f.Epochs/3, 1)), 1, many}, number{0.3, 0, 1})
		return optim.StepDecay{Rate0: rate, Every: int(n[0]), Factor: n[1]}, err
	case "exponential":
		n, err := numbers(rest, number{0.99, 0, 1})
		return optim.Exponential{Rate0: rate, Factor: n[0]}, err
	case "inverse-time":
		n, err := numbers(rest, number{0.01, 0, maxFlag}, number{1, 1, many})
		return optim.InverseTime{Rate0: rate, Decay: n[0], Every: int(n[1])}, err
	case "cosine":
		n, err := numbers(rest, number{0, 0, maxFlag})
		return optim.Cosine{Rate0: rate, Floor: n[0], Epochs: f.Epochs}, err
	case "warm-up":
		n, err := numbers(rest, number{float64(stepsPerEpoch), 1, many})
		if err != nil {
			return nil, err
		}
		after, err := f.parseSchedule(then, stepsPerEpoch)
		return optim.WarmUp{Steps: int(n[0]), Then: after}, err
	}
	return nil, fmt.Errorf("unknown schedule %q: choose one of constant, step, exponential, inverse-time, cosine, warm-up", name)
}

// number is an argument of a schedule: its default and its range.
type number struct{ otherwise, from, to float64 }

// numbers parses NUMBER:NUMBER… as the given arguments; what is left out or empty
// has its default.
func numbers(text string, arguments ...number) ([]float64, error) {
	values := make([]float64, len(arguments))
	for i, a := range arguments {
		values[i] = a.otherwise
	}
	if text == "" {
		return values, nil
	}
	for i, field := range strings.Split(text, ":") {
		if i == len(arguments) {
			return values, fmt.Errorf("%q is one argument too many", field)
		}
		if field == "" {
			continue
		}
		x, err := strconv.ParseFloat(field, 64)
		if a := arguments[i]; err != nil || !(x >= a.from && x <= a.to) {
			return values, fmt.Errorf("%q is not a number from %g to %g", field, a.from, a.to)
		}
		values[i] = x
	}
	return values, nil
}
