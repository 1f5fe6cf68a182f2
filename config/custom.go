package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/currant-bot/currant/config/internal/pattern"
	"github.com/currant-bot/currant/config/jsonata"
)

// A Custom is one entry of customManagers.
type Custom struct {
	Entry
	Match func(path string) bool // chooses its files, before ignorePaths
}

// Custom returns the managers that configuration defines, in order.
func (c *Config) Custom() []Custom {
	list := c.base["customManagers"]
	var out []Custom
	for _, item := range list.items() {
		fields, ok := item.plain().(map[string]any)
		if !ok {
			continue
		}
		var patterns []pattern.Matcher
		for _, text := range item.get("managerFilePatterns").strings() {
			if m, err := pattern.Compile(text, pattern.Fold); err == nil {
				patterns = append(patterns, m)
			}
		}
		out = append(out, Custom{Entry{item.origin(), fields}, func(path string) bool {
			return slices.ContainsFunc(patterns, func(m pattern.Matcher) bool { return m.Match(path) })
		}})
	}
	return out
}

// jsonataMatcher asks whether one of the expressions is true of the subject.
func jsonataMatcher(list *value) matcher {
	var queries []func(m *match) bool
	for _, text := range list.strings() {
		if q := comparison(text); q != nil {
			queries = append(queries, q)
			continue
		}
		compile := sync.OnceValues(func() (jsonata.Query, error) { return jsonata.Compile(text) })
		queries = append(queries, func(m *match) bool {
			query, err := compile()
			if err != nil {
				return false // reported by the checker
			}
			got, err := query.Evaluate(m.s.known(), jsonata.Functions{"detectPlatform": detectPlatform})
			return err == nil && got == true
		})
	}
	return matcher{"matchJsonata", func(m *match) bool {
		return slices.ContainsFunc(queries, func(holds func(*match) bool) bool { return holds(m) })
	}}
}

// compared is the form of the expressions that the built-in presets have: one field, or the platform of its URL, and a value.
var compared = regexp.MustCompile(`^\s*(?:\$(detectPlatform)\(\s*)?([a-zA-Z]+)(?:\s*\))?\s*=\s*(?:(true|false)|'([^'\\]*)'|"([^"\\]*)")\s*$`)

// comparison returns an expression of that form as a function, which takes no time where
// JSONata takes milliseconds; nil for all others.
func comparison(text string) func(m *match) bool {
	m := compared.FindStringSubmatch(text)
	if m == nil || strings.Contains(text, "(") != (m[1] != "") || strings.Contains(text, ")") != (m[1] != "") {
		return nil
	}
	name, want := m[2], m[4]+m[5]
	switch {
	case m[1] != "" && name == "sourceUrl":
		return func(m *match) bool { return m.s.SourceURL != "" && detectPlatform(m.s.SourceURL) == want }
	case m[1] == "" && name == "isLockfileUpdate" && m[3] != "":
		return func(in *match) bool { return in.s.UpdateType != "" && in.s.LockOnly == (m[3] == "true") }
	}
	return nil
}

// known are the fields of a subject that have a value: expressions ask whether
// one exists.
func (s *Subject) known() map[string]any {
	out := s.fields()
	for name, text := range map[string]string{
		"lockedVersion": s.LockedVersion, "versioning": s.Versioning,
	} {
		out[name] = text
	}
	for name, v := range out {
		if v == "" {
			delete(out, name)
		}
	}
	if len(s.Registries) > 0 {
		out["registryUrls"] = s.Registries
	}
	if len(s.Categories) > 0 {
		out["categories"] = s.Categories
	}
	if s.UpdateType != "" {
		out["isBreaking"] = s.UpdateType == "major"
		out["isLockfileUpdate"] = s.LockOnly
	}
	return out
}

// checkJSONata reports expressions that cannot be read.
func checkJSONata(c *checker, m member) {
	for _, item := range m.val.items() {
		if !item.isString() {
			continue
		}
		if _, err := jsonata.Compile(item.str); err != nil {
			c.rep.at(item, Error, "this is no JSONata: %v", err)
		}
	}
}

// detectPlatform says what kind of code host a URL is of, by its name; "" if
// that does not tell.
func detectPlatform(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	for _, p := range []struct{ part, platform string }{
		{"github", "github"}, {"gitlab", "gitlab"}, {"forgejo", "forgejo"}, {"codeberg", "forgejo"},
		{"gitea", "gitea"}, {"bitbucket", "bitbucket"}, {"azure", "azure"},
	} {
		if strings.Contains(strings.ToLower(u.Hostname()), p.part) {
			return p.platform
		}
	}
	return ""
}

// checkSources checks customDatasources, whose names are the user's.
func checkSources(c *checker, m member) {
	for _, def := range m.val.members() {
		if !def.val.isObject() {
			c.rep.at(def.val, Error, "expected an object, found %s", def.val.kind)
			continue
		}
		c.object(def.val, m.name)
		for _, item := range def.val.get("transformTemplates").items() {
			if _, err := jsonata.Compile(item.str); err != nil && !strings.Contains(item.str, "{{") {
				c.rep.at(item, Error, "this is no JSONata: %v", err)
			}
		}
	}
}
