package data

import (
	"fmt"
	"math"
	"sync"

	"gradlab/internal/quote"
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
			return fmt.Errorf("column %s: all cells of the training part are missing: leave the column out (--ignore)", quote.Text(f.Name))
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
	inParallel(a.Rows, len(columns), func(from, to int) {
		describeComplete(stats[from:to], a, from, columns)
		for i := from; i < to; i++ {
			if stats[i].mean != stats[i].mean {
				stats[i] = describeRow(a, i, columns)
			}
		}
	})
	return stats
}

// describeRow describes one row.
func describeRow[T matrix.Float](a *matrix.Matrix[T], row int, columns []int) rowStats {
	s := rowStats{min: math.Inf(1), max: math.Inf(-1)}
	var sum, squares matrix.Sum
	for _, j := range columns {
		if x := float64(a.Col(j)[row]); x == x {
			s.min, s.max = min(s.min, x), max(s.max, x)
			sum.Add(x)
		}
	}
	s.n = sum.N
	s.mean = sum.Total() / float64(s.n)
	for _, j := range columns {
		if d := float64(a.Col(j)[row]) - s.mean; d == d {
			squares.Add(float64(d * d))
		}
	}
	s.sd = math.Sqrt(squares.Total() / float64(s.n))
	return s
}

// describeComplete does as describeRow for rows from on, all at the same time,
// which is many times faster. The mean of a row where a number is missing becomes NaN.
func describeComplete[T matrix.Float](stats []rowStats, a *matrix.Matrix[T], from int, columns []int) {
	lowest, highest, sums := make([]T, len(stats)), make([]T, len(stats)), newLanes(len(stats))
	copy(lowest, a.Col(columns[0])[from:])
	copy(highest, lowest)
	for k, j := range columns {
		lane := sums.of(k)
		for i, x := range a.Col(j)[from:][:len(lane)] {
			lane[i] += float64(x)
			if x < lowest[i] {
				lowest[i] = x
			}
			if x > highest[i] {
				highest[i] = x
			}
		}
	}
	mean := make([]float64, len(stats))
	for i := range mean {
		mean[i] = sums.total(i, len(columns)) / float64(len(columns))
	}
	squares := newLanes(len(stats))
	for k, j := range columns {
		lane := squares.of(k)
		for i, x := range a.Col(j)[from:][:len(lane)] {
			d := float64(x) - mean[i]
			lane[i] += float64(d * d)
		}
	}
	for i := range stats {
		sd := math.Sqrt(squares.total(i, len(columns)) / float64(len(columns)))
		stats[i] = rowStats{len(columns), float64(lowest[i]), float64(highest[i]), mean[i], sd}
	}
}

// lanes are those of a matrix.Sum for each of several rows: lane l of row i is
// l·rows+i, so that a column of numbers is added to neighbours.
type lanes struct {
	rows int
	all  []float64
}

func newLanes(rows int) lanes { return lanes{rows, make([]float64, 16*rows)} }

// of returns the lane of the numbers k, one for each row.
func (l lanes) of(k int) []float64 { return l.all[k%16*l.rows:][:l.rows] }

// total returns the sum of the n numbers of a row.
func (l lanes) total(row, n int) float64 {
	sum := matrix.Sum{N: n}
	for i := range sum.Lane {
		sum.Lane[i] = l.all[i*l.rows+row]
	}
	return sum.Total()
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
	if j, i := scaleColumns(set.X, inputs); i >= 0 {
		return j, fmt.Sprintf("input %s is missing, or far outside the numbers of the training part", quote.Name(enc.Inputs()[i]))
	}
	if enc.Task != Regress || set.Y == nil {
		return 0, ""
	}
	if j, i := scaleColumns(set.Y, enc.outputScales()); i >= 0 {
		return j, fmt.Sprintf("label %s is missing, or far outside the numbers of the training part", quote.Name(enc.Labels[i].Name))
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

// scaleColumns scales examples, and returns the first example and its first row
// where that fails; there is none if the row is -1.
func scaleColumns[T matrix.Float](a *matrix.Matrix[T], rows []rowScale) (example, row int) {
	var mu sync.Mutex
	example, row = a.Cols, -1
	inParallel(a.Cols, a.Rows, func(from, to int) {
		for j := from; j < to; j++ {
			if i := scaleColumn(a.Col(j), rows); i >= 0 {
				mu.Lock()
				if j < example {
					example, row = j, i
				}
				mu.Unlock()
			}
		}
	})
	return example, row
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
