// Package gitsubmodules reads the file of Git's submodules, .gitmodules.
package gitsubmodules

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/forge"
)

// Manager reads where each submodule is from, which branch it follows and, from the commit itself, where it is at.
var Manager = &managers.Manager{
	Name: "git-submodules",
	Doc: `Git submodules: .gitmodules

The commit that a submodule is at follows its branch, or its default branch; a
branch that is a version is raised too. It is off unless it is switched on.`,
	Files:       []string{`/(^|/)\.gitmodules$/`},
	Versioning:  "git",
	Datasources: []string{"git-refs"},
	Off:         true,
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	var r managers.Result
	modules, problems := read(file)
	r.Problems = problems
	for _, m := range modules {
		if m.path.Text != "" {
			r.Deps = append(r.Deps, m.dep(file))
		}
	}
	return r
}

// A module is one section of the file.
type module struct {
	path, url, branch managers.Field
	line              int
	odd               string // a branch that cannot be replaced
}

var (
	commit  = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
	version = regexp.MustCompile(`^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$`)
)

func (m module) dep(file managers.File) managers.Dep {
	d := managers.Dep{Name: m.path.Text, Datasource: "git-refs", Package: address(m.url.Text), Value: m.branch, Line: m.line}
	at := ""
	if file.FS != nil && fs.ValidPath(m.path.Text) {
		at, _ = fs.ReadLink(file.FS, m.path.Text)
	}
	if version.MatchString(m.branch.Text) {
		d.Versioning = "semver"
	}
	relative := strings.HasPrefix(m.url.Text, "./") || strings.HasPrefix(m.url.Text, "../")
	switch {
	case !commit.MatchString(at) || path.Dir(file.Path) != ".":
		d.Skip, d.Note = managers.UnversionedReference, "the repository has no submodule there"
	case relative:
		d.Skip, d.Note = managers.UnsupportedURL, "its address depends on where the repository itself is: write a whole one"
	case d.Package == "":
		d.Skip = managers.InvalidURL
	case m.odd != "":
		d.Composed = strings.Trim(m.odd, `"`)
		if version.MatchString(d.Composed) || strings.Contains(d.Composed, `\`) {
			d.Skip, d.Note = managers.Unsupported, "its branch is written with quotes or escapes, so that it cannot be replaced"
		}
	case m.branch.Text == ".":
		d.Skip, d.Note = managers.UnversionedReference, "it follows the branch that is called as the repository's own"
	}
	if commit.MatchString(at) {
		d.Digest = managers.Field{Path: m.path.Text, Text: at}
	}
	return d
}

// address returns where a repository can be asked about: by HTTPS, where its address is one of SSH or git's short form.
func address(url string) string {
	if strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") {
		return forge.Redact(url)
	}
	r := forge.Parse(url)
	if r.Host == "" || r.Path == "" {
		return ""
	}
	host, _, _ := strings.Cut(r.Host, ":") // the port is that of SSH
	out := "https://" + host + "/" + r.Path
	if strings.HasSuffix(url, ".git") {
		out += ".git"
	}
	return out
}

var (
	section = regexp.MustCompile(`^\s*\[\s*(\w+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]\s*(?:[#;].*)?$`)
	setting = regexp.MustCompile(`^\s*([A-Za-z][A-Za-z0-9-]*)\s*=[ \t]*`)
)

// read returns the modules in a file in Git's configuration format. A branch in quotes is shown and cannot be
// replaced; what makes no sense is a problem.
func read(file managers.File) (modules []module, problems []managers.Problem) {
	at, line, inside := 0, 0, false
	for text := range strings.Lines(file.Text) {
		start := at
		at += len(text)
		line++
		text = strings.TrimRight(text, "\r\n")
		if m := section.FindStringSubmatch(text); m != nil {
			if inside = strings.EqualFold(m[1], "submodule"); inside {
				modules = append(modules, module{line: line})
			}
			continue
		}
		rest := strings.TrimSpace(text)
		if rest == "" || rest[0] == '#' || rest[0] == ';' || !inside {
			continue
		}
		m := setting.FindStringSubmatchIndex(text)
		if m == nil {
			if strings.ContainsAny(rest, "=[]\"") {
				problems = append(problems, managers.Problem{Path: file.Path, Line: line, Text: "this is no setting as Git writes it"})
			}
			continue
		}
		value := managers.Field{Text: valueOf(text[m[1]:]), Start: start + m[1]}
		current := &modules[len(modules)-1]
		switch strings.ToLower(text[m[2]:m[3]]) {
		case "path":
			current.path = managers.Field{Text: strings.Trim(value.Text, `"`)}
		case "url":
			current.url = managers.Field{Text: strings.Trim(value.Text, `"`)}
		case "branch":
			if strings.ContainsAny(value.Text, `"\`) {
				current.odd = value.Text
			} else if value.Text != "" {
				current.branch = value
			}
		}
	}
	return modules, problems
}

// valueOf returns a value without the comment behind it.
func valueOf(text string) string {
	if strings.HasPrefix(text, `"`) {
		if end := strings.IndexByte(text[1:], '"'); end >= 0 {
			return text[:end+2]
		}
	}
	if i := strings.IndexAny(text, "#;"); i >= 0 {
		text = text[:i]
	}
	return strings.TrimRight(text, " \t")
}
