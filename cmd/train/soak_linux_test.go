package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// usage is what a process takes at a moment.
type usage struct {
	seconds    float64
	resident   int64 // bytes
	heap       int64 // bytes that were alive at the last collection
	goroutines int
	files      int // open
}

// A process of train whose environment says so writes down what it takes.
func init() {
	path := os.Getenv("GRADLAB_TEST_USAGE")
	if path == "" {
		return
	}
	f, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	go func() {
		start := time.Now()
		for range time.Tick(50 * time.Millisecond) {
			u := currentUsage()
			fmt.Fprintln(f, time.Since(start).Seconds(), u.resident, u.heap, u.goroutines, u.files)
		}
	}()
}

func currentUsage() (u usage) {
	var pages int64
	text, _ := os.ReadFile("/proc/self/statm")
	fmt.Sscan(string(text), new(int64), &pages)
	u.resident = pages * int64(os.Getpagesize())
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	u.heap = int64(live[0].Value.Uint64())
	u.goroutines = runtime.NumGoroutine()
	files, _ := os.ReadDir("/proc/self/fd")
	u.files = len(files)
	return u
}

// soaked runs train, until it ends or for a time if that is not 0, and checks that
// it takes in the second half no more than in the first one, but for the history,
// of less than 512 bytes an epoch.
func soaked(t *testing.T, args string, limit time.Duration) {
	t.Helper()
	cmd := process(args + " --json")
	// A step allocates nothing, and an epoch little: by default a minute goes by
	// before garbage is collected for the first time.
	cmd.Env = append(cmd.Env, "GRADLAB_TEST_USAGE=usage", "GOGC=20")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	status := 0
	if limit > 0 {
		status = 143
		time.AfterFunc(limit, func() { cmd.Process.Signal(syscall.SIGTERM) })
	}
	if cmd.Wait(); cmd.ProcessState.ExitCode() != status {
		t.Fatalf("%s: exit status %d\n%s", args, cmd.ProcessState.ExitCode(), &stderr)
	}
	t.Logf("%s\n%s", args, &stdout)
	var result struct {
		Epochs  int64
		Seconds float64
	}
	if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
		t.Fatal(err)
	}
	all := slices.DeleteFunc(readUsage(t, "usage"), func(u usage) bool { return u.seconds > result.Seconds }) // then it draws
	mustBeFlat(t, all, 512*result.Epochs)
}

func readUsage(t *testing.T, path string) (all []usage) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var u usage
		if _, err := fmt.Sscan(line, &u.seconds, &u.resident, &u.heap, &u.goroutines, &u.files); err != nil {
			break // the last line may be cut
		}
		all = append(all, u)
	}
	return all
}

// mustBeFlat compares the second half with the first one, but for its beginning,
// where there was no garbage yet.
func mustBeFlat(t *testing.T, all []usage, growth int64) {
	t.Helper()
	n := len(all)
	if n < 20 {
		t.Fatalf("only %d measurements", n)
	}
	t.Logf("%10s %16s %16s %12s %12s", "seconds", "resident MiB", "live heap MiB", "goroutines", "open files")
	for i := range 12 {
		u := all[(i+1)*(n-1)/12]
		t.Logf("%10.1f %16.1f %16.2f %12d %12d", u.seconds, float64(u.resident)/(1<<20), float64(u.heap)/(1<<20), u.goroutines, u.files)
	}
	first, second := most(all[n/10:n/2]), most(all[n/2:])
	t.Logf("most of the first half %+v", first)
	t.Logf("most of the second half %+v", second)
	const noise = 2 << 20
	if second.heap > first.heap+growth+noise || second.resident > first.resident+first.resident/20+2*growth+noise {
		t.Error("the memory grows")
	}
	if second.goroutines > first.goroutines+1 || second.files > first.files+2 { // a checkpoint has files open
		t.Error("the goroutines or the open files grow")
	}
}

// most returns the most of everything.
func most(all []usage) (m usage) {
	for _, u := range all {
		m.seconds = max(m.seconds, u.seconds)
		m.resident = max(m.resident, u.resident)
		m.heap = max(m.heap, u.heap)
		m.goroutines = max(m.goroutines, u.goroutines)
		m.files = max(m.files, u.files)
	}
	return m
}

// A million steps of a small network: its memory does not grow.
func TestMillionSteps(t *testing.T) {
	if !slow() {
		t.Skip("GRADLAB_SLOW=1 trains a million steps")
	}
	t.Chdir(t.TempDir())
	soaked(t, "--layers 2,8,1 --data moons.csv --batch 1 --epochs 2500 --optimizer adam --dropout 0.1 --batch-norm --lr 0.001 --patience 2500", 0)
}

// Mini-batches of a larger network for a time, which GRADLAB_SOAK says: 1h, for
// example. Its memory does not grow, either, and SIGTERM ends it in order.
func TestSoak(t *testing.T) {
	if !slow() {
		t.Skip("GRADLAB_SLOW=1 trains for a minute, or for GRADLAB_SOAK")
	}
	limit := time.Minute
	if text := os.Getenv("GRADLAB_SOAK"); text != "" {
		var err error
		if limit, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(t.TempDir())
	const images = 10_000
	r := rand.New(rand.NewPCG(1, 0))
	pixels, labels := make([]byte, images*28*28), make([]byte, images)
	for i := range labels {
		labels[i] = byte(r.IntN(10))
		image := pixels[i*28*28:][:28*28]
		for k := range image {
			image[k] = byte(r.IntN(64))
			if k/28 == 4+2*int(labels[i]) { // a bright row
				image[k] += 190
			}
		}
	}
	writeIDX(t, "images", pixels, images, 28, 28)
	writeIDX(t, "labels", labels, images)
	soaked(t, "--layers 784,512,512,10 --data images --data-labels labels --dtype float32 --batch 128 --epochs 1000000 --optimizer adam --dropout 0.2 --batch-norm --lr 0.0001 --score-sample 1000", limit)
}

// writeIDX writes bytes as an IDX file.
func writeIDX(t *testing.T, path string, bytes []byte, sizes ...uint32) {
	t.Helper()
	file := []byte{0, 0, 8, byte(len(sizes))}
	for _, n := range sizes {
		file = binary.BigEndian.AppendUint32(file, n)
	}
	if err := os.WriteFile(path, append(file, bytes...), 0o644); err != nil {
		t.Fatal(err)
	}
}
