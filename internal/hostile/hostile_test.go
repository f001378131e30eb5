package hostile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// commands is the folder of the commands, built once.
var commands string

func TestMain(m *testing.M) {
	if report := os.Getenv(reportTo); report != "" {
		os.Exit(attend(report))
	}
	os.Exit(buildAndTest(m))
}

func buildAndTest(m *testing.M) int {
	dir, err := os.MkdirTemp("", "hostile")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	commands = dir
	if out, err := exec.Command("go", "build", "-o", dir+"/", "gradlab/cmd/train", "gradlab/cmd/predict", "gradlab/cmd/bench").CombinedOutput(); err != nil {
		panic(string(out))
	}
	return m.Run()
}

// outcome is how a command ended.
type outcome struct {
	status         int
	stdout, stderr string
	peak           int64 // bytes of memory; 0: the system does not tell
}

// mostMemory is what a command under attack may have, so that one that takes too
// much harms nobody but itself.
const mostMemory = 4 << 30

// run runs a command in the current folder.
func run(t *testing.T, stdin io.Reader, command string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(t.TempDir(), "report")
	cmd := exec.CommandContext(ctx, self, append([]string{filepath.Join(commands, command)}, args...)...)
	cmd.Env = append(os.Environ(), reportTo+"="+report)
	cmd.WaitDelay = time.Second
	groupOf(cmd)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	cmd.Run() // an error of it is in the report, or there is none
	peak, err := os.ReadFile(report)
	if err != nil {
		t.Fatalf("%s %.200q: %v, %v: %s", command, args, ctx.Err(), err, stderr.String())
	}
	o := outcome{status: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	if o.peak, err = strconv.ParseInt(string(peak), 10, 64); err != nil {
		t.Fatal(err)
	}
	return o
}

// reportTo is the environment variable with the file for the peak memory of a
// command. This program, started with it, starts the command: the system counts
// the memory of whoever starts a command as the command's, and a test may have
// much.
const reportTo = "GRADLAB_HOSTILE_REPORT"

func attend(report string) (status int) {
	limitMemory(mostMemory)
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Run()
	if err := os.WriteFile(report, strconv.AppendInt(nil, peakOf(cmd.ProcessState), 10), 0o644); err != nil {
		panic(err)
	}
	return cmd.ProcessState.ExitCode()
}

// refused checks that a command ended with status 1 and a message that is short,
// printable and has the given parts, between …, and that it had no more memory
// than most.
func (o outcome) refused(t *testing.T, message string, most int64) {
	t.Helper()
	if o.status != 1 {
		t.Errorf("exit status %d", o.status)
	}
	rest := o.stderr
	for _, part := range strings.Split(message, "…") {
		i := strings.Index(rest, part)
		if i < 0 {
			t.Errorf("the message is %.400q, it should be %q", o.stderr, message)
			break
		}
		rest = rest[i+len(part):]
	}
	o.decent(t, most)
}

// decent checks what holds for every outcome.
func (o outcome) decent(t *testing.T, most int64) {
	t.Helper()
	for _, text := range []string{o.stdout, o.stderr} {
		if strings.Contains(text, "goroutine ") || strings.ContainsAny(text, "\x1b\a\x00") || len(text) > 20_000 {
			t.Errorf("it printed %.400q (%d bytes)", text, len(text))
		}
	}
	if o.peak > most {
		t.Errorf("it took %d MiB, of at most %d", o.peak>>20, most>>20)
	}
}

// little is the memory that a command may have whatever the file.
const little = 96 << 20

// repeated is a reader of so many times a text after another one.
func repeated(start, text string, times int) io.Reader {
	many := text
	for len(many) < 1<<16 && times%2 == 0 {
		many, times = many+many, times/2
	}
	return io.MultiReader(strings.NewReader(start), &repeater{text: many, times: times})
}

type repeater struct {
	text  string
	at    int
	times int
}

func (r *repeater) Read(p []byte) (n int, err error) {
	for r.times > 0 && n < len(p) {
		k := copy(p[n:], r.text[r.at:])
		n += k
		if r.at += k; r.at == len(r.text) {
			r.at = 0
			r.times--
		}
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// write writes a file into the current folder and returns its size.
func write(t *testing.T, name string, r io.Reader) int64 {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(f, r)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return n
}

// inOwnFolder makes a new folder the current one.
func inOwnFolder(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the tests speak of paths as on Unix")
	}
	t.Chdir(t.TempDir())
}
