package config

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/currant-bot/currant/config/internal/pattern"
)

//go:embed monorepos.txt
var monoreposText string

type monorepoTable struct {
	names    map[string]bool
	repos    map[string]string // "host/owner/repo" or "host/owner", in lower case, to name
	patterns []monorepoPattern
}

type monorepoPattern struct {
	name string
	list pattern.List
}

var monorepos = sync.OnceValue(func() *monorepoTable {
	t := &monorepoTable{names: make(map[string]bool), repos: make(map[string]string)}
	for line := range strings.Lines(monoreposText) {
		if line, _, _ = strings.Cut(line, "#"); strings.TrimSpace(line) == "" {
			continue
		}
		name, where, _ := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		t.names[name] = true
		var packages []string
		for _, field := range strings.Fields(where) {
			if p, ok := strings.CutPrefix(field, "package:"); ok {
				packages = append(packages, p)
				continue
			}
			if strings.Count(field, "/") < 2 {
				field = "github.com/" + field
			}
			t.repos[strings.ToLower(strings.TrimSuffix(field, "/*"))] = name
		}
		if packages != nil {
			list := pattern.LazyList(packages, pattern.Fold)
			t.patterns = append(t.patterns, monorepoPattern{name, list})
		}
	}
	return t
})

func knownMonorepo(name string) bool { return monorepos().names[name] }

// Monorepo returns the name of the family of packages that a package is
// released with, judged by its source repository and its name; "" if it is none that
// is known. Where the repository is not listed, its own name must be that of a known
// family.
func Monorepo(sourceURL, packageName string) string {
	t := monorepos()
	for _, p := range t.patterns {
		if packageName != "" && p.list.Match(packageName) {
			return p.name
		}
	}
	key := repositoryKey(sourceURL)
	if key == "" {
		return ""
	}
	if name, ok := t.repos[key]; ok {
		return name
	}
	owner, repo, _ := cutLast(key, "/")
	if name, ok := t.repos[owner]; ok {
		return name
	}
	if t.names[repo] {
		return repo
	}
	return ""
}

// SourceName returns what the source repository of a package is called; ""
// if that is unknown. Packages with the same source repository are released together.
func SourceName(sourceURL string) string {
	_, repo, _ := cutLast(repositoryKey(sourceURL), "/")
	return repo
}

// repositoryKey returns "host/owner/repo" in lower case; "" if url is none of
// a repository.
func repositoryKey(url string) string {
	rest := strings.ToLower(url)
	if _, after, ok := strings.Cut(rest, "://"); ok {
		rest = after
	}
	if _, after, ok := strings.Cut(rest, "@"); ok {
		rest = strings.Replace(after, ":", "/", 1)
	}
	parts := strings.SplitN(strings.Trim(rest, "/"), "/", 4)
	if len(parts) < 3 {
		return ""
	}
	return parts[0] + "/" + parts[1] + "/" + strings.TrimSuffix(parts[2], ".git")
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
