package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradlab/matrix"
)

// column returns a CSV file with a feature x and the given labels.
func column(labels ...string) string {
	var file strings.Builder
	file.WriteString("x,label\n")
	for i, label := range labels {
		fmt.Fprintf(&file, "%d,%s\n", i, label)
	}
	return file.String()
}

// times repeats labels.
func times(n int, labels ...string) []string { return slices.Repeat(labels, n) }

// The task follows from the labels, and from the outputs of the network.
func TestTask(t *testing.T) {
	integers := func(n int) (labels []string) {
		for i := range n {
			labels = append(labels, fmt.Sprint(i))
		}
		return labels
	}
	for _, test := range []struct {
		name   string
		labels []string
		spec   Spec
		want   string // or the error
		reason string
	}{
		{"text", []string{"b", "a", "c"}, Spec{}, "classification of label (a, b and c) from 1 input", "the label is text"},
		{"two classes make one output", []string{"b", "a"}, Spec{}, "classification of label, b (1) or a (0) from 1 input", "the label is text"},
		{"or two", []string{"b", "a"}, Spec{Outputs: 2}, "classification of label (a and b) from 1 input", "the label is text"},
		{"one against the rest", []string{"b", "a", "c"}, Spec{Outputs: 1}, "classification of label, c against the rest (a and b) from 1 input", "the label is text"},
		{"a given one", []string{"b", "a", "c"}, Spec{Outputs: 1, Positive: "a"}, "classification of label, a against the rest (b and c) from 1 input", "the label is text"},
		{"a given one of two", []string{"b", "a"}, Spec{Positive: "a"}, "classification of label, a (1) or b (0) from 1 input", "the label is text"},
		{"two numbers", []string{"2.5", "-1"}, Spec{}, "classification of label, 2.5 (1) or -1 (0) from 1 input", "the label has two values"},
		{"a positive number, written otherwise", []string{"1", "2"}, Spec{Positive: "1.0"}, "classification of label, 1 (1) or 2 (0) from 1 input", "the label has two values"},
		{"few integers, sorted by value", times(5, "10", "9", "-1"), Spec{}, "classification of label (-1, 9 and 10) from 1 input", "the label has only 3 values, all integers"},
		{"few integers, not often enough", times(4, "10", "9", "-1"), Spec{}, "regression of label from 1 input", "the label has 3 values"},
		{"unless the network is for classes", []string{"10", "9", "-1"}, Spec{Outputs: 3}, "classification of label (-1, 9 and 10) from 1 input", "the label has 3 values, as many as the network has outputs"},
		{"20 integers", times(5, integers(20)...), Spec{}, "classification of label (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … (20 in all)) from 1 input", "the label has only 20 values, all integers"},
		{"21 integers", times(5, integers(21)...), Spec{}, "regression of label from 1 input", "the label has 21 values"},
		{"-0 is 0", []string{"0", "-0", "1"}, Spec{}, "classification of label, 1 (1) or 0 (0) from 1 input", "the label has two values"},
		{"quantities", times(9, "1", "2", "2.5"), Spec{}, "regression of label from 1 input", "the label has values that are not integers"},
		{"quantities taken for classes", []string{"1", "2.5", "2"}, Spec{Task: Classify}, "classification of label (1, 2 and 2.5) from 1 input", ""},
		{"integers taken for quantities", times(9, "1", "2"), Spec{Task: Regress}, "regression of label from 1 input", ""},
		{"very many integers", integers(1001), Spec{}, "regression of label from 1 input", "the label has more than 1000 values"},

		{"text cannot be regressed", []string{"b", "a"}, Spec{Task: Regress}, "f.csv: column 2 (label): the label is text, and a regression predicts numbers", ""},
		{"one class", times(9, "a"), Spec{}, "f.csv: column 2 (label): the label is a in all rows: there is nothing to tell apart", ""},
		{"one number", times(9, "1"), Spec{}, "f.csv: column 2 (label): the label is 1 in all rows: there is nothing to tell apart", ""},
		{"a wrong number of outputs", []string{"b", "a", "c"}, Spec{Outputs: 4}, "f.csv: column 2 (label): the label has 3 classes (a, b and c), but the network has 4 outputs: it needs 3, one a class, or 1 for one class against the rest", ""},
		{"outputs for a regression", times(4, "1", "2", "4"), Spec{Outputs: 2}, "f.csv: the network has 2 outputs, but the regression of label needs 1 (to classify its 3 values, 3 outputs)", ""},
		{"a positive class for several outputs", []string{"b", "a", "c"}, Spec{Outputs: 3, Positive: "a"}, `f.csv: column 2 (label): a positive class ("a") goes with a network of 1 output, and this one has 3`, ""},
		{"a positive class that is none", []string{"b", "a", "c"}, Spec{Outputs: 1, Positive: "d"}, `f.csv: column 2 (label): the positive class "d" is not one of the classes (a, b and c)`, ""},
		{"a positive class for a regression", times(4, "1", "2", "4"), Spec{Positive: "1"}, `f.csv: a positive class ("1") goes with a classification, and this is a regression`, ""},
		{"too many classes", integers(1001), Spec{Task: Classify}, "f.csv: column 2 (label): the label has more than 1000 different values, too many to be classes", ""},
		{"one row", []string{"a"}, Spec{}, "f.csv: there must be at least 2 rows to learn from, and there is 1", ""},
		{"an unknown label", []string{"1", "2"}, Spec{Labels: []string{"y"}}, `f.csv: there is no column "y" to predict; the columns are x and label`, ""},
		{"a label twice", []string{"1", "2"}, Spec{Labels: []string{"x", "1"}}, "f.csv: column 1 (x): the column is given twice as a label", ""},
		{"nothing to predict from", []string{"1", "2"}, Spec{Labels: []string{"x", "label"}}, "f.csv: there is no column to predict from, only x and label to predict", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, enc, err := mustRead(t, column(test.labels...), CSVOptions{Header: HeaderYes}).Encode(test.spec)
			if err != nil {
				if err.Error() != test.want {
					t.Errorf("%s\nwant %s", err, test.want)
				}
				return
			}
			if enc.String() != test.want || enc.Reason != test.reason {
				t.Errorf("%s: %s\nwant %s: %s", enc, enc.Reason, test.want, test.reason)
			}
			if err := enc.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

// encoded is what becomes of a table.
type encoded struct {
	X, Y   *matrix.Matrix[float64]
	Inputs []string
}

func TestEncode(t *testing.T) {
	n := func(rows ...[]float64) *matrix.Matrix[float64] { return matrix.FromRows(rows...) }
	for _, test := range []struct {
		name, file string
		spec       Spec
		want       encoded
	}{
		{"numbers and classes", "a,b,c\n1,2,u\n3,4,w\n5,6,v\n", Spec{},
			encoded{n([]float64{1, 3, 5}, []float64{2, 4, 6}), n([]float64{1, 0, 0}, []float64{0, 0, 1}, []float64{0, 1, 0}), []string{"a", "b"}}},
		{"the label in the middle, by number", "a,b,c\n1,7,2\n3,8,4\n5,7,6\n", Spec{Labels: []string{"2"}},
			encoded{n([]float64{1, 3, 5}, []float64{2, 4, 6}), n([]float64{0, 1, 0}), []string{"a", "c"}}},
		{"one against the rest", "a,c\n1,u\n3,w\n5,v\n", Spec{Outputs: 1, Positive: "v"},
			encoded{n([]float64{1, 3, 5}), n([]float64{0, 0, 1}), []string{"a"}}},
		{"two outputs for two classes", "a,c\n1,u\n3,w\n", Spec{Outputs: 2},
			encoded{n([]float64{1, 3}), n([]float64{1, 0}, []float64{0, 1}), []string{"a"}}},
		{"categories", "a,colour,y\n1,red,1.5\n2,blue,2.5\n3,red,4\n", Spec{},
			encoded{n([]float64{1, 2, 3}, []float64{0, 1, 0}, []float64{1, 0, 1}), n([]float64{1.5, 2.5, 4}), []string{"a", "colour=blue", "colour=red"}}},
		{"several labels", "y1,a,y2\n1,2,3.5\n4,5,6.5\n", Spec{Labels: []string{"y2", "y1"}},
			encoded{n([]float64{2, 5}), n([]float64{3.5, 6.5}, []float64{1, 4}), []string{"a"}}},
		{"rows with missing cells left out, and what only they have", "a,colour,c\n1,red,u\n,green,u\n3,,v\n4,blue,\n5,blue,v\n6,red,w\n,red,z\n", Spec{Missing: MissingDrop},
			encoded{n([]float64{1, 5, 6}, []float64{0, 1, 0}, []float64{1, 0, 1}), n([]float64{1, 0, 0}, []float64{0, 1, 0}, []float64{0, 0, 1}), []string{"a", "colour=blue", "colour=red"}}},
		{"left out in place", "c,a,b\n1.5,1,2\n2.5,,3\n3.5,4,5\n", Spec{Labels: []string{"c"}, Missing: MissingDrop},
			encoded{n([]float64{1, 4}, []float64{2, 5}), n([]float64{0, 1}), []string{"a", "b"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, enc, err := mustRead(t, test.file, CSVOptions{}).Encode(test.spec)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, encoded{set.X, set.Y, enc.Inputs()}); diff != "" {
				t.Error(diff)
			}
			if enc.Width() != set.X.Rows || enc.Outputs() != set.Y.Rows {
				t.Errorf("%d and %d rows for %d inputs and %d outputs", set.X.Rows, set.Y.Rows, enc.Width(), enc.Outputs())
			}
		})
	}
}

func TestEncodeErrors(t *testing.T) {
	many := func(n int, row string) string {
		var file strings.Builder
		file.WriteString("name,a,y\n")
		for i := range n {
			fmt.Fprintf(&file, row+"\n", i)
		}
		return file.String()
	}
	for _, test := range []struct {
		name, file string
		spec       Spec
		want       string
	}{
		{"missing cells", "a,b,y\n1,,u\n,2,v\n3,4,u\n,5,v\n", Spec{},
			"f.csv: cells are missing: column 1 (a): 2 cells, in lines 3, 5; column 2 (b): 1 cell, in line 2: fill them in, have their rows left out (--missing drop), or have them filled with the mean of the column (--missing mean)"},
		{"missing labels", "a,y\n1,u\n2,\n3,v\n4,\n", Spec{Missing: MissingMean},
			"f.csv:3: column 2 (y): the label is missing (as in 2 rows): fill it in, or have such rows left out (--missing drop)"},
		{"missing in every row", "a,b,y\n1,,u\n,2,v\n", Spec{Missing: MissingDrop},
			"f.csv: a cell is missing in every row: column 1 (a): 1 cell, in line 3; column 2 (b): 1 cell, in line 2"},
		{"one row left", "a,y\n1,u\n,v\n", Spec{Missing: MissingDrop}, "f.csv: there must be at least 2 rows to learn from, and there is 1"},
		{"a category with many values", many(300, "v%[1]d,1,%[1]d"), Spec{},
			"f.csv: column 1 (name): the text has 300 different values, and a category must have few (at most 256): leave the column out (--ignore)"},
		{"a name for every row", many(10_001, "v%[1]d,1,%[1]d"), Spec{},
			"f.csv: column 1 (name): the text has more than 10000 different values, and a category must have few (at most 256): leave the column out (--ignore)"},
		{"too many classes", many(1001, "v%[1]d,1,%[1]d"), Spec{Labels: []string{"name"}},
			"f.csv: column 1 (name): the label has more than 1000 different values, too many to be classes"},
		{"several labels, one of text", "a,b,c\n1,2,u\n3,4,v\n", Spec{Labels: []string{"b", "c"}}, "f.csv: column 3 (c): the label is text, and a regression predicts numbers"},
		{"several labels to classify", "a,b,c\n1,2,3\n3,4,5\n", Spec{Labels: []string{"b", "c"}, Task: Classify}, "f.csv: a classification predicts one label, not 2 (b and c)"},
		{"several labels, another number of outputs", "a,b,c\n1,2,3\n3,4,5\n", Spec{Labels: []string{"b", "c"}, Outputs: 3}, "f.csv: the network has 3 outputs, but the regression of b and c needs 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := mustRead(t, test.file, CSVOptions{}).Encode(test.spec)
			if err == nil || err.Error() != test.want {
				t.Errorf("%v\nwant %s", err, test.want)
			}
		})
	}
}

// One-hot columns must not blow a file up: here 5 MB would become 20 GB.
func TestOneHotIsBounded(t *testing.T) {
	var file strings.Builder
	file.WriteString("a,b,c,d,y\n")
	for i := range 400_000 {
		x := string(rune('A' + i%200))
		fmt.Fprintf(&file, "%s,%s,%s,%s,%d\n", x, x, x, x, i%2)
	}
	_, _, err := mustRead(t, file.String(), CSVOptions{}).Encode(Spec{})
	if want := "f.csv: with an entry for each category the data would take a 800×400000 matrix: leave columns with many categories out (--ignore)"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// X of number columns is the memory of the table.
func TestEncodeInPlace(t *testing.T) {
	table := mustRead(t, "a,b,y,c\n1,2,u,3\n4,5,v,6\n", CSVOptions{})
	before := &table.Numbers.Data[0]
	set, _, err := table.Encode(Spec{Labels: []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	if &set.X.Data[0] != before {
		t.Error("X is a copy")
	}
}
