package viz

import (
	"image/color"
	"math"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var (
	ink     = hex(0x222222) // text and outlines
	muted   = hex(0x767676) // less important text
	faint   = hex(0xe4e4e4) // grid
	neutral = hex(0xb0b0b0) // what has no class or no value
	white   = hex(0xffffff)

	trainColor = hex(0x0072b2)
	valColor   = hex(0xd55e00)
)

// okabeIto are the colours of Okabe and Ito without black, those that differ
// most first.
var okabeIto = []color.RGBA{
	hex(0x0072b2), hex(0xe69f00), hex(0x009e73), hex(0xcc79a7),
	hex(0x56b4e9), hex(0xd55e00), hex(0xf0e442),
}

func hex(rgb uint32) color.RGBA {
	return color.RGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 255}
}

// classColor returns the colour of class k; after seven the colours come again,
// darker each time. What is no class is grey.
func classColor(k int) color.RGBA {
	if k < 0 {
		return neutral
	}
	n := len(okabeIto)
	dark := 1 - 1/(1+0.7*float64(k/n))
	return mix(okabeIto[k%n], hex(0x000000), dark)
}

// mix returns the colour a share t of the way from a to b.
func mix(a, b color.RGBA, t float64) color.RGBA {
	part := func(a, b uint8) uint8 { return uint8(float64(a) + t*(float64(b)-float64(a)) + 0.5) }
	return color.RGBA{R: part(a.R, b.R), G: part(a.G, b.G), B: part(a.B, b.B), A: 255}
}

// ramp returns the colour at t in [0, 1] of a scale of evenly spaced colours.
func ramp(scale []color.RGBA, t float64) color.RGBA {
	t = min(max(t, 0), 1) * float64(len(scale)-1)
	i := min(int(t), len(scale)-2)
	return mix(scale[i], scale[i+1], t-float64(i))
}

// textOn returns the colour, dark or white, that reads better on a background.
func textOn(c color.RGBA) color.RGBA {
	luma := 0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)
	if luma < 140 {
		return white
	}
	return ink
}

// text is a style of text; size is in points.
type text struct {
	size  vg.Length
	color color.Color
	bold  bool
	align vg.Length // the share of the width that lies left of the given point
}

var (
	titleText = text{size: 15, color: ink, bold: true}
	labelText = text{size: 12, color: ink}
	tickText  = text{size: 11, color: ink}
)

func (t text) font() plotfont.Font {
	f := plotfont.Font{Typeface: "Liberation", Variant: "Sans", Size: t.size}
	if t.bold {
		f.Weight = font.WeightBold
	}
	return f
}

func (t text) face() plotfont.Face {
	return plot.DefaultTextHandler.Cache().Lookup(t.font(), t.size)
}

func (t text) aligned(share vg.Length) text {
	t.align = share
	return t
}

func (t text) width(s string) vg.Length {
	face := t.face()
	return face.Width(s)
}

// widest returns the largest width of some texts.
func (t text) widest(texts []string) vg.Length {
	var w vg.Length
	for _, s := range texts {
		w = max(w, t.width(s))
	}
	return w
}

// fit returns s, or as much of its beginning as fits into a width, with an
// ellipsis. The result is safe to draw: see clean.
func (t text) fit(s string, width vg.Length) string {
	return t.cut(s, width, func(runes []rune, n int) string {
		return strings.TrimRight(string(runes[:n]), " ") + "…"
	})
}

// fitNames fits names of classes. A long one loses its middle, as names often
// differ at the end. An empty one is written as such.
func (t text) fitNames(names []string, width vg.Length) []string {
	fitted := make([]string, len(names))
	for i, s := range names {
		if strings.TrimSpace(s) == "" {
			s = "(empty)"
		}
		fitted[i] = t.cut(s, width, func(runes []rune, n int) string {
			return string(runes[:(n+1)/2]) + "…" + string(runes[len(runes)-n/2:])
		})
	}
	return fitted
}

// cut returns s, cleaned, if it fits into a width, or the longest text that does
// of those that shorten makes of n of its letters.
func (t text) cut(s string, width vg.Length, shorten func(runes []rune, n int) string) string {
	s = clean(s)
	if len(s) < 1000 && t.width(s) <= width {
		return s
	}
	runes := []rune(s)
	for n := min(len(runes)-1, 300); n > 0; n-- {
		if short := shorten(runes, n); t.width(short) <= width {
			return short
		}
	}
	return ""
}

// draw draws s with its baseline at y.
func (t text) draw(c vg.Canvas, x, y vg.Length, s string) {
	if s == "" {
		return
	}
	c.SetColor(t.color)
	c.FillString(t.face(), vg.Point{X: x - t.align*t.width(s), Y: y}, s)
}

// drawMid draws s with the middle of its capital letters at y.
func (t text) drawMid(c vg.Canvas, x, y vg.Length, s string) {
	t.draw(c, x, y-0.36*t.size, s)
}

// drawTurned draws s turned by an angle about (x, y), the middle of its left end
// or of wherever its alignment is. It begins at a whole pixel, as turned text is
// blurred otherwise.
func (t text) drawTurned(c vg.Canvas, x, y vg.Length, angle float64, s string) {
	sin, cos := math.Sincos(angle)
	right, up := -t.align*t.width(s), -0.36*t.size
	x += right*vg.Length(cos) - up*vg.Length(sin)
	y += right*vg.Length(sin) + up*vg.Length(cos)
	c.Push()
	c.Translate(vg.Point{X: wholePixel(x), Y: wholePixel(y)})
	c.Rotate(angle)
	t.aligned(0).draw(c, 0, 0, s)
	c.Pop()
}

func wholePixel(x vg.Length) vg.Length {
	return pixel * vg.Length(math.Round(float64(x/pixel)))
}

// clean returns a text from data as one line that is also valid in XML: white
// space becomes a space, other control characters and broken UTF-8 the
// replacement character.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == '\ufffe', r == '\uffff':
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// titleHeight returns the height that drawTitle takes.
func titleHeight(title string) vg.Length {
	if title == "" {
		return 0
	}
	return titleText.size + 14
}

// drawTitle draws a title, if there is one, at the top left of c and returns the
// rest of c.
func drawTitle(c draw.Canvas, title string) draw.Canvas {
	titleText.draw(c, c.Min.X, c.Max.Y-titleText.size, titleText.fit(title, c.Size().X))
	return draw.Crop(c, 0, 0, 0, -titleHeight(title))
}
