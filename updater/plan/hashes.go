package plan

import (
	"cmp"

	"github.com/currant-bot/currant/config"
)

// hashesOf returns the question for the hashes of u.
func (c *chooser) hashesOf(u Update) DigestQuery {
	q := DigestQuery{Query: c.query, Version: u.Version, File: c.d.Dep.Hashes.Of(u.Value)}
	if u.Name != "" {
		q.Package = u.Name
	}
	return q
}

// hashes completes the updates of a dependency with hashes of what is downloaded. One whose hashes are not
// known is not proposed: with the old ones, it would not install.
func (c *chooser) hashes() {
	h := c.d.Dep.Hashes
	if h.IsZero() {
		return
	}
	var kept []Update
	for _, u := range c.d.Updates {
		if u.Value == c.d.Value() && u.Name == "" {
			kept = append(kept, u)
			continue
		}
		q := c.hashesOf(u)
		constraint, err := c.scheme.Constraint(u.Value)
		if err != nil || constraint.Exact() == "" {
			c.say(CodeCandidate, config.Origin{}, "%s: there are no hashes for what is no exact version", cmp.Or(u.Value, "no version"))
			continue
		}
		fact, asked := c.facts.Digests[q]
		switch {
		case !asked:
			c.missing = append(c.missing, q)
			continue
		case fact.Err != nil:
			c.d.Facts = Failed
			c.say(CodeLookupFailed, config.Origin{}, "asking for the hashes of %s: %v", u.Version, fact.Err)
		case len(fact.Hashes) == 0:
			c.say(CodeCandidate, config.Origin{}, "%s: its hashes, which are to change with the version, are not published", u.Version)
		default:
			u.Hashes = fact.Hashes
			kept = append(kept, u)
		}
	}
	if c.d.Updates = kept; c.d.Facts != Complete {
		c.d.Updates = nil
	}
}
