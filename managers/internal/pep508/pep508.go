// Package pep508 reads requirements of Python packages, as PEP 508 defines
// them, with room for white space.
package pep508

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

const blanks = " \t\r\n\v\f"

// A Requirement is one package with the versions of it that will do. Its places are offsets
// into the text that was parsed.
type Requirement struct {
	Name       string
	Start, End int    // of the specifier, without parentheses; equal if there is none
	URL        string // what stands behind "@" in place of a specifier; "" if there is none
	URLStart   int
	Direct     bool // there is an "@"
}

var (
	named = regexp.MustCompile(`^\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\[\]]*\])?\s*`)
	// The characters of PEP 440's versions, and those of variables that templates put in their place.
	specifier = regexp.MustCompile(`^(?:===|==|~=|!=|<=|>=|<|>)\s*[\w.*+!:/${}%-]+$`)
	separator = regexp.MustCompile(`[-_.]+`)
	userinfo  = regexp.MustCompile(`://[^/@\s]*@`)
)

// Parse reads one requirement. ok is false if text is none.
func Parse(text string) (r Requirement, ok bool) {
	m := named.FindStringSubmatchIndex(text)
	if m == nil {
		return r, false
	}
	r.Name = text[m[2]:m[3]]
	start, end := m[1], len(text)
	if strings.HasPrefix(text[start:], "@") {
		r.Direct = true
		r.URLStart, end = Trim(text, start+1, end)
		r.URL = text[r.URLStart:end]
		if i := strings.IndexAny(r.URL, " \t"); i >= 0 {
			r.URL = r.URL[:i]
		}
		return r, true
	}
	if i := strings.IndexByte(text[start:], ';'); i >= 0 {
		end = start + i
	}
	start, end = Trim(text, start, end)
	if strings.HasPrefix(text[start:end], "(") && strings.HasSuffix(text[start:end], ")") {
		start, end = Trim(text, start+1, end-1)
	}
	if spec, ok := strings.CutSuffix(text[start:end], ","); ok && spec != "" {
		start, end = Trim(text, start, start+len(spec)) // it may stand there, and is no part of the conditions
	}
	r.Start, r.End = start, end
	return r, start == end || IsSpecifier(text[start:end])
}

// Dep returns r as a dependency; text is what it was parsed from, which stands at byte at of its file.
func (r Requirement) Dep(text string, at int) managers.Dep {
	d := managers.Dep{Name: r.Name, Datasource: "pypi"}
	if n := Normalize(d.Name); n != d.Name {
		d.Package = n
	}
	if r.Start < r.End {
		d.Value = managers.Field{Text: text[r.Start:r.End], Start: at + r.Start}
	}
	return d
}

// IsSpecifier reports whether text is a list of conditions such as ">=1.0, <2".
func IsSpecifier(text string) bool {
	for _, one := range strings.Split(strings.TrimSuffix(text, ","), ",") {
		if !specifier.MatchString(strings.Trim(one, blanks)) {
			return false
		}
	}
	return true
}

// Name returns the package's name at the beginning of text; "" if there is none.
func Name(text string) string {
	if m := named.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// Trim returns s[start:end] without white space at its ends, as offsets.
func Trim(s string, start, end int) (int, int) {
	start = end - len(strings.TrimLeft(s[start:end], blanks))
	return start, start + len(strings.TrimRight(s[start:end], blanks))
}

// Normalize returns a package's name as PEP 503 compares it.
func Normalize(name string) string { return strings.ToLower(separator.ReplaceAllString(name, "-")) }

// Redact takes user names and passwords out of URLs.
func Redact(s string) string { return userinfo.ReplaceAllString(s, "://") }
