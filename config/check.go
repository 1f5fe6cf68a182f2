package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
	"github.com/currant-bot/currant/config/internal/pattern"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/templating/rollout"
	"github.com/currant-bot/currant/templating/text"
)

// A checker reports what is wrong with one file, after its migration. It
// removes what must not take effect.
type checker struct {
	rep       *report
	supported map[string]bool // names of our managers; nil if unknown
	operator  bool            // the file is the operator's
	inherited bool            // the file is an organisation's
	preset    bool            // the file is to be taken over by others
	schemes   versioning.Schemes
	quiet     bool // inside of an option that is not supported
}

// kinds are the JSON types of option types.
var kinds = map[string]json5.Kind{
	"boolean": json5.Bool, "integer": json5.Number, "string": json5.String, "array": json5.Array, "object": json5.Object,
}

// object checks v, the value of the option parent; "" at the top.
func (c *checker) object(v *value, parent string) {
	for _, m := range slices.Clone(v.keys) {
		switch o := optionNamed(m.name); {
		case m.name == "$schema" || strings.HasPrefix(m.name, "//"):
		case parent == "" && m.name == "name": // presets may say what they are called
		case o == nil && (knownManager(m.name) || slices.Contains(customManagers, m.name)):
			c.manager(v, m)
		case o == nil:
			c.unknown(v, m, parent)
		case o.Global && !c.operator && !(c.inherited && o.Inherit) && parent != "hostRules":
			c.rep.key(m, Warning, "%q is for operators only and has no effect here: it would %s", m.name, o.Doc)
			v.remove(m.name)
		default:
			c.option(v, m, o, parent)
		}
	}
}

func (c *checker) unknown(v *value, m member, parent string) {
	v.remove(m.name)
	names := make([]string, 0, 512)
	for _, o := range options().list {
		if o.In == nil || slices.Contains(o.In, parent) {
			names = append(names, o.Name)
		}
	}
	if guess := closest(m.name, append(names, managerNames...)); guess != "" {
		c.rep.key(m, Error, "there is no option %q: did you mean %q?", clip(m.name), guess)
		return
	}
	c.rep.key(m, Error, "there is no option %q", clip(m.name))
}

func (c *checker) manager(v *value, m member) {
	if !m.val.isObject() {
		c.rep.key(m, Error, "%q is a manager: expected an object, found %s", m.name, m.val.kind)
		v.remove(m.name)
		return
	}
	if c.supported != nil && !c.supported[m.name] && !m.val.get("enabled").isFalse() {
		c.rep.key(m, Unsupported, "there is no manager %q yet: this would configure it", m.name)
	}
	c.object(m.val, m.name)
}

func (c *checker) option(v *value, m member, o *Option, parent string) {
	if !c.placed(m, o, parent) {
		return
	}
	if m.val.isNull() {
		return
	}
	if want := kinds[o.Type]; m.val.kind != want && !(o.Name == "minimumReleaseAge" && m.val.isNull()) {
		c.rep.key(m, Error, "%q should be %s, found %s", m.name, want, m.val.kind)
		v.remove(m.name)
		return
	}
	if o.Support == NotYet && !isMatcher(o.Name) && !c.quiet && !same(m.val, o.value) && !m.val.get("enabled").isFalse() {
		c.rep.key(m, Unsupported, "%q is not supported yet: it would %s", m.name, o.Doc)
		c.quiet = true // the same of what is inside would say nothing new
		defer func() { c.quiet = false }()
	}
	c.values(m, o)
	if o.Template && o.Name != "matchStrings" { // expressions have braces of their own
		c.templates(m.val)
	}
	if check, ok := checks[m.name]; ok {
		check(c, m)
	}
	if o.Name == "customDatasources" {
		checkSources(c, m)
	}
	if o.Free {
		return
	}
	c.inside(m, o)
}

func (c *checker) inside(m member, o *Option) {
	if m.val.isObject() {
		c.object(m.val, m.name)
	}
	if !m.val.isList() {
		return
	}
	for _, item := range m.val.list {
		switch {
		case item.isObject():
			c.object(item, m.name)
		case item.kind == json5.Array || item.kind == json5.Null:
			c.rep.at(item, Error, "%s has no place in %q", item.kind, m.name)
		case slices.Contains(objectLists, o.Name):
			c.rep.at(item, Error, "expected an object in %q, found %s", m.name, item.kind)
		}
	}
}

// objectLists are the lists whose items are objects.
var objectLists = []string{"packageRules", "hostRules", "customManagers", "bumpVersions", "logLevelRemap"}

// placed reports whether an option may stand inside parent. A preset may be
// meant to be taken over inside of something.
func (c *checker) placed(m member, o *Option, parent string) bool {
	place := parent
	if place == "" {
		place = "."
	}
	if parent == "hostRules" && o.Global && !slices.Contains([]string{"token", "username", "password"}, o.Name) {
		c.rep.key(m, Error, "%q has no place in hostRules", m.name)
		return false
	}
	if o.In == nil || slices.Contains(o.In, place) || c.preset && parent == "" || slices.Contains(updateTypes, parent) || parent == "force" {
		return true
	}
	if slices.Contains(o.In, "packageRules") && (knownManager(parent) || parent == "vulnerabilityAlerts" || parent == "group") {
		return true
	}
	if o.Name == "managerFilePatterns" && knownManager(parent) {
		return true
	}
	where := "at the top"
	if parent != "" {
		where = "inside " + parent
	}
	c.rep.key(m, Warning, "%q has no effect %s: it belongs inside %s", m.name, where, strings.Join(o.In, " or "))
	return false
}

// templates reports templates that cannot be read.
func (c *checker) templates(v *value) {
	for _, item := range v.items() {
		c.templates(item)
	}
	for _, m := range v.members() {
		c.templates(m.val)
	}
	if !v.isString() || !strings.Contains(v.str, "{{") {
		return
	}
	if _, err := text.Parse(v.str); err != nil {
		c.rep.at(v, Error, "%v", err)
	}
}

// values compares with the values that an option can have.
func (c *checker) values(m member, o *Option) {
	if o.Values == nil {
		return
	}
	items := m.val.list
	if m.val.isString() {
		items = []*value{m.val}
	}
	for _, item := range items {
		if slices.Contains(o.NotYet, item.str) && !c.quiet {
			c.rep.at(item, Unsupported, "%q of %q is not supported yet", item.str, m.name)
			continue
		}
		if item.kind != json5.String || slices.Contains(o.Values, item.str) || strings.Contains(item.str, "{{") {
			continue
		}
		if isMatcher(o.Name) && strings.ContainsAny(item.str, "/*!") || o.Name == "bumpVersion" && strings.HasPrefix(item.str, "mirror:") {
			continue
		}
		text := fmt.Sprintf("%q is no value of %q", clip(item.str), m.name)
		if guess := closest(item.str, o.Values); guess != "" {
			text += fmt.Sprintf(": did you mean %q?", guess)
		} else if len(o.Values) < 10 {
			text += ": it can be " + strings.Join(o.Values, ", ")
		}
		c.rep.at(item, Warning, "%s", text) // the peer accepts it, and does not act on it
	}
}

// same reports whether two values are equal.
func same(a, b *value) bool {
	if a.isNull() || b.isNull() {
		return a.isNull() && b.isNull()
	}
	if a.kind != b.kind || a.flag != b.flag || a.num != b.num || a.kind == json5.String && a.str != b.str || len(a.list) != len(b.list) || len(a.keys) != len(b.keys) {
		return false
	}
	for i := range a.list {
		if !same(a.list[i], b.list[i]) {
			return false
		}
	}
	for _, m := range a.keys {
		if !same(m.val, b.get(m.name)) {
			return false
		}
	}
	return true
}

func clip(s string) string {
	if len(s) <= 80 {
		return s
	}
	return strings.ToValidUTF8(s[:80], "") + "..."
}

// checks are what is checked of single options, beyond their type.
var checks = map[string]func(*checker, member){
	"artifactory":         checkArtifactory,
	"packageRules":        checkRules,
	"customManagers":      checkCustom,
	"enabledManagers":     checkEnabledManagers,
	"minimumReleaseAge":   checkAge,
	"matchCurrentVersion": checkExpression,
	"allowedVersions":     checkExpression,
	"extractVersion":      checkBare,
	"versionCompatibility": func(c *checker, m member) {
		checkBare(c, m)
	},
	"matchCurrentValue":   checkPatterns,
	"matchNewValue":       checkPatterns,
	"matchManagers":       checkPatterns,
	"matchDatasources":    checkPatterns,
	"matchPackageNames":   checkPatterns,
	"matchDepNames":       checkPatterns,
	"matchDepTypes":       checkPatterns,
	"matchFileNames":      checkPatterns,
	"matchSourceUrls":     checkPatterns,
	"matchRegistryUrls":   checkPatterns,
	"matchRepositories":   checkPatterns,
	"matchBaseBranches":   checkPatterns,
	"matchCategories":     checkPatterns,
	"managerFilePatterns": checkPatterns,
	"baseBranchPatterns":  checkPatterns,
	"ignorePaths":         checkPatterns,
	"includePaths":        checkPatterns,
	"matchCurrentAge":     func(c *checker, m member) { checkAgeRange(c, m) },
	"extends":             checkExtends,
	"hostRules":           checkHosts,
	"schedule":            checkSchedule,
	"automergeSchedule":   checkSchedule,
	"timezone":            checkTimezone,
	"matchJsonata":        checkJSONata,
	"constraints":         checkConstraints,
	"constraintsVersioning": func(c *checker, m member) {
		checkConstraints(c, m)
		for _, v := range m.val.members() {
			if v.val.isString() && c.schemes != nil {
				if _, err := c.schemes(v.val.str); err != nil {
					c.rep.at(v.val, Error, "%v", err)
				}
			}
		}
	},
	"filePatterns":  checkPatterns,
	"conflicts":     checkWords("keep-markers", "ours", "theirs", "union", "fail"),
	"templateTrust": checkWords("never", "render", "sandbox", "full"),
	"bumpVersions":  checkBumps,
	"rollouts": func(c *checker, m member) {
		if _, err := rollout.Parse(m.val.plain()); err != nil {
			c.rep.at(m.val, Error, "%v", err)
		}
	},
	"allowedCommands": func(c *checker, m member) {
		for _, item := range m.val.items() {
			if item.isString() {
				checkBare(c, member{val: item})
			}
		}
	},
}

// checkWords checks that an object holds nothing but some words.
func checkWords(words ...string) func(*checker, member) {
	return func(c *checker, m member) {
		for _, v := range m.val.members() {
			if !v.val.isString() || !slices.Contains(words, v.val.str) {
				c.rep.at(v.val, Error, "%q in %q should be one of %s", clip(v.name), m.name, strings.Join(words, ", "))
			}
		}
	}
}

func checkConstraints(c *checker, m member) {
	for _, v := range m.val.members() {
		if !v.val.isString() && !v.val.isNull() {
			c.rep.at(v.val, Error, "%q in %q should be %s, found %s", clip(v.name), m.name, json5.String, v.val.kind)
		}
	}
}

func checkArtifactory(c *checker, m member) {
	option, _ := m.val.plain().(map[string]any)
	if option["url"] == nil {
		return // another file may say the rest: the whole is checked later
	}
	if _, err := datasources.ParseArtifactory(option); err != nil {
		c.rep.at(m.val, Error, "%v", err)
	}
}

func checkRules(c *checker, m member) {
	for _, rule := range m.val.list {
		if !rule.isObject() {
			continue
		}
		matchers := rule.get("extends") != nil || rule.get("packageRules") != nil
		for _, k := range rule.keys {
			matchers = matchers || isMatcher(k.name)
		}
		if !matchers {
			c.rep.at(rule, Error, "a rule needs something to match, such as matchPackageNames; for everything, set its options at the top")
		}
		if rule.get("allowedVersions") != nil && rule.get("matchUpdateTypes") != nil {
			c.rep.at(rule.get("allowedVersions"), Error, "\"allowedVersions\" cannot stand beside \"matchUpdateTypes\": it decides which updates there are")
		}
	}
}

func checkEnabledManagers(c *checker, m member) {
	for _, item := range m.val.list {
		name := strings.TrimPrefix(item.str, "custom.")
		switch {
		case item.kind != json5.String:
		case !knownManager(name) && !slices.Contains(customManagers, name):
			if guess := closest(item.str, managerNames); guess != "" {
				c.rep.at(item, Error, "there is no manager %q: did you mean %q?", clip(item.str), guess)
			} else {
				c.rep.at(item, Error, "there is no manager %q", clip(item.str))
			}
		case c.supported != nil && !c.supported[item.str] && !c.supported[name]:
			c.rep.at(item, Unsupported, "there is no manager %q yet: this would enable it", item.str)
		}
	}
}

func checkAge(c *checker, m member) {
	if _, err := ParseAge(m.val.str); err != nil {
		c.rep.at(m.val, Error, "%v", err)
	}
}

func checkAgeRange(c *checker, m member) {
	if _, err := parseAgeRange(m.val.str); err != nil {
		c.rep.at(m.val, Error, "%v", err)
	}
}

// checkPatterns checks patterns, one or a list.
func checkPatterns(c *checker, m member) {
	items := m.val.list
	if m.val.isString() {
		items = []*value{m.val}
	}
	for _, item := range items {
		if item.kind != json5.String || strings.Contains(item.str, "{{") {
			continue
		}
		if _, err := pattern.Compile(item.str, pattern.Fold); err != nil {
			c.rep.at(item, Error, "%v", err)
		}
	}
}

// checkExpression checks what may be an expression, or a range.
func checkExpression(c *checker, m member) {
	if _, _, ok := pattern.Expression(strings.TrimPrefix(m.val.str, "!")); ok {
		checkPatterns(c, m)
	}
}

// checkBare checks an expression without slashes.
func checkBare(c *checker, m member) {
	if _, err := regexp.Compile(m.val.str); err != nil && !strings.Contains(m.val.str, "{{") {
		c.rep.at(m.val, Error, "%v", pattern.Explain(m.val.str, err))
	}
}

func checkExtends(c *checker, m member) {
	for _, item := range m.val.list {
		if item.kind != json5.String {
			c.rep.at(item, Error, "expected the name of a preset, found %s", item.kind)
		}
	}
}

func checkHosts(c *checker, m member) {
	for _, rule := range m.val.list {
		if host := rule.get("matchHost"); host.isString() && strings.Contains(host.str, "://") && !validURL(host.str) {
			c.rep.at(host, Error, "%q is no URL", clip(host.str))
		}
	}
}

// customKeys are what the definition of a custom manager consists of; options
// of its dependencies go into packageRules.
var customKeys = []string{
	"customType", "description", "managerFilePatterns", "matchStrings", "matchStringsStrategy", "autoReplaceStringTemplate", "fileFormat", "enabled",
	"depNameTemplate", "packageNameTemplate", "currentValueTemplate", "datasourceTemplate", "versioningTemplate", "extractVersionTemplate",
	"registryUrlTemplate", "depTypeTemplate", "extends", "$schema",
}

// checkBumps checks the expressions that find versions.
func checkBumps(c *checker, m member) {
	for _, rule := range m.val.items() {
		for _, need := range []string{"filePatterns", "matchStrings"} {
			if rule.isObject() && rule.get(need) == nil {
				c.rep.at(rule, Error, "an entry of bumpVersions needs %q", need)
			}
		}
		for _, item := range rule.get("matchStrings").items() {
			if !item.isString() || strings.Contains(item.str, "{{") {
				continue
			}
			if re, err := regexp.Compile(item.str); err != nil {
				c.rep.at(item, Error, "%v", pattern.Explain(item.str, err))
			} else if re.SubexpIndex("version") < 0 {
				c.rep.at(item, Error, "expression /%s/ has no group (?<version>...), which is what is raised", clip(item.str))
			}
		}
	}
}

func checkCustom(c *checker, m member) {
	for _, def := range m.val.list {
		if !def.isObject() {
			continue
		}
		for _, k := range def.keys {
			if !slices.Contains(customKeys, k.name) && optionNamed(k.name) != nil {
				c.rep.key(k, Error, "%q has no place in a custom manager: use packageRules with matchManagers", k.name)
			}
		}
		if kind := def.get("customType"); kind != nil && kind.str == "regex" {
			for _, item := range def.get("matchStrings").strings() {
				if _, err := regexp.Compile(item); err != nil && !strings.Contains(item, "{{") {
					c.rep.at(def.get("matchStrings"), Error, "%v", pattern.Explain(item, err))
				}
			}
		}
		if kind := def.get("customType"); kind != nil && kind.str == "jsonata" {
			checkJSONata(c, member{val: def.get("matchStrings")})
			if def.get("fileFormat") == nil && !c.preset {
				c.rep.at(def, Error, "a custom manager of type jsonata needs \"fileFormat\"")
			}
		}
		for _, need := range []string{"customType", "managerFilePatterns", "matchStrings"} {
			if def.get(need) == nil && !c.preset {
				c.rep.at(def, Error, "a custom manager needs %q", need)
			}
		}
	}
}
