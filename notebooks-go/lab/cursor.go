package lab

import (
	"encoding/binary"
	"fmt"
	"math"
)

// cursor reads the numbers of a binary file, none beyond its end: after a first
// error all that is read is 0.
type cursor struct {
	content []byte
	at      int
	order   binary.ByteOrder
	err     error
}

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// bytes returns the next n bytes, which are not to be written to, or nil.
func (c *cursor) bytes(n uint64) []byte {
	if c.err == nil && n > uint64(len(c.content)-c.at) {
		c.fail("%d bytes are needed at byte %d, and there are %d", n, c.at, len(c.content)-c.at)
	}
	if c.err != nil {
		return nil
	}
	b := c.content[c.at : c.at+int(n) : c.at+int(n)]
	c.at += int(n)
	return b
}

func (c *cursor) skip(n uint64) { c.bytes(n) }

// seek goes to a byte of the file.
func (c *cursor) seek(at uint64) {
	if at > uint64(len(c.content)) {
		c.fail("there is a reference to byte %d of %d", at, len(c.content))
		return
	}
	c.at = int(at)
}

// done reports whether there is nothing more to read.
func (c *cursor) done() bool { return c.err != nil || c.at == len(c.content) }

func (c *cursor) uint8() uint8 { return uint8(c.uint(1)) }

func (c *cursor) uint16() uint16 { return uint16(c.uint(2)) }

func (c *cursor) uint32() uint32 { return uint32(c.uint(4)) }

func (c *cursor) uint64() uint64 { return c.uint(8) }

// uint returns the next number of 1, 2, 4 or 8 bytes.
func (c *cursor) uint(size int) uint64 {
	b := c.bytes(uint64(size))
	if b == nil {
		return 0
	}
	return unsigned(c.order, b)
}

func unsigned(order binary.ByteOrder, b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(order.Uint16(b))
	case 4:
		return uint64(order.Uint32(b))
	default:
		return order.Uint64(b)
	}
}

// numberKind is how a file stores numbers.
type numberKind struct {
	size          int // of each: 1, 2, 4 or 8 bytes
	signed, float bool
	order         binary.ByteOrder
}

// numbers returns the numbers that b holds. An integer beyond 2⁵³ is rounded.
func (k numberKind) numbers(b []byte) []float64 {
	x := make([]float64, len(b)/k.size)
	for i := range x {
		x[i] = k.number(unsigned(k.order, b[i*k.size:(i+1)*k.size]))
	}
	return x
}

func (k numberKind) number(word uint64) float64 {
	unused := 64 - 8*k.size
	switch {
	case k.float && k.size == 4:
		return float64(math.Float32frombits(uint32(word)))
	case k.float:
		return math.Float64frombits(word)
	case k.signed:
		return float64(int64(word<<unused) >> unused)
	default:
		return float64(word)
	}
}
