// Package filelock keeps two processes from writing the same thing. A lock is one
// of the operating system on a file, so that it ends with its process, however
// that ends: a file that a dead process left behind locks nobody out.
package filelock

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// ErrLocked is the error of a lock that another process has, or another Lock of
// this one.
var ErrLocked = errors.New("locked")

// Lock is a lock that is held.
type Lock struct{ file *os.File }

// Acquire locks the file at path, which it makes. It does not wait: an error that
// is ErrLocked names the process that has the lock. What is there must be a file:
// as the lock's text is written into it, a link in a folder from elsewhere would
// destroy what it leads to.
func Acquire(path string) (*Lock, error) {
	for {
		if there, err := os.Lstat(path); err == nil && !there.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is no file that a lock has left; remove it, if nothing needs it", path)
		}
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, 0o644)
		if err != nil {
			return nil, err
		}
		if err := tryLock(f); err != nil {
			defer f.Close()
			if errors.Is(err, ErrLocked) {
				return nil, fmt.Errorf("%w by %s", ErrLocked, owner(f))
			}
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if !isAt(f, path) { // it was removed before it was locked
			f.Close()
			continue
		}
		host, _ := os.Hostname()
		f.Truncate(0)
		fmt.Fprintf(f, "process %d on %s\n", os.Getpid(), host) // for people
		return &Lock{f}, nil
	}
}

// owner reads who has a lock.
func owner(f *os.File) string {
	text := make([]byte, 200)
	n, _ := f.ReadAt(text, 0)
	if name := strings.TrimSpace(string(text[:n])); name != "" {
		return name
	}
	return "another process"
}

// isAt reports whether an open file is the one at path.
func isAt(f *os.File, path string) bool {
	open, err1 := f.Stat()
	there, err2 := os.Lstat(path)
	return err1 == nil && err2 == nil && os.SameFile(open, there)
}

// Release removes the file and ends the lock.
func (l *Lock) Release() {
	remove(l.file)
}
