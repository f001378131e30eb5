package lab

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"gradlab/matrix"
)

// ReadMAT returns the numeric variables of a MATLAB file of version 5, which is
// what save writes up to option -v7, by name: real matrices of any numeric type,
// compressed or not, in either byte order. An array of more dimensions becomes a
// matrix of as many rows as its first dimension has. What is no such variable
// (texts, cells, structures, sparse and complex matrices) is left out.
//
// The format is MathWorks' "MAT-File Format".
func ReadMAT(path string) (map[string]*matrix.Matrix[float64], error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	variables, err := parseMAT(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return variables, nil
}

// The types of the elements of a file.
const (
	matInt8       = 1
	matUint8      = 2
	matInt16      = 3
	matUint16     = 4
	matInt32      = 5
	matUint32     = 6
	matSingle     = 7
	matDouble     = 9
	matInt64      = 12
	matUint64     = 13
	matMatrix     = 14
	matCompressed = 15
)

var matKinds = map[uint32]numberKind{
	matInt8:   {size: 1, signed: true},
	matUint8:  {size: 1},
	matInt16:  {size: 2, signed: true},
	matUint16: {size: 2},
	matInt32:  {size: 4, signed: true},
	matUint32: {size: 4},
	matSingle: {size: 4, float: true},
	matDouble: {size: 8, float: true},
	matInt64:  {size: 8, signed: true},
	matUint64: {size: 8},
}

// The classes of matrices; those from double to uint64 are numeric.
const (
	classDouble = 6
	classUint64 = 15
)

func parseMAT(content []byte) (map[string]*matrix.Matrix[float64], error) {
	if bytes.HasPrefix(content, []byte("MATLAB 7.3")) {
		return nil, errors.New("a MATLAB file of version 7.3; in MATLAB, save it again with the option -v7")
	}
	if len(content) < 128 {
		return nil, errors.New("not a MATLAB file of version 5: it has fewer than 128 bytes")
	}
	c := &cursor{content: content, at: 128}
	switch string(content[126:128]) {
	case "IM":
		c.order = binary.LittleEndian
	case "MI":
		c.order = binary.BigEndian
	default:
		return nil, errors.New("not a MATLAB file of version 5: bytes 126 and 127 are neither IM nor MI")
	}
	variables := map[string]*matrix.Matrix[float64]{}
	unpacked := 1<<20 + 20*len(content) // what compressed elements may unpack to, together
	for !c.done() {
		c.element(variables, &unpacked)
	}
	return variables, c.err
}

// element reads an element of the file, or of what a compressed one unpacks to.
func (c *cursor) element(variables map[string]*matrix.Matrix[float64], unpacked *int) {
	kind, content := c.matElement()
	switch {
	case c.err != nil:
	case kind == matCompressed && unpacked != nil:
		inner := &cursor{content: c.unzip(content, unpacked), order: c.order, err: c.err}
		inner.element(variables, nil)
		c.err = inner.err
	case kind == matMatrix:
		inner := &cursor{content: content, order: c.order}
		inner.variable(variables)
		if inner.err != nil {
			c.fail("the variable before byte %d: %w", c.at, inner.err)
		}
	}
}

// matElement returns the type and the content of the next element: 8 bytes of
// type and length and the content, filled up to a multiple of 8; or, if it is no
// longer than 4 bytes, all in 8 bytes.
func (c *cursor) matElement() (kind uint32, content []byte) {
	kind = c.uint32()
	if length := kind >> 16; length != 0 {
		word := c.bytes(4)
		if c.err == nil && length > 4 {
			c.fail("a short element of %d bytes before byte %d", length, c.at)
		}
		if c.err != nil {
			return 0, nil
		}
		return kind & 0xffff, word[:length]
	}
	content = c.bytes(uint64(c.uint32()))
	if kind != matCompressed {
		c.skip(uint64(min(-len(content)&7, len(c.content)-c.at)))
	}
	return kind, content
}

// unzip unpacks a compressed element, and takes its size from *left.
func (c *cursor) unzip(content []byte, left *int) []byte {
	r, err := zlib.NewReader(bytes.NewReader(content))
	if err != nil {
		c.fail("the compressed element before byte %d: %w", c.at, err)
		return nil
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(*left)+1))
	*left -= len(out)
	switch {
	case err != nil:
		c.fail("the compressed element before byte %d: %w", c.at, err)
	case *left < 0:
		c.fail("the compressed elements unpack to more than 20 times the file")
	}
	return out
}

// variable reads the matrix that c holds into variables, if it is numeric.
func (c *cursor) variable(variables map[string]*matrix.Matrix[float64]) {
	_, flags := c.matElement()
	if c.err == nil && len(flags) < 8 {
		c.fail("its flags have %d bytes", len(flags))
	}
	dimensions := c.numericElement()
	_, name := c.matElement()
	if c.err != nil {
		return
	}
	word := c.order.Uint32(flags)
	if class, complex := word&0xff, word&0x800 != 0; class < classDouble || class > classUint64 || complex {
		return
	}
	data := c.numericElement()
	elements := 1.0
	for _, n := range dimensions {
		elements *= max(n, 0)
	}
	if c.err == nil && (len(dimensions) < 2 || elements != float64(len(data))) {
		c.fail("%s has the dimensions %v, and %d numbers", name, dimensions, len(data))
	}
	if c.err != nil {
		return
	}
	x := matrix.New[float64](0, 0)
	if len(data) > 0 {
		rows := int(dimensions[0])
		x = &matrix.Matrix[float64]{Rows: rows, Cols: len(data) / rows, Data: data}
	}
	variables[string(name)] = x
}

// numericElement returns the numbers of the next element.
func (c *cursor) numericElement() []float64 {
	kind, content := c.matElement()
	if c.err != nil {
		return nil
	}
	k, known := matKinds[kind]
	if !known || len(content)%k.size != 0 {
		c.fail("%d bytes of type %d instead of numbers", len(content), kind)
		return nil
	}
	k.order = c.order
	return k.numbers(content)
}
