package data

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gradlab/internal/quote"
)

// Validate checks an encoding that comes from outside. What passes can be
// applied to any table without harm.
func (e *Encoding) Validate() error {
	columns := append(e.featureNames(), e.labelNames()...)
	switch {
	case len(e.Features) == 0 || len(e.Features) > maxColumns:
		return fmt.Errorf("%s", plural(len(e.Features), "feature"))
	case len(e.Labels) == 0 || len(e.Labels) > maxColumns:
		return fmt.Errorf("%s", plural(len(e.Labels), "label"))
	case e.Task != Classify && e.Task != Regress:
		return fmt.Errorf("the task is neither to classify nor to regress, but %s", e.Task)
	case e.Missing < MissingError || e.Missing > MissingMean:
		return fmt.Errorf("missing values are %s", e.Missing)
	case e.Scaling < Standard || e.Scaling > NoScaling:
		return fmt.Errorf("the scaling is %s", e.Scaling)
	}
	if name, ok := repeated(columns); ok {
		return fmt.Errorf("column %s has two parts", quote.Text(name))
	}
	for i := range e.Features {
		if err := e.Features[i].validate(e.Missing); err != nil {
			return fmt.Errorf("feature %s: %w", quote.Text(e.Features[i].Name), err)
		}
	}
	for _, l := range e.Labels {
		if err := validateScale(l.Offset, l.Scale); err != nil {
			return fmt.Errorf("label %s: %w", quote.Text(l.Name), err)
		}
	}
	if e.Task == Regress {
		return e.validateRegression()
	}
	return e.validateClasses()
}

func (f *Feature) validate(missing Missing) error {
	if len(f.Categories) > maxCategories || f.Categories != nil && len(f.Categories) == 0 {
		return fmt.Errorf("%d categories", len(f.Categories))
	}
	if c, ok := repeated(f.Categories); ok {
		return fmt.Errorf("category %s is there twice", quote.Text(c))
	}
	switch want := f.rows(); {
	case missing != MissingMean && len(f.Fill) != 0:
		return errors.New("there is a value for missing cells, but they are not to be filled")
	case missing == MissingMean && len(f.Fill) != want:
		return fmt.Errorf("%d values for missing cells in place of %d", len(f.Fill), want)
	}
	for _, x := range f.Fill {
		if !finite(x) {
			return errors.New("the value for missing cells is not finite")
		}
	}
	return validateScale(f.Offset, f.Scale)
}

func validateScale(offset, scale float64) error {
	if !finite(offset) || !finite(scale) || scale <= 0 {
		return fmt.Errorf("offset %v and scale %v cannot be", offset, scale)
	}
	return nil
}

func (e *Encoding) validateRegression() error {
	for _, l := range e.Labels {
		if !l.Number {
			return fmt.Errorf("label %s is text, which a regression cannot predict", quote.Text(l.Name))
		}
	}
	if len(e.Classes) != 0 || e.Binary || e.Positive != 0 {
		return errors.New("a regression has no classes")
	}
	return nil
}

func (e *Encoding) validateClasses() error {
	switch {
	case len(e.Labels) != 1:
		return fmt.Errorf("a classification of %d labels", len(e.Labels))
	case len(e.Classes) < 2 || len(e.Classes) > maxClasses:
		return fmt.Errorf("%d classes", len(e.Classes))
	case e.Positive < 0 || e.Positive >= len(e.Classes):
		return fmt.Errorf("class number %d of %d", e.Positive, len(e.Classes))
	}
	texts := make([]string, len(e.Classes))
	for i, c := range e.Classes {
		if x, ok := parseNumber([]byte(c)); e.Labels[0].Number && !(ok && finite(x)) {
			return fmt.Errorf("class %s is not a number", quote.Text(c))
		}
		texts[i] = classText(c, e.Labels[0].Number)
	}
	if c, ok := repeated(texts); ok {
		return fmt.Errorf("class %s is there twice", quote.Text(c))
	}
	return nil
}

// repeated returns a string that is in the list twice.
func repeated(list []string) (string, bool) {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return sorted[i], true
		}
	}
	return "", false
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
