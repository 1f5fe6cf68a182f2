package config

import (
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/currant-bot/currant/config/internal/pattern"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/versioning"
)

// A Config is a repository's resolved configuration. It is immutable and safe
// for concurrent use.
type Config struct {
	file        string
	stale       []string
	unfetched   bool
	digest      string
	repository  string
	base        layer // defaults with what stands at the top over them
	set         layer // only what somebody set
	force       layer
	managers    map[string]*managerConfig
	order       []string
	datasources map[string]layer // defaults of each
	versionings map[string]string
	rules       *ruleSet
	hosts       []HostRule
	hostValues  []*value // what hosts was read from
	ignore      []located
	include     []located
	enabled     []located // enabledManagers; nil if it is not set
	schemes     versioning.Schemes
	artifactory datasources.Artifactory
	bases       sync.Map // baseKey to layer
}

type managerConfig struct {
	info     ManagerInfo
	defaults layer
	block    *value // may be nil
	patterns []Pattern
	ignore   []located
	off      Origin // why it is off; see enabled
	enabled  bool
}

// A located is a pattern and where it was written.
type located struct {
	match  pattern.Matcher
	text   string
	origin Origin
}

// A Pattern chooses files for a manager.
type Pattern struct {
	Text   string
	Origin Origin
	match  pattern.Matcher
}

// artifactory reads the option of that name as a whole: presets and the operator may each say a part of it.
func artifactory(rep *report, v *value) datasources.Artifactory {
	if !v.isObject() {
		return datasources.Artifactory{}
	}
	option, _ := v.plain().(map[string]any)
	a, err := datasources.ParseArtifactory(option)
	if err != nil {
		rep.at(v, Error, "%v", err)
	}
	return a
}

// Match reports whether the file at path is chosen.
func (p Pattern) Match(path string) bool { return p.match.Match(path) }

func compile(in Input, rep *report, merged, force *value) *Config {
	c := &Config{
		repository: in.Repository, schemes: in.Schemes, digest: digest(merged, force, in),
		base: maps.Clone(options().top), set: make(layer),
		managers: make(map[string]*managerConfig), datasources: make(map[string]layer), versionings: make(map[string]string),
	}
	rules := flatten(merged.get("packageRules").items())
	blocks := make(map[string]*value)
	for _, m := range merged.keys {
		switch {
		case m.name == "packageRules" || m.name == "$schema" || m.name == "hostRules":
		case knownManager(m.name) || slices.Contains(customManagers, m.name):
			blocks[m.name] = m.val
		default:
			c.set[m.name] = m.val
			c.base[m.name] = mergeOption(m.name, c.base[m.name], m.val)
		}
	}
	if force != nil {
		c.force = make(layer)
		for _, m := range force.keys {
			c.force[m.name] = m.val
		}
		rules = append(rules, flatten(force.get("packageRules").items())...)
	}
	c.compileManagers(in, rep, blocks, &rules)
	for _, d := range in.Datasources {
		c.datasources[d.Name] = plainLayer(d.Defaults, "default of datasource "+d.Name)
		c.versionings[d.Name] = d.Versioning
	}
	c.rules = newRuleSet(rep, rules)
	c.hosts = hostRules(rep, merged, force)
	c.hostValues = append(slices.Clone(merged.get("hostRules").items()), force.get("hostRules").items()...)
	c.artifactory = artifactory(rep, c.set["artifactory"])
	c.ignore = locate(c.base["ignorePaths"], pattern.Exact)
	c.include = locate(c.base["includePaths"], pattern.Exact)
	return c
}

func plainLayer(defaults map[string]any, name string) layer {
	src := &source{name: name, builtin: true}
	l := make(layer, len(defaults))
	for option, x := range defaults {
		v := fromPlain(x, src)
		if v.isObject() {
			massage(v)
		}
		l[option] = v
	}
	return l
}

func locate(list *value, c pattern.Case) []located {
	var out []located
	for _, item := range list.items() {
		if m, err := pattern.Compile(item.str, c); err == nil && item.isString() {
			out = append(out, located{m, item.str, item.origin()})
		}
	}
	return out
}

func (c *Config) compileManagers(in Input, rep *report, blocks map[string]*value, rules *[]*value) {
	if list := c.base["enabledManagers"]; list.isList() && len(list.list) > 0 {
		c.enabled = locate(list, pattern.Fold)
	}
	for _, info := range in.Managers {
		m := &managerConfig{info: info, block: blocks[info.Name], defaults: plainLayer(info.Defaults, "default of manager "+info.Name)}
		for _, text := range info.Patterns {
			if match, err := pattern.Compile(text, pattern.Fold); err == nil {
				m.patterns = append(m.patterns, Pattern{text, Origin{File: "default of manager " + info.Name}, match})
			}
		}
		for _, l := range locate(m.block.get("managerFilePatterns"), pattern.Fold) {
			m.patterns = append(m.patterns, Pattern{l.text, l.origin, l.match})
		}
		m.ignore = locate(m.block.get("ignorePaths"), pattern.Exact)
		m.enabled, m.off = c.managerEnabled(m)
		for _, r := range flatten(m.block.get("packageRules").items()) {
			*rules = append(*rules, onlyFor(r, managerID(info.Name)))
		}
		c.managers[info.Name] = m
		c.order = append(c.order, info.Name)
	}
	slices.Sort(c.order)
}

// onlyFor returns a rule from a manager's block as one for everything.
func onlyFor(r *value, manager string) *value {
	if r.get("matchManagers") != nil {
		return r
	}
	out := *r
	out.keys = append(slices.Clone(r.keys), member{"matchManagers", r.off, r.likeList(r.likeString(manager))})
	return &out
}

func (c *Config) managerEnabled(m *managerConfig) (bool, Origin) {
	if v := c.base["enabled"]; v.isFalse() {
		return false, v.origin()
	}
	block := m.block.get("enabled")
	if block.isFalse() {
		return false, block.origin()
	}
	if c.enabled != nil {
		for _, l := range c.enabled {
			if strings.EqualFold(l.text, m.info.Name) || strings.EqualFold(l.text, managerID(m.info.Name)) {
				return true, l.origin
			}
		}
		return false, c.enabled[0].origin.without("enabledManagers")
	}
	if m.info.Off && !block.isTrue() {
		return false, Origin{File: "default of manager " + m.info.Name, Option: "enabled"}
	}
	if block != nil {
		return true, block.origin()
	}
	return true, Origin{}
}

// without cuts the index off an origin's option.
func (o Origin) without(option string) Origin {
	o.Option = option
	return o
}

// File returns the path of the repository's configuration; "" if it has none.
func (c *Config) File() string { return c.file }

// Stale reports that a part of the configuration is missing or a copy from
// before, so that nothing must be merged on it. Reasons say why.
func (c *Config) Stale() (reasons []string, stale bool) {
	return slices.Clone(c.stale), len(c.stale) > 0
}

// Unfetched reports whether a preset could not be fetched just now: what is wrong may be the fault of nobody who
// writes configuration.
func (c *Config) Unfetched() bool { return c.unfetched }

// Digest returns a stable hash of everything that the configuration says.
func (c *Config) Digest() string { return c.digest }

// Top returns the options that hold for the repository as a whole.
func (c *Config) Top() Settings {
	return Settings{layers: c.layers(c.base), subject: Subject{Repository: c.repository}}
}

// Set returns the names of the options that somebody set at the top, in order.
func (c *Config) Set() []string { return sortedKeys(c.set) }

// layers returns the most specific layers first, below what the operator
// forces. Layers may be nil.
func (c *Config) layers(own ...layer) []layer {
	out := make([]layer, 0, 4)
	for _, l := range append([]layer{c.force}, own...) {
		if l != nil {
			out = append(out, l)
		}
	}
	return out
}

// Managers returns the names of the managers that are enabled, in order.
func (c *Config) Managers() []string {
	var out []string
	for _, name := range c.order {
		if c.managers[name].enabled {
			out = append(out, name)
		}
	}
	return out
}

// Enabled reports whether a manager is enabled, and where that is written; the
// zero Origin if nowhere.
func (c *Config) Enabled(manager string) (Origin, bool) {
	m := c.managers[manager]
	if m == nil {
		return Origin{}, false
	}
	return m.off, m.enabled
}

// Patterns returns what files a manager reads: those it reads by default, and
// those that configuration adds.
func (c *Config) Patterns(manager string) []Pattern {
	if m := c.managers[manager]; m != nil {
		return slices.Clone(m.patterns)
	}
	return nil
}

// Ignores reports whether the file at a path is left alone, and which of
// ignorePaths or includePaths says so.
func (c *Config) Ignores(file string) (Origin, bool) {
	if o, ok := ignores(c.ignore, file); ok {
		return o, true
	}
	if len(c.include) == 0 {
		return Origin{}, false
	}
	for _, l := range c.include {
		if l.text == file || l.match.Match(file) {
			return Origin{}, false
		}
	}
	return c.include[0].origin.without("includePaths"), true
}

// IgnoresFor is Ignores for one manager, whose block may have ignorePaths of
// its own instead.
func (c *Config) IgnoresFor(manager, file string) (Origin, bool) {
	if m := c.managers[manager]; m != nil && m.block.get("ignorePaths") != nil {
		return ignores(m.ignore, file)
	}
	return c.Ignores(file)
}

// ignores compares as the peer does: a text without wildcards is ignored
// wherever it is part of the path.
func ignores(list []located, file string) (Origin, bool) {
	for _, l := range list {
		if strings.Contains(file, l.text) || l.match.Match(file) || l.match.Match(path.Base(file)) && !strings.Contains(l.text, "/") && l.text == path.Base(file) {
			return l.origin, true
		}
	}
	return Origin{}, false
}

type baseKey struct{ manager, datasource string }

// baseFor returns the options of a manager's and a datasource's dependencies before any rule. As for Renovate, the datasource's defaults go
// before what configuration says elsewhere than in rules.
func (c *Config) baseFor(manager, datasource string) layer {
	if _, ok := c.datasources[datasource]; !ok {
		datasource = "" // what is unknown changes nothing, and must not fill the memory
	}
	if c.managers[manager] == nil {
		manager = ""
	}
	key := baseKey{manager, datasource}
	if l, ok := c.bases.Load(key); ok {
		return l.(layer)
	}
	l := maps.Clone(options().top)
	l.merge(c.set)
	if m := c.managers[manager]; m != nil {
		l.merge(m.defaults)
		for _, k := range m.block.members() {
			if k.name != "managerFilePatterns" && k.name != "packageRules" {
				l[k.name] = mergeOption(k.name, l[k.name], k.val)
			}
		}
	}
	l.merge(c.datasources[datasource])
	c.bases.Store(key, l)
	return l
}

// merge changes l by what is above it.
func (l layer) merge(over layer) {
	for name, v := range over {
		l[name] = mergeOption(name, l[name], v)
	}
}

// Artifactory returns which virtual repositories are asked in the place of public registries.
func (c *Config) Artifactory() datasources.Artifactory { return c.artifactory }
