package matcalc

import (
	"go/token"
	"go/types"
	"maps"
	"strconv"
)

// goNames gives out the names of a generated function, each once.
type goNames struct {
	used map[string]bool
	next map[string]int // the number that is tried next behind a name
}

// newGoNames reserves the names that generated code needs with their own
// meaning.
func newGoNames(reserved ...string) *goNames {
	n := &goNames{next: map[string]int{}, used: map[string]bool{
		"mat": true, "math": true, "fmt": true, "errors": true, "rand": true, "testing": true, "_": true,
	}}
	for name := range goHelpers {
		n.used[name] = true
	}
	for _, name := range reserved {
		n.used[name] = true
	}
	return n
}

// isReserved reports whether name means something in Go.
func isReserved(name string) bool {
	return token.IsKeyword(name) || types.Universe.Lookup(name) != nil
}

// user returns the name of what the user calls so.
func (n *goNames) user(name string) string {
	for isReserved(name) || n.used[name] {
		name += "_"
	}
	n.used[name] = true
	return name
}

// pick returns the first of names that is free, or the last with a number.
func (n *goNames) pick(names ...string) string {
	for _, name := range names {
		if !n.used[name] && !isReserved(name) {
			n.used[name] = true
			return name
		}
	}
	last := names[len(names)-1]
	for i := max(n.next[last], 2); ; i++ {
		if name := last + strconv.Itoa(i); !n.used[name] {
			n.used[name] = true
			n.next[last] = i + 1
			return name
		}
	}
}

// free returns the first of names that is free, without taking it: for a name
// whose scope is a closure.
func (n *goNames) free(names ...string) string {
	next := maps.Clone(n.next)
	name := n.pick(names...)
	delete(n.used, name)
	n.next = next
	return name
}
