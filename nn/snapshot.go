package nn

import (
	"fmt"

	"gradlab/matrix"
)

// snapshot is a list of named matrices: those of a training where they are, or a
// copy of them.
type snapshot[T matrix.Float] []matrix.Param[T]

// state returns all that the steps of a training change: the weights and the state
// of the network, then the state of the optimizer.
func (t *Trainer[T]) state() (s snapshot[T]) {
	t.Net.eachTensor(func(p matrix.Param[T]) { s = append(s, matrix.Param[T]{Name: p.Name, Value: p.Value}) })
	if t.Minimizer == nil {
		for i, m := range t.Opt.State(t.Net.Params()) {
			s = append(s, matrix.Param[T]{Name: fmt.Sprintf("optimizer.%d", i), Value: m})
		}
	}
	return s
}

// clone returns a copy, whose names begin with a word.
func (s snapshot[T]) clone(word string) (c snapshot[T]) {
	for _, p := range s {
		c = append(c, matrix.Param[T]{Name: word + "." + p.Name, Value: p.Value.Clone()})
	}
	return c
}

// set copies as much from another snapshot as there is in s.
func (s snapshot[T]) set(from snapshot[T]) {
	for k := range s {
		copy(s[k].Value.Data, from[k].Value.Data)
	}
}

// ofNetwork returns the first part, the weights and the state of a network.
func (s snapshot[T]) ofNetwork(n *Network[T]) snapshot[T] {
	return s[:len(n.Params())+len(n.State())]
}

// eachTensor calls f for all parameters and all state.
func (n *Network[T]) eachTensor(f func(matrix.Param[T])) {
	for _, p := range n.Params() {
		f(p)
	}
	for _, p := range n.State() {
		f(p)
	}
}
