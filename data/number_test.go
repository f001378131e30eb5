package data

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// checkNumber checks that a number is what strconv.ParseFloat makes of it, to
// the bit, also where other text comes after it.
func checkNumber(t interface{ Errorf(string, ...any) }, s string) {
	want, wantErr := strconv.ParseFloat(s, 64)
	got, ok := parseNumber([]byte(s))
	if ok != (wantErr == nil || math.IsInf(want, 0)) || ok && math.Float64bits(got) != math.Float64bits(want) {
		t.Errorf("%q: %v %v, want %v %v", s, got, ok, want, wantErr)
	}
	if !ok {
		return
	}
	for _, rest := range []string{",", "\n", ",12345678,1234567", " 12345678"} {
		if x, n := scanNumber([]byte(s + rest)); n != len(s) || math.Float64bits(x) != math.Float64bits(want) {
			t.Errorf("%q: %v, %d characters long", s+rest, x, n)
		}
	}
}

func TestNumbersEqualParseFloat(t *testing.T) {
	for _, s := range []string{
		"", "+", "-", ".", "-.", "e1", ".e1", "1e", "1e+", "1.2.3", "1 2", "--1", "+-1", "1,",
		"0", "-0", "+0.0", "-0e5", "0.000e-999", "0000000000000000000000000", "-.0", ".5", "5.", "-5.e1",
		"00012.50", "12345678", "1.12345678", "-1.1234567812345678", "1234567812345678.1", "000000000000000000001.5",
		// On both sides of what one division or product can do, and two integers of 64 bits.
		"1e22", "1e23", "1e-22", "1e-23", "9007199254740991", "9007199254740992", "9007199254740993", "9007199254740993e0", "9007199254740993e22",
		"1e27", "1e28", "1e-27", "1e-28", "9999999999999999999e27", "9999999999999999999e-27", "9999999999999999999e28",
		"9223372036854775807", "9223372036854775808", "9999999999999999999", "12345678901234567890", "18446744073709551615", "18446744073709551616", "99999999999999999999",
		"0.1234567890123456789", "0.00000000123456789012345678", "0.12345678901234567891", "123456789.01234567890123", "0.000000000000000000000000000001",
		// Ties, and what is just above and below.
		"9007199254740993", "9007199254740995", "900719925474099300e-2", "900719925474099301e-2", "900719925474099299e-2",
		"1000000000000000128", "1000000000000000192", "4503599627370496.5", "4503599627370497.5", "4503599627370496.500", "4503599627370496.501", "4503599627370496.499",
		"2251799813685248.25", "2251799813685248.75", "1125899906842624.125", "1125899906842624.375", "7450580596923828125e-27",
		// The ends of the range.
		"5e-324", "2.5e-324", "1e309", "-1e309", "1.7976931348623157e308", "0e999999999999", "1e-999999999999", "2.2250738585072011e-308", "2.2250738585072014e-308",
	} {
		checkNumber(t, s)
	}
	rapid.Check(t, func(r *rapid.T) {
		checkNumber(r, rapid.StringMatching(`[+-]?[0-9]{0,20}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,3})?`).Draw(r, "form"))
		x := math.Float64frombits(rapid.Uint64().Draw(r, "bits"))
		if x-x == 0 {
			checkNumber(r, strconv.FormatFloat(x, 'g', rapid.IntRange(-1, 20).Draw(r, "digits"), 64))
		}
		checkNumber(r, fmt.Sprintf("%de%d", rapid.Uint64().Draw(r, "m"), rapid.IntRange(-29, 29).Draw(r, "e")))
	})
}

// The numbers half way between two neighbours, which are the hardest to round,
// as far as they can be written with 19 digits.
func TestTiesEqualParseFloat(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		odd := 1<<53 + 2*rapid.Uint64Range(0, 1<<52-1).Draw(r, "mantissa") + 1
		shift := rapid.IntRange(-3, 9).Draw(r, "shift") // the tie is odd·2^shift
		tie, decimals := odd, 0
		for range -shift {
			tie, decimals = 5*tie, decimals+1
		}
		tie <<= max(shift, 0)
		for _, m := range []uint64{tie - 1, tie, tie + 1} {
			checkNumber(r, fmt.Sprintf("%de%d", m, -decimals))
		}
	})
}

func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"-1.125314", "0.49082819606465833", "9007199254740993", "1e23", "12345678901234567890e-30", "0x1p-2", "1_000", "+.5e+05"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, n := scanNumber([]byte(s))
		if n == 0 {
			return
		}
		want, err := strconv.ParseFloat(s[:n], 64)
		if err != nil && !math.IsInf(want, 0) || math.Float64bits(x) != math.Float64bits(want) {
			t.Errorf("%q: %v of %q, want %v (%v)", s, x, s[:n], want, err)
		}
	})
}
