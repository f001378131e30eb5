package data

import (
	"embed"
	"math/rand/v2"
	"strconv"

	"gradlab/matrix"
)

// The real data sets; builtin/SOURCES.md says where they come from.
//
//go:generate go run ./builtin/gen
//go:embed builtin/*.csv
var builtinFiles embed.FS

// builtinSets are the built-in sets in the order in which they are listed;
// those without a generator are files.
var builtinSets = []struct {
	name     string
	generate func(r *rand.Rand) (*matrix.Matrix[float64], []int)
}{
	{"iris.csv", nil},
	{"wine.csv", nil},
	{"breast_cancer.csv", nil},
	{"digits.csv", nil},
	{"planar.csv", func(r *rand.Rand) (*matrix.Matrix[float64], []int) { return Flower[float64](400, 0.2, r) }},
	{"moons.csv", func(r *rand.Rand) (*matrix.Matrix[float64], []int) { return Moons[float64](500, 0.2, r) }},
	{"circles.csv", func(r *rand.Rand) (*matrix.Matrix[float64], []int) { return Circles[float64](400, 0.1, 0.5, r) }},
	{"blobs.csv", func(r *rand.Rand) (*matrix.Matrix[float64], []int) { return Blobs[float64](400, 4, 0.8, r) }},
	{"spirals.csv", func(r *rand.Rand) (*matrix.Matrix[float64], []int) { return Spirals[float64](420, 3, 0.2, r) }},
}

// builtinSeed is the seed of the generated sets: they are the same for everyone.
const builtinSeed = 1

// Builtins returns the names of the built-in sets.
func Builtins() []string {
	names := make([]string, len(builtinSets))
	for i, set := range builtinSets {
		names[i] = set.name
	}
	return names
}

// Builtin returns a built-in set as the text of a CSV file.
func Builtin(name string) (csv []byte, ok bool) {
	for i, set := range builtinSets {
		switch {
		case set.name != name:
		case set.generate == nil:
			csv, err := builtinFiles.ReadFile("builtin/" + name)
			return csv, err == nil
		default:
			return pointsCSV(set.generate(matrix.Stream(builtinSeed, matrix.ForData, uint32(i)))), true
		}
	}
	return nil, false
}

// pointsCSV returns points and their classes as a CSV file, in which every
// number is exact.
func pointsCSV(x *matrix.Matrix[float64], class []int) []byte {
	csv := []byte("x1,x2,class\n")
	for j, c := range class {
		for _, v := range x.Col(j) {
			csv = append(strconv.AppendFloat(csv, v, 'g', -1, 64), ',')
		}
		csv = append(strconv.AppendInt(csv, int64(c), 10), '\n')
	}
	return csv
}
