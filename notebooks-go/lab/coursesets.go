package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"gradlab/data"
	"gradlab/matrix"
)

// Cats returns the images of cats (class 1) and of other things, 209 to train
// and 50 to test: X is 12288×m, each image of 64×64 in the order row, column,
// colour (red, green, blue), from 0 to 1; Y is 1×m. The files are
// train_catvnoncat.h5 and test_catvnoncat.h5.
func (f Folders) Cats() (train, test *data.Dataset[float64], err error) {
	if train, err = f.cats("train"); err == nil {
		test, err = f.cats("test")
	}
	if err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

func (f Folders) cats(part string) (*data.Dataset[float64], error) {
	path, err := f.Find(part + "_catvnoncat.h5")
	if err != nil {
		return nil, err
	}
	file, err := OpenHDF5(path)
	if err != nil {
		return nil, err
	}
	images, err := file.Read(part + "_set_x")
	if err != nil {
		return nil, err
	}
	labels, err := file.Read(part + "_set_y")
	if err != nil {
		return nil, err
	}
	m := len(labels.Data)
	if len(images.Shape) != 4 || images.Shape[0] != m || m == 0 {
		return nil, fmt.Errorf("%s: images of shape %v and labels of shape %v", path, images.Shape, labels.Shape)
	}
	for i, x := range images.Data {
		images.Data[i] = x / 255
	}
	return &data.Dataset[float64]{
		X: &matrix.Matrix[float64]{Rows: len(images.Data) / m, Cols: m, Data: images.Data},
		Y: &matrix.Matrix[float64]{Rows: 1, Cols: m, Data: labels.Data},
	}, nil
}

// Football returns where on the field the ball was headed by one's own players
// (class 1) and by the others (0), 211 points to train and 200 to test: X is 2×m,
// Y is 1×m. The file is football_data.mat, which the course calls data.mat, or
// there are football_train.csv and football_test.csv.
func (f Folders) Football() (train, test *data.Dataset[float64], err error) {
	sets, err := f.parts([]string{"football_data.mat", "data.mat"}, [][2]string{{"X", "y"}, {"Xval", "yval"}},
		[]string{"football_train.csv", "football_test.csv"}, 3)
	if err != nil {
		return nil, nil, err
	}
	return sets[0], sets[1], nil
}

// Ex5Data1 returns how much water flows out of a dam at which change of its
// level, 12 examples to train, 21 to validate and 21 to test: X and Y are 1×m.
// The file is ex5data1.mat, or there are ex5_train.csv, ex5_val.csv and
// ex5_test.csv.
func (f Folders) Ex5Data1() (train, val, test *data.Dataset[float64], err error) {
	sets, err := f.parts([]string{"ex5data1.mat"}, [][2]string{{"X", "y"}, {"Xval", "yval"}, {"Xtest", "ytest"}},
		[]string{"ex5_train.csv", "ex5_val.csv", "ex5_test.csv"}, 2)
	if err != nil {
		return nil, nil, nil, err
	}
	return sets[0], sets[1], sets[2], nil
}

// parts reads the parts of a set, a pair of variables X, y each, from a MATLAB
// file of one of some names, or from a CSV file each.
func (f Folders) parts(mats []string, pairs [][2]string, csvs []string, columns int) ([]*data.Dataset[float64], error) {
	var sets []*data.Dataset[float64]
	path, missing := f.Find(mats...)
	if missing == nil {
		for _, pair := range pairs {
			set, err := readPair(path, pair[0], pair[1])
			if err != nil {
				return nil, err
			}
			sets = append(sets, set)
		}
		return sets, nil
	}
	for _, name := range csvs {
		table, err := f.csv(name, columns)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, missing
		}
		if err != nil {
			return nil, err
		}
		sets = append(sets, labelled(table))
	}
	return sets, nil
}

// readPair makes a dataset of two variables of a MATLAB file, x with an example
// a row and y with a label a row.
func readPair(path, x, y string) (*data.Dataset[float64], error) {
	variables, err := readVariables(path, x, y)
	if err != nil {
		return nil, err
	}
	X, Y := variables[x], variables[y]
	if X.Rows != Y.Rows || Y.Cols != 1 {
		return nil, fmt.Errorf("%s: %s is %d×%d and %s is %d×%d", path, x, X.Rows, X.Cols, y, Y.Rows, Y.Cols)
	}
	return &data.Dataset[float64]{X: transposed(X), Y: transposed(Y)}, nil
}

func transposed(m *matrix.Matrix[float64]) *matrix.Matrix[float64] {
	return matrix.FromDense[float64](m.T())
}

// Table returns one of the tables of the older course: ex1data1 (population of a
// city, profit there; 97 examples), ex1data2 (size of a house, bedrooms, price;
// 47), ex2data1 (two exams, admitted; 100) and ex2data2 (two tests of a chip,
// accepted; 118). X is n×m, Y is 1×m. The file is ex1data1.txt, and so on.
func (f Folders) Table(name string) (*data.Dataset[float64], error) {
	columns, known := map[string]int{"ex1data1": 2, "ex1data2": 3, "ex2data1": 3, "ex2data2": 3}[name]
	if !known {
		return nil, fmt.Errorf("no table is called %s; there are ex1data1, ex1data2, ex2data1 and ex2data2", name)
	}
	table, err := f.csv(name+".txt", columns)
	if err != nil {
		return nil, err
	}
	return labelled(table), nil
}

// Ex4Data1 returns 5000 images of handwritten digits: X is 400×5000, each image
// of 20×20 column by column, Y is 1×5000 with the digits 1, …, 10, where 10 is
// zero. The file is ex4data1.mat, which ex3 calls ex3data1.mat.
func (f Folders) Ex4Data1() (*data.Dataset[float64], error) {
	path, err := f.Find("ex4data1.mat", "ex3data1.mat")
	if err != nil {
		return nil, err
	}
	return readPair(path, "X", "y")
}

// Ex4Weights returns the weights of a network 400-25-10 for these digits, the
// biases in the first column: Theta1 is 25×401, Theta2 is 10×26. The file is
// ex4weights.mat, which ex3 calls ex3weights.mat, or there are ex4_theta1.csv and
// ex4_theta2.csv.
func (f Folders) Ex4Weights() (theta1, theta2 *matrix.Matrix[float64], err error) {
	path, missing := f.Find("ex4weights.mat", "ex3weights.mat")
	if missing == nil {
		variables, err := readVariables(path, "Theta1", "Theta2")
		if err != nil {
			return nil, nil, err
		}
		return variables["Theta1"], variables["Theta2"], nil
	}
	if theta1, err = f.csv("ex4_theta1.csv", 401); err == nil {
		theta2, err = f.csv("ex4_theta2.csv", 26)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, missing
	}
	if err != nil {
		return nil, nil, err
	}
	return transposed(theta1), transposed(theta2), nil
}

// Dinosaurs returns the 1536 names of dinosaurs, as they are written. The file is
// dinos.txt.
func (f Folders) Dinosaurs() ([]string, error) {
	path, err := f.Find("dinos.txt")
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(text)), nil
}
