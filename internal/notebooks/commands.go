package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"

	"gradlab/internal/atomicfile"
)

// A task is a version of a lab, its source and its committed notebook.
type task struct {
	lab      *lab
	solution bool
	path     string    // of the notebook
	old      *notebook // committed; nil if there is none
}

// tasks reads both versions of the labs.
func readTasks(sources []string) ([]*task, error) {
	var tasks []*task
	var errs []error
	for _, path := range sources {
		for _, solution := range []bool{false, true} {
			l, err := readLab(path, solution)
			if err != nil {
				errs = append(errs, err)
				break
			}
			t := &task{lab: l, solution: solution, path: notebookPath(l, solution)}
			if t.old, err = readNotebook(t.path); err != nil && !errors.Is(err, os.ErrNotExist) {
				errs = append(errs, err)
			}
			tasks = append(tasks, t)
		}
	}
	return tasks, errors.Join(errs...)
}

// stale says that a notebook is not what its source gives, apart from outputs.
func (t *task) stale() error {
	want, err := newNotebook(t.lab).encode()
	if err != nil {
		return err
	}
	if t.old == nil {
		return fmt.Errorf("%s is missing: make notebooks-update", t.path)
	}
	have, err := t.old.stripped().encode()
	if err != nil {
		return err
	}
	if string(have) != string(want) {
		return fmt.Errorf("%s is not made from %s as it is now: make notebooks-update\n%s", t.path, t.lab.path, changes(string(have), string(want)))
	}
	return nil
}

// check executes the notebooks and compares.
func check(ctx context.Context, s *shop, sources []string) error {
	tasks, err := readTasks(sources)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if err := t.stale(); err != nil {
			return err
		}
	}
	return s.executeAll(ctx, tasks, func(t *task, nb *notebook) error {
		var errs []error
		for i, c := range nb.Cells {
			if d := differs(t.old.Cells[i], c); d != "" {
				errs = append(errs, fmt.Errorf("%s: %s", t.place(i), d))
			}
		}
		return errors.Join(errs...)
	})
}

// update executes the notebooks and writes them. Outputs that differ only in
// what does not count stay as they are.
func update(ctx context.Context, s *shop, sources []string) error {
	tasks, err := readTasks(sources)
	if err != nil {
		return err
	}
	return s.executeAll(ctx, tasks, func(t *task, nb *notebook) error {
		for i, c := range nb.Cells {
			if t.old != nil && i < len(t.old.Cells) && differs(t.old.Cells[i], c) == "" {
				nb.Cells[i].Outputs = t.old.Cells[i].Outputs
			}
		}
		b, err := nb.encode()
		if err != nil {
			return err
		}
		return atomicfile.Write(t.path, func(w io.Writer) error {
			_, err := w.Write(b)
			return err
		})
	})
}

// place names a cell by its place in the source.
func (t *task) place(i int) string {
	version := "student's version"
	if t.solution {
		version = "solution"
	}
	return fmt.Sprintf("%s:%d: cell %d of the %s", t.lab.path, t.lab.cells[i].lines[0].number, i+1, version)
}

// executeAll compiles the code and then executes the notebooks, a few at a
// time, and gives each to done.
func (s *shop) executeAll(ctx context.Context, tasks []*task, done func(*task, *notebook) error) error {
	if err := debian("jupyter-nbconvert", "jupyter-kernelspec"); err != nil {
		return err
	}
	if err := s.vet(ctx, tasks); err != nil {
		return err
	}
	if err := s.buildKernel(ctx); err != nil {
		return err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var errs []error
	next := make(chan *task)
	for range min(runtime.NumCPU(), 4) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for t := range next {
				nb, seconds, err := s.execute(ctx, t)
				if err == nil {
					err = done(t, nb)
				}
				mu.Lock()
				if err != nil {
					errs = append(errs, err)
				}
				fmt.Printf("%6.1f s  %s\n", seconds, t.path)
				mu.Unlock()
			}
		}()
	}
	for _, t := range tasks {
		next <- t
	}
	close(next)
	wg.Wait()
	return errors.Join(errs...)
}

var sourcePath = regexp.MustCompile(`\S*` + labsDir + `/src/`)

func vetLabs(ctx context.Context, s *shop, sources []string) error {
	tasks, err := readTasks(sources)
	if err != nil {
		return err
	}
	return s.vet(ctx, tasks)
}

// vet compiles the code of the labs as packages of a module that has the
// versions of the kernel's.
func (s *shop) vet(ctx context.Context, tasks []*task) error {
	dir, err := os.MkdirTemp("", "gradlab-labs")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, t := range tasks {
		text, err := program(t.lab)
		if err != nil {
			return err
		}
		folder := filepath.Join(dir, "lab"+t.lab.name[:2], fmt.Sprintf("solution_%t", t.solution))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "lab.go"), []byte(text), 0o644); err != nil {
			return err
		}
	}
	setup := exec.CommandContext(ctx, "go", "run", "./notebooks-go/setup")
	setup.Dir, setup.Env = s.root, append(os.Environ(), "GONB_TMP_DIR="+dir)
	if out, err := setup.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	// What stands after a gap in the student's version is not reached.
	vet := exec.CommandContext(ctx, "go", "vet", "-unreachable=false", "./...")
	vet.Dir = dir
	if out, err := vet.CombinedOutput(); err != nil {
		return fmt.Errorf("the code of the labs: %w\n%s", err, sourcePath.ReplaceAllString(string(out), labsDir+"/src/"))
	}
	return nil
}
