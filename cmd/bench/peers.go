package main

import (
	"bytes"
	"embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gradlab/internal/cli"
	"gradlab/matrix"
)

//go:embed peers/*.py
var peerScripts embed.FS

// peerResult is a peer in comparison with us.
type peerResult struct {
	Name    string `json:"name"`
	Missing string `json:"missing,omitempty"` // why it is
	Version string `json:"version,omitempty"`
	BLAS    string `json:"blas,omitempty"`

	USPerStep float64      `json:"us_per_step,omitempty"` // on its better number of threads
	Ratio     float64      `json:"ratio,omitempty"`       // its time over ours, each at its better number of threads
	ByThreads []threadTime `json:"by_threads,omitempty"`
	// LossDifference is the largest relative difference between its losses
	// and ours, over the first steps from the same weights.
	LossDifference *float64 `json:"loss_difference,omitempty"`

	process *peer    // nil where it is missing
	entries []*entry // its part in the comparison
}

// fail ends a peer and says why it is missing from now on.
func (r *peerResult) fail(err error) {
	if r.process != nil {
		r.process.close()
	}
	*r = peerResult{Name: r.Name, Version: r.Version, Missing: err.Error()}
}

// String returns name and version, and the BLAS library.
func (r peerResult) String() string {
	text := r.Name + " " + r.Version
	if r.BLAS != "" {
		text += " (" + r.BLAS + ")"
	}
	return text
}

// startPeers starts the peers that the flags name, each with its script for a
// kind of work, step or gemm. The folder with the scripts, into which prepare
// puts what else they need, is gone when they have begun; a signal until then
// does not leave it behind. close ends the peers.
func (b *bench[T]) startPeers(kind string, prepare func(dir string) error) (peers []peerResult, close func(), err error) {
	close = func() {
		for _, p := range peers {
			if p.process != nil {
				p.process.close()
			}
		}
	}
	ctx, stop := cli.Interruptible()
	defer func() {
		if signal := stop(); signal != nil {
			err = signal
		}
		if err != nil {
			close()
		}
	}()
	dir, err := peerFolder()
	if dir != "" {
		defer os.RemoveAll(dir)
	}
	if err == nil {
		err = prepare(dir)
	}
	if err != nil {
		return nil, close, fmt.Errorf("can't prepare the work of the peers: %w", err)
	}
	for _, name := range b.Peers {
		r := peerResult{Name: name}
		p, err := startPeer(ctx, filepath.Join(dir, name+"_"+kind+".py"), dir, b.DType)
		if err != nil {
			r.fail(err)
		} else {
			r.Version, r.BLAS, r.process = p.Version, p.BLAS, p
		}
		peers = append(peers, r)
	}
	return peers, close, nil
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
