package lab

import (
	"bytes"
	"fmt"

	"gradlab/data"
	"gradlab/matrix"
)

// Digits returns the 1797 optical digits that come with gradlab: X is 64×1797,
// each image of 8×8 row by row, from 0 (paper) to 1 (ink), and digit says what
// they show, 0 to 9. (Alpaydin and Kaynak, Optical Recognition of Handwritten
// Digits, UCI Machine Learning Repository, CC BY 4.0.)
func Digits() (X *matrix.Matrix[float64], digit []int) {
	const name = "digits.csv"
	text, _ := data.Builtin(name)
	table, err := data.ReadCSV[float64](name, bytes.NewReader(text), data.CSVOptions{})
	if err != nil {
		panic(err) // it is built in
	}
	set := labelled(table.Numbers)
	matrix.Scale(set.X, 1.0/16, set.X)
	digit = make([]int, set.Len())
	for i, y := range set.Y.Data {
		digit[i] = int(y)
	}
	return set.X, digit
}

// DigitSets divides the optical digits into a part to train and one to test,
// 1438 and 359 examples, always the same: Y is 10×m, one-hot.
func DigitSets() (train, test *data.Dataset[float64]) {
	X, digit := Digits()
	return divide(X, data.OneHot[float64](digit, 10), digit)
}

// DigitAgainstRest returns the same parts, with the question whether an image
// shows a certain digit: Y is 1×m, 1 for that digit and 0 for the others. It
// stands in for the cats of the course.
func DigitAgainstRest(which int) (train, test *data.Dataset[float64]) {
	if which < 0 || which > 9 {
		panic(fmt.Sprintf("lab.DigitAgainstRest: %d is no digit", which))
	}
	X, digit := Digits()
	return divide(X, OneAgainstRest(digit, which), digit)
}

// OneAgainstRest returns a row that is 1 where the class is the given one, and
// else 0.
func OneAgainstRest(class []int, which int) *matrix.Matrix[float64] {
	y := matrix.New[float64](1, len(class))
	for i, c := range class {
		y.Data[i] = float64(oneIf(c == which))
	}
	return y
}

// divide puts a fifth of the examples of each class aside, to test.
func divide(x, y *matrix.Matrix[float64], class []int) (train, test *data.Dataset[float64]) {
	first, second := data.Split(class, len(class), 0.2, matrix.Stream(1, matrix.ForSplit, 0))
	part := func(examples []int) *data.Dataset[float64] {
		all := data.Dataset[float64]{X: x, Y: y}
		set := &data.Dataset[float64]{X: new(matrix.Matrix[float64]), Y: new(matrix.Matrix[float64])}
		all.Gather(set.X, set.Y, examples)
		return set
	}
	return part(first), part(second)
}
