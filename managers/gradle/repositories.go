package gradle

import (
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
)

// repositories reads what is a repository, in a block of that name or in a function for one.
func (r *reader) repositories(i int) (int, bool) {
	last := &block{}
	if len(r.blocks) > 0 {
		last = &r.blocks[len(r.blocks)-1]
	}
	switch name := r.at(i).text; {
	case datasources.GradleRepository(name) != "":
		url := datasources.GradleRepository(name)
		n := i + 1
		if r.is(n, "(") && r.is(n+1, ")") {
			n += 2
		}
		if r.is(r.skip(n), "{") { // what it has follows
			r.open(r.skip(n))
			r.blocks[len(r.blocks)-1].name, r.blocks[len(r.blocks)-1].url = name, url
			return r.skip(n) + 1, true
		}
		if n == i+1 {
			return i, false
		}
		r.repository(url, nil)
		return n, true
	case name == "maven" && r.is(i+1, "("):
		at := i + 2
		if r.is(at, "url") && r.is(at+1, "=") {
			at += 2
		}
		v, n, ok := r.url(at)
		if !ok || !r.is(n, ")") {
			return i, false
		}
		if n = n + 1; r.is(n, "{") {
			r.open(n)
			r.blocks[len(r.blocks)-1].name, r.blocks[len(r.blocks)-1].url = name, v
			return n + 1, true
		}
		r.repository(v, nil)
		return n, true
	case (name == "url" || name == "setUrl") && last.name == "maven":
		at := i + 1
		if r.is(at, "=") || r.is(at, "(") {
			at++
		}
		if v, n, ok := r.url(r.skip(at)); ok {
			last.url = v
			return n, true
		}
	case strings.HasPrefix(name, "include") || strings.HasPrefix(name, "exclude"):
		return r.content(i)
	}
	return i, false
}

// url reads an address, which may be in uri(...).
func (r *reader) url(i int) (string, int, bool) {
	wrapped := (r.is(i, "uri") || r.is(i, "URI")) && r.is(i+1, "(")
	if wrapped {
		i += 2
	}
	v, n, ok := r.eval(i)
	if wrapped {
		n++
	}
	if ok && r.address != nil && len(v) > 1 {
		r.address(v)
	}
	return strings.TrimSpace(v.String()), n, ok
}

// content reads what a repository has, such as includeGroup("x"), into the block of the repository.
func (r *reader) content(i int) (int, bool) {
	at := i + 1
	if r.is(at, "(") {
		at++
	}
	rule := r.at(i).text
	n := at
	for {
		v, next, ok := r.eval(r.skip(n))
		if !ok {
			break
		}
		rule += "\t" + v.String()
		if n = next; !r.is(n, ",") {
			break
		}
		n++
	}
	for j := len(r.blocks) - 1; j >= 0; j-- {
		if b := &r.blocks[j]; b.url != "" {
			b.rules = append(b.rules, rule)
			return n, true
		}
	}
	return i, false
}

func (r *reader) repository(url string, rules []string) {
	web := strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
	if r.repo == nil || !web || strings.ContainsAny(url, "${} \t\r\n") {
		return
	}
	r.repo(url, r.inside("pluginManagement"), rules)
}

// has reports whether a repository with such rules has the package.
func has(rules []string, pkg, version string) bool {
	group, artifact, _ := strings.Cut(pkg, ":")
	included, includes := false, false
	for _, rule := range rules {
		name, list, _ := strings.Cut(rule, "\t")
		args := append(strings.Split(list, "\t"), "", "", "")
		var hit bool
		switch strings.TrimPrefix(strings.TrimPrefix(name, "include"), "exclude") {
		case "Group":
			hit = group == args[0]
		case "GroupByRegex":
			hit = matches(args[0], group)
		case "GroupAndSubgroups":
			hit = group == args[0] || strings.HasPrefix(group, args[0]+".")
		case "Module":
			hit = group == args[0] && artifact == args[1]
		case "ModuleByRegex":
			hit = matches(args[0], group) && matches(args[1], artifact)
		case "VersionByRegex":
			hit = matches(args[0], group) && matches(args[1], artifact) && matches(args[2], version)
		case "Version":
			hit = group == args[0] && artifact == args[1] && version == args[2]
		default:
			continue
		}
		if strings.HasPrefix(name, "exclude") {
			if hit {
				return false
			}
			continue
		}
		includes, included = true, included || hit
	}
	return included || !includes
}

// matches reports whether the whole of text matches an expression, which may be too odd for RE2.
func matches(expr, text string) bool {
	re, err := regexp.Compile(`^(?:` + strings.ReplaceAll(expr, `\\`, `\`) + `)$`)
	return err == nil && re.MatchString(text)
}

const (
	depRepository    = "repository/"
	pluginRepository = "plugins/"
)

// link completes d with the repositories that any script names.
func link(d managers.Dep, defs managers.Defs) managers.Dep {
	var keys []string
	for key := range defs {
		if strings.HasPrefix(key, d.Needs[0]) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var urls []string
	for _, key := range keys {
		lines := strings.Split(defs[key], "\n")
		if url := lines[0]; !slices.Contains(urls, url) && has(lines[1:], d.PackageName(), d.Value.Text) {
			urls = append(urls, url)
		}
	}
	switch {
	case len(urls) > 0:
		d.Registries = urls
	case d.Kind == "plugin":
		d.Registries = []string{datasources.GradleRepository("gradlePluginPortal")}
	default:
		d.Registries = []string{managers.DefaultRegistry}
	}
	return d
}
