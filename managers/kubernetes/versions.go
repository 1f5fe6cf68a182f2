package kubernetes

import (
	"fmt"
	"strings"

	"github.com/currant-bot/currant/datasources/kubernetesapi/apis"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// apiVersion returns the dependency on the API that a document's kind is
// served by, for kinds whose API has changed versions. What has no name is no
// object of a cluster, such as a kustomization.yaml. As for Renovate, neither is what has only
// a bare template tag for its name or namespace: a chart may choose its API versions itself.
func apiVersion(doc yamlspan.Doc) (managers.Dep, bool) {
	version, kind := doc.Get("apiVersion"), doc.Get("kind").String()
	metadata := doc.Get("metadata")
	namespace := metadata.Get("namespace")
	object := metadata.Get("name").IsString() && (namespace.IsZero() || namespace.IsString())
	field := version.Field()
	if !object || field.IsZero() || !listed(kind, field.Text) {
		return managers.Dep{}, false
	}
	return managers.Dep{
		Name:       kind,
		Datasource: "kubernetes-api",
		Versioning: "kubernetes-api",
		Value:      field,
		Line:       version.Line(),
		Along:      along(doc.Node, kind, field.Text),
	}, true
}

// listed reports whether a kind of that version is a dependency: those that Renovate lists always are, whatever the
// group; others are while their version is not a current one.
func listed(kind, version string) bool {
	for _, a := range apis.Kind(kind) {
		if a.Always {
			return true
		}
	}
	a, ok := apis.Of(kind, version)
	return ok && !current(a, version)
}

// current reports whether a version is one that nothing advises against.
func current(a *apis.API, version string) bool {
	i := a.Index(version)
	return i >= 0 && a.Versions[i].Deprecated == "" && a.Versions[i].Removed == ""
}

// along returns what a manifest has to change for each later version of its kind.
func along(doc yamlspan.Node, kind, version string) []managers.Along {
	a, ok := apis.Of(kind, version)
	if !ok {
		return nil
	}
	var all []managers.Along
	for _, later := range a.Later(version) {
		with := managers.Along{Value: later.API, Gone: !listed(kind, later.API)}
		if fate := a.Fate(a.Versions[a.Index(version)]); fate != "" {
			with.Notes = []string{fmt.Sprintf("`%s` of %s %s ([source](%s)).", version, kind, fate, a.Source)}
		}
		c := changer{doc: doc, renames: make(map[int]*renaming)}
		for _, change := range a.Until(version, later.API) {
			c.apply(change)
		}
		with.Edits, with.Person = c.done(kind)
		all = append(all, with)
	}
	return all
}

// A changer collects the changes to a manifest.
type changer struct {
	doc     yamlspan.Node
	renames map[int]*renaming // by where the mapping begins
	order   []*renaming
	edits   []managers.Edit
	person  []string
}

// A renaming is what becomes of the keys of one mapping.
type renaming struct {
	mapping yamlspan.Node
	names   map[string][]string
}

func (c *changer) ask(n yamlspan.Node, text string) {
	if line := n.Line(); line > 0 {
		text = fmt.Sprintf("line %d: %s", line, text)
	}
	c.person = append(c.person, text)
}

func (c *changer) apply(change apis.Change) {
	if change.At == "" {
		c.applyTo(c.doc, change)
		return
	}
	for _, n := range reach(c.doc, strings.Split(change.At, ".")) {
		c.applyTo(n, change)
	}
}

func (c *changer) applyTo(n yamlspan.Node, change apis.Change) {
	switch {
	case change.Rename != "":
		c.rename(n, change)
	case change.Drop != "":
		if v := n.Get(change.Drop); v.IsZero() {
		} else if edit, ok := n.Delete(change.Drop); ok {
			c.edits = append(c.edits, edit)
		} else {
			c.ask(v, "take "+change.Drop+" out: it is gone")
		}
	case change.Add != "":
		if !n.Get(change.Add).IsZero() {
		} else if piece, ok := n.InsertAfter(change.After, change.Add, change.Value); ok {
			c.edits = append(c.edits, piece.Edit("", ""))
		} else {
			c.ask(n, fmt.Sprintf("add %s: %s keeps what was meant", change.Add, change.Value))
		}
	case concerns(n, change):
		if v := n.Get(change.Key); change.Key != "" {
			n = v
		}
		c.ask(n, change.Person)
	}
}

// concerns reports whether a mapping is one that a person has to look at.
func concerns(n yamlspan.Node, change apis.Change) bool {
	switch {
	case change.Key != "":
		return !n.Get(change.Key).IsZero()
	case change.Require != "":
		return n.Get(change.Require).IsZero()
	case change.Empty != "":
		v := n.Get(change.Empty)
		for range v.Pairs() {
			return false
		}
		return v.IsMap()
	case change.Zero != "":
		return n.Get(change.Zero).String() == "0"
	}
	return true
}

func (c *changer) rename(n yamlspan.Node, change apis.Change) {
	v := n.Get(change.Rename)
	if v.IsZero() {
		return
	}
	if !direct(n, change.Rename) {
		c.ask(v, fmt.Sprintf("call %s %s where it is merged from", change.Rename, change.As))
		return
	}
	as := change.As
	if change.AsText != "" && v.IsString() {
		as = change.AsText
	}
	r := c.renames[n.Start()]
	if r == nil {
		r = &renaming{n, make(map[string][]string)}
		c.renames[n.Start()] = r
		c.order = append(c.order, r)
	}
	r.names[change.Rename] = strings.Split(as, ".")
}

// direct reports whether a mapping has a key itself, not by way of another that it merges.
func direct(n yamlspan.Node, key string) bool {
	for k := range n.Pairs() {
		if k.String() == key {
			return true
		}
	}
	return false
}

// done returns the edits, and what they leave to a person.
func (c *changer) done(kind string) ([]managers.Edit, []string) {
	for _, r := range c.order {
		if edits, ok := r.mapping.Rename(r.names); ok {
			c.edits = append(c.edits, edits...)
			continue
		}
		for k, v := range r.mapping.Pairs() {
			if as := r.names[k.String()]; as != nil {
				c.ask(v, fmt.Sprintf("call %s %s", k, strings.Join(as, ".")))
			}
		}
	}
	for i, text := range c.person {
		c.person[i] = kind + ": " + text
	}
	return c.edits, c.person
}

// reach returns the nodes at the end of a path of keys, of which "key[]" leads to each element of a
// list. It does not follow aliases: what they stand for is changed where it is written.
func reach(n yamlspan.Node, path []string) []yamlspan.Node {
	if n.IsZero() || n.IsAlias() {
		return nil
	}
	if len(path) == 0 {
		return []yamlspan.Node{n}
	}
	key, isList := strings.CutSuffix(path[0], "[]")
	next := n.Get(key)
	if !isList {
		return reach(next, path[1:])
	}
	if next.IsAlias() {
		return nil
	}
	var all []yamlspan.Node
	for _, item := range next.Items() {
		all = append(all, reach(item, path[1:])...)
	}
	return all
}
