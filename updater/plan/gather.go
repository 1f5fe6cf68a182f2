package plan

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
)

// gather merges the answers of the dependency's registries as its datasource
// wants, and reports whether there is anything to decide on.
func (c *chooser) gather() bool {
	strategy := c.Sources[c.d.Datasource].Strategy
	var found []*datasources.Listing
	for _, q := range c.d.Queries {
		l, ok := c.facts.Listings[q]
		if !ok {
			l.Err = errors.New("it was not asked")
		}
		switch state := l.Completeness(); {
		case state == Absent:
			c.say(CodeNotFound, config.Origin{}, "%s has no %s", at(q), q.Package)
			continue
		case state == Failed:
			c.d.Facts = Failed
			c.say(CodeLookupFailed, config.Origin{}, "%v", l.Err)
			return false
		case state == Partial:
			c.d.Facts = Partial
			c.say(CodeLookupFailed, config.Origin{}, "%s did not list everything: %s", at(q), l.Partial)
			return false
		}
		c.say(CodeLookup, config.Origin{}, "its releases are listed at %s", at(q))
		c.say(CodeListed, config.Origin{}, "there are %d", len(l.Releases))
		if len(found) == 0 {
			c.query = q
		}
		found = append(found, l.Listing)
		if strategy == datasources.Hunt {
			break
		}
	}
	if len(found) == 0 {
		c.d.SkipCode, c.d.Facts = "no-result", Absent
		return false
	}
	c.listing = merged(found)
	return true
}

// at names where q is asked. The name of an image may begin with its registry.
func at(q datasources.Query) string {
	first, _, ok := strings.Cut(q.Package, "/")
	switch {
	case q.Registry == "":
		return datasources.Redact(q.Package)
	case q.Datasource == "docker" && ok && strings.ContainsAny(first, ".:"):
		return first
	}
	return datasources.Redact(q.Registry)
}

// merged unites listings; where two say different things the earlier one counts.
func merged(ls []*datasources.Listing) *datasources.Listing {
	if len(ls) == 1 {
		return ls[0]
	}
	out := *ls[0]
	out.Releases = slices.Clone(out.Releases)
	seen := make(map[string]bool)
	for _, r := range out.Releases {
		seen[r.Version] = true
	}
	for _, l := range ls[1:] {
		for _, r := range l.Releases {
			if !seen[r.Version] {
				seen[r.Version] = true
				out.Releases = append(out.Releases, r)
			}
		}
		out.SourceURL = cmp.Or(out.SourceURL, l.SourceURL)
		out.Homepage = cmp.Or(out.Homepage, l.Homepage)
	}
	return &out
}
