package data

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradlab/matrix"
)

// read reads a CSV file f.csv from a string.
func read(text string, opt CSVOptions) (*Table[float64], error) {
	return ReadCSV[float64]("f.csv", strings.NewReader(text), opt)
}

func mustRead(t testing.TB, text string, opt CSVOptions) *Table[float64] {
	t.Helper()
	table, err := read(text, opt)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// show returns a table in words: first the columns, with # before those of
// numbers, then the rows, each after its line in the file. ∅ is a missing cell.
func show[T matrix.Float](table *Table[T]) string {
	var s strings.Builder
	for i, c := range table.Columns {
		if i > 0 {
			s.WriteString(" ")
		}
		if c.Kind == Number {
			s.WriteString("#")
		}
		s.WriteString(c.Name)
	}
	for row := range table.Rows {
		fmt.Fprintf(&s, "\n%d:", table.Line(row))
		for i := range table.Columns {
			cell := table.Cell(row, i)
			if table.isMissing(row, &table.Columns[i]) {
				cell = "∅"
			}
			s.WriteString(" " + cell)
		}
	}
	return s.String()
}

func TestReadCSV(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"plain", "a,b,class\n1,2.5,x\n-3e2,.5,y\n", "#a #b class\n2: 1 2.5 x\n3: -300 0.5 y"},
		{"no line end at the end", "a,b\n1,2", "#a #b\n2: 1 2"},
		{"CRLF", "a,b\r\n1,2\r\n3,4\r\n", "#a #b\n2: 1 2\n3: 3 4"},
		{"CR", "a,b\r1,2\r3,4\r", "#a #b\n2: 1 2\n3: 3 4"},
		{"byte order mark", "\ufeffa,b\n1,2\n", "#a #b\n2: 1 2"},
		{"byte order mark before a quote", "\ufeff\"a\",b\n1,2\n", "#a #b\n2: 1 2"},
		{"blank lines", "\n  \na,b\n\n1,2\n\t\n\n3,4\n\n\n", "#a #b\n5: 1 2\n8: 3 4"},
		{"spaces around cells", " a , b\t\n 1 ,\t2\n 3,4 \n", "#a #b\n2: 1 2\n3: 3 4"},
		{"quoted cells", "\"a\",\"b, or \"\"c\"\"\"\n\"1\",\"x\ny\"\n 2 , \" z \" \n", "#a b, or \"c\"\n2: 1 x\ny\n4: 2 z"},
		{"quotes of nothing", "a,b\n1,\"\"\n2,\"\"\"\"\n3,x\n", "#a b\n2: 1 ∅\n3: 2 \"\n4: 3 x"},
		{"missing values", "a,b\n1,x\n,\nNA,N/A\nNaN,nan\nnull,NULL\nNone,?\n-,-\n2,y\n",
			"#a b\n2: 1 x\n3: ∅ ∅\n4: ∅ ∅\n5: ∅ ∅\n6: ∅ ∅\n7: ∅ ∅\n8: ∅ ∅\n9: 2 y"},
		{"only like missing values", "a\nna\nNan\nnone\n--\n", "a\n2: na\n3: Nan\n4: none\n5: --"},
		{"one row", "a,b\n1,x\n", "#a b\n2: 1 x"},
		{"one row and no header", "1,x\n", "#x1 x2\n1: 1 x"},
		{"one column", "1\n2\n\n3\n", "#x1\n1: 1\n2: 2\n4: 3"},
		{"less than half are numbers: text", "a\n1\nx1\ny1\n", "a\n2: 1\n3: x1\n4: y1"},
		{"an empty column is one of numbers", "a,b\n,1\n,2\n", "#a #b\n2: ∅ 1\n3: ∅ 2"},
		{"what only programs write is text", "a\n0x10\n1_000\n1e\n.\n", "a\n2: 0x10\n3: 1_000\n4: 1e\n5: ."},
		{"forms of numbers", "a\n+1\n1.\n.5\n-0\n1E+2\n007\n1e-400\n", "#a\n2: 1\n3: 1\n4: 0.5\n5: -0\n6: 100\n7: 7\n8: 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := mustRead(t, test.file, CSVOptions{})
			if diff := cmp.Diff(test.want, show(table)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHeader(t *testing.T) {
	for _, test := range []struct {
		name, file string
		option     Header
		want       bool
	}{
		{"text over numbers", "a,b\n1,2\n", HeaderAuto, true},
		{"text over numbers in one column is enough", "name,2019,2020\nAda,1,2\n", HeaderAuto, false},
		{"years over numbers, but a name over numbers, too", "id,2019,2020\n7,1,2\n", HeaderAuto, true},
		{"numbers over numbers", "1,2,x\n3,4,y\n", HeaderAuto, false},
		{"missing over numbers", "NA,2\n3,4\n", HeaderAuto, false},
		{"all text, all different, and not again below", "colour,size\nred,big\nblue,big\n", HeaderAuto, true},
		{"all text, and a value comes again", "red,big\nblue,big\n", HeaderAuto, false},
		{"all text, and one is there twice", "red,red\nblue,green\n", HeaderAuto, false},
		{"all text, and one is empty", "red,\nblue,green\n", HeaderAuto, false},
		{"a number over text", "1,x\na,y\nb,z\n", HeaderAuto, false},
		{"yes", "1,2\n3,4\n", HeaderYes, true},
		{"no", "a,b\nc,d\n", HeaderNo, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := mustRead(t, test.file, CSVOptions{Header: test.option})
			first, _, _ := strings.Cut(test.file, "\n")
			names := "x1,x2,x3"[:len(table.Columns)*3-1]
			if test.want {
				names = first
			}
			if table.Header != test.want || strings.Join(table.names(), ",") != names {
				t.Errorf("header %v, columns %v", table.Header, table.names())
			}
		})
	}
}

func TestDelimiter(t *testing.T) {
	for _, test := range []struct {
		name, file string
		option     byte
		want       string
	}{
		{"comma", "a,b\n1,2\n", 0, "#a #b\n2: 1 2"},
		{"semicolon", "a;b\n1;2\n", 0, "#a #b\n2: 1 2"},
		{"tab", "a\tb\n1\t\n\t2\n", 0, "#a #b\n2: 1 ∅\n3: ∅ 2"},
		{"bar", "a|b\n1|2\n", 0, "#a #b\n2: 1 2"},
		{"commas in some cells", "a;b\nx, y;2\nz;3\n", 0, "a #b\n2: x, y 2\n3: z 3"},
		{"semicolons in one cell of each row", "1,2,x;y\n3,4,y;z\n", 0, "#x1 #x2 x3\n1: 1 2 x;y\n2: 3 4 y;z"},
		{"a quoted delimiter", "\"a;b\",c\n\"1;1\",2\nx,3\n", 0, "a;b #c\n2: 1;1 2\n3: x 3"},
		{"quoted cells", "\"a\";\"b,c\"\n\"1\";\"2\"\n", 0, "#a #b,c\n2: 1 2"},
		{"given", "a b,c\n1 2\n", ' ', "#a #b,c\n2: 1 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := mustRead(t, test.file, CSVOptions{Delimiter: test.option})
			if diff := cmp.Diff(test.want, show(table)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextAndIgnore(t *testing.T) {
	file := "id,code,when,y\n1,7,2020-01-01,2\n2,8,2020-01-02,x\n3,9,2020-01-03,4\n"
	table := mustRead(t, file, CSVOptions{Text: []string{"code", "4"}, Ignore: []string{"id", "when"}})
	if diff := cmp.Diff("code y\n2: 7 2\n3: 8 x\n4: 9 4", show(table)); diff != "" {
		t.Error(diff)
	}
	if c := table.Columns[1]; c.Position != 4 || table.Find("y") != 1 || table.Find("4") != 1 || table.Find("1") != -1 {
		t.Errorf("column y is at %d, found at %d and %d", c.Position, table.Find("y"), table.Find("4"))
	}
}

func TestMissingCells(t *testing.T) {
	table := mustRead(t, "a,b,c\n1,x,\n,y,1\n3,,2\n,z,\n,,3\n\n,y,4\n", CSVOptions{})
	want := "column 1 (a): 4 cells, in lines 3, 5, 6, …; column 2 (b): 2 cells, in lines 4, 6; column 3 (c): 2 cells, in lines 2, 5"
	if got := table.MissingCells(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	table = mustRead(t, "a,b,c,d,e,f,g\n1,2,3,4,5,6,7\n1,,,,,,\n", CSVOptions{})
	if got := table.MissingCells(); !strings.HasPrefix(got, "column 2 (b): 1 cell, in line 3; ") || !strings.HasSuffix(got, "; and 1 column more") {
		t.Error(got)
	}
	if got := mustRead(t, "a\n1\n", CSVOptions{}).MissingCells(); got != "" {
		t.Error(got)
	}
}
