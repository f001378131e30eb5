package data

import "bytes"

// scanner goes through the records of a block of a CSV file, cell by cell.
type scanner struct {
	b     []byte
	pos   int
	delim byte
	lines int    // line ends passed
	buf   []byte // a cell with doubled quotes, undoubled
}

// more skips blank lines and reports whether a record follows.
func (s *scanner) more() bool {
	for s.pos < len(s.b) {
		i := s.skipSpaces(s.pos)
		if i < len(s.b) && !isLineEnd(s.b[i]) {
			return true
		}
		s.pos = i
		s.endLine()
	}
	return false
}

// cell returns the next cell, without its quotes and without the spaces around
// it, and whether it is the last of its record. It is valid until the next call.
// A problem is one of the form, in words; then the position is where it was found.
func (s *scanner) cell() (cell []byte, last bool, problem string) {
	i := s.skipSpaces(s.pos)
	if i < len(s.b) && s.b[i] == '"' {
		return s.quoted(i)
	}
	start := i
	for i < len(s.b) && s.b[i] != s.delim && !isLineEnd(s.b[i]) {
		if s.b[i] == '"' {
			s.pos = i
			return nil, false, "a quote inside a cell that does not begin with one (quote the whole cell, and write each quote in it twice)"
		}
		i++
	}
	s.pos = i
	return trimSpaces(s.b[start:i]), s.endCell(), ""
}

// quoted is cell for a cell whose opening quote is at i.
func (s *scanner) quoted(i int) (cell []byte, last bool, problem string) {
	s.pos = i
	start := i + 1
	s.buf = s.buf[:0]
	for {
		n := bytes.IndexByte(s.b[start:], '"')
		if n < 0 {
			return nil, false, "a quote is opened here that is never closed"
		}
		end := start + n
		if end+1 < len(s.b) && s.b[end+1] == '"' { // a doubled quote
			s.buf = append(s.buf, s.b[start:end+1]...)
			start = end + 2
			continue
		}
		cell = s.b[start:end]
		if len(s.buf) > 0 {
			s.buf = append(s.buf, cell...)
			cell = s.buf
		}
		s.lines += countLineEnds(s.b[i:end])
		s.pos = s.skipSpaces(end + 1)
		if s.pos < len(s.b) && s.b[s.pos] != s.delim && !isLineEnd(s.b[s.pos]) {
			return nil, false, "more text after the closing quote of a cell (inside quotes, write each quote twice)"
		}
		return trimSpaces(cell), s.endCell(), ""
	}
}

// endCell passes the delimiter or line end at the position, and reports whether
// it was a line end or the end of the block.
func (s *scanner) endCell() (last bool) {
	if s.pos < len(s.b) && s.b[s.pos] == s.delim {
		s.pos++
		return false
	}
	s.endLine()
	return true
}

// endLine passes the line end at the position, if there is one: LF, CRLF or CR.
func (s *scanner) endLine() {
	if s.pos == len(s.b) {
		return
	}
	if s.b[s.pos] == '\r' && s.pos+1 < len(s.b) && s.b[s.pos+1] == '\n' {
		s.pos++
	}
	s.pos++
	s.lines++
}

func (s *scanner) skipSpaces(i int) int {
	for i < len(s.b) && (s.b[i] == ' ' || s.b[i] == '\t') && s.b[i] != s.delim {
		i++
	}
	return i
}

func isLineEnd(c byte) bool { return c == '\n' || c == '\r' }

func trimSpaces(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// countLineEnds returns the number of line ends in b: LF, CRLF or CR.
func countLineEnds(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	for {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			return n
		}
		b = b[i+1:]
		if len(b) == 0 || b[0] != '\n' {
			n++
		}
	}
}
