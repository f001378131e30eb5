// Command golibs measures a training step in other Go libraries, gorgonia and
// gomlx with its backend in pure Go: forward pass, cross-entropy, backward pass and
// update by SGD on one batch, as cmd/bench does. It is a module of its own, so that
// gradlab does not depend on them.
//
//	go run . 784,128,10 64 relu float32
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"
)

// work is a network and its batch.
type work struct {
	layers     []int
	batch      int
	activation string // relu or tanh
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: golibs LAYERS BATCH relu|tanh float32|float64")
	}
	w := work{activation: os.Args[3]}
	for _, field := range strings.Split(os.Args[1], ",") {
		n, err := strconv.Atoi(field)
		check(err)
		w.layers = append(w.layers, n)
	}
	var err error
	w.batch, err = strconv.Atoi(os.Args[2])
	check(err)
	result := map[string]float64{}
	if os.Args[4] == "float32" {
		result["gorgonia"], result["gomlx"] = microseconds(gorgoniaStep[float32](w)), microseconds(gomlxStep[float32](w))
	} else {
		result["gorgonia"], result["gomlx"] = microseconds(gorgoniaStep[float64](w)), microseconds(gomlxStep[float64](w))
	}
	check(json.NewEncoder(os.Stdout).Encode(result))
}

func check(err error) {
	if err != nil {
		log.Fatal(fmt.Errorf("golibs: %w", err))
	}
}

// microseconds returns the time of a step, the best of three means.
func microseconds(step func()) float64 {
	step()
	start := time.Now()
	step()
	times := max(1, int(300*time.Millisecond/time.Since(start)))
	best := time.Duration(1 << 62)
	for range 3 {
		start := time.Now()
		for range times {
			step()
		}
		best = min(best, time.Since(start))
	}
	return float64(best.Nanoseconds()) / 1e3 / float64(times)
}

// examples returns normal numbers, an example a row.
func examples[T float32 | float64](w work) []T {
	x := make([]T, w.batch*w.layers[0])
	for i := range x {
		x[i] = T(rand.NormFloat64())
	}
	return x
}

// classes returns a random class for each example.
func classes(w work) []int32 {
	y := make([]int32, w.batch)
	for i := range y {
		y[i] = rand.Int32N(int32(w.layers[len(w.layers)-1]))
	}
	return y
}
