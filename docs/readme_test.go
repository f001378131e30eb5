package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The library example of the README compiles and does what it says.
func TestReadmeExample(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("(?s)```go\n(.*?)```").FindSubmatch(text)
	if code == nil {
		t.Fatal("the README has no Go code")
	}
	imports := ""
	for _, path := range []string{"context", "fmt", "log"} {
		imports += `import "` + path + `"` + "\n"
	}
	for _, path := range []string{"data", "layers", "losses", "matrix", "nn", "optim"} {
		imports += `import "gradlab/` + path + `"` + "\n"
	}
	program := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(program, []byte("package main\n"+imports+"func main() {\n"+string(code[1])+"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "run", program).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.HasPrefix(string(out), "validation accuracy 0.9") && !strings.HasPrefix(string(out), "validation accuracy 1.0") {
		t.Errorf("it prints %q", out)
	}
}
