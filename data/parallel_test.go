package data

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gradlab/matrix"
)

// readSized reads a file in blocks of about size bytes.
func readSized[T matrix.Float](text string, size, workers int) (*Table[T], error) {
	src, err := newSource("f.csv", strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	return readCSV[T](src, CSVOptions{}, size, workers)
}

// drawRows draws rows of a file, in which the columns are of numbers and of text
// by turns: mostly good ones, so that errors come late.
func drawRows(t *rapid.T, columns int) string {
	number := rapid.SampledFrom([]string{"1", "-2.5", "", "1e3", ` "7" `, "NA", "0.1234567890123456789", "oops", "1e999"})
	text := rapid.SampledFrom([]string{"x", "new", "", `"a,b"`, "\"u\nv\"", "\"\r\"", `"q""q"`, "\"\r\n\r\n\"", "x,surplus", "\"open", "z\x00"})
	good := strings.NewReplacer("oops", "8", "1e999", "9", ",surplus", "", "\"open", "open", "\x00", "")
	end := rapid.SampledFrom([]string{"\n", "\r\n", "\r", "\n\n", "\r\n \r\n"})
	var rows strings.Builder
	for range rapid.IntRange(0, 60).Draw(t, "rows") {
		bad := rapid.IntRange(0, 49).Draw(t, "bad") == 0
		for c := range columns {
			cell := []*rapid.Generator[string]{number, text}[c%2].Draw(t, "cell")
			if !bad {
				cell = good.Replace(cell)
			}
			if c > 0 {
				rows.WriteString(",")
			}
			rows.WriteString(cell)
		}
		rows.WriteString(end.Draw(t, "end"))
	}
	return rows.String()
}

// The result of reading does not depend on where the blocks are cut, nor on the
// number of workers. The file begins with enough plain rows here to tell the
// layout from, in whatever block.
func TestParallelReadingEqualsSerial(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 4).Draw(t, "columns")
		width := len("a,b,c,d"[:2*columns-1])
		head := "a,b,c,d"[:width] + "\n" + strings.Repeat("1,x,2,y"[:width]+"\n", 3)
		file := head + drawRows(t, columns)
		want, wantErr := readSized[float64](file, len(file)+1, 1)
		got, err := readSized[float64](file, rapid.IntRange(len(head), len(head)+100).Draw(t, "size"), rapid.IntRange(1, 4).Draw(t, "workers"))
		equalTables(t, got, err, want, wantErr)
	})
}

// The layout is told from a header and a row at least, however small the blocks.
func TestFirstBlock(t *testing.T) {
	for _, file := range []string{"a,b\n1,x\n2,y\n", "\n \n\r\n\ra,b\n\n1,x\n2,y", "\"a\nb\",c\n\n\n1,x\n2,y\n", "\t\n\n1\tx\n2\ty\n", "a\r1\r2\r", "\ufeffa,b\n1,x\n"} {
		want, err := readSized[float64](file, 1000, 1)
		if err != nil {
			t.Fatal(err)
		}
		for size := 1; size < 20; size++ {
			got, err := readSized[float64](file, size, 1)
			if err != nil {
				t.Errorf("%q, blocks of %d: %v", file, size, err)
			} else if show(got) != show(want) {
				t.Errorf("%q, blocks of %d:\n%s\nwant\n%s", file, size, show(got), show(want))
			}
		}
	}
}

func equalTables(t *rapid.T, got *Table[float64], err error, want *Table[float64], wantErr error) {
	if fmt.Sprint(err) != fmt.Sprint(wantErr) {
		t.Fatalf("%v\nwant %v", err, wantErr)
	}
	if err != nil {
		return
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Table[float64]{}, jump{}), cmpopts.EquateNaNs()); diff != "" {
		t.Fatal(diff)
	}
}

// A line number is right whatever comes before the row.
func TestLines(t *testing.T) {
	table := mustRead(t, "\n\na,b\n1,x\n\n\n2,\"y\n\n\"\n3,z\r4,u\r\n\r\n5,v", CSVOptions{})
	var lines []int
	for row := range table.Rows {
		lines = append(lines, table.Line(row))
	}
	if diff := cmp.Diff([]int{4, 7, 10, 11, 13}, lines); diff != "" {
		t.Error(diff)
	}
}
