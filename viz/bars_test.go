package viz

import (
	"fmt"
	"image/color"
	"testing"
)

// times are the bars of two products and something else.
func times() Bars {
	return Bars{
		Title: "a step", Label: "µs", Names: []string{"z = W·x", "a = g(z)", "dW = dz·xᵀ"},
		Values: []float64{40, 10, 50}, Limits: []float64{30, 0, 50}, Limit: "limit",
		Kind: []int{0, 1, 0}, Kinds: []string{"products", "others"}, Notes: []string{"40, 75 %", "10", "50, 100 %"},
	}
}

func TestBarsSayWhatTheyAre(t *testing.T) {
	wantTexts(t, times().Figure(), "a step", "µs", "z = W·x", "a = g(z)", "dW = dz·xᵀ",
		"products", "others", "limit", "40, 75 %", "10", "50, 100 %", "0", "20", "40")
	bare := times()
	bare.Limits, bare.Kind, bare.Kinds, bare.Notes = nil, nil, nil, nil
	wantNoTexts(t, bare.Figure(), "products", "others", "limit")
}

// A bar is as long as its value: twice the value, twice the picture elements.
func TestBarsAreInProportion(t *testing.T) {
	b := Bars{Names: []string{"a", "b"}, Values: []float64{20, 40}, Kind: []int{0, 1}}
	img := picture(t, b.Figure())
	count := func(c color.RGBA) (n int) {
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if r, g, b, _ := img.At(x, y).RGBA(); uint8(r>>8) == c.R && uint8(g>>8) == c.G && uint8(b>>8) == c.B {
					n++
				}
			}
		}
		return n
	}
	short, long := count(classColor(0)), count(classColor(1))
	if short == 0 || long < 2*short*98/100 || long > 2*short*102/100 {
		t.Errorf("%d and %d picture elements for 20 and 40", short, long)
	}
}

// Of very many bars the longest are shown, in their order.
func TestManyBars(t *testing.T) {
	b := Bars{Label: "µs"}
	for i := range 100 {
		b.Names = append(b.Names, fmt.Sprint("bar ", i))
		b.Values = append(b.Values, float64(i%50))
	}
	f := b.Figure()
	wantTexts(t, f, "bar 30", "bar 49", "bar 99", "µs (the 40 longest of 100)")
	wantNoTexts(t, f, "bar 0", "bar 29", "bar 55")
}

func TestBarsThatDoNotFit(t *testing.T) {
	b := times()
	b.Values = b.Values[:2]
	wantPanic(t, "viz.Bars: 3 names, but Values has length 2", func() { b.Figure() })
	b = times()
	b.Notes = b.Notes[:1]
	wantPanic(t, "viz.Bars: 3 names, but Notes has length 1", func() { b.Figure() })
}
