package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"gradlab/internal/atomicfile"
)

// A write that succeeds replaces the file; one that fails leaves what was there,
// and nothing else.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	text := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			io.WriteString(w, text)
			return err
		}
	}
	bad := errors.New("bad")
	for _, c := range []struct {
		text string
		err  error
		want string
	}{
		{"one", nil, "one"},
		{"two", nil, "two"},
		{"half of thr", bad, "two"},
	} {
		if err := atomicfile.Write(path, text(c.text, c.err)); err != c.err {
			t.Errorf("writing %q: error %v", c.text, err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != c.want {
			t.Errorf("after writing %q the file is %q: %v", c.text, got, err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("after writing %q the folder has %v", c.text, entries)
		}
	}
	if err := atomicfile.Write(filepath.Join(dir, "none", "file"), text("x", nil)); err == nil {
		t.Error("a folder that is not there can be written to")
	}
}
