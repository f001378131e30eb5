package main

import (
	"os"
	"runtime"
	"time"

	"gradlab/data"
)

// csvResult is what --csv --json prints.
type csvResult struct {
	Seconds        float64 `json:"seconds"`
	Rows           int     `json:"rows"`
	Columns        int     `json:"columns"`
	BytesPerSecond float64 `json:"bytes_per_second"` // of the file as it is; 0 for standard input
	PeakRSSBytes   int64   `json:"peak_rss_bytes"`   // of the process after the first reading; 0 where the system does not tell
}

// csv reads a file as train does. The best of several readings counts, the first
// of which finds the file in memory only if somebody has read it just now.
func (b *bench[T]) csv() (any, error) {
	r := new(csvResult)
	rounds := b.Rounds
	if b.CSV == "-" { // it can be read once
		rounds = 1
	}
	for round := range rounds {
		runtime.GC()
		start := time.Now()
		table, err := data.Open[T](b.CSV, "", data.CSVOptions{})
		seconds := time.Since(start).Seconds()
		if err != nil {
			return nil, err
		}
		if round == 0 {
			r.Rows, r.Columns, r.PeakRSSBytes = table.Rows, len(table.Columns), peakRSS()
		}
		if round == 0 || seconds < r.Seconds {
			r.Seconds = seconds
		}
	}
	r.BytesPerSecond = float64(sizeOf(b.CSV)) / r.Seconds
	r.print(b.text, b.CSV, b.threads)
	return r, nil
}

// sizeOf returns the bytes of a file or of a built-in set, 0 if they are not
// known.
func sizeOf(name string) int64 {
	if info, err := os.Stat(name); err == nil {
		return info.Size()
	}
	text, _ := data.Builtin(name)
	return int64(len(text))
}
