package lab

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gradlab/matrix"
)

// inFolder makes a folder that of the notebook.
func inFolder(t *testing.T) (path string) {
	dir := t.TempDir()
	t.Setenv("GONB_DIR", dir)
	t.Setenv("GRADLAB_STUDENT", "")
	return filepath.Join(dir, ResultsFile)
}

func zero(z float64) float64 { return 0 }

// A student's results: every exercise once, with its tries, and passed for good.
func TestResults(t *testing.T) {
	path := inFolder(t)
	Check(Sigmoid, matrix.Sigmoid[float64])
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("without a name there is a file: %v", err)
	}
	Student("Ada")
	Check(Sigmoid, zero)
	Check(Sigmoid, zero)
	Check(Sigmoid, matrix.Sigmoid[float64])
	Check(Sigmoid, zero)
	Check(SigmoidGradient, matrix.Sigmoid[float64])
	Check(SigmoidGradient, func(z float64) float64 { panic(ToDo("sigmoid gradient")) }) // is no try
	file, err := ReadResults(path)
	if err != nil || len(file.Results) != 2 {
		t.Fatalf("%v, %+v", err, file)
	}
	for k, want := range []Result{
		{Student: "Ada", Lab: 2, Exercise: "sigmoid", Passed: true, Tries: 3, Mistake: "other", Text: "sigmoid is 0 everywhere"},
		{Student: "Ada", Lab: 2, Exercise: "sigmoid gradient", Tries: 1, Mistake: "missing_gprime", Text: "gPrime is g(z), not its derivative"},
	} {
		got := file.Results[k]
		if !got.Signed() || time.Since(got.Time) > time.Hour || len(got.Code) != 64 {
			t.Errorf("%+v", got)
		}
		got.Time, got.Signature, got.Code = time.Time{}, "", ""
		if got != want {
			t.Errorf("%+v, not %+v", got, want)
		}
	}

	// Another student of the same folder has results of his own.
	Student("Bob")
	Check(Sigmoid, matrix.Sigmoid[float64])
	t.Setenv("GRADLAB_STUDENT", "Cyd") // goes before
	Student("Dan")
	Check(Sigmoid, matrix.Sigmoid[float64])
	file, _ = ReadResults(path)
	if n := len(file.Results); n != 4 || file.Results[2].Student != "Bob" || file.Results[3].Student != "Cyd" {
		t.Errorf("%+v", file.Results)
	}
}

// Whatever is edited in a result is noticed, and it is not taken up again.
func TestEditedResults(t *testing.T) {
	path := inFolder(t)
	Student("Ada")
	Check(Sigmoid, zero)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, edit := range [][2]string{
		{`"student": "Ada",` + "\n      ", `"student": "Bob",` + "\n      "},
		{`"passed": false`, `"passed": true`},
		{`"tries": 1`, `"tries": 2`},
		{`"exercise": "sigmoid"`, `"exercise": "propagate"`},
		{`"lab": 2`, `"lab": 3`},
		{`"time": "2`, `"time": "1`},
		{`"text": "sigmoid is`, `"text": "sigmoid was`},
		{`"code": "`, `"code": "0`},
		{`"signature": "`, `"signature": "0`},
	} {
		edited := strings.Replace(string(text), edit[0], edit[1], 1)
		if edited == string(text) {
			t.Fatalf("%s is not in\n%s", edit[0], text)
		}
		if err := os.WriteFile(path, []byte(edited), 0o644); err != nil {
			t.Fatal(err)
		}
		file, err := ReadResults(path)
		if err != nil || file.Results[0].Signed() {
			t.Errorf("after %s: %v, %+v", edit[1], err, file)
		}
	}
	Check(Sigmoid, zero) // beside the edited one comes a new one
	if file, _ := ReadResults(path); len(file.Results) != 2 || file.Results[0].Signed() || !file.Results[1].Signed() || file.Results[1].Tries != 1 {
		t.Errorf("%+v", file.Results)
	}
}

// A file that can't be read stays as it is.
func TestResultsFileThatIsNone(t *testing.T) {
	path := inFolder(t)
	for _, text := range []string{"", "{", "[]", `{"format": "something else"}`} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		Student("Ada")
		Check(Sigmoid, zero)
		if now, _ := os.ReadFile(path); string(now) != text {
			t.Errorf("%q is now %q", text, now)
		}
	}
}

// Notebooks that run at the same time lose nothing of each other's.
func TestResultsAtTheSameTime(t *testing.T) {
	path := inFolder(t)
	var all sync.WaitGroup
	for k := range 20 {
		all.Add(1)
		go func() {
			defer all.Done()
			err := update(path, func(file *Results) {
				file.add(Verdict{Exercise: string(rune('a' + k))}, "", time.Now())
			})
			if err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
	if file, err := ReadResults(path); err != nil || len(file.Results) != 20 {
		t.Errorf("%v, %d results", err, len(file.Results))
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 1 {
		t.Errorf("in the folder are %q", left)
	}
}

// The same code gives the same hash, however it is laid out and commented.
func TestCodeOf(t *testing.T) {
	a := codeOf(func(x float64) float64 {
		// a comment
		return x +
			1
	})
	b := codeOf(func(x float64) float64 { return x + 1 })
	if a == "" || a != b {
		t.Errorf("%q and %q", a, b)
	}
	if c := codeOf(func(x float64) float64 { return x + 2 }); c == "" || c == a {
		t.Errorf("%q", c)
	}
	if zeros := codeOf(zero); zeros == "" || codeOf(3) != "" || codeOf((func())(nil)) != "" {
		t.Errorf("%q", zeros)
	}
}

// A function that does not come to an end is left behind.
func TestTimeout(t *testing.T) {
	limit = 50 * time.Millisecond
	defer func() { limit = 10 * time.Second }()
	end := make(chan bool)
	defer close(end)
	v := Judge(Sigmoid, func(float64) float64 { <-end; return 0 })
	if v.Passed || v.Mistake != TakesTooLong || !strings.Contains(v.Text, "has not come to an end after 50ms") {
		t.Errorf("%v", v)
	}
}

// Collect finds the files of a class, counts what is signed, and says what is not.
func TestCollect(t *testing.T) {
	dir := t.TempDir()
	write := func(name, student string, edited bool, passed ...string) {
		file := Results{Format: resultsFormat, Student: student}
		for _, exercise := range []string{"sigmoid", "propagate"} {
			v := Verdict{Exercise: exercise, Lab: 2, Mistake: "other"}
			v.Passed = strings.Contains(strings.Join(passed, " "), exercise)
			file.add(v, "", time.Now())
		}
		if edited {
			file.Results[1].Passed = true
		}
		text, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("bob/results.json", "Bob", true, "sigmoid")
	write("ada/results.json", "Ada Ω\x1b[31m", false, "sigmoid", "propagate")
	write("other/grades.json", "Cyd", false)
	if err := os.WriteFile(filepath.Join(dir, "dan_results (1).json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	class, err := Collect(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := `student       lab 2     all  tries
"Ada Ω\x1b[31m"     2/2     2/2      2
Bob             1/2     1/2      1  edited, not counted: 1 in bob/results.json
not read: ` + filepath.Join(dir, "dan_results (1).json") + `: not a file of results: its format is "", not "gradlab lab results 1"
`
	if got := class.String(); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("%s\nnot\n%s", got, want)
	}
	var b strings.Builder
	if err := class.CSV(&b); err != nil || !strings.Contains(b.String(), "Bob,2,propagate,true,1,") || strings.Count(b.String(), "\n") != 5 {
		t.Errorf("%v\n%s", err, &b)
	}
	if _, err := Collect(filepath.Join(dir, "nobody")); err == nil {
		t.Error("a folder that is not there is no error")
	}
}
