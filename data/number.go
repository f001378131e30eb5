package data

import (
	"strconv"
	"strings"
	"time"

	"gradlab/matrix"
)

// pow10 are the powers of ten that float64 holds exactly.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// scanNumber reads the decimal number at the start of b and returns it with its
// length, which is 0 if there is none. The number is that of
// strconv.ParseFloat(s, 64), infinite where it is out of range. Forms that only
// programs write (hexadecimal, underscores, "Infinity") are not numbers here.
func scanNumber(b []byte) (x float64, length int) {
	i := 0
	negative := false
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		negative = b[i] == '-'
		i++
	}
	start := i
	var mantissa uint64 // right for at most 19 digits
	for i < len(b) && b[i]-'0' <= 9 {
		mantissa = mantissa*10 + uint64(b[i]-'0')
		i++
	}
	digits, exponent := i-start, 0
	if i < len(b) && b[i] == '.' {
		i++
		start = i
		for i < len(b) && b[i]-'0' <= 9 {
			mantissa = mantissa*10 + uint64(b[i]-'0')
			i++
		}
		digits += i - start
		exponent = start - i
	}
	if digits == 0 {
		return 0, 0
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		e, n := scanExponent(b[i+1:])
		if n > 0 {
			i += 1 + n
			exponent += e
		}
	}
	if digits > 19 || mantissa >= 1<<53 || exponent < -22 || exponent > 22 {
		x, _ = strconv.ParseFloat(string(b[:i]), 64) // ±Inf with an error, which the limits catch
		return x, i
	}
	// Both operands are exact, so the one rounding is that of the result.
	x = float64(mantissa)
	if exponent < 0 {
		x /= pow10[-exponent]
	} else {
		x *= pow10[exponent]
	}
	if negative {
		x = -x
	}
	return x, i
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
