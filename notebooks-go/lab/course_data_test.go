package lab_test

import (
	"errors"
	"math"
	"path/filepath"
	"sync"
	"testing"

	"gradlab/data"
	"gradlab/matrix"
	"gradlab/notebooks-go/lab"
)

// A courseSet reads or generates a data set of the course: its arrays by name.
type courseSet func(f lab.Folders) (map[string]any, error)

var courseSets = map[string]courseSet{
	"cat":        courseCats,
	"flower":     courseFlower,
	"circles":    courseCircles,
	"moons":      courseMoons,
	"football":   courseFootball,
	"ex1data1":   courseTable("ex1data1"),
	"ex1data2":   courseTable("ex1data2"),
	"ex2data1":   courseTable("ex2data1"),
	"ex2data2":   courseTable("ex2data2"),
	"ex4data1":   courseEx4Data1,
	"ex4weights": courseEx4Weights,
	"ex5data1":   courseEx5Data1,
}

// courseData returns the arrays of a data set, which are shared by all cases and
// not to be written to. It skips the case if the data are not there.
func courseData(t testing.TB, name, folder string) map[string]any {
	read, known := courseSets[name]
	if !known {
		t.Skipf("the data set %s is not there", name)
	}
	folders := append(lab.Folders{filepath.Join(folder, "data"), filepath.Join(sharedFolder, "data")}, lab.DataFolders()...)
	arrays, err := once(name+" in "+folder, func() (map[string]any, error) { return read(folders) })
	var missing *lab.MissingFile
	if errors.As(err, &missing) {
		t.Skipf("needs data: %s", missing.Name)
	}
	if err != nil {
		t.Fatalf("data set %s: %v", name, err)
	}
	return arrays
}

var readSets sync.Map // of func() (map[string]any, error)

// once calls read at the first call for a key, and returns what it returned.
func once(key string, read func() (map[string]any, error)) (map[string]any, error) {
	f, _ := readSets.LoadOrStore(key, sync.OnceValues(read))
	return f.(func() (map[string]any, error))()
}

// dataSetItself is the function that returns the arrays of the data set.
func dataSetItself(in *inputs) outputs { return in.data }

// columnSet returns the arrays X and Y, with a suffix, of a set with an example a
// column.
func columnSet(set *data.Dataset[float64], suffix string) outputs {
	return outputs{"X" + suffix: set.X, "Y" + suffix: set.Y}
}

// rowSet returns the arrays X and y of the older course, where an example is a
// row.
func rowSet(set *data.Dataset[float64], suffix string) outputs {
	return outputs{"X" + suffix: rows(set.X), "y" + suffix: newArray(set.Y.Data)}
}

func trainAndTest(train, test *data.Dataset[float64], err error) (map[string]any, error) {
	if err != nil {
		return nil, err
	}
	return merge(columnSet(train, "_train"), columnSet(test, "_test")), nil
}

func courseCats(f lab.Folders) (map[string]any, error) {
	train, test, err := f.Cats()
	all, err := trainAndTest(train, test, err)
	if err == nil {
		all["X_train_raw"], all["X_test_raw"] = raw(train.X), raw(test.X)
	}
	return all, err
}

// raw returns the bytes of images that were divided by 255.
func raw(x *matrix.Matrix[float64]) *matrix.Matrix[float64] {
	b := matrix.New[float64](x.Rows, x.Cols)
	matrix.Map(b, x, func(v float64) float64 { return math.Round(255 * v) })
	return b
}

func courseFootball(f lab.Folders) (map[string]any, error) {
	return trainAndTest(f.Football())
}

func courseFlower(lab.Folders) (map[string]any, error) {
	return columnSet(lab.Flower(lab.Seed(1), 400), ""), nil
}

func courseCircles(lab.Folders) (map[string]any, error) {
	return trainAndTest(lab.Circles(lab.Seed(1), 300, 0.05, 0.8), lab.Circles(lab.Seed(2), 100, 0.05, 0.8), nil)
}

func courseMoons(lab.Folders) (map[string]any, error) {
	return columnSet(lab.Moons(lab.Seed(3), 300, 0.2), ""), nil
}

func courseTable(name string) courseSet {
	return func(f lab.Folders) (map[string]any, error) {
		set, err := f.Table(name)
		if err != nil {
			return nil, err
		}
		return rowSet(set, ""), nil
	}
}

func courseEx4Data1(f lab.Folders) (map[string]any, error) {
	set, err := f.Ex4Data1()
	if err != nil {
		return nil, err
	}
	weights, err := courseEx4Weights(f)
	if err != nil {
		return nil, err
	}
	return merge(rowSet(set, ""), weights), nil
}

func courseEx4Weights(f lab.Folders) (map[string]any, error) {
	theta1, theta2, err := f.Ex4Weights()
	return outputs{"Theta1": theta1, "Theta2": theta2}, err
}

func courseEx5Data1(f lab.Folders) (map[string]any, error) {
	train, val, test, err := f.Ex5Data1()
	if err != nil {
		return nil, err
	}
	return merge(rowSet(train, ""), rowSet(val, "val"), rowSet(test, "test")), nil
}
