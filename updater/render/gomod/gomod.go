// Package gomod keeps go.sum, and go.mod with it.
package gomod

import (
	"errors"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// Tool runs the go command.
var Tool = &lockfile.Tool{
	Name: "go", Doc: "go.sum, by go get, and go mod tidy where postUpdateOptions say so",
	Files: []string{"go.sum"}, Whole: true, Ask: []string{"version"}, Datasource: "go", Scheme: "semver",
	Options: []string{"gomodMassage", "gomodTidy", "gomodTidy1.17", "gomodTidyE", "gomodUpdateImportPaths"},
	Recipe:  recipe,
}

func recipe(w lockfile.Work) (lockfile.Recipe, error) {
	if w.Has("vendor/modules.txt") {
		return lockfile.Recipe{}, errors.New("the modules in its vendor folder would have to change too, and Currant does not write them")
	}
	r := lockfile.Recipe{
		Also: []string{path.Join(w.Dir(), "go.mod")},
		// Modules that have to be fetched from their repositories cannot be: there is no git in reach.
		Env: []string{"GOPROXY=" + datasources.DefaultRegistries("go")[0], "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local", "GOTELEMETRY=off", "GOMODCACHE=" + lockfile.Cache + "/mod", "GOCACHE=" + lockfile.Cache + "/build", "GOPATH=" + lockfile.Home + "/go", "GOWORK=off", "GOENV=off", "CGO_ENABLED=0"},
	}
	if w.Option("gomodUpdateImportPaths") {
		r.Write = imports(w)
	}
	get := []string{"get", "-t"}
	if w.Renew {
		get = append(get, "-u")
	}
	r.Steps = append(r.Steps, lockfile.Run(append(get, packages(w.Packages)...)...))
	tidy := []string{"mod", "tidy"}
	switch {
	case w.Option("gomodTidyE"):
		tidy = append(tidy, "-e")
	case w.Option("gomodTidy1.17"):
		tidy = append(tidy, "-compat=1.17")
	case !w.Option("gomodTidy") && len(r.Write) == 0:
		return r, nil
	}
	r.Steps = append(r.Steps, lockfile.Run(tidy...))
	return r, nil
}

// packages returns what goGetDirs names within the module: all of it if that is nothing.
func packages(dirs []string) []string {
	var out []string
	for _, dir := range dirs {
		if clean := path.Clean(dir); clean != ".." && !strings.HasPrefix(clean, "../") && !path.IsAbs(clean) && !strings.HasPrefix(dir, "-") {
			out = append(out, dir)
		}
	}
	if out == nil {
		return []string{"./..."}
	}
	return out
}

// imports returns the sources of the module whose imports name a module that has another name now.
func imports(w lockfile.Work) map[string]string {
	renamed := make(map[string]string)
	for _, c := range w.Changes {
		if c.Renamed != "" {
			renamed[c.Name] = c.Renamed
		}
	}
	out := make(map[string]string)
	for _, name := range w.Files {
		if len(renamed) == 0 || path.Ext(name) != ".go" || w.Dir() != "." && !strings.HasPrefix(name, w.Dir()+"/") {
			continue
		}
		data, err := fs.ReadFile(w.FS, name)
		if err != nil {
			continue
		}
		if text, ok := rewrite(string(data), renamed); ok {
			out[name] = text
		}
	}
	return out
}

// rewrite changes the imports in a source; ok is false if there is nothing to change, or it cannot be read.
func rewrite(source string, renamed map[string]string) (text string, ok bool) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", source, parser.ImportsOnly)
	if err != nil {
		return "", false
	}
	var edits []managers.Edit
	for _, spec := range file.Imports {
		was, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		for from, to := range renamed {
			rest, ok := strings.CutPrefix(was, from)
			if !ok || rest != "" && rest[0] != '/' || major(rest) {
				continue
			}
			start := set.Position(spec.Path.Pos()).Offset
			edits = append(edits, managers.Edit{Start: start + 1, End: start + 1 + len(from), New: to})
		}
	}
	if len(edits) == 0 {
		return "", false
	}
	slices.SortFunc(edits, func(a, b managers.Edit) int { return a.Start - b.Start })
	text, err = managers.Apply(source, edits)
	return text, err == nil
}

// major reports whether what follows a module's name says that another major version of it is meant.
func major(rest string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	number, ok := strings.CutPrefix(first, "v")
	if !ok {
		return false
	}
	n, err := strconv.Atoi(number)
	return err == nil && n >= 2
}
