package plan

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/versioning"
)

// A Need is what a release needs of its surroundings, or why that is not known.
type Need struct {
	Requires map[string][]string
	Err      error
}

// A target is what the surroundings of a dependency are to be.
type target struct {
	constraint string
	at         string // where that is written
}

// targets returns what constraints says, and below it what the dependency's file does.
func (c *chooser) targets() map[string]target {
	out := make(map[string]target)
	for name, text := range c.d.Dep.Constraints {
		out[name] = target{strings.TrimSpace(text), c.d.Path}
	}
	at := c.d.Settings.Origin("constraints").String()
	for name, v := range c.d.Settings.Object("constraints") {
		if text, ok := v.(string); ok && text != "" {
			out[name] = target{text, at}
		}
	}
	return out
}

// native are the schemes by which what a constraint is on counts its own versions.
var native = map[string]string{
	"%goMod": "npm", "dart": "npm", "flutter": "npm", "kubernetes": "helm", "node": "npm", "php": "composer", "python": "poetry",
	"ruby": "ruby", "rubygems": "ruby", "rust": "cargo",
}

// unfit returns the filter of constraintsFiltering: it drops releases that do not fit all surroundings that
// the repository is for. nil where that is not wanted.
func (c *chooser) unfit() func(datasources.Release) string {
	s := c.d.Settings
	targets := c.targets()
	if s.String("constraintsFiltering") != "strict" || len(targets) == 0 || c.d.Datasource == "kubernetes-api" {
		return nil
	}
	names := slices.Sorted(maps.Keys(targets))
	said := make(map[string]bool)
	return func(r datasources.Release) string {
		needs, why := c.needs(r)
		for _, name := range names {
			any := needs[name]
			if why != "" || len(any) == 0 {
				continue
			}
			fits, err := c.fits(name, targets[name].constraint, any)
			switch {
			case err != nil && !said[name]:
				said[name] = true
				c.say(CodeInvalid, s.Origin("constraints"), "constraintsFiltering cannot compare %s: %v", name, err)
			case err == nil && !fits:
				why = fmt.Sprintf("it needs %s %s, and the repository is for %q (%s)", name, strings.Join(any, " or "), targets[name].constraint, targets[name].at)
			}
		}
		return why
	}
}

// needs returns what r needs, or why it must be left out.
func (c *chooser) needs(r datasources.Release) (map[string][]string, string) {
	if !c.Sources[c.d.Datasource].Requirer {
		return r.Requires, ""
	}
	q := DigestQuery{Query: c.query, Version: r.Version}
	q.Package = cmp.Or(r.Package, q.Package)
	need, ok := c.facts.Needs[q]
	switch {
	case !ok:
		c.wanted = append(c.wanted, q)
	case errors.Is(need.Err, datasources.ErrNotFound):
		return nil, "the registry does not have what says what it needs"
	case need.Err != nil:
		c.doubt(CodeLookupFailed, config.Origin{}, "what %s needs is not known: %v", r.Version, need.Err)
	}
	return need.Requires, ""
}

// fits reports whether surroundings that a constraint describes satisfy one of needs. It compares by the first of the
// schemes that reads both: that of what the constraint is on, and the dependency's own. The error means that none reads the constraint.
func (c *chooser) fits(name, constraint string, needs []string) (bool, error) {
	schemes := []string{native[name], c.d.Versioning}
	if configured, ok := c.d.Settings.Object("constraintsVersioning")[name].(string); ok {
		schemes = []string{configured}
	}
	var unread error
	read := false
	for _, scheme := range schemes {
		if scheme == "" {
			continue
		}
		s, err := c.Schemes(scheme)
		if err == nil {
			_, err = s.Constraint(constraint)
		}
		if err != nil {
			unread = cmp.Or(unread, fmt.Errorf("%s: %w", scheme, err))
			continue
		}
		read = true
		known := slices.DeleteFunc(slices.Clone(needs), func(need string) bool { _, err := s.Constraint(need); return err != nil })
		if len(known) > 0 {
			return slices.ContainsFunc(known, func(need string) bool { return satisfies(s, constraint, need) }), nil
		}
	}
	if read {
		return false, nil // nobody knows what the release needs
	}
	return false, unread
}

// satisfies follows Renovate: a range must be within what is needed; a single version must match it, on
// either side. Both can be read.
func satisfies(s versioning.Scheme, constraint, need string) bool {
	own, err := s.Constraint(constraint)
	needed, err2 := s.Constraint(need)
	if err != nil || err2 != nil {
		return false
	}
	if constraint == need || s.Valid(constraint) && needed.Matches(constraint) || s.Valid(need) && own.Matches(need) {
		return true
	}
	within, err := versioning.Within(s, constraint, need)
	return err == nil && within
}
