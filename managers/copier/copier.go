// Package copier reads the answers files that Copier leaves in the projects
// it makes from templates.
package copier

import (
	"path"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads the template's address and version from an answers file. Copier itself makes
// the update: changing the version alone would pretend one.
var Manager = &managers.Manager{
	Name: "copier",
	Doc: `Copier templates: .copier-answers.yml

The template that a project was made from, at any address that Copier takes:
gh: and gl: for short, HTTPS, SSH, user@host:path, with git+ before it. An
update runs Copier. Files that are called otherwise count too, if "answers" or
"copier" is in their name or folder and they have _src_path.`,
	Files: []string{
		`/(^|/)\.copier-answers(\..+)?\.ya?ml/`, // Renovate's
		// Templates may call it anything: files with such names count if they say which template they are from.
		`/(^|/)[^/]*(answers|copier)[^/]*\.ya?ml$/`,
		`/(^|/)\.?copier[^/]*/[^/]+\.ya?ml$/`,
	},
	Categories:  []string{"python"},
	Versioning:  "pep440",
	Datasources: []string{"git-tags"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	switch path.Ext(file.Path) {
	case ".jinja", ".jinja2", ".j2", ".tmpl":
		return managers.Result{} // a template's own file, from which answers files are made
	}
	docs, problems := yamlspan.Documents(file)
	usual := strings.HasPrefix(path.Base(file.Path), ".copier-answers")
	if !usual && (len(docs) == 0 || docs[0].Get("_src_path").String() == "") {
		return managers.Result{} // it only has such a name
	}
	r := managers.Result{Problems: problems}
	if len(docs) == 0 {
		return r
	}
	src, commit := docs[0].Get("_src_path"), docs[0].Get("_commit")
	problem := func(line int, text string) managers.Result {
		r.Problems = append(r.Problems, managers.Problem{Path: file.Path, Line: line, Text: text})
		return r
	}
	address := strings.TrimSpace(src.String())
	switch {
	case address == "":
		return problem(0, "no _src_path: it is not known which template this is from")
	case commit.String() == "":
		return problem(src.Line(), "no _commit: Copier cannot update without the version in use")
	}
	url := repository(address)
	if url == "" {
		return problem(src.Line(), "the template is a local folder or file, which cannot be looked up: "+redact(address))
	}
	d := managers.Dep{
		Name: redact(address), Package: url, Kind: managers.Template, Datasource: "git-tags",
		Value: commit.Field(), Render: "copier", Line: commit.Line(),
	}
	if d.Value.IsZero() {
		d.Composed = commit.String()
		d.Skip, d.Note = managers.Unsupported, "_commit is written over several lines or with escapes"
	}
	if d.Name != address && d.Skip == "" {
		d.Note = "the template's address holds credentials, which everybody who sees this file can use"
	}
	r.Deps = []managers.Dep{d}
	return r
}

var (
	// short forms that Copier itself expands
	short   = regexp.MustCompile(`^(gh|gl):/*([\w.-]+(?:/[\w.-]+)+)/?$`)
	remote  = regexp.MustCompile(`^(?:git\+)?(https?|ssh|git)://(?:[^/\s]*@)?([^/@\s]+)/(\S+)$`)
	scpLike = regexp.MustCompile(`^(?:git\+)?[\w.-]+@([\w.-]+):/*([^\s/]\S*)$`)
	port    = regexp.MustCompile(`:\d*$`)
	secret  = regexp.MustCompile(`://[^/\s]*@`)
	hosts   = map[string]string{"gh": "github.com", "gl": "gitlab.com"}
)

// repository returns the HTTP address of a template, without credentials; ""
// if it has none.
func repository(src string) string {
	if m := short.FindStringSubmatch(src); m != nil {
		return "https://" + hosts[m[1]] + "/" + strings.TrimSuffix(m[2], ".git")
	}
	if m := remote.FindStringSubmatch(src); m != nil {
		scheme, host := m[1], m[2]
		if scheme == "ssh" || scheme == "git" { // the port is of that protocol
			scheme, host = "https", port.ReplaceAllString(host, "")
		}
		return scheme + "://" + host + "/" + m[3]
	}
	if m := scpLike.FindStringSubmatch(src); m != nil {
		return "https://" + m[1] + "/" + m[2]
	}
	return ""
}

// redact takes the user and password out of a URL, and leaves a mere "git@".
func redact(src string) string {
	return secret.ReplaceAllStringFunc(src, func(s string) string {
		if s == "://git@" {
			return s
		}
		return "://"
	})
}
