package data

import "bytes"

// delimiters are the ones that are tried, the first of equally good ones wins.
var delimiters = []byte{',', ';', '\t', '|'}

// delimiterFit says how well a delimiter explains the first records.
type delimiterFit struct {
	agree   int  // records with as many cells as the first
	comma   bool // there are commas in the cells, all of them decimal ones
	columns int
}

// findDelimiter returns the delimiter by which the first records have the same
// number of cells, two or more. Where there are several it takes the one that
// leaves decimal commas (in 1,5;2,5 the semicolon), then the one that gives the
// most cells.
func findDelimiter(b []byte) byte {
	best, found := byte(','), delimiterFit{}
	for _, delim := range delimiters {
		fit := fitDelimiter(b, delim)
		if fit.columns >= 2 && fit.better(found) {
			best, found = delim, fit
		}
	}
	return best
}

func (f delimiterFit) better(than delimiterFit) bool {
	switch {
	case f.agree != than.agree:
		return f.agree > than.agree
	case f.comma != than.comma:
		return f.comma
	}
	return f.columns > than.columns
}

func fitDelimiter(b []byte, delim byte) (fit delimiterFit) {
	s := scanner{b: b, delim: delim}
	withComma, decimal := 0, 0
	for record := 0; record < delimiterRows && s.more(); record++ {
		cells := 0
		for last := false; !last; cells++ {
			var cell []byte
			var form string
			if cell, last, form = s.cell(); form != "" {
				return fit
			}
			if bytes.IndexByte(cell, ',') >= 0 {
				withComma++
				if isDecimalComma(string(cell)) {
					decimal++
				}
			}
		}
		if record == 0 {
			fit.columns = cells
		}
		if cells == fit.columns {
			fit.agree++
		}
	}
	fit.comma = delim != ',' && decimal > 0 && decimal == withComma
	return fit
}
