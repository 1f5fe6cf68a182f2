package config

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
)

// ruleLists are old matchers whose items go into another one: as they are, as
// expressions, or as prefixes.
var ruleLists = map[string]struct{ now, form string }{
	"managers": {"matchManagers", ""}, "datasources": {"matchDatasources", ""}, "depTypeList": {"matchDepTypes", ""}, "depTypes": {"matchDepTypes", ""},
	"packageNames": {"matchPackageNames", ""}, "packagePatterns": {"matchPackageNames", "expression"}, "sourceUrlPrefixes": {"matchSourceUrls", "url"},
	"updateTypes": {"matchUpdateTypes", ""}, "baseBranchList": {"matchBaseBranches", ""}, "languages": {"matchCategories", ""},
	"matchLanguages": {"matchCategories", ""}, "matchFiles": {"matchFileNames", ""}, "matchPaths": {"matchFileNames", "path"}, "paths": {"matchFileNames", "path"},
	"matchPackagePatterns": {"matchPackageNames", "expression"}, "matchPackagePrefixes": {"matchPackageNames", "prefix"},
	"matchDepPatterns": {"matchDepNames", "expression"}, "matchDepPrefixes": {"matchDepNames", "prefix"}, "matchSourceUrlPrefixes": {"matchSourceUrls", "url"},
	"excludePackageNames": {"matchPackageNames", "!"}, "excludePackagePatterns": {"matchPackageNames", "!expression"}, "excludePackagePrefixes": {"matchPackageNames", "!prefix"},
	"excludeDepNames": {"matchDepNames", "!"}, "excludeDepPatterns": {"matchDepNames", "!expression"}, "excludeDepPrefixes": {"matchDepNames", "!prefix"},
	"excludeRepositories": {"matchRepositories", "!"}, "excludeManagers": {"matchManagers", "!"}, "excludeDatasources": {"matchDatasources", "!"},
}

// rule migrates an old member of a rule.
func (m *migrator) rule(v *value, old member) bool {
	to, ok := ruleLists[old.name]
	if !ok {
		return false
	}
	v.remove(old.name)
	m.note(old, "is written as \""+to.now+"\" now")
	list := old.val
	if list.isString() {
		list = list.likeList(list)
	}
	if !list.isList() {
		m.rep.key(old, Error, "expected a list of strings, found %s", old.val.kind)
		return true
	}
	out := list.likeList()
	if existing := v.get(to.now); existing.isList() {
		out.list = append(out.list, existing.list...)
	} else if existing.isString() {
		out.list = append(out.list, existing)
	}
	for _, item := range list.list {
		if item.isString() {
			out.list = append(out.list, item.likeString(rewrite(item.str, to.form)))
		}
	}
	v.set(to.now, old.off, out)
	return true
}

// rewrite turns an item of an old matcher into a pattern.
func rewrite(s, form string) string {
	negated := strings.HasPrefix(form, "!")
	switch strings.TrimPrefix(form, "!") {
	case "expression":
		if s != "*" {
			s = "/" + s + "/"
		}
	case "prefix":
		s += "{/,}**"
	case "url":
		s += "**"
	case "path":
		if !strings.ContainsAny(s, "*?[{") && !strings.Contains(s[strings.LastIndexByte(s, '/')+1:], ".") {
			s = strings.TrimSuffix(s, "/") + "/**"
		}
	}
	if negated {
		s = "!" + s
	}
	return s
}

// depTypeBlocks are blocks at the top that older configurations use for the
// dependencies of one kind.
var depTypeBlocks = []string{"dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "engines"}

// collectRules gathers what once stood elsewhere and is a rule today.
func (m *migrator) collectRules(v *value) {
	var rules []*value
	for _, name := range []string{"packages", "pathRules"} {
		if old := v.get(name); old.isList() {
			m.rep.at(old, Migration, "%q are packageRules now", name)
			v.remove(name)
			for _, item := range old.list {
				if item.isObject() {
					m.migrate(item, "packageRules")
					rules = append(rules, item)
				}
			}
		}
	}
	for _, name := range depTypeBlocks {
		if old := v.get(name); old.isObject() && optionNamed(name) == nil {
			m.rep.at(old, Migration, "%q is a rule with matchDepTypes now", name)
			v.remove(name)
			old.set("matchDepTypes", old.off, old.likeList(old.likeString(name)))
			rules = append(rules, old)
		}
	}
	if rules == nil {
		return
	}
	if list := v.get("packageRules"); list.isList() {
		list.list = append(list.list, rules...)
		return
	}
	v.put("packageRules", &value{kind: json5.Array, list: rules, src: rules[0].src, off: rules[0].off})
}

// special handles what changed its meaning with its form.
func (m *migrator) special(v *value, old member, parent string) bool {
	if parent == "hostRules" {
		return m.host(v, old)
	}
	if fix, ok := specials[old.name]; ok {
		if text := fix(v, old); text != "" {
			m.note(old, text)
			return true
		}
	}
	if old.val.isString() && strings.Contains(old.val.str, "{{") {
		m.template(v, old)
	}
	return false
}

// host migrates an old member of a host rule.
func (m *migrator) host(v *value, old member) bool {
	now := map[string]string{
		"host": "matchHost", "hostName": "matchHost", "baseUrl": "matchHost", "endpoint": "matchHost", "domainName": "matchHost", "platform": "hostType",
	}[old.name]
	if now == "" {
		return false
	}
	v.remove(old.name)
	if v.get(now) == nil {
		v.set(now, old.off, old.val)
	}
	m.note(old, "is called \""+now+"\" now")
	return true
}

// variables are names in templates that are called differently today.
var variables = map[string]string{
	"baseDir": "packageFileDir", "lookupName": "packageName", "depNameShort": "depName", "fromVersion": "currentVersion", "toVersion": "newVersion",
	"newValueMajor": "newMajor", "newVersionMajor": "newMajor", "newVersionMinor": "newMinor", "currentVersionMajor": "currentMajor",
}

func (m *migrator) template(v *value, old member) {
	text := renameVariables(old.val.str)
	if text == old.val.str {
		return
	}
	v.set(old.name, old.off, old.val.likeString(text))
	m.note(old, "uses variables that are called differently now")
}

// renameVariables replaces old names between braces.
func renameVariables(s string) string {
	var b strings.Builder
	for {
		open := strings.Index(s, "{{")
		if open < 0 {
			b.WriteString(s)
			return b.String()
		}
		end := strings.Index(s[open:], "}}")
		if end < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:open])
		b.WriteString(replaceWords(s[open : open+end]))
		s = s[open+end:]
		b.WriteString("}}")
		s = s[2:]
	}
}

func replaceWords(s string) string {
	var b strings.Builder
	word := func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
	}
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && word(s[j]) {
			j++
		}
		if j == i {
			b.WriteByte(s[i])
			i++
			continue
		}
		if now, ok := variables[s[i:j]]; ok {
			b.WriteString(now)
		} else {
			b.WriteString(s[i:j])
		}
		i = j
	}
	return b.String()
}

// block returns an object member of v, made if it is not there.
func block(v *value, name string, at member) *value {
	if b := v.get(name); b.isObject() {
		return b
	}
	b := at.val.likeObject()
	v.set(name, at.off, b)
	return b
}

// addTo adds a string to a list member of v.
func addTo(v *value, name string, at member, text string) {
	list := v.get(name)
	if !list.isList() {
		list = at.val.likeList()
		v.set(name, at.off, list)
	}
	if !slices.Contains(list.strings(), text) {
		list.list = append(list.list, at.val.likeString(text))
	}
}
