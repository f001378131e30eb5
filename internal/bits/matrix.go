package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// The matrix: every optimizer, with every kind of layer, in both types. The others
// take turns, so that between the runs there is each of them, too.
var (
	types      = []string{"float64", "float32"}
	optimizers = []string{"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"}
	networks   = []string{"", " --batch-norm", " --dropout 0.2", " --batch-norm --dropout 0.2"}

	activations = []string{"sigmoid", "tanh", "relu", "leaky-relu", "elu", "softplus", "gelu"}
	schedules   = []string{"constant", "step:2:0.5", "exponential:0.9", "inverse-time:0.1", "warm-up:20:step:1:0.8"}
	others      = []string{" --patience 1", " --clip-norm 1 --patience 2", " --clip-value 0.01 --val 0.4", " --l2 0.01 --class-weights balanced --patience 1"}
)

// matrixEpochs is how many epochs a run of the matrix has at most; that it is gone
// on with after half of them is one of the ways to make it.
const matrixEpochs = 4

// matrix returns the runs, with products large enough for threads.
func matrix() (all []string) {
	for _, dtype := range types {
		for _, optimizer := range optimizers {
			for _, network := range networks {
				i := len(all)
				all = append(all, fmt.Sprintf("--layers 64,32,16,10 --data digits.csv --batch 64 --dtype %s --optimizer %s%s --activation %s --schedule %s%s",
					dtype, optimizer, network, activations[i%len(activations)], schedules[i%len(schedules)], others[i/3%len(others)]))
			}
		}
	}
	return all
}

// way is a way to run train.
type way struct {
	name    string
	command []string
	env     []string
	slow    bool // a small part of the matrix is enough
}

// result is what must be the same, each as SHA-256. (Not the pictures: what draws
// them is not ours.)
type result struct{ weights, history, model string }

// folders counts the folders of runs.
var folders atomic.Int64

// train makes a run in a folder below dir, which it removes.
func (w way) train(args, dir string) result {
	out := filepath.Join(dir, fmt.Sprint("run", folders.Add(1)))
	defer os.RemoveAll(out)
	return w.call(args+" --out "+out, dir)
}

// resumed is a run that w begins and another way goes on with.
func (w way) resumed(other way, args, dir string) result {
	out := filepath.Join(dir, fmt.Sprint("run", folders.Add(1)))
	defer os.RemoveAll(out)
	w.call(fmt.Sprintf("%s --epochs %d --out %s", args, matrixEpochs/2, out), dir)
	return other.call(fmt.Sprintf("--resume %s --epochs %d", out, matrixEpochs), dir)
}

func (w way) call(args, dir string) result {
	cmd := exec.Command(w.command[0], append(w.command[1:len(w.command):len(w.command)], strings.Fields(args+" --json")...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), w.env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	check(err, w.name+": "+args+"\n"+stderr.String())
	var r struct {
		SHA256 string `json:"weights_sha256"`
		Out    string
	}
	check(json.Unmarshal(stdout, &r), string(stdout))
	return result{r.SHA256, sumOf(filepath.Join(r.Out, "history.csv")), sumOf(filepath.Join(r.Out, "model.safetensors"))}
}

func sumOf(path string) string {
	content, err := os.ReadFile(path)
	check(err, "")
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// compare makes the n-th run of the matrix in every way, and once begun in one way
// and gone on with in another, and returns what is not the same.
func compare(n int, run string, ways []way, dir string) (bad []string) {
	want := ways[0].train(fmt.Sprintf("%s --epochs %d", run, matrixEpochs), dir)
	for _, w := range ways[1:] {
		if w.slow && n%5 != 0 {
			continue
		}
		if got := w.train(fmt.Sprintf("%s --epochs %d", run, matrixEpochs), dir); got != want {
			bad = append(bad, fmt.Sprintf("%s: %s: %+v, not %+v", w.name, run, got, want))
		}
	}
	first, second := ways[n%len(ways)], ways[(n+1+n/len(ways))%len(ways)]
	if got := first.resumed(second, run, dir); got != want {
		bad = append(bad, fmt.Sprintf("begun with %s, gone on with %s: %s: %+v, not %+v", first.name, second.name, run, got, want))
	}
	return bad
}

// compareAll makes all runs of the matrix, as many at a time as there are
// processors, and returns what is not the same.
func compareAll(ways []way, dir string) (bad []string) {
	runs := matrix()
	each := make([][]string, len(runs))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for n := range next {
				each[n] = compare(n, runs[n], ways, dir)
			}
		}()
	}
	for n := range runs {
		next <- n
	}
	close(next)
	workers.Wait()
	for _, b := range each {
		bad = append(bad, b...)
	}
	if len(bad) == 0 {
		fmt.Printf("the matrix of %d runs (%d types, %d optimizers, %d kinds of layers), in the same ways and begun in one and gone on with in another: the same weights, history and model\n",
			len(runs), len(types), len(optimizers), len(networks))
	}
	return bad
}
