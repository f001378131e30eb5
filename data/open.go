package data

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"runtime"

	"gradlab/internal/quote"
	"gradlab/matrix"
)

// Open reads a data file: CSV, or with labels the name of a second file, images
// and labels in the format of MNIST (IDX), which are told apart by their first
// bytes. Either may be packed with gzip. The name "-" is the standard input. A
// name that is not that of a file may be that of a built-in set (see Builtins).
func Open[T matrix.Float](name, labels string, opt CSVOptions) (*Table[T], error) {
	src, err := open(name)
	if err != nil {
		return nil, err
	}
	defer src.close()
	if !isIDX(src.Reader) {
		if labels != "" {
			return nil, &Error{File: name, Msg: "a file of labels (" + labels + ") goes with images in the IDX format, and this is not one"}
		}
		return readCSV[T](src, opt, blockSize, min(runtime.GOMAXPROCS(0), workers))
	}
	if labels == "" {
		return readIDX[T](src, nil)
	}
	labelSrc, err := open(labels)
	if err != nil {
		return nil, err
	}
	defer labelSrc.close()
	return readIDX[T](src, labelSrc)
}

// open begins to read a file, the standard input, or a built-in set.
func open(name string) (*source, error) {
	if name == "-" {
		return newSource("standard input", os.Stdin)
	}
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		if text, ok := Builtin(name); ok {
			return newSource(name, bytes.NewReader(text))
		}
		return nil, &Error{File: name, Msg: "there is no such file, and no such built-in data set; built in are " + quote.List(Builtins())}
	}
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, &Error{File: name, Msg: "this is a directory, not a data file"}
	}
	src, err := newSource(name, file)
	if err != nil {
		file.Close()
		return nil, err
	}
	src.file = file
	return src, nil
}

// close closes the file, if open opened one.
func (s *source) close() {
	if s.file != nil {
		s.file.Close()
	}
}
