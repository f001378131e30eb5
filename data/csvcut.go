package data

import (
	"bytes"
	"io"
)

const (
	blockSize = 1 << 20 // bytes that are parsed at a time
	maxRecord = 1 << 24 // bytes of a record; it bounds the size of a block
)

// cutter cuts a CSV file into blocks of whole records. Whether a line end ends
// a record can be told from the number of quotes before it: it is even unless
// the line end is inside a quoted cell, since quotes in a cell are doubled.
type cutter struct {
	r    io.Reader
	size int    // of a block, about
	rest []byte // of what has been read, after the last block
	eof  bool
}

// next puts the next block in buf, which it enlarges if necessary. The block is
// empty at the end of the file. torn: the last record of the block goes on
// after it, for it is longer than maxRecord.
func (c *cutter) next(buf []byte) (block []byte, torn bool, err error) {
	buf = append(buf[:0], c.rest...)
	for want := c.size; ; want = 2 * len(buf) {
		if buf, err = c.fill(buf, want); err != nil {
			return nil, false, err
		}
		n := len(buf)
		if !c.eof {
			n = recordEnd(buf)
		}
		if n == 0 && len(buf) > 0 && len(buf) < maxRecord {
			continue
		}
		if n == 0 {
			n, torn = len(buf), len(buf) > 0
		}
		c.rest = append(c.rest[:0], buf[n:]...)
		return buf[:n], torn, nil
	}
}

// fill reads on until buf has the wanted length or the file ends.
func (c *cutter) fill(buf []byte, want int) ([]byte, error) {
	if cap(buf) < want {
		buf = append(make([]byte, 0, want), buf...)
	}
	for len(buf) < want && !c.eof {
		n, err := c.r.Read(buf[len(buf):want])
		buf = buf[:len(buf)+n]
		c.eof = err == io.EOF
		if err != nil && !c.eof {
			return nil, err
		}
	}
	return buf, nil
}

// recordEnd returns the place after the last record that ends in b, 0 if none
// does.
func recordEnd(b []byte) int {
	quote := []byte{'"'}
	inQuotes := bytes.Count(b, quote)%2 == 1 // at the end
	for end := len(b); end > 0; {
		i := bytes.LastIndexAny(b[:end], "\r\n")
		if i < 0 {
			return 0
		}
		if bytes.Count(b[i:end], quote)%2 == 1 {
			inQuotes = !inQuotes
		}
		// After a CR at the very end there may come an LF.
		if !inQuotes && (b[i] == '\n' || i+1 < len(b)) {
			return i + 1
		}
		end = i
	}
	return 0
}
