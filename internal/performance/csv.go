package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// csv compares the reading of a file of 500 000 rows of 20 numbers and a text.
func csv(b *program) (string, error) {
	const rows, numbers = 500_000, 20
	file := filepath.Join(b.dir, "table.csv")
	if err := writeTable(file, rows, numbers); err != nil {
		return "", err
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	type reading struct {
		Seconds float64
		Peak    float64 `json:"peak_rss_bytes"`
	}
	var ours reading
	if err := b.bench(&ours, "--csv "+file); err != nil {
		return "", err
	}
	var text strings.Builder
	fmt.Fprint(&text, "| | seconds | MB/s | ÷ gradlab |\n|---|---|---|---|\n")
	line := func(name string, seconds float64) {
		fmt.Fprintf(&text, "| %s | %.3f | %.0f | %.2f |\n", name, seconds, float64(info.Size())/seconds/1e6, seconds/ours.Seconds)
	}
	line("gradlab", ours.Seconds)
	rscript, _ := exec.LookPath("Rscript")
	for _, c := range []struct{ name, program, script string }{
		{"pandas read_csv", python("pandas"), "read_pandas.py"},
		{"data.table fread", rscript, "read_fread.R"},
	} {
		if c.program == "" {
			fmt.Fprintf(&text, "| %s | missing | | |\n", c.name)
			continue
		}
		fmt.Println("  " + c.name)
		var theirs reading
		if err := b.run(&theirs, c.program, filepath.Join(b.dir, "others", c.script), file, strconv.Itoa(b.rounds)); err != nil {
			return "", err
		}
		line(c.name, theirs.Seconds)
	}
	fmt.Fprintf(&text, "\n%.0f MB. Peak memory of our process: %.0f MB, %.2f times the matrix of %d numbers a row.\n",
		float64(info.Size())/1e6, ours.Peak/1e6, ours.Peak/(8*rows*numbers), numbers)
	return text.String(), nil
}

// writeTable writes a file of random numbers and one of five texts a row.
func writeTable(path string, rows, numbers int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for i := range numbers {
		fmt.Fprintf(w, "x%d,", i)
	}
	fmt.Fprintln(w, "label")
	r := rand.New(rand.NewPCG(1, 0))
	var line []byte
	for range rows {
		line = line[:0]
		for range numbers {
			line = append(strconv.AppendFloat(line, r.NormFloat64(), 'f', 6, 64), ',')
		}
		line = append(line, "abcde"[r.IntN(5)], '\n')
		w.Write(line) // Flush says what fails
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
