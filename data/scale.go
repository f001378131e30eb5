package data

import (
	"fmt"
	"math"

	"gradlab/matrix"
)

// Fit sets the scaling of the encoding, and with MissingMean what stands for
// missing values, by the training part of a dataset that Encode made: by the
// examples of train, or all of them if it is nil. Rows of categories are not
// scaled. The dataset is not changed (see Scale).
func Fit[T matrix.Float](enc *Encoding, set *Dataset[T], train []int, how Scaling) error {
	if train == nil {
		train = make([]int, set.Len())
		for i := range train {
			train[i] = i
		}
	}
	if len(train) == 0 {
		return fmt.Errorf("the training part is empty")
	}
	enc.Scaling = how
	part := set.Part(train).Index
	at := 0
	inputs := describe(set.X, part)
	for i := range enc.Features {
		f := &enc.Features[i]
		rows := inputs[at : at+f.rows()]
		at += f.rows()
		if rows[0].n == 0 {
			return fmt.Errorf("column %s: all cells of the training part are missing: leave the column out (--ignore)", quote(f.Name))
		}
		f.Offset, f.Scale, f.Fill = 0, 1, nil
		if f.Categories == nil {
			f.Offset, f.Scale = rows[0].scaling(how)
		}
		for _, row := range rows {
			if enc.Missing == MissingMean {
				f.Fill = append(f.Fill, row.mean)
			}
		}
	}
	if enc.Task == Regress {
		for i, row := range describe(set.Y, part) {
			enc.Labels[i].Offset, enc.Labels[i].Scale = row.scaling(how)
		}
	}
	return nil
}

// rowStats describes a row of a matrix, in the columns of the training part,
// NaN left out.
type rowStats struct {
	n        int
	min, max float64
	mean, sd float64
}

// describe describes the rows of a, in some columns.
func describe[T matrix.Float](a *matrix.Matrix[T], columns []int) []rowStats {
	stats := make([]rowStats, a.Rows)
	sums := make([]matrix.Sum, a.Rows)
	for i := range stats {
		stats[i].min, stats[i].max = math.Inf(1), math.Inf(-1)
	}
	for _, j := range columns {
		for i, v := range a.Col(j) {
			if x := float64(v); x == x {
				s := &stats[i]
				s.n, s.min, s.max = s.n+1, min(s.min, x), max(s.max, x)
				sums[i].Add(x)
			}
		}
	}
	for i := range stats {
		stats[i].mean = sums[i].Total() / float64(stats[i].n)
		sums[i] = matrix.Sum{}
	}
	for _, j := range columns {
		for i, v := range a.Col(j) {
			if d := float64(v) - stats[i].mean; d == d {
				sums[i].Add(float64(d * d))
			}
		}
	}
	for i := range stats {
		stats[i].sd = math.Sqrt(sums[i].Total() / float64(stats[i].n))
	}
	return stats
}

// scaling returns the offset and the scale of a row. A row of equal numbers
// becomes 0: the rounding of its mean must not be blown up.
func (s *rowStats) scaling(how Scaling) (offset, scale float64) {
	switch {
	case how == NoScaling:
		return 0, 1
	case s.min == s.max:
		return s.min, 1
	case how == MinMax:
		return s.min, s.max - s.min
	case s.sd == 0: // the squares are too small for a float64
		return s.mean, 1
	}
	return s.mean, s.sd
}

// Scale scales a dataset by an encoding, in place: X, and in a regression Y.
// Missing values become what stands for them. It is an error if a number is so
// far outside those of the training part that it cannot be represented.
func Scale[T matrix.Float](enc *Encoding, set *Dataset[T]) error {
	if example, problem := scale(enc, set); problem != "" {
		return fmt.Errorf("example %d: %s", example+1, problem)
	}
	return nil
}

// scale is Scale. It returns the first example where that fails, and why.
func scale[T matrix.Float](enc *Encoding, set *Dataset[T]) (example int, problem string) {
	inputs := enc.inputScales()
	if len(inputs) != set.X.Rows {
		panic(fmt.Sprintf("data.Scale: an encoding of %d inputs for a %d×%d matrix", len(inputs), set.X.Rows, set.X.Cols))
	}
	for j := range set.X.Cols {
		if i := scaleColumn(set.X.Col(j), inputs); i >= 0 {
			return j, fmt.Sprintf("input %s is missing, or far outside the numbers of the training part", printable(enc.Inputs()[i]))
		}
	}
	if enc.Task != Regress || set.Y == nil {
		return 0, ""
	}
	outputs := enc.outputScales()
	for j := range set.Y.Cols {
		if i := scaleColumn(set.Y.Col(j), outputs); i >= 0 {
			return j, fmt.Sprintf("label %s is missing, or far outside the numbers of the training part", printable(enc.Labels[i].Name))
		}
	}
	return 0, ""
}

// Unscale brings predictions back to the units of their columns, in place; in a
// classification it does nothing.
func Unscale[T matrix.Float](enc *Encoding, y *matrix.Matrix[T]) {
	if enc.Task != Regress {
		return
	}
	if len(enc.Labels) != y.Rows {
		panic(fmt.Sprintf("data.Unscale: an encoding of %d outputs for a %d×%d matrix", len(enc.Labels), y.Rows, y.Cols))
	}
	for j := range y.Cols {
		for i, v := range y.Col(j) {
			l := &enc.Labels[i]
			y.Col(j)[i] = T(float64(float64(v)*l.Scale) + l.Offset)
		}
	}
}

// rowScale is how a row is scaled.
type rowScale struct{ offset, scale, fill float64 }

func (e *Encoding) inputScales() []rowScale {
	var rows []rowScale
	for _, f := range e.Features {
		for i := range f.rows() {
			r := rowScale{f.Offset, f.Scale, math.NaN()}
			if f.Fill != nil {
				r.fill = f.Fill[i]
			}
			rows = append(rows, r)
		}
	}
	return rows
}

func (e *Encoding) outputScales() []rowScale {
	var rows []rowScale
	for _, l := range e.Labels {
		rows = append(rows, rowScale{l.Offset, l.Scale, math.NaN()})
	}
	return rows
}

// scaleColumn scales an example, and returns the first row where that fails, or -1.
func scaleColumn[T matrix.Float](example []T, rows []rowScale) int {
	failed := -1
	for i, v := range example {
		r := &rows[i]
		x := float64(v)
		if x != x {
			x = r.fill
		}
		y := T((x - r.offset) / r.scale)
		if y-y != 0 && failed < 0 { // Inf-Inf and NaN-NaN are NaN
			failed = i
		}
		example[i] = y
	}
	return failed
}
