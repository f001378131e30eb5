// Command performance measures what docs/performance.md states and writes its
// tables and pictures anew. Run it from the root of the module, on a machine that
// does nothing else: make performance. It takes a quarter of an hour.
//
// Python's and R's libraries are measured where they are installed.
package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

const document = "docs/performance.md"

// sections are the parts of the document that are written, by the name of the
// comments they stand between.
var sections = []struct {
	name    string
	measure func(*program) (markdown string, err error)
}{
	{"steps", steps},
	{"golibs", golibs},
	{"products", products},
	{"runs", runs},
	{"csv", csv},
	{"growth", growth},
}

//go:embed others
var others embed.FS

// program is what measuring needs.
type program struct {
	dir    string   // for temporary files; the commands and the others' scripts are there
	with   []string // what is put before each command
	rounds int
}

func main() {
	var names []string
	for _, s := range sections {
		names = append(names, s.name)
	}
	only := flag.String("only", strings.Join(names, ","), "sections to measure")
	with := flag.String("with", "", "command to run the measurements with, such as 'nice -n -10'")
	rounds := flag.Int("rounds", 7, "rounds, of which the best counts")
	flag.Parse()
	b := &program{with: strings.Fields(*with), rounds: *rounds}
	check(b.prepare())
	defer os.RemoveAll(b.dir)
	for _, s := range sections {
		if !slices.Contains(strings.Split(*only, ","), s.name) {
			continue
		}
		fmt.Println(s.name)
		markdown, err := s.measure(b)
		check(err)
		check(insert(s.name, markdown+"\n"+b.machine()))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "performance:", err)
		os.Exit(1)
	}
}

// prepare builds the commands into a temporary folder, and puts the scripts there.
func (b *program) prepare() (err error) {
	if b.dir, err = os.MkdirTemp("", "performance-"); err != nil {
		return err
	}
	if err := os.CopyFS(b.dir, others); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-o", b.dir+string(filepath.Separator), "./cmd/bench", "./cmd/train")
	build.Stderr = os.Stderr
	return build.Run()
}

// insert writes the text of a section into the document.
func insert(section, text string) error {
	old, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	place := regexp.MustCompile(`(?s)(<!-- ` + section + ` -->\n).*?(<!-- /` + section + ` -->\n)`)
	if !place.Match(old) {
		return fmt.Errorf("%s has no <!-- %s --> … <!-- /%[2]s -->", document, section)
	}
	escaped := strings.ReplaceAll(text, "$", "$$")
	return os.WriteFile(document, place.ReplaceAll(old, []byte("${1}"+escaped+"${2}")), 0o644)
}

// run runs a command and reads what it prints on standard output, as JSON. The
// rest is shown only if it fails.
func (b *program) run(result any, command ...string) error {
	return b.runIn(nil, result, command...)
}

// runIn is run with some more environment variables.
func (b *program) runIn(environment []string, result any, command ...string) error {
	line := append(slices.Clone(b.with), command...)
	var errs bytes.Buffer
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Stderr, cmd.Env = &errs, append(os.Environ(), environment...)
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(line, " "), err, errs.Bytes())
	}
	return json.Unmarshal(out, result)
}

// bench runs cmd/bench.
func (b *program) bench(result any, args string) error {
	fmt.Println("  bench", args)
	args += fmt.Sprintf(" --json --rounds %d", b.rounds)
	return b.run(result, append([]string{filepath.Join(b.dir, "bench")}, strings.Fields(args)...)...)
}

// python returns the first Python that has a module, or "".
func python(module string) string {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import "+module).Run() == nil {
			return name
		}
	}
	return ""
}

// machine says on what the figures of a section were measured, and with what.
func (b *program) machine() string {
	what := []string{processor(), fmt.Sprintf("%d processors", runtime.NumCPU()), runtime.Version()}
	for _, module := range []string{"numpy", "torch", "sklearn", "pandas"} {
		if p := python(module); p != "" {
			out, _ := exec.Command(p, "-c", "import "+module+" as m; print(m.__version__)").Output()
			what = append(what, module+" "+strings.TrimSpace(string(out)))
		}
	}
	commit, _ := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	return fmt.Sprintf("*%s; commit %s, %s*\n", strings.Join(what, ", "), strings.TrimSpace(string(commit)), time.Now().Format("2006-01-02"))
}

// processor names the processor where Linux tells.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	field := func(name string) string {
		found := regexp.MustCompile(`(?m)^` + name + `\s*: (.*)$`).FindSubmatch(text)
		if found == nil {
			return ""
		}
		return string(found[1])
	}
	if name := field("model name"); name != "" {
		return fmt.Sprintf("%s (family %s, model %s)", name, field("cpu family"), field("model"))
	}
	return runtime.GOOS + "/" + runtime.GOARCH
}
