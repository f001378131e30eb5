package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// slow reports whether the long forms of the tests are asked for.
func slow() bool { return os.Getenv("GRADLAB_SLOW") != "" }

// killedRuns are runs of every optimizer, and between them dropout, batch
// normalisation, schedules, early stopping, clipping, both types, and checkpoints
// of every kind. Each takes about a second.
var killedRuns = []string{
	"--layers 4,8,3 --data iris.csv --epochs 60 --checkpoint-every 3",
	"--layers 4,8,3 --data iris.csv --epochs 60 --checkpoint-every 5 --optimizer momentum --schedule cosine --dtype float32",
	"--layers 13,9,3 --data wine.csv --epochs 60 --checkpoint-every 4 --optimizer nesterov --dropout 0.3 --clip-norm 1",
	"--layers 13,9,3 --data wine.csv --epochs 60 --checkpoint-every 2ms --optimizer rmsprop --batch-norm --schedule step",
	"--layers 4,8,8,3 --data iris.csv --epochs 80 --checkpoint-every 7 --optimizer adam --batch-norm --dropout 0.2 --patience 15",
	"--layers 2,16,1 --data moons.csv --epochs 20 --checkpoint-every 11 --optimizer adamw --l2 0.01 --schedule warm-up:50:exponential",
	"--layers 64,32,10 --data digits.csv --epochs 120 --optimizer lbfgs --checkpoint-every 1 --score-sample 100",
	"--layers 64,48,10 --data digits.csv --epochs 15 --optimizer adam --dtype float32 --score-sample 500", // the default: once a second
	"--layers 2,1 --data planar.csv --task regress --optimizer normal-equation",
}

// A run that is killed at any moment, again and again, ends with the bytes of the
// one that was left alone, and its folder is never there without being one that
// can be gone on with. GRADLAB_SLOW=1 kills 200 times, else it is a few.
func TestKills(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for some seconds")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	runs, kills := 4, 1
	if slow() {
		runs, kills = len(killedRuns), 200/len(killedRuns)+1
	}
	total, begun, resumed := 0, 0, 0
	for _, k := range r.Perm(len(killedRuns))[:runs] {
		args := killedRuns[k]
		t.Chdir(t.TempDir())
		start := time.Now()
		want := finish(t, args+" --out whole")
		took := time.Since(start)
		for killed, trial := 0, 0; killed < kills; trial++ {
			dir := fmt.Sprint("killed", trial)
			for range min(1+r.IntN(4), kills-killed) { // then it is left to end
				cmd := process(goOnOrBegin(args, dir))
				var stderr bytes.Buffer
				cmd.Stderr = &stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				timer := time.AfterFunc(time.Duration(r.Int64N(int64(took)*9/10)), func() { cmd.Process.Kill() })
				err := cmd.Wait()
				if !timer.Stop() {
					killed++
				}
				if cmd.ProcessState.Exited() && err != nil {
					t.Fatalf("%s: %v\n%s", cmd.Args, err, &stderr)
				}
				if strings.Contains(stderr.String(), "damaged") {
					t.Errorf("%s: %s", cmd.Args, &stderr)
				}
			}
			last := goOnOrBegin(args, dir)
			if strings.Contains(last, "--resume") {
				resumed++
			} else {
				begun++
			}
			got := finish(t, last)
			if got["weights_sha256"] != want["weights_sha256"] || got["steps"] != want["steps"] {
				t.Errorf("%s: killed and gone on with it ends with %v, else with %v", args, got, want)
			}
			sameResults(t, dir, "whole")
		}
		total += kills
	}
	t.Logf("%d kills, %d runs gone on with, %d begun anew because they had no folder yet", total, resumed, begun)
}

// goOnOrBegin returns the arguments that go on with a run, or begin it where there
// is no folder of it.
func goOnOrBegin(args, dir string) string {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return args + " --out " + dir
	}
	return "--resume " + dir
}

// waitFor waits until a file is there.
func waitFor(path string) {
	for {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// finish runs train to its end, as a process, and returns its JSON.
func finish(t *testing.T, args string) map[string]any {
	t.Helper()
	cmd := process(args + " --json")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", args, err, &stderr)
	}
	var object map[string]any
	if err := json.Unmarshal(stdout, &object); err != nil {
		t.Fatal(err)
	}
	return object
}
