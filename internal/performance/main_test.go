package main

import (
	"os"
	"strings"
	"testing"
)

// The document has a place for every section, filled, and its pictures are there.
func TestDocument(t *testing.T) {
	t.Chdir("../..")
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sections {
		_, rest, begins := strings.Cut(string(text), "<!-- "+s.name+" -->\n")
		measured, _, ends := strings.Cut(rest, "<!-- /"+s.name+" -->\n")
		if !begins || !ends || !strings.Contains(measured, "|") {
			t.Errorf("%s has no figures of %s", document, s.name)
		}
	}
	for _, picture := range []string{"step.svg", "step-scaling.svg", "growth.svg"} {
		if _, err := os.Stat("docs/images/" + picture); err != nil || !strings.Contains(string(text), "(images/"+picture+")") {
			t.Errorf("%s: %v", picture, err)
		}
	}
}

// What is between a section's comments is replaced, and nothing else.
func TestInsert(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("docs", 0o755); err != nil {
		t.Fatal(err)
	}
	before := "a\n<!-- x -->\nold\nold\n<!-- /x -->\nb\n<!-- y -->\nkept\n<!-- /y -->\n"
	if err := os.WriteFile(document, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := insert("x", "costs $1\n"); err != nil {
		t.Fatal(err)
	}
	after, _ := os.ReadFile(document)
	if want := strings.Replace(before, "old\nold\n", "costs $1\n", 1); string(after) != want {
		t.Errorf("it is\n%s\nnot\n%s", after, want)
	}
	if err := insert("z", ""); err == nil {
		t.Error("a section without a place passes")
	}
}
