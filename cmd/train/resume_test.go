package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"gradlab/internal/cli"
	"gradlab/nn"
)

// TestMain is train itself where the environment says so, for tests that need a
// process to kill.
func TestMain(m *testing.M) {
	if os.Getenv("GRADLAB_TEST_TRAIN") != "" {
		cli.Main("train", description, new(flags))
	}
	os.Exit(m.Run())
}

// process returns train as a process of its own, not yet started.
func process(args string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], strings.Fields(args)...)
	cmd.Env = append(os.Environ(), "GRADLAB_TEST_TRAIN=1")
	return cmd
}

// results are the files of a run that must be the same to the byte, or not there,
// however often it was stopped.
var results = []string{"model.safetensors", "history.csv", "curves.png", "confusion.png"}

// sameResults compares the results of two runs, in their folders.
func sameResults(t *testing.T, got, want string) {
	t.Helper()
	for _, name := range results {
		a, err1 := os.ReadFile(filepath.Join(got, name))
		b, err2 := os.ReadFile(filepath.Join(want, name))
		if (err1 == nil) != (err2 == nil) || !bytes.Equal(a, b) {
			t.Errorf("%s of %s and of %s differ, in %d and %d bytes: %v, %v", name, got, want, len(a), len(b), err1, err2)
		}
	}
}

// A run that is interrupted says how to go on; gone on with, it ends as one that
// was never stopped, and then it is finished.
func TestResume(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to processes on Windows")
	}
	t.Chdir(t.TempDir())
	const args = "--layers 4,8,3 --data iris.csv --epochs 60 --optimizer adam --dropout 0.2 --batch-norm --patience 50 --schedule cosine "
	want := trained(t, nil, args+"--out whole")

	cmd := process(args + "--out stopped --json --checkpoint-every 1") // which takes its time
	stdout, stderr := new(bytes.Buffer), new(bytes.Buffer)
	cmd.Stdout = stdout
	pipe, _ := cmd.StderrPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopAtLine(pipe, "/60 ", 3, func() { cmd.Process.Signal(os.Interrupt) }, stderr)
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(stderr.String(), "train --resume stopped goes on") || !json.Valid(stdout.Bytes()) {
		t.Fatalf("interrupted: exit status %d, %s%s", code, stdout, stderr)
	}
	if _, err := os.Stat("stopped/.lock"); err == nil {
		t.Error("the lock is left behind")
	}
	got := trained(t, nil, "--resume stopped")
	for _, key := range []string{"weights_sha256", "epochs", "steps", "train_loss", "val_loss"} {
		if got[key] != want[key] {
			t.Errorf("%s is %v, of the run never stopped %v", key, got[key], want[key])
		}
	}
	sameResults(t, "stopped", "whole")

	status, text, _ := run(t, nil, "--resume stopped")
	if status != 0 || !strings.Contains(text, "stopped is finished") || strings.Contains(text, "train acc.") {
		t.Errorf("a finished run: exit status %d, %s", status, text)
	}
	sameResults(t, "stopped", "whole")
}

// stopAtLine reads r to its end into all, and calls stop when the n-th line with a
// text has come.
func stopAtLine(r io.Reader, text string, n int, stop func(), all *bytes.Buffer) {
	buf := make([]byte, 1000)
	for {
		k, err := r.Read(buf)
		all.Write(buf[:k])
		if n > 0 && strings.Count(all.String(), text) >= n {
			n = 0
			stop()
		}
		if err != nil {
			return
		}
	}
}

// SIGTERM is like SIGINT, but for the exit status. A second signal ends train at
// once, whatever it is doing, and what was kept before is whole.
func TestSignals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to processes on Windows")
	}
	t.Chdir(t.TempDir())
	const args = "--layers 64,100,10 --data digits.csv --epochs 1000000 --optimizer adam --checkpoint-every 20 --out "
	for i, c := range []struct {
		signals []os.Signal
		status  int
	}{
		{[]os.Signal{syscall.SIGTERM}, 143},
		{[]os.Signal{os.Interrupt, os.Interrupt}, 130},
		{[]os.Signal{os.Interrupt, syscall.SIGTERM}, 143},
		{[]os.Signal{syscall.SIGTERM, syscall.SIGTERM}, 143},
	} {
		dir := fmt.Sprint("run", i)
		cmd := process(args + dir)
		out := new(bytes.Buffer)
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(filepath.Join(dir, checkpointFile))
		for _, s := range c.signals {
			time.Sleep(time.Duration(i*i) * time.Millisecond)
			cmd.Process.Signal(s)
		}
		cmd.Wait()
		if status := cmd.ProcessState.ExitCode(); status != c.status && len(c.signals) == 1 || status != 130 && status != 143 {
			t.Errorf("%v: exit status %d\n%s", c.signals, status, out)
		}
		if len(c.signals) == 1 && !strings.Contains(out.String(), "train --resume "+dir+" goes on") {
			t.Errorf("it does not say how to go on: %s", out)
		}
		record, err := readRecord(filepath.Join(dir, runFile))
		if err != nil {
			t.Fatal(err)
		}
		last, err := (&nn.Checkpoints{Path: filepath.Join(dir, checkpointFile), Run: record.name()}).Load()
		if last == nil || last.Step < 20 || err != nil {
			t.Errorf("%v: the last checkpoint is %+v, error %v", c.signals, last, err)
		}
	}
}

// Whatever byte of run.json is changed, it is noticed, or means the same.
func TestDamagedRunRecord(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, nil, "--layers 4,3 --data iris.csv --epochs 1 --out run")
	path := filepath.Join("run", runFile)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := readRecord(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range file {
		damaged := bytes.Clone(file)
		damaged[i] ^= 1 << (i % 8)
		os.WriteFile(path, damaged, 0o644)
		if got, err := readRecord(path); err == nil && got.sum() != want.sum() {
			t.Errorf("byte %d: with %q for %q it is another run", i, damaged[i], file[i])
		}
	}
}

// What may be changed on the way, and what not.
func TestResumeWithOtherFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	text := "a,y\n"
	for i := range 40 {
		text += fmt.Sprintf("%d,%d\n", i, i%2)
	}
	files := map[string]string{"xy.csv": text}
	begun := func(dir, args string) { trained(t, files, args+" --epochs 10 --out "+dir) }
	begun("long", "--layers 1,3,1 --data xy.csv")
	begun("cosine", "--layers 1,3,1 --data xy.csv --schedule warm-up:3:cosine")
	begun("early", "--layers 1,3,1 --data xy.csv --patience 1 --lr 10")
	begun("lbfgs", "--layers 1,3,1 --data xy.csv --optimizer lbfgs")
	for _, c := range []struct {
		args    string
		status  int
		message string // in stdout or stderr
	}{
		{"--resume long --layers 1,3,1 --seed 1", 0, "long is finished"},
		{"--resume long --epochs 12 --checkpoint-every 3", 0, "goes on after 10 epochs, step 20"},
		{"--resume long", 0, "it has made its 12 epochs"},
		{"--resume long --epochs 11", 1, "--epochs 11: the run has made 12 already"},
		{"--resume long --seed 2", 1, "--seed 2: the run was made with 1"},
		{"--resume long --out other", 1, `--out "other": the run was made with "long"`},
		{"--resume long --batch 8", 1, "--batch 8: the run was made with 16"},
		{"--resume long --checkpoint-every never", 2, "--checkpoint-every never"},
		{"--resume cosine --epochs 20", 1, "--epochs 20: the run was begun with 10, and --optimizer sgd --schedule warm-up:3:cosine go by"},
		{"--resume lbfgs --epochs 20", 1, "--optimizer lbfgs"},
		{"--resume early --epochs 20", 0, "early is finished"},
		{"--resume none", 1, "--resume: there is no run in none"},
		{"--resume .", 1, "--resume: there is no run in ."},
		{"--resume long --layers 1,4,1", 1, `--layers "1,4,1": the run was made with "1,3,1"`},
	} {
		status, stdout, stderr := run(t, nil, c.args)
		if status != c.status || !strings.Contains(stdout+stderr, c.message) {
			t.Errorf("%s: exit status %d, no %q in %s%s", c.args, status, c.message, stdout, stderr)
		}
	}
	trained(t, nil, "--layers 1,3,1 --data xy.csv --epochs 12 --out twelve")
	sameResults(t, "long", "twelve")
}

// The data must be what it was; it may be elsewhere.
func TestResumeWithOtherData(t *testing.T) {
	t.Chdir(t.TempDir())
	text := "a,y\n" + strings.Repeat("1,p\n2,q\n", 20)
	trained(t, map[string]string{"xy.csv": text}, "--layers 1,1 --data xy.csv --epochs 2 --out run")
	if err := os.Rename("xy.csv", "moved.csv"); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := run(t, nil, "--resume run"); status != 1 || !strings.Contains(stderr, "xy.csv: there is no such file") {
		t.Errorf("without its data: exit status %d, %s", status, stderr)
	}
	trained(t, nil, "--resume run --data moved.csv")
	status, _, stderr := run(t, map[string]string{"moved.csv": text + "1,p\n"}, "--resume run")
	if status != 1 || !strings.Contains(stderr, "moved.csv is not what it was when the run began") || !strings.Contains(stderr, "--data FILE") {
		t.Errorf("with other data: exit status %d, %s", status, stderr)
	}
}

// A folder that somebody writes is left alone, and one whose files are damaged is
// not gone on with wrongly.
func TestResumeOfBadFolders(t *testing.T) {
	t.Chdir(t.TempDir())
	want := trained(t, nil, "--layers 4,3 --data iris.csv --epochs 30 --checkpoint-every 50 --out run")
	cmd := process("--layers 4,64,3 --data iris.csv --epochs 1000000 --out busy")
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopAtLine(out, "epoch", 1, func() {
		if status, _, stderr := run(t, nil, "--resume busy"); status != 1 || !strings.Contains(stderr, fmt.Sprintf("busy is being written: it is locked by process %d", cmd.Process.Pid)) {
			t.Errorf("beside another process: exit status %d, %s", status, stderr)
		}
		cmd.Process.Kill()
	}, new(bytes.Buffer))
	cmd.Wait()

	files := map[string][]byte{}
	for _, name := range []string{"run.json", "checkpoint.safetensors", "checkpoint-previous.safetensors"} {
		file, err := os.ReadFile(filepath.Join("run", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = file
	}
	damage := func(name string) {
		damaged := bytes.Clone(files[name])
		damaged[len(damaged)/2] ^= 4
		os.WriteFile(filepath.Join("run", name), damaged, 0o644)
	}
	for _, c := range []struct {
		damaged string
		message string
	}{
		{"checkpoint.safetensors", "goes on after 24 epochs, step 200"},
		{"checkpoint.safetensors checkpoint-previous.safetensors", "run has no checkpoint that is whole: it begins anew"},
	} {
		for _, name := range strings.Fields(c.damaged) {
			damage(name)
		}
		status, stdout, stderr := run(t, nil, "--resume run --json")
		var got map[string]any
		json.Unmarshal([]byte(stdout), &got)
		if status != 0 || !strings.Contains(stderr, c.message) || strings.Count(stderr, "damaged one: ") != len(strings.Fields(c.damaged)) || got["weights_sha256"] != want["weights_sha256"] {
			t.Errorf("%s: exit status %d, %s%s", c.damaged, status, stdout, stderr)
		}
	}
	damage("run.json")
	if status, _, stderr := run(t, nil, "--resume run"); status != 1 || !strings.Contains(stderr, "run.json: damaged") {
		t.Errorf("run.json damaged: exit status %d, %s", status, stderr)
	}
}

// IDX images and their labels, and standard input, are gone on with as well.
func TestResumeOfOtherSources(t *testing.T) {
	t.Chdir(t.TempDir())
	images, labels := []byte{0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 2}, []byte{0, 0, 8, 1, 0, 0, 0, 40}
	for i := range 40 {
		images, labels = append(images, byte(i), byte(i*i)), append(labels, byte(i%2))
	}
	os.WriteFile("images", images, 0o644)
	os.WriteFile("labels", labels, 0o644)
	trained(t, nil, "--layers 2,1 --data images --data-labels labels --epochs 3 --out run")
	trained(t, nil, "--resume run --epochs 5")
	labels[20] ^= 1
	os.WriteFile("labels", labels, 0o644)
	if status, _, stderr := run(t, nil, "--resume run"); status != 1 || !strings.Contains(stderr, "labels is not what it was") {
		t.Errorf("other labels: exit status %d, %s", status, stderr)
	}

	begin, goOn := process("--layers 1,1 --data - --epochs 3 --out piped"), process("--resume piped --epochs 5")
	for _, cmd := range []*exec.Cmd{begin, goOn} {
		cmd.Stdin = strings.NewReader("a,y\n" + strings.Repeat("1,p\n2,q\n", 20))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
}
