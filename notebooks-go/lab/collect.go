package lab

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gradlab/internal/quote"
)

// Class is the results that a teacher has collected.
type Class struct {
	Results []Collected
	Unread  []error // what is wrong with files that look like results
}

// Collected is a result and where it was found.
type Collected struct {
	Result
	File   string // from the folder on
	Signed bool   // it is as Check wrote it; if not, it does not count
}

// Collect reads all files of results in a folder and those in it: the files
// whose names have "results" in them and end in ".json".
func Collect(dir string) (Class, error) {
	var c Class
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return c, fmt.Errorf("%s: no such folder", dir)
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		name := strings.ToLower(filepath.Base(path))
		if err != nil || entry.IsDir() || !strings.Contains(name, "results") || filepath.Ext(name) != ".json" {
			return err
		}
		file, err := ReadResults(path)
		if err != nil {
			c.Unread = append(c.Unread, err)
		}
		relative, err := filepath.Rel(dir, path)
		for _, r := range file.Results {
			c.Results = append(c.Results, Collected{r, relative, r.Signed()})
		}
		return err
	})
	return c, err
}

// studentRow is what the table says about a student.
type studentRow struct {
	passed map[int]map[string]bool // by lab: the exercises
	tries  int
	edited map[string]int // by file: how many results
}

// String returns a table with a line for each student: how many exercises of
// each lab are passed, of those that anyone has tried.
func (c Class) String() string {
	exercises := map[int]map[string]bool{}
	rows := map[string]*studentRow{}
	for _, r := range c.Results {
		row := rows[r.Student]
		if row == nil {
			row = &studentRow{passed: map[int]map[string]bool{}, edited: map[string]int{}}
			rows[r.Student] = row
		}
		if !r.Signed {
			row.edited[r.File]++
			continue
		}
		row.tries += r.Tries
		put(exercises, r.Lab, r.Exercise)
		if r.Passed {
			put(row.passed, r.Lab, r.Exercise)
		}
	}
	labs := slices.Sorted(maps.Keys(exercises))
	width := len("student")
	for name := range rows {
		width = max(width, len([]rune(quote.Name(name))))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s", width, "student")
	for _, lab := range labs {
		fmt.Fprintf(&b, "  %6s", fmt.Sprintf("lab %d", lab))
	}
	fmt.Fprintf(&b, "  %6s  %5s\n", "all", "tries")
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		row := rows[name]
		fmt.Fprintf(&b, "%-*s", width, quote.Name(name))
		passed, of := 0, 0
		for _, lab := range labs {
			fmt.Fprintf(&b, "  %6s", fmt.Sprintf("%d/%d", len(row.passed[lab]), len(exercises[lab])))
			passed, of = passed+len(row.passed[lab]), of+len(exercises[lab])
		}
		fmt.Fprintf(&b, "  %6s  %5d", fmt.Sprintf("%d/%d", passed, of), row.tries)
		for _, file := range slices.Sorted(maps.Keys(row.edited)) {
			fmt.Fprintf(&b, "  edited, not counted: %d in %s", row.edited[file], quote.Name(file))
		}
		b.WriteString("\n")
	}
	for _, err := range c.Unread {
		fmt.Fprintf(&b, "not read: %s\n", quote.Message(err.Error()))
	}
	return b.String()
}

func put(m map[int]map[string]bool, lab int, exercise string) {
	if m[lab] == nil {
		m[lab] = map[string]bool{}
	}
	m[lab][exercise] = true
}

// CSV writes a line for each result.
func (c Class) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.Write([]string{"student", "lab", "exercise", "passed", "tries", "time", "mistake", "text", "signed", "file", "code"})
	results := slices.SortedStableFunc(slices.Values(c.Results), func(a, b Collected) int {
		return cmp.Or(cmp.Compare(a.Student, b.Student), cmp.Compare(a.Lab, b.Lab), cmp.Compare(a.Exercise, b.Exercise))
	})
	for _, r := range results {
		out.Write([]string{
			r.Student, strconv.Itoa(r.Lab), r.Exercise, strconv.FormatBool(r.Passed), strconv.Itoa(r.Tries),
			r.Time.Format(time.RFC3339), string(r.Mistake), r.Text, strconv.FormatBool(r.Signed), r.File, r.Code,
		})
	}
	out.Flush()
	return out.Error()
}
