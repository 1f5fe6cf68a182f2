package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
	"github.com/currant-bot/currant/templating/text"
)

// What presets may amount to. config:recommended visits some hundred.
const (
	maxPresets     = 5000
	maxPresetDepth = 40
)

// A resolver replaces extends by what it names.
type resolver struct {
	ctx    context.Context
	in     Input
	rep    *report
	rename map[string]string // migratePresets
	visits int
	files  map[Ref]fetched
	stale  []string // why the result must not be trusted for merging

	encryptedWarning string // what the operator tells people about encrypted values

	unfetched bool // a preset could not be had, for a reason that may pass
	managed   map[string]bool
}

type fetched struct {
	text string
	name string
	err  error
}

// A visit is where in the tree of presets the resolver is.
type visit struct {
	from   base
	chain  []string // the references that led here, as written
	ignore []string
}

// prepare brings a value that was just read to today's form, and reports what
// is wrong with it.
func (r *resolver) prepare(v *value, c checker) {
	massage(v)
	(&migrator{r.rep}).migrate(v, "")
	massage(v)
	c.rep, c.supported, c.schemes = r.rep, r.managed, r.in.Schemes
	c.object(v, "")
	r.decrypt(v, "", c)
}

// expand returns v with its presets, and those inside of it, merged below.
func (r *resolver) expand(v *value, at visit) *value {
	extends := v.remove("extends")
	if len(at.ignore) == 0 {
		at.ignore = v.get("ignorePresets").strings()
	}
	var below *value
	for _, item := range extends.items() {
		if item.kind != json5.String {
			continue
		}
		if p := r.preset(item, at); p != nil {
			below = mergeObject(below, p)
		}
	}
	for i := range v.keys {
		m := &v.keys[i]
		o := optionNamed(m.name)
		if o != nil && o.Free {
			continue
		}
		switch {
		case m.val.isObject():
			m.val = r.expand(m.val, at)
		case m.val.isList():
			for j, item := range m.val.list {
				if item.isObject() {
					m.val.list[j] = r.expand(item, at)
				}
			}
		}
	}
	if below == nil {
		return v
	}
	return mergeObject(below, v)
}

// items returns the items of a list; none if v is no list.
func (v *value) items() []*value {
	if v.isList() {
		return v.list
	}
	return nil
}

// preset returns what one item of extends stands for; nil if there is nothing
// to take over.
func (r *resolver) preset(item *value, at visit) *value {
	text, ok := r.name(item)
	if !ok || slices.Contains(at.ignore, text) {
		return nil
	}
	if r.visits++; r.visits > maxPresets {
		if r.visits == maxPresets+1 {
			r.rep.at(item, Error, "more than %d presets: this and what follows is left out", maxPresets)
			r.distrust("too many presets")
		}
		return nil
	}
	if slices.Contains(at.chain, text) || len(at.chain) >= maxPresetDepth {
		r.rep.at(item, Error, "preset %q takes itself over: %s > %s", clip(text), strings.Join(at.chain, " > "), text)
		r.distrust("a preset takes itself over")
		return nil
	}
	ref, err := parseReference(text, at.from)
	if err != nil {
		r.rep.at(item, Error, "%v", err)
		r.distrust("preset " + text + " is unknown")
		return nil
	}
	next := visit{chain: append(slices.Clone(at.chain), text), ignore: at.ignore}
	if ref.builtin != "" {
		return r.builtin(item, ref, next)
	}
	return r.file(item, ref, next)
}

// name returns an item of extends with its templates rendered and its presets
// renamed as the operator wants.
func (r *resolver) name(item *value) (string, bool) {
	name := strings.TrimSpace(item.str)
	if strings.Contains(name, "{{") {
		rendered, err := text.Render(name, map[string]any{"env": map[string]any{}})
		if err != nil {
			r.rep.at(item, Error, "preset %q: %v", clip(name), err)
			return "", false
		}
		name = rendered
	}
	if to, ok := r.rename[name]; ok {
		name = to
	}
	return name, name != ""
}

func (r *resolver) distrust(why string) {
	if !slices.Contains(r.stale, why) {
		r.stale = append(r.stale, why)
	}
}

func (r *resolver) builtin(item *value, ref reference, at visit) *value {
	node, ok := builtinPreset(ref.builtin, at.ignore)
	if !ok {
		r.rep.at(item, Error, "%v", noPreset(ref.text, ref.builtin))
		r.distrust("preset " + ref.text + " is unknown")
		return nil
	}
	v := fromNode(node, &source{name: ref.builtin, root: node, presets: at.chain, builtin: true})
	ref.substitute(v)
	massage(v)
	return r.expand(v, at)
}

func (r *resolver) file(item *value, ref reference, at visit) *value {
	got, found, err := r.fetch(ref.files)
	var old *StaleError
	switch {
	case errors.As(err, &old):
		r.rep.note(item, "preset %q: %v", clip(ref.text), err)
		r.distrust("preset " + ref.text + " is a copy from before")
	case errors.Is(err, ErrNotFetched):
		r.distrust("preset " + ref.text + " was not fetched")
		return nil
	case err != nil:
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("there is no file %s", ref.files[0])
		} else {
			r.unfetched = true
		}
		r.rep.at(item, Error, "preset %q cannot be fetched: %v", clip(ref.text), err)
		r.distrust("preset " + ref.text + " could not be fetched")
		return nil
	}
	v := r.rep.parse(got.text, got.name, dialect(path.Base(found.Path)), at.chain)
	for _, key := range ref.keys {
		if v = v.get(key); !v.isObject() {
			r.rep.at(item, Error, "preset %q: there is no %q in %s", clip(ref.text), key, got.name)
			v = nil
			break
		}
	}
	if v == nil {
		r.distrust("preset " + ref.text + " cannot be read")
		return nil
	}
	if len(ref.files) == 2 && found.Path == "renovate.json" {
		r.rep.at(item, Warning, "preset %q is in renovate.json, which is deprecated: call the file default.json", clip(ref.text))
	}
	ref.substitute(v)
	r.prepare(v, checker{preset: true})
	at.from = base{found}
	return r.expand(v, at)
}

// fetch returns the first file that exists.
func (r *resolver) fetch(candidates []Ref) (fetched, Ref, error) {
	if r.in.Presets == nil {
		return fetched{}, Ref{}, errors.New("fetching is switched off")
	}
	var last fetched
	var at Ref
	for _, ref := range candidates {
		got, ok := r.files[ref]
		if !ok {
			text, name, err := r.in.Presets.Preset(r.ctx, ref)
			if name == "" {
				name = ref.String()
			}
			got = fetched{string(text), name, err}
			r.files[ref] = got
		}
		if got.err == nil || !errors.Is(got.err, fs.ErrNotExist) {
			return got, ref, got.err
		}
		var old *StaleError
		if last.err == nil || errors.As(got.err, &old) && !errors.As(last.err, &old) {
			last, at = got, ref // a copy of a file that is gone counts only if no other is there
		}
	}
	return last, at, last.err
}

// substitute puts the arguments of the reference into the strings of v.
func (ref reference) substitute(v *value) {
	if v.isString() && strings.Contains(v.str, "{{") {
		pairs := []string{"{{args}}", ref.rawArgs}
		for i, arg := range ref.args {
			pairs = append(pairs, "{{arg"+strconv.Itoa(i)+"}}", arg)
		}
		v.str = strings.NewReplacer(pairs...).Replace(v.str)
	}
	for _, item := range v.list {
		ref.substitute(item)
	}
	for _, m := range v.keys {
		ref.substitute(m.val)
	}
}
