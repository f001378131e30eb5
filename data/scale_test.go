package data

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gradlab/matrix"
)

// encode reads a file and encodes it.
func encode(t testing.TB, file string, spec Spec) (*Dataset[float64], *Encoding) {
	t.Helper()
	set, enc, err := mustRead(t, file, CSVOptions{}).Encode(spec)
	if err != nil {
		t.Fatal(err)
	}
	return set, enc
}

// Four rows are for training, and one is not: its numbers must not be seen.
const scaled = "a,b,colour,y\n" +
	"1,5,red,10\n" +
	"3,5,blue,20.5\n" +
	"1,5,red,10\n" +
	"100,7,green,0\n" +
	"3,5,red,20.5\n"

func TestScale(t *testing.T) {
	for _, test := range []struct {
		how  Scaling
		x, y *matrix.Matrix[float64]
	}{
		// a: mean 2, deviation 1. b is constant. y: mean 15.25, deviation 5.25.
		{Standard, matrix.FromRows([]float64{-1, 1, -1, 98, 1}, []float64{0, 0, 0, 2, 0}), matrix.FromRows([]float64{-1, 1, -1, -15.25 / 5.25, 1})},
		{MinMax, matrix.FromRows([]float64{0, 1, 0, 49.5, 1}, []float64{0, 0, 0, 2, 0}), matrix.FromRows([]float64{0, 1, 0, -10 / 10.5, 1})},
		{NoScaling, matrix.FromRows([]float64{1, 3, 1, 100, 3}, []float64{5, 5, 5, 7, 5}), matrix.FromRows([]float64{10, 20.5, 10, 0, 20.5})},
	} {
		t.Run(test.how.String(), func(t *testing.T) {
			set, enc := encode(t, scaled, Spec{})
			if err := Fit(enc, set, []int{0, 1, 2, 4}, test.how); err != nil {
				t.Fatal(err)
			}
			if err := Scale(enc, set); err != nil {
				t.Fatal(err)
			}
			numbers := matrix.New[float64](2, 5)
			for j := range 5 {
				copy(numbers.Col(j), set.X.Col(j))
			}
			if diff := cmp.Diff(test.x, numbers); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.y, set.Y); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]float64{98, 2, 0, 1, 0}[2:], set.X.Col(3)[2:]); diff != "" { // categories are left alone
				t.Error(diff)
			}
			if diff := cmp.Diff([]float64{enc.Labels[0].Scale}, enc.Units()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Missing cells get the mean of the training part, also those of categories.
func TestMissingMean(t *testing.T) {
	file := "a,colour,y\n1,red,1.5\n,blue,2.5\n3,,4\n3,red,5\n,,6\n"
	set, enc := encode(t, file, Spec{Missing: MissingMean})
	if err := Fit(enc, set, []int{0, 1, 2}, NoScaling); err != nil {
		t.Fatal(err)
	}
	if err := Scale(enc, set); err != nil {
		t.Fatal(err)
	}
	want := matrix.FromRows([]float64{1, 2, 3, 3, 2}, []float64{0, 1, 0.5, 0, 0.5}, []float64{1, 0, 0.5, 1, 0.5})
	if diff := cmp.Diff(want, set.X); diff != "" {
		t.Error(diff)
	}
	if err := enc.Validate(); err != nil {
		t.Error(err)
	}
}

func TestFitErrors(t *testing.T) {
	set, enc := encode(t, "a,y\n,1.5\n,2.5\n3,4\n", Spec{Missing: MissingMean})
	err := Fit(enc, set, []int{0, 1}, Standard)
	if want := `column "a": all cells of the training part are missing: leave the column out (--ignore)`; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	if err := Fit(enc, set, []int{}, Standard); err == nil || err.Error() != "the training part is empty" {
		t.Error(err)
	}
}

// A number that is far from those of the training is refused, not made Inf.
func TestScaleOverflow(t *testing.T) {
	set, enc := encode(t, "a,y\n1e-300,1.5\n2e-300,2.5\n1e99,4\n", Spec{})
	if err := Fit(enc, set, []int{0, 1}, MinMax); err != nil {
		t.Fatal(err)
	}
	err := Scale(enc, set)
	if want := "example 3: input a is missing, or far outside the numbers of the training part"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// A constant column is scaled to 0, however its mean is rounded, and so is one
// whose differences vanish when squared.
func TestConstantColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := matrix.New[float64](2, rapid.IntRange(1, 99).Draw(t, "m"))
		v := rapid.Float64Range(-1e90, 1e90).Draw(t, "value")
		for j := range x.Cols {
			x.Col(j)[0], x.Col(j)[1] = v, float64(j)*1e-200
		}
		set := &Dataset[float64]{X: x}
		enc := &Encoding{Features: []Feature{{Name: "a"}, {Name: "b"}}, Task: Classify}
		how := rapid.SampledFrom([]Scaling{Standard, MinMax}).Draw(t, "scaling")
		if err := Fit(enc, set, nil, how); err != nil {
			t.Fatal(err)
		}
		if err := Scale(enc, set); err != nil {
			t.Fatal(err)
		}
		for j := range x.Cols {
			if x.Col(j)[0] != 0 || math.Abs(x.Col(j)[1]) > 1 {
				t.Fatalf("example %d: %v", j, x.Col(j))
			}
		}
	})
}

// The predictions of a regression come back to the units of the data.
func TestUnscale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 2, 50).Draw(t, "y")
		y := matrix.New[float64](1, len(values))
		copy(y.Data, values)
		set := &Dataset[float64]{X: matrix.New[float64](1, len(values)), Y: y}
		enc := &Encoding{Features: []Feature{{Name: "a"}}, Labels: []Label{{Name: "y", Number: true}}, Task: Regress}
		if err := Fit(enc, set, nil, rapid.SampledFrom([]Scaling{Standard, MinMax, NoScaling}).Draw(t, "scaling")); err != nil {
			t.Fatal(err)
		}
		if err := Scale(enc, set); err != nil {
			t.Fatal(err)
		}
		Unscale(enc, y)
		if diff := cmp.Diff(values, y.Data, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Error(diff)
		}
	})
}

// Standard scaling gives mean 0 and standard deviation 1.
func TestStandard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := matrix.New[float32](3, rapid.IntRange(2, 200).Draw(t, "m"))
		r := matrix.Stream(rapid.Uint64().Draw(t, "seed"), matrix.ForData, 0)
		for i := range x.Data {
			x.Data[i] = float32(5 + 3*matrix.Normal(r))
		}
		set := &Dataset[float32]{X: x}
		enc := &Encoding{Features: []Feature{{Name: "a"}, {Name: "b"}, {Name: "c"}}, Task: Classify}
		if err := Fit(enc, set, nil, Standard); err != nil {
			t.Fatal(err)
		}
		if err := Scale(enc, set); err != nil {
			t.Fatal(err)
		}
		for i, s := range describe(x, set.Part(first(x.Cols)).Index) {
			if math.Abs(s.mean) > 1e-5 || math.Abs(s.sd-1) > 1e-5 {
				t.Errorf("row %d: mean %v, deviation %v", i, s.mean, s.sd)
			}
		}
	})
}

// Rows described all at the same time are as if described one by one, to the bit,
// where nothing is missing; where something is, they are described one by one.
func TestDescribeRowsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := matrix.New[float32](rapid.IntRange(1, 9).Draw(t, "n"), rapid.IntRange(1, 100).Draw(t, "m"))
		r := matrix.Stream(rapid.Uint64().Draw(t, "seed"), matrix.ForData, 0)
		for i := range x.Data {
			x.Data[i] = float32(5 + 3*matrix.Normal(r))
		}
		for range rapid.IntRange(0, 3).Draw(t, "missing") {
			x.Data[r.IntN(len(x.Data))] = float32(math.NaN())
		}
		columns := rapid.SliceOfNDistinct(rapid.IntRange(0, x.Cols-1), 1, x.Cols, rapid.ID).Draw(t, "columns")
		for i, got := range describe(x, columns) {
			if want := describeRow(x, i, columns); fmt.Sprintf("%x", got) != fmt.Sprintf("%x", want) {
				t.Errorf("row %d: %v, want %v", i, got, want)
			}
		}
	})
}

// first returns 0, …, n-1.
func first(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
