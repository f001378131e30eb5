package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the modules of the project require is in the design (section 8), each with
// its reason and its licence.
func TestDependenciesHaveReasons(t *testing.T) {
	design, err := os.ReadFile("design.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	row := regexp.MustCompile(`(?m)^\| ([^|]+) \| [^|]+ \| [^|]+ \|$`)
	_, section, _ := strings.Cut(string(design), "\n## 8. ")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, m := range row.FindAllStringSubmatch(section, -1) {
		for module := range strings.SplitSeq(m[1], ", ") {
			explained[module] = true
		}
	}
	modules := 0
	err = filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "go.mod" {
			return err
		}
		modules++
		text, err := os.ReadFile(path)
		for _, module := range required(string(text)) {
			if !explained[module] {
				t.Errorf("%s requires %s, which is not in the table of section 8 of the design", path, module)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if modules < 5 {
		t.Errorf("only %d modules", modules)
	}
}

// required returns what a go.mod requires directly, tools included, but for the
// project's own modules.
func required(gomod string) (modules []string) {
	block := ""
	for line := range strings.Lines(gomod) {
		line = strings.TrimSpace(line)
		words := strings.Fields(line)
		switch {
		case len(words) == 2 && words[1] == "(":
			block = words[0]
			continue
		case line == ")":
			block = ""
			continue
		case len(words) > 1 && block == "" && (words[0] == "require" || words[0] == "tool"):
			words = words[1:]
		case block != "require" && block != "tool":
			continue
		}
		if len(words) > 0 && !strings.HasSuffix(line, "// indirect") && !strings.HasPrefix(words[0], "gradlab") {
			modules = append(modules, words[0])
		}
	}
	return modules
}
