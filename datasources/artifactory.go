package datasources

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// served says which kind of Artifactory repository serves a datasource, and where: below the Artifactory's
// URL, or, with a slash at the beginning, below its host. The forms are those of JFrog's documentation
// for the clients of each kind.
var served = map[string]struct{ kind, path string }{
	"artifactory":        {"generic", "{repo}/"},
	"crate":              {"cargo", "api/cargo/{repo}/index/"},
	"docker":             {"docker", "/{repo}"},
	"go":                 {"go", "api/go/{repo}"},
	"helm":               {"helm", "api/helm/{repo}"},
	"maven":              {"maven", "{repo}/"},
	"npm":                {"npm", "api/npm/{repo}/"},
	"nuget":              {"nuget", "api/nuget/v3/{repo}/index.json"},
	"packagist":          {"composer", "api/composer/{repo}"},
	"pypi":               {"pypi", "api/pypi/{repo}/simple/"},
	"rubygems":           {"rubygems", "api/gems/{repo}/"},
	"terraform-module":   {"terraform", "api/terraform/{repo}/v1/modules/"},
	"terraform-provider": {"terraform", "api/terraform/{repo}/providers/"},
}

// An Artifactory says which of its repositories stand for public registries. It must not be modified.
type Artifactory struct {
	url   *url.URL
	repos map[string]map[string]string // by kind and registry, which "*" says all of; "" leaves a registry as it is
}

// ParseArtifactory reads the option "artifactory": its URL, and for each kind of
// package a repository key, or an object of them by registry:
//
//	{"url": "https://artifactory.example.test/artifactory", "npm": "npm",
//	 "docker": {"ghcr.io": "ghcr", "quay.io": null, "*": "docker"}}
func ParseArtifactory(option map[string]any) (Artifactory, error) {
	a := Artifactory{repos: make(map[string]map[string]string)}
	address, ok := option["url"].(string)
	if !ok {
		return a, fmt.Errorf("artifactory needs \"url\", such as %q", "https://artifactory.example.test/artifactory")
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return a, fmt.Errorf("artifactory: %q is no URL without credentials (these belong into hostRules)", Redact(address))
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/"
	a.url = u
	for _, kind := range slices.Sorted(maps.Keys(option)) {
		if kind == "url" || strings.HasPrefix(kind, "//") {
			continue
		}
		if !slices.Contains(Kinds(), kind) {
			return a, fmt.Errorf("artifactory: there is no kind %q: there are %s", kind, strings.Join(Kinds(), ", "))
		}
		if a.repos[kind], err = keys(option[kind]); err != nil {
			return a, fmt.Errorf("artifactory: %s: %w", kind, err)
		}
	}
	return a, nil
}

// keys reads the repository keys of one kind.
func keys(v any) (map[string]string, error) {
	if key, ok := v.(string); ok {
		v = map[string]any{"*": key}
	}
	list, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("expected the key of a repository, or an object of them by registry")
	}
	out := make(map[string]string)
	for registry, key := range list {
		text, ok := key.(string)
		if ok && (text == "" || strings.ContainsAny(text, "/?#% ")) || !ok && key != nil {
			return nil, fmt.Errorf("%v is no key of a repository", key)
		}
		out[bare(registry)] = text
	}
	return out, nil
}

// Kinds are the kinds of packages that an [Artifactory] can be asked for, in order.
func Kinds() []string {
	var out []string
	for _, s := range served {
		out = append(out, s.kind)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Map returns where a package is asked for instead of at a registry; ok is false where that
// stays as it is. What "*" says is about public registries: those that
// are not of the domain that the Artifactory is in.
func (a Artifactory) Map(datasource, registry, pkg string) (virtual, name string, ok bool) {
	form, known := served[datasource]
	repos := a.repos[form.kind]
	if a.url == nil || !known || repos == nil {
		return registry, pkg, false
	}
	if datasource == "docker" {
		registry, pkg = imageRegistry(registry, pkg)
	}
	u, err := url.Parse(registry)
	if err != nil || u.Host == "" || u.Host == a.url.Host {
		return registry, pkg, false
	}
	key, named := "", false
	for at := bare(registry); at != "" && !named; at, _ = parent(at) {
		key, named = repos[at]
	}
	if !named && !SameDomain(u.Hostname(), a.url.Hostname()) {
		key = repos["*"]
	}
	if key == "" {
		return registry, pkg, false
	}
	if datasource == "terraform-provider" && strings.Count(pkg, "/") == 1 {
		pkg = u.Host + "/" + pkg // a mirror has the providers of all registries
	}
	path := strings.ReplaceAll(form.path, "{repo}", key)
	if rest, below := strings.CutPrefix(path, "/"); below {
		return a.url.Scheme + "://" + a.url.Host + "/" + rest, pkg, true
	}
	return a.url.String() + path, pkg, true
}

// imageRegistry returns the registry and the name of an image that may name its registry itself.
func imageRegistry(registry, image string) (string, string) {
	image = strings.TrimPrefix(strings.TrimPrefix(image, "oci://"), "docker://")
	if first, rest, ok := strings.Cut(image, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		registry, image = "https://"+first, rest
	}
	if u, err := url.Parse(registry); err == nil && IsDockerHub(u.Host) {
		registry = "https://" + DockerHubDomain
		if !strings.Contains(image, "/") {
			image = "library/" + image
		}
	}
	return registry, image
}

// bare returns a registry's address without its scheme and the slash at its end.
func bare(registry string) string {
	if _, rest, ok := strings.Cut(registry, "://"); ok {
		registry = rest
	}
	return strings.ToLower(strings.TrimSuffix(registry, "/"))
}

// parent returns the address one folder up, "" above a host.
func parent(address string) (string, bool) {
	i := strings.LastIndexByte(address, '/')
	if i < 0 {
		return "", false
	}
	return address[:i], true
}

// SameDomain reports whether two hosts are of the same registered domain.
func SameDomain(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	x, errX := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(a))
	y, errY := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(b))
	return errX == nil && errY == nil && x == y
}

// A Stored is what an Artifactory stores under a name in a folder.
type Stored struct {
	Name     string
	Modified time.Time // zero if it does not say
}

// JFrogFolder lists a folder by JFrog's "File List", at the folder's address in the storage interface. It wants a login and a
// licence: a host that has neither for us answers with an [AuthError].
func (e Env) JFrogFolder(ctx context.Context, address string, t Terms) ([]Stored, error) {
	var list struct {
		Files []struct {
			URI          string
			LastModified string
		}
	}
	if _, err := e.GetJSON(ctx, address+"?list&deep=0&listFolders=1", "", t, &list); err != nil {
		return nil, err
	}
	var out []Stored
	for _, f := range list.Files {
		if name := strings.Trim(f.URI, "/"); name != "" {
			out = append(out, Stored{name, JFrogTime(f.LastModified)})
		}
	}
	return out, nil
}

// JFrogTime reads a time as an Artifactory writes it, with or without a colon in its zone; zero if it is none.
func JFrogTime(text string) time.Time {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999Z0700"} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
