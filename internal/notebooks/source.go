package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A lab is written once, as Markdown with cells of Go code, and read in two
// versions: the student's, with gaps, and the solution.
type lab struct {
	name  string // 02-logistic-regression
	path  string // of the source
	cells []cell
}

type cell struct {
	code   bool
	varies bool // what it prints differs from run to run
	lines  []line
}

// line is a line of the source, with its number there.
type line struct {
	number int
	text   string
}

func (c cell) text() string {
	texts := make([]string, len(c.lines))
	for i, l := range c.lines {
		texts[i] = l.text
	}
	return strings.Join(texts, "\n")
}

// setupCell stands before the first code cell of every lab.
var setupCell = cell{code: true, lines: []line{
	{text: "%noautoget"},
	{text: `!go run -C "${GRADLAB:-.}" ` + "gradlab/notebooks-go/setup"},
}}

var (
	labName = regexp.MustCompile(`^[0-9]{2}-[a-z0-9-]+\.md$`)
	heading = regexp.MustCompile(`^#{1,6} `)
	title   = regexp.MustCompile(`^# [0-9]+\. `)
)

// readLab reads a version of the lab at path.
func readLab(path string, solution bool) (*lab, error) {
	if !labName.MatchString(filepath.Base(path)) {
		return nil, fmt.Errorf("%s: a lab is called NN-name.md, with two digits and lower-case letters", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	cells, err := parseLab(path, string(text), solution)
	if err != nil {
		return nil, err
	}
	return &lab{name: strings.TrimSuffix(filepath.Base(path), ".md"), path: path, cells: cells}, nil
}

// parseLab cuts a source into cells. A heading begins a new Markdown cell;
// a fence of the language "go" is a code cell.
func parseLab(path, text string, solution bool) ([]cell, error) {
	lines, err := version(path, text, solution)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 || !title.MatchString(lines[0].text) {
		return nil, fmt.Errorf("%s:1: the first line is the title: # 2. Logistic regression", path)
	}
	if solution {
		lines[0].text += " (solution)"
	}
	var cells []cell
	var prose cell
	var errs []error
	flush := func() {
		if prose.lines = trimBlank(prose.lines); len(prose.lines) > 0 {
			cells = append(cells, prose)
		}
		prose = cell{}
	}
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		info, fence := strings.CutPrefix(l.text, "```")
		if !fence {
			if heading.MatchString(l.text) {
				flush()
			}
			prose.lines = append(prose.lines, l)
			continue
		}
		end := closing(lines, i)
		if end < 0 {
			return nil, fmt.Errorf("%s:%d: this fence is not closed", path, l.number)
		}
		c, err := fenced(info, lines[i+1:end])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, l.number, err)
		}
		if c == nil {
			l.text = strings.TrimSuffix(l.text, " static")
			prose.lines = append(append(prose.lines, l), lines[i+1:end+1]...)
		} else {
			errs = append(errs, checkCode(path, *c))
			flush()
			cells = append(cells, *c)
		}
		i = end
	}
	flush()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return withSetup(path, cells)
}

// version returns the lines of a source that belong to a version: those between
// //solution or //student and the next such line or //end only in one of them.
// In text the marks are comments of HTML.
func version(path, text string, solution bool) ([]line, error) {
	var lines []line
	in, since := "", 0
	for i, t := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		mark := mark(t)
		switch {
		case mark == "end" && in == "":
			return nil, fmt.Errorf("%s:%d: end without solution or student before it", path, i+1)
		case mark != "" && mark == in:
			return nil, fmt.Errorf("%s:%d: %s twice, the first in line %d", path, i+1, mark, since)
		case mark == "end":
			in = ""
		case mark != "":
			in, since = mark, i+1
		case in == "" || (in == "solution") == solution:
			lines = append(lines, line{i + 1, strings.TrimRight(t, " \t\r")})
		}
	}
	if in != "" {
		return nil, fmt.Errorf("%s:%d: %s without an end", path, since, in)
	}
	return lines, nil
}

// mark returns solution, student, end, or nothing.
func mark(text string) string {
	text = strings.TrimSpace(text)
	word, ok := strings.CutPrefix(text, "//")
	if !ok {
		word, ok = strings.CutPrefix(text, "<!-- ")
		word = strings.TrimSuffix(word, " -->")
	}
	if ok && slices.Contains([]string{"solution", "student", "end"}, word) {
		return word
	}
	return ""
}

// closing returns the index of the line that closes the fence at i, or -1.
func closing(lines []line, i int) int {
	for j := i + 1; j < len(lines); j++ {
		if strings.TrimRight(lines[j].text, " ") == "```" {
			return j
		}
	}
	return -1
}

// fenced returns the code cell of a fence, or nil if it is part of the text.
func fenced(info string, body []line) (*cell, error) {
	switch words := strings.Fields(info); {
	case len(words) == 0 || words[0] != "go" || slices.Equal(words, []string{"go", "static"}):
		return nil, nil
	case len(words) > 2 || len(words) == 2 && words[1] != "varies":
		return nil, fmt.Errorf("```%s: a code cell is ```go, or ```go varies if what it prints differs from run to run; ```go static is code to read", info)
	case len(trimBlank(body)) == 0:
		return nil, fmt.Errorf("an empty code cell")
	default:
		return &cell{code: true, varies: len(words) == 2, lines: trimBlank(body)}, nil
	}
}

// withSetup puts the setup cell before the first code cell.
func withSetup(path string, cells []cell) ([]cell, error) {
	i := slices.IndexFunc(cells, func(c cell) bool { return c.code })
	if i < 0 {
		return nil, fmt.Errorf("%s: no code cell", path)
	}
	return slices.Insert(cells, i, setupCell), nil
}

func trimBlank(lines []line) []line {
	for len(lines) > 0 && lines[0].text == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1].text == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// split cuts a code cell into its declarations and, after %%, its statements.
func (c cell) split() (declarations, statements []line) {
	for i, l := range c.lines {
		if l.text == "%%" {
			return c.lines[:i], c.lines[i+1:]
		}
	}
	return c.lines, nil
}

// maxColumns is what fits into a cell on a page, with tabs of eight.
const maxColumns = 100

// checkCode refuses code that Go or gofmt would change, and lines too long to see.
func checkCode(path string, c cell) error {
	declarations, statements := c.split()
	for _, l := range c.lines {
		if l.text != "%%" && (strings.HasPrefix(l.text, "%") || strings.HasPrefix(l.text, "!")) {
			return fmt.Errorf("%s:%d: %s: of GoNB's commands a lab uses only %%%%", path, l.number, l.text)
		}
		if n := utf8.RuneCountInString(strings.ReplaceAll(l.text, "\t", "        ")); n > maxColumns {
			return fmt.Errorf("%s:%d: %d columns, of which a page shows %d (a tab has 8)", path, l.number, n, maxColumns)
		}
	}
	for _, part := range [][]line{declarations, statements} {
		part = trimBlank(part)
		text := []byte(cell{lines: part}.text())
		formatted, err := format.Source(text)
		if err != nil {
			return atLine(path, err, part)
		}
		want := bytes.Split(formatted, []byte("\n"))
		for i, l := range part {
			if i >= len(want) || l.text != string(want[i]) {
				return fmt.Errorf("%s:%d: not as gofmt has it:\n- %s\n+ %s", path, l.number, l.text, want[min(i, len(want)-1)])
			}
		}
	}
	return nil
}
