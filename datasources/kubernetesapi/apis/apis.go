// Package apis defines when versions of Kubernetes' APIs came and went, and what a manifest
// has to change for a newer one. The facts are in apis.yaml, each with its source.
package apis

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed apis.yaml
var facts []byte

// An API is what some kinds of a component have in common. It must not be modified.
type API struct {
	Component string `yaml:"-"` // what serves it, as in constraints: "kubernetes", "flux"
	Title     string `yaml:"-"` // the component's name for people
	Source    string // where the facts are from
	Kinds     []string
	Always    bool      // Renovate lists these kinds whatever their version
	Versions  []Version // oldest first
	Changes   []Change
}

// A Version is one version of an API, such as "apps/v1". Since and so on are versions of the component; "" if unknown
// or not yet.
type Version struct{ API, Since, Deprecated, Removed string }

// A Change is what a manifest has to change that comes from before version To. One of Rename, Add, Drop and
// Person is set.
type Change struct {
	To string
	At string // where the mapping is: keys with "." between them, "[]" for each element of a list

	Rename string
	As     string // a path: a value may move
	AsText string `yaml:"asText"` // the same for a value that is no number; "" if it is As

	Add   string
	Value string
	After string // the key that it is written after

	Drop string

	Person  string
	Key     string // Person is meant if there is this key,
	Require string // or if there is not,
	Empty   string // or if its value is an empty mapping,
	Zero    string // or 0
}

// all returns the APIs of each kind. It is parsed once, and is part of the program: a mistake in it is found by
// tests.
var all = sync.OnceValue(func() map[string][]*API {
	byKind, err := parse(facts)
	if err != nil {
		panic(err)
	}
	return byKind
})

func parse(data []byte) (map[string][]*API, error) {
	var components []struct {
		Component, Title, Source string
		APIs                     []*API `yaml:"apis"`
	}
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	dec.KnownFields(true)
	if err := dec.Decode(&components); err != nil {
		return nil, fmt.Errorf("reading facts about Kubernetes' APIs: %w", err)
	}
	byKind := make(map[string][]*API)
	for _, c := range components {
		for _, a := range c.APIs {
			a.Component, a.Title = c.Component, c.Title
			if a.Source == "" {
				a.Source = c.Source
			}
			for _, kind := range a.Kinds {
				byKind[kind] = append(byKind[kind], a)
			}
		}
	}
	return byKind, nil
}

// Kind returns the APIs that have a kind of this name.
func Kind(kind string) []*API { return all()[kind] }

// Of returns the API that serves kind as version, which may be one that is not listed of a group
// that is. ok is false if none does.
func Of(kind, version string) (api *API, ok bool) {
	for _, a := range all()[kind] {
		if slices.ContainsFunc(a.Versions, func(v Version) bool { return Group(v.API) == Group(version) }) {
			return a, true
		}
	}
	return nil, false
}

// Index returns the place of a version in a.Versions; -1 if it is not listed.
func (a *API) Index(version string) int {
	return slices.IndexFunc(a.Versions, func(v Version) bool { return v.API == version })
}

// Later returns the versions that came after version, oldest first; nil if that is not listed.
func (a *API) Later(version string) []Version {
	i := a.Index(version)
	if i < 0 {
		return nil
	}
	return a.Versions[i+1:]
}

// Until returns the changes for a manifest of version from to become one of version to.
func (a *API) Until(from, to string) []Change {
	var out []Change
	first, last := a.Index(from), a.Index(to)
	for _, c := range a.Changes {
		if i := a.Index(c.To); first < i && i <= last {
			out = append(out, c)
		}
	}
	return out
}

// Fate says for people what became of v.
func (a *API) Fate(v Version) string {
	var parts []string
	if v.Deprecated != "" {
		parts = append(parts, "is deprecated since "+a.Title+" "+v.Deprecated)
	}
	if v.Removed != "" {
		parts = append(parts, "is no longer served from "+a.Title+" "+v.Removed+" on")
	}
	return strings.Join(parts, " and ")
}

// Group returns the group of an API version: "apps" of "apps/v1", "" of "v1".
func Group(version string) string {
	group, _, ok := strings.Cut(version, "/")
	if !ok {
		return ""
	}
	return group
}

// groups returns for each group those that kinds of it have moved to.
var groups = sync.OnceValue(func() map[string]map[string]bool {
	moved := make(map[string]map[string]bool)
	for _, list := range all() {
		for _, a := range list {
			for i, v := range a.Versions {
				for _, later := range a.Versions[i+1:] {
					from, to := Group(v.API), Group(later.API)
					if from != to {
						if moved[from] == nil {
							moved[from] = make(map[string]bool)
						}
						moved[from][to] = true
					}
				}
			}
		}
	}
	return moved
})

// Succeeds reports whether kinds of a group have moved to another one.
func Succeeds(from, to string) bool { return groups()[from][to] }

// Age orders groups: it is higher for one that kinds have moved to than for the one they came from.
func Age(group string) int {
	age := 0
	for from, to := range groups() {
		if to[group] {
			age = max(age, 1+Age(from))
		}
	}
	return age
}
