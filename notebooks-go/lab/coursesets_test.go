package lab

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gradlab/data"
	"gradlab/matrix"
)

// needs skips a test whose files are those of the course, and not there.
func needs(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("needs data: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func sizes(set *data.Dataset[float64]) [4]int {
	return [4]int{set.X.Rows, set.X.Cols, set.Y.Rows, set.Y.Cols}
}

func TestCats(t *testing.T) {
	train, test, err := DataFolders().Cats()
	needs(t, err)
	if sizes(train) != [4]int{12288, 209, 1, 209} || sizes(test) != [4]int{12288, 50, 1, 50} {
		t.Errorf("sizes %v and %v", sizes(train), sizes(test))
	}
	for i, pixel := range []float64{17, 31, 56, 22, 33} {
		if train.X.Data[i] != pixel/255 {
			t.Errorf("number %d of the first image is %v, not %v/255", i, train.X.Data[i], pixel)
		}
	}
	if a, b := matrix.SumOf(train.Y.Data), matrix.SumOf(test.Y.Data); a != 72 || b != 33 {
		t.Errorf("%v and %v cats, not 72 and 33", a, b)
	}
}

// The MATLAB file and the CSV files hold the same.
func TestFootball(t *testing.T) {
	train, test, err := DataFolders().Football()
	needs(t, err)
	if sizes(train) != [4]int{2, 211, 1, 211} || sizes(test) != [4]int{2, 200, 1, 200} {
		t.Errorf("sizes %v and %v", sizes(train), sizes(test))
	}
	for name, set := range map[string]*data.Dataset[float64]{"football_train.csv": train, "football_test.csv": test} {
		table, err := DataFolders().csv(name, 3)
		needs(t, err)
		sameSet(t, name, set, labelled(table))
	}
}

func TestEx5Data1(t *testing.T) {
	train, val, test, err := DataFolders().Ex5Data1()
	needs(t, err)
	for name, set := range map[string]*data.Dataset[float64]{"ex5_train.csv": train, "ex5_val.csv": val, "ex5_test.csv": test} {
		table, err := DataFolders().csv(name, 2)
		needs(t, err)
		sameSet(t, name, set, labelled(table))
	}
}

func TestEx4Weights(t *testing.T) {
	theta1, theta2, err := DataFolders().Ex4Weights()
	needs(t, err)
	for name, theta := range map[string]*matrix.Matrix[float64]{"ex4_theta1.csv": theta1, "ex4_theta2.csv": theta2} {
		table, err := DataFolders().csv(name, theta.Cols)
		needs(t, err)
		sameMatrix(t, name, theta, transposed(table))
	}
}

func sameSet(t *testing.T, name string, got, want *data.Dataset[float64]) {
	t.Helper()
	sameMatrix(t, "X of "+name, got.X, want.X)
	sameMatrix(t, "Y of "+name, got.Y, want.Y)
}

func sameMatrix(t *testing.T, name string, got, want *matrix.Matrix[float64]) {
	t.Helper()
	if got.Rows != want.Rows || got.Cols != want.Cols {
		t.Errorf("%s: %d×%d, not %d×%d", name, got.Rows, got.Cols, want.Rows, want.Cols)
		return
	}
	same(t, 0, name, got.Data, want.Data)
}

func TestTables(t *testing.T) {
	for name, want := range map[string][4]int{
		"ex1data1": {1, 97, 1, 97},
		"ex1data2": {2, 47, 1, 47},
		"ex2data1": {2, 100, 1, 100},
		"ex2data2": {2, 118, 1, 118},
	} {
		set, err := DataFolders().Table(name)
		needs(t, err)
		if sizes(set) != want {
			t.Errorf("%s has the sizes %v, not %v", name, sizes(set), want)
		}
	}
	if _, err := DataFolders().Table("ex9"); err == nil || !strings.Contains(err.Error(), "ex2data2") {
		t.Error(err)
	}
}

func TestDinosaurs(t *testing.T) {
	names, err := DataFolders().Dinosaurs()
	needs(t, err)
	if len(names) != 1536 || names[0] != "Aachenosaurus" || names[1535] != "Zuul" {
		t.Errorf("%d names from %s to %s", len(names), names[0], names[len(names)-1])
	}
}

func TestMissingFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(FoldersVariable, dir+string(filepath.ListSeparator)+"elsewhere")
	_, _, err := DataFolders().Cats()
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, part := range []string{"train_catvnoncat.h5", dir, "elsewhere", FoldersVariable, "notebooks-go/data"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not mention %s: %v", part, err)
		}
	}
}

// A wrong file is an error that names it.
func TestWrongFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := Folders{dir}
	write("ex1data1.txt", "1,2,3\n4,5,6\n")
	write("ex1data2.txt", "1,2,3\n4,,6\n")
	write("ex2data1.txt", "1,2,a\n4,5,b\n")
	for _, name := range []string{"ex1data1", "ex1data2", "ex2data1"} {
		if _, err := f.Table(name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	write("train_catvnoncat.h5", "<html>not found</html>")
	if _, _, err := f.Cats(); err == nil || !strings.Contains(err.Error(), "train_catvnoncat.h5: not an HDF5 file") {
		t.Error(err)
	}
	write("ex4data1.mat", "<html>not found</html>")
	if _, err := f.Ex4Data1(); err == nil || !strings.Contains(err.Error(), "ex4data1.mat: not a MATLAB file") {
		t.Error(err)
	}
}

func TestDigits(t *testing.T) {
	X, digit := Digits()
	if X.Rows != 64 || X.Cols != 1797 || len(digit) != 1797 {
		t.Fatalf("%d×%d, %d labels", X.Rows, X.Cols, len(digit))
	}
	// The first image is a zero, whose first line of ink is 0 0 5 13 9 1 0 0 of 16.
	if first := X.Col(0); digit[0] != 0 || first[2] != 5.0/16 || first[3] != 13.0/16 {
		t.Errorf("the first image is %v, %d", first[:8], digit[0])
	}
	train, test := DigitSets()
	if sizes(train) != [4]int{64, 1438, 10, 1438} || sizes(test) != [4]int{64, 359, 10, 359} {
		t.Errorf("sizes %v and %v", sizes(train), sizes(test))
	}
	train, test = DigitAgainstRest(3)
	threes := 0.0
	for _, d := range digit {
		threes += float64(oneIf(d == 3))
	}
	if got := matrix.SumOf(train.Y.Data) + matrix.SumOf(test.Y.Data); got != threes {
		t.Errorf("%v of %v threes", got, threes)
	}
}
