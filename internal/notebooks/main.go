// Command notebooks makes the labs' notebooks from their sources, executes them
// and compares what they put out with what is committed. Run it from the root
// of the module, through make: notebooks, notebooks-update, notebooks-html,
// jupyter. notebooks-go/README.md says how a lab is written.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

const usage = `usage: go run ./internal/notebooks COMMAND [LAB…]

  check    execute the notebooks; fail if an output differs from the committed one
  update   make the notebooks from their sources, execute them and keep the outputs
  vet      compile the code of the sources, without a kernel
  html     render the notebooks into notebooks-go/html
  jupyter  open Jupyter on the notebooks

A LAB is its number; without any, all labs.
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	commands := map[string]func(context.Context, *shop, []string) error{
		"check": check, "update": update, "vet": vetLabs, "html": html, "jupyter": openJupyter,
	}
	command, ok := commands[os.Args[1]]
	if !ok {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, command, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "notebooks:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command func(context.Context, *shop, []string) error, labs []string) error {
	root, err := filepath.Abs(".")
	if err != nil {
		return err
	}
	sources, err := labSources(labs)
	if err != nil {
		return err
	}
	return command(ctx, &shop{root: root, cache: filepath.Join(root, labsDir, ".cache")}, sources)
}

const labsDir = "notebooks-go"

// shop knows where things are: the checkout, and a folder for what is built.
type shop struct{ root, cache string }

// labSources returns the paths of the labs of these numbers, or of all.
func labSources(numbers []string) ([]string, error) {
	all, err := filepath.Glob(filepath.Join(labsDir, "src", "*.md"))
	if err != nil || len(all) == 0 {
		return nil, fmt.Errorf("no labs in notebooks-go/src; run from the root of the module")
	}
	if len(numbers) == 0 {
		return all, nil
	}
	var chosen []string
	for _, n := range numbers {
		prefix := fmt.Sprintf("%02s-", n)
		found := false
		for _, path := range all {
			if strings.HasPrefix(filepath.Base(path), prefix) {
				chosen, found = append(chosen, path), true
			}
		}
		if !found {
			return nil, fmt.Errorf("no lab %s in notebooks-go/src", n)
		}
	}
	return chosen, nil
}

// notebookPath returns where a version of a lab lies.
func notebookPath(l *lab, solution bool) string {
	if solution {
		return filepath.Join(labsDir, "solutions", l.name+".ipynb")
	}
	return filepath.Join(labsDir, l.name+".ipynb")
}
