package viz

import (
	"fmt"
	"testing"
)

func TestConfusionSaysWhatItIs(t *testing.T) {
	c := Confusion{
		Title:   "validation",
		Classes: []string{"cat", "dog", "кот"},
		Counts:  [][]int{{199, 1, 0}, {12, 36, 0}, {0, 0, 0}},
	}
	wantTexts(t, c.Figure(), "validation", "true class", "predicted class", "cat", "dog", "кот",
		"199", ">99 %", "1", "<1 %", "12", "25 %", "36", "75 %", "0", "share of the true class")
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{
		0: "0 %", 0.001: "<1 %", 0.01: "1 %", 0.125: "12 %", 0.99: "99 %", 0.9999: ">99 %", 1: "100 %",
	} {
		if got := percent(share); got != want {
			t.Errorf("%v is written %s, want %s", share, got, want)
		}
	}
}

// The diagonal of a good classifier is dark with white numbers, the rest light
// with dark ones.
func TestContrast(t *testing.T) {
	if c := shareColor(1); textOn(c) != white {
		t.Errorf("dark text on %v", c)
	}
	if c := shareColor(0.1); textOn(c) != ink {
		t.Errorf("white text on %v", c)
	}
	for _, share := range []float64{0, 0.2, 0.4, 0.6, 0.8, 1} {
		background := shareColor(share)
		if r := contrast(textOn(background).R, background.R); r < 60 {
			t.Errorf("share %v: a contrast of %d in red", share, r)
		}
	}
}

func contrast(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }

// Counts are written as long as one can read them; with more classes the colours
// remain, and with very many not every name has room.
func TestManyClasses(t *testing.T) {
	figure := func(n int) *Figure {
		c := Confusion{Counts: square(n)}
		for i := range n {
			c.Classes = append(c.Classes, fmt.Sprintf("class %d", i))
			c.Counts[i][i] = 777
		}
		return c.Figure()
	}
	for n, counts := range map[int]bool{2: true, 10: true, 26: true, 60: false, 150: false} {
		f := figure(n)
		if counts {
			wantTexts(t, f, "777", "class 0", fmt.Sprintf("class %d", n-1))
		} else {
			wantNoTexts(t, f, "777")
			wantTexts(t, f, "class 0")
		}
		if f.width > 1600*pixel || f.height > 1600*pixel {
			t.Errorf("%d classes: %v×%v points", n, f.width, f.height)
		}
	}
	wantTexts(t, figure(50), "class 1")
	wantNoTexts(t, figure(150), "class 1")
}

func TestConfusionThatIsNotSquare(t *testing.T) {
	for _, c := range []Confusion{
		{Classes: []string{"a", "b"}, Counts: [][]int{{1, 2}, {3}}},
		{Classes: []string{"a"}, Counts: [][]int{{1, 2}, {3, 4}}},
	} {
		wantPanic(t, "viz.Confusion: ", func() { c.Figure() })
	}
}
