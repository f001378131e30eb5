package hostile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// treasure is a file outside of the run's folder, which nobody may touch.
const treasure = "what I would not lose\n"

// mustBeUntouched checks the files of a folder that is not the run's.
func mustBeUntouched(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if text, _ := os.ReadFile(filepath.Join(dir, e.Name())); string(text) != treasure {
			t.Errorf("%s is now %.60q", e.Name(), text)
		}
	}
}

// A folder of a run from elsewhere may have links in it, in place of any of its
// files or of files that are still to be written. Going on with it changes nothing
// that they lead to.
func TestLinksInTheFolderOfARun(t *testing.T) {
	const args = "--layers 4,3 --data iris.csv --epochs 3 --out run"
	inOwnFolder(t)
	if o := run(t, nil, "train", strings.Fields(args)...); o.status != 0 {
		t.Fatal(o.stderr)
	}
	names := []string{".lock", ".run.json.1.tmp", "checkpoint-previous.safetensors"}
	entries, _ := os.ReadDir("run")
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if len(names) < 8 {
		t.Fatalf("a run has only %v", names)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			copied := filepath.Join(dir, "run")
			if err := os.CopyFS(copied, os.DirFS("run")); err != nil {
				t.Fatal(err)
			}
			outside := filepath.Join(dir, "outside")
			if err := os.Mkdir(outside, 0o755); err != nil {
				t.Fatal(err)
			}
			target := filepath.Join(outside, "treasure")
			if err := os.WriteFile(target, []byte(treasure), 0o644); err != nil {
				t.Fatal(err)
			}
			at := filepath.Join(copied, name)
			os.Remove(at)
			if err := os.Symlink(target, at); err != nil {
				t.Fatal(err)
			}
			o := run(t, nil, "train", "--resume", copied, "--epochs", "5")
			if o.status != 0 && o.status != 1 {
				t.Errorf("exit status %d: %s", o.status, o.stderr)
			}
			o.decent(t, little)
			mustBeUntouched(t, outside)

			// A link to what is not there makes nothing there.
			os.Remove(target)
			os.Remove(at)
			os.Symlink(target, at)
			run(t, nil, "train", "--resume", copied, "--epochs", "6").decent(t, little)
			mustBeUntouched(t, outside)
		})
	}
}

// Names in the data that are paths, of columns, of categories, of classes and of
// the file itself, are names: a run writes its folder, and nothing beside it.
func TestNamesThatArePaths(t *testing.T) {
	for _, name := range []string{"../../up.csv", "...csv", "....csv", "..", "-x.csv", ".hidden.csv", "a\nb.csv", "\x1b[31m.csv"} {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			work := filepath.Join(top, "a", "b")
			if err := os.MkdirAll(work, 0o755); err != nil {
				t.Fatal(err)
			}
			inOwnFolder(t)
			t.Chdir(work)
			var b strings.Builder
			b.WriteString("../../x,/etc/y,class\n")
			for i := range 60 {
				fmt.Fprintf(&b, "%d,../../c%d,%s\n", i, i%3, []string{"../../p", "/tmp/q", ".."}[i%3])
			}
			if name != ".." {
				write(t, name, strings.NewReader(b.String()))
			}
			before := filesIn(t, top)
			o := run(t, nil, "train", "--layers", "4,3", "--epochs", "2", "--data="+name)
			o.decent(t, little)
			if name != ".." && o.status != 0 {
				t.Errorf("exit status %d: %s", o.status, o.stderr)
			}
			runs := 0
			for path := range filesIn(t, top) {
				rel, inside := strings.CutPrefix(path, filepath.Join(work, "runs")+"/")
				switch {
				case before[path]:
				case !inside || strings.Count(rel, "/") != 1:
					t.Errorf("it wrote %s", path)
				default:
					runs++
				}
			}
			if (runs > 0) != (o.status == 0) {
				t.Errorf("exit status %d, and %d files", o.status, runs)
			}
		})
	}
}

func filesIn(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files[path] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
