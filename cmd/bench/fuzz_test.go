package main

import "testing"

// FuzzSize finds no size of a product that is out of bounds, or that is another
// when it is written and read again.
func FuzzSize(f *testing.F) {
	for _, seed := range append(defaultSizes, "0", "9999999", "9999999x9999999x9999999:tn", "4294967296", "64x64", "64x64x64:tt", " 64 ", "64X64X64:NT") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := parseSize(text)
		if !ok {
			return
		}
		if min(s.m, s.n, s.k) < 1 || s.elements() > 3<<28 || s.flops() <= 0 {
			t.Errorf("%q is %v", text, s)
		}
		if again, ok := parseSize(s.String()); !ok || again != s {
			t.Errorf("%v becomes %v", s, again)
		}
	})
}
