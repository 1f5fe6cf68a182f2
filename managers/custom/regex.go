package custom

import (
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// An expression is one of matchStrings. One with variables can be compiled
// only when they are known.
type expression struct {
	text string
	re   *regexp.Regexp // nil if it has variables
}

func newExpression(s string) (expression, error) {
	if strings.Contains(s, "{{") {
		return expression{text: s}, nil
	}
	re, err := regexp.Compile(s)
	return expression{s, re}, err
}

// compiled returns the expression with groups found so far in its variables.
func (e expression) compiled(f finder, groups map[string]group) (*regexp.Regexp, error) {
	if e.re != nil {
		return e.re, nil
	}
	data := make(map[string]any, len(groups))
	for name, g := range groups {
		data[name] = regexp.QuoteMeta(g.text)
	}
	s, err := f.tools.Render(e.text, data)
	if err != nil {
		return nil, err
	}
	return regexp.Compile(s)
}

// each calls yield with every match of re from start to end of src.
func each(re *regexp.Regexp, src string, start, end int, yield func(match)) {
	names := re.SubexpNames()
	for _, at := range re.FindAllStringSubmatchIndex(src[start:end], maxDeps) {
		m := match{groups: make(map[string]group), start: start + at[0], end: start + at[1]}
		for i, name := range names {
			if name != "" && at[2*i] >= 0 {
				m.groups[name] = group{src[start+at[2*i] : start+at[2*i+1]], start + at[2*i]}
			}
		}
		m.trim()
		yield(m)
	}
}

// trim keeps of the group indentation what is white space.
func (m match) trim() {
	if g, ok := m.groups["indentation"]; ok && strings.TrimSpace(g.text) != "" {
		m.groups["indentation"] = group{"", -1}
	}
}

// findAny takes every match of every expression for a dependency.
func findAny(f finder, file managers.File, yield func(match)) error {
	for _, e := range f.exprs {
		re, err := e.compiled(f, nil)
		if err != nil {
			return fmt.Errorf("%q: %w", clip(e.text), err)
		}
		each(re, file.Text, 0, len(file.Text), yield)
	}
	return nil
}

// findCombination unites all matches to one dependency; of groups found more
// than once the last counts.
func findCombination(f finder, file managers.File, yield func(match)) error {
	all := match{groups: make(map[string]group)}
	found := false
	for _, e := range f.exprs {
		re, err := e.compiled(f, nil)
		if err != nil {
			return fmt.Errorf("%q: %w", clip(e.text), err)
		}
		each(re, file.Text, 0, len(file.Text), func(m match) {
			maps.Copy(all.groups, m.groups)
			all.start, all.end, found = m.start, m.end, true
		})
	}
	if found {
		yield(all)
	}
	return nil
}

// findRecursive searches each match of an expression with the next one; what the
// last one matches are dependencies, with the groups of all.
func findRecursive(f finder, file managers.File, yield func(match)) error {
	left := maxDeps
	return f.recurse(file.Text, 0, len(file.Text), 0, nil, &left, yield)
}

func (f finder) recurse(src string, start, end, level int, outer map[string]group, left *int, yield func(match)) error {
	if level >= len(f.exprs) || level > 20 {
		return nil
	}
	e := f.exprs[level]
	re, err := e.compiled(f, outer)
	if err != nil {
		return fmt.Errorf("%q: %w", clip(e.text), err)
	}
	var failed error
	each(re, src, start, end, func(m match) {
		if *left--; *left < 0 || failed != nil {
			return
		}
		groups := maps.Clone(outer)
		if groups == nil {
			groups = make(map[string]group)
		}
		maps.Copy(groups, m.groups)
		if level == len(f.exprs)-1 {
			m.groups = groups
			yield(m)
			return
		}
		failed = f.recurse(src, m.start, m.end, level+1, groups, left, yield)
	})
	return failed
}
