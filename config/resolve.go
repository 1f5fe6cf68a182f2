package config

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
)

// Resolve finds the repository's configuration, decodes it, brings it to
// today's form, resolves its presets, and merges it with the operator's and the organisation's.
//
// Everything that is wrong comes back as diagnostics, all at once; the Config is what holds without the parts
// in error. The error is ctx's.
func Resolve(ctx context.Context, in Input) (*Config, []Diagnostic, error) {
	if in.Files == nil {
		return nil, nil, errors.New("resolving configuration: Input.Files is nil")
	}
	rep := new(report)
	r := &resolver{ctx: ctx, in: in, rep: rep, files: make(map[Ref]fetched), managed: managedNames(in)}

	global, force := r.operator()
	merged := global
	if v := r.inherited(global); v != nil {
		r.bounded(v, global)
		merged = mergeObject(merged, v)
	}
	if pick(force, merged, "requireConfig").is("ignored") {
		in.Files, r.in.Over = func(string) ([]byte, bool) { return nil, false }, nil
	}
	names := merged.get("configFileNames").strings()
	own, file := discover(in, rep, names)
	if own != nil {
		r.prepare(own, checker{})
		own = r.expand(own, visit{})
		r.secrets(own, global)
		merged = mergeObject(merged, own)
	} else if file != "" {
		r.distrust(file + " cannot be read")
	}
	merged = r.branch(merged, global, names)
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	c := compile(in, rep, merged, force)
	c.file, c.stale, c.unfetched = file, r.stale, r.unfetched
	return c, rep.sorted(), nil
}

// branch merges the configuration of the branch that is worked on over v. Which branches these are stands in that of the default branch alone.
func (r *resolver) branch(v, global *value, names []string) *value {
	if r.in.Over == nil {
		return v
	}
	in := r.in
	in.Files = r.in.Over
	_, file := discover(in, &report{}, names)
	if file == "" {
		return v
	}
	label := file
	if in.OverName != "" && file != "package.json" {
		label = in.OverName + "/" + file
	}
	text, _ := in.Files(file)
	own := readFile(r.rep, label, string(text))
	if own == nil {
		r.distrust(label + " cannot be read")
		return v
	}
	r.prepare(own, checker{})
	own = r.expand(own, visit{})
	r.secrets(own, global)
	own.remove("baseBranchPatterns")
	own.remove("useBaseBranchConfig")
	return mergeObject(v, own)
}

func managedNames(in Input) map[string]bool {
	if in.Managers == nil {
		return nil
	}
	names := make(map[string]bool)
	for _, m := range in.Managers {
		names[m.Name] = true
		names[managerID(m.Name)] = true
	}
	return names
}

// operator reads the operator's configuration. Its force comes apart: it is
// merged last, everywhere.
func (r *resolver) operator() (global, force *value) {
	global = &value{kind: json5.Object}
	if len(r.in.Global) == 0 {
		return global, nil
	}
	name := r.in.GlobalName
	if name == "" {
		name = "global configuration"
	}
	v := r.rep.parse(string(r.in.Global), name, json5.JSON5, nil)
	if v == nil {
		r.distrust(name + " cannot be read")
		return global, nil
	}
	r.prepare(v, checker{operator: true})
	if warn := v.get("encryptedWarning"); warn.isString() {
		r.encryptedWarning = warn.str
	}
	r.rename = make(map[string]string)
	for _, m := range v.get("migratePresets").members() {
		r.rename[m.name] = m.val.str
	}
	if below := v.remove("globalExtends"); below.isList() {
		if extends := v.get("extends"); extends.isList() {
			below.list = append(below.list, extends.list...)
		}
		v.put("extends", below)
	}
	r.rep.strict = v.get("configValidationError").isTrue()
	force = v.remove("force")
	return r.expand(v, visit{}), force
}

// members returns an object's members; none if v is no object.
func (v *value) members() []member {
	if v.isObject() {
		return v.keys
	}
	return nil
}

// inherited returns the organisation's configuration: what Input holds, or what the operator's inheritConfig says to read.
func (r *resolver) inherited(global *value) *value {
	text, name := string(r.in.Inherited), r.in.InheritedName
	if text == "" && global.get("inheritConfig").isTrue() {
		text, name = r.organisation(global)
	}
	if text == "" {
		return nil
	}
	if name == "" {
		name = "inherited configuration"
	}
	v := r.rep.parse(text, name, json5.JSON5, nil)
	if v == nil {
		r.distrust(name + " cannot be read")
		return nil
	}
	r.prepare(v, checker{inherited: true})
	if strict := v.get("configValidationError"); strict.isBool() {
		r.rep.strict = strict.flag
	}
	return r.expand(v, visit{})
}

// bounded keeps an organisation from making patience longer than the operator's.
func (r *resolver) bounded(v, global *value) {
	const name = "onboardingAutoCloseAge"
	own, most := v.get(name), global.get(name)
	if most.isNumber() && own != nil && (!own.isNumber() || own.num > most.num) {
		r.rep.at(own, Warning, "the operator allows %s %s at most, which holds", name, most.str)
		v.remove(name)
	}
}

// pick returns an option of the first object that has it; nil if none has.
func pick(first, second *value, name string) *value {
	if v := first.get(name); v != nil {
		return v
	}
	return second.get(name)
}

// organisation fetches the organisation's configuration; "" if there is none. One that cannot be had is an error of
// the repository's configuration: what it forbids must not be done meanwhile.
func (r *resolver) organisation(global *value) (text, name string) {
	option := func(name string) string {
		if v := global.get(name); v.isString() {
			return v.str
		}
		return optionNamed(name).value.str
	}
	parent := path.Dir(r.in.Repository)
	if parent == "." {
		return "", "" // a folder, of no organisation
	}
	top, _, _ := strings.Cut(parent, "/")
	ref := Ref{Kind: "local", Path: option("inheritConfigFileName")}
	ref.Repository = strings.NewReplacer("{{parentOrg}}", parent, "{{{parentOrg}}}", parent, "{{topLevelOrg}}", top, "{{{topLevelOrg}}}", top).Replace(option("inheritConfigRepoName"))
	got, _, err := r.fetch([]Ref{ref})
	where := global.get("inheritConfig")
	var old *StaleError
	switch {
	case errors.As(err, &old):
		r.rep.note(where, "the organisation's configuration: %v", err)
		r.distrust("the organisation's configuration is a copy from before")
	case r.in.Presets == nil, errors.Is(err, ErrNotFetched):
		r.distrust("the organisation's configuration was not fetched")
		return "", ""
	case errors.Is(err, fs.ErrNotExist) && !global.get("inheritConfigStrict").isTrue():
		return "", ""
	case err != nil:
		r.rep.at(where, Error, "the organisation's configuration %s of %s cannot be had: %v", ref.Path, ref.Repository, err)
		r.distrust("the organisation's configuration could not be fetched")
		return "", ""
	}
	return got.text, got.name
}

// secrets replaces "{{ secrets.NAME }}" and "{{ variables.NAME }}" by what the
// operator holds for the repository.
func (r *resolver) secrets(v, global *value) {
	if v.isString() && strings.Contains(v.str, "{{") {
		for _, from := range []string{"secrets", "variables"} {
			v.str = r.fill(v, global.get(from), from)
		}
	}
	for _, item := range v.list {
		r.secrets(item, global)
	}
	for _, m := range v.keys {
		r.secrets(m.val, global)
	}
}

func (r *resolver) fill(v, from *value, kind string) string {
	var b strings.Builder
	rest := v.str
	for {
		open := strings.Index(rest, "{{")
		if open < 0 {
			break
		}
		end := strings.Index(rest[open:], "}}")
		if end < 0 {
			break
		}
		name, ok := strings.CutPrefix(strings.TrimSpace(strings.Trim(rest[open:open+end], "{")), kind+".")
		if !ok {
			b.WriteString(rest[:open+end])
			rest = rest[open+end:]
			continue
		}
		b.WriteString(rest[:open])
		if found := from.get(name); found.isString() {
			b.WriteString(found.str)
			v.secret = v.secret || kind == "secrets"
		} else {
			severity := Error
			if len(r.in.Global) == 0 { // nobody asked the operator
				severity = Warning
			}
			r.rep.at(v, severity, "there is no %s.%s: the operator has not set it", kind, clip(name))
		}
		rest = rest[open+end+2:]
	}
	b.WriteString(rest)
	return b.String()
}

func validURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// digest returns a hash of everything that a configuration means. Secrets
// count, but cannot be read from it.
func digest(merged, force *value, in Input) string {
	infos := make([]string, 0, len(in.Managers))
	for _, m := range in.Managers {
		infos = append(infos, m.Name)
	}
	slices.Sort(infos)
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, part := range []any{"1", in.Repository, in.Platform, in.Endpoint, infos, merged.plain(), force.plain(), in.Managers, in.Datasources} {
		if err := enc.Encode(part); err != nil {
			return "" // cannot be: all of it is plain
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
