package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"

	"gradlab/matrix"
)

// Tensor is a matrix of either type with its name in the file.
type Tensor struct {
	name       string
	dtype      string
	rows, cols int
	size       int // bytes
	appendRow  func(b []byte, i int) []byte
}

// NewTensor returns a tensor of a matrix that is not empty. It refers to the
// matrix.
func NewTensor[T matrix.Float](name string, m *matrix.Matrix[T]) Tensor {
	return Tensor{
		name: name, dtype: DType[T](), rows: m.Rows, cols: m.Cols, size: len(m.Data) * Size[T](),
		appendRow: func(b []byte, i int) []byte {
			for k := i; k < len(m.Data); k += m.Rows {
				b = appendBits(b, m.Data[k])
			}
			return b
		},
	}
}

type tensorInfo struct {
	DType   string `json:"dtype"`
	Shape   shape  `json:"shape"`
	Offsets shape  `json:"data_offsets"`
}

// Write writes a file with its checksum.
func Write(w io.Writer, metadata map[string]string, tensors []Tensor) error {
	start, err := encodeHeader(metadata, tensors)
	if err != nil {
		return err
	}
	h := sha256.New()
	h.Write(start)
	writeTensors(h, tensors)
	sum := hex.AppendEncode(nil, h.Sum(nil))
	copy(start[placeOf(start, noSum):], sum)
	if _, err := w.Write(start); err != nil {
		return err
	}
	return writeTensors(w, tensors)
}

// encodeHeader returns the length of the header and the header, with zeros for
// the checksum.
func encodeHeader(metadata map[string]string, tensors []Tensor) ([]byte, error) {
	summed := map[string]string{sumKey: noSum}
	maps.Copy(summed, metadata)
	header := map[string]any{"__metadata__": summed}
	offset := 0
	for _, t := range tensors {
		header[t.name] = tensorInfo{t.dtype, shape{t.rows, t.cols}, shape{offset, offset + t.size}}
		offset += t.size
	}
	text, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	for len(text)%8 != 0 { // the tensors start at a multiple of 8
		text = append(text, ' ')
	}
	if len(text) > maxHeader {
		return nil, fmt.Errorf("with all its names the header would have %d bytes; %d are the limit", len(text), maxHeader)
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), nil
}

// placeOf returns where in the header the checksum stands, or -1.
func placeOf(header []byte, sum string) int {
	entry := `"` + sumKey + `":"`
	if i := bytes.Index(header, []byte(entry+sum+`"`)); i >= 0 {
		return i + len(entry)
	}
	return -1
}

// writeTensors writes the tensors, one after the other, row by row.
func writeTensors(w io.Writer, tensors []Tensor) error {
	var b []byte
	for _, t := range tensors {
		for i := range t.rows {
			if b = t.appendRow(b, i); len(b) >= 1<<16 {
				if _, err := w.Write(b); err != nil {
					return err
				}
				b = b[:0]
			}
		}
	}
	_, err := w.Write(b)
	return err
}
