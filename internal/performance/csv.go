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

// tables are the files to read: columns of numbers, or of what cell writes, and
// after them a text of one letter.
var tables = []struct {
	name          string
	rows, columns int
	numbers       int // columns that become rows of the matrix
	cell          func(b []byte, r *rand.Rand) []byte
}{
	{"20 numbers with six decimals", 500_000, 20, 20, sixDecimals},
	{"20 numbers with all digits", 250_000, 20, 20, allDigits},
	{"2 numbers", 3_000_000, 2, 2, sixDecimals},
	{"784 pixels", 40_000, 784, 784, pixel},
	{"10 quoted texts", 500_000, 10, 0, quotedText},
}

func sixDecimals(b []byte, r *rand.Rand) []byte {
	return strconv.AppendFloat(b, r.NormFloat64(), 'f', 6, 64)
}

func allDigits(b []byte, r *rand.Rand) []byte {
	return strconv.AppendFloat(b, r.NormFloat64(), 'g', -1, 64)
}

func pixel(b []byte, r *rand.Rand) []byte {
	return strconv.AppendInt(b, int64(r.IntN(2)*r.IntN(256)), 10)
}

func quotedText(b []byte, r *rand.Rand) []byte {
	return append(strconv.AppendInt(append(b, `"No. `...), int64(r.IntN(50)), 10), '"')
}

// csv compares the reading of files, each time by a process of its own.
func csv(b *program) (string, error) {
	readers := csvReaders(b.dir)
	var text strings.Builder
	fmt.Fprint(&text, "Seconds:\n\n| each row | rows | MB | pandas | fread | gradlab | pandas ÷ gradlab | fread ÷ gradlab | peak memory ÷ matrix |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, t := range tables {
		file := filepath.Join(b.dir, "table.csv")
		if err := writeTable(file, t.rows, t.columns, t.cell); err != nil {
			return "", err
		}
		info, err := os.Stat(file)
		if err != nil {
			return "", err
		}
		best, peak, err := b.read(readers, file)
		if err != nil {
			return "", err
		}
		over := func(i int) string {
			if best[i] == 0 {
				return "missing"
			}
			return fmt.Sprintf("**%.2f**", best[i]/best[2])
		}
		memory := "–"
		if t.numbers > 0 {
			memory = fmt.Sprintf("%.2f", peak/float64(8*t.rows*t.numbers))
		}
		fmt.Fprintf(&text, "| %s, a text | %d | %.0f | %.3f | %.3f | %.3f | %s | %s | %s |\n",
			t.name, t.rows, float64(info.Size())/1e6, best[0], best[1], best[2], over(0), over(1), memory)
	}
	return text.String(), nil
}

// csvReaders returns the commands of pandas, fread and us that read a file, nil
// where one is missing.
func csvReaders(dir string) (commands [3][]string) {
	if program := python("pandas"); program != "" {
		commands[0] = []string{program, filepath.Join(dir, "others", "read_pandas.py")}
	}
	if program, err := exec.LookPath("Rscript"); err == nil {
		commands[1] = []string{program, filepath.Join(dir, "others", "read_fread.R")}
	}
	commands[2] = []string{filepath.Join(dir, "bench"), "--rounds", "1", "--json", "--csv"}
	return commands
}

// read has a file read in turns. It returns the best time of each command, and
// how much memory we took at most.
func (b *program) read(commands [3][]string, file string) (best [3]float64, peak float64, err error) {
	for range b.rounds {
		for i, command := range commands {
			if command == nil {
				continue
			}
			fmt.Println("  read", filepath.Base(command[0]))
			var r struct {
				Seconds float64
				Peak    float64 `json:"peak_rss_bytes"`
			}
			if err := b.run(&r, append(command, file)...); err != nil {
				return best, 0, err
			}
			if best[i] == 0 || r.Seconds < best[i] {
				best[i] = r.Seconds
			}
			peak = max(peak, r.Peak)
		}
	}
	return best, peak, nil
}

// writeTable writes a file of random cells and one of five texts a row.
func writeTable(path string, rows, columns int, cell func(b []byte, r *rand.Rand) []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for i := range columns {
		fmt.Fprintf(w, "x%d,", i)
	}
	fmt.Fprintln(w, "label")
	r := rand.New(rand.NewPCG(1, 0))
	var line []byte
	for range rows {
		line = line[:0]
		for range columns {
			line = append(cell(line, r), ',')
		}
		line = append(line, "abcde"[r.IntN(5)], '\n')
		w.Write(line) // Flush says what fails
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
