// Package tool says where the releases of development tools are listed, by the
// names that version managers such as mise and asdf know them by.
package tool

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/currant-bot/currant/managers"
)

// A Tool is where the releases of a tool are listed.
type Tool struct {
	Name       string // the tool's own, where it differs from what it is called by; "" elsewhere
	Datasource string
	Package    string
	Versioning string // "" for the datasource's
	Extract    string // expression that finds the version in a release's name; "" for all of it
}

// Dep returns the dependency on t, called name, in the version that value is.
func (t Tool) Dep(name string, value managers.Field) managers.Dep {
	if t.Name != "" {
		name = t.Name
	}
	d := managers.Dep{Name: name, Package: t.Package, Datasource: t.Datasource, Versioning: t.Versioning, Value: value}
	if t.Extract != "" {
		d.Config = map[string]any{"extractVersion": t.Extract}
	}
	return d
}

// known is kept by hand. A line is
//
//	WHO NAME DATASOURCE PACKAGE [EXTRACT] [versioning=SCHEME] [name=NAME]
//
// where WHO is who knows the tool by that name: asdf, mise or both, and EXTRACT is the prefix of
// its tags with "*" for the version, or an expression that begins with "^".
//
//go:embed known.txt
var known string

// registry is the registry of mise, which github.com/jdx/mise publishes under the MIT licence in its
// folder registry; gen.go reads it. A line is a name and the backend that installs it on Linux.
//
//go:embed registry.txt
var registry string

type tables struct {
	asdf, mise map[string]Tool
	backends   map[string]string
}

var load = sync.OnceValue(func() tables {
	t := tables{map[string]Tool{}, map[string]Tool{}, map[string]string{}}
	for line := range strings.Lines(known) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		tool, err := parse(words[2:])
		if err != nil {
			panic(fmt.Sprintf("known.txt: %q: %v", line, err)) // a test reads the file
		}
		switch who, name := words[0], words[1]; who {
		case "asdf":
			t.asdf[name] = tool
		case "mise":
			t.mise[name] = tool
		case "both":
			t.asdf[name], t.mise[name] = tool, tool
		default:
			panic(fmt.Sprintf("known.txt: %q: who is %q", line, who))
		}
	}
	for line := range strings.Lines(registry) {
		if name, backend, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			t.backends[name] = backend
		}
	}
	return t
})

func parse(words []string) (Tool, error) {
	if len(words) < 2 {
		return Tool{}, fmt.Errorf("no datasource and package")
	}
	t := Tool{Datasource: words[0], Package: words[1]}
	for _, word := range words[2:] {
		if scheme, ok := strings.CutPrefix(word, "versioning="); ok {
			t.Versioning = scheme
		} else if name, ok := strings.CutPrefix(word, "name="); ok {
			t.Name = name
		} else if strings.HasPrefix(word, "^") {
			t.Extract = word
		} else if prefix, ok := strings.CutSuffix(word, "*"); ok {
			t.Extract = "^" + prefix + `(?<version>\S+)`
		} else {
			return t, fmt.Errorf("what is %q", word)
		}
	}
	return t, nil
}

// Asdf returns the tool that asdf knows as name.
func Asdf(name string) (Tool, bool) {
	t, ok := load().asdf[name]
	return t, ok
}

// Mise returns the tool that mise knows as name, where its registry does not say
// all there is to it.
func Mise(name string) (Tool, bool) {
	t, ok := load().mise[name]
	return t, ok
}

// Backend returns what mise installs the tool name with, such as "aqua:derailed/k9s"; "" if its
// registry does not have the tool.
func Backend(name string) string { return load().backends[name] }
