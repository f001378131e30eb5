package nn

import (
	"math"
	"slices"

	"gradlab/matrix"
)

// Classes returns the class that every column of an output stands for: the
// largest entry, or with one output, 1 above the threshold and 0 elsewhere.
func Classes[T matrix.Float](output *matrix.Matrix[T], threshold float64) []int {
	classes := make([]int, output.Cols)
	for j := range classes {
		if a := output.Col(j); len(a) > 1 {
			classes[j] = matrix.ArgMax(a)
		} else if float64(a[0]) > threshold {
			classes[j] = 1
		}
	}
	return classes
}

// Accuracy returns the part of the predictions that is right.
func Accuracy(predicted, actual []int) float64 {
	right := 0
	for i, c := range actual {
		if predicted[i] == c {
			right++
		}
	}
	return float64(right) / float64(len(actual))
}

// Confusion returns how many examples of each actual class (first index) were
// given each predicted class (second index).
func Confusion(predicted, actual []int, classes int) [][]int {
	counts := make([][]int, classes)
	for c := range counts {
		counts[c] = make([]int, classes)
	}
	for i, c := range actual {
		counts[c][predicted[i]]++
	}
	return counts
}

// ClassReport judges the predictions of one class against all others.
type ClassReport struct {
	Precision float64 // the part of what was predicted as the class that is
	Recall    float64 // the part of the class that was found
	F1        float64 // the harmonic mean of both
	Support   int     // examples of the class
}

// ClassReports returns the report of every class of a confusion matrix. A ratio
// without anything below the line is 0.
func ClassReports(confusion [][]int) []ClassReport {
	reports := make([]ClassReport, len(confusion))
	for c, row := range confusion {
		hits, actual, predicted := row[c], 0, 0
		for k := range confusion {
			actual += row[k]
			predicted += confusion[k][c]
		}
		reports[c] = ClassReport{
			Precision: ratio(hits, predicted),
			Recall:    ratio(hits, actual),
			F1:        ratio(2*hits, predicted+actual),
			Support:   actual,
		}
	}
	return reports
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// AUC returns the area under the ROC curve: the probability that a positive
// example scores higher than a negative one, a tie counting half. It is NaN
// unless there are both.
func AUC[T matrix.Float](scores []T, positive []bool) float64 {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return 0
	})
	var pairs2, negatives, positives int // twice the pairs won
	for from := 0; from < len(order); {
		to, pos := from, 0
		for ; to < len(order) && scores[order[to]] == scores[order[from]]; to++ {
			if positive[order[to]] {
				pos++
			}
		}
		if to == from {
			return math.NaN() // a score is NaN
		}
		neg := to - from - pos
		pairs2 += pos * (2*negatives + neg)
		negatives += neg
		positives += pos
		from = to
	}
	return float64(pairs2) / 2 / float64(positives) / float64(negatives)
}

// R2 returns R², 1 - Σ(ŷ-y)²/Σ(y-ȳ)², the mean over the outputs. Where an output
// is constant, it is 1 for a perfect prediction and 0 for any other.
func R2[T matrix.Float](yhat, y *matrix.Matrix[T]) float64 {
	matrix.SameShape("nn.R2", yhat, y)
	var r2 float64
	for i := range y.Rows {
		var sum, residual, total matrix.Sum
		for j := range y.Cols {
			sum.Add(float64(y.Data[j*y.Rows+i]))
		}
		mean := sum.Total() / float64(y.Cols)
		for j := range y.Cols {
			v := float64(y.Data[j*y.Rows+i])
			e, d := float64(yhat.Data[j*y.Rows+i])-v, v-mean
			residual.Add(float64(e * e))
			total.Add(float64(d * d))
		}
		switch {
		case total.Total() > 0:
			r2 += 1 - residual.Total()/total.Total()
		case residual.Total() == 0:
			r2++
		}
	}
	return r2 / float64(y.Rows)
}

// RMSE returns the root of the mean squared error over all outputs, each error
// multiplied by the unit of its output (nil: 1).
func RMSE[T matrix.Float](yhat, y *matrix.Matrix[T], units []float64) float64 {
	var squares matrix.Sum
	eachError(yhat, y, units, func(e float64) { squares.Add(float64(e * e)) })
	return math.Sqrt(squares.Total() / float64(len(y.Data)))
}

// MAE returns the mean absolute error over all outputs, each error multiplied
// by the unit of its output (nil: 1).
func MAE[T matrix.Float](yhat, y *matrix.Matrix[T], units []float64) float64 {
	var sum matrix.Sum
	eachError(yhat, y, units, func(e float64) { sum.Add(math.Abs(e)) })
	return sum.Total() / float64(len(y.Data))
}

func eachError[T matrix.Float](yhat, y *matrix.Matrix[T], units []float64, f func(e float64)) {
	matrix.SameShape("nn.error", yhat, y)
	for i := range y.Data {
		e := float64(yhat.Data[i]) - float64(y.Data[i])
		if units != nil {
			e *= units[i%y.Rows]
		}
		f(e)
	}
}
