package config

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
)

// A rewriter writes values over the text that they came from. Every value
// knows the offset of what it came from, so that text which still says the same is taken over byte
// by byte, also where it moves.
type rewriter struct {
	text  string
	nodes map[int]*json5.Node // by offset
	unit  string              // of indentation
	bare  bool                // keys stand without quotes
	quote string
}

func newRewriter(text string, root *json5.Node, name string) *rewriter {
	w := &rewriter{text: text, nodes: make(map[int]*json5.Node), unit: "  ", quote: `"`}
	w.index(root)
	if len(root.Members) > 0 {
		first := root.Members[0]
		if in := w.indentAt(first.Start); in != "" {
			w.unit = in
		}
		switch text[first.Start] {
		case '\'':
			w.quote = "'"
		case '"':
		default:
			w.bare = dialect(name) == json5.JSON5
		}
	}
	return w
}

func (w *rewriter) index(n *json5.Node) {
	w.nodes[n.Start] = n
	for i := range n.Items {
		w.index(&n.Items[i])
	}
	for i := range n.Members {
		w.index(&n.Members[i].Value)
	}
}

// indentAt returns the white space at the beginning of the line that holds an
// offset.
func (w *rewriter) indentAt(off int) string {
	line := w.text[strings.LastIndexByte(w.text[:off], '\n')+1 : off]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// rewrite returns the text of v, which came from old.
func (w *rewriter) rewrite(old *json5.Node, v *value) string {
	switch {
	case unchanged(old, v):
		return w.text[old.Start:old.End]
	case old.Kind == json5.Object && v.isObject():
		return w.object(old, v)
	case old.Kind == json5.Array && v.isList():
		return w.list(old, v)
	case old.Kind == json5.String && v.isList() && len(v.list) == 1 && v.list[0].isString():
		return w.rewrite(old, v.list[0]) // one text stands for a list of one
	case old.Kind == json5.String && v.isString():
		return quoteAs(v.str, w.text[old.Start:old.Start+1])
	}
	return w.fresh(v, w.indentAt(old.Start))
}

// unchanged reports whether a value, or the shorthand for it, stands there
// already.
func unchanged(old *json5.Node, v *value) bool {
	switch {
	case old.Start != v.off && (v.isList() || v.isObject()):
		return false
	case old.Kind == json5.Bool && v.isObject() && len(v.keys) == 1:
		e := v.get("enabled")
		return e.isBool() && e.flag == old.Bool
	case old.Kind == json5.String && v.isBool():
		return old.Text == strconv.FormatBool(v.flag)
	case old.Kind == json5.String && v.isNull():
		return zeroAge(old.Text)
	case old.Kind != v.kind:
		return false
	}
	switch old.Kind {
	case json5.Bool:
		return old.Bool == v.flag
	case json5.Number, json5.String:
		return old.Text == v.str
	}
	return old.Kind == json5.Null
}

func (w *rewriter) list(old *json5.Node, v *value) string {
	ps, rest, comma := w.pieces(old)
	from := make(map[int]int, len(ps))
	for i, p := range ps {
		from[p.off] = i
		ps[i].body = ""
	}
	out := make([]piece, 0, len(ps))
	next := 0
	for _, item := range v.list {
		if i, ok := from[item.off]; ok && i >= next {
			out = append(out, ps[next:i]...) // what is gone, for its comments
			p := ps[i]
			p.body = w.rewrite(&old.Items[i], item)
			out = append(out, p)
			next = i + 1
			continue
		}
		out = append(out, w.newPiece(ps, func(indent string) string { return w.moved(item, indent) }))
	}
	return assemble("[", "]", append(out, ps[next:]...), w.restOf(ps, rest, old), comma)
}

// restOf is what stands before the closing bracket: of a container that was
// empty, whose first pieces need lines, nothing.
func (w *rewriter) restOf(ps []piece, rest string, old *json5.Node) string {
	if len(ps) == 0 {
		return strings.TrimRight(rest, " \t\r\n")
	}
	return rest
}

func (w *rewriter) object(old *json5.Node, v *value) string {
	ps, rest, comma := w.pieces(old)
	became := pair(old, v)
	taken := make(map[int]bool)
	insert := make([][]piece, len(ps)+1)
	for i := range ps {
		ps[i].body = ""
		j, ok := became[i]
		if !ok {
			continue
		}
		m := v.keys[j]
		taken[j] = true
		member := &old.Members[i]
		key := w.text[member.Start:member.End]
		if member.Key != m.name {
			key = w.key(m.name, key)
		}
		ps[i].body = key + w.text[member.End:member.Value.Start] + w.rewrite(&member.Value, m.val)
	}
	for j, m := range v.keys {
		if taken[j] {
			continue
		}
		at := len(ps)
		for i := range old.Members {
			if o := &old.Members[i]; o.Start <= m.off && m.off < o.Value.End {
				at = i + 1
			}
		}
		insert[at] = append(insert[at], w.newPiece(ps, func(indent string) string {
			return w.key(m.name, "") + ": " + w.moved(m.val, indent)
		}))
	}
	out := insert[0]
	for i, p := range ps {
		out = append(out, p)
		out = append(out, insert[i+1]...)
	}
	return assemble("{", "}", out, w.restOf(ps, rest, old), comma)
}

// pair says which member of v each of old's became: that of the same name, or
// one that came from it. Of a name that stands twice only the last counts, and both stay.
func pair(old *json5.Node, v *value) map[int]int {
	out := make(map[int]int)
	used := make(map[int]bool)
	for i := range old.Members {
		for j, m := range v.keys {
			if m.name == old.Members[i].Key {
				out[i], used[j] = j, true
			}
		}
	}
	for i := range old.Members {
		o := &old.Members[i]
		if _, ok := out[i]; ok {
			continue
		}
		for j, m := range v.keys {
			if !used[j] && o.Start <= m.off && m.off < o.Value.End {
				out[i], used[j] = j, true
				break
			}
		}
	}
	return out
}

// newPiece returns a piece that looks like its neighbours.
func (w *rewriter) newPiece(ps []piece, body func(indent string) string) piece {
	for _, p := range ps {
		if i := strings.LastIndexByte(p.lead, '\n'); i >= 0 {
			indent, line := p.lead[i+1:], "\n"
			if strings.HasSuffix(p.lead[:i], "\r") {
				line = "\r\n"
			}
			return piece{off: -1, lead: line + indent, body: body(indent)}
		}
	}
	lead := ""
	if len(ps) > 0 {
		lead = " "
	}
	return piece{off: -1, lead: lead, body: body("")}
}

// moved returns the text of a value at another place: what it came from, with
// the indentation of the new place.
func (w *rewriter) moved(v *value, indent string) string {
	old := w.nodes[v.off]
	if old == nil || old.Kind != v.kind {
		return w.fresh(v, indent)
	}
	lines := strings.Split(w.rewrite(old, v), "\n")
	was := w.indentAt(old.Start)
	for i := 1; i < len(lines); i++ {
		if rest, ok := strings.CutPrefix(lines[i], was); ok {
			lines[i] = indent + rest
		}
	}
	return strings.Join(lines, "\n")
}

// fresh returns the text of a value of which there was none.
func (w *rewriter) fresh(v *value, indent string) string {
	var items []string
	inner := indent + w.unit
	switch v.kind {
	case json5.Bool:
		return strconv.FormatBool(v.flag)
	case json5.Number:
		return v.str
	case json5.String:
		return quoteAs(v.str, w.quote)
	case json5.Array:
		for _, item := range v.list {
			items = append(items, w.moved(item, inner))
		}
		return wrap("[", "]", "", items, indent, inner)
	case json5.Object:
		for _, m := range v.keys {
			items = append(items, w.key(m.name, "")+": "+w.moved(m.val, inner))
		}
		return wrap("{", "}", " ", items, indent, inner)
	}
	return "null"
}

// wrap writes short containers on one line.
func wrap(open, end, pad string, items []string, indent, inner string) string {
	line := strings.Join(items, ", ")
	switch {
	case len(items) == 0:
		return open + end
	case len(line) < 70 && !strings.Contains(line, "\n"):
		return open + pad + line + pad + end
	}
	return open + "\n" + inner + strings.Join(items, ",\n"+inner) + "\n" + indent + end
}

var identifier = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// key writes a name as the key that was there, or as the file's keys are written.
func (w *rewriter) key(name, like string) string {
	quote := w.quote
	bare := w.bare
	if like != "" {
		bare = like[0] != '"' && like[0] != '\''
		if !bare {
			quote = like[:1]
		}
	}
	if bare && identifier.MatchString(name) {
		return name
	}
	return quoteAs(name, quote)
}

// quoteAs writes a string with a kind of quote.
func quoteAs(s, quote string) string {
	if quote != "'" {
		quote = `"`
	}
	var b strings.Builder
	b.WriteString(quote)
	for _, r := range s {
		switch {
		case r == '\\' || string(r) == quote:
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x20 || r == 0x2028 || r == 0x2029:
			b.WriteString(`\u` + strconv.FormatInt(0x10000+int64(r), 16)[1:])
		default:
			b.WriteRune(r)
		}
	}
	b.WriteString(quote)
	return b.String()
}
