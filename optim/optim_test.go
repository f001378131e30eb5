package optim_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gradlab/internal/parts"
	"gradlab/matrix"
	"gradlab/optim"
)

// param returns a parameter of one number with its gradient.
func param(w, dw float64) []matrix.Param[float64] {
	return []matrix.Param[float64]{{Name: "W", Value: matrix.FromRows([]float64{w}), Grad: matrix.FromRows([]float64{dw}), Decay: true}}
}

// Two steps by hand from W = 1 with α = 0.1, dW = 2 and then dW = -1.
func TestStepsByHand(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  optim.Optimizer[float64]
		want [2]float64
	}{
		// 1 - 0.1·2 = 0.8; 0.8 + 0.1 = 0.9
		{"sgd", optim.SGD[float64]{}, [2]float64{0.8, 0.9}},
		// v = 0.1·2 = 0.2: 0.98; v = 0.9·0.2 - 0.1 = 0.08: 0.972
		{"momentum", optim.NewMomentum[float64](0.9), [2]float64{0.98, 0.972}},
		// v = 0.2, 0.9·0.2 + 0.2 = 0.38: 0.962; v = 0.08, 0.9·0.08 - 0.1 = -0.028: 0.9648
		{"nesterov", optim.NewNesterov[float64](0.9), [2]float64{0.962, 0.9648}},
		// s = 0.1·4 = 0.4: 1 - 0.2/√0.4; s = 0.36 + 0.1 = 0.46: + 0.1/√0.46
		{"rmsprop", &optim.RMSProp[float64]{Beta: 0.9}, [2]float64{1 - 0.2/math.Sqrt(0.4), 1 - 0.2/math.Sqrt(0.4) + 0.1/math.Sqrt(0.46)}},
		// v̂ = 2, ŝ = 4: 1 - 0.1·2/2 = 0.9; v = 0.9·0.2 - 0.1 = 0.08, v̂ = 0.08/0.19,
		// s = 0.999·0.004 + 0.001 = 0.004996, ŝ = 0.004996/0.001999
		{"adam", &optim.Adam[float64]{Beta1: 0.9, Beta2: 0.999}, [2]float64{0.9, 0.9 - 0.1*(0.08/0.19)/math.Sqrt(0.004996/0.001999)}},
		// W - αλW = 1 - 0.1·0.5 = 0.95, less 0.1; then ·0.95 and the step above
		{"adamw", &optim.AdamW[float64]{Adam: optim.Adam[float64]{Beta1: 0.9, Beta2: 0.999}, Lambda: 0.5}, [2]float64{0.85, 0.85*0.95 - 0.1*(0.08/0.19)/math.Sqrt(0.004996/0.001999)}},
	} {
		params := param(1, 2)
		c.opt.Step(1, 0.1, params)
		first := params[0].Value.Data[0]
		params[0].Grad.Data[0] = -1
		c.opt.Step(2, 0.1, params)
		if got := [2]float64{first, params[0].Value.Data[0]}; !cmp.Equal(got, c.want, cmpopts.EquateApprox(1e-12, 0)) {
			t.Errorf("%s: W = %v, not %v", c.name, got, c.want)
		}
	}
}

// Every optimizer finds the minimum of (W-3)²/2, and its State is all it
// remembers: another optimizer with the same State goes on the same way.
func TestOptimizersConvergeAndResume(t *testing.T) {
	others := parts.Optimizers[float64]()
	for k, opt := range parts.Optimizers[float64]() {
		params := param(0, 0)
		w, dw := &params[0].Value.Data[0], &params[0].Grad.Data[0]
		if opt.Name == "adamw" {
			params[0].Decay = false // decay moves the minimum
		}
		step := func(o optim.Optimizer[float64], i int) {
			*dw = *w - 3
			o.Step(i, 0.1/(1+float64(i)/100), params)
		}
		for i := 1; i <= 200; i++ {
			step(opt.Part, i)
		}
		at := *w
		resumed := others[k].Part
		for i, s := range resumed.State(params) {
			matrix.Copy(s, opt.Part.State(params)[i])
		}
		for i := 201; i <= 2000; i++ {
			step(opt.Part, i)
		}
		end := *w
		if math.Abs(end-3) > 0.01 {
			t.Errorf("%s: W = %v, not 3", opt.Name, end)
		}
		*w = at
		for i := 201; i <= 2000; i++ {
			step(resumed, i)
		}
		if *w != end {
			t.Errorf("%s: resumed to %v, not %v", opt.Name, *w, end)
		}
	}
}

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		name        string
		schedule    optim.Schedule
		epoch, step int
		want        float64
	}{
		{"constant", optim.Constant(0.1), 7, 70, 0.1},
		{"step decay, before", optim.StepDecay{Rate0: 1, Every: 10, Factor: 0.5}, 9, 0, 1},
		{"step decay, after two", optim.StepDecay{Rate0: 1, Every: 10, Factor: 0.5}, 20, 0, 0.25},
		{"exponential", optim.Exponential{Rate0: 1, Factor: 0.9}, 3, 0, 0.729},
		{"inverse time", optim.InverseTime{Rate0: 0.5, Decay: 1, Every: 1}, 4, 0, 0.1},
		{"inverse time by intervals", optim.InverseTime{Rate0: 0.5, Decay: 0.3, Every: 100}, 250, 0, 0.5 / 1.6},
		{"cosine, start", optim.Cosine{Rate0: 1, Floor: 0.2, Epochs: 10}, 0, 0, 1},
		{"cosine, middle", optim.Cosine{Rate0: 1, Floor: 0.2, Epochs: 10}, 5, 0, 0.6},
		{"cosine, end", optim.Cosine{Rate0: 1, Floor: 0.2, Epochs: 10}, 15, 0, 0.2},
		{"warm-up, first step", optim.WarmUp{Steps: 4, Then: optim.Constant(1)}, 0, 0, 0.25},
		{"warm-up, over", optim.WarmUp{Steps: 4, Then: optim.Constant(1)}, 0, 3, 1},
	} {
		if got := c.schedule.Rate(c.epoch, c.step); !cmp.Equal(got, c.want, cmpopts.EquateApprox(1e-14, 0)) {
			t.Errorf("%s: %v, not %v", c.name, got, c.want)
		}
	}
}

// The gradient (3, 4) has norm 5.
func TestClip(t *testing.T) {
	for _, c := range []struct {
		name string
		clip optim.Clipper[float64]
		want []float64
	}{
		{"norm 1", optim.ClipNorm[float64]{Max: 1}, []float64{0.6, 0.8}},
		{"norm 10", optim.ClipNorm[float64]{Max: 10}, []float64{3, 4}},
		{"value", optim.ClipValue[float64]{Max: 3.5}, []float64{3, 3.5}},
		{"both", optim.Clip[float64]{optim.ClipValue[float64]{Max: 3}, optim.ClipNorm[float64]{Max: math.Sqrt2}}, []float64{1, 1}},
	} {
		a, b := param(0, 3), param(0, 4) // the norm is over all parameters together
		c.clip.Clip(append(a, b...))
		if got := []float64{a[0].Grad.Data[0], b[0].Grad.Data[0]}; !cmp.Equal(got, c.want, cmpopts.EquateApprox(1e-14, 0)) {
			t.Errorf("%s: %v, not %v", c.name, got, c.want)
		}
	}
}

// rosenbrock is (1-u)² + 100(v-u²)², whose minimum is at (1, 1).
func rosenbrock(p []matrix.Param[float64]) func() float64 {
	return func() float64 {
		u, v := p[0].Value.Data[0], p[0].Value.Data[1]
		p[0].Grad.Data[0] = -2*(1-u) - 400*u*(v-u*u)
		p[0].Grad.Data[1] = 200 * (v - u*u)
		return (1-u)*(1-u) + 100*(v-u*u)*(v-u*u)
	}
}

func TestLBFGS(t *testing.T) {
	start := func() []matrix.Param[float64] {
		return []matrix.Param[float64]{{Value: matrix.FromRows([]float64{-1.2}, []float64{1}), Grad: matrix.New[float64](2, 1)}}
	}
	p := start()
	var its []int
	last := math.Inf(1)
	err := optim.NewLBFGS[float64](200).Minimize(0, p, rosenbrock(p), func(it int, loss float64) bool {
		its = append(its, it)
		if loss > last {
			t.Errorf("iteration %d goes up to %v", it, loss)
		}
		last = loss
		if got := rosenbrock(p)(); got != loss {
			t.Errorf("iteration %d: the parameters are where the loss is %v, not %v", it, got, loss)
		}
		return false
	})
	if err != nil || !cmp.Equal(p[0].Value.Data, []float64{1, 1}, cmpopts.EquateApprox(0, 1e-6)) {
		t.Errorf("minimum at %v, error %v", p[0].Value, err)
	}
	for i, it := range its {
		if it != i+1 {
			t.Fatalf("iterations %v", its)
		}
	}

	// It stops where it is told to, and at its limit.
	p = start()
	if err := optim.NewLBFGS[float64](200).Minimize(0, p, rosenbrock(p), func(it int, _ float64) bool { its = []int{it}; return it == 3 }); err != nil || its[0] != 3 {
		t.Errorf("told to stop after 3 iterations: %v, error %v", its, err)
	}
	p = start()
	if err := optim.NewLBFGS[float64](5).Minimize(0, p, rosenbrock(p), func(it int, _ float64) bool { its = []int{it}; return false }); err != nil || its[0] != 5 {
		t.Errorf("limited to 5 iterations: %v, error %v", its, err)
	}
}

// A run that goes on from the weights at a restart equals one that was never
// stopped.
func TestLBFGSResumes(t *testing.T) {
	run := func(p []matrix.Param[float64], done, its int) {
		o := optim.NewLBFGS[float64](its)
		o.Restart = 4
		if o.Forgets(its-1) || !o.Forgets(its) {
			t.Fatalf("with a memory of 4 iterations it forgets iteration %d, or not %d", its-1, its)
		}
		if err := o.Minimize(done, p, rosenbrock(p), func(it int, _ float64) bool {
			if done++; it != done {
				t.Errorf("iteration %d is called %d", done, it)
			}
			return false
		}); err != nil {
			t.Fatal(err)
		}
	}
	start := func() []matrix.Param[float64] {
		return []matrix.Param[float64]{{Value: matrix.FromRows([]float64{-1.2}, []float64{1}), Grad: matrix.New[float64](2, 1)}}
	}
	whole, parts := start(), start()
	run(whole, 0, 12)
	run(parts, 0, 4)
	run(parts, 4, 12)
	if !cmp.Equal(whole[0].Value.Data, parts[0].Value.Data) {
		t.Errorf("%v in one run, %v in two", whole[0].Value, parts[0].Value)
	}
}
