package matrix_test

// The first numbers of streams, which runs that are to be repeated depend on.
var (
	goldenNormals = []float64{-0.787103068265299, -0.14932103753895595, -1.5934769252845669}
	goldenOrder   = []int{4, 6, 3, 1, 2, 7, 0, 5}
)
