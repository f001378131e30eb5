package data

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"time"

	"gradlab/matrix"
)

// scanNumber reads the decimal number at the start of b and returns it with its
// length, which is 0 if there is none. The number is that of
// strconv.ParseFloat(s, 64), infinite where it is out of range. Forms that only
// programs write (hexadecimal, underscores, "Infinity") are not numbers here.
func scanNumber(b []byte) (x float64, length int) {
	if len(b) == 0 {
		return 0, 0
	}
	// Signs come at random: branches that depend on them would be guessed wrong.
	i, sign := 0, uint64(0)
	if (b[0]-'+')&^2 == 0 { // + or -
		i = 1
	}
	if b[0] == '-' {
		sign = 1 << 63
	}
	start := i
	var m uint64 // right for at most 19 digits
	for i < len(b) && b[i]-'0' <= 9 {
		m = m*10 + uint64(b[i]-'0')
		i++
	}
	digits, fraction := i-start, 0
	if i < len(b) && b[i] == '.' {
		i++
		start = i
		for i+8 <= len(b) {
			eight, ok := eightDigits(binary.LittleEndian.Uint64(b[i:]))
			if !ok {
				break
			}
			m = m*1e8 + eight
			i += 8
		}
		for i < len(b) && b[i]-'0' <= 9 {
			m = m*10 + uint64(b[i]-'0')
			i++
		}
		fraction = i - start
		digits += fraction
	}
	hasExponent := i < len(b) && b[i]|0x20 == 'e'
	if hasExponent || m >= 1<<53 || uint(digits-1) >= maxDigits || fraction > maxExact {
		return finishNumber(b, i, m, digits, fraction)
	}
	// Both operands are exact, so the one rounding is that of the result.
	x = float64(m) / exact10[fraction]
	return math.Float64frombits(math.Float64bits(x) | sign), i
}

// eightDigits returns the number of eight decimal digits, the first in the
// lowest byte, and whether they all are digits.
func eightDigits(v uint64) (value uint64, ok bool) {
	const each = 0x0101010101010101
	v ^= '0' * each // the bytes of digits are 0 to 9
	if (v+(0x7f-9)*each|v)&(0x80*each) != 0 {
		return 0, false
	}
	v = v*10 + v>>8 // in every second byte a pair of digits
	return (v&0x00ff000000ff*(100+1000000<<32) + v>>16&0x00ff000000ff*(1+10000<<32)) >> 32, true
}

// finishNumber is the way of scanNumber for all numbers but the simplest: up to
// their exponent they have been read.
func finishNumber(b []byte, i int, m uint64, digits, fraction int) (x float64, length int) {
	if digits == 0 {
		return 0, 0
	}
	exponent := -fraction
	if i < len(b) && b[i]|0x20 == 'e' {
		if e, n := scanExponent(b[i+1:]); n > 0 {
			i += 1 + n
			exponent += e
		}
	}
	x, ok := decimal(m, exponent)
	if !ok || digits > maxDigits && significant(b[:i]) > maxDigits {
		x, _ = strconv.ParseFloat(string(b[:i]), 64) // ±Inf with an error, which the limits catch
		return x, i
	}
	if b[0] == '-' {
		x = -x
	}
	return x, i
}

// maxDigits is how many decimal digits a uint64 always has room for.
const maxDigits = 19

// significant returns the number of digits after the leading zeros.
func significant(number []byte) (n int) {
	for _, c := range number {
		switch {
		case c|0x20 == 'e':
			return n
		case c == '0' && n == 0, c-'0' > 9:
		default:
			n++
		}
	}
	return n
}

// scanExponent reads an exponent after its e. Beyond what a float64 can use its
// value is some large one.
func scanExponent(b []byte) (e, length int) {
	i := 0
	negative := false
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		negative = b[i] == '-'
		i++
	}
	start := i
	for i < len(b) && b[i]-'0' <= 9 {
		if e < 1e6 {
			e = e*10 + int(b[i]-'0')
		}
		i++
	}
	if i == start {
		return 0, 0
	}
	if negative {
		e = -e
	}
	return e, i
}

// parseNumber reads a whole cell as a number.
func parseNumber(cell []byte) (x float64, ok bool) {
	x, n := scanNumber(cell)
	return x, n > 0 && n == len(cell)
}

// limit is the largest number that we accept. Beyond it squares, and sums of
// squares over all examples, may overflow in training.
func limit[T matrix.Float]() float64 {
	if _, single := any(T(0)).(float32); single {
		return 1e18
	}
	return 1e100
}

// isMissing reports whether a cell stands for a missing value.
func isMissing(cell []byte) bool {
	if len(cell) > 4 {
		return false
	}
	switch string(cell) {
	case "", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?", "-":
		return true
	}
	return false
}

// isInfinity reports whether a cell is a word for infinity.
func isInfinity(cell string) bool {
	switch strings.ToLower(strings.TrimLeft(cell, "+-")) {
	case "inf", "infinity", "∞":
		return true
	}
	return false
}

// isDecimalComma reports whether a cell is a number with a comma in the place
// of the decimal point.
func isDecimalComma(cell string) bool {
	return strings.Count(cell, ",") == 1 && isNumber(strings.Replace(cell, ",", ".", 1))
}

// hasCommas reports whether a cell is a number but for commas: decimal ones, or
// those between thousands, as in 1,234.5 and 1.234,5.
func hasCommas(cell string) bool {
	return strings.Contains(cell, ",") && isNumber(strings.NewReplacer(",", "", ".", "").Replace(cell))
}

func isNumber(cell string) bool {
	_, ok := parseNumber([]byte(cell))
	return ok
}

// dateLayouts are the dates and times of day that isDate knows.
var dateLayouts = []string{
	"2006-1-2", "2006/1/2", "2.1.2006", "1/2/2006", "2/1/2006", "2-1-2006", "1/2/06", "2/1/06",
	"2-Jan-2006", "2-Jan-06", "2 Jan 2006", "Jan 2, 2006", "2 January 2006", "January 2, 2006",
	"2006-1-2 15:04", "2006-1-2 15:04:05", "2006-1-2T15:04", "2006-1-2T15:04:05", time.RFC3339,
	"2006-1-2 15:04:05Z07:00", "2006/1/2 15:04", "2006/1/2 15:04:05", "2.1.2006 15:04", "2.1.2006 15:04:05",
	"1/2/2006 15:04", "1/2/2006 15:04:05", "2/1/2006 15:04", "1/2/2006 3:04 PM", "15:04", "15:04:05",
}

// isDate reports whether a cell is a date or a time of day.
func isDate(cell string) bool {
	if len(cell) < 4 || len(cell) > 35 || !strings.ContainsAny(cell, "0123456789") {
		return false
	}
	for _, layout := range dateLayouts {
		if _, err := time.Parse(layout, cell); err == nil {
			return true
		}
	}
	return false
}
