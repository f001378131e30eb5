package lab

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"os"
	"slices"
	"strings"
	"testing"
)

// What testdata/make.py writes for each type: a row 1 2 3 and a row 4 5 100.
var (
	byRow    = []float64{1, 2, 3, 4, 5, 100}
	byColumn = []float64{1, 4, 2, 5, 3, 100}
)

func TestReadMAT(t *testing.T) {
	for _, file := range []string{"testdata/small.mat", "testdata/packed.mat"} {
		variables, err := ReadMAT(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range strings.Fields("double single int8 uint8 int16 uint16 int32 uint32 int64 uint64") {
			if m := variables[name]; m == nil || m.Rows != 2 || m.Cols != 3 || !slices.Equal(m.Data, byColumn) {
				t.Errorf("%s: %s is %v", file, name, m)
			}
		}
		if m := variables["negative"]; m == nil || !slices.Equal(m.Data, []float64{-1, -128}) {
			t.Errorf("%s: negative is %v", file, m)
		}
		if m := variables["fraction"]; m == nil || m.Rows != 2 || !slices.Equal(m.Data, []float64{0.1, -2.5e-300}) {
			t.Errorf("%s: fraction is %v", file, m)
		}
		if m := variables["cube"]; m == nil || m.Rows != 2 || m.Cols != 12 || m.At(1, 0) != 12 || m.At(0, 1) != 4 {
			t.Errorf("%s: cube is %v", file, m) // cube[i, j, k] = 12i + 4j + k, in the column j + 3k
		}
		if m := variables["empty"]; m == nil || len(m.Data) != 0 {
			t.Errorf("%s: empty is %v", file, m)
		}
		for _, name := range strings.Fields("text cell imaginary") {
			if m := variables[name]; m != nil {
				t.Errorf("%s: %s is %v", file, name, m)
			}
		}
	}
}

// x = [1 4; 2 5] as an old machine writes it, with 16-bit numbers.
func TestReadMATBigEndian(t *testing.T) {
	variables, err := parseMAT(bigEndianMAT())
	if err != nil {
		t.Fatal(err)
	}
	if m := variables["x"]; m == nil || m.Rows != 2 || !slices.Equal(m.Data, []float64{1, 2, 4, 5}) {
		t.Errorf("x is %v", m)
	}
}

func bigEndianMAT() []byte {
	var b bytes.Buffer
	b.WriteString(strings.Repeat(" ", 124) + "\x01\x00MI")
	write := func(numbers ...any) {
		for _, x := range numbers {
			binary.Write(&b, binary.BigEndian, x)
		}
	}
	write(uint32(matMatrix), uint32(16+16+8+16))
	write(uint32(matUint32), uint32(8), uint32(classDouble), uint32(0))
	write(uint32(matInt32), uint32(8), int32(2), int32(2))
	write(uint16(1), uint16(matInt8), []byte("x\x00\x00\x00")) // a short element
	write(uint32(matInt16), uint32(8), []int16{1, 2, 4, 5})
	return b.Bytes()
}

func TestReadHDF5(t *testing.T) {
	file, err := OpenHDF5("testdata/small.h5")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]Array{
		"negative": {[]int{2}, []float64{-1, -128}},
		"fraction": {[]int{2}, []float64{0.1, -2.5e-300}},
		"cube":     {[]int{2, 3, 4}, evenly(0, 23, 24)},
		"scalar":   {nil, []float64{7}},
		"empty":    {[]int{0, 3}, nil},
	} {
		if a, err := file.Read(name); err != nil || !slices.Equal(a.Shape, want.Shape) || !slices.Equal(a.Data, want.Data) {
			t.Errorf("%s is %v, %v", name, a, err)
		}
	}
	for _, name := range strings.Fields("<f8 >f8 <f4 >f4 i1 u1 <i2 >i2 <u4 >i8 <u8") {
		if a, err := file.Read(name); err != nil || !slices.Equal(a.Shape, []int{2, 3}) || !slices.Equal(a.Data, byRow) {
			t.Errorf("%s is %v, %v", name, a, err)
		}
	}
	for name, want := range map[string]string{
		"text":          "it does not hold numbers",
		"packed":        "it is compressed or cut into chunks",
		"never written": "its data are not in the file",
		"group":         "it is no data set",
		"cats":          "no data set is called cats; there are <f4, <f8,",
	} {
		if _, err := file.Read(name); err == nil || !strings.Contains(err.Error(), "small.h5: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("reading %s: %v, which does not say: %s", name, err, want)
		}
	}
}

// Nothing but an error comes of a file that is cut off anywhere.
func TestTruncatedFiles(t *testing.T) {
	mat := readFile(t, "testdata/small.mat")
	for n := range len(mat) {
		variables, err := parseMAT(mat[:n])
		whole, _ := parseMAT(mat)
		if err == nil && len(variables) >= len(whole) {
			t.Fatalf("%d of %d bytes have all variables", n, len(mat))
		}
	}
	h5 := readFile(t, "testdata/small.h5")
	for n := range len(h5) {
		if _, err := parseHDF5("cut.h5", h5[:n]); err == nil {
			t.Fatalf("%d of %d bytes are taken for a file", n, len(h5))
		}
	}
}

func readFile(t testing.TB, path string) []byte {
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// A compressed element of zeros unpacks to a thousand times its size.
func TestReadMATRefusesBombs(t *testing.T) {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	zeros := make([]byte, 1<<20)
	for range 100 {
		w.Write(zeros)
	}
	w.Close()
	file := append(make([]byte, 124), "\x00\x01IM"...)
	file = binary.LittleEndian.AppendUint32(file, matCompressed)
	file = binary.LittleEndian.AppendUint32(file, uint32(packed.Len()))
	if _, err := parseMAT(append(file, packed.Bytes()...)); err == nil || !strings.Contains(err.Error(), "20 times the file") {
		t.Error(err)
	}
}

func FuzzReadMAT(f *testing.F) {
	f.Add(readFile(f, "testdata/small.mat"))
	f.Add(readFile(f, "testdata/packed.mat"))
	f.Add(bigEndianMAT())
	f.Fuzz(func(t *testing.T, content []byte) {
		variables, err := parseMAT(content)
		if err != nil {
			return
		}
		for name, m := range variables {
			if m.Rows*m.Cols != len(m.Data) {
				t.Errorf("%q: %d×%d with %d numbers", name, m.Rows, m.Cols, len(m.Data))
			}
		}
	})
}

func FuzzOpenHDF5(f *testing.F) {
	f.Add(readFile(f, "testdata/small.h5"))
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := parseHDF5("a.h5", content)
		if err != nil {
			return
		}
		for _, name := range file.Names() {
			a, err := file.Read(name)
			if err != nil {
				continue
			}
			elements := 1
			for _, n := range a.Shape {
				elements *= n
			}
			if elements != len(a.Data) || len(a.Data) > len(content) {
				t.Errorf("%q: %v with %d numbers, of a file of %d bytes", name, a.Shape, len(a.Data), len(content))
			}
		}
	})
}
