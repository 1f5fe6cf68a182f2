package gomodules

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/net/html"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/gitremote"
)

// A home is where a module's source is.
type home struct {
	root    string // the module path of the repository's top folder
	vcs     string // "git", or "mod" for a proxy
	address string
}

// direct lists the tags of the module's repository. Git does not say when a tag was made, and
// gives no version to a commit.
func (m modules) direct(ctx context.Context, name string) (*datasources.Listing, error) {
	h, err := m.find(ctx, name)
	if err != nil {
		return nil, err
	}
	switch h.vcs {
	case "mod":
		return m.proxied(ctx, h.address, name)
	case "git":
	default:
		return nil, fmt.Errorf("looking up %s: its source is kept with %s, which is not supported", name, h.vcs)
	}
	refs, err := gitremote.List(ctx, m.env, "go", h.address)
	if err != nil {
		return nil, err
	}
	l := &datasources.Listing{SourceURL: gitremote.Web(h.address)}
	prefix, _, _ := module.SplitPathVersion(name)
	folder := strings.Trim(strings.TrimPrefix(prefix, h.root), "/")
	if folder != "" && prefix != h.root {
		l.SourceDir = folder
		folder += "/"
	} else {
		folder = ""
	}
	tags := refs.Tags()
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		version, ok := strings.CutPrefix(tag, folder)
		if !ok {
			continue
		}
		if release, ok := releaseOf(name, version); ok {
			l.Releases = append(l.Releases, release)
		}
	}
	return l, nil
}

// releaseOf returns version as a release of the module or of a later major version of it.
func releaseOf(name, version string) (r datasources.Release, ok bool) {
	if belongs(name, version) {
		return datasources.Release{Version: version}, true
	}
	later := name
	for range maxMajors {
		if later = next(later); belongs(later, version) {
			return datasources.Release{Version: version, Package: later}, true
		}
	}
	return r, false
}

var (
	plain       = regexp.MustCompile(`^(github\.com|bitbucket\.org)/[\w.-]+/[\w.-]+(/|$)`)
	withVCS     = regexp.MustCompile(`^(\S+?\.git)(/|$)`)
	maxMetaBody = int64(1 << 20)
)

// knownRepository returns the repository of a module whose path itself says it.
func knownRepository(name string) (root string, ok bool) {
	if plain.MatchString(name) {
		parts := strings.SplitN(name, "/", 4)
		return strings.Join(parts[:3], "/"), true
	}
	if m := withVCS.FindStringSubmatch(name); m != nil {
		return m[1], true
	}
	return "", false
}

// find says where a module's source is: by its path, or by what the page there says.
func (m modules) find(ctx context.Context, name string) (home, error) {
	if root, ok := knownRepository(name); ok {
		return home{root, "git", "https://" + strings.TrimSuffix(root, ".git") + ".git"}, nil
	}
	at := &url.URL{Scheme: "https", Path: "/", RawQuery: "go-get=1"}
	var rest string
	at.Host, rest, _ = strings.Cut(name, "/")
	at.Path += rest
	if m.env.Insecure != nil && m.env.Insecure("go", at.Host) {
		at.Scheme = "http"
	}
	resp, err := m.env.Get(ctx, at.String(), "text/html", datasources.Terms{HostTypes: []string{"go"}, BodyLimit: maxMetaBody, Foreign: true})
	if err != nil {
		return home{}, err
	}
	defer resp.Body.Close()
	homes, err := metaImports(resp.Body)
	if err != nil {
		return home{}, fmt.Errorf("reading %s: %w", at.Host+at.Path, datasources.CutShort(err))
	}
	for _, h := range homes {
		if name == h.root || strings.HasPrefix(name, h.root+"/") {
			return h, nil
		}
	}
	return home{}, fmt.Errorf("%s%s has no go-import for %s: %w", at.Host, at.Path, name, datasources.ErrNotFound)
}

// metaImports returns what the go-import elements in a page's head say.
func metaImports(r io.Reader) ([]home, error) {
	var out []home
	z := html.NewTokenizer(r)
	z.SetMaxBuf(1 << 20)
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); err != io.EOF {
				return nil, err
			}
			return out, nil
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data == "body" {
				return out, nil
			}
			if t.Data != "meta" {
				continue
			}
			attr := make(map[string]string)
			for _, a := range t.Attr {
				attr[a.Key] = a.Val
			}
			if f := strings.Fields(attr["content"]); attr["name"] == "go-import" && len(f) >= 3 {
				out = append(out, home{f[0], f[1], f[2]})
			}
		}
	}
}
