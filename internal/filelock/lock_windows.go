package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// The byte that is locked is far behind the text, which others may read.
const place = 1 << 30

const noFollow = 0

func tryLock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{Offset: place})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrLocked
	}
	return err
}

// remove closes the file first: Windows removes none that is open.
func remove(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}
