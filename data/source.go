package data

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// A gzip file may unpack to bombSlack bytes plus bombRatio times its size. Real
// tables stay far below; a bomb reaches a ratio of a thousand.
const (
	bombSlack = 64 << 20
	bombRatio = 100
)

// likelyRatio is up to what compression ratio memory is allocated in advance.
const likelyRatio = 20

// source is a file that is being read, unpacked if it was a gzip file.
type source struct {
	*bufio.Reader
	name     string
	size     int64   // of the file before unpacking; -1: not known
	raw      counter // the bytes of the file
	packed   *bufio.Reader
	gzip     *gzip.Reader // unpacks packed
	unpacked int64        // bytes that came of it
	file     *os.File     // to close; or nil
}

// counter counts and hashes what is read through it.
type counter struct {
	r    io.Reader
	n    int64
	hash hash.Hash
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.hash.Write(p[:n])
	return n, err
}

// newSource begins to read a file. The name is for messages.
func newSource(name string, r io.Reader) (*source, error) {
	s := &source{name: name, size: sizeOf(r), raw: counter{r: r, hash: sha256.New()}}
	s.packed = bufio.NewReaderSize(&s.raw, 1<<16)
	s.Reader = s.packed
	magic, err := s.Peek(2)
	if err != nil && err != io.EOF {
		return nil, s.failed(err)
	}
	if string(magic) == "\x1f\x8b" {
		if s.gzip, err = gzip.NewReader(s.packed); err != nil {
			return nil, s.failed(err)
		}
		s.Reader = bufio.NewReaderSize((*unpacker)(s), 1<<16)
	}
	return s, nil
}

// sizeOf returns the number of bytes that are left in r, or -1.
func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case *os.File:
		info, err := r.Stat()
		if err != nil || !info.Mode().IsRegular() {
			return -1
		}
		at, err := r.Seek(0, io.SeekCurrent)
		if err != nil {
			return -1
		}
		return max(info.Size()-at, 0)
	case interface{ Len() int }:
		return int64(r.Len())
	}
	return -1
}

var errBomb = fmt.Errorf("it unpacks to more than %d times its size, as files made to fill the memory do; if it is a good one, unpack it first", bombRatio)

// unpacker reads from a gzip file, as long as it is no bomb.
type unpacker source

func (u *unpacker) Read(p []byte) (int, error) {
	n, err := u.gzip.Read(p)
	u.unpacked += int64(n)
	if u.unpacked > bombSlack+bombRatio*u.raw.n {
		return 0, errBomb
	}
	return n, err
}

// failed returns the error for a file that could not be read.
func (s *source) failed(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: the gzip file ends too early: %w", s.name, err)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return fmt.Errorf("%s: the gzip file is damaged: %w", s.name, err)
	}
	return fmt.Errorf("%s: %w", s.name, err)
}

// expected returns how many bytes the whole file will give, unpacked, as far as
// that can be relied on for allocating memory, or -1.
func (s *source) expected() int64 {
	if s.gzip == nil || s.size < 0 {
		return s.size
	}
	consumed := max(s.raw.n-int64(s.packed.Buffered()), 1)
	ratio := min(float64(s.unpacked)/float64(consumed), likelyRatio)
	return int64(ratio * float64(s.size))
}

// sum returns the hash of what has been read of the file.
func (s *source) sum() string { return hex.EncodeToString(s.raw.hash.Sum(nil)) }
