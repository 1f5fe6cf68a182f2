// Package docker defines versions as they stand in tags of container images:
// numbers with dots, and after a hyphen a suffix that names a variant.
package docker

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// Scheme holds tags to be of one line if they have the same suffix and as many
// numbers: from "3.12-slim" only "3.13-slim" and the like are updates.
type Scheme struct{}

// A tag is a parsed tag.
type tag struct {
	nums   []string
	pre    string // directly after the numbers, such as "rc1" in "3.13rc1"
	suffix string // after the hyphen
	kind   kind
}

// A kind keeps dates and times apart from versions.
type kind int

const (
	number  kind = iota
	day          // 20240131
	seconds      // 20240131235959
	dashed       // 2024-01-31
)

// dateExpr is what a tag with a dashed date is like.
var dateExpr = regexp.MustCompile(`^v?(\d{4})-(\d{2})-(\d{2})(?:-(.*))?$`)

// maxLength is the longest tag that a registry may have.
const maxLength = 128

// Characters of tags.
const (
	digits = "0123456789"
	hex    = digits + "abcdef"
	word   = digits + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
)

func parse(text string) (t tag, ok bool) {
	if len(text) > maxLength || isCommit(text) {
		return t, false
	}
	head, suffix, hyphen := strings.Cut(strings.TrimPrefix(text, "v"), "-")
	if hyphen && len(head) == 4 {
		if m := dateExpr.FindStringSubmatch(text); m != nil && isTime("20060102", m[1]+m[2]+m[3]) {
			return tag{nums: m[1:4], suffix: m[4], kind: dashed}, true
		}
	}
	t = tag{pre: strings.TrimLeft(head, digits+"."), suffix: suffix}
	head = strings.TrimSuffix(head, t.pre)
	t.nums = strings.Split(head, ".")
	if slices.Contains(t.nums, "") || strings.Trim(t.pre, word) != "" || strings.Contains(suffix, "\n") {
		return tag{}, false
	}
	if len(t.nums) == 1 && isTime("20060102", head) {
		t.kind = day
	}
	if len(t.nums) == 1 && isTime("20060102150405", head) {
		t.kind = seconds
	}
	return t, true
}

// isCommit reports whether text looks like the name of a commit.
func isCommit(text string) bool {
	return len(text) >= 7 && len(text) <= 40 && strings.Trim(text, hex) == "" && !natural.IsNumber(text)
}

// isTime reports whether text is a time since 1990.
func isTime(layout, text string) bool {
	if len(text) != len(layout) {
		return false
	}
	at, err := time.Parse(layout, text)
	return err == nil && at.Year() >= 1990 && at.Year() < 2100
}

// Valid reports whether v begins with a number. What looks like a commit does not count.
func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

// Compare orders by numbers, a shorter tag above the longer ones it stands for: "2.1" moves on
// when 2.1.1 is released. Suffixes only keep the order total.
func (Scheme) Compare(a, b string) int {
	return versioning.Order(a, b, parse, compare)
}

func compare(x, y tag) int {
	for i := range min(len(x.nums), len(y.nums)) {
		if c := natural.Numbers(x.nums[i], y.nums[i]); c != 0 {
			return c
		}
	}
	return cmp.Or(
		cmp.Compare(len(y.nums), len(x.nums)),
		comparePre(x.pre, y.pre),
		natural.Texts(x.suffix, y.suffix),
	)
}

// comparePre puts a prerelease before the release.
func comparePre(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(b), len(a))
	}
	return natural.Texts(a, b)
}

// Stable reports whether nothing such as "rc1" follows the numbers. A suffix
// does not make a tag unstable, because only tags with the same suffix are offered.
func (Scheme) Stable(v string) bool {
	t, ok := parse(v)
	return ok && t.pre == ""
}

func (Scheme) Parts(v string) versioning.Parts {
	t, _ := parse(v)
	return versioning.Parts{
		Major: natural.Int(t.nums, 0),
		Minor: natural.Int(t.nums, 1),
		Patch: natural.Int(t.nums, 2),
	}
}

func (Scheme) Compatible(from, to string) bool {
	x, okX := parse(from)
	y, okY := parse(to)
	return okX && okY && x.suffix == y.suffix && len(x.nums) == len(y.nums) && x.kind == y.kind
}

// Constraint reads a tag.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	return versioning.Single(s, "a tag that begins with a version", text)
}
