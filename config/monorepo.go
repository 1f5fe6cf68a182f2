package config

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/currant-bot/currant/config/internal/pattern"
)

//go:embed monorepos.txt
var monoreposText string

type monorepoTable struct {
	names    map[string]bool
	squeezed map[string]string // names without punctuation, to name
	repos    map[string]string // "host/owner" or "host/owner/repo", in lower case, to name
	begin    [][2]string       // how repositories begin, the longest first, and names
	patterns []monorepoPattern
}

type monorepoPattern struct {
	name string
	list pattern.List
}

var monorepos = sync.OnceValue(func() *monorepoTable {
	t := &monorepoTable{names: make(map[string]bool), squeezed: make(map[string]string), repos: make(map[string]string)}
	for line := range strings.Lines(monoreposText) {
		if line, _, _ = strings.Cut(line, "#"); strings.TrimSpace(line) == "" {
			continue
		}
		name, where, _ := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		t.names[name] = true
		t.squeezed[squeeze(name)] = name
		var packages []string
		for _, field := range strings.Fields(where) {
			if p, ok := strings.CutPrefix(field, "package:"); ok {
				packages = append(packages, p)
				continue
			}
			if strings.Count(field, "/") < 2 {
				field = "github.com/" + field
			}
			field = strings.ToLower(field)
			if begin, ok := strings.CutSuffix(field, "*"); ok {
				t.begin = append(t.begin, [2]string{begin, name})
				continue
			}
			t.repos[field] = name
		}
		if packages != nil {
			list := pattern.LazyList(packages, pattern.Fold)
			t.patterns = append(t.patterns, monorepoPattern{name, list})
		}
	}
	slices.SortFunc(t.begin, func(a, b [2]string) int { return len(b[0]) - len(a[0]) })
	return t
})

func knownMonorepo(name string) bool { return monorepos().names[name] }

// Monorepo returns the name of the family of packages that a package is
// released with, judged by its source repository and its name; "" if it is none that
// is known. Where the repository is not listed, its own name must be that of a known
// family, with or without its owner's before it, and whatever the punctuation.
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
	for _, b := range t.begin {
		if strings.HasPrefix(key, b[0]) {
			return b[1]
		}
	}
	rest, repo, _ := cutLast(key, "/")
	if name, ok := t.repos[rest]; ok {
		return name
	}
	_, owner, _ := cutLast(rest, "/")
	for _, name := range []string{repo, owner + repo} {
		if t.names[name] {
			return name
		}
		if name, ok := t.squeezed[squeeze(name)]; ok {
			return name
		}
	}
	return ""
}

// squeeze returns the letters and digits of a name.
func squeeze(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
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
