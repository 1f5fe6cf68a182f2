package config

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config/internal/json5"
	"github.com/currant-bot/currant/templating/text"
)

// For returns the options that hold for a dependency, or for one update of it
// if s.UpdateType is set. Later ones win: Renovate's defaults, what stands at the top, the manager's defaults and its block, what the
// dependency's own file says, the datasource's defaults, the block of the update type, and the packageRules that apply, in order.
func (c *Config) For(s Subject) Settings {
	if s.Repository == "" {
		s.Repository = c.repository
	}
	a := &application{c: c, s: s, over: make(layer)}
	a.rebase()
	a.run()
	if s.UpdateType != "" {
		a.block()
	}
	return Settings{layers: c.layers(a.over, a.below, a.base), subject: a.s, rules: a.rules, config: c, turns: a.turns}
}

// An application is the packageRules at work on one subject.
type application struct {
	c     *Config
	s     Subject
	base  layer
	below layer // the block of the update type, merged with base; nil before that
	over  layer // what rules set, merged with what is below
	rules []*rule
	turns time.Duration // see Settings.Turns
}

func (a *application) rebase() {
	if len(a.s.Own) == 0 {
		a.base = a.c.baseFor(a.s.Manager, a.s.Datasource)
		return
	}
	a.base = maps.Clone(a.c.baseFor(a.s.Manager, ""))
	a.base.merge(plainLayer(a.s.Own, a.s.File))
	a.base.merge(a.c.datasources[a.s.Datasource])
}

func (a *application) get(option string) *value {
	if v, ok := a.over[option]; ok {
		return v
	}
	if v, ok := a.below[option]; ok {
		return v
	}
	return a.base[option]
}

// run applies the rules in order. A rule may change what later ones compare.
func (a *application) run() {
	set := a.c.rules
	m := &match{s: &a.s, c: a.c, settings: a.get}
	m.categories = a.categories()
	m.monorepo = Monorepo(a.s.SourceURL, a.s.packageName())
	list := set.candidates(&a.s, 0)
	for i := 0; i < len(list); i++ {
		r := &set.rules[list[i]]
		if !r.matches(m) {
			continue
		}
		a.apply(r, m.monorepo)
		if a.override(r) {
			m.monorepo = Monorepo(a.s.SourceURL, a.s.packageName())
			list = append(list[:i+1:i+1], set.candidates(&a.s, list[i]+1)...)
		}
	}
	a.turns = m.turns
}

func (a *application) categories() []string {
	if m := a.c.managers[a.s.Manager]; m != nil {
		return append(slices.Clone(m.info.Categories), a.s.Categories...)
	}
	return a.s.Categories
}

// apply sets the options of a rule. A new name of a group takes the slug of an
// older one away.
func (a *application) apply(r *rule, monorepo string) {
	a.rules = append(a.rules, r)
	for _, m := range r.options {
		val := m.val
		if m.name == "groupName" && val.isString() && strings.Contains(val.str, "{{{monorepo}}}") {
			val = val.likeString(strings.ReplaceAll(val.str, "{{{monorepo}}}", monorepo))
		}
		a.over[m.name] = mergeOption(m.name, a.get(m.name), val)
	}
	if name := r.value.get("groupName"); name != nil && r.value.get("groupSlug") == nil && !a.get("groupSlug").isNull() {
		a.over["groupSlug"] = name.likeNull()
	}
}

// override changes the subject as overrideDatasource and its like say, and
// reports whether it did.
func (a *application) override(r *rule) bool {
	changed := false
	set := func(option string, field *string) {
		v := r.value.get(option)
		if !v.isString() {
			return
		}
		rendered, err := text.Render(v.str, a.s.fields())
		if err == nil && rendered != *field {
			*field = rendered
			changed = true
		}
	}
	set("overrideDatasource", &a.s.Datasource)
	set("overrideDepName", &a.s.DepName)
	set("overridePackageName", &a.s.PackageName)
	set("sourceUrl", &a.s.SourceURL)
	return changed
}

// fields are what templates of rules may refer to.
func (s *Subject) fields() map[string]any {
	return map[string]any{
		"manager": s.Manager, "datasource": s.Datasource, "depName": s.DepName, "packageName": s.packageName(), "depType": s.DepType,
		"packageFile": s.File, "currentValue": s.CurrentValue, "currentVersion": s.CurrentVersion, "sourceUrl": s.SourceURL,
		"newValue": s.NewValue, "newVersion": s.NewVersion, "updateType": s.UpdateType, "baseBranch": s.BaseBranch, "repository": s.Repository,
	}
}

// block merges the block of the update type below what rules set: rules are
// applied again after it.
func (a *application) block() {
	block := a.get(a.s.UpdateType)
	if !block.isObject() || len(block.keys) == 0 {
		return
	}
	below := make(layer, len(block.keys))
	for _, m := range block.keys {
		below[m.name] = mergeOption(m.name, a.base[m.name], m.val)
	}
	again := &application{c: a.c, s: a.s, base: a.base, below: below, over: make(layer, len(a.over))}
	for _, r := range a.rules {
		again.apply(r, Monorepo(a.s.SourceURL, a.s.packageName()))
	}
	for _, t := range updateTypes { // what rules made of the blocks themselves is used up
		if v, ok := a.over[t]; ok {
			again.over[t] = v
		}
	}
	a.below, a.over = again.below, again.over
}

// Show returns an option's value for people: secrets are replaced.
func (s Settings) Show(name string) any { return s.lookup(name).shown() }

func (v *value) shown() any {
	if v == nil {
		return nil
	}
	switch {
	case v.secret:
		return "[secret]"
	case v.kind == json5.Array:
		out := make([]any, len(v.list))
		for i, item := range v.list {
			out[i] = item.shown()
		}
		return out
	case v.kind == json5.Object:
		out := make(map[string]any, len(v.keys))
		for _, m := range v.keys {
			out[m.name] = m.val.shown()
		}
		return out
	}
	return v.plain()
}
