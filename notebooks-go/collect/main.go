// Command collect reads the results that students have handed in, and prints
// who has passed what:
//
//	go run ./notebooks-go/collect submissions
package main

import (
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"gradlab/internal/cli"
	"gradlab/internal/quote"
	"gradlab/notebooks-go/lab"
)

func main() {
	cli.Main("collect", description, new(flags))
}

const description = `Collect the results that lab.Check has written in the labs.

Each student hands in results.json from the folder of the notebooks. Put the files into one folder,
under names that have "results" in them, or in a folder for each student. The table has a line for
each student: how many exercises of each lab are passed, of those that anyone has tried. A result
that was edited does not count; its file is named.

Examples:

  collect submissions
  collect --csv submissions > class.csv`

type flags struct {
	Folder  string           `arg:"" help:"Folder with the files, searched with all folders in it."`
	CSV     bool             `name:"csv" help:"Print CSV: a line for each result."`
	Version kong.VersionFlag `help:"Print the version."`
}

// Run prints the table, or CSV.
func (f *flags) Run(stdout, stderr io.Writer) error {
	class, err := lab.Collect(f.Folder)
	if err != nil {
		return err
	}
	if len(class.Results) == 0 && len(class.Unread) == 0 {
		return fmt.Errorf("%s: no results in it: their files have \"results\" in their names, and end in .json", f.Folder)
	}
	if f.CSV {
		for _, err := range class.Unread {
			fmt.Fprintf(stderr, "not read: %s\n", quote.Message(err.Error()))
		}
		return class.CSV(stdout)
	}
	_, err = fmt.Fprint(stdout, class)
	return err
}
