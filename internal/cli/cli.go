// Package cli is what the commands share: flags by kong, and the exit statuses:
// 2 for a command line that is wrong whatever the files say, 1 for everything
// else that fails, 130 and 143 after SIGINT and SIGTERM.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// UsageError is a mistake on the command line.
type UsageError struct{ Err error }

func (e UsageError) Error() string { return e.Err.Error() }
func (e UsageError) Unwrap() error { return e.Err }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }

// Command is a command whose flags have been parsed into it.
type Command interface {
	Run(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error
}

// Main runs a command and exits.
func Main(name, description string, command Command) {
	os.Exit(Run(name, description, command, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Run runs a command and returns its exit status.
func Run(name, description string, command Command, args []string, stdin io.Reader, stdout, stderr io.Writer) (status int) {
	parsed, err := parse(name, description, command, args, stdout)
	if err == nil && parsed {
		ctx, stop := interruptible()
		err = command.Run(ctx, stdin, stdout, stderr)
		if sig := stop(); sig != 0 && (err == nil || errors.Is(err, context.Canceled)) {
			return 128 + int(sig)
		}
	}
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %v\n", name, err)
	if usage := (UsageError{}); errors.As(err, &usage) {
		fmt.Fprintf(stderr, "Try '%s --help'.\n", name)
		return 2
	}
	return 1
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
	parser, err := kong.New(command,
		kong.Name(name), kong.Description(description),
		kong.Writers(stdout, stdout),
		kong.Exit(func(int) { panic(exited) }),
		kong.Vars{"version": name + " " + Version()},
		kong.WithHyphenPrefixedParameters(true),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		panic(err) // a mistake in the struct tags
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		return false, UsageError{err}
	}
	return true, checkTwice(ctx)
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

// interruptible returns a context that ends with the first SIGINT or SIGTERM; a
// second one exits at once. stop ends this, and tells which signal came, or 0.
func interruptible() (ctx context.Context, stop func() syscall.Signal) {
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
			cancel(signalled(sig.(syscall.Signal)))
		}
	}()
	return ctx, func() syscall.Signal {
		signal.Stop(signals)
		close(signals)
		if s, ok := context.Cause(ctx).(signalled); ok {
			return syscall.Signal(s)
		}
		return 0
	}
}

type signalled syscall.Signal

func (s signalled) Error() string { return syscall.Signal(s).String() }

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
