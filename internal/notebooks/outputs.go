package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"regexp"
	"slices"
	"strings"
)

// differs says in what the outputs of a cell differ from those it had, or
// nothing if in nothing that counts.
func differs(old, new nbCell) string {
	want, have := describe(old), describe(new)
	if want != have {
		return "another output than the committed one:\n" + changes(want, have)
	}
	if new.varies() {
		return ""
	}
	before, after := old.pictures(), new.pictures()
	for i := range before {
		if part := differing(before[i], after[i]); part > 1./5000 {
			return fmt.Sprintf("picture %d is another one than the committed: %.2g %% of its pixels differ", i+1, 100*part)
		}
	}
	return ""
}

func (c nbCell) varies() bool { return slices.Contains(c.Metadata.Tags, "varies") }

// pictures returns the PNG pictures of a cell.
func (c nbCell) pictures() []image.Image {
	var all []image.Image
	for _, o := range c.Outputs {
		if picture, err := o.picture(); err == nil {
			all = append(all, picture)
		}
	}
	return all
}

// differing returns which part of the pixels of two pictures of the same size
// has visibly another colour. Edges of lines may differ a little: what is drawn
// is computed in floating point, on other processors with other roundings.
func differing(a, b image.Image) float64 {
	far := func(x, y uint32) bool { return max(x, y)-min(x, y) > 0x4000 }
	count := 0
	size := a.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			r, g, bl, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			if far(r, r2) || far(g, g2) || far(bl, b2) {
				count++
			}
		}
	}
	return float64(count) / float64(size.X*size.Y)
}

// describe returns what a cell has put out in the form in which executions are
// compared: printed text whole (it travels on another way than pictures, so the
// order of the two means nothing), of pictures type and size. Of a cell that
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
	var out []string
	for _, name := range []string{"stdout", "stderr"} {
		switch s := streams[name]; {
		case s == "":
		case c.varies():
			out = append(out, "["+name+"]")
		default:
			out = append(out, "["+name+"]", strings.TrimSuffix(s, "\n"))
		}
	}
	for _, s := range shown {
		if c.varies() {
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
		if picture, err := o.picture(); mime == pngType && err == nil {
			s = fmt.Sprintf("a picture of %d×%d", picture.Bounds().Dx(), picture.Bounds().Dy())
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

const pngType = "image/png"

// picture returns the PNG picture of an output.
func (o output) picture() (image.Image, error) {
	b, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(o.Data[pngType]), "\n", ""))
	if err != nil {
		return nil, err
	}
	return png.Decode(bytes.NewReader(b))
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
