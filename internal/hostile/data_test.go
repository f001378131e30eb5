package hostile

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

// Tables that are too long, too wide or no tables, through a pipe, so that their
// size is not known: train and bench say what is wrong, in little memory.
func TestEndlessTables(t *testing.T) {
	for _, c := range []struct {
		name    string
		file    io.Reader
		message string
	}{
		{"a line of 1 GB", repeated("", "1234567890", 100<<20), ":1: the line is longer than 16 MiB"},
		{"a second line of 1 GB", repeated("a,b\n1,", "1234567890", 100<<20), ":2: the line is longer than 16 MiB"},
		{"a billion columns", repeated("", "1,", 1<<29), ":1: more than 100000 columns"},
		{"a billion columns below a header", repeated("a,b\n", "1,", 1<<29), ":2: the line is longer than 16 MiB"},
		{"a million columns below a header", repeated("a,b\n", "1,", 1<<20), ":2: 1048577 cells, where the header has 2"},
		{"a quote that is never closed", repeated("a,b\n\"", "1,2\n", 1<<28), ":2: column 1 (a): a quote is opened here that is never closed"},
		{"quotes", repeated("", `"`, 1<<30), ":1: the line is longer than 16 MiB"},
		{"zero bytes", repeated("", "\x00", 1<<30), ":1: the line is longer than 16 MiB"},
		{"a few zero bytes", repeated("", "\x00", 1000), ":1: a NUL byte: this looks like a binary file"},
		{"zero bytes in a column of text", repeated("a,b\nx,y\nx,y\n", "\x00,z\n", 1000), ":4: a NUL byte"},
		{"only line ends", repeated("", "\n", 1<<28), "the file is empty"},
		{"a number of 10 MB", io.MultiReader(repeated("a,b\n", "1", 10<<20), repeated(",2\n", "3,4\n", 9)), ":2: column 1 (a): 111…is too large to train with"},
		{"an exponent of 10 MB", io.MultiReader(repeated("a,b\n1e", "9", 10<<20), repeated(",2\n", "3,4\n", 9)), ":2: column 1 (a): 1e999…is too large to train with"},
		{"names of 8 MB", io.MultiReader(repeated("", "n", 8<<20), repeated(",m\n", "3,x\n", 9)), `column 2 (m): the label is x in all rows`},
	} {
		t.Run(c.name, func(t *testing.T) {
			inOwnFolder(t)
			run(t, c.file, "train", "--layers", "1,1", "--data", "-").refused(t, "standard input…"+c.message, 3*little)
			mustBeEmpty(t)
		})
	}
}

// mustBeEmpty checks that nothing was written.
func mustBeEmpty(t *testing.T) {
	t.Helper()
	if entries, _ := os.ReadDir("."); len(entries) > 0 {
		t.Errorf("it wrote %v", entries)
	}
}

// packed returns a reader of what gzip makes of another.
func packed(r io.Reader) io.Reader {
	from, to := io.Pipe()
	go func() {
		z := gzip.NewWriter(to)
		io.Copy(z, r)
		z.Close()
		to.Close()
	}()
	return from
}

// text returns a reader of packed text.
func packedText(s string) string {
	b, _ := io.ReadAll(packed(strings.NewReader(s)))
	return string(b)
}

func TestGzip(t *testing.T) {
	bomb := "it unpacks to more than 100 times its size"
	for _, c := range []struct {
		name    string
		file    io.Reader
		message string
		most    int64 // of memory, besides little and the file a hundred times over
	}{
		{"a bomb of one line", packed(repeated("", "\x00", 1<<30)), "the line is longer than 16 MiB", 0},
		{"a bomb of line ends", packed(repeated("", "\n", 1<<30)), bomb, 0},
		{"a bomb of numbers", packed(repeated("", "1,2\n", 1<<28)), bomb, 512 << 20},
		{"a bomb of images", packed(repeated("\x00\x00\x08\x02\x3f\xff\xff\xff\x00\x00\x00\x02", "\x00", 1<<30)), bomb, 512 << 20},
		{"a bomb in a bomb", packed(packed(repeated("", "1,2\n", 1<<28))), "is not UTF-8", 0},
		{"cut", strings.NewReader(packedText("1,2\n3,4\n")[:20]), "the gzip file ends too early", 0},
		{"flipped", strings.NewReader(strings.Replace(packedText("1,2\n3,4\n"), "\x08", "\x09", 1)), "the gzip file is damaged", 0},
		{"a name of 5 MB", repeated("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x00", "n", 5<<20), "the gzip file is damaged", 0},
		{"a million empty parts", repeated("", packedText(""), 1<<20), "the file is empty", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			inOwnFolder(t)
			size := write(t, "data.csv.gz", c.file)
			run(t, nil, "train", "--layers", "1,1", "--data", "data.csv.gz").refused(t, "train: data.csv.gz…"+c.message, little+c.most+100*size)
		})
	}
}

// Headers of images that promise what the file does not keep.
func TestIDX(t *testing.T) {
	for _, c := range []struct {
		name, images, labels, message string
	}{
		{"4 billion images", "\x00\x00\x08\x03\xff\xff\xff\xff\x00\x00\x00\x1c\x00\x00\x00\x1c" + strings.Repeat("p", 1000), "", "ends after 1 of its 4294967295 items"},
		{"4 billion labels", "\x00\x00\x08\x03\xff\xff\xff\xff\x00\x00\x00\x01\x00\x00\x00\x01", "\x00\x00\x08\x01\xff\xff\xff\xff", "ends after 0 of its 4294967295 items"},
		{"an image of 4 billion squared", "\x00\x00\x0e\x03\x00\x00\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff", "", "more than 100000 elements"},
		{"255 dimensions", "\x00\x00\x08\xff" + strings.Repeat("\x00\x00\x00\x01", 255), "", "255 dimensions"},
		{"no images", "\x00\x00\x08\x03\x00\x00\x00\x00\x00\x00\x00\x1c\x00\x00\x00\x1c", "", "dimension 1 is 0"},
		{"infinite pixels", "\x00\x00\x0d\x02\x00\x00\x00\x01\x00\x00\x00\x01\x7f\x80\x00\x00", "", "too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inOwnFolder(t)
			write(t, "images", strings.NewReader(c.images))
			args := []string{"--layers", "784,10", "--data", "images"}
			if c.labels != "" {
				write(t, "labels", strings.NewReader(c.labels))
				args = append(args, "--data-labels", "labels")
			}
			run(t, nil, "train", args...).refused(t, c.message, little)
		})
	}
}

// Wide tables: what is made of them stays in proportion. (A text that is new in
// its column takes an entry of a dictionary, in every block of the file.)
func TestWideTables(t *testing.T) {
	cells := func(rows, columns int, cell func(i, j int) string) io.Reader {
		var b bytes.Buffer
		for i := range rows {
			for j := range columns {
				fmt.Fprintf(&b, "%s,", cell(i, j))
			}
			fmt.Fprintf(&b, "%d\n", i%2)
		}
		return &b
	}
	for _, c := range []struct {
		name    string
		file    io.Reader
		message string
		most    int64 // times the size of the file, besides little
	}{
		{"20 000 columns of 40 categories", cells(40, 20_000, func(i, j int) string { return fmt.Sprintf("v%d", (i*7+j)%40) }), "there are 800000 inputs (x1=v0, …takes 1: the first size of --layers must be 800000", 128},
		{"500 columns of 256 categories", cells(512, 500, func(i, j int) string { return fmt.Sprintf("v%d", (i+j)%256) }), "there are 128000 inputs", 24},
		{"300 columns of 1000 different texts", cells(1000, 300, func(i, j int) string { return fmt.Sprintf("%x", i*7919+j) }), "different values, and a category must have few", 24},
		{"a column of 20 000 texts", cells(20_000, 1, func(i, j int) string { return fmt.Sprintf("%d,c%d", i, i) }), "the text has more than 10000 different values", 24},
	} {
		t.Run(c.name, func(t *testing.T) {
			inOwnFolder(t)
			size := write(t, "data.csv", c.file)
			run(t, nil, "train", "--layers", "1,1", "--data", "data.csv").refused(t, c.message, little+c.most*size)
		})
	}
}

// A class name may be long, but what could not be saved is refused before the
// training.
func TestLongNames(t *testing.T) {
	inOwnFolder(t)
	var b bytes.Buffer
	for i := range 2000 {
		fmt.Fprintf(&b, "%d,%d%s\n", i, i%1000, strings.Repeat("z", 20_000))
	}
	write(t, "data.csv", &b)
	run(t, nil, "train", "--layers", "1,1000", "--data", "data.csv").refused(t, "the model could not be saved: with all its names", 8*little)
	if _, err := os.Stat("runs"); err == nil {
		t.Error("a folder was made for it")
	}
}

// What does not fit into memory is refused.
func TestHugeNetworks(t *testing.T) {
	inOwnFolder(t)
	run(t, nil, "train", "--layers", "64,15000000,1", "--data", "digits.csv", "--batch", "0").refused(t, "--layers 64,15000000,1 with batches of 1438 needs 7… GB of memory, and", little)
	mustBeEmpty(t)
}
