// Package show puts pictures, formulas and tables into a notebook. It is all
// that the labs need of GoNB, and a module of its own, whose go.mod and go.sum
// pin every version a notebook's cells are compiled with.
//
// A cell is a program that ends after its last line, and what it displays
// travels on another way than what it prints. So every function waits until
// the notebook has its picture, and gives what was printed before a moment to
// arrive.
package show

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// Figure shows a figure of package viz or lab.
func Figure(f interface {
	Write(w io.Writer, format string) error
}) {
	var b bytes.Buffer
	if err := f.Write(&b, "png"); err != nil {
		panic(err)
	}
	PNG(b.Bytes())
}

// PNG shows a picture.
func PNG(picture []byte) {
	display(func() { gonbui.DisplayPng(picture) })
}

// SVG shows a picture.
func SVG(picture string) {
	display(func() { gonbui.DisplaySvg(picture) })
}

// Markdown shows text with formulas between dollar signs.
func Markdown(text string) {
	display(func() { gonbui.DisplayMarkdown(text) })
}

// Formula shows one formula, in LaTeX, on a line of its own.
func Formula(latex string) {
	Markdown("$$" + latex + "$$")
}

// Table shows rows of cells, each a line such as "1 | 0.5 | yes", under
// a header of the same form.
func Table(header string, rows ...string) {
	columns := strings.Count(header, "|") + 1
	lines := []string{line(header), line(strings.Repeat("---|", columns-1) + "---")}
	for _, r := range rows {
		lines = append(lines, line(r))
	}
	Markdown(strings.Join(lines, "\n"))
}

func line(cells string) string { return "| " + cells + " |" }

func display(show func()) {
	if !gonbui.IsNotebook {
		return // a cell that is run as a program of its own
	}
	time.Sleep(20 * time.Millisecond)
	show()
	gonbui.Sync()
}
