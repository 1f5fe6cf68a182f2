// Package natural compares numbers of any length and texts with numbers in them.
package natural

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// Numbers compares decimal numbers without regard to leading zeros. "" is 0.
func Numbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// Lists compares lists of numbers from the left; numbers that one list does not have are 0.
func Lists(a, b []string) int {
	for i := range max(len(a), len(b)) {
		if c := Numbers(at(a, i), at(b, i)); c != 0 {
			return c
		}
	}
	return 0
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// Int returns the i-th number, the greatest int64 if it is greater, -1 if there is none.
func Int(list []string, i int) int64 {
	if i >= len(list) {
		return -1
	}
	n, err := strconv.ParseInt(list[i], 10, 64)
	if err != nil {
		return math.MaxInt64
	}
	return n
}

// Identifiers compares dotted identifiers as Semantic Versioning orders prereleases:
// numbers by value and before others, those by their bytes, fewer before more.
func Identifiers(a, b string) int {
	xs, ys := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(xs), len(ys)) {
		if c := identifier(xs[i], ys[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(xs), len(ys))
}

func identifier(a, b string) int {
	switch numA, numB := IsNumber(a), IsNumber(b); {
	case numA && numB:
		return Numbers(a, b)
	case numA:
		return -1
	case numB:
		return 1
	}
	return strings.Compare(a, b)
}

// IsNumber reports whether s is decimal digits, at least one.
func IsNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// Texts compares texts piece by piece: runs of digits by value, others by their bytes in lower case,
// digits before others.
func Texts(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a = cut(a)
		y, b = cut(b)
		if c := identifier(strings.ToLower(x), strings.ToLower(y)); c != 0 {
			return c
		}
	}
	return cmp.Compare(min(len(a), 1), min(len(b), 1))
}

// cut cuts the first run of digits or of other bytes off s.
func cut(s string) (piece, rest string) {
	isDigit := func(i int) bool { return '0' <= s[i] && s[i] <= '9' }
	n := 1
	for n < len(s) && isDigit(n) == isDigit(0) {
		n++
	}
	return s[:n], s[n:]
}
