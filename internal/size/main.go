// Command size prints how large the packages are: lines of files and of
// functions, without tests and generated files. Run it from the root of the
// module: make size. The aims are files of 300 lines, functions of 40, and a
// median of 10.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type pkg struct {
	files, lines, tests int
	longestFile         int
	functions           []int
	longestFunction     string
}

func main() {
	pkgs := map[string]*pkg{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		return measure(path, pkgs)
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "size:", err)
		os.Exit(1)
	}
	fmt.Printf("%-20s %6s %6s %6s  %-12s %-12s %s\n", "package", "files", "lines", "tests", "file max", "func median", "longest function")
	total := &pkg{}
	for _, name := range sortedKeys(pkgs) {
		p := pkgs[name]
		slices.Sort(p.functions)
		median := 0
		if n := len(p.functions); n > 0 {
			median = p.functions[n/2]
		}
		fmt.Printf("%-20s %6d %6d %6d  %-12d %-12d %s\n", name, p.files, p.lines, p.tests, p.longestFile, median, p.longestFunction)
		total.files, total.lines, total.tests = total.files+p.files, total.lines+p.lines, total.tests+p.tests
	}
	fmt.Printf("%-20s %6d %6d %6d\n", "total", total.files, total.lines, total.tests)
}

// measure adds a file to its package.
func measure(path string, pkgs map[string]*pkg) error {
	source, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	dir := filepath.ToSlash(filepath.Dir(path))
	if pkgs[dir] == nil {
		pkgs[dir] = &pkg{}
	}
	p := pkgs[dir]
	lines := strings.Count(string(source), "\n")
	if strings.HasSuffix(path, "_test.go") {
		p.tests += lines
		return nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, source, parser.ParseComments)
	if err != nil || ast.IsGenerated(file) {
		return err
	}
	p.files++
	p.lines += lines
	p.longestFile = max(p.longestFile, lines)
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			n := fset.Position(f.End()).Line - fset.Position(f.Pos()).Line + 1
			if len(p.functions) == 0 || n > slices.Max(p.functions) {
				p.longestFunction = fmt.Sprintf("%s, %d lines", f.Name.Name, n)
			}
			p.functions = append(p.functions, n)
		}
	}
	return nil
}

func sortedKeys(m map[string]*pkg) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
