package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gradlab/internal/cli"
)

// fakeMode is the environment variable that makes the test program a peer, good
// or bad.
const fakeMode = "BENCH_FAKE_PEER"

// fakePeer stands for a Python script: its arguments are those of one. Each of
// its steps and products takes a millisecond, it says.
func fakePeer(mode string, args []string) {
	script, dir, dtype := filepath.Base(args[0]), args[1], args[2]
	reply := func(answer any) { json.NewEncoder(os.Stdout).Encode(answer) }
	switch mode {
	case "missing":
		reply(map[string]string{"missing": "No module named 'numpy'"})
		return
	case "dies":
		fmt.Fprint(os.Stderr, "Traceback (most recent call last):\n  …\nImportError: libfoo.so\n")
		os.Exit(1)
	case "chatty":
		fmt.Println("Welcome to Python")
	}
	var work struct {
		Layers     cli.Sizes
		Batch      int
		Activation string
	}
	if strings.HasSuffix(script, "_step.py") {
		text, err := os.ReadFile(filepath.Join(dir, "work.json"))
		numbers, err2 := os.Stat(filepath.Join(dir, "numbers.bin"))
		var sizes []int
		if err != nil || err2 != nil || numbers.Size() == 0 || json.Unmarshal(text, &struct {
			Layers     *[]int
			Batch      *int
			Activation *string
		}{&sizes, &work.Batch, &work.Activation}) != nil {
			os.Exit(3)
		}
		work.Layers = sizes
	}
	reply(map[string]any{"name": "fake", "version": "1.0", "blas": "fakeblas", "threads": mode != "stubborn"})
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var command string
		var n [5]int
		fmt.Sscan(lines.Text(), &command, &n[0], &n[1], &n[2], &n[3], &n[4])
		switch {
		case command == "threads":
			reply(nil)
		case command == "run" && mode == "fails":
			fmt.Fprintln(os.Stderr, "MemoryError: too large")
			os.Exit(1)
		case command == "run" && mode == "slow":
			time.Sleep(time.Minute)
		case command == "run":
			reply(1e-3 * float64(n[0]))
		case mode == "liar":
			reply([]float64{1, 1, 1, 1, 1})
		case command == "losses" && dtype == "float32":
			reply(newNetwork[float32](work.Layers, work.Batch, work.Activation).losses(n[0]))
		case command == "losses":
			reply(newNetwork[float64](work.Layers, work.Batch, work.Activation).losses(n[0]))
		case command == "product":
			reply(newProduct[float32](size{n[0], n[1], n[2], []string{"nn", "tn", "nt"}[n[3]+2*n[4]]}).checksum())
		}
	}
}

// pretend lets the fake stand for Python. A folder is returned that must be empty
// in the end: it is where temporary files go.
func pretend(t *testing.T, mode string) (temporary string) {
	t.Helper()
	before, waited := interpreters, patience
	t.Cleanup(func() { interpreters, patience = before, waited })
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	interpreters = []string{"no-such-python", program}
	patience = 10 * time.Second
	temporary = t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("TMP", temporary)
	t.Setenv(fakeMode, mode)
	return temporary
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("%v is left behind", entries)
	}
}

const twoSteps = "--layers 4,8,3 --batch 16 --dtype float64 --steps 2 --rounds 2 --threads 1 "

// A peer that does the same work is compared: its time over ours.
func TestPeers(t *testing.T) {
	dir := pretend(t, "good")
	r := measured(t, twoSteps+"--peers numpy,torch")
	peers := r["peers"].([]any)
	if len(peers) != 2 {
		t.Fatalf("%d peers", len(peers))
	}
	for i, name := range []string{"numpy", "torch"} {
		p := peers[i].(map[string]any)
		if got, want := keys(p), "blas by_threads loss_difference name ratio us_per_step version"; got != want {
			t.Errorf("%s has %s, not %s", name, got, want)
		}
		if p["name"] != name || p["version"] != "1.0" || p["us_per_step"] != 1000.0 || p["loss_difference"] != 0.0 {
			t.Errorf("%s is %v", name, p)
		}
		if got, want := p["ratio"].(float64), 1000/r["us_per_step"].(float64); got < want*0.999 || got > want*1.001 {
			t.Errorf("%s: a ratio of %v, not %v", name, got, want)
		}
	}
	wantEmpty(t, dir)
}

// Whatever is wrong with a peer is said, and is no reason to end otherwise than
// well.
func TestBadPeers(t *testing.T) {
	for mode, want := range map[string]string{
		"missing": "numpy                    missing: No module named 'numpy'\n",
		"dies":    "numpy                    it failed: ImportError: libfoo.so\n",
		"chatty":  "numpy                    it failed: its answer is \"Welcome to Python\"\n",
		"fails":   "numpy                    it failed: MemoryError: too large\n",
		"liar":    "numpy                    it does other work: its losses differ from ours by a share of ",
		"slow":    "numpy                    it failed: no answer in 200ms\n",
	} {
		t.Run(mode, func(t *testing.T) {
			dir := pretend(t, mode)
			if mode == "slow" {
				patience = 200 * time.Millisecond
			}
			status, stdout, stderr := run(twoSteps + "--peers numpy")
			if status != 0 || stderr != "" || !strings.Contains(stdout, want) || !strings.Contains(stdout, "gradlab  ") {
				t.Errorf("exit status %d, %q\n%s\nnot %s", status, stderr, stdout, want)
			}
			wantEmpty(t, dir)
		})
	}
}

func TestNoPython(t *testing.T) {
	dir := pretend(t, "good")
	interpreters = []string{"no-such-python"}
	for _, args := range []string{twoSteps, "--gemm --sizes 4 --rounds 1 --threads 1 "} {
		status, stdout, _ := run(args + "--peers numpy")
		if status != 0 || !strings.Contains(stdout, "missing: there is no Python\n") {
			t.Errorf("exit status %d\n%s", status, stdout)
		}
	}
	wantEmpty(t, dir)
}

// A peer whose threads cannot be set runs as it is.
func TestStubbornPeer(t *testing.T) {
	pretend(t, "stubborn")
	if _, stdout, _ := run(twoSteps + "--peers numpy"); !strings.Contains(stdout, "numpy 1.0                as it is         1000 ") {
		t.Error(stdout)
	}
}

func TestProductPeer(t *testing.T) {
	dir := pretend(t, "good")
	r := measured(t, "--gemm --peers numpy --sizes 4,3x4x5:nt,5x4x3:tn --rounds 1 --threads 1")
	if got, want := keys(r), "dtype peaks peers products ratios tier"; got != want {
		t.Errorf("the keys are %s, not %s", got, want)
	}
	for _, p := range r["products"].([]any) {
		if p := p.(map[string]any); p["numpy_us"] != 1000.0 {
			t.Errorf("numpy takes %v", p["numpy_us"])
		}
	}
	wantEmpty(t, dir)
	for mode, want := range map[string]string{
		"missing": "numpy: missing: No module named 'numpy'\n",
		"fails":   "numpy: it failed: MemoryError: too large\n",
		"liar":    "numpy: it failed: its answer is \"[1,1,1,1,1]\"\n",
	} {
		pretend(t, mode)
		status, stdout, _ := run("--gemm --peers numpy --sizes 4 --rounds 1 --threads 1")
		if status != 0 || !strings.Contains(stdout, want) || !strings.Contains(stdout, "4x4x4:nn ") {
			t.Errorf("%s: exit status %d\n%s", mode, status, stdout)
		}
	}
}

// The real peers, where they are installed, do the same work as we do, in both
// types, with one output and with several.
func TestRealPeers(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	there := 0
	for _, args := range []string{
		"--layers 4,8,3 --batch 16 --activation tanh --dtype float64 --peers numpy,torch,sklearn",
		"--layers 5,7,6,1 --batch 9 --activation relu --dtype float32 --peers numpy,torch,sklearn",
		"--layers 5,7,1 --batch 9 --activation sigmoid --dtype float64 --peers numpy,sklearn",
		"--layers 5,7,4 --batch 9 --activation identity --dtype float32 --peers numpy",
	} {
		r := measured(t, args+" --steps 2 --rounds 1")
		for _, p := range r["peers"].([]any) {
			p := p.(map[string]any)
			if reason, missing := p["missing"]; missing {
				if !strings.HasPrefix(reason.(string), "missing: ") {
					t.Errorf("bench %s: %s: %v", args, p["name"], reason)
				}
				continue
			}
			there++
			tolerance := map[any]float64{"float32": 1e-5, "float64": 1e-12}[r["dtype"]]
			if d := p["loss_difference"].(float64); d > tolerance {
				t.Errorf("bench %s: the losses of %s differ by %v", args, p["name"], d)
			}
		}
	}
	if there == 0 {
		t.Skip("none of numpy, torch, sklearn is installed")
	}
	r := measured(t, "--gemm --sizes 4,3x4x5:nt,5x4x3:tn,33x17x65 --rounds 1 --threads 1 --peers numpy")
	if len(r["ratios"].([]any)) != 1 {
		t.Errorf("the products are %v", r)
	}
}
