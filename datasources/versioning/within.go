package versioning

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Within reports whether every stable version that the constraint inner admits is admitted by outer; both are of
// scheme s, and given as written. It looks at the versions around each number in
// either: between two of these a constraint does not begin or end.
func Within(s Scheme, inner, outer string) (bool, error) {
	in, err := s.Constraint(inner)
	if err != nil {
		return false, err
	}
	out, err := s.Constraint(outer)
	if err != nil {
		return false, err
	}
	found := false
	for _, v := range probes(inner + " " + outer) {
		if !in.Matches(v) {
			continue
		}
		if found = true; !out.Matches(v) {
			return false, nil
		}
	}
	return found, nil
}

var numbered = regexp.MustCompile(`\d+(\.\d+){0,2}`)

// far is above any part of a version that people write into a constraint.
const far = 999_999

// probes returns versions at, just below and just above each place where a
// constraint that is made of the numbers in text can begin or end.
func probes(text string) []string {
	bounds := [][3]int{{}, {far, 0, 0}}
	for _, m := range numbered.FindAllString(text, 64) {
		v, n := [3]int{}, 0
		for part := range strings.SplitSeq(m, ".") {
			v[n], _ = strconv.Atoi(part)
			n++
		}
		bounds = append(bounds, v, [3]int{v[0], v[1], v[2] + 1}, [3]int{v[0], v[1] + 1}, [3]int{v[0] + 1})
	}
	var all [][3]int
	for _, b := range bounds {
		all = append(all, b, [3]int{b[0], b[1], b[2] + 1})
		switch {
		case b[2] > 0:
			all = append(all, [3]int{b[0], b[1], b[2] - 1})
		case b[1] > 0:
			all = append(all, [3]int{b[0], b[1] - 1, far})
		case b[0] > 0:
			all = append(all, [3]int{b[0] - 1, far, far})
		}
	}
	slices.SortFunc(all, func(a, b [3]int) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]), cmp.Compare(a[2], b[2]))
	})
	var out []string
	for _, v := range slices.Compact(all) {
		out = append(out, fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]))
	}
	return out
}
