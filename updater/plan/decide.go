package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/versioning"
)

// Missing is what a decision still needs to know.
type Missing struct {
	Digests []DigestQuery
	Needs   []DigestQuery // of these versions, what they need
}

// None reports whether nothing is missing.
func (m Missing) None() bool { return len(m.Digests)+len(m.Needs) == 0 }

// Decide completes what [Ask] began. It returns one decision for each, and what
// it would need to know to be sure: when there is anything, it is to
// be called again with that answered.
func Decide(w World, asked []Decision, facts Facts) ([]Decision, Missing) {
	out := make([]Decision, len(asked))
	var missing Missing
	for i, d := range asked {
		c := &chooser{World: w, facts: facts, d: d}
		c.d.Reasons = slices.Clone(d.Reasons)
		if d.SkipCode == "" {
			c.choose()
		}
		out[i] = c.d
		missing.Digests = append(missing.Digests, c.missing...)
		missing.Needs = append(missing.Needs, c.wanted...)
	}
	missing.Digests, missing.Needs = distinct(missing.Digests), distinct(missing.Needs)
	return out, missing
}

func distinct[T comparable](in []T) []T {
	var out []T
	seen := make(map[T]bool)
	for _, x := range in {
		if !seen[x] {
			seen[x] = true
			out = append(out, x)
		}
	}
	return out
}

// A chooser decides about one dependency.
type chooser struct {
	World
	facts   Facts
	d       Decision
	missing []DigestQuery
	wanted  []DigestQuery // releases of which it is not known what they need

	listing    *datasources.Listing // of all registries that count
	query      datasources.Query    // the one that has the package, for digests
	scheme     versioning.Scheme
	value      string // the current one, without what versionCompatibility splits off
	line       line
	constraint versioning.Constraint
	releases   []datasources.Release // valid ones, lowest first
	mending    bool                  // vulnerabilityAlerts holds
}

func (c *chooser) say(code Code, origin config.Origin, format string, args ...any) {
	c.d.Reasons = append(c.d.Reasons, reason(code, origin, format, args...))
}

// doubt says why nothing can be known of newer versions now. What there is
// stays as it is.
func (c *chooser) doubt(code Code, origin config.Origin, format string, args ...any) {
	c.d.Facts = Failed
	c.say(code, origin, format, args...)
}

func (c *chooser) choose() {
	if !c.gather() {
		return
	}
	c.d.SourceURL, c.d.Homepage, c.d.Changelog = c.listing.SourceURL, c.listing.Homepage, c.listing.ChangelogURL
	c.d.Settings = c.Config.For(subject(c.World, c.d))
	c.d.SourceURL, c.d.SourceDir = c.d.Settings.Subject().SourceURL, c.listing.SourceDir
	if dir := c.d.Settings.String("sourceDirectory"); dir != "" {
		c.d.SourceDir = note(c.World, Member{Decision: &c.d, Update: Update{Settings: c.d.Settings}}, dir)
	}
	if !guarded(c.World, c.d) && c.disabled() {
		return
	}
	var err error
	if c.scheme, err = c.Schemes(c.d.Versioning); err != nil {
		c.doubt(CodeUnsupported, c.d.Settings.Origin("versioning"), "%v", err)
		return
	}
	if c.d.Value() != "" {
		if c.line, c.value, err = lineOf(c.d.Settings.String("versionCompatibility"), c.d.Value()); err != nil {
			c.doubt(CodeInvalid, c.d.Settings.Origin("versionCompatibility"), "versionCompatibility: %v", err)
			return
		}
		if c.constraint, err = c.scheme.Constraint(c.value); err != nil {
			c.d = c.d.skip("invalid-value", reason(CodeInvalid, config.Origin{}, "%v", err))
			return
		}
		c.versions()
	}
	if c.d.SkipCode == "" && !c.disabled() {
		c.warn()
		c.digests()
		if c.d.Facts == Complete && !c.mending {
			c.replace()
		}
		c.hashes()
		c.finish()
	}
}

// disabled reports whether configuration switches the dependency off.
func (c *chooser) disabled() bool {
	s := c.d.Settings
	if s.Bool("enabled") {
		return false
	}
	c.d = c.d.skip("disabled", reason(CodeDisabled, s.Origin("enabled"), "updates are switched off by enabled: false"))
	return true
}

// versions decides about newer versions.
func (c *chooser) versions() {
	if !c.usable() {
		return
	}
	if s := c.d.Settings; c.constraint.Exact() != "" && s.Value("updatePinnedDependencies") == false {
		c.d.Current = c.constraint.Exact()
		c.say(CodeDisabled, s.Origin("updatePinnedDependencies"), "it is pinned to %s, and updatePinnedDependencies is off", c.d.Current)
		return
	}
	if c.rollback() {
		return
	}
	strategy := c.strategy()
	c.d.Current = c.current(strategy)
	if c.d.Current == "" {
		c.d.Current = c.constraint.Exact()
	}
	if c.d.Current == "" {
		c.say(CodeInvalid, config.Origin{}, "no release matches %q, so there is nothing to compare with", c.d.Value())
		return
	}
	c.d.Settings = c.Config.For(subject(c.World, c.d))
	if c.weigh(); c.mend() || c.disabled() {
		return
	}
	if strategy == versioning.Pin && c.constraint.Exact() == "" {
		c.pin()
		strategy = versioning.Replace // beside the pin, newer versions keep the form of the range until it is merged
	}
	candidates, ok := c.candidates(strategy)
	if !ok {
		return
	}
	for _, b := range c.buckets(candidates) {
		c.update(b, strategy)
	}
	if len(c.d.Updates) == 0 && len(candidates) == 0 {
		c.say(CodeUpToDate, config.Origin{}, "%s is the newest release that may be used", c.d.Current)
	}
}

// usable fills releases with those that can be compared with the value.
func (c *chooser) usable() bool {
	extract, err := pattern(c.d.Settings.String("extractVersion"))
	if err != nil {
		c.doubt(CodeInvalid, c.d.Settings.Origin("extractVersion"), "extractVersion: %v", err)
		return false
	}
	seen := make(map[string]bool)
	for _, r := range c.listing.Releases {
		if extract != nil {
			if r.Version = submatch(extract, r.Version, "version"); r.Version == "" {
				continue
			}
		}
		if r.Version = c.line.version(r.Version); seen[r.Version] || !c.scheme.Valid(r.Version) {
			continue
		}
		seen[r.Version] = true
		c.releases = append(c.releases, r)
	}
	slices.SortStableFunc(c.releases, func(a, b datasources.Release) int { return c.scheme.Compare(a.Version, b.Version) })
	return true
}

// follows reports whether a lock file can be raised to what a range admits.
func (c *chooser) follows() bool {
	return c.d.Dep.Locked != "" && len(c.d.Dep.Locks) > 0 && !c.d.Settings.Bool("skipArtifactsUpdate") &&
		!slices.ContainsFunc(c.d.Dep.Locks, func(path string) bool { return c.lockable(path) != "" })
}

// followers are the managers whose ranges stay as they are while only the lock file follows, where
// rangeStrategy is auto: those of Renovate.
var followers = []string{"npm", "bun", "poetry", "cargo"}

// strategy resolves "auto": constraints stay as wide as their author made them.
func (c *chooser) strategy() versioning.Strategy {
	s := versioning.Strategy(cmp.Or(c.d.Settings.String("rangeStrategy"), string(versioning.Auto)))
	value := strings.TrimSpace(c.d.Value())
	several := (c.d.Manager == "npm" || c.d.Manager == "bun") && (strings.Contains(value, "||") || strings.Contains(value, " "))
	switch {
	case several && (s == versioning.Auto || s == versioning.Bump):
		return versioning.Widen // which of its parts would be raised is not clear
	case s != versioning.Auto:
		return s
	case (c.d.Manager == "npm" || c.d.Manager == "bun") && c.d.Dep.Kind == "peerDependencies":
		return versioning.Widen
	}
	if slices.Contains(followers, c.d.Manager) && c.follows() {
		return versioning.UpdateLockfile
	}
	return versioning.Replace
}

// current returns the version that is in use now, as far as can be known.
func (c *chooser) current(s versioning.Strategy) string {
	if s == versioning.UpdateLockfile && c.d.Dep.Locked != "" {
		return c.d.Dep.Locked
	}
	if v := c.constraint.Exact(); v != "" {
		return v
	}
	if c.d.Dep.Locked != "" && s == versioning.Pin {
		return c.d.Dep.Locked
	}
	var lowest, highest, withdrawn string
	for _, r := range c.releases {
		if !c.constraint.Matches(r.Version) {
			continue
		}
		if r.Withdrawn != "" {
			withdrawn = r.Version
			continue
		}
		if lowest == "" {
			lowest = r.Version
		}
		highest = r.Version
	}
	if s == versioning.Bump {
		return cmp.Or(lowest, withdrawn)
	}
	return cmp.Or(highest, withdrawn)
}

// pin offers to replace a range by the version in use.
func (c *chooser) pin() {
	value, err := c.constraint.Update(c.d.Current, c.d.Current, versioning.Pin)
	if value = c.whole(value); err != nil || value == c.d.Value() {
		return
	}
	c.addPlain(Update{Type: "pin", Value: value, Version: c.d.Current, Bucket: "pin"})
}

// buckets splits candidates into those that get a branch each.
func (c *chooser) buckets(candidates []datasources.Release) [][]datasources.Release {
	s := c.d.Settings
	index := make(map[string]int)
	var out [][]datasources.Release
	for _, r := range candidates {
		name := bucketOf(s, versioning.LevelOf(c.scheme, c.d.Current, r.Version), c.scheme.Parts(r.Version))
		i, ok := index[name]
		if !ok {
			i = len(out)
			index[name] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], r)
	}
	return out
}

// bucketOf follows the separate* options.
func bucketOf(s config.Settings, level versioning.Level, p versioning.Parts) string {
	switch {
	case !s.Bool("separateMajorMinor"):
		return "latest"
	case level == versioning.Major && s.Bool("separateMultipleMajor"):
		return fmt.Sprintf("v%d", p.Major)
	case level == versioning.Major:
		return "major"
	case level == versioning.Minor && s.Bool("separateMultipleMinor"):
		return fmt.Sprintf("v%d.%d", p.Major, p.Minor)
	case s.Bool("separateMinorPatch") && level == versioning.Minor:
		return "minor"
	case s.Bool("separateMinorPatch"):
		return "patch"
	}
	return "non-major"
}

// update offers the best release of a bucket: the highest that is old enough.
// If none is, internalChecksFilter says whether the highest waits or is proposed early.
func (c *chooser) update(bucket []datasources.Release, strategy versioning.Strategy) {
	offers := c.offers(bucket, strategy)
	if len(offers) == 0 {
		return
	}
	filter := c.d.Settings.String("internalChecksFilter")
	best := 0
	if filter != "none" {
		best = max(0, slices.IndexFunc(offers, func(u Update) bool { return u.State != Waiting }))
	}
	for _, u := range offers {
		c.until(u.NotBefore)
	}
	u := offers[best]
	for _, newer := range offers[:best] {
		u.Withheld = append([]string{newer.Version}, u.Withheld...)
		c.d.Reasons = append(c.d.Reasons, newer.Reasons...)
	}
	if u.State == Waiting && (filter == "none" || filter == "flexible") {
		u.State, u.Early = Ready, true
		u.Reasons = append(u.Reasons, reason(CodePending, u.Settings.Origin("internalChecksFilter"), "internalChecksFilter %s proposes it before that, and it does not merge before that", filter))
	}
	u.Between = c.between(u.Version)
	c.add(u)
}

// offers returns the updates that a bucket's releases would be, newest first, down to the first
// that is old enough.
func (c *chooser) offers(bucket []datasources.Release, strategy versioning.Strategy) []Update {
	var out []Update
	for _, r := range slices.Backward(bucket) {
		u, ok := c.offer(r, strategy)
		if !ok {
			continue
		}
		out = append(out, u)
		if u.State != Waiting {
			break
		}
	}
	return out
}

// offer returns the update to r. ok is false if the constraint would not change.
func (c *chooser) offer(r datasources.Release, strategy versioning.Strategy) (u Update, ok bool) {
	value, err := c.newValue(r.Version, strategy)
	if err != nil {
		c.say(CodeCandidate, config.Origin{}, "%s: %v", r.Version, err)
		return u, false
	}
	lockOnly := value == c.d.Value() && strategy == versioning.UpdateLockfile && c.follows() && c.scheme.Compare(r.Version, c.d.Dep.Locked) > 0
	if value == c.d.Value() && !lockOnly {
		c.say(CodeCandidate, config.Origin{}, "%s: %q admits it already", r.Version, value)
		return u, false
	}
	level := versioning.LevelOf(c.scheme, c.d.Current, r.Version)
	u = Update{Type: max(level, versioning.Patch).String(), Value: value, Version: r.Version, Release: r, LockOnly: lockOnly, Exact: c.exact(r.Version)}
	if c.d.Dep.Commit != "" && r.Digest != "" { // a commit that has no version, as before
		u.Type, u.Digest = "digest", short(r.Digest, c.d.Dep.Commit)
	}
	if r.Package != "" && r.Package != c.d.Package {
		u.Name = r.Package
	}
	if why := c.lacks(u); why != "" {
		c.say(CodeCandidate, config.Origin{}, "%s: %s", cmp.Or(value, r.Version), why)
		return u, false
	}
	u.Settings = c.settings(u)
	u.Bucket = bucketOf(u.Settings, level, c.scheme.Parts(r.Version))
	if u.Type == "digest" {
		u.Bucket = "digest"
	}
	u.State, u.NotBefore, u.Reasons = age(u.Settings, r, c.Now)
	return u, true
}

// exact returns a value that admits version alone; "" if there is none, or nothing needs it.
func (c *chooser) exact(version string) string {
	if len(c.d.Dep.Locks) == 0 {
		return ""
	}
	value, err := c.constraint.Update(c.d.Current, version, versioning.Pin)
	if err != nil {
		return ""
	}
	return c.whole(value)
}

func (c *chooser) settings(u Update) config.Settings {
	s := subject(c.World, c.d)
	s.UpdateType, s.NewValue, s.NewVersion, s.LockOnly = u.Type, u.Value, u.Version, u.LockOnly
	if r := c.currentRelease(); !r.Published.IsZero() && !r.Seen {
		s.CurrentAge = c.Now.Sub(r.Published)
	}
	s.Bump = c.constraint != nil && u.Version != "" && u.Type != "pin" && c.constraint.Exact() == "" && c.constraint.Matches(u.Version)
	all := c.Config.For(s)
	if after := all.Turns(); after > 0 {
		c.until(c.Now.Add(after))
	}
	if c.mending {
		return all.With("vulnerabilityAlerts")
	}
	return all
}

// newValue returns the constraint changed to admit version. Of a moving tag's
// spellings the first that exists counts.
func (c *chooser) newValue(version string, strategy versioning.Strategy) (string, error) {
	if sp, ok := c.constraint.(versioning.Speller); ok {
		for _, tag := range sp.Spellings(version) {
			if slices.ContainsFunc(c.listing.Releases, func(r datasources.Release) bool { return r.Version == tag }) {
				return tag, nil
			}
		}
	}
	value, err := c.constraint.Update(c.d.Current, version, strategy)
	return c.whole(value), err
}

// whole puts value in the place of the current one in what the file says.
func (c *chooser) whole(value string) string {
	return strings.Replace(c.d.Value(), c.value, value, 1)
}

// addPlain adds an update that no filter applies to.
func (c *chooser) addPlain(u Update) {
	u.Settings = c.settings(u)
	c.add(u)
}

// add keeps u unless configuration switches it off.
func (c *chooser) add(u Update) {
	if !u.Settings.Bool("enabled") {
		c.say(CodeDisabled, u.Settings.Origin("enabled"), "the %s update to %s is switched off", u.Type, cmp.Or(u.Value, u.Digest))
		return
	}
	if u.State == "" {
		u.State = Ready
	}
	if u.State == Ready && u.Settings.Bool("dependencyDashboardApproval") {
		u.State = Approval
		u.Reasons = append(u.Reasons, reason(CodeApproval, u.Settings.Origin("dependencyDashboardApproval"), "a person must approve it first"))
	}
	if u.State == Waiting {
		c.until(u.NotBefore)
	}
	u.Security = c.mending
	auto, why := automerge(u.Settings)
	u.Automerge = auto
	u.Reasons = append(u.Reasons, why)
	c.d.Updates = append(c.d.Updates, u)
}

// until notes that the outcome may change at t.
func (c *chooser) until(t time.Time) {
	if !t.IsZero() && (c.d.Until.IsZero() || t.Before(c.d.Until)) {
		c.d.Until = t
	}
}
