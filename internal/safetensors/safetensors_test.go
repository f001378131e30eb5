package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradlab/internal/safetensors"
	"gradlab/matrix"
)

// example returns a file of a float64 matrix 2×3, a float32 column and metadata.
func example(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	err := safetensors.Write(&b, map[string]string{"what": `"quoted" sha256`}, []safetensors.Tensor{
		safetensors.NewTensor("1.W", matrix.FromRows([]float64{1, 2, 3}, []float64{4, 5, math.Inf(1)})),
		safetensors.NewTensor("1.b", matrix.FromRows([]float32{0.5}, []float32{-0.25})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The file is as the format's specification says and as others read it: 1.W,
// 2×3, lies row by row, and the tensors begin at a multiple of 8.
func TestFormat(t *testing.T) {
	file := example(t)
	n := binary.LittleEndian.Uint64(file)
	var header map[string]map[string]any
	if err := json.Unmarshal(file[8:8+n], &header); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"dtype": "F64", "shape": []any{2.0, 3.0}, "data_offsets": []any{0.0, 48.0}}
	if !cmp.Equal(header["1.W"], want) || (8+n)%8 != 0 {
		t.Errorf("1.W is %v; the tensors begin at %d", header["1.W"], 8+n)
	}
	for k, want := range []float64{1, 2, 3, 4, 5, math.Inf(1)} {
		if got := math.Float64frombits(binary.LittleEndian.Uint64(file[int(8+n)+8*k:])); got != want {
			t.Errorf("number %d is %v, not %v", k, got, want)
		}
	}
	if sum, _ := header["__metadata__"]["sha256"].(string); !regexp.MustCompile("^[0-9a-f]{64}$").MatchString(sum) {
		t.Errorf("the checksum is %q", sum)
	}
}

func TestRoundTrip(t *testing.T) {
	f, err := safetensors.Parse(example(t))
	if err != nil {
		t.Fatal(err)
	}
	if !f.Summed || f.Size != 6*8+2*4 || !cmp.Equal(f.Metadata, map[string]string{"what": `"quoted" sha256`}) || !cmp.Equal(f.Names(), []string{"1.W", "1.b"}) {
		t.Errorf("%+v", f)
	}
	w, b := matrix.New[float64](2, 3), matrix.New[float32](2, 1)
	for _, err := range []error{safetensors.Read(f, "1.W", w), safetensors.Read(f, "1.b", b)} {
		if err != nil {
			t.Error(err)
		}
	}
	if !cmp.Equal(w.Data, []float64{1, 4, 2, 5, 3, math.Inf(1)}) || !cmp.Equal(b.Data, []float32{0.5, -0.25}) {
		t.Errorf("read %v and %v", w, b)
	}
	for _, err := range []error{safetensors.Read(f, "2.W", w), safetensors.Read(f, "1.b", w), safetensors.Read(f, "1.W", matrix.New[float64](3, 2))} {
		if err == nil {
			t.Error("a tensor that is not there, of another type or another shape was read")
		}
	}
}

// What has no end, as /dev/zero, is not read.
func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, example(t), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := safetensors.ReadFile(path); err != nil || !bytes.Equal(got, example(t)) {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
	for _, path := range []string{t.TempDir(), os.DevNull} {
		if _, err := safetensors.ReadFile(path); err == nil || !strings.Contains(err.Error(), "is not a file") {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

// Whatever byte is changed, and wherever the file is cut, it is not what it was.
func TestDamage(t *testing.T) {
	file := example(t)
	for n := range file {
		if _, err := safetensors.Parse(file[:n]); err == nil {
			t.Errorf("the first %d of %d bytes pass", n, len(file))
		}
		for bit := range 8 {
			damaged := bytes.Clone(file)
			damaged[n] ^= 1 << bit
			if f, err := safetensors.Parse(damaged); err == nil && f.Summed {
				t.Errorf("byte %d: %q passes as %q", n, file[n], damaged[n])
			}
		}
	}
	if _, err := safetensors.Parse(append(bytes.Clone(file), 0)); err == nil {
		t.Error("a byte more passes")
	}
}

// with returns a file of a header and so many bytes of tensors.
func with(header string, data int) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), make([]byte, data)...)
}

// Headers of strangers: an error that says what is wrong.
func TestBadHeaders(t *testing.T) {
	tensor := func(name, dtype, shape, offsets string) string {
		return fmt.Sprintf(`"%s":{"dtype":"%s","shape":%s,"data_offsets":%s}`, name, dtype, shape, offsets)
	}
	w := tensor("w", "F64", "[1,2]", "[0,16]")
	for _, c := range []struct {
		file    []byte
		message string
	}{
		{nil, "too short"},
		{binary.LittleEndian.AppendUint64(nil, math.MaxUint64), "longer than the file"},
		{with(strings.Repeat(" ", 17<<20), 0), "are the limit"},
		{with("", 0), "EOF"},
		{with("[]", 0), "not an object"},
		{with("{}}", 0), "goes on after its end"},
		{with(`{"w":3}`, 0), `tensor "w"`},
		{with("{"+w+","+w+"}", 16), "twice"},
		{with(`{"__metadata__":{"a":1}}`, 0), "not a string"},
		{with(`{"__metadata__":{"a":"","a":""}}`, 0), "twice"},
		{with(`{"__metadata__":{},"__metadata__":{}}`, 0), "twice"},
		{with(`{"__metadata__":{"sha256":"0"}}`, 0), "checksum"},
		{with("{"+tensor("w", "I64", "[1,2]", "[0,16]")+"}", 16), "only F32 and F64"},
		{with("{"+tensor("w", "F64", "[2]", "[0,16]")+"}", 16), "rows,columns"},
		{with("{"+tensor("w", "F64", "[1,1,2]", "[0,16]")+"}", 16), "rows,columns"},
		{with("{"+tensor("w", "F64", "[-1,-2]", "[0,16]")+"}", 16), "rows,columns"},
		{with("{"+tensor("w", "F64", "["+strings.Repeat("1,", 99)+"1]", "[0,16]")+"}", 16), "not two numbers"},
		{with("{"+tensor("w", "F64", "[4611686018427387904,2]", "[0,16]")+"}", 16), "does not match"},
		{with("{"+tensor("w", "F64", "[1,2]", "[0,15]")+"}", 15), "does not match"},
		{with("{"+tensor("w", "F64", "[0,0]", "[0,0]")+"}", 0), "does not match"},
		{with("{"+w+","+tensor("v", "F64", "[1,2]", "[8,24]")+"}", 24), "overlap"},
		{with("{"+tensor("w", "F64", "[1,2]", "[8,24]")+"}", 24), "leave a gap"},
		{with("{"+w+"}", 8), "outside the file"},
		{with("{"+w+"}", 17), "after the last tensor"},
	} {
		if _, err := safetensors.Parse(c.file); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%.80s: error %v; it should say %q", c.file, err, c.message)
		}
	}
	if _, err := safetensors.Parse(with("{"+w+"}  ", 16)); err != nil {
		t.Errorf("a file without metadata and checksum: %v", err)
	}
}

// A header that makes as much of its bytes as it can takes no more than twice the
// file and 64 MiB.
func TestMemory(t *testing.T) {
	many := func(entry string) string { return strings.Repeat(entry, 15<<20/len(entry)) }
	numbered := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < 15<<20; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	for name, header := range map[string]string{
		"tensors":     "{" + numbered(`"%d":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]},`) + "}",
		"metadata":    `{"__metadata__":{` + numbered(`"%d":"",`) + "}}",
		"a shape":     `{"w":{"dtype":"F64","shape":[` + strings.TrimSuffix(many("1,"), ",") + `],"data_offsets":[0,8]}}`,
		"nested":      `{"w":` + many("[") + "}",
		"a string":    `{"__metadata__":{"a":"` + many("a") + `"}}`,
		"a long name": `{"` + many("a") + `":{}}`,
	} {
		file := with(header, 8)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		safetensors.Parse(file)
		runtime.ReadMemStats(&after)
		if grown := after.HeapSys - before.HeapSys; int64(grown) > int64(len(file)+64<<20) { // besides the file itself
			t.Errorf("%s: %d MB more for a file of %d MB", name, grown>>20, len(file)>>20)
		}
	}
}

// FuzzParse finds no file that makes Parse panic, and none that passes with other
// bytes than Write would give it.
func FuzzParse(f *testing.F) {
	f.Add(example(f))
	f.Add(with("{}", 0))
	f.Add(with(`{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}`, 8))
	f.Fuzz(func(t *testing.T, bytes []byte) {
		file, err := safetensors.Parse(bytes)
		if err != nil {
			return
		}
		read := 0
		for _, name := range file.Names() {
			rows, cols := file.Shape(name)
			if file.DType(name) == "F64" {
				err = safetensors.Read(file, name, matrix.New[float64](rows, cols))
				read += rows * cols * 8
			} else {
				err = safetensors.Read(file, name, matrix.New[float32](rows, cols))
				read += rows * cols * 4
			}
			if err != nil {
				t.Error(err)
			}
		}
		if read != file.Size {
			t.Errorf("%d bytes of tensors in %d bytes", read, file.Size)
		}
	})
}
