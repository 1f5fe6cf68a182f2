package custom

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
)

// findQuery takes what the expressions make of the file's data for
// dependencies.
func findQuery(f finder, file managers.File, yield func(match)) error {
	format := text(f.def.Fields["fileFormat"])
	data, err := decode(format, file.Text)
	if err != nil {
		return err
	}
	for i := range f.query {
		found, err := f.run(i, data)
		if err != nil {
			return err
		}
		p := placer{f: f, format: format, src: file.Text, query: i, found: found, left: 40}
		for n, groups := range found {
			m := match{groups: make(map[string]group)}
			for name, s := range groups {
				m.groups[name] = group{s, -1}
			}
			for _, name := range []string{"currentValue", "currentDigest"} {
				if g, ok := m.groups[name]; ok && g.text != "" {
					m.groups[name] = group{g.text, p.locate(n, name)}
				}
			}
			yield(m)
		}
	}
	return nil
}

// run returns the dependencies that an expression finds: objects of strings.
func (f finder) run(i int, data any) ([]map[string]string, error) {
	v, err := f.query[i](data)
	if err != nil || v == nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []map[string]string
	for _, item := range list {
		object, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("its expression should return objects with depName and currentValue")
		}
		groups := make(map[string]string)
		for name, v := range object {
			if s, ok := v.(string); ok {
				groups[name] = s
			}
		}
		out = append(out, groups)
	}
	if len(out) > maxDeps {
		out = out[:maxDeps]
	}
	return out, nil
}

// decode reads a file as JSON, with comments, or YAML or TOML. Several
// documents of YAML are a list.
func decode(format, src string) (any, error) {
	switch format {
	case "json":
		v, err := jsonspan.Parse(src)
		if err != nil {
			return nil, err
		}
		return plain(v), nil
	case "yaml":
		return decodeYAML(src)
	case "toml":
		var out map[string]any
		if err := toml.Unmarshal([]byte(src), &out); err != nil {
			return nil, fmt.Errorf("it is no TOML: %w", err)
		}
		return stringify(out), nil
	}
	return nil, fmt.Errorf("there is no fileFormat %q: it can be json, yaml or toml", clip(format))
}

func decodeYAML(src string) (any, error) {
	dec := yaml.NewDecoder(strings.NewReader(src))
	var docs []any
	for {
		var doc any
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("it is no YAML: %w", err)
		}
		docs = append(docs, stringify(doc))
	}
	if len(docs) == 1 {
		return docs[0], nil
	}
	return docs, nil
}

// plain returns what encoding/json would.
func plain(v jsonspan.Value) any {
	switch v.Kind {
	case jsonspan.String:
		return v.Text
	case jsonspan.Object:
		out := make(map[string]any)
		for key, item := range v.Members() {
			out[key.Text] = plain(item)
		}
		return out
	case jsonspan.Array:
		out := make([]any, 0, len(v.Items()))
		for _, item := range v.Items() {
			out = append(out, plain(item))
		}
		return out
	}
	var out any
	if json.Unmarshal([]byte(v.Text), &out) != nil {
		return nil
	}
	return out
}

// stringify makes keys strings, and of times what JSON would hold.
func stringify(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, item := range v {
			v[k] = stringify(item)
		}
	case map[any]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[fmt.Sprint(k)] = stringify(item)
		}
		return out
	case []any:
		for i, item := range v {
			v[i] = stringify(item)
		}
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case fmt.Stringer:
		return v.String()
	}
	return v
}

// A placer finds out where in a file the values stand that an expression
// returned: it changes a place and looks what becomes of the answer.
type placer struct {
	f      finder
	format string
	src    string
	query  int
	found  []map[string]string
	left   int // how often it may still try
}

// locate returns where a text of the n-th dependency stands; -1 if that is not
// certain.
func (p *placer) locate(n int, name string) int {
	want := p.found[n][name]
	for at, offset := range occurrences(p.src, want) {
		if p.left--; p.left < 0 || at > 20 {
			return -1
		}
		if p.stands(n, name, want, offset) {
			return offset
		}
	}
	return -1
}

func occurrences(src, want string) []int {
	var out []int
	for start := 0; len(out) < 100; {
		i := strings.Index(src[start:], want)
		if i < 0 {
			break
		}
		out = append(out, start+i)
		start += i + len(want)
	}
	return out
}

// stands reports whether a change at an offset changes just the one answer.
func (p *placer) stands(n int, name, want string, offset int) bool {
	changed := altered(want)
	data, err := decode(p.format, p.src[:offset]+changed+p.src[offset+len(want):])
	if err != nil {
		return false
	}
	found, err := p.f.run(p.query, data)
	return err == nil && len(found) == len(p.found) && found[n][name] == changed
}

// altered returns another text of the same kind.
func altered(s string) string {
	b := []byte(s)
	for i := len(b) - 1; i >= 0; i-- {
		switch c := b[i]; {
		case '0' <= c && c <= '8' || 'a' <= c && c <= 'y':
			b[i]++
			return string(b)
		case c == '9' || c == 'z':
			b[i]--
			return string(b)
		}
	}
	return s + "1"
}
