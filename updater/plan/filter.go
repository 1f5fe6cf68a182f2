package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/versioning"
)

// candidates returns the releases above the current one that may be proposed,
// lowest first, and says of each other one why not. The order of the filters is Renovate's. ok is false
// if a rule cannot be understood: then nothing may be concluded.
func (c *chooser) candidates(strategy versioning.Strategy) (out []datasources.Release, ok bool) {
	s := c.d.Settings
	filters := []func(datasources.Release) string{c.malicious, c.withdrawn, c.tooFar}
	allowed, err := c.allowed(s)
	if err != nil {
		c.doubt(CodeInvalid, s.Origin("allowedVersions"), "allowedVersions: %v", err)
		return nil, false
	}
	if allowed != nil {
		filters = append(filters, allowed)
	}
	if tag := s.String("followTag"); tag != "" {
		filters = append(filters, c.following(tag))
	} else {
		filters = append(filters, c.aboveLatest, c.unstable)
	}
	filters = append(filters, c.incompatible, c.unserved)
	if unfit := c.unfit(); unfit != nil {
		filters = append(filters, unfit)
	}
	if strategy == versioning.InRangeOnly {
		filters = append(filters, func(r datasources.Release) string {
			return unless(c.constraint.Matches(r.Version), "it is outside %q and rangeStrategy is in-range-only", c.d.Value())
		})
	}
	for _, r := range c.releases {
		if c.scheme.Compare(r.Version, c.d.Current) <= 0 {
			continue
		}
		why := ""
		for _, f := range filters {
			if why = f(r); why != "" {
				c.say(CodeCandidate, config.Origin{}, "%s: %s", r.Version, why)
				break
			}
		}
		if why == "" {
			out = append(out, r)
		}
	}
	return out, c.d.Facts == Complete
}

func unless(ok bool, format string, args ...any) string {
	if ok {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

// currentRelease returns the release in use; zero if it is not listed.
func (c *chooser) currentRelease() datasources.Release {
	for _, r := range c.releases {
		if r.Version == c.d.Current {
			return r
		}
	}
	return datasources.Release{}
}

func (c *chooser) withdrawn(r datasources.Release) string {
	if r.Withdrawn == "" || !c.d.Settings.Bool("ignoreDeprecated") || c.currentRelease().Withdrawn != "" {
		return ""
	}
	return "its publisher withdrew it: " + strings.ReplaceAll(r.Withdrawn, "\n", " ")
}

// tooFar guards against a version that is a date in a series that is not.
func (c *chooser) tooFar(r datasources.Release) string {
	limit := int64(c.d.Settings.Int("maxMajorIncrement"))
	from, to := c.scheme.Parts(c.d.Current).Major, c.scheme.Parts(r.Version).Major
	return unless(limit == 0 || to-from <= limit, "its major version is more than %d above (maxMajorIncrement)", limit)
}

// slashed reads "/expression/" and "!/expression/".
func slashed(text string) (expr string, negated, ok bool) {
	rest, negated := strings.CutPrefix(text, "!")
	if len(rest) < 2 || rest[0] != '/' {
		return "", false, false
	}
	end := strings.LastIndexByte(rest, '/')
	if end == 0 {
		return "", false, false
	}
	expr = rest[1:end]
	if strings.Contains(rest[end+1:], "i") {
		expr = "(?i)" + expr
	}
	return expr, negated, true
}

func (c *chooser) following(tag string) func(datasources.Release) string {
	want, ok := c.listing.Channels[tag]
	return func(r datasources.Release) string {
		return unless(ok && r.Version == want, "followTag follows %q, which is %s", tag, orNone(want))
	}
}

func orNone(s string) string {
	if s == "" {
		return "not set"
	}
	return s
}

func (c *chooser) aboveLatest(r datasources.Release) string {
	latest := c.listing.Channels["latest"]
	if latest == "" || !c.d.Settings.Bool("respectLatest") || c.scheme.Compare(c.d.Current, latest) > 0 {
		return ""
	}
	return unless(c.scheme.Compare(r.Version, latest) <= 0, "it is above %s, which its publisher tags as latest", latest)
}

func (c *chooser) unstable(r datasources.Release) string {
	if !c.d.Settings.Bool("ignoreUnstable") || c.scheme.Stable(r.Version) && !r.Unstable {
		return ""
	}
	current := c.currentRelease()
	if c.scheme.Stable(c.d.Current) && !current.Unstable {
		return "it is a prerelease and the current version is not"
	}
	return unless(c.scheme.Parts(r.Version) == c.scheme.Parts(c.d.Current), "it is a prerelease of another version")
}

func (c *chooser) incompatible(r datasources.Release) string {
	return unless(c.scheme.Compatible(c.d.Current, r.Version), "it is of another line than %s", c.d.Current)
}

// unserved says that what the repository is for, as its constraints tell, does not serve an API version.
func (c *chooser) unserved(r datasources.Release) string {
	if c.d.Datasource != "kubernetes-api" {
		return ""
	}
	for component, any := range r.Requires {
		needs := strings.Join(any, " ") // of an API version it is one
		target, ok := c.d.Settings.Object("constraints")[component].(string)
		if !ok {
			continue
		}
		lowest, err := lowestVersion(target)
		if err != nil {
			return fmt.Sprintf("it needs %s %s, and constraints.%s (%s) is %q: %v", component, needs, component, c.d.Settings.Origin("constraints"), target, err)
		}
		for _, need := range strings.Fields(needs) {
			op, limit := need[:1], strings.TrimLeft(need, "<>=")
			if bound, err := lowestVersion(limit); err == nil && (op == "<") == (slices.Compare(lowest, bound) >= 0) {
				return fmt.Sprintf("it needs %s %s, and constraints.%s (%s) is %q", component, needs, component, c.d.Settings.Origin("constraints"), target)
			}
		}
	}
	return ""
}

var constraintVersion = regexp.MustCompile(`([<>=^~! ]*)v?(\d+)(?:\.(\d+))?`)

// lowestVersion returns major and minor of the lowest version that a constraint such as "1.29", ">=1.27 <1.30" or
// "~1.28.0" admits, as far as it names one.
func lowestVersion(constraint string) ([]int, error) {
	var lowest []int
	for rest := constraint; ; {
		m := constraintVersion.FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		op := strings.TrimSpace(rest[m[2]:m[3]])
		major, _ := strconv.Atoi(rest[m[4]:m[5]])
		minor := 0
		if m[6] >= 0 {
			minor, _ = strconv.Atoi(rest[m[6]:m[7]])
		}
		if v := []int{major, minor}; !strings.HasPrefix(op, "<") && !strings.HasPrefix(op, "!") && (lowest == nil || slices.Compare(v, lowest) < 0) {
			lowest = v
		}
		if rest = rest[m[1]:]; strings.HasPrefix(rest, ".") { // a patch version
			rest = strings.TrimLeft(rest, ".0123456789xX*")
		}
	}
	if lowest == nil {
		return nil, fmt.Errorf("write the version that it is, such as \"1.29\", or the lowest, such as \">=1.27\"")
	}
	return lowest, nil
}

// age says whether a release is old enough for minimumReleaseAge.
func age(s config.Settings, r datasources.Release, now time.Time) (Readiness, time.Time, []Reason) {
	text := s.String("minimumReleaseAge")
	if text == "" {
		return Ready, time.Time{}, nil
	}
	origin := s.Origin("minimumReleaseAge")
	least, err := ParseAge(text)
	switch {
	case err != nil:
		return Waiting, time.Time{}, []Reason{reason(CodePending, origin, "minimumReleaseAge: %v", err)}
	case least == 0:
		return Ready, time.Time{}, nil
	case (r.Published.IsZero() || r.Seen) && s.String("minimumReleaseAgeBehaviour") == "timestamp-optional":
		return Ready, time.Time{}, []Reason{reason(CodePending, origin, "the registry gives no date for %s, which minimumReleaseAgeBehaviour allows", r.Version)}
	case r.Published.IsZero():
		return Waiting, time.Time{}, []Reason{reason(CodePending, origin, "%s must be %s old, and the registry gives no date for it", r.Version, text)}
	}
	ready := r.Published.Add(least)
	if now.Before(ready) {
		return Waiting, ready, []Reason{reason(CodePending, origin, "%s must be %s old%s: wait until %s", r.Version, text, sighting(r), ready.UTC().Format("2006-01-02 15:04 MST"))}
	}
	return Ready, time.Time{}, []Reason{reason(CodePending, origin, "%s is at least %s old%s", r.Version, text, sighting(r))}
}

// sighting says that a date is Currant's own.
func sighting(r datasources.Release) string {
	if !r.Seen {
		return ""
	}
	return ", counted from " + r.Published.UTC().Format("2006-01-02") + " when Currant first saw it, since the registry gives no date"
}

var units = map[string]time.Duration{
	"second": time.Second, "sec": time.Second, "s": time.Second,
	"minute": time.Minute, "min": time.Minute, "m": time.Minute,
	"hour": time.Hour, "hr": time.Hour, "h": time.Hour,
	"day": 24 * time.Hour, "d": 24 * time.Hour,
	"week": 7 * 24 * time.Hour, "w": 7 * 24 * time.Hour,
	"month": 30 * 24 * time.Hour,
	"year":  365 * 24 * time.Hour, "yr": 365 * 24 * time.Hour, "y": 365 * 24 * time.Hour,
}

var ageForm = regexp.MustCompile(`^\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*$`)

// ParseAge reads a length of time as configuration writes it: "3 days", "12
// hours", "1 week".
func ParseAge(text string) (time.Duration, error) {
	m := ageForm.FindStringSubmatch(strings.ToLower(text))
	if m == nil {
		return 0, fmt.Errorf("%q is no length of time such as \"3 days\"", text)
	}
	unit, ok := units[m[2]]
	if !ok {
		if unit, ok = units[m[2]+"s"]; !ok {
			return 0, fmt.Errorf("%q: there is no unit %q; use hours, days or weeks", text, m[2])
		}
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil || n*float64(unit) > float64(100*units["year"]) {
		return 0, fmt.Errorf("%q is too long", text)
	}
	return time.Duration(n * float64(unit)), nil
}

// pattern compiles an expression of the configuration; nil for "".
func pattern(expr string) (*regexp.Regexp, error) {
	if expr == "" {
		return nil, nil
	}
	return regexp.Compile(expr)
}

// submatch returns what the group of that name matched in text; "" for nothing.
func submatch(re *regexp.Regexp, text, group string) string {
	m := re.FindStringSubmatch(text)
	if i := re.SubexpIndex(group); m != nil && i > 0 {
		return m[i]
	}
	return ""
}
