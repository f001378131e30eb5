package main

import (
	"fmt"
	"strings"
)

// networks are the training steps that are compared. golibs has what the program
// of that name takes for those that other Go libraries are measured on.
var networks = []struct{ name, args, golibs string }{
	{"iris 4-8-3 tanh, batch 16, float64", "--layers 4,8,3 --batch 16 --activation tanh --dtype float64", "4,8,3 16 tanh float64"},
	{"planar 2-4-1 tanh, 400, float64", "--layers 2,4,1 --batch 400 --activation tanh --dtype float64", ""},
	{"cat 12288-20-7-5-1 tanh, 209, float64", "--layers 12288,20,7,5,1 --batch 209 --activation tanh --dtype float64", ""},
	{"784-128-10 ReLU, 64, float32", "--layers 784,128,10 --batch 64 --activation relu --dtype float32", "784,128,10 64 relu float32"},
	{"784-512-512-10 ReLU, 128, float32", large + "relu --dtype float32", "784,512,512,10 128 relu float32"},
	{"the same, sigmoid", large + "sigmoid --dtype float32", ""},
	{"the same, ReLU, float64", large + "relu --dtype float64", ""},
	{"2048-2048-2048-2048-10 ReLU, 512, float32", "--layers 2048,2048,2048,2048,10 --batch 512 --activation relu --dtype float32", ""},
}

const large = "--layers 784,512,512,10 --batch 128 --activation "

// step is what bench says of a training step.
type step struct {
	US          float64 `json:"us_per_step"`
	ShareOfPeak float64 `json:"share_of_peak"`
	PeakGFLOPS  float64 `json:"peak_gflops"`
	LimitUS     float64 `json:"limit_us"`
	Allocs      float64 `json:"allocs_per_step"`
	ByThreads   []struct {
		Threads int
		US      float64 `json:"us_per_step"`
	} `json:"by_threads"`
	ByEquation []struct {
		US      float64
		GFLOPS  float64
		LimitUS float64 `json:"limit_us"`
	} `json:"by_equation"`
	Peers []struct {
		Name, Missing string
		US            float64 `json:"us_per_step"`
	}
}

// ours returns our time on the better number of threads.
func (s *step) ours() float64 {
	best := s.US
	for _, t := range s.ByThreads {
		best = min(best, t.US)
	}
	return best
}

// theirs returns the times of the peers as cells of a table, and the best.
func (s *step) theirs() (cells []string, best float64) {
	for _, p := range s.Peers {
		if p.Missing != "" {
			cells = append(cells, "missing")
			continue
		}
		cells = append(cells, short(p.US))
		if best == 0 || p.US < best {
			best = p.US
		}
	}
	return cells, best
}

// split returns the times and the limits of the products, and of all else.
func (s *step) split() (products, productLimit, rest, restLimit float64) {
	for _, e := range s.ByEquation {
		if e.GFLOPS > 0 {
			products, productLimit = products+e.US, productLimit+e.LimitUS
		} else {
			rest, restLimit = rest+e.US, restLimit+e.LimitUS
		}
	}
	return products, productLimit, rest, restLimit
}

// short returns a number with about three digits.
func short(x float64) string { return fmt.Sprintf("%.*f", max(0, 3-len(fmt.Sprint(int(x)))), x) }

// steps compares training steps, and draws where the time of one of them goes.
func steps(b *program) (string, error) {
	var peers, limits strings.Builder
	fmt.Fprint(&peers, "| network, batch, type | numpy | PyTorch | scikit-learn | gradlab | fastest of them ÷ gradlab | share of peak |\n|---|---|---|---|---|---|---|\n")
	fmt.Fprint(&limits, "| network | step | limit | step ÷ limit | products | their limit | all else | its limit | allocations |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, n := range networks {
		var s step
		if err := b.bench(&s, n.args+" --peers numpy,torch,sklearn"); err != nil {
			return "", err
		}
		cells, best := s.theirs()
		fmt.Fprintf(&peers, "| %s | %s | %s | **%.2f** | %.0f %% |\n", n.name, strings.Join(cells, " | "), short(s.ours()), best/s.ours(), 100*s.ShareOfPeak)
		products, productLimit, rest, restLimit := s.split()
		fmt.Fprintf(&limits, "| %s | %s | %s | %.2f | %s | %s | %s | %s | %.0f |\n", n.name, short(s.US), short(s.LimitUS), s.US/s.LimitUS,
			short(products), short(productLimit), short(rest), short(restLimit), s.Allocs)
	}
	var s step
	if err := b.bench(&s, large+"relu --dtype float32 --plot docs/images/step.svg"); err != nil {
		return "", err
	}
	return "Microseconds a step:\n\n" + peers.String() + "\nThe distance from the limit, in microseconds on all threads:\n\n" + limits.String(), nil
}
