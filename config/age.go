package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ages are the units of ages and timeouts, by the spellings of the ms library
// that the peer uses. A month is 30 days and a year 365.25;
// a number without a unit is in milliseconds.
var ages = map[string]time.Duration{
	"ms": time.Millisecond, "msec": time.Millisecond, "msecs": time.Millisecond, "millisecond": time.Millisecond, "milliseconds": time.Millisecond,
	"s": time.Second, "sec": time.Second, "secs": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": day, "day": day, "days": day,
	"w": 7 * day, "week": 7 * day, "weeks": 7 * day,
	"mo": 30 * day, "month": 30 * day, "months": 30 * day,
	"y": year, "yr": year, "yrs": year, "year": year, "years": year,
}

const (
	day  = 24 * time.Hour
	year = 365*day + 6*time.Hour
)

// ParseAge reads a length of time such as "3 days", "12h" or "1 day 6 hours".
func ParseAge(s string) (time.Duration, error) {
	var total time.Duration
	rest := strings.TrimSpace(strings.ToLower(s))
	if rest == "" {
		return 0, fmt.Errorf("expected a length of time such as %q", "3 days")
	}
	for rest != "" {
		n := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		number, err := strconv.ParseFloat(rest[:n], 64)
		rest = strings.TrimLeft(rest[n:], " ")
		u := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		unit, ok := ages[rest[:u]]
		if rest == "" { // a bare number
			unit, ok = time.Millisecond, true
		}
		if err != nil || !ok || number*float64(unit) > float64(200*year) {
			return 0, fmt.Errorf("%q is no length of time such as %q", s, "3 days")
		}
		total += time.Duration(number * float64(unit))
		rest = strings.TrimLeft(rest[u:], " ,")
	}
	if total > 200*year {
		return 0, fmt.Errorf("%q is too long", s)
	}
	return total, nil
}

// Age returns an option that is a length of time, such as minimumReleaseAge.
// ok is false if it is not set, or cannot be read.
func (s Settings) Age(name string) (age time.Duration, ok bool) {
	age, err := ParseAge(s.String(name))
	return age, err == nil
}
