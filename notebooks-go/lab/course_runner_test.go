package lab_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// recorder is a testing.TB that remembers what a case says.
type recorder struct {
	testing.TB
	said              []string
	skipped, panicked bool
}

func (r *recorder) Helper()                      {}
func (r *recorder) Logf(string, ...any)          { r.panicked = true } // the stack
func (r *recorder) Error(args ...any)            { r.said = append(r.said, fmt.Sprint(args...)) }
func (r *recorder) Errorf(f string, args ...any) { r.Error(fmt.Sprintf(f, args...)) }
func (r *recorder) Fatal(args ...any)            { r.Error(args...); runtime.Goexit() }
func (r *recorder) Fatalf(f string, args ...any) { r.Fatal(fmt.Sprintf(f, args...)) }
func (r *recorder) Skipf(f string, args ...any) {
	r.skipped = true
	r.Fatalf(f, args...)
}

// saidOf runs a case, given as the text of its JSON, and returns what it says.
func saidOf(t *testing.T, text string) *recorder {
	t.Helper()
	cases, err := parseCases("cases.json", []byte(`{"cases": [`+text+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	return recorded(t, cases[0])
}

func recorded(t *testing.T, c courseCase) *recorder {
	r, done := &recorder{TB: t}, make(chan bool)
	go func() {
		defer close(done)
		runCase(r, c, "testdata/course")
	}()
	<-done
	return r
}

// A case that fails says what it got, what it wanted and where; one that cannot
// be run says why.
func TestWhatCasesSay(t *testing.T) {
	const x23 = `{"shape": [2, 3], "data": [[1, 2, 3], [4, 5, 6]]}`
	forward := func(x, w1, b1 string) string {
		return `{"function": "c1w4.L_model_forward", "inputs": {"arrays": {"X": ` + x + `, "W1": ` + w1 + `, "b1": ` + b1 + `}},
			"expected": [{"name": "AL", "value": [[1, 1, 1]], "abs_tol": 1}]}`
	}
	sigmoid := func(z, expected string) string {
		return `{"function": "c1w2.sigmoid", "inputs": {"arrays": {"z": ` + z + `}}, "expected": [` + expected + `]}`
	}
	zero := `{"shape": [2], "data": [0, 0]}`
	for _, c := range []struct{ name, text, want string }{
		{"right", sigmoid(zero, `{"name": "a", "value": [0.5, 0.5], "comment": 1}`), ""},
		{"wrong", sigmoid(zero, `{"name": "a", "value": [0.5, 0.25], "abs_tol": 0.125, "rel_tol": 0.25}`),
			"a[1]: got 0.5, want 0.25: they differ by 0.25, more than 0.188"},
		{"both wrong", sigmoid(zero, `{"name": "a", "value": [0, 1]}`), "a[0]: got 0.5, want 0: they differ by 0.5, more than 0"},
		{"infinite", sigmoid(zero, `{"name": "a", "value": [Infinity, 0.5]}`), "a[0]: got 0.5, want +Inf: they differ by +Inf, more than"},
		{"wrong mean", sigmoid(zero, `{"name": "mean(a)", "value": 1}`), "mean(a): got 0.5, want 1: they differ by 0.5, more than 0"},
		{"wrong shape", sigmoid(zero, `{"name": "a", "value": [[0.5, 0.5]]}`), "a has the shape [2], not [1 2]"},
		{"a number is an array of one element", sigmoid(zero, `{"name": "a[0:1]", "value": 0.5}`), ""},
		{"true is 1", sigmoid(zero, `{"name": "a", "value": [true, false], "abs_tol": 0.5}`), ""},
		{"a text", sigmoid(zero, `{"name": "a", "value": "0.5"}`), "a has the shape"},
		{"an input", sigmoid(zero, `{"name": "z[1]", "value": 0}`), ""},
		{"no such output", sigmoid(zero, `{"name": "A", "value": 0}`), `c1w2.sigmoid: it has no output "A", nor is there an input of this name`},
		{"no such element", sigmoid(zero, `{"name": "a[2]", "value": 0}`), "c1w2.sigmoid: a[2]: 2 is outside 0, …, 1"},
		{"too many indices", sigmoid(zero, `{"name": "a[0,0]", "value": 0}`), "c1w2.sigmoid: a[0,0]: 2 indices into the shape [2]"},
		{"no index", sigmoid(zero, `{"name": "a[x]", "value": 0}`), `c1w2.sigmoid: a[x]: "x" is neither a number nor start:stop`},
		{"no name", sigmoid(zero, `{"name": "max(a)", "value": 0}`), `c1w2.sigmoid: cannot read the name "max(a)"`},
		{"ragged value", sigmoid(zero, `{"name": "a", "value": [[1], [1, 2]]}`), "the expected value of a: the lists in it are not of one length"},
		{"no value", sigmoid(zero, `{"name": "a"}`), "the expected value of a: EOF"},
		{"nothing expected", sigmoid(zero, ``), "nothing is expected of it"},

		{"no array", `{"function": "c1w2.sigmoid", "expected": [{"name": "a", "value": 0}]}`, "there is no array z"},
		{"ragged data", sigmoid(`{"shape": [2, 2], "data": [[1, 2], [3]]}`, `{"name": "a", "value": 0}`), "array z: the lists in it are not of one length"},
		{"shape and data", sigmoid(`{"shape": [3], "data": [1, 2]}`, `{"name": "a", "value": 0}`), "array z: the data have the shape [2], not [3]"},
		{"a huge shape", sigmoid(`{"shape": [1000000000, 1000000000, 1000000000], "data": []}`, `{"name": "a", "value": 0}`), "array z: the shape [1000000000 1000000000 1000000000] is out of all proportion"},
		{"no shape", sigmoid(`{"data": [1]}`, `{"name": "a", "value": 0}`), `array z: it lacks "shape" or "data"`},
		{"texts", sigmoid(`{"shape": [1], "data": ["x"]}`, `{"name": "a", "value": 0}`), "z is text, not numbers"},
		{"dimensions", forward(zero, x23, `{"shape": [2, 1], "data": [[0], [0]]}`), "X has the shape [2], not [n_0 m] with n_0 = 3 in W1 of shape [2 3]"},
		{"wrong W1", forward(x23, x23, `{"shape": [2, 1], "data": [[0], [0]]}`), "X has the shape [2 3], not [n_0 m] with n_0 = 3 in W1 of shape [2 3]"},
		{"wrong b1", forward(x23, `{"shape": [1, 2], "data": [[0, 0]]}`, zero), "b1 has the shape [2], not [n_1 1] with n_1 = 1 in W1 of shape [1 2]"},

		{"unknown function", `{"function": "c9w9.f", "expected": [{"name": "a", "value": 0}]}`, "skipped: the function c9w9.f is not there"},
		{"unknown set", `{"function": "c1w2.model", "inputs": {"dataset": {"name": "dogs"}}, "expected": [{"name": "a", "value": 0}]}`, "skipped: the data set dogs is not there"},
		{"large inputs", sigmoid(`{"shape": [1], "file": "elsewhere.json", "key": "k"}`, `{"name": "a", "value": 0}`), "skipped: needs data: elsewhere.json"},
		{"counts", `{"function": "c1w2.init_zeros", "inputs": {"scalars": {"dim": -1}}, "expected": [{"name": "w", "value": 0}]}`, "dim: -1 is not a number to count with"},
		{"no init", `{"function": "c1w4.initialize", "inputs": {"scalars": {"layer_dims": [2, 1], "init": "she", "init_seed": 1}}, "expected": [{"name": "W1", "value": 0}]}`, `init: "she" is not known`},
		{"labels", `{"function": "c2w3.one_hot", "inputs": {"arrays": {"labels": {"shape": [2], "data": [0, 4]}}, "scalars": {"C": 4}}, "expected": [{"name": "Y", "value": 0}]}`,
			"labels[1] is 4, not in 0, …, 3"},
		{"iterations", `{"function": "c1w3.nn_model", "inputs": {"arrays": {"X": ` + x23 + `, "Y": {"shape": [1, 3], "data": [[0, 1, 0]]}}, "scalars": {"n_h": 1, "init": "he",
			"init_seed": 1, "learning_rate": 1, "num_iterations": 2, "iterations": [2]}}, "expected": [{"name": "costs", "value": [0]}]}`,
			"iterations: 2 is not among the 2 that there are"},
	} {
		r := saidOf(t, c.text)
		got := strings.Join(r.said, "\n")
		if r.skipped {
			got = "skipped: " + got
		}
		if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: it says\n\t%s\nand not\n\t%s", c.name, got, c.want)
		}
	}
}

// Whatever is wrong with an input, the case says so in a sentence; none makes the
// suite panic. Each of our own cases runs without each of its inputs, with each
// array cut short, turned to its side, empty and as a text, and with each number
// as another.
func TestOddCases(t *testing.T) {
	text, err := os.ReadFile("testdata/course/own-cases.json")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := parseCases("own-cases.json", text)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.Function] {
			continue
		}
		seen[c.Function] = true
		for name := range c.Inputs.Arrays {
			for _, odd := range []string{"", `{"shape": [0], "data": []}`, `{"shape": [], "data": 1}`, `{"shape": [1, 1], "data": [[1]]}`,
				`{"shape": [1], "data": ["x"]}`, `{"shape": [2, 3], "data": [[1, 2, 3], [4, 5, 6]]}`, `{"shape": [0, 3], "data": []}`} {
				runOdd(t, c, name, odd, "")
			}
		}
		for name := range c.Inputs.Scalars {
			for _, odd := range []string{"", "0", "-1", "0.5", "7", `"x"`, "[]", "[3]", "[0, 0, 0]"} {
				runOdd(t, c, name, "", odd)
			}
		}
	}
}

// runOdd runs a case with an array or a scalar replaced, or if both are empty
// left out.
func runOdd(t *testing.T, c courseCase, name, array, scalar string) {
	odd := c
	odd.Inputs.Arrays, odd.Inputs.Scalars = maps.Clone(c.Inputs.Arrays), maps.Clone(c.Inputs.Scalars)
	delete(odd.Inputs.Arrays, name)
	delete(odd.Inputs.Scalars, name)
	if array != "" {
		odd.Inputs.Arrays[name] = json.RawMessage(array)
	}
	if scalar != "" {
		odd.Inputs.Scalars[name] = json.RawMessage(scalar)
	}
	if r := recorded(t, odd); r.panicked {
		t.Errorf("%s with %s = %s%s: %s", c.Function, name, array, scalar, r.said)
	}
}

// A file that is no file of cases is refused with its name and a line.
func TestMalformedCases(t *testing.T) {
	for text, want := range map[string]string{
		``:                                    "f.json:1: unexpected end of JSON input",
		"{\n\"cases\": [\n{]}":                "f.json:3: invalid character ']'",
		"{\n\"cases\": [{}]\n} x":             "f.json:3: invalid character 'x' after top-level value",
		`[]`:                                  "f.json:1: json: cannot unmarshal array",
		`{"case": []}`:                        `f.json: no "cases" in it`,
		"{\n\"cases\": {}}":                   `f.json:2: "cases" is not a list`,
		"{\"cases\":\n[NaN]}":                 "f.json:2: invalid character 'N'",
		`{"cases": []}`:                       "f.json:1: no cases in it",
		"{\"cases\": [\n{},\n\n{\"id\": 1}]}": "f.json:4: case 2: json: cannot unmarshal number into Go struct field",
		"{\"cases\": [\n3]}":                  "f.json:2: case 1: json: cannot unmarshal number",
		"{\"cases\": [\n{\"id\": \"a\", \"expected\": [{\"abs_tol\": \"1\"}]}]}": "f.json:2: case 1: json: cannot unmarshal string into Go struct field",
	} {
		if _, err := parseCases("f.json", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error\n\t%v\nand not\n\t%v", text, err, want)
		}
	}
}

// Large inputs are looked for beside the cases.
func TestLargeInputs(t *testing.T) {
	folder := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(folder, "large.json"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	const place = `{"shape": [2, 2], "file": "large.json", "key": "k"}`
	write(`{"k": {"x": {"shape": [2, 2], "data": [1, 2, 3, 4]}}}`)
	a, err := readInput("x", []byte(place), folder)
	if err != nil || a.place(3) != "[1,1]" || a.data[2] != 3 {
		t.Errorf("%v, error %v", a, err)
	}
	if _, err := readInput("y", []byte(place), folder); err == nil || !strings.Contains(err.Error(), "has no array y under the key k") {
		t.Errorf("error %v", err)
	}
	write(`{"k": {"x": {"shape": [2, 2], "data": [1, 2, 3]}}}`)
	if _, err := readInput("x", []byte(place), folder); err == nil || !strings.Contains(err.Error(), "the data have the shape [3], not [2 2]") {
		t.Errorf("error %v", err)
	}
}
