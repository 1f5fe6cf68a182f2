package plan

import (
	"slices"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/versioning"
)

// rollback offers to go back where the version in use is no longer listed and rollbackPrs says so: to the
// highest one below it that is as stable. It reports whether it did.
func (c *chooser) rollback() bool {
	exact := c.constraint.Exact()
	if !c.d.Settings.Bool("rollbackPrs") || exact == "" || !c.scheme.Valid(exact) {
		return false
	}
	if slices.ContainsFunc(c.releases, func(r datasources.Release) bool { return c.scheme.Compare(r.Version, exact) == 0 }) {
		return false
	}
	for _, r := range slices.Backward(c.releases) {
		if c.scheme.Compare(r.Version, exact) >= 0 || r.Withdrawn != "" || !c.scheme.Compatible(exact, r.Version) {
			continue
		}
		if c.scheme.Stable(exact) && (!c.scheme.Stable(r.Version) || r.Unstable) {
			continue
		}
		value, err := c.constraint.Update(exact, r.Version, versioning.Pin)
		if value = c.whole(value); err != nil || value == c.d.Value() {
			continue
		}
		c.d.Current = exact
		c.say(CodeCandidate, config.Origin{}, "%s is no longer listed, and %s is the highest below it", exact, r.Version)
		c.addPlain(Update{Type: "rollback", Value: value, Version: r.Version, Bucket: "rollback", Release: r})
		return true
	}
	return false
}
