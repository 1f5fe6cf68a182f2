package pyproject

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/pep508"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

var (
	egg    = regexp.MustCompile(`^-e\s.*#egg=([\w.-]+)`)
	gitURL = regexp.MustCompile(`^git\+(\w+://(?:[^\s@/#]*@)?[^\s@/#]+/[^\s@#]*)@([^\s@#]+)`)
)

// parse reads one requirement; ok is false if it is none.
func parse(v *tomlspan.Value) (d managers.Dep, ok bool) {
	if m := egg.FindStringSubmatch(v.Text); m != nil { // PDM's editable form
		return managers.Dep{Name: m[1], Datasource: "pypi", Skip: managers.PathDependency}, true
	}
	r, ok := pep508.Parse(v.Text)
	if !ok {
		return d, false
	}
	d = managers.Dep{Name: r.Name, Datasource: "pypi"}
	if n := Normalize(d.Name); n != d.Name {
		d.Package = n
	}
	switch {
	case r.Direct:
		return direct(d, v, r), true
	case r.Start == r.End:
		d.Skip = managers.UnspecifiedVersion
		return d, true
	}
	d.Value, _ = v.Sub(r.Start, r.End)
	return settle(d, v.Text[r.Start:r.End]), true
}

// direct completes d from the URL that stands for its version.
func direct(d managers.Dep, v *tomlspan.Value, r pep508.Requirement) managers.Dep {
	url := r.URL
	m := gitURL.FindStringSubmatchIndex(url)
	switch {
	case m != nil:
		d = git(d, url[m[2]:m[3]])
		d.Value, _ = v.Sub(r.URLStart+m[4], r.URLStart+m[5])
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

// Normalize returns a package's name as PEP 503 compares it.
func Normalize(name string) string { return pep508.Normalize(name) }

// Redact takes user names and passwords out of URLs.
func Redact(s string) string { return pep508.Redact(s) }
