package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
)

// Array is an array of any number of dimensions, the last index running fastest.
type Array struct {
	Shape []int
	Data  []float64
}

// HDF5 is a file of HDF5, as h5py writes it without further options: a
// superblock of version 0 or 1, and data sets in the root group, which lie in
// the file in one piece. What is compressed or cut into chunks is refused.
//
// The format is The HDF Group's "HDF5 File Format Specification".
type HDF5 struct {
	path    string
	content []byte
	headers map[string]uint64 // where the object headers of the data sets are
}

// OpenHDF5 reads a file.
func OpenHDF5(path string) (*HDF5, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseHDF5(path, content)
}

func parseHDF5(path string, content []byte) (*HDF5, error) {
	f := &HDF5{path: path, content: content, headers: map[string]uint64{}}
	c := f.cursor()
	f.readRoot(c)
	if c.err != nil {
		return nil, fmt.Errorf("%s: %w", path, c.err)
	}
	return f, nil
}

// Names returns what is in the root group, sorted.
func (f *HDF5) Names() []string { return slices.Sorted(maps.Keys(f.headers)) }

// Read returns a data set of integers or floating-point numbers.
func (f *HDF5) Read(name string) (*Array, error) {
	at, ok := f.headers[name]
	if !ok {
		return nil, fmt.Errorf("%s: no data set is called %s; there are %s", f.path, name, strings.Join(f.Names(), ", "))
	}
	c := f.cursor()
	a := f.readDataset(c, at)
	if c.err != nil {
		return nil, fmt.Errorf("%s: data set %s: %w", f.path, name, c.err)
	}
	return a, nil
}

func (f *HDF5) cursor() *cursor { return &cursor{content: f.content, order: binary.LittleEndian} }

// signature reads the four bytes that a structure begins with.
func (c *cursor) signature(want string) {
	at := c.at
	if b := c.bytes(uint64(len(want))); b != nil && string(b) != want {
		c.fail("%q instead of %s at byte %d", b, want, at)
	}
}

// readRoot finds the data sets: superblock, header of the root group, its tree.
func (f *HDF5) readRoot(c *cursor) {
	if !bytes.HasPrefix(f.content, []byte("\x89HDF\r\n\x1a\n")) {
		c.fail("not an HDF5 file: the first eight bytes are others")
		return
	}
	c.skip(8)
	version := c.uint8()
	if version > 1 {
		c.fail("a superblock of version %d; with h5py, write the file with libver='earliest'", version)
	}
	c.skip(4)
	if offset, length := c.uint8(), c.uint8(); c.err == nil && (offset != 8 || length != 8) {
		c.fail("addresses of %d and lengths of %d bytes; only 8 and 8 can be read", offset, length)
	}
	c.skip(1 + 2 + 2 + 4 + 4*uint64(version))
	if base := c.uint64(); base != 0 {
		c.fail("a base address of %d", base)
	}
	c.skip(8)
	if end := c.uint64(); end > uint64(len(f.content)) {
		c.fail("the file is cut off: it has %d bytes of %d", len(f.content), end)
	}
	c.skip(8 + 8)
	header := c.uint64()

	tree, heap := uint64(undefined), uint64(undefined)
	f.eachMessage(c, header, func(kind uint16, m *cursor) {
		if kind == messageSymbolTable {
			tree, heap = m.uint64(), m.uint64()
		}
	})
	if tree == undefined && c.err == nil {
		c.fail("the root group has no symbol table; with h5py, write the file with libver='earliest'")
	}
	f.readTree(c, tree, f.heapData(c, heap))
}

const undefined = 1<<64 - 1 // as an address

// heapData returns the text that names are in.
func (f *HDF5) heapData(c *cursor, at uint64) []byte {
	c.seek(at)
	c.signature("HEAP")
	c.skip(4)
	size := c.uint64()
	c.skip(8)
	c.seek(c.uint64())
	return c.bytes(size)
}

// readTree reads the nodes of the tree of a group, and the symbols they lead to.
func (f *HDF5) readTree(c *cursor, root uint64, names []byte) {
	nodes, seen := []uint64{root}, map[uint64]bool{}
	for len(nodes) > 0 && c.err == nil {
		at := nodes[0]
		nodes = nodes[1:]
		if seen[at] {
			c.fail("the tree of the root group comes to byte %d twice", at)
		}
		seen[at] = true
		c.seek(at)
		if bytes.HasPrefix(f.content[c.at:], []byte("SNOD")) {
			f.readSymbols(c, names)
			continue
		}
		c.signature("TREE")
		c.skip(2)
		entries := c.uint16()
		c.skip(8 + 8)
		for range entries {
			c.skip(8) // a key
			nodes = append(nodes, c.uint64())
		}
	}
}

const longestName = 256

// readSymbols reads names and the places of what they name.
func (f *HDF5) readSymbols(c *cursor, names []byte) {
	c.signature("SNOD")
	c.skip(2)
	for range c.uint16() {
		offset, header := c.uint64(), c.uint64()
		c.skip(4 + 4 + 16)
		if c.err == nil && offset > uint64(len(names)) {
			c.fail("a name at byte %d of %d", offset, len(names))
		}
		if c.err != nil {
			return
		}
		name, _, ended := bytes.Cut(names[offset:min(offset+longestName, uint64(len(names)))], []byte{0})
		if !ended {
			c.fail("a name of more than %d bytes", longestName)
			return
		}
		f.headers[string(name)] = header
	}
}

// The messages of an object header that matter here.
const (
	messageDataspace    = 0x0001
	messageDatatype     = 0x0003
	messageLayout       = 0x0008
	messageContinuation = 0x0010
	messageSymbolTable  = 0x0011
)

// eachMessage calls do for the messages of an object header.
func (f *HDF5) eachMessage(c *cursor, at uint64, do func(kind uint16, m *cursor)) {
	c.seek(at)
	if version := c.uint8(); version != 1 && c.err == nil {
		c.fail("an object header of version %d at byte %d; with h5py, write the file with libver='earliest'", version, at)
	}
	c.skip(1)
	left := c.uint16()
	c.skip(4)
	blocks := [][2]uint64{{at + 16, uint64(c.uint32())}}
	for len(blocks) > 0 && c.err == nil {
		c.seek(blocks[0][0])
		block := &cursor{content: c.bytes(blocks[0][1]), order: c.order, err: c.err}
		blocks = blocks[1:]
		for ; left > 0 && !block.done(); left-- {
			kind, size, flags := block.uint16(), block.uint16(), block.uint8()
			block.skip(3)
			m := &cursor{content: block.bytes(uint64(size)), order: c.order, err: block.err}
			switch {
			case flags&2 != 0 && (kind == messageDatatype || kind == messageDataspace):
				m.fail("its type or its shape is shared with others, which cannot be read")
			case kind == messageContinuation:
				blocks = append(blocks, [2]uint64{m.uint64(), m.uint64()})
			default:
				do(kind, m)
			}
			block.err = m.err
		}
		c.err = block.err
	}
}

// readDataset reads the data set whose object header is at byte at.
func (f *HDF5) readDataset(c *cursor, at uint64) *Array {
	var shape []uint64
	var kind numberKind
	var content []byte
	found := map[uint16]bool{}
	f.eachMessage(c, at, func(message uint16, m *cursor) {
		found[message] = true
		switch message {
		case messageDataspace:
			shape = m.shape()
		case messageDatatype:
			kind = m.numberKind()
		case messageLayout:
			content = f.layout(m)
		}
	})
	for _, message := range []uint16{messageDataspace, messageDatatype, messageLayout} {
		if c.err == nil && !found[message] {
			c.fail("it is no data set: message %d is missing in its header", message)
		}
	}
	if c.err != nil {
		return nil
	}
	a := &Array{}
	size := float64(kind.size)
	for _, n := range shape {
		size *= float64(n)
		a.Shape = append(a.Shape, int(n))
	}
	if size != float64(len(content)) || slices.Max(append(shape, 0)) > math.MaxInt32 {
		c.fail("its shape is %d, its numbers are of %d bytes, and it has %d bytes", shape, kind.size, len(content))
		return nil
	}
	a.Data = kind.numbers(content)
	return a
}

// shape reads a message about the dimensions.
func (c *cursor) shape() []uint64 {
	version, rank := c.uint8(), c.uint8()
	switch version {
	case 1:
		c.skip(1 + 1 + 4)
	case 2:
		c.skip(2)
	default:
		c.fail("a shape in version %d", version)
	}
	shape := make([]uint64, rank)
	for i := range shape {
		shape[i] = c.uint64()
	}
	return shape
}

// numberKind reads a message about the type.
func (c *cursor) numberKind() numberKind {
	const fixedPoint, floatingPoint = 0, 1
	class, bits := c.uint8()&15, c.uint8()
	if class != fixedPoint && class != floatingPoint {
		c.fail("it does not hold numbers, but what HDF5 calls class %d", class)
	}
	c.skip(2)
	size := c.uint32()
	offset, precision := c.uint16(), c.uint16()
	k := numberKind{size: int(size), signed: bits&8 != 0, float: class == floatingPoint, order: binary.LittleEndian}
	if bits&1 != 0 {
		k.order = binary.BigEndian
	}
	integer := class == fixedPoint && (size == 1 || size == 2 || size == 4 || size == 8)
	float := class == floatingPoint && (size == 4 || size == 8) && bits&0x40 == 0
	if c.err == nil && (!integer && !float || offset != 0 || uint32(precision) != 8*size) {
		c.fail("its numbers are not of a usual form: class %d, %d of %d bits", class, precision, 8*uint64(size))
	}
	return k
}

// layout reads a message about the place of the data, and returns the data.
func (f *HDF5) layout(c *cursor) []byte {
	const compact, contiguous = 0, 1
	version, class := c.uint8(), c.uint8()
	switch {
	case version != 3 && version != 4:
		c.fail("a layout in version %d", version)
	case class == compact:
		return c.bytes(uint64(c.uint16()))
	case class == contiguous:
		at, size := c.uint64(), c.uint64()
		if at == undefined && size > 0 && c.err == nil {
			c.fail("its data are not in the file")
		}
		if size == 0 || c.err != nil {
			return nil
		}
		data := f.cursor()
		data.seek(at)
		b := data.bytes(size)
		c.err = data.err
		return b
	default:
		c.fail("it is compressed or cut into chunks; with h5py, write it without compression and chunks")
	}
	return nil
}
