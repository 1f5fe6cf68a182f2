package config

import (
	"slices"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
)

// A source is one text that values were written in, and the presets through
// which it was reached.
type source struct {
	name    string
	text    string // "" if there is no text to point into
	root    *json5.Node
	presets []string
	builtin bool // ours: origins show no line
}

// A value is a JSON value that knows where it was written. Values that have
// been resolved are immutable and shared.
type value struct {
	kind json5.Kind
	flag bool
	num  float64
	str  string
	list []*value
	keys []member // of an object, in order
	src  *source
	off  int

	secret bool // holds a secret: it must not be shown
}

type member struct {
	name string
	off  int // of the key
	val  *value
}

func fromNode(n *json5.Node, src *source) *value {
	v := &value{kind: n.Kind, src: src, off: n.Start}
	switch n.Kind {
	case json5.Bool:
		v.flag = n.Bool
	case json5.Number:
		v.num, v.str = n.Num, n.Text
	case json5.String:
		v.str = n.Text
	case json5.Array:
		v.list = make([]*value, len(n.Items))
		for i := range n.Items {
			v.list[i] = fromNode(&n.Items[i], src)
		}
	case json5.Object:
		v.keys = make([]member, 0, len(n.Members))
		for i := range n.Members {
			m := &n.Members[i]
			v.set(m.Key, m.Start, fromNode(&m.Value, src))
		}
	}
	return v
}

// get returns the value of an object's member; nil if there is none.
func (v *value) get(name string) *value {
	if v == nil {
		return nil
	}
	for i := range v.keys {
		if v.keys[i].name == name {
			return v.keys[i].val
		}
	}
	return nil
}

// set changes v, which must not be shared yet.
func (v *value) set(name string, off int, val *value) {
	for i := range v.keys {
		if v.keys[i].name == name {
			v.keys[i] = member{name, off, val}
			return
		}
	}
	v.keys = append(v.keys, member{name, off, val})
}

// put sets a member that stands where its value does.
func (v *value) put(name string, val *value) { v.set(name, val.off, val) }

// remove changes v, which must not be shared yet.
func (v *value) remove(name string) *value {
	for i := range v.keys {
		if v.keys[i].name == name {
			val := v.keys[i].val
			v.keys = slices.Delete(v.keys, i, i+1)
			return val
		}
	}
	return nil
}

// like returns a value that stands where v does.
func (v *value) like(kind json5.Kind) *value { return &value{kind: kind, src: v.src, off: v.off} }

func (v *value) likeString(s string) *value {
	n := v.like(json5.String)
	n.str = s
	return n
}

func (v *value) likeBool(b bool) *value {
	n := v.like(json5.Bool)
	n.flag = b
	return n
}

func (v *value) likeList(items ...*value) *value {
	n := v.like(json5.Array)
	n.list = items
	return n
}

func (v *value) likeNull() *value   { return v.like(json5.Null) }
func (v *value) likeObject() *value { return v.like(json5.Object) }

func (v *value) isNull() bool     { return v == nil || v.kind == json5.Null || v.kind == json5.Invalid }
func (v *value) isString() bool   { return v != nil && v.kind == json5.String }
func (v *value) isBool() bool     { return v != nil && v.kind == json5.Bool }
func (v *value) isList() bool     { return v != nil && v.kind == json5.Array }
func (v *value) isObject() bool   { return v != nil && v.kind == json5.Object }
func (v *value) isNumber() bool   { return v != nil && v.kind == json5.Number }
func (v *value) is(s string) bool { return v.isString() && v.str == s }
func (v *value) isTrue() bool     { return v.isBool() && v.flag }
func (v *value) isFalse() bool    { return v.isBool() && !v.flag }

// strings returns the strings of a list, or the one that v is.
func (v *value) strings() []string {
	switch {
	case v.isString():
		return []string{v.str}
	case v.isList():
		out := make([]string, 0, len(v.list))
		for _, item := range v.list {
			if item.kind == json5.String {
				out = append(out, item.str)
			}
		}
		return out
	}
	return nil
}

// clone returns a copy that may be changed.
func (v *value) clone() *value {
	if v == nil {
		return nil
	}
	c := *v
	if v.list != nil {
		c.list = make([]*value, len(v.list))
		for i, item := range v.list {
			c.list[i] = item.clone()
		}
	}
	if v.keys != nil {
		c.keys = make([]member, len(v.keys))
		for i, m := range v.keys {
			c.keys[i] = member{m.name, m.off, m.val.clone()}
		}
	}
	return &c
}

// plain returns v as encoding/json would: nil, bool, float64, string, []any or
// map[string]any.
func (v *value) plain() any {
	if v == nil {
		return nil
	}
	switch v.kind {
	case json5.Bool:
		return v.flag
	case json5.Number:
		return v.num
	case json5.String:
		return v.str
	case json5.Array:
		out := make([]any, len(v.list))
		for i, item := range v.list {
			out[i] = item.plain()
		}
		return out
	case json5.Object:
		out := make(map[string]any, len(v.keys))
		for _, m := range v.keys {
			out[m.name] = m.val.plain()
		}
		return out
	}
	return nil
}

// fromPlain is the opposite of plain. Integers of any type are allowed.
func fromPlain(x any, src *source) *value {
	v := &value{kind: json5.Null, src: src}
	switch x := x.(type) {
	case bool:
		v.kind, v.flag = json5.Bool, x
	case int:
		v.kind, v.num, v.str = json5.Number, float64(x), strconv.Itoa(x)
	case float64:
		v.kind, v.num, v.str = json5.Number, x, strconv.FormatFloat(x, 'g', -1, 64)
	case string:
		v.kind, v.str = json5.String, x
	case []string:
		v.kind = json5.Array
		for _, s := range x {
			v.list = append(v.list, fromPlain(s, src))
		}
	case []any:
		v.kind = json5.Array
		for _, item := range x {
			v.list = append(v.list, fromPlain(item, src))
		}
	case map[string]any:
		v.kind = json5.Object
		for _, name := range sortedKeys(x) {
			v.put(name, fromPlain(x[name], src))
		}
	}
	return v
}

func sortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// origin returns where v was written.
func (v *value) origin() Origin {
	if v == nil || v.src == nil {
		return Origin{}
	}
	return v.src.origin(v.off)
}

// origin returns the place at a byte offset of s.
func (s *source) origin(off int) Origin {
	o := Origin{File: s.name, Presets: s.presets}
	if s.root != nil {
		o.Option = optionAt(s.root, off)
	}
	if s.text != "" && !s.builtin {
		o.Line, o.Column = json5.Position(s.text, off)
	}
	return o
}

// optionAt returns the path of the value or the key at an offset, such as
// "packageRules[2].automerge".
func optionAt(n *json5.Node, off int) string {
	var b strings.Builder
	for n != nil && n.Start < off {
		n = step(n, off, &b)
	}
	return b.String()
}

func step(n *json5.Node, off int, b *strings.Builder) *json5.Node {
	for i := range n.Items {
		if item := &n.Items[i]; item.Start <= off && off < item.End {
			b.WriteString("[" + strconv.Itoa(i) + "]")
			return item
		}
	}
	for i := range n.Members {
		m := &n.Members[i]
		if m.Start > off || off >= m.Value.End {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(m.Key)
		if off < m.Value.Start {
			return nil
		}
		return &m.Value
	}
	return nil
}
