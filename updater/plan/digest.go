package plan

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
)

// digests decides about pinned digests: a version update takes the digest of its
// version along, and a tag that moved is an update of its own.
func (c *chooser) digests() {
	has := c.d.Dep.Digest.Text != ""
	pinning := !has && len(c.d.Dep.Pin) > 0 && c.d.Settings.Bool("pinDigests")
	if !has && !pinning {
		return
	}
	var kept []Update
	for _, u := range c.d.Updates {
		digest, ok := c.digest(u.Value, u.Release)
		if !ok {
			continue // it is not known yet or cannot be known: a new version with an old digest would be wrong
		}
		u.Digest = short(digest, c.d.Dep.Digest.Text)
		kept = append(kept, u)
	}
	c.d.Updates = kept
	digest, ok := c.digest(c.d.Value(), c.release(c.d.Value()))
	if c.d.Facts != Complete {
		c.d.Updates = nil // half of what is to be known changes nothing
		return
	}
	if !ok || pinning && slices.ContainsFunc(kept, func(u Update) bool { return u.Type == "pin" }) {
		return // a pin takes the digest along
	}
	digest = short(digest, c.d.Dep.Digest.Text)
	kind := "digest"
	switch {
	case pinning:
		kind = "pinDigest"
	case digest == c.d.Dep.Digest.Text:
		c.say(CodeUpToDate, config.Origin{}, "the digest is the one that %s has now", orDefault(c.d.Value()))
		return
	}
	u := Update{Type: kind, Value: c.d.Value(), Version: c.d.Current, Digest: digest, Bucket: kind}
	u.Settings = c.settings(u)
	if kind == "digest" || c.d.Current != "" { // a digest for what has no version only writes down what is in use
		u.State, u.NotBefore, u.Reasons = age(u.Settings, c.aged(), c.Now)
	}
	if u.State == Waiting && u.Settings.String("internalChecksFilter") == "none" {
		u.State, u.Early = Ready, true
	}
	c.add(u)
}

// aged returns the release by whose age a digest of the current value is judged: the
// value itself if it is listed, else the version that it stands for.
func (c *chooser) aged() datasources.Release {
	if r := c.release(c.d.Value()); r.Version != "" {
		return r
	}
	if r := c.currentRelease(); r.Version != "" {
		return r
	}
	return datasources.Release{Version: orDefault(c.d.Value())}
}

func orDefault(version string) string {
	if version == "" {
		return "the default version"
	}
	return version
}

// short cuts a commit to the length in which the file writes it.
func short(digest, like string) string {
	if like != "" && len(like) < len(digest) && !strings.Contains(like, ":") {
		return digest[:len(like)]
	}
	return digest
}

// release returns the listed release whose name is exactly version.
func (c *chooser) release(version string) datasources.Release {
	for _, r := range c.listing.Releases {
		if r.Version == version {
			return r
		}
	}
	return datasources.Release{}
}

// digest returns the digest of a version: what the listing says, else what the
// registry answered. ok is false if it is not known (yet).
func (c *chooser) digest(value string, r datasources.Release) (digest string, ok bool) {
	if exact := c.release(value); exact.Digest != "" {
		return exact.Digest, true
	}
	if r.Digest != "" {
		return r.Digest, true
	}
	return c.digestAt(c.query, value)
}

// digestOf returns the digest of a version of another package of the same registry.
func (c *chooser) digestOf(pkg, value string) (digest string, ok bool) {
	q := c.query
	q.Package = pkg
	return c.digestAt(q, value)
}

// lacks says what u's version is known not to have that the dependency needs, so that another is to be
// looked for: the image for a platform, or hashes. It is "" if there is nothing, or it is not known yet.
func (c *chooser) lacks(u Update) string {
	if c.d.Dep.Digest.Text != "" {
		if fact := c.facts.Digests[c.asking(c.query, u.Value)]; fact.Why != "" {
			return "the pinned digest is that of the image for " + fact.Platform + ", and " + fact.Why
		}
	}
	if h := c.d.Dep.Hashes; !h.IsZero() {
		if fact, asked := c.facts.Digests[c.hashesOf(u)]; asked && fact.Err == nil && len(fact.Hashes) == 0 {
			return "its hashes, which are to change with the version, are not published"
		}
	}
	return ""
}

// asking returns the question for the digest of a version.
func (c *chooser) asking(query datasources.Query, value string) DigestQuery {
	q := DigestQuery{Query: query, Version: value}
	if pinned := c.d.Dep.Digest.Text; strings.Contains(pinned, ":") {
		q.Pinned = pinned
		if query.Package != c.query.Package {
			q.Of = c.query.Package
		}
	}
	return q
}

func (c *chooser) digestAt(query datasources.Query, value string) (digest string, ok bool) {
	q := c.asking(query, value)
	fact, asked := c.facts.Digests[q]
	switch {
	case !asked:
		c.missing = append(c.missing, q)
		return "", false
	case fact.Err != nil:
		c.d.Facts = Failed
		c.say(CodeLookupFailed, config.Origin{}, "asking for the digest of %s: %v", orDefault(value), fact.Err)
		return "", false
	}
	switch {
	case fact.Digest == "" && fact.Platform != "":
		c.say(CodeCandidate, config.Origin{}, "%s: the pinned digest is that of the image for %s, and %s", orDefault(value), fact.Platform, fact.Why)
	case fact.Digest == "":
		c.say(CodeCandidate, config.Origin{}, "%s has no digest", orDefault(value))
	case fact.Gone:
		c.say(CodePlatform, config.Origin{}, "the registry no longer has the pinned digest, so the new one is that of %s for all platforms", orDefault(value))
	case fact.Platform != "":
		c.say(CodePlatform, config.Origin{}, "the pinned digest is that of the image for %s, so that of %s is its image for %s", fact.Platform, orDefault(value), fact.Platform)
	}
	return fact.Digest, fact.Digest != ""
}
