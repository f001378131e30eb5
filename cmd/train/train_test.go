package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"gradlab/internal/cli"
)

// run runs train in a folder of its own, where files has what there is besides.
func run(t *testing.T, files map[string]string, args string) (status int, stdout, stderr string) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	status = cli.Run("train", description, new(flags), strings.Fields(args), &out, &errs)
	return status, out.String(), errs.String()
}

// trained runs train with --json and returns what it printed.
func trained(t *testing.T, files map[string]string, args string) map[string]any {
	t.Helper()
	status, stdout, stderr := run(t, files, args+" --json")
	if status != 0 {
		t.Fatalf("train %s: exit status %d\n%s", args, status, stderr)
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(stdout), &object); err != nil {
		t.Fatalf("train %s: %v in %q", args, err, stdout)
	}
	return object
}

// The main job: one class of iris against the rest, and everything in its place.
func TestIris(t *testing.T) {
	t.Chdir(t.TempDir())
	status, stdout, stderr := run(t, nil, "--layers 4,8,1 --data iris.csv")
	if status != 0 || stderr != "" {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	for _, text := range []string{"virginica is the positive class", "120 examples for training, 30 for validation", "    1/200 ", "  200/200 ", "runs/iris: "} {
		if !strings.Contains(stdout, text) {
			t.Errorf("train does not say %q:\n%s", text, stdout)
		}
	}
	if lines := strings.Count(stdout, "/200 "); lines < 15 || lines > 25 {
		t.Errorf("%d lines of progress", lines)
	}
	if strings.ContainsAny(stdout, "\r\x1b") {
		t.Error("control characters, though this is no terminal")
	}
	for _, name := range []string{"model.safetensors", "run.json", "history.csv", "curves.png", "curves.svg", "confusion.png", "checkpoint.safetensors"} {
		if info, err := os.Stat(filepath.Join("runs/iris", name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if entries, _ := os.ReadDir("runs/iris"); len(entries) != 7 {
		t.Errorf("the folder of the run has %v", entries)
	}
}

// The JSON has the figures of the saved weights; the history ends on them.
func TestJSON(t *testing.T) {
	t.Chdir(t.TempDir())
	r := trained(t, nil, "--layers 4,8,3 --data iris.csv --epochs 30")
	for key, want := range map[string]any{
		"epochs": 30.0, "steps": 240.0, "parameters": 67.0, "out": "runs/iris", "model": filepath.Join("runs/iris", "model.safetensors"),
	} {
		if r[key] != want {
			t.Errorf("%s is %v, not %v", key, r[key], want)
		}
	}
	for _, key := range []string{"test_loss", "test_accuracy", "train_r2"} {
		if _, ok := r[key]; ok {
			t.Errorf("%s is there, though there is no such thing", key)
		}
	}
	rows := history(t, "runs/iris/history.csv")
	if got, want := strings.Join(rows[0], ","), "epoch,step,lr,train_loss,val_loss,train_accuracy,val_accuracy"; got != want {
		t.Errorf("history begins with %s", got)
	}
	last := rows[len(rows)-1]
	want := fmt.Sprint([]any{30, 240, 0.1, r["train_loss"], r["val_loss"], r["train_accuracy"], r["val_accuracy"]})
	if got := fmt.Sprint(last); got != want {
		t.Errorf("history ends with %s, the result is %s", got, want)
	}
	if len(rows) != 31 {
		t.Errorf("%d rows in the history", len(rows))
	}
}

func history(t *testing.T, name string) [][]string {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// A run is never overwritten, nor is anything else.
func TestRunsAreKept(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, want := range []string{"runs/iris", "runs/iris-2", "runs/iris-3"} {
		if r := trained(t, nil, "--layers 4,1 --data iris.csv --epochs 1"); r["out"] != want {
			t.Errorf("the run is in %v, not %s", r["out"], want)
		}
	}
	if r := trained(t, nil, "--layers 4,1 --data iris.csv --epochs 1 --out a/b"); r["out"] != "a/b" {
		t.Errorf("the run is in %v, not a/b", r["out"])
	}
	if err := os.Mkdir("empty", 0o755); err != nil {
		t.Fatal(err)
	}
	if r := trained(t, nil, "--layers 4,1 --data iris.csv --epochs 1 --out empty"); r["out"] != "empty" {
		t.Errorf("the run is in %v, not in the empty folder", r["out"])
	}
}

// The scores, also those that the training knew already, are of the saved
// weights: those of the whole set, which are computed at the end, are their means.
func TestScoresAreOfTheSavedWeights(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range []string{"--epochs 5", "--epochs 200 --patience 3 --lr 1", "--epochs 4 --optimizer lbfgs", "--epochs 4 --batch-norm --dropout 0.2"} {
		r := trained(t, nil, "--layers 4,8,3 --data iris.csv --test iris.csv "+args)
		score := func(key string) float64 { return r[key].(float64) }
		for _, key := range []string{"loss", "accuracy"} {
			mean := 0.8*score("train_"+key) + 0.2*score("val_"+key)
			if got := score("test_" + key); math.Abs(got-mean) > 1e-12 {
				t.Errorf("%s: %s %v of all, %v as the mean of the parts", args, key, got, mean)
			}
		}
	}
}

// The same seed gives the same weights, whatever else is asked for; another
// seed gives others.
func TestSeed(t *testing.T) {
	t.Chdir(t.TempDir())
	hash := func(args string) any {
		return trained(t, nil, "--layers 4,5,3 --data iris.csv --epochs 3 --dropout 0.2 --batch-norm "+args)["weights_sha256"]
	}
	one := hash("")
	for _, same := range []string{"", "--check-gradients", "--patience 50", "--test iris.csv"} {
		if got := hash(same); got != one {
			t.Errorf("with %q the weights are %v, not %v", same, got, one)
		}
	}
	for _, other := range []string{"--seed 2", "--dtype float32", "--batch 8"} {
		if hash(other) == one {
			t.Errorf("with %q the weights are the same", other)
		}
	}
}

// What is wrong: one clear message with the place and a way out, and the right
// exit status. Nothing is left behind.
func TestErrors(t *testing.T) {
	files := map[string]string{
		"empty.csv":    "",
		"one.csv":      "a,b\n1,2\n",
		"text.csv":     "a,b,y\n" + strings.Repeat("1,2,0\n3,4,1\n", 10) + "5,six,1\n",
		"oneclass.csv": "a,y\n1,x\n2,x\n3,x\n",
		"nan.csv":      "a,y\n1,p\nNaN,q\n3,p\n4,q\n",
		"huge.csv":     "a,y\n1,p\n1e308,q\n3,p\n-1e308,q\n",
		"ragged.csv":   "a,b,y\n1,2,p\n3,4\n",
		"price.csv":    "a,price\n1,1.5\n2,2.5\n3,3.25\n4,4.75\n5,5.5\n6,6.5\n",
		"plain":        "",
	}
	iris := "--layers 4,8,1 --data iris.csv "
	for _, c := range []struct {
		args    string
		status  int
		message string // parts of it, between …
	}{
		{"--layers 5,8,1 --data iris.csv", 1, "iris.csv: there are 4 inputs (sepal_length, …takes 5: the first size of --layers must be 4"},
		{"--layers 4,8,2 --data iris.csv", 1, "iris.csv…3 classes (setosa, versicolor and virginica)…2 outputs"},
		{"--layers 4,x,1 --data iris.csv", 2, `--layers: "x" is not the size of a layer`},
		{"--layers 4,0,1 --data iris.csv", 2, `--layers: "0" is not the size of a layer`},
		{"--layers 4 --data iris.csv", 2, "--layers…at least an input and an output"},
		{"--layers 4,9999999,9999999,1 --data iris.csv", 2, "more than a thousand million weights"},
		{"--layers 4,8,1", 2, "--data"},
		{iris + "--optimizer foo", 2, `unknown optimizer "foo": choose one of sgd, momentum`},
		{iris + "--activation tanhh", 2, `--activation: unknown activation "tanhh": choose one of identity, sigmoid`},
		{iris + "--activation tanh,relu", 2, "--activation has 2 names, --layers 4,8,1 has 1 hidden layers"},
		{iris + "--loss foo", 2, `unknown loss "foo"`},
		{iris + "--loss ce", 2, "use bce"},
		{iris + "--loss bce --output tanh", 2, "--loss bce needs --output sigmoid, not tanh"},
		{iris + "--schedule foo", 2, `--schedule foo: unknown schedule "foo"`},
		{iris + "--schedule step:0", 2, `--schedule step:0: "0" is not a number from 1`},
		{iris + "--lr -1", 2, "--lr: it is a positive number"},
		{iris + "--lr abc", 2, "--lr…abc"},
		{iris + "--val 1", 2, "--val 1"},
		{iris + "--dropout 1", 2, "--dropout 1"},
		{iris + "--epochs 0", 2, "--epochs 0"},
		{iris + "--batch -3", 2, "--batch -3"},
		{iris + "--dtype float16", 2, "float16"},
		{iris + "--seed -1", 2, "--seed"},
		{iris + "--momentum 0.9 --optimizer adam", 2, "--momentum is for sgd, momentum, nesterov"},
		{iris + "--optimizer normal-equation", 2, "two sizes"},
		{"--layers 4,1 --data iris.csv --optimizer normal-equation", 1, "normal-equation is for regression"},
		{iris + "--class-weights setosa", 2, "NAME=WEIGHT"},
		{iris + "--class-weights rose=2", 1, `there is no class "rose"`},
		{iris + "--positive rose", 1, "rose…setosa"},
		{iris + "--label colour", 1, "colour…species"},
		{iris + "--task regress", 1, "iris.csv…species…text"},
		{iris + "--seed 1 --seed 2", 2, "--seed is given twice"},
		{iris + "--colour", 2, "unknown flag --colour"},
		{iris + "more", 2, "more"},
		{"--layers 4,8,1 --data none.csv", 1, "none.csv: there is no such file…iris.csv"},
		{"--layers 4,8,1 --data empty.csv", 1, "empty.csv…empty"},
		{"--layers 1,1 --data one.csv", 1, "one.csv…at least 2 rows"},
		{"--layers 2,1 --data text.csv", 1, `text.csv:22: column 2 (b): "six" is not a number`},
		{"--layers 1,1 --data oneclass.csv", 1, "oneclass.csv: column 2 (y)…x in all rows"},
		{"--layers 1,1 --data nan.csv", 1, "nan.csv: cells are missing: column 1 (a): 1 cell, in line 3"},
		{"--layers 1,1 --data huge.csv", 1, "huge.csv:3: column 1 (a)…too large"},
		{"--layers 2,1 --data ragged.csv", 1, "ragged.csv:3: …2 cells…3"},
		{"--layers 1,1 --data price.csv --loss bce", 1, "--loss bce is for classification"},
		{"--layers 1,1 --data .", 1, "directory"},
		{iris + "--test none.csv", 1, "none.csv"},
		{iris + "--out plain/run", 1, "--out: …plain"},
		{iris + "--out /proc/run", 1, "--out: …/proc/run"},
	} {
		t.Run(c.args, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			status, stdout, stderr := run(t, files, c.args+" --json")
			if status != c.status || stdout != "" {
				t.Errorf("exit status %d, not %d; stdout %q", status, c.status, stdout)
			}
			message := stderr[strings.LastIndex("\n"+stderr, "\ntrain: "):]
			rest := message
			for _, part := range strings.Split(c.message, "…") {
				_, after, ok := strings.Cut(rest, part)
				if !ok {
					t.Errorf("the message %q has no %q", message, part)
				}
				rest = after
			}
			if strings.Contains(message, "goroutine") || strings.Count(strings.TrimSpace(message), "\n") > 1 {
				t.Errorf("not one clear message: %s", message)
			}
			if leftovers := leftovers(t, dir, files); leftovers != nil {
				t.Errorf("left behind: %v", leftovers)
			}
		})
	}
}

// leftovers lists the files below dir that were not there before.
func leftovers(t *testing.T, dir string, before map[string]string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		if _, known := before[filepath.ToSlash(name)]; !known && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A learning rate that is far too large: the message names the epoch and the
// first layer that went bad and says what to try; the last good model is kept.
func TestDivergence(t *testing.T) {
	for _, args := range []string{"", "--activation relu", "--optimizer adam", "--dtype float32 --activation relu", "--layers 4,8,8,3"} {
		t.Chdir(t.TempDir())
		if !strings.Contains(args, "--layers") {
			args += " --layers 4,8,1"
		}
		status, _, stderr := run(t, nil, "--data iris.csv --lr 1e6 "+args)
		if status != 1 {
			t.Errorf("%s: exit status %d", args, status)
		}
		for _, text := range []string{"diverged in epoch 1 ", "layer 1", "--lr", "last good weights"} {
			if !strings.Contains(stderr, text) {
				t.Errorf("%s: the message has no %q: %s", args, text, stderr)
			}
		}
		if _, err := os.Stat("runs/iris/model.safetensors"); err != nil {
			t.Errorf("%s: %v", args, err)
		}
	}
}

// An interrupt stops the training after the step and keeps the model.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to processes on Windows")
	}
	t.Chdir(t.TempDir())
	go func() {
		for { // until the training begins
			time.Sleep(300 * time.Millisecond)
			if _, err := os.Stat("runs/digits"); err == nil {
				break
			}
		}
		time.Sleep(300 * time.Millisecond)
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			self.Signal(os.Interrupt)
		}
	}()
	status, stdout, stderr := run(t, nil, "--layers 64,128,10 --data digits.csv --epochs 1000000")
	if status != 130 || !strings.Contains(stdout, "interrupted") {
		t.Errorf("exit status %d: %s%s", status, stdout, stderr)
	}
	if _, err := os.Stat("runs/digits/model.safetensors"); err != nil {
		t.Error(err)
	}
}

// Data it has never seen: another delimiter, decimal numbers, a categorical
// feature, missing cells, a label in the first column.
func TestMixedData(t *testing.T) {
	t.Chdir(t.TempDir())
	var b strings.Builder
	b.WriteString("bought;age;colour;income\r\n")
	for i := range 200 {
		colour := []string{"red", "green", "blue"}[i%3]
		age := fmt.Sprint(20 + i*7%50)
		bought := "no"
		if colour == "red" != (i*7%50 > 25) {
			bought = "yes"
		}
		if i == 17 || i == 90 {
			age = ""
		}
		fmt.Fprintf(&b, "%s;%s;%s;%.2f\r\n", bought, age, colour, 1000+float64(i%13)*12.5)
	}
	files := map[string]string{"shop.csv": b.String()}
	r := trained(t, files, "--layers 5,12,1 --data shop.csv --label bought --missing mean --optimizer adam")
	if acc := r["val_accuracy"].(float64); acc < 0.9 {
		t.Errorf("validation accuracy %v", acc)
	}
	_, stdout, _ := run(t, nil, "--layers 5,12,1 --data shop.csv --label 1 --missing drop --epochs 2")
	if !strings.Contains(stdout, "column 2 (age): 2 cells, in lines 19, 92") || !strings.Contains(stdout, "158 examples for training, 40 for validation") {
		t.Errorf("the missing cells are not reported:\n%s", stdout)
	}
}

// Regression, of one output and of two, by gradient descent, L-BFGS and the
// normal equation.
func TestRegression(t *testing.T) {
	t.Chdir(t.TempDir())
	var b strings.Builder
	b.WriteString("size,rooms,price,rent\n")
	for i := range 120 {
		size, rooms := 30+float64(i*37%100), float64(1+i*13%6)
		price := 2000*size + 15000*rooms + 1000*math.Sin(float64(i))
		fmt.Fprintf(&b, "%.1f,%g,%.0f,%.2f\n", size, rooms, price, price/300+rooms)
	}
	files := map[string]string{"flats.csv": b.String()}
	for _, args := range []string{
		"--layers 2,1 --ignore rent --label price --optimizer normal-equation",
		"--layers 2,1 --ignore rent --label price --optimizer normal-equation --scale none",
		"--layers 2,1 --ignore rent --label price",
		"--layers 2,6,1 --ignore rent --label price --optimizer lbfgs --epochs 100",
		"--layers 2,8,2 --label price,rent --optimizer adam",
		"--layers 2,8,1 --ignore rent --label price --loss huber --optimizer adam",
		"--layers 2,8,1 --ignore rent --label price --loss mae --optimizer rmsprop --dtype float32",
	} {
		r := trained(t, files, "--data flats.csv "+args)
		if r2 := r["val_r2"].(float64); r2 < 0.99 {
			t.Errorf("%s: validation R² %v", args, r2)
		}
		if rmse := r["val_rmse"].(float64); rmse < 10 || rmse > 10000 { // the price's own units
			t.Errorf("%s: validation RMSE %v", args, rmse)
		}
		if _, ok := r["val_accuracy"]; ok {
			t.Errorf("%s: an accuracy", args)
		}
	}
}

// Two features: the picture of the boundary is there.
func TestBoundary(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, nil, "--layers 2,8,1 --data moons.csv --epochs 20")
	if _, err := os.Stat("runs/moons/boundary.png"); err != nil {
		t.Error(err)
	}
	// Two inputs that are not two numbers have none.
	text := "colour,good\n" + strings.Repeat("red,yes\nblue,no\nred,yes\nblue,yes\n", 5)
	trained(t, map[string]string{"colours.csv": text}, "--layers 2,1 --data colours.csv --epochs 2")
	if _, err := os.Stat("runs/colours/boundary.png"); err == nil {
		t.Error("a boundary between categories was drawn")
	}
}

// Every flag that chooses a part trains, with right gradients.
func TestEveryPart(t *testing.T) {
	t.Chdir(t.TempDir())
	for i, args := range []string{
		"--activation sigmoid --optimizer momentum --loss mse",
		"--activation relu --optimizer nesterov --loss hinge --init he",
		"--activation leaky_relu --optimizer rmsprop --loss bce --schedule cosine",
		"--activation elu --optimizer adam --beta1 0.8 --beta2 0.99 --loss ce --schedule step",
		"--activation softplus --optimizer adamw --l2 0.01 --loss mae --schedule exponential:0.9",
		"--activation gelu --momentum 0.9 --loss huber --schedule inverse-time:1:2 --init glorot",
		"--activation softmax --schedule warm-up:10:cosine:0.01 --init normal --l2 0.1",
		"--activation identity --output sigmoid --loss mse --init zeros --batch 0",
		"--optimizer lbfgs --l2 0.1 --scale minmax",
		"--batch-norm --dropout 0.3 --class-weights balanced --init xavier",
		"--clip-norm 1 --class-weights setosa=2,virginica=0.5 --scale none --val 0",
		"--clip-value 0.1 --patience 1 --dropout 0.3 --activation relu",
	} {
		dtype := []string{"float64", "float32"}[i%2]
		r := trained(t, nil, "--layers 4,5,3 --data iris.csv --epochs 4 --check-gradients --dtype "+dtype+" "+args)
		if loss := r["train_loss"].(float64); !(loss >= 0 && loss < 10) {
			t.Errorf("%s: loss %v", args, loss)
		}
	}
}

func TestCheckGradients(t *testing.T) {
	t.Chdir(t.TempDir())
	_, stdout, stderr := run(t, nil, "--layers 4,5,3 --data iris.csv --epochs 1 --check-gradients")
	for _, text := range []string{"gradients against central differences, on 64 examples", "1.W", "2.b", "5×4"} {
		if !strings.Contains(stdout, text) {
			t.Errorf("no %q in:\n%s%s", text, stdout, stderr)
		}
	}
}

// The goals of the built-in sets, as medians over ten seeds. Slow, so only
// where GRADLAB_SLOW is set.
func TestAccuracy(t *testing.T) {
	if os.Getenv("GRADLAB_SLOW") == "" {
		t.Skip("slow: set GRADLAB_SLOW=1")
	}
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		args string
		goal float64
	}{
		{"--layers 4,8,1 --data iris.csv", 0.93},
		{"--layers 4,8,3 --data iris.csv", 0.93},
		{"--layers 64,32,10 --data digits.csv --optimizer adam --epochs 40", 0.95},
		{"--layers 13,16,3 --data wine.csv --optimizer adam", 0.94},
		{"--layers 30,16,1 --data breast_cancer.csv --optimizer adam --l2 0.001", 0.95},
		{"--layers 2,16,1 --data moons.csv --optimizer adam", 0.9},
	} {
		var accuracies []float64
		for seed := 1; seed <= 10; seed++ {
			r := trained(t, nil, fmt.Sprintf("%s --seed %d", c.args, seed))
			accuracies = append(accuracies, r["val_accuracy"].(float64))
		}
		first := accuracies[0]
		slices.Sort(accuracies)
		median := (accuracies[4] + accuracies[5]) / 2
		t.Logf("%s: %.4f with the default seed, median of ten %.4f, least %.4f", c.args, first, median, accuracies[0])
		if first < c.goal || median < c.goal {
			t.Errorf("%s: below the goal of %v", c.args, c.goal)
		}
	}
}

// Fashion-MNIST from its files, where they are.
func TestFashionMNIST(t *testing.T) {
	const dir = "/usr/share/datasets/fashion-mnist/"
	if os.Getenv("GRADLAB_SLOW") == "" {
		t.Skip("slow: set GRADLAB_SLOW=1")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("Fashion-MNIST is not there (Debian: dataset-fashion-mnist)")
	}
	t.Chdir(t.TempDir())
	r := trained(t, nil, "--layers 784,128,10 --batch 64 --epochs 5 --optimizer adam --lr 0.001 --activation relu --val 0.05"+
		" --data "+dir+"train-images-idx3-ubyte.gz --data-labels "+dir+"train-labels-idx1-ubyte.gz"+
		" --test "+dir+"t10k-images-idx3-ubyte.gz --test-labels "+dir+"t10k-labels-idx1-ubyte.gz")
	t.Logf("test accuracy %v in %v s", r["test_accuracy"], r["seconds"])
	if acc := r["test_accuracy"].(float64); acc < 0.86 {
		t.Errorf("test accuracy %v", acc)
	}
}
