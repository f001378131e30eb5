package nn_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"gradlab/matrix"
	"gradlab/nn"
)

// AUC is what its definition says: over all pairs of a positive and a negative
// example, how often the positive one scores higher, a tie counting half. Turned
// round it is 1 less that.
func TestAUCIsTheShareOfPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "n")
		scores, negated, positive := make([]float64, n), make([]float64, n), make([]bool, n)
		for i := range n {
			scores[i] = float64(rapid.IntRange(-5, 5).Draw(t, "score")) // some are equal
			negated[i] = -scores[i]
			positive[i] = i == 0 || i > 1 && rapid.Bool().Draw(t, "positive")
		}
		won, pairs := 0.0, 0.0
		for i := range n {
			for j := range n {
				if !positive[i] || positive[j] {
					continue
				}
				pairs++
				switch {
				case scores[i] > scores[j]:
					won++
				case scores[i] == scores[j]:
					won += 0.5
				}
			}
		}
		auc := nn.AUC(scores, positive)
		if math.Abs(auc-won/pairs) > 1e-12 || math.Abs(nn.AUC(negated, positive)-(1-auc)) > 1e-12 {
			t.Fatalf("%v of %v pairs are won, AUC %v, turned round %v", won, pairs, auc, nn.AUC(negated, positive))
		}
	})
}

// Accuracy, precision, recall and support are those of the confusion matrix,
// which counts every example once.
func TestConfusionCountsEveryExample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 6).Draw(t, "classes")
		class := rapid.IntRange(0, k-1)
		actual := rapid.SliceOfN(class, 1, 50).Draw(t, "actual")
		predicted := rapid.SliceOfN(class, len(actual), len(actual)).Draw(t, "predicted")
		confusion := nn.Confusion(predicted, actual, k)
		right, all := 0, 0
		for a, row := range confusion {
			support := 0
			for p, n := range row {
				all += n
				support += n
				if a == p {
					right += n
				}
			}
			if r := nn.ClassReports(confusion)[a]; r.Support != support || support > 0 && r.Recall != float64(row[a])/float64(support) {
				t.Fatalf("class %d of %v: %+v", a, confusion, r)
			}
		}
		if all != len(actual) || nn.Accuracy(predicted, actual) != float64(right)/float64(all) {
			t.Fatalf("%d examples, accuracy %v, confusion %v", len(actual), nn.Accuracy(predicted, actual), confusion)
		}
	})
}

// The mean absolute error is at most the root of the mean squared one, both grow
// with the unit, and R² is 1 only without errors.
func TestErrorsOfRegressions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, m := rapid.IntRange(1, 3).Draw(t, "outputs"), rapid.IntRange(2, 20).Draw(t, "m")
		numbers := rapid.SliceOfN(rapid.Float64Range(-100, 100), k*m, k*m)
		y := &matrix.Matrix[float64]{Rows: k, Cols: m, Data: numbers.Draw(t, "y")}
		yhat := &matrix.Matrix[float64]{Rows: k, Cols: m, Data: numbers.Draw(t, "ŷ")}
		units := make([]float64, k)
		for i := range units {
			units[i] = 8
		}
		rmse, mae := nn.RMSE(yhat, y, nil), nn.MAE(yhat, y, nil)
		if mae > rmse*(1+1e-12) || nn.RMSE(yhat, y, units) != 8*rmse || nn.MAE(yhat, y, units) != 8*mae {
			t.Fatalf("RMSE %v and %v in eighths, MAE %v and %v", rmse, nn.RMSE(yhat, y, units), mae, nn.MAE(yhat, y, units))
		}
		if nn.R2(y, y) != 1 || nn.R2(yhat, y) > 1 {
			t.Fatalf("R² %v, of itself %v", nn.R2(yhat, y), nn.R2(y, y))
		}
	})
}
