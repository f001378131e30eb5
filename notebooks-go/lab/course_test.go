package lab_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
)

// TestCourse runs the programming assignments of the course: every case of a
// file of published outputs, each with the function of the course that it names,
// computed by this framework. The environment variable GRADLAB_COURSE_CASES
// names another file than the one in testdata. Beside the file, or else in
// ../shared/ng as seen from the root of the module, are large-inputs.json and the
// course's own data; a case whose data are absent is skipped.
//
// The go command does not look whether a file outside of the module has changed
// since it ran the test: with -count=1 it runs again.
func TestCourse(t *testing.T) {
	file := os.Getenv("GRADLAB_COURSE_CASES")
	if file == "" {
		file = "testdata/course/published-outputs.json"
	}
	if _, err := os.Stat(file); err != nil && !filepath.IsAbs(file) {
		file = filepath.Join("../..", file) // as it is seen from the root of the module
	}
	runCases(t, file)
}

// TestCourseOwnCases runs cases of our own, which numpy worked out (own_cases.py),
// for functions and forms of names that no published case has, and for the
// trainings without the course's data.
func TestCourseOwnCases(t *testing.T) {
	runCases(t, "testdata/course/own-cases.json")
}

// outputs are the results of a function by name: numbers, lists, matrices and
// arrays, as newArray takes them.
type outputs map[string]any

// courseFunctions are the functions of the course, by the name in the cases.
var courseFunctions = func() map[string]func(*inputs) outputs {
	all := map[string]func(*inputs) outputs{}
	for _, part := range []map[string]func(*inputs) outputs{courseC1, courseC2, courseML} {
		maps.Copy(all, part)
	}
	return all
}()

// courseCase is a case of the file: what a function gets, and what the course
// printed.
type courseCase struct {
	ID, Function string
	Inputs       struct {
		Arrays  map[string]json.RawMessage
		Scalars map[string]json.RawMessage
		Dataset struct{ Name string }
	}
	Expected []expectation
}

type expectation struct {
	Name   string
	Value  json.RawMessage
	AbsTol float64 `json:"abs_tol"`
	RelTol float64 `json:"rel_tol"`
}

func runCases(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := parseCases(file, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		// One after the other: each large product has all cores to itself.
		t.Run(c.ID, func(t *testing.T) { runCase(t, c, filepath.Dir(file)) })
	}
}

// bareInfinity is what Python writes for an infinite number, and JSON lacks.
var bareInfinity = regexp.MustCompile(`([:,[\s-])Infinity\b`)

// parseCases reads a file of cases: an object whose key "cases" has a list of
// them. An error says file and line.
func parseCases(file string, text []byte) ([]courseCase, error) {
	text = bareInfinity.ReplaceAll(text, []byte("${1}1e999999")) // which has as many bytes
	at := func(offset int64, err error) error {
		offset = min(max(offset, 0), int64(len(text)))
		return fmt.Errorf("%s:%d: %w", file, 1+bytes.Count(text[:offset], []byte("\n")), err)
	}
	fail := func(err error) error {
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			return at(syntax.Offset, err)
		case errors.As(err, &kind):
			return at(kind.Offset, err)
		}
		return fmt.Errorf("%s: %w", file, err)
	}
	var whole struct{ Cases *json.RawMessage }
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, fail(err)
	}
	if whole.Cases == nil {
		return nil, fail(errors.New(`no "cases" in it`))
	}
	// The list once more, case by case, so that an error has its line.
	start := int64(bytes.Index(text, *whole.Cases))
	decoder := json.NewDecoder(bytes.NewReader(*whole.Cases))
	if token, err := decoder.Token(); err != nil || token != json.Delim('[') {
		return nil, at(start, errors.New(`"cases" is not a list`))
	}
	var cases []courseCase
	for decoder.More() {
		var c courseCase
		begin := start + decoder.InputOffset()
		begin += int64(bytes.IndexAny(text[begin:], "{[\"tfn0123456789-")) // after a comma, and blanks
		if err := decoder.Decode(&c); err != nil {
			return nil, at(begin, fmt.Errorf("case %d: %w", len(cases)+1, err))
		}
		if c.ID == "" {
			c.ID = fmt.Sprintf("case %d", len(cases)+1)
		}
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		return nil, at(start, errors.New("no cases in it"))
	}
	return cases, nil
}

// runCase computes the outputs of a case and compares them with what is
// expected.
func runCase(t testing.TB, c courseCase, folder string) {
	defer func() {
		if problem := recover(); problem != nil {
			t.Errorf("%s: %v", c.Function, problem)
			t.Logf("%s", debug.Stack())
		}
	}()
	function, known := courseFunctions[c.Function]
	if !known {
		t.Skipf("the function %s is not there", c.Function)
	}
	if len(c.Expected) == 0 {
		t.Fatal("nothing is expected of it")
	}
	in := readInputs(t, c, folder)
	out := function(in)
	for _, e := range c.Expected {
		want, err := readArray(e.Value)
		if err != nil {
			t.Errorf("the expected value of %s: %v", e.Name, err)
			continue
		}
		got, err := selected(e.Name, out, in.arrays, in.data)
		if err != nil {
			t.Errorf("%s: %v", c.Function, err)
			continue
		}
		if difference := compare(e.Name, got, want, e.AbsTol, e.RelTol); difference != "" {
			t.Error(difference)
		}
	}
}

// compare returns what is wrong with the array of a name, or "". An array of one
// element is a number.
func compare(name string, got, want array, absTol, relTol float64) string {
	if got.size() != want.size() || got.size() != 1 && !sameShape(got, want) {
		return fmt.Sprintf("%s has the shape %v, not %v", name, got.shape, want.shape)
	}
	if got.text != nil || want.text != nil {
		return compareTexts(name, got, want)
	}
	var b strings.Builder
	wrong := 0
	for i, w := range want.data {
		g, tolerance := got.data[i], absTol+relTol*math.Abs(w)
		if g == w || !math.IsInf(w, 0) && math.Abs(g-w) <= tolerance {
			continue
		}
		if wrong++; wrong <= 8 {
			fmt.Fprintf(&b, "%s%s: got %.17g, want %.17g: they differ by %.3g, more than %.3g\n",
				name, want.place(i), g, w, math.Abs(g-w), tolerance)
		}
	}
	if wrong > 8 {
		fmt.Fprintf(&b, "%s: %d of %d numbers are wrong\n", name, wrong, len(want.data))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func compareTexts(name string, got, want array) string {
	if (got.text == nil) != (want.text == nil) {
		return fmt.Sprintf("%s: got %v, want %v", name, got, want)
	}
	for i, w := range want.text {
		if got.text[i] != w {
			return fmt.Sprintf("%s%s: got %q, want %q", name, want.place(i), got.text[i], w)
		}
	}
	return ""
}

// sharedFolder is ../shared/ng as seen from the root of the module.
const sharedFolder = "../../../shared/ng"

// findFile returns the path of a file that is beside the cases, or else in
// ../shared/ng as seen from the root of the module, or "".
func findFile(folder, name string) string {
	for _, dir := range []string{folder, sharedFolder} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// readWhole decodes the only value of a JSON text, its numbers as json.Number.
func readWhole(text []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("there is something after it")
	}
	return nil
}
