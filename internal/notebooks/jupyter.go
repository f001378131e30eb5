package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// kernelPrograms are what the tools module builds: the kernel, and what it
// looks for on its PATH.
var kernelPrograms = []string{
	"github.com/janpfeifer/gonb",
	"golang.org/x/tools/cmd/goimports",
	"golang.org/x/tools/gopls",
}

// buildKernel builds the kernel from the tools module, where that has changed.
func (s *shop) buildKernel(ctx context.Context) error {
	bin := filepath.Join(s.cache, "bin") + string(filepath.Separator) // go makes the folder
	if err := unversioned(s.cache); err != nil {
		return err
	}
	args := append([]string{"build", "-C", filepath.Join(labsDir, "tools"), "-o", bin}, kernelPrograms...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", cmd, err)
	}
	return nil
}

// unversioned makes a folder that git leaves alone, whatever is ignored above it.
func unversioned(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, ".gitignore"), []byte("*\n"), 0o644)
}

// debian installs the packages of commands that are missing, where that can be
// done, and elsewhere says what to install.
func debian(commands ...string) error {
	packages := map[string]string{
		"jupyter-nbconvert":  "jupyter-nbconvert",
		"jupyter-kernelspec": "jupyter-client",
		"jupyter-notebook":   "jupyter-notebook",
	}
	var missing []string
	for _, c := range commands {
		if _, err := exec.LookPath(c); err != nil {
			missing = append(missing, packages[c])
		}
	}
	if len(missing) == 0 {
		return nil
	}
	install := append([]string{"apt-get", "install", "-y", "--no-install-recommends"}, missing...)
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("missing: %s. Install Jupyter, for example: pip install notebook nbconvert", strings.Join(missing, ", "))
	}
	if os.Getuid() != 0 {
		return fmt.Errorf("missing: %s. Install with: sudo %s", strings.Join(missing, ", "), strings.Join(install, " "))
	}
	for _, args := range [][]string{{"apt-get", "update"}, install} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}

// environment describes the kernel to Jupyter in a folder called name, and
// returns the variables under which Jupyter finds it, alone.
func (s *shop) environment(name string, flags ...string) ([]string, error) {
	bin := filepath.Join(s.cache, "bin")
	path := bin + string(os.PathListSeparator) + os.Getenv("PATH")
	spec := map[string]any{
		"argv":           append([]string{filepath.Join(bin, "gonb"), "--kernel", "{connection_file}"}, flags...),
		"display_name":   "Go (gonb)",
		"language":       "go",
		"interrupt_mode": "message",
		"env": map[string]string{
			"GRADLAB": s.root,
			"PATH":    path,
			// A cell links a third faster without tables for debuggers.
			"GOFLAGS": strings.TrimSpace(os.Getenv("GOFLAGS") + " -ldflags=-w"),
		},
	}
	b, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(s.cache, name)
	folder := filepath.Join(data, "kernels", "gonb")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, "kernel.json"), b, 0o644); err != nil {
		return nil, err
	}
	return append(os.Environ(), "JUPYTER_PATH="+data), nil
}

// execute runs a notebook from its first cell to its last, where it lies, and
// returns it with its outputs and the seconds that took.
func (s *shop) execute(ctx context.Context, t *task) (*notebook, float64, error) {
	start := time.Now()
	nb := newNotebook(t.lab)
	executed, err := s.nbconvert(ctx, nb, t)
	seconds := time.Since(start).Seconds()
	if err != nil {
		return nil, seconds, fmt.Errorf("%s: %w", t.path, err)
	}
	if err := nb.from(executed); err != nil {
		return nil, seconds, fmt.Errorf("%s: %w", t.path, err)
	}
	return nb, seconds, s.refuse(t, nb)
}

// nbconvert executes through standard input and output, so that the notebook's
// working folder is that in which it lies, and nothing is written there.
func (s *shop) nbconvert(ctx context.Context, nb *notebook, t *task) (*notebook, error) {
	env, err := s.environment("headless", "-raw_error")
	if err != nil {
		return nil, err
	}
	in, err := nb.encode()
	if err != nil {
		return nil, err
	}
	var log bytes.Buffer
	cmd := exec.CommandContext(ctx, "jupyter-nbconvert", "--stdin", "--stdout", "--to", "notebook", "--execute", "--allow-errors",
		"--ExecutePreprocessor.timeout=300", "--ExecutePreprocessor.startup_timeout=120", "--ExecutePreprocessor.record_timing=False")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it ends its kernel
	cmd.WaitDelay = 10 * time.Second
	// The outputs are those of somebody who has none of the course's files, has
	// not given a name, and has not configured Jupyter.
	cmd.Dir, cmd.Env = filepath.Dir(t.path), append(env, "GRADLAB_LAB_DATA=none", "GRADLAB_STUDENT=", "JUPYTER_NO_CONFIG=1")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &log
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("jupyter-nbconvert: %w\n%s", err, tail(log.Bytes(), 30))
	}
	executed := &notebook{}
	return executed, json.Unmarshal(out, executed)
}

// refuse says which cell has failed, complained, or put out what another
// machine would not.
func (s *shop) refuse(t *task, nb *notebook) error {
	for i, c := range nb.Cells {
		c.Metadata.Tags = nil // so that all of the text is looked at
		text := describe(c)
		for _, o := range c.Outputs {
			if o.Type == "error" || o.Name == "stderr" {
				return fmt.Errorf("%s failed:\n%s", t.place(i), text)
			}
		}
		if strings.Contains(text, s.root) || strings.Contains(text, os.TempDir()) {
			return fmt.Errorf("%s puts out a path of this machine:\n%s", t.place(i), text)
		}
	}
	return nil
}

// tail returns the last n lines.
func tail(log []byte, n int) string {
	all := lines(string(log))
	return strings.Join(all[max(0, len(all)-n):], "")
}

// html renders the committed notebooks. Debian's nbconvert would load MathJax
// and RequireJS from the disk, where no other machine has them.
func html(ctx context.Context, s *shop, sources []string) error {
	if err := debian("jupyter-nbconvert"); err != nil {
		return err
	}
	tasks, err := readTasks(sources)
	if err != nil {
		return err
	}
	top := filepath.Join(labsDir, "html")
	if err := unversioned(top); err != nil {
		return err
	}
	for _, solution := range []bool{false, true} {
		out := top
		if solution {
			out = filepath.Join(top, "solutions")
		}
		args := []string{"--to", "html", "--output-dir", out,
			"--HTMLExporter.mathjax_url=https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/latest.js?config=TeX-AMS_CHTML-full,Safe",
			"--HTMLExporter.require_js_url="}
		for _, t := range tasks {
			if t.solution == solution {
				args = append(args, t.path)
			}
		}
		cmd := exec.CommandContext(ctx, "jupyter-nbconvert", args...)
		cmd.Env = append(os.Environ(), "JUPYTER_NO_CONFIG=1")
		if log, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("jupyter-nbconvert: %w\n%s", err, tail(log, 30))
		}
		fmt.Println(out)
	}
	return nil
}

// openJupyter starts Jupyter on the labs, in a browser.
func openJupyter(ctx context.Context, s *shop, _ []string) error {
	if err := s.buildKernel(ctx); err != nil {
		return err
	}
	program, err := exec.LookPath("jupyter-lab")
	if err != nil {
		if err := debian("jupyter-notebook"); err != nil {
			return err
		}
		if program, err = exec.LookPath("jupyter-notebook"); err != nil {
			return err
		}
	}
	env, err := s.environment("jupyter")
	if err != nil {
		return err
	}
	args := []string{program, "--notebook-dir", labsDir}
	if os.Getuid() == 0 {
		args = append(args, "--allow-root")
	}
	cmd := exec.Command(program, args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}
