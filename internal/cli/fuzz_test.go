package cli_test

import (
	"slices"
	"testing"

	"gradlab/internal/cli"
)

// FuzzSizes finds no sizes that are out of bounds, or that are others when they
// are written and read again.
func FuzzSizes(f *testing.F) {
	for _, seed := range []string{"4,8,1", " 4 , 8", "1", "", ",", "4,0", "-1,2", "16777216,64", "16777216,65", "99999999999999999999,1", "0x4,1", "+4,1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s, again cli.Sizes
		if s.UnmarshalText([]byte(text)) != nil {
			return
		}
		weights := 0
		for l := 1; l < len(s); l++ {
			weights += s[l] * s[l-1]
		}
		if len(s) < 2 || slices.Min(s) < 1 || weights > 1<<30 {
			t.Errorf("%q is %v", text, s)
		}
		written, _ := s.MarshalText()
		if err := again.UnmarshalText(written); err != nil || !slices.Equal(s, again) {
			t.Errorf("%v becomes %v, %v", s, again, err)
		}
	})
}

// FuzzCSVOptions finds no delimiter that a number or a quoted cell can have.
func FuzzCSVOptions(f *testing.F) {
	for _, seed := range []string{"auto", "tab", `\t`, ",", ";", " ", "\"", "1", "é", "", "\x00"} {
		f.Add("auto", seed)
	}
	f.Add("yes", ",")
	f.Add("maybe", ",")
	f.Fuzz(func(t *testing.T, header, delimiter string) {
		options, err := cli.CSVOptions(header, delimiter)
		if err == nil && slices.Contains([]byte("\"\r\n.-+0123456789"), options.Delimiter) {
			t.Errorf("the delimiter is %q", options.Delimiter)
		}
	})
}
