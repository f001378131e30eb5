package matrix

import (
	"encoding/binary"
	"flag"
	"hash"
	"hash/fnv"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

var points = flag.Int("points", 1000, "points at which the error of each elementary function is measured")

// elementary lists the functions with their references and the largest error
// they may have in units of the last place. The interesting arguments are those
// between from and to.
var elementary = []struct {
	name     string
	f64      func(float64) float64
	f32      func(float32) float32
	ref      func(*big.Float) *big.Float
	maxError float64
	from, to float64
}{
	{"Exp", Exp[float64], Exp[float32], refExp, 0.95, -746, 710},
	{"Expm1", Expm1[float64], Expm1[float32], refExpm1, 1.3, -45, 710},
	{"Log", Log[float64], Log[float32], refLog, 0.75, 0, 4},
	{"Log1p", Log1p[float64], Log1p[float32], refLog1p, 0.8, -1, 4},
	{"Tanh", Tanh[float64], Tanh[float32], refTanh, 1.7, -20, 20},
	{"Sigmoid", Sigmoid[float64], Sigmoid[float32], refSigmoid, 1.7, -746, 38},
	{"Softplus", Softplus[float64], Softplus[float32], refSoftplus, 1.6, -746, 40},
	{"Sin", Sin[float64], Sin[float32], refSin, 0.8, -100, 100},
	{"Cos", Cos[float64], Cos[float32], refCos, 0.8, -100, 100},
}

// arguments returns n finite arguments, the same everywhere: spread over the
// range from..to, around 0, of all magnitudes from 2^-64 to 2^10, of all there
// are, in turn. When from is 0 or -1 the function has no value below it.
func arguments(from, to float64, n int) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	var list []float64
	for len(list) < n {
		x := from + float64((to-from)*r.Float64())
		switch len(list) % 4 {
		case 1:
			x = float64(2*r.Float64()) - 1
		case 2:
			x = math.Ldexp(1+r.Float64(), r.IntN(74)-64)
			if r.IntN(2) == 0 {
				x = -x
			}
		case 3:
			x = math.Float64frombits(r.Uint64())
		}
		if x < from && from >= -1 {
			x = -x
		}
		if x-x == 0 {
			list = append(list, x)
		}
	}
	return list
}

// TestElementaryError measures the largest error of each function.
func TestElementaryError(t *testing.T) {
	for _, f := range elementary {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			var worst, at, worst32, at32 float64
			for _, x := range arguments(f.from, f.to, *points) {
				if e := ulps(f.f64(x), f.ref(bigFloat(x)), 53, -1074, 1024); !(e <= worst) {
					worst, at = e, x
				}
				x32 := float32(x)
				if x32-x32 != 0 || float64(x32) <= f.from && f.from >= -1 {
					continue // ±Inf, Log(0), Log1p(-1)
				}
				x = float64(x32)
				if e := ulps(float64(f.f32(x32)), f.ref(bigFloat(x)), 24, -149, 128); !(e <= worst32) {
					worst32, at32 = e, x
				}
			}
			t.Logf("float64 %.3f ulp at %v, float32 %.5f ulp at %v", worst, at, worst32, at32)
			if !(worst <= f.maxError) || !(worst32 <= 0.505) {
				t.Errorf("the error is more than %v ulp, or more than 0.505 ulp in float32", f.maxError)
			}
		})
	}
}

// ulps returns the error of y in units of the last place of want, for numbers
// of the given bits with exponents from bottom to top. An infinite y counts as
// 2^top.
func ulps(y float64, want *big.Float, bits, bottom, top int) float64 {
	if math.IsNaN(y) {
		return y
	}
	last := bottom
	if want.Sign() != 0 {
		last = max(bottom, want.MantExp(nil)-bits)
	}
	got := bigFloat(y)
	if math.IsInf(y, 0) {
		if want.MantExp(nil) > top {
			return 0
		}
		got = shift(bigFloat(math.Copysign(1, y)), top)
	}
	e, _ := shift(sub(got, want), -last).Float64()
	return math.Abs(e)
}

// TestElementarySpecial checks the values at the ends of the ranges.
func TestElementarySpecial(t *testing.T) {
	inf, nan, negZero, tiny := math.Inf(1), math.NaN(), math.Copysign(0, -1), 0x1p-1074
	for _, c := range []struct {
		name string
		f    func(float64) float64
		at   [][2]float64 // argument and value
	}{
		{"Exp", Exp[float64], [][2]float64{
			{0, 1}, {negZero, 1}, {tiny, 1}, {-tiny, 1},
			{1, math.E}, {inf, inf}, {-inf, 0}, {nan, nan},
			{709.782712893384, 1.7976931348622732e+308}, {709.7827128933841, inf}, {1e308, inf}, {-1e308, 0},
			{-745.1332191019411, tiny}, {-745.1332191019412, 0},
		}},
		{"Expm1", Expm1[float64], [][2]float64{
			{0, 0}, {negZero, negZero}, {tiny, tiny}, {-tiny, -tiny},
			{1, math.E - 1}, {inf, inf}, {-inf, -1}, {nan, nan}, {709.7827128933841, inf}, {-50, -1},
		}},
		{"Log", Log[float64], [][2]float64{
			{0, -inf}, {negZero, -inf}, {-tiny, nan}, {-1, nan},
			{-inf, nan}, {inf, inf}, {nan, nan}, {1, 0},
			{math.E, 1}, {2, math.Ln2}, {0.5, -math.Ln2}, {tiny, -744.4400719213812},
			{math.MaxFloat64, 709.782712893384},
		}},
		{"Log1p", Log1p[float64], [][2]float64{
			{0, 0}, {negZero, negZero}, {tiny, tiny}, {-tiny, -tiny},
			{1, math.Ln2}, {-1, -inf}, {-1.0000000000000002, nan}, {-inf, nan},
			{inf, inf}, {nan, nan}, {math.MaxFloat64, 709.782712893384},
		}},
		{"Tanh", Tanh[float64], [][2]float64{
			{0, 0}, {negZero, negZero}, {tiny, tiny}, {-tiny, -tiny},
			{1e-300, 1e-300}, {19.1, 1}, {-19.1, -1}, {1e308, 1},
			{inf, 1}, {-inf, -1}, {nan, nan},
		}},
		{"Sigmoid", Sigmoid[float64], [][2]float64{
			{0, 0.5}, {negZero, 0.5}, {40, 1}, {inf, 1},
			{-inf, 0}, {nan, nan}, {-745.1332191019411, tiny}, {-745.1332191019412, 0},
		}},
		{"Softplus", Softplus[float64], [][2]float64{
			{0, math.Ln2}, {negZero, math.Ln2}, {40, 40}, {1e308, 1e308},
			{inf, inf}, {-inf, 0}, {nan, nan}, {-745.1332191019411, tiny},
			{-745.1332191019412, 0},
		}},
		{"Sin", Sin[float64], [][2]float64{
			{0, 0}, {negZero, negZero}, {tiny, tiny}, {-tiny, -tiny},
			{math.Pi / 2, 1}, {math.Pi, 1.2246467991473532e-16}, {inf, nan}, {-inf, nan},
			{nan, nan},
		}},
		{"Cos", Cos[float64], [][2]float64{
			{0, 1}, {negZero, 1}, {tiny, 1}, {math.Pi, -1},
			{math.Pi / 2, 6.123233995736766e-17}, {inf, nan}, {-inf, nan}, {nan, nan},
		}},
	} {
		for _, at := range c.at {
			if got := c.f(at[0]); !sameBits(got, at[1]) {
				t.Errorf("%s(%v) = %v, not %v", c.name, at[0], got, at[1])
			}
		}
	}
}

// sameBits compares bits, so that 0 is not -0; all NaN are one.
func sameBits(a, b float64) bool {
	return a != a && b != b || math.Float64bits(a) == math.Float64bits(b)
}

// TestElementaryQuarters takes sines of arguments that are hard to reduce: those
// nearest to multiples of π/2 (the last two of the list are the nearest of all,
// by Muller and others), huge ones, and those on both sides of 2^30.
func TestElementaryQuarters(t *testing.T) {
	list := []float64{
		0x1p30, math.Nextafter(0x1p30, 0), 1e9, 1e10, 1e22, 1e300, math.MaxFloat64, 0x1p1023, 0x1p52, 0x1p53,
		math.Pi * (1 << 20), math.Pi * (1 << 40), 16367173 * 0x1p72, 6381956970095103 * 0x1p797,
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		n := new(big.Float).SetInt64(r.Int64N(1 << (1 + r.IntN(33))))
		x, _ := n.Mul(n, bigPiHalf).Float64()
		list = append(list, x)
	}
	for _, x := range list {
		for _, x := range []float64{x, -x} {
			if e := ulps(Sin(x), refSin(bigFloat(x)), 53, -1074, 1024); !(e <= 0.8) {
				t.Errorf("Sin(%v): the error is %v ulp", x, e)
			}
			if e := ulps(Cos(x), refCos(bigFloat(x)), 53, -1074, 1024); !(e <= 0.8) {
				t.Errorf("Cos(%v): the error is %v ulp", x, e)
			}
		}
	}

	// The table of 2/π.
	want := new(big.Float).SetPrec(1400).Quo(bigOne, bigPiHalf)
	want.SetMantExp(want, 64*(len(twoOverPiBits)-1))
	n, _ := want.Int(nil)
	for i := len(twoOverPiBits) - 1; i >= 0; i-- {
		if w := new(big.Int).And(n, new(big.Int).SetUint64(math.MaxUint64)).Uint64(); w != twoOverPiBits[i] {
			t.Errorf("word %d of 2/π is %#x, not %#x", i, w, twoOverPiBits[i])
		}
		n.Rsh(n, 64)
	}
}

// TestElementaryShape checks what the curves must be: odd, even, bounded, and
// never falling by more than the error.
func TestElementaryShape(t *testing.T) {
	for _, x := range arguments(-40, 40, 20000) {
		if !sameBits(Tanh(-x), -Tanh(x)) || !sameBits(Sin(-x), -Sin(x)) || !sameBits(Cos(-x), Cos(x)) {
			t.Fatalf("at %v a symmetry is broken", x)
		}
		if y := Tanh(x); !(y >= -1 && y <= 1) {
			t.Fatalf("Tanh(%v) = %v", x, y)
		}
		if y := Sigmoid(x); !(y >= 0 && y <= 1) {
			t.Fatalf("Sigmoid(%v) = %v", x, y)
		}
		if s, c := Sin(x), Cos(x); !(s >= -1 && s <= 1 && c >= -1 && c <= 1) {
			t.Fatalf("Sin(%v) = %v, Cos = %v", x, s, c)
		}
	}
	for _, f := range elementary[:7] {
		last := math.Inf(-1)
		for i := 1; i <= 50000; i++ {
			y := f.f64(f.from + float64((f.to-f.from)*float64(i))/50000)
			if y < last-2*math.Abs(last)*0x1p-52 {
				t.Fatalf("%s falls from %v to %v", f.name, last, y)
			}
			last = y
		}
	}
}

func TestElementaryPowInt(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		x    float64
		n    int
		want float64
	}{
		{0, 0, 1}, {nan, 0, 1}, {inf, 0, 1}, {nan, 2, nan}, {0, 3, 0}, {0, -1, inf}, {-2, 3, -8}, {-2, -2, 0.25},
		{2, 1023, 0x1p1023}, {2, 1024, inf}, {2, -1022, 0x1p-1022}, {0.5, 1074, 0x1p-1074}, {3, 20, 3486784401},
		{1, math.MaxInt, 1}, {-1, math.MaxInt, -1}, {1, math.MinInt, 1}, {10, -2, 0.01}, {-inf, 3, -inf}, {-inf, -3, math.Copysign(0, -1)},
	} {
		if got := PowInt(c.x, c.n); !sameBits(got, c.want) {
			t.Errorf("PowInt(%v, %d) = %v, not %v", c.x, c.n, got, c.want)
		}
	}
	for _, x := range []float64{0.9, 0.999, 1.1, -1.01} {
		want, want32 := bigFloat(1), bigFloat(1)
		for n := 1; n <= 2000; n++ {
			want.Mul(want, bigFloat(x))
			if e := ulps(PowInt(x, n), want, 53, -1074, 1024); e > float64(n)/2 {
				t.Fatalf("PowInt(%v, %d): the error is %v ulp", x, n, e)
			}
			want32.Mul(want32, bigFloat(float64(float32(x))))
			if e := ulps(float64(PowInt(float32(x), n)), want32, 24, -149, 128); e > 0.5001 {
				t.Fatalf("PowInt(float32(%v), %d): the error is %v ulp", x, n, e)
			}
		}
	}
}

// goldenElementary holds, for each function, its values at 1 and 0.7 and hashes
// of its bits over a few thousand arguments in both types. They are the same
// on every machine and under every build flag, or a figure in a lab sheet is
// not. Where an algorithm changes on purpose, the failing test prints the new
// lines.
var goldenElementary = map[string]golden{
	"Exp":      {0x4005bf0a8b145769, 0x40001c2a61268987, 0x851ec1c9d1fa7429, 0x580d257c3cb42350},
	"Expm1":    {0x3ffb7e151628aed3, 0x3ff03854c24d130d, 0x0c2c13e21fe6fd4f, 0xfc5383ed5723b177},
	"Log":      {0x0000000000000000, 0xbfd6d3c324e13f50, 0x1a7bb102281d09de, 0x400c62b86a3df429},
	"Log1p":    {0x3fe62e42fefa39ef, 0x3fe0fae81914a991, 0xb15802ef0fa3559c, 0x0b9aa2a4dc6a3271},
	"Tanh":     {0x3fe85efab514f394, 0x3fe356fb17af2e91, 0xaeb013dff01f9724, 0x10f56e1e4fa31ef6},
	"Sigmoid":  {0x3fe764d4f5d5a2bd, 0x3fe561cb52a19475, 0x9536302d3dc8b500, 0xdd28dd4724c336ed},
	"Softplus": {0x3ff5031eafefb049, 0x3ff1a6a66a15dd2e, 0x03b7313dda4cc636, 0x18e294124d252f9d},
	"Sin":      {0x3feaed548f090cee, 0x3fe49d6e694619b8, 0x8a0e0c640ed50bfc, 0xf7dffba5699e6db0},
	"Cos":      {0x3fe14a280fb5068c, 0x3fe87996529f9d93, 0x3f986680b53f5e4a, 0x638b8136054269bd},
}

type golden struct{ at1, at07, hash64, hash32 uint64 }

func TestElementaryGolden(t *testing.T) {
	for _, f := range elementary {
		h64, h32 := fnv.New64a(), fnv.New64a()
		for _, x := range append(arguments(f.from, f.to, 4000), special...) {
			hashBits(h64, f.f64(x))
			hashBits(h32, float64(f.f32(float32(x))))
		}
		got := golden{math.Float64bits(f.f64(1)), math.Float64bits(f.f64(0.7)), h64.Sum64(), h32.Sum64()}
		if got != goldenElementary[f.name] {
			t.Errorf("the bits have changed:\n\t%q: {%#016x, %#016x, %#016x, %#016x},", f.name, got.at1, got.at07, got.hash64, got.hash32)
		}
	}
}

// special are the arguments at which functions tend to go wrong.
var special = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1, -1, 0.5, -0.5,
	0x1p-1074, -0x1p-1074, 0x1p-1022, -0x1p-1022, 0x1p-149, 0x1p-126, math.MaxFloat64, -math.MaxFloat64, math.MaxFloat32,
	709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412, -708.4, 88.72284, 88.72283, -87.33655, -103.97208,
	math.Pi, math.Pi / 2, math.Pi / 4, 0x1p30, 1e22,
}

// hashBits adds the bits of x to h, with one NaN for all.
func hashBits(h hash.Hash64, x float64) {
	if x != x {
		x = math.NaN()
	}
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], math.Float64bits(x))
	h.Write(b[:])
}

// BenchmarkElementary measures the functions beside those of package math.
func BenchmarkElementary(b *testing.B) {
	theirs := []func(float64) float64{
		math.Exp, math.Expm1, math.Log, math.Log1p, math.Tanh,
		func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
		func(x float64) float64 { return math.Log1p(math.Exp(x)) },
		math.Sin, math.Cos,
	}
	for i, f := range elementary {
		x := make([]float64, 1024)
		r := rand.New(rand.NewPCG(1, 2))
		for j := range x {
			x[j] = float64(10*r.Float64()) + max(f.from, -5)
		}
		y := make([]float64, len(x))
		for _, c := range []struct {
			name string
			f    func(float64) float64
		}{{"ours", f.f64}, {"math", theirs[i]}} {
			b.Run(f.name+"/"+c.name, func(b *testing.B) {
				for b.Loop() {
					for j, x := range x {
						y[j] = c.f(x)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/value")
			})
		}
	}
}

// The references: series of big numbers, good to more than 100 bits behind the
// last bit of float64.

const prec = 200

func bigFloat(x float64) *big.Float        { return big.NewFloat(x).SetPrec(prec) }
func newFloat() *big.Float                 { return new(big.Float).SetPrec(prec) }
func add(a, b *big.Float) *big.Float       { return newFloat().Add(a, b) }
func sub(a, b *big.Float) *big.Float       { return newFloat().Sub(a, b) }
func mul(a, b *big.Float) *big.Float       { return newFloat().Mul(a, b) }
func quo(a, b *big.Float) *big.Float       { return newFloat().Quo(a, b) }
func shift(a *big.Float, n int) *big.Float { return newFloat().SetMantExp(a, n) }
func neg(a *big.Float) *big.Float          { return newFloat().Neg(a) }

var (
	bigOne    = bigFloat(1)
	bigLn2    = bigInverseSum(3, 1, 300)
	bigPiHalf = bigInverseSum(5, -1, 1500)
)

func init() {
	bigLn2.SetMantExp(bigLn2, 1) // ln 2 = 2 artanh(1/3)

	b := bigInverseSum(239, -1, 1500) // π/2 = 8 arctan(1/5) - 2 arctan(1/239)
	bigPiHalf.SetMantExp(bigPiHalf, 3)
	bigPiHalf.Sub(bigPiHalf, b.SetMantExp(b, 1))
}

// bigInverseSum returns Σ signᵏ/((2k+1) n^(2k+1)): artanh(1/n) for sign 1,
// arctan(1/n) for sign -1.
func bigInverseSum(n, sign int64, prec uint) *big.Float {
	sum, term := new(big.Float).SetPrec(prec), new(big.Float).SetPrec(prec)
	power := new(big.Float).SetPrec(prec).Quo(big.NewFloat(1), new(big.Float).SetInt64(n))
	for k := int64(1); power.MantExp(nil) > -int(prec); k += 2 {
		sum.Add(sum, term.Quo(power, new(big.Float).SetInt64(k)))
		power.Quo(power, new(big.Float).SetInt64(sign*n*n))
	}
	return sum
}

// refExp returns eˣ = 2ⁿ (e^(r/256))²⁵⁶; outside of ±2000 it returns that of ±2000.
func refExp(x *big.Float) *big.Float {
	f, _ := x.Float64()
	if math.Abs(f) > 2000 {
		f = math.Copysign(2000, f)
		x = bigFloat(f)
	}
	n := math.RoundToEven(f / math.Ln2)
	r := new(big.Float).SetPrec(300).Mul(bigFloat(n), bigLn2)
	y := newFloat().Add(bigOne, taylorExpm1(shift(r.Sub(x, r), -8)))
	for range 8 {
		y.Mul(y, y)
	}
	return shift(y, int(n))
}

// taylorExpm1 returns eʳ - 1 for a small r.
func taylorExpm1(r *big.Float) *big.Float {
	sum, term, k := newFloat().Set(r), newFloat().Set(r), newFloat()
	for i := int64(2); term.Sign() != 0 && term.MantExp(nil) > r.MantExp(nil)-prec; i++ {
		term.Quo(term.Mul(term, r), k.SetInt64(i))
		sum.Add(sum, term)
	}
	return sum
}

// refExpm1 takes care of small x, where eˣ - 1 cancels.
func refExpm1(x *big.Float) *big.Float {
	if x.MantExp(nil) < -8 {
		return taylorExpm1(x)
	}
	return sub(refExp(x), bigOne)
}

// refLog corrects y, which is log(x) in float64, by log(x e⁻ʸ). (math.Log is off
// by a percent for some subnormal numbers.)
func refLog(x *big.Float) *big.Float {
	f, _ := x.Float64()
	y := bigFloat(math.Log(f))
	if f < 0x1p-1000 {
		y = bigFloat(math.Log(f*0x1p100) - 100*math.Ln2)
	}
	return add(y, taylorLog1p(sub(mul(x, refExp(neg(y))), bigOne)))
}

// taylorLog1p returns log(1 + d) for a d below 2^-30.
func taylorLog1p(d *big.Float) *big.Float {
	sum, power, minus := d, d, neg(d)
	for k := 2.0; k < 8; k++ {
		power = mul(power, minus)
		sum = add(sum, quo(power, bigFloat(k)))
	}
	return sum
}

func refLog1p(x *big.Float) *big.Float {
	if x.MantExp(nil) < -30 {
		return taylorLog1p(x)
	}
	return refLog(new(big.Float).SetPrec(1200).Add(bigOne, x))
}

// refTanh returns e/(e + 2) with e = exp(2x) - 1.
func refTanh(x *big.Float) *big.Float {
	x = shift(x, 1)
	e := sub(refExp(x), bigOne)
	if x.MantExp(nil) < -8 {
		e = taylorExpm1(x)
	}
	return quo(e, add(e, bigFloat(2)))
}

func refSigmoid(x *big.Float) *big.Float {
	e := refExp(x)
	return quo(e, add(bigOne, e))
}

func refSoftplus(x *big.Float) *big.Float {
	if x.Sign() > 0 {
		return add(x, refSoftplus(neg(x)))
	}
	return refLog1p(refExp(x))
}

func refSin(x *big.Float) *big.Float { return refQuarter(x, 0) }
func refCos(x *big.Float) *big.Float { return refQuarter(x, 1) }

// refQuarter returns sin(x + quarter·π/2), by the series of the sine or cosine
// of r = x - n·π/2.
func refQuarter(x *big.Float, quarter int64) *big.Float {
	r := new(big.Float).SetPrec(1400)
	r.Quo(x, bigPiHalf).Add(r, big.NewFloat(math.Copysign(0.5, float64(x.Sign()))))
	n, _ := r.Int(nil)
	r.Mul(new(big.Float).SetInt(n), bigPiHalf).Sub(x, r).SetPrec(prec)
	quadrant := new(big.Int).And(n.Add(n, big.NewInt(quarter)), big.NewInt(3)).Int64()

	sum, first := newFloat().Set(r), int64(2)
	if quadrant%2 == 1 {
		sum, first = newFloat().SetInt64(1), 1
	}
	r2, k := neg(mul(r, r)), newFloat()
	term := newFloat().Set(sum)
	for i := first; term.Sign() != 0 && term.MantExp(nil) > sum.MantExp(nil)-prec; i += 2 {
		term.Quo(term.Mul(term, r2), k.SetInt64(i*(i+1)))
		sum.Add(sum, term)
	}
	if quadrant >= 2 {
		sum.Neg(sum)
	}
	return sum
}
