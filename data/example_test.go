package data_test

import (
	"fmt"
	"log"
	"strings"

	"gradlab/data"
	"gradlab/matrix"
)

// From a file to the two parts that a trainer takes.
func Example() {
	table, err := data.Open[float64]("iris.csv", "", data.CSVOptions{})
	if err != nil {
		log.Fatal(err)
	}
	set, enc, err := table.Encode(data.Spec{Outputs: 3})
	if err != nil {
		log.Fatal(err)
	}
	train, val := data.Split(set.Classes(), set.Len(), 0.2, matrix.Stream(1, matrix.ForSplit, 0))
	if err := data.Fit(enc, set, train, data.Standard); err != nil {
		log.Fatal(err)
	}
	if err := data.Scale(enc, set); err != nil {
		log.Fatal(err)
	}
	fmt.Println(enc)
	fmt.Println(set.Part(train).Len(), "and", set.Part(val).Len(), "examples")
	// Output:
	// classification of species (setosa, versicolor and virginica) from 4 inputs
	// 120 and 30 examples
}

func ExampleReadCSV() {
	file := strings.NewReader("colour,weight,kind\nred,100,apple\ngreen,,pear\nred,120,apple\n")
	table, err := data.ReadCSV[float64]("fruit.csv", file, data.CSVOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range table.Columns {
		fmt.Println(c.Name, c.Values)
	}
	fmt.Println(table.MissingCells())
	// Output:
	// colour [green red]
	// weight []
	// kind [apple pear]
	// column 2 (weight): 1 cell, in line 3
}

func ExampleTable_Encode() {
	file := strings.NewReader("colour,weight,kind\nred,100,apple\ngreen,150,pear\nred,120,apple\n")
	table, err := data.ReadCSV[float64]("fruit.csv", file, data.CSVOptions{})
	if err != nil {
		log.Fatal(err)
	}
	set, enc, err := table.Encode(data.Spec{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(enc.Inputs())
	fmt.Println(set.X)
	fmt.Println(set.Y, enc.ClassNames())
	// Output:
	// [colour=green colour=red weight]
	// ⎡  0    1    0⎤
	// ⎢  1    0    1⎥
	// ⎣100  150  120⎦
	// [0  1  0] [apple pear]
}

// A model is applied to columns in another order.
func ExampleTable_Apply() {
	train, err := data.ReadCSV[float64]("train.csv", strings.NewReader("a,b,y\n1,10,0\n3,30,1\n"), data.CSVOptions{})
	if err != nil {
		log.Fatal(err)
	}
	set, enc, err := train.Encode(data.Spec{})
	if err != nil {
		log.Fatal(err)
	}
	if err := data.Fit(enc, set, nil, data.MinMax); err != nil {
		log.Fatal(err)
	}
	table, err := data.ReadCSV[float64]("new.csv", strings.NewReader("id,b,a\nx1,20,3\n"), data.CSVOptions{For: enc})
	if err != nil {
		log.Fatal(err)
	}
	scaled, _, err := table.Apply(enc)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(scaled.X)
	// Output:
	// ⎡  1⎤
	// ⎣0.5⎦
}

func ExampleSplit() {
	class := []int{0, 0, 0, 0, 0, 0, 1, 1, 1, 1}
	train, val := data.Split(class, len(class), 0.5, matrix.Stream(1, matrix.ForSplit, 0))
	count := func(part []int) (n [2]int) {
		for _, i := range part {
			n[class[i]]++
		}
		return n
	}
	fmt.Println(count(train), count(val))
	// Output: [3 2] [3 2]
}

func ExampleMoons() {
	x, class := data.Moons[float64](4, 0, matrix.Stream(1, matrix.ForData, 0))
	fmt.Printf("%.3f\n", x.Data)
	fmt.Println(class)
	// Output:
	// [1.000 0.000 -1.000 0.000 0.000 0.500 2.000 0.500]
	// [0 0 1 1]
}
