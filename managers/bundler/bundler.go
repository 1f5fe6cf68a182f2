// Package bundler reads Gemfiles.
package bundler

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
)

// Manager reads the lines of a Gemfile, which is a program: what it says by variables is not found.
var Manager = &managers.Manager{
	Name: "bundler",
	Doc: `Ruby gems: Gemfile, with the versions in Gemfile.lock

Gems with their requirements, from servers and Git repositories, in groups and blocks of sources; the version of Ruby.`,
	Files:       []string{`/(^|/)Gemfile$/`},
	Categories:  []string{"ruby"},
	Versioning:  "ruby",
	Limits:      "What Ruby computes.",
	Datasources: []string{"git-refs", "ruby-version", "rubygems"},
	Locks:       []string{"Gemfile.lock"},
	Extract:     extract,
}

var (
	gem = regexp.MustCompile(`^\s*gem(?:\s+|\s*\(\s*)(?:"([^"']+)"|'([^"']+)')(.*)$`)
	// requirements are strings right behind the name, with numbers or variables in them.
	requirements = regexp.MustCompile(`^\s*,\s*(` + one + `(?:\s*,\s*` + one + `)*)\s*(?:,|\)|#|$|\.|if\b|unless\b|;)`)
	option       = regexp.MustCompile(`(?:^|[\s,(])(git|github|tag|branch|ref|path|source):\s*(?:"([^"']+)"|'([^"']+)')`)
	source       = regexp.MustCompile(`^\s*source(?:\s+|\s*\(\s*)(?:"([^"']+)"|'([^"']+)')\s*\)?\s*(do\b)?`)
	ruby         = regexp.MustCompile(`^\s*ruby(?:\s+|\s*\(\s*)(?:"([^"']+)"|'([^"']+)')`)
	opens        = regexp.MustCompile(`(?:\bdo\s*(?:\|[^|]*\|)?\s*(?:#.*)?$)|^\s*(?:if|unless|case|begin|def|while)\b`)
	closes       = regexp.MustCompile(`^\s*end\b`)
	pathOption   = regexp.MustCompile(`(?:^|[\s,(])path:\s`)
)

const one = `(?:"[^"'\d#]*(?:\d|#\{)[^"']*"|'[^"'\d#]*(?:\d|#\{)[^"']*')`

func extract(file managers.File) managers.Result {
	var sources []string
	for line := range strings.Lines(file.Text) {
		if m := source.FindStringSubmatch(line); m != nil && m[3] == "" {
			sources = add(sources, m[1]+m[2])
		}
	}
	r := reader{file: file, sources: sources}
	r.lock, r.locked = readLock(file)
	start := 0
	for line := range strings.Lines(file.Text) {
		r.line(strings.TrimRight(line, "\r\n"), start)
		start += len(line)
	}
	return managers.Result{Deps: r.deps}
}

func add(urls []string, url string) []string {
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") || strings.ContainsAny(url, "#{} ") || slices.Contains(urls, url) {
		return urls
	}
	return append(urls, url)
}

type reader struct {
	file    managers.File
	sources []string
	blocks  []string // the source of each open block, "" for others
	lock    string
	locked  map[string]string
	deps    []managers.Dep
}

func (r *reader) line(line string, start int) {
	if m := gem.FindStringSubmatchIndex(line); m != nil {
		r.gem(line, start, m)
		return
	}
	if m := ruby.FindStringSubmatchIndex(line); m != nil {
		i := max(m[2], m[4])
		r.deps = append(r.deps, managers.Dep{
			Name: "ruby", Datasource: "ruby-version", Value: field(line, start, i, max(m[3], m[5])),
		})
		return
	}
	block := ""
	if m := source.FindStringSubmatch(line); m != nil && m[3] != "" {
		block = m[1] + m[2]
	}
	switch {
	case block != "" || opens.MatchString(line):
		r.blocks = append(r.blocks, block)
	case closes.MatchString(line) && len(r.blocks) > 0:
		r.blocks = r.blocks[:len(r.blocks)-1]
	}
}

func field(line string, start, i, j int) managers.Field {
	return managers.Field{Text: line[i:j], Start: start + i}
}

// gem reads a line that names one.
func (r *reader) gem(line string, start int, m []int) {
	name := line[max(m[2], m[4]):max(m[3], m[5])]
	d := managers.Dep{Name: name, Datasource: "rubygems", Registries: r.registries(), Line: 1 + strings.Count(r.file.Text[:start], "\n")}
	rest := line[m[6]:]
	if v := requirements.FindStringSubmatchIndex(rest); v != nil {
		d.Value = field(line, start, m[6]+v[2], m[6]+v[3])
		if strings.Contains(d.Value.Text, "#{") {
			d.Skip, d.Note = managers.ContainsVariable, "its requirement is put together of variables"
		}
	}
	options := make(map[string]managers.Field)
	for _, o := range option.FindAllStringSubmatchIndex(rest, -1) {
		options[rest[o[2]:o[3]]] = field(line, start, m[6]+max(o[4], o[6]), m[6]+max(o[5], o[7]))
	}
	git := options["git"].Text
	if hub := options["github"].Text; git == "" && strings.Count(hub, "/") == 1 {
		git = "https://" + datasources.GitHub + "/" + hub
	}
	switch {
	case options["path"].Text != "", pathOption.MatchString(rest):
		d.Skip = managers.InternalPackage
	case git != "":
		d.Datasource, d.Package, d.Skip, d.Note = "git-refs", git, "", ""
		d.Value = options["tag"]
		if d.Value.IsZero() {
			d.Value = options["branch"]
		}
		d.Digest = options["ref"]
		if d.Digest.IsZero() && !d.Value.IsZero() {
			d.Pin = nil
		}
	default:
		if url := options["source"].Text; url != "" {
			d.Registries = add(nil, url)
		}
		d.Locked = r.locked[name]
	}
	if r.lock != "" && d.Skip == "" {
		d.Locks = []string{r.lock}
	}
	r.deps = append(r.deps, d)
}

// registries returns where gems come from at this place.
func (r *reader) registries() []string {
	for _, block := range slices.Backward(r.blocks) {
		if block != "" {
			return add(nil, block)
		}
	}
	return r.sources
}

var spec = regexp.MustCompile(`^    ([^\s()]+) \(([^\s()]+)\)$`)

// readLock returns the lock file beside file and the versions in it.
func readLock(file managers.File) (string, map[string]string) {
	name := path.Join(path.Dir(file.Path), "Gemfile.lock")
	if file.FS == nil || !fs.ValidPath(name) {
		return "", nil
	}
	text, err := fs.ReadFile(file.FS, name)
	if err != nil {
		return "", nil
	}
	locked := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		if m := spec.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil && locked[m[1]] == "" {
			locked[m[1]], _, _ = strings.Cut(m[2], "-") // the platform
		}
	}
	return name, locked
}
