// Command gen makes the real data sets in data/builtin from those of Debian's
// package python3-sklearn: it gives them a header and writes class names in the
// place of their numbers. The numbers of the features are copied as they are
// written there. Run it by "go generate ./data".
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const source = "/usr/lib/python3/dist-packages/sklearn/datasets/data"

// set is a data set: its file there and here, the names of its columns, the
// label last, and of its classes.
type set struct {
	from, to string
	titled   bool // the first line tells the numbers of rows and columns and the classes
	columns  []string
	classes  []string
}

func sets() []set {
	return []set{
		{"iris.csv", "iris.csv", true,
			strings.Fields("sepal_length sepal_width petal_length petal_width species"),
			strings.Fields("setosa versicolor virginica")},
		{"wine_data.csv", "wine.csv", true,
			strings.Fields("alcohol malic_acid ash alcalinity_of_ash magnesium total_phenols flavanoids nonflavanoid_phenols " +
				"proanthocyanins color_intensity hue od280_od315_of_diluted_wines proline class"),
			strings.Fields("class_0 class_1 class_2")},
		{"breast_cancer.csv", "breast_cancer.csv", true, breastCancer(), strings.Fields("malignant benign")},
		{"digits.csv.gz", "digits.csv", false, digits(), strings.Fields("0 1 2 3 4 5 6 7 8 9")},
	}
}

// breastCancer returns the mean, the standard error and the worst of each of ten
// measures.
func breastCancer() (columns []string) {
	measures := strings.Fields("radius texture perimeter area smoothness compactness concavity concave_points symmetry fractal_dimension")
	for _, form := range []string{"mean_%s", "%s_error", "worst_%s"} {
		for _, m := range measures {
			columns = append(columns, fmt.Sprintf(form, m))
		}
	}
	return append(columns, "diagnosis")
}

func digits() (columns []string) {
	for i := range 8 {
		for j := range 8 {
			columns = append(columns, fmt.Sprintf("pixel_%d_%d", i, j))
		}
	}
	return append(columns, "digit")
}

func main() {
	to := "builtin" // go generate runs in the folder of the package
	if len(os.Args) > 1 {
		to = os.Args[1]
	}
	for _, s := range sets() {
		if err := s.convert(to); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}

func (s set) convert(folder string) error {
	text, err := read(filepath.Join(source, s.from))
	if err != nil {
		return fmt.Errorf("%w (it comes with Debian's package python3-sklearn)", err)
	}
	var out bytes.Buffer
	fmt.Fprintln(&out, strings.Join(s.columns, ","))
	lines := bufio.NewScanner(bytes.NewReader(text))
	if s.titled {
		lines.Scan()
		if title := strings.Split(lines.Text(), ","); strings.Join(title[2:], " ") != strings.Join(s.classes, " ") {
			return fmt.Errorf("%s: the classes are %v, not %v", s.from, title[2:], s.classes)
		}
	}
	for lines.Scan() {
		cells := strings.Split(lines.Text(), ",")
		last := len(cells) - 1
		class, err := strconv.Atoi(cells[last])
		if err != nil || len(cells) != len(s.columns) || class < 0 || class >= len(s.classes) {
			return fmt.Errorf("%s: line %q is not of %d columns and a class", s.from, lines.Text(), len(s.columns))
		}
		cells[last] = s.classes[class]
		fmt.Fprintln(&out, strings.Join(cells, ","))
	}
	return os.WriteFile(filepath.Join(folder, s.to), out.Bytes(), 0o644)
}

// read returns a file, unpacked if its name ends in .gz.
func read(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if !strings.HasSuffix(path, ".gz") {
		return io.ReadAll(file)
	}
	r, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
