// Package rollout defines how a release of a template reaches a fleet in waves, and when that stops. It is pure: what the fleet looks
// like is handed to it, so that all runs that see the same come to the same.
package rollout

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
	"time"
)

// A Policy is how releases of a template are rolled out.
type Policy struct {
	Template string // its identity, or a glob over identities
	Waves    []Wave
	Soak     time.Duration // between the last pull request of a wave and the first of the next
	Halt     Limits
	Bypass   []string // versions that go to everybody at once, as a repair of something urgent
}

// A Wave is the repositories that come next. A repository is in the first wave that names it or has room for it.
type Wave struct {
	Repositories []string // names, or globs over them
	Percent      int      // of all repositories, those of the waves before included; 0 for none
}

// Limits say when a rollout stops. Shares are percentages of the repositories that the release has reached.
type Limits struct {
	First     int // repositories of the first wave whose checks fail; 0 for never
	Failures  int // percentage of a later wave whose checks fail; 0 for never
	Conflicts int // percentage that a person must resolve; 0 for never
	Errors    int // percentage that cannot be updated; 0 for never
}

// Defaults are the limits where a policy names none.
var Defaults = Limits{First: 1, Failures: 20, Conflicts: 40, Errors: 10}

// For returns the policy for a template; ok is false if there is none.
func For(all []Policy, template string) (p Policy, ok bool) {
	for _, p := range all {
		if match(p.Template, template) {
			return p, true
		}
	}
	return Policy{}, false
}

func match(pattern, name string) bool {
	pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	if pattern == "" || pattern == name {
		return true
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

// Wave returns the number of the wave that a repository is in, from 1; 0 if it is in none.
func (p Policy) Wave(repository, template string) int {
	place := share(repository, template)
	for i, w := range p.Waves {
		if place < float64(w.Percent) || slices.ContainsFunc(w.Repositories, func(r string) bool { return match(r, repository) && r != "" }) {
			return i + 1
		}
	}
	return 0
}

// share is where a repository stands for a template, from 0 up to 100: the same in each run, and spread evenly.
func share(repository, template string) float64 {
	sum := sha256.Sum256([]byte(strings.ToLower(template) + "\x00" + strings.ToLower(repository)))
	return float64(binary.BigEndian.Uint64(sum[:8])) / math.MaxUint64 * 100
}

// Parse reads policies as configuration has them: a list of objects.
func Parse(value any) ([]Policy, error) {
	if value == nil {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, errors.New("rollouts are a list of objects")
	}
	var out []Policy
	for i, item := range list {
		p, err := parse(item)
		if err != nil {
			return nil, fmt.Errorf("rollouts[%d]: %w", i, err)
		}
		out = append(out, p)
	}
	return out, nil
}

func parse(item any) (Policy, error) {
	p := Policy{Halt: Defaults}
	o, ok := item.(map[string]any)
	if !ok {
		return p, errors.New("it is no object")
	}
	for key, v := range o {
		var err error
		switch key {
		case "template":
			p.Template, err = text(v)
		case "soak":
			p.Soak, err = age(v)
		case "bypass":
			p.Bypass, err = texts(v)
		case "waves":
			p.Waves, err = waves(v)
		case "halt":
			p.Halt, err = limits(v)
		case "description":
		default:
			err = errors.New("there are template, waves, soak, halt and bypass")
		}
		if err != nil {
			return p, fmt.Errorf("%s: %w", key, err)
		}
	}
	if len(p.Waves) == 0 {
		return p, errors.New("it has no waves")
	}
	return p, nil
}

func waves(v any) ([]Wave, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, errors.New("it is a list of objects")
	}
	var out []Wave
	before := 0
	for i, item := range list {
		var w Wave
		o, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("[%d] is no object", i)
		}
		for key, v := range o {
			var err error
			switch key {
			case "repos":
				w.Repositories, err = texts(v)
			case "percent":
				w.Percent, err = number(v, 1, 100)
			default:
				err = errors.New("there are repos and percent")
			}
			if err != nil {
				return nil, fmt.Errorf("[%d].%s: %w", i, key, err)
			}
		}
		if w.Percent == 0 && len(w.Repositories) == 0 {
			return nil, fmt.Errorf("[%d] has neither repos nor percent", i)
		}
		if w.Percent > 0 && w.Percent <= before {
			return nil, fmt.Errorf("[%d].percent counts from the first repository on, so it must be above the %d of the wave before", i, before)
		}
		before = max(before, w.Percent)
		out = append(out, w)
	}
	return out, nil
}

func limits(v any) (Limits, error) {
	l := Defaults
	o, ok := v.(map[string]any)
	if !ok {
		return l, errors.New("it is an object")
	}
	for key, v := range o {
		field := map[string]*int{"firstWaveFailures": &l.First, "failurePercent": &l.Failures, "conflictPercent": &l.Conflicts, "errorPercent": &l.Errors}[key]
		if field == nil {
			return l, fmt.Errorf("%s: there are firstWaveFailures, failurePercent, conflictPercent and errorPercent", key)
		}
		most := 100
		if key == "firstWaveFailures" {
			most = 1000
		}
		var err error
		if *field, err = number(v, 0, most); err != nil {
			return l, fmt.Errorf("%s: %w", key, err)
		}
	}
	return l, nil
}

func text(v any) (string, error) {
	s, ok := v.(string)
	if !ok || s == "" {
		return "", errors.New("it is a text")
	}
	return s, nil
}

func texts(v any) ([]string, error) {
	if s, ok := v.(string); ok {
		return []string{s}, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, errors.New("it is a list of texts")
	}
	var out []string
	for _, item := range list {
		s, err := text(item)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func number(v any, least, most int) (int, error) {
	var n int
	switch x := v.(type) {
	case int:
		n = x
	case float64:
		n = int(x)
		if float64(n) != x {
			return 0, errors.New("it is a whole number")
		}
	default:
		return 0, errors.New("it is a number")
	}
	if n < least || n > most {
		return 0, fmt.Errorf("it is between %d and %d", least, most)
	}
	return n, nil
}

// age reads "24h", "90m", "3d" and "3 days".
func age(v any) (time.Duration, error) {
	s, err := text(v)
	if err != nil {
		return 0, err
	}
	bad := fmt.Errorf("%q is no length of time, such as \"24h\" or \"3 days\"", s)
	var n float64
	var unit string
	if _, err := fmt.Sscanf(strings.Replace(s, " ", "", 1), "%f%s", &n, &unit); err != nil || n < 0 {
		return 0, bad
	}
	units := map[string]time.Duration{"m": time.Minute, "min": time.Minute, "minute": time.Minute, "h": time.Hour, "hour": time.Hour, "d": 24 * time.Hour, "day": 24 * time.Hour, "w": 7 * 24 * time.Hour, "week": 7 * 24 * time.Hour}
	u, ok := units[strings.TrimSuffix(strings.ToLower(unit), "s")]
	if !ok || n*float64(u) > float64(math.MaxInt64/2) {
		return 0, bad
	}
	return time.Duration(n * float64(u)), nil
}
