package terraform

import (
	"path"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/hclspan"
	"github.com/currant-bot/currant/managers/internal/modulesource"
)

// settings reads a terraform block: the version of the tool, and where its
// providers come from.
func (r *reader) settings(b hclspan.Block) {
	if v := b.Get("required_version"); v.Kind != hclspan.Missing {
		d := modulesource.Versioned(r.tool("required_version", v.Line), v)
		if d.Value.IsZero() && d.Composed == "" {
			d.Skip = managers.UnspecifiedVersion
		}
		r.add(d)
	}
	for _, providers := range b.Find("required_providers") {
		for _, p := range providers.Attrs {
			source, version := p.Value.Get("source"), p.Value.Get("version")
			if p.Value.Kind != hclspan.Object {
				source, version = hclspan.Value{}, p.Value // as before Terraform 0.13
			}
			d := r.providerAt(p.Name, source)
			d.Kind, d.Line = "required_provider", p.Line
			r.add(needsVersion(modulesource.Versioned(d, version)))
		}
	}
}

// provider reads a provider block. Its source is not known there: that is the business of
// required_providers.
func (r *reader) provider(b hclspan.Block) {
	d := r.providerAt(b.Label(0), hclspan.Value{})
	d.Kind, d.Line = "provider", b.Line
	r.add(needsVersion(modulesource.Versioned(d, b.Get("version"))))
}

func needsVersion(d managers.Dep) managers.Dep {
	if d.Value.IsZero() && d.Composed == "" && d.Digest.IsZero() {
		return modulesource.Skipped(d, managers.UnspecifiedVersion, "")
	}
	return d
}

// providerAt returns the dependency on the provider that is called name here, with what the lock file says of it.
// Its source is "[host/]namespace/type"; an empty one stands for one of HashiCorp's.
func (r *reader) providerAt(name string, source hclspan.Value) managers.Dep {
	if s := modulesource.Parse(source.Text); s.Kind == modulesource.OCI {
		return ociModule(managers.Dep{Name: name}, s, source)
	}
	d := managers.Dep{Name: name, Datasource: "terraform-provider"}
	if name == "" {
		return modulesource.Skipped(d, managers.InvalidName, "")
	}
	parts := strings.Split(strings.ToLower(strings.TrimSpace(source.Text)), "/")
	host := ""
	switch {
	case len(parts) == 1 && parts[0] == "":
		parts = []string{"hashicorp", strings.ToLower(name)}
	case len(parts) == 1:
		parts = []string{"hashicorp", parts[0]}
	case len(parts) == 3:
		host, parts = parts[0], parts[1:]
	case len(parts) > 3:
		d = modulesource.Skipped(d, managers.InvalidName, "the source is "+source.Text)
	}
	d.Package = strings.Join(parts, "/")
	if r.lock == nil {
		r.readLock()
	}
	entry := r.lock.find(host, d.Package, r.tofu)
	switch {
	case host != "":
		d.Registries = []string{"https://" + host}
	case entry.host != "" && entry.host != defaultHost(r.tofu):
		d.Registries = []string{"https://" + entry.host}
	default:
		d.Registries = r.fallback()
	}
	if d.Locked = entry.version; entry.host != "" {
		d.Locks = []string{r.lock.path}
	}
	return d
}

// readLock reads the lock file of the file's folder, or of the nearest one above. There need not be any.
func (r *reader) readLock() {
	r.lock = new(lock)
	if r.file.FS == nil {
		return
	}
	for dir := path.Dir(r.file.Path); ; dir = path.Dir(dir) {
		l, problems, ok := readLock(r.file.FS, path.Join(dir, lockName))
		if ok {
			*r.lock = l
			r.problems = append(r.problems, problems...)
			return
		}
		if dir == path.Dir(dir) {
			return
		}
	}
}
