package data

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// What encoding/csv writes, with any delimiter, quotes or line ends in the cells,
// packed or not, is read as what was written: numbers to the bit, texts to the
// byte, missing cells as missing.
func TestWhatIsWrittenIsRead(t *testing.T) {
	text := rapid.StringMatching(`[a-zäß"]([a-z ,;"äß\n]{0,8}[a-zäß"])?`).Filter(func(s string) bool { return !isMissing([]byte(s)) && !isInfinity(s) })
	number := rapid.Float64().Filter(func(x float64) bool { return math.Abs(x) <= limit[float64]() })
	rapid.Check(t, func(t *rapid.T) {
		columns, rows := rapid.IntRange(1, 6).Draw(t, "columns"), rapid.IntRange(1, 30).Draw(t, "rows")
		delimiter := rapid.SampledFrom([]byte(",;\t|")).Draw(t, "delimiter")
		isText := rapid.SliceOfN(rapid.Bool(), columns, columns).Draw(t, "text")
		records := [][]string{make([]string, columns)}
		texts := CSVOptions{Header: HeaderYes, Delimiter: delimiter}
		for c := range columns {
			records[0][c] = "column " + strconv.Itoa(c)
			if isText[c] {
				texts.Text = append(texts.Text, records[0][c])
			}
		}
		for range rows {
			record := make([]string, columns)
			for c := range record {
				switch missing := columns > 1 && rapid.IntRange(0, 9).Draw(t, "missing") == 0; {
				case missing:
				case isText[c]:
					record[c] = text.Draw(t, "text")
				default:
					record[c] = strconv.FormatFloat(number.Draw(t, "number"), 'g', -1, 64)
				}
			}
			records = append(records, record)
		}
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		w.Comma = rune(delimiter)
		w.UseCRLF = rapid.Bool().Draw(t, "CRLF")
		if err := w.WriteAll(records); err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "packed") {
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			z.Write(file.Bytes())
			z.Close()
			file = packed
		}
		table, err := ReadCSV[float64]("f.csv", &file, texts)
		if err != nil {
			t.Fatal(err)
		}
		if len(table.Columns) != columns || table.Rows != rows {
			t.Fatalf("%d×%d cells, not %d×%d", table.Rows, len(table.Columns), rows, columns)
		}
		for row, record := range records[1:] {
			for c, want := range record {
				column := &table.Columns[c]
				got := table.Cell(row, c)
				if w.UseCRLF && column.Kind == Text { // the writer makes every line end one
					got = string(bytes.ReplaceAll([]byte(got), []byte("\r\n"), []byte("\n")))
				}
				x, _ := strconv.ParseFloat(want, 64)
				switch {
				case table.isMissing(row, column) != (want == ""):
					t.Fatalf("row %d, %s: missing %v, of %q", row, column, table.isMissing(row, column), want)
				case want == "" || column.Kind == Text && got == want:
				case column.Kind == Text || math.Float64bits(table.Numbers.Col(row)[column.Row]) != math.Float64bits(x):
					t.Fatalf("row %d, %s: %q, not %q", row, column, got, want)
				}
			}
		}
	})
}
