package lab

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os/exec"
	"slices"
	"testing"
)

// The SHA-256 of numpy.random.seed(1); numpy.random.randn(1000000), as
// little-endian float64, by numpy 1.24 on Linux (glibc 2.36, x86-64).
const millionDeviates = "2c90d3d3948696a16c8e0703b8bf2c3e69f80b54f0702bc902d852493d211e6b"

func TestMillionNormalDeviates(t *testing.T) {
	if got := digest(Seed(1).RandnN(1_000_000)); got != millionDeviates {
		t.Errorf("the digest of a million normal deviates is %s, not %s", got, millionDeviates)
	}
}

func digest(x []float64) string {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, x)
	sum := sha256.Sum256(b.Bytes())
	return hex.EncodeToString(sum[:])
}

func TestLog(t *testing.T) {
	r := Seed(1)
	for range 100_000 {
		u := r.Float64()
		for _, x := range []float64{u, 1 - u/16, 1 + u/8, math.Ldexp(1+u, r.Randint(-1022, 1024))} {
			want := math.Log(x) // within 1 ulp
			if got := log(x); math.Abs(got-want) > 2*(math.Nextafter(math.Abs(want), 1e3)-math.Abs(want)) {
				t.Fatalf("log(%v) = %v, not %v", x, got, want)
			}
		}
	}
}

// numpyScript prints what numpy draws for the calls of TestAgainstNumpy.
const numpyScript = `
import hashlib, json, platform, numpy as np
from numpy.random import RandomState
limits = [(lo, hi) for lo in (0, -7, 10**12) for hi in
          [lo + d for d in (1, 2, 3, 5, 8, 1000, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**40, 2**62)]]
limits += [(-2**63, 2**63 - 1), (-2**62, 2**62 + 5), (0, 2**63 - 1)]
p = [0.1, 0.2, 0.3, 0.25, 0.15]
out = []
for seed in (0, 1, 17, 2**31, 2**32 - 1):
    r = RandomState(seed)
    case = dict(seed=seed)
    case["randn"] = hashlib.sha256(r.randn(300, 100).astype("<f8").tobytes()).hexdigest()
    case["rand"] = hashlib.sha256(r.rand(100, 300).astype("<f8").tobytes()).hexdigest()
    case["randint"] = [[str(x) for x in (lo, hi, *r.randint(lo, hi, 5))] for lo, hi in limits]
    case["permutation"] = r.permutation(3000).tolist()
    case["choice"] = r.choice(1000, 20).tolist()
    case["choice_p"] = r.choice(5, 20, p=p).tolist()
    case["distinct"] = r.choice(1000, 20, replace=False).tolist()
    case["distinct_p"] = [r.choice(5, 4, replace=False, p=p).tolist() for _ in range(50)]
    case["normal"] = [r.normal(3, 0.05) for _ in range(5)]
    case["uniform"] = [r.uniform(-10, 10) for _ in range(5)]
    out.append(case)
print(json.dumps(dict(libc=platform.libc_ver()[0], machine=platform.machine(), cases=out)))
`

func TestAgainstNumpy(t *testing.T) {
	var numpy struct {
		Libc, Machine string
		Cases         []struct {
			Seed                          int
			Randn, Rand                   string
			Randint                       [][]json.Number
			Permutation, Choice, Distinct []int
			ChoiceP                       []int   `json:"choice_p"`
			DistinctP                     [][]int `json:"distinct_p"`
			Normal, Uniform               []float64
		}
	}
	if err := json.Unmarshal(python(t, numpyScript), &numpy); err != nil {
		t.Fatal(err)
	}
	if numpy.Libc != "glibc" || numpy.Machine != "x86_64" {
		t.Skip("numpy's logarithm is another one here")
	}
	p := []float64{0.1, 0.2, 0.3, 0.25, 0.15}
	for _, want := range numpy.Cases {
		seed, r := want.Seed, Seed(want.Seed)
		same(t, seed, "randn(300, 100)", []string{digest(r.RandnN(300 * 100))}, []string{want.Randn})
		same(t, seed, "rand(100, 300)", []string{digest(r.RandN(100 * 300))}, []string{want.Rand})
		for _, row := range want.Randint {
			var x []int
			for _, text := range row {
				i, err := text.Int64()
				if err != nil {
					t.Fatal(err)
				}
				x = append(x, int(i))
			}
			same(t, seed, "randint", slices.Concat(x[:2], r.RandintN(x[0], x[1], 5)), x)
		}
		same(t, seed, "permutation(3000)", r.Permutation(3000), want.Permutation)
		same(t, seed, "choice(1000, 20)", r.Choice(1000, 20, nil), want.Choice)
		same(t, seed, "choice(5, 20, p=p)", r.Choice(5, 20, p), want.ChoiceP)
		same(t, seed, "choice(1000, 20, replace=False)", r.ChoiceDistinct(1000, 20, nil), want.Distinct)
		for _, distinct := range want.DistinctP {
			same(t, seed, "choice(5, 4, replace=False, p=p)", r.ChoiceDistinct(5, 4, p), distinct)
		}
		same(t, seed, "normal(3, 0.05)", fill(5, func() float64 { return r.Normal(3, 0.05) }), want.Normal)
		same(t, seed, "uniform(-10, 10)", fill(5, func() float64 { return r.Uniform(-10, 10) }), want.Uniform)
	}
}

// python returns what a script writes, with the python that can run it.
func python(t *testing.T, script string) []byte {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if out, err := exec.Command(name, "-c", script).Output(); err == nil {
			return out
		}
	}
	t.Skip("no python with the packages of the script")
	return nil
}
