package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gradlab/data"
	"gradlab/internal/quote"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/viz"
)

// part is what is known of a part of the data at the end.
type part[T matrix.Float] struct {
	name   string // train, val or test
	title  string
	set    *data.Dataset[T]
	scores *nn.Scores // of the saved weights
}

// result is what came out of a training.
type result[T matrix.Float] struct {
	parts     []part[T]
	confusion [][]int // of the last part
}

// evaluate scores the saved weights, except where the training has done it.
func (j *job[T]) evaluate() *result[T] {
	r := &result[T]{parts: []part[T]{{"train", "training", j.train, nil}, {"val", "validation", j.val, nil}, {"test", "test", j.test, nil}}}
	if e := j.savedEpoch(); e != nil {
		r.parts[1].scores = e.Val
		if !e.Sampled {
			r.parts[0].scores = &e.Train
		}
	}
	r.parts = slices.DeleteFunc(r.parts, func(p part[T]) bool { return p.set == nil || p.set.Len() == 0 })
	eval := nn.NewEvaluator(j.trainer.Net, j.trainer.Loss, j.trainer.Task)
	for i := range r.parts {
		p := &r.parts[i]
		if last := i == len(r.parts)-1; last || p.scores == nil { // of the last one the outputs are needed, too
			scores := eval.Scores(p.set)
			p.scores = &scores
		}
	}
	if !j.trainer.Task.Regress {
		outputs, targets := eval.Outputs()
		r.confusion = nn.Confusion(nn.Classes(outputs, j.head.threshold), nn.Classes(targets, 0.5), len(j.encoding.ClassNames()))
	}
	return r
}

// savedEpoch returns the epoch at whose end the weights were what is saved, or
// nil if there may be none.
func (j *job[T]) savedEpoch() *nn.Epoch {
	switch {
	case !j.complete || j.trainer.Minimizer != nil || len(j.history) == 0:
		return nil
	case j.Patience > 0:
		return &j.history[j.history.Best()]
	}
	return &j.history[len(j.history)-1]
}

// model returns what the model file keeps.
func (j *job[T]) model() *nn.Model[T] {
	return &nn.Model[T]{Net: j.trainer.Net, Loss: j.trainer.Loss, Task: j.trainer.Task, Encoding: j.encoding}
}

// file is a file of a run.
type file struct {
	name  string
	write func(io.Writer) error
}

// save writes the files of the run.
func (j *job[T]) save(r *result[T]) error {
	files := []file{
		{"model.safetensors", j.model().Write},
		{"history.csv", j.writeHistory},
		{"curves.png", figure(j.curves(), "png")},
		{"curves.svg", figure(j.curves(), "svg")},
	}
	if r.confusion != nil {
		c := viz.Confusion{Title: j.title() + ", " + r.parts[len(r.parts)-1].title, Classes: j.encoding.ClassNames(), Counts: r.confusion}
		files = append(files, file{"confusion.png", figure(c.Figure(), "png")})
		if j.twoNumbers() {
			files = append(files, file{"boundary.png", figure(j.boundary(), "png")})
		}
	}
	for _, f := range files {
		if err := j.out.write(f.name, f.write); err != nil {
			return err
		}
	}
	return nil
}

// figure begins to draw a figure, beside others, and returns what writes it.
func figure(f *viz.Figure, format string) func(io.Writer) error {
	var drawn bytes.Buffer
	done := make(chan error, 1)
	go func() { done <- f.Write(&drawn, format) }()
	return func(w io.Writer) error {
		if err := <-done; err != nil {
			return err
		}
		_, err := drawn.WriteTo(w)
		return err
	}
}

// writeHistory writes the history as CSV. It has no times in it, so that it can
// be compared.
func (j *job[T]) writeHistory(w io.Writer) error {
	metrics := "train_accuracy,val_accuracy"
	if j.trainer.Task.Regress {
		metrics = "train_r2,val_r2,train_rmse,val_rmse"
	}
	fmt.Fprintf(w, "epoch,step,lr,train_loss,val_loss,%s\n", metrics)
	for _, e := range j.history {
		val := func(score func(nn.Scores) float64) string {
			if e.Val == nil {
				return ""
			}
			return shortest(score(*e.Val))
		}
		columns := []string{
			strconv.Itoa(e.Epoch), strconv.Itoa(e.Step), shortest(e.LR),
			shortest(e.Train.Loss), val(func(s nn.Scores) float64 { return s.Loss }),
		}
		if j.trainer.Task.Regress {
			columns = append(columns,
				shortest(e.Train.R2), val(func(s nn.Scores) float64 { return s.R2 }),
				shortest(e.Train.RMSE), val(func(s nn.Scores) float64 { return s.RMSE }))
		} else {
			columns = append(columns, shortest(e.Train.Accuracy), val(func(s nn.Scores) float64 { return s.Accuracy }))
		}
		if _, err := fmt.Fprintln(w, strings.Join(columns, ",")); err != nil {
			return err
		}
	}
	return nil
}

// shortest returns the shortest decimal that reads back as x.
func shortest(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// report prints the scores: a table for people, or JSON.
func (j *job[T]) report(r *result[T], stdout io.Writer) error {
	j.table(r)
	if _, err := os.Stat(j.out.file(checkpointFile)); err == nil {
		j.out.written = append(j.out.written, checkpointFile)
	}
	fmt.Fprintf(j.text, "\n%s: %s\n", quote.Name(j.out.path), strings.Join(j.out.written, " "))
	if !j.JSON {
		return nil
	}
	out := map[string]any{
		"epochs":         len(j.history),
		"steps":          j.steps,
		"seconds":        j.seconds,
		"parameters":     j.trainer.Net.ParamCount(),
		"weights_sha256": j.trainer.Net.WeightsSHA256(),
		"model":          filepath.Join(j.out.path, "model.safetensors"),
		"out":            j.out.path,
	}
	if j.bad > 0 {
		out["bad_steps"] = j.bad
	}
	for _, p := range r.parts {
		figures := map[string]float64{"loss": p.scores.Loss, "accuracy": p.scores.Accuracy}
		if j.trainer.Task.Regress {
			figures = map[string]float64{"loss": p.scores.Loss, "r2": p.scores.R2, "rmse": p.scores.RMSE}
		}
		for name, x := range figures {
			if x-x == 0 { // JSON has no NaN and no infinity
				out[p.name+"_"+name] = x
			}
		}
	}
	return json.NewEncoder(stdout).Encode(out)
}

// table prints the scores of every part.
func (j *job[T]) table(r *result[T]) {
	columns := fmt.Sprintf("%10s", "accuracy")
	if j.trainer.Task.Regress {
		columns = fmt.Sprintf("%10s  %10s", "R²", "RMSE")
	}
	fmt.Fprintf(j.text, "\n%-12s %8s  %10s  %s\n", "", "examples", "loss", columns)
	for _, p := range r.parts {
		scores := fmt.Sprintf("%10.4f", p.scores.Accuracy)
		if j.trainer.Task.Regress {
			scores = fmt.Sprintf("%10.4f  %10.4g", p.scores.R2, p.scores.RMSE)
		}
		fmt.Fprintf(j.text, "%-12s %8d  %10.4g  %s\n", p.title, p.set.Len(), p.scores.Loss, scores)
	}
}
