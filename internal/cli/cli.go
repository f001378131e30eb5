// Package cli is what the commands share: flags by kong, and the exit statuses:
// 2 for a command line that is wrong whatever the files say, 1 for everything
// else that fails, 130 and 143 after SIGINT and SIGTERM.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"gradlab/internal/quote"
	"gradlab/matrix"
)

// UsageError is a mistake on the command line.
type UsageError struct{ Err error }

func (e UsageError) Error() string { return e.Err.Error() }
func (e UsageError) Unwrap() error { return e.Err }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }

// Command is a command whose flags have been parsed into it.
type Command interface {
	Run(stdout, stderr io.Writer) error
}

// Main runs a command and exits.
func Main(name, description string, command Command) {
	os.Exit(Run(name, description, command, os.Args[1:], os.Stdout, os.Stderr))
}

// Run runs a command and returns its exit status.
func Run(name, description string, command Command, args []string, stdout, stderr io.Writer) (status int) {
	parsed, err := parse(name, description, command, args, stdout)
	if err == nil && parsed {
		err = runOn(command, stdout, stderr)
	}
	var usage UsageError
	var signal Signalled
	switch {
	case err == nil:
		return 0
	case errors.As(err, &signal):
		return 128 + int(signal)
	}
	fmt.Fprintf(stderr, "%s: %s\n", name, quote.Message(err.Error()))
	if errors.As(err, &usage) {
		fmt.Fprintf(stderr, "Try '%s --help'.\n", name)
		return 2
	}
	return 1
}

// runOn runs a command, unless the environment asks for instructions that are not
// there.
func runOn(command Command, stdout, stderr io.Writer) error {
	if _, err := matrix.SIMD(); err != nil {
		return UsageError{err}
	}
	return command.Run(stdout, stderr)
}

// parse parses the flags into command. It returns false where the arguments
// asked for help or the version, which it has printed.
func parse(name, description string, command any, args []string, stdout io.Writer) (parsed bool, err error) {
	const exited = "exited"
	defer func() {
		if r := recover(); r != nil && r != exited {
			panic(r)
		}
	}()
	ctx, err := parserOf(command,
		kong.Name(name), kong.Description(description),
		kong.Writers(stdout, stdout),
		kong.Exit(func(int) { panic(exited) }),
		kong.Vars{"version": name + " " + Version()},
		kong.WithHyphenPrefixedParameters(true),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	).Parse(args)
	if err != nil {
		return false, UsageError{err}
	}
	return true, checkTwice(ctx)
}

// parserOf returns a parser for the flags of a command.
func parserOf(command any, options ...kong.Option) *kong.Kong {
	parser, err := kong.New(command, options...)
	if err != nil {
		panic(err) // a mistake in the struct tags
	}
	return parser
}

// FlagValues returns the flags of a command as they are now, by name.
func FlagValues(command any) map[string]any {
	values := map[string]any{}
	for _, flag := range parserOf(command).Model.Flags {
		if flag.Name != "help" && flag.Name != "version" {
			values[flag.Name] = flag.Target.Interface()
		}
	}
	return values
}

// SetFlagValues is the inverse of FlagValues, with the values as JSON. A flag that
// is not among them gets its default.
func SetFlagValues(command any, values map[string]json.RawMessage) error {
	known := 0
	for _, flag := range parserOf(command).Model.Flags {
		if err := flag.Reset(); err != nil {
			return err
		}
		if text, ok := values[flag.Name]; ok {
			known++
			if err := json.Unmarshal(text, flag.Target.Addr().Interface()); err != nil {
				return fmt.Errorf("--%s: %w", flag.Name, err)
			}
		}
	}
	if known < len(values) {
		return fmt.Errorf("there are %d flags that this version does not know", len(values)-known)
	}
	return nil
}

// checkTwice refuses a flag that is given twice, unless it is a list.
func checkTwice(ctx *kong.Context) error {
	seen := map[string]bool{}
	for _, p := range ctx.Path {
		if p.Flag == nil || p.Flag.Target.Kind() == reflect.Slice {
			continue
		}
		if seen[p.Flag.Name] {
			return Usagef("--%s is given twice", p.Flag.Name)
		}
		seen[p.Flag.Name] = true
	}
	return nil
}

// Signalled is the error of a command that a signal ended in good order.
type Signalled syscall.Signal

func (s Signalled) Error() string { return syscall.Signal(s).String() }

// Interruptible returns a context that ends with the first SIGINT or SIGTERM; a
// second one exits at once. stop ends this, and returns a Signalled if there
// was a signal. (Where a command does not call this, a signal simply kills it.)
func Interruptible() (ctx context.Context, stop func() error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		first := true
		for sig := range signals {
			if !first {
				os.Exit(128 + int(sig.(syscall.Signal)))
			}
			first = false
			cancel(Signalled(sig.(syscall.Signal)))
		}
	}()
	return ctx, func() error {
		signal.Stop(signals)
		close(signals)
		var s Signalled
		if errors.As(context.Cause(ctx), &s) {
			return s
		}
		return nil
	}
}

// Version returns the version of the module, or of the commit it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	return version
}
