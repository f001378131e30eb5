package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// fashionMNIST is where Debian's package dataset-fashion-mnist has its files.
const fashionMNIST = "/usr/share/datasets/fashion-mnist"

// runs compares whole trainings, from the files of Fashion-MNIST to the saved
// model and the accuracy on the test set: processes from beginning to end.
func runs(b *program) (string, error) {
	if _, err := os.Stat(fashionMNIST); err != nil {
		return "", fmt.Errorf("Fashion-MNIST is not there: %w", err)
	}
	images := func(part string) string { return filepath.Join(fashionMNIST, part+"-images-idx3-ubyte.gz") }
	labels := func(part string) string { return filepath.Join(fashionMNIST, part+"-labels-idx1-ubyte.gz") }
	train := []string{
		filepath.Join(b.dir, "train"), "--layers", "784,128,10", "--activation", "relu", "--optimizer", "adam", "--lr", "0.001",
		"--batch", "128", "--epochs", "10", "--dtype", "float32", "--val", "0", "--json",
		"--data", images("train"), "--data-labels", labels("train"), "--test", images("t10k"), "--test-labels", labels("t10k"),
		"--out", filepath.Join(b.dir, "run"),
	}
	contenders := []struct {
		name    string
		command []string
		ways    [][]string // environments, of which the best counts
	}{
		{"gradlab", train, [][]string{nil}},
		{"scikit-learn", []string{python("sklearn"), filepath.Join(b.dir, "others", "fashion_sklearn.py"), fashionMNIST, b.dir}, threads()},
		{"PyTorch", []string{python("torch"), filepath.Join(b.dir, "others", "fashion_torch.py"), fashionMNIST, b.dir}, threads()},
	}
	best, accuracy := make([]float64, len(contenders)), make([]float64, len(contenders))
	for range b.rounds {
		for i, c := range contenders {
			if c.command[0] == "" {
				continue
			}
			for _, way := range c.ways {
				fmt.Println("  run", c.name, strings.Join(way, " "))
				var r struct {
					Accuracy float64 `json:"test_accuracy"`
				}
				start := time.Now()
				if err := b.runIn(way, &r, c.command...); err != nil {
					return "", err
				}
				if s := time.Since(start).Seconds(); best[i] == 0 || s < best[i] {
					best[i] = s
				}
				accuracy[i] = r.Accuracy
			}
		}
	}
	var text strings.Builder
	fmt.Fprint(&text, "| | seconds | ÷ gradlab | test accuracy |\n|---|---|---|---|\n")
	for i, c := range contenders {
		if best[i] == 0 {
			fmt.Fprintf(&text, "| %s | missing | | |\n", c.name)
			continue
		}
		fmt.Fprintf(&text, "| %s | %.2f | %.2f | %.3f |\n", c.name, best[i], best[i]/best[0], math.Round(accuracy[i]*1000)/1000)
	}
	return text.String(), nil
}

// threads returns environments in which OpenBLAS and OpenMP run on one thread, on
// all, and OpenBLAS alone on all. Where both have several, they wait for each
// other awake unless told otherwise.
func threads() [][]string {
	return [][]string{
		{"OMP_NUM_THREADS=1"},
		{"OMP_WAIT_POLICY=PASSIVE"},
		{"OMP_NUM_THREADS=1", fmt.Sprintf("OPENBLAS_NUM_THREADS=%d", runtime.NumCPU())},
	}
}
