package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"gradlab/internal/cli"
	"gradlab/internal/parts"
)

// flags is the command line.
type flags struct {
	Layers     cli.Sizes `default:"784,512,512,10" placeholder:"N,N,…" help:"Sizes of the layers, input first, output last. Several outputs: softmax and cross-entropy; one: sigmoid." group:"step"`
	Batch      int       `default:"128" help:"Examples a step." group:"step"`
	Activation string    `default:"relu" help:"Hidden activation: identity, sigmoid, tanh, relu, leaky-relu, elu, softplus, gelu, softmax." group:"step"`
	Steps      int       `default:"0" help:"Steps of a mean; 0: as many as take about 0.3 seconds." group:"step"`

	Gemm  bool     `help:"Time products of matrices, on one thread and on all." group:"other work"`
	Sizes []string `placeholder:"SIZE,…" help:"Products for --gemm: N is N×N×N; MxNxK[:nn|nt|tn] is M×K by K×N, with the operands transposed in memory where there is a t. Default: 64 to 2048, and those of some networks." group:"other work"`
	CSV   string   `name:"csv" placeholder:"FILE" help:"Time the reading of a file, as train reads it." group:"other work"`

	DType   string   `name:"dtype" default:"" enum:",float64,float32" placeholder:"TYPE" help:"Type of all numbers: float64, float32. Default: float32, and float64 for --csv." group:"all"`
	Threads int      `default:"0" help:"Threads; 0: as many as the machine or GOMAXPROCS has." group:"all"`
	Rounds  int      `default:"3" help:"Means, or rounds of a comparison, of which the best counts." group:"all"`
	Peers   []string `placeholder:"NAME,…" help:"Do the same in numpy, torch, sklearn, in turns, each on one thread and on all." group:"all"`
	Plot    string   `placeholder:"FILE" help:"Draw bars of the step into FILE.png or .svg, and how time grows with width and batch into FILE-scaling.png or .svg." group:"all"`
	JSON    bool     `name:"json" help:"Print one JSON object." group:"all"`

	Version kong.VersionFlag `help:"Print the version." group:"all"`
}

const maxBatch = 1 << 24

var (
	stepPeers = []string{"numpy", "torch", "sklearn"}
	gemmPeers = []string{"numpy"}
)

// check finds what is wrong whatever the files say.
func (f *flags) check() error {
	_, activationErr := parts.Find("activation", f.Activation, parts.Activations[float64]())
	_, sizesErr := f.products()
	peers := stepPeers
	if f.Gemm {
		peers = gemmPeers
	}
	for _, c := range []struct {
		bad     bool
		message string
	}{
		{f.Batch < 1, fmt.Sprintf("--batch %d: give a number of examples, at least 1", f.Batch)},
		{f.Batch > maxBatch, fmt.Sprintf("--batch %d: at most %d examples", f.Batch, maxBatch)},
		{activationErr != nil, fmt.Sprintf("--activation: %v", activationErr)},
		{f.Steps < 0, fmt.Sprintf("--steps %d: give a number of steps, or 0", f.Steps)},
		{f.Threads < 0 || f.Threads > 1<<12, fmt.Sprintf("--threads %d: give a number of threads, or 0 for all", f.Threads)},
		{f.Rounds < 1, fmt.Sprintf("--rounds %d: at least 1 is needed", f.Rounds)},
		{f.Gemm && f.CSV != "", "--gemm and --csv are different work: give one of them"},
		{f.Sizes != nil && !f.Gemm, "--sizes is for --gemm"},
		{sizesErr != nil, fmt.Sprintf("--sizes: %v", sizesErr)},
		{f.CSV != "" && f.Peers != nil, "--peers is not for --csv"},
		{f.Plot != "" && (f.Gemm || f.CSV != ""), "--plot is for training steps"},
		{f.Plot != "" && f.plotFormat() == "", fmt.Sprintf("--plot %s: the name of a picture ends in .png or .svg", f.Plot)},
	} {
		if c.bad {
			return errors.New(c.message)
		}
	}
	for i, name := range f.Peers {
		if !slices.Contains(peers, name) {
			return fmt.Errorf("--peers: unknown peer %q: choose of %s", name, strings.Join(peers, ", "))
		}
		if slices.Contains(f.Peers[:i], name) {
			return fmt.Errorf("--peers: %s is there twice", name)
		}
	}
	return nil
}

// plotFormat returns the format of --plot, or "" if its name does not tell.
func (f *flags) plotFormat() string {
	switch ext := strings.ToLower(filepath.Ext(f.Plot)); ext {
	case ".png", ".svg":
		return ext[1:]
	}
	return ""
}
