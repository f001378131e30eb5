package nn

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"gradlab/data"
	"gradlab/internal/atomicfile"
	"gradlab/internal/quote"
	"gradlab/internal/safetensors"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
)

// Model is what a model file holds: a network with all that prediction on new
// data needs.
//
// The file is a safetensors file with a checksum (see the package of that name).
// Tensor "1.W" has the shape [n_l, n_l-1]. The metadata carries the architecture,
// the loss, the task and the encoding of the data, as JSON in strings.
type Model[T matrix.Float] struct {
	Net      *Network[T]
	Loss     losses.Loss[T]
	Task     Task
	Encoding *data.Encoding // nil: the network takes plain numbers
}

// formatVersion is the version of the metadata. Version 1 had no checksum; it is
// still read.
const formatVersion = "2"

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
	var tensors []safetensors.Tensor
	m.Net.eachTensor(func(p matrix.Param[T]) {
		tensors = append(tensors, safetensors.NewTensor(p.Name, p.Value))
	})
	return safetensors.Write(w, metadata, tensors)
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

// A ModelFile is a model file that was found to be whole.
type ModelFile struct {
	DType string // "F32" or "F64"
	file  *safetensors.File
}

// OpenModel reads a model file of either element type.
func OpenModel(path string) (*ModelFile, error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := ParseModel(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// ParseModel checks a model file, as far as that is possible without its
// architecture. The result refers to the bytes of the file.
func ParseModel(bytes []byte) (*ModelFile, error) {
	file, err := safetensors.Parse(bytes)
	if err != nil {
		return nil, fmt.Errorf("not a model file, or a damaged one: %w", err)
	}
	switch v := file.Metadata["gradlab"]; {
	case v == "":
		return nil, errors.New("a safetensors file, but not a model of gradlab")
	case v != "1" && v != formatVersion:
		return nil, fmt.Errorf("a model of format version %s; this program reads versions 1 and %s", quote.Text(v), formatVersion)
	case v == formatVersion && !file.Summed:
		return nil, errors.New("a damaged model file: its checksum is missing")
	}
	f := &ModelFile{file: file}
	for _, name := range file.Names() {
		if f.DType == "" {
			f.DType = file.DType(name)
		}
		if t := file.DType(name); t != f.DType {
			return nil, fmt.Errorf("tensor %q is of type %s; gradlab's models are all F32 or all F64", name, t)
		}
	}
	return f, nil
}

// Load returns the model of a file of element type T.
func Load[T matrix.Float](f *ModelFile) (*Model[T], error) {
	if t := safetensors.DType[T](); f.DType != t {
		return nil, fmt.Errorf("the model is of type %s, not %s", f.DType, t)
	}
	var network networkSpec
	var loss lossSpec
	m := &Model[T]{}
	for _, part := range []struct {
		key string
		to  any
	}{{"architecture", &network}, {"loss", &loss}, {"task", &m.Task}, {"encoding", &m.Encoding}} {
		if err := decode(f.file.Metadata[part.key], part.to); err != nil {
			return nil, fmt.Errorf("the model's %s: %w", part.key, err)
		}
	}
	var err error
	if m.Net, err = networkOf[T](network, f.file.Size/safetensors.Size[T]()); err != nil {
		return nil, fmt.Errorf("the model's architecture: %w", err)
	}
	if m.Loss, err = lossOf[T](loss); err != nil {
		return nil, fmt.Errorf("the model's loss: %w", err)
	}
	if err := m.check(loss); err != nil {
		return nil, err
	}
	if err := loadTensors(f.file, m.Net); err != nil {
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
	case slices.ContainsFunc(m.Task.Units, func(unit float64) bool { return !(unit > 0) }):
		return fmt.Errorf("a unit of the model is not a positive number")
	}
	if m.Encoding == nil {
		return nil
	}
	if err := m.Encoding.Validate(); err != nil {
		return fmt.Errorf("the model's encoding: %w", err)
	}
	if m.Task.Regress != (m.Encoding.Task == data.Regress) {
		return fmt.Errorf("the model's encoding is to %s, its task is not", m.Encoding.Task)
	}
	if in, out := m.Encoding.Width(), m.Encoding.Outputs(); in != m.Net.inputs() || out != outputs {
		return fmt.Errorf("the model's encoding is for %d inputs and %d outputs, its network has %d and %d", in, out, m.Net.inputs(), outputs)
	}
	return nil
}

// loadTensors sets the parameters and the state of a network.
func loadTensors[T matrix.Float](f *safetensors.File, net *Network[T]) error {
	count := 0
	var err error
	net.eachTensor(func(p matrix.Param[T]) {
		count++
		if err != nil {
			return
		}
		if err = safetensors.Read(f, p.Name, p.Value); err == nil && !matrix.Finite(p.Value.Data) {
			err = fmt.Errorf("tensor %q holds NaN or infinite numbers", p.Name)
		}
	})
	for _, layer := range net.Layers {
		if b, ok := layer.(*layers.BatchNorm[T]); ok && err == nil && slices.Min(b.Var.Data) < 0 {
			err = errors.New("a batch normalisation has a negative variance")
		}
	}
	if n := len(f.Names()); err == nil && count != n {
		err = fmt.Errorf("it has %d tensors, its architecture %d", n, count)
	}
	return err
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
