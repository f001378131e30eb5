package data

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"gradlab/internal/quote"
)

// role is what is done with the cells of a column of the file.
type role byte

const (
	numberRole role = iota
	textRole
	dateRole // an error where the first one is met
	skipRole
)

const (
	maxColumns    = 100_000
	sampleRows    = 1000 // that the kinds of the columns are told from
	dateSample    = 20   // cells that are looked at for dates
	delimiterRows = 50   // that the delimiter is told from
)

// layout is what has to be known of a CSV file before its cells can be read. It
// is told from the first block.
type layout struct {
	delim  byte
	header bool
	forced bool     // the roles are those that a model wants
	names  []string // of the columns of the file; x1, x2, … without a header
	roles  []role
	slots  []int // the place of a column among those of its role
	counts [skipRole + 1]int
	stats  []columnStats
	start  int // the first byte of the rows, and the line ends before it
	lines  int
}

// columnStats describes the sample of a column.
type columnStats struct {
	cells   int  // not missing
	numbers int  // of those, also infinite ones and ones with commas
	dates   int  // of the first few
	first   role // of the cell in the first line: number, text, or skip if it is missing
	recurs  bool // the cell in the first line occurs again
}

// newLayout tells the layout from the first block, which comes after some lines.
func newLayout(b []byte, lines int, torn bool, opt CSVOptions) (*layout, *Error) {
	lay := &layout{delim: opt.Delimiter}
	if problem := notCSV(b); problem != "" {
		return nil, &Error{Msg: problem}
	}
	if lay.delim == 0 {
		lay.delim = findDelimiter(b)
	}
	s := scanner{b: b, delim: lay.delim, lines: lines}
	if !s.more() {
		return nil, &Error{Msg: "the file is empty"}
	}
	line := s.lines + 1
	first, problem := firstRecord(&s)
	if problem != nil {
		return nil, problem
	}
	if torn && s.pos == len(b) {
		return nil, &Error{Line: line, Msg: tooLong}
	}
	lay.sample(s, first)
	lay.header = opt.Header == HeaderYes
	if opt.Header == HeaderAuto {
		lay.header = lay.looksLikeHeader(first) || opt.For != nil && opt.For.namedIn(first)
	}
	lay.lines = lines
	if !lay.header {
		lay.nameColumns(len(first))
		lay.countFirst(first)
	} else if problem := lay.checkHeader(first, line); problem != nil {
		return nil, problem
	} else {
		lay.start, lay.lines = s.pos, s.lines
		if bytes.IndexByte(b[:s.pos], 0) >= 0 {
			return nil, &Error{Line: line, Msg: binaryFile}
		}
		if !s.more() && !torn {
			return nil, &Error{Msg: "the file has a header but no rows"}
		}
	}
	return lay, lay.setRoles(opt)
}

// notCSV says what else the file seems to be.
func notCSV(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return "the file is in UTF-16: save it as UTF-8"
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return "the file is a zip archive or an Excel workbook: save the table as CSV"
	case bytes.HasPrefix(b, []byte("\x89PNG")), bytes.HasPrefix(b, []byte("\x89HDF")), bytes.HasPrefix(b, []byte("%PDF")), bytes.HasPrefix(b, []byte("PAR1")):
		return "this looks like a binary file, not a CSV file"
	}
	return ""
}

// firstRecord returns the cells of the first record.
func firstRecord(s *scanner) (cells []string, problem *Error) {
	line := s.lines + 1
	for last := false; !last; {
		var cell []byte
		var form string
		if cell, last, form = s.cell(); form != "" {
			return nil, &Error{Line: s.lines + 1, Msg: form}
		}
		if len(cells) == maxColumns {
			return nil, &Error{Line: line, Msg: fmt.Sprintf("more than %d columns", maxColumns)}
		}
		cells = append(cells, string(cell))
	}
	return cells, nil
}

// sample fills the statistics from the records after the first, up to one that
// is not as it should be: that is for the parser to report.
func (lay *layout) sample(s scanner, first []string) {
	lay.stats = make([]columnStats, len(first))
	for i, cell := range first {
		lay.stats[i].first = roleOf([]byte(cell))
	}
	for row := 0; row < sampleRows && s.more(); row++ {
		for i, last := 0, false; !last; i++ {
			var cell []byte
			var form string
			cell, last, form = s.cell()
			if form != "" || last != (i == len(first)-1) {
				return
			}
			lay.stats[i].count(cell)
			lay.stats[i].recurs = lay.stats[i].recurs || string(cell) == first[i]
		}
	}
}

func (c *columnStats) count(cell []byte) {
	switch roleOf(cell) {
	case skipRole:
		return
	case numberRole:
		c.numbers++
	default:
		if c.cells < dateSample && isDate(string(cell)) {
			c.dates++
		}
	}
	c.cells++
}

// countFirst adds the first line to the statistics, where it is not a header.
func (lay *layout) countFirst(first []string) {
	for i, cell := range first {
		lay.stats[i].count([]byte(cell))
	}
}

// role returns what the column holds: numbers if at least half of its cells do
// that are not missing.
func (c *columnStats) role() role {
	switch {
	case 2*c.numbers >= c.cells:
		return numberRole
	case 2*c.dates >= min(c.cells, dateSample):
		return dateRole
	}
	return textRole
}

// roleOf tells a number from text; a missing cell is neither.
func roleOf(cell []byte) role {
	if isMissing(cell) {
		return skipRole
	}
	if _, ok := parseNumber(cell); ok || isInfinity(string(cell)) || hasCommas(string(cell)) {
		return numberRole
	}
	return textRole
}

// looksLikeHeader tells whether the first line names the columns; the rule is
// in the documentation of CSVOptions.
func (lay *layout) looksLikeHeader(first []string) bool {
	for _, c := range lay.stats {
		if c.first == textRole && c.cells > 0 && c.role() == numberRole {
			return true
		}
	}
	distinct := slices.Clone(first)
	slices.Sort(distinct)
	if len(slices.Compact(distinct)) < len(first) {
		return false
	}
	for _, c := range lay.stats {
		if c.first != textRole || c.recurs {
			return false
		}
	}
	return true
}

// nameColumns names the columns of a file without a header.
func (lay *layout) nameColumns(n int) {
	for i := range n {
		lay.names = append(lay.names, "x"+strconv.Itoa(i+1))
	}
}

// checkHeader takes the names from the header.
func (lay *layout) checkHeader(names []string, line int) *Error {
	seen := make(map[string]int, len(names))
	for i, name := range names {
		msg := ""
		other, twice := seen[name]
		switch {
		case name == "":
			msg = "no name in the header: name the column (or delete it, if it only numbers the rows)"
		case !utf8.ValidString(name):
			msg = fmt.Sprintf("the name %s is not UTF-8 (but perhaps Latin-1 or Windows-1252): save the file as UTF-8", quote.Text(name))
		case twice:
			msg = fmt.Sprintf("the name %s is that of column %d, too", quote.Text(name), other)
		}
		if msg != "" {
			return &Error{Line: line, Msg: fmt.Sprintf("column %d: %s", i+1, msg)}
		}
		seen[name] = i + 1
	}
	lay.names = names
	return nil
}

// setRoles decides what is done with each column.
func (lay *layout) setRoles(opt CSVOptions) *Error {
	lay.roles = make([]role, len(lay.names))
	lay.slots = make([]int, len(lay.names))
	for i := range lay.stats {
		lay.roles[i] = lay.stats[i].role()
	}
	if opt.For != nil {
		lay.forced = true
		opt.For.setRoles(lay)
	}
	for _, given := range []struct {
		names []string
		role  role
	}{{opt.Text, textRole}, {opt.Ignore, skipRole}} {
		for _, name := range given.names {
			i := findColumn(lay.names, name)
			if i < 0 {
				return &Error{Msg: noColumn(name, lay.names)}
			}
			lay.roles[i] = given.role
		}
	}
	if opt.For == nil && !slices.ContainsFunc(lay.roles, func(r role) bool { return r != skipRole }) {
		return &Error{Msg: "all columns are left out"}
	}
	for i, role := range lay.roles {
		lay.slots[i] = lay.counts[role]
		lay.counts[role]++
	}
	return nil
}

// numbersBecause says why a column is one of numbers.
func (lay *layout) numbersBecause(column int) string {
	switch {
	case lay.forced:
		return "the model needs it to be"
	case lay.stats[column].cells == 0:
		return "the column was taken to hold (its first cells are empty)"
	}
	return "the other cells of the column are"
}

// findColumn returns the place of a column that is given by its name or its
// number, counted from 1, or -1.
func findColumn(names []string, name string) int {
	if i := slices.Index(names, name); i >= 0 {
		return i
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(names) {
		return n - 1
	}
	return -1
}

func noColumn(name string, names []string) string {
	return fmt.Sprintf("there is no column %s; the columns are %s", quote.Text(name), quote.List(names))
}
