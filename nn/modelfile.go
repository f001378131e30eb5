package nn

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"unsafe"

	"gradlab/data"
	"gradlab/internal/atomicfile"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
)

// Model is what a model file holds: a network with all that prediction on new
// data needs.
//
// The file is a safetensors file: eight bytes with the length of a header,
// little-endian, the header in JSON, then the tensors. Tensor "1.W" has the
// shape [n_l, n_l-1] and is stored row by row, so that numpy and PyTorch read
// the W of the equations. The header's __metadata__ carries the architecture,
// the loss, the task and the encoding of the data, as JSON in strings.
type Model[T matrix.Float] struct {
	Net      *Network[T]
	Loss     losses.Loss[T]
	Task     Task
	Encoding *data.Encoding // nil: the network takes plain numbers
}

// formatVersion is the version of the metadata.
const formatVersion = "1"

type tensorInfo struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

// Save writes the model to a file: to a temporary one beside it, which is then
// renamed.
func (m *Model[T]) Save(path string) error {
	return atomicfile.Write(path, m.Write)
}

// Write writes the model file.
func (m *Model[T]) Write(w io.Writer) error {
	metadata, err := m.metadata()
	if err != nil {
		return err
	}
	header := map[string]any{"__metadata__": metadata}
	offset := 0
	m.Net.eachTensor(func(p matrix.Param[T]) {
		size := len(p.Value.Data) * elementSize[T]()
		header[p.Name] = tensorInfo{dtype[T](), []int{p.Value.Rows, p.Value.Cols}, [2]int{offset, offset + size}}
		offset += size
	})
	text, err := json.Marshal(header)
	if err != nil {
		return err
	}
	for len(text)%8 != 0 { // the tensors start at a multiple of 8
		text = append(text, ' ')
	}
	if _, err := w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text)))); err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	var row []T
	var buf []byte
	m.Net.eachTensor(func(p matrix.Param[T]) {
		for i := 0; i < p.Value.Rows && err == nil; i++ {
			row = row[:0]
			for j := range p.Value.Cols {
				row = append(row, p.Value.Data[j*p.Value.Rows+i])
			}
			buf = appendBits(buf[:0], row)
			_, err = w.Write(buf)
		}
	})
	return err
}

func (m *Model[T]) metadata() (map[string]string, error) {
	network, err := specOfNetwork(m.Net)
	if err != nil {
		return nil, err
	}
	loss, err := specOfLoss(m.Loss)
	if err != nil {
		return nil, err
	}
	metadata := map[string]string{"gradlab": formatVersion}
	for key, value := range map[string]any{"architecture": network, "loss": loss, "task": m.Task, "encoding": m.Encoding} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		metadata[key] = string(text)
	}
	return metadata, nil
}

// A ModelFile is a model file whose header has been read and checked.
type ModelFile struct {
	DType    string // "F32" or "F64"
	metadata map[string]string
	tensors  map[string]tensorInfo
	data     []byte
}

// OpenModel reads a model file of either element type.
func OpenModel(path string) (*ModelFile, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := ParseModel(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// ParseModel checks the header of a model file against its size. The result
// refers to the bytes of the file.
func ParseModel(file []byte) (*ModelFile, error) {
	if len(file) < 8 {
		return nil, errors.New("not a model file: it is too short")
	}
	n := binary.LittleEndian.Uint64(file)
	if n > uint64(len(file)-8) {
		return nil, errors.New("not a model file, or a truncated one: its header would be longer than the file")
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(file[8:8+n], &header); err != nil {
		return nil, fmt.Errorf("not a model file: its header is not JSON: %w", err)
	}
	f := &ModelFile{tensors: map[string]tensorInfo{}, data: file[8+n:]}
	for name, text := range header {
		if name == "__metadata__" {
			if err := json.Unmarshal(text, &f.metadata); err != nil {
				return nil, fmt.Errorf("the metadata is not strings: %w", err)
			}
			continue
		}
		var info tensorInfo
		if err := json.Unmarshal(text, &info); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		f.tensors[name] = info
	}
	if f.metadata["gradlab"] == "" {
		return nil, errors.New("a safetensors file, but not a model of gradlab")
	}
	if v := f.metadata["gradlab"]; v != formatVersion {
		return nil, fmt.Errorf("a model of format version %q; this program reads version %s", v, formatVersion)
	}
	return f, f.checkTensors()
}

// checkTensors checks that the tensors are of one type, and fill the data
// without gaps and overlaps.
func (f *ModelFile) checkTensors() error {
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
		if f.DType == "" {
			f.DType = t.DType
		}
		size := map[string]int{"F32": 4, "F64": 8}[t.DType]
		switch {
		case size == 0 || t.DType != f.DType:
			return fmt.Errorf("tensor %q: type %q; gradlab's models are all F32 or all F64", name, t.DType)
		case t.Offsets[0] != end || t.Offsets[1] < end || t.Offsets[1] > len(f.data):
			return fmt.Errorf("tensor %q: its bytes %d to %d overlap others, leave a gap or lie outside the file", name, t.Offsets[0], t.Offsets[1])
		case len(t.Shape) != 2 || !fills(t.Shape, (t.Offsets[1]-t.Offsets[0])/size) || (t.Offsets[1]-t.Offsets[0])%size != 0:
			return fmt.Errorf("tensor %q: shape %v does not match its %d bytes", name, t.Shape, t.Offsets[1]-t.Offsets[0])
		}
		end = t.Offsets[1]
	}
	if end != len(f.data) {
		return fmt.Errorf("%d bytes after the last tensor", len(f.data)-end)
	}
	return nil
}

// fills reports whether a matrix of the shape has n elements.
func fills(shape []int, n int) bool {
	rows, cols := shape[0], shape[1]
	return rows > 0 && cols > 0 && n%rows == 0 && n/rows == cols
}

// Load returns the model of a file of element type T.
func Load[T matrix.Float](f *ModelFile) (*Model[T], error) {
	if f.DType != dtype[T]() {
		return nil, fmt.Errorf("the model is of type %s, not %s", f.DType, dtype[T]())
	}
	var network networkSpec
	var loss lossSpec
	m := &Model[T]{}
	for _, part := range []struct {
		key string
		to  any
	}{{"architecture", &network}, {"loss", &loss}, {"task", &m.Task}, {"encoding", &m.Encoding}} {
		if err := json.Unmarshal([]byte(f.metadata[part.key]), part.to); err != nil {
			return nil, fmt.Errorf("the model's %s: %w", part.key, err)
		}
	}
	var err error
	if m.Net, err = networkOf[T](network, len(f.data)/elementSize[T]()); err != nil {
		return nil, fmt.Errorf("the model's architecture: %w", err)
	}
	if m.Loss, err = lossOf[T](loss); err != nil {
		return nil, fmt.Errorf("the model's loss: %w", err)
	}
	if err := m.check(loss); err != nil {
		return nil, err
	}
	if err := loadTensors(f, m.Net); err != nil {
		return nil, err
	}
	return m, nil
}

// check checks that the parts of the model fit together.
func (m *Model[T]) check(loss lossSpec) error {
	outputs := m.Net.outputs()
	switch {
	case loss.ClassWeights != nil && len(loss.ClassWeights) != max(outputs, 2):
		return fmt.Errorf("the model has %d class weights for %d outputs", len(loss.ClassWeights), outputs)
	case m.Task.Units != nil && len(m.Task.Units) != outputs:
		return fmt.Errorf("the model has %d units for %d outputs", len(m.Task.Units), outputs)
	}
	if m.Encoding == nil {
		return nil
	}
	if err := m.Encoding.Validate(); err != nil {
		return fmt.Errorf("the model's encoding: %w", err)
	}
	if in, out := m.Encoding.Width(), m.Encoding.Outputs(); in != m.Net.inputs() || out != outputs {
		return fmt.Errorf("the model's encoding is for %d inputs and %d outputs, its network has %d and %d", in, out, m.Net.inputs(), outputs)
	}
	return nil
}

// loadTensors sets the parameters and the state of a network.
func loadTensors[T matrix.Float](f *ModelFile, net *Network[T]) error {
	count := 0
	var err error
	net.eachTensor(func(p matrix.Param[T]) {
		count++
		t, ok := f.tensors[p.Name]
		switch {
		case err != nil:
		case !ok:
			err = fmt.Errorf("the model has no tensor %q", p.Name)
		case t.Shape[0] != p.Value.Rows || t.Shape[1] != p.Value.Cols:
			err = fmt.Errorf("tensor %q has the shape %v, its layer wants %d×%d", p.Name, t.Shape, p.Value.Rows, p.Value.Cols)
		default:
			readRows(p.Value, f.data[t.Offsets[0]:t.Offsets[1]])
			if !matrix.Finite(p.Value.Data) {
				err = fmt.Errorf("tensor %q holds NaN or infinite numbers", p.Name)
			}
		}
	})
	if err == nil && count != len(f.tensors) {
		err = fmt.Errorf("the model has %d tensors, its architecture %d", len(f.tensors), count)
	}
	return err
}

// readRows sets m from little-endian bytes, row by row.
func readRows[T matrix.Float](m *matrix.Matrix[T], b []byte) {
	for i := range m.Rows {
		for j := range m.Cols {
			k := i*m.Cols + j
			switch to := any(&m.Data[j*m.Rows+i]).(type) {
			case *float32:
				*to = math.Float32frombits(binary.LittleEndian.Uint32(b[4*k:]))
			case *float64:
				*to = math.Float64frombits(binary.LittleEndian.Uint64(b[8*k:]))
			}
		}
	}
}

// Probabilities reports whether the outputs of a classifier are probabilities:
// whether they come from a sigmoid or a softmax.
func (m *Model[T]) Probabilities() bool {
	g := m.Net.Output
	if last, ok := m.Net.Layers[len(m.Net.Layers)-1].(*layers.Dense[T]); ok && g == nil {
		g = last.G
	}
	switch g.(type) {
	case layers.Sigmoid[T], layers.Softmax[T]:
		return true
	}
	return false
}

// inputs and outputs return the sizes of a network with parameters.
func (n *Network[T]) inputs() int {
	for _, layer := range n.Layers {
		if spec, err := specOfLayer(layer); err == nil && spec.Type != "dropout" {
			return spec.In + spec.Size
		}
	}
	return 0
}

func (n *Network[T]) outputs() int {
	for _, layer := range slices.Backward(n.Layers) {
		if spec, err := specOfLayer(layer); err == nil && spec.Type != "dropout" {
			return spec.Out + spec.Size
		}
	}
	return 0
}

// dtype returns the name of T in a safetensors file.
func dtype[T matrix.Float]() string {
	return map[int]string{4: "F32", 8: "F64"}[elementSize[T]()]
}

// elementSize returns the bytes of a T.
func elementSize[T matrix.Float]() int {
	var zero T
	return int(unsafe.Sizeof(zero))
}
