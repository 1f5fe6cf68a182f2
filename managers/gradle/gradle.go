// Package gradle reads the scripts, properties and version catalogues of Gradle.
package gradle

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// Manager reads Gradle builds. Scripts are programs: what is found is what they say outright or by variables
// whose text stands in a file.
var Manager = &managers.Manager{
	Name: "gradle",
	Doc: `Gradle builds: scripts, gradle.properties, version catalogues

Dependencies and plugins in scripts of Groovy and Kotlin, with variables, properties and constants of buildSrc;
catalogues in gradle/*.toml and settings scripts; versions of tools that plugins run.`,
	Files: []string{
		`/\.gradle(\.kts)?$/`,
		`/(^|/)gradle\.properties$/`,
		`/(^|/)gradle/.+\.toml$/`,
		`/(^|/)buildSrc/.+\.kt$/`,
		`/\.versions\.toml$/`,
		`/(^|/)versions.props$/`,
	},
	Categories:  []string{"java"},
	Versioning:  "gradle",
	Limits:      "What scripts compute; locks of Gradle (gradle.lockfile) and verification metadata are not changed along.",
	Datasources: []string{"maven"},
	Extract:     extract,
	Link:        link,
	Once:        true,
}

// maxSize is the longest script that is read.
const maxSize = 4 << 20

func extract(file managers.File) managers.Result {
	b := &build{file: file, scope: newScope()}
	switch name := path.Base(file.Path); {
	case len(file.Text) > maxSize:
		return managers.Result{Problems: []managers.Problem{{Path: file.Path, Text: "the file is larger than 4 MiB"}}}
	case strings.HasSuffix(name, ".toml"):
		b.catalogue()
	case strings.HasSuffix(name, ".properties"), strings.HasSuffix(name, ".props"):
		b.artifacts()
	default:
		b.above(path.Dir(file.Path))
		b.script("", file.Text)
	}
	for i, d := range b.deps {
		if d.Skip == "" && b.used(d.Value) {
			b.deps[i].Skip = managers.Unsupported
			b.deps[i].Note = "its version is part of a name or an address too, so that a person must change it"
		}
		b.deps[i].Needs = []string{depRepository}
		if d.Kind == "plugin" {
			b.deps[i].Needs[0] = pluginRepository
		}
	}
	return managers.Result{Deps: b.deps, Defs: b.defs, Problems: b.problems}
}

// A build is a file and what others say of its names.
type build struct {
	file     managers.File
	scope    scope
	applied  []string         // scripts that have been read
	names    []managers.Field // what names and addresses are made of
	deps     []managers.Dep
	defs     []managers.Def
	problems []managers.Problem
}

// script reads a script for its names, and if its path is "" for all that is in it.
func (b *build) script(name, src string) {
	full := cmp.Or(name, b.file.Path)
	if name != "" && (name == b.file.Path || slices.Contains(b.applied, name)) || len(src) > maxSize {
		return
	}
	b.applied = append(b.applied, full)
	r := &reader{cursor: cursor{path: name, tokens: b.tokens(name, src, !strings.HasSuffix(full, ".gradle")), scope: b.scope}}
	r.apply = func(target string) {
		if len(b.applied) > maxApplied {
			return
		}
		dir := path.Dir(full)
		if strings.HasPrefix(target, "/") {
			target, dir = target[1:], "."
		}
		for _, d := range []string{dir, "."} {
			if text, ok := b.read(path.Join(d, target)); ok {
				b.script(path.Join(d, target), text)
				return
			}
		}
	}
	if name == "" {
		r.found, r.repo, r.address = b.add, b.repository, b.use
	}
	r.read()
}

// tokens returns those of a script, which for others than the one that is extracted are made once for all that ask.
func (b *build) tokens(name, src string, kotlin bool) []token {
	if name == "" {
		return lex(src, kotlin)
	}
	kind := "gradle tokens"
	if kotlin {
		kind = "kotlin tokens"
	}
	ts, ok := managers.Neighbour(b.file, name, kind, func(text string) []token { return lex(strings.TrimPrefix(text, "\ufeff"), kotlin) })
	if !ok {
		return lex(src, kotlin)
	}
	return ts
}

// use notes that v is part of a name.
func (b *build) use(v value) {
	for _, f := range v {
		if f.Start >= 0 && len(b.names) < maxNames && !slices.Contains(b.names, f) {
			b.names = append(b.names, f)
		}
	}
}

const maxNames = 10_000

// used reports whether part of f is part of a name.
func (b *build) used(f managers.Field) bool {
	return slices.ContainsFunc(b.names, func(g managers.Field) bool {
		return f.Path == g.Path && f.Start < g.End() && g.Start < f.End()
	})
}

// maxApplied bounds how many scripts are read besides one.
const maxApplied = 200

func (b *build) add(d managers.Dep, name value) {
	b.use(name)
	if d.Value.Path == b.file.Path {
		d.Value.Path = ""
	}
	if d.Kind == "dependencies" && (b.file.Path == devScript || strings.HasSuffix(b.file.Path, "/"+devScript)) && d.Value.Path == "" {
		d.Kind = "devDependencies"
	}
	if !d.Value.IsZero() {
		d.Shared = b.scope.names[endOf(d.Value)]
	}
	b.deps = append(b.deps, d)
}

const devScript = "buildSrc/build.gradle"

// repository notes a repository for all files. Those of settings count before those of builds.
func (b *build) repository(url string, plugins bool, rules []string) {
	prefix, rank := depRepository, 2
	if plugins {
		prefix = pluginRepository
	}
	if strings.HasPrefix(path.Base(b.file.Path), "settings.gradle") {
		rank = 1
	}
	dir := path.Dir(b.file.Path)
	key := fmt.Sprintf("%s%03d %s %d %s %06d", prefix, strings.Count(dir+"/", "/")-strings.Count(dir, ".")/max(len(dir), 1), dir, rank, b.file.Path, len(b.defs))
	b.defs = append(b.defs, managers.Def{Key: key, Value: strings.Join(append([]string{url}, rules...), "\n")})
}

func (b *build) read(name string) (string, bool) {
	if b.file.FS == nil || !fs.ValidPath(name) {
		return "", false
	}
	text, err := fs.ReadFile(b.file.FS, name)
	return strings.TrimPrefix(string(text), "\ufeff"), err == nil
}

// above reads what folders from the root down to dir say of names.
func (b *build) above(dir string) {
	var dirs []string
	for d := dir; ; d = path.Dir(d) {
		dirs = append(dirs, d)
		if d == "." || d == "/" {
			break
		}
	}
	slices.Reverse(dirs)
	for _, d := range dirs {
		name := path.Join(d, "gradle.properties")
		if text, ok := b.read(name); ok {
			for key, f := range properties(text, anySeparator) {
				f.Path = name
				b.scope.set(key, value{f})
			}
		}
		b.constants(path.Join(d, "buildSrc"), 0)
		b.catalogueVersions(path.Join(d, "gradle", "libs.versions.toml"))
		for _, script := range []string{"settings.gradle", "settings.gradle.kts", "build.gradle", "build.gradle.kts"} {
			if name := path.Join(d, script); name != b.file.Path {
				if text, ok := b.read(name); ok {
					b.script(name, text)
				}
			}
		}
	}
}

// catalogueVersions reads what scripts call libs.versions.NAME, if this one does.
func (b *build) catalogueVersions(name string) {
	if !strings.Contains(b.file.Text, "libs.versions") {
		return
	}
	text, ok := b.read(name)
	if !ok {
		return
	}
	root, err := tomlspan.Parse(text)
	if err != nil {
		return
	}
	for alias, v := range root.Get("versions").Members() {
		if f, ok := v.Field(); ok {
			f.Path = name
			b.scope.set("libs.versions."+strings.NewReplacer("-", ".", "_", ".").Replace(alias.Text), value{f})
		}
	}
}

const (
	maxFolders   = 12
	maxConstants = 200
)

// constants reads the Kotlin files of buildSrc.
func (b *build) constants(dir string, depth int) {
	if b.file.FS == nil || depth > maxFolders || !fs.ValidPath(dir) {
		return
	}
	entries, err := fs.ReadDir(b.file.FS, dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir():
			b.constants(name, depth+1)
		case strings.HasSuffix(name, ".kt") && name != b.file.Path && len(b.applied) < maxConstants:
			if text, ok := b.read(name); ok {
				b.script(name, text)
			}
		}
	}
}
