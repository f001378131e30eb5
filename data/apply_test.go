package data

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gradlab/matrix"
)

// trained returns an encoding as a model file gives it back.
func trained(t testing.TB, file string, spec Spec) *Encoding {
	t.Helper()
	set, enc := encode(t, file, spec)
	if err := Fit(enc, set, nil, NoScaling); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(enc)
	if err != nil {
		t.Fatal(err)
	}
	back := new(Encoding)
	if err := json.Unmarshal(text, back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(enc, back, cmpopts.IgnoreFields(Encoding{}, "Reason")); diff != "" {
		t.Error(diff)
	}
	if err := back.Validate(); err != nil {
		t.Error(err)
	}
	return back
}

func TestApply(t *testing.T) {
	const (
		named   = "a,colour,b,class\n1,red,2,u\n3,blue,4,v\n"
		unnamed = "1,2,u\n3,4,v\n"
		front   = "7,1,2.5\n8,3,4\n"
	)
	row := func(x ...float64) []float64 { return x }
	for _, test := range []struct {
		name, training string
		spec           Spec
		file           string
		x, y           *matrix.Matrix[float64]
		rows           []int
	}{
		{"the same columns", named, Spec{}, named,
			matrix.FromRows(row(1, 3), row(0, 1), row(1, 0), row(2, 4)), matrix.FromRows(row(0, 1)), nil},
		{"without the label", named, Spec{}, "a,colour,b\n1,red,2\n", matrix.FromRows(row(1), row(0), row(1), row(2)), nil, nil},
		{"in another order, and more", named, Spec{}, "id,b,class,a,colour\nx1,2,v,1,blue\nx2,4,u,3,blue\n",
			matrix.FromRows(row(1, 3), row(1, 1), row(0, 0), row(2, 4)), matrix.FromRows(row(1, 0)), nil},
		{"what is wrong in other columns does not matter", named, Spec{}, "id,b,a,colour\n1,2,1,blue\nx,4,3,red\n2020-01-01,4,3,red\n",
			matrix.FromRows(row(1, 3, 3), row(1, 0, 0), row(0, 1, 1), row(2, 4, 4)), nil, nil},
		{"labels still to be filled in", named, Spec{}, "a,colour,b,class\n1,red,2,\n1,red,2,?\n",
			matrix.FromRows(row(1, 1), row(0, 0), row(1, 1), row(2, 2)), nil, nil},
		{"categories that are numbers", "code,y\n7a,1.5\n8a,2.5\n7,3\n8,5\n9b,6\n", Spec{}, "code\n7\n8\n",
			matrix.FromRows(row(1, 0), row(0, 0), row(0, 1), row(0, 0), row(0, 0)), nil, nil},
		{"classes that are numbers", "a,y\n1,10\n2,9\n3,10\n", Spec{}, "a,y\n1,9.0\n2,10\n", matrix.FromRows(row(1, 2)), matrix.FromRows(row(0, 1)), nil},
		{"one category alone", named, Spec{}, "a,colour,b\n1,blue,2\n5,blue,6\n", matrix.FromRows(row(1, 5), row(1, 1), row(0, 0), row(2, 6)), nil, nil},
		{"without a header", unnamed, Spec{}, "5,6,v\n7,8,v\n", matrix.FromRows(row(5, 7), row(6, 8)), matrix.FromRows(row(1, 1)), nil},
		{"without header and label", unnamed, Spec{}, "5,6\n7,8\n", matrix.FromRows(row(5, 7), row(6, 8)), nil, nil},
		{"without header and label, which was in front", front, Spec{Labels: []string{"1"}, Task: Regress}, "5,6\n7,8\n", matrix.FromRows(row(5, 7), row(6, 8)), nil, nil},
		{"without a header, the label in front", front, Spec{Labels: []string{"1"}, Task: Regress}, "1,5,6\n2,7,8\n", matrix.FromRows(row(5, 7), row(6, 8)), matrix.FromRows(row(1, 2)), nil},
		{"rows with missing cells left out", named, Spec{Missing: MissingDrop}, "a,colour,b\n1,red,2\n,red,2\n3,red,4\n",
			matrix.FromRows(row(1, 3), row(0, 0), row(1, 1), row(2, 4)), nil, []int{0, 2}},
		{"missing cells filled in", named, Spec{Missing: MissingMean}, "a,colour,b\n,red,2\n3,,4\n", matrix.FromRows(row(2, 3), row(0, 0.5), row(1, 0.5), row(2, 4)), nil, nil},
		{"one against the rest", "a,class\n1,u\n2,v\n3,w\n", Spec{Outputs: 1, Positive: "v"}, "a,class\n1,w\n2,v\n", matrix.FromRows(row(1, 2)), matrix.FromRows(row(0, 1)), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			enc := trained(t, test.training, test.spec)
			set, rows, err := mustRead(t, test.file, CSVOptions{For: enc}).Apply(enc)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&Dataset[float64]{X: test.x, Y: test.y}, set); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.rows, rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestApplyErrors(t *testing.T) {
	const training = "a,colour,b,class\n1,red,2,u\n3,blue,4,v\n"
	for _, test := range []struct{ name, training, file, want string }{
		{"a column is missing", training, "a,b\n1,2\n", "f.csv: the column colour is missing; the model needs a, colour and b"},
		{"no column is there", training, "x,y\n1,2\n", "f.csv: the column a is missing; the model needs a, colour and b"},
		{"no header", training, "1,red,2\n3,red,4\n", "f.csv: the column a is missing (this file has no header, or none was recognised); the model needs a, colour and b"},
		{"a header too much", "1,2,u\n3,4,v\n", "a,b\n1,2\n", "f.csv: the column x1 is missing (the file of the training had no header; this one has, or one was recognised); the model needs x1 and x2"},
		{"an unknown category", training, "a,colour,b\n1,red,2\n1,pink,2\n", `f.csv:3: column 2 (colour): "pink" is not one of the categories that the model knows (blue and red)`},
		{"an unknown class", training, "a,colour,b,class\n1,red,2,u\n1,red,2,w\n", `f.csv:3: column 4 (class): "w" is not one of the classes that the model knows (u and v)`},
		{"text for a number", training, "a,colour,b\nx,red,2\ny,red,2\n", `f.csv:2: column 1 (a): "x" is not a number, as the model needs it to be: ` + nan},
		{"missing cells", training, "a,colour,b\n1,red,2\n1,,2\n", "f.csv: cells are missing: column 2 (colour): 1 cell, in line 3: fill them in, have their rows left out (--missing drop), or have them filled with the mean of the column (--missing mean)"},
		{"some labels", training, "a,colour,b,class\n1,red,2,u\n1,red,2,\n", "f.csv:3: column 4 (class): the label is missing (as in 1 row): fill it in, or have such rows left out (--missing drop)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			enc := trained(t, test.training, Spec{})
			table, err := read(test.file, CSVOptions{For: enc})
			if err == nil {
				_, _, err = table.Apply(enc)
			}
			if err == nil || err.Error() != test.want {
				t.Errorf("%v\nwant %s", err, test.want)
			}
		})
	}
}

// A number that the scaling takes out of range is reported with its line.
func TestApplyOverflow(t *testing.T) {
	set, enc := encode(t, "a,y\n1e-300,1.5\n2e-300,2.5\n", Spec{Task: Regress})
	if err := Fit(enc, set, nil, MinMax); err != nil {
		t.Fatal(err)
	}
	_, _, err := mustRead(t, "a\n1e-300\n\n1e99\n", CSVOptions{For: enc}).Apply(enc)
	if want := "f.csv:4: input a is missing, or far outside the numbers of the training part"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// A table that was not read for the model may hold something else in a column.
func TestApplyChecksKinds(t *testing.T) {
	enc := trained(t, "a,colour,y\n1,red,1.5\n2,blue,2.5\n", Spec{})
	for file, want := range map[string]string{
		"a,colour\nx,red\n": "f.csv: column 1 (a): the column holds text, and the model needs numbers",
		"a,colour\n1,1\n":   "f.csv: column 2 (colour): the column holds numbers, and the model needs text (read the file for the model)",
	} {
		_, _, err := mustRead(t, file, CSVOptions{Header: HeaderYes}).Apply(enc)
		if err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

// Any table of numbers fits the encoding of a float32 table, and the other way.
func TestApplyOtherElementType(t *testing.T) {
	enc := trained(t, "a,y\n1,0.1\n2,0.2\n3,0.1\n", Spec{})
	table, err := ReadCSV[float32]("f.csv", strings.NewReader("a,y\n1,0.1\n2,0.2\n"), CSVOptions{For: enc})
	if err != nil {
		t.Fatal(err)
	}
	set, _, err := table.Apply(enc)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(matrix.FromRows([]float32{0, 1}), set.Y); diff != "" {
		t.Error(diff)
	}
}

// The text of an encoding is part of the format of the model file.
func TestEncodingJSON(t *testing.T) {
	text, err := json.Marshal(trained(t, "a,colour,class\n1,red,u\n,blue,v\n", Spec{Missing: MissingMean}))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"header":true,"features":[{"name":"a","offset":0,"scale":1,"fill":[1]},` +
		`{"name":"colour","categories":["blue","red"],"offset":0,"scale":1,"fill":[0.5,0.5]}],` +
		`"labels":[{"name":"class","number":false,"offset":0,"scale":1}],` +
		`"task":"classify","classes":["u","v"],"binary":true,"positive":1,"missing":"mean","scaling":"none"}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
}

// What a damaged or forged model file may hold is refused.
func TestValidate(t *testing.T) {
	good := func() *Encoding {
		return &Encoding{
			Features: []Feature{{Name: "a", Scale: 1}, {Name: "b", Categories: []string{"u", "v"}, Scale: 1}},
			Labels:   []Label{{Name: "y", Number: true, Scale: 1}},
			Task:     Classify, Classes: []string{"1", "2"},
		}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	inf := math.Inf(1)
	for name, damage := range map[string]func(e *Encoding){
		"no features":                  func(e *Encoding) { e.Features = nil },
		"no labels":                    func(e *Encoding) { e.Labels = nil },
		"no task":                      func(e *Encoding) { e.Task = AutoTask },
		"an unknown task":              func(e *Encoding) { e.Task = 7 },
		"an unknown treatment":         func(e *Encoding) { e.Missing = -1 },
		"an unknown scaling":           func(e *Encoding) { e.Scaling = 9 },
		"a feature twice":              func(e *Encoding) { e.Features[1].Name = "a" },
		"a label that is a feature":    func(e *Encoding) { e.Labels[0].Name = "a" },
		"scale 0":                      func(e *Encoding) { e.Features[0].Scale = 0 },
		"infinite offset":              func(e *Encoding) { e.Features[0].Offset = inf },
		"scale of a label below 0":     func(e *Encoding) { e.Labels[0].Scale = -1 },
		"no categories":                func(e *Encoding) { e.Features[1].Categories = []string{} },
		"a category twice":             func(e *Encoding) { e.Features[1].Categories = []string{"u", "u"} },
		"too many categories":          func(e *Encoding) { e.Features[1].Categories = make([]string, 257) },
		"fill where there is none":     func(e *Encoding) { e.Features[0].Fill = []float64{1} },
		"no fill where there must be":  func(e *Encoding) { e.Missing = MissingMean },
		"infinite fill":                func(e *Encoding) { e.Missing = MissingMean; e.Features[0].Fill = []float64{inf} },
		"one class":                    func(e *Encoding) { e.Classes = []string{"1"} },
		"too many classes":             func(e *Encoding) { e.Classes = make([]string, 1001) },
		"a class twice":                func(e *Encoding) { e.Classes = []string{"1", "1.0"} },
		"a class that is not a number": func(e *Encoding) { e.Classes = []string{"1", "b"} },
		"an infinite class":            func(e *Encoding) { e.Classes = []string{"1", "1e999"} },
		"a positive class that is not": func(e *Encoding) { e.Positive = 2 },
		"two labels to classify":       func(e *Encoding) { e.Labels = append(e.Labels, Label{Name: "z", Scale: 1}) },
		"classes in a regression":      func(e *Encoding) { e.Task = Regress },
		"text in a regression":         func(e *Encoding) { e.Task, e.Classes, e.Labels[0].Number = Regress, nil, false },
	} {
		e := good()
		damage(e)
		if err := e.Validate(); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestClassNames(t *testing.T) {
	e := &Encoding{Task: Classify, Binary: true, Classes: []string{"a", "b", "c"}, Positive: 1}
	if diff := cmp.Diff([]string{"not b", "b"}, e.ClassNames()); diff != "" {
		t.Error(diff)
	}
	e.Classes, e.Positive = []string{"a", "b"}, 0
	if diff := cmp.Diff([]string{"b", "a"}, e.ClassNames()); diff != "" {
		t.Error(diff)
	}
	e.Binary = false
	if diff := cmp.Diff([]string{"a", "b"}, e.ClassNames()); diff != "" {
		t.Error(diff)
	}
}

func TestOptionNames(t *testing.T) {
	var s Scaling
	if err := s.UnmarshalText([]byte("minmax")); err != nil || s != MinMax {
		t.Error(s, err)
	}
	err := s.UnmarshalText([]byte("robust"))
	if want := `"robust" is none of standard, minmax and none`; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	if got := Scaling(9).String(); got != "unknown (9)" {
		t.Error(got)
	}
}
