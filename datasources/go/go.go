// Package gomodules reads the versions of Go modules: from module proxies, or
// from where a module's source is.
package gomodules

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/currant-bot/currant/datasources"
)

// Source asks as the go command does. Its registries are the elements of
// GOPROXY: addresses of proxies, "direct" and "off". A comma between two is that the next
// one is asked for what the first does not have; elements that "|" joins are one registry, of
// which the next is asked after any error.
//
// A module's later major versions are other modules; their releases are listed with it.
var Source = &datasources.Source{
	Name:       "go",
	Doc:        "Go modules, from proxies or where their source is",
	Versioning: "semver",
	Strategy:   datasources.Hunt,
	Requirer:   true,
	Defaults:   map[string]any{"commitMessageTopic": "module {{depName}}"},
	New:        func(env datasources.Env) datasources.Datasource { return modules{env} },
}

type modules struct{ env datasources.Env }

func (m modules) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	if module.CheckPath(q.Package) != nil {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	var all error
	for _, where := range strings.Split(q.Registry, "|") {
		l, err := m.from(ctx, strings.TrimSpace(where), q.Package)
		if err == nil {
			return l, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		all = worse(all, err)
	}
	return nil, all
}

// Requires returns the version of Go that a version of a module needs, as "%goMod". Where its source is asked, that is
// not known.
func (m modules) Requires(ctx context.Context, q datasources.Query, version string) (map[string][]string, error) {
	if module.CheckPath(q.Package) != nil {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	var all error
	for _, where := range strings.Split(q.Registry, "|") {
		base, err := url.Parse(strings.TrimSpace(where))
		if err != nil || base.Host == "" {
			continue
		}
		file, err := (proxy{env: m.env, base: base}).of(q.Package).file(ctx, version)
		switch {
		case err == nil && (file == nil || file.Go == nil):
			return nil, nil
		case err == nil && !file.whole:
			return nil, fmt.Errorf("asking what %s %s needs: the proxy does not mark where a module file ends", q, version)
		case err == nil:
			return map[string][]string{"%goMod": {">=" + numbers.FindString(file.Go.Version)}}, nil
		}
		all = worse(all, err)
	}
	return nil, all
}

// numbers are what a version of Go such as "1.21rc2" is counted by.
var numbers = regexp.MustCompile(`^\d+(\.\d+)*`)

// worse returns which of two errors of equal proxies counts: one that is not sure of an absence.
func worse(a, b error) error {
	if a == nil || errors.Is(a, datasources.ErrNotFound) {
		return b
	}
	return a
}

// from asks one element of GOPROXY.
func (m modules) from(ctx context.Context, where, path string) (*datasources.Listing, error) {
	switch where {
	case "direct":
		return m.direct(ctx, path)
	case "off":
		return nil, fmt.Errorf("looking up %s: GOPROXY=off forbids it", path)
	}
	return m.proxied(ctx, where, path)
}

// maxMajors bounds how many later major versions are asked for.
const maxMajors = 100

// next returns the path of a module's next major version; "" if it has none.
func next(path string) string {
	prefix, major, ok := module.SplitPathVersion(path)
	if !ok {
		return ""
	}
	n, _ := strconv.Atoi(strings.Trim(major, "/.v"))
	if strings.HasPrefix(major, ".v") {
		return prefix + ".v" + strconv.Itoa(n+1)
	}
	return prefix + "/v" + strconv.Itoa(max(n, 1)+1)
}

// belongs reports whether version is one of the module path's own major version.
func belongs(path, version string) bool {
	_, major, ok := module.SplitPathVersion(path)
	return ok && semver.IsValid(version) && semver.Canonical(version) == strings.TrimSuffix(version, "+incompatible") && module.CheckPathMajor(version, major) == nil
}

// commitOf returns the commit that a pseudo-version stands for; "" for other versions.
func commitOf(version string) string {
	if !module.IsPseudoVersion(version) {
		return ""
	}
	rev, _ := module.PseudoVersionRev(version)
	return rev
}
