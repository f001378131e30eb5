package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"

	"gradlab/matrix"
)

// checkMemory returns an error if something needs more bytes than are free, so
// that it is not the system that ends us.
func checkMemory(what string, need float64) error {
	if free := freeMemory(); need > free {
		return fmt.Errorf("%s needs %s of memory, and %s are free", what, gigabytes(need), gigabytes(free))
	}
	return nil
}

func gigabytes(n float64) string { return fmt.Sprintf("%.1f GB", n/1e9) }

var availableLine = regexp.MustCompile(`(?m)^MemAvailable: +(\d+) kB$`)

// freeMemory returns the bytes that can be had without swapping. Where the system
// does not tell as Linux does, they are taken for 64 GB.
func freeMemory() float64 {
	text, _ := os.ReadFile("/proc/meminfo")
	if found := availableLine.FindSubmatch(text); found != nil {
		if kilobytes, err := strconv.ParseFloat(string(found[1]), 64); err == nil {
			return kilobytes * 1024
		}
	}
	return 1 << 36
}

// bytesOf returns the size of matrices.
func bytesOf[T matrix.Float](all ...*matrix.Matrix[T]) float64 {
	elements := 0
	for _, m := range all {
		elements += len(m.Data)
	}
	return float64(elements) * elementBytes[T]()
}

// elementBytes returns the size of an element.
func elementBytes[T matrix.Float]() float64 {
	if _, single := any(T(0)).(float32); single {
		return 4
	}
	return 8
}
