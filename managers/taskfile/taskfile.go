// Package taskfile reads what Taskfiles include of other repositories.
package taskfile

import (
	"net/url"
	"path"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads the remote includes of Taskfiles. Renovate has no such manager.
var Manager = &managers.Manager{
	Name: "taskfile",
	Doc: `remote includes of Taskfiles: Taskfile.yml

Files of git repositories at a tag: ADDRESS.git//FILE?ref=v1.2.3, and raw files on GitHub.`,
	Files:       []string{`/(^|/)[Tt]askfile(\.dist)?\.ya?ml$/`},
	Datasources: []string{"git-tags", "github-tags"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		for name, include := range doc.Get("includes").Pairs() {
			if include.IsMap() {
				include = include.Get("taskfile")
			}
			if d, ok := remote(include); ok {
				d.Kind, d.Line = "include", name.Line()
				r.Deps = append(r.Deps, d)
			}
		}
	}
	return r
}

// remote returns the dependency on a file elsewhere; ok is false for one of this repository.
func remote(node yamlspan.Node) (d managers.Dep, ok bool) {
	f := node.Field()
	if strings.Contains(f.Text, "{{") || node.IsAlias() {
		return d, false
	}
	if repository, query, found := strings.Cut(f.Text, ".git//"); found {
		return gitFile(repository, query, f)
	}
	u, err := url.Parse(f.Text)
	if err != nil || u.Host != datasources.GitHubRaw {
		return d, false
	}
	parts := strings.SplitN(strings.TrimPrefix(u.Path, "/"), "/", 4)
	at := strings.Index(f.Text, u.Host) + len(u.Host)
	if len(parts) < 4 || !strings.HasPrefix(f.Text[at:], "/"+path.Join(parts[:3]...)+"/") || strings.HasPrefix(parts[2], "refs") {
		return d, false
	}
	return at3(parts, f, at), true
}

// at3 returns the dependency on a raw file on GitHub, whose reference is the third part of its path.
func at3(parts []string, f managers.Field, at int) managers.Dep {
	start := f.Start + at + len(parts[0]) + len(parts[1]) + 3
	return managers.Dep{
		Name: parts[0] + "/" + parts[1], Datasource: "github-tags",
		Value: managers.Field{Text: parts[2], Start: start},
	}
}

// gitFile returns the dependency on a repository, of which query is a file and its reference.
func gitFile(repository, query string, f managers.Field) (d managers.Dep, ok bool) {
	_, options, _ := strings.Cut(query, "?")
	start := f.End() - len(options)
	d = managers.Dep{Name: repository + ".git", Datasource: "git-tags"}
	if name, onGitHub := strings.CutPrefix(repository, "https://"+datasources.ForgeHost("github")+"/"); onGitHub && strings.Count(name, "/") == 1 {
		d = managers.Dep{Name: name, Datasource: "github-tags"}
	}
	for option := range strings.SplitSeq(options, "&") {
		if ref, found := strings.CutPrefix(option, "ref="); found && ref != "" {
			d.Value = managers.Field{Text: ref, Start: start + len("ref=")}
			return d, true
		}
		start += len(option) + 1
	}
	d.Skip = managers.UnversionedReference
	return d, true
}
