package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"

	"gradlab/internal/cli"
	"gradlab/matrix"
)

// Run measures what the flags say.
func (f *flags) Run(stdout, stderr io.Writer) error {
	if err := f.check(); err != nil {
		return cli.UsageError{Err: err}
	}
	if f.Threads > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(f.Threads))
	}
	if f.DType == "" {
		f.DType = "float32"
		if f.CSV != "" {
			f.DType = "float64" // as train
		}
	}
	if f.DType == "float32" {
		return measure[float32](f, stdout, stderr)
	}
	return measure[float64](f, stdout, stderr)
}

// bench is a measurement from the flags to the report.
type bench[T matrix.Float] struct {
	*flags
	text    io.Writer // for people: stdout, or stderr where stdout is for JSON
	tier    string
	threads int
}

func measure[T matrix.Float](f *flags, stdout, stderr io.Writer) error {
	b := &bench[T]{flags: f, text: stdout, threads: min(runtime.GOMAXPROCS(0), runtime.NumCPU())}
	b.tier, _ = matrix.SIMD()
	if f.JSON {
		b.text = stderr
	}
	if f.Threads > b.threads {
		fmt.Fprintf(b.text, "--threads %d: the machine has %s\n", f.Threads, counted(b.threads, "thread"))
	}
	work := b.step
	switch {
	case f.Gemm:
		work = b.gemm
	case f.CSV != "":
		work = b.csv
	}
	result, err := work()
	if err != nil || !f.JSON {
		return err
	}
	return json.NewEncoder(stdout).Encode(result)
}

// threadCounts returns what is compared: one thread and all.
func (b *bench[T]) threadCounts() []int {
	if b.threads == 1 {
		return []int{1}
	}
	return []int{1, b.threads}
}

// counted returns "1 thread", "2 threads".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
