package nn

import (
	"gradlab/data"
	"gradlab/losses"
	"gradlab/matrix"
)

// Task says how the output of a network is read.
type Task struct {
	// Regress: the output is the predicted values, not classes.
	Regress bool
	// Threshold: with one output, class 1 is predicted above it: 0.5 for a
	// probability, 0 for a score such as the hinge loss wants.
	Threshold float64
	// Units: in regression, the size of one unit of each output in the units
	// of the data, where the targets were scaled. Nil: 1 for all.
	Units []float64
}

// Scores judge a network on a data set, in prediction mode.
type Scores struct {
	Loss     float64 // the penalty on the weights not counted
	Accuracy float64 // of a classifier: the part that is right
	R2       float64 // in regression: R², the mean over the outputs
	RMSE     float64 // and the root of the mean squared error, in the units of the data
}

const (
	evalExamples = 256     // that are evaluated together,
	evalEntries  = 1 << 21 // as long as the outputs of all layers together are no more
)

// evalBatch returns how many examples are evaluated together. It follows from the
// network alone, so that the scores of a set do not depend on how it was trained;
// very wide layers get fewer, for their outputs must not take memory out of
// proportion to their weights.
func (n *Network[T]) evalBatch() int {
	units := 1
	for _, layer := range n.Layers {
		widest := 0
		for _, p := range layer.Params() {
			widest = max(widest, p.Value.Rows)
		}
		units += widest
	}
	return max(min(evalExamples, evalEntries/units), 1)
}

// batch is some examples: in matrices of its own, or where they are.
type batch[T matrix.Float] struct{ x, y, viewX, viewY matrix.Matrix[T] }

// of returns n examples of a set from one on, or what is left of it.
func (b *batch[T]) of(set *data.Dataset[T], from, n int) (x, y *matrix.Matrix[T]) {
	to := min(from+n, set.Len())
	if set.View(&b.viewX, &b.viewY, from, to) {
		return &b.viewX, &b.viewY
	}
	set.Range(&b.x, &b.y, from, to)
	return &b.x, &b.y
}

// Evaluator evaluates a network with buffers of its own.
type Evaluator[T matrix.Float] struct {
	net  *Network[T]
	loss losses.Loss[T]
	task Task

	batch            batch[T]
	outputs, targets matrix.Matrix[T] // k×m, of the whole set
}

// NewEvaluator returns an evaluator of a clone of net: it sees what the
// parameters are at each call, and leaves the buffers of net alone.
func NewEvaluator[T matrix.Float](net *Network[T], loss losses.Loss[T], task Task) *Evaluator[T] {
	return &Evaluator[T]{net: net.Clone(), loss: loss, task: task}
}

// Scores evaluates the network on a data set that is not empty.
func (e *Evaluator[T]) Scores(set *data.Dataset[T]) Scores {
	var loss matrix.Sum
	e.outputs.Resize(set.Y.Rows, set.Len())
	e.targets.Resize(set.Y.Rows, set.Len())
	n := e.net.evalBatch()
	for from := 0; from < set.Len(); from += n {
		x, y := e.batch.of(set, from, n)
		a := e.net.scores(x)
		loss.Add(float64(e.loss.Value(a, y) * float64(a.Cols)))
		copy(e.outputs.Data[from*a.Rows:], e.net.output(a).Data)
		copy(e.targets.Data[from*a.Rows:], y.Data)
	}
	s := Scores{Loss: loss.Total() / float64(set.Len())}
	if e.task.Regress {
		s.R2, s.RMSE = R2(&e.outputs, &e.targets), RMSE(&e.outputs, &e.targets, e.task.Units)
	} else {
		s.Accuracy = Accuracy(Classes(&e.outputs, e.task.Threshold), Classes(&e.targets, 0.5))
	}
	return s
}

// Outputs returns the outputs and the targets of the last Scores, k×m, in the
// order of the set. They belong to the evaluator.
func (e *Evaluator[T]) Outputs() (outputs, targets *matrix.Matrix[T]) {
	return &e.outputs, &e.targets
}

// PredictSet returns what Predict returns for all examples of a set, k×m, in a
// matrix of its own. The set needs no targets.
func (n *Network[T]) PredictSet(set *data.Dataset[T]) *matrix.Matrix[T] {
	var all matrix.Matrix[T]
	var b batch[T]
	together := n.evalBatch()
	for from := 0; from < set.Len(); from += together {
		x, _ := b.of(set, from, together)
		output := n.Predict(x)
		if from == 0 {
			all.Resize(output.Rows, set.Len())
		}
		copy(all.Data[from*all.Rows:], output.Data)
	}
	return &all
}
