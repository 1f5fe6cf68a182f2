// Package distro compares the releases of Linux distributions, which are
// numbers or names, as they stand in tags of container images.
package distro

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// A Distro is the rules of one distribution. It must not be changed.
type Distro struct {
	Kind   string                      // for errors, with its article
	Names  map[string]string           // code names to numbers
	Stable func(numbers []string) bool // whether people should move to a release
}

// A release is a parsed tag.
type release struct {
	nums   []string
	named  bool   // written as a code name
	date   string // when the image was built
	suffix string
}

// tagExpr splits "24.04", "noble-20250404" and "12.5-slim".
var tagExpr = regexp.MustCompile(`^(\d{1,9}(?:\.\d{1,9}){0,2}|[a-z]+)(?:-(\d{8}(?:\.\d{1,9})?))?(?:-([a-z][a-z0-9.-]*))?$`)

// maxLength is the longest tag that a registry may have.
const maxLength = 128

func (d Distro) parse(v string) (r release, ok bool) {
	if len(v) > maxLength {
		return r, false
	}
	m := tagExpr.FindStringSubmatch(v)
	if m == nil {
		return r, false
	}
	r = release{date: m[2], suffix: m[3]}
	number := m[1]
	if name, ok := d.Names[number]; ok {
		number, r.named = name, true
	}
	r.nums = strings.Split(number, ".")
	return r, natural.IsNumber(r.nums[0])
}

// Valid reports whether v is a number, or a name that is known.
func (d Distro) Valid(v string) bool {
	_, ok := d.parse(v)
	return ok
}

// Compare orders by number, whether it is written as such or as a name, then by date.
func (d Distro) Compare(a, b string) int {
	x, okX := d.parse(a)
	y, okY := d.parse(b)
	switch {
	case okX && okY:
		return cmp.Or(natural.Lists(x.nums, y.nums), natural.Texts(x.date, y.date))
	case okX:
		return 1
	case okY:
		return -1
	}
	return 0
}

// IsStable reports whether people should move to v.
func (d Distro) IsStable(v string) bool {
	r, ok := d.parse(v)
	return ok && d.Stable(r.nums)
}

// Parts returns the numbers of v, also if it is written as a name.
func (d Distro) Parts(v string) versioning.Parts {
	r, ok := d.parse(v)
	if !ok {
		r.nums = nil
	}
	return versioning.Parts{
		Major: natural.Int(r.nums, 0),
		Minor: natural.Int(r.nums, 1),
		Patch: natural.Int(r.nums, 2),
	}
}

// Compatible reports whether both are written alike: name or number, with or without a date,
// the same suffix.
func (d Distro) Compatible(from, to string) bool {
	x, okX := d.parse(from)
	y, okY := d.parse(to)
	return okX && okY && x.named == y.named && (x.date == "") == (y.date == "") && x.suffix == y.suffix &&
		(x.named || len(x.nums) == len(y.nums))
}
