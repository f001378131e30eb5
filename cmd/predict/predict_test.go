package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gradlab/internal/cli"
)

// trainer is the train command, built once.
var trainer string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "predict")
	if err != nil {
		panic(err)
	}
	trainer = filepath.Join(dir, "train.exe")
	if out, err := exec.Command("go", "build", "-o", trainer, "../train").CombinedOutput(); err != nil {
		panic(string(out))
	}
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// train trains in the current folder and returns what it printed as JSON.
func train(t *testing.T, args string) map[string]any {
	t.Helper()
	cmd := exec.Command(trainer, append(strings.Fields(args), "--json", "--out", "run")...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("train %s: %v\n%s", args, err, stderr.String())
	}
	var object map[string]any
	if err := json.Unmarshal(out, &object); err != nil {
		t.Fatal(err)
	}
	return object
}

func predictions(t *testing.T, args string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = cli.Run("predict", description, new(flags), strings.Fields(args), &out, &errs)
	return status, out.String(), errs.String()
}

// measured runs predict with --json and returns what it printed.
func measured(t *testing.T, args string) map[string]any {
	t.Helper()
	status, stdout, stderr := predictions(t, args+" --json")
	if status != 0 {
		t.Fatalf("predict %s: exit status %d: %s", args, status, stderr)
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(stdout), &object); err != nil {
		t.Fatal(err)
	}
	return object
}

func write(t *testing.T, name string, rows [][]string) {
	t.Helper()
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// iris returns the rows of the built-in set, the header first.
func iris(t *testing.T) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(source, "../../data/builtin/iris.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, string(text))
}

// source is the folder of this test.
var source, _ = os.Getwd()

// On the data of the training the accuracy is the one that follows from what
// train reported, exactly; in any order of the columns, too.
func TestAccuracyFollowsFromTraining(t *testing.T) {
	rows := iris(t)
	for _, args := range []string{
		"--layers 4,8,3", "--layers 4,8,1", "--layers 4,8,1 --positive setosa", "--layers 4,5,3 --dtype float32 --batch-norm --dropout 0.2 --scale minmax",
		"--layers 4,6,3 --loss hinge", "--layers 4,6,1 --loss hinge", "--layers 4,6,3 --output sigmoid --loss mse",
	} {
		t.Chdir(t.TempDir())
		r := train(t, "--data iris.csv --epochs 20 "+args)
		want := (120*r["train_accuracy"].(float64) + 30*r["val_accuracy"].(float64)) / 150
		wantLoss := (120*r["train_loss"].(float64) + 30*r["val_loss"].(float64)) / 150
		var turned [][]string
		for _, row := range rows {
			row = slices.Clone(row)
			slices.Reverse(row)
			turned = append(turned, row)
		}
		write(t, "turned.csv", turned)
		for _, name := range []string{"iris.csv", "turned.csv"} {
			p := measured(t, "--model run/model.safetensors --data "+name)
			if got := p["accuracy"].(float64); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s, %s: accuracy %v, training says %v", args, name, got, want)
			}
			if got := p["loss"].(float64); math.Abs(got-wantLoss) > 1e-9*wantLoss {
				t.Errorf("%s, %s: loss %v, training says %v", args, name, got, wantLoss)
			}
		}
	}
}

// Without the label there are predictions, and no metrics; the probabilities of
// the classes add up to 1, and the prediction is the largest.
func TestPredictions(t *testing.T) {
	t.Chdir(t.TempDir())
	train(t, "--data iris.csv --layers 4,8,3 --epochs 20")
	var unlabelled [][]string
	for _, row := range iris(t) {
		unlabelled = append(unlabelled, row[:4])
	}
	write(t, "new.csv", unlabelled)
	status, stdout, stderr := predictions(t, "--model run/model.safetensors --data new.csv")
	if status != 0 || stderr != "" {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	rows := read(t, stdout)
	if got := strings.Join(rows[0], ","); got != "prediction,setosa,versicolor,virginica" || len(rows) != 151 {
		t.Errorf("%d rows, the first %s", len(rows), got)
	}
	for _, row := range rows[1:] {
		var sum, largest float64
		class := ""
		for i, cell := range row[1:] {
			p, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += p
			if p > largest {
				largest, class = p, rows[0][i+1]
			}
		}
		if math.Abs(sum-1) > 1e-12 || class != row[0] {
			t.Fatalf("prediction %v", row)
		}
	}

	// --out writes the same to a file, and nothing to standard output.
	if status, out, _ := predictions(t, "--model run/model.safetensors --data new.csv --out p.csv"); status != 0 || out != "" {
		t.Errorf("exit status %d, standard output %q", status, out)
	}
	if text, err := os.ReadFile("p.csv"); err != nil || string(text) != stdout {
		t.Errorf("the file is not what standard output was: %v", err)
	}
}

// A regression predicts in the units of the data, one column an output.
func TestRegression(t *testing.T) {
	t.Chdir(t.TempDir())
	rows := [][]string{{"x", "price", "rent"}}
	for i := range 60 {
		x := float64(i)
		rows = append(rows, []string{strconv.Itoa(i), strconv.FormatFloat(1000+50*x, 'g', -1, 64), strconv.FormatFloat(7-2*x, 'g', -1, 64)})
	}
	write(t, "flats.csv", rows)
	train(t, "--data flats.csv --layers 1,2 --label price,rent --optimizer normal-equation")
	status, stdout, stderr := predictions(t, "--model run/model.safetensors --data flats.csv")
	if status != 0 || !strings.Contains(stderr, "R² 1.0000") {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	for i, row := range read(t, stdout) {
		if i == 0 {
			if got := strings.Join(row, ","); got != "price,rent" {
				t.Errorf("header %s", got)
			}
			continue
		}
		for k, cell := range row {
			got, _ := strconv.ParseFloat(cell, 64)
			want, _ := strconv.ParseFloat(rows[i][k+1], 64)
			if math.Abs(got-want) > 1e-6 {
				t.Errorf("row %d: %v, not %v", i, got, want)
			}
		}
	}
}

// Rows with missing cells: filled with the mean of the training, or with no
// prediction where the training left such rows out.
func TestMissingCells(t *testing.T) {
	rows := iris(t)
	rows[3][1] = "NA"
	for _, missing := range []string{"mean", "drop"} {
		t.Chdir(t.TempDir())
		write(t, "holes.csv", rows)
		r := train(t, "--data holes.csv --layers 4,3 --epochs 3 --missing "+missing)
		p := measured(t, "--model run/model.safetensors --data holes.csv --out p.csv")
		n := map[string]float64{"mean": 150, "drop": 149}[missing]
		if p["rows"] != n || r["epochs"] != 3.0 {
			t.Errorf("%s: %v rows", missing, p["rows"])
		}
		text, err := os.ReadFile("p.csv")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		if len(lines) != 151 || (lines[3] == ",,,") != (missing == "drop") {
			t.Errorf("%s: %d lines, that with the hole is %q", missing, len(lines), lines[3])
		}
	}
}

func TestErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	train(t, "--data iris.csv --layers 4,3 --epochs 1")
	var short, texts [][]string
	for _, row := range iris(t) {
		short = append(short, slices.Delete(slices.Clone(row), 2, 3))
		row = slices.Clone(row)
		row[1] = "wide"
		texts = append(texts, row)
	}
	texts[0] = iris(t)[0]
	write(t, "short.csv", short)
	write(t, "texts.csv", texts)
	model, err := os.ReadFile("run/model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"cut": model[:len(model)-9], "empty": nil, "text": []byte("this is not a model, only some text")} {
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args    string
		status  int
		message string
	}{
		{"--model run/model.safetensors --data short.csv", 1, "short.csv: the column petal_length is missing"},
		{"--model run/model.safetensors --data texts.csv", 1, "texts.csv:2: column 2 (sepal_width): \"wide\" is not a number"},
		{"--model run/model.safetensors --data none.csv", 1, "none.csv: there is no such file"},
		{"--model none --data iris.csv", 1, "none"},
		{"--model cut --data iris.csv", 1, "cut: "},
		{"--model empty --data iris.csv", 1, "empty: not a model file"},
		{"--model text --data iris.csv", 1, "text: not a model file"},
		{"--model run/model.safetensors --data iris.csv --out no/such/folder.csv", 1, "can't write the predictions"},
		{"--model run/model.safetensors", 2, "--data"},
		{"--model run/model.safetensors --data iris.csv --delimiter xx", 2, "--delimiter"},
	} {
		status, stdout, stderr := predictions(t, c.args)
		if status != c.status || stdout != "" || !strings.Contains(stderr, c.message) {
			t.Errorf("%s: exit status %d, stdout %q, message %q", c.args, status, stdout, stderr)
		}
	}
}
