package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/alecthomas/kong"

	"gradlab/internal/cli"
)

// command does what its flags say.
type command struct {
	Number float64  `default:"1" help:"A number."`
	List   []string `help:"A list."`
	Fail   string   `enum:",error,usage,signal" default:"" help:"How to fail."`

	Version kong.VersionFlag `help:"Print the version."`
}

func (c *command) Run(stdout, stderr io.Writer) error {
	fmt.Fprint(stdout, c.Number, c.List)
	switch c.Fail {
	case "error":
		return errors.New("it went wrong")
	case "usage":
		return cli.Usagef("no such %s", "thing")
	case "signal":
		return fmt.Errorf("stopped: %w", cli.Signalled(syscall.SIGTERM))
	}
	return nil
}

func TestExitStatuses(t *testing.T) {
	for _, c := range []struct {
		args           string
		status         int
		stdout, stderr string // what they begin with
	}{
		{"", 0, "1 []", ""},
		{"--number -2.5 --list a,b", 0, "-2.5 [a b]", ""},
		{"--number=-2.5 --list=-a", 0, "-2.5 [-a]", ""},
		{"--fail error", 1, "1 []", "do: it went wrong\n"},
		{"--fail usage", 2, "1 []", "do: no such thing\nTry 'do --help'.\n"},
		{"--fail signal", 143, "1 []", ""},
		{"--number x", 2, "", "do: --number: "},
		{"--number 1 --number 2", 2, "", "do: --number is given twice\n"},
		{"--nonsense", 2, "", "do: unknown flag --nonsense"},
		{"--help", 0, "Usage: do [flags]\n\nDoes things.", ""},
		{"--version", 0, "do ", ""},
	} {
		var stdout, stderr bytes.Buffer
		status := cli.Run("do", "Does things.", new(command), strings.Fields(c.args), &stdout, &stderr)
		if status != c.status || !strings.HasPrefix(stdout.String(), c.stdout) || !strings.HasPrefix(stderr.String(), c.stderr) || (c.stderr == "") != (stderr.Len() == 0) {
			t.Errorf("do %s: exit status %d, stdout %q, stderr %q", c.args, status, stdout.String(), stderr.String())
		}
	}
}

func TestFlagValues(t *testing.T) {
	values := cli.FlagValues(&command{Number: 3, List: []string{"a"}})
	if got, want := fmt.Sprint(values), "map[fail: list:[a] number:3]"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestSetFlagValues(t *testing.T) {
	for _, c := range []struct {
		values string
		want   command
		err    string
	}{
		{`{"number":3.5,"list":["a","b"]}`, command{Number: 3.5, List: []string{"a", "b"}}, ""},
		{`{"fail":"error"}`, command{Number: 1, Fail: "error"}, ""}, // 1 is the default
		{`{"number":"x"}`, command{}, "--number: "},
		{`{"numbers":1}`, command{}, "1 flags that this version does not know"},
	} {
		var values map[string]json.RawMessage
		if err := json.Unmarshal([]byte(c.values), &values); err != nil {
			t.Fatal(err)
		}
		got := command{Number: 7, Fail: "usage"}
		err := cli.SetFlagValues(&got, values)
		if c.err == "" && (err != nil || fmt.Sprint(got) != fmt.Sprint(c.want)) || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: %v, error %v", c.values, got, err)
		}
	}
}

func TestCSVOptions(t *testing.T) {
	for delimiter, want := range map[string]byte{"auto": 0, "tab": '\t', `\t`: '\t', ";": ';', "|": '|'} {
		if options, err := cli.CSVOptions("auto", delimiter); err != nil || options.Delimiter != want {
			t.Errorf("--delimiter %q is %q: %v", delimiter, options.Delimiter, err)
		}
	}
	for _, delimiter := range []string{"", ";;", "1", ".", "\"", "é", "\n"} {
		if _, err := cli.CSVOptions("auto", delimiter); err == nil {
			t.Errorf("--delimiter %q passes", delimiter)
		}
	}
}
