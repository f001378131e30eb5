package data

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"gradlab/matrix"
)

// What both we and encoding/csv accept, we read alike, and the numbers as
// strconv does. Nothing makes us panic.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "1,2\r\n3,x\r\n", "\"a\",\"b\"\"\"\n\"1\n2\",NA\n", "\ufeffx;y\n1,5;2\n", "a\n\n\"\"\n0x1\n1e5\n-.5e-3\n", "a\tb\n1\t\n", ",\n,", "\"", "\x1f\x8b", "\r\r\n",
		"\t\n\t\x7f00", " \n,\n,", "when,x\n2020-01-01,1\n", "a,b\n1,2,3\n", "0,0\x00", "\xff\xfe,", "a,a\n1,2",
	} {
		f.Add(seed, byte(0), uint16(40))
		f.Add(seed, byte(3), uint16(1))
	}
	f.Fuzz(func(t *testing.T, file string, choice byte, size uint16) {
		opt := CSVOptions{Header: Header(choice % 3), Delimiter: []byte{0, ',', ';', '\t'}[choice/3%4]}
		src, err := newSource("f.csv", strings.NewReader(file))
		if err != nil {
			return
		}
		table, err := readCSV[float64](src, opt, int(size)+1, 1+int(size)%3)
		if err != nil {
			if strings.Contains(err.Error(), "\x1b") {
				t.Errorf("a control character in %q", err)
			}
			return
		}
		if opt.Header != HeaderAuto && opt.Delimiter != 0 {
			compareCSV(t, table, file, opt)
		}
		useTable(t, table)
	})
}

// compareCSV compares a table with what encoding/csv reads. It does not take a
// lone CR for a line end, nor lines of spaces for blank ones.
func compareCSV(t *testing.T, table *Table[float64], file string, opt CSVOptions) {
	file = strings.TrimPrefix(file, "\ufeff")
	if strings.Contains(strings.ReplaceAll(file, "\r\n", "\n"), "\r") || strings.HasPrefix(file, "\x1f\x8b") {
		return
	}
	r := csv.NewReader(strings.NewReader(file))
	r.Comma = rune(opt.Delimiter)
	records, err := r.ReadAll()
	if err != nil {
		return
	}
	for _, record := range records {
		if len(record) == 1 && strings.Trim(record[0], " \t") == "" {
			return // a blank line for us, if it was not quoted
		}
	}
	if opt.Header == HeaderYes {
		records = records[1:]
	}
	row := 0
	for _, record := range records {
		if len(record) != len(table.Columns) || row == table.Rows {
			t.Fatalf("row %d: %q\n%s", row, record, show(table))
		}
		for i, want := range record {
			compareCell(t, table, row, i, strings.Trim(want, " \t"))
		}
		row++
	}
	if row != table.Rows {
		t.Fatalf("%d rows of %d", table.Rows, row)
	}
}

func compareCell(t *testing.T, table *Table[float64], row, i int, want string) {
	c := &table.Columns[i]
	switch {
	case isMissing([]byte(want)):
		if !table.isMissing(row, c) {
			t.Fatalf("row %d, column %d is not missing", row, i)
		}
	case c.Kind == Number:
		x, err := strconv.ParseFloat(want, 64)
		if got := table.Numbers.Col(row)[c.Row]; err != nil && x == 0 || math.Float64bits(got) != math.Float64bits(x) {
			t.Fatalf("row %d, column %d: %v, want %v", row, i, got, want)
		}
	default:
		if got := strings.ReplaceAll(table.Cell(row, i), "\r\n", "\n"); got != want && !c.TooMany {
			t.Fatalf("row %d, column %d: %q, want %q", row, i, got, want)
		}
	}
}

// useTable does with a table what a training would.
func useTable[T matrix.Float](t *testing.T, table *Table[T]) {
	_ = table.MissingCells()
	again := *table
	again.Numbers = table.Numbers.Clone()
	set, enc, err := table.Encode(Spec{Missing: MissingMean})
	if err != nil {
		return
	}
	if err := Fit(enc, set, nil, Standard); err != nil {
		return
	}
	if err := enc.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := Scale(enc, set); err != nil {
		return
	}
	if !matrix.Finite(set.X.Data) {
		t.Fatal("X is not finite")
	}
	applied, _, err := again.Apply(enc)
	if err != nil {
		t.Fatal(err)
	}
	if string(bitsOf(applied.X)) != string(bitsOf(set.X)) || string(bitsOf(applied.Y)) != string(bitsOf(set.Y)) {
		t.Fatal("Apply does not give what Encode and Scale gave")
	}
}

// bitsOf returns the bits of a matrix.
func bitsOf[T matrix.Float](a *matrix.Matrix[T]) (b []byte) {
	for _, x := range a.Data {
		b = strconv.AppendUint(b, math.Float64bits(float64(x)), 16)
		b = append(b, ' ')
	}
	return b
}

func FuzzIDX(f *testing.F) {
	f.Add(idx(0x08, sizes{2, 2, 2}, "abcdefgh"), idx(0x08, sizes{2}, "\x00\x01"))
	f.Add([]byte("\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x02abcd"), []byte("\x00\x00\x08\x01\x00\x00\x00\x02\x00\x01"))
	f.Add([]byte("\x00\x00\x08\x02\x7f\xff\xff\xff\x7f\xff\xff\xff"), []byte("\x00\x00\x0e\x01\xff\xff\xff\xff"))
	f.Add([]byte("\x00\x00\x0d\x01\x00\x00\x00\x01\x7f\x80\x00\x00"), []byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		if table, err := ReadIDX[float32]("images", bytes.NewReader(images), "labels", bytes.NewReader(labels)); err == nil {
			useTable(t, table)
		}
		if table, err := ReadIDX[float64]("images", bytes.NewReader(images), "", nil); err == nil {
			useTable(t, table)
		}
	})
}

// FuzzEncoding finds no encoding that passes Validate and harms whoever applies
// it, and none that is another one when it is written and read again.
func FuzzEncoding(f *testing.F) {
	for _, seed := range []string{
		`{"header":true,"features":[{"name":"a","offset":1,"scale":2},{"name":"colour","categories":["blue","red"],"offset":0,"scale":1}],"labels":[{"name":"y","number":false,"offset":0,"scale":1}],"task":"classify","classes":["no","yes"],"binary":true,"positive":1,"missing":"error","scaling":"standard"}`,
		`{"header":true,"features":[{"name":"a","offset":1,"scale":2,"fill":[3]}],"labels":[{"name":"y","number":true,"offset":0,"scale":1e300}],"task":"regress","missing":"mean","scaling":"minmax"}`,
		`{"features":[{"name":"x1","scale":5e-324}],"labels":[{"name":"x2","number":true,"scale":1}],"task":"classify","classes":["1","-0","1e3"],"missing":"drop","scaling":"none"}`,
		`{"task":3}`, `null`, `{"features":[null],"labels":[null]}`,
	} {
		f.Add(seed, "a,colour,y\n1,red,yes\n2,blue,no\n,,\n")
		f.Add(seed, "x1,x2\n1,2\n-0,1e3\n")
	}
	f.Fuzz(func(t *testing.T, text, file string) {
		var enc Encoding
		if json.Unmarshal([]byte(text), &enc) != nil || enc.Validate() != nil {
			return
		}
		written, err := json.Marshal(&enc)
		if err != nil {
			t.Fatal(err)
		}
		var again Encoding
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatal(err)
		}
		if rewritten, _ := json.Marshal(&again); again.Validate() != nil || string(rewritten) != string(written) {
			t.Fatalf("%s becomes %s", written, rewritten)
		}
		if enc.Width() != len(enc.Inputs()) || enc.String() == "" {
			t.Fatalf("%d inputs, %q", enc.Width(), enc.Inputs())
		}
		table, err := ReadCSV[float32]("f.csv", strings.NewReader(file), CSVOptions{For: &enc})
		if err != nil {
			return
		}
		set, kept, err := table.Apply(&enc)
		if (set == nil) == (err == nil) {
			t.Fatalf("set %v and error %v", set, err)
		}
		if err != nil {
			return
		}
		if set.X.Rows != enc.Width() || set.Y != nil && (set.Y.Rows != enc.Outputs() || set.Y.Cols != set.X.Cols) || kept != nil && len(kept) != set.X.Cols {
			t.Fatalf("X is %d×%d, the encoding has %d inputs", set.X.Rows, set.X.Cols, enc.Width())
		}
		if !matrix.Finite(set.X.Data) {
			t.Fatal("X is not finite")
		}
	})
}
