package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"gradlab/nn"
)

// A process of train whose environment says so writes no file larger than that.
func init() {
	if n, err := strconv.ParseUint(os.Getenv("GRADLAB_TEST_FSIZE"), 10, 64); err == nil {
		syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n})
	}
}

// fails runs train, which must fail with exit status 1 and the reason in one clear
// message. It returns false if it ended well.
func fails(t *testing.T, cmd *exec.Cmd, reason string) bool {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if cmd.Run() == nil {
		return false
	}
	text := stderr.String()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(text, reason) || !strings.HasPrefix(text, "train: ") || strings.Contains(text, "goroutine") {
		t.Errorf("%s: exit status %d, no %q in %s", cmd.Args[1:], cmd.ProcessState.ExitCode(), reason, text)
	}
	return true
}

// usable checks that a run's folder is left with the checkpoint that was there
// before, or a newer one, and without halves of files.
func usable(t *testing.T, dir string, step int) {
	t.Helper()
	record, err := readRecord(filepath.Join(dir, runFile))
	if err != nil {
		t.Fatal(err)
	}
	last, err := (&nn.Checkpoints{Path: filepath.Join(dir, checkpointFile), Run: record.name()}).Load()
	if err != nil || step > 0 && (last == nil || last.Step < step) {
		t.Errorf("%s: the last checkpoint is %+v, error %v; there was one of step %d", dir, last, err, step)
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s: %s is left behind", dir, e.Name())
		}
	}
}

const failingRun = "--layers 4,8,3 --data iris.csv --epochs 12 --optimizer adam --patience 12 --checkpoint-every 40"

// No file may be longer than so many bytes: wherever that ends a run, its folder
// can be gone on with.
func TestFilesThatGetTooLarge(t *testing.T) {
	t.Chdir(t.TempDir())
	want := finish(t, failingRun+" --out whole")
	limits := []int{0}
	names := []string{runFile, checkpointFile, "curves.png"}
	if slow() {
		names = append(names, results...)
	}
	for _, name := range names {
		info, err := os.Stat(filepath.Join("whole", name))
		if err != nil {
			t.Fatal(err)
		}
		limits = append(limits, int(info.Size())-1)
	}
	for _, limit := range limits {
		for _, before := range []int{0, 40} { // the step of a checkpoint before it
			dir := fmt.Sprint("limit", limit, "-", before)
			if before > 0 {
				cmd := process(failingRun + " --out " + dir)
				stdout, _ := cmd.StdoutPipe()
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				waitFor(filepath.Join(dir, checkpointFile))
				cmd.Process.Kill()
				stdout.Close()
				cmd.Wait()
			}
			cmd := process(goOnOrBegin(failingRun, dir))
			cmd.Env = append(cmd.Env, fmt.Sprint("GRADLAB_TEST_FSIZE=", limit))
			if !fails(t, cmd, "file too large") {
				t.Errorf("%s: %d bytes are enough", dir, limit)
			}
			if _, err := os.Stat(dir); err == nil {
				usable(t, dir, before)
			} else if before > 0 {
				t.Error(err)
			}
			if got := finish(t, goOnOrBegin(failingRun, dir)); got["weights_sha256"] != want["weights_sha256"] {
				t.Errorf("%s: gone on with, it ends with other weights", dir)
			}
			sameResults(t, dir, "whole")
		}
	}
}

// A disk that is full after so many bytes, each time a little later, so that every
// write is the first that fails once: the run ends with the reason, and goes on
// where there is room again. Needs a file system of its own, so it is for root.
func TestFullDisk(t *testing.T) {
	t.Chdir(t.TempDir())
	disk, mount := fileSystem(t)
	want := finish(t, failingRun+" --out whole")
	step := 12
	if slow() {
		step = 1
	}
	for pages := 2; ; pages += step {
		if pages > 200 {
			t.Fatal("800 KB are not enough")
		}
		mount("size=" + strconv.Itoa(4096*pages))
		dir := filepath.Join(disk, "run")
		failed := fails(t, process(failingRun+" --out "+dir), "no space left on device")
		if failed {
			mount("size=10M")
			if _, err := os.Stat(dir); err == nil {
				usable(t, dir, 0)
			}
			if got := finish(t, goOnOrBegin(failingRun, dir)); got["weights_sha256"] != want["weights_sha256"] {
				t.Errorf("%d pages: gone on with, it ends with other weights", pages)
			}
		}
		sameResults(t, dir, "whole")
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if !failed {
			t.Logf("%d pages of 4 KB are enough", pages)
			return
		}
	}
}

// A folder that can't be written to any more.
func TestReadOnlyFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	disk, mount := fileSystem(t)
	mount("size=10M")
	dir := filepath.Join(disk, "run")
	want := finish(t, strings.Replace(failingRun, "--epochs 12", "--epochs 24", 1)+" --out whole")
	finish(t, failingRun+" --out "+dir)
	mount("ro")
	if !fails(t, process("--resume "+dir+" --epochs 24"), "read-only file system") || !fails(t, process(failingRun+" --out "+disk+"/other"), "read-only file system") {
		t.Error("a read-only folder was written to")
	}
	mount("rw")
	usable(t, dir, 96)
	if got := finish(t, "--resume "+dir+" --epochs 24"); got["weights_sha256"] != want["weights_sha256"] {
		t.Error("gone on with, it ends with other weights")
	}
}

// fileSystem mounts a small file system; mount changes its options.
func fileSystem(t *testing.T) (path string, mount func(options string)) {
	path, err := filepath.Abs("disk")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size=4096"); err != nil {
		t.Skipf("can't mount a file system: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(path, syscall.MNT_DETACH) })
	return path, func(options string) {
		t.Helper()
		flags := uintptr(syscall.MS_REMOUNT)
		if options == "ro" {
			flags |= syscall.MS_RDONLY
		}
		if strings.Contains("ro rw", options) {
			options = ""
		}
		if err := syscall.Mount("tmpfs", path, "tmpfs", flags, options); err != nil {
			t.Fatal(err)
		}
	}
}
