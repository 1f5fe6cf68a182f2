package packagejson

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Catalogs reads the catalogs of a workspace, from which packages take
// versions as "catalog:", and pnpm's overrides. by is the tool that the file is for.
func Catalogs(file managers.File, by string) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		for key, value := range doc.Pairs() {
			switch {
			case key.String() == "catalog":
				r.Deps = append(r.Deps, readYAML(by+".catalog.default", value)...)
			case key.String() == "catalogs":
				for name, catalog := range value.Pairs() {
					r.Deps = append(r.Deps, readYAML(by+".catalog."+name.String(), catalog)...)
				}
			case key.String() == "overrides" && by == "pnpm":
				r.Deps = append(r.Deps, readYAML("pnpm-workspace.overrides", value)...)
			}
		}
	}
	p := projectOf(file)
	for i := range r.Deps {
		r.Deps[i].Locks = p.locks
	}
	return r
}

// readYAML reads a mapping of packages, or of what pnpm's overrides select them by.
func readYAML(kind string, section yamlspan.Node) []managers.Dep {
	var deps []managers.Dep
	if section.IsAlias() {
		return nil // read where it is anchored
	}
	for key, value := range section.Pairs() {
		d := managers.Dep{Name: overridden(key.String()), Kind: kind, Line: key.Line()}
		if !value.IsScalar() {
			d.Skip = managers.InvalidValue
			deps = append(deps, selected(key.String(), d))
			continue
		}
		deps = append(deps, selected(key.String(), constraint(d, value.String(), yamlText{value})))
	}
	return deps
}

// A yamlText is a scalar as a text.
type yamlText struct{ node yamlspan.Node }

func (t yamlText) Sub(i, j int) (managers.Field, bool) {
	f := t.node.Field()
	if f.IsZero() || i >= j || t.node.IsAlias() {
		return managers.Field{}, false
	}
	return managers.Field{Text: f.Text[i:j], Start: f.Start + i}, true
}
