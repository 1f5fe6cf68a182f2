package brackets

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// numbers returns the numbers that v begins with.
func numbers(v string) (list []int64) {
	m := leading.FindStringSubmatch(v)
	if m == nil {
		return nil
	}
	for _, text := range strings.Split(m[2], ".") {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n == math.MaxInt64 {
			return nil
		}
		list = append(list, n)
	}
	return list
}

func join(list []int64) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(texts, ".")
}

// step returns the upper bound above to that has as many numbers as the old one, and the lower
// bound below to. shift reports whether the old bounds are one step apart, as in
// "[1.3,1.4)", so that both move.
func step(lower, upper, to string) (next, floor string, shift bool) {
	high, target, low := numbers(upper), numbers(to), numbers(lower)
	if high == nil || target == nil {
		return upper, lower, false
	}
	at := len(high) - 1 // the last number that is not 0
	for at > 0 && high[at] == 0 {
		at--
	}
	if len(low) == len(high) {
		raised := slices.Clone(low[:at+1])
		raised[at]++
		shift = slices.Equal(raised, high[:at+1]) && !slices.ContainsFunc(append(low[at+1:len(low):len(low)], high[at+1:]...), func(n int64) bool { return n != 0 })
	}
	if target[0] != high[0] {
		at = 0
	}
	pad := func(n int) []int64 {
		out := make([]int64, n)
		copy(out, target[:min(len(target), at+1)])
		return out
	}
	up := pad(len(high))
	up[at]++
	floor = lower
	if len(low) > 0 {
		floor = join(pad(max(len(low), at+1)))
	}
	return join(up), floor, shift
}
