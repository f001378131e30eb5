package main

import (
	"fmt"

	"gradlab/gradcheck"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
)

const (
	checkedExamples = 64
	checkedEntries  = 200 // of a parameter
)

// checkGradients compares the gradients of a network like the one to be trained,
// in float64, with central differences. The network itself is not touched.
func (j *job[T]) checkGradients() error {
	if !j.CheckGradients {
		return nil
	}
	weights, err := j.classWeightList()
	if err != nil {
		return err
	}
	head, err := newHead[float64](j.flags, j.trainer.Task.Regress, j.Layers[len(j.Layers)-1], weights)
	if err != nil {
		return err
	}
	net := &nn.Network[float64]{Layers: newLayers(j.flags, head.last)}
	params := net.Params()
	x, y := j.firstExamples(checkedExamples)
	dyhat := matrix.New[float64](y.Rows, y.Cols)
	l2 := losses.L2[float64]{Lambda: j.penalty()}
	report := gradcheck.CheckSample(func() float64 {
		yhat := net.Forward(x)
		loss := head.loss.Value(yhat, y) + l2.Value(params)
		head.loss.Prime(dyhat, yhat, y)
		net.Backward(dyhat)
		l2.AddPrime(params)
		return loss
	}, params, checkedEntries)
	fmt.Fprintf(j.text, "gradients against central differences, on %d examples:\n%s\n", x.Cols, report)
	return report.Err()
}

// firstExamples returns the first examples of the training part.
func (j *job[T]) firstExamples(n int) (x, y *matrix.Matrix[float64]) {
	first, targets := new(matrix.Matrix[T]), new(matrix.Matrix[T])
	j.train.Range(first, targets, 0, min(n, j.train.Len()))
	return matrix.FromDense[float64](first), matrix.FromDense[float64](targets)
}
