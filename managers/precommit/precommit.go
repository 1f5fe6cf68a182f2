// Package precommit reads the configuration of pre-commit.
package precommit

import (
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/forge"
	"github.com/currant-bot/currant/managers/internal/pep508"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads repositories of hooks and what hooks of Python, Node and Go
// install besides.
var Manager = &managers.Manager{
	Name: "pre-commit",
	Doc: `Hooks of pre-commit: .pre-commit-config.yaml

Repositories of hooks at a tag, or at a commit with "# frozen: TAG" behind it, and
the additional dependencies of hooks that say their language.`,
	Files:       []string{`/(^|/)\.pre-commit-config\.ya?ml$/`},
	Off:         true,
	Defaults:    map[string]any{"commitMessageTopic": "pre-commit hook {{depName}}"},
	Limits:      "Hooks at a branch.",
	Datasources: []string{"forgejo-tags", "git-tags", "gitea-tags", "github-tags", "gitlab-tags", "go", "npm", "pypi"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	if len(docs) == 0 {
		return r
	}
	for _, repo := range docs[0].Get("repos").Items() {
		if d, ok := repository(repo); ok {
			r.Deps = append(r.Deps, d)
		}
		for _, hook := range repo.Get("hooks").Items() {
			language := hook.Get("language").String()
			for _, item := range hook.Get("additional_dependencies").Items() {
				if d, ok := additional(language, item); ok {
					r.Deps = append(r.Deps, d)
				}
			}
		}
	}
	slices.SortStableFunc(r.Deps, func(a, b managers.Dep) int { return a.Line - b.Line })
	return r
}

var (
	commit = regexp.MustCompile(`^[0-9a-f]{40}$`)
	frozen = regexp.MustCompile(`^[ \t]+#[ \t]*(?:frozen:[ \t]*([^\s#]+)|(v?\d[\w.+-]*)[ \t]*$)`)
)

// repository returns the dependency on a repository of hooks; ok is false for pre-commit's
// own hooks and for those of the same repository.
func repository(repo yamlspan.Node) (d managers.Dep, ok bool) {
	address, rev := repo.Get("repo").String(), repo.Get("rev")
	if address == "" || address == "local" || address == "meta" || rev.String() == "" {
		return d, false
	}
	d = managers.Dep{Kind: "repository", Line: rev.Line()}
	at := forge.Parse(address)
	d.Name = at.Path
	if at.Host == "" {
		d.Name, d.Skip = forge.Redact(address), managers.InvalidURL
	}
	switch kind := at.Kind(); {
	case kind == "forgejo" || kind == "gitea" && at.Host != "gitea.com":
		d.Datasource, d.Registries = kind+"-tags", []string{"https://" + at.Host}
	case d.Skip == "":
		d = forge.Tags(d, address)
		if at.Host == "github.com" || at.Host == "gitlab.com" {
			d.Registries = nil // the defaults
		}
	}
	return revision(d, rev), true
}

// revision completes d from the tag or commit that it is at.
func revision(d managers.Dep, rev yamlspan.Node) managers.Dep {
	f := rev.Field()
	if f.IsZero() {
		d.Composed = rev.String()
		if d.Skip == "" {
			d.Skip, d.Note = managers.Unsupported, "rev is written over several lines or with escapes"
		}
		return d
	}
	d.Value = f
	rest := rev.Rest()
	switch m := frozen.FindStringSubmatchIndex(rest.Text); {
	case m != nil && commit.MatchString(f.Text):
		group := 2
		if m[2] < 0 {
			group = 4
		}
		d.Digest = f
		d.Value = managers.Field{Text: rest.Text[m[group]:m[group+1]], Start: rest.Start + m[group]}
	case strings.TrimSpace(rest.Text) == "" && !commit.MatchString(f.Text):
		d.Pin = []managers.Piece{
			{Start: f.Start, End: f.End(), New: "{digest}"},
			{Start: rest.Start, End: rest.Start, New: " # frozen: {value}"},
		}
	}
	return d
}

var (
	node   = regexp.MustCompile(`^((?:@[\w.-]+/)?[A-Za-z0-9][\w.-]*)@(\S+)$`)
	golang = regexp.MustCompile(`^([\w.-]+(?:/[\w.~-]+)*)@(\S+)$`)
)

// additional returns what a hook installs besides; ok is false if it names no package with a version.
func additional(language string, item yamlspan.Node) (d managers.Dep, ok bool) {
	text := item.String()
	d = managers.Dep{Kind: "pre-commit-" + language, Line: item.Line()}
	var start, end int
	switch language {
	case "python":
		r, ok := pep508.Parse(text)
		if !ok || r.Direct {
			return d, false
		}
		d.Name, d.Datasource = r.Name, "pypi"
		if n := pep508.Normalize(d.Name); n != d.Name {
			d.Package = n
		}
		if start, end = r.Start, r.End; start == end {
			d.Skip = managers.UnspecifiedVersion
			return d, true
		}
	case "node", "golang":
		expr, datasource := node, "npm"
		if language == "golang" {
			expr, datasource = golang, "go"
		}
		m := expr.FindStringSubmatchIndex(text)
		if m == nil {
			return d, false
		}
		d.Name, start, end = text[m[2]:m[3]], m[4], m[5]
		d.Datasource = datasource
		switch version := text[start:end]; {
		case language == "golang" && !semantic.MatchString(version):
			d.Skip = managers.InvalidVersion
		case !strings.ContainsAny(version, "0123456789*"): // a name such as "latest"
			d.Datasource, d.Skip = "", managers.UnspecifiedVersion
		}
	default:
		return d, false
	}
	if f := item.Field(); !f.IsZero() {
		d.Value = managers.Field{Text: f.Text[start:end], Start: f.Start + start}
	} else {
		d.Composed = text[start:end]
		if d.Skip == "" {
			d.Skip, d.Note = managers.Unsupported, "it is written over several lines or with escapes"
		}
	}
	return d, true
}

var semantic = regexp.MustCompile(`^v\d+\.\d+\.\d+`)
