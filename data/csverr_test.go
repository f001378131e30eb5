package data

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

const nan = "correct it, leave it empty if the value is missing, read the column as text (--text) or leave it out (--ignore)"

// The messages are part of what users meet: each says where, what, and what to do.
func TestCSVErrors(t *testing.T) {
	iris := "sepal,petal,species\n5.1,1.4,setosa\n4.9,1.4,setosa\n"
	for _, test := range []struct{ name, file, want string }{
		{"empty file", "", "f.csv: the file is empty"},
		{"blank file", "\n \r\n\n", "f.csv: the file is empty"},
		{"header alone", "a,b\n\n", "f.csv: the file has a header but no rows"},
		{"too few cells", iris + "4.7,setosa\n", "f.csv:4: 2 cells, where the header has 3 (the cells are taken as separated by commas)"},
		{"too many cells", iris + "4.7,1.3,setosa,\n", "f.csv:4: 4 cells, where the header has 3 (the cells are taken as separated by commas)"},
		{"a cell that is missing shifts the others", iris + "4.7,setosa,1,2\n", "f.csv:4: 4 cells, where the header has 3 (the cells are taken as separated by commas)"},
		{"ragged without a header", "1;2\n3;4\n5\n", "f.csv:3: 1 cell, where the first line has 2 (the cells are taken as separated by semicolons)"},
		{"duplicate names", "a,b,a\n1,2,3\n", `f.csv:1: column 3: the name "a" is that of column 1, too`},
		{"a column without a name", ",a\n1,2\n3,4\n", "f.csv:1: column 1: no name in the header: name the column (or delete it, if it only numbers the rows)"},
		{"text among numbers", iris + "4.7,abc,setosa\n", `f.csv:4: column 2 (petal): "abc" is not a number, as the other cells of the column are: ` + nan},
		{"text in a column that began empty", "a,b\n,1\n,2\n" + strings.Repeat(",3\n", 1000) + "x,4\n",
			`f.csv:1004: column 1 (a): "x" is not a number, as the column was taken to hold (its first cells are empty): ` + nan},
		{"a long cell", "a\n1\n2\n" + strings.Repeat("x", 1000), `f.csv:4: column 1 (a): "` + strings.Repeat("x", 40) + `"… is not a number, as the other cells of the column are: ` + nan},
		{"decimal commas", "a;b\n1,5;2\n2,5;3\n", `f.csv:2: column 1 (a): "1,5" is not a number: write it with a decimal point, and without separators between thousands`},
		{"decimal commas throughout", "1,5;2,5\n2,5;3,5\n", `f.csv:1: column 1 (x1): "1,5" is not a number: write it with a decimal point, and without separators between thousands`},
		{"separators between thousands", "price,a\n\"1,234.5\",2\n\"12,345.6\",3\n", `f.csv:2: column 1 (price): "1,234.5" is not a number: write it with a decimal point, and without separators between thousands`},
		{"a column of dates", "when,a\n2020-01-31,1\n2020-02-01,2\n",
			`f.csv:2: column 1 (when): the column holds dates, such as "2020-01-31", and a network takes numbers: turn them into numbers (days since the first one, say), or leave the column out (--ignore)`},
		{"a column of times", "a,at\n1,31.12.2020 12:30\n2,1.1.2021 0:15\n",
			`f.csv:2: column 2 (at): the column holds dates, such as "31.12.2020 12:30", and a network takes numbers: turn them into numbers (days since the first one, say), or leave the column out (--ignore)`},
		{"a date among numbers", "a\n1\n2\n1/2/2020\n", `f.csv:4: column 1 (a): "1/2/2020" is a date, and the column is one of numbers: turn the dates into numbers, or leave the column out (--ignore)`},
		{"infinity", "a,b\n1,2\n-Inf,3\n", `f.csv:3: column 1 (a): "-Inf" is not a finite number, and cannot be trained with: write a number, or leave the cell empty if the value is missing`},
		{"too large a number", "a,b\n1,2\n1,-1e101\n", "f.csv:3: column 2 (b): -1e101 is too large to train with (the limit is 1e+100): give the column in other units"},
		{"a number out of range", "a,b\n1,2\n1,1e400\n", "f.csv:3: column 2 (b): 1e400 is too large to train with (the limit is 1e+100): give the column in other units"},
		{"a quote inside a cell", "a,b\n1,5\" pipe\n", "f.csv:2: column 2 (b): a quote inside a cell that does not begin with one (quote the whole cell, and write each quote in it twice)"},
		{"text after a quote", "a,b\n1,\"x\" y\n", "f.csv:2: column 2 (b): more text after the closing quote of a cell (inside quotes, write each quote twice)"},
		{"a quote that is not closed", "a,b\n1,x\n2,\"y\n3,z\n", "f.csv:3: column 2 (b): a quote is opened here that is never closed"},
		{"a quote in the header", "a,b\"\n1,2\n", "f.csv:1: a quote inside a cell that does not begin with one (quote the whole cell, and write each quote in it twice)"},
		{"the line after quoted line ends", "a,b\n1,\"x\ny\r\nz\"\n2,\"u\"\nv,w\n", `f.csv:6: column 1 (a): "v" is not a number, as the other cells of the column are: ` + nan},
		{"zero bytes", "a,b\n1,2\n3,\x004\n", "f.csv:3: a NUL byte: this looks like a binary file, not a CSV file"},
		{"zero bytes in text", "a,b\n1,x\n3,y\x00\n", "f.csv:3: a NUL byte: this looks like a binary file, not a CSV file"},
		{"a workbook", "PK\x03\x04\x14\x00", "f.csv: the file is a zip archive or an Excel workbook: save the table as CSV"},
		{"a picture", "\x89PNG\r\n", "f.csv: this looks like a binary file, not a CSV file"},
		{"UTF-16", "\xff\xfea\x00,\x00", "f.csv: the file is in UTF-16: save it as UTF-8"},
		{"Latin-1 in a cell", "a,b\n1,caf\xe9\n", `f.csv:2: column 2 (b): "caf\xe9" is not UTF-8 (but perhaps Latin-1 or Windows-1252): save the file as UTF-8`},
		{"Latin-1 in the header", "a,caf\xe9\n1,2\n", `f.csv:1: column 2: the name "caf\xe9" is not UTF-8 (but perhaps Latin-1 or Windows-1252): save the file as UTF-8`},
		{"control characters do not reach the terminal", "a,\x1b[31mb\n1,2\n1,x\n1,3\n", `f.csv:3: column 2 ("\x1b[31mb"): "x" is not a number, as the other cells of the column are: ` + nan},
	} {
		t.Run(test.name, func(t *testing.T) {
			table, err := read(test.file, CSVOptions{})
			if err == nil {
				t.Fatalf("no error, but\n%s", show(table))
			}
			if err.Error() != test.want {
				t.Errorf("%s\nwant %s", err, test.want)
			}
			if place := new(Error); !errors.As(err, &place) || place.File != "f.csv" {
				t.Errorf("%T is not an *Error of the file", err)
			}
		})
	}
}

func TestCSVOptionErrors(t *testing.T) {
	_, err := read("a,b\n1,2\n", CSVOptions{Ignore: []string{"c"}})
	if want := `f.csv: there is no column "c"; the columns are a and b`; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	_, err = read("a,b\n1,2\n", CSVOptions{Ignore: []string{"a", "2"}})
	if want := "f.csv: all columns are left out"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	_, err = ReadCSV[float32]("f.csv", strings.NewReader("a\n1\n2e18\n"), CSVOptions{})
	if want := "f.csv:3: column 1 (a): 2e18 is too large to train with (the limit is 1e+18): give the column in other units"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// The first bad place of the file is reported, wherever the blocks are cut.
func TestFirstErrorWins(t *testing.T) {
	var file strings.Builder
	file.WriteString("a,b\n")
	for i := range 1000 {
		switch i {
		case 500:
			file.WriteString("x,1\n")
		case 510:
			file.WriteString("1,2,3\n")
		case 520:
			file.WriteString("\x00,1\n")
		default:
			file.WriteString("1,2\n")
		}
	}
	for _, size := range []int{10, 100, 1000, 10000} {
		for _, workers := range []int{1, 4} {
			_, err := readSized[float64](file.String(), size, workers)
			if place := new(Error); !errors.As(err, &place) || place.Line != 502 {
				t.Errorf("blocks of %d, %d workers: %v", size, workers, err)
			}
		}
	}
}

func TestReadErrors(t *testing.T) {
	packed := pack(t, "a,b\n"+strings.Repeat("1,2\n", 100_000))
	broken := errors.New("the disk is on fire")
	damaged := bytes.Clone(packed)
	damaged[len(damaged)-6] ^= 1 // in the checksum
	for _, test := range []struct {
		name string
		r    io.Reader
		want string
	}{
		{"reading fails", io.MultiReader(strings.NewReader("a,b\n1,2\n"), failing{broken}), "f.csv: the disk is on fire"},
		{"truncated gzip file", bytes.NewReader(packed[:len(packed)/2]), "f.csv: the gzip file ends too early: unexpected EOF"},
		{"damaged gzip file", bytes.NewReader(damaged), "f.csv: the gzip file is damaged: gzip: invalid checksum"},
		{"only like a gzip file", strings.NewReader("\x1f\x8b,b\n1,2 and so on\n"), "f.csv: the gzip file is damaged: gzip: invalid header"},
	} {
		if _, err := ReadCSV[float64]("f.csv", test.r, CSVOptions{}); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v\nwant %s", test.name, err, test.want)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func pack(t testing.TB, text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// repeat gives a text over and over, n bytes in all.
type repeat struct {
	text string
	n    int
}

func (r *repeat) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && n < r.n {
		n += copy(p[n:min(len(p), r.n)], r.text)
	}
	n -= n % len(r.text) // a copy at the end may be of a part
	r.n -= n
	return n, nil
}

// Whatever the size of a file, what it takes to refuse it is bounded.
func TestLimits(t *testing.T) {
	for _, test := range []struct {
		name string
		r    io.Reader
		want string
	}{
		{"a line of a gigabyte", &repeat{"1234567890123456", 1 << 30}, "f.csv:1: the line is longer than 16 MiB"},
		{"a cell of a gigabyte", io.MultiReader(strings.NewReader("a\n\""), &repeat{"abc\n", 1 << 30}), "f.csv:2: column 1 (a): a quote is opened here that is never closed"},
		{"a row of a gigabyte", io.MultiReader(strings.NewReader("a,b\n1,2\n3,"), &repeat{"abcdefgh", 1 << 30}), "f.csv:3: the line is longer than 16 MiB"},
		{"a million columns", strings.NewReader(strings.Repeat("1,", 999_999) + "1\n"), "f.csv:1: more than 100000 columns"},
		{"a million cells in a row", strings.NewReader("a,b\n" + strings.Repeat("1,", 999_999) + "1\n"), "f.csv:2: 1000000 cells, where the header has 2 (the cells are taken as separated by commas)"},
		{"32 MiB of blank lines", &repeat{"\n\n\n\n", 1 << 25}, "f.csv: the file is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := ReadCSV[float64]("f.csv", test.r, CSVOptions{}); err == nil || err.Error() != test.want {
				t.Errorf("%v\nwant %s", err, test.want)
			}
		})
	}
}

// A gzip file may consist of several; these all unpack to a megabyte.
func TestGzipBomb(t *testing.T) {
	bomb := bytes.Repeat(pack(t, strings.Repeat("0.0000000000000\n", 1<<16)), 1000)
	_, err := ReadCSV[float32]("f.csv", bytes.NewReader(bomb), CSVOptions{})
	if !errors.Is(err, errBomb) {
		t.Errorf("%d bytes: %v", len(bomb), err)
	}
}

func TestTooManyTexts(t *testing.T) {
	var file strings.Builder
	for i := range 120 {
		fmt.Fprintf(&file, ",c%d", i)
	}
	header := file.String()[1:]
	file.Reset()
	file.WriteString(header)
	for row := range 10_001 {
		file.WriteString("\n")
		for i := range 120 {
			if i > 0 {
				file.WriteString(",")
			}
			fmt.Fprintf(&file, "v%d", row)
		}
	}
	_, err := read(file.String(), CSVOptions{})
	if want := "f.csv: more than 1048576 different texts: leave columns of free text out (--ignore)"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}
