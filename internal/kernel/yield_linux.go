package kernel

import "syscall"

// osYield lets another thread run that wants this processor.
func osYield() { syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }
