package data

import (
	"slices"
	"strings"
)

// maxValues is how many different values of a text column are kept.
const maxValues = 10_000

// fewValues is up to how many values are searched one by one, which is faster
// than a map for the usual handful of classes, and smaller for many columns.
const fewValues = 8

// missingCode is the code of a missing cell.
const missingCode = -1

// dict gives codes to the different values of a text column, in the order in
// which they come.
type dict struct {
	values []string
	codes  map[string]int32 // nil while there are few values
	full   bool             // more than maxValues: the codes mean nothing
}

// code returns the code of a cell, and whether it is a new one.
func (d *dict) code(cell []byte) (code int32, added bool) {
	if d.full {
		return 0, false
	}
	if d.codes == nil {
		for i, v := range d.values {
			if v == string(cell) {
				return int32(i), false
			}
		}
	} else if c, ok := d.codes[string(cell)]; ok {
		return c, false
	}
	return d.add(string(cell)), true
}

func (d *dict) add(value string) int32 {
	if len(d.values) == maxValues {
		*d = dict{full: true}
		return 0
	}
	c := int32(len(d.values))
	d.values = append(d.values, value)
	switch {
	case d.codes != nil:
		d.codes[value] = c
	case len(d.values) > fewValues:
		d.codes = make(map[string]int32, 2*fewValues)
		for i, v := range d.values {
			d.codes[v] = int32(i)
		}
	}
	return c
}

// reset empties the dictionary.
func (d *dict) reset() {
	clear(d.codes)
	*d = dict{values: d.values[:0], codes: d.codes}
}

// sorted returns the values by bytes, and for each code its place among them.
func (d *dict) sorted() (values []string, place []int32) {
	values = slices.SortedFunc(slices.Values(d.values), strings.Compare)
	place = make([]int32, len(values))
	for c, v := range d.values {
		i, _ := slices.BinarySearch(values, v)
		place[c] = int32(i)
	}
	return values, place
}
