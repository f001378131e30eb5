//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package filelock

import "os"

const noFollow = 0

func tryLock(f *os.File) error { return nil } // the system has no such locks

func remove(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}
