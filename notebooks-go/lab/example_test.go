package lab_test

import (
	"fmt"

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
