package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gradlab/internal/quote"
	"gradlab/matrix"
)

// File is a file that was found to be whole and consistent.
type File struct {
	Metadata map[string]string // without the checksum
	Summed   bool              // the file has a checksum, and it is right
	Size     int               // bytes of all tensors

	tensors map[string]tensorInfo
	data    []byte
}

// Bounds on what a header may name, far above what a network needs: an entry
// takes more memory than its text.
const (
	maxTensors  = 1 << 16
	maxMetadata = 1 << 8
	maxName     = 1 << 8 // bytes of the name of a tensor
)

// Parse checks a file, in memory in proportion to its size. The result refers to
// the bytes. An error speaks of the file as "it".
func Parse(file []byte) (*File, error) {
	if len(file) < 8 {
		return nil, errors.New("it is too short")
	}
	n := binary.LittleEndian.Uint64(file)
	switch {
	case n > uint64(len(file)-8):
		return nil, errors.New("its header would be longer than the file")
	case n > maxHeader:
		return nil, fmt.Errorf("its header has %d bytes; %d are the limit", n, maxHeader)
	}
	f := &File{tensors: map[string]tensorInfo{}, data: file[8+n:]}
	f.Size = len(f.data)
	if err := f.parseHeader(file[8 : 8+n]); err != nil {
		return nil, err
	}
	if err := f.checkSum(file); err != nil {
		return nil, err
	}
	return f, f.checkTensors()
}

// parseHeader goes through the header entry by entry, so that no more is made of
// it than it may name.
func (f *File) parseHeader(header []byte) error {
	d := json.NewDecoder(bytes.NewReader(header))
	d.DisallowUnknownFields()
	err := eachEntry(d, func(name string) error {
		if name == "__metadata__" {
			return f.parseMetadata(d)
		}
		if len(name) > maxName {
			return fmt.Errorf("a tensor's name has %d bytes; %d are the limit", len(name), maxName)
		}
		if _, twice := f.tensors[name]; twice {
			return fmt.Errorf("tensor %q is there twice", name)
		}
		if len(f.tensors) == maxTensors {
			return fmt.Errorf("more than %d tensors", maxTensors)
		}
		var info tensorInfo
		if err := d.Decode(&info); err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		f.tensors[name] = info
		return nil
	})
	if err != nil {
		return fmt.Errorf("its header: %w", err)
	}
	if rest := bytes.Trim(header[d.InputOffset():], " "); len(rest) > 0 {
		return errors.New("its header goes on after its end")
	}
	return nil
}

func (f *File) parseMetadata(d *json.Decoder) error {
	if f.Metadata != nil {
		return errors.New("__metadata__ is there twice")
	}
	f.Metadata = map[string]string{}
	return eachEntry(d, func(key string) error {
		if _, twice := f.Metadata[key]; twice || len(f.Metadata) == maxMetadata {
			return fmt.Errorf("__metadata__ has %s twice, or more than %d entries", quote.Text(key), maxMetadata)
		}
		value, err := d.Token()
		if err != nil {
			return err
		}
		text, ok := value.(string)
		if !ok {
			return fmt.Errorf("%s in __metadata__ is not a string", quote.Text(key))
		}
		f.Metadata[key] = text
		return nil
	})
}

// eachEntry calls f for every key of an object; f reads its value.
func eachEntry(d *json.Decoder, f func(key string) error) error {
	start, err := d.Token()
	if err != nil {
		return err
	}
	if start != json.Delim('{') {
		return fmt.Errorf("%v is not an object", start)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		if err := f(key.(string)); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// checkSum compares the checksum, where there is one, with the file.
func (f *File) checkSum(file []byte) error {
	sum, summed := f.Metadata[sumKey]
	if !summed {
		return nil
	}
	start := len(file) - len(f.data)
	place := placeOf(file[:start], sum)
	if len(sum) != len(noSum) || place < 0 {
		return errors.New("its checksum is not one")
	}
	h := sha256.New()
	h.Write(file[:place])
	h.Write([]byte(noSum))
	h.Write(file[place+len(noSum):])
	if hex.EncodeToString(h.Sum(nil)) != sum {
		return errors.New("its checksum does not match")
	}
	delete(f.Metadata, sumKey)
	f.Summed = true
	return nil
}

// checkTensors checks that the tensors fill the data without gaps and overlaps.
func (f *File) checkTensors() error {
	names := make([]string, 0, len(f.tensors))
	for name := range f.tensors {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		x, y := f.tensors[a].Offsets, f.tensors[b].Offsets
		if x[0] != y[0] {
			return x[0] - y[0]
		}
		return x[1] - y[1]
	})
	end := 0
	for _, name := range names {
		t := f.tensors[name]
		from, to := t.Offsets[0], t.Offsets[1]
		size := map[string]int{"F32": 4, "F64": 8}[t.DType]
		switch {
		case size == 0:
			return fmt.Errorf("tensor %q: type %s; only F32 and F64 are read", name, quote.Text(t.DType))
		case from != end || to < end || to > len(f.data):
			return fmt.Errorf("tensor %q: its bytes %d to %d overlap others, leave a gap or lie outside the file", name, from, to)
		case (to-from)%size != 0 || !t.Shape.fills((to-from)/size):
			return fmt.Errorf("tensor %q: shape %v does not match its %d bytes", name, t.Shape, to-from)
		}
		end = to
	}
	if end != len(f.data) {
		return fmt.Errorf("%d bytes after the last tensor", len(f.data)-end)
	}
	return nil
}

// shape is two numbers from 0: rows and columns, or a beginning and an end.
type shape [2]int

// UnmarshalJSON refuses what is not two numbers, before it makes anything of it.
func (s *shape) UnmarshalJSON(text []byte) error {
	var numbers []int
	if len(text) > 64 {
		return fmt.Errorf("%s… is not two numbers", text[:16])
	}
	if err := json.Unmarshal(text, &numbers); err != nil {
		return err
	}
	if len(numbers) != 2 || numbers[0] < 0 || numbers[1] < 0 {
		return fmt.Errorf("%s: a shape here is [rows,columns], as all tensors are matrices", text)
	}
	*s = shape(numbers)
	return nil
}

// fills reports whether a matrix of the shape has n elements, at least one.
func (s shape) fills(n int) bool {
	return s[0] > 0 && s[1] > 0 && n%s[0] == 0 && n/s[0] == s[1]
}

// Names returns the names of the tensors, sorted.
func (f *File) Names() []string {
	names := make([]string, 0, len(f.tensors))
	for name := range f.tensors {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// DType returns the type of a tensor, F32 or F64, or "" if it is not there.
func (f *File) DType(name string) string { return f.tensors[name].DType }

// Shape returns the shape of a tensor, 0×0 if it is not there.
func (f *File) Shape(name string) (rows, cols int) {
	s := f.tensors[name].Shape
	return s[0], s[1]
}

// Read sets m to a tensor, which must be of its shape and type.
func Read[T matrix.Float](f *File, name string, m *matrix.Matrix[T]) error {
	t, ok := f.tensors[name]
	switch {
	case !ok:
		return fmt.Errorf("it has no tensor %q", name)
	case t.DType != DType[T]():
		return fmt.Errorf("tensor %q is of type %s, not %s", name, t.DType, DType[T]())
	case t.Shape != shape{m.Rows, m.Cols}:
		return fmt.Errorf("tensor %q has the shape %v, not %d×%d", name, t.Shape, m.Rows, m.Cols)
	}
	readRows(m, f.data[t.Offsets[0]:t.Offsets[1]])
	return nil
}

// readRows sets m from little-endian bytes, row by row.
func readRows[T matrix.Float](m *matrix.Matrix[T], b []byte) {
	for i := range m.Rows {
		for k := i; k < len(m.Data); k += m.Rows {
			b = readBits(&m.Data[k], b)
		}
	}
}
