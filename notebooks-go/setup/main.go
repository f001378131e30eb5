// Command setup lets a notebook's cells import gradlab: it writes the go.mod and
// go.sum of the GoNB kernel that runs it, with gradlab replaced by the checkout
// around the working folder and all other versions pinned, so that nothing asks
// the network for a newest version. The first cell of every lab calls it.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if err := setup(); err != nil {
		fmt.Fprintln(os.Stderr, "setup:", err)
		os.Exit(1)
	}
	fmt.Println("gradlab is ready.")
}

func setup() error {
	kernel := os.Getenv("GONB_TMP_DIR")
	if kernel == "" {
		return fmt.Errorf("this is for the first cell of a notebook; open one with: make jupyter")
	}
	mod, err := output("go", "env", "GOMOD")
	if err != nil {
		return err
	}
	module, err := output("go", "list", "-m")
	if err != nil {
		return err
	}
	root := filepath.Dir(mod)
	show := filepath.Join(root, "notebooks-go", "show")
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(show, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(kernel, name), text, 0o644); err != nil {
			return err
		}
	}
	_, err = output("go", "mod", "edit", "-module=notebook",
		"-replace="+module+"="+root,
		"-require="+module+"/notebooks-go/show@v0.0.0",
		"-replace="+module+"/notebooks-go/show="+show,
		filepath.Join(kernel, "go.mod"))
	return err
}

// output runs a command and returns the line it prints.
func output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
