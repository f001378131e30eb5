package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/alecthomas/kong"

	"gradlab/internal/cli"
	"gradlab/nn"
)

// flags is the command line. Its fields are the names of design section 5, and
// run.json keeps them.
type flags struct {
	Layers cli.Sizes `placeholder:"N,N,…" help:"Sizes of the layers, input first, output last: 4,8,1. Required." group:"network"`
	Data   string    `placeholder:"FILE" help:"Required: a CSV file (also .csv.gz, - for standard input), IDX images, or the name of a built-in set." group:"data"`

	DataLabels string   `placeholder:"FILE" help:"IDX labels of IDX images." group:"data"`
	Test       string   `placeholder:"FILE" help:"Test set, looked at once, at the end." group:"data"`
	TestLabels string   `placeholder:"FILE" help:"IDX labels of the test set." group:"data"`
	Label      []string `placeholder:"COLUMN" help:"Column to predict, by name or number; several for a regression of several outputs. Default: the last." group:"data"`
	Ignore     []string `placeholder:"COLUMN" help:"Columns to leave out, by name or number." group:"data"`
	Text       []string `placeholder:"COLUMN" help:"Columns to read as text (categories) though they hold numbers, by name or number." group:"data"`
	Task       string   `default:"auto" enum:"auto,classify,regress" help:"classify or regress. Default: from the label." group:"data"`
	Positive   string   `placeholder:"CLASS" help:"With one output: the class against the rest. Default: the last." group:"data"`
	Header     string   `default:"auto" enum:"auto,yes,no" help:"Whether the first line names the columns (auto, yes, no)." group:"data"`
	Delimiter  string   `default:"auto" help:"Between the cells: a character, tab, or auto." group:"data"`
	Missing    string   `default:"error" enum:"error,drop,mean" help:"Missing cells: error, drop the row, or the mean of the column." group:"data"`
	Scale      string   `default:"standard" enum:"standard,minmax,none" help:"Scaling of the numbers, fitted on the training part: standard, minmax, none." group:"data"`
	Val        float64  `default:"0.2" help:"Part of the examples kept for validation." group:"data"`

	Activation string  `default:"tanh" help:"Hidden activation, or a comma list with one for each hidden layer: identity, sigmoid, tanh, relu, leaky-relu, elu, softplus, gelu, softmax." group:"network"`
	Output     string  `placeholder:"NAME" help:"Activation of the last layer. Default: sigmoid, softmax or identity, from the data and the loss." group:"network"`
	Loss       string  `placeholder:"NAME" help:"mse, mae, huber, bce, ce, hinge. Default: from the data." group:"network"`
	Init       string  `placeholder:"NAME" help:"zeros, normal, xavier, glorot, he. Default: he for ReLU and its kin, xavier for others." group:"network"`
	BatchNorm  bool    `help:"Batch normalisation before every hidden activation." group:"network"`
	Dropout    float64 `default:"0" help:"Probability to drop a hidden unit." group:"network"`

	L2           float64  `name:"l2" default:"0" help:"λ of the penalty λ/2·‖W‖²; with adamw its weight decay." group:"training"`
	ClassWeights string   `placeholder:"W" help:"balanced, or NAME=WEIGHT,… (1 for classes not named)." group:"training"`
	Optimizer    string   `default:"sgd" help:"sgd, momentum, nesterov, rmsprop, adam, adamw, lbfgs, normal-equation." group:"training"`
	LR           *float64 `name:"lr" placeholder:"RATE" help:"Learning rate. Default: 0.1 for sgd, momentum and nesterov, 0.003 for rmsprop, 0.01 for adam and adamw." group:"training"`
	Momentum     *float64 `placeholder:"β" help:"β of momentum and nesterov. Default: 0.9." group:"training"`
	Beta1        *float64 `name:"beta1" placeholder:"β" help:"β₁ of adam and adamw. Default: 0.9." group:"training"`
	Beta2        *float64 `name:"beta2" placeholder:"β" help:"β₂ of adam and adamw (default 0.999), β of rmsprop (default 0.9)." group:"training"`
	Schedule     string   `default:"constant" help:"Learning rate over time: constant, step[:EPOCHS[:FACTOR]], exponential[:FACTOR], inverse-time[:DECAY[:EPOCHS]], cosine[:FLOOR], warm-up[:STEPS[:SCHEDULE]]." group:"training"`
	ClipNorm     *float64 `placeholder:"MAX" help:"Largest norm of all gradients together." group:"training"`
	ClipValue    *float64 `placeholder:"MAX" help:"Largest magnitude of an entry of a gradient." group:"training"`
	Epochs       int      `default:"200" help:"Times through the training set." group:"training"`
	Batch        int      `default:"16" help:"Examples a step; 0: all." group:"training"`
	Patience     int      `default:"0" help:"Stop after so many epochs without a lower validation loss, and keep the best weights; 0: off." group:"training"`
	OnNaN        string   `name:"on-nan" default:"stop" enum:"stop,skip,restore,ignore" help:"What to do about a step whose loss or gradients are not finite, or whose loss is a thousand times the first one: stop, skip it, restore the weights of the last epoch and go on, or ignore a loss while the gradients are finite." group:"training"`
	ScoreSample  int      `default:"10000" placeholder:"N" help:"Examples that the training scores of each epoch but the last are of; 0: all." group:"training"`
	Seed         uint64   `default:"1" help:"Every random choice follows from it." group:"training"`
	DType        string   `name:"dtype" default:"float64" enum:"float64,float32" help:"Type of all numbers: float64, float32." group:"training"`

	CheckGradients bool   `help:"Compare the gradients with differences before training." group:"output"`
	Out            string `placeholder:"DIR" help:"Folder of the run. Default: runs/ and the name of the data. A folder that holds a run is never written to: a number is added." group:"output"`
	JSON           bool   `name:"json" help:"Print one JSON object." group:"output"`

	CheckpointEvery string `placeholder:"N|TIME" help:"Keep the state of the training in the folder after every N steps, or after a time such as 30s or 5m; 0: only when it ends or is interrupted. Default: at the end of an epoch, at most once a second." group:"output"`
	Resume          string `placeholder:"DIR" help:"Go on with the run in a folder as if it had never been stopped. Its flags are those of its run.json." group:"output"`

	Version kong.VersionFlag `help:"Print the version." group:"output"`

	given []string // the names of the flags on the command line
}

// AfterApply is called by kong when it has parsed the command line.
func (f *flags) AfterApply(ctx *kong.Context) error {
	for _, p := range ctx.Path {
		if p.Flag != nil {
			f.given = append(f.given, p.Flag.Name)
		}
	}
	return nil
}

// check finds what is wrong whatever the files say.
func (f *flags) check() error {
	for _, c := range []struct {
		bad     bool
		message string
	}{
		{f.Layers == nil || f.Data == "", "give --layers N,N,… and --data FILE, or --resume DIR"},
		{!(f.Val >= 0 && f.Val < 1), fmt.Sprintf("--val %v: a part is at least 0 and below 1", f.Val)},
		{!(f.Dropout >= 0 && f.Dropout < 1), fmt.Sprintf("--dropout %v: a probability is at least 0 and below 1", f.Dropout)},
		{!(f.L2 >= 0 && f.L2 <= maxFlag), fmt.Sprintf("--l2 %v: it is a number from 0", f.L2)},
		{f.Epochs < 1, fmt.Sprintf("--epochs %d: at least 1 is needed", f.Epochs)},
		{f.Batch < 0, fmt.Sprintf("--batch %d: give a number of examples, or 0 for all", f.Batch)},
		{f.Patience < 0, fmt.Sprintf("--patience %d: give a number of epochs, or 0 for none", f.Patience)},
		{f.ScoreSample < 0, fmt.Sprintf("--score-sample %d: give a number of examples, or 0 for all", f.ScoreSample)},
		{f.TestLabels != "" && f.Test == "", "--test-labels needs --test"},
		{f.Data == "-" && f.Test == "-", "--data and --test can't both be standard input"},
		{f.Task == "regress" && f.Positive != "", "--positive is for classification"},
		{f.Task == "regress" && f.ClassWeights != "", "--class-weights is for classification"},
		{bad(f.LR, 0, maxFlag) || f.LR != nil && *f.LR == 0, "--lr: it is a positive number"},
		{bad(f.ClipNorm, 0, maxFlag), "--clip-norm: it is a positive number"},
		{bad(f.ClipValue, 0, maxFlag), "--clip-value: it is a positive number"},
		{bad(f.Momentum, 0, 1), "--momentum: β is at least 0 and below 1"},
		{bad(f.Beta1, 0, 1), "--beta1: β₁ is at least 0 and below 1"},
		{bad(f.Beta2, 0, 1), "--beta2: β₂ is at least 0 and below 1"},
	} {
		if c.bad {
			return errors.New(c.message)
		}
	}
	// The parts are made here once only to see that they can be.
	_, err1 := hiddenActivations[float64](f)
	_, err2 := optimizer[float64](f)
	_, err3 := f.schedule(1)
	_, err4 := cli.CSVOptions(f.Header, f.Delimiter)
	_, err5 := f.weights()
	_, err6 := f.checkpoints()
	for _, err := range []error{err1, err2, err3, err4, err5, err6, f.checkInit(), f.checkOutput(), f.checkWholeSet()} {
		if err != nil {
			return err
		}
	}
	return nil
}

// checkpoints returns when checkpoints are written.
func (f *flags) checkpoints() (*nn.Checkpoints, error) {
	if f.CheckpointEvery == "" {
		return &nn.Checkpoints{Every: time.Second, AtEpochs: true}, nil
	}
	if n, err := strconv.Atoi(f.CheckpointEvery); err == nil && n >= 0 {
		return &nn.Checkpoints{Steps: n}, nil
	}
	if d, err := time.ParseDuration(f.CheckpointEvery); err == nil && d > 0 {
		return &nn.Checkpoints{Every: d}, nil
	}
	return nil, fmt.Errorf("--checkpoint-every %s: give a number of steps, or a time such as 30s or 5m", f.CheckpointEvery)
}

// maxFlag bounds the numbers of flags; anything larger is a mistake.
const maxFlag = 1e30

// bad reports whether a flag was given that is not in [from, to).
func bad(flag *float64, from, to float64) bool {
	return flag != nil && !(*flag >= from && *flag < to)
}

// or returns the value of a flag, or what stands for it when it was not given.
func or(flag *float64, otherwise float64) float64 {
	if flag != nil {
		return *flag
	}
	return otherwise
}
