package main

import (
	"fmt"
	"strings"

	"gradlab/data"
	"gradlab/internal/cli"
	"gradlab/internal/quote"
	"gradlab/matrix"
)

// load reads the data, splits it, and scales it by its training part.
func (j *job[T]) load() error {
	options, err := cli.CSVOptions(j.Header, j.Delimiter)
	if err != nil {
		return err
	}
	options.Ignore, options.Text = j.Ignore, j.Text
	spec := data.Spec{Labels: j.Label, Inputs: j.Layers[0], Outputs: j.Layers[len(j.Layers)-1], Positive: j.Positive}
	scaling := data.Standard
	for _, set := range []error{
		spec.Task.UnmarshalText([]byte(j.Task)),
		spec.Missing.UnmarshalText([]byte(j.Missing)),
		scaling.UnmarshalText([]byte(j.Scale)),
	} {
		if set != nil {
			return set
		}
	}
	table, err := data.Open[T](j.Data, j.DataLabels, options)
	if err != nil {
		return err
	}
	j.sha256, j.labelsSHA256 = table.SHA256, table.LabelsSHA256
	if err := j.sameData(); err != nil {
		return err
	}
	missing := table.MissingCells()
	all, encoding, err := table.Encode(spec)
	if err != nil {
		return err
	}
	j.encoding = encoding
	if err := j.split(all, scaling); err != nil {
		return err
	}
	fmt.Fprintf(j.text, "%s: %s\n", quote.Name(table.Name), encoding)
	if encoding.Reason != "" {
		fmt.Fprintf(j.text, "%s (--task chooses otherwise)\n", encoding.Reason)
	}
	if encoding.Binary && len(encoding.Classes) > 2 {
		fmt.Fprintf(j.text, "one output unit: %s is the positive class; --positive chooses another, %d outputs tell all classes apart\n",
			quote.Name(encoding.Classes[encoding.Positive]), len(encoding.Classes))
	}
	if missing != "" {
		fmt.Fprintf(j.text, "missing cells (--missing %s): %s\n", j.Missing, missing)
	}
	fmt.Fprintf(j.text, "%d examples for training, %d for validation\n\n", j.train.Len(), all.Len()-j.train.Len())
	return j.loadTest(options)
}

// split divides the examples into training and validation, and scales them.
func (j *job[T]) split(all *data.Dataset[T], scaling data.Scaling) error {
	var classes []int
	if j.encoding.Task == data.Classify {
		classes = all.Classes()
	}
	train, val := data.Split(classes, all.Len(), j.Val, matrix.Stream(j.Seed, matrix.ForSplit, 0))
	if len(train) == 0 {
		return fmt.Errorf("--val %v of %d examples leaves none for training", j.Val, all.Len())
	}
	if err := data.Fit(j.encoding, all, train, scaling); err != nil {
		return err
	}
	if err := data.Scale(j.encoding, all); err != nil {
		return err
	}
	if len(val) == 0 {
		j.train = all
		return nil
	}
	j.train, j.val = all.Part(train), all.Part(val)
	return nil
}

// loadTest reads the test set as the encoding says.
func (j *job[T]) loadTest(options data.CSVOptions) error {
	if j.Test == "" {
		return nil
	}
	options.For = j.encoding
	table, err := data.Open[T](j.Test, j.TestLabels, options)
	if err != nil {
		return err
	}
	if j.test, _, err = table.Apply(j.encoding); err != nil {
		return err
	}
	if j.test.Y == nil {
		return fmt.Errorf("%s has no column %s, so that nothing can be tested", j.Test, shortList(labelNames(j.encoding)))
	}
	return nil
}

func labelNames(e *data.Encoding) (names []string) {
	for _, l := range e.Labels {
		names = append(names, l.Name)
	}
	return names
}

// classWeightList returns the weights of the classes, or nil.
func (j *job[T]) classWeightList() ([]float64, error) {
	if j.ClassWeights == "" {
		return nil, nil
	}
	if j.encoding.Task == data.Regress {
		return nil, fmt.Errorf("--class-weights is for classification, and the label is a number to predict")
	}
	names := j.encoding.ClassNames()
	weights := make([]float64, len(names))
	if j.ClassWeights == "balanced" { // m/(k·m_c), as everywhere
		for _, c := range j.train.Classes() {
			weights[c]++
		}
		for c, n := range weights {
			weights[c] = float64(j.train.Len()) / (float64(len(names)) * max(n, 1))
		}
		return weights, nil
	}
	given, _ := j.weights()
	for c, name := range names {
		weights[c] = 1
		if w, ok := given[name]; ok {
			weights[c] = w
			delete(given, name)
		}
	}
	for name := range given {
		return nil, fmt.Errorf("--class-weights: there is no class %q; the classes are %s", name, shortList(names))
	}
	return weights, nil
}

// shortList lists names, not too many of them.
func shortList(names []string) string {
	const most = 8
	if len(names) > most {
		return fmt.Sprintf("%s, … (%d)", strings.Join(quote.Names(names[:most]), ", "), len(names))
	}
	return strings.Join(quote.Names(names), ", ")
}
