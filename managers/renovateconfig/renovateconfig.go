// Package renovateconfig reads the bot's own configuration: the presets that it
// extends are dependencies, too.
package renovateconfig

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
)

// Manager reads presets in repositories and constraints of tools.
var Manager = &managers.Manager{
	Name: "renovate-config",
	Doc: `Presets that the bot's configuration extends: renovate.json

Presets of other repositories at a tag, and the tools under constraints.`,
	Files: []string{
		`/^(\.(github|gitlab|gitea|forgejo)/)?(renovate|currant)\.json[5c]?$/`,
		`/^\.(renovate|currant)rc(\.json[5c]?)?$/`,
	},
	Datasources: []string{"dart-version", "dotnet-version", "forgejo-tags", "gitea-tags", "github-releases", "github-tags", "gitlab-tags", "gradle-version", "java-version", "npm", "pypi", "rubygems", "rust-version"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	root, problems := jsonspan.Read5(file)
	r := managers.Result{Problems: problems}
	for key, value := range root.Members() {
		switch key.Text {
		case "extends":
			for _, v := range value.Items() {
				if d, ok := preset(v); ok {
					d.Line = v.Line
					r.Deps = append(r.Deps, d)
				}
			}
		case "constraints":
			for name, v := range value.Members() {
				if v.Kind == jsonspan.String && v.Text != "" {
					r.Deps = append(r.Deps, constraint(name, v))
				}
			}
		}
	}
	return r
}

var (
	builtIn = regexp.MustCompile(`^(?:abandonments|config|customManagers|default|docker|global|group|helpers|mergeConfidence|monorepo|npm|packages|preview|regexManagers|replacements|schedule|security|workarounds)?:`)
	onForge = regexp.MustCompile(`^(github|gitlab|gitea|forgejo)>([^#:]*?)(?::[^#]*|//[^#]*)?(?:#(.*))?$`)
	local   = regexp.MustCompile(`^(?:local>)?([^#:>]*?)(?::[^#]*|//[^#]*)?(?:#.*)?$`)
)

// preset returns the dependency on a preset; ok is false for what comes with the bot itself.
func preset(v jsonspan.Value) (d managers.Dep, ok bool) {
	text := v.Text
	if i := strings.IndexByte(text, '('); i >= 0 { // its arguments
		text = text[:i]
	}
	switch {
	case v.Kind != jsonspan.String, text == "", strings.Contains(text, "{{"), builtIn.MatchString(text):
		return d, false
	case strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"):
		return managers.Dep{Name: redact(text), Skip: managers.UnsupportedDatasource}, true
	}
	if m := onForge.FindStringSubmatchIndex(text); m != nil && m[4] < m[5] {
		d.Name = text[m[4]:m[5]]
		if m[6] < 0 || m[6] == m[7] {
			d.Skip = managers.UnspecifiedVersion
			return d, true
		}
		d.Datasource = text[m[2]:m[3]] + "-tags"
		d.Value, ok = v.Sub(m[6], m[7])
		if !ok {
			d.Composed, d.Skip = text[m[6]:m[7]], managers.Unsupported
			d.Note = "it is written with escapes, so that it cannot be replaced"
		}
		return d, true
	}
	if strings.Contains(text, ">") && !strings.HasPrefix(text, "local>") {
		return managers.Dep{Name: text, Skip: managers.InvalidValue}, true
	}
	d = managers.Dep{Name: ofNPM(text), Skip: managers.UnsupportedDatasource}
	if m := local.FindStringSubmatch(text); m != nil && strings.Contains(text, "/") && !strings.HasPrefix(text, "@") {
		d.Name = m[1]
	}
	return d, d.Name != ""
}

// ofNPM returns the package of a preset that an npm package holds.
func ofNPM(text string) string {
	name, _, _ := strings.Cut(text, ":")
	switch {
	case strings.HasPrefix(name, "@") && !strings.Contains(name, "/"):
		return name + "/renovate-config"
	case strings.HasPrefix(name, "@"), strings.HasPrefix(name, "renovate-config"):
		return name
	}
	return "renovate-config-" + name
}

var userinfo = regexp.MustCompile(`//[^/@\s]*@`)

func redact(address string) string { return userinfo.ReplaceAllString(address, "//") }

// constraint returns the dependency on a tool that the bot is to use.
func constraint(name, v jsonspan.Value) managers.Dep {
	d := managers.Dep{Name: name.Text, Kind: "constraint", Skip: managers.Unsupported, Line: name.Line}
	value, ok := v.Field()
	d.Value = value
	t, known := tools[name.Text]
	if !known {
		return d
	}
	d.Kind, d.Datasource, d.Package, d.Versioning = "tool-constraint", t.datasource, t.pkg, t.versioning
	if ok {
		d.Skip = ""
	} else {
		d.Composed = v.Text
	}
	if t.tag != "" && !strings.HasPrefix(v.Text, "v") {
		d.Config = map[string]any{"extractVersion": t.tag}
	}
	return d
}
