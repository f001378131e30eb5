package matcalc

import (
	"flag"
	"os"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "write the derivations in testdata anew")

// golden are the cases whose derivations are kept in testdata.
var golden = []string{
	"art-31y", "art-33", "art-35", "art-39", "art-42", "art-r1", "art-r5", "art-r6", "net2-W1", "ck-117", "ml-softmax", "tp-fro",
}

// The derivations of a dozen cases are printed as in testdata. After a change
// look at the difference: if it is for the better, -update takes it over.
func TestGolden(t *testing.T) {
	text, latex, markdown := "", []string{}, ""
	for _, c := range readCases(t) {
		if !slices.Contains(golden, c.ID) {
			continue
		}
		d, err := Derive(&c.Problem, Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		text += "# " + c.ID + "\n\n" + d.Text(PrintOptions{}) + "\n"
		latex = append(latex, `\section*{`+c.ID+"}\n"+d.LaTeX(PrintOptions{}))
		markdown += "# " + c.ID + "\n\n" + d.Markdown(PrintOptions{}) + "\n"
	}
	for name, got := range map[string]string{"derivations.txt": text, "derivations.tex": LaTeXDocument(latex...), "derivations.md": markdown} {
		path := "testdata/" + name
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("derivations are not printed as in %s: go test ./matcalc -run TestGolden -update writes it anew", path)
		}
	}
}
