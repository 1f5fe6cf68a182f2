package config

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
	"github.com/currant-bot/currant/config/internal/pattern"
)

// A Shown is one resolved value as people may see it: secrets are replaced.
type Shown struct {
	Option  string // such as "automerge", "npm" or "packageRules[3]"
	Value   any    // as encoding/json would
	Origin  Origin
	Items   []Origin // of a list, where each item was written
	Default bool     // nobody set it
	Builtin bool     // it comes from a preset that is built in
}

// Show returns the resolved configuration: options at the top in order of name,
// the blocks of managers, then rules for hosts and packages in the order in which they apply. Options that
// nobody set are among them only if defaults says so.
func (c *Config) Show(defaults bool) []Shown {
	top := c.Top()
	var out []Shown
	for _, name := range top.Names() {
		_, set := c.set[name]
		_, forced := c.force[name]
		if name == "packageRules" || name == "hostRules" || !set && !forced && !defaults {
			continue
		}
		out = append(out, c.shownOption(name, top.lookup(name), defaults)...)
	}
	for _, name := range sortedKeys(c.managers) {
		if block := c.managers[name].block; block != nil && len(block.keys) > 0 {
			out = append(out, shownOf(name, block))
		}
	}
	for i, h := range c.hostValues {
		out = append(out, shownOf("hostRules["+strconv.Itoa(i)+"]", h))
	}
	for i := range c.rules.rules {
		out = append(out, shownOf("packageRules["+strconv.Itoa(i)+"]", c.rules.rules[i].value))
	}
	return out
}

// shownOption returns an option, or the members of one that is an object.
func (c *Config) shownOption(name string, v *value, defaults bool) []Shown {
	if o := optionNamed(name); !v.isObject() || o == nil || o.Free || secretName.MatchString(name) {
		return []Shown{shownOf(name, v)}
	}
	var out []Shown
	for _, m := range v.keys {
		s := shownOf(name+"."+m.name, m.val)
		if (defaults || !s.Default) && !m.val.isNull() {
			out = append(out, s)
		}
	}
	return out
}

func shownOf(name string, v *value) Shown {
	s := Shown{Option: name, Value: masked(name, v), Origin: v.origin(), Builtin: v.src == nil || v.src.builtin}
	s.Default = s.Builtin && s.Origin.File == "default" && len(s.Origin.Presets) == 0
	if v.isList() {
		for _, item := range v.list {
			s.Items = append(s.Items, item.origin())
			s.Builtin = s.Builtin && (item.src == nil || item.src.builtin)
			s.Default = s.Default && item.src == v.src
		}
		if len(s.Items) > 0 {
			s.Origin = s.Items[len(s.Items)-1]
		}
	}
	return s
}

// secretName are options whose texts are not shown, whatever they hold.
var secretName = regexp.MustCompile(`(?i)^(encrypted|secrets|variables|npmrc|headers|customEnvVariables|processEnv)$|token$|password$|secret$|privateKey(Old|Path)?$|passphrase$`)

// masked returns v with secrets replaced, also those that stand in it as plain text.
func masked(name string, v *value) any {
	name = name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case v.isNull():
		return nil
	case v.secret:
		return mask("x")
	case v.isObject():
		out := make(map[string]any, len(v.keys))
		for _, m := range v.keys {
			if secretName.MatchString(name) {
				out[m.name] = mask("x")
			} else {
				out[m.name] = masked(m.name, m.val)
			}
		}
		return out
	case v.isList():
		out := make([]any, len(v.list))
		for i, item := range v.list {
			out[i] = masked(name, item)
		}
		return out
	case v.kind == json5.String && secretName.MatchString(name):
		return mask(v.str)
	case v.kind == json5.String:
		return credentials.ReplaceAllString(v.str, "$1[secret]@")
	}
	return v.plain()
}

// credentials are those in a URL.
var credentials = regexp.MustCompile(`(://)[^/@\s]+@`)

// Sets reports whether anything sets an option that is not of one dependency alone: the top, the block of a
// manager, or a rule.
func (c *Config) Sets(option string) bool {
	if _, ok := c.set[option]; ok {
		return true
	}
	if _, ok := c.force[option]; ok {
		return true
	}
	for _, m := range c.managers {
		if m.block.get(option) != nil {
			return true
		}
	}
	for i := range c.rules.rules {
		if c.rules.rules[i].value.get(option) != nil {
			return true
		}
	}
	return false
}

// OptionNames returns the names of all options and managers, to help people who
// mistype one.
func OptionNames() []string {
	var out []string
	for _, o := range options().list {
		out = append(out, o.Name)
	}
	return append(out, managerNames...)
}

// Closest returns the name that was probably meant; "" if none is near.
func Closest(name string, names []string) string { return closest(name, names) }

// Matches reports whether a pattern, as packageRules have them, matches a name.
func Matches(text, name string) (bool, error) {
	m, err := pattern.Compile(text, pattern.Fold)
	if err != nil {
		return false, err
	}
	return m.Match(name), nil
}
