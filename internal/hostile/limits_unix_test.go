//go:build unix

package hostile

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// limitMemory limits the memory of this process and those that it starts.
func limitMemory(bytes uint64) {
	if runtime.GOOS == "linux" {
		syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: bytes, Max: bytes})
	}
}

// groupOf makes a command end with all processes that it started.
func groupOf(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// peakOf returns the most memory that a process had, in bytes.
func peakOf(state *os.ProcessState) int64 {
	usage := state.SysUsage().(*syscall.Rusage)
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) * 1024
}
