package config

import (
	"strings"
	"time"

	"github.com/currant-bot/currant/config/schedule"
)

// A Window is what an option that is a schedule says at some time.
type Window struct {
	Open   bool
	Always bool      // it is open at any time
	Until  time.Time // when it opens or closes next; zero if never
	Texts  []string  // as they are written
	Zone   string    // the timezone; "" for UTC
	Origin Origin
}

// Window returns what a schedule, such as the option schedule or
// automergeSchedule, says at a time. What of it cannot be read counts for nothing, and is reported when the
// configuration is resolved.
func (s Settings) Window(option string, now time.Time) Window {
	w := Window{Texts: s.Strings(option), Zone: s.String("timezone"), Origin: s.Origin(option)}
	sched, _ := schedule.Parse(w.Texts, w.Zone)
	w.Open, w.Always = sched.In(now), sched.Always()
	w.Until = sched.Next(now)
	return w
}

// String says in words when the window is open.
func (w Window) String() string {
	if w.Always {
		return "at any time"
	}
	zone := w.Zone
	if zone == "" {
		zone = "UTC"
	}
	return "\"" + strings.Join(w.Texts, "\" or \"") + "\" (" + zone + ")"
}

// checkSchedule reports what cannot be read of a schedule.
func checkSchedule(c *checker, m member) {
	items := m.val.list
	if m.val.isString() {
		items = []*value{m.val}
	}
	for _, item := range items {
		if _, err := schedule.Parse([]string{item.str}, ""); err != nil && item.isString() && !strings.Contains(item.str, "{{") {
			c.rep.at(item, Error, "%v", err)
		}
	}
}

func checkTimezone(c *checker, m member) {
	if _, err := schedule.Zone(m.val.str); err != nil && !strings.Contains(m.val.str, "{{") {
		c.rep.at(m.val, Error, "%v", err)
	}
}
