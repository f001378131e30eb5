package data

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"

	"gradlab/matrix"
)

// An IDX file, the format of MNIST, has two zero bytes, the type of its
// elements, the number of its dimensions, their sizes as big-endian uint32, and
// then the elements, big-endian, the last dimension running fastest.

// idxTypes are the element types: their size, and how one is read.
var idxTypes = map[byte]struct {
	size int
	read func(b []byte) float64
}{
	0x08: {1, func(b []byte) float64 { return float64(b[0]) }},
	0x09: {1, func(b []byte) float64 { return float64(int8(b[0])) }},
	0x0B: {2, func(b []byte) float64 { return float64(int16(binary.BigEndian.Uint16(b))) }},
	0x0C: {4, func(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) }},
	0x0D: {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.BigEndian.Uint32(b))) }},
	0x0E: {8, func(b []byte) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b)) }},
}

const maxDimensions = 8

// idxFile is an IDX file whose header has been read.
type idxFile struct {
	*source
	items int // images or labels
	each  int // elements of an item
	size  int // bytes of an element
	read  func(b []byte) float64
}

// isIDX reports whether a file begins like an IDX file; a CSV file cannot.
func isIDX(r *bufio.Reader) bool {
	b, _ := r.Peek(4)
	if len(b) < 4 {
		return false
	}
	_, known := idxTypes[b[2]]
	return b[0] == 0 && b[1] == 0 && known && b[3] > 0
}

// ReadIDX reads images, and unless labels is nil their labels, from files in the
// format of MNIST; gzip is recognised and unpacked. The names are for messages.
// The table has the columns pixel1, pixel2, … and, of numbers, label.
func ReadIDX[T matrix.Float](imagesName string, images io.Reader, labelsName string, labels io.Reader) (*Table[T], error) {
	src, err := newSource(imagesName, images)
	if err != nil {
		return nil, err
	}
	var labelSrc *source
	if labels != nil {
		if labelSrc, err = newSource(labelsName, labels); err != nil {
			return nil, err
		}
	}
	return readIDX[T](src, labelSrc)
}

func readIDX[T matrix.Float](images, labels *source) (*Table[T], error) {
	f, err := newIDX(images)
	if err != nil {
		return nil, err
	}
	var given []T
	if labels != nil {
		if given, err = readLabels[T](labels, f); err != nil {
			return nil, err
		}
	}
	t := &Table[T]{Name: images.name, Header: true, Rows: f.items, unit: "image"}
	if t.Numbers, err = readImages(f, given); err != nil {
		return nil, err
	}
	for i := range t.Numbers.Rows {
		t.Columns = append(t.Columns, Column{Position: i + 1, Name: "pixel" + strconv.Itoa(i+1), Row: i})
	}
	if labels != nil {
		t.Columns[f.each].Name = "label"
	}
	t.countMissing()
	t.SHA256 = images.sum()
	return t, nil
}

// newIDX reads the header of a file.
func newIDX(src *source) (*idxFile, error) {
	if !isIDX(src.Reader) {
		return nil, &Error{File: src.name, Msg: "this is not an IDX file"}
	}
	var magic [4]byte
	if _, err := io.ReadFull(src, magic[:]); err != nil {
		return nil, src.failed(err)
	}
	kind := idxTypes[magic[2]]
	f := &idxFile{source: src, each: 1, size: kind.size, read: kind.read}
	if magic[3] > maxDimensions {
		return nil, f.errorf("the file has %d dimensions; images have 2 or 3", magic[3])
	}
	for i := range int(magic[3]) {
		var b [4]byte
		if _, err := io.ReadFull(src, b[:]); err != nil {
			return nil, f.readError(err, "the file ends in its header")
		}
		n := int(binary.BigEndian.Uint32(b[:]))
		switch {
		case n == 0:
			return nil, f.errorf("the file is empty: dimension %d is 0", i+1)
		case i == 0:
			f.items = n
		case n > maxColumns/f.each:
			return nil, f.errorf("an image has more than %d elements", maxColumns)
		default:
			f.each *= n
		}
	}
	return f, nil
}

// readLabels reads as many labels as there are images.
func readLabels[T matrix.Float](src *source, images *idxFile) ([]T, error) {
	f, err := newIDX(src)
	switch {
	case err != nil:
		return nil, err
	case f.each != 1:
		return nil, f.errorf("labels are single numbers, and each of these has %d", f.each)
	case f.items != images.items:
		return nil, f.errorf("the file has %s, and %s has %s", plural(f.items, "label"), images.name, plural(images.items, "image"))
	}
	var labels store[T]
	labels.hint = f.likelyElements()
	err = readItems(f, func(_ int, item []T) { labels.append(item) })
	return labels.finish(), err
}

// readImages reads the images, a column each, followed by their labels if they
// are given.
func readImages[T matrix.Float](f *idxFile, labels []T) (*matrix.Matrix[T], error) {
	rows := f.each
	if labels != nil {
		rows++
	}
	var numbers store[T]
	numbers.hint = f.likelyElements() / f.each * rows
	err := readItems(f, func(item int, pixels []T) {
		numbers.append(pixels)
		if labels != nil {
			numbers.append(labels[item : item+1])
		}
	})
	if err != nil {
		return nil, err
	}
	return &matrix.Matrix[T]{Rows: rows, Cols: f.items, Data: numbers.finish()}, nil
}

// readItems reads all items, each into the same slice, and checks that the file
// ends after the last.
func readItems[T matrix.Float](f *idxFile, each func(item int, elements []T)) error {
	buf := make([]byte, f.each*f.size)
	elements := make([]T, f.each)
	limit := limit[T]()
	for item := range f.items {
		if _, err := io.ReadFull(f, buf); err != nil {
			return f.readError(err, "the file ends after %d of its %d items", item, f.items)
		}
		for i := range elements {
			x := f.read(buf[i*f.size:])
			if x > limit || x < -limit {
				return f.errorf("item %d: %v is too large to train with (the limit is %g)", item+1, x, limit)
			}
			elements[i] = T(x)
		}
		each(item, elements)
	}
	if _, err := f.ReadByte(); err != io.EOF {
		if err != nil {
			return f.failed(err)
		}
		return f.errorf("the file goes on after the %d items that its header promises", f.items)
	}
	return nil
}

// countMissing counts the missing cells, which are NaN.
func (t *Table[T]) countMissing() {
	for row := range t.Numbers.Cols {
		for i, x := range t.Numbers.Col(row) {
			if c := &t.Columns[i]; x != x {
				if c.Missing < placesShown {
					c.MissingRows = append(c.MissingRows, row)
				}
				c.Missing++
			}
		}
	}
}

// likelyElements returns the number of elements if the file can be as long as
// its header says, else 0: a header alone must not make us allocate anything.
func (f *idxFile) likelyElements() int {
	size := f.source.size
	if f.gzip != nil {
		size *= likelyRatio
	}
	if size < 0 || int64(f.items) > size/int64(f.each*f.size) {
		return 0
	}
	return f.items * f.each
}

// readError returns an error for a file that ends where it must not.
func (f *idxFile) readError(err error, format string, args ...any) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return f.errorf(format, args...)
	}
	return f.failed(err)
}

func (f *idxFile) errorf(format string, args ...any) error {
	return &Error{File: f.name, Msg: fmt.Sprintf(format, args...)}
}
