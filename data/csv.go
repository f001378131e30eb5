package data

import (
	"io"
	"runtime"

	"gradlab/matrix"
)

// CSVOptions say how to read a CSV file. The zero value is right for most.
//
// A file without the header given (HeaderAuto) has one if there is text in its
// first line over a column of numbers. Failing that, it has one if the cells of
// its first line are all text, all different, and none occurs again further
// down in its column, as the values of a category would.
//
// A column holds numbers if at least half of its cells do that are not missing,
// among the first 1000 rows; else it holds text. A cell is missing if it is
// empty, or one of NA N/A NaN nan null NULL None ? and -.
type CSVOptions struct {
	Header    Header
	Delimiter byte     // 0: found among , ; tab and |
	Text      []string // columns to read as text, by name or number, whatever they hold
	Ignore    []string // columns to leave out, by name or number; nothing in them is an error

	// For, if not nil, is the encoding of a model that the table is read for:
	// its columns are read as it needs them, and all others are left out.
	For *Encoding
}

// workers is the most blocks that are parsed at the same time.
const workers = 8

// ReadCSV reads a CSV file; gzip is recognised and unpacked. The name is for
// messages. The file is in UTF-8, with or without a byte order mark. Lines end
// in LF, CRLF or CR, and blank ones are skipped. Cells may be quoted; then they
// can hold delimiters, line ends and, doubled, quotes. Spaces around a cell do
// not count.
//
// The error is that of the first bad place of the file, an *Error, unless
// reading failed. A line may have 16 MiB and 100 000 cells.
func ReadCSV[T matrix.Float](name string, r io.Reader, opt CSVOptions) (*Table[T], error) {
	src, err := newSource(name, r)
	if err != nil {
		return nil, err
	}
	return readCSV[T](src, opt, blockSize, min(runtime.GOMAXPROCS(0), workers))
}

func readCSV[T matrix.Float](src *source, opt CSVOptions, blockSize, workers int) (*Table[T], error) {
	cut := &cutter{r: src, size: blockSize}
	first := &block[T]{done: make(chan struct{}, 1)}
	lines, err := first.readFirst(cut, src)
	if err != nil {
		return nil, src.failed(err)
	}
	lay, problem := newLayout(first.data, lines, first.torn, opt)
	if problem != nil {
		problem.File = src.name
		return nil, problem
	}
	first.data = first.data[lay.start:]
	c := newCollector[T](src, lay)
	if err := c.collect(cut, first, workers); err != nil {
		return nil, err
	}
	return c.table()
}

// readFirst reads the first block, to which it adds others until there are two
// records in it, a header and a row: the layout is told from that. It drops
// blank lines before them, and returns their number.
func (b *block[T]) readFirst(cut *cutter, src *source) (lines int, err error) {
	b.read(cut, src)
	all := trimBOM(b.data)
	for b.err == nil && !b.torn && len(b.data) > 0 && len(all) < 2*maxRecord {
		records, blank := countTwo(all)
		if records == 2 {
			break
		}
		if records == 0 {
			lines, all = lines+blank, nil
		}
		b.data = nil
		b.read(cut, src)
		all = append(all, b.data...)
	}
	b.data = all
	return lines, b.err
}

// countTwo counts the records of a block up to the second, and the blank lines
// before the first. The delimiter is not known yet; it might be the tab.
func countTwo(b []byte) (records, blank int) {
	inQuotes, empty := false, true
	for i, c := range b {
		switch {
		case c == '"':
			inQuotes, empty = !inQuotes, false
		case inQuotes || c == ' ' || c == '\r' && i+1 < len(b) && b[i+1] == '\n':
		case !isLineEnd(c):
			empty = false
		case !empty:
			if records++; records == 2 {
				return records, blank
			}
			empty = true
		case records == 0:
			blank++
		}
	}
	if !empty {
		records++ // the file ends without a line end
	}
	return records, blank
}

func trimBOM(b []byte) []byte {
	const bom = "\ufeff"
	if len(b) >= len(bom) && string(b[:len(bom)]) == bom {
		return b[len(bom):]
	}
	return b
}
