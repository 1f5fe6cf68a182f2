package packagejson

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
)

// A text is a string in a file, JSON or YAML.
type text interface {
	// Sub returns the piece from byte i to byte j that can be edited.
	Sub(i, j int) (managers.Field, bool)
}

const (
	anyName  = `[A-Za-z0-9~!*'()-][\w.~!*'()-]*`
	onePart  = `(?:(?:[<>]=?|=|\^|~>?)\s*)?v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2}(?:-[\w.-]+)?(?:\+[\w.-]+)?`
	joiner   = `(?:\s+-\s+|\s*\|\|\s*|\s*,\s*|\s+)`
	fullHash = `[0-9a-f]{7,40}`
)

var (
	validName  = regexp.MustCompile(`^(?:@` + anyName + `/)?` + anyName + `$`)
	validRange = regexp.MustCompile(`^(?:` + onePart + `(?:` + joiner + onePart + `)*)?$`)
	commit     = regexp.MustCompile(`^` + fullHash + `$`)
	tagged     = regexp.MustCompile(`^v?\d+(?:\.\d+){0,2}(?:-[\w.-]+)?(?:\+[\w.-]+)?$`)
	alias      = regexp.MustCompile(`^npm:(?:(@?[^@]+)(?:@(.*))?)$`)
	managed    = regexp.MustCompile(`^(@?[^@\s]+)@([^+\s]+)(\+\S+)?$`)
)

// read reads one dependency of a kind. Its Skip is Renovate's for what is no registry's.
func read(kind, name string, key, value jsonspan.Value) managers.Dep {
	d := managers.Dep{Name: name, Kind: kind, Line: key.Line}
	if name == key.Text {
		d.NameAt, _ = key.Sub(0, len(name))
	}
	if value.Kind != jsonspan.String {
		d.Skip = managers.InvalidValue
		return d
	}
	d = constraint(d, value.Text, value)
	if d.NameAt.Text != d.PackageName() {
		d.NameAt = managers.Field{} // the package is named elsewhere, as a repository
	}
	return d
}

// constraint completes d from what stands for its version in t.
func constraint(d managers.Dep, s string, t text) managers.Dep {
	start := len(s) - len(strings.TrimLeft(s, " \t"))
	end := len(strings.TrimRight(s, " \t"))
	if start > end {
		start = end
	}
	trimmed := s[start:end]
	if m := alias.FindStringSubmatchIndex(trimmed); m != nil && !validRange.MatchString(trimmed[len("npm:"):]) {
		d.Package = trimmed[m[2]:m[3]]
		d.NameAt, _ = t.Sub(start+m[2], start+m[3])
		if m[4] < 0 {
			m[4], m[5] = len(trimmed), len(trimmed)
		}
		start, end = start+m[4], start+m[5]
	} else if m != nil { // "npm:^1.0", as Yarn writes it
		start += len("npm:")
	}
	value := s[start:end]
	if !credentials.MatchString(value) {
		d.Value, _ = t.Sub(start, end)
	}
	switch {
	case !validName.MatchString(d.Name):
		d.Skip = managers.InvalidName
	case strings.HasPrefix(value, "file:"):
		d.Skip = managers.FileDependency
	case value == "":
		d.Datasource, d.Skip = "npm", empty
	case !strings.ContainsAny(value, "0123456789") && validRange.MatchString(value):
		d.Datasource, d.Skip = "npm", anyVersion
	case validRange.MatchString(value):
		d.Datasource = "npm"
	case strings.Contains(value, "#"):
		return reference(d, s, start, end, t)
	default:
		d.Skip = managers.UnspecifiedVersion
	}
	return settle(d, value)
}

// settle skips a dependency whose value cannot be edited in place.
func settle(d managers.Dep, value string) managers.Dep {
	if d.Skip == "" && d.Value.IsZero() && value != "" {
		d.Composed = value
		d.Skip, d.Note = managers.Unsupported, "its version is written with escapes or over several lines, so that it cannot be replaced"
	}
	return d
}

const (
	anyVersion   managers.Skip = "any-version"
	empty        managers.Skip = "empty"
	unknownVolta managers.Skip = "unknown-volta"
)

// tools are the programs that engines and volta can ask for: where they are
// released, and under what name.
func tool(name, value string) (datasource, pkg string) {
	switch name {
	case "node":
		return "node-version", ""
	case "yarn":
		return "npm", yarn(value)
	case "npm", "pnpm", "bun":
		return "npm", ""
	case "vscode":
		return "github-tags", "microsoft/vscode"
	}
	return "", ""
}

// called returns how titles call a tool; nil for what its name says.
func called(name string) map[string]any {
	switch name {
	case "node":
		return map[string]any{"commitMessageTopic": "Node.js"}
	case "yarn":
		return map[string]any{"commitMessageTopic": "Yarn"}
	case "bun":
		return map[string]any{"commitMessageTopic": "Bun"}
	case "npm", "pnpm":
		return map[string]any{"commitMessageTopic": name}
	}
	return nil
}

// yarn returns the package that a version of Yarn is in; "" for its own name. From
// version 2 on it is another one. Its majors have one digit so far.
func yarn(value string) string {
	if i := strings.IndexAny(value, "0123456789"); i < 0 || value[i] == '0' || value[i] == '1' {
		return ""
	}
	return "@yarnpkg/cli"
}

// readTools reads engines and volta.
func readTools(kind string, section jsonspan.Value) []managers.Dep {
	var deps []managers.Dep
	for key, value := range section.Members() {
		if kind == "volta" && key.Text == "extends" {
			continue
		}
		d := read(kind, key.Text, key, value)
		d.Datasource, d.Package = tool(key.Text, d.Value.Text)
		d.NameAt = managers.Field{}               // a tool is called what it is called
		if kind != "volta" || key.Text != "npm" { // there it is called like any other dependency
			d.Config = called(key.Text)
		}
		switch {
		case d.Datasource == "" && kind == "volta":
			d.Skip = unknownVolta
		case d.Datasource == "":
			d.Skip = managers.UnknownEngines
		}
		deps = append(deps, d)
	}
	return deps
}

// readPackageManager reads "pnpm@9.1.0+sha512.…", which Corepack defines.
func readPackageManager(value jsonspan.Value) []managers.Dep {
	m := managed.FindStringSubmatchIndex(value.Text)
	if value.Kind != jsonspan.String || m == nil {
		return nil
	}
	d := managers.Dep{Name: value.Text[m[2]:m[3]], Kind: "packageManager", Datasource: "npm", Line: value.Line}
	d.Value, _ = value.Sub(m[4], m[5])
	d.Config = called(d.Name)
	switch {
	case d.Name == "yarn":
		d.Package = yarn(d.Value.Text)
	case strings.Contains(d.Value.Text, "://"):
		d.Datasource, d.Skip, d.Value = "", managers.UnspecifiedVersion, managers.Field{}
	case !validName.MatchString(d.Name):
		d.Datasource, d.Skip = "", managers.InvalidName
	}
	if m[6] >= 0 && d.Skip == "" {
		d.Render = "corepack"
		d.Note = "the hash after the version is Corepack's to make"
	}
	return []managers.Dep{settle(d, value.Text)}
}
