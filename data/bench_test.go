package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"testing"

	"gradlab/matrix"
)

// csvShapes are tables of different kinds, about 10 MB each.
var csvShapes = []struct {
	name          string
	rows, columns int // besides the label
	cell          func(b []byte, r *rand.Rand) []byte
}{
	{"decimals", 50_000, 20, func(b []byte, r *rand.Rand) []byte { return strconv.AppendFloat(b, matrix.Normal(r), 'f', 6, 64) }},
	{"all-digits", 25_000, 20, func(b []byte, r *rand.Rand) []byte { return strconv.AppendFloat(b, matrix.Normal(r), 'g', -1, 64) }},
	{"long", 500_000, 2, func(b []byte, r *rand.Rand) []byte { return strconv.AppendFloat(b, matrix.Normal(r), 'f', 6, 64) }},
	{"pixels", 5_000, 784, func(b []byte, r *rand.Rand) []byte { return strconv.AppendInt(b, int64(r.IntN(2)*r.IntN(256)), 10) }},
	{"quoted-text", 50_000, 20, func(b []byte, r *rand.Rand) []byte {
		return append(strconv.AppendInt(append(b, `"No. `...), int64(r.IntN(50)), 10), '"')
	}},
}

func BenchmarkReadCSV(b *testing.B) {
	for _, shape := range csvShapes {
		r := matrix.Stream(1, matrix.ForData, 0)
		var file []byte
		for range shape.rows {
			for range shape.columns {
				file = append(shape.cell(file, r), ',')
			}
			file = append(file, []string{"setosa\n", "virginica\n"}[r.IntN(2)]...)
		}
		b.Run(shape.name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				if _, err := ReadCSV[float64]("f.csv", bytes.NewReader(file), CSVOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkScanNumber(b *testing.B) {
	for _, shape := range csvShapes[:4] {
		r := matrix.Stream(1, matrix.ForData, 0)
		var numbers []byte
		const n = 20_000
		for range n {
			numbers = append(shape.cell(numbers, r), ',')
		}
		b.Run(shape.name, func(b *testing.B) {
			b.SetBytes(int64(len(numbers)))
			for b.Loop() {
				for pos := 0; pos < len(numbers); {
					_, length := scanNumber(numbers[pos:])
					pos += length + 1
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/n, "ns/number")
		})
	}
}

// BenchmarkReadIDX reads pictures of 28×28 bytes, half of them background.
func BenchmarkReadIDX(b *testing.B) {
	const items = 10_000
	r := matrix.Stream(1, matrix.ForData, 0)
	images := binary.BigEndian.AppendUint32([]byte{0, 0, 0x08, 3}, items)
	images = append(images, 0, 0, 0, 28, 0, 0, 0, 28)
	for range items * 28 * 28 {
		images = append(images, byte(r.IntN(2)*r.IntN(256)))
	}
	labels := binary.BigEndian.AppendUint32([]byte{0, 0, 0x08, 1}, items)
	for range items {
		labels = append(labels, byte(r.IntN(10)))
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(images)
	w.Close()
	for _, file := range []struct {
		name string
		data []byte
	}{{"plain", images}, {"gzip", packed.Bytes()}} {
		b.Run(file.name, func(b *testing.B) {
			b.SetBytes(int64(len(images)))
			for b.Loop() {
				if _, err := ReadIDX[float32]("images", bytes.NewReader(file.data), "labels", bytes.NewReader(labels)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkScale fits the standard scaling to a set of 10 000 pictures and
// applies it.
func BenchmarkScale(b *testing.B) {
	enc := &Encoding{Features: make([]Feature, 784)}
	set := &Dataset[float32]{X: matrix.New[float32](784, 10_000)}
	for i := range set.X.Data {
		set.X.Data[i] = float32(i % 256)
	}
	b.SetBytes(784 * 10_000 * 4)
	for b.Loop() {
		if err := Fit(enc, set, nil, Standard); err != nil {
			b.Fatal(err)
		}
		if err := Scale(enc, set); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGather puts a batch of 128 together of a set that no cache holds.
func BenchmarkGather(b *testing.B) {
	set := &Dataset[float32]{X: matrix.New[float32](784, 60_000), Y: matrix.New[float32](10, 60_000)}
	for i := range set.X.Data {
		set.X.Data[i] = float32(i) // else the system shows one page of zeros everywhere
	}
	order := make([]int, set.Len())
	for i := range order {
		order[i] = i
	}
	matrix.Shuffle(matrix.Stream(1, matrix.ForOrder, 0), order)
	var x, y matrix.Matrix[float32]
	const batch = 128
	b.SetBytes(batch * (784 + 10) * 4)
	b.ReportAllocs()
	for step := 0; b.Loop(); step = (step + 1) % (len(order) / batch) {
		set.Gather(&x, &y, order[step*batch:][:batch])
	}
}
