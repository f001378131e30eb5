package main

import (
	"fmt"
	"slices"
	"testing"

	"gradlab/internal/cli"
)

// All equations one after the other are a step, and their products its
// operations.
func TestEquationsAreAStep(t *testing.T) {
	for _, sizes := range []cli.Sizes{{4, 8, 3}, {5, 1}, {6, 5, 4, 3, 1}} {
		one, other := newNetwork[float32](sizes, 7, "tanh"), newNetwork[float32](sizes, 7, "tanh")
		for range 3 {
			one.step()
			for _, e := range other.equations() {
				e.run()
			}
		}
		theirs := other.net.Params()
		for k, p := range one.net.Params() {
			if !slices.Equal(p.Value.Data, theirs[k].Value.Data) {
				t.Errorf("%v: %s differs", sizes, p.Name)
			}
		}
		flops := 0.0
		for _, e := range one.equations() {
			flops += e.flops
		}
		if want := stepFlops(sizes, 7); flops != want {
			t.Errorf("%v: the products have %v operations, the step %v", sizes, flops, want)
		}
	}
}

// Everybody begins from the same numbers each time.
func TestBegin(t *testing.T) {
	n := newNetwork[float64](cli.Sizes{4, 8, 3}, 16, "relu")
	first := n.losses(4)
	n.step()
	if again := n.losses(4); !slices.Equal(first, again) {
		t.Errorf("losses %v, and again %v", first, again)
	}
	if !(first[3] < first[0]) {
		t.Errorf("it does not learn: losses %v", first)
	}
}

// Networks grow by powers of two, each size once.
func TestShapes(t *testing.T) {
	for _, c := range []struct {
		of     string
		layers cli.Sizes
		batch  int
		want   string
	}{
		{"width", cli.Sizes{784, 512, 256, 10}, 128, "[{32 [784 32 16 10] 128} {64 [784 64 32 10] 128} {128 [784 128 64 10] 128} {256 [784 256 128 10] 128} {512 [784 512 256 10] 128} {1024 [784 1024 512 10] 128} {2048 [784 2048 1024 10] 128}]"},
		{"batch", cli.Sizes{4, 3}, 3, "[{1 [4 3] 1} {2 [4 3] 2} {3 [4 3] 3} {6 [4 3] 6} {12 [4 3] 12}]"},
		{"width", cli.Sizes{4, 3}, 3, "[]"},
	} {
		b := &bench[float64]{flags: &flags{Layers: c.layers, Batch: c.batch}}
		if got := fmt.Sprint(b.shapes(c.of)); got != c.want {
			t.Errorf("%s of %v: %s", c.of, c.layers, got)
		}
	}
}

func TestParseSize(t *testing.T) {
	for name, want := range map[string]string{
		"64": "64x64x64:nn", "1x2x3": "1x2x3:nn", " 512X784x128:NT": "512x784x128:nt", "9:tn": "9x9x9:tn",
	} {
		if s, ok := parseSize(name); !ok || s.String() != want {
			t.Errorf("%q is %v", name, s)
		}
	}
	for _, name := range []string{"", "0", "-1", "1x2", "1x0x3", "1x2x3x4", "64:tt", "64:", "x", "9999999", "99999999999999999999"} {
		if s, ok := parseSize(name); ok {
			t.Errorf("%q is %v", name, s)
		}
	}
}

// The operands are stored as the size says.
func TestProducts(t *testing.T) {
	for _, s := range []size{{3, 5, 7, "nn"}, {3, 5, 7, "nt"}, {3, 5, 7, "tn"}} {
		p := newProduct[float64](s)
		p.run()
		sum := 0.0
		for k := range s.k {
			a, b := p.a.At(0, 0), p.b.At(0, 0)
			switch s.op {
			case "nn":
				a, b = p.a.At(2, k), p.b.At(k, 4)
			case "nt":
				a, b = p.a.At(2, k), p.b.At(4, k)
			case "tn":
				a, b = p.a.At(k, 2), p.b.At(k, 4)
			}
			sum += a * b
		}
		if got := p.c.At(2, 4); got != sum {
			t.Errorf("%v: %v, not %v", s, got, sum)
		}
	}
}
