package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateGolden = flag.Bool("update", false, "write the golden files")

// The example in testdata, in both versions.
func TestConversion(t *testing.T) {
	for _, v := range []struct {
		file     string
		solution bool
	}{{"student.ipynb", false}, {"solution.ipynb", true}} {
		l, err := readLab(filepath.Join("testdata", "01-example.md"), v.solution)
		if err != nil {
			t.Fatal(err)
		}
		have, err := newNotebook(l).encode()
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", v.file)
		if *updateGolden {
			if err := os.WriteFile(golden, have, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(have)); d != "" {
			t.Errorf("%s: want -, have +\n%s", v.file, d)
		}
	}
}

// What an author can get wrong is said with its line.
func TestSourceErrors(t *testing.T) {
	const head = "# 1. Title\n"
	for _, c := range []struct{ text, want string }{
		{"Title\n", "x.md:1: the first line is the title"},
		{"", "x.md:1: the first line is the title"},
		{head, "x.md: no code cell"},
		{head + "```go\n%%\n", "x.md:2: this fence is not closed"},
		{head + "```go\n\n```\n", "x.md:2: an empty code cell"},
		{head + "```go now\n%%\n```\n", "x.md:2: ```go now: a code cell is"},
		{head + "//end\n", "x.md:2: end without solution or student"},
		{head + "<!-- end -->\n", "x.md:2: end without solution or student"},
		{head + "\n//solution\n", "x.md:3: solution without an end"},
		{head + "//student\n//student\n", "x.md:3: student twice, the first in line 2"},
		{head + "```go\n%%\nfor {\n```\n", "x.md:4: expected '}'"},
		{head + "```go\nvar x = 1\n\nfunc (\n```\n", "x.md:5: expected"},
		{head + "```go\n%%\nx:=1\n```\n", "x.md:4: not as gofmt has it:\n- x:=1\n+ x := 1"},
		{head + "```go\nvar x  int\n```\n", `x.md:3: not as gofmt has it`},
		{head + "```go\n%%\n//" + strings.Repeat("ä", 99) + "\n```\n", "x.md:4: 101 columns, of which a page shows 100"},
		{head + "```go\n!ls\n```\n", "x.md:3: !ls: of GoNB's commands a lab uses only %%"},
	} {
		_, err := parseLab("x.md", c.text, true)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q", c.text, err, c.want)
		}
	}
	if _, err := readLab("2-Labs.md", true); err == nil {
		t.Error("2-Labs.md: no error for the name")
	}
}

// Later declarations replace earlier ones, unused imports go, and every piece
// has its place in the source.
func TestProgram(t *testing.T) {
	text := `# 1. Title
` + "```go" + `
import (
	"fmt"
	"os"
)

type T struct{}

func (t *T) M() {}

func f() int { return 1 }
` + "```\n\n```go" + `
func f() int { return 2 }

%%
fmt.Println(f())
` + "```\n"
	cells, err := parseLab("x.md", text, true)
	if err != nil {
		t.Fatal(err)
	}
	have, err := program(&lab{path: "x.md", cells: cells})
	if err != nil {
		t.Fatal(err)
	}
	want := `package notebook

import "fmt"

//line x.md:8
type T struct{}

//line x.md:10
func (t *T) M() {}

//line x.md:16
func f() int { return 2 }

func cell19() {
//line x.md:19
fmt.Println(f())
}
`
	if d := cmp.Diff(want, have); d != "" {
		t.Error(d)
	}
}

// What counts in a comparison: text, whatever its pieces and its place among
// the pictures; of pictures type and size; of cells that vary the kinds alone.
func TestDescribe(t *testing.T) {
	// A PNG file of 2×1.
	const encoded = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGNgYAAAAAMAAbitOmMAAAAASUVORK5CYII="
	outputs := `[
		{"output_type": "stream", "name": "stdout", "text": ["J = 0.693\n"]},
		{"output_type": "display_data", "data": {"image/png": "` + encoded + `\n"}, "metadata": {}},
		{"output_type": "stream", "name": "stdout", "text": "J = 0.140\n"},
		{"output_type": "execute_result", "data": {"text/markdown": ["**b**\n", "c"]}, "metadata": {}, "execution_count": 3},
		{"output_type": "display_data", "data": {"image/svg+xml": "<?xml?>\n<svg width=\"4\" height=\"3\"><g/></svg>"}, "metadata": {}},
		{"output_type": "error", "ename": "ERROR", "evalue": "exit status 2", "traceback": []}
	]`
	var c nbCell
	if err := json.Unmarshal([]byte(outputs), &c.Outputs); err != nil {
		t.Fatal(err)
	}
	want := "[stdout]\nJ = 0.693\nJ = 0.140\n[image/png]\na picture of 2×1\n[text/markdown]\n**b**\nc\n" +
		"[image/svg+xml]\na picture of width=\"4\" height=\"3\"\nerror: exit status 2"
	if d := cmp.Diff(want, describe(c)); d != "" {
		t.Error(d)
	}
	// In the file a picture says that it has two dots a pixel.
	if b, err := json.Marshal(c.Outputs[1]); err != nil || !strings.Contains(string(b), `"metadata":{"image/png":{"width":1}}`) {
		t.Errorf("%s, %v", b, err)
	}
	c.Metadata.Tags = []string{"varies"}
	if have, want := describe(c), "[stdout]\n[image/png]\n[text/markdown]\n[image/svg+xml]\nerror: exit status 2"; have != want {
		t.Errorf("a cell that varies: %q, want %q", have, want)
	}
}

// A picture is another one if more than a few of its pixels visibly differ.
func TestDiffers(t *testing.T) {
	// cell returns a cell with a picture of 200×100, of which some pixels are grey.
	cell := func(grey int, level uint8, tags ...string) nbCell {
		m := image.NewGray(image.Rect(0, 0, 200, 100))
		for i := range grey {
			m.Pix[i] = level
		}
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		c := nbCell{Outputs: []output{{Type: "display_data", Data: map[string]text{pngType: text(base64.StdEncoding.EncodeToString(b.Bytes()))}}}}
		c.Metadata.Tags = tags
		return c
	}
	other := "picture 1 is another one than the committed: 0.025 % of its pixels differ"
	for _, c := range []struct {
		old, new nbCell
		want     string
	}{
		{cell(0, 0), cell(0, 0), ""},
		{cell(0, 0), cell(4, 255), ""},    // 4 of 20000 is one in 5000
		{cell(0, 0), cell(5, 255), other}, // 5 of 20000 is more
		{cell(0, 0), cell(20000, 60), ""}, // nobody sees it
		{cell(0, 0, "varies"), cell(20000, 255, "varies"), ""},
	} {
		if have := differs(c.old, c.new); have != c.want {
			t.Errorf("%q, want %q", have, c.want)
		}
	}
}

// A cell that fails, complains or names a path of this machine is refused.
func TestRefuse(t *testing.T) {
	task := &task{lab: &lab{path: "x.md", cells: []cell{{lines: []line{{number: 7}}}}}}
	for _, c := range []struct {
		output output
		want   string
	}{
		{output{Type: "stream", Name: "stdout", Text: "home\n"}, ""},
		{output{Type: "stream", Name: "stderr", Text: "oh\n"}, "x.md:7: cell 1 of the student's version failed:\n[stderr]\noh"},
		{output{Type: "error", EValue: "exit status 1"}, "failed:\nerror: exit status 1"},
		{output{Type: "stream", Name: "stdout", Text: "see /home/me/x\n"}, "puts out a path of this machine:"},
	} {
		nb := &notebook{Cells: []nbCell{{Type: "code", Outputs: []output{c.output}}}}
		nb.Cells[0].Metadata.Tags = []string{"varies"}
		err := (&shop{root: "/home/me"}).refuse(task, nb)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.output, err, c.want)
		}
	}
}

func TestChanges(t *testing.T) {
	have := changes("a\nb\nc\nd\ne\nf\ng", "a\nb\nc\nd\nE\nf\ng\nh")
	want := "  …\n  c\n  d\n- e\n+ E\n  f\n  g\n+ h"
	if have != want {
		t.Errorf("%s\nwant\n%s", have, want)
	}
}

// Pieces of one stream become one, and counts come along.
func TestFrom(t *testing.T) {
	one := 1
	nb := &notebook{Cells: []nbCell{{Type: "code"}}}
	executed := &notebook{Cells: []nbCell{{Type: "code", Count: &one, Outputs: []output{
		{Type: "stream", Name: "stdout", Text: "a\n"}, {Type: "stream", Name: "stdout", Text: "b\n"}, {Type: "stream", Name: "stderr", Text: "c\n"},
	}}}}
	if err := nb.from(executed); err != nil {
		t.Fatal(err)
	}
	want := []output{{Type: "stream", Name: "stdout", Text: "a\nb\n"}, {Type: "stream", Name: "stderr", Text: "c\n"}}
	if d := cmp.Diff(want, nb.Cells[0].Outputs); d != "" || *nb.Cells[0].Count != 1 {
		t.Error(d)
	}
	if err := nb.from(&notebook{}); err == nil {
		t.Error("no error for a notebook that has lost a cell")
	}
}

// The committed notebooks are what their sources give, and have outputs that
// would be accepted.
func TestLabsAreUpToDate(t *testing.T) {
	tasks, shop := labs(t)
	for _, task := range tasks {
		if err := task.stale(); err != nil {
			t.Error(err)
			continue
		}
		if err := shop.refuse(task, task.old); err != nil {
			t.Error(err)
		}
	}
}

// The code of all labs compiles, in both versions.
func TestLabsCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles all labs")
	}
	tasks, shop := labs(t)
	download := exec.Command("go", "mod", "download", "github.com/janpfeifer/gonb")
	download.Dir = filepath.Join(labsDir, "show")
	if out, err := download.CombinedOutput(); err != nil {
		t.Skipf("GoNB's packages are not to be had here: %s", out)
	}
	if err := shop.vet(context.Background(), tasks); err != nil {
		t.Error(err)
	}
}

// labs reads all labs, from the root of the module.
func labs(t *testing.T) ([]*task, *shop) {
	t.Chdir(filepath.Join("..", ".."))
	sources, err := labSources(nil)
	if err != nil {
		t.Fatal(err)
	}
	tasks, err := readTasks(sources)
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	return tasks, &shop{root: root}
}
