// Command train trains a network on a CSV file:
//
//	train --layers 4,8,1 --data iris.csv
//
// It writes the model, the history and pictures into a folder of the run.
package main

import "gradlab/internal/cli"

func main() {
	cli.Main("train", description, new(flags))
}

const description = `Train a neural network on a CSV file.

The layers are sizes, the input first and the output last. Without any further flag train finds out
the rest: the task from the label, the loss from the task, a validation set, and the folder to
write to.

Examples:

  train --layers 4,8,1 --data iris.csv                       one class against the rest
  train --layers 4,8,3 --data iris.csv                       three classes
  train --layers 13,16,3 --data wine.csv --optimizer adam
  train --layers 30,16,1 --data breast_cancer.csv --optimizer adam --l2 0.001
  train --layers 64,32,10 --data digits.csv --optimizer adam --epochs 40
  train --layers 2,16,1 --data moons.csv --optimizer adam    with a picture of the boundary
  train --layers 3,1 --data houses.csv --label price --optimizer normal-equation

Data sets that are built in: iris.csv, wine.csv, breast_cancer.csv, digits.csv, and generated ones,
planar.csv, moons.csv, circles.csv, blobs.csv, spirals.csv.`
