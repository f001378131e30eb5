package main

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gradlab/matrix"
)

//go:embed peers/*.py
var peerScripts embed.FS

// interpreters are where Python is looked for, in order: the one that is first
// on the path need not be the one that the libraries are installed for.
var interpreters = []string{"python3", "/usr/bin/python3", "python"}

// peer is a Python process that does work on request, see peers/peer.py.
type peer struct {
	hello
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	errs    bytes.Buffer
}

// hello is the first line of a peer.
type hello struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	BLAS    string `json:"blas"`
	Threads bool   `json:"threads"` // whether it can set their number
	Missing string `json:"missing"` // why it is not there
}

// errMissing wraps why a peer is missing.
var errMissing = errors.New("missing")

// startPeer starts a script in the first Python that can run it. dir is where
// the scripts are.
func startPeer(dir, script string, args ...string) (*peer, error) {
	reason := error(nil)
	for _, python := range interpreters {
		path, err := exec.LookPath(python)
		if err != nil {
			continue
		}
		p, err := startWith(path, append([]string{filepath.Join(dir, script)}, args...))
		if err == nil {
			return p, nil
		}
		if reason == nil || !errors.Is(err, errMissing) {
			reason = err
		}
	}
	if reason == nil {
		reason = fmt.Errorf("%w: there is no Python", errMissing)
	}
	return nil, reason
}

func startWith(python string, args []string) (*peer, error) {
	p := &peer{process: exec.Command(python, args...)}
	p.process.Stderr = &p.errs
	p.process.WaitDelay = time.Second
	p.process.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	in, err1 := p.process.StdinPipe()
	out, err2 := p.process.StdoutPipe()
	if err := errors.Join(err1, err2, p.process.Start()); err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewReader(out)
	if err := p.answer(&p.hello); err != nil {
		p.close()
		return nil, err
	}
	if p.Missing != "" {
		p.close()
		return nil, fmt.Errorf("%w: %s", errMissing, p.Missing)
	}
	return p, nil
}

// ask sends a request, a command and numbers, and reads the answer.
func (p *peer) ask(answer any, command string, numbers ...int) error {
	for _, n := range numbers {
		command += fmt.Sprint(" ", n)
	}
	if _, err := fmt.Fprintln(p.in, command); err != nil {
		return p.failed(err)
	}
	return p.answer(answer)
}

func (p *peer) answer(answer any) error {
	line, err := p.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, answer)
	}
	if err != nil {
		return p.failed(err)
	}
	return nil
}

// failed says how a peer ended: by the last line on its stderr if there is one.
func (p *peer) failed(err error) error {
	p.close()
	lines := strings.Split(strings.TrimSpace(p.errs.String()), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return fmt.Errorf("it failed: %s", last)
	}
	return fmt.Errorf("it failed: %w", err)
}

// close ends the process: it does when its input does.
func (p *peer) close() {
	if p.process.ProcessState == nil {
		p.in.Close()
		late := time.AfterFunc(5*time.Second, func() { p.process.Process.Kill() })
		p.process.Wait()
		late.Stop()
	}
}

func (p *peer) setThreads(n int) error { return p.ask(new(any), "threads", n) }

func (p *peer) run(times int) (time.Duration, error) {
	var seconds float64
	err := p.ask(&seconds, "run", times)
	return time.Duration(seconds * 1e9), err
}

// threadCounts returns the numbers of threads to try a peer on; 0 is as it is.
func (p *peer) threadCounts(wanted []int) []int {
	if !p.Threads {
		return []int{0}
	}
	return wanted
}

func (p *peer) String() string {
	text := p.Name + " " + p.Version
	if p.BLAS != "" {
		text += " (" + p.BLAS + ")"
	}
	return text
}

// peerFolder makes a temporary folder with the scripts in it.
func peerFolder() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "bench-"); err != nil {
		return "", err
	}
	scripts, err := peerScripts.ReadDir("peers")
	for _, s := range scripts {
		text, readErr := peerScripts.ReadFile("peers/" + s.Name())
		err = errors.Join(err, readErr, os.WriteFile(filepath.Join(dir, s.Name()), text, 0o600))
	}
	return dir, err
}

// writeWork writes a network, its first weights and its batch for the peers to
// read: work.json, and all numbers in a row as they are in memory.
func writeWork[T matrix.Float](dir string, n *network[T], activation, dtype string) error {
	work, err := json.Marshal(map[string]any{
		"layers": []int(n.sizes), "batch": n.x.Cols, "activation": activation, "dtype": dtype, "rate": learningRate,
	})
	if err != nil {
		return err
	}
	var numbers bytes.Buffer
	for _, m := range append([]*matrix.Matrix[T]{n.x, n.y}, n.start...) {
		if err := binary.Write(&numbers, binary.LittleEndian, m.Data); err != nil {
			return err
		}
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "work.json"), work, 0o600),
		os.WriteFile(filepath.Join(dir, "numbers.bin"), numbers.Bytes(), 0o600),
	)
}

// blasEnvironment returns the environment variables that the peers' libraries
// listen to. They make a difference, so a report has to name them.
func blasEnvironment() (set []string) {
	for _, v := range os.Environ() {
		for _, prefix := range []string{"OPENBLAS_", "GOTO_NUM_THREADS", "OMP_", "MKL_", "BLIS_", "ATLAS_", "VECLIB_"} {
			if strings.HasPrefix(v, prefix) {
				set = append(set, v)
			}
		}
	}
	return set
}

// ownThreads restores the number of threads that a comparison has changed.
func ownThreads() (restore func()) {
	before := runtime.GOMAXPROCS(0)
	return func() { runtime.GOMAXPROCS(before) }
}
