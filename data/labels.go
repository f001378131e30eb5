package data

import (
	"fmt"
	"math"
	"slices"

	"gradlab/internal/quote"
	"gradlab/matrix"
)

const (
	fewClasses   = 20 // up to which integers are taken for classes
	rowsPerClass = 5  // on average, from which they are
)

// chooseTask decides what is done with the labels, and describes them.
func (t *Table[T]) chooseTask(enc *Encoding, labels []int, kept rowList, spec Spec) error {
	for _, i := range labels {
		c := &t.Columns[i]
		enc.Labels = append(enc.Labels, Label{Name: c.Name, Number: c.Kind == Number, Scale: 1})
	}
	enc.Task = spec.Task
	c := &t.Columns[labels[0]]
	switch {
	case len(labels) > 1:
		if spec.Task == Classify {
			return t.errorf(nil, "a classification predicts one label, not %d (%s)", len(labels), quote.List(enc.labelNames()))
		}
		enc.Task, enc.Reason = Regress, "there are several labels"
	case c.Kind == Text:
		if enc.Task == AutoTask {
			enc.Task, enc.Reason = Classify, "the label is text"
		}
	case enc.Task == AutoTask:
		enc.Task, enc.Reason = t.taskOfNumbers(c, kept, spec.Outputs)
	}
	if enc.Task == Classify {
		return t.chooseClasses(enc, c, kept, spec)
	}
	return t.checkRegression(enc, labels, kept, spec)
}

// taskOfNumbers tells classes from quantities.
func (t *Table[T]) taskOfNumbers(c *Column, kept rowList, outputs int) (Task, string) {
	values, more := t.distinct(c, kept)
	n := len(values)
	integers := !slices.ContainsFunc(values, func(x T) bool { return math.Trunc(float64(x)) != float64(x) })
	switch {
	case more:
		return Regress, fmt.Sprintf("the label has more than %d values", maxClasses)
	case n == 2:
		return Classify, "the label has two values"
	case n > 2 && n == outputs:
		return Classify, fmt.Sprintf("the label has %d values, as many as the network has outputs", n)
	case integers && n <= fewClasses && kept.n >= rowsPerClass*n:
		return Classify, fmt.Sprintf("the label has only %d values, all integers", n)
	case integers:
		return Regress, fmt.Sprintf("the label has %d values", n)
	}
	return Regress, "the label has values that are not integers"
}

// distinct returns the values of a number column in ascending order, as far as
// there are no more than can be classes.
func (t *Table[T]) distinct(c *Column, kept rowList) (values []T, more bool) {
	seen := map[T]bool{}
	for j := range kept.n {
		x := t.Numbers.Data[kept.at(j)*t.Numbers.Rows+c.Row] + 0 // -0 is 0
		if !seen[x] {
			seen[x] = true
			values = append(values, x)
		}
		if len(values) > maxClasses {
			return values, true
		}
	}
	slices.Sort(values)
	return values, false
}

// chooseClasses describes a classification of a column.
func (t *Table[T]) chooseClasses(enc *Encoding, c *Column, kept rowList, spec Spec) error {
	more := c.TooMany
	if c.Kind == Text {
		enc.Classes = t.valuesIn(c, kept)
	} else {
		var values []T
		values, more = t.distinct(c, kept)
		for _, x := range values {
			enc.Classes = append(enc.Classes, FormatNumber(x))
		}
	}
	k := len(enc.Classes)
	switch {
	case more || k > maxClasses:
		return t.errorf(c, "the label has more than %d different values, too many to be classes", maxClasses)
	case k < 2:
		return t.errorf(c, "the label is %s in all rows: there is nothing to tell apart", quote.List(enc.Classes))
	case spec.Outputs != 0 && spec.Outputs != 1 && spec.Outputs != k:
		return t.errorf(c, "the label has %d classes (%s), but the network has %s: it needs %d, one a class, or 1 for one class against the rest",
			k, quote.List(enc.Classes), plural(spec.Outputs, "output"), k)
	}
	enc.Binary = spec.Outputs == 1 || spec.Outputs == 0 && k == 2
	return t.choosePositive(enc, c, spec.Positive)
}

// choosePositive sets the class that one output stands for.
func (t *Table[T]) choosePositive(enc *Encoding, c *Column, positive string) error {
	switch {
	case !enc.Binary && positive == "":
		return nil
	case !enc.Binary:
		return t.errorf(c, "a positive class (%s) goes with a network of 1 output, and this one has %d", quote.Text(positive), enc.Outputs())
	case positive == "":
		enc.Positive = len(enc.Classes) - 1
		return nil
	}
	enc.Positive = slices.Index(enc.Classes, classText(positive, enc.Labels[0].Number))
	if enc.Positive < 0 {
		return t.errorf(c, "the positive class %s is not one of the classes (%s)", quote.Text(positive), quote.List(enc.Classes))
	}
	return nil
}

// checkRegression checks what a regression needs.
func (t *Table[T]) checkRegression(enc *Encoding, labels []int, kept rowList, spec Spec) error {
	for _, i := range labels {
		if c := &t.Columns[i]; c.Kind == Text {
			return t.errorf(c, "the label is text, and a regression predicts numbers")
		}
	}
	if spec.Positive != "" {
		return t.errorf(nil, "a positive class (%s) goes with a classification, and this is a regression", quote.Text(spec.Positive))
	}
	if n := len(labels); spec.Outputs != 0 && spec.Outputs != n {
		hint := ""
		if values, more := t.distinct(&t.Columns[labels[0]], kept); n == 1 && !more && len(values) > 1 {
			hint = fmt.Sprintf(" (to classify its %d values, %d outputs)", len(values), len(values))
		}
		return t.errorf(nil, "the network has %s, but the regression of %s needs %d%s",
			plural(spec.Outputs, "output"), quote.List(enc.labelNames()), n, hint)
	}
	return nil
}

// targets makes Y of the given rows.
func (t *Table[T]) targets(enc *Encoding, labels []int, kept rowList) (*matrix.Matrix[T], error) {
	if err := t.checkRoom(enc.Outputs(), kept.n); err != nil {
		return nil, err
	}
	if enc.Task == Regress {
		y := matrix.New[T](len(labels), kept.n)
		for j := range kept.n {
			for k, i := range labels {
				y.Col(j)[k] = t.Numbers.Col(kept.at(j))[t.Columns[i].Row]
			}
		}
		return y, nil
	}
	classes, err := t.classes(enc, labels[0], kept)
	if err != nil {
		return nil, err
	}
	if !enc.Binary {
		return OneHot[T](classes, len(enc.Classes)), nil
	}
	y := matrix.New[T](1, kept.n)
	for j, class := range classes {
		if class == enc.Positive {
			y.Data[j] = 1
		}
	}
	return y, nil
}

// classes returns the class of each of the rows.
func (t *Table[T]) classes(enc *Encoding, column int, kept rowList) ([]int, error) {
	c := &t.Columns[column]
	classOf := t.classOf(enc, c)
	classes := make([]int, kept.n)
	for j := range classes {
		row := kept.at(j)
		if classes[j] = classOf(row); classes[j] < 0 {
			return nil, t.errorAt(row, c, "%s is not one of the classes that the model knows (%s)", quote.Text(t.Cell(row, column)), quote.List(enc.Classes))
		}
	}
	return classes, nil
}

// classOf returns a function from the rows to their class, -1 if it is unknown.
func (t *Table[T]) classOf(enc *Encoding, c *Column) func(row int) int {
	if c.Kind == Text {
		place := indexIn(c.Values, enc.Classes)
		return func(row int) int {
			if code := t.code(row, c); code >= 0 && !c.TooMany {
				return place[code]
			}
			return -1
		}
	}
	at := make(map[T]int, len(enc.Classes))
	for i, class := range enc.Classes {
		x, _ := parseNumber([]byte(class))
		at[T(x)] = i
	}
	return func(row int) int {
		if i, ok := at[t.Numbers.Col(row)[c.Row]]; ok {
			return i
		}
		return -1
	}
}
