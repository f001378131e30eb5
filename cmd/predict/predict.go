package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/alecthomas/kong"

	"gradlab/data"
	"gradlab/internal/atomicfile"
	"gradlab/internal/cli"
	"gradlab/internal/quote"
	"gradlab/matrix"
	"gradlab/nn"
)

type flags struct {
	Model      string `required:"" placeholder:"FILE" help:"Model file, such as runs/iris/model.safetensors."`
	Data       string `required:"" placeholder:"FILE" help:"CSV file (also .csv.gz, - for standard input), IDX images, or the name of a built-in set."`
	DataLabels string `placeholder:"FILE" help:"IDX labels of IDX images."`
	Header     string `default:"auto" enum:"auto,yes,no" help:"Whether the first line names the columns (auto, yes, no)."`
	Delimiter  string `default:"auto" help:"Between the cells: a character, tab, or auto."`
	Out        string `placeholder:"FILE" help:"File for the predictions. Default: standard output."`
	JSON       bool   `name:"json" help:"Print loss and metrics as one JSON object on standard output (the predictions only go to --out)."`

	Version kong.VersionFlag `help:"Print the version."`
}

// Run predicts as the flags say.
func (f *flags) Run(stdout, stderr io.Writer) error {
	options, err := cli.CSVOptions(f.Header, f.Delimiter)
	if err != nil {
		return err
	}
	file, err := nn.OpenModel(f.Model)
	if err != nil {
		return err
	}
	if file.DType == "F32" {
		return predict[float32](f, file, options, stdout, stderr)
	}
	return predict[float64](f, file, options, stdout, stderr)
}

func predict[T matrix.Float](f *flags, file *nn.ModelFile, options data.CSVOptions, stdout, stderr io.Writer) error {
	model, err := nn.Load[T](file)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Model, err)
	}
	if model.Encoding == nil {
		return fmt.Errorf("%s does not say how its inputs are encoded: it was not made by train", f.Model)
	}
	options.For = model.Encoding
	table, err := data.Open[T](f.Data, f.DataLabels, options)
	if err != nil {
		return err
	}
	rows := table.Rows
	set, kept, err := table.Apply(model.Encoding)
	if err != nil {
		return err
	}
	outputs := model.Net.PredictSet(set)
	if i := slices.IndexFunc(outputs.Data, func(x T) bool { return x-x != 0 }); i >= 0 {
		row := i / outputs.Rows
		if kept != nil {
			row = kept[row]
		}
		return fmt.Errorf("%s, line %d: the output of the network is %v: the numbers of the model and of this line are too large together", f.Data, table.Line(row), outputs.Data[i])
	}
	write := func(w io.Writer) error { return writePredictions(w, model, outputs, rows, kept) }
	switch {
	case f.Out != "":
		err = atomicfile.Write(f.Out, write)
	case !f.JSON:
		err = write(stdout)
	}
	if err != nil {
		return fmt.Errorf("can't write the predictions: %w", err)
	}
	if kept != nil && len(kept) < rows {
		fmt.Fprintf(stderr, "%d of %d rows have missing cells, and no prediction\n", rows-len(kept), rows)
	}
	if set.Y == nil {
		if f.JSON {
			return json.NewEncoder(stdout).Encode(map[string]any{"rows": rows})
		}
		return nil
	}
	return report(f, model, set, stdout, stderr)
}

// writePredictions writes a line for each of the rows; those that are not kept
// (nil: all are) have empty cells.
func writePredictions[T matrix.Float](w io.Writer, model *nn.Model[T], outputs *matrix.Matrix[T], rows int, kept []int) error {
	header, line := classLines(model, outputs)
	if model.Task.Regress {
		data.Unscale(model.Encoding, outputs)
		header, line = valueLines(model, outputs)
	}
	out := csv.NewWriter(w)
	if err := out.Write(header); err != nil {
		return err
	}
	empty := make([]string, len(header))
	next := 0
	for row := range rows {
		cells := empty
		if kept == nil || next < len(kept) && kept[next] == row {
			cells = line(next)
			next++
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// classLines returns the header and the lines of a classifier: the class, and a
// probability for each class if the outputs are probabilities.
func classLines[T matrix.Float](model *nn.Model[T], outputs *matrix.Matrix[T]) (header []string, line func(j int) []string) {
	names := model.Encoding.ClassNames()
	classes := nn.Classes(outputs, model.Task.Threshold)
	header = []string{"prediction"}
	if !model.Probabilities() {
		return header, func(j int) []string { return []string{names[classes[j]]} }
	}
	return append(header, names...), func(j int) []string {
		cells := []string{names[classes[j]]}
		p := outputs.Col(j)
		if len(p) == 1 {
			return append(cells, data.FormatNumber(1-p[0]), data.FormatNumber(p[0]))
		}
		for _, p := range p {
			cells = append(cells, data.FormatNumber(p))
		}
		return cells
	}
}

// valueLines returns the header and the lines of a regression: a value for each
// output.
func valueLines[T matrix.Float](model *nn.Model[T], outputs *matrix.Matrix[T]) (header []string, line func(j int) []string) {
	header = []string{"prediction"}
	if outputs.Rows > 1 {
		header = nil
		for _, label := range model.Encoding.Labels {
			header = append(header, label.Name)
		}
	}
	return header, func(j int) (cells []string) {
		for _, v := range outputs.Col(j) {
			cells = append(cells, data.FormatNumber(v))
		}
		return cells
	}
}

// report prints loss and metrics where the labels are known: JSON on stdout, or
// text on stderr.
func report[T matrix.Float](f *flags, model *nn.Model[T], set *data.Dataset[T], stdout, stderr io.Writer) error {
	eval := nn.NewEvaluator(model.Net, model.Loss, model.Task)
	scores := eval.Scores(set)
	outputs, targets := eval.Outputs()
	result := map[string]any{"rows": set.Len(), "loss": scores.Loss}
	if model.Task.Regress {
		result["r2"], result["rmse"], result["mae"] = scores.R2, scores.RMSE, nn.MAE(outputs, targets, model.Task.Units)
		fmt.Fprintf(stderr, "%d rows: loss %.4g, R² %.4f, RMSE %.4g, MAE %.4g\n", set.Len(), scores.Loss, scores.R2, scores.RMSE, result["mae"])
	} else {
		actual := nn.Classes(targets, 0.5)
		confusion := nn.Confusion(nn.Classes(outputs, model.Task.Threshold), actual, len(model.Encoding.ClassNames()))
		result["accuracy"], result["confusion"] = scores.Accuracy, confusion
		fmt.Fprintf(stderr, "%d rows: loss %.4g, accuracy %.4f", set.Len(), scores.Loss, scores.Accuracy)
		if auc := areaUnderCurve(outputs, actual); auc == auc {
			result["auc"] = auc
			fmt.Fprintf(stderr, ", ROC AUC %.4f", auc)
		}
		fmt.Fprintf(stderr, "\n%-20s %9s %9s %9s %9s\n", "class", "precision", "recall", "F1", "rows")
		for c, r := range nn.ClassReports(confusion) {
			fmt.Fprintf(stderr, "%-20s %9.4f %9.4f %9.4f %9d\n", quote.Name(model.Encoding.ClassNames()[c]), r.Precision, r.Recall, r.F1, r.Support)
		}
	}
	if !f.JSON {
		return nil
	}
	maps.DeleteFunc(result, func(_ string, v any) bool { x, ok := v.(float64); return ok && x-x != 0 }) // JSON has no NaN and no infinity
	return json.NewEncoder(stdout).Encode(result)
}

// areaUnderCurve returns the area under the ROC curve of a network with one
// output, NaN for others.
func areaUnderCurve[T matrix.Float](outputs *matrix.Matrix[T], actual []int) float64 {
	if outputs.Rows != 1 {
		return math.NaN()
	}
	positive := make([]bool, len(actual))
	for i, c := range actual {
		positive[i] = c == 1
	}
	return nn.AUC(outputs.Data, positive)
}
