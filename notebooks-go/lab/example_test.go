package lab_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"gradlab/layers"
	"gradlab/matcalc"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/notebooks-go/lab"
)

// What the course writes as np.random.seed(1); np.random.randn(3, 4).
func ExampleSeed() {
	fmt.Println(lab.Seed(1).Randn(3, 4))
	// Output:
	// ⎡ 1.62435  -0.611756  -0.528172   -1.07297⎤
	// ⎢0.865408   -2.30154    1.74481  -0.761207⎥
	// ⎣0.319039   -0.24937    1.46211   -2.06014⎦
}

// Warm up 1 of the article (33), derived.
func ExampleProblem() {
	d, err := matcalc.Derive(lab.Problem("a'*X*b", "X", "a:m", "X:m,n", "b:n"), matcalc.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Gradient)
	// Output: a*b'
}

// Points of the flower, and how a classifier divides the plane of them.
func ExampleBoundary() {
	set := lab.Flower(lab.Seed(1), 400)
	fmt.Println(set.X.Rows, set.X.Cols)
	net := nn.Network[float64]{Layers: []layers.Layer[float64]{
		layers.NewDense(2, 1, layers.Sigmoid[float64]{}, layers.Xavier, matrix.Stream(1, matrix.ForInit, 1)),
	}}
	figure := lab.Boundary("untrained", set, net.Predict).Figure()
	fmt.Println(http.DetectContentType(lab.PNG(figure)))
	// Output:
	// 2 400
	// image/png
}

// Who has the course's files trains on cats, and others on optical digits.
func ExampleFolders_Cats() {
	train, _, err := lab.DataFolders().Cats()
	if errors.Is(err, fs.ErrNotExist) {
		train, _ = lab.DigitAgainstRest(0)
	}
	fmt.Println(train.Y.Rows)
	// Output: 1
}
