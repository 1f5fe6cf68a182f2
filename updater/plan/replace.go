package plan

import (
	"cmp"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources/versioning"
)

// replace offers the package that took the place of this one: what a rule says, else the
// registry. Other updates stay beside it.
func (c *chooser) replace() {
	name, version, origin, err := c.successor()
	switch {
	case err != nil:
		c.say(CodeInvalid, origin, "the replacement cannot be worked out: %v", err)
		return
	case name == "" || name == c.d.Package && (version == "" || version == c.d.Value()):
		return
	}
	u := Update{Type: "replacement", Name: name, Value: c.succeeding(version), Bucket: "replacement"}
	if name == c.d.Package {
		u.Name = ""
	}
	u.Settings = c.settings(u)
	u.AsAlias = u.Name != "" && u.Settings.String("replacementApproach") == "alias" && c.d.Datasource == "npm" && c.d.Dep.Package == ""
	if c.d.Dep.Digest.Text != "" || len(c.d.Dep.Pin) > 0 && c.d.Settings.Bool("pinDigests") {
		digest, ok := c.digestOf(name, u.Value)
		if !ok {
			return // it is not known yet, or there is none
		}
		u.Digest = short(digest, c.d.Dep.Digest.Text)
	}
	u.Reasons = append(u.Reasons, reason(CodeReplaced, origin, "%s takes the place of %s", strings.TrimSpace(name+" "+version), c.d.Package))
	c.add(u)
}

// successor returns what is to take the dependency's place, and who says so.
func (c *chooser) successor() (name, version string, origin config.Origin, err error) {
	s := c.d.Settings
	f := fields(c.World, Member{Decision: &c.d, Update: Update{Settings: s}})
	version, origin = s.String("replacementVersion"), s.Origin("replacementVersion")
	if t := s.String("replacementVersionTemplate"); version == "" && t != "" {
		origin = s.Origin("replacementVersionTemplate")
		if version, err = render(t, f); err != nil {
			return "", "", origin, err
		}
	}
	if name = s.String("replacementName"); name != "" {
		return name, version, s.Origin("replacementName"), nil
	}
	if ruled(s, "replacementNameTemplate") || version != "" {
		if ruled(s, "replacementNameTemplate") {
			origin = s.Origin("replacementNameTemplate")
		}
		name, err = render(cmp.Or(s.String("replacementNameTemplate"), "{{{packageName}}}"), f)
		return strings.TrimSpace(name), version, origin, err
	}
	if r := c.listing.Replacement; r != "" {
		return r, c.listing.ReplacementVersion, config.Origin{File: "the registry"}, nil
	}
	return "", "", origin, nil
}

// succeeding returns the value with a replacement's version in it.
func (c *chooser) succeeding(version string) string {
	if version == "" || c.constraint == nil {
		return cmp.Or(version, c.d.Value())
	}
	value, err := c.constraint.Update(c.d.Current, version, versioning.Replace)
	if err != nil {
		return version
	}
	return c.whole(value)
}
