package managertest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
)

// A change is what Currant does to a dependency, to see whether extracting
// again finds it done.
type change struct {
	what  string // for people, such as "value set to 1.2.3"
	edits map[string][]managers.Edit
	want  []string // all dependencies afterwards
}

// try makes the change and says how what is found then is not as it should be; "" if it is.
func (c change) try(m *managers.Manager, before extraction) string {
	changed, err := before.repo.with(c.edits)
	if err != nil {
		return err.Error()
	}
	if diff := cmp.Diff(c.want, descriptions(extract(m, changed).deps)); diff != "" {
		return "-want +got:\n" + diff
	}
	return ""
}

// descriptions describes deps but for what follows from other fields, and from lock files
// that know dependencies by what manifests ask for.
func descriptions(deps []dep) []string {
	all := make([]string, len(deps))
	for i, d := range deps {
		d.Composed, d.Locked = "", ""
		all[i] = describe(d)
	}
	return all
}

// changes returns the changes to try on the i-th dependency and those that must
// change with it.
func (e extraction) changes(i int) []change {
	d := e.deps[i]
	value, digest := newValue(d.Value.Text), newDigest(d.Digest.Text)
	var all []change
	if value != "" {
		all = append(all, e.replace(i, value, ""))
	}
	if digest != "" {
		all = append(all, e.replace(i, "", digest))
	}
	if value != "" && digest != "" {
		all = append(all, e.replace(i, value, digest))
	}
	if d.Pin != nil && d.Digest.IsZero() {
		all = append(all, e.pin(i))
	}
	for _, a := range d.Along {
		all = append(all, e.along(i, a))
	}
	return all
}

// along returns the change of the i-th dependency to a value that brings others along.
func (e extraction) along(i int, a managers.Along) change {
	d := e.deps[i]
	path := d.path(d.Value)
	c := change{what: "set to " + a.Value + " with what goes along", edits: make(map[string][]managers.Edit)}
	c.edits[path] = append(slices.Clone(a.Edits), d.Value.Replace(a.Value))
	deps := slices.Clone(e.deps)
	for j, other := range deps {
		if other.Value.Start == d.Value.Start && other.path(other.Value) == path {
			deps[j].Value.Text = a.Value
		}
	}
	if a.Gone {
		deps = slices.Delete(deps, i, i+1)
	}
	c.want = descriptions(deps)
	return c
}

// replace returns the change of the i-th dependency's value and digest, "" to leave one. It also
// changes the dependencies of the same group, and those that share a field with one that changes.
func (e extraction) replace(i int, value, digest string) change {
	c := change{edits: make(map[string][]managers.Edit)}
	c.what = strings.TrimSuffix("set to "+strings.TrimSpace(value+" "+digest), " ")
	done := make(map[managers.Field]string)
	set := func(d dep, f managers.Field, text string) {
		f.Path = d.path(f)
		if text == "" || f.Text == "" || done[f] != "" {
			return
		}
		done[f] = text
		c.edits[f.Path] = append(c.edits[f.Path], f.Replace(text))
	}
	rewrite := func(d dep) {
		v, g := d.Value, d.Digest
		v.Path, g.Path = d.path(v), d.path(g)
		if done[v] != "" || done[g] != "" {
			return
		}
		done[v], done[g] = value, digest
		for _, p := range d.Rewrite {
			edit := p.Edit(orElse(value, v.Text), orElse(digest, g.Text))
			c.edits[d.in] = append(c.edits[d.in], edit)
		}
	}
	for j, d := range e.deps {
		if j == i || e.grouped(i, j) {
			if len(d.Rewrite) > 0 {
				rewrite(d)
				continue
			}
			set(d, d.Value, value)
			set(d, d.Digest, digest)
		}
	}
	deps := slices.Clone(e.deps)
	for j, d := range deps {
		for _, f := range []*managers.Field{&deps[j].Value, &deps[j].Digest} {
			key := *f
			key.Path = d.path(key)
			if text := done[key]; text != "" {
				f.Text = text
			}
		}
	}
	c.want = descriptions(deps)
	return c
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func (e extraction) grouped(i, j int) bool {
	return e.deps[i].Group != "" && e.deps[i].Group == e.deps[j].Group && e.deps[i].in == e.deps[j].in
}

// pin returns the change that gives the i-th dependency a digest, and those that
// share its place.
func (e extraction) pin(i int) change {
	d := e.deps[i]
	digest := "0123456789abcdef0123456789abcdef01234567"
	if d.Datasource == "docker" {
		digest = "sha256:" + strings.Repeat("0123456789abcdef", 4)
	}
	c := change{what: fmt.Sprintf("pinned to %s", digest), edits: make(map[string][]managers.Edit)}
	for _, p := range d.Pin {
		c.edits[d.in] = append(c.edits[d.in], p.Edit(d.Value.Text, digest))
	}
	deps := slices.Clone(e.deps)
	for j, other := range deps {
		if j == i || other.in == d.in && reflect.DeepEqual(other.Pin, d.Pin) && other.Digest.IsZero() {
			deps[j].Digest = managers.Field{Text: digest}
			deps[j].Pin = nil
		}
	}
	c.want = descriptions(deps)
	return c
}

// newValue returns a value of the same form as old, but longer; "" if there is none. What comes
// before a slash, such as an API's group, stays.
func newValue(old string) string {
	if old == "" {
		return ""
	}
	if i := strings.LastIndexByte(old, '/'); strings.ContainsAny(old[i+1:], "0123456789") && i >= 0 {
		return old[:i+1] + newValue(old[i+1:])
	}
	digits := strings.IndexAny(old, "0123456789")
	if digits < 0 {
		return old + "9"
	}
	end := digits + len(old[digits:]) - len(strings.TrimLeft(old[digits:], "0123456789"))
	return old[:end] + "9" + old[end:]
}

// newDigest returns a digest of the same form as old; "" if there is none.
func newDigest(old string) string {
	if old == "" {
		return ""
	}
	last := "a"
	if strings.HasSuffix(old, last) {
		last = "b"
	}
	return old[:len(old)-1] + last
}
