package plan

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
)

// Ask says which registries must be asked about each dependency, in the order
// of found. A dependency that is skipped or switched off asks nothing.
func Ask(w World, found []Found) []Decision {
	out := make([]Decision, len(found))
	for i, f := range found {
		out[i] = ask(w, f)
	}
	return out
}

// Queries returns the distinct queries of ds, in order of first use.
func Queries(ds []Decision) []datasources.Query {
	var out []datasources.Query
	seen := make(map[datasources.Query]bool)
	for _, d := range ds {
		for _, q := range d.Queries {
			if !seen[q] {
				seen[q] = true
				out = append(out, q)
			}
		}
	}
	return out
}

func ask(w World, f Found) Decision {
	d := Decision{Found: f, Datasource: f.Dep.Datasource, Package: f.Dep.PackageName(), Facts: Complete}
	d.Settings = w.Config.For(subject(w, d))
	s := d.Settings
	over := s.Subject() // what override options made of it
	d.Datasource, d.Package, d.Dep.Name = over.Datasource, over.PackageName, over.DepName
	source := w.Sources[d.Datasource]
	d.Versioning = versioningOf(w, d, source)
	switch {
	case f.Dep.Skip != "" && !(f.Dep.Skip == managers.InternalPackage && s.Bool("updateInternalDeps")):
		return d.skip(string(f.Dep.Skip), reason(CodeSkipped, config.Origin{}, "%s", sentence(skipText(f.Dep.Skip), f.Dep.Note)))
	case !s.Bool("enabled") && !guarded(w, d):
		return d.skip("disabled", reason(CodeDisabled, s.Origin("enabled"), "updates are switched off by enabled: false"))
	case ignored(s, f):
		return d.skip("ignored", reason(CodeDisabled, s.Origin("ignoreDeps"), "ignoreDeps names %s", f.Dep.Name))
	case source == nil:
		return d.skip("unsupported-datasource", reason(CodeSkipped, config.Origin{}, "Currant has no datasource %q yet", d.Datasource))
	case d.Value() == "" && f.Dep.Digest.Text == "" && !s.Bool("pinDigests"):
		return d.skip("unspecified-version", reason(CodeSkipped, config.Origin{}, "it names no version"))
	}
	for _, r := range registriesOf(w, d, source) {
		q := datasources.Query{Datasource: d.Datasource, Registry: r, Package: d.Package, Recipe: w.recipe(d)}
		q.Registry, q.Package, _ = w.Config.Artifactory().Map(d.Datasource, q.Registry, q.Package)
		if slices.Contains(d.Queries, q) {
			continue // several public registries are one virtual repository
		}
		d.Queries = append(d.Queries, q)
		if source.Strategy == datasources.First {
			break
		}
	}
	if len(d.Queries) == 0 {
		return d.skip("unknown-registry", reason(CodeSkipped, config.Origin{}, "no registry is known for it: set registryUrls"))
	}
	return d
}

// recipe says how the answers of a datasource are read that configuration
// defines; "" for others.
func (w World) recipe(d Decision) string {
	if w.Recipe == nil || !strings.HasPrefix(d.Datasource, "custom.") {
		return ""
	}
	return w.Recipe(d.Datasource, d.Package)
}

func (d Decision) skip(code string, r Reason) Decision {
	d.SkipCode = code
	d.Reasons = append(d.Reasons, r)
	return d
}

func ignored(s config.Settings, f Found) bool {
	names := s.Strings("ignoreDeps")
	return slices.Contains(names, f.Dep.Name) || slices.Contains(names, f.Dep.PackageName())
}

// ruled reports whether a packageRule set the option: only then does it win
// over what the dependency's own file says.
func ruled(s config.Settings, option string) bool {
	return strings.Contains(s.Origin(option).Option, "packageRules")
}

func versioningOf(w World, d Decision, source *datasources.Source) string {
	configured := d.Settings.String("versioning")
	switch {
	case configured != "" && ruled(d.Settings, "versioning"):
		return configured
	case d.Dep.Versioning != "":
		return d.Dep.Versioning
	case configured != "":
		return configured
	}
	if m := w.Managers[d.Manager]; m != nil && m.Versioning != "" {
		return m.Versioning
	}
	if source != nil {
		return source.Versioning
	}
	return ""
}

func registriesOf(w World, d Decision, source *datasources.Source) []string {
	s := d.Settings
	configured, own := s.Strings("registryUrls"), d.Dep.Registries
	switch {
	case source.Fixed:
		return []string{""}
	case len(configured) > 0 && (ruled(s, "registryUrls") || len(own) == 0):
		return configured
	case slices.Contains(own, managers.DefaultRegistry):
		rest := defaultRegistries(w, d)
		own = slices.DeleteFunc(slices.Clone(own), func(r string) bool { return r == managers.DefaultRegistry })
		return append(own, rest...)
	case len(own) > 0:
		return own
	}
	return defaultRegistries(w, d)
}

func defaultRegistries(w World, d Decision) []string {
	if urls := d.Settings.Strings("defaultRegistryUrls"); len(urls) > 0 {
		return urls
	}
	return w.Defaults(d.Datasource, d.Package)
}

// subject describes d to the configuration's rules.
func subject(w World, d Decision) config.Subject {
	s := config.Subject{
		Manager:        d.Manager,
		Datasource:     d.Datasource,
		DepName:        d.Dep.Name,
		PackageName:    d.Package,
		DepType:        d.Dep.Kind,
		File:           d.File(),
		LockFiles:      d.Dep.Locks,
		Repository:     w.Repository,
		BaseBranch:     w.Base,
		CurrentValue:   d.Value(),
		CurrentVersion: d.Current,
		LockedVersion:  d.Dep.Locked,
		Versioning:     d.Versioning,
		SourceURL:      d.SourceURL,
		Registries:     d.Dep.Registries,
		Own:            d.Dep.Config,
	}
	if m := w.Managers[d.Manager]; m != nil {
		s.Categories = m.Categories
	}
	return s
}

// skipText says for people what a skip code means.
func skipText(s managers.Skip) string {
	switch s {
	case managers.ContainsVariable:
		return "it contains a variable whose value is not in the file"
	case managers.UnversionedReference:
		return "it refers to no version that could be raised"
	case managers.UnspecifiedVersion:
		return "it names no version"
	case managers.Local, managers.LocalChart, managers.LocalDependency, managers.FileDependency, managers.PathDependency:
		return "it is part of the same repository or machine"
	case managers.InternalPackage:
		return "it is a package of the same workspace"
	case managers.UnknownRegistry:
		return "the file does not say where its releases are listed"
	case managers.InheritedDependency:
		return "its version stands elsewhere"
	}
	return "it is skipped: " + strings.ReplaceAll(string(s), "-", " ")
}
