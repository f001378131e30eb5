package matcalc

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

var (
	ratOne  = big.NewRat(1, 1)
	ratHalf = big.NewRat(1, 2)
	ratNeg  = big.NewRat(-1, 1)
)

// maxBits is how long a number may become: longer ones are beyond float64.
const maxBits = 4096

func bitsOf(r *big.Rat) int { return r.Num().BitLen() + r.Denom().BitLen() }

// isOne reports whether r is 1.
func isOne(r *big.Rat) bool { return r.Cmp(ratOne) == 0 }

func ratMul(a, b *big.Rat) *big.Rat { return limited(new(big.Rat).Mul(a, b)) }

// limited returns r. It panics with an *Error if r is not one of the numbers
// that can be written, read and computed with.
func limited(r *big.Rat) *big.Rat {
	if !inRange(r) {
		panic(errorf(TooLarge, "a number becomes too large or too small: float64 ends at 1e308, and at 1e-308"))
	}
	return r
}

// inRange reports whether float64 holds r, or a rounding of it, and what r is
// written as: p and q of p/q, too.
func inRange(r *big.Rat) bool {
	switch bits := bitsOf(r); {
	case bits < 1000:
		return true
	case bits > maxBits:
		return false
	}
	if x, _ := r.Float64(); math.IsInf(x, 0) || x == 0 {
		return false
	}
	p, _ := r.Num().Float64()
	q, _ := r.Denom().Float64()
	return !math.IsInf(p, 0) && !math.IsInf(q, 0) || decimal(new(big.Rat).Abs(r)) != ""
}

// Num returns the number r, which must not be changed afterwards.
func (p *Pool) Num(r *big.Rat) *Expr {
	return p.intern(Expr{op: OpNum, num: limited(r), shape: Scalar})
}

// Int returns the number n.
func (p *Pool) Int(n int64) *Expr { return p.Num(big.NewRat(n, 1)) }

// ratPow returns r^n, or nil if that is not to be written out: because it is
// long, or 1/0.
func ratPow(r *big.Rat, n int64) *big.Rat {
	if r.Sign() == 0 && n < 0 {
		return nil
	}
	if k := abs(n); k > 1 && (k > 128 || k*int64(bitsOf(r)-1) > 128) {
		return nil
	}
	num := new(big.Int).Exp(r.Num(), big.NewInt(abs(n)), nil)
	den := new(big.Int).Exp(r.Denom(), big.NewInt(abs(n)), nil)
	if n < 0 {
		num, den = den, num
	}
	return new(big.Rat).SetFrac(num, den)
}

func abs(n int64) int64 { return max(n, -n) }

// integer returns the value of e if it is a whole number that is not huge.
func (e *Expr) integer() (n int64, ok bool) {
	if e.op != OpNum || !e.num.IsInt() || e.num.Num().BitLen() > 31 {
		return 0, false
	}
	return e.num.Num().Int64(), true
}

// isHalf reports whether r is an odd number of halves.
func isHalf(r *big.Rat) bool { return r.Denom().IsInt64() && r.Denom().Int64() == 2 }

// ratRoot returns the square root of r if that is rational, else nil.
func ratRoot(r *big.Rat) *big.Rat {
	if r.Sign() < 0 {
		return nil
	}
	root := new(big.Rat).SetFrac(new(big.Int).Sqrt(r.Num()), new(big.Int).Sqrt(r.Denom()))
	if ratMul(root, root).Cmp(r) != 0 {
		return nil
	}
	return root
}

// content returns the rational number with which all numbers are whole and
// without a common factor when divided by it.
func content(numbers []*big.Rat) *big.Rat {
	num, den := new(big.Int), big.NewInt(1)
	for _, r := range numbers {
		num.GCD(nil, nil, num, new(big.Int).Abs(r.Num()))
		g := new(big.Int).GCD(nil, nil, den, r.Denom())
		den.Div(new(big.Int).Mul(den, r.Denom()), g)
	}
	return new(big.Rat).SetFrac(num, den)
}

// maxExponent is the largest power of ten that a number may be written with.
const maxExponent = 330

// parseNumber returns the value of a decimal number, and nil if it is beyond
// what float64 can hold, up or down.
func parseNumber(text string) *big.Rat {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	if exponent != "" {
		n, err := strconv.Atoi(exponent)
		if err != nil || n > maxExponent || n < -maxExponent {
			return nil
		}
	}
	if len(mantissa) > maxExponent {
		return nil
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok || !inRange(r) {
		return nil
	}
	return r
}

// decimal returns r ≥ 0 as a decimal number that is exactly r, or "" if there
// is none or p/q is more readable.
func decimal(r *big.Rat) string {
	if r.IsInt() && r.Num().BitLen() <= 53 {
		return r.Num().String()
	}
	f, _ := r.Float64()
	text := strings.Replace(strconv.FormatFloat(f, 'g', -1, 64), "e+", "e", 1)
	if back, ok := new(big.Rat).SetString(text); !ok || back.Cmp(r) != 0 {
		if r.IsInt() {
			return r.Num().String()
		}
		return ""
	}
	if digits := len(text); digits > 8 && len(r.RatString()) < digits && !r.IsInt() {
		return ""
	}
	return text
}
