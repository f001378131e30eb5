package lab

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gradlab/gradcheck"
	"gradlab/internal/atomicfile"
	"gradlab/internal/filelock"
)

// ResultsFile is the name of the file that Check keeps results in, in the folder
// of the notebook.
const ResultsFile = "results.json"

// resultsFormat tells our files from others.
const resultsFormat = "gradlab lab results 1"

// maxResults is how many bytes a file of results may have.
const maxResults = 16 << 20

// Results is a file of results.
type Results struct {
	Format  string   `json:"format"`
	Student string   `json:"student"` // the name that the next results get
	Results []Result `json:"results"`
}

// Result is what a student has reached in an exercise. Its signature shows that
// Check wrote it and nobody has edited it since. It is no proof against
// somebody who reads this file: the key is in it. Nor does it show who wrote the
// function. To be certain, run the notebook that was handed in.
type Result struct {
	Student  string            `json:"student"`
	Lab      int               `json:"lab"`
	Exercise string            `json:"exercise"`
	Passed   bool              `json:"passed"`            // once at least
	Tries    int               `json:"tries"`             // until it passed the first time
	Time     time.Time         `json:"time"`              // of the first pass, or of the last try
	Mistake  gradcheck.Mistake `json:"mistake,omitempty"` // of the last try that failed
	Text     string            `json:"text,omitempty"`    // that in words
	Code     string            `json:"code,omitempty"`    // SHA-256 of the function as gofmt prints it, without comments

	Signature string `json:"signature"`
}

// key signs results.
var key = sha256.Sum256([]byte("gradlab: results of the labs"))

// sign returns the signature of everything else in a result.
func (r Result) sign() string {
	r.Signature = ""
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // a struct of plain fields
	}
	mac := hmac.New(sha256.New, key[:])
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// Signed reports whether the result is as Check wrote it.
func (r Result) Signed() bool { return hmac.Equal([]byte(r.sign()), []byte(r.Signature)) }

// Student gives the results from now on a name, so that Check keeps them, for
// this and all other notebooks in the folder:
//
//	lab.Student("Ada Lovelace")
//
// With "" nothing is kept. The environment variable GRADLAB_STUDENT, where it is
// set, goes before.
func Student(name string) {
	if env := os.Getenv("GRADLAB_STUDENT"); env != "" {
		fmt.Printf("Results are kept in %s under the name %s (GRADLAB_STUDENT).\n", ResultsFile, env)
		return
	}
	path := resultsPath()
	if _, err := os.Stat(path); name == "" && errors.Is(err, fs.ErrNotExist) {
		return
	}
	err := update(path, func(file *Results) { file.Student = name })
	switch {
	case err != nil:
		fmt.Println(err)
	case name != "":
		fmt.Printf("Results are kept in %s under the name %s.\n", ResultsFile, name)
	}
}

// resultsPath returns the place of the results: in GoNB the notebook's folder,
// elsewhere the working directory.
func resultsPath() string { return filepath.Join(os.Getenv("GONB_DIR"), ResultsFile) }

// record keeps a verdict if the student has a name, and says so if it can't.
func record(v Verdict, code string) {
	path := resultsPath()
	name := os.Getenv("GRADLAB_STUDENT")
	if name == "" {
		file, err := ReadResults(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && file.Student == "" {
			return
		}
		name = file.Student
	}
	err := update(path, func(file *Results) {
		if name != "" {
			file.Student = name
		}
		file.add(v, code, time.Now())
	})
	if err != nil {
		fmt.Println("Not recorded:", err)
	}
}

// add records a verdict: a new result, or a further try for one that is there.
func (file *Results) add(v Verdict, code string, now time.Time) {
	r := Result{Student: file.Student, Lab: v.Lab, Exercise: v.Exercise}
	at := len(file.Results)
	for k, old := range file.Results {
		if old.Student == r.Student && old.Lab == r.Lab && old.Exercise == r.Exercise && old.Signed() {
			r, at = old, k
		}
	}
	if r.Passed {
		return // it stays so, whatever is tried afterwards
	}
	r.Passed, r.Tries, r.Code = v.Passed, r.Tries+1, code
	r.Time = now.UTC().Truncate(time.Second)
	if !v.Passed {
		r.Mistake, r.Text = v.Mistake, v.Text
	}
	r.Signature = r.sign()
	file.Results = append(file.Results[:at:at], append([]Result{r}, file.Results[min(at+1, len(file.Results)):]...)...)
}

// ReadResults reads a file of results. One that is not there is empty, with an
// error that is fs.ErrNotExist.
func ReadResults(path string) (Results, error) {
	file := Results{Format: resultsFormat}
	info, err := os.Stat(path)
	if err != nil {
		return file, err
	}
	if info.Size() > maxResults {
		return file, fmt.Errorf("%s: not a file of results: it has %d bytes, more than %d", path, info.Size(), maxResults)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return file, err
	}
	var read Results
	if err := json.Unmarshal(text, &read); err != nil {
		return file, fmt.Errorf("%s: not a file of results: %w", path, err)
	}
	if read.Format != resultsFormat {
		return file, fmt.Errorf("%s: not a file of results: its format is %q, not %q", path, read.Format, resultsFormat)
	}
	return read, nil
}

// update changes a file of results, while no other notebook does.
func update(path string, change func(*Results)) error {
	lock, err := acquire(path + ".lock")
	if err != nil {
		return err
	}
	defer lock.Release()
	file, err := ReadResults(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	change(&file)
	return atomicfile.Write(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(file)
	})
}

// acquire waits for a lock that another notebook has for a moment.
func acquire(path string) (*filelock.Lock, error) {
	for begin := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		lock, err := filelock.Acquire(path)
		if !errors.Is(err, filelock.ErrLocked) || time.Since(begin) > 5*time.Second {
			return lock, err
		}
	}
}
