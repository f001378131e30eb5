package main

import (
	"fmt"
	"strings"
	"testing"
)

// outlier is a set of 200 rows of which two are far out, on both sides and with the
// same label: a network without hidden units has a huge loss on one of them.
func outlier() map[string]string {
	var b strings.Builder
	b.WriteString("a,b,y\n")
	for i := range 200 {
		a, x, y := fmt.Sprint(i%7-3), i*37%19-9, "q"
		if x > 0 {
			y = "p"
		}
		if i == 77 || i == 78 {
			a, y = []string{"1e90", "-1e90"}[i-77], "p"
		}
		fmt.Fprintf(&b, "%s,%d,%s\n", a, x, y)
	}
	return map[string]string{"outlier.csv": b.String()}
}

// What --on-nan does about the batch with the outlier, and that a run that was
// ended by it can go on otherwise.
func TestOnNaN(t *testing.T) {
	t.Chdir(t.TempDir())
	const args = "--layers 2,1 --data outlier.csv --scale none --epochs 5 --val 0 "
	for _, c := range []struct {
		args    string
		status  int
		message string
	}{
		{args + "--out run", 1, "the data reach 1e+90, they need scaling"},
		{"--resume run", 1, "training diverged in epoch 1 (step "},
		{"--resume run --on-nan skip", 0, ": skipped: the loss is "},
		{args + "--on-nan restore", 0, ": back to the weights of the last epoch: the loss is "},
		{args + "--on-nan ignore", 0, "5/5"},
		{args + "--on-nan never", 2, "--on-nan must be one of"},
		{args + "--on-nan skip --optimizer lbfgs", 2, "--on-nan skip is about single steps"},
	} {
		status, stdout, stderr := run(t, outlier(), c.args)
		if status != c.status || !strings.Contains(stdout+stderr, c.message) {
			t.Errorf("%s: exit status %d, no %q in %s%s", c.args, status, c.message, stdout, stderr)
		}
	}
	r := trained(t, outlier(), args+"--on-nan skip")
	if r["bad_steps"] != 5.0 || r["steps"] != 65.0 || !(r["train_accuracy"].(float64) > 0.9) {
		t.Errorf("%v", r)
	}
}
