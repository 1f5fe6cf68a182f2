package config

import (
	"slices"

	"github.com/currant-bot/currant/config/internal/json5"
)

// massage brings the shorthands that are allowed in v, which must not be
// shared yet, to one form: a string for a list, a boolean for an object.
func massage(v *value) {
	for i := range v.keys {
		m := &v.keys[i]
		if o := optionNamed(m.name); o != nil {
			if m.val = massageOption(o, m.val); o.Free {
				continue // its keys are the user's names, and no options
			}
		} else if m.val.isBool() && (knownManager(m.name) || slices.Contains(languages, m.name)) {
			m.val = enabledBlock(m.val)
		}
		massageInside(m.val)
	}
}

func massageInside(v *value) {
	if v.isObject() {
		massage(v)
	}
	if v.isList() {
		for _, item := range v.list {
			if item.isObject() {
				massage(item)
			}
		}
	}
}

func massageOption(o *Option, v *value) *value {
	switch {
	case o.List && v.isString():
		return v.likeList(v)
	case o.Type == "object" && v.isBool():
		return enabledBlock(v)
	case o.Type == "boolean" && v.isString() && (v.str == "true" || v.str == "false"):
		return v.likeBool(v.str == "true")
	case o.Name == "minimumReleaseAge" && v.isString() && zeroAge(v.str):
		return v.likeNull()
	}
	return v
}

func zeroAge(s string) bool {
	d, err := ParseAge(s)
	return err == nil && d == 0
}

func enabledBlock(v *value) *value {
	o := v.likeObject()
	o.put("enabled", v)
	return o
}

// flatten rewrites the packageRules of a resolved configuration so that each
// is one list of matchers and one set of options: rules inside rules take over the outer matchers,
// and the block of an update type inside a rule becomes a rule of its own.
func flatten(rules []*value) []*value {
	out := make([]*value, 0, len(rules))
	for _, r := range rules {
		if r.isObject() {
			out = flattenRule(out, r, 0)
		}
	}
	return out
}

func flattenRule(out []*value, r *value, depth int) []*value {
	nested := r.get("packageRules")
	blocks := false
	for _, t := range updateTypes {
		blocks = blocks || r.get(t).isObject()
	}
	if nested == nil && !blocks {
		if effective(r) {
			out = append(out, r)
		}
		return out
	}
	outer, matchers := r.likeObject(), r.likeObject()
	for _, m := range r.keys {
		if isMatcher(m.name) {
			matchers.keys = append(matchers.keys, m)
		}
		if m.name != "packageRules" && !(slices.Contains(updateTypes, m.name) && m.val.isObject()) {
			outer.keys = append(outer.keys, m)
		}
	}
	if effective(outer) {
		out = append(out, outer)
	}
	for _, t := range updateTypes {
		if block := r.get(t); block.isObject() {
			inner := mergeObject(matchers, block)
			inner.set("matchUpdateTypes", block.off, block.likeList(block.likeString(t)))
			inner.src, inner.off = block.src, block.off
			if effective(inner) {
				out = append(out, inner)
			}
		}
	}
	if nested.isList() && depth < 20 {
		for _, n := range nested.list {
			if n.isObject() {
				inner := mergeObject(matchers, n)
				inner.src, inner.off = n.src, n.off
				out = flattenRule(out, inner, depth+1)
			}
		}
	}
	return out
}

// effective reports whether a rule sets anything.
func effective(r *value) bool {
	for _, m := range r.keys {
		if !isMatcher(m.name) && m.name != "description" && m.name != "$schema" {
			return true
		}
	}
	return false
}

func isMatcher(name string) bool {
	return len(name) > 5 && name[:5] == "match" && name != "matchStrings"
}

// languages are blocks that older configurations use for the managers of a
// category.
var languages = []string{"docker", "dotnet", "golang", "java", "js", "node", "php", "python", "ruby", "rust"}

// languageRules turns the blocks of languages into rules.
func languageRules(v *value) {
	var rules []*value
	for _, name := range languages {
		block := v.get(name)
		if !block.isObject() {
			continue
		}
		v.remove(name)
		rule := block.clone()
		rule.set("matchCategories", block.off, block.likeList(block.likeString(name)))
		rules = append(rules, rule)
	}
	if rules == nil {
		return
	}
	if list := v.get("packageRules"); list.isList() {
		list.list = append(rules, list.list...)
		return
	}
	v.put("packageRules", &value{kind: json5.Array, list: rules, src: rules[0].src, off: rules[0].off})
}
