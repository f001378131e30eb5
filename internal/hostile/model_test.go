package hostile

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// A model file, made by hand: version 1, which has no checksum that would find
// every change first. Its network is 1-1 with a sigmoid: W = 1, b = 2.
type model struct {
	metadata map[string]any
	tensors  []tensor
	data     []byte // nil: of the tensors
}

type tensor struct {
	name    string
	shape   []int
	numbers []float64 // nil: zeros
}

func goodModel() *model {
	return &model{
		metadata: map[string]any{
			"gradlab": "1",
			"architecture": map[string]any{
				"layers": []any{dense(1, 1)},
				"output": map[string]any{"name": "sigmoid"},
			},
			"loss": map[string]any{"name": "bce-logits"},
			"task": map[string]any{"Regress": false, "Threshold": 0.5, "Units": nil},
			"encoding": map[string]any{
				"header": true, "task": "classify", "classes": []string{"a", "b"}, "binary": true, "positive": 1, "missing": "error", "scaling": "none",
				"features": []any{map[string]any{"name": "x", "offset": 0, "scale": 1}},
				"labels":   []any{map[string]any{"name": "y", "number": false, "offset": 0, "scale": 1}},
			},
		},
		tensors: []tensor{{"1.W", []int{1, 1}, []float64{1}}, {"1.b", []int{1, 1}, []float64{2}}},
	}
}

func dense(in, out int) map[string]any {
	return map[string]any{"type": "dense", "in": in, "out": out, "activation": map[string]any{"name": "identity"}}
}

// set changes the entry of the metadata that the keys lead to.
func (m *model) set(value any, keys ...string) *model {
	at := m.metadata
	for _, key := range keys[:len(keys)-1] {
		at = at[key].(map[string]any)
	}
	at[keys[len(keys)-1]] = value
	return m
}

// file returns the bytes of the file.
func (m *model) file() io.Reader {
	metadata := map[string]string{}
	for key, value := range m.metadata {
		text, raw := value.(string)
		if !raw {
			b, _ := json.Marshal(value)
			text = string(b)
		}
		metadata[key] = text
	}
	var data bytes.Buffer
	header := map[string]any{"__metadata__": metadata}
	for _, t := range m.tensors {
		n, start := 1, data.Len()
		for _, d := range t.shape {
			n *= d
		}
		numbers := append(slices.Clone(t.numbers), make([]float64, n-len(t.numbers))...)
		binary.Write(&data, binary.LittleEndian, numbers)
		header[t.name] = map[string]any{"dtype": "F64", "shape": t.shape, "data_offsets": []int{start, data.Len()}}
	}
	if m.data != nil {
		return fileOf(header, m.data)
	}
	return fileOf(header, data.Bytes())
}

func fileOf(header any, data []byte) io.Reader {
	text, _ := json.Marshal(header)
	return io.MultiReader(bytes.NewReader(binary.LittleEndian.AppendUint64(nil, uint64(len(text)))), bytes.NewReader(text), bytes.NewReader(data))
}

// many returns a list of n times the same, as JSON.
func many(n int, item string) string { return "[" + strings.Repeat(item+",", n-1) + item + "]" }

// wide returns a model from 1 to n to 1 units.
func wide(n int) *model {
	m := goodModel().set([]any{dense(1, n), dense(n, 1)}, "architecture", "layers")
	m.tensors = []tensor{{"1.W", []int{n, 1}, nil}, {"1.b", []int{n, 1}, nil}, {"2.W", []int{1, n}, nil}, {"2.b", []int{1, 1}, nil}}
	return m
}

const newData = "x,y\n1,a\n2,b\n3,a\n"

// predict writes a model file and predicts with it.
func predict(t *testing.T, m io.Reader, data string) (outcome, int64) {
	t.Helper()
	inOwnFolder(t)
	size := write(t, "m.safetensors", m)
	write(t, "new.csv", strings.NewReader(data))
	return run(t, nil, "predict", "--model", "m.safetensors", "--data", "new.csv"), size
}

func TestGoodModel(t *testing.T) {
	o, _ := predict(t, goodModel().file(), newData)
	if o.status != 0 || !strings.HasPrefix(o.stdout, "prediction,a,b\nb,") {
		t.Errorf("%+v", o)
	}
	o.decent(t, little)
}

// Models of strangers: a message, in little memory and a few times the size of the
// header, of which lists are made.
func TestModels(t *testing.T) {
	batchNorm := map[string]any{"type": "batch-norm", "size": 1, "activation": map[string]any{"name": "identity"}, "epsilon": 1e-5, "momentum": 0.9}
	withBatchNorm := goodModel().set([]any{dense(1, 1), batchNorm}, "architecture", "layers")
	for _, name := range []string{"1.gamma", "1.beta", "1.mean"} {
		withBatchNorm.tensors = append(withBatchNorm.tensors, tensor{name, []int{1, 1}, nil})
	}
	withBatchNorm.tensors = append(withBatchNorm.tensors, tensor{"1.var", []int{1, 1}, []float64{-1}})
	twice := goodModel()
	twice.tensors = append(twice.tensors, tensor{"2.W", []int{1, 1}, nil})
	nan := goodModel()
	nan.tensors[0].numbers[0] = math.NaN()
	large := wide(2) // for x = 2, in line 3: a = 2·1e308 = ∞ twice, z = 1·∞ - 1·∞
	large.tensors[0].numbers, large.tensors[2].numbers = []float64{1e308, 1e308}, []float64{1, -1}
	gap := goodModel()
	gap.data = make([]byte, 24)

	for _, c := range []struct {
		name    string
		file    io.Reader
		message string
	}{
		{"nothing", strings.NewReader(""), "too short"},
		{"a header longer than the file", strings.NewReader("\xff\xff\xff\xff\xff\xff\xff\xff{}"), "longer than the file"},
		{"a header of 17 MB", fileOf(strings.Repeat(" ", 17<<20), nil), "are the limit"},
		{"a deep header", io.MultiReader(strings.NewReader("\x00\x00\xf0\x00\x00\x00\x00\x00"), repeated("", `{"a":`, 15<<20/5)), "its header: "},
		{"deep metadata", goodModel().set(strings.Repeat("[", 8<<20), "architecture").file(), "the list"},
		{"a tensor with a name of 15 MB", fileOf(map[string]any{strings.Repeat("n", 15<<20): map[string]any{"dtype": "F64", "shape": []int{1, 1}, "data_offsets": []int{0, 8}}}, make([]byte, 8)), "name has 15728640 bytes"},
		{"200 000 tensors", fileOf(manyTensors(200_000), nil), "more than 65536 tensors"},
		{"a version of 15 MB", goodModel().set(strings.Repeat("v", 15<<20), "gradlab").file(), `format version "vvv…`},
		{"an activation of 12 MB", goodModel().set(map[string]any{"name": strings.Repeat("g", 12<<20)}, "architecture", "output").file(), `unknown activation "ggg…`},
		{"a size of 10 MB", goodModel().set(`{"layers":[{"type":"dense","in":`+strings.Repeat("9", 10<<20)+`}]}`, "architecture").file(), "the model's architecture: "},
		{"5 million layers", goodModel().set(`{"layers":`+many(5<<20, "{}")+`}`, "architecture").file(), `"layers" has more than 16384 items`},
		{"5 million features", goodModel().set(`{"features":`+many(5<<20, "{}")+`}`, "encoding").file(), `"features" has more than 100000 items`},
		{"2 million classes", goodModel().set(`{"classes":`+many(2<<20, `""`)+`}`, "encoding").file(), `"classes" has more than 1000 items`},
		{"5 million weights", goodModel().set(`{"name":"ce-logits","class_weights":`+many(5<<20, "1")+`}`, "loss").file(), `"class_weights" has more than 1000 items`},
		{"lists in lists", goodModel().set(`{"features":[[[]]]}`, "encoding").file(), "the model's encoding: "},
		{"more units than the file holds", goodModel().set([]any{dense(1, 1<<40)}, "architecture", "layers").file(), "larger than the file"},
		{"units that overflow", goodModel().set([]any{dense(1<<62, 1<<62)}, "architecture", "layers").file(), "larger than the file"},
		{"a tensor too many", twice.file(), "it has 3 tensors, its architecture 2"},
		{"bytes after the tensors", gap.file(), "8 bytes after the last tensor"},
		{"NaN", nan.file(), "holds NaN or infinite numbers"},
		{"a negative variance", withBatchNorm.file(), "a negative variance"},
		{"numbers that overflow", large.file(), "new.csv, line 3: the output of the network is NaN"},
		{"a regression of classes", goodModel().set(map[string]any{"Regress": true}, "task").file(), "the model's encoding is to classify, its task is not"},
		{"units of -1", goodModel().set(map[string]any{"Units": []int{-1}}, "task").file(), "a unit of the model is not a positive number"},
		{"negative class weights", goodModel().set([]int{1, -1}, "loss", "class_weights").file(), "a class weight is negative"},
		{"no encoding", goodModel().set("null", "encoding").file(), "does not say how its inputs are encoded"},
		{"an unknown class", goodModel().set([]string{"\x1b[31ma", "b"}, "encoding", "classes").file(), `"a" is not one of the classes that the model knows ("\x1b[31ma" and b)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, size := predict(t, c.file, newData)
			o.refused(t, "predict: …"+c.message, little+6*size)
		})
	}
	for _, c := range []struct{ name, message string }{
		{"/dev/zero", "is not a file"}, {"/dev/stdin", "is not a file"}, {".", "is not a file"}, {"/proc/self/mem", ""}, {"missing", "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inOwnFolder(t)
			run(t, repeated("", "a", 1<<30), "predict", "--model", c.name, "--data", "iris.csv").refused(t, c.message, little)
		})
	}
}

func manyTensors(n int) map[string]any {
	header := map[string]any{}
	for i := range n {
		header[fmt.Sprint(i)] = map[string]any{"dtype": "F64", "shape": []int{1, 1}, "data_offsets": []int{0, 8}}
	}
	return header
}

// A sparse file of 10 TB, which nobody has to read.
func TestHugeModel(t *testing.T) {
	inOwnFolder(t)
	write(t, "m.safetensors", goodModel().file())
	if err := os.Truncate("m.safetensors", 10<<40); err != nil {
		t.Skip(err)
	}
	run(t, nil, "predict", "--model", "m.safetensors", "--data", "iris.csv").refused(t, "of memory, and", little)
}

// A model whose layers are wide in proportion to its file predicts many examples
// in memory that is in proportion, too.
func TestWideModel(t *testing.T) {
	o, size := predict(t, wide(500_000).file(), "x\n"+strings.Repeat("1\n", 100))
	if o.status != 0 || strings.Count(o.stdout, "\n") != 101 {
		t.Errorf("%+v", o)
	}
	o.decent(t, 64<<20+4*size)
}

// A large model takes twice its file and 64 MiB.
func TestLargeModel(t *testing.T) {
	const n = 4000
	m := wide(n).set([]any{dense(1, n), dense(n, n), dense(n, 1)}, "architecture", "layers")
	m.tensors = slices.Insert(m.tensors, 2, tensor{"3.W", []int{1, n}, nil}, tensor{"3.b", []int{1, 1}, nil})
	m.tensors[4].shape, m.tensors[5].shape = []int{n, n}, []int{n, 1}
	o, size := predict(t, m.file(), newData)
	if o.status != 0 || size < 100<<20 {
		t.Errorf("%+v", o)
	}
	o.decent(t, 64<<20+2*size)
}

// What a model asks for that it may not have: keys that mean nothing are
// nothing, and names that are paths are names.
func TestModelReadsNothingElse(t *testing.T) {
	m := goodModel()
	maps.Copy(m.metadata, map[string]any{"include": "/etc/passwd", "code": "import os"})
	m.set("../../etc/passwd", "encoding", "path")
	m.set([]string{"../a", "/etc/b"}, "encoding", "classes")
	o, _ := predict(t, m.file(), "x\n1\n")
	if o.status != 0 || !strings.HasPrefix(o.stdout, "prediction,../a,/etc/b\n/etc/b,") {
		t.Errorf("%+v", o)
	}
	o.decent(t, little)
}
