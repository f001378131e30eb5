package kernel

import (
	"testing"
	"time"
)

// The loops run in every tier, on several threads. How fast they are is not for
// a test to say.
func TestPeaks(t *testing.T) {
	before, _ := CurrentTier()
	defer SetTier(before)
	for _, tier := range Tiers() {
		SetTier(tier)
		for _, threads := range []int{1, 3} {
			single, double := PeakFlops[float32](threads, time.Millisecond), PeakFlops[float64](threads, time.Millisecond)
			t.Logf("%s, threads %d: %.3g and %.3g operations a second", tier, threads, single, double)
			if single <= 0 || double <= 0 {
				t.Errorf("%s, threads %d: %v and %v operations a second", tier, threads, single, double)
			}
		}
	}
	for _, size := range []int{1, 1 << 10, 1 << 20} {
		if rate := Bandwidth(2, size, time.Millisecond); rate <= 0 {
			t.Errorf("%d bytes: %v bytes a second", size, rate)
		}
	}
	if trip := RoundTrip(time.Millisecond); trip <= 0 {
		t.Errorf("a round trip in %v", trip)
	}
}
