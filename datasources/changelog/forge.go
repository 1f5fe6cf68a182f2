package changelog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/gitremote"
)

// A forge is a source repository on a code host whose interface is known.
type forge struct {
	env       datasources.Env
	web       string // of the repository
	api       string // of the repository, in the host's interface
	name      string // owner/name
	dir       string
	anonymous bool
	kind
}

// A kind is what differs between hosts.
type kind struct {
	name     string
	size     int
	param    string                                 // how many on a page
	list     func(dir string) string                // the files of a folder
	file     func(path string) (url, accept string) // one file
	compared string
}

var kinds = map[string]kind{
	"github": {"github", 100, "per_page",
		func(dir string) string { return strings.TrimSuffix("/contents/"+escape(dir), "/") },
		func(p string) (string, string) { return "/contents/" + escape(p), "application/vnd.github.raw" }, "/compare/"},
	"gitlab": {"gitlab", 100, "per_page",
		func(dir string) string { return "/repository/tree?per_page=100&path=" + url.QueryEscape(dir) },
		func(p string) (string, string) { return "/repository/files/" + url.PathEscape(p) + "/raw?ref=HEAD", "" }, "/-/compare/"},
	"gitea": {"gitea", 50, "limit",
		func(dir string) string { return strings.TrimSuffix("/contents/"+escape(dir), "/") },
		func(p string) (string, string) { return "/raw/" + escape(p), "" }, "/compare/"},
}

func escape(p string) string {
	parts := strings.Split(p, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}

var (
	part   = regexp.MustCompile(`^[A-Za-z0-9_.~-]+$`)
	treeOf = regexp.MustCompile(`^(.*?)/(?:-/)?(?:tree|src(?:/branch)?)/[^/]+(?:/(.*))?$`)
)

// open returns the repository at a web address; ok is false if it is nowhere that can be asked.
func (r *Reader) open(source, dir string) (f *forge, ok bool) {
	u, err := url.Parse(gitremote.Web(source))
	if err != nil || u.Host == "" {
		return nil, false
	}
	p := strings.Trim(u.Path, "/")
	if m := treeOf.FindStringSubmatch(p); m != nil {
		p = m[1]
		if dir == "" {
			dir = m[2]
		}
	}
	p = strings.TrimSuffix(p, ".git")
	dir = strings.Trim(strings.TrimPrefix(dir, "./"), "/")
	parts := strings.Split(p, "/")
	for _, s := range parts {
		if !part.MatchString(s) || strings.Trim(s, ".") == "" {
			return nil, false
		}
	}
	name := datasources.Forge(u.Host)
	if r.o.Kind != nil {
		if k := r.o.Kind(u.Host); k != "" {
			name = k
		}
	}
	if name == "forgejo" {
		name = "gitea"
	}
	k, known := kinds[name]
	switch {
	case !known || len(parts) < 2 || strings.Contains("/"+dir+"/", "/../"):
		return nil, false
	case name != "gitlab":
		parts = parts[:2]
	}
	f = &forge{env: r.o.Env, kind: k, dir: dir, name: strings.Join(parts, "/")}
	f.web = u.Scheme + "://" + u.Host + "/" + f.name
	switch name {
	case "github":
		f.api = datasources.GitHubAPI(&url.URL{Scheme: u.Scheme, Host: u.Host}).String() + "repos/" + f.name
	case "gitlab":
		f.api = u.Scheme + "://" + u.Host + "/api/v4/projects/" + url.PathEscape(f.name)
	case "gitea":
		f.api = u.Scheme + "://" + u.Host + "/api/v1/repos/" + f.name
	}
	if r.o.Env.Credential != nil && strings.EqualFold(u.Host, datasources.GitHub) {
		_, known := r.o.Env.Credential("github", f.api)
		f.anonymous = !known
	}
	return f, true
}

func (f *forge) host() string {
	u, err := url.Parse(f.api)
	if err != nil {
		return f.api
	}
	return u.Host
}

func (f *forge) terms(limit int64) datasources.Terms {
	return datasources.Terms{HostTypes: []string{f.kind.name + "-changelog", f.kind.name}, BodyLimit: limit}
}

func (f *forge) compare(from, to string) string {
	return f.web + f.compared + url.PathEscape(from) + "..." + url.PathEscape(to)
}

// A release as the interfaces of hosts show it.
type release struct {
	Tag         string `json:"tag_name"`
	Body        string
	Description string // GitLab's
	Draft       bool
	HTMLURL     string                `json:"html_url"`
	Published   time.Time             `json:"published_at"`
	Released    time.Time             `json:"released_at"` // GitLab's
	Links       struct{ Self string } `json:"_links"`
}

func (r release) when() time.Time {
	if r.Published.IsZero() {
		return r.Released
	}
	return r.Published
}

const (
	maxPages   = 5        // of releases
	maxPage    = 16 << 20 // bytes
	maxListing = 4 << 20
	maxFile    = 2 << 20
)

// releases returns those of the versions, by version. It stops looking once all are found, or nothing older can be one.
func (f *forge) releases(ctx context.Context, names namer, versions []string) (map[string]release, error) {
	out := make(map[string]release)
	ranks := make(map[string]int)
	for number := 1; number <= maxPages; number++ {
		var page []release
		address := fmt.Sprintf("%s/releases?%s=%d&page=%d", f.api, f.param, f.size, number)
		_, err := f.env.GetJSON(ctx, address, "", f.terms(maxPage), &page)
		if errors.Is(err, datasources.ErrNotFound) && number == 1 {
			return out, nil // releases are switched off, or we may not see them
		}
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if r.Draft {
				continue
			}
			for _, v := range versions {
				if rank := names.rank(r.Tag, v); rank > ranks[bare(v)] {
					ranks[bare(v)], out[bare(v)] = rank, r
				}
			}
		}
		if len(page) < f.size || len(out) == len(versions) {
			break
		}
	}
	return out, nil
}

// nameOf is what changelog files are called, the likeliest first.
var namesOf = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^changelog(\.md|\.markdown|\.txt)?$`),
	regexp.MustCompile(`(?i)^(changes|history|release[-_]?notes|releases|news)\.(md|markdown)$`),
	regexp.MustCompile(`(?i)^(changes|history|release[-_]?notes)(\.txt)?$`),
}

// changelog returns the text of the changelog file, and the page that shows it; nothing if there is none.
func (f *forge) changelog(ctx context.Context) (page, text string, err error) {
	var files []struct{ Name, Type string }
	_, err = f.env.GetJSON(ctx, f.api+f.list(f.dir), "", f.terms(maxListing), &files)
	if errors.Is(err, datasources.ErrNotFound) {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	name := ""
	for _, re := range namesOf {
		for _, x := range files {
			if (x.Type == "file" || x.Type == "blob") && name == "" && re.MatchString(x.Name) {
				name = x.Name
			}
		}
	}
	if name == "" {
		return "", "", nil
	}
	path := strings.TrimPrefix(f.dir+"/"+name, "/")
	at, accept := f.file(path)
	resp, err := f.env.Get(ctx, f.api+at, accept, f.terms(maxPage))
	if errors.Is(err, datasources.ErrNotFound) {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxFile)) // the newest versions stand at its beginning
	if err != nil {
		return "", "", fmt.Errorf("reading %s of %s: %w", strconv.Quote(path), f.web, datasources.CutShort(err))
	}
	return f.web + "/blob/HEAD/" + escape(path), strings.ToValidUTF8(string(data), ""), nil
}
