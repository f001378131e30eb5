package matcalc

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The parts of a derivation that all printers share.

// objectiveName returns a name for the objective that means nothing else: f, as
// in the article, where that is free or the objective is the function f itself.
func (d *Derivation) objectiveName() string {
	names := append(d.Scope.Names(), d.Scope.Dims()...)
	for _, f := range d.Scope.Functions {
		if f.Name != "f" || d.Objective.op != OpApp || d.Objective.fn != f {
			names = append(names, f.Name)
		}
	}
	for _, name := range []string{"f", "L", "J", "F", "g", "h"} {
		if !slices.Contains(names, name) {
			return name
		}
	}
	return "objective"
}

// chains returns the steps that a reader sees, those of one differential after
// another together.
func (d *Derivation) chains(verbose bool) [][]Step {
	var chains [][]Step
	for _, s := range d.Steps {
		if s.Minor && !verbose {
			continue
		}
		last := len(chains) - 1
		if last < 0 || chains[last][0].Of != s.Of {
			chains = append(chains, nil)
			last++
		}
		chains[last] = append(chains[last], s)
	}
	return chains
}

// reason returns the names of the rules of a step and its note.
func (s Step) reason() string {
	var parts []string
	for _, r := range s.Rules {
		parts = append(parts, r.ID)
	}
	if s.Note != "" {
		parts = append(parts, s.Note)
	}
	return strings.Join(parts, ", ")
}

// rules returns the rules that are named, each once, in the order of [Rules].
func (d *Derivation) rules() []Rule {
	used := map[string]bool{}
	for _, s := range d.Steps {
		for _, r := range s.Rules {
			used[r.ID] = true
		}
	}
	return slices.DeleteFunc(Rules(), func(r Rule) bool { return !used[r.ID] })
}

// String returns the check as a sentence.
func (c Check) String() string {
	var sizes []string
	for _, name := range slices.Sorted(maps.Keys(c.Sizes)) {
		sizes = append(sizes, fmt.Sprintf("%s=%d", name, c.Sizes[name]))
	}
	at := ""
	if len(sizes) > 0 {
		at = " at " + strings.Join(sizes, ", ")
	}
	return fmt.Sprintf("%s checked%s: relative error %.1e", c.What, at, c.Error)
}

// propWords returns the properties of a variable as a sentence has them.
func (v Variable) propWords() []string {
	words := slices.Clone(v.Props)
	if i := slices.Index(words, "spd"); i >= 0 {
		words[i] = "symmetric positive definite"
	}
	return words
}
