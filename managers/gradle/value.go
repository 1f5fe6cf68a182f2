package gradle

import (
	"strings"

	"github.com/currant-bot/currant/managers"
)

// A value is the text of an expression, in the pieces in which it stands in files.
type value []managers.Field

// maxValue bounds values that are put together of others.
const maxValue = 4096

func (v value) String() string {
	var out strings.Builder
	for _, f := range v {
		out.WriteString(f.Text)
	}
	return out.String()
}

// field returns the piece of v from byte i to byte j, if it stands in one place.
func (v value) field(i, j int) (managers.Field, bool) {
	for _, f := range v {
		if n := len(f.Text); i >= n {
			i, j = i-n, j-n
			continue
		}
		if j > len(f.Text) || f.Start < 0 {
			return managers.Field{}, false
		}
		return managers.Field{Path: f.Path, Text: f.Text[i:j], Start: f.Start + i}, true
	}
	return managers.Field{}, false
}

// before returns the pieces of v that begin and end before byte i.
func (v value) before(i int) value {
	for n, f := range v {
		if i -= len(f.Text); i < 0 {
			return v[:n]
		}
	}
	return v
}

// A scope is what names stand for.
type scope struct {
	vars  map[string]value
	names map[end]string // what a text that stands in one piece is called first
}

// An end is where a text ends. A version is all of it, or the end of "group:name:version".
type end struct {
	path string
	at   int
}

func endOf(f managers.Field) end { return end{f.Path, f.End()} }

func newScope() scope { return scope{make(map[string]value), make(map[end]string)} }

// prefixes stand before names without changing what is meant.
var prefixes = []string{"project.", "rootProject.", "ext.", "extra.", "gradle.", "settings.", "properties.", "this.", "parent."}

func bare(name string) string {
	for changed := true; changed; {
		changed = false
		for _, p := range prefixes {
			if rest, ok := strings.CutPrefix(name, p); ok {
				name, changed = rest, true
			}
		}
	}
	return name
}

// get looks a name up from within an object such as "Versions.Test".
func (s scope) get(object, name string) (value, bool) {
	name = bare(name)
	for {
		key := name
		if object != "" {
			key = object + "." + name
		}
		if v, ok := s.vars[key]; ok {
			return v, true
		}
		if object == "" {
			return nil, false
		}
		i := strings.LastIndexByte(object, '.')
		object = object[:max(i, 0)]
	}
}

func (s scope) set(name string, v value) {
	if name = bare(name); name == "" {
		return
	}
	s.vars[name] = v
	if len(v) == 1 && v[0].Start >= 0 && s.names[endOf(v[0])] == "" {
		s.names[endOf(v[0])] = strings.TrimPrefix(strings.TrimPrefix(name, "libs.versions."), versionKey)
	}
}

// A cursor reads the tokens of one file.
type cursor struct {
	path   string // "" for the file that is extracted
	tokens []token
	scope  scope
	object string // the objects around the place that is read
}

func (c *cursor) at(i int) token {
	if i >= 0 && i < len(c.tokens) {
		return c.tokens[i]
	}
	return token{kind: symbol}
}

func (c *cursor) is(i int, s string) bool {
	t := c.at(i)
	return t.kind != text && t.text == s
}

// skip returns the next place that is no line end.
func (c *cursor) skip(i int) int {
	for c.is(i, "\n") {
		i++
	}
	return i
}

// eval returns the value of the expression at i and the place behind it.
func (c *cursor) eval(i int) (v value, next int, ok bool) {
	v, i, ok = c.term(i)
	for ok && c.is(c.skip(i), "+") {
		more, n, good := c.term(c.skip(c.skip(i) + 1))
		if !good || len(v.String())+len(more.String()) > maxValue {
			return nil, n, false
		}
		v, i = append(v[:len(v):len(v)], more...), n
	}
	return v, i, ok
}

func (c *cursor) term(i int) (value, int, bool) {
	switch t := c.at(i); {
	case t.kind == text:
		v, ok := c.string(t)
		return v, i + 1, ok
	case t.kind == word && t.text != "" && !digit(t.text[0]):
		name, n := c.name(i)
		v, ok := c.scope.get(c.object, name)
		return v, n, ok
	}
	return nil, i + 1, false
}

func (c *cursor) string(t token) (value, bool) {
	var v value
	size := 0
	for _, p := range t.parts {
		if p.expr != nil {
			inner := cursor{path: c.path, tokens: p.expr, scope: c.scope, object: c.object}
			more, n, ok := inner.eval(0)
			if !ok || n < len(p.expr) {
				return nil, false
			}
			v = append(v, more...)
			size += len(more.String())
		} else if f := (managers.Field{Path: c.path, Text: p.text, Start: p.start}); p.plain {
			v = append(v, f)
			size += len(p.text)
		} else {
			f.Start = -1 // it has escapes
			v = append(v, f)
			size += len(p.text)
		}
		if size > maxValue {
			return nil, false
		}
	}
	return v, true
}

// name reads a dotted name, with what stands for parts of one: ["x"], property("x").
func (c *cursor) name(i int) (string, int) {
	var names []string
	add := func(s string) { names = append(names, s) }
	for {
		t := c.at(i)
		if t.kind != word {
			break
		}
		i++
		key, n, ok := c.key(i, "(", ")")
		switch {
		case ok && (t.text == "property" || t.text == "findProperty" || t.text == "gradleProperty"):
			add(key)
			i = n
		case t.text == "get" && c.is(i, "(") && c.is(i+1, ")"):
			i += 2
		default:
			add(t.text)
		}
		for {
			key, n, ok := c.key(i, "[", "]")
			if !ok {
				break
			}
			add(key)
			i = n
		}
		if c.is(i, "!") && c.is(i+1, "!") {
			i += 2
		}
		if !c.is(i, ".") {
			break
		}
		i++
	}
	return strings.TrimPrefix(strings.Join(names, "."), "providers."), i
}

// key reads a string without expressions between two symbols.
func (c *cursor) key(i int, open, end string) (string, int, bool) {
	t := c.at(i + 1)
	if !c.is(i, open) || t.kind != text || len(t.parts) != 1 || t.parts[0].expr != nil || !c.is(i+2, end) {
		return "", i, false
	}
	return t.parts[0].text, i + 3, true
}
