// Command bench measures how fast training is: steps of a network, products of
// matrices, or the reading of a CSV file.
//
//	bench --layers 784,512,512,10 --batch 128 --dtype float32 --activation relu
package main

import "gradlab/internal/cli"

func main() {
	cli.Main("bench", description, new(flags))
}

const description = `Measure how fast training is.

Times steps of a network on one fixed batch of normal numbers (forward pass, value of the loss,
backward pass, update by SGD), all in all and equation by equation, beside what the machine can do:
a loop of multiply-adds on registers alone (the peak) and a loop that copies memory. With --gemm it
times products of matrices instead, with --csv the reading of a file. --peers does the same work in
Python libraries, where they are installed, in turns with ours.

Examples:

  bench --layers 784,512,512,10 --batch 128 --dtype float32 --activation relu
  bench --layers 4,8,3 --batch 16 --dtype float64 --activation tanh --peers numpy,torch,sklearn
  bench --layers 784,128,10 --batch 64 --json
  bench --plot step.png                                  and step-scaling.png
  bench --gemm --peers numpy
  bench --gemm --sizes 256,512x784x128:nt --dtype float64
  bench --csv table.csv --json

Times on a machine that does other things as well are worth little, those of two threads even less.
The best of several rounds counts, for everybody; differences below 5 % mean nothing. Judge by the
ratios within one run, look at the peak that was measured beside them, and raise --rounds.`
