package yamlspan

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/currant-bot/currant/managers"
)

// Rename returns the edits that call keys of mapping n otherwise. A new name may be a path: then the
// value moves into mappings of its own, and keys that stand one after the other and have the first
// element in common share that. ok is false where that cannot be written by inserting text: in flow style,
// for keys of one path that stand apart, and where a line begins with something else.
func (n Node) Rename(names map[string][]string) (edits []managers.Edit, ok bool) {
	if n.IsAlias() || !n.IsMap() || n.n.Style&yaml.FlowStyle != 0 {
		return nil, false
	}
	heads := make(map[string]bool)
	last := "" // the head of the path that the key before was given
	for k := range n.Pairs() {
		path := names[k.n.Value]
		if len(path) == 0 {
			last = ""
			continue
		}
		field := k.Field()
		indent, fits := n.src.indent(k)
		if field.IsZero() || !fits || len(path) > 1 && last != path[0] && heads[path[0]] {
			return nil, false
		}
		rest, level := path, 0
		if len(path) > 1 && last == path[0] {
			rest, level = path[1:], 1
		}
		var text strings.Builder
		if level == 1 {
			text.WriteString("  ")
		}
		for i, name := range rest {
			if i > 0 {
				level++
				text.WriteString(":" + n.src.newline(field.Start) + indent + strings.Repeat("  ", level))
			}
			text.WriteString(name)
		}
		edits = append(edits, field.Replace(text.String()))
		heads[path[0]], last = true, path[0]
	}
	return edits, true
}

// Delete returns the edit that takes the line of a key and its scalar value out of mapping n. ok is false if
// they are not on a line of their own, or the only ones of n.
func (n Node) Delete(key string) (edit managers.Edit, ok bool) {
	if n.IsAlias() || !n.IsMap() || n.n.Style&yaml.FlowStyle != 0 || len(n.n.Content) <= 2 {
		return edit, false
	}
	for k, v := range n.Pairs() {
		if k.n.Value != key {
			continue
		}
		rest, field := v.Rest(), k.Field()
		if trimmed := strings.TrimSpace(rest.Text); field.IsZero() || v.IsAlias() || rest.Start == 0 || trimmed != "" && trimmed[0] != '#' {
			return edit, false
		}
		text := n.src.text
		start := strings.LastIndexByte(text[:field.Start], '\n') + 1
		if strings.TrimLeft(text[start:field.Start], " ") != "" {
			return edit, false // it is the first of a list's element
		}
		end := len(text)
		if i := strings.IndexByte(text[rest.End():], '\n'); i >= 0 {
			end = rest.End() + i + 1
		}
		return managers.Edit{Start: start, End: end}, true
	}
	return edit, false
}

// indent returns the blanks that indent the next line as much as key, if key begins its line.
func (s *source) indent(key Node) (string, bool) {
	start := key.Start()
	return indentation(s.text[strings.LastIndexByte(s.text[:start], '\n')+1 : start])
}

// newline returns what ends the line at byte at.
func (s *source) newline(at int) string {
	if i := strings.IndexByte(s.text[at:], '\n'); i > 0 && s.text[at+i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
