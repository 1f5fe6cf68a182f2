package mise

import (
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
	"github.com/currant-bot/currant/managers/internal/tool"
)

// A choice is one entry of a table of tools.
type choice struct {
	key     string // without options in brackets
	options string // in brackets, without them
	table   *tomlspan.Value
	version *tomlspan.Value
	lock    lock
}

// read reads an entry; ok is false if its version is no text.
func read(key string, value *tomlspan.Value, l lock) (d managers.Dep, ok bool) {
	c := choice{key: key, table: &tomlspan.Value{}, version: value, lock: l}
	if i := strings.IndexByte(key, '['); i > 0 && strings.HasSuffix(key, "]") {
		c.key, c.options = key[:i], key[i+1:len(key)-1]
	}
	if value.Kind == tomlspan.Array { // each is installed; the first is what counts
		c.version = &tomlspan.Value{}
		if items := value.Items(); len(items) > 0 {
			c.version = items[0]
		}
	}
	if c.version.Kind == tomlspan.Table {
		c.table, c.version = c.version, c.version.Get("version")
	}
	switch {
	case c.version.Kind == tomlspan.Missing || c.version.Kind == tomlspan.String && c.version.Text == "":
		return managers.Dep{Name: c.key, Skip: managers.UnspecifiedVersion}, true
	case c.version.Kind != tomlspan.String:
		return d, false
	}
	return c.dep(), true
}

func (c choice) dep() managers.Dep {
	field, exact := c.version.Field()
	if !exact { // with escapes
		field = managers.Field{Text: c.version.Text}
	}
	d := c.tool(field)
	if locked := c.lock.versions[c.key]; locked != "" && d.Skip == "" {
		d.Locked, d.Locks = locked, []string{c.lock.path}
	}
	switch {
	case d.Skip == managers.UnsupportedDatasource:
		d.Value = managers.Field{}
	case !exact:
		d.Composed, d.Value, d.Skip = field.Text, managers.Field{}, managers.Unsupported
		d.Note = "its version is written with escapes, so that it cannot be replaced"
	case strings.Contains(field.Text, "{{") && d.Skip == "":
		d.Skip = managers.ContainsVariable
	}
	return d
}

// tool returns the dependency in the version that field is.
func (c choice) tool(field managers.Field) managers.Dep {
	backend, name, ok := strings.Cut(c.key, ":")
	if !ok {
		if d, ok := known(c.key, c.key, field, c.imprecise(field)); ok {
			return d
		}
		if full := tool.Backend(c.key); full != "" {
			short := c
			if i := strings.IndexByte(full, '['); i > 0 {
				full, short.options = full[:i], full[i+1:len(full)-1]
			}
			backend, name, _ = strings.Cut(full, ":")
			return short.backend(backend, name, field)
		}
		return unknown(c.key)
	}
	switch backend {
	case "core", "asdf", "vfox":
		_, ok := tool.Asdf(name)
		if core := slices.Contains(languages, name); core || ok && backend != "core" {
			if d, ok := known(name, c.key, field, c.imprecise(field)); ok {
				return d
			}
		}
		return unknown(c.key)
	}
	return c.backend(backend, name, field)
}

// languages are what mise installs without a plugin.
var languages = []string{"bun", "deno", "elixir", "erlang", "go", "java", "node", "python", "ruby", "rust", "swift", "zig"}

func unknown(key string) managers.Dep {
	return managers.Dep{Name: key, Skip: managers.UnsupportedDatasource, Note: "it is not known where its releases are listed"}
}

// imprecise reports whether a locked tool may change without its configuration.
func (c choice) imprecise(field managers.Field) bool {
	return c.lock.versions[c.key] != "" && coarse.MatchString(field.Text)
}

var (
	coarse    = regexp.MustCompile(`^(?:[a-z-]+-)?\d+(?:\.\d+)?$`)
	onlyMajor = regexp.MustCompile(`^\d+$`)
)

// known returns a tool that mise and asdf know without a backend.
func known(name, key string, field managers.Field, whole bool) (managers.Dep, bool) {
	switch name {
	case "java":
		return java(key, field, whole)
	case "scala":
		return tool.Scala(field.Text).Dep(key, field), true
	}
	t, ok := tool.Mise(name)
	if !ok && name != "sops" && name != "localstack" {
		t, ok = tool.Asdf(name)
	}
	if !ok {
		return managers.Dep{}, false
	}
	return t.Versioned(key, field), true
}

// java returns the dependency on a Java. Majors are the same with every vendor; what else Adoptium lists
// is its own, and Oracle's JDK, whose versions are Java's.
func java(key string, field managers.Field, whole bool) (managers.Dep, bool) {
	d, ok := tool.Java(field, "temurin-", "adoptopenjdk-", "openjdk-", "corretto-", "zulu-", "")
	if !ok {
		if d, ok = tool.Java(field, "oracle-graalvm-"); !ok {
			return unknown(key), true
		}
		d.Package = "oracle-graalvm-jdk"
	}
	d.Name = key
	switch {
	case whole:
		d.Value = field
	case onlyMajor.MatchString(d.Value.Text):
		d.Versioning = "semver-partial"
	case strings.HasPrefix(field.Text, "corretto-"), strings.HasPrefix(field.Text, "zulu-"):
		d.Skip, d.Note = managers.UnsupportedVersion, "releases of this vendor's Java are not listed"
	}
	return d, true
}

// option returns an option of a backend, from the table or the brackets.
func (c choice) option(name string) string {
	if v := c.table.Get(name); v.Kind == tomlspan.String {
		return v.Text
	}
	for option := range strings.SplitSeq(c.options, ",") {
		if value, ok := strings.CutPrefix(option, name+"="); ok {
			return value
		}
	}
	return ""
}
