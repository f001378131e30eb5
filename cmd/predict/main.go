// Command predict applies a model that train made to new data:
//
//	predict --model runs/iris/model.safetensors --data new.csv
package main

import "gradlab/internal/cli"

func main() {
	cli.Main("predict", description, new(flags))
}

const description = `Predict with a model that train made.

Writes CSV: for each row of the data the prediction, and for a classifier the probability of each
class. The columns of the data are matched by name, in any order; scaling and encoding come from
the model. Where the label is there, too, loss and metrics are printed.

Examples:

  predict --model runs/iris/model.safetensors --data new.csv
  predict --model runs/iris/model.safetensors --data iris.csv --out predictions.csv`
