package lab_test

import (
	"math"
	"strings"
	"testing"

	"gradlab/notebooks-go/lab"
	"gradlab/notebooks-go/lab/internal/student"
)

// Mistakes that are possible in one exercise only are named in its own words.
func TestMistakesOfAnExercise(t *testing.T) {
	decay := func(f func(rate0, decay, epoch float64) float64) lab.Verdict {
		return lab.Judge(lab.RateDecay, func(rate0, decay float64, epoch int) float64 { return f(rate0, decay, float64(epoch)) })
	}
	// norm is a backward pass whose dz is given row by row: s = 1/√(σ²+ε), and of
	// dβ and dγ ⊙ z_norm both the sums and the means.
	norm := func(f func(dzTilde, gamma, s, dbeta, dgamma, m float64) float64) lab.Verdict {
		return lab.Judge(lab.BatchNormBackward, func(dzTilde, zNorm, gamma, sigma2 *Matrix, epsilon float64) (dgamma, dbeta, dz *Matrix) {
			dgamma, dbeta, _ = student.BatchNormBackward(dzTilde, zNorm, gamma, sigma2, epsilon)
			return dgamma, dbeta, student.Build(dzTilde.Rows, dzTilde.Cols, func(i, j int) float64 {
				s := 1 / math.Sqrt(sigma2.At(i, 0)+epsilon)
				return f(dzTilde.At(i, j), gamma.At(i, 0), s, dbeta.At(i, 0), dgamma.At(i, 0)*zNorm.At(i, j), float64(dzTilde.Cols))
			})
		})
	}
	for _, c := range []struct {
		verdict lab.Verdict
		text    string
	}{
		{decay(func(r, d, e float64) float64 { return r / (1 + d) * e }), "a parenthesis ends too early"},
		{decay(func(r, d, e float64) float64 { return r/1 + d*e }), "the parentheses are missing"},
		{decay(func(r, d, e float64) float64 { return 1 / (1 + d*e) }), "lacks rate0"},
		{decay(func(r, d, e float64) float64 { return r / (d * e) }), "lacks the 1"},
		{lab.Judge(lab.ScheduledDecay, func(rate0, decay float64, epoch, interval int) float64 {
			return rate0 / (1 + decay*float64(epoch))
		}), "does not use the interval"},
		{lab.Judge(lab.CategoricalCrossEntropy, func(A, Y *Matrix) float64 {
			return student.Entropy(A, Y)
		}), "has the terms (1-y) log (1-a) as well"},
		{norm(func(d, gamma, s, b, g, m float64) float64 { return gamma * s * d }), "takes μ and σ² for constants"},
		{norm(func(d, gamma, s, b, g, m float64) float64 { return gamma * s * (d - b/m) }), "takes σ² for a constant"},
		{norm(func(d, gamma, s, b, g, m float64) float64 { return gamma * s * (d - g/m) }), "takes μ for a constant"},
		{norm(func(d, gamma, s, b, g, m float64) float64 { return gamma * s * (d - b - g) }), "in the place of their means"},
		{norm(func(d, gamma, s, b, g, m float64) float64 { return gamma * s * (d + b/m + g/m) }), "adds what is to be subtracted"},
		{norm(func(d, gamma, s, b, g, m float64) float64 { return s * (d - b/m - g/m) }), "lacks γ"},
		{norm(func(d, gamma, s, b, g, m float64) float64 { return gamma * (d - b/m - g/m) }), "lacks the division by √(σ²+ε)"},
		{norm(func(d, gamma, s, b, g, m float64) float64 { return gamma * s * s * (d - b/m - g/m) }), "is divided by the variance"},
	} {
		if c.verdict.Passed || !strings.Contains(c.verdict.Text, c.text) {
			t.Errorf("not %q, but\n%v", c.text, c.verdict)
		}
	}
}
