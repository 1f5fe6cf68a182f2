package gradle

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// catalogue reads a version catalogue.
func (b *build) catalogue() {
	root, problems := tomlspan.Read(b.file)
	b.problems = problems
	c := catalogue{root.Get("versions")}
	for alias, v := range root.Get("libraries").Members() {
		b.deps = append(b.deps, c.library(alias, v))
	}
	for key, v := range root.Get("plugins").Members() {
		if d, ok := c.plugin(key.Text, v); ok {
			b.deps = append(b.deps, d)
		}
	}
}

type catalogue struct{ versions *tomlspan.Value }

func (c catalogue) library(alias, v *tomlspan.Value) managers.Dep {
	d := managers.Dep{Datasource: "maven", Kind: "dependencies", Line: v.Line}
	if alias.Line > 0 {
		d.Line = alias.Line
	}
	if v.Kind == tomlspan.String {
		parts := strings.SplitN(v.Text, ":", 3)
		if len(parts) < 3 {
			d.Name, d.Skip = alias.Text, managers.UnspecifiedVersion
			return d
		}
		d.Name = parts[0] + ":" + parts[1]
		start := len(d.Name) + 1
		return edit(d, v, start, len(v.Text))
	}
	name := v.Get("module").Text
	if name == "" {
		name = v.Get("group").Text + ":" + v.Get("name").Text
	}
	return c.version(d, alias.Text, name, v.Get("version"))
}

func (c catalogue) plugin(alias string, v *tomlspan.Value) (managers.Dep, bool) {
	d := managers.Dep{Datasource: "maven", Kind: "plugin", Line: v.Line}
	if v.Get("version", "ref").Kind != tomlspan.String { // several things may have that version
		d.Config = called(d.Kind, alias)
	}
	if v.Kind == tomlspan.String {
		id, _, ok := strings.Cut(v.Text, ":")
		d.Name, d.Package = id, id+":"+id+pluginMarker
		return edit(d, v, len(id)+1, len(v.Text)), ok
	}
	id := v.Get("id").Text
	d.Package = id + ":" + id + pluginMarker
	return c.version(d, id, id, v.Get("version")), id != ""
}

// version completes d with its version. One that has no single version is known by its alias.
func (c catalogue) version(d managers.Dep, alias, name string, v *tomlspan.Value) managers.Dep {
	if ref := v.Get("ref"); ref.Kind == tomlspan.String {
		v = c.versions.Get(ref.Text)
		d.Shared = strings.NewReplacer("-", ".", "_", ".").Replace(ref.Text)
	}
	d.Name = alias
	switch v.Kind {
	case tomlspan.String:
	case tomlspan.Table:
		var only *tomlspan.Value
		for key, member := range v.Members() {
			switch key.Text {
			case "require", "strictly", "prefer":
				if only != nil {
					d.Skip, d.Note = managers.MultipleConstraints, "its version has several constraints, which a person must change"
					return d
				}
				only = member
			default:
				d.Skip, d.Note = managers.UnsupportedVersion, "its version says what it must not be"
				return d
			}
		}
		if v = only; v == nil {
			v = &tomlspan.Value{}
		}
	}
	if v.Kind != tomlspan.String || v.Text == "" || name == ":" {
		d.Skip = managers.UnspecifiedVersion
		return d
	}
	d.Name = name
	return edit(d, v, 0, len(v.Text))
}

// edit sets d's version to a piece of v.
func edit(d managers.Dep, v *tomlspan.Value, i, j int) managers.Dep {
	var ok bool
	if d.Value, ok = v.Sub(i, j); !ok {
		d.Skip = managers.UnspecifiedVersion
		if i < len(v.Text) {
			d.Composed, d.Skip = v.Text[i:j], managers.Unsupported
			d.Note = "its version is written with escapes, so that it cannot be replaced"
		}
	}
	return d
}
