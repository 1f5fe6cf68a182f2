package terraform

import (
	"io/fs"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/hclspan"
)

// lockName is the file in which Terraform and OpenTofu keep the versions of
// providers that they chose.
const lockName = ".terraform.lock.hcl"

// A lock is what a lock file says.
type lock struct {
	path    string
	entries []lockEntry
}

// A lockEntry is one provider.
type lockEntry struct{ host, name, version string }

func readLock(fsys fs.FS, name string) (l lock, problems []managers.Problem, ok bool) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil || !utf8.Valid(data) {
		return l, nil, false
	}
	file := managers.File{Path: name, Text: string(data)}
	blocks, problems := hclspan.Read(file, func(kind string, _ []string) bool { return kind == "provider" })
	l.path = name
	for _, b := range blocks {
		host, rest, _ := strings.Cut(b.Label(0), "/")
		l.entries = append(l.entries, lockEntry{host, rest, b.Get("version").Text})
	}
	return l, problems, true
}

// find returns the entry of a provider. Without a host that is the one of the tool's default
// registry, or of another if just one has it: Terraform and OpenTofu may take turns.
func (l *lock) find(host, name string, tofu bool) lockEntry {
	var found []lockEntry
	for _, e := range l.entries {
		if e.name != name {
			continue
		}
		if e.host == host || host == "" && e.host == defaultHost(tofu) {
			return e
		}
		found = append(found, e)
	}
	if host == "" && len(found) == 1 {
		return found[0]
	}
	return lockEntry{}
}

// defaultHost returns the host of the registry that the tool asks where a provider names none.
func defaultHost(tofu bool) string {
	registry := datasources.OpenTofuRegistry
	if !tofu {
		registry = datasources.DefaultRegistries("terraform-provider")[0]
	}
	u, err := url.Parse(registry)
	if err != nil {
		return ""
	}
	return u.Host
}
