package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
)

// warn says what speaks against the package as such: its publisher gave it up, or seems to have.
func (c *chooser) warn() {
	switch r := c.currentRelease(); {
	case c.listing.Withdrawn != "":
		c.d.Deprecated = c.listing.Withdrawn
		c.say(CodeDeprecated, config.Origin{}, "its publisher says of the package: %s", oneLine(c.d.Deprecated))
	case r.Withdrawn != "":
		c.d.Deprecated = r.Withdrawn
		c.say(CodeDeprecated, config.Origin{}, "its publisher says of %s: %s", r.Version, oneLine(r.Withdrawn))
	}
	c.abandoned()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// abandoned notes that nothing was released for longer than abandonmentThreshold. It is judged, as
// in Renovate, by the highest release, where that is also the newest: older lines may still get patches.
func (c *chooser) abandoned() {
	s := c.d.Settings
	text := s.String("abandonmentThreshold")
	if text == "" || len(c.releases) == 0 {
		return
	}
	limit, err := ParseAge(text)
	if err != nil {
		c.say(CodeInvalid, s.Origin("abandonmentThreshold"), "abandonmentThreshold: %v", err)
		return
	}
	last := c.releases[len(c.releases)-1]
	newer := slices.ContainsFunc(c.releases, func(r datasources.Release) bool { return r.Published.After(last.Published) })
	if limit == 0 || last.Published.IsZero() || last.Seen || newer {
		return
	}
	if end := last.Published.Add(limit); c.Now.Before(end) {
		c.until(end)
		return
	}
	c.d.Abandoned = last.Published
	c.say(CodeAbandoned, s.Origin("abandonmentThreshold"), "its last release is of %s, longer ago than abandonmentThreshold (%s): it may be abandoned", last.Published.UTC().Format(time.DateOnly), text)
}
