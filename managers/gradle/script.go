package gradle

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// A reader walks through a script.
type reader struct {
	cursor
	blocks []block
	found  func(d managers.Dep, name value) // nil to read only what names stand for
	repo   func(url string, plugins bool, rules []string)
	apply  func(path string)

	address func(v value) // what the address of a repository is made of
}

// A block is what braces are around.
type block struct {
	name   string // what stands before the brace
	object string // the objects outside of it
	url    string // of a repository
	rules  []string
}

// artifact is a dependency in one string.
var artifact = regexp.MustCompile(`^([A-Za-z_][\w.-]*):([A-Za-z_][\w.-]*):([\[(]?[\w.+,()\[\]-]*[0-9][\w.+,()\[\]-]*)(?:[:@][\w.@:-]*)?$`)

func (r *reader) read() {
	for i := 0; i < len(r.tokens); {
		i = max(r.step(i), i+1)
	}
}

// step reads what begins at i and returns the place behind it.
func (r *reader) step(i int) int {
	t := r.at(i)
	switch {
	case t.kind == text:
		v, n, ok := r.eval(i)
		if ok {
			r.artifact(v)
		}
		return max(n, i+1)
	case t.kind == word:
		return r.statement(i)
	case t.text == "{":
		r.open(i)
	case t.text == "}":
		r.close()
	}
	return i + 1
}

func (r *reader) open(i int) {
	b := block{object: r.object}
	for j := i - 1; j >= 0 && j > i-12; j-- {
		if t := r.at(j); t.kind == word {
			b.name = t.text
			if r.is(j-1, "object") || r.is(j-1, "class") || r.is(j-1, "interface") {
				r.object = strings.TrimPrefix(r.object+"."+t.text, ".")
			}
			break
		} else if t.kind == symbol && strings.ContainsAny(t.text, "\n{};") {
			break
		}
	}
	r.blocks = append(r.blocks, b)
}

func (r *reader) close() {
	if len(r.blocks) == 0 {
		return
	}
	last := r.blocks[len(r.blocks)-1]
	r.blocks, r.object = r.blocks[:len(r.blocks)-1], last.object
	if last.url == "" {
		return
	}
	for i := range r.blocks {
		if b := &r.blocks[i]; b.name == "exclusiveContent" { // what it is for follows
			b.url, b.rules = last.url, append(b.rules, last.rules...)
			return
		}
	}
	r.repository(last.url, last.rules)
}

func (r *reader) inside(name string) bool {
	for _, b := range r.blocks {
		if b.name == name {
			return true
		}
	}
	return false
}

// statement reads what begins with the word at i.
func (r *reader) statement(i int) int {
	for _, rule := range []func(int) (int, bool){r.plugin, r.groups, r.applied, r.repositories, r.tool, r.catalog, r.kotlin, r.three, r.setter, r.assignment} {
		if n, ok := rule(i); ok {
			return n
		}
	}
	return i + 1
}

// artifact reports a dependency that v names.
func (r *reader) artifact(v value) {
	m := artifact.FindStringSubmatchIndex(v.String())
	if m == nil {
		return
	}
	field, ok := v.field(m[6], m[7])
	if !ok {
		return
	}
	r.report(managers.Dep{Name: v.String()[m[2]:m[3]] + ":" + v.String()[m[4]:m[5]], Value: field}, v.before(m[6]))
}

func (r *reader) report(d managers.Dep, name value) {
	if r.found == nil {
		return
	}
	d.Datasource = "maven"
	if d.Kind == "" {
		d.Kind = "dependencies"
	}
	r.found(d, name)
}

// versioned reports the dependency name with the version v.
func (r *reader) versioned(name, pkg, kind string, v value, from value) {
	s := v.String()
	if f, ok := v.field(0, len(s)); ok && s != "" {
		r.report(managers.Dep{Name: name, Package: pkg, Kind: kind, Value: f, Config: called(kind, name)}, from)
	}
}

// called returns how titles call a plugin; nil for the dependencies of a project.
func called(kind, name string) map[string]any {
	if kind != "plugin" {
		return nil
	}
	return map[string]any{"commitMessageTopic": "plugin " + name}
}

// assignment reads "name = value", with whatever stands before it.
func (r *reader) assignment(i int) (int, bool) {
	name, n := r.name(i)
	if n == i {
		return i, false
	}
	switch {
	case strings.HasSuffix(name, ".set") && r.is(n, "("):
		return r.setter(n - 1)
	case r.is(n, "by") && r.is(n+1, "extra"): // val x by extra("1")
		if v, next, ok := r.eval(r.skip(n + 3)); ok && (r.is(n+2, "(") || r.is(n+2, "{")) {
			r.define(name, v)
			return next, true
		}
	case r.is(n, ":") && r.at(n+1).kind == word && r.is(n+2, "="): // val x: String = "1"
		n += 2
	}
	if !r.is(n, "=") || r.is(n+1, "=") {
		return n, n > i+1
	}
	at := r.skip(n + 1)
	if r.is(at, "[") || r.is(at, "mapOf") || r.is(at, "mutableMapOf") {
		return r.entries(name, at, 0), true
	}
	v, next, ok := r.eval(at)
	if !ok {
		return n + 1, true
	}
	r.define(name, v)
	r.artifact(v)
	return next, true
}

func (r *reader) define(name string, v value) {
	if r.object != "" {
		name = r.object + "." + name
	}
	r.scope.set(name, v)
}

// maxMaps bounds maps in maps.
const maxMaps = 6

// entries reads the map at i: ["a": "1", b: [...]], or mapOf("a" to "1").
func (r *reader) entries(name string, i, depth int) int {
	end := "]"
	if !r.is(i, "[") {
		end = ")"
		i++
	}
	for i++; i < len(r.tokens) && !r.is(i, end); {
		i = r.skip(i)
		t := r.at(i)
		key := t.text
		if t.kind == text && len(t.parts) == 1 && t.parts[0].expr == nil {
			key = t.parts[0].text
		}
		if (t.kind == symbol || !(r.is(i+1, ":") || r.is(i+1, "to"))) && !r.is(i, "[") {
			if n := r.step(i); n > i+1 { // not a map, such as a list of dependencies
				i = n
			} else {
				i++
			}
			continue
		}
		at := r.skip(i + 2)
		if (r.is(at, "[") || r.is(at, "mapOf")) && depth < maxMaps {
			i = r.entries(name+"."+key, at, depth+1)
			continue
		}
		if n, ok := r.groups(i); ok {
			i = n
			continue
		}
		v, n, ok := r.eval(at)
		if ok {
			r.define(name+"."+key, v)
			r.artifact(v)
		}
		i = max(n, i+1)
	}
	return i + 1
}

// setter reads set("name", "value").
func (r *reader) setter(i int) (int, bool) {
	if !r.is(i, "set") || !r.is(i+1, "(") || !r.is(i+3, ",") || r.at(i+2).kind != text {
		return i, false
	}
	key, ok := r.string(r.at(i + 2))
	v, n, good := r.eval(r.skip(i + 4))
	if ok && good {
		r.define(key.String(), v)
		r.artifact(v)
	}
	return n, ok && good
}
