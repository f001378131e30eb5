package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// interpreters are where Python is looked for, in order: the one that is first
// on the path need not be the one that the libraries are installed for.
var interpreters = []string{"python3", "/usr/bin/python3", "python"}

// patience is how long a peer is waited for.
var patience = 5 * time.Minute

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

// startPeer starts a script in the first Python that can run it.
func startPeer(ctx context.Context, script ...string) (*peer, error) {
	var reason error
	for _, python := range interpreters {
		path, err := exec.LookPath(python)
		if err != nil {
			continue
		}
		p, err := startWith(ctx, path, script)
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

func startWith(ctx context.Context, python string, args []string) (*peer, error) {
	p := &peer{process: exec.CommandContext(ctx, python, args...)}
	p.process.Stderr = &p.errs
	p.process.WaitDelay = time.Second
	p.process.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	if os.Getenv(waitPolicy) == "" {
		p.process.Env = append(p.process.Env, waitPolicy+"=passive")
	}
	in, err1 := p.process.StdinPipe()
	out, err2 := p.process.StdoutPipe()
	if err := errors.Join(err1, err2, p.process.Start()); err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewReader(out)
	if err := p.answer(&p.hello); err != nil {
		return nil, err
	}
	if p.Missing != "" {
		p.close()
		return nil, fmt.Errorf("%w: %s", errMissing, p.Missing)
	}
	return p, nil
}

// waitPolicy says how threads of OpenMP wait for work. By default they do it
// awake, and take the processors from those of the BLAS library.
const waitPolicy = "OMP_WAIT_POLICY"

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

// answer reads a line. A peer that does not answer as it should is ended.
func (p *peer) answer(answer any) error {
	late := time.AfterFunc(patience, func() { p.process.Process.Kill() })
	line, err := p.out.ReadBytes('\n')
	switch {
	case !late.Stop():
		err = fmt.Errorf("no answer in %v", patience)
	case err != nil:
		return p.failed(err)
	case json.Unmarshal(line, answer) != nil:
		err = fmt.Errorf("its answer is %.60q", bytes.TrimSpace(line))
	default:
		return nil
	}
	p.close()
	return fmt.Errorf("it failed: %w", err)
}

// failed says how a peer ended: by the last line on its stderr if there is one.
func (p *peer) failed(err error) error {
	p.close()
	lines := strings.Split(strings.TrimSpace(p.errs.String()), "\n")
	if last := lines[len(lines)-1]; last != "" {
		err = errors.New(last)
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
