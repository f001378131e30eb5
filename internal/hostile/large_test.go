package hostile

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

const (
	largeColumns = 20
	largeRows    = 10_000 // of a block
)

// largeBlock returns the rows that a large table repeats: normal numbers of nine
// decimals.
func largeBlock() string {
	r := rand.New(rand.NewPCG(1, 0))
	var b []byte
	for range largeRows {
		for range largeColumns {
			b = append(strconv.AppendFloat(b, r.NormFloat64(), 'f', 9, 64), ',')
		}
		b[len(b)-1] = '\n'
	}
	return string(b)
}

// A table of 2 GB is read in 2.5 times the memory of its matrix, from a file, from
// a gzip file and from a pipe; a bad cell in its last row is found, and said to be
// there. (2 GB of disk, and 3 of memory.)
func TestLargeTable(t *testing.T) {
	if os.Getenv("GRADLAB_SLOW") == "" {
		t.Skip("GRADLAB_SLOW=1 reads tables of 2 GB")
	}
	inOwnFolder(t)
	header := "x1"
	for i := 2; i <= largeColumns; i++ {
		header += fmt.Sprint(",x", i)
	}
	header += "\n"
	badRow := strings.Repeat("1,", largeColumns-1) + "bad\n"
	block := largeBlock()
	times := 2_000_000_000/len(block) + 1
	table := func() io.Reader { return repeated(header, block, times) }
	badTable := func() io.Reader { return io.MultiReader(table(), strings.NewReader(badRow)) }
	matrix := int64(8 * largeColumns * largeRows * times)
	message := fmt.Sprintf(":%d: column %d (x%d): \"bad\" is not a number", 2+largeRows*times, largeColumns, largeColumns)

	read := func(name string, stdin io.Reader) {
		o := run(t, stdin, "bench", "--csv", name, "--rounds", "1", "--json")
		var result struct {
			Seconds float64
			Rows    int
			Peak    int64 `json:"peak_rss_bytes"`
		}
		if err := json.Unmarshal([]byte(o.stdout), &result); err != nil || o.status != 0 || result.Rows != largeRows*times {
			t.Fatalf("%s: %+v", name, o)
		}
		t.Logf("%s: %.1f s, %.2f times the matrix of %d MB", name, result.Seconds, float64(max(o.peak, result.Peak))/float64(matrix), matrix/1e6)
		o.decent(t, matrix*5/2)
	}
	size := write(t, "large.csv", table())
	if size < 2_000_000_000 {
		t.Fatalf("only %d bytes", size)
	}
	read("large.csv", nil)
	f, err := os.OpenFile("large.csv", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(badRow); err != nil {
		t.Fatal(err)
	}
	f.Close()
	run(t, nil, "bench", "--csv", "large.csv", "--json").refused(t, "bench: large.csv"+message, matrix*5/2)
	run(t, nil, "train", "--layers", "19,1", "--data", "large.csv").refused(t, "train: large.csv"+message, matrix*5/2)
	os.Remove("large.csv")

	read("-", table())
	run(t, badTable(), "train", "--layers", "19,1", "--data", "-").refused(t, "train: standard input"+message, matrix*5/2)

	// A gzip file may have many parts: of one block each, packed once.
	write(t, "large.csv.gz", io.MultiReader(strings.NewReader(packedText(header)), repeated("", packedText(block), times)))
	read("large.csv.gz", nil)
	mustBeOnly(t, "large.csv.gz")
}

// mustBeOnly checks that there is nothing but a file.
func mustBeOnly(t *testing.T, name string) {
	t.Helper()
	if entries, _ := os.ReadDir("."); len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("there is %v", entries)
	}
}
