// Package schedule defines when something may happen: windows of time in the
// text forms that Renovate knows, and in cron.
//
// A schedule is judged by the wall clock of its timezone. Where that clock is
// put forward an hour of it does not exist, and where it is put back an hour
// exists twice: a window that names it is then as much shorter or longer.
package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Schedule is a set of windows: it is open where one of them is. The zero
// Schedule is always open. It is immutable.
type Schedule struct {
	windows []window
	zone    *time.Location // nil for UTC
}

// A window is open where all that it names holds.
type window struct {
	months   set // 1 to 12
	days     set // of the month, 1 to 31
	last     bool
	weekdays set // 0 is Sunday
	nth      set // of the month's weekdays: 6 times the weekday, plus 0 for the first to 4 for the fifth, 5 for the last
	near     set // days of the month, or the workday nearest to them in that month
	weeks    set // of the month, 1 to 6, beginning on Sundays
	year     set // weeks of the year by ISO 8601, 1 to 53
	hours    set // 0 to 23
	after    int // minute of the day, -1 for none; after > before spans midnight
	before   int
}

// A set holds small numbers. The empty set stands for all.
type set uint64

func (s set) has(n int) bool { return s == 0 || s&(1<<n) != 0 }
func (s *set) add(n int)     { *s |= 1 << n }

// Parse reads a list of texts in a timezone of the IANA database; "" is UTC.
//
// The errors, joined, say what cannot be read, and the Schedule is of what can: a list in which nothing can
// is always open. That it is empty, or says "at any time", is no error.
func Parse(texts []string, timezone string) (Schedule, error) {
	var s Schedule
	var errs []error
	zone, err := Zone(timezone)
	if err != nil {
		errs = append(errs, err)
	}
	s.zone = zone
	always := false
	for _, text := range texts {
		w, err := parse(text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		always = always || w.always()
		s.windows = append(s.windows, w)
	}
	if always {
		s.windows = nil
	}
	return s, errors.Join(errs...)
}

// Zone returns the timezone of a name; UTC for "", and beside an error.
func Zone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || strings.EqualFold(name, "local") {
		return time.UTC, fmt.Errorf("there is no timezone %q: it should be a name such as \"Europe/Berlin\"", clip(name))
	}
	return zone, nil
}

func parse(text string) (window, error) {
	if len(text) > 1000 {
		return window{}, fmt.Errorf("schedule %q is too long", clip(text))
	}
	if fields := strings.Fields(text); len(fields) == 5 && strings.ContainsRune("*0123456789", rune(fields[0][0])) {
		return parseCron(text, fields)
	}
	return parseText(text)
}

func anytime() window { return window{after: -1, before: -1} }

func (w window) always() bool { return w == anytime() }

// Always reports whether s is open at any time.
func (s Schedule) Always() bool { return len(s.windows) == 0 }

// In reports whether s is open at a time.
func (s Schedule) In(now time.Time) bool {
	if s.Always() {
		return true
	}
	t := s.local(now)
	for _, w := range s.windows {
		if w.day(t) && w.time(t) {
			return true
		}
	}
	return false
}

func (s Schedule) local(t time.Time) time.Time {
	if s.zone == nil {
		return t.UTC()
	}
	return t.In(s.zone)
}

// day reports whether w may be open on the day of t.
func (w window) day(t time.Time) bool {
	year, month, day := t.Date()
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if !w.months.has(int(month)) || !w.weekday(t.Weekday(), day, last) || !w.monthday(t.Weekday(), day, last) {
		return false
	}
	if w.weeks != 0 {
		first := int(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Weekday())
		if !w.weeks.has((day-1+first)/7 + 1) {
			return false
		}
	}
	if w.year == 0 {
		return true
	}
	_, week := t.ISOWeek()
	return w.year.has(week)
}

func (w window) weekday(weekday time.Weekday, day, last int) bool {
	if w.nth == 0 {
		return w.weekdays.has(int(weekday))
	}
	nth := 6 * int(weekday)
	return w.weekdays&(1<<weekday) != 0 || w.nth&(1<<(nth+(day-1)/7)) != 0 || day+7 > last && w.nth&(1<<(nth+5)) != 0
}

func (w window) monthday(weekday time.Weekday, day, last int) bool {
	if w.days == 0 && w.near == 0 && !w.last || w.days&(1<<day) != 0 || w.last && day == last {
		return true
	}
	switch weekday {
	case time.Saturday, time.Sunday:
		return false
	case time.Monday: // for the Sunday before, and for a Saturday that began the month
		if w.near&(1<<(day-1)) != 0 && day > 1 || day == 3 && w.near&(1<<1) != 0 {
			return true
		}
	case time.Friday: // for the Saturday after, and for a Sunday that ends the month
		if w.near&(1<<(day+1)) != 0 && day < last || day == last-2 && w.near&(1<<last) != 0 {
			return true
		}
	}
	return w.near&(1<<day) != 0
}

// time reports whether w is open at the time of day of t, on a day that it
// names.
func (w window) time(t time.Time) bool {
	if !w.hours.has(t.Hour()) {
		return false
	}
	minute := t.Hour()*60 + t.Minute()
	late, early := w.after < 0 || minute >= w.after, w.before < 0 || minute < w.before
	if w.after >= 0 && w.before >= 0 && w.after > w.before {
		return late || early // both ends of the days that it names
	}
	return late && early
}

// whole reports whether w has no bounds within a day.
func (w window) whole() bool { return w.hours == 0 && w.after < 0 && w.before < 0 }

// horizon is how far Next looks: further than a 29th of February can be away.
const horizon = 9 * 366

// Next returns when s opens next or, where it is open now, when it closes. It is
// zero if that never happens.
func (s Schedule) Next(now time.Time) time.Time {
	if s.Always() {
		return time.Time{}
	}
	open := s.In(now)
	day := s.local(now)
	from := now
	for range horizon {
		year, month, d := day.Date()
		next := time.Date(year, month, d+1, 0, 0, 0, 0, day.Location())
		if none, all := s.shape(day); (!none || open) && (!all || !open) {
			if t := s.change(from, next, open); !t.IsZero() {
				return t
			}
		}
		if s.In(next) != open {
			return next
		}
		day, from = next, next
	}
	return time.Time{}
}

// shape says whether s is closed, or open, all through the day of t.
func (s Schedule) shape(t time.Time) (none, all bool) {
	none = true
	for _, w := range s.windows {
		if w.day(t) {
			none = false
			all = all || w.whole()
		}
	}
	return none, all
}

// change returns the first time in a day at which s is no longer what open
// says; zero if there is none. Clocks are set, and differ, by multiples of a quarter of an hour.
func (s Schedule) change(from, end time.Time, open bool) time.Time {
	step := 15 * time.Minute
	for _, w := range s.windows {
		if max(w.after, 0)%15 != 0 || max(w.before, 0)%15 != 0 {
			step = time.Minute
		}
	}
	for t := from.Truncate(step).Add(step); t.Before(end); t = t.Add(step) {
		if s.In(t) != open {
			return t
		}
	}
	return time.Time{}
}

func clip(s string) string {
	if len(s) <= 80 {
		return s
	}
	return strings.ToValidUTF8(s[:80], "") + "..."
}
