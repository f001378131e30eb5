package lab_test

import (
	"math"
	"strings"
	"testing"

	"gradlab/gradcheck"
	"gradlab/matrix"
	"gradlab/notebooks-go/lab"
	"gradlab/notebooks-go/lab/internal/student"
)

// lastLayer is the exercise of that name, where da2 and dz2 are computed as the
// case says, entry by entry.
func lastLayer(da func(y, a float64) float64, dz func(da, z float64) float64) lab.Verdict {
	return lab.Judge(lab.LastLayer, func(y, a2, z2, a1, W2 *Matrix) (da2, dz2, dW2, da1, db2 *Matrix) {
		da2 = student.Both(y, a2, da)
		dz2 = student.Both(da2, z2, dz)
		return da2, dz2, student.Mul(dz2, student.T(a1)), student.Mul(student.T(W2), dz2), dz2
	})
}

// modelForward is the exercise of that name with another activation in each
// layer, or one that is put into Z.
func modelForward(g func(l, L int) student.Activation, into func(Z, A []*Matrix, l int)) lab.Verdict {
	return lab.Judge(lab.ModelForward, func(X *Matrix, W, b []*Matrix) (A, Z []*Matrix) {
		A, Z = make([]*Matrix, len(W)), make([]*Matrix, len(W))
		A[0] = X
		for l := 1; l < len(W); l++ {
			Z[l], A[l] = g(l, len(W)-1).Forward(A[l-1], W[l], b[l])
			into(Z, A, l)
		}
		return A, Z
	})
}

// networkBackward is the exercise of that name with another dA[L].
func networkBackward(da func(y, a, m float64) float64) lab.Verdict {
	return lab.Judge(lab.NetworkBackward, func(Y *Matrix, A, Z, W []*Matrix) (dA, dW, db []*Matrix) {
		L, m := len(W)-1, float64(Y.Cols)
		dA, dW, db = make([]*Matrix, L+1), make([]*Matrix, L+1), make([]*Matrix, L+1)
		dA[L] = student.Both(Y, A[L], func(y, a float64) float64 { return da(y, a, m) })
		for l := L; l >= 1; l-- {
			g := []string{"", "relu", "relu", "sigmoid"}[l]
			_, dW[l], db[l], dA[l-1] = student.Activations[g].Algorithm2(dA[l], Z[l], A[l-1], W[l])
		}
		return dA, dW, db
	})
}

// The mistakes that students make with the article's equations are told by what
// they are, and what follows from them is not blamed.
func TestMistakesInTheArticlesEquations(t *testing.T) {
	sigma, tanh, relu := student.Activations["sigmoid"], student.Activations["tanh"], student.Activations["relu"]
	right := func(y, a float64) float64 { return -y/a + (1-y)/(1-a) }
	through := func(da, z float64) float64 { return da * sigma.Prime(z) }
	of := func(l, L int) student.Activation {
		if l == L {
			return sigma
		}
		return relu
	}
	leave := func(_, _ []*Matrix, _ int) {}
	for _, c := range []struct {
		verdict lab.Verdict
		mistake gradcheck.Mistake
		text    string
	}{
		{lastLayer(func(y, a float64) float64 { return y/a - (1-y)/(1-a) }, through), gradcheck.Sign, "da2 is −1 times the right one"},
		{lastLayer(func(y, a float64) float64 { return -y/a - (1-y)/(1-a) }, through), gradcheck.Other, "da2 has the wrong sign before (1-y)/(1-a)"},
		{lastLayer(func(y, a float64) float64 { return -y/a + (1-y)/1 - a }, through), gradcheck.Other, "da2 is -y/a + (1-y)/1 - a: brackets are missing"},
		{lastLayer(func(y, a float64) float64 { return a - y }, through), gradcheck.Other, "da2 is a - y, which is ∂L/∂z"},
		{lastLayer(func(y, a float64) float64 { return -y*math.Log(a) - (1-y)*math.Log(1-a) }, through), gradcheck.Other, "da2 is the loss itself"},
		{lastLayer(right, func(da, z float64) float64 { return da }), gradcheck.MissingGPrime, "dz2 is da itself"},
		{lastLayer(right, func(da, z float64) float64 { return da * sigma.G(z) }), gradcheck.MissingGPrime, "dz2 is da ⊙ g(z)"},
		{lastLayer(right, func(da, z float64) float64 { return da * sigma.Prime(sigma.G(z)) }), gradcheck.GPrimeAtA, "dz2 is da ⊙ g′(a)"},
		{lastLayer(right, func(da, z float64) float64 { return da * tanh.Prime(z) }), gradcheck.Other, "dz2 has the derivative of tanh, but this layer has σ"},
		{lastLayer(right, func(da, z float64) float64 { return sigma.Prime(z) }), gradcheck.Other, "dz2 is g′(z) alone"},
		{lastLayer(right, func(da, z float64) float64 { return da + z }), gradcheck.Other, "dz2 is wrong: At("},
		{modelForward(func(_, _ int) student.Activation { return relu }, leave), gradcheck.Other, "A[3] is relu of z, but this layer has sigmoid"},
		{lab.Judge(lab.ForwardTwoLayers, func(X, W1, b1, W2, b2 *Matrix) (Z1, A1, Z2, A2 *Matrix) {
			Z1, A1 = tanh.Forward(X, W1, b1)
			Z2, A2 = sigma.Forward(X, W2, b2) // panics unless there are as many inputs as units
			return Z1, A1, Z2, A2
		}), gradcheck.Other, "Z2 is computed from X, the input of the network"},
		{modelForward(of, func(Z, A []*Matrix, l int) { Z[l] = A[l] }), gradcheck.Other, "Z[1] is g(z): the activation has been put into the same matrix"},
		{networkBackward(func(y, a, m float64) float64 { return right(y, a) }), gradcheck.MissingMean, "da[3] is 7 times the right one"},
		{networkBackward(func(y, a, m float64) float64 { return -y/a + (1-y)/(1-a)/m }), gradcheck.MissingMean, "da[3] has only its second term divided by m"},
		{lab.Judge(lab.FirstLayer, func(da1, z1, x *Matrix) (dz1, dW1, db1 *Matrix) {
			dz1, dW1, db1 = student.FirstLayer(da1, z1, x)
			return dz1, student.T(dW1), db1
		}), gradcheck.Transposed, "dW1 is transposed: it is 4×3, it must be 3×4"},
		{lab.Judge(lab.Backward, func(prime func(float64) float64, da, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix) {
			dz, dW, _, daPrev = student.Backward(prime, da, z, aPrev, W)
			db = matrix.New[float64](dz.Rows, 1)
			matrix.Copy(db, dz)
			return dz, dW, db, daPrev
		}), lab.Panics, "matrix.Copy: 3×1 and 3×7"},
		{lab.Judge(lab.Backward, func(prime func(float64) float64, da, z, aPrev, W *Matrix) (dz, dW, db, daPrev *Matrix) {
			dz, dW, db, _ = student.Backward(prime, da, z, aPrev, W)
			return dz, dW, db, matrix.New[float64](aPrev.Rows, aPrev.Cols)
		}), gradcheck.Other, "daPrev is 0 everywhere"},
	} {
		v := c.verdict
		if v.Passed || v.Mistake != c.mistake || !strings.Contains(v.Text, c.text) {
			t.Errorf("%q, %q, not %q, %q", v.Mistake, v.Text, c.mistake, c.text)
		}
		if v.Hint == "" && !strings.Contains(v.Text, "this layer has") && !strings.Contains(v.Text, "itself") {
			t.Errorf("no hint with %q", v.Text)
		}
		for _, f := range v.Findings {
			if name, _, _ := strings.Cut(v.Text, " "); f.Name != name && f.Mistake != "" && f.Text != v.Text[len(name)+1:] {
				t.Errorf("%q: %s is blamed, too: %s", v.Text, f.Name, f.Text)
			}
		}
	}
}

// A panic is told with what its message means.
func TestHintsToPanics(t *testing.T) {
	backward := func(f func(da, aPrev *Matrix)) string {
		return lab.Judge(lab.Backward, func(_ func(float64) float64, da, _, aPrev, _ *Matrix) (_, _, _, _ *Matrix) {
			f(da, aPrev)
			return nil, nil, nil, nil
		}).Hint
	}
	for want, hint := range map[string]string{
		"the two inner numbers must be equal": backward(func(da, aPrev *Matrix) { matrix.Mul(matrix.New[float64](3, 4), da, aPrev) }),
		"of what it is made from":             backward(func(da, aPrev *Matrix) { matrix.Copy(matrix.New[float64](9, 9), aPrev) }),
		"a matrix is used that is not there":  strings.ToLower(backward(func(da, _ *Matrix) { matrix.Copy(da, nil) })),
	} {
		if !strings.Contains(hint, want) {
			t.Errorf("%q is not in %q", want, hint)
		}
	}
}
