package config

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/currant-bot/currant/config/internal/json5"
)

// Settings are the options that hold somewhere: for a repository, for one
// dependency, or for one update. Options that nobody set have Renovate's
// default. Settings are immutable and safe for concurrent use.
type Settings struct {
	layers  []layer // the most specific first
	subject Subject
	rules   []*rule
	config  *Config // nil for settings of nothing
	turns   time.Duration
}

// A layer holds options that were merged already with all layers below.
type layer map[string]*value

// An Applied is a rule of packageRules that applied, or would have.
type Applied struct {
	Origin  Origin
	Text    string   // what its author says of it; "" if nothing
	Options []string // the options that it set
}

func (s Settings) lookup(name string) *value {
	for _, l := range s.layers {
		if v, ok := l[name]; ok {
			return v
		}
	}
	return nil
}

// Has reports whether an option has a value that is not null.
func (s Settings) Has(name string) bool { return !s.lookup(name).isNull() }

// Bool returns a boolean option; false if it is not set.
func (s Settings) Bool(name string) bool { return s.lookup(name).isTrue() }

// String returns a string option; "" if it is not set.
func (s Settings) String(name string) string {
	if v := s.lookup(name); v.isString() {
		return v.str
	}
	return ""
}

// Strings returns an option that is a list of strings; nil if it is not set.
func (s Settings) Strings(name string) []string { return s.lookup(name).strings() }

// Int returns a numeric option; 0 if it is not set.
func (s Settings) Int(name string) int {
	if v := s.lookup(name); v != nil && v.kind == json5.Number {
		return int(v.num)
	}
	return 0
}

// Object returns an option that is an object, as encoding/json would; nil if
// it is not set. The caller owns the map.
func (s Settings) Object(name string) map[string]any {
	m, _ := s.lookup(name).plain().(map[string]any)
	return m
}

// Value returns any option as encoding/json would; nil if it is not set.
func (s Settings) Value(name string) any { return s.lookup(name).plain() }

// JSON returns an option as the text of a file: indented, its members in the order in which they were written.
func (s Settings) JSON(name string) string {
	var b bytes.Buffer
	v := s.lookup(name)
	if v == nil {
		v = &value{kind: json5.Null}
	}
	v.write(&b, "\n")
	return b.String() + "\n"
}

// write appends v as JSON; each line begins with newline.
func (v *value) write(b *bytes.Buffer, newline string) {
	list := func(open, end byte, n int, item func(i int)) {
		b.WriteByte(open)
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(newline + "  ")
			item(i)
		}
		if n > 0 {
			b.WriteString(newline)
		}
		b.WriteByte(end)
	}
	scalar := func(x any) {
		var text bytes.Buffer
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(x) // scalars always encode
		b.Write(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	}
	switch v.kind {
	case json5.Array:
		list('[', ']', len(v.list), func(i int) { v.list[i].write(b, newline+"  ") })
	case json5.Object:
		list('{', '}', len(v.keys), func(i int) {
			scalar(v.keys[i].name)
			b.WriteString(": ")
			v.keys[i].val.write(b, newline+"  ")
		})
	default:
		scalar(v.plain())
	}
}

// List returns an option that is a list of objects, such as customManagers.
func (s Settings) List(name string) []Entry {
	v := s.lookup(name)
	if !v.isList() {
		return nil
	}
	out := make([]Entry, 0, len(v.list))
	for _, item := range v.list {
		if m, ok := item.plain().(map[string]any); ok {
			out = append(out, Entry{item.origin(), m})
		}
	}
	return out
}

// An Entry is an object in a list, and where it was written.
type Entry struct {
	Origin Origin
	Fields map[string]any
}

// Origin returns where an option's value was written; the zero Origin if it has
// none. Of a list that was added up from several places it is the last.
func (s Settings) Origin(name string) Origin {
	v := s.lookup(name)
	if v.isList() && len(v.list) > 0 {
		return v.list[len(v.list)-1].origin()
	}
	return v.origin()
}

// Origins returns where each item of a list was written, in its order.
func (s Settings) Origins(name string) []Origin {
	v := s.lookup(name)
	if !v.isList() {
		return nil
	}
	out := make([]Origin, len(v.list))
	for i, item := range v.list {
		out[i] = item.origin()
	}
	return out
}

// Rules returns the packageRules that applied, in order.
func (s Settings) Rules() []Applied {
	out := make([]Applied, len(s.rules))
	for i, r := range s.rules {
		out[i] = r.applied()
	}
	return out
}

// Turns returns after how long a rule with matchCurrentAge begins or ceases to apply by time alone; 0 if none
// does.
func (s Settings) Turns() time.Duration { return s.turns }

// Subject returns what the settings are for, after rules with
// overrideDatasource, overrideDepName or overridePackageName.
func (s Settings) Subject() Subject { return s.subject }

// Names returns the names of all options that have a value, in order.
func (s Settings) Names() []string {
	all := make(map[string]bool)
	for _, l := range s.layers {
		for name := range l {
			if _, done := all[name]; !done {
				all[name] = s.Has(name)
			}
		}
	}
	maps.DeleteFunc(all, func(_ string, has bool) bool { return !has })
	return sortedKeys(all)
}

// With returns s with the object of an option merged over it, as Renovate does
// with "group" for a branch that groups, and with "vulnerabilityAlerts".
func (s Settings) With(block string) Settings {
	v := s.lookup(block)
	if !v.isObject() || len(v.keys) == 0 {
		return s
	}
	over := make(layer)
	for _, m := range v.keys {
		over[m.name] = mergeOption(m.name, s.lookup(m.name), m.val)
	}
	at := 0
	if s.config != nil && s.config.force != nil {
		at = 1 // what the operator forces stays on top
		for name := range s.layers[0] {
			delete(over, name)
		}
	}
	s.layers = slices.Insert(slices.Clone(s.layers), at, over)
	return s
}
