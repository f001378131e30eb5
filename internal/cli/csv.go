package cli

import (
	"strings"

	"gradlab/data"
)

// CSVOptions returns the options that the flags --header (auto, yes, no) and
// --delimiter (a character, tab, auto) stand for.
func CSVOptions(header, delimiter string) (options data.CSVOptions, err error) {
	if err := options.Header.UnmarshalText([]byte(header)); err != nil {
		return options, Usagef("--header: %w", err)
	}
	switch {
	case delimiter == "auto":
	case delimiter == "tab" || delimiter == `\t`:
		options.Delimiter = '\t'
	case len(delimiter) == 1 && delimiter[0] < 0x80 && !strings.ContainsAny(delimiter, "\"\r\n.-+0123456789"):
		options.Delimiter = delimiter[0]
	default:
		return options, Usagef("--delimiter %q: give one character, tab, or auto", delimiter)
	}
	return options, nil
}
