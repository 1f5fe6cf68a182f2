// Package mise reads the configuration of mise.
package mise

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// Manager reads the tools that mise installs, for a project and for its tasks.
var Manager = &managers.Manager{
	Name: "mise",
	Doc: `development tools: mise.toml

Tools by their short names or with the backends aqua, cargo, conda, core, dotnet,
gem, github, gitlab, go, npm, pipx, spm and ubi; of several versions the first. Short names
are looked up as mise's registry has them.`,
	Files: []string{
		`**/{,.}mise{,.*}.toml`,
		`**/{,.}mise/config{,.*}.toml`,
		`**/.config/mise{,.*}.toml`,
		`**/.config/mise/{mise,config}{,.*}.toml`,
		`**/.config/mise/conf.d/*.toml`,
		`**/.rtx{,.*}.toml`,
	},
	Defaults:    map[string]any{"pinDigests": false},
	Limits:      `Tools whose releases are not known to be listed anywhere, and versions that are no number.`,
	Datasources: []string{"conda", "crate", "dart-version", "docker", "dotnet-version", "flutter-version", "git-refs", "git-tags", "github-releases", "github-tags", "gitlab-releases", "go", "hexpm-bob", "java-version", "node-version", "npm", "nuget", "pypi", "ruby-version", "rubygems", "rust-version"},
	Locks:       []string{"mise.*.lock", "mise.lock"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	top, problems := tomlspan.Read(file)
	r := managers.Result{Problems: problems}
	locks := readLock(file)
	add := func(kind string, tools *tomlspan.Value) {
		if tools.Kind != tomlspan.Table {
			return
		}
		for key, value := range tools.Members() {
			d, ok := read(key.Text, value, locks)
			if !ok {
				problem := managers.Problem{Path: file.Path, Line: key.Line, Text: "the version of " + key.Text + " is no text, such as \"1.2\""}
				r.Problems = append(r.Problems, problem)
				continue
			}
			d.Kind, d.Line = kind, key.Line
			r.Deps = append(r.Deps, d)
		}
	}
	add("tools", top.Get("tools"))
	if tasks := top.Get("tasks"); tasks.Kind == tomlspan.Table {
		for name, task := range tasks.Members() {
			add("task-"+name.Text+"-tools", task.Get("tools"))
		}
	}
	return r
}

// A lock is a lock file's path with the version that it holds of each tool.
type lock struct {
	path     string
	versions map[string]string
}

var environment = regexp.MustCompile(`\.[^.]+\.toml$`)

// readLock reads the lock file of a configuration file: mise.lock beside it, or mise.ENV.lock for an
// environment's; that of a folder conf.d is above it.
func readLock(file managers.File) lock {
	if file.FS == nil || !strings.HasSuffix(file.Path, ".toml") {
		return lock{}
	}
	dir, name := path.Split(file.Path)
	dir = path.Clean(dir)
	l := lock{versions: map[string]string{}}
	switch env := environment.FindString(strings.TrimPrefix(name, ".")); {
	case path.Base(dir) == "conf.d":
		l.path = path.Join(path.Dir(dir), "mise.lock")
	case env != "":
		l.path = path.Join(dir, "mise"+strings.TrimSuffix(env, ".toml")+".lock")
	default:
		l.path = path.Join(dir, "mise.lock")
	}
	text, err := fs.ReadFile(file.FS, l.path)
	if err != nil {
		return lock{}
	}
	top, broken := tomlspan.Parse(strings.ToValidUTF8(string(text), "?"))
	if broken != nil {
		return lock{}
	}
	tools := top.Get("tools")
	if tools.Kind != tomlspan.Table {
		return lock{}
	}
	for key, entry := range tools.Members() {
		if items := entry.Items(); len(items) > 0 { // one for each version
			entry = items[0]
		}
		if version := entry.Get("version").Text; version != "" {
			l.versions[key.Text] = version
		}
	}
	return l
}
