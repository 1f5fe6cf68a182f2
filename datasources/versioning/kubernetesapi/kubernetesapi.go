// Package kubernetesapi defines the versions of Kubernetes' APIs, such as
// "apps/v1" and "v2beta1".
package kubernetesapi

import (
	"cmp"
	"regexp"

	"github.com/currant-bot/currant/datasources/kubernetesapi/apis"
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// Scheme holds versions of the same group to be of one line, and those of groups that kinds moved to.
type Scheme struct{}

type parsed struct{ group, major, phase, num string }

// versionExpr is what Kubernetes documents at
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning.
var versionExpr = regexp.MustCompile(`^(?:([a-z0-9.-]{1,253})/)?v(\d{1,18})(?:(alpha|beta)(\d{1,18})?)?$`)

func parse(v string) (p parsed, ok bool) {
	m := versionExpr.FindStringSubmatch(v)
	if m == nil {
		return p, false
	}
	return parsed{m[1], m[2], m[3], m[4]}, true
}

func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

// Compare orders by number, then alpha before beta before neither. Of the group only its age counts, as
// some kinds have moved to another group with the version unchanged.
func (Scheme) Compare(a, b string) int {
	return versioning.Order(a, b, parse, func(x, y parsed) int {
		return cmp.Or(natural.Numbers(x.major, y.major), cmp.Compare(x.rank(), y.rank()), natural.Numbers(x.num, y.num), cmp.Compare(apis.Age(x.group), apis.Age(y.group)))
	})
}

func (p parsed) rank() int {
	switch p.phase {
	case "alpha":
		return 1
	case "beta":
		return 2
	}
	return 3
}

func (Scheme) Stable(v string) bool {
	p, ok := parse(v)
	return ok && p.phase == ""
}

func (Scheme) Parts(v string) versioning.Parts {
	major := int64(-1)
	if p, ok := parse(v); ok {
		major = natural.Int([]string{p.major}, 0)
	}
	return versioning.Parts{Major: major, Minor: -1, Patch: -1}
}

func (Scheme) Compatible(from, to string) bool {
	x, okX := parse(from)
	y, okY := parse(to)
	return okX && okY && (x.group == y.group || apis.Succeeds(x.group, y.group))
}

// Constraint reads a version.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	return versioning.Single(s, "a Kubernetes API version such as apps/v1", text)
}
