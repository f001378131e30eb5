package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every row of equations.md names a line of code that stands in its file and a
// test that exists.
func TestEquationsAreTrue(t *testing.T) {
	text, err := os.ReadFile("equations.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := allTests(t)
	row := regexp.MustCompile("^\\| .* \\| `(.*)` \\| \\[.*\\]\\((.*)\\) \\| `(.*)` \\|$")
	rows := 0
	for _, line := range strings.Split(string(text), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| equation") {
			continue
		}
		m := row.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("not a row of equation, code, file and test: %s", line)
			continue
		}
		rows++
		code, file, test := m[1], m[2], m[3]
		source, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		}
		if !strings.Contains(string(source), code) {
			t.Errorf("%s has no line %q", file, code)
		}
		if !tests[test] {
			t.Errorf("there is no test %s", test)
		}
	}
	if rows < 15 {
		t.Errorf("only %d rows", rows)
	}
}

// allTests returns the names of all tests and fuzz targets of the module.
func allTests(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../*/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	internal, _ := filepath.Glob("../internal/*/*_test.go")
	commands, _ := filepath.Glob("../cmd/*/*_test.go")
	name := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	names := map[string]bool{}
	for _, file := range slices.Concat(files, internal, commands) {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range name.FindAllStringSubmatch(string(source), -1) {
			names[m[1]] = true
		}
	}
	return names
}

// Every promise of reliability.md names tests that exist.
func TestPromisesHaveTests(t *testing.T) {
	text, err := os.ReadFile("reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := allTests(t)
	name := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	promises := 0
	for line := range strings.Lines(string(text)) {
		named := name.FindAllStringSubmatch(line, -1)
		for _, m := range named {
			if !tests[m[1]] {
				t.Errorf("there is no test %s", m[1])
			}
		}
		cells := strings.Split(line, " | ")
		if len(cells) < 2 || strings.HasPrefix(line, "| promise") {
			continue
		}
		promises++
		if len(named) == 0 && !strings.HasPrefix(cells[1], "the same") && !strings.Contains(cells[1], "`make ") {
			t.Errorf("a promise without a test: %s", line)
		}
	}
	if promises < 15 {
		t.Errorf("only %d promises", promises)
	}
}

// Links in the documents lead to files that exist.
func TestLinks(t *testing.T) {
	documents, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)#: "]+)(#[^)]*)?\)`)
	for _, document := range append(documents, "../README.md") {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", document, m[1], err)
			}
		}
	}
}
