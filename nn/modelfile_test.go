package nn_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gradlab/layers"
	"gradlab/nn"
)

func modelFile(t testing.TB) []byte {
	t.Helper()
	trainer := classifier(1)
	trainer.Net.Layers = slices.Insert(trainer.Net.Layers, 1, layers.Layer[float64](layers.NewBatchNorm(8, layers.LeakyReLU[float64]{Slope: 0.2})))
	var b bytes.Buffer
	if err := (&nn.Model[float64]{Net: trainer.Net, Loss: trainer.Loss, Task: trainer.Task}).Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The file is safetensors as others read it: tensor 1.W has the shape of the W
// in the equations and lies row by row.
func TestModelFileIsSafetensors(t *testing.T) {
	file := modelFile(t)
	n := binary.LittleEndian.Uint64(file)
	var header map[string]struct {
		DType   string `json:"dtype"`
		Shape   []int  `json:"shape"`
		Offsets [2]int `json:"data_offsets"`
	}
	if err := json.Unmarshal(file[8:8+n], &header); err != nil {
		t.Fatal(err)
	}
	w := header["1.W"]
	if w.DType != "F64" || !slices.Equal(w.Shape, []int{8, 2}) || w.Offsets != [2]int{0, 128} {
		t.Errorf("1.W is %+v", w)
	}
	if (8+n)%8 != 0 {
		t.Errorf("the tensors begin at %d", 8+n)
	}
	second := math.Float64frombits(binary.LittleEndian.Uint64(file[8+n+8:])) // W[0][1]
	if want := classifier(1).Net.Params()[0].Value.At(0, 1); second != want {
		t.Errorf("the second number is %v, W[0][1] is %v", second, want)
	}
	for _, name := range []string{"1.b", "1.gamma", "1.beta", "1.mean", "1.var", "2.W", "2.b"} {
		if header[name].DType != "F64" {
			t.Errorf("no tensor %s", name)
		}
	}
}

// load reads a model file of either type.
func load(file []byte) error {
	parsed, err := nn.ParseModel(file)
	if err != nil {
		return err
	}
	if parsed.DType == "F32" {
		_, err = nn.Load[float32](parsed)
	} else {
		_, err = nn.Load[float64](parsed)
	}
	return err
}

// unsummed returns a model file as version 1 was, without a checksum.
func unsummed(t testing.TB) []byte {
	file := modelFile(t)
	n := 8 + binary.LittleEndian.Uint64(file)
	header := regexp.MustCompile(`,"sha256":"[0-9a-f]{64}"`).ReplaceAll(file[8:n], nil)
	header = bytes.Replace(header, []byte(`"gradlab":"2"`), []byte(`"gradlab":"1"`), 1)
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), file[n:]...)
}

// A file that was changed or cut anywhere is an error, never a panic and never
// another model.
func TestDamagedModelFiles(t *testing.T) {
	file := modelFile(t)
	if err := load(file); err != nil {
		t.Fatal(err)
	}
	for n := range file {
		if load(file[:n]) == nil {
			t.Errorf("the first %d of %d bytes are a model", n, len(file))
		}
		for bit := range 8 {
			damaged := bytes.Clone(file)
			damaged[n] ^= 1 << bit
			if load(damaged) == nil {
				t.Errorf("byte %d: with %q for %q it is a model", n, damaged[n], file[n])
			}
		}
	}
}

// What a stranger may have written into a file without a checksum.
func TestBadModelFiles(t *testing.T) {
	file := unsummed(t)
	if err := load(file); err != nil {
		t.Fatalf("version 1: %v", err)
	}
	n := int(8 + binary.LittleEndian.Uint64(file))
	for i := range n {
		damaged := bytes.Clone(file)
		damaged[i] ^= 1 << (i % 8)
		load(damaged) // may be an error, must not panic
	}
	change := func(from, to string) []byte {
		header := strings.Replace(string(file[8:n]), from, to, 1)
		if header == string(file[8:n]) {
			t.Fatalf("the header has no %s: %s", from, header)
		}
		return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), file[n:]...)
	}
	nan := bytes.Clone(file)
	binary.LittleEndian.PutUint64(nan[n:], math.Float64bits(math.NaN()))
	for _, c := range []struct {
		file    []byte
		message string
	}{
		{change(`"shape":[8,2]`, `"shape":[2,8]`), "shape"},
		{change(`"shape":[8,2]`, `"shape":[8,2,1]`), "shape"},
		{change(`"shape":[8,2]`, `"shape":[4611686018427387904,2]`), "shape"},
		{change(`[0,128]`, `[8,136]`), "overlap"},
		{change(`"dtype":"F64"`, `"dtype":"I64"`), "type"},
		{change(`\"in\":2,\"out\":8`, `\"in\":2,\"out\":2000000000`), "larger than the file"},
		{change(`\"in\":2,\"out\":8`, `\"in\":2,\"out\":9`), "fit"},
		{change(`leaky-relu`, `leaky-rely`), "activation"},
		{change(`"gradlab":"1"`, `"gradlab":"2"`), "checksum is missing"},
		{change(`"gradlab":"1"`, `"gradlab":"3"`), "version"},
		{change(`"1.b":{"dtype":"F64"`, `"1.b":{"dtype":"F32"`), "shape"},
		{change(`bce-logits`, `bce-logbits`), "loss"},
		{append(bytes.Clone(file), 0), "after the last tensor"},
		{nan, "NaN"},
	} {
		if err := load(c.file); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("error %v; it should speak of %q", err, c.message)
		}
	}
}

// A file is whole or not there.
func TestSaveIsAtomic(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	model := &nn.Model[float64]{Net: classifier(1).Net, Loss: classifier(1).Loss}
	if err := model.Save(path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	model.Net = &nn.Network[float64]{Layers: []layers.Layer[float64]{foreign{layers.NewDropout[float64](0)}}}
	if model.Save(path) == nil {
		t.Error("a layer that is not ours was saved")
	}
	after, _ := os.ReadFile(path)
	if entries, _ := os.ReadDir(filepath.Dir(path)); !bytes.Equal(before, after) || len(entries) != 1 {
		t.Errorf("the failed save left %d files and changed the model: %v", len(entries), !bytes.Equal(before, after))
	}
}

// foreign is a layer that the model file does not know.
type foreign struct{ layers.Layer[float64] }
