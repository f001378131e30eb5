// Command bits checks the numeric contract (design, section 4) from outside:
//
//   - the compiler's listing for arm64 has fused multiply-adds only on lines
//     that call FMA, so that nothing was fused behind our back;
//   - training gives the same weights, history and model file on every tier of
//     this machine with one, two and four threads, built without assembly and with
//     GOAMD64=v3, and on arm64 (through qemu-aarch64, where it is there): a few
//     runs of many kinds, and a matrix of every optimizer, every kind of layer and
//     both types, whose runs are also begun in one way and gone on with in another.
//
// Run it from the root of the module: make bits.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"gradlab/internal/kernel"
)

// The packages between the data and the weights; the others may be fused.
var packages = []string{"internal/kernel", "matrix", "layers", "losses", "optim", "data", "nn", "cmd/train", "notebooks-go/lab"}

// grading matches the lab's files that make up exercises and judge answers to
// them: they compare within a tolerance, no weights come of them.
var grading = regexp.MustCompile(`^(exercises_\w+|trial)\.go$`)

// The runs that are compared: short, and between them both types, every
// optimizer but L-BFGS, every kind of layer, and products large enough for
// threads.
var runs = []string{
	"--layers 4,8,1 --data iris.csv --epochs 20",
	"--layers 4,8,3 --data iris.csv --epochs 10 --optimizer adam --dropout 0.2 --batch-norm --activation gelu",
	"--layers 13,9,5,3 --data wine.csv --epochs 8 --optimizer rmsprop --activation elu,softplus --dtype float32 --schedule cosine",
	"--layers 2,8,1 --data spirals.csv --epochs 5 --optimizer adamw --l2 0.01 --activation leaky-relu --schedule warm-up:20:step:2:0.5",
	"--layers 64,16,10 --data digits.csv --epochs 2 --optimizer nesterov --activation relu --dtype float32 --clip-norm 1",
	"--layers 2,6,1 --data moons.csv --epochs 5 --optimizer momentum --loss hinge --activation sigmoid --clip-value 0.1",
	"--layers 784,64,10 --data " + wide + " --epochs 3 --batch 128 --activation relu --dtype float32",
	"--layers 784,64,10 --data " + wide + " --epochs 2 --batch 500 --activation sigmoid --optimizer adam",
}

// wide is a file in the folder of the runs, of pictures of 28×28 numbers.
const wide = "wide.csv"

// writeWide writes 500 pictures of ten classes: a bright row each, and noise.
func writeWide(dir string) error {
	var text bytes.Buffer
	for i := range 784 {
		fmt.Fprintf(&text, "p%d,", i)
	}
	text.WriteString("class\n")
	noise := uint32(1)
	for row := range 500 {
		class := row % 10
		for i := range 784 {
			noise = noise*1664525 + 1013904223 // Numerical Recipes' generator
			pixel := noise >> 26
			if i/28 == 4+2*class {
				pixel += 190
			}
			fmt.Fprintf(&text, "%d,", pixel)
		}
		fmt.Fprintf(&text, "c%d\n", class)
	}
	return os.WriteFile(filepath.Join(dir, wide), text.Bytes(), 0o600)
}

func main() {
	listing()
	hashes()
}

// listing looks for fused instructions on lines that don't ask for them.
func listing() {
	cmd := exec.Command("go", "build", "-gcflags=gradlab/...=-S", "-o", os.DevNull, "./cmd/train", "./notebooks-go/lab")
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
		if err != nil || !slices.Contains(packages, filepath.ToSlash(rel)) || grading.MatchString(filepath.Base(file)) {
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
	check(writeWide(dir), "")
	var ways []way
	for _, tier := range kernel.Tiers() {
		for _, threads := range []string{"1", "2", "4"} {
			ways = append(ways, way{string(tier) + ", GOMAXPROCS=" + threads, []string{plain}, []string{"GRADLAB_SIMD=" + string(tier), "GOMAXPROCS=" + threads}, false})
		}
	}
	ways = append(ways,
		way{"again", []string{plain}, nil, false},
		way{"noasm", []string{build("train-noasm", "GOFLAGS=-tags=noasm")}, nil, false})
	if runtime.GOARCH == "amd64" {
		ways = append(ways, way{"GOAMD64=v3", []string{build("train-v3", "GOAMD64=v3")}, nil, false})
		if qemu, err := exec.LookPath("qemu-aarch64"); err == nil {
			ways = append(ways, way{"arm64", []string{qemu, build("train-arm64", "GOARCH=arm64")}, nil, true})
		} else {
			fmt.Println("arm64: skipped, qemu-aarch64 is not installed (Debian: qemu-user)")
		}
	}
	bad := 0
	for _, run := range runs {
		var want result
		for i, w := range ways {
			got := w.train(run, dir)
			switch {
			case i == 0:
				want = got
				fmt.Printf("%s  %s\n", got.weights, run)
			case got != want:
				bad++
				fmt.Printf("%+v  %s: not the same\n", got, w.name)
			}
		}
	}
	if ways[0].train(runs[0]+" --seed 2", dir).weights == ways[0].train(runs[0], dir).weights {
		bad++
		fmt.Println("another seed gives the same weights")
	}
	names := make([]string, len(ways))
	for i, w := range ways {
		names[i] = w.name
	}
	if bad == 0 {
		fmt.Printf("%d runs, %d ways each (%s): the same weights, history and model\n", len(runs), len(ways), strings.Join(names, "; "))
	}
	for _, line := range compareAll(ways, dir) {
		bad++
		fmt.Println(line)
	}
	if bad > 0 {
		os.Exit(1)
	}
}

func check(err error, output string) {
	if err != nil {
		fmt.Fprintln(os.Stderr, output)
		fmt.Fprintln(os.Stderr, "bits:", err)
		os.Exit(1)
	}
}
