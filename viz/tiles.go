package viz

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Images draws pictures of one size in rows, each with its caption below it;
// captions is nil or has one for each. Of more than 100 pictures it draws the
// first 100. Small pictures are enlarged, and keep their sharp picture elements.
func Images(title string, images []image.Image, captions []string) *Figure {
	if captions != nil && len(captions) != len(images) {
		panic(fmt.Sprintf("viz.Images: %d captions for %d pictures", len(captions), len(images)))
	}
	if len(images) == 0 || images[0].Bounds().Empty() {
		return emptyFigure(title, "no pictures")
	}
	size := images[0].Bounds().Size()
	for _, img := range images {
		if img.Bounds().Size() != size {
			panic(fmt.Sprintf("viz.Images: pictures of %v and of %v", size, img.Bounds().Size()))
		}
	}
	return tiles{
		n: len(images), height: size.Y, width: size.X, what: "pictures", captions: captions,
		color: func(t, i, j int) color.RGBA {
			at := images[t].Bounds().Min
			return color.RGBAModel.Convert(images[t].At(at.X+j, at.Y+i)).(color.RGBA)
		},
	}.figure(title)
}

// tiles are small pictures of height×width cells.
type tiles struct {
	n, height, width int
	what             string // they are, in the plural
	color            func(t, i, j int) color.RGBA
	captions         []string  // or nil
	bar              *colorBar // or nil
}

const maxTiles = 100

func (ts tiles) figure(title string) *Figure {
	caption := vg.Length(0)
	if ts.captions != nil {
		caption = lineHeight
	}
	l := newTileLayout(min(ts.n, maxTiles), ts.height, ts.width, caption)
	pictures := make([]cells, l.n)
	for t := range pictures {
		pictures[t] = newCells(ts.height, ts.width, l.tile.X, l.tile.Y, func(i, j int) color.RGBA { return ts.color(t, i, j) })
	}
	captions := slices.Clone(ts.captions)
	note, below := "", vg.Length(6)
	if l.n < ts.n {
		note, below = fmt.Sprintf("the first %d of %d %s", l.n, ts.n, ts.what), 24
	}
	beside := vg.Length(0)
	if ts.bar != nil {
		beside = 20 + ts.bar.width()
	}
	return newFigure(title, l.all.X+beside, l.all.Y+below, func(c draw.Canvas) {
		for t, picture := range pictures {
			at := l.at(t)
			r := picture.draw(c, c.Min.X+at.X, c.Min.Y+below+at.Y)
			if captions != nil {
				text := tickText.aligned(0.5)
				text.drawMid(c, r.Min.X+r.Size().X/2, r.Min.Y-l.caption/2, text.fit(captions[t], l.tile.X+tileGap))
			}
		}
		tickText.draw(c, c.Min.X, c.Min.Y+3, note)
		if ts.bar != nil {
			ts.bar.draw(c, c.Min.X+l.all.X+20, c.Min.Y+below, l.all.Y)
		}
	})
}

// tileLayout is where n tiles lie, in rows of some, and how large one and all
// are.
type tileLayout struct {
	n, across int
	tile, all vg.Point
	caption   vg.Length // the height below each
}

const tileGap = 5

// newTileLayout puts tiles of the given shape into an area half as wide again as
// high.
func newTileLayout(n, height, width int, caption vg.Length) tileLayout {
	l := tileLayout{n: n, caption: caption}
	w, h := vg.Length(width), vg.Length(height)
	l.across = min(n, int(math.Ceil(math.Sqrt(1.5*float64(n)*float64(h/w)))))
	size := min(84/max(w, h), (525/vg.Length(l.across)-tileGap)/w) // of a pixel
	l.tile = vg.Point{X: max(2, size*w), Y: max(2, size*h)}
	down := (n + l.across - 1) / l.across
	l.all.X = vg.Length(l.across)*(l.tile.X+tileGap) - tileGap
	l.all.Y = max(60, vg.Length(down)*(l.tile.Y+l.caption+tileGap)-tileGap)
	return l
}

// at returns the place of a tile, from the lower left corner of all.
func (l tileLayout) at(t int) vg.Point {
	i, j := vg.Length(t/l.across), vg.Length(t%l.across)
	return vg.Point{X: j * (l.tile.X + tileGap), Y: l.all.Y - l.tile.Y - i*(l.tile.Y+l.caption+tileGap)}
}
