package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradlab/matrix"
)

// write writes a file into a folder of the test and returns its path.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpen(t *testing.T) {
	const file, want = "a,b\n1,x\n2,y\n", "#a b\n2: 1 x\n3: 2 y"
	for _, path := range []string{write(t, "f.csv", []byte(file)), write(t, "f.csv.gz", pack(t, file))} {
		table, err := Open[float64](path, "", CSVOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, show(table)); diff != "" {
			t.Error(diff)
		}
		content, _ := os.ReadFile(path)
		if sum := sha256.Sum256(content); table.SHA256 != hex.EncodeToString(sum[:]) || table.Name != path {
			t.Errorf("%s: %s", table.Name, table.SHA256)
		}
	}
	images, labels := write(t, "images", idx(0x08, sizes{2, 1, 1}, "\x05\x06")), write(t, "labels.gz", pack(t, string(idx(0x08, sizes{2}, "\x00\x01"))))
	table, err := Open[float64](images, labels, CSVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("#pixel1 #label\n1: 5 0\n2: 6 1", show(table)); diff != "" {
		t.Error(diff)
	}
}

func TestOpenErrors(t *testing.T) {
	csv, folder := write(t, "f.csv", []byte("a\n1\n")), t.TempDir()
	for _, test := range []struct{ name, labels, want string }{
		{"no-such.csv", "", "no-such.csv: there is no such file, and no such built-in data set; built in are iris.csv, wine.csv, breast_cancer.csv, digits.csv, planar.csv, moons.csv, circles.csv, blobs.csv and spirals.csv"},
		{folder, "", folder + ": this is a directory, not a data file"},
		{csv, "labels", csv + ": a file of labels (labels) goes with images in the IDX format, and this is not one"},
		{csv + "/x", "", "open " + csv + "/x: not a directory"},
	} {
		if _, err := Open[float64](test.name, test.labels, CSVOptions{}); err == nil || err.Error() != test.want {
			t.Errorf("%v\nwant %s", err, test.want)
		}
	}
}

// A built-in set is the same for everyone, always.
func TestBuiltins(t *testing.T) {
	type set struct {
		Examples int
		What     string
		SHA256   string // the first digits
	}
	want := map[string]set{
		"iris.csv":          {150, "classification of species (setosa, versicolor and virginica) from 4 inputs", "9cc1c345c71bcc9b"},
		"wine.csv":          {178, "classification of class (class_0, class_1 and class_2) from 13 inputs", "1dcdd0ff3f6d5dd7"},
		"breast_cancer.csv": {569, "classification of diagnosis, malignant (1) or benign (0) from 30 inputs", "518936fa92ca3d8a"},
		"digits.csv":        {1797, "classification of digit (0, 1, 2, 3, 4, 5, 6, 7, 8 and 9) from 64 inputs", "592cc047d0a1cc7f"},
		"planar.csv":        {400, "classification of class, 1 (1) or 0 (0) from 2 inputs", "349f0d23eab77e99"},
		"moons.csv":         {500, "classification of class, 1 (1) or 0 (0) from 2 inputs", "67037c402c55140a"},
		"circles.csv":       {400, "classification of class, 1 (1) or 0 (0) from 2 inputs", "68dc104805c1fc8f"},
		"blobs.csv":         {400, "classification of class (0, 1, 2 and 3) from 2 inputs", "7808107f2453db3f"},
		"spirals.csv":       {420, "classification of class (0, 1 and 2) from 2 inputs", "c9158a5eab7594ab"},
	}
	got := map[string]set{}
	for _, name := range Builtins() {
		table, err := Open[float32](name, "", CSVOptions{})
		if err != nil {
			t.Fatal(err)
		}
		sum := table.SHA256
		_, enc, err := table.Encode(Spec{})
		if err != nil {
			t.Fatal(err)
		}
		got[name] = set{table.Rows, enc.String(), sum[:16]}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The points of a generator without noise lie where its formula says.
func TestGenerators(t *testing.T) {
	r := matrix.Stream(1, matrix.ForData, 0)
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
	check := func(name string, m, k int, x *matrix.Matrix[float64], class []int, right func(x1, x2 float64, class int) bool) {
		t.Helper()
		n := make([]int, k)
		for j, c := range class {
			n[c]++
			if p := x.Col(j); !right(p[0], p[1], c) {
				t.Errorf("%s: point %d, %v, of class %d", name, j, p, c)
			}
		}
		for c := range n {
			if x.Rows != 2 || x.Cols != m || len(class) != m || n[c] < m/k || n[c] > m/k+1 {
				t.Errorf("%s: %d×%d, sizes %v", name, x.Rows, x.Cols, n)
			}
		}
	}
	x, class := Flower[float64](101, 0, r)
	check("flower", 101, 2, x, class, func(x1, x2 float64, class int) bool {
		// Where r < 0 the angle is t + π, for which sin 4t is the same.
		return near(math.Hypot(x1, x2), math.Abs(4*math.Sin(4*math.Atan2(x1, x2))))
	})
	x, class = Moons[float64](100, 0, r)
	check("moons", 100, 2, x, class, func(x1, x2 float64, class int) bool {
		if class == 1 {
			return near(math.Hypot(x1-1, x2-0.5), 1) && x2 <= 0.5
		}
		return near(math.Hypot(x1, x2), 1) && x2 >= -1e-9
	})
	x, class = Circles[float64](99, 0, 0.3, r)
	check("circles", 99, 2, x, class, func(x1, x2 float64, class int) bool {
		return near(math.Hypot(x1, x2), []float64{1, 0.3}[class])
	})
	x, class = Blobs[float64](97, 5, 0, r)
	check("blobs", 97, 5, x, class, func(x1, x2 float64, class int) bool {
		return near(x1, 3*math.Cos(2*math.Pi*float64(class)/5)) && near(x2, 3*math.Sin(2*math.Pi*float64(class)/5))
	})
	x, class = Spirals[float64](300, 3, 0, r)
	check("spirals", 300, 3, x, class, func(x1, x2 float64, class int) bool {
		s := math.Hypot(x1, x2)
		a := 2*math.Pi*float64(class)/3 + 4*s
		return s <= 1+1e-9 && near(x1, s*math.Sin(a)) && near(x2, s*math.Cos(a))
	})
}

// Noise moves the points, the seed fixes it.
func TestGeneratorsUseTheStream(t *testing.T) {
	a, _ := Moons[float32](50, 0.1, matrix.Stream(1, matrix.ForData, 0))
	b, _ := Moons[float32](50, 0.1, matrix.Stream(1, matrix.ForData, 0))
	c, _ := Moons[float32](50, 0.1, matrix.Stream(2, matrix.ForData, 0))
	if !cmp.Equal(a, b) || cmp.Equal(a, c) {
		t.Error("the points do not follow from the seed")
	}
}

// The standard input may be a pipe, whose size is not known.
func TestReadPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	file := "a,b\n" + strings.Repeat("1,2\n", 300_000)
	go func() {
		defer w.Close()
		if _, err := w.WriteString(file); err != nil {
			t.Error(err)
		}
	}()
	piped, err := ReadCSV[float64]("f.csv", r, CSVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := ReadCSV[float64]("f.csv", bytes.NewReader([]byte(file)), CSVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if string(bitsOf(piped.Numbers)) != string(bitsOf(want.Numbers)) || piped.Rows != 300_000 {
		t.Error("a pipe gives something else")
	}
}

// A reader that fails at once is not taken for an empty file.
func TestReadFailsAtOnce(t *testing.T) {
	broken := errors.New("the disk is on fire")
	if _, err := ReadCSV[float64]("f.csv", failing{broken}, CSVOptions{}); !errors.Is(err, broken) {
		t.Error(err)
	}
}
