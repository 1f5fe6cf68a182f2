// Package ruby defines versions and requirements as RubyGems does.
package ruby

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
	"github.com/currant-bot/currant/datasources/versioning/internal/ranges"
)

// Scheme has requirements such as "~> 1.2, != 1.2.5". In a Gemfile each stands in quotes, which
// are kept.
type Scheme struct{}

// maxLength is the longest text that is read.
const maxLength = 512

var (
	version  = regexp.MustCompile(`^[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$`)
	segments = regexp.MustCompile(`[0-9]+|[a-zA-Z]+`)
)

// parse returns the segments of a version without zeros that do not matter.
func parse(v string) ([]string, bool) {
	v = strings.TrimPrefix(v, "v")
	if len(v) > maxLength || !version.MatchString(v) {
		return nil, false
	}
	list := segments.FindAllString(strings.ReplaceAll(v, "-", ".pre."), -1)
	first := len(list)
	for i, s := range list {
		if !natural.IsNumber(s) {
			first = i
			break
		}
	}
	return append(trimmed(list[:first]), trimmed(list[first:])...), true
}

// trimmed returns list without zeros at its end.
func trimmed(list []string) []string {
	n := len(list)
	for n > 0 && strings.Trim(list[n-1], "0") == "" {
		n--
	}
	return list[:n:n]
}

func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

// Compare orders as Gem::Version does: letters before numbers.
func (Scheme) Compare(a, b string) int {
	return versioning.Order(a, b, parse, compare)
}

func compare(x, y []string) int {
	for i := range max(len(x), len(y)) {
		a, b := at(x, i), at(y, i)
		numA, numB := natural.IsNumber(a), natural.IsNumber(b)
		var c int
		switch {
		case numA && numB:
			c = natural.Numbers(a, b)
		case numA:
			c = 1
		case numB:
			c = -1
		default:
			c = strings.Compare(a, b)
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "0"
}

func (Scheme) Stable(v string) bool {
	_, ok := parse(v)
	return ok && !strings.ContainsAny(strings.TrimPrefix(v, "v"), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-")
}

// Parts counts numbers that are not written as 0.
func (Scheme) Parts(v string) versioning.Parts {
	if _, ok := parse(v); !ok {
		return versioning.Parts{Major: -1, Minor: -1, Patch: -1}
	}
	list := append(release(v), "0", "0")
	return versioning.Parts{Major: natural.Int(list, 0), Minor: natural.Int(list, 1), Patch: natural.Int(list, 2)}
}

// release returns the numbers that v begins with.
func release(v string) []string {
	var list []string
	for _, s := range segments.FindAllString(strings.ReplaceAll(strings.TrimPrefix(v, "v"), "-", ".pre."), -1) {
		if !natural.IsNumber(s) {
			break
		}
		list = append(list, s)
	}
	return list
}

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

var syntax = ranges.Syntax{
	Kind: "a RubyGems requirement",
	Ops:  ranges.Pessimistic, Comma: true,
}

var engine = ranges.Engine{
	Syntax: &syntax, Valid: Scheme{}.Valid, Compare: Scheme{}.Compare, Compile: compile, Gap: ", ",
}

func compile(r ranges.Range) (func(v string) bool, error) {
	terms := r.Alternatives[0].Terms
	for _, t := range terms {
		if text := r.Text[t.Version.Start:t.Version.End]; !(Scheme{}).Valid(text) {
			return nil, fmt.Errorf("%q is not a version", text)
		}
	}
	return func(v string) bool {
		for _, t := range terms {
			if !admits(t.Role, r.Text[t.Version.Start:t.Version.End], v) {
				return false
			}
		}
		return true
	}, nil
}

func admits(role ranges.Role, bound, v string) bool {
	c := Scheme{}.Compare(v, bound)
	switch role {
	case ranges.Least:
		return c >= 0
	case ranges.Above:
		return c > 0
	case ranges.Most:
		return c <= 0
	case ranges.Below:
		return c < 0
	case ranges.Not:
		return c != 0
	case ranges.Compatible:
		nums := release(bound)
		keep := max(len(nums)-1, 1)
		mine := release(v)
		for i := range keep { // v's numbers are below bound's raised at the last that is kept
			if d := natural.Numbers(at(mine, i), nums[i]); d != 0 {
				return c >= 0 && d < 0
			}
		}
		return c >= 0
	}
	return c == 0
}

var quoted = regexp.MustCompile(`^\s*(?:"[^"']*"|'[^'"]*')(?:\s*,\s*(?:"[^"']*"|'[^'"]*'))*\s*$`)

// Constraint reads requirements, separated by commas, all or none of them in quotes.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	if len(text) > maxLength {
		return nil, fmt.Errorf("%q... is not a RubyGems requirement: it is longer than %d bytes", text[:32], maxLength)
	}
	if !quoted.MatchString(text) {
		return engine.Constraint(text)
	}
	pieces := strings.FieldsFunc(text, func(r rune) bool { return r == '"' || r == '\'' })
	var terms, between []string
	quotes := strings.Map(func(r rune) rune {
		if r == '"' || r == '\'' {
			return r
		}
		return -1
	}, text)
	// Empty quotes would be lost by FieldsFunc.
	if n := len(quotes) / 2; strings.Contains(text, `""`) || strings.Contains(text, `''`) || n == 0 {
		return nil, fmt.Errorf("%q is not a RubyGems requirement: there is nothing in its quotes", text)
	}
	lead := text[:strings.IndexAny(text, `"'`)]
	if lead != "" {
		pieces = pieces[1:]
	}
	for i, p := range pieces {
		if i%2 == 0 {
			terms = append(terms, p)
		} else {
			between = append(between, p)
		}
	}
	inner, err := engine.Constraint(strings.Join(terms, ", "))
	if err != nil {
		return nil, err
	}
	return inQuotes{inner, text, lead, quotes, terms, between}, nil
}

// inQuotes is requirements as they stand in a Gemfile.
type inQuotes struct {
	versioning.Constraint
	text, lead, quotes string
	terms, between     []string
}

func (c inQuotes) Update(from, to string, s versioning.Strategy) (string, error) {
	text, err := c.Constraint.Update(from, to, s)
	if err != nil {
		return "", err
	}
	terms := strings.Split(text, ",")
	if text == strings.Join(c.terms, ", ") {
		return c.text, nil
	}
	var out strings.Builder
	out.WriteString(c.lead)
	for i, term := range terms {
		if i > 0 {
			between := ", "
			if i-1 < len(c.between) {
				between = c.between[i-1]
			}
			out.WriteString(between)
		}
		quote := c.quotes[:1]
		if 2*i < len(c.quotes) {
			quote = c.quotes[2*i : 2*i+1]
		}
		out.WriteString(quote + strings.TrimSpace(term) + quote)
	}
	if len(c.between) >= len(c.terms) { // white space at the end
		out.WriteString(c.between[len(c.between)-1])
	}
	return out.String(), nil
}
