package data

import (
	"slices"

	"gradlab/internal/quote"
)

// Apply makes a dataset of a table by the encoding of a model, scaled and with
// missing values filled in as in the training. The columns are found by their
// names, or by their order if there are none; read the table with
// CSVOptions.For, so that they hold what the model needs. Y is nil if the table
// does not have the labels. Where the model was trained with MissingDrop, rows
// with missing cells are left out, and rows are the ones that remain; else it
// is nil. Like Encode, Apply takes over the memory of the table.
func (t *Table[T]) Apply(enc *Encoding) (set *Dataset[T], rows []int, err error) {
	features, labels, err := t.match(enc)
	if err != nil {
		return nil, nil, err
	}
	kept, err := t.keep(features, labels, enc.Missing)
	if err != nil {
		return nil, nil, err
	}
	set = &Dataset[T]{}
	if labels != nil {
		if set.Y, err = t.targets(enc, labels, kept); err != nil {
			return nil, nil, err
		}
	}
	if set.X, err = t.inputs(enc, features, kept); err != nil {
		return nil, nil, err
	}
	if example, problem := scale(enc, set); problem != "" {
		return nil, nil, t.errorAt(kept.at(example), nil, "%s", problem)
	}
	return set, kept.kept, nil
}

// match finds the columns of an encoding in the table. The labels are nil if
// they are not there, or empty.
func (t *Table[T]) match(enc *Encoding) (features, labels []int, err error) {
	names := t.names()
	n := len(names)
	someLeftOut := n == 0 || t.Columns[n-1].Position != n
	features, labels = enc.match(names, t.Header || someLeftOut)
	if i := slices.Index(features, -1); i >= 0 {
		hint := ""
		switch {
		case !t.Header && enc.Header:
			hint = " (this file has no header, or none was recognised)"
		case t.Header && !enc.Header:
			hint = " (the file of the training had no header; this one has, or one was recognised)"
		}
		return nil, nil, t.errorf(nil, "the column %s is missing%s; the model needs %s", quote.Name(enc.Features[i].Name), hint, quote.List(enc.featureNames()))
	}
	for k, i := range features {
		if err := t.checkKind(i, enc.Features[k].Categories == nil); err != nil {
			return nil, nil, err
		}
	}
	if !slices.ContainsFunc(labels, func(i int) bool { return t.Columns[i].Missing < t.Rows }) {
		return features, nil, nil // not there, or to be filled in
	}
	for k, i := range labels {
		if err := t.checkKind(i, enc.Labels[k].Number); err != nil {
			return nil, nil, err
		}
	}
	return features, labels, nil
}

// checkKind checks that a column holds what the model needs.
func (t *Table[T]) checkKind(column int, number bool) error {
	c := &t.Columns[column]
	switch {
	case number && c.Kind == Text:
		return t.errorf(c, "the column holds text, and the model needs numbers")
	case !number && c.Kind == Number:
		return t.errorf(c, "the column holds numbers, and the model needs text (read the file for the model)")
	case c.TooMany:
		return t.errorf(c, "the text has more than %d different values, most of them not known to the model", maxValues)
	}
	return nil
}
