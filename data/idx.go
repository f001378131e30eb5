package data

import (
	"bufio"
	"cmp"
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
	unsignedByte: {1, func(b []byte) float64 { return float64(b[0]) }},
	0x09:         {1, func(b []byte) float64 { return float64(int8(b[0])) }},
	0x0B:         {2, func(b []byte) float64 { return float64(int16(binary.BigEndian.Uint16(b))) }},
	0x0C:         {4, func(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) }},
	float32Kind:  {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.BigEndian.Uint32(b))) }},
	float64Kind:  {8, func(b []byte) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b)) }},
}

const (
	unsignedByte = 0x08
	float32Kind  = 0x0D
	float64Kind  = 0x0E
)

const maxDimensions = 8

// idxFile is an IDX file whose header has been read.
type idxFile struct {
	*source
	kind  byte
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
		t.LabelsSHA256 = labels.sum()
	}
	if f.kind == float32Kind || f.kind == float64Kind {
		t.countMissing()
	}
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
	element := idxTypes[magic[2]]
	f := &idxFile{source: src, kind: magic[2], each: 1, size: element.size, read: element.read}
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
	err = readItems(f, func(int) []T { return labels.extend(1) })
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
	err := readItems(f, func(item int) []T {
		column := numbers.extend(rows)
		if labels != nil {
			column[f.each] = labels[item]
		}
		return column
	})
	if err != nil {
		return nil, err
	}
	return &matrix.Matrix[T]{Rows: rows, Cols: f.items, Data: numbers.finish()}, nil
}

// readItems reads all items, each to the beginning of what place returns for it,
// and checks that the file ends after the last. A goroutine reads and unpacks
// blocks of them while the ones before are converted.
func readItems[T matrix.Float](f *idxFile, place func(item int) []T) error {
	blockSize := min(max(1<<18/f.itemSize(), 1), f.items) * f.itemSize()
	filled, free := make(chan []byte), make(chan []byte, 2)
	for range cap(free) {
		free <- make([]byte, blockSize)
	}
	var err, readErr error
	go func() {
		defer close(filled)
		readErr = f.readBlocks(filled, free)
	}()
	item := 0
	for block := range filled { // to its end, so that no reader is left behind
		if err != nil {
			continue
		}
		for rest := block; len(rest) > 0 && err == nil; rest = rest[f.itemSize():] {
			err = convert(f, place(item)[:f.each], rest, item)
			item++
		}
		if err != nil {
			close(free)
		} else {
			free <- block[:blockSize]
		}
	}
	return cmp.Or(err, readErr)
}

// readBlocks fills blocks with whole items until there are no more, or no block
// is free any more.
func (f *idxFile) readBlocks(filled chan<- []byte, free <-chan []byte) error {
	for left := f.items; left > 0; {
		block, ok := <-free
		if !ok {
			return nil
		}
		n, err := io.ReadFull(f, block[:min(len(block), left*f.itemSize())])
		n /= f.itemSize()
		left -= n
		filled <- block[:n*f.itemSize()]
		if err != nil {
			return f.readError(err, "the file ends after %d of its %d items", f.items-left, f.items)
		}
	}
	if _, err := f.ReadByte(); err != io.EOF {
		if err != nil {
			return f.failed(err)
		}
		return f.errorf("the file goes on after the %d items that its header promises", f.items)
	}
	return nil
}

// convert sets dst to the elements at the start of b, those of the given item.
func convert[T matrix.Float](f *idxFile, dst []T, b []byte, item int) error {
	if f.kind == unsignedByte {
		for i, x := range b[:len(dst)] {
			dst[i] = T(x)
		}
		return nil
	}
	limit := limit[T]()
	for i := range dst {
		x := f.read(b[i*f.size:])
		if x > limit || x < -limit {
			return f.errorf("item %d: %v is too large to train with (the limit is %g)", item+1, x, limit)
		}
		dst[i] = T(x)
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
	if size < 0 || int64(f.items) > size/int64(f.itemSize()) {
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

// itemSize returns the bytes of an item.
func (f *idxFile) itemSize() int { return f.each * f.size }

func (f *idxFile) errorf(format string, args ...any) error {
	return &Error{File: f.name, Msg: fmt.Sprintf(format, args...)}
}
