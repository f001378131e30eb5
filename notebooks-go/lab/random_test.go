package lab

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"gradlab/layers"
	"gradlab/matrix"
)

// What numpy printed, for the calls that the names say.
type reference struct {
	Seed           int
	RawUint32      []uint32 `json:"raw_uint32"`
	Rand           []float64
	Randn          []float64
	RandAfterRandn []float64 `json:"rand_after_3_randn"`
	RandnContinued []float64 `json:"randn_continued"`
	Permutation    []int     `json:"permutation_10"`
	Permutation2   []int     `json:"permutation_10_second_draw"`
	Shuffle        string    `json:"shuffle_abcdefgh"`
	Choice         []int     `json:"choice_5_p"`
	Normal         []float64 `json:"normal_scale_0.05"`
}

func references(t *testing.T) []reference {
	text, err := os.ReadFile("testdata/rng_reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []reference }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) == 0 {
		t.Fatal("no vectors")
	}
	return file.Vectors
}

func TestReferenceVectors(t *testing.T) {
	for _, want := range references(t) {
		seed := want.Seed
		same(t, seed, "words", fill(len(want.RawUint32), Seed(seed).Uint32), want.RawUint32)
		same(t, seed, "RandN", Seed(seed).RandN(len(want.Rand)), want.Rand)
		same(t, seed, "RandnN", Seed(seed).RandnN(len(want.Randn)), want.Randn)

		// Three normal deviates leave one over, which uniform ones do not touch.
		r := Seed(seed)
		same(t, seed, "RandnN", r.RandnN(3), want.Randn[:3])
		same(t, seed, "RandN after 3 normal deviates", r.RandN(len(want.RandAfterRandn)), want.RandAfterRandn)
		same(t, seed, "RandnN after those", r.RandnN(len(want.RandnContinued)), want.RandnContinued)

		r = Seed(seed)
		same(t, seed, "Permutation", r.Permutation(10), want.Permutation)
		same(t, seed, "second Permutation", r.Permutation(10), want.Permutation2)
		letters := []byte("abcdefgh")
		Seed(seed).Shuffle(len(letters), func(i, j int) { letters[i], letters[j] = letters[j], letters[i] })
		same(t, seed, "Shuffle", letters, []byte(want.Shuffle))

		same(t, seed, "Choice", Seed(seed).Choice(5, len(want.Choice), []float64{0.1, 0.2, 0.3, 0.25, 0.15}), want.Choice)
		r = Seed(seed)
		same(t, seed, "Normal", fill(3, func() float64 { return r.Normal(0, 0.05) }), want.Normal)
	}
}

func same[E comparable](t *testing.T, seed int, what string, got, want []E) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("seed %d: %s is\n%v, not\n%v", seed, what, got, want)
	}
}

// np.random.seed(1); np.random.randn(3, 4) prints the first row
// 1.62434536 -0.61175641 -0.52817175 -1.07296862, and so on.
func TestMatricesAreFilledRowByRow(t *testing.T) {
	normal, uniform := Seed(1).Randn(3, 4), Seed(1).Rand(3, 4)
	normals, uniforms := Seed(1).RandnN(12), Seed(1).RandN(12)
	for i := range 3 {
		for j := range 4 {
			if normal.At(i, j) != normals[4*i+j] || uniform.At(i, j) != uniforms[4*i+j] {
				t.Errorf("element (%d, %d) is not number %d", i, j, 4*i+j)
			}
		}
	}
}

// D = np.random.rand(n, m) < keep_prob
func TestUniformsAreWhatDropoutWants(t *testing.T) {
	dropout := layers.NewDropout[float64](0.3)
	dropout.Uniforms = Seed(1).Uniforms
	u := Seed(1).Rand(3, 4)
	dropout.Forward(u)
	for i, x := range u.Data {
		if kept := dropout.Mask.Data[i] == 1; kept != (x < 1-0.3) {
			t.Errorf("number %d, which is %v, is kept: %v", i, x, kept)
		}
	}
}

func TestMisuse(t *testing.T) {
	r := Seed(1)
	for message, call := range map[string]func(){
		"lab.Seed: -1 is not in 0, …, 4294967295":                                        func() { Seed(-1) },
		"lab.Seed: 4294967296 is not in 0, …, 4294967295":                                func() { Seed(1 << 32) },
		"lab.Randint: no integers in 3, …, 3-1":                                          func() { r.Randint(3, 3) },
		"lab.Choice: 2 probabilities for 3 integers":                                     func() { r.Choice(3, 1, []float64{0.5, 0.5}) },
		"lab.Choice: the probabilities add up to 0.9":                                    func() { r.Choice(2, 1, []float64{0.5, 0.4}) },
		"lab.Choice: probability -0.5 at 0":                                              func() { r.Choice(2, 1, []float64{-0.5, 1.5}) },
		"lab.ChoiceDistinct: 4 different integers of 3":                                  func() { r.ChoiceDistinct(3, 4, nil) },
		"lab.ChoiceDistinct: 3 different integers of 2":                                  func() { r.ChoiceDistinct(3, 3, []float64{0.5, 0, 0.5}) },
		"lab.DigitAgainstRest: 10 is no digit":                                           func() { DigitAgainstRest(10) },
		"lab.DigitImages: columns of 5 numbers are no square images of 1 values a pixel": func() { DigitImages(&matrix.Matrix[float64]{Rows: 5}) },
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); got != message {
					t.Errorf("it says %q, not %q", got, message)
				}
			}()
			call()
		}()
	}
}
