package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"gradlab/internal/cli"
)

func TestMain(m *testing.M) {
	if mode := os.Getenv(fakeMode); mode != "" {
		fakePeer(mode, os.Args[1:])
		return
	}
	// No test looks at how fast anything is.
	meanTime, growthTime, productTime, look, rest = 1e6, 1e6, 1e6, 1e5, 0
	os.Exit(m.Run())
}

// run runs bench.
func run(args string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = cli.Run("bench", description, new(flags), strings.Fields(args), &out, &errs)
	return status, out.String(), errs.String()
}

// measured runs bench with --json and returns what it printed.
func measured(t *testing.T, args string) map[string]any {
	t.Helper()
	status, stdout, stderr := run(args + " --json")
	if status != 0 {
		t.Fatalf("bench %s: exit status %d\n%s", args, status, stderr)
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(stdout), &object); err != nil {
		t.Fatalf("bench %s: %v in %q", args, err, stdout)
	}
	return object
}

func keys(object any) string {
	return strings.Join(slices.Sorted(maps.Keys(object.(map[string]any))), " ")
}

// quick is a step that is soon measured.
const quick = "--layers 4,8,3 --batch 16 --activation tanh --steps 2 --rounds 1 "

// The report has a line for each equation, in their order, and one for the step.
func TestStep(t *testing.T) {
	status, stdout, stderr := run(quick)
	if status != 0 || stderr != "" {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	var lines []string
	for _, line := range strings.Split(stdout, "\n") {
		lines = append(lines, strings.TrimSpace(strings.Split(line+"   ", "   ")[0]))
	}
	got := strings.Join(lines, "\n")
	want := strings.Join([]string{
		"equation", "z1 = W1·x + b1", "a1 = g(z1)", "z2 = W2·a1 + b2", "a2 = z2", "L = Loss(a2, y)",
		"da2 = Loss′(a2, y)", "dz2 = da2", "dW2 = dz2·a1ᵀ", "db2 = Σⱼ dz2", "da1 = W2ᵀ·dz2",
		"dz1 = da1 ⊙ g′(z1)", "dW1 = dz1·xᵀ", "db1 = Σⱼ dz1", "W ← W − α dW", strings.Repeat("─", 99), "a step",
	}, "\n")
	if !strings.Contains(got, want) {
		t.Errorf("not these lines:\n%s\nin\n%s", want, stdout)
	}
	if !regexp.MustCompile(`^layers 4,8,3, tanh, batch 16, float32; \w+, \d+ threads?\n`).MatchString(stdout) {
		t.Errorf("it begins with %q", strings.SplitN(stdout, "\n", 2)[0])
	}
}

// With --json stdout has the object and nothing else.
func TestStepJSON(t *testing.T) {
	r := measured(t, quick+"--dtype float64 --threads 1")
	const want = "activation allocs_per_step batch by_equation dtype gflops layers limit_us peak_gflops share_of_peak threads tier us_per_step"
	if got := keys(r); got != want {
		t.Errorf("the keys are %s\nnot %s", got, want)
	}
	for key, want := range map[string]any{"batch": 16.0, "dtype": "float64", "threads": 1.0, "allocs_per_step": 0.0, "activation": "tanh"} {
		if r[key] != want {
			t.Errorf("%s is %v, not %v", key, r[key], want)
		}
	}
	for _, key := range []string{"us_per_step", "gflops", "peak_gflops", "share_of_peak", "limit_us"} {
		if v, _ := r[key].(float64); !(v > 0) {
			t.Errorf("%s is %v", key, r[key])
		}
	}
	equations := r["by_equation"].([]any)
	if got, want := keys(equations[0]), "allocs equation gflops limit_us share_of_peak us"; got != want {
		t.Errorf("an equation with a product has %s, not %s", got, want)
	}
	for _, e := range equations {
		if allocs := e.(map[string]any)["allocs"]; allocs != 0.0 {
			t.Errorf("%v allocates %v times", e.(map[string]any)["equation"], allocs)
		}
	}
}

func TestProductsJSON(t *testing.T) {
	r := measured(t, "--gemm --sizes 8,3x4x5:tn --rounds 1 --threads 1")
	if got, want := keys(r), "dtype peaks products tier"; got != want {
		t.Errorf("the keys are %s, not %s", got, want)
	}
	products := r["products"].([]any)
	if len(products) != 2 {
		t.Fatalf("%d products", len(products))
	}
	p := products[1].(map[string]any)
	if p["m"] != 3.0 || p["n"] != 4.0 || p["k"] != 5.0 || p["op"] != "tn" || p["threads"] != 1.0 {
		t.Errorf("the second product is %v", p)
	}
}

func TestCSV(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("three.csv", []byte("a,b,c\n1,2,x\n3,4,y\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := measured(t, "--csv three.csv")
	if got, want := keys(r), "bytes_per_second columns peak_rss_bytes rows seconds"; got != want {
		t.Errorf("the keys are %s, not %s", got, want)
	}
	if r["rows"] != 2.0 || r["columns"] != 3.0 || !(r["seconds"].(float64) > 0) || !(r["bytes_per_second"].(float64) > 0) {
		t.Errorf("it is %v", r)
	}
	if status, stdout, _ := run("--csv iris.csv --rounds 1"); status != 0 || !strings.HasPrefix(stdout, "iris.csv: 150 rows of 5 columns in ") {
		t.Errorf("exit status %d: %s", status, stdout)
	}
}

func TestErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("step.png", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   string
		status int
		stderr string
	}{
		{"--layers 4", 2, `--layers: "4" is one size only: at least an input and an output are needed`},
		{"--layers 4,x,1", 2, `--layers: "x" is not the size of a layer`},
		{"--layers 9999999,9999999,1", 2, "more than a thousand million weights"},
		{"--batch 0", 2, "--batch 0: give a number of examples"},
		{"--batch 99999999", 2, "--batch 99999999: at most 16777216 examples"},
		{"--batch x", 2, "--batch: "},
		{"--activation foo", 2, `--activation: unknown activation "foo": choose one of identity, sigmoid`},
		{"--dtype int8", 2, "--dtype must be one of"},
		{"--steps -1", 2, "--steps -1: give a number of steps, or 0"},
		{"--threads -1", 2, "--threads -1: give a number of threads, or 0"},
		{"--rounds 0", 2, "--rounds 0: at least 1"},
		{"--gemm --csv x", 2, "--gemm and --csv are different work"},
		{"--sizes 64", 2, "--sizes is for --gemm"},
		{"--gemm --sizes 64,0", 2, `--sizes: "0" is neither N nor MxNxK[:nn|nt|tn]`},
		{"--csv x --peers numpy", 2, "--peers is not for --csv"},
		{"--gemm --peers torch", 2, `--peers: unknown peer "torch": choose of numpy`},
		{"--peers numpy,numpy", 2, "--peers: numpy is there twice"},
		{"--gemm --plot x.png", 2, "--plot is for training steps"},
		{"--plot x.gif", 2, "--plot x.gif: the name of a picture ends in .png or .svg"},
		{"--json --json", 2, "--json is given twice"},
		{"extra", 2, "unexpected argument extra"},
		{"--csv nowhere.csv", 1, "nowhere.csv: there is no such file"},
		{quick + "--plot nowhere/x.png", 1, "--plot nowhere/x.png: there is no folder nowhere"},
		{quick + "--plot step.png", 1, "--plot step.png: that is a folder"},
		{"--layers 999,16777216,1 --batch 16777216", 2, "more than a thousand million weights"},
		{"--layers 16,16777216,1 --batch 16777216", 1, "--layers 16,16777216,1 --batch 16777216 needs "},
	} {
		status, stdout, stderr := run(c.args)
		if status != c.status || stdout != "" || !strings.HasPrefix(stderr, "bench: ") || !strings.Contains(stderr, c.stderr) {
			t.Errorf("bench %s: exit status %d, want %d\nstdout %q\nstderr %q\nwant %q", c.args, status, c.status, stdout, stderr, c.stderr)
		}
	}
}

// The pictures are whole, and nothing else is left beside them.
func TestPlot(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range []string{"--plot a.svg", "--plot b.PNG --layers 3,1"} {
		if status, stdout, stderr := run(quick + args); status != 0 || !strings.Contains(stdout, "time ∝ batch^") {
			t.Fatalf("exit status %d: %s%s", status, stdout, stderr)
		}
	}
	for name, begin := range map[string]string{"a.svg": "<?xml", "a-scaling.svg": "<?xml", "b.PNG": "\x89PNG", "b-scaling.PNG": "\x89PNG"} {
		if text, err := os.ReadFile(name); err != nil || !strings.HasPrefix(string(text), begin) {
			t.Errorf("%s: %.10q, %v", name, text, err)
		}
	}
	if entries, _ := os.ReadDir("."); len(entries) != 4 {
		t.Errorf("there is %v", entries)
	}
	bars, _ := os.ReadFile("a.svg")
	for _, text := range []string{"4-8-3, tanh, batch 16, float32", "dz1 = da1 ◦ g′(z1)", "products", "limit"} {
		if !bytes.Contains(bars, []byte(text)) {
			t.Errorf("a.svg does not say %s", text)
		}
	}
	growth, _ := os.ReadFile("a-scaling.svg")
	for _, text := range []string{"measured ~ width^", "measured ~ batch^", ">64<"} {
		if !bytes.Contains(growth, []byte(text)) {
			t.Errorf("a-scaling.svg does not say %s", text)
		}
	}
}

// --threads holds while bench runs.
func TestThreads(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	if r := measured(t, quick+"--threads 1"); r["threads"] != 1.0 {
		t.Errorf("%v threads", r["threads"])
	}
	if now := runtime.GOMAXPROCS(0); now != before {
		t.Errorf("GOMAXPROCS is %d, and was %d", now, before)
	}
	status, stdout, _ := run(quick + "--threads 4000")
	if status != 0 || !strings.Contains(stdout, "--threads 4000: the machine has ") {
		t.Errorf("exit status %d: %s", status, stdout)
	}
}

// Every activation of the flags can be measured, and with one output, too.
func TestActivations(t *testing.T) {
	for _, name := range []string{"identity", "sigmoid", "tanh", "relu", "leaky-relu", "elu", "softplus", "gelu", "softmax"} {
		r := measured(t, "--layers 3,4,1 --batch 5 --steps 1 --rounds 1 --threads 1 --activation "+name)
		if r["allocs_per_step"] != 0.0 || r["activation"] != name {
			t.Errorf("%s: %v", name, r)
		}
	}
}

// The examples of the help are command lines that bench takes.
func TestExamplesParse(t *testing.T) {
	for _, line := range strings.Split(description, "\n") {
		args, ok := strings.CutPrefix(line, "  bench ")
		if !ok {
			continue
		}
		args, _, _ = strings.Cut(args, "   ")
		f := new(flags)
		_, err := kong.Must(f, kong.Vars{"version": ""}).Parse(strings.Fields(args))
		if err = errors.Join(err, f.check()); err != nil {
			t.Errorf("bench %s: %v", args, err)
		}
	}
}
