package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gradlab/internal/atomicfile"
	"gradlab/internal/filelock"
)

// Files of a run's folder besides the results.
const (
	runFile        = "run.json"
	checkpointFile = "checkpoint.safetensors"
	lockFile       = ".lock"
)

// folder is the folder of a run, which is locked: no other process writes it.
type folder struct {
	path    string
	lock    *filelock.Lock
	written []string // files
	nothing bool     // is to stay of it
}

// newFolder makes the folder of a run, path, or with a number added where there is
// a run already. It is there only with its run.json, which write writes, so that
// whatever happens it can be gone on with.
func newFolder(path string, write func(io.Writer) error) (*folder, error) {
	path = filepath.Clean(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	for n := 1; ; n++ {
		name := path
		if n > 1 {
			name = fmt.Sprintf("%s-%d", path, n)
		}
		made, err := makeFolder(name, write)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if at := (*fs.PathError)(nil); errors.As(err, &at) { // whose path would be that of a temporary file
			err = at.Err
		}
		if err != nil {
			return nil, fmt.Errorf("--out: can't make the folder %s: %w", name, err)
		}
		return made, nil
	}
}

// makeFolder makes a folder, or takes one that is empty. An error is fs.ErrExist
// where there is something else.
func makeFolder(path string, write func(io.Writer) error) (*folder, error) {
	if _, err := os.Lstat(path); err == nil {
		return takeFolder(path, write)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	removeHalves(filepath.Dir(path), "."+filepath.Base(path)+".", time.Minute)
	temp, err := os.MkdirTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	made := filepath.Join(temp, "run")
	if err := os.Mkdir(made, 0o755); err != nil {
		return nil, err
	}
	if err := atomicfile.Write(filepath.Join(made, runFile), write); err != nil {
		return nil, err
	}
	if err := os.Rename(made, path); err != nil {
		return nil, err
	}
	atomicfile.SyncFolder(filepath.Dir(path))
	return lockFolder(path)
}

// takeFolder takes a folder that is there, if it is empty.
func takeFolder(path string, write func(io.Writer) error) (*folder, error) {
	if entries, err := os.ReadDir(path); err != nil || len(entries) > 0 {
		return nil, fs.ErrExist
	}
	f, err := lockFolder(path)
	if errors.Is(err, filelock.ErrLocked) {
		return nil, fs.ErrExist
	}
	if err != nil {
		return nil, err
	}
	if err := atomicfile.Write(filepath.Join(path, runFile), write); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// lockFolder locks a folder, until close.
func lockFolder(path string) (*folder, error) {
	lock, err := filelock.Acquire(filepath.Join(path, lockFile))
	if errors.Is(err, filelock.ErrLocked) {
		return nil, fmt.Errorf("%s is being written: it is %w", path, err)
	}
	if err != nil {
		return nil, err
	}
	return &folder{path: path, lock: lock, written: []string{runFile}}, nil
}

// openFolder locks the folder of a run that is there, and removes the halves of
// files that a process left that was killed.
func openFolder(path string) (*folder, error) {
	path = filepath.Clean(path)
	if _, err := os.Stat(filepath.Join(path, runFile)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no run in %s: it has no %s", path, runFile)
	} else if err != nil {
		return nil, err
	}
	f, err := lockFolder(path)
	if err != nil {
		return nil, err
	}
	removeHalves(path, ".", 0)
	return f, nil
}

// removeHalves removes what processes that were killed left unfinished in a folder,
// unless it is so young that one may be at work on it.
func removeHalves(dir, prefix string, age time.Duration) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), ".tmp") && time.Since(info.ModTime()) >= age {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}

func (o *folder) file(name string) string { return filepath.Join(o.path, name) }

// write writes a result of the run.
func (o *folder) write(name string, write func(io.Writer) error) error {
	if err := atomicfile.Write(o.file(name), write); err != nil {
		return fmt.Errorf("can't write the run: %w", err)
	}
	o.written = append(o.written, name)
	return nil
}

// abandon makes close remove a folder that has nothing but its run.json.
func (o *folder) abandon() {
	entries, err := os.ReadDir(o.path)
	o.nothing = err == nil && len(entries) == 2 // with the lock
}

// close ends the lock.
func (o *folder) close() {
	if o.nothing {
		os.Remove(o.file(runFile))
		defer os.Remove(o.path)
	}
	o.lock.Release()
}
