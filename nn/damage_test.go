package nn

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"gradlab/data"
	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/optim"
)

// files returns a model file and the two checkpoints of a training, some 100 KB.
func files(t *testing.T) (model []byte, at *Checkpoints) {
	t.Helper()
	r := matrix.Stream(1, matrix.ForInit, 1)
	set := &data.Dataset[float64]{X: matrix.New[float64](64, 100), Y: matrix.New[float64](10, 100)}
	for i := range set.X.Data {
		set.X.Data[i] = r.Float64()
	}
	for j := range set.Len() {
		set.Y.Col(j)[r.IntN(10)] = 1
	}
	net := &Network[float64]{
		Layers: []layers.Layer[float64]{
			layers.NewDense(64, 32, layers.Activation[float64](layers.Identity[float64]{}), layers.Xavier, r),
			layers.NewBatchNorm(32, layers.Activation[float64](layers.Tanh[float64]{})),
			layers.NewDense(32, 10, layers.Activation[float64](layers.Identity[float64]{}), layers.Xavier, r),
		},
		Output: layers.Softmax[float64]{},
	}
	at = &Checkpoints{Path: filepath.Join(t.TempDir(), "checkpoint.safetensors"), Steps: 10}
	trainer := &Trainer[float64]{
		Net: net, Loss: losses.SoftmaxCrossEntropyLogits[float64]{}, Opt: optim.NewAdam[float64](), Schedule: optim.Constant(0.01),
		Epochs: 3, BatchSize: 10, Checkpoints: at,
	}
	if _, err := trainer.Fit(context.Background(), set, nil); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := (&Model[float64]{Net: net, Loss: trainer.Loss}).Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), at
}

// damages calls f with files that differ from one: each byte of its first 4 KiB
// changed in one way, with GRADLAB_SLOW in each of 255 ways; and 500 times, with it
// 2000, a few bytes anywhere, its end, a sector of it, or its length.
func damages(file []byte, f func(damaged []byte)) {
	slow := os.Getenv("GRADLAB_SLOW") != ""
	r := rand.New(rand.NewPCG(1, 2))
	damaged := bytes.Clone(file)
	for i := range min(4096, len(file)) {
		for x := 1; x < 256; x++ {
			if slow || x == 1<<(i%8) {
				damaged[i] = file[i] ^ byte(x)
				f(damaged)
			}
		}
		damaged[i] = file[i]
	}
	times := 500
	if slow {
		times = 2000
	}
	for range times {
		damaged := bytes.Clone(file)
		at := r.IntN(len(file))
		switch r.IntN(5) {
		case 0:
			damaged = damaged[:at]
		case 1: // a sector that was not written
			clear(damaged[at:min(at+512, len(file))])
		case 2:
			damaged = append(damaged, file[at:]...)
		case 3: // a piece that is missing
			damaged = append(damaged[:at], file[min(at+1+r.IntN(600), len(file)):]...)
		default:
			for range 1 + r.IntN(4) {
				damaged[r.IntN(len(file))] ^= byte(1 + r.IntN(255))
			}
		}
		if !bytes.Equal(damaged, file) {
			f(damaged)
		}
	}
}

// No damage to a model makes it another model: all is noticed, with little memory.
func TestEveryDamageToAModel(t *testing.T) {
	file, _ := files(t)
	count := 0
	damages(file, func(damaged []byte) {
		count++
		taken := allocated(func() {
			parsed, err := ParseModel(damaged)
			if err == nil {
				_, err = Load[float64](parsed)
			}
			if err == nil {
				t.Fatalf("a file of %d bytes passes that was damaged", len(damaged))
			}
		})
		if taken > uint64(2*len(damaged)+64<<20) {
			t.Errorf("%d bytes of memory for a file of %d", taken, len(damaged))
		}
	})
	t.Logf("%d damaged files of %d bytes", count, len(file))
}

// Where a checkpoint is damaged the one before it is found.
func TestEveryDamageToACheckpoint(t *testing.T) {
	_, at := files(t)
	file, err := os.ReadFile(at.Path)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	damages(file, func(damaged []byte) {
		count++
		taken := allocated(func() {
			if _, err := parseCheckpoint(damaged, ""); err == nil {
				t.Fatalf("a file of %d bytes passes that was damaged", len(damaged))
			}
		})
		if taken > uint64(2*len(damaged)+64<<20) {
			t.Errorf("%d bytes of memory for a file of %d", taken, len(damaged))
		}
		if count%100 == 0 { // from the folder as well
			if err := os.WriteFile(at.Path, damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			if found, err := at.Load(); found == nil || found.newest || err == nil {
				t.Fatalf("found %+v, error %v", found, err)
			}
		}
	})
	t.Logf("%d damaged files of %d bytes", count, len(file))
}
