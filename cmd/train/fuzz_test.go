package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"gradlab/internal/cli"
)

// checked is train as far as the flags alone are looked at.
type checked struct{ flags }

func (c *checked) Run(io.Writer, io.Writer) error {
	if err := c.check(); err != nil {
		return cli.UsageError{Err: err}
	}
	return nil
}

// FuzzFlags finds no command line that makes the flags panic: it is right, or it
// is an error with exit status 2 and a message.
func FuzzFlags(f *testing.F) {
	for _, seed := range []string{
		"--layers 4,8,1 --data iris.csv",
		"--layers 4,8,1 --data iris.csv --activation relu,tanh --output sigmoid --loss bce --init he",
		"--layers=4,8,3 --data=- --optimizer=adamw --lr=-1 --beta1=.9 --beta2=1 --l2=1e-3 --clip-norm=1",
		"--layers 4,1 --data a.csv --label x --label 2 --ignore a,b --text c --schedule warm-up:10:step:5:0.5",
		"--layers 2,1 --data x --class-weights a=1,b=2 --task classify --positive a --header no --delimiter ;",
		"--layers 2,1 --data x --optimizer lbfgs --dropout 0.5 --batch 0 --val 0 --dtype float32 --checkpoint-every 5m",
		"--resume runs/iris --epochs 5", "--help", "--version", "--layers", "-x", "--", "--no-json", "--on-nan skip",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		var stdout, stderr bytes.Buffer
		status := cli.Run("train", description, new(checked), strings.Fields(line), &stdout, &stderr)
		if status != 0 && status != 2 || (status == 2) != (stderr.Len() > 0) {
			t.Errorf("exit status %d, message %q", status, stderr.String())
		}
	})
}

// FuzzSchedule finds no schedule that is accepted and gives a rate that is not a
// number from 0.
func FuzzSchedule(f *testing.F) {
	for _, seed := range []string{
		"constant", "step", "step:10:0.5", "exponential:0.9", "inverse-time:0.1:3", "cosine:0.001", "warm-up:100:cosine", "warm-up:2:warm-up:3:step::0.1",
		"step:0", "step:1e10:2", "cosine:1e30", "exponential:", "constant:1", "warm-up::", ":", "",
	} {
		f.Add(seed, uint16(100), uint16(7), 0.1)
	}
	f.Fuzz(func(t *testing.T, text string, epochs, perEpoch uint16, rate float64) {
		flags := &flags{Schedule: text, Epochs: int(epochs) + 1, LR: &rate, Optimizer: "sgd"}
		if !(rate > 0 && rate < maxFlag) {
			return
		}
		s, err := flags.schedule(int(perEpoch) + 1)
		if (s == nil) == (err == nil) {
			t.Fatalf("schedule %v and error %v", s, err)
		}
		if err != nil {
			return
		}
		for epoch := 0; epoch <= int(epochs); epoch += 1 + int(epochs)/7 {
			if r := s.Rate(epoch, epoch*(int(perEpoch)+1)); !(r >= 0 && r <= max(rate, maxFlag)) {
				t.Errorf("%q: the rate of epoch %d is %v", text, epoch, r)
			}
		}
	})
}

// FuzzClassWeights finds no text of which the weights are other than numbers from
// 0 to a bound, or that is lost when they are written again.
func FuzzClassWeights(f *testing.F) {
	for _, seed := range []string{"balanced", "a=1", "a=1,b=0.5", "a=b=2", "=1", "a=", "a=-1", "a=1,a=2", "a=NaN", "a=1e400", ",", "a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		flags := &flags{ClassWeights: text}
		weights, err := flags.weights()
		if err != nil {
			return
		}
		if weights == nil && text != "" && text != "balanced" {
			t.Errorf("%q is nothing", text)
		}
		if weights != nil && len(weights) != strings.Count(text, ",")+1 {
			t.Errorf("%q has %d weights", text, len(weights))
		}
		for name, w := range weights {
			if !(w >= 0 && w < maxFlag) || !strings.Contains(","+text, ","+name+"=") {
				t.Errorf("%q: %q has the weight %v", text, name, w)
			}
		}
	})
}

// FuzzRunRecord finds no run.json that makes the flags panic.
func FuzzRunRecord(f *testing.F) {
	record, _ := json.Marshal(cli.FlagValues(&flags{Layers: cli.Sizes{4, 8, 1}, Data: "iris.csv", Task: "auto", Schedule: "constant", Optimizer: "sgd"}))
	f.Add(string(record))
	for _, seed := range []string{`{}`, `{"layers":"4,1"}`, `{"layers":null,"lr":null,"epochs":1e99}`, `{"layers":[4,1]}`, `{"data":{"a":[]}}`, `{"seed":-1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var made map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &made) != nil {
			return
		}
		if merged, err := new(flags).merge(&runRecord{Flags: made}); err == nil {
			merged.check()
		}
	})
}
