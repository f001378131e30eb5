// Package safetensors keeps matrices in files of that format: eight bytes with
// the length of a header, little-endian, the header in JSON, then the tensors,
// row by row, so that numpy and PyTorch read the W of the equations. The entry
// __metadata__ of the header carries strings.
//
// One of them, sha256, is the SHA-256 of the whole file with 64 zeros where it
// stands, so that a file that was cut or changed anywhere is recognised. A file
// without it, of another program, can be read as well.
package safetensors

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"unsafe"

	"gradlab/internal/memory"
	"gradlab/matrix"
)

// maxHeader is the longest header that is written and read, in bytes. It bounds
// the memory that a header takes.
const maxHeader = 16 << 20

// sumKey is the key of the checksum in the metadata, and noSum what stands in
// its place while it is computed.
const (
	sumKey = "sha256"
	noSum  = "0000000000000000000000000000000000000000000000000000000000000000"
)

// DType returns the name that the format has for T.
func DType[T matrix.Float]() string {
	if Size[T]() == 4 {
		return "F32"
	}
	return "F64"
}

// Size returns the bytes of a T.
func Size[T matrix.Float]() int {
	var zero T
	return int(unsafe.Sizeof(zero))
}

// ReadFile reads the bytes of a file. What is not a file, and may have no end, is
// refused, and so is what does not fit into memory twice: as bytes and as matrices.
func ReadFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", path)
	}
	if err := memory.Check(path, 2*float64(info.Size())); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// AppendBits appends the elements of x as little-endian bytes, every NaN as one
// and the same.
func AppendBits[T matrix.Float](b []byte, x []T) []byte {
	for _, v := range x {
		b = appendBits(b, v)
	}
	return b
}

func appendBits[T matrix.Float](b []byte, v T) []byte {
	if v != v {
		v = T(math.NaN())
	}
	switch v := any(v).(type) {
	case float32:
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	case float64:
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

// readBits sets v from the first bytes and returns the others.
func readBits[T matrix.Float](v *T, b []byte) []byte {
	switch v := any(v).(type) {
	case *float32:
		*v = math.Float32frombits(binary.LittleEndian.Uint32(b))
	case *float64:
		*v = math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return b[Size[T]():]
}
