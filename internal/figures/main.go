// Command figures trains the networks whose pictures are in the README, and
// puts the pictures into docs/images. Run it by make generate.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// pictures are the files to keep, each from a run of train.
var pictures = []struct{ args, file, as string }{
	{"--layers 4,8,3 --data iris.csv", "curves.svg", "iris-curves.svg"},
	{"--layers 2,16,1 --data moons.csv --optimizer adam", "boundary.png", "moons-boundary.png"},
	{"--layers 64,32,10 --data digits.csv --optimizer adam --epochs 40", "confusion.png", "digits-confusion.png"},
}

func main() {
	dir, err := os.MkdirTemp("", "figures")
	check(err)
	defer os.RemoveAll(dir)
	for i, p := range pictures {
		run := filepath.Join(dir, fmt.Sprint(i))
		cmd := exec.Command("go", append(append([]string{"run", "../cmd/train"}, strings.Fields(p.args)...), "--out", run)...)
		cmd.Stderr = os.Stderr
		check(cmd.Run())
		picture, err := os.ReadFile(filepath.Join(run, p.file))
		check(err)
		check(os.WriteFile(filepath.Join("images", p.as), picture, 0o644))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}
