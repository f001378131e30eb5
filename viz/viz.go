// Package viz draws what a training leaves to look at: learning curves, decision
// boundaries, confusion matrices and weights.
//
// Each kind of figure is a struct with few fields and a method Figure, or a
// function; each gives a Figure, which writes itself as PNG or SVG. Values from
// data may be anything: what is not finite is left out, names may be empty, and
// long ones are cut. Slices that do not fit together are a mistake of the
// program, and panic.
//
// The colours are those of Okabe and Ito, which people with any kind of colour
// vision tell apart. The same figure gives the same bytes each time.
package viz

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"io"
	"math"
	"regexp"
	"strings"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// dpi is the resolution of a PNG: a figure 9 inches wide has 1440 pixels.
const dpi = 160

// pixel is the size of one of its picture elements.
const pixel = vg.Inch / dpi

// margin is the free space around a figure.
const margin = 10

// A Figure is a finished picture: later changes of the data do not show in it.
type Figure struct {
	width, height vg.Length
	draw          func(c draw.Canvas)
}

// newFigure returns a figure with a title over a picture of the given size.
func newFigure(title string, width, height vg.Length, picture func(c draw.Canvas)) *Figure {
	height += titleHeight(title)
	width = max(width, min(titleText.width(clean(title)), 440))
	return &Figure{
		width: wholePixel(width+2*margin) + pixel, height: wholePixel(height+2*margin) + pixel,
		draw: func(c draw.Canvas) { picture(drawTitle(c, title)) },
	}
}

// emptyFigure returns a figure that says why there is nothing to see.
func emptyFigure(title, why string) *Figure {
	return newFigure(title, 300, 150, func(c draw.Canvas) { note(why).Plot(c, nil) })
}

// Write writes the figure in a format, "png" or "svg".
func (f *Figure) Write(w io.Writer, format string) error {
	switch format {
	case "png":
		return f.writePNG(w)
	case "svg":
		return f.writeSVG(w)
	}
	return fmt.Errorf(`viz: a figure can be written as "png" or "svg", not as %q`, format)
}

func (f *Figure) writePNG(w io.Writer) error {
	c := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(dpi))
	f.paint(pngCanvas{c})
	return png.Encode(w, c.Image())
}

// pngCanvas draws a box for a letter that the font does not have, such as a
// Chinese one, where the font itself would leave a gap. In an SVG the viewer's
// fonts have it.
type pngCanvas struct{ *vgimg.Canvas }

func (c pngCanvas) FillString(face font.Face, at vg.Point, s string) {
	var b sfnt.Buffer
	c.Canvas.FillString(face, at, strings.Map(func(r rune) rune {
		if i, err := face.Face.GlyphIndex(&b, r); i == 0 || err != nil {
			return '□'
		}
		return r
	}, s))
}

// DrawImage copies an image that has the picture elements of its place. The
// canvas would give the same, but resample the image first, which takes longer
// than all the rest of the figure.
func (c pngCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	dots := func(x vg.Length) int { return int(math.Round(x.Dots(dpi))) }
	whole := c.Image().(*image.RGBA)
	place := image.Rect(dots(r.Min.X), whole.Rect.Max.Y-dots(r.Max.Y), dots(r.Max.X), whole.Rect.Max.Y-dots(r.Min.Y))
	if place.Size() != img.Bounds().Size() {
		c.Canvas.DrawImage(r, img)
		return
	}
	imagedraw.Draw(whole, place, img, img.Bounds().Min, imagedraw.Over)
}

// writeSVG names other fonts beside the one whose widths the figure was laid
// out with: Arial and Helvetica have the same widths, and text in any other font
// is fitted into the place it has. And it gives pictures within the figure,
// which are PNG, their right type and all of their place.
func (f *Figure) writeSVG(w io.Writer) error {
	c := &svgCanvas{Canvas: vgsvg.New(f.width, f.height)}
	f.paint(c)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return err
	}
	i := -1
	fitted := svgText.ReplaceAllStringFunc(b.String(), func(tag string) string {
		i++
		return fmt.Sprintf(`%s textLength="%.5g" lengthAdjust="spacingAndGlyphs"`, tag, float64(c.widths[i]))
	})
	_, err := svgFixes.WriteString(w, fitted)
	return err
}

// svgCanvas notes the width of each text, in the order in which they are drawn.
type svgCanvas struct {
	*vgsvg.Canvas
	widths []vg.Length
}

func (c *svgCanvas) FillString(face font.Face, at vg.Point, text string) {
	c.widths = append(c.widths, face.Width(text))
	c.Canvas.FillString(face, at, text)
}

// Angle brackets and quotation marks in text are escaped, so these patterns are
// no text.
var (
	svgText  = regexp.MustCompile(`<text\b`)
	svgFixes = strings.NewReplacer(
		`style="font-family:Liberation Sans`, `style="font-family:Liberation Sans,Arial,Helvetica,sans-serif`,
		`xlink:href="data:image/jpg;`, `preserveAspectRatio="none" xlink:href="data:image/png;`,
	)
)

// paint draws the figure on white, so that it can be read on a dark page, too.
func (f *Figure) paint(canvas vg.CanvasSizer) {
	c := draw.New(canvas)
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	f.draw(draw.Crop(c, margin, -margin, margin, -margin))
}
