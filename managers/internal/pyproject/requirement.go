package pyproject

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// The grammar is that of PEP 508, with room for white space.
var (
	named     = regexp.MustCompile(`^\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\[\]]*\])?\s*`)
	specifier = regexp.MustCompile(`^(?:===|==|~=|!=|<=|>=|<|>)\s*[^\s,;<>=~()@]+$`)
	separator = regexp.MustCompile(`[-_.]+`)
	egg       = regexp.MustCompile(`^-e\s.*#egg=([\w.-]+)`)
	gitURL    = regexp.MustCompile(`^git\+(\w+://[^\s@#]*(?:@[^\s@/#]+/[^\s@#]*)?)@([^\s@#]+)`)
	userinfo  = regexp.MustCompile(`://[^/@\s]*@`)
)

// parse reads one requirement; ok is false if it is none.
func parse(v *tomlspan.Value) (d managers.Dep, ok bool) {
	text := v.Text
	if m := egg.FindStringSubmatch(text); m != nil { // PDM's editable form
		return managers.Dep{Name: m[1], Datasource: "pypi", Skip: managers.PathDependency}, true
	}
	m := named.FindStringSubmatchIndex(text)
	if m == nil {
		return d, false
	}
	d = managers.Dep{Name: text[m[2]:m[3]], Datasource: "pypi"}
	if n := Normalize(d.Name); n != d.Name {
		d.Package = n
	}
	start, end := m[1], len(text)
	if strings.HasPrefix(text[start:], "@") {
		return direct(d, v, start+1), true
	}
	if i := strings.IndexByte(text[start:], ';'); i >= 0 {
		end = start + i
	}
	start, end = trim(text, start, end)
	if strings.HasPrefix(text[start:end], "(") && strings.HasSuffix(text[start:end], ")") {
		start, end = trim(text, start+1, end-1)
	}
	spec := text[start:end]
	if spec == "" {
		d.Skip = managers.UnspecifiedVersion
		return d, true
	}
	d.Value, _ = v.Sub(start, end)
	for _, one := range strings.Split(strings.TrimSuffix(spec, ","), ",") {
		if !specifier.MatchString(strings.TrimSpace(one)) {
			return managers.Dep{}, false
		}
	}
	return settle(d, spec), true
}

// direct completes d from the URL that stands for its version from byte start on.
func direct(d managers.Dep, v *tomlspan.Value, start int) managers.Dep {
	rest := v.Text[start:]
	url := strings.TrimSpace(rest)
	if i := strings.IndexAny(url, " \t"); i >= 0 {
		url = url[:i]
	}
	m := gitURL.FindStringSubmatchIndex(url)
	switch {
	case m != nil:
		at := start + strings.Index(rest, url)
		d = git(d, url[m[2]:m[3]])
		d.Value, _ = v.Sub(at+m[4], at+m[5])
		return revision(d)
	case strings.HasPrefix(url, "git+"):
		d.Datasource, d.Package, d.Skip = "git-refs", repository(strings.TrimPrefix(url, "git+")), managers.UnspecifiedVersion
	case strings.HasPrefix(url, "file:"), strings.HasPrefix(url, "{"), strings.HasPrefix(url, "."):
		d.Skip = managers.PathDependency
	default:
		d.Skip = managers.UnsupportedURL
	}
	return d
}

// settle skips a dependency whose value cannot be edited in place.
func settle(d managers.Dep, value string) managers.Dep {
	if d.Skip == "" && d.Value.IsZero() && value != "" {
		d.Composed = value
		d.Skip, d.Note = managers.Unsupported, "its version is written with escapes, so that it cannot be replaced"
	}
	return d
}

// trim returns s[start:end] without white space at its ends, as offsets.
func trim(s string, start, end int) (int, int) {
	start = end - len(strings.TrimLeft(s[start:end], " \t\r\n"))
	return start, start + len(strings.TrimRight(s[start:end], " \t\r\n"))
}

// Normalize returns a package's name as PEP 503 compares it.
func Normalize(name string) string { return strings.ToLower(separator.ReplaceAllString(name, "-")) }

// Redact takes user names and passwords out of URLs.
func Redact(s string) string { return userinfo.ReplaceAllString(s, "://") }
