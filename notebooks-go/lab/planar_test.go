package lab

import (
	"encoding/json"
	"math"
	"testing"

	"gradlab/data"
)

// The files of the course's formula sets, where they are there.
func TestFormulasGiveTheCoursesSets(t *testing.T) {
	for name, set := range map[string]*data.Dataset[float64]{
		"flower.csv":        Flower(Seed(1), 400),
		"circles_train.csv": Circles(Seed(1), 300, 0.05, 0.8),
		"circles_test.csv":  Circles(Seed(2), 100, 0.05, 0.8),
		"moons_train.csv":   Moons(Seed(3), 300, 0.2),
	} {
		table, err := DataFolders().csv(name, 3)
		needs(t, err)
		samePoints(t, name, set, table.Data)
	}
}

// samePoints compares a set with numbers x1, x2, y for each point.
func samePoints(t *testing.T, name string, set *data.Dataset[float64], want []float64) {
	t.Helper()
	if 3*set.Len() != len(want) {
		t.Errorf("%s has %d points, not %d", name, set.Len(), len(want)/3)
		return
	}
	largest := 1.0
	for _, x := range want {
		largest = max(largest, math.Abs(x))
	}
	for i := range set.Len() {
		x, y := set.X.Col(i), set.Y.Col(i)
		if math.Abs(x[0]-want[3*i]) > 1e-15*largest || math.Abs(x[1]-want[3*i+1]) > 1e-15*largest || y[0] != want[3*i+2] {
			t.Errorf("%s: point %d is %v, class %v, not %v", name, i, x, y, want[3*i:3*i+3])
			return
		}
	}
}

// The bits are the same on every architecture.
func TestBitsOfTheSets(t *testing.T) {
	for name, want := range map[string]struct {
		set    *data.Dataset[float64]
		digest string
	}{
		"flower":    {Flower(Seed(1), 400), "192f2e2387c6faf8"},
		"circles":   {Circles(Seed(1), 300, 0.05, 0.8), "24da13ee0dd7ad19"},
		"moons":     {Moons(Seed(3), 300, 0.2), "6d6113287bc0e00a"},
		"blobs":     {Blobs(Seed(5), 200, 6), "f40db21759a8cd0d"},
		"quantiles": {GaussianQuantiles(Seed(7), 200), "dbea2e2d698bf92e"},
		"noise":     {Noise(Seed(7), 200), "836e65d5120c5d28"},
	} {
		if got := digest(append(want.set.X.Data, want.set.Y.Data...))[:16]; got != want.digest {
			t.Errorf("%s has the digest %s, not %s", name, got, want.digest)
		}
	}
}

const sklearnScript = `
import json, numpy as np
from numpy.random import RandomState
from sklearn.datasets import make_blobs, make_circles, make_gaussian_quantiles, make_moons
sets = dict(
    circles=make_circles(n_samples=200, factor=.5, noise=.3, random_state=7),
    odd_circles=make_circles(n_samples=13, factor=.8, noise=.1, random_state=8),
    moons=make_moons(n_samples=200, noise=.2, random_state=7),
    odd_moons=make_moons(n_samples=13, noise=.2, random_state=8),
    blobs=make_blobs(n_samples=200, random_state=5, n_features=2, centers=6),
    quantiles=make_gaussian_quantiles(mean=None, cov=0.5, n_samples=200, n_features=2, n_classes=2, random_state=7),
)
print(json.dumps({name: np.c_[x, y % 2].ravel().tolist() for name, (x, y) in sets.items()}))
`

func TestAgainstScikitLearn(t *testing.T) {
	out := python(t, sklearnScript)
	var want map[string][]float64
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	samePoints(t, "circles", Circles(Seed(7), 200, 0.3, 0.5), want["circles"])
	samePoints(t, "13 circles", Circles(Seed(8), 13, 0.1, 0.8), want["odd_circles"])
	samePoints(t, "moons", Moons(Seed(7), 200, 0.2), want["moons"])
	samePoints(t, "13 moons", Moons(Seed(8), 13, 0.2), want["odd_moons"])
	samePoints(t, "blobs", Blobs(Seed(5), 200, 6), want["blobs"])
	samePoints(t, "quantiles", GaussianQuantiles(Seed(7), 200), want["quantiles"])
}

// np.random.seed(1); np.random.rand(200, 2)
func TestNoiseIsUniform(t *testing.T) {
	set, points := Noise(Seed(1), 200), Seed(1).Rand(200, 2)
	ones := 0.0
	for i := range 200 {
		if set.X.At(0, i) != points.At(i, 0) || set.X.At(1, i) != points.At(i, 1) {
			t.Fatalf("point %d is %v", i, set.X.Col(i))
		}
		ones += set.Y.At(0, i)
	}
	if ones < 70 || ones > 130 {
		t.Errorf("%v of 200 points have class 1", ones)
	}
}

func TestSetsMayBeSmall(t *testing.T) {
	for m := range 3 {
		for name, set := range map[string]*data.Dataset[float64]{
			"Circles":           Circles(Seed(1), m, 0.1, 0.8),
			"Moons":             Moons(Seed(1), m, 0.1),
			"Blobs":             Blobs(Seed(1), m, 6),
			"GaussianQuantiles": GaussianQuantiles(Seed(1), m),
			"Noise":             Noise(Seed(1), m),
		} {
			if set.Len() != m || set.Y.Cols != m {
				t.Errorf("%s of %d points has %d", name, m, set.Len())
			}
		}
	}
}
