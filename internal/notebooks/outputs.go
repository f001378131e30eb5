package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"regexp"
	"slices"
	"strings"
)

// describe returns what a cell has put out in the form in which executions are
// compared: printed text whole (it travels on another way than pictures, so the
// order of the two means nothing), pictures by type and size. Of a cell that
// varies only the kinds of its outputs remain.
func describe(c nbCell) string {
	streams := map[string]string{}
	var shown []string
	for _, o := range c.Outputs {
		switch o.Type {
		case "stream":
			streams[o.Name] += string(o.Text)
		case "error":
			shown = append(shown, "error: "+o.EValue)
		default:
			shown = append(shown, displayed(o))
		}
	}
	varies := slices.Contains(c.Metadata.Tags, "varies")
	var out []string
	for _, name := range []string{"stdout", "stderr"} {
		switch s := streams[name]; {
		case s == "":
		case varies:
			out = append(out, "["+name+"]")
		default:
			out = append(out, "["+name+"]", strings.TrimSuffix(s, "\n"))
		}
	}
	for _, s := range shown {
		if varies {
			s, _, _ = strings.Cut(s, "\n")
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

// displayed describes a display: its type, and below that its text or the size
// of its picture.
func displayed(o output) string {
	var out []string
	for mime, t := range o.Data {
		s := strings.TrimSuffix(string(t), "\n")
		if width, height, err := pictureSize(mime, s); err == nil {
			s = fmt.Sprintf("a picture of %d×%d", width, height)
		} else if mime == "image/svg+xml" {
			tag, _, _ := strings.Cut(s[max(0, strings.Index(s, "<svg")):], ">")
			s = "a picture of " + strings.Join(svgSize.FindAllString(tag, -1), " ")
		}
		out = append(out, "["+mime+"]\n"+s)
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

var svgSize = regexp.MustCompile(`\b(width|height)="[^"]*"`)

// pictureSize returns the size of a picture as notebooks hold it, in base64.
func pictureSize(mime, encoded string) (width, height int, err error) {
	if mime != "image/png" {
		return 0, 0, fmt.Errorf("not a PNG")
	}
	b, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(encoded, "\n", ""))
	if err != nil {
		return 0, 0, err
	}
	config, err := png.DecodeConfig(bytes.NewReader(b))
	return config.Width, config.Height, err
}

// changes returns the lines in which two texts differ, with - and +, and up to
// two lines that they share around each change.
func changes(old, new string) string {
	a, b := firstLines(old), firstLines(new)
	// common[i][j] is the length of the longest common subsequence of a[i:] and b[j:].
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var all []string
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			all = append(all, "  "+a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			all = append(all, "- "+a[i])
			i++
		default:
			all = append(all, "+ "+b[j])
			j++
		}
	}
	return strings.Join(around(all, 2), "\n")
}

// firstLines cuts a text into lines, of which it returns the first thousand.
func firstLines(s string) []string {
	all := strings.Split(s, "\n")
	return all[:min(len(all), 1000)]
}

// around leaves out what is more than n lines away from a change.
func around(all []string, n int) []string {
	near := make([]bool, len(all))
	for i, s := range all {
		if !strings.HasPrefix(s, "  ") {
			for j := max(0, i-n); j <= min(len(all)-1, i+n); j++ {
				near[j] = true
			}
		}
	}
	var out []string
	for i, s := range all {
		if near[i] {
			out = append(out, s)
		} else if i == 0 || near[i-1] {
			out = append(out, "  …")
		}
	}
	return out
}
