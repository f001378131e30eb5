// Package memory tells how much memory there is, so that what would not fit is
// refused with a message and it is not the system that ends us.
package memory

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
)

// Check returns an error if something needs more bytes than are free.
func Check(what string, need float64) error {
	if free := Free(); need > free {
		return fmt.Errorf("%s needs %s of memory, and %s are free", what, gigabytes(need), gigabytes(free))
	}
	return nil
}

func gigabytes(n float64) string { return fmt.Sprintf("%.1f GB", n/1e9) }

var availableLine = regexp.MustCompile(`(?m)^MemAvailable: +(\d+) kB$`)

// Free returns the bytes that can be had without swapping. Where the system does
// not tell as Linux does, they are taken for 64 GB.
func Free() float64 {
	text, _ := os.ReadFile("/proc/meminfo")
	if found := availableLine.FindSubmatch(text); found != nil {
		if kilobytes, err := strconv.ParseFloat(string(found[1]), 64); err == nil {
			return kilobytes * 1024
		}
	}
	return 1 << 36
}
