// Package pypi reads releases from Python package indexes.
package pypi

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source asks an index whose URL ends in "/simple" by the simple repository API
// (PEP 503, 691, 700) and any other by the JSON API of the public index.
var Source = &datasources.Source{
	Name:       "pypi",
	Doc:        "Python package indexes",
	Versioning: "pep440",
	Strategy:   datasources.Merge,
	New:        func(env datasources.Env) datasources.Datasource { return index{env} },
}

const bodyLimit = 128 << 20

type index struct{ env datasources.Env }

var validName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)

// List returns the releases of a project.
func (x index) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	p, err := x.read(ctx, q)
	if err != nil {
		return nil, err
	}
	l := p.about
	l.Releases = releases(p.files)
	return &l, nil
}

// A page is what an index says of a project.
type page struct {
	about datasources.Listing // without releases
	files []file
}

func (x index) read(ctx context.Context, q datasources.Query) (page, error) {
	if !validName.MatchString(q.Package) {
		return page{}, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	base, err := url.Parse(q.Registry)
	if err != nil {
		return page{}, fmt.Errorf("looking up %s: the registry is not a URL", q)
	}
	path := strings.TrimSuffix(base.Path, "/")
	simple := strings.HasSuffix(path, "/simple") || strings.HasSuffix(path, "/+simple")
	base.Path, base.RawPath = path+"/"+Normalize(q.Package)+"/", ""
	if !simple {
		base.Path += "json"
		return x.project(ctx, base.String())
	}
	return x.simple(ctx, base.String(), q.Package)
}

var separators = regexp.MustCompile(`[-_.]+`)

// Normalize returns the one form of a project's name (PEP 503).
func Normalize(name string) string { return strings.ToLower(separators.ReplaceAllString(name, "-")) }

func terms() datasources.Terms {
	return datasources.Terms{HostTypes: []string{"pypi"}, BodyLimit: bodyLimit}
}

// A file is one distribution of a release.
type file struct {
	version  string // "" if it is no distribution
	name     string
	uploaded time.Time
	yanked   string // why; "" if it is not
	requires string // the Python versions it is for
	sha256   string // in hexadecimal; "" if the index does not say
}

// project asks the JSON API.
func (x index) project(ctx context.Context, address string) (page, error) {
	var doc struct {
		Info struct {
			HomePage    text            `json:"home_page"`
			ProjectURLs map[string]text `json:"project_urls"`
		}
		Releases map[string][]struct {
			Filename   string
			Uploaded   string `json:"upload_time_iso_8601"`
			UploadTime string `json:"upload_time"`
			Yanked     bool
			Reason     text `json:"yanked_reason"`
			Requires   text `json:"requires_python"`
			Digests    map[string]text
		}
	}
	if _, err := x.env.GetJSON(ctx, address, "", terms(), &doc); err != nil {
		return page{}, err
	}
	var files []file
	for _, version := range slices.Sorted(maps.Keys(doc.Releases)) {
		for _, f := range doc.Releases[version] {
			yanked := ""
			if f.Yanked {
				yanked = reason(string(f.Reason))
			}
			files = append(files, file{version, f.Filename, parseTime(f.Uploaded, f.UploadTime), yanked, string(f.Requires), string(f.Digests["sha256"])})
		}
	}
	l := datasources.Listing{Homepage: string(doc.Info.HomePage)}
	addURLs(&l, doc.Info.ProjectURLs)
	return page{l, files}, nil
}

// simple asks the simple repository API.
func (x index) simple(ctx context.Context, address, name string) (page, error) {
	const accept = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
	resp, err := x.env.Get(ctx, address, accept, terms())
	if err != nil {
		return page{}, err
	}
	defer resp.Body.Close()
	var out page
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if strings.HasSuffix(media, "json") {
		var doc simplePage
		if err = datasources.DecodeJSON(resp.Body, func(d *json.Decoder) error { return d.Decode(&doc) }); err != nil {
			return page{}, fmt.Errorf("reading %s: %w", datasources.Redact(address), err)
		}
		out.files, out.about.Withdrawn = doc.list(), doc.withdrawn()
	} else {
		var ended bool
		if out.files, ended, err = parseHTML(resp.Body); err != nil {
			return page{}, fmt.Errorf("reading %s: %w", datasources.Redact(address), datasources.CutShort(err))
		}
		if !ended && !datasources.Delimited(resp) {
			out.about.Partial = "the index does not mark where its answer ends"
		}
	}
	for i, f := range out.files {
		out.files[i].version = versionOf(f.name, name)
	}
	return out, nil
}

// A simplePage is a project's page as JSON (PEP 691).
type simplePage struct {
	Status struct {
		Status text
		Reason text
	} `json:"project-status"`
	Files []struct {
		Filename string
		Yanked   any
		Uploaded string `json:"upload-time"`
		Requires text   `json:"requires-python"`
		Hashes   map[string]text
	}
}

func (p simplePage) list() []file {
	var files []file
	for _, f := range p.Files {
		yanked := ""
		switch v := f.Yanked.(type) {
		case bool:
			if v {
				yanked = reason("")
			}
		case string:
			yanked = reason(v)
		}
		files = append(files, file{"", f.Filename, parseTime(f.Uploaded), yanked, string(f.Requires), string(f.Hashes["sha256"])})
	}
	return files
}

// withdrawn returns why a project should no longer be used (PEP 792).
func (p simplePage) withdrawn() string {
	switch p.Status.Status {
	case "archived", "deprecated", "quarantined":
		return strings.TrimSuffix(string(p.Status.Status)+": "+string(p.Status.Reason), ": ")
	}
	return ""
}

func reason(text string) string {
	if text == "" {
		return "yanked"
	}
	return "yanked: " + text
}

// releases groups files by version, in order of appearance. A release is as old as its
// first file, withdrawn if all of its files are, and of any Python if one of its files is.
func releases(files []file) []datasources.Release {
	var out []datasources.Release
	at := make(map[string]int)
	open := make(map[string]bool) // a file of that version does not say what it needs
	for _, f := range files {
		v := f.version
		if v == "" {
			continue
		}
		i, ok := at[v]
		if !ok {
			i = len(out)
			at[v] = i
			out = append(out, datasources.Release{Version: v, Published: f.uploaded, Withdrawn: f.yanked})
		}
		r := &out[i]
		if f.yanked == "" {
			r.Withdrawn = ""
		}
		if !f.uploaded.IsZero() && (r.Published.IsZero() || f.uploaded.Before(r.Published)) {
			r.Published = f.uploaded
		}
		open[v] = open[v] || f.requires == ""
		switch python := r.Requires["python"]; {
		case open[v]:
			r.Requires = nil
		case !slices.Contains(python, f.requires):
			r.Requires = map[string][]string{"python": append(python, f.requires)}
		}
	}
	return out
}

var archive = regexp.MustCompile(`\.(tar\.(gz|bz2|xz|Z|lzma)|tgz|tbz|zip)$`)

// versionOf returns the version in a file's name; "" if it is no distribution of
// the project, or one of a form that is no longer in use.
func versionOf(filename, project string) string {
	if stem, ok := strings.CutSuffix(filename, ".whl"); ok {
		parts := strings.Split(stem, "-")
		if len(parts) < 5 {
			return ""
		}
		return parts[1]
	}
	stem := archive.ReplaceAllString(filename, "")
	if stem == filename {
		return ""
	}
	for i := range len(stem) {
		if stem[i] == '-' && Normalize(stem[:i]) == Normalize(project) {
			return stem[i+1:]
		}
	}
	return ""
}

func parseTime(texts ...string) time.Time {
	for _, s := range texts {
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
			if t, err := time.Parse(layout, s); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

// A text is a string; null counts as empty and anything else as absent.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*t = text(s)
	}
	return nil
}

var (
	forge     = regexp.MustCompile(`^https?://[^/]*(github|gitlab|bitbucket|gitea|codeberg)[^/]*/[^/]+/[^/]+`)
	sourceKey = regexp.MustCompile(`(?i)^(source|source[ _-]?code|code|repository|repo|git(hub|lab)?)$`)
	changeKey = regexp.MustCompile(`(?i)^(change ?log|changes|release ?notes|news|what's new|history)$`)
)

// addURLs takes from a project's links what a listing has a place for.
func addURLs(l *datasources.Listing, urls map[string]text) {
	for _, key := range slices.Sorted(maps.Keys(urls)) {
		value := urls[key]
		switch {
		case l.SourceURL == "" && sourceKey.MatchString(key) && strings.HasPrefix(string(value), "http"):
			l.SourceURL = strings.TrimSuffix(strings.TrimSuffix(string(value), "/"), ".git")
		case changeKey.MatchString(key):
			l.ChangelogURL = string(value)
		case strings.EqualFold(key, "homepage") && l.Homepage == "":
			l.Homepage = string(value)
		}
	}
	if l.SourceURL == "" {
		l.SourceURL = forge.FindString(l.Homepage)
	}
}
