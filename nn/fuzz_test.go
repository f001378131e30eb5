package nn

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"gradlab/data"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/optim"
)

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// FuzzArchitecture finds no metadata of a network that makes a panic, a network of
// more parameters than the file can hold, or memory out of proportion; and what
// is read is written as what it was.
func FuzzArchitecture(f *testing.F) {
	for _, seed := range []string{
		`{"layers":[{"type":"dense","in":2,"out":3,"activation":{"name":"leaky-relu","slope":0.2}},{"type":"dropout","drop":0.5},{"type":"dense","in":3,"out":1,"activation":{"name":"identity"}}],"output":{"name":"sigmoid"}}`,
		`{"layers":[{"type":"dense","in":2,"out":4,"activation":{"name":"identity"}},{"type":"batch-norm","size":4,"activation":{"name":"elu","alpha":1},"epsilon":1e-5,"momentum":0.9}],"output":{"name":"softmax"}}`,
		`{"layers":[{"type":"dense","in":1073741824,"out":1073741824,"activation":{"name":"tanh"}}]}`,
		`{"layers":[{},{},{"type":null,"in":-1}],"LAYERS":[[]],"output":null}`,
		`null`, `[`, `{"layers":{"layers":[]}}`,
	} {
		f.Add(seed, uint16(40))
	}
	f.Fuzz(func(t *testing.T, text string, limit uint16) {
		var spec networkSpec
		var net *Network[float64]
		var err error
		bytes := allocated(func() {
			if err = decode(text, &spec); err == nil {
				net, err = networkOf[float64](spec, int(limit))
			}
		})
		if most := 1<<20 + 300*len(text) + 200*int(limit); bytes > uint64(most) {
			t.Errorf("%d bytes for a text of %d", bytes, len(text))
		}
		if (net == nil) == (err == nil) {
			t.Fatalf("network %v and error %v", net, err)
		}
		if err != nil {
			return
		}
		count := 0
		net.eachTensor(func(p matrix.Param[float64]) { count += len(p.Value.Data) })
		if count > int(limit) {
			t.Errorf("%d numbers, of at most %d", count, limit)
		}
		written, err := specOfNetwork(net)
		if err != nil {
			t.Fatal(err)
		}
		again, err := networkOf[float64](written, int(limit))
		if err != nil {
			t.Fatal(err)
		}
		if rewritten, _ := specOfNetwork(again); !reflect.DeepEqual(written, rewritten) {
			t.Errorf("%+v becomes %+v", written, rewritten)
		}
		if in := net.inputs(); in > 0 {
			if out := net.Predict(matrix.New[float64](in, 3)); out.Rows != net.outputs() || out.Cols != 3 {
				t.Errorf("predicts a %d×%d matrix of %d outputs", out.Rows, out.Cols, net.outputs())
			}
		}
	})
}

// FuzzLoss does the same for losses.
func FuzzLoss(f *testing.F) {
	for _, seed := range []string{`{"name":"mse"}`, `{"name":"huber","delta":0.5}`, `{"name":"ce-logits","class_weights":[1,2,0.5]}`, `{"name":"hinge","class_weights":[]}`, `{"delta":-1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var spec lossSpec
		if decode(text, &spec) != nil {
			return
		}
		loss, err := lossOf[float32](spec)
		if (loss == nil) == (err == nil) {
			t.Fatalf("loss %v and error %v", loss, err)
		}
		if err != nil {
			return
		}
		written, err := specOfLoss(loss)
		if err != nil {
			t.Fatal(err)
		}
		again, err := lossOf[float32](written)
		if err != nil || !reflect.DeepEqual(loss, again) {
			t.Errorf("%#v becomes %#v, %v", loss, again, err)
		}
	})
}

// FuzzModel finds no file of a model that makes a panic or takes memory out of
// proportion; and a model that is read, written and read again is the same.
func FuzzModel(f *testing.F) {
	dense := func(in, out int, g layers.Activation[float64]) layers.Layer[float64] {
		return layers.NewDense(in, out, g, layers.Xavier, matrix.Stream(1, matrix.ForInit, 1))
	}
	for _, m := range []*Model[float64]{
		{Net: &Network[float64]{Layers: []layers.Layer[float64]{dense(2, 3, layers.Tanh[float64]{}), dense(3, 1, layers.Identity[float64]{})}}, Loss: losses.MeanSquaredError[float64]{}, Task: Task{Regress: true, Units: []float64{2}}},
		{Net: &Network[float64]{Layers: []layers.Layer[float64]{dense(1, 2, layers.Identity[float64]{}), layers.NewBatchNorm(2, layers.ReLU[float64]{})}, Output: layers.Softmax[float64]{}}, Loss: losses.SoftmaxCrossEntropyLogits[float64]{}},
	} {
		var file bytes.Buffer
		if err := m.Write(&file); err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes())
		f.Add(withoutSum(file.Bytes()))
	}
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1<<16 {
			return
		}
		var parsed *ModelFile
		var err error
		taken := allocated(func() { parsed, err = ParseModel(file) })
		if (parsed == nil) == (err == nil) || taken > uint64(1<<20+100*len(file)) {
			t.Fatalf("file %v, error %v, %d bytes for %d", parsed, err, taken, len(file))
		}
		switch {
		case err != nil:
		case parsed.DType == "F32":
			rewrite[float32](t, parsed)
		default:
			rewrite[float64](t, parsed)
		}
	})
}

// FuzzCheckpoint finds no checkpoint that makes a panic or takes memory out of
// proportion, nor one from which a training goes on to weights that are not
// finite. The checksum is made right, so that it is in the way of none.
func FuzzCheckpoint(f *testing.F) {
	trainer := func() *Trainer[float64] {
		r := matrix.Stream(1, matrix.ForInit, 1)
		return &Trainer[float64]{
			Net:  &Network[float64]{Layers: []layers.Layer[float64]{layers.NewDense(1, 1, layers.Activation[float64](layers.Tanh[float64]{}), layers.Xavier, r)}},
			Loss: losses.MeanSquaredError[float64]{}, Opt: optim.NewMomentum[float64](0.9), Schedule: optim.Constant(0.1),
			Epochs: 3, BatchSize: 2, Patience: 2, Task: Task{Regress: true},
		}
	}
	set := &data.Dataset[float64]{X: matrix.FromRows([]float64{1, 2, 3, 4}), Y: matrix.FromRows([]float64{0, 1, 0, 1})}
	for steps := 1; steps <= 6; steps += 5 { // in the middle of an epoch, and at the end
		at := &Checkpoints{Path: filepath.Join(f.TempDir(), "checkpoint")}
		ctx, cancel := context.WithCancel(context.Background())
		t := trainer()
		t.Checkpoints, t.OnStep = at, func(step int, loss float64) {
			if step == steps {
				cancel()
			}
		}
		t.Fit(ctx, set, nil)
		file, err := os.ReadFile(at.Path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1<<16 {
			return
		}
		var from *Checkpoint
		var err error
		taken := allocated(func() { from, err = parseCheckpoint(signed(file), "") })
		if (from == nil) == (err == nil) || taken > uint64(1<<20+100*len(file)) {
			t.Fatalf("checkpoint %v, error %v, %d bytes for %d", from, err, taken, len(file))
		}
		if err != nil {
			return
		}
		trainer := trainer()
		trainer.From = from
		if _, err := trainer.Fit(context.Background(), set, nil); err != nil {
			return
		}
		for _, p := range trainer.Net.Params() {
			if !matrix.Finite(p.Value.Data) {
				t.Errorf("%s ends as %v", p.Name, p.Value)
			}
		}
	})
}

// signed returns a safetensors file with the checksum that it should have.
func signed(file []byte) []byte {
	file = bytes.Clone(file)
	i := bytes.Index(file, []byte(`"sha256":"`)) + 10
	if i < 10 || i+64 > len(file) {
		return file
	}
	copy(file[i:], strings.Repeat("0", 64))
	sum := sha256.Sum256(file)
	hex.Encode(file[i:], sum[:])
	return file
}

// rewrite reads a model, writes it and reads it again.
func rewrite[T matrix.Float](t *testing.T, parsed *ModelFile) {
	m, err := Load[T](parsed)
	if (m == nil) == (err == nil) {
		t.Fatalf("model %v and error %v", m, err)
	}
	if err != nil {
		return
	}
	var file bytes.Buffer
	if err := m.Write(&file); err != nil {
		t.Fatal(err)
	}
	reparsed, err := ParseModel(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Load[T](reparsed)
	if err != nil {
		t.Fatal(err)
	}
	if again.Net.WeightsSHA256() != m.Net.WeightsSHA256() || !reflect.DeepEqual(again.Task, m.Task) || !reflect.DeepEqual(again.Loss, m.Loss) || !sameJSON(again.Encoding, m.Encoding) {
		t.Errorf("it is another model when it is read again")
	}
}

func sameJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// withoutSum returns a model file as version 1 was, which a fuzzer can change
// without a checksum noticing: what stands for the checksum is in the way of none.
func withoutSum(file []byte) []byte {
	n := 8 + int(file[0]) + int(file[1])<<8
	header := string(file[8:n])
	i := strings.Index(header, `"sha256":"`)
	header = header[:i] + `"sha257` + header[i+7:]
	header = strings.Replace(header, `"gradlab":"2"`, `"gradlab":"1"`, 1)
	return append(append(append([]byte{}, file[:8]...), header...), file[n:]...)
}
