package main

import (
	"strings"
	"testing"
)

// compare fails unless a report is what it should be.
func compare(t *testing.T, got, want string) {
	t.Helper()
	if got, want := strings.TrimSpace(got), strings.TrimSpace(want); got != want {
		t.Errorf("it is\n%s\nnot\n%s", got, want)
	}
}

func TestStepReport(t *testing.T) {
	difference := 8e-8
	r := stepResult{
		USPerStep: 2160, GFLOPS: 190.24, PeakGFLOPS: 233.7, ShareOfPeak: 0.814, AllocsPerStep: 0, Threads: 2, LimitUS: 1918, RoundTripNS: 62,
		ByEquation: []equationResult{
			{Equation: "z1 = W1·x + b1", US: 499, GFLOPS: 205.9, ShareOfPeak: 0.882, LimitUS: 440},
			{Equation: "dz1 = da1 ⊙ g′(z1)", US: 1.234, GBPerS: 78.3, ShareOfBandwidth: 0.351, LimitUS: 0.0433, Allocs: 2},
			{Equation: "a2 = z2", US: 0}, // too fast for the clock
		},
		Scaling: []growth{{Of: "batch", Exponent: 0.904, LimitExponent: 1, Points: []growthPoint{
			{Size: 8, US: 201.3, GFLOPS: 127.5, ShareOfPeak: 0.546, LimitUS: 140.1},
			{Size: 128, US: 2160, GFLOPS: 190.2, ShareOfPeak: 0.814, LimitUS: 1918},
		}}},
		Ours: []threadTime{{2, 2160}, {1, 4000}},
		Peers: []peerResult{
			{Name: "numpy", Version: "1.24.2", BLAS: "openblas 0.3.21", USPerStep: 3402, Ratio: 1.575, LossDifference: &difference, ByThreads: []threadTime{{1, 5400}, {2, 3402}}},
			{Name: "torch", Missing: "missing: No module named 'torch'"},
			{Name: "sklearn", Version: "1.2.1", USPerStep: 4320, Ratio: 2, LossDifference: &difference, ByThreads: []threadTime{{0, 4320}}},
		},
		Environment: []string{"OMP_NUM_THREADS=2"},
	}
	var text strings.Builder
	r.table(&text)
	compare(t, text.String(), `
equation                        µs   share  GFLOP/s  of peak    GB/s  of bandwidth  limit µs allocs
z1 = W1·x + b1                 499   23.1%    205.9    88.2%                             440      0
dz1 = da1 ⊙ g′(z1)            1.23    0.1%                      78.3         35.1%     0.043      2
a2 = z2                       0.00                                                      0.00      0
───────────────────────────────────────────────────────────────────────────────────────────────────
a step                        2160  100.0%    190.2    81.4%                            1918      0

Measured peak: 234 GFLOP/s on 2 threads. A product is 2·m·n·k operations; the others' do not count.
Bandwidth: memory copied or added to, where as many bytes are touched. Limit: operations over the
peak or bytes over the bandwidth, whichever is more.
A number goes from one thread to another and back in 62 ns: some 60 where they share a cache.

time over batch                 µs          GFLOP/s  of peak                        limit µs
batch 8                        201            127.5    54.6%                             140
batch 128                     2160            190.2    81.4%                            1918
time ∝ batch^0.90, the limit ∝ batch^1.00

in turns                  threads  µs per step   time over our best   losses differ
gradlab                         2         2160                 1.00
                                1         4000                 1.85
numpy 1.24.2                    1         5400                 2.50           8e-08
                                2         3402                 1.57
torch                    missing: No module named 'torch'
sklearn 1.2.1            as it is         4320                 2.00           8e-08

numpy 1.24.2 (openblas 0.3.21) takes 1.57 times our time, each at its better number of threads.
sklearn 1.2.1 takes 2.00 times our time, each at its better number of threads.
The environment has OMP_NUM_THREADS=2.
`)
}

func TestProductReport(t *testing.T) {
	r := gemmResult{
		DType: "float32", Tier: "avx2", Peaks: []peakResult{{1, 117.2}, {2, 233.4}},
		Peers: []peerResult{{Name: "numpy", Version: "1.24.2", BLAS: "openblas 0.3.21"}},
		Products: []productResult{
			{M: 64, N: 64, K: 64, Op: "nn", Threads: 1, US: 5, GFLOPS: 104.9, ShareOfPeak: 0.895, NumpyUS: 10, NumpyGFLOPS: 52.4, Ratio: 2},
			{M: 64, N: 64, K: 64, Op: "nn", Threads: 2, US: 4, GFLOPS: 131.1, ShareOfPeak: 0.562, NumpyUS: 8, NumpyGFLOPS: 65.5, Ratio: 2},
			{M: 512, N: 784, K: 128, Op: "nt", Threads: 1, US: 935, GFLOPS: 109.9, ShareOfPeak: 0.94, NumpyUS: 467.5, NumpyGFLOPS: 219.8, Ratio: 0.5},
			{M: 512, N: 784, K: 128, Op: "nt", Threads: 2, US: 521, GFLOPS: 197.3, ShareOfPeak: 0.854}, // numpy was gone
		},
	}
	r.sum([]int{1, 2})
	var text strings.Builder
	r.head(&text)
	for _, p := range r.Products {
		p.line(&text)
	}
	r.Peers[0].Missing = "it failed: MemoryError"
	r.foot(&text)
	compare(t, text.String(), `
products, float32; avx2
in turns with numpy 1.24.2 (openblas 0.3.21)
measured peak on 1 thread: 117 GFLOP/s
measured peak on 2 threads: 233 GFLOP/s

product               threads         µs   GFLOP/s  of peak   numpy µs   GFLOP/s  over ours
64x64x64:nn                 1       5.00     104.9    89.5%       10.0      52.4       2.00
64x64x64:nn                 2       4.00     131.1    56.2%       8.00      65.5       2.00
512x784x128:nt              1        935     109.9    94.0%        468     219.8       0.50
512x784x128:nt              2        521     197.3    85.4%

MxNxK: an M×K matrix by a K×N one; nt, tn: the second, the first is transposed in memory.
1 thread: numpy takes 1.00 times our time, in geometric mean
2 threads: numpy takes 2.00 times our time, in geometric mean
numpy: it failed: MemoryError
`)
}

func TestCSVReport(t *testing.T) {
	var text strings.Builder
	(&csvResult{Seconds: 0.401, Rows: 500000, Columns: 21, BytesPerSecond: 2.5e8, PeakRSSBytes: 123e6}).print(&text, "table.csv", 2)
	(&csvResult{Seconds: 2, Rows: 1, Columns: 1}).print(&text, "-", 1)
	compare(t, text.String(), `
table.csv: 500000 rows of 21 columns in 0.401 s, 250 MB/s, with 2 threads
peak memory of the process: 123 MB
-: 1 row of 1 column in 2 s, with 1 thread
`)
}

func TestMicroseconds(t *testing.T) {
	for us, want := range map[float64]string{
		0: "0.00", 0.00234: "0.0023", 0.123: "0.12", 1.234: "1.23", 12.34: "12.3", 123.4: "123", 123456.7: "123457",
	} {
		if got := microseconds(us); got != want {
			t.Errorf("%v is written %s, not %s", us, got, want)
		}
	}
}
