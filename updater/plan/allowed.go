package plan

import (
	"fmt"
	"regexp"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
)

// allowed returns the filter of allowedVersions; nil if there is none. It is an
// expression, or a range of the dependency's own scheme, else of npm's, else of Python's.
func (c *chooser) allowed(s config.Settings) (func(datasources.Release) string, error) {
	text, err := render(s.String("allowedVersions"), fields(c.World, Member{Decision: &c.d, Update: Update{Settings: s}}))
	if err != nil || text == "" {
		return nil, err
	}
	admits, err := c.admits(text)
	if err != nil {
		return nil, err
	}
	at := s.Origin("allowedVersions").String()
	return func(r datasources.Release) string {
		return unless(admits(r.Version), "allowedVersions %s does not allow it (%s)", text, at)
	}, nil
}

func (c *chooser) admits(text string) (func(version string) bool, error) {
	if expr, negated, ok := slashed(text); ok {
		re, err := regexp.Compile(expr)
		if err != nil {
			return nil, fmt.Errorf("%s is no expression: %w", text, err)
		}
		return func(v string) bool { return re.MatchString(v) != negated }, nil
	}
	own, err := c.scheme.Constraint(text)
	if err == nil {
		return own.Matches, nil
	}
	for _, name := range []string{"npm", "pep440"} {
		scheme, unknown := c.Schemes(name)
		if unknown != nil {
			continue
		}
		if k, wrong := scheme.Constraint(text); wrong == nil {
			return func(v string) bool {
				if !scheme.Valid(v) {
					v = c.coerced(v)
				}
				return k.Matches(v)
			}, nil
		}
	}
	return nil, err
}

// coerced reads a version of the dependency's scheme as a semantic one: "3.12-slim" is
// 3.12.0.
func (c *chooser) coerced(v string) string {
	p := c.scheme.Parts(v)
	if p.Major < 0 {
		return v
	}
	return fmt.Sprintf("%d.%d.%d", p.Major, max(0, p.Minor), max(0, p.Patch))
}
