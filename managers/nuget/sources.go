package nuget

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/xmlspan"
)

// A source is one line of a NuGet.config.
type source struct{ key, url string }

// sources are what a NuGet.config says.
type sources struct {
	list     []source
	patterns map[string][]string // by the key of the source; empty if there is no mapping
}

// nearest returns what the NuGet.config nearest to file says, nil if there is none.
func nearest(file managers.File) *sources {
	if file.FS == nil {
		return nil
	}
	for dir := path.Dir(file.Path); ; dir = path.Dir(dir) {
		for _, name := range []string{"nuget.config", "NuGet.config", "NuGet.Config"} {
			if text, ok := read(file.FS, path.Join(dir, name)); ok {
				if root, err := xmlspan.Parse(text); err == nil {
					return parse(root)
				}
			}
		}
		if dir == "." || dir == "/" {
			return nil
		}
	}
}

func read(fsys fs.FS, name string) (string, bool) {
	if fsys == nil || !fs.ValidPath(name) {
		return "", false
	}
	text, err := fs.ReadFile(fsys, name)
	return strings.TrimPrefix(string(text), "\ufeff"), err == nil
}

func parse(root *xmlspan.Element) *sources {
	s := &sources{list: []source{{"nuget.org", managers.DefaultRegistry}}, patterns: make(map[string][]string)}
	if all := root.Get("packageSources"); all != nil {
		for _, e := range all.Children {
			switch e.Name {
			case "clear":
				s.list = nil
			case "add":
				url := e.Attr("value").Text
				if !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") || strings.ContainsAny(url, " %$") {
					continue
				}
				if v := e.Attr("protocolVersion").Text; v != "" {
					url += "#protocolVersion=" + v
				}
				key := e.Attr("key").Text
				s.list = append(slices.DeleteFunc(s.list, func(o source) bool { return strings.EqualFold(o.key, key) }), source{key, url})
			}
		}
	}
	for e := range root.Get("disabledPackageSources").All("add") {
		if strings.EqualFold(e.Attr("value").Text, "true") {
			key := e.Attr("key").Text
			s.list = slices.DeleteFunc(s.list, func(o source) bool { return strings.EqualFold(o.key, key) })
		}
	}
	for e := range root.Get("packageSourceMapping").All("packageSource") {
		key := strings.ToLower(e.Attr("key").Text)
		for p := range e.All("package") {
			if pattern := p.Attr("pattern").Text; pattern != "" {
				s.patterns[key] = append(s.patterns[key], strings.ToLower(pattern))
			}
		}
	}
	return s
}

// registries returns the sources of a package: those whose pattern fits it best, all without a mapping.
func (s *sources) registries(name string) []string {
	if s == nil {
		return nil
	}
	name = strings.ToLower(name)
	var urls []string
	best := -1
	for _, o := range s.list {
		fit := -1
		for _, pattern := range s.patterns[strings.ToLower(o.key)] {
			prefix, wild := strings.CutSuffix(pattern, "*")
			if pattern == name {
				fit = 1 << 20
			} else if wild && strings.HasPrefix(name, prefix) {
				fit = max(fit, len(prefix))
			}
		}
		if len(s.patterns) > 0 && fit < best {
			continue
		}
		if len(s.patterns) > 0 && fit > best {
			best, urls = fit, nil
		}
		if len(s.patterns) == 0 || fit >= 0 {
			urls = append(urls, o.url)
		}
	}
	return urls
}
