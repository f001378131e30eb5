package filelock_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gradlab/internal/filelock"
)

// TestMain is, where the environment names a file, the process that locks it and
// waits to be killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("FILELOCK_TEST"); path != "" {
		if _, err := filelock.Acquire(path); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("locked")
		select {}
	}
	os.Exit(m.Run())
}

// Only one has the lock; when it is released the next one gets it.
func TestAcquire(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	first, err := filelock.Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := filelock.Acquire(path); !errors.Is(err, filelock.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("by process %d on ", os.Getpid())) {
		t.Errorf("error %v", err)
	}
	first.Release()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a released lock leaves its file behind: %v", err)
	}
	second, err := filelock.Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	second.Release()
	if _, err := filelock.Acquire(filepath.Join(path, "none", ".lock")); err == nil || errors.Is(err, filelock.ErrLocked) {
		t.Errorf("a file that can't be made: error %v", err)
	}
}

// A link in place of the file is an error, and what it leads to stays as it is:
// there or not there.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	path, target := filepath.Join(dir, ".lock"), filepath.Join(dir, "target")
	if err := os.Symlink(target, path); err != nil {
		t.Skip("no links here:", err)
	}
	refused := func() {
		t.Helper()
		if _, err := filelock.Acquire(path); err == nil || errors.Is(err, filelock.ErrLocked) || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v", err)
		}
	}
	refused()
	if _, err := os.Lstat(target); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was made where the link leads: %v", err)
	}
	if err := os.WriteFile(target, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	refused()
	if text, _ := os.ReadFile(target); string(text) != "precious" {
		t.Errorf("the link's target is now %q", text)
	}
}

// A lock keeps another process out, and ends when its process is killed.
func TestKilledProcess(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("no processes")
	}
	path := filepath.Join(t.TempDir(), ".lock")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FILELOCK_TEST="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Errorf("the other process says %q", line)
	}
	if _, err := filelock.Acquire(path); !errors.Is(err, filelock.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("by process %d on ", cmd.Process.Pid)) {
		t.Errorf("beside the other process: error %v", err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("a process that was killed removes its lock: %v", err)
	}
	lock, err := filelock.Acquire(path)
	if err != nil {
		t.Fatalf("after the death of the other process: %v", err)
	}
	lock.Release()
}

// Whoever comes and goes, there are never two at once.
func TestNeverTwo(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	var holders, entries atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 300 {
				lock, err := filelock.Acquire(path)
				if errors.Is(err, filelock.ErrLocked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if holders.Add(1) != 1 {
					t.Error("two have the lock")
				}
				entries.Add(1)
				holders.Add(-1)
				lock.Release()
			}
		}()
	}
	all.Wait()
	if entries.Load() == 0 {
		t.Error("nobody ever had the lock")
	}
}
