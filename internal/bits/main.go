// Command bits checks the numeric contract (design, section 4) from outside:
//
//   - the compiler's listing for arm64 has fused multiply-adds only on lines
//     that call FMA, so that nothing was fused behind our back;
//   - training gives the same weights_sha256 with one and two threads, built
//     with GOAMD64=v3, and on arm64 (through qemu-aarch64, where it is there).
//
// Run it from the root of the module: make bits.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// The packages between the data and the weights; the others may be fused.
var packages = []string{"internal/kernel", "matrix", "layers", "losses", "optim", "data", "nn", "cmd/train"}

// The runs that are compared: short, and between them both types, every
// optimizer but L-BFGS, and every kind of layer.
var runs = []string{
	"--layers 4,8,1 --data iris.csv --epochs 20",
	"--layers 4,8,3 --data iris.csv --epochs 10 --optimizer adam --dropout 0.2 --batch-norm --activation gelu",
	"--layers 13,9,5,3 --data wine.csv --epochs 8 --optimizer rmsprop --activation elu,softplus --dtype float32 --schedule cosine",
	"--layers 2,8,1 --data spirals.csv --epochs 5 --optimizer adamw --l2 0.01 --activation leaky-relu --schedule warm-up:20:step:2:0.5",
	"--layers 64,16,10 --data digits.csv --epochs 2 --optimizer nesterov --activation relu --dtype float32 --clip-norm 1",
	"--layers 2,6,1 --data moons.csv --epochs 5 --optimizer momentum --loss hinge --activation sigmoid --clip-value 0.1",
}

func main() {
	listing()
	hashes()
}

// listing looks for fused instructions on lines that don't ask for them.
func listing() {
	cmd := exec.Command("go", "build", "-gcflags=gradlab/...=-S", "-o", os.DevNull, "./cmd/train")
	cmd.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	check(err, string(out[max(0, len(out)-2000):]))
	fused := regexp.MustCompile(`\(([^()]+\.go):(\d+)\)\s+(FN?M(ADD|SUB)[SD])`)
	root, err := os.Getwd()
	check(err, "")
	asked, bad := 0, 0
	for _, m := range fused.FindAllStringSubmatch(string(out), -1) {
		file, line := m[1], m[2]
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil || !slices.Contains(packages, filepath.ToSlash(rel)) {
			continue // of another package, or of the standard library, put in place by inlining
		}
		if text := sourceLine(file, line); strings.Contains(text, "FMA(") {
			asked++
		} else {
			bad++
			fmt.Printf("%s:%s: the compiler fuses (%s): %s\n", file, line, m[3], strings.TrimSpace(text))
		}
	}
	fmt.Printf("arm64 listing: %d fused instructions on lines that call FMA, %d on others\n", asked, bad)
	if bad > 0 || asked == 0 {
		os.Exit(1)
	}
}

func sourceLine(file, line string) string {
	f, err := os.Open(file)
	check(err, "")
	defer f.Close()
	n, _ := strconv.Atoi(line)
	s := bufio.NewScanner(f)
	for range n {
		s.Scan()
	}
	return s.Text()
}

// hashes trains the runs in every way and compares the weights.
func hashes() {
	dir, err := os.MkdirTemp("", "bits")
	check(err, "")
	defer os.RemoveAll(dir)
	build := func(name string, env ...string) string {
		path := filepath.Join(dir, name)
		cmd := exec.Command("go", "build", "-o", path, "./cmd/train")
		cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
		out, err := cmd.CombinedOutput()
		check(err, string(out))
		return path
	}
	plain := build("train")
	ways := []way{
		{"GOMAXPROCS=1", []string{plain}, []string{"GOMAXPROCS=1"}},
		{"GOMAXPROCS=2", []string{plain}, []string{"GOMAXPROCS=2"}},
		{"again", []string{plain}, []string{"GOMAXPROCS=2"}},
	}
	if runtime.GOARCH == "amd64" {
		ways = append(ways, way{"GOAMD64=v3", []string{build("train-v3", "GOAMD64=v3")}, nil})
		if qemu, err := exec.LookPath("qemu-aarch64"); err == nil {
			ways = append(ways, way{"arm64", []string{qemu, build("train-arm64", "GOARCH=arm64")}, nil})
		} else {
			fmt.Println("arm64: skipped, qemu-aarch64 is not installed (Debian: qemu-user)")
		}
	}
	bad := 0
	for _, run := range runs {
		want := ""
		for _, w := range ways {
			got := w.hash(run, dir)
			switch {
			case want == "":
				want = got
				fmt.Printf("%s  %s\n", got, run)
			case got != want:
				bad++
				fmt.Printf("%s  %s: not the same\n", got, w.name)
			}
		}
	}
	if other := ways[0].hash(runs[0]+" --seed 2", dir); other == ways[0].hash(runs[0], dir) {
		bad++
		fmt.Println("another seed gives the same weights")
	}
	if bad > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d runs, %d ways each: the same bits\n", len(runs), len(ways))
}

type way struct {
	name    string
	command []string
	env     []string
}

// hash trains and returns the weights_sha256.
func (w way) hash(run, dir string) string {
	args := append(w.command[1:len(w.command):len(w.command)], strings.Fields(run)...)
	args = append(args, "--json", "--out", filepath.Join(dir, "run"))
	cmd := exec.Command(w.command[0], args...)
	cmd.Env = append(os.Environ(), w.env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	check(err, w.name+": "+run+"\n"+stderr.String())
	var result struct {
		SHA string `json:"weights_sha256"`
	}
	check(json.Unmarshal(out, &result), string(out))
	return result.SHA
}

func check(err error, output string) {
	if err != nil {
		fmt.Fprintln(os.Stderr, output)
		fmt.Fprintln(os.Stderr, "bits:", err)
		os.Exit(1)
	}
}
