package lab

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gradlab/data"
	"gradlab/matrix"
)

// Folders are where the course's own files are looked for, in this order. They
// have no licence and are no part of gradlab; who has taken the course has them.
type Folders []string

// FoldersVariable is the environment variable that names the folders.
const FoldersVariable = "GRADLAB_LAB_DATA"

// DataFolders returns the folders that GRADLAB_LAB_DATA names, separated as in
// PATH; without it, the folder data in the working directory, notebooks-go/data
// in the module that the working directory is in, and shared/ng/data beside that
// module.
func DataFolders() Folders {
	if list := os.Getenv(FoldersVariable); list != "" {
		return filepath.SplitList(list)
	}
	folders := Folders{"data"}
	if root := moduleRoot(); root != "" {
		folders = append(folders, filepath.Join(root, "notebooks-go", "data"), filepath.Join(root, "..", "shared", "ng", "data"))
	}
	return folders
}

// moduleRoot returns the folder of the module that has the notebooks, seen from
// the working directory, or "".
func moduleRoot() string {
	dir, err := os.Getwd()
	for err == nil {
		if isFile(filepath.Join(dir, "go.mod")) && isFile(filepath.Join(dir, "notebooks-go", "lab", "folders.go")) {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// MissingFile is the error for a file of the course that is not there. It is an
// fs.ErrNotExist.
type MissingFile struct {
	Name    string // or names, any of which would do
	Folders Folders
}

func (e *MissingFile) Error() string {
	places := make([]string, len(e.Folders))
	for i, folder := range e.Folders {
		places[i] = folder
		if abs, err := filepath.Abs(folder); err == nil {
			places[i] = abs
		}
	}
	from, instead := origin(e.Name)
	return fmt.Sprintf("%s is not there; it was looked for in %s.\n"+
		"It comes with %s; gradlab may not pass it on. If you have it, put it into notebooks-go/data, "+
		"or name its folder in the environment variable %s.%s",
		e.Name, strings.Join(places, ", "), from, FoldersVariable, instead)
}

// origin says which lab of the course a file comes with, and what our labs take
// instead.
func origin(name string) (from, instead string) {
	const digits = " Without it, the labs take the optical digits that come with gradlab."
	switch {
	case strings.Contains(name, "catvnoncat"):
		return "the labs on cats of Neural Networks and Deep Learning, week 2, in the folder datasets", digits
	case strings.Contains(name, "football"):
		return "the lab on regularization of Improving Deep Neural Networks, week 1, as datasets/data.mat", ""
	case strings.Contains(name, "dinos"):
		return "the lab on dinosaurs of Sequence Models, week 1", ""
	case strings.Contains(name, "ex4"):
		return "exercises 3 and 4 of the older course, Machine Learning", digits
	default:
		return "the exercises of the older course, Machine Learning", ""
	}
}

// Is makes errors.Is(e, fs.ErrNotExist) true.
func (e *MissingFile) Is(target error) bool { return target == fs.ErrNotExist }

// Find returns the path of a file: of the first name that is in a folder.
func (f Folders) Find(names ...string) (string, error) {
	for _, name := range names {
		for _, folder := range f {
			if path := filepath.Join(folder, name); isFile(path) {
				return path, nil
			}
		}
	}
	return "", &MissingFile{strings.Join(names, " or "), f}
}

// csv reads a file of numbers alone; the result has a row for each of its
// columns, and a column for each of its rows.
func (f Folders) csv(name string, columns int) (*matrix.Matrix[float64], error) {
	path, err := f.Find(name)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	table, err := data.ReadCSV[float64](path, file, data.CSVOptions{})
	if err != nil {
		return nil, err
	}
	if missing := table.MissingCells(); missing != "" {
		return nil, fmt.Errorf("%s: missing values: %s", path, missing)
	}
	if len(table.Columns) != columns || table.Numbers.Rows != columns {
		return nil, fmt.Errorf("%s: of its %d columns %d hold numbers; the course's file has %d columns, all of numbers",
			path, len(table.Columns), table.Numbers.Rows, columns)
	}
	return table.Numbers, nil
}

// labelled makes a dataset of columns of features and, last, the label.
func labelled(columns *matrix.Matrix[float64]) *data.Dataset[float64] {
	n, m := columns.Rows-1, columns.Cols
	set := &data.Dataset[float64]{X: matrix.New[float64](n, m), Y: matrix.New[float64](1, m)}
	for j := range m {
		copy(set.X.Col(j), columns.Col(j)[:n])
		set.Y.Data[j] = columns.At(n, j)
	}
	return set
}

// readVariables reads a MATLAB file, and sees to it that the variables are there.
func readVariables(path string, names ...string) (map[string]*matrix.Matrix[float64], error) {
	variables, err := ReadMAT(path)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if variables[name] == nil {
			return nil, fmt.Errorf("%s: there is no numeric variable %s", path, name)
		}
	}
	return variables, nil
}
