package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

var (
	monthNames = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	dayNames   = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
)

// parseCron reads five fields of cron. They say when it is open, not when
// something starts, so the minutes must be "*"; and where both the day of the month and the day of the week
// are given, both must hold, as the peer has it and unlike the cron of Unix.
func parseCron(text string, fields []string) (window, error) {
	w := anytime()
	if fields[0] != "*" {
		return w, fmt.Errorf("schedule %q: the minutes must be \"*\", since a schedule is a window of whole hours", clip(text))
	}
	for _, f := range []struct {
		name     string
		text     string
		low, top int
		names    []string
		into     *set
	}{
		{"hour", fields[1], 0, 23, nil, &w.hours},
		{"day of the month", fields[2], 1, 31, nil, &w.days},
		{"month", fields[3], 1, 12, monthNames, &w.months},
		{"day of the week", fields[4], 0, 7, dayNames, &w.weekdays},
	} {
		got, err := cronField(w.special(f.name, f.text), f.low, f.top, f.names)
		if err != nil {
			return w, fmt.Errorf("schedule %q: the %s: %w", clip(text), f.name, err)
		}
		*f.into = got
	}
	if w.weekdays&(1<<7) != 0 { // Sunday too
		w.weekdays = w.weekdays&^(1<<7) | 1
	}
	return w, nil
}

// special takes out of a list of days what depends on the month: "L", the last day, "15W", the workday next to the 15th,
// "1#2", the second Monday, and "5L", the last Friday. It returns the rest.
func (w *window) special(field, text string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(text, ","), func(item string) bool {
		number, last := strings.CutSuffix(strings.ToUpper(item), "L")
		day, nth, counted := strings.Cut(item, "#")
		switch {
		case field == "day of the month" && last && number == "":
			w.last = true
		case field == "day of the month" && strings.HasSuffix(strings.ToUpper(item), "W"):
			n, ok := cronNumber(item[:len(item)-1], 1, 31, nil)
			if !ok {
				return false
			}
			w.near.add(n)
		case field == "day of the week" && last:
			return w.addNth(strings.TrimSuffix(number, "#"), 6)
		case field == "day of the week" && counted:
			n, ok := cronNumber(nth, 1, 5, nil)
			return ok && w.addNth(day, n)
		default:
			return false
		}
		return true
	}), ",")
}

// addNth adds the n-th of a weekday in its month, the last for 6.
func (w *window) addNth(weekday string, n int) bool {
	day, ok := cronNumber(weekday, 0, 7, dayNames)
	if ok {
		w.nth.add(6*(day%7) + n - 1)
	}
	return ok
}

// cronField reads a list of numbers, ranges and steps; the empty set for "*" and where nothing is left to read.
func cronField(text string, low, top int, names []string) (set, error) {
	if text == "*" || text == "?" || text == "" {
		return 0, nil
	}
	var out set
	for _, item := range strings.Split(text, ",") {
		span, every, stepped := strings.Cut(item, "/")
		step := 1
		if stepped {
			n, err := strconv.Atoi(every)
			if err != nil || n < 1 || n > 1000 {
				return 0, fmt.Errorf("%q is no step", clip(every))
			}
			step = n
		}
		from, to := low, top
		if span != "*" {
			a, b, ranged := strings.Cut(span, "-")
			var ok bool
			if from, ok = cronNumber(a, low, top, names); !ok {
				return 0, fmt.Errorf("%q is not between %d and %d", clip(a), low, top)
			}
			switch {
			case ranged:
				if to, ok = cronNumber(b, low, top, names); !ok || to < from {
					return 0, fmt.Errorf("%q is no range", clip(span))
				}
			case !stepped:
				to = from
			}
		} else if top == 7 {
			to = 6 // "*/2" counts Sunday once
		}
		for n := from; n <= to; n += step {
			out.add(n)
		}
	}
	return out, nil
}

func cronNumber(text string, low, top int, names []string) (int, bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, low <= n && n <= top
	}
	for i, name := range names {
		if strings.EqualFold(text, name) {
			return i + low%2, true // months count from 1, days from 0
		}
	}
	return 0, false
}
