package viz

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gradlab/matrix"
)

// written returns a figure in a format.
func written(t *testing.T, f *Figure, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// picture returns a figure as its PNG shows it.
func picture(t *testing.T, f *Figure) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(written(t, f, "png")))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// texts returns the texts of a figure's SVG, one a line. It fails unless the SVG
// is well-formed.
func texts(t *testing.T, f *Figure) string {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(written(t, f, "svg")))
	var b strings.Builder
	inText := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatalf("the SVG is not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
			if fitted := slices.ContainsFunc(token.Attr, func(a xml.Attr) bool { return a.Name.Local == "textLength" }); inText && !fitted {
				t.Error("a text has the width of whatever font it is shown in")
			}
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				b.Write(token)
				b.WriteString("\n")
			}
		}
	}
}

// wantTexts fails unless each of some texts stands on a line of its own.
func wantTexts(t *testing.T, f *Figure, want ...string) {
	t.Helper()
	all := texts(t, f)
	for _, s := range want {
		if !strings.Contains("\n"+all, "\n"+s+"\n") {
			t.Errorf("no text %q among:\n%s", s, all)
		}
	}
}

func wantNoTexts(t *testing.T, f *Figure, unwanted ...string) {
	t.Helper()
	all := texts(t, f)
	for _, s := range unwanted {
		if strings.Contains("\n"+all, "\n"+s+"\n") {
			t.Errorf("a text %q among:\n%s", s, all)
		}
	}
}

// wantPanic fails unless f panics with a message that contains a text.
func wantPanic(t *testing.T, message string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if s, _ := recover().(string); !strings.Contains(s, message) {
			t.Errorf("no panic with %q, but %q", message, s)
		}
	}()
	f()
}

var (
	nan  = math.NaN()
	inf  = math.Inf(1)
	nast = "<&\"'>\x00\x1b[31m\xff\ufffe\nнесколько 字 ²é" + strings.Repeat("long ", 1000) // a nasty name
)

// figures are all kinds of figures, with what data may bring.
func figures() map[string]*Figure {
	none := matrix.New[float64](2, 0)
	points := matrix.FromRows([]float64{1, 2, nan, 1e150, 1e-300}, []float64{1, 1, 0, -inf, -1e150})
	point := matrix.FromRows([]float64{5}, []float64{-5})
	first := func(x *matrix.Matrix[float64]) ([]int, []float64) { return make([]int, x.Cols), nil }
	odd := func(x *matrix.Matrix[float64]) ([]int, []float64) {
		class, p := make([]int, x.Cols), make([]float64, x.Cols)
		for j := range class {
			class[j], p[j] = j%12-1, []float64{nan, inf, -1, 0.5, 2}[j%5]
		}
		return class, p
	}
	return map[string]*Figure{
		"no curves":        Curves{}.Figure(),
		"one epoch":        Curves{Epoch: []float64{1}, TrainLoss: []float64{0.5}}.Figure(),
		"only NaN":         Curves{Epoch: []float64{1}, TrainLoss: []float64{nan}, ValMetric: []float64{inf}, Metric: nast}.Figure(),
		"no loss":          Curves{Epoch: []float64{1, 2}, TrainMetric: []float64{1, 1}, Title: nast}.Figure(),
		"NaN epochs":       Curves{Epoch: []float64{nan, inf}, TrainLoss: []float64{1, 2}, Best: 1}.Figure(),
		"tiny loss":        Curves{Epoch: []float64{1, 2}, TrainLoss: []float64{1e-300, 5e-324}, Best: 1}.Figure(),
		"tiny and large":   Curves{Epoch: []float64{1, 2}, TrainLoss: []float64{5e-324, 1e300}, Best: 1}.Figure(),
		"large loss":       Curves{Epoch: []float64{1, 2}, TrainLoss: []float64{1e150, math.MaxFloat64}, Best: -1}.Figure(),
		"large epochs":     Curves{Epoch: []float64{1e17, 1e300}, TrainLoss: []float64{1, 2}}.Figure(),
		"zeros":            Curves{Epoch: []float64{1, 2}, TrainLoss: []float64{0, 0}}.Figure(),
		"signs":            Curves{Epoch: []float64{1, 2, 3}, TrainLoss: []float64{1e300, -1e300, 0}}.Figure(),
		"nearly constant":  Curves{Epoch: []float64{1, 2}, TrainLoss: []float64{1, math.Nextafter(1, 2)}}.Figure(),
		"no points":        Boundary{Points: none, Predict: first}.Figure(),
		"odd points":       Boundary{Points: points, Class: []int{0, 1, 2, -1, 99}, Classes: []string{nast, ""}, Predict: odd}.Figure(),
		"points alone":     Boundary{Points: points, Class: []int{0, 1, 2, -1, 99}, Title: nast, XName: nast}.Figure(),
		"single point":     Boundary{Points: point, Class: []int{0}, Classes: []string{"a"}, Held: []bool{true}, Predict: first}.Figure(),
		"many class names": Boundary{Points: point, Class: []int{0}, Classes: make([]string, 200)}.Figure(),
		"no bars":          Bars{}.Figure(),
		"odd bars":         Bars{Names: []string{nast, "", "c", "d", "e"}, Values: []float64{nan, inf, -1, 1e300, 5e-324}, Limits: []float64{1, nan, -inf, 1e300, 0}, Notes: []string{"", nast, "", "", ""}, Label: nast}.Figure(),
		"zero bars":        Bars{Names: make([]string, 100), Values: make([]float64, 100), Limits: make([]float64, 100), Kind: make([]int, 100), Kinds: []string{nast}, Limit: nast}.Figure(),
		"no growth":        Growth{}.Figure(),
		"no lines":         Growth{Panels: []GrowthPanel{{}, {Lines: []GrowthLine{{Mark: true}}}}}.Figure(),
		"odd growth":       Growth{Title: nast, Panels: []GrowthPanel{{XLabel: nast, YLabel: nast, Symbol: nast, Lines: []GrowthLine{{nast, []float64{1e-300, nan, 5, 5, 1e300}, []float64{1e300, 1, -1, inf, 5e-324}, true}}}}}.Figure(),
		"one point":        Growth{Panels: []GrowthPanel{{Lines: []GrowthLine{{"a", []float64{3}, []float64{3}, true}, {"b", []float64{3}, []float64{3}, false}}}}}.Figure(),
		"no classes":       Confusion{}.Figure(),
		"one class":        Confusion{Classes: []string{""}, Counts: [][]int{{0}}}.Figure(),
		"odd counts":       Confusion{Title: nast, Classes: []string{nast, " "}, Counts: [][]int{{-1, math.MaxInt}, {0, 0}}}.Figure(),
		"many classes":     Confusion{Classes: make([]string, 120), Counts: square(120)}.Figure(),
		"no weights":       Weights("", &mat.Dense{}),
		"odd weights":      Weights(nast, mat.NewDense(2, 3, []float64{nan, inf, -inf, 1e-300, 0, -math.MaxFloat64})),
		"tiny weights":     Weights("", mat.NewDense(1, 2, []float64{5e-324, 0})),
		"zero weights":     Weights("", mat.NewDense(1, 1, nil)),
		"NaN weights":      Weights("", mat.NewDense(1, 1, []float64{nan})),
		"wide weights":     Weights("", mat.NewDense(1, 5000, nil)),
		"high weights":     Weights("", mat.NewDense(5000, 1, nil)),
		"no tiles":         Tiles("", &mat.Dense{}, 0, 0),
		"odd tiles":        Tiles(nast, mat.NewDense(120, 2, nil), 1, 2),
		"thin tiles":       Tiles("", mat.NewDense(1, 1000, nil), 1, 1000),
		"narrow tiles":     Tiles("", mat.NewDense(3, 1000, nil), 1000, 1),
		"no lines at all":  Lines{}.Figure(),
		"odd lines": Lines{Title: nast, XLabel: nast, YLabel: nast, Lines: []Line{
			{Name: nast, Y: []float64{nan, 1e300, -1e300, inf, 5e-324}},
			{X: []float64{nan, inf}, Y: []float64{1, 1}, Points: true},
			{Name: "empty"},
		}}.Figure(),
		"logarithms of anything": Lines{LogX: true, LogY: true, Lines: []Line{
			{X: []float64{-1, 0, 1e-300, 1e300}, Y: []float64{1, 1, 5e-324, 1e300}}, {Y: []float64{0, -1}},
		}}.Figure(),
		"logarithms of nothing": Lines{LogY: true, Lines: []Line{{Y: []float64{0, -1, nan}}}}.Figure(),
		"one value":             Lines{LogY: true, Lines: []Line{{Name: "a", Y: []float64{3}}}}.Figure(),
		"no histograms":         Histograms{}.Figure(),
		"odd histograms":        Histograms{Title: nast, Label: nast, Names: []string{nast, "", "c", "d"}, Values: [][]float64{{nan, inf}, {}, {1e300, -1e300}, {5e-324}}}.Figure(),
		"constant histogram":    Histograms{Names: []string{"a"}, Values: [][]float64{{7, 7}}}.Figure(),
		"many histograms":       Histograms{Names: make([]string, 20), Values: make([][]float64, 20)}.Figure(),
		"no boundaries":         Boundaries("t"),
		"odd boundaries":        Boundaries(nast, Boundary{Title: nast, Points: points, Class: []int{0, 1, 2, -1, 99}, Predict: odd}, Boundary{Points: none}, Boundary{Points: point, Class: []int{0}}, Boundary{Points: none}),
		"no images":             Images("", nil, nil),
		"empty images":          Images("", []image.Image{image.NewGray(image.Rect(0, 0, 0, 5))}, nil),
		"odd images":            Images(nast, []image.Image{image.NewGray(image.Rect(7, -3, 8, 4))}, []string{nast}),
		"many images":           Images("", slices.Repeat([]image.Image{image.NewGray(image.Rect(0, 0, 3, 3))}, 150), make([]string, 150)),
	}
}

func square(n int) [][]int {
	counts := make([][]int, n)
	for i := range counts {
		counts[i] = make([]int, n)
		counts[i][i] = 1
	}
	return counts
}

// Whatever the data, a PNG has its size and something on it, and an SVG is
// well-formed and has no number that is none.
func TestOddData(t *testing.T) {
	for name, f := range figures() {
		t.Run(name, func(t *testing.T) {
			img := picture(t, f)
			size := img.Bounds().Size()
			if w, h := float64(f.width/pixel), float64(f.height/pixel); math.Abs(w-float64(size.X)) > 0.6 || math.Abs(h-float64(size.Y)) > 0.6 {
				t.Errorf("size %v, not %v×%v", size, w, h)
			}
			if size.X < 150 || size.X > 2000 || size.Y < 100 || size.Y > 2000 {
				t.Errorf("size %v", size)
			}
			if !hasInk(img) {
				t.Error("nothing on it")
			}
			texts(t, f)
			if svg := written(t, f, "svg"); bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
				t.Error("NaN or Inf in the SVG")
			}
		})
	}
}

func hasInk(img image.Image) bool {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if r, _, _, _ := img.At(x, y).RGBA(); r < 0x9000 {
				return true
			}
		}
	}
	return false
}

// The same data give the same bytes.
func TestSameBytes(t *testing.T) {
	built, again := figures(), figures()
	for name, f := range built {
		if !bytes.Equal(written(t, f, "svg"), written(t, again[name], "svg")) {
			t.Errorf("%s: two SVG files differ", name)
		}
	}
	for _, name := range []string{"one epoch", "single point", "one class", "odd weights", "odd bars", "odd growth"} {
		if !bytes.Equal(written(t, built[name], "png"), written(t, again[name], "png")) {
			t.Errorf("%s: two PNG files differ", name)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	for _, format := range []string{"", "pdf", "PNG", ".svg"} {
		err := Curves{}.Figure().Write(io.Discard, format)
		if err == nil || !strings.Contains(err.Error(), `"png" or "svg"`) {
			t.Errorf("format %q: %v", format, err)
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteError(t *testing.T) {
	for _, format := range []string{"png", "svg"} {
		if err := (Curves{}).Figure().Write(fullDisk{}, format); err == nil {
			t.Errorf("%s: no error from a full disk", format)
		}
	}
}

// An SVG names fonts that most machines have, and its pictures are what they say
// they are.
func TestSVGRepairs(t *testing.T) {
	svg := string(written(t, Weights("style=font-family:Liberation Sans", mat.NewDense(2, 2, nil)), "svg"))
	for _, want := range []string{
		"font-family:Liberation Sans,Arial,Helvetica,sans-serif;",
		`preserveAspectRatio="none" xlink:href="data:image/png;base64,iVBOR`,
		">style=font-family:Liberation Sans<",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in the SVG", want)
		}
	}
}

// Texts come through as they are if they can be drawn.
func TestLetters(t *testing.T) {
	f := Curves{Title: `R² & ŷ <é> "Ж" − 漢`, Metric: "точность"}
	f.TrainMetric = []float64{}
	wantTexts(t, f.Figure(), f.Title, "точность")
}

func TestCleanAndCut(t *testing.T) {
	for in, want := range map[string]string{
		"a\tb\nc":    "a b c",
		"a\x00\x1bb": "a\ufffd\ufffdb",
		"\xff":       "\ufffd",
		"Ж²":         "Ж²",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) is %q, not %q", in, got, want)
		}
	}
	label := text{size: 12}
	if got := label.fit("a title that is too long", 60); got != "a title th…" {
		t.Errorf("the title is cut to %q", got)
	}
	if got := label.fitNames([]string{"class number 17", "", "ok"}, 60); strings.Join(got, "|") != "clas…r 17|(empty)|ok" {
		t.Errorf("the names are cut to %q", got)
	}
	if got := label.fit("anything", 1); got != "" {
		t.Errorf("in no room stands %q", got)
	}
}

// Later changes of the data do not show in a figure.
func TestFigureIsFinished(t *testing.T) {
	x := []float64{1, 2, 3}
	points := matrix.FromRows(x, x)
	class, counts := []int{0, 1, 0}, square(2)
	w := mat.NewDense(1, 2, []float64{1, -1})
	img, captions := image.NewGray(image.Rect(0, 0, 2, 2)), []string{"a"}
	all := []*Figure{
		Curves{Epoch: x, TrainLoss: x}.Figure(),
		Boundary{Points: points, Class: class, Classes: []string{"a", "b"}}.Figure(),
		Confusion{Classes: []string{"a", "b"}, Counts: counts}.Figure(),
		Bars{Names: []string{"a", "b", "c"}, Values: x, Limits: x}.Figure(),
		Growth{Panels: []GrowthPanel{{Lines: []GrowthLine{{"a", x, x, true}}}}}.Figure(),
		Weights("", w),
		Tiles("", w, 1, 2),
		Lines{Lines: []Line{{Name: "a", Y: x}, {X: x, Y: x, Points: true}}}.Figure(),
		Histograms{Names: []string{"a"}, Values: [][]float64{x}}.Figure(),
		Boundaries("", Boundary{Points: points, Class: class, Classes: []string{"a", "b"}}),
		Images("", []image.Image{img}, captions),
	}
	var before [][]byte
	for _, f := range all {
		before = append(before, written(t, f, "svg"))
	}
	x[0], points.Data[0], class[0], counts[0][0] = 7, 7, 1, 7
	w.Zero()
	img.Pix[0], captions[0] = 7, "b"
	for i, f := range all {
		if !bytes.Equal(before[i], written(t, f, "svg")) {
			t.Errorf("figure %d changed", i)
		}
	}
}

// Neighbouring class colours are far apart, and none is white.
func TestClassColors(t *testing.T) {
	distance := func(a, b color.RGBA) int {
		d := func(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
		return d(a.R, b.R) + d(a.G, b.G) + d(a.B, b.B)
	}
	for i := range 21 {
		if distance(classColor(i), white) < 100 {
			t.Errorf("class %d is nearly white", i)
		}
		for j := range i {
			if d := distance(classColor(i), classColor(j)); d < 30 {
				t.Errorf("classes %d and %d are only %d apart", i, j, d)
			}
		}
	}
}
